"""Checkpoints that outlive an interruption: written whole or not at all, and found again by the next attempt."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, Optional, Union

from fleetune.training import training_environment

# Fleetune leaves what begins like this out of the checkpoints it stores.
_PARTIAL = ".fleetune-partial-{name}-"


def checkpoint_folder() -> Path:
    """Where this job's checkpoints lie. What is written here comes back when the job is interrupted and tried again."""
    return training_environment().checkpoint_folder


def save_checkpoint(
    write: Callable[[Path], Any], name: str = "checkpoint", folder: Union[str, os.PathLike, None] = None
) -> Path:
    """Calls `write` with a path to write a file or a folder to, and puts that in the place of the last one as a whole.

    A job that is killed while it writes keeps the checkpoint it had. `write` is the framework's own way to save:
    `save_checkpoint(lambda path: torch.save(state, path))`, `save_checkpoint(booster.save_model, "model.json")`.

    Raises:
        ValueError: `name` is not the name of one file.
        FileNotFoundError: `write` wrote nothing.
    """
    place = _place(name, folder)
    place.parent.mkdir(parents=True, exist_ok=True)
    partial = Path(tempfile.mkdtemp(prefix=_PARTIAL.format(name=name), dir=place.parent))
    try:
        # The ending is the one asked for: some frameworks tell formats by it.
        written = partial / name
        write(written)
        if not written.exists():
            raise FileNotFoundError(f'Nothing was written to "{written}": write the checkpoint to the path you are given.')
        _flush(written)
        if written.is_dir() and place.exists():
            # Folders are not replaced in one step; the old one makes way first, and is found if nothing comes after.
            os.replace(place, partial / "old")
        os.replace(written, place)
        _flush(place.parent)
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    return place


def load_checkpoint(name: str = "checkpoint", folder: Union[str, os.PathLike, None] = None) -> Optional[Path]:
    """The path of the newest whole checkpoint of this name; None when the job starts afresh."""
    place = _place(name, folder)
    if place.exists():
        return place
    kept = sorted(place.parent.glob(f"{_PARTIAL.format(name=name)}*/old")) if place.parent.is_dir() else []
    return kept[-1] if kept else None


def save_state(state: Any, name: str = "state.json", folder: Union[str, os.PathLike, None] = None) -> Path:
    """Keeps a value that JSON can hold: an epoch, a score, the state of a generator."""
    text = json.dumps(state)
    return save_checkpoint(lambda path: path.write_text(text, encoding="utf-8"), name, folder)


def load_state(default: Any = None, name: str = "state.json", folder: Union[str, os.PathLike, None] = None) -> Any:
    """What `save_state` kept; `default` when the job starts afresh."""
    place = load_checkpoint(name, folder)
    return default if place is None else json.loads(place.read_text(encoding="utf-8"))


def _place(name: str, folder: Union[str, os.PathLike, None]) -> Path:
    if name in ("", ".", "..") or "/" in name or name.startswith("."):
        raise ValueError(f'"{name}" cannot name a checkpoint: give the name of one file, not hidden and without "/".')
    return (checkpoint_folder() if folder is None else Path(folder)) / name


def _flush(path: Path) -> None:
    """To the disk, so that a machine that loses power has the old or the new one and not an empty file."""
    for place in [path, *(path.rglob("*") if path.is_dir() else [])]:
        descriptor = os.open(place, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
