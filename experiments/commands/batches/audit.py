"""`stupror audit`: what the lists that referees go by ask for, and where these results meet it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ...files.places import new_file
from ...files.spreadsheets import csv_bytes
from .. import language

__all__ = ["audit"]


def audit(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A folder of run, compare or batch.")],
    out: Annotated[Path | None, typer.Option(help="Write the list as CSV, too.")] = None,
    missing: Annotated[bool, typer.Option("--missing", help="Print only what is missing.")] = False,
) -> None:
    """Go through CHEERS 2022, CHEERS-VOI, ODD and TRACE: say of each item where it is met, or what is missing."""
    import pandas as pd

    from ...docs import checklists

    found = checklists.audit(folder)
    if out is not None:  # first: a place that cannot be written is told at once
        rows = [(m.item.list, m.item.number, m.item.item, m.met, m.where) for m in found]
        table = pd.DataFrame(rows, columns=["list", "number", "item", "met", "where"])
        with new_file(out) as draft:
            draft.write_bytes(csv_bytes(table))
    for name in dict.fromkeys(each.item.list for each in found):
        mine = [each for each in found if each.item.list == name]
        language.tell(f"{name}: {sum(each.met for each in mine)} of {len(mine)} met")
        for each in mine:
            if not (missing and each.met):
                item, where = (language.in_words(text, "audit") for text in (each.item.item, each.where))
                typer.echo(f"  {each.item.number:>2} {item}: {where}")
    language.tell(
        "That an item is met says where it stands, not that it is good. Pages are those of the documentation."
    )
    if out is not None:
        language.tell(f"Written to {out}")
