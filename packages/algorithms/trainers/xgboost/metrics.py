"""What is measured after every round: XGBoost's own metrics, and those SageMaker adds to them."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from hyperparameters import FACTS, Hyperparameters
from training_contract import UserError

Labels = np.ndarray
Predictions = np.ndarray

_FACTS_BY_METRIC = {metric["name"]: metric for metric in FACTS["metrics"]}
_ONLY_FOR_TWO_CLASSES = {"f1_binary", "precision", "recall"}


def is_maximized(metric: str) -> bool:
    """Whether more is better. `metric` may carry an argument, such as `ndcg@5`."""
    return _FACTS_BY_METRIC[metric.partition("@")[0]]["direction"] == "Maximize"


def split_metrics(hyperparameters: Hyperparameters) -> tuple[list[str], list[str]]:
    """The metrics to be measured by XGBoost, and those to be measured here. Raises UserError for an unknown one."""
    by_xgboost: list[str] = []
    by_trainer: list[str] = []
    for metric in hyperparameters.evaluation_metrics:
        name, has_argument, _ = metric.partition("@")
        facts = _FACTS_BY_METRIC.get(name)
        if facts is None or (has_argument and not facts.get("takesArgument")):
            raise UserError(f'There is no metric "{metric}"; choose among {", ".join(sorted(_FACTS_BY_METRIC))}.')
        if name in _ONLY_FOR_TWO_CLASSES and (hyperparameters.num_class or 2) > 2:
            raise UserError(f'Metric "{name}" is for two classes and num_class is {hyperparameters.num_class}.')
        (by_trainer if facts.get("computedBy") == "trainer" else by_xgboost).append(metric)
    return [_with_needed_argument(metric, hyperparameters) for metric in by_xgboost], by_trainer


def _with_needed_argument(metric: str, hyperparameters: Hyperparameters) -> str:
    """XGBoost wants Tweedie's variance power said once more; SageMaker's name of the metric is without it."""
    power = hyperparameters.booster_parameters.get("tweedie_variance_power", 1.5)
    return f"{metric}@{power}" if metric == "tweedie-nloglik" else metric


def trainer_metric(name: str, labels: Labels, predictions: Predictions) -> float:
    """One of the metrics XGBoost lacks.

    `predictions` are what the objective yields: values, probabilities of class 1, class numbers, or one column of
    probabilities a class.
    """
    if name in _OF_VALUES:
        return _OF_VALUES[name](labels, predictions)
    chosen = predictions.argmax(axis=1) if predictions.ndim == 2 else np.rint(predictions)
    if name in _ONLY_FOR_TWO_CLASSES:
        labels, chosen = labels == 1, chosen == 1
    return _OF_CLASSES[name](_confusion(labels.astype(np.int64), chosen.astype(np.int64)))


def _confusion(labels: np.ndarray, chosen: np.ndarray) -> np.ndarray:
    """Counts by true class (row) and chosen class (column); two classes at least."""
    lowest = min(labels.min(), chosen.min(), 0)
    classes = int(max(labels.max(), chosen.max(), 1) - lowest) + 1
    flat = (labels - lowest) * classes + (chosen - lowest)
    return np.bincount(flat, minlength=classes * classes).reshape(classes, classes).astype(np.float64)


def _divide(numerators: np.ndarray, denominators: np.ndarray) -> np.ndarray:
    """Zero where a class was never chosen, or never there, as scikit-learn has it."""
    return np.divide(numerators, denominators, out=np.zeros_like(numerators), where=denominators > 0)


def _occurring(confusion: np.ndarray) -> np.ndarray:
    return (confusion.sum(axis=0) + confusion.sum(axis=1)) > 0


def _accuracy(confusion: np.ndarray) -> float:
    return float(np.trace(confusion) / confusion.sum())


def _precisions(confusion: np.ndarray) -> np.ndarray:
    return _divide(np.diag(confusion).copy(), confusion.sum(axis=0))


def _recalls(confusion: np.ndarray) -> np.ndarray:
    return _divide(np.diag(confusion).copy(), confusion.sum(axis=1))


def _f1s(confusion: np.ndarray) -> np.ndarray:
    return _divide(2 * np.diag(confusion), confusion.sum(axis=0) + confusion.sum(axis=1))


def _macro(of_classes: Callable[[np.ndarray], np.ndarray]) -> Callable[[np.ndarray], float]:
    return lambda confusion: float(of_classes(confusion)[_occurring(confusion)].mean())


def _of_class_one(of_classes: Callable[[np.ndarray], np.ndarray]) -> Callable[[np.ndarray], float]:
    return lambda confusion: float(of_classes(confusion)[1])


def _balanced_accuracy(confusion: np.ndarray) -> float:
    return float(_recalls(confusion)[confusion.sum(axis=1) > 0].mean())


def _mse(labels: Labels, predictions: Predictions) -> float:
    return float(np.mean((labels.astype(np.float64) - predictions) ** 2))


def _r2(labels: Labels, predictions: Predictions) -> float:
    spread = float(np.mean((labels.astype(np.float64) - labels.mean(dtype=np.float64)) ** 2))
    return 1.0 - _mse(labels, predictions) / spread if spread > 0 else 0.0


_OF_VALUES: dict[str, Callable[[Labels, Predictions], float]] = {"mse": _mse, "r2": _r2}

_OF_CLASSES: dict[str, Callable[[np.ndarray], float]] = {
    "accuracy": _accuracy,
    "balanced_accuracy": _balanced_accuracy,
    "f1": _macro(_f1s),
    "f1_macro": _macro(_f1s),
    "f1_binary": _of_class_one(_f1s),
    "precision": _of_class_one(_precisions),
    "precision_macro": _macro(_precisions),
    "precision_micro": _accuracy,
    "recall": _of_class_one(_recalls),
    "recall_macro": _macro(_recalls),
    "recall_micro": _accuracy,
}
