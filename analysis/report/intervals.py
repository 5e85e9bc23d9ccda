"""Intervals over seeds: a mean, and how far luck could move that mean. Read by `tables`, `figures` and `page`."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ..measures.worlds import ends

LEVEL = 0.9
Interval = tuple[float, float, float, int]
FEW_SEEDS = 6  # with fewer, the width of an interval is hardly known itself


def interval(values: Sequence[float] | pd.Series) -> tuple[float, float, float, int]:
    """Mean, lower and upper end of the 90 % interval of the mean (Student's t), and the number of seeds.

    With one seed there is no interval: both ends are NaN.
    """
    from scipy.special import stdtrit  # Student's t; here because it is slow to import, `scipy.stats` five times slower

    known = np.asarray(values, dtype=float)
    known = known[~np.isnan(known)]
    n = known.size
    if n == 0:
        return np.nan, np.nan, np.nan, 0
    mean = float(known.mean())
    if n == 1:
        return mean, np.nan, np.nan, 1
    half = float(stdtrit(n - 1, 0.5 + LEVEL / 2) * known.std(ddof=1) / np.sqrt(n))
    return mean, mean - half, mean + half, n


def ratio_of_sums(part: Sequence[float] | pd.Series, whole: Sequence[float] | pd.Series) -> Interval:
    """Sum of `part` over sum of `whole`, the 90 % interval of that ratio (Fieller 1954), and the number of seeds.

    A mean of the seeds' own ratios would let a seed with hardly any whole decide. NaN where the whole is not above 0,
    or luck alone might make it 0 (its own interval holds 0): then there is nothing to have a share of.
    """
    from scipy.special import stdtrit

    y, x = np.asarray(part, dtype=float), np.asarray(whole, dtype=float)
    n = x.size
    if n == 0 or not np.isfinite(x + y).all() or x.mean() <= 0.0:
        return np.nan, np.nan, np.nan, n
    ratio = float(y.mean() / x.mean())
    if n == 1:
        return ratio, np.nan, np.nan, 1
    (yy, yx), (_, xx) = np.cov(y, x, ddof=1) / n
    quantile = float(stdtrit(n - 1, 0.5 + LEVEL / 2))
    g = quantile**2 * xx / x.mean() ** 2
    if g >= 1.0:
        return np.nan, np.nan, np.nan, n
    slope = yx / xx if xx > 0.0 else 0.0
    spread = yy - 2.0 * ratio * yx + ratio**2 * xx - g * (yy - slope * yx)
    half = quantile / x.mean() * float(np.sqrt(max(spread, 0.0)))
    middle = ratio - g * slope
    return ratio, (middle - half) / (1.0 - g), (middle + half) / (1.0 - g), n


def spread(values: Sequence[float] | NDArray[np.float64] | pd.Series) -> dict[str, float]:
    """Median and where nine of ten lie, or the lowest and the highest of few (`measures.worlds.ends`).

    Keys median, low_end, high_end; NaN if there is no value. Unlike the interval of a mean it does not get narrower
    with more seeds or draws.
    """
    known = np.asarray(values, dtype=float)
    known = known[~np.isnan(known)]
    if not known.size:
        return {"median": np.nan, "low_end": np.nan, "high_end": np.nan}
    low, high = ends(known)
    return {"median": float(np.median(known)), "low_end": low, "high_end": high}


def intervals(frame: pd.DataFrame, value: str, by: Sequence[str]) -> pd.DataFrame:
    """`interval` of `value` over seeds for every group of `by`, in the order of first appearance.

    Columns: those of `by`, mean, low, high, n.
    """
    rows = []
    for key, part in frame.groupby(list(by), sort=False)[value]:
        names = key if isinstance(key, tuple) else (key,)
        rows.append((*names, *interval(part)))
    return pd.DataFrame(rows, columns=[*by, "mean", "low", "high", "n"])


def ratios(frame: pd.DataFrame, by: Sequence[str], scale: float = 1.0) -> pd.DataFrame:
    """`ratio_of_sums` of the columns `part` and `whole` for every group of `by`, times `scale`; else as `intervals`."""
    rows = []
    for key, group in frame.groupby(list(by), sort=False):
        names = key if isinstance(key, tuple) else (key,)
        *found, n = ratio_of_sums(group["part"], group["whole"])
        rows.append((*names, *(scale * each for each in found), n))
    return pd.DataFrame(rows, columns=[*by, "mean", "low", "high", "n"])
