"""What holds over worlds: the spread of results over seeds, and in how many worlds a design is better.

A seed is a world with luck of its own. Where parameters are drawn for each seed, quantiles over seeds say how far the
world could be from the middle; the interval of a mean does not. Read by the report and the commands.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from . import lifetime
from .once import once

Frame = pd.DataFrame

DECIDED = 0.9  # a sign that holds in a smaller share of worlds is not decided
LOW, HIGH = 0.05, 0.95
MANY = 20  # with fewer worlds none is left out at either end of nine tenths


def ends(values: Sequence[float] | NDArray[np.float64]) -> tuple[float, float]:
    """Where nine worlds of ten lie, 5th to 95th percentile; of fewer than `MANY` worlds the lowest and the highest."""
    if len(values) < MANY:
        return float(np.min(values)), float(np.max(values))
    low, high = np.quantile(values, (LOW, HIGH))
    return float(low), float(high)


def ends_said(number: int, say: Mapping[str, str]) -> str:
    """Say in the words of a report what `ends` gives of so many worlds."""
    return say["ends"] if number >= MANY else say["ends few"].format(n=number, many=MANY)


@once
def gains(tables: Mapping[str, Frame], rate: float) -> Frame:
    """What public payers gain by each design against status quo, world by world.

    Columns seed, design, all_sek, municipality_sek, region_sek, state_sek (present values over whole lives, SEK per
    child in the run). Empty if status quo was not run.
    """
    found = lifetime.gain_by_group(tables, rate)
    if found.empty:
        return pd.DataFrame(columns=["seed", "design", "all_sek", *(f"{group}_sek" for group in lifetime.GROUPS)])
    children = tables["runs"].set_index(lifetime.RUN)["children"]
    wide = found.pivot_table(index=lifetime.RUN, columns="group", values="gain_sek", sort=False)
    wide = wide[list(lifetime.GROUPS)].div(children, axis=0).reindex(wide.index)
    wide.columns = pd.Index([f"{group}_sek" for group in lifetime.GROUPS])
    wide.insert(0, "all_sek", wide.sum(axis=1))
    return wide.reset_index()


@once
def spread(tables: Mapping[str, Frame], rate: float) -> Frame:
    """How each design does against status quo over worlds, by who pays.

    Columns design, payer ("all" or a group of payers), median, low, high (`ends` over seeds), SEK per child; better,
    equal, worse (shares of worlds that sum to 1), n. Empty if status quo was not run.
    """
    found = gains(tables, rate)
    rows = []
    for design, part in found.groupby("design", sort=False):
        for payer in ("all", *lifetime.GROUPS):
            gain = part[f"{payer}_sek"].to_numpy(np.float64)
            median, (low, high) = float(np.median(gain)), ends(gain)
            shares = [float(np.mean(each)) for each in (gain > 0.0, gain == 0.0, gain < 0.0)]
            rows.append((design, payer, median, low, high, *shares, gain.size))
    return pd.DataFrame(rows, columns=["design", "payer", "median", "low", "high", "better", "equal", "worse", "n"])


def better_than(tables: Mapping[str, Frame], rate: float) -> Frame:
    """Share of worlds in which each design costs the public less over all lives than each other; ties count half.

    Shape (designs, designs), rows better than columns, the diagonal 0.5; status quo is one of them.
    """
    cost = _cost(tables, rate)
    names = list(cost.columns)
    table = pd.DataFrame(0.5, index=names, columns=names)
    for one in names:
        for other in names:
            table.loc[one, other] = float(((cost[one] < cost[other]) + 0.5 * (cost[one] == cost[other])).mean())
    return table


def best(tables: Mapping[str, Frame], rate: float) -> dict[str, float]:
    """Share of worlds in which each design alone costs least, status quo included and the planner not.

    A tie counts for none: it does not say which of them is the cheapest.
    """
    cost = _cost(tables, rate).drop(columns=lifetime.BENCHMARK, errors="ignore")
    least = cost.eq(cost.min(axis=1), axis=0)
    alone = least.sum(axis=1) == 1
    return {str(name): float((least[name] & alone).mean()) for name in least}


def luck(tables: Mapping[str, Frame], rate: float) -> Frame:
    """Part of the variance of gains over worlds that is luck, from worlds that were lived twice (table `luck`).

    Random effects of worlds, with luck within them: the variance within is that of the differences of the two times,
    over 2; it is held against the variance over all worlds, which has both. The 90 % interval takes their ratio as F
    distributed with m and n - 1 degrees of freedom (Searle, Casella & McCulloch 1992, ch. 3).

    Columns design, payer, share (0 to 1), low, high, m (worlds lived twice), n (worlds). Empty without that table.
    """
    from scipy import special  # here because few runs have it

    again = tables.get("luck")
    if again is None or again.empty:
        return pd.DataFrame(columns=["design", "payer", "share", "low", "high", "m", "n"])
    first, rows = gains(tables, rate), []
    for design, part in first.groupby("design", sort=False):
        both = part.merge(again, on=["design", "seed"], suffixes=("", "_again"))
        m, n = len(both), len(part)
        for payer in ("all", *lifetime.GROUPS):
            moved = (both[f"{payer}_sek"] - both[f"{payer}_sek_again"]).to_numpy(np.float64)
            within = math.fsum(moved**2) / (2 * m) if m else np.nan
            total = part[f"{payer}_sek"].to_numpy(np.float64).var(ddof=1) if n > 1 else 0.0
            share = within / total if total > 0.0 else np.nan
            low, high = (share / special.fdtri(m, n - 1, p) if m and n > 1 else np.nan for p in (HIGH, LOW))
            rows.append((design, payer, *(min(each, 1.0) for each in (share, low, high)), m, n))
    return pd.DataFrame(rows, columns=["design", "payer", "share", "low", "high", "m", "n"])


def decided(better: float, worse: float) -> bool:
    """Whether a sign holds in at least `DECIDED` of the worlds."""
    return max(better, worse) >= DECIDED


@once
def _cost(tables: Mapping[str, Frame], rate: float) -> Frame:
    """Lifetime public cost per child, a row for each seed, a column for each design."""
    cost = lifetime.public_cost(tables, rate)
    return cost.pivot_table(index="seed", columns="design", values="per_child_sek", sort=False)
