"""Files that others wrote, read strictly: tables of numbers, and JSON. Through the same gate as all text.

Read by posteriors, weighted worlds, calibrations that go on, and contracts from the INDIGO register.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, NamedTuple, NoReturn

import pandas as pd

from ...model.inputs.errors import InputError, shown
from ...model.inputs.reading.cells import read_cells
from ...model.inputs.reading.gate import read_text
from ...model.inputs.reading.numbers import UnreadableError, read_number

__all__ = ["Numbers", "number_table", "read_json"]

MOST_BYTES = 50_000_000


class Numbers(NamedTuple):
    """A table of numbers, as it was read."""

    table: pd.DataFrame
    lines: list[int]
    remarks: tuple[str, ...]


def number_table(path: Path, wrote: str, filled: tuple[str, ...] | None = None) -> Numbers:
    """Read a table of numbers, however it was saved; `#` begins a remark.

    Parameters
    ----------
    path
        The file.
    wrote
        The command that writes such files.
    filled
        Columns in which every cell has a number; all, unless given. Elsewhere an empty cell is `nan`.

    Returns
    -------
    Numbers
        The numbers, the line of the file that each row stands in, and the remarks without their sign.

    Raises
    ------
    InputError
        If it cannot be read, a cell is no number (the first of each column), or a column comes twice.
    """
    every = read_cells(path, MOST_BYTES)
    lines = [line for line in every if not line.cells[0].startswith("#")]
    remarks = tuple(" ".join(line.cells).lstrip("# ").strip() for line in every if line.cells[0].startswith("#"))
    if not lines:
        raise InputError([f"{path}: is empty. Give a file that `{wrote}` wrote."])
    heads = {at: cell for at, cell in enumerate(lines[0].cells) if cell}
    names = list(heads.values())
    stray = [line.number for line in lines[1:] if any(cell for at, cell in enumerate(line.cells) if at not in heads)]
    wrong: dict[str, tuple[int, str]] = {}
    columns: dict[str, list[float]] = {name: [] for name in names}
    for line in lines[1:]:
        for at, name in heads.items():
            text = line.cells[at] if at < len(line.cells) else ""
            may_miss = filled is not None and name not in filled
            try:
                columns[name].append(float("nan") if not text and may_miss else read_number(text))
            except UnreadableError as error:
                wrong.setdefault(name, (line.number, f"{shown(text)} {error}"))
    problems = [f"{path}, line {number}: column {shown(name)}: {said}" for name, (number, said) in wrong.items()]
    if stray:
        problems.append(f"{path}, line {stray[0]}: has a number without a head. Is it a decimal comma? Write a point.")
    problems += [f"{path}: column {shown(name)} comes twice." for name in columns if names.count(name) > 1]
    if problems:
        raise InputError(problems)
    return Numbers(pd.DataFrame(columns, dtype=float), [line.number for line in lines[1:]], remarks)


def read_json(path: Path) -> Any:
    """Read a JSON file.

    Raises
    ------
    InputError
        If it is missing, cannot be read, is not JSON, is nested too deep, or has what is no number.
    """
    text = read_text(path, MOST_BYTES)
    try:
        return json.loads(text, parse_constant=_refused)
    except json.JSONDecodeError as error:
        raise InputError([f"{path}: is not JSON (line {error.lineno}, column {error.colno})."]) from None
    except RecursionError:
        raise InputError([f"{path}: is nested deeper than any such file is."]) from None
    except ValueError as error:
        what = str(error) if str(error).startswith("'") else "a number of absurd length"
        raise InputError([f"{path}: has {what}."]) from None


def _refused(constant: str) -> NoReturn:
    raise ValueError(f"'{constant}', which is no number")
