"""`stupror sensitivity`, `psa` and `discover`: what a batch says."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from fnmatch import fnmatchcase
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Annotated

import typer

from ....model.inputs.errors import InputError, hint
from ...files.places import make_folder, new_file
from ...files.spreadsheets import csv_bytes
from .. import common, language
from .batch import Folder, ends_of, table_of, with_ends

if TYPE_CHECKING:
    import pandas as pd

    from ...results import Batch

__all__ = ["discover", "psa", "sensitivity", "write_beside"]

OutcomeName = Annotated[str, typer.Option(help="Which outcome, such as cost_fiscal or cost_societal.")]
Against = Annotated[str, typer.Option(help="Design to compare with. [default: status-quo]")]
Perspective = Annotated[str, typer.Option(help="Whose costs: municipality, region, state, fiscal or societal.")]


def sensitivity(
    folder: Folder,
    outcome: OutcomeName = "cost_fiscal",
    against: Against = "",
    method: Annotated[str, typer.Option(help="saltelli, morris or pawn. [default: what the sample is for]")] = "",
    top: Annotated[int, common.WholeOption(help="How many factors to print.")] = 5,
) -> None:
    """Say which uncertain numbers move an outcome, and which decide what design is best."""
    from ....analysis.batches import batch_figures
    from ....analysis.batches.sensitivity import DUMMY
    from ...results import open_batch

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
    place = write_beside(folder, f"sensitivity-{_slug(outcome)}", {"indices": found, "convergence": grown}, figures)
    language.tell(batch.blocks(outcome, method or None))
    if batch.luck_of_its_own and method != "pawn":
        language.note(OWN_LUCK)
    for name in names:
        language.tell(f"{outcome}: {name}" + ("" if name.startswith("which") else _than(batch, against)))
        part = found[found["of"] == name].drop(columns="of")
        typer.echo(table_of(part[(part.index < part.index[0] + max(top, 1)) | (part["factor"] == DUMMY)]))
    language.tell(f"Written to {place}")


OWN_LUCK = (
    "Warning: runs of a block have luck of their own (seeds 'fresh'), so these indices rank luck, and numbers that do "
    "nothing rank high. Make the batch anew: seeds are 'block' by default now. Or take --method pawn."
)


def psa(
    folder: Folder,
    perspective: Perspective = "fiscal",
    wtp: Annotated[
        list[float] | None,
        common.NumberOption(help="Worth of a year of need avoided, SEK; repeatable. [default: 0, money alone counts]"),
    ] = None,
    against: Against = "",
    groups: Annotated[
        list[str] | None,
        typer.Option("--groups", help='Numbers known together, such as "ladder=ladder.*"; repeatable.'),
    ] = None,
    top: Annotated[int, common.WholeOption(help="How many factors to print.")] = 10,
) -> None:
    """Say which design is best, how sure that is, and what it would be worth to know more."""
    from ....analysis.batches import batch_figures
    from ....analysis.batches.precision import SAID
    from ....analysis.batches.psa import WORTH, cost_of, effect_of
    from ....analysis.batches.public_value import COST, GAIN, SOCIETY
    from ...batches import asking
    from ...results import open_batch

    asked = list(dict.fromkeys(wtp or [0.0]))
    asking.check(*(asking.finite("--wtp", each, 0.0) for each in asked))
    batch = open_batch(folder)
    together = _groups(groups or (), [str(name) for name in batch.values.columns])
    worth = sorted({*WORTH, *asked})
    plane = batch.plane(perspective, against or None)  # refuses a perspective or a design that is not there
    cost = cost_of(perspective)
    spread = batch.summary(against or None)
    tables = {
        "plane": plane,
        "incremental": batch.incremental(perspective, against or None),
        "acceptability": batch.acceptability(perspective, worth, against or None),
        "perfect_information": batch.perfect_information(worth),
        "convergence": batch.psa_convergence(perspective, asked[0]),
        "differences": batch.convergence(cost, against or None),
        "pairing": batch.pairing(cost, against or None),
        "summary": spread[spread["outcome"].isin([cost, effect_of(perspective)])],
        "variance": batch.variance(cost, against or None),
    }
    figures = {
        "plane": batch_figures.plane(tables["plane"]),
        "frontier": batch_figures.frontier(tables["incremental"]),
        "acceptability": batch_figures.acceptability(tables["acceptability"]),
        "differences": batch_figures.convergence(tables["differences"], "design", "mean", "SEK per child"),
    }
    language.tell(batch.counted(cost))
    language.tell(f"{cost}{_than(batch, against)}, SEK per child: draws, then the mean with its 90 % interval")
    differences = tables["summary"].query("outcome == @cost")
    typer.echo(table_of(with_ends(differences.drop(columns=["outcome", "interval", "of", "left_out"]))))
    language.tell(*ends_of(differences))
    language.tell("; ".join(SAID[kind] for kind in dict.fromkeys(differences["interval"])))
    language.tell(f"Variance of {cost}{_than(batch, against)} in single runs: what is uncertain, and luck")
    typer.echo(table_of(tables["variance"]))
    if (tables["variance"]["replications"] < 2).any():
        language.tell(ONE_RUN)
    language.tell("Costs, years of need avoided, and what each further year costs on the frontier (SEK), whole lives")
    typer.echo(table_of(tables["incremental"]))
    if {COST, GAIN} <= set(batch.manifest["outcomes"]):
        tables["public_value"] = batch.public_value(against or None)
        language.tell("What people gain in income for each krona of net cost to all public budgets (MVPF), whole lives")
        typer.echo(table_of(tables["public_value"]))
    if {COST, SOCIETY} <= set(batch.manifest["outcomes"]):
        tables["tax_factor"] = batch.with_tax_factor(against or None)
        society = "Cost of society, SEK per child, if a krona of public money costs as much as factor says to raise"
        language.tell(society)
        typer.echo(table_of(with_ends(tables["tax_factor"].assign(n=differences["n"].min())).drop(columns="n")))
    language.tell(
        f"Which design is best, perspective {perspective}, by what a year of need avoided is worth (wtp, SEK)"
    )
    typer.echo(table_of(_at(tables["acceptability"], asked)))
    language.tell("Worth of knowing everything, SEK per child, and SEK for all children of the run, by perspective")
    typer.echo(table_of(_at(tables["perfect_information"], asked)))
    language.tell(
        "Worth of knowing one number, SEK per child (chance: the highest of all if none mattered, in 19 of 20 batches)"
    )
    try:
        tables["partial_information"] = known = batch.partial_information(perspective, asked)
        figures["partial_information"] = batch_figures.partial_information(known[known["wtp"] == asked[0]])
        typer.echo(table_of(known.groupby("wtp", sort=False).head(max(top, 1))))
        if together:
            tables["groups"] = batch.partial_information(perspective, asked, together)
            language.tell("Worth of knowing groups of numbers, SEK per child")
            typer.echo(table_of(tables["groups"]))
    except InputError as error:  # too few draws, or nothing uncertain: the rest stands without it
        language.tell(f"  left out: {' '.join(error.problems)}")
    language.tell(f"Written to {write_beside(folder, f'psa-{perspective}', tables, figures)}")


ONE_RUN = "  One run per draw: they cannot be told apart. Give the plan [replications] number = 2 or more."


def _groups(given: Sequence[str], names: Sequence[str]) -> dict[str, list[str]]:
    """Read groups of numbers: NAME=PATTERN, with commas between several patterns."""
    found: dict[str, list[str]] = {}
    for each in given:
        name, sign, patterns = each.partition("=")
        if not (name.strip() and sign and patterns.strip()):
            raise InputError([f'--groups is "{each}". Write a name and a pattern, such as "ladder=ladder.*".'])
        wanted = [pattern.strip() for pattern in patterns.split(",")]
        for pattern in wanted:
            if not any(fnmatchcase(number, pattern) for number in names):
                raise InputError([f"--groups: '{pattern}' is no uncertain number of this batch.{hint(pattern, names)}"])
        found[name.strip()] = [number for number in names if any(fnmatchcase(number, p) for p in wanted)]
    return found


def _at(table: pd.DataFrame, asked: Sequence[float]) -> pd.DataFrame:
    """The rows of a table for what a year of need avoided was asked to be worth."""
    return table[table["wtp"].isin(asked)]


def discover(
    folder: Folder,
    design: Annotated[str, typer.Option(help="Which design fails. [default: the only one beside the base]")] = "",
    outcome: OutcomeName = "cost_fiscal",
    above: Annotated[
        float | None, common.NumberOption(help="It fails where its outcome is more than this above the other's.")
    ] = None,
    below: Annotated[
        float | None, common.NumberOption(help="It fails where its outcome less the other's is below this.")
    ] = None,
    against: Against = "",
    box: Annotated[
        int | None, common.WholeOption(help="Show the box of this step of peeling.csv instead of the chosen one.")
    ] = None,
) -> None:
    """Say under which combinations of uncertain numbers a design fails. Usually: where it is worse than the other."""
    from ....analysis.batches import batch_figures
    from ....analysis.batches.discovery import DENSITY
    from ...results import open_batch

    for option, limit in (("--above", above), ("--below", below)):
        if limit is not None and not math.isfinite(limit):
            raise InputError([f"{option} is {limit:g}. Give a finite number, in the unit of {outcome}."])
    batch = open_batch(folder)
    name = design or batch.only_design(against or None)
    question = (name, outcome, above, against or None, below)
    boxes, way = batch.peeling(*question, step=box)
    _, rules = batch.discover(*question)
    values = batch.values
    ranges = {str(factor): (float(values[factor].min()), float(values[factor].max())) for factor in values.columns}
    figures = {"box": batch_figures.box(boxes, ranges), "peeling": batch_figures.peeling(way)}
    tables = {"boxes": boxes, "peeling": way, "rules": rules}
    place = write_beside(folder, f"discover-{_slug(name)}-{_slug(outcome)}", tables, figures)
    language.tell(batch.counted(outcome))
    language.tell(f"{name} fails where {_fails(batch, name, outcome, (above, below), against)}")
    if len(boxes):
        which = "Boxes (PRIM):" if box is None else f"The box of step {box} (PRIM), with all its limits:"
        language.tell(
            f"{which} again is the share of random halves that limit it too, p the share of shuffled draws as good"
        )
        typer.echo(table_of(boxes))
    else:
        language.tell(
            "No box of few numbers in which it nearly always fails (PRIM): none that is dense without limits that may "
            "be luck, and denser than searches in shuffled draws find. See peeling.csv for the way."
        )
    language.tell(
        "Rules of a tree (CART); density in its own draws, unseen in draws that it has not seen"
        + (":" if rules["unseen"].max() >= DENSITY else f". None reaches {DENSITY:g} there, so none is a finding:")
    )
    typer.echo(table_of(rules.head(4)))
    language.tell(f"Written to {place}")


def _fails(batch: Batch, name: str, outcome: str, limits: tuple[float | None, float | None], against: str) -> str:
    """Say in words when a design fails."""
    from ....analysis.batches.paired import base_of, less_is_better

    above, below = limits
    base = base_of(batch.runs, against or None)
    less = less_is_better(outcome) is not False
    side, limit = ("above", above) if above is not None else ("below", below) if below is not None else (
        "above" if less else "below", 0.0
    )  # fmt: skip
    what = f"its own {outcome}" if name == base else f"its {outcome} less {base}'s"
    return f"{what} is {side} {limit:g}"


def _than(batch: Batch, against: str) -> str:
    from ....analysis.batches.paired import base_of

    return f" less {base_of(batch.runs, against or None)}" if batch.runs["design"].nunique() > 1 else ""


def _slug(text: str) -> str:
    """Make a file name of a text."""
    return "-".join("".join(sign if sign.isalnum() or sign in "-_" else " " for sign in text).split())


def write_beside(
    folder: Path, name: str, tables: Mapping[str, pd.DataFrame], figures: Mapping[str, str] = MappingProxyType({})
) -> Path:
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
