"""Contracts that were ended ahead of time: what is left of them to be settled.

Whoever ends a contract (`ways.Exit`) at a date ends it for everybody. What is measured is what it has come to by then,
what was to be paid later is not, and the cost is what has been put in by then. So amounts that are for the whole
programme, and shares of its cost, are for that part of it; numbers of things are not, as nobody took part for less.
What has been paid before stays paid. The name of the exit is a condition that holds: clauses can say `when` or `unless`
of it what is owed in place of that (`early_termination`), or beside it.

Reads `contract`. Read by `settlement`, the model, and the commands that settle and stress.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...inputs.quantity import Quantity
from ..contract import Clause, Design, Measure

__all__ = ["as_ended", "ended", "spent"]

Money = NDArray[np.int64]


def ended(design: Design, name: str, month: int) -> Design:
    """Give the contract as ended by one of its exits at a date; `settle` then settles it so."""
    return replace(design, ended=(name, month))


def as_ended(design: Design) -> Design:
    """Give what is left of a contract that was ended: what is measured and paid until then; others stay as they are.

    It is for reading dates and measures; `settle` takes the contract itself, as it also knows what was paid before.
    """
    if design.ended is None:
        return design
    month = design.ended[1]
    programme = design.programme
    if programme is not None:
        programme = replace(programme, years=min(programme.years, max(1, -(-month // 12))))
    return replace(
        design,
        programme=programme,
        measures={name: _until(measure, month) for name, measure in design.measures.items()},
        clauses=tuple(_left(clause, month) for clause in design.clauses if _pays(clause, month)),
    )


def spent(design: Design, cost: Money, years: NDArray[np.int64] | int | None = None) -> Money:
    """What has been put in of a programme by the date at which its contract was ended, whole units, shape (n,).

    It is put in in equal parts over `years`, those of the contract if not given.
    """
    if design.ended is None:
        return cost
    over = years if years is not None else 1 if design.programme is None else design.programme.years
    return np.asarray(np.rint(cost * np.minimum(design.ended[1] / (12.0 * np.asarray(over)), 1.0)), dtype=np.int64)


def _until(measure: Measure, month: int) -> Measure:
    """Follow up until a date at the latest."""
    if measure.months <= month:
        return measure
    whole = month % 12 == 0
    value = month // 12 if whole else month
    update: dict[str, Any] = {"value": value, "unit": "year" if whole else "month", "range": (value, value)}
    return replace(measure, follow_up=measure.follow_up.model_copy(update=update))


def _pays(clause: Clause, month: int) -> bool:
    """Whether a clause with dates of its own has one by then."""
    dates = clause.terms.get("dates", clause.terms.get("after_months") if clause.kind == "milestone" else None)
    return dates is None or min(dates.entries) <= month


def _left(clause: Clause, month: int) -> Clause:
    """Leave out dates that do not come any more."""
    if "dates" not in clause.terms:
        return clause
    dates: Quantity = clause.terms["dates"]
    update = {"value": tuple(each for each in dates.entries if each <= month)}
    return replace(clause, terms={**clause.terms, "dates": dates.model_copy(update=update)})
