"""`stupror municipality`: one municipality or region, out of a run of its whole county."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import Annotated

import typer

from ..runs import limits
from ..runs.limits import FIRST_SEED, LAST_SEED, MOST_AT_ONCE, MOST_SEEDS, MOST_YEARS, USUAL_SEEDS
from . import common
from .common import Language, MunicipalitiesFile, Out, Overwrite, Point, StoppedError

__all__ = ["municipality"]

THREE_DESIGNS = "status-quo,municipal-fund,state-outcomes-fund"
USUAL_YEARS = 15


def municipality(
    place: Annotated[str, typer.Argument(metavar="PLACE", help="Code or name of a municipality, or of a county.")],
    out: Out,
    designs: Annotated[str, typer.Option(help="Designs to compare, with commas between.")] = THREE_DESIGNS,
    years: Annotated[int, common.WholeOption(help=f"Budget years to live, 1 to {MOST_YEARS}.")] = USUAL_YEARS,
    seeds: Annotated[int, common.WholeOption(help="How many seeds; every design gets the same.")] = USUAL_SEEDS,
    seed: Annotated[int, common.WholeOption(help="The first seed.")] = FIRST_SEED,
    workers: Annotated[int, common.WholeOption(help="Processes to run in; the results do not depend on it.")] = 1,
    scenario: Annotated[Path | None, typer.Option(help="TOML file of changes to the built-in Sweden.")] = None,
    municipalities_file: MunicipalitiesFile = None,
    country: Annotated[
        bool, typer.Option("--country", help="Simulate the whole country, not the county only.")
    ] = False,
    point: Point = False,
    overwrite: Overwrite = False,
    language: Language = "en",
) -> None:
    """Simulate the whole county of a municipality, and report what designs would mean for the municipality itself."""
    common.check(
        limits.within("--years", years, 1, MOST_YEARS),
        limits.within("--seeds", seeds, 1, MOST_SEEDS),
        limits.within("--seed", seed, 0, LAST_SEED),
        limits.within("--workers", workers, 1, MOST_AT_ONCE),
        common.known_language(language),
    )
    from ...model.contracts import split_names
    from ...model.inputs.scenario import select

    whole = common.read_scenario(scenario, None, quick=False, table=municipalities_file)
    part = select(whole, [place])
    lived = whole if country else select(whole, sorted(set(part.places.county_codes)))
    contracts = common.read_designs(split_names(designs), whole)
    all_seeds = range(seed, seed + seeds)

    from ...analysis.report.page import texts
    from ...analysis.report.tables import summary
    from ..plans.likely import LIKELY, POINT, drawing
    from ..runs import run_folder, runner, told

    draw, drawn = drawing(point=point, priors=False, posteriors=()), POINT if point else LIKELY
    started = time.perf_counter()
    try:
        with run_folder.new_folder(out, overwrite=overwrite) as folder:
            with common.progress(len(contracts) * seeds) as tell:
                tables = runner.compare(
                    lived, contracts, all_seeds, years, workers=workers, worlds=draw, detail=True, progress=tell
                )
            start_year = int(tables["runs"]["start_year"].iloc[0])
            tables = {**tables, "summary": summary(tables, lived.discount.rate)}
            files = run_folder.write_tables(folder, tables)
            manifest = run_folder.manifest(
                lived, contracts, all_seeds, start_year, years, worlds=drawn, files=files
            ) | {"place": told.place_of(place, part, whole)}
            run_folder.write_report(folder, tables, manifest, language)
            this_run = run_folder.this_run(sys.argv[1:], time.perf_counter() - started, workers)
            run_folder.write_manifest(folder, {**manifest, "this_run": this_run})
    except KeyboardInterrupt:
        raise StoppedError("Stopped. Nothing was written.") from None
    say = texts(language)["sentences"]
    typer.echo(say["t_place"].format(n=len(lived.places.codes), names=", ".join(part.places.names)))
    typer.echo(say["t_written"].format(out=out, report=out / run_folder.REPORT))
