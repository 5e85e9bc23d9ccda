"""`stupror report`: the report of a folder again, from its tables."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from . import common
from .common import Language

__all__ = ["report"]


def report(
    folder: Annotated[Path, typer.Argument(help="A folder that `run` or `compare` has written.")],
    language: Language = "en",
) -> None:
    """Write the report of a folder again, from its tables."""
    common.check(common.known_language(language))
    from ..runs import run_folder

    typer.echo(f"Written: {run_folder.rewrite_report(folder, language)}")
