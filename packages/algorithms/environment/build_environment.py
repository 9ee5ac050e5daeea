"""Builds a virtual environment at its final place, once, however many processes ask at the same time.

Usage: build_environment.py [--plain] [--inherit FOLDER]... [--confine COMMAND] REQUIREMENTS_FILE ENVIRONMENT_FOLDER

Without --plain the requirements must be exact wheels with hashes, and nothing else is installed. Packages of inherited
folders can be imported in the environment, behind its own; pip takes them for installed and leaves them as they are.
With --confine, a JSON list of words that pip's command line is put behind, pip can write to nothing but the environment.

The environment is whole when its `complete` file is there; that file is written last. The lock is the kernel's, so a
builder that dies gives it up at once, and the next one starts over from an empty folder. Prints one stage a line.
"""

import argparse
import fcntl
import json
import os
import shutil
import subprocess
import sys
import sysconfig
import tempfile
import venv
from pathlib import Path

COMPLETE = "complete"
EXACT = ["--require-hashes", "--only-binary=:all:", "--no-deps"]


def main(requirements: Path, folder: Path, plain: bool, inherited: list, confine: list) -> int:
    folder.parent.mkdir(parents=True, exist_ok=True)
    with open(f"{folder}.lock", "w") as lock:
        _take(lock)
        if (folder / COMPLETE).exists() and (folder / "bin" / "python").exists():
            print("ready", flush=True)
            return 0
        shutil.rmtree(folder, ignore_errors=True)
        print("creating", flush=True)
        venv.create(folder, with_pip=True, symlinks=True)
        _inherit(inherited, folder)
        print("installing", flush=True)
        status = _install(requirements, folder, [] if plain else EXACT, confine)
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


def _inherit(inherited: list, folder: Path) -> None:
    packages = sysconfig.get_path("purelib", "venv" if "venv" in sysconfig.get_scheme_names() else "posix_prefix",
                                  {"base": str(folder)})
    lines = [f"import site; site.addsitedir({place!r})\n" for place in inherited]
    if lines:
        Path(packages, "inherited.pth").write_text("".join(lines))


def _install(requirements: Path, folder: Path, exact: list, confine: list) -> int:
    quiet = ["--quiet", "--no-input", "--disable-pip-version-check", "--no-warn-script-location"]
    if confine:
        # What one job's packages leave in a cache, the next job would install.
        quiet.append("--no-cache-dir")
    command = [*confine, str(folder / "bin" / "python"), "-m", "pip", "install", *quiet, *exact, "-r", str(requirements)]
    outside = {"PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV", "PIP_USER", "PIP_TARGET", "PIP_PREFIX"}
    environment = {name: value for name, value in os.environ.items() if name not in outside}
    temporary = tempfile.mkdtemp(dir=folder)
    if confine:
        environment["TMPDIR"] = temporary
    status = subprocess.run(command, env=environment, stdout=sys.stderr, cwd=requirements.parent).returncode
    shutil.rmtree(temporary, ignore_errors=True)
    return status


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--plain", action="store_true")
    parser.add_argument("--inherit", action="append", default=[])
    parser.add_argument("--confine", type=json.loads, default=[])
    parser.add_argument("requirements", type=Path)
    parser.add_argument("folder", type=Path)
    given = parser.parse_args()
    sys.exit(main(given.requirements.resolve(), given.folder, given.plain, given.inherit, given.confine))
