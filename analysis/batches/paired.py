"""Batches pair by pair: the table of runs laid out by draw and design, differences, and how sure they are.

A batch gives every design the same draw of parameters and the same seed, so a difference within a draw is caused by the
design. Draws in which a design has no value (its run failed, or there is nothing to take a share of) are left out
whole, and `counted` says how many and why. Read by the other analyses of batches.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ..measures.lifetime import BASE, BENCHMARK
from ..measures.outcomes import OUTCOMES
from ..report.intervals import spread
from .precision import Sampling, mean_of

Frame = pd.DataFrame
Floats = NDArray[np.float64]

NOT_OUTCOMES = ("draw", "replication", "design", "seed", "key", "scenario_hash")


def by_design(runs: Frame, outcome: str, designs: Sequence[str] | None = None) -> Frame:
    """One outcome with a row per draw and a column per design, averaged over replications.

    Parameters
    ----------
    runs
        The table of a batch: draw, replication, design, outcomes.
    outcome
        Column to lay out.
    designs
        Which designs, in which order; all of the batch if not given.

    Returns
    -------
    pandas.DataFrame
        Index draw, columns designs, in the unit of the outcome; complete draws only.

    Raises
    ------
    ValueError
        If there is no such outcome or design, or no complete draw.
    """
    wide = _laid_out(runs, outcome, designs).dropna()
    if wide.empty:
        raise ValueError(f"no draw has a value of '{outcome}' for every design")
    return wide


def _laid_out(runs: Frame, outcome: str, designs: Sequence[str] | None) -> Frame:
    """Lay an outcome out by draw and design, with what is missing as NaN."""
    here = list(dict.fromkeys(runs["design"]))
    if outcome in NOT_OUTCOMES or outcome not in runs:
        raise ValueError(f"'{outcome}' is not in this batch; it has the outcomes {', '.join(outcomes_of(runs))}")
    names = here if designs is None else list(designs)
    for name in names:
        if name not in here:
            raise ValueError(f"'{name}' is not in this batch; it has the designs {', '.join(here)}")
    wide = runs.pivot_table(index="draw", columns="design", values=outcome, aggfunc="mean", sort=False, dropna=False)
    wide = wide.reindex(index=sorted(runs["draw"].unique()), columns=names)
    wide.columns.name = None
    return wide


def outcomes_of(runs: Frame) -> list[str]:
    """Names of what was measured: the outcomes known to us, or else every column of numbers that is no bookkeeping."""
    known = [name for name in runs.columns if name in OUTCOMES]
    numbers = runs.select_dtypes("number").columns
    return known or [str(name) for name in numbers if name not in NOT_OUTCOMES]


@dataclass(frozen=True)
class Counted:
    """Of how many draws an analysis speaks, and what was left out."""

    n: int
    of: int
    without: Mapping[str, int] = field(default_factory=dict)  # by design, draws in which it has no value
    missing: Mapping[str, int] = field(default_factory=dict)  # by design, draws of which no run is there
    reason: str = "no value"  # why an outcome has none

    def __str__(self) -> str:
        """Say it: "86 of 90 draws; left out: no programme under planner (4)"."""
        parts = [f"{self.reason} under {design} ({n})" for design, n in self.without.items()]
        parts += [f"no run of {design} ({n})" for design, n in self.missing.items()]
        return f"{self.n} of {self.of} draws" + (f"; left out: {', '.join(parts)}" if parts else "")


def counted(runs: Frame, outcome: str, designs: Sequence[str] | None = None, of: int | None = None) -> Counted:
    """Count the draws in which every design has a value of an outcome, and say by design why others are left out.

    `of` is the number of draws that the batch has in all; those in the table if not given.
    """
    wide = _laid_out(runs, outcome, designs)
    there = runs.pivot_table(index="draw", columns="design", values="replication", aggfunc="count", sort=False)
    there = there.reindex(index=wide.index, columns=wide.columns).fillna(0) > 0
    total = len(wide) if of is None else of
    none = {str(name): int((wide[name].isna() & there[name]).sum()) for name in wide}
    unrun = {str(name): total - int(there[name].sum()) for name in wide}
    known = OUTCOMES.get(outcome)
    return Counted(
        len(wide.dropna()), total, {k: n for k, n in none.items() if n}, {k: n for k, n in unrun.items() if n},
        known.none_if if known and known.none_if else "no value",
    )  # fmt: skip


def base_of(runs: Frame, wanted: str | None = None) -> str:
    """Name of the design that others are compared with: the one wanted, else status quo, else the first.

    Raises
    ------
    ValueError
        If the one wanted is not in the batch.
    """
    names = list(dict.fromkeys(runs["design"]))
    if wanted is not None and wanted not in names:
        raise ValueError(f"'{wanted}' is not in this batch; it has the designs {', '.join(names)}")
    return wanted if wanted is not None else BASE if BASE in names else names[0]


def choices(runs: Frame) -> list[str]:
    """Designs that somebody could choose: all but the planner, who is a yardstick."""
    names = [name for name in dict.fromkeys(runs["design"]) if name != BENCHMARK]
    return names or list(dict.fromkeys(runs["design"]))


def less_is_better(outcome: str) -> bool | None:
    """Say which way an outcome is good; None if neither way is. What we do not know is taken to be a cost."""
    return OUTCOMES[outcome].less_is_better if outcome in OUTCOMES else True


def wins(wide: Frame, less: bool) -> Floats:
    """By draw and design 1 if it is best; designs that are equally good share it. Shape (draws, designs)."""
    values = wide.to_numpy(np.float64)
    best = values.min(axis=1, keepdims=True) if less else values.max(axis=1, keepdims=True)
    first = values == best
    shares: Floats = first / first.sum(axis=1, keepdims=True)
    return shares


def standing(difference: pd.Series, less: bool | None) -> dict[str, float]:
    """Shares of draws in which a difference from the base is better, exactly equal and worse; NaN if neither way is."""
    if less is None or difference.empty:
        return {"better": np.nan, "equal": float((difference == 0).mean()), "worse": np.nan}
    below, above = float((difference < 0).mean()), float((difference > 0).mean())
    better, worse = (below, above) if less else (above, below)
    return {"better": better, "equal": float((difference == 0).mean()), "worse": worse}


def differences(runs: Frame, outcome: str, base: str | None = None) -> Frame:
    """Each design less the base in the same draw: index draw, a column per other design."""
    against = base_of(runs, base)
    wide = by_design(runs, outcome)
    if len(wide.columns) < 2:
        raise ValueError(f"there is one design only, {against}, and nothing to compare it with")
    return wide.drop(columns=against).sub(wide[against], axis=0)


def summary(
    runs: Frame,
    outcomes: Sequence[str],
    base: str | None = None,
    draws: int | None = None,
    sampling: Sampling | None = None,
) -> Frame:
    """Differences from the base over draws, by design and outcome: the mean, how they spread, and who wins.

    Parameters
    ----------
    runs, outcomes, base
        The table of a batch, columns of it, and the design to compare with (status quo if not given).
    draws
        Number of draws that the batch has in all; those in the table if not given.
    sampling
        How they were drawn (`precision.mean_of`); independently if not given.

    Returns
    -------
    pandas.DataFrame
        Columns design, outcome, median, low_end, high_end (where nine of ten draws lie, of fewer than
        twenty the lowest and the highest; unit of the outcome), better, equal, worse
        (shares of draws in which the design is better than, exactly equal to and worse than the base; NaN for
        an outcome that is good neither way), best (share in which it is the best of all that could be chosen, ties
        shared), mean, low, high (90 % interval of the mean), interval (what it is: a key of
        `precision.SAID`), n, of (draws counted, and in all), left_out (why).
    """
    against = base_of(runs, base)
    rows = []
    for outcome in outcomes:
        count = counted(runs, outcome, None, draws)
        wide = _laid_out(runs, outcome, None)
        less, able = less_is_better(outcome), [name for name in choices(runs) if name in wide]
        whole = wide.dropna()
        share = (
            {} if less is None or whole.empty else dict(zip(able, wins(whole[able], less).mean(axis=0), strict=True))
        )
        for design in [name for name in wide.columns if name != against]:
            gap = whole[design] - whole[against]
            middle = mean_of(gap, sampling)
            rows.append(
                {"design": design, "outcome": outcome, **spread(gap), **standing(gap, less),
                 "best": float(share.get(design, np.nan)), "mean": middle.mean, "low": middle.low, "high": middle.high,
                 "interval": middle.kind, "n": middle.n, "of": count.of,
                 "left_out": str(count).partition("left out: ")[2]}
            )  # fmt: skip
    return pd.DataFrame(rows, columns=list(SUMMARY))


SUMMARY = (
    "design", "outcome", "median", "low_end", "high_end", "better", "equal", "worse", "best", "mean", "low", "high",
    "interval", "n", "of", "left_out",
)  # fmt: skip


def pairing(runs: Frame, outcome: str, base: str | None = None) -> Frame:
    """How many runs the pairing saves.

    ``ratio = (var(a) + var(b)) / var(a - b)`` over draws: the variance that the difference would have with independent
    runs, over the one that it has. For the same precision one would need that many times as many runs (common random
    numbers; Law 2015, *Simulation Modeling and Analysis*, ch. 11.2). Columns design, paired_variance,
    independent_variance, ratio.
    """
    wide = by_design(runs, outcome)
    against = base_of(runs, base)
    rows = []
    for design in wide.columns.drop(against):
        paired = float((wide[design] - wide[against]).var())
        alone = float(wide[design].var() + wide[against].var())
        rows.append((design, paired, alone, alone / paired if paired > 0 else np.inf))
    return pd.DataFrame(rows, columns=["design", "paired_variance", "independent_variance", "ratio"])


def convergence(differences_by_draw: Frame, steps: int = 12, sampling: Sampling | None = None) -> Frame:
    """Estimates with growing numbers of draws, in the order in which they were drawn.

    Parameters
    ----------
    differences_by_draw
        Index draw, a column per design.
    steps
        Number of sample sizes, evenly spaced on a logarithmic scale from 10 (or fewer) to all.
    sampling
        How they were drawn; independently if not given.

    Returns
    -------
    pandas.DataFrame
        Columns design, draws, mean, low, high (90 % interval of the mean).
    """
    n = len(differences_by_draw)
    sizes = np.unique(np.geomspace(min(10, n), n, steps).round().astype(int))
    rows = [
        (design, int(size), *mean_of(differences_by_draw[design].iloc[:size], sampling)[:3])
        for design in differences_by_draw.columns
        for size in sizes
    ]
    return pd.DataFrame(rows, columns=["design", "draws", "mean", "low", "high"])
