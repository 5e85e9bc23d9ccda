"""`stupror data refresh`: fresh figures of the municipalities, if there is a network."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ...runs import limits
from .. import common, language

__all__ = ["refresh"]

FIRST_YEAR, LAST_YEAR = 2000, 2100


def refresh(
    out: Annotated[Path, typer.Option(help="New file for the table (CSV).")],
    year: Annotated[int, common.WholeOption(help="Year at whose end people are counted.")] = 2023,
) -> None:
    """Fetch population and ages from Statistics Sweden and Kolada as a table for --municipalities-file."""
    common.check(
        limits.within("--year", year, FIRST_YEAR, LAST_YEAR),
        f"{out} exists. Name a new file." if out.exists() else None,
    )
    from ... import refresh as refreshing

    try:
        fresh = refreshing.fetch(year)
    except refreshing.NoNetworkError as error:
        language.tell(f"No fresh figures: {error}.")
        language.tell("Nothing was written. Runs use the figures that come with the model: 31 December 2020.")
        raise typer.Exit(1) from None
    refreshing.write_table(fresh, out)
    people = sum(fresh.population.values())
    language.tell(f"Written to {out}: {len(fresh.population)} municipalities, {people} inhabitants in {fresh.year}.")
    language.tell(f"Use it with --municipalities-file {out}")
    for code in fresh.doubts:
        language.note(f"Look at {code}: Kolada and Statistics Sweden differ by more than one per cent.")
