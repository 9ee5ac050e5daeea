"""Reports from scikit-learn, which has no callbacks of its own but for gradient boosting."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from statistics import fmean
from typing import Any, Optional

from fleetune.reporting import report


def report_boosting() -> Callable[[int, Any, Mapping[str, Any]], bool]:
    """`GradientBoostingClassifier().fit(rows, labels, monitor=report_boosting())` reports `train:loss` at each stage."""

    def monitor(stage: int, estimator: Any, _variables: Mapping[str, Any]) -> bool:
        report("train:loss", float(estimator.train_score_[stage]), stage)
        return False

    return monitor


def report_scores(scores: Mapping[str, Any], step: Optional[int] = None) -> dict[str, float]:
    """Reports the means of what `cross_validate` returns: `validation:score` for `test_score`, `train:...` likewise.

    Returns:
        The reported values, by their names.
    """
    renamed = {"test": "validation", "train": "train"}
    means = {
        f"{renamed[data]}:{metric}": fmean(map(float, values))
        for data, _, metric, values in ((*name.partition("_"), values) for name, values in scores.items())
        if data in renamed
    }
    for name, mean in means.items():
        report(name, mean, step)
    return means
