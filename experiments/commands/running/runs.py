"""`stupror run` and `stupror compare`: live, write a folder, say what came out."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ...runs import limits
from ...runs.aside import drawing_aside
from ...runs.limits import (
    EARLIEST_START,
    FIRST_SEED,
    LAST_SEED,
    LATEST_START,
    MOST_AT_ONCE,
    MOST_SEEDS,
    MOST_YEARS,
    QUICK_SEEDS,
    QUICK_YEARS,
    USUAL_SEEDS,
    USUAL_START,
    USUAL_YEARS,
)
from .. import common
from ..common import (
    Excel,
    Interventions,
    Language,
    Municipalities,
    MunicipalitiesFile,
    Out,
    Overwrite,
    Point,
    Posteriors,
    Priors,
    Quick,
    ScenarioFile,
    StartYear,
    StoppedError,
    SwedishCsv,
    Tables,
    Tell,
    Years,
)
from ..language import headed

if TYPE_CHECKING:
    import pandas as pd

    from ...runs.written import Form, Told

__all__ = ["compare", "run"]

FIVE_DESIGNS = "status-quo,municipal-fund,municipal-fund-repayment,state-outcomes-fund,planner"


@drawing_aside()  # first, so that the process starts while all else is loaded here
def run(
    out: Out,
    scenario: ScenarioFile = None,
    interventions: Interventions = None,
    design: Annotated[str, typer.Option(help="Name of a design, or path of a design file.")] = "status-quo",
    years: Years = None,
    start_year: StartYear = USUAL_START,
    seed: Annotated[int, common.WholeOption(help="Which luck everybody has.")] = FIRST_SEED,
    threads: Annotated[int, common.WholeOption(help="Threads to run in; the results do not depend on it.")] = 1,
    quick: Quick = False,
    municipalities: Municipalities = None,
    municipalities_file: MunicipalitiesFile = None,
    point: Point = False,
    priors: Priors = False,
    posterior: Posteriors = None,
    overwrite: Overwrite = False,
    language: Language = "en",
) -> None:
    """Run one design once, with every municipality and project in the tables."""
    n_years = common.given(years, QUICK_YEARS if quick else USUAL_YEARS)
    common.check(
        limits.within("--years", n_years, 1, MOST_YEARS),
        _start(start_year),
        limits.within("--seed", seed, 0, LAST_SEED),
        limits.within("--threads", threads, 1, MOST_AT_ONCE),
        _not_both(point, priors),
        common.known_language(language),
    )
    _load_mesa()
    spec = common.read_scenario(scenario, municipalities, quick, municipalities_file, interventions)
    common.say_dates(spec, start_year, n_years)
    likely = common.read_posteriors(posterior, spec)
    contract = common.read_designs([design], spec)[0]

    from ...plans.likely import drawing, which
    from ...plans.posterior import named
    from ...runs import runner
    from ...runs.written import Form, Told

    world = drawing(point=point, priors=priors, posteriors=likely)(spec, seed)

    def live(_tell: Tell) -> Tables:
        return runner.run(world, contract, seed, n_years, start_year=start_year, threads=threads)

    told = Told(spec, (contract,), (seed,), n_years, worlds=which(point=point, priors=priors), detail=True)
    told = replace(told, posteriors=named(posterior or (), likely), table=_name(municipalities_file))
    _run_and_write(live, told, Place(out, overwrite), Form(language))


@drawing_aside()  # first, so that the process starts while all else is loaded here
def compare(
    out: Out,
    scenario: ScenarioFile = None,
    interventions: Interventions = None,
    designs: Annotated[
        str, typer.Option(help="Designs to compare, with commas between; with +ADD-ON and [term=value] if you like.")
    ] = FIVE_DESIGNS,
    seeds: Annotated[
        int | None, common.WholeOption(help=f"How many seeds; every design gets the same. [default: {USUAL_SEEDS}]")
    ] = None,
    years: Years = None,
    start_year: StartYear = USUAL_START,
    workers: Annotated[int, common.WholeOption(help="Processes to run in; the results do not depend on it.")] = 1,
    seed: Annotated[int, common.WholeOption(help="The first seed.")] = FIRST_SEED,
    quick: Quick = False,
    municipalities: Municipalities = None,
    municipalities_file: MunicipalitiesFile = None,
    posterior: Posteriors = None,
    language: Language = "en",
    overwrite: Overwrite = False,
    excel: Excel = False,
    swedish_csv: SwedishCsv = False,
    point: Point = False,
    priors: Priors = False,
    luck: Annotated[
        int,
        common.WholeOption(help="Live so many of the worlds again with other luck: how much of the spread is luck?"),
    ] = 0,
    decompose: Annotated[
        bool, typer.Option("--decompose", help="Also run each design with its money alone, and with its terms.")
    ] = False,
) -> None:
    """Run several designs with the same seeds and compare them pair by pair."""
    n_years = common.given(years, QUICK_YEARS if quick else USUAL_YEARS)
    n_seeds = common.given(seeds, QUICK_SEEDS if quick else USUAL_SEEDS)
    common.check(
        limits.within("--years", n_years, 1, MOST_YEARS),
        _start(start_year),
        limits.within("--seeds", n_seeds, 1, MOST_SEEDS),
        limits.within("--seed", seed, 0, LAST_SEED),
        limits.within("--workers", workers, 1, MOST_AT_ONCE),
        limits.within("--luck", luck, 0, max(n_seeds, 0)) if luck else None,
        _not_both(point, priors),
        common.known_language(language),
    )
    _load_mesa()
    from ....model.contracts import split_names, with_steps

    spec = common.read_scenario(scenario, municipalities, quick, municipalities_file, interventions)
    common.say_dates(spec, start_year, n_years)
    likely = common.read_posteriors(posterior, spec)
    contracts = common.read_designs(split_names(designs), spec)
    if decompose:
        contracts = with_steps(contracts)
    all_seeds = range(seed, seed + n_seeds)

    from ...plans.likely import drawing, which
    from ...plans.posterior import named
    from ...runs import runner
    from ...runs.luck import second
    from ...runs.written import Form, Told

    draw = drawing(point=point, priors=priors, posteriors=likely)

    def live(tell: Tell) -> Tables:
        first, both = len(contracts) * n_seeds, len(contracts) * (n_seeds + luck)
        run = partial(runner.compare, spec, contracts, years=n_years, start_year=start_year, workers=workers)
        tables = run(all_seeds, worlds=draw, progress=lambda done, _: tell(done, both))
        if luck:
            run = partial(run, progress=lambda done, _: tell(first + done, both))
            tables["luck"] = second(run, all_seeds[:luck], draw, spec.discount.rate)
        return tables

    drawn = which(point=point, priors=priors)
    told = Told(spec, tuple(contracts), tuple(all_seeds), n_years, worlds=drawn, detail=False, luck=luck)
    told = replace(told, posteriors=named(posterior or (), likely), table=_name(municipalities_file))
    _run_and_write(live, told, Place(out, overwrite, workers), Form(language, excel, swedish_csv))


def _load_mesa() -> None:
    """Load Mesa while little else is there: it looks through all that is loaded, and how it came to be loaded."""
    import mesa  # noqa: F401


def _start(year: int) -> str | None:
    return limits.within("--start-year", year, EARLIEST_START, LATEST_START)


def _not_both(point: bool, priors: bool) -> str | None:
    return "--point and --priors exclude each other: central values are not drawn." if point and priors else None


def _name(file: Path | None) -> str | None:
    return file.name if file else None


@dataclass(frozen=True)
class Place:
    """Where results go, and in how many processes they are made."""

    out: Path
    overwrite: bool
    workers: int = 1


def _run_and_write(live: Callable[[Tell], Tables], told: Told, place: Place, form: Form) -> None:
    """Make the folder, run, write, and only then show the folder; say what came out."""
    from ....analysis.measures.once import each_once
    from ...runs import run_folder
    from ...runs.written import fill

    started, out = time.perf_counter(), place.out
    with each_once():  # what is written and what is said are the same measures
        try:
            with run_folder.new_folder(out, overwrite=place.overwrite) as folder:
                with common.progress(len(told.designs) * (len(told.seeds) + told.luck)) as tell:
                    tables = live(tell)
                this_run = run_folder.this_run(sys.argv[1:], time.perf_counter() - started, place.workers)
                tables = fill(folder, tables, told, form, this_run)
        except KeyboardInterrupt:
            raise StoppedError("Stopped. Nothing was written.") from None
        _say(tables, told, out, form.language)


def _say(tables: Tables, told: Told, out: Path, language: str) -> None:
    """Say what came out, and where it was written."""
    from ....analysis.measures.worlds import MANY
    from ....analysis.report.intervals import FEW_SEEDS
    from ....analysis.report.ones import one
    from ....analysis.report.page import spoken_summary, spoken_worlds, texts, with_designs
    from ....analysis.report.tables import by_step, format_steps
    from ....analysis.report.worlds_table import luck_apart
    from ....model.inputs.scenario import load_scenario
    from ...runs import run_folder
    from ...runs.around import elsewhere
    from ...runs.told import cut_counties

    say, rate = texts(language)["sentences"], told.spec.discount.rate
    designs = {"designs": [run_folder.design_record(each) for each in told.designs]}
    typer.echo(spoken_summary(tables["summary"], language, designs))
    if len(told.seeds) > 1 and (spread := spoken_worlds(tables, language, designs, rate)):
        spread_of = "t_worlds" if len(told.seeds) >= MANY else "t_worlds_few"
        typer.echo("\n" + say[spread_of].format(n=len(told.seeds), many=MANY))
        typer.echo(spread)
    if not (apart := luck_apart(tables, say, rate)).empty:
        typer.echo("\n" + one(say["t_luck"].format(m=told.luck)))
        typer.echo(_laid_out(apart, language, designs))
    if not (by_steps := by_step(tables, rate)).empty:
        typer.echo(_laid_out(format_steps(by_steps), language, designs))
    if 1 < len(told.seeds) < FEW_SEEDS:
        typer.echo(say["t_few"].format(n=len(told.seeds)))
    for county, names in cut_counties(told.spec, load_scenario()).items():
        typer.echo(say["t_cut"].format(names=", ".join(names), county=county))
    if far := elsewhere(told.designs, told.spec, load_scenario()):
        words = {} if language == "en" else texts(language)["words"]
        named = with_designs(words, far, designs, language) if words else {}
        typer.echo(say["t_elsewhere"].format(designs=", ".join(named.get(each, each) for each in far)))
    typer.echo(say["t_written"].format(out=out, report=out / run_folder.REPORT))


def _laid_out(frame: pd.DataFrame, language: str, designs: Mapping[str, Any]) -> str:
    """Lay a table with a row for each design out on its side; in Swedish with their titles."""
    from ....analysis.report.page import texts, with_designs
    from ....analysis.report.tables import lay_out

    if language == "en":
        return lay_out(frame)
    titles = with_designs(texts(language)["words"], set(frame["Design"]), designs, language)
    named = headed(frame.assign(Design=[titles.get(name, name) for name in frame["Design"]]))
    return lay_out(named.rename(columns={named.columns[0]: "Design"}), "Modell")
