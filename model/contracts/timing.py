"""When each part of a contract is settled, in months from the start of the project; year 0 is its first.

A part is what a payer owes a receiver under one label. It is settled as soon as all that its clauses read has been
measured, so that a contract can pay in phases; a part that reads nothing waits for the last measurement, unless its
schedule counts from the start. A part with a clause that pays as results come in (`every`, `dates`), or with a
milestone, is settled at each of those dates. Read by `settlement`, `in_run` and the checks.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeVar

from .contract import Clause, Design, Key
from .vocabulary import KINDS
from .words import EVERY

__all__ = [
    "Calendar",
    "calendar_of",
    "dates_of",
    "measured_by",
    "metric_at",
    "phases",
    "settlement_dates",
    "settlement_years",
    "source_of",
    "year_of",
]


_T = TypeVar("_T")


def year_of(month: int) -> int:
    """The year in which a date falls that is so many months after the start; a year's last day belongs to it."""
    return max(month - 1, 0) // 12


def metric_at(name: str, month: int) -> str:
    """What a measure is called that is read before its follow-up is over: at so many months after the start."""
    return f"{name}@{month}"


def source_of(clause: Clause) -> Key | None:
    """Give the amount that a clause takes from or looks back on.

    Another payer's (`co_pay`), another receiver's (`waterfall`), or what its payer was paid (`clawback`).
    """
    other = clause.instead_of
    match KINDS[clause.kind].takes_from:
        case "payer" if other:
            return (other, clause.receiver, clause.part)
        case "receiver" if other:
            return (clause.payer, other, clause.part)
    return (clause.receiver, clause.payer, clause.part) if clause.kind == "clawback" else None


def read_by(clause: Clause, design: Design) -> frozenset[str]:
    """Measures that a clause reads, itself or by its conditions."""
    named = {design.conditions[name].measure for name in clause.conditions if name in design.conditions}
    return frozenset(name for name in (clause.metric, *named) if name in design.measures and name is not None)


def dates_of(clause: Clause, design: Design) -> tuple[int, ...]:
    """Dates of its own that a clause has, months from the start, first to last; none if it waits to be due."""
    if clause.kind == "milestone":
        return (int(clause.values["after_months"]),) if "after_months" in clause.terms else ()
    if "dates" in clause.terms:
        return tuple(sorted({int(date) for date in clause.lists["dates"]}))
    if clause.every in EVERY and clause.metric in design.measures:
        end = design.measures[str(clause.metric)].months
        return (*range(EVERY[clause.every], end, EVERY[clause.every]), end)
    return ()


def measured_by(design: Design) -> dict[Key, frozenset[str]]:
    """Say for each amount owed which measures it depends on, by its clauses and their measured conditions."""
    return _collected(design, [read_by(clause, design) for clause in design.clauses])


def settlement_dates(design: Design) -> Mapping[Key, tuple[int, ...]]:
    """Give the dates at which each amount owed is settled, in months from the start, first to last.

    One, if it has no dates of its own: 0 from the start, else when all that it depends on has been measured.
    """
    return _kept(design, "_settlement_dates", _settlement_dates)


def _kept(design: Design, name: str, work: Callable[[Design], _T]) -> _T:
    """Work out what follows from a contract alone; it keeps that, as it keeps its `shares`."""
    kept: dict[str, Any] = vars(design)
    if name not in kept:
        kept[name] = work(design)
    found: _T = kept[name]
    return found


def _settlement_dates(design: Design) -> Mapping[Key, tuple[int, ...]]:
    last = max((measure.months for measure in design.measures.values()), default=0)
    from_start = {key for clause in design.clauses if clause.counted_from == "start" for key in clause.keys}
    own = _collected(design, [frozenset(dates_of(clause, design)) for clause in design.clauses])
    result = {}
    for key, names in measured_by(design).items():
        ends = {design.measures[name].months for name in names}
        once = 0 if key in from_start else max(ends, default=last)
        result[key] = tuple(sorted(own[key] | ends)) if own[key] else (once,)
    return result


def settlement_years(design: Design) -> Mapping[Key, int]:
    """Give the year in which each amount owed is settled for the last time."""
    return {key: year_of(dates[-1]) for key, dates in settlement_dates(design).items()}


def phases(design: Design) -> tuple[int, ...]:
    """Give the distinct years in which something is settled, first to last; empty if there are no clauses."""
    return _kept(design, "_phases", _phases)


def _phases(design: Design) -> tuple[int, ...]:
    return tuple(sorted({year_of(date) for dates in settlement_dates(design).values() for date in dates}))


def _collected(design: Design, of_clause: Sequence[frozenset[_T]]) -> dict[Key, frozenset[_T]]:
    """Bring together by amount what its clauses say; what is taken from another amount shares all of it."""
    found: dict[Key, frozenset[_T]] = {}
    taken: list[tuple[Key, Key]] = []
    for clause, said in zip(design.clauses, of_clause, strict=True):
        source = source_of(clause)
        for key in clause.keys if source is None else (*clause.keys, source):
            found[key] = found.get(key, frozenset()) | said
        if source is not None:
            taken.append((source, clause.keys[0]))
    for source, key in taken * len(taken):  # again and again, as what was taken may be taken on
        found[source] = found[key] = found[source] | found[key]
    return found


@dataclass(frozen=True, eq=False)
class Calendar:
    """When what is settled, and what must be known by then; months from the start.

    `dates` by amount owed; `due`, by the place of a clause, from when it acts; `reads`, the dates before the end of its
    follow-up at which a measure must be known. `stepwise` if what is paid at a date depends on earlier payments: then
    the contract is settled date by date, else all at once.
    """

    dates: Mapping[Key, tuple[int, ...]]
    due: tuple[int, ...]
    reads: Mapping[str, tuple[int, ...]]
    stepwise: bool

    @cached_property
    def steps(self) -> tuple[int, ...]:
        """Every date at which something is settled, first to last."""
        return tuple(sorted({date for dates in self.dates.values() for date in dates}))

    def known_at(self, measure: str, now: int) -> tuple[int, ...]:
        """Dates up to `now` at which a measure that is not over yet has been read."""
        return tuple(date for date in self.reads.get(measure, ()) if date <= now)


def calendar_of(design: Design) -> Calendar:
    """Give the calendar of a contract."""
    return _kept(design, "_calendar", _calendar_of)


def _calendar_of(design: Design) -> Calendar:
    dates = settlement_dates(design)
    reads: dict[str, set[int]] = {}
    due = []
    for clause in design.clauses:
        own, source = dates_of(clause, design), source_of(clause)
        keys = clause.keys if source is None else (*clause.keys, source)
        names = read_by(clause, design)
        acts = own
        if KINDS[clause.kind].throughout:
            acts = tuple({date for key in keys for date in dates[key]})
            due.append(0)
        elif own:
            due.append(own[0])
        elif len(dates[keys[0]]) == 1 or not names:
            due.append(dates[keys[0]][-1])
        else:
            due.append(max(design.measures[name].months for name in names))
        for name in names:
            reads.setdefault(name, set()).update(date for date in acts if date < design.measures[name].months)
    stepwise = any(len(each) > 1 for each in dates.values()) or any("yearly_return" in c.terms for c in design.clauses)
    stepwise |= any(clause.runs or clause.kind == "milestone" for clause in design.clauses)
    return Calendar(dates, tuple(due), {name: tuple(sorted(each)) for name, each in reads.items()}, stepwise)
