"""`stupror report`: the report of a folder again, from its tables."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from . import common
from .common import Excel, Language, SwedishCsv

__all__ = ["report"]


def report(
    folder: Annotated[Path, typer.Argument(help="A folder that `run` or `compare` has written.")],
    language: Language = "en",
    excel: Excel = False,
    swedish_csv: SwedishCsv = False,
) -> None:
    """Write the report of a folder again, from its tables."""
    common.check(common.known_language(language))
    from ..runs import run_folder

    for path in run_folder.rewrite_report(folder, language, excel=excel, swedish_csv=swedish_csv):
        typer.echo(f"Written: {path}")
