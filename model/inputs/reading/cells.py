"""A table from outside as rows of cells, however it was saved: with commas, semicolons or tabs, by Excel or others.

Read by the table of municipalities and by the posteriors.
"""

from __future__ import annotations

import csv
import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from ..errors import InputError
from .gate import MOST_BYTES, read_text
from .numbers import SPACES

__all__ = ["Line", "is_missing", "read_cells"]

_MISSING = {"", "-", "\u2013", "\u2014", ".", "..", "...", "na", "n/a", "uppgift saknas", "saknas"}
_BETWEEN = (";", "\t", ",")
_LONGEST = 2000  # signs in a cell


@dataclass(frozen=True)
class Line:
    """One row: its number in the file, and its cells without spaces around them."""

    number: int
    cells: tuple[str, ...]

    @property
    def filled(self) -> tuple[str, ...]:
        """The cells that are not empty."""
        return tuple(cell for cell in self.cells if cell)


def read_cells(path: Path, most: int = MOST_BYTES) -> list[Line]:
    """Read the rows of a table that have anything in them, from a file of at most `most` bytes.

    Raises
    ------
    InputError
        If it cannot be read as text, is empty, or has a cell longer than any cell is.
    """
    text = read_text(path, most)
    told = re.match(r"sep=(.)\n", text)  # Excel's own note on what divides columns
    lines = text.split("\n")
    start = 1 if told else 0
    between = told[1] if told else _dividing(lines)
    reader = csv.reader(lines[start:], delimiter=between)
    rows = []
    try:
        for cells in reader:
            row = Line(start + reader.line_num, tuple(_cell(each) for each in cells))
            if any(len(cell) > _LONGEST for cell in row.cells):
                raise InputError(
                    [f"{path}, line {row.number}: a cell has more than {_LONGEST} signs. Is a quote missing?"]
                )
            if row.filled:
                rows.append(row)
    except csv.Error as error:
        raise InputError([f"{path}, line {start + reader.line_num}: is no row of a table ({error})."]) from None
    if not rows:
        raise InputError([f"{path}: is empty. Give a table with a row of heads and rows below."])
    return rows


def is_missing(cell: str) -> bool:
    """Whether a cell says that nothing is known, as statistics and people write it."""
    return cell.strip().casefold() in _MISSING


def _cell(text: str) -> str:
    """A cell without spaces around it, and without Excel's trick to keep zeros, ="0180"."""
    cell = text.strip(SPACES + "\t")
    kept = re.fullmatch(r'="(.*)"', cell) if cell.startswith("=") else None
    return kept[1].strip(SPACES) if kept else cell


def _dividing(lines: list[str]) -> str:
    """Find what divides columns: that which divides most rows into equally many."""
    first = [line for line in lines if line.strip()][:60]

    def alike(between: str) -> tuple[int, int]:
        try:
            widths = Counter(len(cells) for cells in csv.reader(first, delimiter=between))
        except csv.Error:
            return (0, 0)
        width, number = max(widths.items(), key=lambda each: (each[0] > 1, each[1], each[0]), default=(0, 0))
        return (number, width) if width > 1 else (0, 0)

    return max(_BETWEEN, key=alike) if any(alike(each)[0] for each in _BETWEEN) else ","
