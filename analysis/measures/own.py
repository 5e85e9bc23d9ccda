"""An outcome of one's own: a sum over a column of a result table, of the rows that are meant. Read by batches."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from .lifetime import discounting

Tables = Mapping[str, pd.DataFrame]
PER = {
    "child": "divided by the children of the run, all cohorts",
    "year": "divided by the simulated years",
    "run": "as it is",
}


@dataclass(frozen=True)
class OwnOutcome:
    """What is summed: `column`, less `minus` if that is not "", in the rows of `table` that `where` lets through.

    `where` has for each column the words of which one must stand there, or the least and the greatest number. A sum is
    `times` as much, divided as `per` says (see `PER`); or, if `over` is not "", by the sum of that column. `discounted`
    amounts are worth what they are at the public rate in the first year.
    """

    name: str
    title: str
    unit: str
    table: str
    column: str
    minus: str = ""
    over: str = ""
    where: tuple[tuple[str, tuple[str, ...] | tuple[float, float]], ...] = ()
    per: str = "run"
    times: float = 1.0
    discounted: bool = False


def own_outcome(own: OwnOutcome, tables: Tables, rate: float) -> float:
    """Work one out for a single run; NaN where it is a share of nothing.

    Parameters
    ----------
    tables
        Result tables of one run, its own and `runs`.
    rate
        Yearly discount rate of the public perspective.
    """
    table, run = tables[own.table], tables["runs"].iloc[0]
    rows = np.ones(len(table), np.bool_)
    for column, wanted in own.where:
        values = table[column]
        if isinstance(wanted[0], str):
            rows &= values.isin(wanted).to_numpy()
        else:
            rows &= ((values >= wanted[0]) & (values <= wanted[1])).to_numpy()
    chosen = table[rows]
    weight = np.ones(len(chosen))
    if own.discounted:
        weight = discounting(rate, chosen["year"].to_numpy(np.int64) - int(run["start_year"]))

    def total(column: str) -> float:
        return float((chosen[column].to_numpy(np.float64) * weight).sum())

    found = total(own.column) - (total(own.minus) if own.minus else 0.0)
    shares = {"child": float(run["children"]), "year": float(run["years"]), "run": 1.0}
    below = total(own.over) if own.over else shares[own.per]
    return own.times * found / below if below > 0.0 else float("nan")
