"""`stupror batch`, `batch status`, `batch show` and `batch csv`: many runs of a plan, each of them kept."""

from __future__ import annotations

import difflib
import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperGroup

from ....model.inputs.errors import InputError
from ...files.places import new_file
from ...runs import limits
from ...runs.limits import MOST_AT_ONCE
from ...runs.progress import duration
from .. import common, language
from ..common import FailedError, StoppedError

if TYPE_CHECKING:
    import pandas as pd

    from ....model.inputs.scenario import Scenario
    from ...batches.session import Estimate, Prepared, Result
    from ...batches.shards import Shard
    from ...plans.plan import Plan
    from ...results import Batch

__all__ = ["HELP", "RUN", "Folder", "PlanOrCommand", "run_plan", "show", "status", "table_of", "to_csv"]

RUN = "run"
HELP = (
    "Make the runs of a plan, and keep each of them: stupror batch PLAN --out DIR. "
    "All its options (--dry-run, --workers, --scheduler, --extend): stupror batch run --help."
)


class PlanOrCommand(TyperGroup):
    """`stupror batch plan.toml` runs a plan; `status`, `show` and `csv` are commands."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Put the word `run` in front of a plan; a word that is much like a command, and no file, is no plan."""
        word = args[0] if args else "--help"
        meant = "." not in word and difflib.get_close_matches(word, self.commands, 1) and not os.path.lexists(word)
        if word not in self.commands and word != "--help" and not meant:
            args = [RUN, *args]
        return super().parse_args(ctx, args)


Folder = Annotated[Path, typer.Argument(metavar="DIR", help="A folder that `stupror batch` has written.")]


def run_plan(
    plan: Annotated[Path, typer.Argument(metavar="PLAN", help="TOML file: model, uncertainties, levers, outcomes.")],
    out: Annotated[Path, typer.Option(help="Folder for the results; one that has some of the runs is gone on with.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say how many runs and how long; write nothing.")] = False,
    workers: Annotated[int, common.WholeOption(help="Processes on this machine; the results do not depend on it.")] = 1,
    scheduler: Annotated[str, typer.Option(help="Address of a Dask cluster to use, such as tcp://host:8786.")] = "",
    extend: Annotated[bool, typer.Option("--extend", help="Take a changed plan into a folder of another one.")] = False,
    shard: Annotated[
        str | None,
        typer.Option(help="Make a part of the runs only, for many machines that share nothing, such as 3/100."),
    ] = None,
    take: Annotated[
        list[Path] | None,
        typer.Option("--from", help="Folder of a shard whose runs are taken up first; may be given many times."),
    ] = None,
) -> None:
    """Make the runs of PLAN that are not there yet (the word `run` may be left out)."""
    common.check(
        limits.within("--workers", workers, 1, MOST_AT_ONCE),
        _address(scheduler),
        "--dry-run writes nothing, so nothing can be taken up: leave out --from." if dry_run and take else None,
    )
    from ...batches import session, shards, store
    from ...runs.extras import need

    if workers > 1 or scheduler:
        need("distributed", "distributed", *([] if scheduler else ["cryptography"]))
    read = _read(plan)
    part = shards.WHOLE if shard is None else _shard(read, shard)
    prepared = session.prepare(read, out, extend=extend, shard=part)
    if take:
        _take_up(prepared, out, take)
        prepared = session.prepare(read, out, extend=extend, shard=part)
    common.say_notes(prepared.plan.scenario)
    common.say_dates(prepared.plan.scenario, prepared.plan.start_year, prepared.plan.years)
    common.say_idle(prepared.plan.scenario, prepared.plan.designs, _drawn(prepared.plan))
    language.tell(*_size(prepared, shard))
    if dry_run:
        left = session.estimate(prepared, workers) if prepared.left else None
        language.tell("Nothing is left to do." if left is None else _words(left, workers))
        return
    from ...batches.rounds import in_rounds

    result = in_rounds(prepared, out, lambda each: _run(each, out, workers, scheduler or None), language.tell)
    _report(result, out)
    if part is not shards.WHOLE and len(store.finished(out)) == prepared.total:  # the folder holds no other shard
        language.tell(f"These are the runs of shard {shard} alone. The same plan with --from {out} takes them up.")


