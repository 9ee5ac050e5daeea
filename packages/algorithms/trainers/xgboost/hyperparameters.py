"""The job's hyperparameters, parsed from text by the facts in `algorithm.json`, which the catalogue goes by as well."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from training_contract import UserError

FACTS: dict[str, Any] = json.loads((Path(__file__).parent / "algorithm.json").read_text(encoding="utf-8"))
_DEFINITIONS = {definition["name"]: definition for definition in FACTS["hyperparameters"]}

DEFAULT_BASE_SCORE = float(_DEFINITIONS["base_score"]["default"])
RENAMED_OBJECTIVES = {"reg:linear": "reg:squarederror"}


@dataclass(frozen=True)
class Hyperparameters:
    num_round: int
    early_stopping_rounds: int | None
    csv_weights: bool
    evaluation_metrics: list[str]
    """In the order of `eval_metric`, the tuning job's objective last. Empty: XGBoost's default for the objective."""
    objective: str
    num_class: int | None
    booster_parameters: dict[str, Any]
    """What `xgboost.train` gets."""
    retired: list[str]
    """Names that older XGBoost versions knew; accepted and without effect."""


def parse_hyperparameters(given: dict[str, str]) -> Hyperparameters:
    """Raises UserError for the first value that cannot be used."""
    values = {name: _parse(name, text) for name, text in given.items()}
    for definition in _DEFINITIONS.values():
        _check_present(definition, values)
    objective = RENAMED_OBJECTIVES.get(values.get("objective", ""), values.get("objective", "reg:squarederror"))
    parameters = {name: _as_parameter(value) for name, value in values.items() if _is_passed_on(name)}
    return Hyperparameters(
        num_round=values["num_round"],
        early_stopping_rounds=values.get("early_stopping_rounds"),
        csv_weights=values.get("csv_weights", 0) == 1,
        evaluation_metrics=_evaluation_metrics(values),
        objective=objective,
        num_class=values.get("num_class"),
        # The documented default. Newer XGBoost versions would estimate one, and start elsewhere than older jobs did.
        booster_parameters={"base_score": DEFAULT_BASE_SCORE, **parameters, "objective": objective},
        retired=[name for name in values if _DEFINITIONS[name].get("retired")],
    )


def _parse(name: str, text: str) -> Any:
    definition = _DEFINITIONS.get(name)
    if definition is None:
        raise UserError(f'XGBoost has no hyperparameter "{name}".')
    kind = definition["type"]
    text = text.strip()
    if kind in ("integer", "continuous"):
        return _parse_number(definition, text)
    if kind == "categorical" and text not in definition["values"]:
        raise UserError(f'Hyperparameter "{name}" is "{text}"; it must be one of {", ".join(definition["values"])}.')
    if kind == "list":
        return _parse_list(definition, text)
    if "pattern" in definition and not re.search(definition["pattern"], text):
        raise UserError(f'Hyperparameter "{name}" is "{text}", which has not the form it needs.')
    return text


def _parse_number(definition: dict[str, Any], text: str) -> float | int:
    name, is_integer = definition["name"], definition["type"] == "integer"
    try:
        value = int(text) if is_integer else float(text)
    except ValueError:
        kind = "an integer" if is_integer else "a number"
        raise UserError(f'Hyperparameter "{name}" is "{text}"; it must be {kind}.') from None
    low, high = definition.get("min"), definition.get("max")
    under = low is not None and (value <= low if definition.get("minExclusive") else value < low)
    over = high is not None and (value >= high if definition.get("maxExclusive") else value > high)
    if under or over or value != value:
        left = "(" if definition.get("minExclusive") or low is None else "["
        right = ")" if definition.get("maxExclusive") or high is None else "]"
        ends = f"{left}{'-inf' if low is None else low}, {'inf' if high is None else high}{right}"
        raise UserError(f'Hyperparameter "{name}" is {text}; it must be in {ends}.')
    return value


def _parse_list(definition: dict[str, Any], text: str) -> list[str]:
    items = [item.strip(" \"'") for item in text.strip("[]").split(",") if item.strip(" \"'")]
    allowed = definition.get("values")
    for item in items:
        if allowed is not None and item not in allowed:
            raise UserError(f'Hyperparameter "{definition["name"]}" lists "{item}"; it may list {", ".join(allowed)}.')
    return items


def _check_present(definition: dict[str, Any], values: dict[str, Any]) -> None:
    if definition["name"] in values:
        return
    if definition.get("required"):
        raise UserError(f'Hyperparameter "{definition["name"]}" is required.')
    condition = definition.get("requiredWhen")
    if condition and values.get(condition["name"]) in condition["values"]:
        chosen = f'"{condition["name"]}" is {values[condition["name"]]}'
        raise UserError(f'Hyperparameter "{definition["name"]}" is required when {chosen}.')


def _is_passed_on(name: str) -> bool:
    definition = _DEFINITIONS[name]
    return definition.get("passedOn", True) and not definition.get("retired", False)


def _as_parameter(value: Any) -> Any:
    return ",".join(value) if isinstance(value, list) else value


def _evaluation_metrics(values: dict[str, Any]) -> list[str]:
    metrics = list(dict.fromkeys(values.get("eval_metric", [])))
    series, separator, objective_metric = values.get("_tuning_objective_metric", "").partition(":")
    if separator and series in FACTS["metricSeries"]:
        metrics = [metric for metric in metrics if metric != objective_metric] + [objective_metric]
    return metrics
