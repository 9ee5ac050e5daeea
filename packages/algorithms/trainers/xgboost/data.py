"""Reads a channel's files into an XGBoost matrix."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import xgboost
from scipy.sparse import csr_matrix, vstack
from training_contract import TrainingContract, UserError

LIBSVM_TYPES = {"text/libsvm", "libsvm", "text/x-libsvm"}
CSV_TYPES = {"text/csv", "csv"}


def load_channel(
    contract: TrainingContract, channel: str, *, csv_weights: bool, threads: int
) -> xgboost.DMatrix | None:
    """The rows of a channel; None when the job has no such channel.

    Raises UserError when the channel is empty or a file cannot be read as the channel's content type says.
    """
    files = contract.channel_files(channel)
    if files is None:
        return None
    if not files:
        raise UserError(f'Channel "{channel}" holds no data; its folder has no file with content.')
    content_type = contract.content_type(channel) or "text/libsvm"
    if content_type in CSV_TYPES:
        return _from_csv(files, channel, csv_weights, threads)
    if content_type in LIBSVM_TYPES:
        return _from_libsvm(files, threads)
    raise UserError(f'Channel "{channel}" has content type "{content_type}"; XGBoost reads text/libsvm and text/csv.')


def _from_csv(files: list[Path], channel: str, csv_weights: bool, threads: int) -> xgboost.DMatrix:
    tables = [_read_csv(file) for file in files]
    widths = {table.shape[1] for table in tables}
    if len(widths) > 1:
        raise UserError(f'The CSV files of channel "{channel}" differ in their number of columns: {sorted(widths)}.')
    table = tables[0] if len(tables) == 1 else np.concatenate(tables)
    first_feature = 2 if csv_weights else 1
    if table.shape[1] <= first_feature:
        needed = "a label, a weight and features" if csv_weights else "a label and features"
        raise UserError(f'The CSV files of channel "{channel}" have {table.shape[1]} columns; they need {needed}.')
    labels = table[:, 0]
    if np.isnan(labels).any():
        row = int(np.flatnonzero(np.isnan(labels))[0]) + 1
        raise UserError(f'Channel "{channel}" has no label in row {row}; the label is the first column.')
    weights = table[:, 1] if csv_weights else None
    return xgboost.DMatrix(table[:, first_feature:], label=labels, weight=weights, nthread=threads)


def _read_csv(file: Path) -> np.ndarray:
    """An array of 32-bit floats, shape (rows, columns); empty fields are NaN, which XGBoost takes as missing."""
    try:
        return np.loadtxt(file, delimiter=",", dtype=np.float32, comments=None, ndmin=2, encoding="utf-8-sig")
    except ValueError:
        return _read_csv_by_line(file)


def _read_csv_by_line(file: Path) -> np.ndarray:
    """The slow way, for files with empty fields; names the line that is wrong, where one is."""
    rows: list[list[float]] = []
    with file.open(encoding="utf-8-sig", errors="replace") as lines:
        for number, line in enumerate(lines, start=1):
            if line.strip() == "":
                continue
            try:
                row = [float(field) if field.strip() else float("nan") for field in line.split(",")]
            except ValueError as error:
                wrong = str(error).partition(": ")[2]
                hint = " CSV for training has no header line." if number == 1 else ""
                raise UserError(f"{file.name} line {number} holds {wrong}, which is not a number.{hint}") from None
            if rows and len(row) != len(rows[0]):
                raise UserError(f"{file.name} line {number} has {len(row)} columns; the first has {len(rows[0])}.")
            rows.append(row)
    return np.array(rows, dtype=np.float32, ndmin=2)


def _from_libsvm(files: list[Path], threads: int) -> xgboost.DMatrix:
    parts = [_read_libsvm(file) for file in files]
    width = max(features.shape[1] for features, *_ in parts)
    for features, *_ in parts:
        features.resize(features.shape[0], width)
    features = parts[0][0] if len(parts) == 1 else vstack([part[0] for part in parts], format="csr")
    labels, weights, groups = (np.concatenate([part[index] for part in parts]) for index in (1, 2, 3))
    has_weights, has_groups = bool((weights != 1).any()), bool((groups >= 0).any())
    return xgboost.DMatrix(
        features,
        label=labels,
        weight=weights if has_weights else None,
        qid=groups if has_groups else None,
        nthread=threads,
    )


def _read_libsvm(file: Path) -> tuple[csr_matrix, np.ndarray, np.ndarray, np.ndarray]:
    """Features, labels, weights (1 where none) and group numbers (-1 where none), one entry a line.

    A line is `label[:weight] [qid:group] index:value ...` with zero-based indices; what is not listed is missing.
    """
    labels, weights, groups, counts, texts = [], [], [], [], []
    for number, line in enumerate(file.read_bytes().splitlines(), start=1):
        fields = line.partition(b"#")[0].split()
        if not fields:
            continue
        label, _, weight = fields[0].partition(b":")
        has_group = len(fields) > 1 and fields[1].startswith(b"qid:")
        features = fields[2 if has_group else 1 :]
        try:
            labels.append(float(label))
            weights.append(float(weight) if weight else 1.0)
            groups.append(int(fields[1][4:]) if has_group else -1)
        except ValueError:
            raise UserError(f"{file.name} line {number} does not begin as libsvm does: label[:weight].") from None
        text = b" ".join(features)
        if not _LIBSVM_FEATURES.fullmatch(text):
            raise UserError(f"{file.name} line {number} holds what is not index:value; is it text/csv?")
        counts.append(len(features))
        texts.append(text)
    if not labels:
        raise UserError(f"{file.name} holds no rows.")
    numbers = np.array(b" ".join(texts).replace(b":", b" ").split(), dtype=np.float64)
    indices, values = numbers[0::2].astype(np.int64), numbers[1::2].astype(np.float32)
    starts = np.concatenate([[0], np.cumsum(counts)])
    width = int(indices.max()) + 1 if len(indices) else 1
    features = csr_matrix((values, indices, starts), shape=(len(labels), width))
    return features, np.array(labels), np.array(weights), np.array(groups)


_LIBSVM_FEATURES = re.compile(rb"(?:\d+:[-+.\w]+(?: |$))*")