def _shard(plan: Plan, text: str) -> Shard:
    """Read which shard it is; a plan that says itself when it has enough cannot be cut."""
    from ...batches import shards

    if plan.until is not None:
        raise InputError(
            ["--shard: the plan draws until an interval is narrow enough, which no shard can tell. "
             "Take [until] out of it, and say how many draws."]
        )  # fmt: skip
    return shards.shard_of(text, plan.draws)


def _take_up(prepared: Prepared, out: Path, given: list[Path]) -> None:
    """Take up what other folders have, and say how much."""
    from ...batches import engine, session

    try:
        taken = session.taken_up(prepared, out, given)
    except engine.StoreError as error:
        raise FailedError(f"{out}: cannot be written: {str(error).rstrip('.')}. {_kept(prepared, out)}") from error
    folders = f"{len(taken.sources)} folders" if len(taken.sources) > 1 else str(taken.sources[0])
    language.tell(f"{taken.runs} runs taken up from {folders}.")
    if taken.damaged:
        more = f" and {len(taken.damaged) - 1} more" if len(taken.damaged) > 1 else ""
        language.note(f"Not what was written, left there and made again here: {taken.damaged[0]}{more}.")


def _drawn(plan: Plan) -> list[str]:
    """Parameters that the draws move."""
    return [*(factor.name for factor in plan.factors), *plan.tied]


def _address(scheduler: str) -> str | None:
    """Say what is wrong with an address, if anything is."""
    if not scheduler or "://" in scheduler:
        return None
    return f"--scheduler is '{scheduler}'. Give an address with its protocol, such as tcp://{scheduler}."


def _run(prepared: Prepared, out: Path, workers: int, scheduler: str | None) -> Result:
    """Run, and say in one line why it stopped if it did."""
    from ...batches import engine, session

    def say(estimate: Estimate) -> None:
        language.note(_words(estimate, workers))

    try:
        with common.progress(prepared.total, before=prepared.found) as tell:
            return session.run_batch(prepared, out, workers=workers, scheduler=scheduler, tell=tell, say=say)
    except KeyboardInterrupt:
        raise StoppedError(f"Stopped. {_kept(prepared, out)}") from None
    except (engine.StoreError, engine.ClusterError) as error:
        where = f"{out}: cannot be written" if isinstance(error, engine.StoreError) else "The batch stopped"
        raise FailedError(f"{where}: {str(error).rstrip('.')}. {_kept(prepared, out)}") from error


def _kept(prepared: Prepared, out: Path) -> str:
    """Say what is done, and how to go on."""
    from ...batches import store

    done = len({job.key for job in prepared.jobs} & store.finished(out).keys())
    return f"{done} of {prepared.total} runs are finished and stay in {out}; the same command goes on from there."


def _size(prepared: Prepared, shard: str | None) -> list[str]:
    """Say how large the batch is, and what of it is there."""
    plan = prepared.plan
    places, factors = len(plan.scenario.places.codes), len(plan.factors) + len(plan.tied)
    lines = [
        f"{plan.title}",
        f"  {places} {'municipality' if places == 1 else 'municipalities'}, {plan.years} years from {plan.start_year}",
        f"  {plan.draws} draws of {factors} uncertain numbers ({plan.sampling.method}) x {len(plan.designs)} designs "
        f"x {plan.replications.number} replications = {plan.runs} runs"
        + (f", {prepared.total} of them {_which(shard)}" if prepared.total != plan.runs else ""),
    ]
    if prepared.found or prepared.damaged:
        lines.append(f"  {prepared.found} are finished already, {len(prepared.left)} are left")
    if prepared.damaged:
        lines.append(f"  {len(prepared.damaged)} damaged; set aside in damaged/ and made again")
    if prepared.others:
        lines.append(f"  {prepared.others} runs of another plan or version are in the folder too; they are not touched")
    return lines


