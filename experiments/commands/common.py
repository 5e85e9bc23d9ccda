"""What the commands share: options that mean the same everywhere, checks that refuse before anything runs, progress.

Read by the commands alone. Heavy imports stand inside the functions, so that `--help` answers at once.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeAlias

import typer

from ...model.inputs.errors import InputError, shown
from ...model.inputs.reading.numbers import UnreadableError, plain_number
from ..runs import progress as progressing
from ..runs.limits import EARLIEST_START, LATEST_START, MOST_YEARS, QUICK_PLACE, QUICK_SEEDS, QUICK_YEARS, USUAL_YEARS
from ..runs.progress import Tell as Tell
from .language import VARIABLE, chosen, note

if TYPE_CHECKING:
    import pandas as pd

    from ...model.contracts import Design
    from ...model.inputs.scenario import Scenario
    from ..plans.posterior import Posterior

Tables: TypeAlias = "dict[str, pd.DataFrame]"

LANGUAGES = ("en", "sv")


def whole_number(text: Any) -> int:
    """Read a whole number of an option, as every number is read: figures 0-9, in one way.

    Raises
    ------
    typer.BadParameter
        If it is none.
    """
    if isinstance(text, str) and re.fullmatch(r"[-+]?\d+,\d{1,2}", text.strip()):  # a decimal point would not help
        raise typer.BadParameter(f"{shown(text)} is not a whole number.")
    number = decimal_number(text)
    if number != int(number):
        raise typer.BadParameter(f"{shown(text)} is not a whole number.")
    return int(number)


def decimal_number(text: Any) -> float:
    """Read a number of an option; see `whole_number`."""
    try:
        return plain_number(text) if isinstance(text, str) else float(text)
    except UnreadableError as error:
        raise typer.BadParameter(f"{shown(text)} {error}") from None


WholeOption = partial(typer.Option, parser=whole_number, metavar="N")
NumberOption = partial(typer.Option, parser=decimal_number, metavar="X")

ScenarioFile = Annotated[
    Path | None, typer.Argument(metavar="SCENARIO", help="TOML file of changes to the built-in Sweden.")
]
Interventions = Annotated[
    list[Path] | None,
    typer.Option(
        "--interventions",
        help="File of one more intervention, or folder of such files; may be given more than once.",
    ),
]
Out = Annotated[Path, typer.Option(help="New folder for the results.")]
Years = Annotated[int | None, WholeOption(help=f"Budget years to live, 1 to {MOST_YEARS}. [default: {USUAL_YEARS}]")]
StartYear = Annotated[
    int, WholeOption(help=f"First budget year, {EARLIEST_START} to {LATEST_START}, with what is known of it.")
]
Quick = Annotated[
    bool, typer.Option("--quick", help=f"One small county, {QUICK_YEARS} years, {QUICK_SEEDS} seeds, unless given.")
]
Municipalities = Annotated[
    str | None,
    typer.Option(help="Part of the country: codes or names of municipalities or counties, with commas between."),
]
MunicipalitiesFile = Annotated[
    Path | None, typer.Option(help="Your own table of municipalities (CSV) in place of the built-in one.")
]
Posteriors = Annotated[
    list[Path] | None,
    typer.Option("--posterior", help="Draw worlds from this file of `stupror calibrate`; may be given more than once."),
]
Point = Annotated[
    bool, typer.Option("--point", help="Every parameter at its central value: nothing but luck differs between seeds.")
]
Priors = Annotated[
    bool, typer.Option("--priors", help="Draw every parameter from its distribution alone, whatever was fitted.")
]
Overwrite = Annotated[bool, typer.Option("--overwrite", help="Replace the results of an earlier run in that folder.")]
Excel = Annotated[bool, typer.Option("--excel", help="Also write report.xlsx: a sheet for each table and figure.")]
SwedishCsv = Annotated[
    bool, typer.Option("--swedish-csv", help="Also write them as CSV for Swedish Excel: semicolons, decimal commas.")
]
Language = Annotated[str, typer.Option(envvar=VARIABLE, show_envvar=False, help="Language: en or sv.")]


def progress(runs: int, what: str = "runs", before: int = 0) -> AbstractContextManager[Tell]:
    """Show how far runs have come (`stupror.experiments.runs.progress`), in the language of the command."""
    swedish = chosen(sys.argv[1:]) == "sv"
    return progressing.progress(runs, what, before, progressing.SWEDISH if swedish else progressing.ENGLISH)


class FailedError(Exception):
    """Something that could not go on, or had failures; its text says so in one line."""


class StoppedError(Exception):
    """Ctrl-C during a run, and what became of it; Typer would swallow a KeyboardInterrupt without a word."""


def given(value: int | None, usual: int) -> int:
    """Give the usual number unless another was asked for."""
    return usual if value is None else value


def check(*problems: str | None) -> None:
    """Refuse everything that is wrong with the options, at once."""
    found = [problem for problem in problems if problem is not None]
    if found:
        raise InputError(found)


def known_language(language: str) -> str | None:
    """Say what is wrong with a language, if anything is."""
    option = "--language" if any(word.startswith("--language") for word in sys.argv) else VARIABLE
    return None if language in LANGUAGES else f"{option} is '{language}'. Give one of {', '.join(LANGUAGES)}."


def read_scenario(
    file: Path | None,
    municipalities: str | None,
    quick: bool,
    table: Path | None = None,
    interventions: Sequence[Path] | None = None,
) -> Scenario:
    """Read the scenario with what is added to it, and keep the part of the country that is asked for."""
    from dataclasses import replace

    from ...model.inputs.places import own_places
    from ...model.inputs.scenario import load_scenario, select

    wanted = QUICK_PLACE if municipalities is None and quick else municipalities
    places = [place.strip() for place in (wanted or "").split(",") if place.strip()]
    if wanted is not None and not places:
        raise InputError([f"--municipalities is '{wanted}'. Give codes or names, such as 0580,0581 or Blekinge."])
    scenario = load_scenario(file, interventions or ())
    if table is not None:
        scenario = replace(scenario, places=own_places(table))
    say_notes(scenario)
    return select(scenario, places) if places else scenario


def say_notes(scenario: Scenario) -> None:
    """Say how the user's files were understood, and what in them does nothing; results go to standard output."""
    for each in (*scenario.notes, *scenario.places.notes):
        note(f"Note: {each}")


