"""Results of tuning jobs as pandas data frames, from a server's own JSON API."""

from __future__ import annotations

import json
import os
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Optional

if TYPE_CHECKING:
    import pandas

_PAGE = 100
_TIMEOUT_SECONDS = 30


class ServerError(Exception):
    """The server refused, or nobody answers. The message says which, and what to do."""


class Results:
    """Asks one server.

    Args:
        url: Such as `http://127.0.0.1:4600`; otherwise `FLEETUNE_URL`, else that of a server on this machine.
        token: Its API token; otherwise `FLEETUNE_TOKEN`, else that of the server on this machine.
        data_folder: The folder of a server on this machine; otherwise `FLEETUNE_DATA`, else `~/.fleetune`.

    Raises:
        ServerError: no server is known, or it is known without its token.
    """

    def __init__(
        self, url: Optional[str] = None, token: Optional[str] = None, data_folder: Optional[str] = None
    ) -> None:
        given_url = url or (None if data_folder else os.environ.get("FLEETUNE_URL"))
        given_token = token or os.environ.get("FLEETUNE_TOKEN")
        endpoint = {} if given_url else _endpoint(data_folder)
        self._url = str(given_url or endpoint["url"]).rstrip("/")
        self._token = given_token or endpoint.get("token")
        if not self._token:
            raise ServerError(f"The token of {self._url} is missing: give it, or set FLEETUNE_TOKEN.")

    def training_jobs(self, tuning_job: str) -> pandas.DataFrame:
        """The training jobs of a tuning job, one a row, in the order of their creation.

        Columns: `name`, `definition`, `status`, `objective` (missing until it is measured), one for each hyperparameter
        that is tuned, and `startTime`, `endTime`, `trainingSeconds`, `instanceType`, `failureReason` where there are any.
        """
        pandas = _pandas()
        jobs = list(self._pages("training-jobs", "trainingJobs", tuningJobName=tuning_job, sortOrder="Ascending"))
        frame = pandas.DataFrame([_row(job) for job in jobs])
        for column in ("startTime", "endTime"):
            if column in frame:
                frame[column] = pandas.to_datetime(frame[column], unit="ms", utc=True)
        return frame

    def tuning_jobs(self) -> pandas.DataFrame:
        """All tuning jobs, the newest first: `name`, `status`, `strategy`, `metric`, `objectiveType`, `best`, `bestValue`."""
        rows = []
        for job in self._pages("tuning-jobs", "tuningJobs"):
            best = job.get("bestTrainingJob") or {}
            objective = job.get("objective") or {}
            rows.append(
                {
                    **{name: job.get(name) for name in ("name", "status", "strategy")},
                    "metric": objective.get("metric"),
                    "objectiveType": objective.get("type"),
                    "best": best.get("name"),
                    "bestValue": _number((best.get("tuning") or {}).get("objectiveValue")),
                }
            )
        return _pandas().DataFrame(rows)

    def metrics(self, training_job: str) -> pandas.DataFrame:
        """Every point that a training job reported: `metric`, `value`, `step`, `time`."""
        pandas = _pandas()
        found = self._get(f"training-jobs/{urllib.parse.quote(training_job)}/metrics")
        rows = [
            {"metric": one["name"], "value": _number(one["value"]), "step": one["step"], "time": one["timestampMs"]}
            for one in found["metrics"]
        ]
        frame = pandas.DataFrame(rows, columns=["metric", "value", "step", "time"])
        frame["time"] = pandas.to_datetime(frame["time"], unit="ms", utc=True)
        return frame

    def _pages(self, path: str, key: str, **query: str) -> Iterator[dict[str, Any]]:
        token: Optional[str] = None
        while True:
            page = self._get(path, maxResults=str(_PAGE), **query, **({"nextToken": token} if token else {}))
            yield from page[key]
            token = page.get("nextToken")
            if not token:
                return

    def _get(self, path: str, **query: str) -> dict[str, Any]:
        address = f"{self._url}/api/v1/{path}?{urllib.parse.urlencode(query)}"
        request = urllib.request.Request(address, headers={"authorization": f"Bearer {self._token}"})
        try:
            with urllib.request.urlopen(request, timeout=_TIMEOUT_SECONDS) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            raise ServerError(_refusal(error)) from None
        except (urllib.error.URLError, TimeoutError) as error:
            raise ServerError(f"No Fleetune server answers at {self._url} ({error}).") from error


def _endpoint(data_folder: Optional[str]) -> dict[str, Any]:
    folder = Path(data_folder or os.environ.get("FLEETUNE_DATA") or Path.home() / ".fleetune")
    try:
        return json.loads((folder / "endpoint.json").read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ServerError(f'No server has run in {folder}. Start one with "fleetune up", or give url and token.') from None


def _refusal(error: urllib.error.HTTPError) -> str:
    try:
        return str(json.load(error)["error"]["message"])
    except (ValueError, KeyError, TypeError):
        return f"The server answered {error.code} {error.reason}."


def _row(job: dict[str, Any]) -> dict[str, Any]:
    tuning = job.get("tuning") or {}
    columns = {
        "trainingStartTimeMs": "startTime",
        "trainingEndTimeMs": "endTime",
        "trainingTimeSeconds": "trainingSeconds",
        "instanceType": "instanceType",
        "failureReason": "failureReason",
    }
    return {
        "name": job["name"],
        "definition": tuning.get("definitionName"),
        "status": job["status"],
        "objective": _number(tuning.get("objectiveValue")),
        **tuning.get("configuration", {}),
        **{column: job[member] for member, column in columns.items() if job.get(member) is not None},
    }


def _number(value: Any) -> Optional[float]:
    """JSON has no NaN and no infinities; they travel by name."""
    return None if value is None else float(value)


def _pandas() -> Any:
    try:
        import pandas
    except ImportError as error:
        raise ImportError('Data frames need pandas: install "fleetune[results]", or pandas itself.') from error
    return pandas
