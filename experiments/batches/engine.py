"""Doing the runs of a batch: one after another here, or a chunk of them in a worker. Both make the same bytes.

A worker writes each finished run to the store at once, if it can see the folder; otherwise the bytes travel back and
are written here. So a kill of anything, anywhere, costs only the runs that were under way. Read by `session` and
`cluster`.
"""

from __future__ import annotations

import hashlib
import os
import pickle
import platform
import time
import traceback
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import pandas as pd

from ...analysis.measures.outcomes import NEEDED, outcomes
from ...analysis.measures.own import own_outcome
from ...model.model import simulate
from ..files.places import why
from ..runs.workers import one_by_one, only_new, stop_within
from . import store
from .jobs import Context, Job, code_digest, resolve

__all__ = ["ClusterError", "Done", "StoreError", "failure_of", "in_turn", "run_chunk", "run_one", "token_of", "write"]


class StoreError(Exception):
    """The store cannot be written: no space, no right. The batch stops; what is done stays done."""


class ClusterError(Exception):
    """The cluster is gone, or is not one that may do these runs."""


@dataclass(frozen=True)
class Done:
    """A run that is over: its seconds, its part if the worker could not write it, and the failure if it failed."""

    key: str
    seconds: float
    data: bytes | None = None
    failure: dict[str, Any] | None = None


def run_one(context: Context, job: Job) -> tuple[dict[str, Any], dict[str, pd.DataFrame]]:
    """Do one run: its row of outcomes, and the whole tables that the plan keeps.

    The row has what the key stands for and nothing else, so that it is the same in every batch that has that run.
    """
    world, design = resolve(context, job)
    tables = simulate(
        world,
        design,
        seed=job.seed,
        years=context.years,
        start_year=context.start_year,
        detail=bool(context.tables) or any(column == "municipality" for own in context.own for column, _ in own.where),
        rules=context.rules,
        only={*NEEDED, *context.tables, *(own.table for own in context.own)},
    )
    found = outcomes(tables, world.discount.rate, world.discount.societal_rate)
    found |= {own.name: own_outcome(own, tables, world.discount.rate) for own in context.own}
    row = {"key": job.key, "scenario_hash": str(tables["runs"]["scenario_hash"].iloc[0]), **found}
    return row, {name: tables[name] for name in context.tables}


def run_chunk(packed: bytes, jobs: Sequence[Job], folder: str, token: str) -> list[Done]:
    """Do the runs of a chunk, writing each as it is finished; those that the store has already are left alone.

    Raises
    ------
    StoreError
        If the store cannot be written.
    ClusterError
        If this worker's model is not the one that the keys stand for.
    """
    context = _context(packed)
    if context.code != code_digest():
        raise ClusterError(
            f"{platform.node()} has another version of stupror (source {code_digest()}, here {context.code}). "
            "Install the same on every worker."
        )
    place = Path(folder)
    shared = (place / token).exists()
    if context.tables and not shared:
        raise ClusterError(
            f"{platform.node()} does not see {folder}: whole tables need a folder that all workers share."
        )
    return list(_each(context, jobs, place if shared else None))


@lru_cache(maxsize=2)
def _context(packed: bytes) -> Context:
    context = pickle.loads(packed)
    if not isinstance(context, Context):
        raise TypeError(f"expected a Context, not {type(context).__name__}")
    return context


def _finish(context: Context, job: Job, folder: Path | None) -> Done:
    """Do one run, unless it is there; keep it, or what went wrong with it."""
    if folder is not None and store.find(folder, job.key) is not None:
        return Done(job.key, 0.0)
    started = time.perf_counter()
    try:
        row, tables = run_one(context, job)
    except Exception as error:
        if (stop := stop_within(error)) is not None:
            raise stop from None
        words = f"{type(error).__name__}: {error}"
        return Done(job.key, 0.0, failure=failure_of(job, words, traceback.format_exc()))
    seconds = time.perf_counter() - started
    data = store.pack(row, {"seconds": round(seconds, 4), "machine": platform.node(), "process": os.getpid()})
    if folder is None:
        return Done(job.key, seconds, data)
    try:
        for name, table in tables.items():
            store.put_table(folder, name, job.key, table)
        store.put(folder, job.key, data)
    except OSError as error:
        raise StoreError(why(error)) from error
    return Done(job.key, seconds)


def failure_of(job: Job, error: str, trace: str) -> dict[str, Any]:
    """Record what failed: what it was, and why."""
    return {"key": job.key, **job.spec, "error": error, "traceback": trace}


def write(folder: Path, done: Done) -> None:
    """Write what a worker could not.

    Raises
    ------
    StoreError
        If it cannot be written.
    """
    try:
        if done.data is not None:
            store.put(folder, done.key, done.data)
        elif done.failure is not None:
            store.put_failure(folder, done.key, done.failure)
    except OSError as error:
        raise StoreError(why(error)) from error


def _each(context: Context, jobs: Sequence[Job], folder: Path | None) -> Iterator[Done]:
    """Do runs one after another."""
    return one_by_one(lambda job: _finish(context, job, folder), jobs)


def in_turn(context: Context, jobs: Sequence[Job], folder: Path | None) -> Iterator[Done]:
    """Do the runs here, one after another."""
    with only_new():
        for done in _each(context, jobs, folder):
            if folder is not None and done.failure is not None:
                write(folder, done)
            yield done


def token_of(folder: Path) -> str:
    """Name a file that tells a worker whether it sees this folder, and not another of the same name."""
    return ".seen-" + hashlib.blake2b(f"{platform.node()}{folder.resolve()}".encode(), digest_size=6).hexdigest()
