"""What is tuned, the same for every tuner: one call is one trial."""

import time

import numpy
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split
from xgboost import XGBClassifier

_data = None


def digits(settings):
    """Validation accuracy of XGBoost on 1,797 pictures of digits, on one core."""
    global _data
    if _data is None:
        _data = train_test_split(*load_digits(return_X_y=True), test_size=0.3, random_state=0)
    train, validation, train_labels, validation_labels = _data
    model = XGBClassifier(
        n_estimators=int(settings["rounds"]),
        max_depth=int(settings["max_depth"]),
        learning_rate=float(settings["eta"]),
        subsample=float(settings["subsample"]),
        n_jobs=1,
        random_state=0,
    )
    model.fit(train, train_labels)
    return float(numpy.mean(model.predict(validation) == validation_labels))


def nap(settings):
    """A trial that takes a tenth of a second and no processor: what is above it is the tuner's."""
    time.sleep(0.1)
    return float(settings["x"])


TRIALS = {"digits": digits, "nap": nap}
