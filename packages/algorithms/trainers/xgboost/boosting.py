"""Trains, prints what SageMaker's metrics are scraped from, and keeps the best model."""

from __future__ import annotations

import signal
import time
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Any

import numpy as np
import xgboost
from checkpoint import load_checkpoint, save_checkpoint
from hyperparameters import Hyperparameters
from metrics import is_maximized, split_metrics, trainer_metric
from rounds import History, best_round, joined, round_count, round_line
from training_contract import UserError

CHECKPOINT_EVERY_SECONDS = 30


@dataclass(frozen=True)
class Series:
    """Rows whose metrics are printed after every round."""

    name: str
    rows: xgboost.DMatrix


def boost(
    hyperparameters: Hyperparameters, series: list[Series], threads: int, checkpoint_folder: Path | None = None
) -> xgboost.Booster:
    """Trains on the first series and measures all of them; the last one decides on early stopping.

    Every round prints a line. With early stopping the model of the best round is returned, as SageMaker's own container
    does, and the line of that round is printed once more at the end. A metric's last printed value is the job's result,
    and without the repetition it would belong to a round whose trees were thrown away: the search would compare, and
    report, models that nobody gets.

    On SIGTERM training ends after the round at hand, and what is trained so far is kept in the checkpoint folder and
    returned. A checkpoint that is there already is gone on from.
    """
    by_xgboost, by_trainer = split_metrics(hyperparameters)
    parameters = {"nthread": threads, **_for_this_machine(hyperparameters.booster_parameters)}
    if by_xgboost:
        parameters["eval_metric"] = by_xgboost
    elif by_trainer:
        parameters["disable_default_eval_metric"] = 1
    earlier = load_checkpoint(checkpoint_folder)
    if earlier is not None:
        print(f"Going on from the checkpoint of {earlier.rounds} rounds.", flush=True)
    progress = Progress(hyperparameters, earlier.history if earlier else {}, checkpoint_folder)
    try:
        booster = xgboost.train(
            parameters,
            series[0].rows,
            num_boost_round=progress.remaining_rounds(),
            evals=[(one.rows, one.name) for one in series],
            custom_metric=_measure(by_trainer, hyperparameters.objective) if by_trainer else None,
            callbacks=[progress],
            xgb_model=earlier.booster if earlier else None,
            verbose_eval=False,
        )
    except xgboost.core.XGBoostError as error:
        raise UserError(f"XGBoost refused: {_first_sentence(error)}") from error
    return _best_model(booster, progress.history, hyperparameters)


class Progress(xgboost.callback.TrainingCallback):
    """Watches a job's rounds, those before an interruption included: prints, checkpoints, ends the training."""

    def __init__(self, hyperparameters: Hyperparameters, earlier: History, checkpoint_folder: Path | None) -> None:
        super().__init__()
        self.history = earlier
        self._hyperparameters = hyperparameters
        self._earlier = earlier
        self._checkpoint_folder = checkpoint_folder
        self._checkpoint_time = time.monotonic()
        self._told_to_stop = False

    def remaining_rounds(self) -> int:
        over = _is_exhausted(self._hyperparameters, self.history)
        return 0 if over else max(0, self._hyperparameters.num_round - round_count(self.history))

    def before_training(self, model: xgboost.Booster) -> xgboost.Booster:
        signal.signal(signal.SIGTERM, self._on_signal)
        return model

    def after_iteration(self, model: xgboost.Booster, epoch: int, evals_log: History) -> bool:
        self.history = joined(self._earlier, evals_log) if self._earlier else evals_log
        rounds = round_count(self.history)
        print(round_line(self.history, rounds - 1), flush=True)
        if self._told_to_stop:
            print(f"Told to stop after {rounds} rounds.", flush=True)
        if self._told_to_stop or time.monotonic() - self._checkpoint_time > CHECKPOINT_EVERY_SECONDS:
            self._save_checkpoint(model)
        return self._told_to_stop or _is_exhausted(self._hyperparameters, self.history)

    def _save_checkpoint(self, model: xgboost.Booster) -> None:
        if self._checkpoint_folder is not None:
            save_checkpoint(self._checkpoint_folder, model, self.history)
            self._checkpoint_time = time.monotonic()

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        self._told_to_stop = True


def _decisive_values(hyperparameters: Hyperparameters, history: History) -> tuple[list[float], bool]:
    """What early stopping goes by, and whether more is better: the last metric of the last series.

    The last metric is the tuning job's objective where there is one, else the last of `eval_metric`, else XGBoost's
    default for the objective.
    """
    measured = history[list(history)[-1]]
    asked = (hyperparameters.evaluation_metrics or list(measured))[-1]
    # A name may have got an argument on the way, such as `tweedie-nloglik@1.5`.
    printed = next(metric for metric in measured if metric == asked or metric.startswith(f"{asked}@"))
    return measured[printed], is_maximized(printed)


def _is_exhausted(hyperparameters: Hyperparameters, history: History) -> bool:
    """Whether the score has not improved for `early_stopping_rounds`."""
    if hyperparameters.early_stopping_rounds is None or not history:
        return False
    values, maximize = _decisive_values(hyperparameters, history)
    return len(values) - 1 - best_round(values, maximize=maximize) >= hyperparameters.early_stopping_rounds


def _best_model(booster: xgboost.Booster, history: History, hyperparameters: Hyperparameters) -> xgboost.Booster:
    # A linear model has no trees to leave out: it is the last round's, and so is its line.
    is_linear = hyperparameters.booster_parameters.get("booster") == "gblinear"
    if hyperparameters.early_stopping_rounds is None or is_linear or not history:
        return booster
    values, maximize = _decisive_values(hyperparameters, history)
    best = best_round(values, maximize=maximize)
    print(f"Trained {len(values)} rounds; the saved model is the best, of round {best}:", flush=True)
    print(round_line(history, best), flush=True)
    kept = booster[: best + 1]
    kept.set_attr(best_iteration=str(best), best_score=str(values[best]))
    return kept


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


def _first_sentence(error: Exception) -> str:
    """XGBoost's message without its time stamp, source line and C++ stack."""
    text = str(error).partition("Stack trace:")[0].strip()
    parts = text.split(": ", 1) if text.startswith("[") else [text]
    return " ".join(parts[-1].split())
