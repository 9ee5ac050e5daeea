"""Holds the trainer's own metrics against scikit-learn's."""

import unittest

import numpy as np
from metrics import trainer_metric
from sklearn import metrics as reference

CHANCE = np.random.default_rng(7)


class TrainerMetricTest(unittest.TestCase):
    def check(self, name: str, labels: np.ndarray, predictions: np.ndarray, expected: float) -> None:
        measured = trainer_metric(name, labels.astype(np.float32), predictions.astype(np.float32))
        self.assertAlmostEqual(measured, float(expected), places=5, msg=name)

    def test_many_classes_of_which_one_never_occurs(self) -> None:
        labels = CHANCE.choice([0, 1, 2, 4], 200)
        chosen = np.where(CHANCE.random(200) < 0.6, labels, CHANCE.choice([0, 1, 2, 4, 5], 200))
        probabilities = np.eye(6)[chosen] * 0.7 + 0.05
        for predictions in (chosen, probabilities):
            self.check("accuracy", labels, predictions, reference.accuracy_score(labels, chosen))
            # scikit-learn warns of class 5, which is chosen and never true, and leaves it out as we do.
            with self.assertWarns(UserWarning):
                self.check("balanced_accuracy", labels, predictions, reference.balanced_accuracy_score(labels, chosen))
            self.check("f1", labels, predictions, reference.f1_score(labels, chosen, average="macro"))
            for kind in ("precision", "recall"):
                score = getattr(reference, f"{kind}_score")
                for average in ("macro", "micro"):
                    expected = score(labels, chosen, average=average, zero_division=0)
                    self.check(f"{kind}_{average}", labels, predictions, expected)

    def test_two_classes_from_probabilities(self) -> None:
        labels = CHANCE.integers(0, 2, 100)
        probabilities = np.clip(labels * 0.4 + CHANCE.random(100) * 0.6, 0, 1)
        chosen = probabilities > 0.5
        self.check("accuracy", labels, probabilities, reference.accuracy_score(labels, chosen))
        self.check("f1_binary", labels, probabilities, reference.f1_score(labels, chosen))
        self.check("precision", labels, probabilities, reference.precision_score(labels, chosen))
        self.check("recall", labels, probabilities, reference.recall_score(labels, chosen))

    def test_a_class_that_is_neither_there_nor_chosen(self) -> None:
        zeros = np.zeros(5)
        self.check("precision", zeros, zeros, 0.0)
        self.check("f1_macro", zeros, zeros, 1.0)

    def test_values(self) -> None:
        labels = CHANCE.normal(size=50)
        predictions = labels + CHANCE.normal(scale=0.3, size=50)
        self.check("mse", labels, predictions, reference.mean_squared_error(labels, predictions))
        self.check("r2", labels, predictions, reference.r2_score(labels, predictions))


if __name__ == "__main__":
    unittest.main()
