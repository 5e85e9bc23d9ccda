"""`stupror sensitivity`, `psa` and `discover`: what a batch says."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ...model.inputs.errors import InputError
from ..batches import asking
from ..files.places import make_folder, new_file
from ..files.spreadsheets import csv_bytes
from .batch import Folder, table_of

if TYPE_CHECKING:
    import pandas as pd

    from ..results import Batch

__all__ = ["discover", "psa", "sensitivity"]

OutcomeName = Annotated[str, typer.Option(help="Which outcome, such as cost_fiscal or cost_societal.")]
Against = Annotated[str, typer.Option(help="Design to compare with. [default: status-quo]")]
Perspective = Annotated[str, typer.Option(help="Whose costs: municipality, region, state, fiscal or societal.")]


def sensitivity(
    folder: Folder,
    outcome: OutcomeName = "cost_fiscal",
    against: Against = "",
    method: Annotated[str, typer.Option(help="saltelli, morris or pawn. [default: what the sample is for]")] = "",
    top: Annotated[int, typer.Option(help="How many factors to print.")] = 5,
) -> None:
    """Say which uncertain numbers move an outcome, and which decide what design is best."""
    from ...analysis.batches import batch_figures
    from ..results import open_batch

    batch = open_batch(folder)
    found = batch.sensitivity(outcome, against or None, method or None)
    grown = batch.sensitivity_convergence(outcome, against or None, method or None)
    names = list(dict.fromkeys(found["of"]))
    figures = {f"indices-{_slug(name)}": batch_figures.indices(found, name) for name in names}
    figures |= {
        f"convergence-{_slug(name)}": batch_figures.convergence(grown[grown["of"] == name], "factor", "value", name)
        for name in names
        if len(grown)
    }
    place = _write(folder, f"sensitivity-{_slug(outcome)}", {"indices": found, "convergence": grown}, figures)
    for name in names:
        typer.echo(f"{outcome}: {name}" + ("" if name.startswith("which") else _than(batch, against)))
        typer.echo(table_of(found[found["of"] == name].drop(columns="of").head(max(top, 1))))
    typer.echo(f"Written to {place}")


def psa(
    folder: Folder,
    perspective: Perspective = "fiscal",
    wtp: Annotated[float, typer.Option(help="Worth of a year of need avoided, SEK; 0 counts money alone.")] = 0.0,
    against: Against = "",
    top: Annotated[int, typer.Option(help="How many factors to print.")] = 10,
) -> None:
    """Say which design is best, how sure that is, and what it would be worth to know more."""
    from ...analysis.batches import batch_figures
    from ...analysis.batches.psa import WORTH
    from ..results import open_batch

    asking.check(asking.finite("--wtp", wtp, 0.0))
    batch = open_batch(folder)
    worth = sorted({*WORTH, wtp})
    tables = {
        "plane": batch.plane(perspective, against or None),
        "acceptability": batch.acceptability(perspective, worth),
        "perfect_information": batch.perfect_information(worth),
        "convergence": batch.psa_convergence(perspective, wtp),
        "differences": batch.convergence(f"cost_{perspective}", against or None),
        "pairing": batch.pairing(f"cost_{perspective}", against or None),
    }
    figures = {
        "plane": batch_figures.plane(tables["plane"]),
        "acceptability": batch_figures.acceptability(tables["acceptability"]),
        "differences": batch_figures.convergence(tables["differences"], "design", "mean", "SEK per child"),
    }
    typer.echo(f"Which design is best, perspective {perspective}, a year of need avoided worth {wtp:,.0f} SEK")
    typer.echo(table_of(_at(tables["acceptability"], wtp)))
    typer.echo("Worth of knowing everything, SEK per child, by perspective")
    typer.echo(table_of(_at(tables["perfect_information"], wtp)))
    typer.echo("Worth of knowing one number, SEK per child (chance: what a number that does nothing would show)")
    try:
        tables["partial_information"] = known = batch.partial_information(perspective, wtp)
        figures["partial_information"] = batch_figures.partial_information(known)
        typer.echo(table_of(known.head(max(top, 1))))
    except InputError as error:  # too few draws, or nothing uncertain: the rest stands without it
        typer.echo(f"  left out: {' '.join(error.problems)}")
    typer.echo(f"Written to {_write(folder, f'psa-{perspective}', tables, figures)}")


def _at(table: pd.DataFrame, wtp: float) -> pd.DataFrame:
    """The rows of a table for one worth of a year of need avoided."""
    return table[table["wtp"] == wtp].drop(columns="wtp")


def discover(
    folder: Folder,
    design: Annotated[str, typer.Option(help="Which design fails.")] = "state-outcomes-fund",
    outcome: OutcomeName = "cost_fiscal",
    above: Annotated[float, typer.Option(help="It fails where it is worse than the other by more than this.")] = 0.0,
    against: Against = "",
) -> None:
    """Say under which combinations of uncertain numbers a design fails."""
    from ...analysis.batches import batch_figures
    from ..results import open_batch

    batch = open_batch(folder)
    boxes, rules = batch.discover(design, outcome, above, against or None)
    values = batch.values
    ranges = {str(name): (float(values[name].min()), float(values[name].max())) for name in values.columns}
    figures = {"box": batch_figures.box(boxes, ranges)}
    place = _write(folder, f"discover-{_slug(design)}-{_slug(outcome)}", {"boxes": boxes, "rules": rules}, figures)
    typer.echo(f"{design} fails where its {outcome} is more than {above:g} above{_than(batch, against)}")
    typer.echo("Boxes (PRIM):" if len(boxes) else "No box of factors in which it nearly always fails (PRIM).")
    if len(boxes):
        typer.echo(table_of(boxes))
    typer.echo("Rules (CART), those with most failures first:")
    typer.echo(table_of(rules.head(4)))
    typer.echo(f"Written to {place}")


def _than(batch: Batch, against: str) -> str:
    from ...analysis.batches.paired import base_of

    return f" less {base_of(batch.runs, against or None)}" if batch.runs["design"].nunique() > 1 else ""


def _slug(text: str) -> str:
    """Make a file name of a text."""
    return "-".join("".join(sign if sign.isalnum() or sign in "-_" else " " for sign in text).split())


def _write(folder: Path, name: str, tables: Mapping[str, pd.DataFrame], figures: Mapping[str, str]) -> Path:
    """Write tables and figures of an analysis beside the batch; they are made anew each time."""
    place = folder / name
    make_folder(place)
    for key, table in tables.items():
        with new_file(place / f"{key}.csv", replace=True) as draft:
            draft.write_bytes(csv_bytes(table))
    for key, figure in figures.items():
        with new_file(place / f"{key}.svg", replace=True) as draft:
            draft.write_text(figure, encoding="utf-8", newline="\n")
    return place
