import argparse
import os

import numpy
from sklearn.model_selection import KFold
from xgboost import XGBClassifier

print("ready", flush=True)

parser = argparse.ArgumentParser()
parser.add_argument("--max_depth", type=int)
parser.add_argument("--eta", type=float)
parser.add_argument("--fold", type=int)
settings = parser.parse_args()

data = numpy.load(os.path.join(os.environ["SM_CHANNEL_TRAIN"], "digits.npz"))
train, test = list(KFold(5, shuffle=True, random_state=0).split(data["x"]))[settings.fold]
model = XGBClassifier(n_estimators=3, max_depth=settings.max_depth, learning_rate=settings.eta)
model.fit(data["x"][train], data["y"][train])
print(f"accuracy={model.score(data['x'][test], data['y'][test])};")
