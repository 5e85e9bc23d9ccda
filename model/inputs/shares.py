"""Whole numbers divided among members of groups, and summed over them: compiled, so apart from `arithmetic`.

Commands that live no year need not load Numba.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from .compiled import as_read, kernel

Whole = NDArray[np.int64]


def share_out(number: Whole, weight: Whole, of: Whole) -> Whole:
    """Divide whole numbers among the members of each group in proportion to whole weights; nothing is lost.

    Parameters
    ----------
    number
        What each group has, shape (n, n_groups); at most the weight of its members together.
    weight
        Shape (n, n_members).
    of
        Group of each member, shape (n_members,).

    Returns
    -------
    ndarray
        Shape of `weight`; nobody gets more than its weight.
    """
    return _share_out(as_read(number), as_read(weight), as_read(of))


@kernel
def _share_out(number: Whole, weight: Whole, of: Whole) -> Whole:
    n, members = weight.shape
    groups = number.shape[1]
    result = np.empty(weight.shape, np.int64)
    whole, upto, given = np.empty(groups, np.int64), np.empty(groups, np.int64), np.empty(groups, np.int64)
    for i in range(n):
        for group in range(groups):
            whole[group], upto[group], given[group] = 0, 0, 0
        for member in range(members):
            whole[of[member]] += weight[i, member]
        for member in range(members):
            group = of[member]
            upto[group] += weight[i, member]
            due = upto[group] * number[i, group] // max(whole[group], 1)
            result[i, member] = due - given[group]
            given[group] = due
    return result


def sums_by(values: NDArray[Any], of: Whole, n_groups: int) -> NDArray[Any]:
    """Sum over the members of each group, first to last, from (n, n_members) to (n, n_groups); `of` as above."""
    sums = np.zeros((len(values), n_groups), values.dtype)
    _sums_by(as_read(values), as_read(of), sums)
    return sums


@kernel
def _sums_by(values: NDArray[Any], of: Whole, sums: NDArray[Any]) -> None:
    for i in range(values.shape[0]):
        for member in range(of.size):
            sums[i, of[member]] += values[i, member]
