"""Reports what LightGBM evaluates after each round."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from fleetune.reporting import report


def report_evaluation() -> Callable[[Any], None]:
    """`lightgbm.train(..., valid_names=["validation"], callbacks=[report_evaluation()])` reports `validation:l2`."""

    def callback(environment: Any) -> None:
        for data, metric, value, *_ in environment.evaluation_result_list or []:
            # Cross-validation names its metrics "valid l2".
            name = metric.replace(" ", ":") if " " in metric else f"{data}:{metric}"
            report(name, value, environment.iteration)

    # After the library's own, which may change what there is to report.
    callback.order = 25  # type: ignore[attr-defined]
    return callback
