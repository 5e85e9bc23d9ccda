"""Sums over tables of millions of rows, of whole numbers: the same in any order. Read by the measures."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Frame = pd.DataFrame
MOST_CELLS = 20_000_000  # combinations of keys that are worth counting in place
EXACT = 2**53  # up to here a float is as exact as a whole number


def summed(frame: Frame, keys: Sequence[str], columns: Sequence[str]) -> Frame:
    """Sum columns by keys: what ``frame.groupby(keys, as_index=False, sort=False)[columns].sum()`` gives, sooner.

    Keys are text (or categories, which come back as text) and whole numbers, none missing; columns are whole numbers.
    Numbers come back in eight bytes.
    """
    keys, columns = [*keys], [*columns]
    places = [_places(frame[key]) for key in keys]
    cells = math.prod(many for _, _, many in places)
    if frame.empty or cells > MOST_CELLS:
        return _plain(frame.groupby(keys, as_index=False, sort=False, observed=True)[columns].sum())
    cell = np.zeros(len(frame), np.int32)
    for place, low, many in places:
        cell *= many
        cell += place
        cell -= low
    there = np.zeros(cells, np.bool_)
    there[cell] = True
    group = np.cumsum(there, dtype=np.int32)[cell] - 1  # of each row: the groups that occur, numbered
    first = np.empty(np.count_nonzero(there), np.intp)
    first[group[::-1]] = np.arange(len(frame))[::-1]  # the last that is put there stays
    order = np.argsort(first)
    sums = {column: _sums(group, frame[column].to_numpy(), len(first))[order] for column in columns}
    return _plain(frame[keys].iloc[first[order]].reset_index(drop=True)).assign(**sums)


def _sums(group: NDArray[np.int32], values: NDArray[np.integer[Any]], groups: int) -> NDArray[np.int64]:
    """Sum whole numbers by group, shape (groups,)."""
    largest = max(int(values.max()), -int(values.min()))
    if largest * len(values) < EXACT:  # faster, and no digit is lost
        return np.bincount(group, values, groups).astype(np.int64)
    total = np.zeros(groups, np.int64)
    np.add.at(total, group, values)
    return total


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
    coded = {str(name): frame[name].array for name in frame if isinstance(frame[name].dtype, pd.CategoricalDtype)}
    short = [name for name in frame if frame[name].dtype.kind in "iu"]
    texts = {name: each.categories.astype("str").take(each.codes).array for name, each in coded.items()}
    return frame.astype(dict.fromkeys(short, "int64")).assign(**texts)
