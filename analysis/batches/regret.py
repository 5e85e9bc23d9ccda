"""Least regret: which terms one would be least sorry to have chosen, whatever the world turns out to be.

The regret of terms in a world is how much worse they do there than the best of all that were tried do in that world
(Savage 1951, The theory of statistical decision, *JASA* 46(253), doi:10.1080/01621459.1951.10500768). Terms that are
best on average may be very bad in some worlds; those with the least regret are never far from the best. Each world
counts once. Read by the search.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

__all__ = ["LEVEL", "least", "regrets"]

Frame = pd.DataFrame
LEVEL = 0.9  # beside the largest regret stands that which so many of the worlds stay below


def regrets(values: Frame, better: Mapping[str, str]) -> Frame:
    """Give the regret of every design over worlds.

    Parameters
    ----------
    values
        Values per run: design, seed (which names the world) and one column for each objective.
    better
        Objectives and their directions, "max" or "min".

    Returns
    -------
    pandas.DataFrame
        A row per design in order of appearance: design and, for each objective X, X_largest, X_p90 and X_mean: the
        largest regret over worlds, that which 90 % of worlds stay below, and the mean; in the unit of X, 0 or more. NaN
        for a design that has no value in some world: it cannot be compared, nor does it make others look worse.
    """
    order = list(dict.fromkeys(values["design"]))
    result: dict[str, object] = {"design": order}
    for name, way in better.items():
        table = values.pivot_table(index="design", columns="seed", values=name, dropna=False).reindex(order)
        table = table * (1.0 if way == "max" else -1.0)
        known = table[table.notna().all(axis=1)]
        regret = (known.max(axis=0) - known).reindex(order)
        each = regret.to_numpy(float)
        result[f"{name}_largest"] = each.max(axis=1)
        result[f"{name}_p90"] = np.quantile(each, LEVEL, axis=1)
        result[f"{name}_mean"] = each.mean(axis=1)
    return pd.DataFrame(result)


def least(table: Frame, name: str) -> int | None:
    """The row of least regret in an objective: the smallest of the largest, then of the mean; None if none has any."""
    known = table[table[f"{name}_largest"].notna()]
    if known.empty:
        return None
    return int(known.sort_values([f"{name}_largest", f"{name}_mean"], kind="stable").index[0])
