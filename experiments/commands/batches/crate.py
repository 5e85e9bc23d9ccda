"""`stupror crate`: describe a folder of results for an archive, as RO-Crate."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Annotated

import typer

from ..language import tell

__all__ = ["crate"]


def crate(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A folder of run, compare or batch.")],
    author: Annotated[
        list[str], typer.Option(help='Who publishes it, once for each: "Ada Ek (0000-0002-1825-0097)"; ORCID if any.')
    ],
    licence: Annotated[str, typer.Option("--license", help="Of the results: such as CC-BY-4.0, or an address.")],
    date: Annotated[str, typer.Option(help="Day of publication, such as 2026-11-30. [default: today]")] = "",
) -> None:
    """Describe results for an archive (RO-Crate 1.1): files, columns, how they were made, by whom, which licence."""
    from ...runs import crate

    by = crate.published(author, licence, date or datetime.date.today().isoformat())
    tell(f"Written to {crate.write(folder, by)}")
