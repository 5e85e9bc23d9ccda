"""Intervals over seeds: a mean, and how far luck could move that mean. Read by `tables`, `figures` and `page`."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

LEVEL = 0.9
FEW_SEEDS = 4  # with fewer, the width of an interval is hardly known itself


def interval(values: Sequence[float] | pd.Series) -> tuple[float, float, float, int]:
    """Mean, lower and upper end of the 90 % interval of the mean (Student's t), and the number of seeds.

    With one seed there is no interval: both ends are NaN.
    """
    from scipy.stats import t  # here because it is slow to import

    known = np.asarray(values, dtype=float)
    known = known[~np.isnan(known)]
    n = known.size
    if n == 0:
        return np.nan, np.nan, np.nan, 0
    mean = float(known.mean())
    if n == 1:
        return mean, np.nan, np.nan, 1
    half = float(t.ppf(0.5 + LEVEL / 2, n - 1) * known.std(ddof=1) / np.sqrt(n))
    return mean, mean - half, mean + half, n


def intervals(frame: pd.DataFrame, value: str, by: Sequence[str]) -> pd.DataFrame:
    """`interval` of `value` over seeds for every group of `by`, in the order of first appearance.

    Columns: those of `by`, mean, low, high, n.
    """
    rows = []
    for key, part in frame.groupby(list(by), sort=False):
        names = key if isinstance(key, tuple) else (key,)
        rows.append((*names, *interval(part[value])))
    return pd.DataFrame(rows, columns=[*by, "mean", "low", "high", "n"])
