"""Which uncertain numbers matter: Sobol' indices and Morris' elementary effects, both by SALib, and PAWN.

Sobol' and Morris need the sample that was made for them (`sampling.method` "saltelli" and "morris"); PAWN takes any
sample. An outcome can be a difference between two designs, or which design is best: then the indices of the indicators
"design d is best" are averaged with the variances of the indicators as weights, the aggregated index of several outputs
(Lamboni, Monod & Makowski 2011, 10.1016/j.ress.2010.12.002; Gamboa et al. 2014, 10.1214/14-EJS895).
A row `DUMMY` says what a factor that acts on nothing shows: what is not above it is no finding. Sobol' and Morris
compare draws of a block (base point, trajectory) with one another, so those must share their luck (`luck_of_its_own`).
Read by the commands and notebooks.
"""

import warnings
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from . import paired
from .precision import block_size

Frame = pd.DataFrame
Floats = NDArray[np.float64]
Indices = Callable[[Floats], Frame]

BEST = "which is best"
DUMMY = "dummy"
RESAMPLES, SEED, LEVEL = 200, 1, 0.9
SLICES, DUMMIES, LEVEL_OF_LUCK = 10, 40, 0.95
MAIN = {"saltelli": "total", "morris": "mu_star", "pawn": "median"}  # the column that factors are ranked by


def _problem(names: Sequence[str]) -> dict[str, Any]:
    """The unit cube in SALib's words."""
    return {"num_vars": len(names), "names": list(names), "bounds": [[0.0, 1.0]] * len(names)}


def sobol_indices(names: Sequence[str], outcome: Floats, second_order: bool = False) -> Frame:
    """First-order and total Sobol' indices of an outcome on a Saltelli sample, with 90 % bootstrap half-widths.

    ``S_i = Var(E[Y | X_i]) / Var(Y)``; ``T_i = E[Var(Y | all but X_i)] / Var(Y)`` (Saltelli et al. 2010,
    10.1016/j.cpc.2009.09.018).

    Parameters
    ----------
    names
        The factors, in the order in which they were sampled.
    outcome
        One number per point, in the order of the sample, shape (N * (factors + 2),), or (N * (2 * factors + 2),) with
        `second_order`.

    Returns
    -------
    pandas.DataFrame
        Columns factor, first, first_half_width, total, total_half_width.
    """
    from SALib.analyze import sobol

    if not outcome.std() > 0:
        zero = np.zeros(len(names))
        found: Mapping[str, Floats] = {"S1": zero, "S1_conf": zero, "ST": zero, "ST_conf": zero}
    else:
        standard = (outcome - outcome.mean()) / outcome.std()  # small indices of large numbers lose digits otherwise
        with warnings.catch_warnings():  # of resamples in which an indicator does not vary: they count as 0, rightly
            warnings.filterwarnings("ignore", "Constant values")
            found = sobol.analyze(
                _problem(names), standard, calc_second_order=second_order, num_resamples=RESAMPLES, conf_level=LEVEL,
                seed=SEED,
            )  # fmt: skip
    return pd.DataFrame(
        {
            "factor": list(names),
            "first": found["S1"],
            "first_half_width": found["S1_conf"],
            "total": found["ST"],
            "total_half_width": found["ST_conf"],
        }
    )


def elementary_effects(
    names: Sequence[str], points: Floats, outcome: Floats, levels: int, groups: Sequence[str] = ()
) -> Frame:
    """Morris' elementary effects: how far the outcome moves when one factor moves from end to end of its distribution.

    Mean, mean size (mu_star, Campolongo et al. 2007, 10.1016/j.envsoft.2006.10.004) and standard deviation, in the
    unit of the outcome. `points` is the sample in the unit cube, shape (trajectories * (factors + 1), factors).
    Columns factor, mu, mu_star, mu_star_half_width, sigma. With `groups`, the group of each factor, a row is a group,
    which has a mean size alone: its members move up and down together, so mu and sigma say nothing (NaN).
    """
    from SALib.analyze import morris

    problem = _problem(names) | ({"groups": list(groups)} if groups else {})
    found = morris.analyze(
        problem, points, outcome, num_levels=levels, num_resamples=RESAMPLES, conf_level=LEVEL, seed=SEED
    )
    columns = {"mu": "mu", "mu_star": "mu_star", "mu_star_half_width": "mu_star_conf", "sigma": "sigma"}
    return pd.DataFrame({"factor": list(found["names"]), **{new: _floats(found[old]) for new, old in columns.items()}})


