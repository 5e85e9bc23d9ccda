"""Reading single entries of a plan strictly: each notes what is wrong and gives back the best that it can.

Read by `plan` and `uncertainties`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ...model.contracts.reading.notes import Notes
from ...model.inputs.errors import shown

__all__ = ["Table", "flag", "names", "texts", "whole"]

Table = Mapping[str, Any]


def whole(table: Table, key: str, where: str, usual: int, bounds: tuple[int, int], notes: Notes) -> int:
    """Give a whole number within bounds, or the usual one."""
    value = table.get(key, usual)
    if type(value) is not int or not bounds[0] <= value <= bounds[1]:
        notes.add(where, f"{key} = {shown(value)}. Write a whole number from {bounds[0]} to {bounds[1]}.")
        return usual
    return value


def flag(table: Table, key: str, where: str, notes: Notes) -> bool:
    """Give true or false; false if it is not there."""
    value = table.get(key, False)
    if not isinstance(value, bool):
        notes.add(where, f"{key} = {shown(value)}. Write true or false.")
    return value is True


def texts(table: Table, key: str, where: str, notes: Notes) -> list[str]:
    """Give a list of texts; an empty one if it is not there."""
    value = table.get(key, [])
    if not (isinstance(value, list) and all(isinstance(each, str) and each.strip() for each in value)):
        notes.add(where, f"{key} = {shown(value)}. Write a list of texts in quotes.")
        return []
    if key in table and not value:
        notes.add(where, f"{key} is empty. Name at least one, or leave it out.")
    return [each.strip() for each in value]


def names(table: Table, key: str, where: str, known: Iterable[str], notes: Notes) -> list[str]:
    """Give a list of known names."""
    names, valid = texts(table, key, where, notes), sorted(known)
    for name in names:
        if name not in valid:
            notes.add(where, f"{key}: '{name}' is not known.{Notes.hint(name, valid)}")
    return names
