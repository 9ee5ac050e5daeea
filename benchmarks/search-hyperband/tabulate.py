"""Trains models with random hyperparameters and writes what they reported after each epoch: curves/NAME.csv.

Usage: python tabulate.py [NAME...]; needs scikit-learn and xgboost, as in ../search-quality/peers/requirements-syne-tune.lock.
One line a training: its values after epochs 1 to 81, in the unit that the first line of the file names.
"""

import sys
import warnings
from pathlib import Path

import numpy as np
import xgboost
from sklearn.datasets import load_breast_cancer, load_diabetes, load_digits
from sklearn.metrics import log_loss
from sklearn.model_selection import train_test_split
from sklearn.neural_network import MLPClassifier

EPOCHS = 81
TRAININGS = 400
# Past this a training has diverged, and how far no longer matters.
LARGEST = 99999


def main(names):
    warnings.filterwarnings("ignore")
    for name in names or TABLES:
        train, *columns = TABLES[name]
        random = np.random.default_rng(1)
        trainings = [train(random) for _ in range(TRAININGS)]
        for (column, direction, unit), curves in zip(columns, zip(*trainings, strict=True), strict=True):
            lines = [",".join(str(whole(value / unit)) for value in curve) for curve in curves]
            file = Path(__file__).parent / "curves" / f"{column}.csv"
            file.write_text("\n".join([f"# {direction} in units of {unit}", *lines, ""]))


def whole(value):
    return int(min(LARGEST, round(value))) if np.isfinite(value) else LARGEST


def network(random):
    """A small network on the digits: validation accuracy and loss after each pass."""
    x, y = load_digits(return_X_y=True)
    train_x, test_x, train_y, test_y = train_test_split(x / 16, y, test_size=0.3, shuffle=False)
    model = MLPClassifier(
        hidden_layer_sizes=(int(np.exp(random.uniform(np.log(8), np.log(128)))),),
        solver="sgd",
        learning_rate_init=10 ** random.uniform(-4, 0),
        alpha=10 ** random.uniform(-6, 0),
        momentum=random.uniform(0, 0.99),
        batch_size=int(np.exp(random.uniform(np.log(16), np.log(256)))),
        random_state=int(random.integers(2**31)),
    )
    accuracies, losses = [], []
    for _ in range(EPOCHS):
        try:
            model.partial_fit(train_x, train_y, classes=np.arange(10))
            probabilities = np.nan_to_num(model.predict_proba(test_x), nan=0.1)
        except ValueError:
            # Its weights have overflowed.
            probabilities = np.full((len(test_y), 10), 0.1)
        accuracies.append(np.mean(probabilities.argmax(axis=1) == test_y))
        losses.append(log_loss(test_y, probabilities, labels=np.arange(10)))
    return accuracies, losses


def diabetes(random):
    """Boosted trees on the diabetes data: root of the mean squared error after each tree."""
    return (boosted(load_diabetes(return_X_y=True), "reg:squarederror", "rmse", random),)


def cancer(random):
    """Boosted trees on the breast cancer data: validation log loss after each tree."""
    return (boosted(load_breast_cancer(return_X_y=True), "binary:logistic", "logloss", random),)


def boosted(data, objective, metric, random):
    train_x, test_x, train_y, test_y = train_test_split(*data, test_size=0.3, random_state=0)
    parameters = {
        "objective": objective,
        "eval_metric": metric,
        "eta": 10 ** random.uniform(-2.5, 0),
        "max_depth": int(random.integers(1, 11)),
        "min_child_weight": 10 ** random.uniform(-1, 1.5),
        "subsample": random.uniform(0.3, 1),
        "colsample_bytree": random.uniform(0.3, 1),
        "lambda": 10 ** random.uniform(-2, 2),
        "seed": int(random.integers(2**31)),
        "nthread": 1,
    }
    values = {}
    test = xgboost.DMatrix(test_x, test_y)
    xgboost.train(
        parameters,
        xgboost.DMatrix(train_x, train_y),
        EPOCHS,
        evals=[(test, "test")],
        evals_result=values,
        verbose_eval=False,
    )
    return values["test"][metric]


TABLES = {
    "network": (network, ("network-accuracy", "Maximize", 0.0001), ("network-loss", "Minimize", 0.001)),
    "diabetes": (diabetes, ("diabetes", "Minimize", 0.01)),
    "cancer": (cancer, ("cancer", "Minimize", 0.0001)),
}

if __name__ == "__main__":
    main(sys.argv[1:])