def _floats(values: Any) -> Floats:
    """Give numbers, with NaN for what is masked or missing."""
    return np.ma.filled(np.ma.asarray(values, dtype=np.float64), np.nan)


def pawn_indices(names: Sequence[str], points: Floats, outcome: Floats) -> Frame:
    """PAWN indices from any sample: how far knowing a factor changes the distribution of the outcome, 0 to 1.

    Kolmogorov-Smirnov distance between the outcome with the factor in one of ten slices and the outcome as a whole:
    median and largest over slices (Pianosi & Wagener 2018, 10.1016/j.envsoft.2018.07.019). The more factors one looks
    at, the higher the highest of those that do nothing: `chance` is the 95 % quantile of the *highest* median among so
    many factors that do nothing (random numbers in their places). What lies below is no finding. Columns factor,
    median, maximum, chance.
    """
    if not outcome.std() > 0:
        return pd.DataFrame({"factor": list(names), "median": 0.0, "maximum": 0.0, "chance": 0.0})
    edges = np.quantile(points, np.linspace(0, 1, SLICES + 1), axis=0)
    slices = (points[:, :, None] >= edges.T).sum(axis=2).T - 1  # the highest value of all is in none, as in SALib
    found = _distances(slices, outcome)
    found[np.isnan(found).all(axis=1)] = 0.0  # a factor that never moves
    luck = _luck(len(names), outcome)
    median, highest = np.nanmedian(found, axis=1), np.nanmax(found, axis=1)
    return pd.DataFrame({"factor": list(names), "median": median, "maximum": highest, "chance": luck})


def _distances(slices: NDArray[np.int64], outcome: Floats) -> Floats:
    """Distance between the outcome in each slice and as a whole, shape (factors, slices); NaN for an empty slice.

    `slices` has for each factor the slice of every point, shape (factors, points). A distance is largest at a point of
    the slice or just before one.
    """
    order = np.argsort(outcome, kind="stable")
    ranked = outcome[order]
    upto, before = (np.searchsorted(ranked, ranked, side) / len(ranked) for side in ("right", "left"))
    found = np.full((len(slices), SLICES), np.nan)
    for row, labels in zip(found, slices[:, order].astype(np.int16), strict=True):
        points = np.argsort(labels, kind="stable")
        sizes = np.bincount(labels, minlength=SLICES + 1)
        first = np.cumsum(sizes) - sizes
        inside = np.arange(len(points)) - np.repeat(first, sizes)
        whole = np.repeat(sizes, sizes)
        gap = np.maximum((inside + 1) / whole - upto[points], before[points] - inside / whole)
        if (there := sizes[:SLICES] > 0).any():
            row[there] = np.maximum.reduceat(gap[: first[SLICES]], first[:SLICES][there])
    return found


def _luck(factors: int, outcome: Floats) -> float:
    """Highest median of so many factors that do nothing, 95 % quantile; they are independent of one another."""
    rng = np.random.default_rng(SEED)
    even = np.arange(len(outcome)) * SLICES // max(len(outcome) - 1, 1)
    slices = rng.permuted(np.broadcast_to(even, (DUMMIES * factors, len(outcome))), axis=1)
    return float(np.quantile(np.nanmedian(_distances(slices, outcome), axis=1), LEVEL_OF_LUCK ** (1 / factors)))


