"""The command `stupror`: one verb each, plain words, and a refusal before anything runs.

What a user can put right ends with exit code 2, one line per problem on stderr and nothing written; a run that
fails ends with exit code 1 and one line that names its design and seed. Heavy imports stand inside the commands,
so that `--help` answers at once.
"""

from __future__ import annotations

import signal
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeAlias

import typer

from experiments import batch_cli
from experiments.endings import BatchFailedError, StoppedError
from experiments.progress import Tell, bar
from model.errors import InputError, hint

if TYPE_CHECKING:
    import pandas as pd

    from model.funding import Design
    from model.scenario import Scenario

__all__ = ["app", "main"]

Tables: TypeAlias = "dict[str, pd.DataFrame]"

FIVE_DESIGNS = "status-quo,municipal-fund,municipal-fund-repayment,state-outcomes-fund,planner"
LANGUAGES = ("en", "sv")
MOST_YEARS = 45
FIRST_SEED, LAST_SEED = 1, 2**31 - 1
MOST_SEEDS, MOST_AT_ONCE = 10_000, 256
USUAL_YEARS, USUAL_SEEDS = 30, 6
QUICK_YEARS, QUICK_SEEDS, QUICK_PLACE = 10, 2, "10"  # Blekinge: one small county with five municipalities

app = typer.Typer(
    name="stupror",
    help="Who pays and who gains when public bodies do, or do not, fund early interventions for children.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
designs_app = typer.Typer(help="List the funding designs that come with the model, or read one aloud.")
app.add_typer(designs_app, name="designs")
batch_cli.register(app)

ScenarioFile = Annotated[
    Path | None, typer.Argument(metavar="SCENARIO", help="TOML file of changes to the built-in Sweden.")
]
Out = Annotated[Path, typer.Option(help="New folder for the results.")]
Years = Annotated[int | None, typer.Option(help=f"Budget years to live, 1 to {MOST_YEARS}. [default: {USUAL_YEARS}]")]
Quick = Annotated[
    bool, typer.Option("--quick", help=f"One small county, {QUICK_YEARS} years, {QUICK_SEEDS} seeds, unless given.")
]
Municipalities = Annotated[
    str, typer.Option(help="Part of the country: codes or names of municipalities or counties, with commas between.")
]
Overwrite = Annotated[bool, typer.Option("--overwrite", help="Replace the results of an earlier run in that folder.")]
Language = Annotated[str, typer.Option(help="Language of the report: en or sv.")]


def main() -> None:
    """Run the command line; every way out has its exit code."""
    # A scheduler or `timeout` ends a run with SIGTERM: leave as if by an error, so that drafts and workers go too.
    before = signal.signal(signal.SIGTERM, lambda number, _frame: sys.exit(128 + number))
    try:
        app(prog_name="stupror")
    except InputError as error:
        _complain(error.problems)
        raise SystemExit(2) from None
    except StoppedError as error:
        _complain([str(error)])
        raise SystemExit(130) from None  # as shells count it: 128 + the number of the signal
    except Exception as error:
        _complain([_one_line(error)])
        raise SystemExit(1) from None
    finally:
        signal.signal(signal.SIGTERM, before)


def _complain(lines: Sequence[str]) -> None:
    for line in lines:
        typer.echo(line, err=True)


def _one_line(error: Exception) -> str:
    """Say a failure in one line; a failed run says its design and seed by itself."""
    from experiments.running import RunError

    plain = isinstance(error, RunError | BatchFailedError)
    words = str(error) if plain else f"{type(error).__name__}: {error}"
    return " ".join(words.split())


def _version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        typer.echo(f"stupror {version('stupror')}")
        raise typer.Exit


@app.callback()
def _stupror(
    _wanted: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Say the version and stop.")
    ] = False,
) -> None:
    """Who pays and who gains when public bodies do, or do not, fund early interventions for children."""


