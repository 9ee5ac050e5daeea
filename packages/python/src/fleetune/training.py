"""What a training job gives to its script: SageMaker's `SM_*` variables and the files under `/opt/ml`, as values."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Optional


@dataclass(frozen=True)
class TrainingEnvironment:
    """One training job, seen from inside."""

    job_name: Optional[str]
    """None outside a training job."""
    hyperparameters: Mapping[str, Any]
    """By name. Values that are JSON are parsed (`"0.1"` to 0.1, `"true"` to True), others stay text."""
    channels: Mapping[str, Path]
    """The folder of each input channel, by name."""
    model_folder: Path
    """What is written here becomes `model.tar.gz`."""
    output_data_folder: Path
    """What is written here becomes `output.tar.gz`."""
    checkpoint_folder: Path
    """What is written here outlives an interruption, where the job has a checkpoint location."""
    hosts: tuple[str, ...]
    """Every instance of the job, this one included."""
    current_host: str
    cpu_count: int
    """Cores this job may count on."""
    gpu_count: int

    @property
    def is_first_host(self) -> bool:
        """True on exactly one instance: the one that saves the model."""
        return self.current_host == self.hosts[0]


def training_environment(environment: Optional[Mapping[str, str]] = None) -> TrainingEnvironment:
    """Reads the environment of the training job this process belongs to.

    Outside a job every place is under `/opt/ml`, there are no hyperparameters, and the channels are those found there.

    Raises:
        ValueError: a variable that must hold JSON does not.
    """
    variables = os.environ if environment is None else environment
    root = Path("/opt/ml")
    input_folder = Path(variables.get("SM_INPUT_DIR", root / "input"))
    config_folder = Path(variables.get("SM_INPUT_CONFIG_DIR", input_folder / "config"))
    hosts = tuple(_json(variables, "SM_HOSTS", ["algo-1"]))
    return TrainingEnvironment(
        job_name=variables.get("TRAINING_JOB_NAME"),
        hyperparameters=_hyperparameters(variables, config_folder),
        channels=_channels(variables, input_folder / "data"),
        model_folder=Path(variables.get("SM_MODEL_DIR", root / "model")),
        output_data_folder=Path(variables.get("SM_OUTPUT_DATA_DIR", root / "output" / "data")),
        checkpoint_folder=Path(variables.get("SM_CHECKPOINT_DIR", root / "checkpoints")),
        hosts=hosts,
        current_host=variables.get("SM_CURRENT_HOST", hosts[0]),
        cpu_count=int(variables.get("SM_NUM_CPUS") or os.cpu_count() or 1),
        gpu_count=int(variables.get("SM_NUM_GPUS") or 0),
    )


def _hyperparameters(variables: Mapping[str, str], config_folder: Path) -> Mapping[str, Any]:
    if "SM_HPS" in variables:
        return dict(_json(variables, "SM_HPS", {}))
    file = config_folder / "hyperparameters.json"
    texts = json.loads(file.read_text(encoding="utf-8")) if file.is_file() else {}
    return {name: _parsed(text) for name, text in texts.items()}


def _channels(variables: Mapping[str, str], data_folder: Path) -> Mapping[str, Path]:
    found = sorted(place.name for place in data_folder.iterdir() if place.is_dir()) if data_folder.is_dir() else []
    names = _json(variables, "SM_CHANNELS", found)
    return {name: Path(variables.get(f"SM_CHANNEL_{name.upper()}", data_folder / name)) for name in names}


def _json(variables: Mapping[str, str], name: str, otherwise: Any) -> Any:
    if name not in variables:
        return otherwise
    try:
        return json.loads(variables[name])
    except json.JSONDecodeError as error:
        raise ValueError(f"{name} does not hold JSON: {error}") from None


def _parsed(text: Any) -> Any:
    try:
        return json.loads(text)
    except (TypeError, ValueError):
        return text