def of_indicators(wins: Floats, indices: Indices) -> Frame:
    """Indices of a choice: those of every indicator "this one is chosen", averaged with their variances as weights.

    Half-widths are averaged like the rest, which is as if the indicators were wrong together: on the safe side.
    `wins` has by point and choice 1 for what is chosen (a part of 1 each where several are equally good), shape
    (points, choices); returns the columns of `indices`.
    """
    outputs = list(wins.T)
    weights = np.array([output.var() for output in outputs])
    frames = [indices(output) for output in outputs]
    result = frames[0].copy()
    numbers = [column for column in result.columns if column != "factor"]
    share = weights / weights.sum() if weights.sum() > 0 else np.full(len(outputs), 1 / len(outputs))
    result[numbers] = sum(each[numbers] * weight for each, weight in zip(frames, share, strict=True))
    return result


def sensitivity(
    runs: Frame, points: Frame, sampling: Mapping[str, Any], outcome: str, base: str | None = None,
    method: str | None = None,
) -> Frame:  # fmt: skip
    """Sensitivity of the difference of every design from the base, and of which design is best.

    Parameters
    ----------
    runs
        The table of a batch.
    points
        Draw, and a column per factor, in the unit cube (`points.parquet`).
    sampling
        How it was sampled: method, levels, second_order.
    outcome
        Name of a column of `runs`. Which way it is good is known from `OUTCOMES`; where neither way is, there is no
        "which is best".
    base
        Design to compare with; status quo if not given. A batch of one design is taken as it is.
    method
        "saltelli", "morris" or "pawn"; by default what the sample was made for, else PAWN.

    Returns
    -------
    pandas.DataFrame
        Column of (the design, or `BEST`), then those of the method; within each, the factors that matter most first,
        and last, for Sobol' and Morris, the row `DUMMY` (NaN where every draw has luck of its own).

    Raises
    ------
    ValueError
        If the sample does not suit the method.
    """
    used = method or (sampling["method"] if sampling["method"] in MAIN else "pawn")
    if used not in MAIN or (used != "pawn" and used != sampling["method"]):
        raise ValueError(f"method '{used}' does not go with a sample of method '{sampling['method']}'")
    wide = paired.by_design(runs, outcome)
    names = [name for name in points.columns if name != "draw"]
    groups = list(sampling.get("groups") or ()) if used != "pawn" else []
    cube, keep = _blocks(points, names, wide, used, sampling)
    wide = wide.loc[keep]
    dummy = np.nan if luck_of_its_own(runs, points, sampling) else 0.0

    def indices(values: Floats) -> Frame:
        if used == "saltelli":
            return sobol_indices(list(dict.fromkeys(groups)) or names, values, bool(sampling["second_order"]))
        if used == "morris":
            return elementary_effects(names, cube, values, int(sampling["levels"]), groups)
        return pawn_indices(names, cube, values)

    def shown(found: Frame) -> Frame:
        ranked = found.sort_values(MAIN[used], ascending=False, kind="stable", ignore_index=True)
        if used == "pawn":
            return ranked
        nothing = {column: dummy for column in ranked.columns} | {"factor": DUMMY}
        return pd.concat([ranked, pd.DataFrame([nothing])], ignore_index=True)

    frames = [shown(indices(values)).assign(of=of) for of, values in _outputs(runs, wide, base).items()]
    candidates = [design for design in paired.choices(runs) if design in wide]
    less = paired.less_is_better(outcome)
    if len(candidates) > 1 and less is not None:
        frames.append(shown(of_indicators(paired.wins(wide[candidates], less), indices)).assign(of=BEST))
    result = pd.concat(frames, ignore_index=True)
    return result[["of", *result.columns.drop("of")]]


def _outputs(runs: Frame, wide: Frame, base: str | None) -> dict[str, Floats]:
    """Differences from the base by design; the outcome itself if there is one design only."""
    if len(wide.columns) == 1:
        return {str(wide.columns[0]): wide.iloc[:, 0].to_numpy(np.float64)}
    against = paired.base_of(runs, base)
    return {str(design): (wide[design] - wide[against]).to_numpy(np.float64) for design in wide.columns.drop(against)}


