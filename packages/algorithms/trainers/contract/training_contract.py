"""SageMaker's training contract, as the built-in trainers see it.

Everything lies under `/opt/ml` unless an `SM_*` variable names another place. A program that ends with exit status 0
has trained; one that fails leaves its reason in the `failure` file of the output folder.
"""

from __future__ import annotations

import json
import os
import sys
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

LONGEST_FAILURE = 1024
"""Characters of FailureReason that SageMaker shows."""


class UserError(Exception):
    """The job's data or hyperparameters cannot work. The message is one sentence for the person who can mend it."""


@dataclass(frozen=True)
class TrainingContract:
    """Where one training job reads and writes."""

    environment: Mapping[str, str]
    config_folder: Path
    data_folder: Path
    model_folder: Path
    output_folder: Path

    @staticmethod
    def from_environment(environment: Mapping[str, str]) -> TrainingContract:
        input_folder = Path(environment.get("SM_INPUT_DIR", "/opt/ml/input"))
        return TrainingContract(
            environment=environment,
            config_folder=Path(environment.get("SM_INPUT_CONFIG_DIR", input_folder / "config")),
            data_folder=input_folder / "data",
            model_folder=Path(environment.get("SM_MODEL_DIR", "/opt/ml/model")),
            output_folder=Path(environment.get("SM_OUTPUT_DIR", "/opt/ml/output")),
        )

    def hyperparameters(self) -> dict[str, str]:
        """The job's hyperparameters by name; SageMaker writes every value as text."""
        values = self._config("hyperparameters.json")
        return {name: value if isinstance(value, str) else json.dumps(value) for name, value in values.items()}

    def content_type(self, channel: str) -> str | None:
        """The channel's content type without its parameters, in lower case; None where the job names none."""
        described = self._config("inputdataconfig.json").get(channel, {}).get("ContentType") or ""
        return described.split(";")[0].strip().lower() or None

    def channel_files(self, channel: str) -> list[Path] | None:
        """The channel's files in name order, hidden and empty ones left out; None when the job has no such channel."""
        variable = f"SM_CHANNEL_{channel.upper()}"
        place = Path(self.environment.get(variable, self.data_folder / channel))
        if place.is_file():
            return [place]
        if not place.is_dir():
            return None
        return sorted(file for file in place.rglob("*") if _holds_data(file))

    def checkpoint_folder(self) -> Path | None:
        """Where to keep what must outlive an interruption; None when the job keeps nothing."""
        place = self.environment.get("SM_CHECKPOINT_DIR") or self._config("checkpointconfig.json").get("LocalPath")
        return Path(place) if place else None

    def cpu_count(self) -> int:
        """Cores this job may count on."""
        given = self.environment.get("SM_NUM_CPUS", "")
        return int(given) if given.isdigit() and int(given) > 0 else os.cpu_count() or 1

    def hosts(self) -> list[str]:
        return list(json.loads(self.environment.get("SM_HOSTS", "[]"))) or ["algo-1"]

    def write_failure(self, reason: str) -> None:
        self.output_folder.mkdir(parents=True, exist_ok=True)
        (self.output_folder / "failure").write_text(reason, encoding="utf-8")

    def _config(self, name: str) -> dict:
        file = self.config_folder / name
        return json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}


def run_trainer(train: Callable[[TrainingContract], None]) -> int:
    """Runs `train` by the contract and returns the exit status: 0 when it trained, 1 when it failed.

    A `UserError` becomes a one-line failure; anything else is a fault of the trainer and keeps its traceback.
    """
    contract = TrainingContract.from_environment(os.environ)
    try:
        train(contract)
        return 0
    except UserError as error:
        reason = " ".join(str(error).split())
        print(f"Error: {reason}", file=sys.stderr, flush=True)
        contract.write_failure(reason[:LONGEST_FAILURE])
    except Exception:
        report = traceback.format_exc()
        print(report, file=sys.stderr, flush=True)
        contract.write_failure(report[-LONGEST_FAILURE:])
    return 1


def _holds_data(file: Path) -> bool:
    hidden = file.name.startswith((".", "_SUCCESS")) or file.name.endswith(".manifest")
    return not hidden and file.is_file() and file.stat().st_size > 0
