"""`stupror study`: what a larger, longer or better evaluation would be worth, and to whom."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ....model.inputs.errors import InputError, hint
from .. import common, language
from .analyse import write_beside
from .batch import Folder, table_of

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["study"]

MOST_CHILDREN, MOST_PROJECTS, MOST_YEARS, MOST_STUDIES = 1_000_000, 10_000, 30, 200


def study(
    folder: Folder,
    intervention: Annotated[str, typer.Option(help="The programme that would be evaluated.")],
    methods: Annotated[
        str, typer.Option(help="Ways of evaluating, with commas between.")
    ] = "randomised-waiting-list,matched-comparison,before-after",
    follow_up: Annotated[str, typer.Option(help="Years that children are followed, with commas between.")] = "2,5,10",
    children: Annotated[str, typer.Option(help="Children of a project, with commas between.")] = "40,400",
    projects: Annotated[str, typer.Option(help="Projects that are evaluated together, with commas between.")] = "1,10",
    wtp: Annotated[
        float, common.NumberOption(help="Worth of a year of need avoided, SEK; 0 counts money alone.")
    ] = 0.0,
    plan: Annotated[
        Path | None, typer.Option(help="The batch's plan file, if it names other files (they lie beside it).")
    ] = None,
    top: Annotated[int, common.WholeOption(help="How many studies to print for each payer.")] = 3,
) -> None:
    """Say what an evaluation of a programme would be worth to municipalities, regions and state, before it is made."""
    from ...batches import asking
    from ...batches.studies import FOLDER, METHODS, TABLE
    from ...results import open_batch

    asking.check(asking.finite("--wtp", wtp, 0.0))
    wanted = [each.strip() for each in methods.split(",") if each.strip()]
    common.check(
        *(f"--methods: '{each}' is not known.{hint(each, METHODS)}" for each in wanted if each not in METHODS),
        None if wanted else f"--methods is empty. There are {', '.join(METHODS)}.",
    )
    numbers = common.all_of(
        _numbers("--follow-up", follow_up, MOST_YEARS),
        _numbers("--children", children, MOST_CHILDREN),
        _numbers("--projects", projects, MOST_PROJECTS),
    )
    many = len(wanted) * len(numbers[0]) * len(numbers[1]) * len(numbers[2])
    common.check(None if many <= MOST_STUDIES else f"These are {many} studies. Ask for {MOST_STUDIES} at most.")
    batch = open_batch(folder)
    with common.progress(int(batch.manifest["draws"]), "worlds") as tell:
        found = batch.study(intervention, wanted, *numbers, wtp=wtp, plan=plan, tell=tell)
    place = write_beside(folder, FOLDER.format(intervention=intervention), {TABLE: found})
    language.tell(batch.counted("cost_fiscal"))
    language.tell(
        "Worth of a study to a payer that then chooses by its own costs (evsi), and if all choose together, SEK per "
        "child of the run; population: for the children who come after it, SEK; net: that less its cost"
    )
    for perspective, part in found.groupby("perspective", sort=False):
        language.tell(f"{_FOR[str(perspective)]}: {_verdict(part)}")
        typer.echo(table_of(part.sort_values("net", ascending=False, kind="stable").head(max(top, 1))[_SHOWN]))
    language.tell(f"Written to {place}")


_FOR = {
    "municipality": "For municipalities",
    "region": "For regions",
    "state": "For the state",
    "fiscal": "For all public payers (fiscal)",
    "societal": "For everybody (societal)",
}
_SHOWN = ["method", "follow_up", "children", "projects", "evsi", "chance", "if_all_decide", "population", "cost", "net"]


def _verdict(part: pd.DataFrame) -> str:
    """Say whether any study is worth its cost to a payer."""
    sure = part[part["evsi"] > part["chance"]]
    if sure.empty:
        return "no study is worth more than chance alone would show"
    best = sure.iloc[int(sure["net"].to_numpy().argmax())]
    if best["net"] <= 0:
        return f"no study is worth what it costs; the nearest would cost {-best['net']:,.0f} SEK more than it is worth"
    return (
        f"worth most after its cost: {best['method']}, {best['follow_up']} years, {best['projects']} x "
        f"{best['children']} children: {best['net']:,.0f} SEK"
    )


def _numbers(option: str, text: str, most: int) -> Callable[[], list[int]]:
    """Read whole numbers with commas between."""

    def read() -> list[int]:
        found: list[Any] = [each.strip() for each in text.split(",") if each.strip()]
        for each in found:
            if not each.isdecimal() or not 1 <= int(each) <= most:
                raise InputError([f"{option}: '{each}' is no whole number from 1 to {most}."])
        if not found:
            raise InputError([f"{option} is empty. Give whole numbers with commas between."])
        return list(dict.fromkeys(map(int, found)))

    return read
