from pathlib import Path

import pandas


def read(channel):
    """The rows and labels of a channel's CSV files, whose first column is the label."""
    table = pandas.concat([pandas.read_csv(file, header=None) for file in sorted(Path(channel).glob("*.csv"))])
    return table.iloc[:, 1:], table.iloc[:, 0]