@app.command()
def run(
    out: Out,
    scenario: ScenarioFile = None,
    design: Annotated[str, typer.Option(help="Name of a design, or path of a design file.")] = "status-quo",
    years: Years = None,
    seed: Annotated[int, typer.Option(help="Which luck everybody has.")] = FIRST_SEED,
    threads: Annotated[int, typer.Option(help="Threads to run in; the results do not depend on it.")] = 1,
    quick: Quick = False,
    municipalities: Municipalities = "",
    overwrite: Overwrite = False,
    language: Language = "en",
) -> None:
    """Run one design once, with every municipality and project in the tables."""
    n_years = _given(years, QUICK_YEARS if quick else USUAL_YEARS)
    _check(
        _within("--years", n_years, 1, MOST_YEARS),
        _within("--seed", seed, 0, LAST_SEED),
        _within("--threads", threads, 1, MOST_AT_ONCE),
        _language(language),
    )
    spec = _read_scenario(scenario, municipalities, quick)
    contract = _read_designs([design])[0]

    from experiments import running

    def live(_tell: Tell) -> Tables:
        return running.run(spec, contract, seed, n_years, threads=threads)

    _run_and_write(live, Plan(spec, (contract,), (seed,), n_years, 1, out, overwrite, language))


@app.command()
def compare(
    out: Out,
    scenario: ScenarioFile = None,
    designs: Annotated[str, typer.Option(help="Designs to compare, with commas between.")] = FIVE_DESIGNS,
    seeds: Annotated[
        int | None, typer.Option(help=f"How many seeds; every design gets the same. [default: {USUAL_SEEDS}]")
    ] = None,
    years: Years = None,
    workers: Annotated[int, typer.Option(help="Processes to run in; the results do not depend on it.")] = 1,
    seed: Annotated[int, typer.Option(help="The first seed.")] = FIRST_SEED,
    quick: Quick = False,
    municipalities: Municipalities = "",
    language: Language = "en",
    overwrite: Overwrite = False,
    uncertain: Annotated[
        bool, typer.Option("--uncertain", help="Draw every parameter anew for each seed, the same for every design.")
    ] = False,
) -> None:
    """Run several designs with the same seeds and compare them pair by pair."""
    n_years = _given(years, QUICK_YEARS if quick else USUAL_YEARS)
    n_seeds = _given(seeds, QUICK_SEEDS if quick else USUAL_SEEDS)
    _check(
        _within("--years", n_years, 1, MOST_YEARS),
        _within("--seeds", n_seeds, 1, MOST_SEEDS),
        _within("--seed", seed, 0, LAST_SEED),
        _within("--workers", workers, 1, MOST_AT_ONCE),
        _language(language),
    )
    spec = _read_scenario(scenario, municipalities, quick)
    contracts = _read_designs([name.strip() for name in designs.split(",") if name.strip()])
    all_seeds = range(seed, seed + n_seeds)

    from experiments import running

    def live(tell: Tell) -> Tables:
        return running.compare(spec, contracts, all_seeds, n_years, workers=workers, uncertain=uncertain, progress=tell)

    _run_and_write(
        live, Plan(spec, tuple(contracts), tuple(all_seeds), n_years, workers, out, overwrite, language, uncertain)
    )


@app.command()
def parameters(
    name: Annotated[str, typer.Argument(metavar="NAME", help="Only parameters with this in their name.")] = "",
    source: Annotated[str, typer.Option(help="Only parameters with this in their source, such as M8.")] = "",
    json_schema: Annotated[
        bool, typer.Option("--json-schema", help="Print the JSON Schema of scenario files, for editors.")
    ] = False,
) -> None:
    """List every parameter with value, unit, range, distribution and source."""
    from model import scenario

    if json_schema:
        import json

        typer.echo(json.dumps(scenario.json_schema(), indent=2, ensure_ascii=False))
        return
    rows = scenario.load_scenario().table()
    found = [row for row in rows if name.lower() in row["parameter"].lower() and _cites(row["source"], source)]
    if not found:
        raise InputError(_nothing_found(name, source, [row["parameter"] for row in rows]))
    for row in found:
        typer.echo("\n".join(_parameter_lines(row)))


def _cites(source: str, wanted: str) -> bool:
    """Whether a source names an id as a whole word: M1 is not M12."""
    import re

    return re.search(rf"(?<!\w){re.escape(wanted)}(?!\w)", source, re.IGNORECASE) is not None if wanted else True


def _nothing_found(name: str, source: str, names: Sequence[str]) -> list[str]:
    looked_for = [f"'{name}' in its name"] * bool(name) + [f"'{source}' in its source"] * bool(source)
    return [f"No parameter has {' and '.join(looked_for)}.{'' if source else hint(name, names)}"]


def _parameter_lines(row: dict[str, str]) -> Iterator[str]:
    """Write one parameter as people read it."""
    prices = f", prices of {row['price year']}" if row["price year"] else ""
    unit = "" if row["unit"] == "1" else f" {row['unit']}"  # shares and ratios have no unit
    yield f"{row['parameter']} = {row['value']}{unit}{prices}"
    yield f"    {row['meaning']}"
    yield f"    {row['range']}, {row['distribution']}; {row['source']}"


