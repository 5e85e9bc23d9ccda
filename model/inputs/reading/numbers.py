"""One reader of numbers, strict: figures 0-9, one way to understand them, or a reason with what to write instead.

Swedish and English hands write 66622, 66 622 (with any of four spaces), 0.221, 0,221, -3 and 22,1 %. Nobody means
66_622 in a table or a figure of another script. The only reader: tables, brackets, options and answers come here.
"""

from __future__ import annotations

import math
import re

__all__ = ["UnreadableError", "plain_number", "read_number"]

SPACES = " \u00a0\u2007\u2009\u202f"  # what stands between thousands: space, no-break, figure, thin, narrow no-break
_MINUS = "\u2212\u2013"
_LONGEST = 40  # figures; more than any quantity has
_DOTTED = re.compile(r"-?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]{1,3})?")
_COMMA = re.compile(r"-?[0-9]+,[0-9]+")
_THOUSANDS = re.compile(r"-?[0-9]{1,3}(,[0-9]{3})+")  # as English hands write them
_GROUPED = re.compile(rf"-?[0-9]{{1,3}}([{SPACES}][0-9]{{3}})+([.,][0-9]+)?")


class UnreadableError(ValueError):
    """What is no number, with the end of a sentence that says why and what to write."""


def read_number(text: str) -> float:
    """Read a number as people write it in tables: spaces between thousands, decimal point or comma, per cent.

    Raises
    ------
    UnreadableError
        If it is none, or could be read in two ways (1,234 is not refused: a comma is a decimal comma here).
    """
    if len(text) <= _LONGEST and _DOTTED.fullmatch(text) and math.isfinite(number := float(text)):  # as nearly all are
        return number
    cell = text.strip(SPACES + "\t\n")
    hundredth = cell.endswith("%")
    cell = cell.rstrip("%").rstrip(SPACES)
    for sign in _MINUS:
        cell = cell.replace(sign, "-") if cell.startswith(sign) else cell
    if _GROUPED.fullmatch(cell):
        cell = re.sub(f"[{SPACES}]", "", cell)
    if _COMMA.fullmatch(cell):
        cell = cell.replace(",", ".")
    return _read(f"{cell}e-2" if hundredth and "e" not in cell.lower() else cell, text)


def plain_number(text: str) -> float:
    """Read a number as it is written in an option or a bracket: a decimal point, nothing between figures but `_`.

    Raises
    ------
    UnreadableError
        If it is none; the remedy says how the same number is written.
    """
    cell = text.strip()
    if cell.startswith(_MINUS[0]):
        cell = "-" + cell[1:]
    if re.fullmatch(r"[+-]?[0-9]+(_[0-9]+)*(\.[0-9]+)?([eE][+-]?[0-9]{1,3})?", cell):
        return _read(cell.replace("_", "").removeprefix("+"), text)
    if _THOUSANDS.fullmatch(cell):
        plain = cell.replace(",", "_")
        also = f", or {cell.replace(',', '.')} if it is a decimal comma" if cell.count(",") == 1 else ""
        raise UnreadableError(f"has commas between its figures. Write {plain}{also}.")
    try:
        meant = read_number(cell)
    except UnreadableError:
        return _read(cell, text)
    if _COMMA.fullmatch(cell):
        raise UnreadableError(f"has a decimal comma. Write a decimal point: {cell.replace(',', '.')}.")
    raise UnreadableError(f"is not written as a plain number. Write {meant:_.15g}.")


def _read(cell: str, text: str) -> float:
    """Turn plain figures into a number."""
    if len(cell) > _LONGEST:
        raise UnreadableError(f"has {len(cell)} signs. No number here needs more than {_LONGEST}.")
    if not _DOTTED.fullmatch(cell):
        raise UnreadableError(_why(cell))
    number = float(cell)
    if not math.isfinite(number):
        raise UnreadableError("is too large to be a number.")
    return number


def _why(cell: str) -> str:
    """Say why a text is no number."""
    if any(sign.isdigit() and sign not in "0123456789" for sign in cell):
        return "is written with other figures than 0-9. Write it with those."
    plain = re.sub(r"[_+]", "", cell)
    if plain != cell and _DOTTED.fullmatch(plain):
        return f"is not written as a number. Write {plain}."
    if re.fullmatch(r"-?[0-9]{1,3}(\.[0-9]{3}){2,}", cell):
        return f"has points between its figures. Write {cell.replace('.', '_')}."
    if alone := re.fullmatch(r"(-?[0-9._]+)\s*[^\W\d_]+\.?", cell):
        return f"is not a number alone. Write {alone[1]}, in the unit that is asked for."
    return "is not a number."
