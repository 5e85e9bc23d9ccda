"""The target groups that a contract agrees on: `[decision.groups.NAME]`. Read by `design`."""

from __future__ import annotations

from ...inputs.errors import shown
from ..contract import Group
from .notes import Notes, Table

__all__ = ["read_groups"]

_KEYS = ("ages", "levels", "interventions")
_BOUNDS = {"ages": (0, 64), "levels": (1, 4)}


def read_groups(decision: Table, notes: Notes) -> tuple[Group, ...]:
    """Read whom a contract is for, by the names of the groups."""
    table = notes.table(decision, "groups", "decision.groups")
    if "groups" in decision and not table:
        notes.add("decision", "groups is empty. Leave it out, or write [decision.groups.NAME].")
    return tuple(_group(name, notes.table(table, name, f"decision.groups.{name}"), notes) for name in table)


def _group(name: str, table: Table, notes: Notes) -> Group:
    where = f"decision.groups.{name}"
    notes.keys(table, where, _KEYS)
    if not table:
        notes.add(where, f"says nothing. Give one of: {', '.join(_KEYS)}.")
    return Group(
        name=name,
        ages=_span(table, "ages", where, notes),
        levels=_span(table, "levels", where, notes),
        interventions=notes.names(table, "interventions", where),
    )


def _span(table: Table, key: str, where: str, notes: Notes) -> tuple[int, int]:
    """Read first and last of what is counted in whole numbers."""
    low, high = _BOUNDS[key]
    value = table.get(key, [low, high])
    if (
        not isinstance(value, list)
        or len(value) != 2
        or any(isinstance(each, bool) or not isinstance(each, int) for each in value)
        or not low <= value[0] <= value[1] <= high
    ):
        notes.add(
            where, f"{key} = {shown(value)}. Write first and last, such as {key} = [{low}, {high}], within these."
        )
        return low, high
    return value[0], value[1]
