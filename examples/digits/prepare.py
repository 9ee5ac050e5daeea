"""Writes scikit-learn's handwritten digits as the two CSV channels that the XGBoost built-in reads.

The label comes first and there is no header. The first 70 % of the rows are for training, the rest for validation; they
stay in their order, so that the writers of the last 30 % are people the model has not seen.
"""

import argparse
from pathlib import Path

import numpy as np
from sklearn.datasets import load_digits

TRAINING_SHARE = 0.7


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--output", type=Path, default=Path(__file__).parent / "data", help="folder for the channels")
    output = parser.parse_args().output
    digits = load_digits()
    rows = np.column_stack([digits.target, digits.data]).astype(int)
    boundary = int(len(rows) * TRAINING_SHARE)
    write(rows[:boundary], output / "train" / "train.csv")
    write(rows[boundary:], output / "validation" / "validation.csv")


def write(rows: np.ndarray, file: Path) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    np.savetxt(file, rows, fmt="%d", delimiter=",")
    print(f"{file}: {len(rows)} rows")


if __name__ == "__main__":
    main()
