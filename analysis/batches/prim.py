"""PRIM, the patient rule induction method: peel thin slices off a cloud of draws until nearly all that is left fails.

Friedman & Fisher 1999 (10.1023/A:1008894516817), with the lenient objective of Kwakkel & Jaxa-Rozen 2016
(10.1016/j.envsoft.2015.11.020): of all slices (the outer `ALPHA` of one factor, at either end) that one goes whose
removal raises the share of failures most per draw lost; then slices are pasted on again while that helps. One way of
peeling may go astray, so `ways` tries several. Read by `discovery`.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

ALPHA = 0.05
TELLING = 3


@dataclass(frozen=True)
class Step:
    """A box on the way: `low` and `high` of each factor, shape (factors,), and which draws are inside."""

    low: Floats
    high: Floats
    inside: Flags
    failures: int

    @property
    def draws(self) -> int:
        """Number of draws inside."""
        return int(self.inside.sum())

    @property
    def density(self) -> float:
        """Share of the draws inside that fail."""
        return self.failures / max(self.draws, 1)


def trajectory(
    values: Floats, failed: Flags, least: float, left: Flags | None = None, factors: Sequence[int] | None = None,
    alpha: float = ALPHA, fewest: int = 0,
) -> list[Step]:  # fmt: skip
    """Peel, then paste.

    Parameters
    ----------
    values
        Value of each factor by draw, shape (draws, factors).
    failed
        Which draws fail.
    least
        Share of all draws that a box must hold.
    left
        Draws that no earlier box has taken; all if not given.
    factors
        Places of the factors that may be limited; all if not given.
    alpha
        Share of the draws in a slice.
    fewest
        Failures below which a box is of no interest: there the way ends.

    Returns
    -------
    list of Step
        From the box of all draws that are left to the smallest, and those pasted on again.
    """
    left = np.ones(len(failed), dtype=bool) if left is None else left
    low, high = values.min(axis=0), values.max(axis=0)
    steps = [Step(low, high, left, int((failed & left).sum()))]
    few = np.arange(values.shape[1]) if factors is None else np.sort(np.asarray(factors))
    while (step := _peeled(steps, values, failed, least, few, alpha)) is not None:
        if step.failures < fewest:
            return steps
        steps.append(step)
    while (step := _pasted(steps, values, failed, left)) is not None:
        steps.append(step)
    return steps


def _peeled(
    steps: Sequence[Step], values: Floats, failed: Flags, least: float, factors: NDArray[np.int64], alpha: float
) -> Step | None:
    """Take the best slice off the last box; nothing if none helps or too few draws would be left."""
    now, start = steps[-1], steps[0]
    rows = np.flatnonzero(now.inside)
    x, y = values[np.ix_(rows, factors)], failed[rows]
    ordered = np.sort(x, axis=0)
    cuts = (_quantile(ordered, alpha), _quantile(ordered, 1 - alpha))
    untouched = (now.low == start.low) & (now.high == start.high)
    best: tuple[float, int, int, int] | None = None
    for side, kept in ((1, x <= cuts[1]), (0, x >= cuts[0])):
        n, hits = kept.sum(axis=0), kept[y].sum(axis=0)
        lost = y.size - n
        gain = np.where(lost > 0, (hits / np.maximum(n, 1) - y.mean()) / np.maximum(lost, 1), 0.0)
        for place in np.flatnonzero(gain >= max(gain.max(), 0.0)).tolist():
            free = int(untouched.sum() - untouched[factors[place]])
            found = (float(gain[place]), free, -place, side)
            best = found if best is None or found > best else best
    if best is None or best[0] <= 0:
        return None
    place, side = -best[2], best[3]
    keep = x[:, place] <= cuts[1][place] if side else x[:, place] >= cuts[0][place]
    if keep.sum() / len(values) < least:
        return None
    inside = np.zeros_like(now.inside)
    inside[rows[keep]] = True
    low, high = now.low.copy(), now.high.copy()
    (high if side else low)[factors[place]] = cuts[side][place]
    return Step(low, high, inside, int(y[keep].sum()))


def _pasted(steps: Sequence[Step], values: Floats, failed: Flags, left: Flags) -> Step | None:
    """Widen the last box at the end of one factor that helps most; nothing if none does."""
    now, start = steps[-1], steps[0]
    best: tuple[float, int, Step] | None = None
    for place in np.flatnonzero((now.low > start.low) | (now.high < start.high)):
        for side in (0, 1):
            low, high = now.low.copy(), now.high.copy()
            low[place], high[place] = (
                (start.low[place], now.low[place]) if side == 0 else (now.high[place], start.high[place])
            )
            beyond = np.sort(values[left & within(values, low, high), place])
            low, high = now.low.copy(), now.high.copy()
            if side == 0:
                low[place] = _quantile(beyond[:, None], 1 - ALPHA)[0] if beyond.size else start.low[place]
            else:
                high[place] = _quantile(beyond[:, None], ALPHA)[0] if beyond.size else start.high[place]
            inside = left & within(values, low, high)
            step = Step(low, high, inside, int((inside & failed).sum()))
            if step.draws > now.draws and step.density > now.density:
                gain = (step.density - now.density) / (step.draws - now.draws)
                free = int(((low == start.low) & (high == start.high)).sum())
                if best is None or (gain, free) > best[:2]:
                    best = (gain, free, step)
    return None if best is None else best[2]


def ways(values: Floats, failed: Flags, least: float, left: Flags | None = None, fewest: int = 0) -> list[list[Step]]:
    """Peel in several ways: slices of a twentieth, a tenth and a fifth; and a tenth, of the factors that tell most.

    Thin slices end in finer limits; thick ones go less astray where failures are few and factors many. Arguments as of
    `trajectory`.
    """
    left = np.ones(len(failed), dtype=bool) if left is None else left
    rank = values[left].argsort(axis=0, kind="stable").argsort(axis=0, kind="stable")
    y = failed[left]
    apart = np.abs(rank[y].mean(axis=0) - rank[~y].mean(axis=0))
    few = np.argsort(-apart, kind="stable")[:TELLING]
    kinds = [(None, ALPHA), (None, 0.1), (None, 0.2), ([int(place) for place in few], 0.1)]
    return [trajectory(values, failed, least, left, factors, alpha, fewest) for factors, alpha in kinds]


def within(values: Floats, low: Floats, high: Floats) -> Flags:
    """Say which draws lie in a box, ends included."""
    return np.asarray(((values >= low) & (values <= high)).all(axis=1), dtype=np.bool_)


def _quantile(ordered: Floats, share: float) -> Floats:
    """Where to cut each sorted column: halfway between two neighbours that differ, so that something is cut off."""
    last = len(ordered) - 1
    at = last * share
    lower, upper = int(np.floor(at)), int(np.ceil(at))
    a, b = ordered[lower].copy(), ordered[upper].copy()
    for place in np.flatnonzero(a == b):
        column = ordered[:, place]
        if share > 0.5:
            a[place] = column[max(int(np.searchsorted(column, a[place], side="left")) - 1, 0)] if lower else a[place]
        else:
            b[place] = column[min(int(np.searchsorted(column, b[place], side="right")), last)]
    cut: Floats = (a + b) / 2
    return cut