def _blocks(
    points: Frame, names: Sequence[str], wide: Frame, method: str, sampling: Mapping[str, Any]
) -> tuple[Floats, NDArray[np.int64]]:
    """Keep the points that have an outcome: whole blocks (base points, trajectories) where the method needs them."""
    size = block_size(len(names), sampling) if method != "pawn" else 1
    there = points["draw"].isin(wide.index).to_numpy()
    blocks = there[: len(there) // size * size].reshape(-1, size).all(axis=1)
    keep = np.repeat(blocks, size)
    if not keep.any():
        raise ValueError(f"no complete block of {size} draws is there yet")
    rows = points[: keep.size][keep]
    return rows[list(names)].to_numpy(np.float64), rows["draw"].to_numpy(np.int64)


def luck_of_its_own(runs: Frame, points: Frame, sampling: Mapping[str, Any]) -> bool:
    """Say whether draws of a block differ by their luck too: then indices rank luck, and a factor that is idle as well.

    ``replications.seeds`` "block" or "shared" gives a block one luck; "fresh", which was usual once, does not.
    """
    size = block_size(len(points.columns) - 1, sampling)
    if size == 1 or "seed" not in runs:
        return False
    lucks = runs.assign(block=runs["draw"] // size).groupby(["block", "design", "replication"])["seed"].nunique()
    return bool((lucks > 1).any())


def blocks_lost(
    runs: Frame, points: Frame, sampling: Mapping[str, Any], outcome: str, method: str | None = None
) -> str:
    """Say of how many draws, or blocks of them, the indices speak, and which blocks are lost for want of a value."""
    count = paired.counted(runs, outcome, None, len(points))
    size = 1 if method == "pawn" else block_size(len(points.columns) - 1, sampling)
    if size == 1:
        return str(count)
    there = points["draw"].isin(paired.by_design(runs, outcome).index).to_numpy()
    whole = there[: len(there) // size * size].reshape(-1, size).all(axis=1)
    lost = np.flatnonzero(~whole)
    named = ", ".join(map(str, lost[:10])) + (", ..." if lost.size > 10 else "")
    return f"{int(whole.sum())} of {whole.size} blocks of {size} draws" + (
        f"; blocks lost: {named} ({str(count).partition('left out: ')[2]})" if lost.size else ""
    )


def convergence(
    runs: Frame, points: Frame, sampling: Mapping[str, Any], outcome: str, base: str | None = None,
    method: str | None = None, top: int = 5,
) -> Frame:  # fmt: skip
    """Indices of the factors that matter most with an eighth, a quarter, a half and all of the sample.

    Columns of, factor, draws, value (of the column that the method ranks by).
    """
    used = method or (sampling["method"] if sampling["method"] in MAIN else "pawn")
    whole = sensitivity(runs, points, sampling, outcome, base, method)
    leading = whole[whole["factor"] != DUMMY].groupby("of", sort=False).head(top)[["of", "factor"]]
    block = block_size(len(points.columns) - 1, sampling) if used != "pawn" else 1
    rows = []
    for part in (8, 4, 2, 1):
        draws = len(points) // block // part * block
        if draws < max(2 * block, 20):
            continue
        first = points.iloc[:draws]
        some = runs[runs["draw"].isin(first["draw"])]
        found = sensitivity(some, first, sampling, outcome, base, method)[["of", "factor", MAIN[used]]]
        rows.append(leading.merge(found, on=["of", "factor"]).assign(draws=draws))
    result = pd.concat(rows, ignore_index=True) if rows else leading.assign(**{MAIN[used]: np.nan, "draws": 0})
    return result.rename(columns={MAIN[used]: "value"})[["of", "factor", "draws", "value"]]