def _which(shard: str | None) -> str:
    return "different" if shard is None else f"in shard {shard}"


def _words(estimate: Estimate, workers: int) -> str:
    """Say how long it will take."""
    many = f" with {workers} workers" if workers > 1 else ""
    return f"About {duration(estimate.seconds)}{many}, at {estimate.seconds_per_run:.2f} seconds a run, timed here."


def _report(result: Result, out: Path) -> None:
    """Say what came out; failed runs end with exit code 1."""
    from ...results import open_batch

    language.tell(
        f"{result.made} runs made in {duration(result.seconds)}, {result.found} were there. Written to {out}."
    )
    batch = open_batch(out)
    if batch.runs["design"].nunique() > 1:
        name = _main(batch)
        language.tell(batch.counted(name))
        headline = _headline(batch, name)
        typer.echo(table_of(with_ends(headline)))
        language.tell(*ends_of(headline))
    if result.failed:
        first = batch.failures.iloc[0]
        raise FailedError(
            f"{result.failed} of {result.total} runs failed, the first with design '{first['design']}' and seed "
            f"{first['seed']}: {first['error']}. See {out / 'failures'}."
        )


def _main(batch: Batch) -> str:
    """Name the outcome that is told first."""
    names = list(batch.manifest["outcomes"])
    return "cost_fiscal" if "cost_fiscal" in names else str(names[0])


def _headline(batch: Batch, name: str) -> pd.DataFrame:
    """The main outcome against status quo, per design: over draws, who wins, and the mean with its interval."""
    found = batch.summary()
    part = found[found["outcome"] == name].drop(columns=["outcome", "interval", "of", "left_out"])
    return part.rename(columns={"median": f"{name} against base: median"})


def _read(file: Path) -> Plan:
    """Read a plan, and say how what it names was understood."""
    from ...plans.plan import read_plan

    plan = read_plan(file)
    common.say_notes(plan.scenario)
    return plan


def status(folder: Folder) -> None:
    """Say how far a batch has come, and whether somebody is at work on it."""
    from ...batches import batch_folder
    from ...results import open_batch

    batch = open_batch(folder)
    state = batch.status()
    last = batch.manifest["sessions"][-1]
    language.tell(str(batch.manifest["title"]))
    language.tell(
        f"  {state['finished']} of {state['runs']} runs finished, {state['failed']} failed, {state['left']} left"
    )
    if damaged := state.get("damaged"):
        language.tell(f"  {damaged} of those left are damaged: give the batch's command again, it makes them anew")
    if batch_folder.at_work(folder):
        language.tell(f"  at work since {last['began']}{_speed(folder, state['left'])}")
    elif "ended" in last:
        language.tell(f"  not at work; {last['how']} {last['ended']}")
    else:
        language.tell(
            f"  not at work; the session of {last['began']} was killed or had no space to end. Start it again."
        )
    for row in batch.failures.head(5).to_dict("records"):
        language.tell(f"  failed: design '{row['design']}', seed {row['seed']}: {row['error']}")


