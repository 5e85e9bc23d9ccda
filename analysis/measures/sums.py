"""Sums over tables of millions of rows, of whole numbers: the same in any order. Read by the measures."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Frame = pd.DataFrame
MOST_CELLS = 20_000_000  # combinations of keys that are worth counting in place


def summed(frame: Frame, keys: Sequence[str], columns: Sequence[str]) -> Frame:
    """Sum columns by keys: what ``frame.groupby(keys, as_index=False, sort=False)[columns].sum()`` gives, sooner.

    Keys are text (or categories, which come back as text) and whole numbers, none missing; columns are whole numbers.
    Numbers come back in eight bytes.
    """
    keys, columns = [*keys], [*columns]
    cell, cells = np.zeros(len(frame), np.intp), 1
    for key in keys:
        place, low, many = _places(frame[key])
        cell *= many
        cell += place
        cell -= low
        cells *= many
    if frame.empty or cells > MOST_CELLS:
        return _plain(frame.groupby(keys, as_index=False, sort=False, observed=True)[columns].sum())
    first = np.full(cells, len(frame))
    first[cell[::-1]] = np.arange(len(frame))[::-1]  # the last that is put there stays
    rows = np.sort(first[first < len(frame)])
    sums = {}
    for column in columns:
        total = np.zeros(cells, np.int64)
        np.add.at(total, cell, frame[column].to_numpy())
        sums[column] = total[cell[rows]]
    return _plain(frame[keys].iloc[rows].reset_index(drop=True)).assign(**sums)


def _places(column: pd.Series) -> tuple[NDArray[np.integer[Any]], int, int]:
    """Number the values of a key: the number of each row, the lowest, and how many there are up to the highest."""
    if isinstance(column.dtype, pd.CategoricalDtype):
        return column.cat.codes.to_numpy(), 0, len(column.cat.categories)
    if column.dtype.kind in "iu":
        values = column.to_numpy()
        low, high = (int(values.min()), int(values.max())) if len(values) else (0, 0)
        return values, low, high - low + 1
    codes, names = pd.factorize(column)
    return codes.astype(np.intp), 0, len(names)


def _plain(frame: Frame) -> Frame:
    """Write categories as text, and numbers in eight bytes."""
    coded = [name for name in frame if isinstance(frame[name].dtype, pd.CategoricalDtype)]
    short = [name for name in frame if frame[name].dtype.kind in "iu"]
    return frame.astype(dict.fromkeys(coded, "str") | dict.fromkeys(short, "int64"))
