"""The Pareto front of a search: which points no other beats, and what they are worth on luck they were not chosen for.

Whoever picks the best of many estimates picks luck as well: the estimate of the winner is too good (the winner's curse;
Smith and Winkler 2006, The optimizer's curse, *Management Science* 52(3), doi:10.1287/mnsc.1050.0451). So chosen points
are run again with other seeds, and both estimates are reported. Read by the search.
"""

import math
from collections.abc import Mapping, Sequence
from itertools import pairwise

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from ..report.intervals import interval
from ..report.tables import number, spell

Frame = pd.DataFrame
Better = Mapping[str, str]  # objective -> "max" or "min", in the order of the objectives


def _up(values: ArrayLike, better: Sequence[str]) -> NDArray[np.float64]:
    """Turn minimised columns round, so that more is better everywhere. Shape (n, objectives)."""
    turned: NDArray[np.float64] = np.asarray(values, dtype=float) * [1.0 if way == "max" else -1.0 for way in better]
    return turned


def on_front(values: ArrayLike, better: Sequence[str]) -> NDArray[np.bool_]:
    """Say which points no other dominates (as good in every objective, better in one). Shape (n,).

    Of `values`, shape (n, objectives), points with a NaN are never on the front; equal points are on it together.
    """
    up = _up(values, better)
    known = ~np.isnan(up).any(axis=1)
    as_good = (up[:, None, :] >= up[None, :, :]).all(axis=2)  # [i, j]: i is as good as j; False with a NaN
    beaten = np.asarray((as_good & ~as_good.T).any(axis=0))
    front: NDArray[np.bool_] = known & ~beaten
    return front


def hypervolume(values: ArrayLike, better: Sequence[str], worst: ArrayLike) -> float:
    """Give the room between points and a worst value of each objective that some point is as good as.

    Sliced objective by objective, exact (Zitzler & Thiele 1999, 10.1109/4235.797969). `values` has shape
    (n, objectives) and `worst` (objectives,); points with a NaN, or worse than `worst`, count with what they have.
    """
    up = _up(values, better)
    above = up[~np.isnan(up).any(axis=1)] - _up(np.asarray(worst, dtype=float)[None], better)
    return _room(np.maximum(above, 0.0))


def _room(points: NDArray[np.float64]) -> float:
    """Volume of the union of boxes from the origin to each point, shape (n, dimensions), none below 0."""
    if not len(points):
        return 0.0
    if points.shape[1] == 1:
        return float(points.max())
    levels = np.unique(np.append(points[:, -1], 0.0))
    rooms = (_room(points[points[:, -1] >= high, :-1]) * (high - low) for low, high in pairwise(levels.tolist()))
    return math.fsum(rooms)


def covered(values: ArrayLike, better: Sequence[str], parts: Sequence[float] = (0.25, 0.5, 0.75)) -> list[float]:
    """Share of the hypervolume of all trials that the first part of them had reached; NaN if they reach none.

    Its worst value of an objective is that of the worst trial. `values`, shape (trials, objectives), is in the order of
    the trials. A search that still gains much at the end has not settled.
    """
    points = np.asarray(values, dtype=float)
    known = points[~np.isnan(points).any(axis=1)]
    if not len(known):
        return [math.nan for _ in parts]
    worst = np.array([known[:, k].min() if way == "max" else known[:, k].max() for k, way in enumerate(better)])

    def after(first: int) -> float:
        some = points[:first]
        return hypervolume(some[on_front(some, better)], better, worst)

    whole = after(len(points))
    return [after(math.ceil(part * len(points))) / whole if whole > 0.0 else math.nan for part in parts]


def spread_out(values: ArrayLike, most: int) -> NDArray[np.int64]:
    """Choose at most `most` points that lie far from one another: both ends of each objective first. Ascending.

    Greedy maximin distance in objectives scaled to [0, 1] (Kennard and Stone 1969, *Technometrics* 11(1)).
    `values` has shape (n, objectives).
    """
    points = np.asarray(values, dtype=float)
    if len(points) <= most:
        return np.arange(len(points))
    width = np.ptp(points, axis=0)
    scaled = (points - points.min(axis=0)) / np.where(width > 0, width, 1.0)
    chosen = list(dict.fromkeys([*scaled.argmax(axis=0).tolist(), *scaled.argmin(axis=0).tolist()]))[:most]
    while len(chosen) < most:
        gap = np.linalg.norm(scaled[:, None, :] - scaled[chosen][None, :, :], axis=2).min(axis=1)
        gap[chosen] = -1.0  # of equal points each is chosen once
        chosen.append(int(gap.argmax()))
    return np.sort(np.asarray(chosen, dtype=np.int64))


