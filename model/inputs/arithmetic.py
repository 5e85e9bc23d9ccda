"""Arithmetic that ends on the same digit whatever a run stands on: Python's version, libraries, the processor.

Decisions may hang on a last digit, and runs are told apart by hashes. So no result goes through a linear-algebra
library (sums of products are written out), through `sum` over floats, which Python 3.12 changed, or through NumPy's
`exp`, `log` and `**`, which go another way on processors that can do eight at once. Rates against which luck is drawn
may.
"""

import math
from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .compiled import kernel

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]


def total(parts: Iterable[float]) -> float:
    """Add up from first to last."""
    return float(np.cumsum([0.0, *parts])[-1])


def powers(base: Floats | float, n: int) -> Floats:
    """Powers 0 to `n` - 1 of each base, along a last axis, multiplied out."""
    factor = np.repeat(np.asarray(base, dtype=np.float64)[..., None], n, axis=-1)
    factor[..., 0] = 1.0
    return np.asarray(np.cumprod(factor, axis=-1))


def exp(values: Floats) -> Floats:
    """Exponential of each number, one at a time: for small arrays."""
    return np.array([math.exp(each) for each in values.ravel()]).reshape(values.shape)


def log(values: Floats) -> Floats:
    """Natural logarithm of each number, one at a time: for small arrays."""
    return np.array([math.log(each) for each in values.ravel()]).reshape(values.shape)


@kernel
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
    n, members = weight.shape
    result = np.empty(weight.shape, np.int64)
    whole, upto, given = np.empty((3, number.shape[1]), np.int64)
    for i in range(n):
        whole[:], upto[:], given[:] = 0, 0, 0
        for member in range(members):
            whole[of[member]] += weight[i, member]
        for member in range(members):
            group = of[member]
            upto[group] += weight[i, member]
            due = upto[group] * number[i, group] // max(whole[group], 1)
            result[i, member] = due - given[group]
            given[group] = due
    return result


@kernel
def sums_by(values: NDArray[Any], of: Whole, n_groups: int) -> NDArray[Any]:
    """Sum over the members of each group, first to last, from (n, n_members) to (n, n_groups); `of` as above."""
    result = np.zeros((values.shape[0], n_groups), values.dtype)
    for i in range(values.shape[0]):
        for member in range(of.size):
            result[i, of[member]] += values[i, member]
    return result
