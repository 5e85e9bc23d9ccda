"""Entries of the INDIGO standard: ``{"value": ...}``, or the value itself, at a path of tables. Read by `indigo`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from ...model.inputs.errors import InputError, shown
from ...model.inputs.reading.limits import MONEY
from ...model.inputs.reading.numbers import UnreadableError, plain_number

__all__ = ["clean", "loose_at", "number_at", "tables_at", "text_at", "value_at"]


def value_at(table: Any, *path: str) -> Any:
    """The value at a path; entries of the standard are ``{"value": ...}``, some plain."""
    for key in path:
        table = table.get(key) if isinstance(table, Mapping) else None
    return table.get("value") if isinstance(table, Mapping) else table


def tables_at(table: Any, key: str) -> list[Mapping[str, Any]]:
    """The tables of a list."""
    several = table.get(key)
    return [each for each in several if isinstance(each, Mapping)] if isinstance(several, list) else []


def text_at(table: Any, *path: str) -> str:
    """Give the text at a path, on one line; empty if there is none."""
    value = value_at(table, *path)
    return clean(value) if isinstance(value, str) else ""


def clean(text: str) -> str:
    """A text on one line, without what cannot be written in a file."""
    return " ".join(re.sub(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]+", " ", text).split())


def number_at(table: Any, *path: str) -> float | None:
    """A number, if there is one; 0 or more, as all numbers are that are read here."""
    value = value_at(table, *path)
    if not isinstance(value, int | float) or isinstance(value, bool):
        return None
    if not 0 <= value <= MONEY.high:
        raise InputError([f"{'.'.join(path)} is {shown(value)}. A number here is 0 or more, up to 10^12."])
    return float(value)


def loose_at(table: Any, key: str) -> float | None:
    """A number that the standard keeps as text, if it can be read as one."""
    text = re.sub(r"[\s,]", "", str(value_at(table, key, "amount") or ""))
    try:
        number = plain_number(text)
    except UnreadableError:
        return None
    return number if 0 <= number <= MONEY.high else None
