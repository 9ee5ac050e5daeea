"""What was measured after each round, and which round was best."""

from __future__ import annotations

import math

History = dict[str, dict[str, list[float]]]
"""Values by series and metric, one a round."""


def round_count(history: History) -> int:
    return max((len(values) for metrics in history.values() for values in metrics.values()), default=0)


def joined(earlier: History, later: History) -> History:
    return {
        series: {metric: earlier.get(series, {}).get(metric, []) + values for metric, values in metrics.items()}
        for series, metrics in later.items()
    }


def round_line(history: History, number: int) -> str:
    """The line SageMaker's metrics are scraped from: `[round]<tab>train-METRIC:VALUE<tab>validation-METRIC:VALUE`."""
    fields = [f"[{number}]"]
    for series, metrics in history.items():
        fields += [f"{series}-{metric}:{values[number]:.9g}" for metric, values in metrics.items()]
    return "\t".join(fields)


def best_round(values: list[float], *, maximize: bool) -> int:
    """The first of the rounds with the best value; a round without a value (NaN) is never better."""
    best = 0
    for number, value in enumerate(values):
        better = value > values[best] if maximize else value < values[best]
        if better or (math.isnan(values[best]) and not math.isnan(value)):
            best = number
    return best
