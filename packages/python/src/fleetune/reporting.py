"""Reports metrics by printing lines that Fleetune scrapes from the log."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from typing import Optional, Union

_PREFIX = "[fleetune]"
_NAME = re.compile(r"[^\s=]+")


def report(
    metric: Optional[str] = None, value: Optional[float] = None, /, step: Optional[int] = None, **metrics: float
) -> None:
    """Reports one metric, `report("validation:loss", 0.25, 3)`, or several, `report(loss=0.25, accuracy=0.9, step=3)`.

    The last value of a metric is the job's result. Outside a training job nothing is printed, so that a script can
    keep its reports when it is run by hand.

    Raises:
        ValueError: a name holds white space or `=`, a metric has no value, or nothing is reported at all.
    """
    named = dict(metrics)
    if metric is not None:
        if value is None:
            raise ValueError(f'Metric "{metric}" has no value.')
        named[metric] = value
    if not named:
        raise ValueError("There is nothing to report: give a metric and its value.")
    lines = [_line(name, float(number), step) for name, number in named.items()]
    if _is_inside_training_job(os.environ):
        print("\n".join(lines), flush=True)


def metric_definition(metric: str) -> dict[str, str]:
    """The metric definition that finds what `report` prints, with the keys of SageMaker's API."""
    _check_name(metric)
    return {"Name": metric, "Regex": rf"{re.escape(_PREFIX)} {re.escape(metric)}=(\S+)"}


def _line(name: str, value: float, step: Union[int, None]) -> str:
    _check_name(name)
    counted = "" if step is None else f" step={step}"
    return f"{_PREFIX} {name}={value!r}{counted}"


def _check_name(name: str) -> None:
    if not _NAME.fullmatch(name):
        raise ValueError(f'"{name}" cannot name a metric: names have no white space and no "=".')


def _is_inside_training_job(environment: Mapping[str, str]) -> bool:
    return "TRAINING_JOB_NAME" in environment or "SM_MODEL_DIR" in environment
