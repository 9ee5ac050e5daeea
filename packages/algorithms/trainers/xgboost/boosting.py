"""Trains, prints what SageMaker's metrics are scraped from, and keeps the best model."""

from __future__ import annotations

import signal
from dataclasses import dataclass
from types import FrameType
from typing import Any

import numpy as np
import xgboost
from hyperparameters import Hyperparameters
from metrics import is_maximized, split_metrics, trainer_metric
from training_contract import UserError

History = dict[str, dict[str, list[float]]]


@dataclass(frozen=True)
class Series:
    """Rows whose metrics are printed after every round."""

    name: str
    rows: xgboost.DMatrix


def boost(hyperparameters: Hyperparameters, series: list[Series], threads: int) -> xgboost.Booster:
    """Trains on the first series and measures all of them; the last one decides on early stopping.

    Every round prints one line, `[round]<tab>train-METRIC:VALUE<tab>validation-METRIC:VALUE`. With early stopping the
    model of the best round is returned, as SageMaker's own container does, and the line of that round is printed once
    more at the end. A metric's last printed value is the job's result, and without the repetition it would belong to
    a round whose trees were thrown away: the search would compare, and report, models that nobody gets.

    On SIGTERM training ends after the round at hand and the model so far is returned.
    """
    by_xgboost, by_trainer = split_metrics(hyperparameters)
    parameters = {"nthread": threads, **_for_this_machine(hyperparameters.booster_parameters)}
    if by_xgboost:
        parameters["eval_metric"] = by_xgboost
    elif by_trainer:
        parameters["disable_default_eval_metric"] = 1
    keeps_best = hyperparameters.early_stopping_rounds is not None and len(series) > 1
    history: History = {}
    callbacks: list[xgboost.callback.TrainingCallback] = [RoundPrinter(), StopsOnSigterm()]
    if keeps_best:
        callbacks.append(_early_stopping(hyperparameters, series[-1]))
    try:
        booster = xgboost.train(
            parameters,
            series[0].rows,
            num_boost_round=hyperparameters.num_round,
            evals=[(one.rows, one.name) for one in series],
            custom_metric=_measure(by_trainer, hyperparameters.objective) if by_trainer else None,
            callbacks=callbacks,
            evals_result=history,
            verbose_eval=False,
        )
    except xgboost.core.XGBoostError as error:
        raise UserError(f"XGBoost refused: {_first_sentence(error)}") from error
    if keeps_best:
        _print_saved_round(booster, history)
    return booster


class RoundPrinter(xgboost.callback.TrainingCallback):
    """Prints the metrics of each round as it ends."""

    def after_iteration(self, model: xgboost.Booster, epoch: int, evals_log: History) -> bool:
        print(_round_line(epoch, evals_log, -1), flush=True)
        return False


class StopsOnSigterm(xgboost.callback.TrainingCallback):
    """Ends training after the round at hand when the job is told to stop."""

    def __init__(self) -> None:
        super().__init__()
        self._told_to_stop = False

    def before_training(self, model: xgboost.Booster) -> xgboost.Booster:
        signal.signal(signal.SIGTERM, self._on_signal)
        return model

    def after_iteration(self, model: xgboost.Booster, epoch: int, evals_log: History) -> bool:
        if self._told_to_stop:
            print(f"Told to stop: saving the model of {epoch + 1} rounds.", flush=True)
        return self._told_to_stop

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        self._told_to_stop = True


def _early_stopping(hyperparameters: Hyperparameters, decisive: Series) -> xgboost.callback.EarlyStopping:
    """Stops by the last metric: the tuning job's objective where there is one, else the last of `eval_metric`."""
    metrics = hyperparameters.evaluation_metrics
    can_be_cut = hyperparameters.booster_parameters.get("booster") != "gblinear"
    return xgboost.callback.EarlyStopping(
        rounds=hyperparameters.early_stopping_rounds,
        data_name=decisive.name,
        metric_name=metrics[-1] if metrics else None,
        maximize=is_maximized(metrics[-1]) if metrics else None,
        save_best=can_be_cut,
    )


def _measure(metrics: list[str], objective: str) -> Any:
    def measure(predictions: np.ndarray, rows: xgboost.DMatrix) -> list[tuple[str, float]]:
        if objective == "binary:logitraw":
            predictions = predictions > 0
        labels = rows.get_label()
        return [(name, trainer_metric(name, labels, predictions)) for name in metrics]

    return measure


def _for_this_machine(parameters: dict[str, Any]) -> dict[str, Any]:
    """`gpu_hist` is how older versions asked for CUDA; a library built without it trains on the CPU and says so."""
    if parameters.get("tree_method") != "gpu_hist":
        return parameters
    has_cuda = bool(xgboost.build_info().get("USE_CUDA"))
    if not has_cuda:
        print("tree_method gpu_hist: this XGBoost has no CUDA, training with hist on the CPU.", flush=True)
    return {**parameters, "tree_method": "hist", "device": "cuda" if has_cuda else "cpu"}


def _print_saved_round(booster: xgboost.Booster, history: History) -> None:
    best = booster.best_iteration
    rounds = len(next(iter(next(iter(history.values())).values())))
    print(f"Trained {rounds} rounds; the saved model is the best, of round {best}:", flush=True)
    print(_round_line(best, history, best), flush=True)


def _round_line(number: int, history: History, index: int) -> str:
    fields = [f"[{number}]"]
    for series, metrics in history.items():
        fields += [f"{series}-{metric}:{values[index]:.9g}" for metric, values in metrics.items()]
    return "\t".join(fields)


def _first_sentence(error: Exception) -> str:
    """XGBoost's message without its time stamp, source line and C++ stack."""
    text = str(error).partition("Stack trace:")[0].strip()
    parts = text.split(": ", 1) if text.startswith("[") else [text]
    return " ".join(parts[-1].split())