def say_dates(scenario: Scenario, first: int, years: int) -> None:
    """Say which changes with a date come too late for a run of these years, or are there from its first."""
    from ...model.inputs.own.dated import idle

    for each in idle(scenario.dated, first, years):
        note(f"Note: {each}")


def say_idle(scenario: Scenario, designs: Sequence[Design], drawn: Iterable[str] = ()) -> None:
    """Say which changed (or drawn) parameters these designs never read, and which designs say the same."""
    from dataclasses import replace

    from ...model.bodies.private import not_read
    from ...model.inputs.scenario import built_in

    usual = built_in().quantities
    given = [path for path, each in scenario.quantities.items() if path in usual and each.value != usual[path].value]
    parties = {party for each in designs for party in each.parties}
    parties |= {own.in_run for each in designs for own in each.own_parties.values()}
    for path, needed in not_read(dict.fromkeys((*given, *drawn)), parties).items():
        note(f"Note: {path}: nobody reads it, as no design of this run has {' or '.join(needed)}.")
    alike: list[Design] = []
    for each in designs:
        bare = replace(each, name="", title="", title_sv="")
        same = next((other.name for other in alike if replace(other, name="", title="", title_sv="") == bare), None)
        alike.append(each)
        if same not in (None, each.name):  # one name twice is refused where it matters
            note(f"Note: {each.name} says the same as {same}, so its results are the same.")


def read_posteriors(files: Sequence[Path] | None, scenario: Scenario) -> list[Posterior]:
    """Read posteriors; tell the problems of all of them at once."""
    from ..plans import posterior

    read = posterior.read_posteriors(files or (), scenario)
    for file, each in zip(files or (), read, strict=True):
        for said in each.remarks:
            note(f"Note: {file}: {said}")
        if not each.remarks and each.effective < len(each.table) / 2:
            note(f"Note: {file}: {len(each.table)} worlds, as good as {each.effective:.0f} of equal weight.")
    return read


def read_designs(names: Sequence[str], scenario: Scenario) -> list[Design]:
    """Read designs to be run in a scenario; tell the problems of all of them at once."""
    from ...model.contracts import load_design
    from ...model.model import check_design

    def read(name: str) -> Design:
        design = load_design(name)
        check_design(design, scenario)
        return design

    designs = all_of(*(partial(read, name) for name in names))
    say_idle(scenario, designs)
    return designs


def all_of(*reads: Callable[[], Any]) -> list[Any]:
    """Read several things, and give them all; if some are wrong, tell the problems of all of them at once."""
    done: list[Any] = []
    problems: list[str] = []
    for read in reads:
        try:
            done.append(read())
        except InputError as error:
            problems += error.problems
    check(*problems)
    return done
