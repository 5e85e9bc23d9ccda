"""What holds over worlds: the spread of results over seeds, and in how many worlds a design is better.

A seed is a world with luck of its own. Where parameters are drawn for each seed, quantiles over seeds say how far the
world could be from the middle; the interval of a mean does not. Read by the report and the commands.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from . import lifetime

Frame = pd.DataFrame

DECIDED = 0.9  # a sign that holds in a smaller share of worlds is not decided
LOW, HIGH = 0.05, 0.95


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


def spread(tables: Mapping[str, Frame], rate: float) -> Frame:
    """How each design does against status quo over worlds, by who pays.

    Columns design, payer ("all" or a group of payers), median, low, high (5th and 95th percentile over seeds, SEK per
    child), better, equal, worse (shares of worlds that sum to 1), n. Empty if status quo was not run.
    """
    found = gains(tables, rate)
    rows = []
    for design, part in found.groupby("design", sort=False):
        for payer in ("all", *lifetime.GROUPS):
            gain = part[f"{payer}_sek"].to_numpy(np.float64)
            low, median, high = np.quantile(gain, (LOW, 0.5, HIGH))
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
    """Share of worlds in which each design costs least, status quo included and the planner not; ties are shared."""
    cost = _cost(tables, rate).drop(columns=lifetime.BENCHMARK, errors="ignore")
    least = cost.eq(cost.min(axis=1), axis=0)
    return {str(name): float(share) for name, share in least.div(least.sum(axis=1), axis=0).mean().items()}


def decided(better: float, worse: float) -> bool:
    """Whether a sign holds in at least `DECIDED` of the worlds."""
    return max(better, worse) >= DECIDED


def _cost(tables: Mapping[str, Frame], rate: float) -> Frame:
    """Lifetime public cost per child, a row for each seed, a column for each design."""
    cost = lifetime.public_cost(tables, rate)
    return cost.pivot_table(index="seed", columns="design", values="per_child_sek", sort=False)
