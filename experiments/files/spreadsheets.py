"""Tables as CSV that a spreadsheet shows and does not execute.

Excel, LibreOffice and Google Sheets take a cell that begins with one of `= + - @`, a tab or a return for a formula,
which may call a program or a web address (OWASP, *CSV Injection*). Such texts get an apostrophe in front, which a
spreadsheet takes for "this is text". Numbers are left alone. Read by all that write CSV.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["csv_bytes", "csv_text", "shown"]

_FORMULA = re.compile(r"[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]")  # the last four: their full-width forms
_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?([eE][+-]?\d+)?")


def shown(cell: Any) -> Any:
    """Give a cell as a spreadsheet may have it: a text that it would execute begins with an apostrophe."""
    formula = isinstance(cell, str) and _FORMULA.match(cell) and not _NUMBER.fullmatch(cell)
    return f"'{cell}" if formula else cell


def csv_text(table: pd.DataFrame, **how: Any) -> str:
    """Write a table as CSV without its index; `how` goes to pandas, such as `float_format`."""
    from pandas.api.types import is_bool_dtype, is_numeric_dtype

    safe = table.rename(columns=shown)
    for name, column in table.items():
        if not (is_numeric_dtype(column) or is_bool_dtype(column)):
            safe[shown(name)] = column.map(shown, na_action="ignore")
    return str(safe.to_csv(index=False, lineterminator="\n", **how))


def csv_bytes(table: pd.DataFrame, **how: Any) -> bytes:
    """Write a table as CSV in UTF-8."""
    return csv_text(table, **how).encode()
