"""Reading the words that a contract declares itself: parties and outcomes that the model does not know.

Each says what stands for it in a run, or that nothing does; then it can be settled on paper only. Read by `design`.
"""

from __future__ import annotations

import re

from ..contract import OwnParty
from ..outcomes import OwnOutcome, agreed_outcomes
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
            notes.add(
                where, f"'{name}' is a party that every contract can name ({PARTIES[name][1]}). Use another name."
            )
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
            notes.add(where, f"good = {good!r}. Write true if more of it is better, else false.")
        if not _UNIT.fullmatch(unit):
            notes.add(where, f"unit = '{unit}'. Write what one of it is, in small letters, such as \"month\".")
        in_run = notes.choice(table, "in_run", where, (NOT_IN_MODEL, *known)) or NOT_IN_MODEL
        one = f"{unit}/{known[in_run].unit}" if in_run in known else ""
        times = notes.quantity(table, "times", where, TIMES, one)
        if times is not None and in_run == NOT_IN_MODEL:
            notes.add(where, f"times has nothing to multiply: in_run = '{NOT_IN_MODEL}'. Remove it.")
        if name not in known:
            title = notes.text(table, "title", where)
            read[name] = OwnOutcome(title=title, good=good is True, unit=unit, in_run=in_run, times=times)
    return read


def _tables(document: Table, key: str, notes: Notes) -> list[tuple[str, str, Table]]:
    """Give each table under a heading, with its name and place."""
    found, tables = [], notes.table(document, key)
    for name in tables:
        where = f"{key}.{name}"
        if not _NAME.fullmatch(name):
            notes.add(where, "is no name. Use small letters, digits and _, beginning with a letter.")
        found.append((name, where, notes.table(tables, name, where)))
    return found
