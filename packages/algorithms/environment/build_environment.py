"""Builds a virtual environment at its final place, once, however many processes ask at the same time.

Usage: build_environment.py REQUIREMENTS_FILE ENVIRONMENT_FOLDER

The environment is whole when its `complete` file is there; that file is written last. The lock is the kernel's, so a
builder that dies gives it up at once, and the next one starts over from an empty folder. Prints one stage a line.
"""

import fcntl
import os
import shutil
import subprocess
import sys
import venv
from pathlib import Path

COMPLETE = "complete"


def main(requirements: Path, folder: Path) -> int:
    folder.parent.mkdir(parents=True, exist_ok=True)
    with open(f"{folder}.lock", "w") as lock:
        _take(lock)
        if (folder / COMPLETE).exists() and (folder / "bin" / "python").exists():
            print("ready", flush=True)
            return 0
        shutil.rmtree(folder, ignore_errors=True)
        print("creating", flush=True)
        venv.create(folder, with_pip=True, symlinks=True)
        print("installing", flush=True)
        status = _install(requirements, folder)
        if status != 0:
            shutil.rmtree(folder, ignore_errors=True)
            return status
        (folder / COMPLETE).touch()
        print("created", flush=True)
    return 0


def _take(lock) -> None:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        print("waiting", flush=True)
        fcntl.flock(lock, fcntl.LOCK_EX)


def _install(requirements: Path, folder: Path) -> int:
    quiet = ["--quiet", "--no-input", "--disable-pip-version-check", "--no-warn-script-location"]
    exact = ["--require-hashes", "--only-binary=:all:", "--no-deps"]
    command = [str(folder / "bin" / "python"), "-m", "pip", "install", *quiet, *exact, "-r", str(requirements)]
    outside = {"PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV", "PIP_USER", "PIP_TARGET", "PIP_PREFIX"}
    environment = {name: value for name, value in os.environ.items() if name not in outside}
    return subprocess.run(command, env=environment, stdout=sys.stderr).returncode


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), Path(sys.argv[2])))
