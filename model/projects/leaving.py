"""Contracts that are ended ahead of time in a run: by whom, and what is then settled.

At each date at which a contract says that a party may end it, that party looks at what has been measured so far.
A private party compares two sums of its own: what it would be paid in all if it ended the contract now, less what it
has put in; and what it would be paid if it went on, less all that it would put in, if what is counted goes on coming as
it has come. It leaves if the first is larger. A public party counts more than the contract pays, so it says in the
contract below which level it leaves, and does so. The children stay: the owner pays the rest of the programme alone.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from ..contracts import Design, Outcome, net_by_party, settle
from ..contracts.settling.ended import ended, spent
from ..contracts.timing import calendar_of, metric_at
from ..contracts.ways import IN_FORCE, Exit
from ..contracts.words import PRIVATE

__all__ = ["as_it_stands", "leaves", "open_exits"]

Bools = NDArray[np.bool_]
Floats = NDArray[np.float64]


def leaves(design: Design, exit_: Exit, month: int, outcome: Outcome) -> Bools:
    """Say of which projects a party ends the contract at a date, shape (n,).

    `outcome` has what was measured up to then, also under `timing.metric_at` of that date.
    """
    now = as_it_stands(design, month, outcome)
    may = np.ones(outcome.cost.size, np.bool_)
    if exit_.measure is not None:
        may = now.metric[exit_.measure] < exit_.limit * _size(design, exit_.measure, outcome)
    if exit_.by not in PRIVATE:
        return may
    left = ended(design, exit_.name, month)
    return may & (_gain(left, exit_.by, now) > _gain(design, exit_.by, _going_on(design, month, outcome)))


def as_it_stands(design: Design, month: int, outcome: Outcome) -> Outcome:
    """What is known at a date: what was to be measured later is as far as it has come."""
    return _with(outcome, {name: _so_far(design, name, month, outcome) for name in design.measures})


def _so_far(design: Design, name: str, month: int, outcome: Outcome) -> Floats:
    return outcome.metric[name if design.measures[name].months <= month else metric_at(name, month)]


def _going_on(design: Design, month: int, outcome: Outcome) -> Outcome:
    """What would be measured if what is counted went on coming as it has come; per cents and places stay."""
    reads, found = calendar_of(design).reads, {}
    for name, measure in design.measures.items():
        for date in (*reads.get(name, ()), measure.months):
            if date > month:
                grows = measure.countable and measure.kind != "activity"
                to_come = _so_far(design, name, month, outcome) * (date / month if grows else 1.0)
                found[name if date == measure.months else metric_at(name, date)] = to_come
    return _with(outcome, found)


def _with(outcome: Outcome, metric: Mapping[str, Floats]) -> Outcome:
    return Outcome(outcome.cost, {**outcome.metric, **metric}, outcome.conditions, outcome.children, outcome.years)


def _gain(design: Design, party: str, outcome: Outcome) -> Floats:
    """What a party has been paid in the end, less what it has put in."""
    net = net_by_party(settle(design, outcome)).get(party, np.zeros(outcome.cost.size, np.int64))
    put_in = design.shares.get(party, 0.0) * spent(design, outcome.cost, outcome.years)
    return np.asarray(net - put_in, dtype=np.float64)


def _size(design: Design, measure: str, outcome: Outcome) -> Floats | float:
    """Size of projects beside that which the contract was written for, for a level of a measure."""
    programme, of = design.programme, design.measures[measure]
    if programme is None or not of.countable:
        return 1.0
    if of.unit == design.currency.code or outcome.children is None:
        return np.asarray(outcome.cost / programme.cost)
    return np.asarray(outcome.children / programme.children)


def open_exits(
    design: Design, contract: NDArray[np.int64], years: NDArray[np.int64], free: Bools
) -> list[tuple[int, Exit, int, NDArray[np.int64]]]:
    """Give each exit (its number, from 1, itself, and the date) that is open now, and the projects it is open for.

    `years` since the start of each project, this one included; `free` are those whose contract goes on.
    """
    return [
        (number, each, date, which)
        for number, each in enumerate(design.exits.values(), start=1)
        for date in each.dates
        if (which := np.flatnonzero((contract == IN_FORCE) & (years * 12 == date) & free)).size
    ]
