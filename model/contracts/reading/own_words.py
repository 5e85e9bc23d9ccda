"""Reading the words that a contract declares itself: parties and outcomes that the model does not know.

Each says what stands for it in a run, or that nothing does; then it can be settled on paper only. Read by `design`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from ...inputs.errors import InputError, shown
from ..contract import OwnParty
from ..outcomes import COUNTED, Agreed, OwnOutcome, agreed_outcomes, counted
from ..vocabulary import TIMES
from ..words import NOT_IN_MODEL, PARTIES
from .notes import Notes, Table

__all__ = ["OWN", "read_outcomes", "read_parties"]

OWN = " Or declare it under [parties.NAME]."
_NAME = re.compile(r"[a-z]\w*")
_UNIT = re.compile(r"[a-z][a-z -]*")


def read_parties(document: Table, notes: Notes) -> dict[str, OwnParty]:
    """Read the parties of the contract's own, by name."""
    read = {}
    for name, where, table in _tables(document, "parties", notes):
        notes.keys(table, where, ("title", "says", "in_run"), ("title", "says", "in_run"))
        if name in PARTIES:
            notes.add(where, f"'{name}' is a party that every contract can name. Use another name.")
        title, says = notes.text(table, "title", where), notes.text(table, "says", where)
        in_run = notes.choice(table, "in_run", where, (NOT_IN_MODEL, *PARTIES))
        if name not in PARTIES:
            read[name] = OwnParty(title=title, says=says, in_run=in_run or NOT_IN_MODEL)
    return read


def read_outcomes(document: Table, notes: Notes) -> dict[str, OwnOutcome]:
    """Read the outcomes of the contract's own, by name."""
    read = {}
    for name, where, table in _tables(document, "outcomes", notes):
        known = agreed_outcomes()
        notes.keys(table, where, ("title", "good", "unit", "in_run", "times"), ("title", "in_run"))
        if name in known:
            notes.add(where, f"'{name}' is an outcome that every contract can name. Use another name.")
        good, unit = table.get("good", True), notes.text(table, "unit", where) or "outcome"
        if not isinstance(good, bool):
            notes.add(where, f"good = {shown(good)}. Write true if more of it is better, else false.")
        if not _UNIT.fullmatch(unit):
            notes.add(where, f"unit = '{unit}'. Write what one of it is, in small letters, such as \"month\".")
        title, own = notes.text(table, "title", where), None
        if isinstance(table.get("in_run"), Mapping):
            in_run, own = COUNTED, _counted(table["in_run"], title or name, good is True, where, notes)
        else:
            in_run = notes.choice(table, "in_run", where, (NOT_IN_MODEL, *known)) or NOT_IN_MODEL
        stands = own or known.get(in_run)
        one = f"{unit}/{stands.unit}" if stands else ""
        times = notes.quantity(table, "times", where, TIMES, one)
        if times is not None and in_run == NOT_IN_MODEL:
            notes.add(where, f"times has nothing to multiply: in_run = '{NOT_IN_MODEL}'. Remove it.")
        if name not in known:
            in_run = NOT_IN_MODEL if in_run == COUNTED and own is None else in_run
            read[name] = OwnOutcome(title=title, good=good is True, unit=unit, in_run=in_run, times=times, counted=own)
    return read


def _counted(table: Table, title: str, good: bool, where: str, notes: Notes) -> Agreed | None:
    """Read what an outcome counts on a child's life; nothing, and a note, if that cannot be."""
    try:
        return counted(table, title=title, good=good, source=where)
    except InputError as error:
        for problem in error.problems:
            notes.add(f"{where}.in_run", problem)
        return None


def _tables(document: Table, key: str, notes: Notes) -> list[tuple[str, str, Table]]:
    """Give each table under a heading, with its name and place."""
    found, tables = [], notes.table(document, key)
    for name in tables:
        where = f"{key}.{name}"
        if not _NAME.fullmatch(name):
            notes.add(where, "is no name. Use small letters, digits and _, beginning with a letter.")
        found.append((name, where, notes.table(tables, name, where)))
    return found
