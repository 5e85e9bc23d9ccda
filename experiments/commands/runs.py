"""`stupror run` and `stupror compare`: live, write a folder, say what came out."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ..runs import limits
from ..runs.limits import (
    FIRST_SEED,
    LAST_SEED,
    MOST_AT_ONCE,
    MOST_SEEDS,
    MOST_YEARS,
    QUICK_SEEDS,
    QUICK_YEARS,
    USUAL_SEEDS,
    USUAL_YEARS,
)
from . import common
from .common import (
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
    StoppedError,
    SwedishCsv,
    Tables,
    Tell,
    Years,
)

if TYPE_CHECKING:
    import pandas as pd

    from ...model.contracts import Design
    from ...model.inputs.scenario import Scenario
    from ..plans.posterior import Posterior

__all__ = ["compare", "run"]

FIVE_DESIGNS = "status-quo,municipal-fund,municipal-fund-repayment,state-outcomes-fund,planner"


def run(
    out: Out,
    scenario: ScenarioFile = None,
    interventions: Interventions = None,
    design: Annotated[str, typer.Option(help="Name of a design, or path of a design file.")] = "status-quo",
    years: Years = None,
    seed: Annotated[int, typer.Option(help="Which luck everybody has.")] = FIRST_SEED,
    threads: Annotated[int, typer.Option(help="Threads to run in; the results do not depend on it.")] = 1,
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
        limits.within("--seed", seed, 0, LAST_SEED),
        limits.within("--threads", threads, 1, MOST_AT_ONCE),
        _not_both(point, priors),
        common.known_language(language),
    )
    spec = common.read_scenario(scenario, municipalities, quick, municipalities_file, interventions)
    likely = common.read_posteriors(posterior, spec)
    contract = common.read_designs([design], spec)[0]

    from ..plans.likely import drawing
    from ..runs import runner

    world = drawing(point=point, priors=priors, posteriors=likely)(spec, seed)

    def live(_tell: Tell) -> Tables:
        return runner.run(world, contract, seed, n_years, threads=threads)

    plan = Plan(spec, (contract,), (seed,), n_years, 1, out, overwrite, language, _which(point, priors))
    _run_and_write(live, replace(plan, posteriors=_named(posterior, likely), table=municipalities_file))


def compare(
    out: Out,
    scenario: ScenarioFile = None,
    interventions: Interventions = None,
    designs: Annotated[
        str, typer.Option(help="Designs to compare, with commas between; with +ADD-ON and [term=value] if you like.")
    ] = FIVE_DESIGNS,
    seeds: Annotated[
        int | None, typer.Option(help=f"How many seeds; every design gets the same. [default: {USUAL_SEEDS}]")
    ] = None,
    years: Years = None,
    workers: Annotated[int, typer.Option(help="Processes to run in; the results do not depend on it.")] = 1,
    seed: Annotated[int, typer.Option(help="The first seed.")] = FIRST_SEED,
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
    decompose: Annotated[
        bool, typer.Option("--decompose", help="Also run each design with its money alone, and with its terms.")
    ] = False,
) -> None:
    """Run several designs with the same seeds and compare them pair by pair."""
    n_years = common.given(years, QUICK_YEARS if quick else USUAL_YEARS)
    n_seeds = common.given(seeds, QUICK_SEEDS if quick else USUAL_SEEDS)
    common.check(
        limits.within("--years", n_years, 1, MOST_YEARS),
        limits.within("--seeds", n_seeds, 1, MOST_SEEDS),
        limits.within("--seed", seed, 0, LAST_SEED),
        limits.within("--workers", workers, 1, MOST_AT_ONCE),
        _not_both(point, priors),
        common.known_language(language),
    )
    from ...model.contracts import split_names, with_steps

    spec = common.read_scenario(scenario, municipalities, quick, municipalities_file, interventions)
    likely = common.read_posteriors(posterior, spec)
    contracts = common.read_designs(split_names(designs), spec)
    if decompose:
        contracts = with_steps(contracts)
    all_seeds = range(seed, seed + n_seeds)

    from ..plans.likely import drawing
    from ..runs import runner

    draw = drawing(point=point, priors=priors, posteriors=likely)

    def live(tell: Tell) -> Tables:
        return runner.compare(spec, contracts, all_seeds, n_years, workers=workers, worlds=draw, progress=tell)

    plan = Plan(
        spec, tuple(contracts), tuple(all_seeds), n_years, workers, out, overwrite, language, _which(point, priors)
    )
    plan = replace(plan, posteriors=_named(posterior, likely), table=municipalities_file)
    _run_and_write(live, replace(plan, excel=excel, swedish_csv=swedish_csv))


def _not_both(point: bool, priors: bool) -> str | None:
    return "--point and --priors exclude each other: central values are not drawn." if point and priors else None


def _which(point: bool, priors: bool) -> str:
    from ..plans.likely import LIKELY, POINT, PRIORS

    return POINT if point else PRIORS if priors else LIKELY


def _named(files: Sequence[Path] | None, likely: Sequence[Posterior]) -> tuple[str, ...]:
    return tuple(f"{file.name} ({each.digest})" for file, each in zip(files or (), likely, strict=True))


@dataclass(frozen=True)
class Plan:
    """What is run and where it goes."""

    spec: Scenario
    designs: tuple[Design, ...]
    seeds: tuple[int, ...]
    years: int
    workers: int
    out: Path
    overwrite: bool
    language: str
    worlds: str = "point"  # how they are drawn: likely, priors, point
    posteriors: tuple[str, ...] = ()  # name of the file and digest
    table: Path | None = None  # the user's own municipalities
    excel: bool = False
    swedish_csv: bool = False


def _run_and_write(live: Callable[[Tell], Tables], plan: Plan) -> None:
    """Make the folder, run, write, and only then show the folder; say what came out."""
    from ...analysis.report.intervals import FEW_SEEDS
    from ...analysis.report.page import spoken_summary, texts
    from ...analysis.report.tables import format_steps, lay_out
    from ...model.inputs.scenario import load_scenario
    from ..runs import run_folder
    from ..runs.told import cut_counties

    try:
        with run_folder.new_folder(plan.out, overwrite=plan.overwrite) as folder:
            table, by_steps, spread = _fill(folder, live, plan)
    except KeyboardInterrupt:
        raise StoppedError("Stopped. Nothing was written.") from None
    say = texts(plan.language)["sentences"]
    typer.echo(spoken_summary(table, plan.language, {"designs": [run_folder.design_record(d) for d in plan.designs]}))
    if not spread.empty:
        typer.echo("\n" + say["t_worlds"].format(n=len(plan.seeds)))
        typer.echo(lay_out(spread))
    if not by_steps.empty:
        typer.echo(lay_out(format_steps(by_steps)))
    if 1 < len(plan.seeds) < FEW_SEEDS:
        typer.echo(say["t_few"].format(n=len(plan.seeds)))
    for county, names in cut_counties(plan.spec, load_scenario()).items():
        typer.echo(say["t_cut"].format(names=", ".join(names), county=county))
    typer.echo(say["t_written"].format(out=plan.out, report=plan.out / run_folder.REPORT))


def _fill(folder: Path, live: Callable[[Tell], Tables], plan: Plan) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Run, write everything, and give the summary, what each step of the designs adds, and the spread over worlds."""
    import pandas as pd

    from ...analysis.report.page import texts
    from ...analysis.report.tables import by_step, summary
    from ...analysis.report.worlds_table import over_worlds
    from ..runs import run_folder

    started = time.perf_counter()
    with common.progress(len(plan.designs) * len(plan.seeds)) as tell:
        tables = live(tell)
    rate = plan.spec.discount.rate
    tables = {**tables, "summary": summary(tables, rate)}
    files = run_folder.write_tables(folder, tables)
    start_year = int(tables["runs"]["start_year"].iloc[0])
    manifest = run_folder.manifest(
        plan.spec, plan.designs, plan.seeds, start_year, plan.years, worlds=plan.worlds, files=files
    ) | {"posteriors": list(plan.posteriors), "municipalities_file": plan.table.name if plan.table else None}
    run_folder.write_report(folder, tables, manifest, plan.language)
    run_folder.write_sheets(folder, tables, manifest, plan.language, excel=plan.excel, swedish_csv=plan.swedish_csv)
    this_run = run_folder.this_run(sys.argv[1:], time.perf_counter() - started, plan.workers)
    run_folder.write_manifest(folder, {**manifest, "this_run": this_run})
    several, say = len(plan.seeds) > 1, texts(plan.language)["sentences"]
    return tables["summary"], by_step(tables, rate), over_worlds(tables, say, rate) if several else pd.DataFrame()
