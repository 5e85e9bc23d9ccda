"""The tips that `stupror tip` leaves in a folder, for its report. Read by `run_folder` and the command."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ...model.inputs.errors import InputError

__all__ = ["COLUMNS", "TIPS", "read_tips"]

TIPS = "tips.csv"
_NUMBERS = ("length", "moved", "gain", "gain_beyond", "turned")
COLUMNS = ("design", "against", "parameter", "value", "tip", "source", *_NUMBERS)
"""A row for each parameter of a tip; where none was found, one without a parameter, `length` as far as was looked."""


def read_tips(folder: Path) -> list[dict[str, Any]] | None:
    """Read the tips of a folder, a dict for each row; None if nobody has looked for them.

    Raises
    ------
    InputError
        If the file cannot be read, or is not what `stupror tip` writes.
    """
    import pandas as pd

    file = folder / TIPS
    if not file.exists():
        return None
    try:
        table = pd.read_csv(file, dtype=str, keep_default_na=False)
        numbers = table[[*_NUMBERS]].replace("", "nan").astype(float)
        return [{str(name): each for name, each in row.items()} for row in table.assign(**numbers).to_dict("records")]
    except (OSError, ValueError, KeyError):
        raise InputError([f"{file}: is not what `stupror tip` writes. Remove it, or look for tips again."]) from None
