"""`stupror municipality`: one municipality or region, out of a run of its whole county."""

from __future__ import annotations

import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ...runs import limits
from ...runs.limits import FIRST_SEED, LAST_SEED, MOST_AT_ONCE, MOST_SEEDS, MOST_YEARS, USUAL_SEEDS
from .. import common
from ..common import Language, MunicipalitiesFile, Out, Overwrite, Point, StoppedError
from ..language import chosen, note

if TYPE_CHECKING:
    from ....model.inputs.scenario import Scenario

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
    practice: Annotated[
        str | None,
        typer.Option(
            help="How far the place is with social investment before the run, in place of what is worked out."
        ),
    ] = None,
    each: Annotated[
        bool, typer.Option("--each", help="A page for every municipality of the place; Sverige has all of them.")
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
        "--each and --practice exclude each other: each municipality has a state of its own."
        if each and practice
        else None,
    )
    from ....model.contracts import split_names
    from ....model.inputs.scenario import select
    from ...runs.around import reads_the_country, whole_county

    whole = common.read_scenario(scenario, None, quick=False, table=municipalities_file)
    part = select(whole, [place])
    if practice is not None:
        whole = _stated(whole, part, practice)
    contracts = common.read_designs(split_names(designs), whole)
    far = [] if country else [each.name for each in contracts if reads_the_country(each, whole)]
    everywhere = set(part.places.codes) == set(whole.places.codes)
    why = ", ".join(far) or ("--country" if country else "")
    common.check(
        f"--each writes pages of all that is lived, and with {why} that is the whole country: name Sverige."
        if each and why and not everywhere
        else None
    )
    if far and not everywhere:
        note(f"Note: {', '.join(far)}: results of the whole country matter here, so all of it is lived.")
    lived = whole if country or far else whole_county(part, whole)
    all_seeds = range(seed, seed + seeds)

    from ....analysis.report.ones import one
    from ....analysis.report.page import texts
    from ....analysis.report.tables import summary
    from ...files.tables import write_tables
    from ...plans.likely import LIKELY, POINT, drawing
    from ...runs import run_folder, runner, told

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
            files = write_tables(folder, tables)
            manifest = run_folder.manifest(
                lived, contracts, all_seeds, start_year, years, worlds=drawn, files=files
            ) | {"place": told.place_of(place, part, whole) | _besides(part, whole, practice, each=each)}
            if municipalities_file is not None:
                manifest["municipalities_file"] = municipalities_file.name
            if each:
                note(f"Writing {len(part.places.codes)} pages, some seconds each.")
            run_folder.write_report(folder, tables, manifest, language)
            this_run = run_folder.this_run(sys.argv[1:], time.perf_counter() - started, workers)
            run_folder.write_manifest(folder, {**manifest, "this_run": this_run})
    except KeyboardInterrupt:
        raise StoppedError("Stopped. Nothing was written.") from None
    say = texts(language)["sentences"]
    typer.echo(one(say["t_place"].format(n=len(lived.places.codes), names=manifest["place"]["name"])))
    typer.echo(say["t_written"].format(out=out, report=out / run_folder.REPORT))


def _stated(whole: Scenario, part: Scenario, practice: str) -> Scenario:
    """Put a municipality, or the region of a county, where the user says that it is.

    Raises
    ------
    InputError
        If there is no such state, in English or Swedish, or several places are named.
    """
    from ....analysis.report.place.place import sayings
    from ....model.inputs.errors import hint
    from ....model.practice import STATES

    spoken = {sayings(language)[f"state {state}"]: state for language in common.LANGUAGES for state in STATES}
    words = {**spoken, **dict(zip(STATES, STATES, strict=True))}
    state = words.get(" ".join(practice.lower().split()))
    problems = []
    if state is None:
        known = STATES if chosen(sys.argv[1:]) != "sv" else [word for word in spoken if word not in STATES]
        problems.append(f"--practice is '{practice[:60]}', which is no state.{hint(practice, known)}")
    codes, counties = part.places.codes, set(part.places.county_codes)
    if len(codes) > 1 and len(counties) > 1:
        problems.append("--practice is said of one municipality, or of the region of one county.")
    common.check(*problems)
    of = codes[0] if len(codes) == 1 else counties.pop()
    return replace(whole, places=replace(whole.places, stated=((of, str(state)),)))


def _besides(part: Scenario, whole: Scenario, practice: str | None, *, each: bool) -> dict[str, Any]:
    """What a manifest tells of the place besides its facts: what was stated, or each of its municipalities."""
    from ....model.inputs.scenario import select
    from ...runs import told

    if each:
        codes = part.places.codes
        return {"every": [told.place_of(code, select(whole, [code]), whole) for code in codes]}
    return {"stated": whole.places.stated[0][1]} if practice is not None else {}
