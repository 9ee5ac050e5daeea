"""Reports what XGBoost evaluates after each round."""

from __future__ import annotations

from typing import Any

from xgboost.callback import TrainingCallback

from fleetune.reporting import report


class ReportCallback(TrainingCallback):
    """`xgboost.train(..., evals=[(matrix, "validation")], callbacks=[ReportCallback()])` reports `validation:logloss`."""

    def after_iteration(self, model: Any, epoch: int, evals_log: dict) -> bool:
        for data, metrics in evals_log.items():
            for metric, values in metrics.items():
                # Cross-validation gives the mean and the standard deviation.
                value = values[-1][0] if isinstance(values[-1], tuple) else values[-1]
                report(f"{data}:{metric}", value, epoch)
        return False
