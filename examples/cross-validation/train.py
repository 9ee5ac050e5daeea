"""Nearest neighbours on points of two kinds, measured on the fold that this training holds out.

Nothing but the standard library and `fleetune`, which agents lay on the path of every script.
"""

import argparse
import math
import random

from fleetune import current_fold, report

ROWS = 400


def points(count: int) -> list[tuple[float, float, int]]:
    """Two clouds that overlap, the same every time."""
    chance = random.Random(7)
    return [
        (chance.gauss(1.5 * kind, 1.0), chance.gauss(1.5 * kind, 1.0), kind)
        for kind in (chance.randrange(2) for _ in range(count))
    ]


def predicted(point: tuple[float, float, int], known: list[tuple[float, float, int]], neighbours: int) -> int:
    nearest = sorted(known, key=lambda other: math.dist(point[:2], other[:2]))[:neighbours]
    return round(sum(kind for *_, kind in nearest) / neighbours)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--neighbours", type=int, required=True)
    given = parser.parse_args()

    rows = points(ROWS)
    fold = current_fold()
    if fold is None:
        train, held_out = list(range(300)), list(range(300, ROWS))
    else:
        train, held_out = fold.split(ROWS, labels=[kind for *_, kind in rows])
    known = [rows[row] for row in train]
    right = sum(predicted(rows[row], known, given.neighbours) == rows[row][2] for row in held_out)
    print(f"trained on {len(train)} rows, measured on {len(held_out)}")
    report("accuracy", right / len(held_out))


if __name__ == "__main__":
    main()
