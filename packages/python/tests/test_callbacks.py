import contextlib
import io
import os
import subprocess
import sys
import unittest
from collections.abc import Callable, Iterator
from pathlib import Path

import lightgbm
import numpy
import xgboost
from sklearn.ensemble import GradientBoostingClassifier
from sklearn.model_selection import cross_validate

from fleetune.callbacks.lightgbm import report_evaluation
from fleetune.callbacks.scikit_learn import report_boosting, report_scores
from fleetune.callbacks.xgboost import ReportCallback

ROUNDS = 3
rows = numpy.random.default_rng(7).normal(size=(200, 4))
labels = (rows[:, 0] + rows[:, 1] > 0).astype(int)


def reported(train: Callable[[], object]) -> Iterator[tuple[str, float, str]]:
    """What a training reports: name, value and step."""
    output = io.StringIO()
    os.environ["TRAINING_JOB_NAME"] = "callbacks"
    try:
        with contextlib.redirect_stdout(output):
            train()
    finally:
        del os.environ["TRAINING_JOB_NAME"]
    for line in output.getvalue().splitlines():
        if line.startswith("[fleetune] "):
            metric, _, step = line[len("[fleetune] ") :].partition(" ")
            name, _, value = metric.rpartition("=")
            yield name, float(value), step


class CallbackTest(unittest.TestCase):
    def test_xgboost(self) -> None:
        matrix = xgboost.DMatrix(rows, labels)
        history: dict = {}
        parameters = {"objective": "binary:logistic", "verbosity": 0}
        points = list(
            reported(
                lambda: xgboost.train(
                    parameters,
                    matrix,
                    ROUNDS,
                    evals=[(matrix, "train"), (matrix, "validation")],
                    evals_result=history,
                    verbose_eval=False,
                    callbacks=[ReportCallback()],
                )
            )
        )
        losses = history["validation"]["logloss"]
        expected = [("validation:logloss", loss, f"step={step}") for step, loss in enumerate(losses)]
        self.assertEqual([point for point in points if point[0].startswith("validation")], expected)
        self.assertEqual(len(points), 2 * ROUNDS)

    def test_xgboost_cross_validation(self) -> None:
        matrix = xgboost.DMatrix(rows, labels)
        parameters = {"objective": "binary:logistic", "verbosity": 0}
        points = list(
            reported(lambda: xgboost.cv(parameters, matrix, ROUNDS, nfold=3, callbacks=[ReportCallback()]))
        )
        self.assertEqual({name for name, _, _ in points}, {"train:logloss", "test:logloss"})

    def test_lightgbm(self) -> None:
        data = lightgbm.Dataset(rows, labels)
        history: dict = {}
        points = list(
            reported(
                lambda: lightgbm.train(
                    {"objective": "binary", "verbose": -1},
                    data,
                    ROUNDS,
                    valid_sets=[data],
                    valid_names=["validation"],
                    callbacks=[report_evaluation(), lightgbm.record_evaluation(history)],
                )
            )
        )
        losses = history["validation"]["binary_logloss"]
        expected = [("validation:binary_logloss", loss, f"step={step}") for step, loss in enumerate(losses)]
        self.assertEqual(points, expected)
        points = list(
            reported(
                lambda: lightgbm.cv(
                    {"objective": "binary", "verbose": -1},
                    lightgbm.Dataset(rows, labels),
                    ROUNDS,
                    nfold=3,
                    callbacks=[report_evaluation()],
                )
            )
        )
        self.assertEqual([(name, step) for name, _, step in points], [("valid:binary_logloss", f"step={n}") for n in range(ROUNDS)])

    def test_scikit_learn(self) -> None:
        model = GradientBoostingClassifier(n_estimators=ROUNDS)
        points = list(reported(lambda: model.fit(rows, labels, monitor=report_boosting())))
        self.assertEqual(points, [("train:loss", loss, f"step={step}") for step, loss in enumerate(model.train_score_)])

        scores = cross_validate(model, rows, labels, cv=3, scoring=["accuracy"], return_train_score=True)
        points = list(reported(lambda: report_scores(scores, 5)))
        self.assertEqual(
            sorted(points),
            [
                ("train:accuracy", float(numpy.mean(scores["train_accuracy"])), "step=5"),
                ("validation:accuracy", float(numpy.mean(scores["test_accuracy"])), "step=5"),
            ],
        )

    def test_nothing_is_imported_before_it_is_asked_for(self) -> None:
        program = "import sys, fleetune, fleetune.callbacks, fleetune.results; print(sorted(sys.modules))"
        sources = str(Path(__file__).parents[1] / "src")
        listed = subprocess.run(
            [sys.executable, "-c", program], env={"PYTHONPATH": sources}, capture_output=True, text=True, check=True
        ).stdout
        for framework in ("xgboost", "lightgbm", "sklearn", "keras", "lightning", "pandas", "numpy"):
            self.assertNotIn(f"'{framework}'", listed)


if __name__ == "__main__":
    unittest.main()
