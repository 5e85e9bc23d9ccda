"""Batches pair by pair: the table of runs laid out by draw and design, differences, and how sure they are.

A batch gives every design the same draw of parameters and the same seed, so a difference within a draw is caused by the
design. Draws in which a design is missing (a run failed) are left out whole. Read by the other analyses of batches.
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from ..measures.lifetime import BASE, BENCHMARK
from ..report.intervals import interval

Frame = pd.DataFrame


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
    names = list(dict.fromkeys(runs["design"])) if designs is None else list(designs)
    here = {outcome: list(runs.columns)} | {name: sorted(set(runs["design"])) for name in names}
    for name, known in here.items():
        if name not in known:
            raise ValueError(f"'{name}' is not in this batch; it has {', '.join(known)}")
    wide = runs.pivot_table(index="draw", columns="design", values=outcome, aggfunc="mean", sort=False)
    wide = wide.reindex(columns=names).dropna()
    if wide.empty:
        raise ValueError(f"no draw has a value of '{outcome}' for every design")
    wide.columns.name = None
    return wide.sort_index()


def base_of(runs: Frame, wanted: str | None = None) -> str:
    """Name of the design that others are compared with: the one wanted, else status quo, else the first."""
    names = list(dict.fromkeys(runs["design"]))
    return wanted if wanted is not None else BASE if BASE in names else names[0]


def choices(runs: Frame) -> list[str]:
    """Designs that somebody could choose: all but the planner, who is a yardstick."""
    names = [name for name in dict.fromkeys(runs["design"]) if name != BENCHMARK]
    return names or list(dict.fromkeys(runs["design"]))


def differences(runs: Frame, outcome: str, base: str | None = None) -> Frame:
    """Each design less the base in the same draw: index draw, a column per other design."""
    wide = by_design(runs, outcome)
    against = base_of(runs, base)
    return wide.drop(columns=against).sub(wide[against], axis=0)


def summary(runs: Frame, outcomes: Sequence[str], base: str | None = None) -> Frame:
    """Mean difference from the base with its 90 % interval over draws, and in how many draws it is negative.

    Returns
    -------
    pandas.DataFrame
        Columns design, outcome, mean, low, high, n, share_below (0 to 1).
    """
    rows = []
    for outcome in outcomes:
        wide = _differences_or_none(runs, outcome, base)
        for design in wide.columns if wide is not None else ():
            mean, low, high, n = interval(wide[design])  # type: ignore[index]
            rows.append((design, outcome, mean, low, high, n, float((wide[design] < 0).mean())))  # type: ignore[index]
    return pd.DataFrame(rows, columns=["design", "outcome", "mean", "low", "high", "n", "share_below"])


def _differences_or_none(runs: Frame, outcome: str, base: str | None) -> Frame | None:
    """Differences, or nothing for an outcome that some design never has (a share of nothing)."""
    try:
        return differences(runs, outcome, base)
    except ValueError:
        return None


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


def convergence(differences_by_draw: Frame, steps: int = 12) -> Frame:
    """Estimates with growing numbers of draws, in the order in which they were drawn.

    Parameters
    ----------
    differences_by_draw
        Index draw, a column per design.
    steps
        Number of sample sizes, evenly spaced on a logarithmic scale from 10 (or fewer) to all.

    Returns
    -------
    pandas.DataFrame
        Columns design, draws, mean, low, high (90 % interval of the mean).
    """
    n = len(differences_by_draw)
    sizes = np.unique(np.geomspace(min(10, n), n, steps).round().astype(int))
    rows = [
        (design, int(size), *interval(differences_by_draw[design].iloc[:size])[:3])
        for design in differences_by_draw.columns
        for size in sizes
    ]
    return pd.DataFrame(rows, columns=["design", "draws", "mean", "low", "high"])
