"""Arithmetic that ends on the same digit whatever a run stands on: Python's version, libraries, the processor.

Decisions may hang on a last digit, and runs are told apart by hashes. So no result goes through a linear-algebra
library (sums of products are written out), through `sum` over floats, which Python 3.12 changed, or through NumPy's
`exp`, `log` and `**`, which go another way on processors that can do eight at once. Rates against which luck is drawn
may.
"""

import math
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


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