def show(
    folder: Folder,
    draw: Annotated[int, common.WholeOption(help="Number of the draw, as in runs.parquet.")],
    out: Annotated[Path | None, typer.Option(help="File for its scenario. [default: DIR/draw-N.toml]")] = None,
    plan: Annotated[
        Path | None, typer.Option(help="The batch's plan file, if it names other files (they lie beside it).")
    ] = None,
    again: Annotated[bool, typer.Option("--again", help="Make its runs again, and compare every outcome.")] = False,
) -> None:
    """Show one draw: its numbers, its outcomes, its world as a scenario file, and the commands that make its runs."""
    from ....model.inputs.scenario import load_scenario
    from ...batches import engine
    from ...batches.again import command_of, draw_of, plan_again, scenario_text
    from ...batches.jobs import context_of
    from ...results import open_batch

    batch = open_batch(folder)
    found = draw_of(plan_again(folder, dict(batch.manifest), plan), draw)
    title = f"{found.plan.title}, draw {draw}"
    file = out or folder / f"draw-{draw}.toml"
    with new_file(file, replace=out is None) as draft:
        text = scenario_text(found.world, title, f"draw {draw} of the batch {batch.manifest['plan_digest']}")
        draft.write_text(text, encoding="utf-8", newline="\n")
    names = [str(name) for name in batch.manifest["outcomes"]]
    mine = batch.runs[batch.runs["draw"] == draw]
    for name, value in found.jobs[0].values:
        language.tell(f"  {name} = {value}")
    typer.echo(table_of(mine[["replication", "design", "seed", "scenario_hash", *names[:6]]]))
    language.tell(f"Written to {file}: the world of this draw. Its runs:")
    for job in found.jobs:
        language.tell(f"  {command_of(found, job, file)}")
    for said in _not_in_the_command(found.plan, load_scenario()):
        language.note(f"Note: {said}")
    if again:
        context, rows = context_of(found.plan), mine.set_index("key")
        for job in found.jobs:
            row, _ = engine.run_one(context, job)
            if job.key not in rows.index:
                raise FailedError(f"{job.design}, seed {job.seed}: no run of this version is finished in {folder}.")
            kept = rows.loc[job.key]
            if odd := [name for name in ("scenario_hash", *names) if not _same(row[name], kept[name])]:
                raise FailedError(f"{job.design}, seed {job.seed}: differs in {', '.join(odd)}.")
        language.tell(f"Made again: {len(found.jobs)} runs, every outcome the same to the last digit.")


def to_csv(folder: Folder, out: Annotated[Path, typer.Option(help="New file for the table.")]) -> None:
    """Write the table of finished runs as CSV, for programs that read no Parquet; every number reads back the same."""
    from ...files.spreadsheets import csv_bytes
    from ...results import open_batch

    runs = open_batch(folder).runs
    with new_file(out) as draft:
        draft.write_bytes(csv_bytes(runs))
    language.tell(f"Written to {out}: {len(runs)} runs. Units and meanings stand in {folder / 'datapackage.json'}.")


def _same(one: Any, other: Any) -> bool:
    return bool(one == other or (one != one and other != other))


def _not_in_the_command(plan: Plan, usual: Scenario) -> list[str]:
    """Say what of a plan the command `run` does not take from the scenario file."""
    said = []
    if plan.scenario.texts != usual.texts:
        said.append("this batch has interventions of its own: give the command their files, too (--interventions).")
    if any(name not in usual.places.codes for name in plan.scenario.places.codes):
        said.append("this batch has municipalities of its own: give the command --municipalities-file.")
    return said


def _speed(folder: Path, left: int) -> str:
    """Rate over the last hundred parts, and what that means for the rest."""
    from ...batches import store

    times = sorted(filter(None, map(store.written_at, store.loose(folder).values())))[-100:]
    if len(times) < 2 or times[-1] <= times[0]:
        return ""
    rate = (len(times) - 1) / (times[-1] - times[0])
    return f", {60 * rate:.1f} runs a minute, about {duration(left / rate)} left"


def with_ends(frame: pd.DataFrame) -> pd.DataFrame:
    """Name the ends of what lies over draws as what they are: percentiles, or the lowest and the highest of few."""
    from ....analysis.measures.worlds import MANY

    low, high = ("lowest", "highest") if frame["n"].min() < MANY else ("p5", "p95")
    return frame.rename(columns={"low_end": low, "high_end": high})


def ends_of(frame: pd.DataFrame) -> list[str]:
    """Say so if draws are so few that their ends are the lowest and the highest."""
    from ....analysis.measures.worlds import MANY

    few = int(frame["n"].min())
    return [f"lowest, highest: of {few} draws, as fewer than {MANY} have no percentiles worth the name"] * (few < MANY)


def table_of(frame: pd.DataFrame) -> str:
    """Lay a table out for a terminal."""
    from ...results import show

    return language.table(frame, show)
