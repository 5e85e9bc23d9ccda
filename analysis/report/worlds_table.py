"""The headline over worlds, as text: medians with their spread, how often a design is better, and if that is decided.

Read by the commands and the pages of the documentation.
"""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from ..measures import lifetime, steps, worlds
from .tables import number

__all__ = ["UNDECIDED", "over_worlds"]

UNDECIDED = "not decided"
_PAYERS = {"all": "All public payers", "municipality": "Municipalities", "region": "Regions", "state": "State"}


def over_worlds(tables: Mapping[str, pd.DataFrame], rate: float = 0.03) -> pd.DataFrame:
    """Lay out what each design does against status quo over worlds: one row per design, texts.

    For every payer the median gain over worlds with its 5th and 95th percentile (SEK per child), and the share of
    worlds in which the payer gains; "not decided" where neither a gain nor a loss holds in nine worlds of ten. Last
    the share of worlds in which the design is the cheapest of all (the planner left out). Empty without status quo.
    """
    tables = lifetime.without_ages(steps.without_steps(dict(tables)))
    found = worlds.spread(tables, rate)
    if found.empty:
        return pd.DataFrame()
    likeliest = worlds.best(tables, rate)
    rows = []
    for design, part in found.groupby("design", sort=False):
        by_payer = {str(row["payer"]): row for row in part.to_dict("records")}
        row = {"Design": str(design)}
        for payer, title in _PAYERS.items():
            one = by_payer[payer]
            row[f"{title} gain (SEK/child)"] = _spread(*(float(one[each]) for each in ("median", "low", "high")))
            row[f"{title} gain in"] = _share(float(one["better"]), float(one["equal"]), float(one["worse"]))
        row["Cheapest of all in"] = f"{100 * likeliest[str(design)]:.0f} %" if str(design) in likeliest else "-"
        rows.append(row)
    return pd.DataFrame(rows)


def _spread(median: float, low: float, high: float) -> str:
    return f"{number(median, median)} [{number(low, median)} to {number(high, median)}]"


def _share(better: float, equal: float, worse: float) -> str:
    """Say in which share of worlds a payer gains, and if that settles the sign."""
    if equal == 1.0:
        return "no difference"
    text = f"{100 * better:.0f} % of worlds"
    return text if worlds.decided(better, worse) else f"{text}: {UNDECIDED}"
