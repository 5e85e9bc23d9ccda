"""A batch from plan to table: what is done already, what is left, doing it, and putting it together.

The table `runs.parquet` is a function of the plan and the model alone: its rows are in the order of the plan, and it
holds nothing of time, machine or interruptions, so that a batch that was killed and resumed ends with the same bytes as
one that was left in peace. Read by the command and by `experiments.batch`.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd

from ...model.inputs.quantity import Value
from ..files.places import why
from ..plans.plan import Plan
from . import batch_folder, cluster, engine, packs, store
from .dictionary import described
from .jobs import Context, Job, context_of, draw_table, factor_frame, job_frame, jobs_of, point_frame
from .shards import WHOLE, Shard, Taken, sources_of, take_up

__all__ = ["Estimate", "Prepared", "Result", "assemble", "estimate", "prepare", "run_batch", "taken_up"]

Tell = Callable[[int, int], None]
TIMED = 2  # runs made here before workers start: the first fills the cache of compiled code, the last is timed


@dataclass(frozen=True)
class Prepared:
    """A plan laid out in runs, and which of them a folder has already."""

    plan: Plan
    draws: list[dict[str, Value]]
    jobs: list[Job]
    before: batch_folder.Manifest | None
    left: tuple[Job, ...]  # each key once, in the order of the plan
    found: int  # keys of the plan that are in the store and whole
    damaged: tuple[Path, ...]  # parts and packs whose bytes are not those that were written
    others: int  # parts of other plans or versions

    @property
    def total(self) -> int:
        """Number of different runs."""
        return self.found + len(self.left)


@dataclass(frozen=True)
class Estimate:
    """How long the runs that are left will take."""

    seconds_per_run: float
    seconds: float


@dataclass(frozen=True)
class Result:
    """How a batch ended. Counts are of different runs; a run that two draws share counts once."""

    folder: Path
    total: int
    found: int
    made: int
    failed: int
    damaged: tuple[Path, ...]
    seconds: float


def prepare(
    plan: Plan, folder: Path, *, extend: bool = False, begun: Prepared | None = None, shard: Shard = WHOLE
) -> Prepared:
    """Lay out the runs and look which are there; nothing is written.

    `begun` is the same plan with fewer draws, whose runs need not be laid out again; `shard` says which of them are
    to be made here.

    Raises
    ------
    InputError
        If the folder holds something else, or the values of a draw do not go together.
    """
    before = batch_folder.refuse(folder, plan, extend=extend)
    plan = _as_far_as_it_came(plan, before)
    draws = draw_table(plan)
    jobs = jobs_of(plan, draws) if begun is None else begun.jobs + jobs_of(plan, draws, after=len(begun.draws))
    first = {job.key: job for job in reversed(jobs) if shard.has(job)}
    there = store.finished(folder)
    broken = {key: path for key, path in store.loose(folder).items() if key in first and store.whole(path) is None}
    damaged = (*broken.values(), *store.damaged_packs(folder))
    done = first.keys() & there.keys() - broken.keys()
    left = tuple(job for key, job in reversed(first.items()) if key not in done)
    return Prepared(plan, draws, jobs, before, left, len(done), damaged, len(there.keys() - {job.key for job in jobs}))


def taken_up(prepared: Prepared, folder: Path, given: Sequence[Path]) -> Taken:
    """Take up from other folders what is left to do here.

    Raises
    ------
    InputError
        If one is no folder of a batch, or of another plan, or the folder cannot be written or a batch is at work in it.
    stupror.experiments.batches.engine.StoreError
        If there is no room for them.
    """
    sources = sources_of(given, folder, {job.key for job in prepared.jobs})
    with batch_folder.open_folder(folder):
        try:
            store.sweep(folder)
            return take_up(folder, sources, {job.key for job in prepared.left})
        except OSError as error:
            raise engine.StoreError(why(error)) from error


def _as_far_as_it_came(plan: Plan, before: batch_folder.Manifest | None) -> Plan:
    """Take up a batch that draws in rounds where it stopped."""
    if before is None or plan.until is None or before["plan_digest"] != plan.digest:
        return plan
    draws = max(plan.sampling.draws, min(int(before["sampling"]["draws"]), plan.until.most))
    return replace(plan, sampling=replace(plan.sampling, draws=draws))


def estimate(prepared: Prepared, workers: int) -> Estimate:
    """Time a run that is left, and keep nothing of it."""
    context = context_of(prepared.plan)
    seconds = 0.0
    for done in engine.in_turn(context, prepared.left[:TIMED], None):
        seconds = done.seconds
    return Estimate(seconds, seconds * len(prepared.left) / workers)


def run_batch(
    prepared: Prepared,
    folder: Path,
    *,
    workers: int = 1,
    scheduler: str | None = None,
    tell: Tell = lambda _done, _all: None,
    say: Callable[[Estimate], None] = lambda _estimate: None,
) -> Result:
    """Make the runs that are left, and the table of all.

    Parameters
    ----------
    prepared
        What `prepare` gave for this folder.
    folder
        Where results go.
    workers
        Processes of a Dask cluster that is started here; 1 runs here without Dask. Results do not depend on it.
    scheduler
        Address of a Dask cluster to use instead.
    tell
        Called with the number of runs that are there and of all runs, whenever one is finished.
    say
        Called once with an estimate, after the first runs.

    Raises
    ------
    InputError
        If the folder cannot be written or another batch is at work in it.
    stupror.experiments.batches.engine.StoreError, ClusterError
        If results can no longer be written, or the cluster is gone. What is done stays done.
    """
    started = time.perf_counter()
    with batch_folder.open_folder(folder):
        batch_folder.see_that_nothing_changed(folder, prepared.before)
        manifest = _begin(prepared, folder, workers, scheduler)
        made = failed = 0
        how = "stopped"
        try:
            tell(prepared.found, prepared.total)
            packer = packs.Packer(folder, len(store.loose(folder)))
            for done in _all(prepared, folder, workers, scheduler, say):
                made, failed = made + (done.failure is None), failed + (done.failure is not None)
                _pack(packer.one_more)
                tell(prepared.found + made + failed, prepared.total)
            _pack(packer.last)
            _write_table(prepared, folder, manifest)
            how = "finished"
        finally:
            seconds = time.perf_counter() - started
            facts = {"how": how, "made": made, "failed": failed, "seconds": round(seconds, 2)}
            _note(manifest, folder, facts)
    return Result(folder, prepared.total, prepared.found, made, failed, prepared.damaged, seconds)


def _begin(prepared: Prepared, folder: Path, workers: int, scheduler: str | None) -> batch_folder.Manifest:
    """Write what will be run, and clear away what killed batches left."""
    manifest = batch_folder.manifest_of(prepared.plan, prepared.before, workers, scheduler)
    try:
        store.sweep(folder)
        for path in prepared.damaged:
            store.set_aside(folder, path)
        store.forget_failures(folder, [job.key for job in prepared.left])
        (folder / engine.token_of(folder)).touch()
        for name, frame in (
            (batch_folder.JOBS, job_frame(prepared.jobs)),
            (batch_folder.DRAWS, factor_frame(prepared.plan, prepared.draws)),
            (batch_folder.POINTS, point_frame(prepared.plan, prepared.draws)),
        ):
            _write_frame(prepared, folder, name, frame, manifest)
        batch_folder.write_manifest(folder, manifest)
    except OSError as error:
        raise engine.StoreError(why(error)) from error
    return manifest


def _all(
    prepared: Prepared, folder: Path, workers: int, scheduler: str | None, say: Callable[[Estimate], None]
) -> Iterator[engine.Done]:
    """Make every run that is left: a few here, to time them, and the rest where it was asked for."""
    context, left = context_of(prepared.plan), prepared.left
    seconds = 0.0
    for done in engine.in_turn(context, left[:TIMED], folder):
        seconds = done.seconds
        yield done
    rest = left[TIMED:]
    if not rest:
        return
    say(Estimate(seconds, seconds * len(rest) / workers))
    yield from _rest(context, rest, folder, workers, scheduler, seconds)


def _rest(
    context: Context, jobs: Sequence[Job], folder: Path, workers: int, scheduler: str | None, seconds: float
) -> Iterator[engine.Done]:
    token = engine.token_of(folder)
    if scheduler is not None:
        yield from cluster.in_chunks(context, jobs, folder, token, seconds, (scheduler, None))
    elif workers > 1:
        with cluster.local_cluster(workers) as opened:
            yield from cluster.in_chunks(context, jobs, folder, token, seconds, opened)
    else:
        yield from engine.in_turn(context, jobs, folder)


def _pack(step: Callable[[], None]) -> None:
    """Pack, or say that the store cannot be written."""
    try:
        step()
    except OSError as error:
        raise engine.StoreError(why(error)) from error


def _note(manifest: batch_folder.Manifest, folder: Path, facts: dict[str, object]) -> None:
    """Write down how it ended; a full disk must not hide why it did."""
    try:
        batch_folder.end_session(manifest, folder, facts)
    except OSError:
        return


def _write_table(prepared: Prepared, folder: Path, manifest: batch_folder.Manifest) -> None:
    try:
        draws = factor_frame(prepared.plan, prepared.draws)
        table = assemble(folder, job_frame(prepared.jobs), draws, prepared.plan.outcomes)
        _write_frame(prepared, folder, batch_folder.RUNS, table, manifest)
        batch_folder.write_package(folder, manifest, described(prepared.plan))
    except OSError as error:
        raise engine.StoreError(why(error)) from error


def _write_frame(
    prepared: Prepared, folder: Path, name: str, frame: pd.DataFrame, manifest: batch_folder.Manifest
) -> None:
    """Write a table with the unit and meaning of its columns."""
    _, columns = described(prepared.plan)[Path(name).stem]
    batch_folder.write_frame(folder / name, frame, manifest, columns)


def assemble(folder: Path, jobs: pd.DataFrame, draws: pd.DataFrame, names: Sequence[str]) -> pd.DataFrame:
    """Put the finished runs of a plan into one table, in the order of the plan.

    Returns
    -------
    pandas.DataFrame
        Columns draw, replication, design, seed, key, scenario_hash, a column per factor, and the outcomes `names`.
        Runs that are not there, failed or are damaged have no row.
    """
    rows = store.rows(folder)
    there = jobs[jobs["key"].isin(rows.keys())]
    if there.empty:
        return pd.DataFrame(columns=[*jobs.columns, "scenario_hash", *draws.columns.drop("draw"), *names])
    results = pd.DataFrame([rows[key] for key in there["key"]])[["scenario_hash", *names]]
    side = pd.concat([there.reset_index(drop=True), results], axis=1)
    table = side.merge(draws, on="draw", how="left", sort=False)
    return table[[*jobs.columns, "scenario_hash", *draws.columns.drop("draw"), *names]]
