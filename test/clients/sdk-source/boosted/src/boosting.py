import argparse
import os
from pathlib import Path

import pandas
import xgboost
from evaluation import accuracy

parser = argparse.ArgumentParser()
parser.add_argument("--rounds", type=int)
parser.add_argument("--max_depth", type=int)
parser.add_argument("--eta", type=float, default=0.3)
parser.add_argument("--booster", default="gbtree")
given, _ = parser.parse_known_args()


def matrix(channel):
    table = pandas.read_csv(next(Path(os.environ[f"SM_CHANNEL_{channel}"]).glob("*.csv")), header=None)
    return xgboost.DMatrix(table.iloc[:, 1:], table.iloc[:, 0])


parameters = {"objective": "multi:softmax", "num_class": 10, "max_depth": given.max_depth, "eta": given.eta}
model = xgboost.train({**parameters, "booster": given.booster}, matrix("TRAIN"), given.rounds)
print(f"validation accuracy: {accuracy(model, matrix('VALIDATION'))}", flush=True)
model.save_model(Path(os.environ["SM_MODEL_DIR"], "xgboost-model.json"))
