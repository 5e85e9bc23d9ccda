"""The cells of a table of municipalities as numbers and words, in our units, within their limits. Read by `table`."""

from __future__ import annotations

import re

from ..errors import hint
from ..facts import RULES, SHARES, WHOLE
from ..meaning import meanings
from ..reading.numbers import UnreadableError, read_number
from .names import bare
from .told import Told

__all__ = ["value_of"]


def value_of(name: str, text: str, factor: float, line: int, told: Told) -> int | float | str | None:
    """Read one cell in the unit of its head; nothing, and a problem, if it is no such number or word."""
    if name.startswith("rule_"):
        return _rule(name, text, line, told)
    try:
        number = read_number(text)
    except UnreadableError as error:
        empty = (
            ""
            if any(sign.isdigit() for sign in text)
            else " Leave the cell empty, or the column out, if it is unknown."
        )
        told.problem(line, f"{name} '{{}}' {error}{empty}", text)
        return None
    if factor < 1.0:
        number = number if text.rstrip().endswith("%") else round(number / 100.0, 12)
    elif factor > 1.0:
        number *= factor
    whole = name in WHOLE
    least, most = WHOLE[name] if whole else SHARES[name]
    if whole and abs(number - round(number)) > 1e-6:
        grouped = re.fullmatch(r"[0-9]{1,3}([.,][0-9]{3})+", text)
        meant = f" Write {re.sub('[.,]', '', text)} if it is thousands." if grouped else ""
        told.problem(line, f"{name} '{{}}' is not a whole number.{meant}", text)
        return None
    if not least <= number <= most:
        told.problem(line, f"{name} {{}} is outside {least} to {most}.{_meant(name, number)}", text)
        return None
    return round(number) if whole else number


def _meant(name: str, number: float) -> str:
    """Say what was probably meant by a number out of range."""
    if name in SHARES and SHARES[name][0] <= number / 100.0 <= SHARES[name][1]:
        return f" If it is per cent, write {number / 100.0:.15g}, or % in its head or behind each."
    if name in ("tax_base", "spending") and WHOLE[name][0] <= number * 1000.0 <= WHOLE[name][1]:
        return " If it is in thousands, write tkr in its head."
    return ""


def _rule(name: str, text: str, line: int, told: Told) -> str | None:
    """Read a political rule: our word in any case, or the Swedish one."""
    word = bare(text).replace(" ", "-")
    for each in (word, *meanings(text)):
        if each in RULES:
            return each
    told.problem(line, f"{name} '{{}}' is no political rule.{hint(text, RULES)}", text)
    return None
