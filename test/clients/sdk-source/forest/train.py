"""A script as people write them for SageMaker's scikit-learn image: arguments, SM_* variables, a model, a printed metric."""

import argparse
import json
import os
from pathlib import Path

import joblib
from digits_forest import forest
from reading.tables import read
from sklearn.metrics import accuracy_score

parser = argparse.ArgumentParser()
parser.add_argument("--max_depth", type=int)
parser.add_argument("--max_features", type=float, default=0.2)
parser.add_argument("--trees", type=int, default=20)
parser.add_argument("--note", default="")
parser.add_argument("--train", default=os.environ["SM_CHANNEL_TRAIN"])
parser.add_argument("--validation", default=os.environ["SM_CHANNEL_VALIDATION"])
parser.add_argument("--model_dir", default=os.environ["SM_MODEL_DIR"])
given, _ = parser.parse_known_args()

rows, labels = read(given.train)
model = forest(given.trees, given.max_depth, given.max_features).fit(rows, labels)
checked_rows, checked_labels = read(given.validation)
print(f"note: {given.note}")
print(f"hyperparameters: {json.loads(os.environ['SM_HPS'])}")
print(f"validation accuracy: {accuracy_score(checked_labels, model.predict(checked_rows))}", flush=True)
joblib.dump(model, Path(given.model_dir, "forest.joblib"))
