"""Keeps what was trained so far, so that an interrupted job goes on where it was."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path

import xgboost
from rounds import History, round_count

MODEL_FILE = "xgboost-checkpoint.ubj"
HISTORY_ATTRIBUTE = "fleetune_history"


@dataclass(frozen=True)
class Checkpoint:
    booster: xgboost.Booster
    history: History

    @property
    def rounds(self) -> int:
        return round_count(self.history)


def load_checkpoint(folder: Path | None) -> Checkpoint | None:
    """The checkpoint in a folder; None where there is no folder, or nothing in it."""
    if folder is None or not (folder / MODEL_FILE).is_file():
        return None
    booster = xgboost.Booster(model_file=folder / MODEL_FILE)
    return Checkpoint(booster, json.loads(booster.attr(HISTORY_ATTRIBUTE) or "{}"))


def save_checkpoint(folder: Path, booster: xgboost.Booster, history: History) -> None:
    """Replaces the checkpoint at once. Model and history are one file, so that they cannot be of different rounds."""
    folder.mkdir(parents=True, exist_ok=True)
    booster.set_attr(**{HISTORY_ATTRIBUTE: json.dumps(history)})
    unfinished = folder / f".{MODEL_FILE}"
    unfinished.write_bytes(booster.save_raw("ubj"))
    booster.set_attr(**{HISTORY_ATTRIBUTE: None})
    os.replace(unfinished, folder / MODEL_FILE)
