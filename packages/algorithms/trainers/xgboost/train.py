"""Fleetune's XGBoost: trains on the `train` channel, measures on `validation`, writes `xgboost-model`."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from hyperparameters import Hyperparameters, parse_hyperparameters
from training_contract import TrainingContract, UserError, run_trainer

if TYPE_CHECKING:
    from boosting import Series

MODEL_FILE = "xgboost-model"
"""The name SageMaker gives it. The format is XGBoost's own binary one (UBJSON): `Booster.load_model` reads it."""

BYTES_A_THREAD = 1 << 20
"""Training data that keeps one thread busy. Below it a second one only waits for the first: digits, with 190 kB, take
0.35 s on one thread and 0.45 s on two, and several such jobs side by side hinder each other."""


def train(contract: TrainingContract) -> None:
    if len(contract.hosts()) > 1:
        raise UserError("The XGBoost built-in trains on one instance; set the instance count to 1.")
    hyperparameters = parse_hyperparameters(contract.hyperparameters())
    for name in hyperparameters.retired:
        print(f'Hyperparameter "{name}" has no effect in this version of XGBoost.', flush=True)
    threads = _thread_count(contract, hyperparameters)
    _prepare_import(threads)
    from boosting import boost

    series = _load_series(contract, hyperparameters.csv_weights, threads)
    if hyperparameters.early_stopping_rounds is not None and len(series) == 1:
        raise UserError("early_stopping_rounds needs the validation channel, to see when the score stops improving.")
    booster = boost(hyperparameters, series, threads, contract.checkpoint_folder())
    contract.model_folder.mkdir(parents=True, exist_ok=True)
    (contract.model_folder / MODEL_FILE).write_bytes(booster.save_raw("ubj"))


def _thread_count(contract: TrainingContract, hyperparameters: Hyperparameters) -> int:
    """`nthread` where it is given, else as many of the job's cores as the data is worth."""
    given = hyperparameters.booster_parameters.get("nthread")
    if given is not None:
        return given
    size = sum(file.stat().st_size for file in contract.channel_files("train") or [])
    return max(1, min(contract.cpu_count(), size // BYTES_A_THREAD))


def _prepare_import(threads: int) -> None:
    """What must be so before XGBoost and its OpenMP runtime are loaded."""
    os.environ["OMP_NUM_THREADS"] = str(threads)
    # Threads that wait sleep instead of spinning: three jobs on two cores took 1.3 s instead of 2 to 7 s.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    # XGBoost imports scikit-learn for its estimator classes, which are not used here: 0.4 of 0.7 seconds.
    sys.modules["sklearn"] = None  # type: ignore[assignment]


def _load_series(contract: TrainingContract, csv_weights: bool, threads: int) -> list[Series]:
    from boosting import Series
    from data import load_channel

    rows = load_channel(contract, "train", csv_weights=csv_weights, threads=threads)
    if rows is None:
        raise UserError('The job has no channel "train".')
    validation = load_channel(contract, "validation", csv_weights=csv_weights, threads=threads)
    print(f"train: {rows.num_row()} rows, {rows.num_col()} features", flush=True)
    if validation is None:
        return [Series("train", rows)]
    print(f"validation: {validation.num_row()} rows, {validation.num_col()} features", flush=True)
    return [Series("train", rows), Series("validation", validation)]


if __name__ == "__main__":
    sys.exit(run_trainer(train))
