"""Reading who may end a contract ahead of time, when and on what condition. Read by `design`."""

from __future__ import annotations

from collections.abc import Mapping

from ..contract import Design, Measure
from ..vocabulary import EXIT_AT, LIMIT
from ..ways import Exit
from .notes import Notes, Table

__all__ = ["check_exits", "read_exits"]

_KEYS = ("by", "says", "at", "measure", "below")


def read_exits(
    document: Table, measures: Mapping[str, Measure], parties: tuple[str, ...], notes: Notes
) -> dict[str, Exit]:
    """Read the exits of a contract, by name. `parties` are the names of all that there are."""
    read = {}
    for name, where, given in notes.named(document, "exits", "by, says and at"):
        notes.keys(given, where, _KEYS, ("by", "says", "at"))
        measure = notes.choice(given, "measure", where, measures) or None
        unit = measures[measure].unit if measure is not None and measure in measures else ""
        at = notes.quantity(given, "at", where, EXIT_AT, EXIT_AT.unit)
        below = notes.quantity(given, "below", where, LIMIT, unit)
        by, says = notes.choice(given, "by", where, parties), notes.text(given, "says", where)
        if at is not None:
            read[name] = Exit(name=name, by=by, says=says, at=at, measure=measure, below=below)
    return read


def check_exits(design: Design, notes: Notes) -> None:
    """Note exits that can never be used, say a thing by halves, or do not go with the rest of the contract."""
    last = max((measure.months for measure in design.measures.values()), default=0)
    for name, each in design.exits.items():
        where = f"exits.{name}"
        if (each.measure is None) != (each.below is None):
            given, missing = ("below", "measure") if each.measure is None else ("measure", "below")
            notes.add(where, f"gives {given} without {missing}. Give both, or neither if it hangs on nothing.")
        if name in design.conditions:
            notes.add(where, f"'{name}' is also declared under [conditions]. Give one of them another name.")
        if late := [date for date in each.dates if date >= last]:
            notes.add(
                f"{where}.at",
                f"value = {late[-1]}, but all is measured after {last} months, and nothing is left to be ended. "
                "Write an earlier date, or leave it out.",
            )
        others = {party for share in design.finance for party in [share.party]} | {
            party for clause in design.clauses for pair in (clause.pair, *clause.also) for party in pair
        }
        if each.by and each.by not in others:
            notes.add(where, f"by = '{each.by}', who neither pays nor is paid here. Name one who does.")
    if design.exits and any(clause.counted_from == "start" for clause in design.clauses):
        notes.add(
            "exits",
            "a clause with counted_from = 'start' is owed whether the contract goes on or not, for all of the cost. "
            "Leave counted_from out, or the exits.",
        )