def held_out(points: Frame, search: Frame, again: Frame, declared: Frame, better: Better) -> Frame:
    """Put what the search estimated beside what other seeds gave.

    Parameters
    ----------
    points
        One row per chosen point: `design` and its terms.
    search, again
        Values per run on the seeds of the search and on those held out: design, seed, one column per objective.
    declared
        Values per run of the design with its terms as declared, on the seeds held out.
    better
        Objectives and their directions.

    Returns
    -------
    pandas.DataFrame
        The rows of `points` with, for each objective X: X (mean of the search); X_held_out with its 90 % interval X_low
        to X_high; X_against with X_against_low to X_against_high, by how much it differs from the terms as declared on
        the seeds held out, seed by seed (luck that all share cancels); and X_shrunk, how much worse than the search
        said, positive if worse. NaN where one seed has no value. `still_on_front` says whether no other of these points
        dominates it on the held-out means.
    """
    result = points.reset_index(drop=True)
    beside = declared.set_index("seed")
    for name, way in better.items():
        before = [search.loc[search["design"] == design, name].mean(skipna=False) for design in result["design"]]
        after = [again.loc[again["design"] == design].set_index("seed")[name] for design in result["design"]]
        result[name] = before
        for kind, values in (("held_out", after), ("against", [each - beside[name] for each in after])):
            found = [interval(each if each.notna().all() else []) for each in values]
            start = name if kind == "held_out" else f"{name}_against"
            result[f"{name}_{kind}"] = [mean for mean, _, _, _ in found]
            result[f"{start}_low"] = [low for _, low, _, _ in found]
            result[f"{start}_high"] = [high for _, _, high, _ in found]
        worse = 1.0 if way == "max" else -1.0
        result[f"{name}_shrunk"] = worse * (result[name] - result[f"{name}_held_out"])
    kept = result[[f"{name}_held_out" for name in better]]
    return result.assign(still_on_front=on_front(kept, list(better.values())))


def curse(front: Frame, preset: Frame, better: Better) -> Frame:
    """Say how much worse than promised the front was, and how much of that is luck of the seeds that all points share.

    The design with its terms as declared was not chosen for its estimate, so what it loses on the held-out seeds is
    luck of the seeds; what the front loses beyond that is the winner's curse. `front` and `preset` are as `held_out`
    gives them, `preset` with one row. Columns objective, shrunk (mean over the front), luck, curse.
    """
    rows = []
    for name in better:
        shrunk, luck = float(front[f"{name}_shrunk"].mean()), float(preset[f"{name}_shrunk"].iloc[0])
        rows.append((name, shrunk, luck, shrunk - luck))
    return pd.DataFrame(rows, columns=["objective", "shrunk", "luck", "curse"])


def format_points(points: Frame, terms: Sequence[str], units: Mapping[str, str]) -> Frame:
    """Write points for people: a row each, its terms and, for every objective, what was promised and what was kept.

    `points` is as `held_out` gives it, `units` maps objectives to units. Columns have two levels: objective and what.
    """
    text: dict[tuple[str, str], list[str]] = {
        ("", term): [f"{value:.4g}" if value < 10_000 else f"{value:,.0f}" for value in points[term]] for term in terms
    }
    for name, unit in units.items():
        kept, beside = (
            points[[f"{name}_{mean}", f"{start}_low", f"{start}_high"]].to_numpy(float).tolist()
            for mean, start in (("held_out", name), ("against", f"{name}_against"))
        )
        heading = f"{name}, {unit}"
        text[heading, "search"] = [number(value, value) for value in points[name]]
        text[heading, "held out"] = [spell(*values) for values in kept]
        text[heading, "against declared"] = [spell(*values) if any(values) else "-" for values in beside]
    return pd.DataFrame(text)
