"""How well the draws of a batch settle a mean, by how they were drawn; and what luck adds to what is uncertain.

``s / sqrt(n)`` is the standard error of a mean of independent draws, and of no others. Evenly spread draws (Latin
hypercube, Halton, Sobol') settle a mean better, by how much one batch cannot tell: from them it is an upper bound
(Owen 1997, 10.1214/aos/1031594731). A batch with several scrambles can: their means are independent. Draws of Sobol'
indices and elementary effects come in blocks that share numbers: there the means of blocks are taken, or the interval
would be too narrow. A grid is no sample. Read by `paired` and `psa`.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ..report.intervals import interval

Frame = pd.DataFrame
Sampling = Mapping[str, Any]

INDEPENDENT, SCRAMBLES, BLOCKS = "independent", "by scramble", "by block"
AT_MOST, NONE = "at most", "none: a grid"
EVEN = ("latin-hypercube", "halton", "sobol")
SAID = {
    INDEPENDENT: "draws are independent: the 90 % interval of the mean",
    SCRAMBLES: "the 90 % interval of the mean, from the means of the scrambles, which are independent",
    BLOCKS: "the 90 % interval of the mean, from the means of blocks (draws of a block share numbers); at most so wide",
    AT_MOST: "draws are evenly spread: the mean is surer than its 90 % interval says (scrambles in the plan tell how "
    "sure)",
    NONE: "a grid is no sample: means over its levels have no interval",
}


class Mean(NamedTuple):
    """A mean, its 90 % interval, the number of draws, and what the interval is (a key of `SAID`)."""

    mean: float
    low: float
    high: float
    n: int
    kind: str


def block_size(factors: int, sampling: Sampling) -> int:
    """Draws that belong to one base point or trajectory; 1 for methods without blocks."""
    factors = len(set(sampling.get("groups") or ())) or factors
    pairs = 2 if sampling.get("second_order") else 1
    return {"saltelli": factors * pairs + 2, "morris": factors + 1}.get(str(sampling["method"]), 1)


def kind_of(sampling: Sampling | None) -> str:
    """Say what an interval of a mean is in a batch that was drawn so; independent draws if it is not known."""
    method = "random" if sampling is None else str(sampling["method"])
    if method == "factorial":
        return NONE
    if method in ("saltelli", "morris"):
        return BLOCKS
    if method in EVEN:
        return SCRAMBLES if int((sampling or {}).get("scrambles", 1)) > 1 else AT_MOST
    return INDEPENDENT


def mean_of(values: pd.Series, sampling: Sampling | None = None) -> Mean:
    """Mean over draws and its 90 % interval, as fits how they were drawn.

    Parameters
    ----------
    values
        One number per draw; the index is the number of the draw.
    sampling
        `manifest["sampling"]` of the batch, with `factors`, the number of uncertain numbers, for methods with blocks.
    """
    known, kind = values.dropna(), kind_of(sampling)
    if sampling is None or kind in (INDEPENDENT, AT_MOST):
        return Mean(*interval(known), kind)
    mean, n = float(known.mean()) if len(known) else np.nan, len(known)
    if kind == NONE:
        return Mean(mean, np.nan, np.nan, n, kind)
    draw = known.index.to_numpy(np.int64)
    group = (
        draw % int(sampling["scrambles"]) if kind == SCRAMBLES else draw // block_size(sampling["factors"], sampling)
    )
    middle, low, high, _ = interval(known.groupby(group).mean())
    return Mean(mean, low + mean - middle, high + mean - middle, n, kind)


def standard_error(values: pd.Series, sampling: Sampling | None = None) -> float:
    """Standard error of a mean over draws: from scrambles or blocks where there are any; NaN of a grid or one draw."""
    kind = kind_of(sampling)
    if kind == NONE:
        return np.nan
    if sampling is not None and kind in (SCRAMBLES, BLOCKS):
        draw = values.index.to_numpy(np.int64)
        size = block_size(sampling["factors"], sampling)
        values = values.groupby(draw % int(sampling["scrambles"]) if kind == SCRAMBLES else draw // size).mean()
    return float(values.std(ddof=1) / np.sqrt(len(values))) if len(values) > 1 else np.nan


def variance_split(runs: Frame, outcome: str, base: str) -> Frame:
    """What of the variance of a difference between single runs comes from parameters, and what from luck.

    With luck of its own in every draw ``luck = mean over draws of var(replications)`` and ``parameters = var(means of
    draws) - luck / r``; with one luck for all draws, draws and luck are crossed, and both come from the two-way
    analysis of variance without replication (Searle, Casella & McCulloch 1992, *Variance Components*, ch. 3-4). An
    estimate below 0 is given as 0.

    Parameters
    ----------
    runs, outcome, base
        The table of a batch, a column of it, and the design that others are compared with.

    Returns
    -------
    pandas.DataFrame
        Columns design, draws, replications (per draw), parameters, luck (variances, unit of the outcome squared),
        share_of_luck (of both, in a single run). With one replication they cannot be told apart: NaN.
    """
    keys = ["draw", "replication"]
    wide = runs.pivot_table(index=keys, columns="design", values=outcome, aggfunc="mean", sort=False)
    shared = bool((runs.groupby("replication")["seed"].nunique() == 1).all())
    rows = []
    for design in [name for name in dict.fromkeys(runs["design"]) if name != base]:
        table = (wide[design] - wide[base]).dropna().unstack("replication")
        table = table[table.notna().all(axis=1)]
        found = _components(table.to_numpy(np.float64), crossed=shared)
        rows.append((design, *table.shape, *found, found[1] / sum(found) if sum(found) > 0 else np.nan))
    return pd.DataFrame(rows, columns=["design", "draws", "replications", "parameters", "luck", "share_of_luck"])


def _components(values: NDArray[np.float64], *, crossed: bool) -> tuple[float, float]:
    """Variance of draws and of luck; `values` has shape (draws, replications)."""
    n, r = values.shape
    if r < 2 or n < 2:
        return np.nan, np.nan
    by_draw = values.mean(axis=1)
    if not crossed:
        luck = float(values.var(axis=1, ddof=1).mean())
        return max(float(by_draw.var(ddof=1)) - luck / r, 0.0), luck
    by_luck = values.mean(axis=0)
    left = values - by_draw[:, None] - by_luck + values.mean()
    own = float((left**2).sum()) / ((n - 1) * (r - 1))
    common = max(float(by_luck.var(ddof=1)) - own / n, 0.0)
    return max(float(by_draw.var(ddof=1)) - own / r, 0.0), common + own