@app.command()
def report(
    folder: Annotated[Path, typer.Argument(help="A folder that `run` or `compare` has written.")],
    language: Language = "en",
) -> None:
    """Write the report of a folder again, from its tables."""
    _check(_language(language))
    from experiments import writing

    tables, manifest = writing.read_folder(folder)
    writing.write_report(folder, tables, manifest, language)
    typer.echo(f"Written: {folder / writing.REPORT}")


@designs_app.callback(invoke_without_command=True)
def list_designs(context: typer.Context) -> None:
    """List the funding designs that come with the model, or read one aloud."""
    if context.invoked_subcommand is not None:
        return
    from model.funding import design_names, load_design

    names = design_names()
    wide = max(map(len, names))
    for name in names:
        typer.echo(f"{name:{wide}}  {load_design(name).title}")


@designs_app.command("show")
def show_design(
    name: Annotated[str, typer.Argument(help="Name of a design, or path of a design file.")],
) -> None:
    """Read a design aloud: who decides, who pays, what is measured, what follows."""
    from model.funding import describe, load_design

    typer.echo(describe(load_design(name)), nl=False)


# ---------------------------------------------------------------------- checking


def _given(value: int | None, usual: int) -> int:
    return usual if value is None else value


def _check(*problems: str | None) -> None:
    """Refuse everything that is wrong with the options, at once."""
    found = [problem for problem in problems if problem is not None]
    if found:
        raise InputError(found)


def _within(option: str, number: int, least: int, most: int) -> str | None:
    """Say what is wrong with a number, if anything is."""
    return None if least <= number <= most else f"{option} is {number}. Give a whole number from {least} to {most}."


def _language(language: str) -> str | None:
    return None if language in LANGUAGES else f"--language is '{language}'. Give one of {', '.join(LANGUAGES)}."


def _read_scenario(file: Path | None, municipalities: str, quick: bool) -> Scenario:
    """Read the scenario, and keep the part of the country that is asked for."""
    from model.scenario import load_scenario, select

    wanted = municipalities or (QUICK_PLACE if quick else "")
    places = [place.strip() for place in wanted.split(",") if place.strip()]
    if wanted and not places:
        raise InputError([f"--municipalities is '{wanted}'. Give codes or names, such as 0580,0581 or Blekinge."])
    scenario = load_scenario(file)
    return select(scenario, places) if places else scenario


def _read_designs(names: Sequence[str]) -> list[Design]:
    """Read designs; tell the problems of all of them at once."""
    from model.funding import load_design
    from model.model import check_design

    read: list[Design] = []
    problems: list[str] = []
    for name in names:
        try:
            read.append(load_design(name))
            check_design(read[-1])
        except InputError as error:
            problems += error.problems
    _check(*problems)
    return read


# ---------------------------------------------------------------------- running and writing


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
    uncertain: bool = False


def _run_and_write(live: Callable[[Tell], Tables], plan: Plan) -> None:
    """Make the folder, run, write, and only then show the folder; say what came out."""
    from analysis.tables import format_summary, lay_out
    from experiments import writing

    try:
        with writing.new_folder(plan.out, overwrite=plan.overwrite) as folder:
            table = _fill(folder, live, plan)
    except KeyboardInterrupt:
        raise StoppedError("Stopped. Nothing was written.") from None
    typer.echo(lay_out(format_summary(table)))
    typer.echo(f"Written to {plan.out}: start with {plan.out / writing.REPORT}")


def _fill(folder: Path, live: Callable[[Tell], Tables], plan: Plan) -> pd.DataFrame:
    """Run, write everything into the folder, and give the summary."""
    from analysis.tables import summary
    from experiments import writing

    started = time.perf_counter()
    with bar(len(plan.designs) * len(plan.seeds)) as tell:
        tables = live(tell)
    tables = {**tables, "summary": summary(tables)}
    files = writing.write_tables(folder, tables)
    start_year = int(tables["runs"]["start_year"].iloc[0])
    manifest = writing.manifest(
        plan.spec, plan.designs, plan.seeds, start_year, plan.years, uncertain=plan.uncertain, files=files
    )
    writing.write_report(folder, tables, manifest, plan.language)
    this_run = writing.this_run(sys.argv[1:], time.perf_counter() - started, plan.workers)
    writing.write_manifest(folder, {**manifest, "this_run": this_run})
    return tables["summary"]
