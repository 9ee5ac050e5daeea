"""Which part of the data this training holds out, when its tuning job cross-validates."""

from __future__ import annotations

import os
import random
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass


class FoldError(ValueError):
    """The data cannot be divided as the tuning job asks; the message says why."""


@dataclass(frozen=True)
class Fold:
    """One fold of a cross-validation. `index` counts from 0 to `count` - 1, `repeat` from 0."""

    index: int
    count: int
    repeat: int
    method: str
    seed: int

    def split(
        self, rows: int, labels: Sequence[Hashable] | None = None, groups: Sequence[Hashable] | None = None
    ) -> tuple[list[int], list[int]]:
        """Row numbers to train on and to measure on, both ascending.

        Every training of the tuning job with the same rows gets the same division. `labels` are needed for the method
        Stratified, `groups` for Grouped; rows of one group are never on both sides. TimeSeries measures on the part that
        follows those it trains on, so its rows must be in the order of time.

        Raises FoldError.
        """
        if rows < self.count + (self.method == "TimeSeries"):
            raise FoldError(f"{rows} rows cannot be divided into {self.count} folds.")
        if self.method == "TimeSeries":
            return self._time_series(rows)
        held_out = {
            "KFold": lambda: self._dealt(range(rows)),
            "Stratified": lambda: self._stratified(_one_each(rows, labels, "labels", self.method)),
            "Grouped": lambda: self._grouped(_one_each(rows, groups, "groups", self.method)),
        }.get(self.method)
        if held_out is None:
            raise FoldError(f"The split method {self.method} is not known to this version of fleetune.")
        chosen = held_out()
        return [row for row in range(rows) if row not in chosen], sorted(chosen)

    def _dealt(self, rows: Sequence[int], start: int = 0) -> set[int]:
        """Deals shuffled rows out to the folds in turn, beginning with fold `start`, and takes this fold's."""
        shuffled = list(rows)
        random.Random(self.seed).shuffle(shuffled)
        return {row for place, row in enumerate(shuffled) if (start + place) % self.count == self.index}

    def _stratified(self, labels: Sequence[Hashable]) -> set[int]:
        chosen: set[int] = set()
        dealt = 0
        for rows in _rows_by_value(labels).values():
            chosen |= self._dealt(rows, dealt)
            dealt += len(rows)
        return chosen

    def _grouped(self, groups: Sequence[Hashable]) -> set[int]:
        """The largest group goes to the emptiest fold, then the next."""
        by_group = list(_rows_by_value(groups).values())
        if len(by_group) < self.count:
            raise FoldError(f"{len(by_group)} groups cannot be divided into {self.count} folds.")
        random.Random(self.seed).shuffle(by_group)
        folds: list[list[int]] = [[] for _ in range(self.count)]
        for rows in sorted(by_group, key=len, reverse=True):
            min(folds, key=len).extend(rows)
        return set(folds[self.index])

    def _time_series(self, rows: int) -> tuple[list[int], list[int]]:
        part = rows // (self.count + 1)
        first = rows - (self.count - self.index) * part
        return list(range(first)), list(range(first, first + part))


def current_fold(environment: Mapping[str, str] = os.environ) -> Fold | None:
    """The fold that this training is; None when its tuning job does not cross-validate, or outside of Fleetune."""
    if "FLEETUNE_FOLD" not in environment:
        return None
    return Fold(
        index=int(environment["FLEETUNE_FOLD"]),
        count=int(environment["FLEETUNE_FOLDS"]),
        repeat=int(environment["FLEETUNE_FOLD_REPEAT"]),
        method=environment["FLEETUNE_FOLD_METHOD"],
        seed=int(environment["FLEETUNE_FOLD_SEED"]),
    )


def _one_each(
    rows: int, values: Sequence[Hashable] | None, name: str, method: str
) -> Sequence[Hashable]:
    if values is None:
        raise FoldError(f"The split method {method} needs the {name} of the rows.")
    if len(values) != rows:
        raise FoldError(f"There are {rows} rows and {len(values)} {name}.")
    return values


def _rows_by_value(values: Sequence[Hashable]) -> dict[Hashable, list[int]]:
    rows: dict[Hashable, list[int]] = {}
    for row, value in enumerate(values):
        rows.setdefault(value, []).append(row)
    return rows
