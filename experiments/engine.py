"""Doing the runs of a batch: one after another here, or in chunks on a Dask cluster. Both make the same bytes.

A worker writes each finished run to the store at once, if it can see the folder; otherwise the bytes travel back and
are written here. So a kill of anything, anywhere, costs only the runs that were under way. Chunks exist because a run
of a small county takes a tenth of a second: too little to be sent alone. Read by `batching`.
"""

from __future__ import annotations

import gc
import hashlib
import logging
import multiprocessing
import os
import pickle
import platform
import time
import traceback
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import CancelledError
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import pandas as pd

from analysis.outcomes import outcomes
from experiments import store
from experiments.jobs import Context, Job, code_digest, resolve
from experiments.running import (
    deaf_to_interrupts,
    let_go,
    stop,
)  # it also teaches Python to send designs, which hold read-only mappings
from model.model import simulate

__all__ = ["ClusterError", "Done", "StoreError", "in_chunks", "in_turn", "local_cluster", "run_chunk", "run_one"]

CHUNK_SECONDS = 3.0  # sending a chunk costs some ten milliseconds
MOST_IN_CHUNK = 200
GONE = "The scheduler is gone"
WAITING_PER_WORKER = 2  # chunks in a worker's queue: enough never to idle, few enough to forget at once
SINGLE_THREADED = {
    name: "1"
    for name in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMBA_NUM_THREADS", "ARROW_NUM_THREADS")
}


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
        world, design, seed=job.seed, years=context.years, start_year=context.start_year, detail=bool(context.tables)
    )
    found = outcomes(tables, world.discount.rate, world.discount.societal_rate)
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
    return [_finish(context, job, place if shared else None) for job in jobs]


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
        words = f"{type(error).__name__}: {error}"
        return Done(job.key, 0.0, failure=_failure(job, words, traceback.format_exc()))
    finally:
        let_go()
    seconds = time.perf_counter() - started
    data = store.pack(row, {"seconds": round(seconds, 4), "machine": platform.node(), "process": os.getpid()})
    if folder is None:
        return Done(job.key, seconds, data)
    try:
        for name, table in tables.items():
            store.put_table(folder, name, job.key, table)
        store.put(folder, job.key, data)
    except OSError as error:
        raise StoreError(error.strerror or str(error)) from error
    return Done(job.key, seconds)


def _failure(job: Job, error: str, trace: str) -> dict[str, Any]:
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
        raise StoreError(error.strerror or str(error)) from error


def in_turn(context: Context, jobs: Sequence[Job], folder: Path | None) -> Iterator[Done]:
    """Do the runs here, one after another."""
    try:
        for number, job in enumerate(jobs):
            done = _finish(context, job, folder)
            if folder is not None and done.failure is not None:
                write(folder, done)
            if number == 0:
                gc.freeze()  # as in a worker, but only until the runs are over (`running.let_go`)
            yield done
    finally:
        gc.unfreeze()


# ---------------------------------------------------------------------- Dask


def chunks_of(jobs: Sequence[Job], seconds_per_run: float, workers: int) -> list[tuple[Job, ...]]:
    """Cut the runs into chunks of some seconds each, at least four per worker; neighbours stay together."""
    most = max(1, min(MOST_IN_CHUNK, len(jobs) // (4 * workers)))
    size = max(1, min(most, round(CHUNK_SECONDS / max(seconds_per_run, 1e-3))))
    return [tuple(jobs[i : i + size]) for i in range(0, len(jobs), size)]


@contextmanager
def local_cluster(workers: int) -> Iterator[str]:
    """Start a Dask cluster on this machine, one thread to a worker, and give its address.

    If anything goes wrong, Ctrl-C included, the workers are stopped at once and not when their runs are over.
    """
    import dask
    from distributed import LocalCluster

    quiet = {
        "distributed.nanny.pre-spawn-environ": {"MALLOC_TRIM_THRESHOLD_": 65536, **SINGLE_THREADED},
        "distributed.worker.memory.terminate": False,  # a run that needs more memory than its share may have it
        "distributed.worker.memory.pause": False,
    }
    before = set(multiprocessing.active_children())
    with dask.config.set(quiet):
        with deaf_to_interrupts():  # Dask's threads and workers inherit that; Ctrl-C is for this process to hear
            cluster = LocalCluster(
                n_workers=workers, threads_per_worker=1, processes=True, dashboard_address=None, silence_logs=50
            )
        try:
            yield str(cluster.scheduler_address)
        except BaseException:
            for nanny in cluster.workers.values():
                nanny.auto_restart = False
            stop(child for child in multiprocessing.active_children() if child not in before)
            raise
        finally:
            cluster.close()


def in_chunks(
    context: Context, jobs: Sequence[Job], folder: Path, token: str, address: str, seconds_per_run: float
) -> Iterator[Done]:
    """Do the runs on the cluster at `address`, a bounded number at a time; give each that is over.

    A chunk whose worker dies is done again by another, without the runs that are in the store; a chunk that keeps
    killing its workers is cut into single runs, and a run that does so is recorded as failed.

    Raises
    ------
    StoreError
        If the store cannot be written.
    ClusterError
        If the scheduler cannot be reached or goes away, or a worker has another version of the model.
    """
    from distributed import Client

    logger = logging.getLogger("distributed")
    level = logger.level
    logger.setLevel(logging.CRITICAL)  # what is wrong is said here, in words
    try:
        client = Client(address, timeout="20s")
    except (OSError, ValueError) as error:
        raise ClusterError(f"The scheduler at {address} does not answer ({' '.join(str(error).split())}).") from error
    try:
        yield from _feed(client, pickle.dumps(context), jobs, folder, token, seconds_per_run)
    except (CancelledError, OSError) as error:  # Dask's errors of a lost connection are kinds of OSError
        raise ClusterError(f"{GONE} ({type(error).__name__}).") from error
    finally:
        client.close(timeout=2)
        logger.setLevel(level)


def _feed(
    client: Any, packed: bytes, jobs: Sequence[Job], folder: Path, token: str, seconds_per_run: float
) -> Iterator[Done]:
    """Keep every worker busy; take what comes back."""
    waiting = deque(chunks_of(jobs, seconds_per_run, _workers(client)))
    under_way: dict[Any, tuple[Job, ...]] = {}
    while waiting or under_way:
        room = WAITING_PER_WORKER * _workers(client) - len(under_way)
        for _ in range(min(room, len(waiting))):
            chunk = waiting.popleft()
            under_way[client.submit(run_chunk, packed, chunk, str(folder), token, pure=False)] = chunk
        for future in _over(client, list(under_way)):
            chunk = under_way.pop(future)
            answer = _answer(future, chunk)
            if answer is None:
                waiting.extendleft((job,) for job in reversed(chunk))
            for done in answer or ():
                write(folder, done)
                yield done


def _workers(client: Any) -> int:
    """How many runs the cluster can do at once; a cluster that is still starting counts as one."""
    return max(1, sum(map(int, client.nthreads().values())))


def _over(client: Any, futures: list[Any]) -> Iterable[Any]:
    """Wait for chunks that are over, but not for a scheduler that is gone."""
    from distributed import wait

    while True:
        try:
            return list(wait(futures, timeout=5, return_when="FIRST_COMPLETED").done)
        except TimeoutError:
            if client.status not in ("running", "connecting"):
                raise ClusterError(f"{GONE}.") from None


def _answer(future: Any, chunk: tuple[Job, ...]) -> list[Done] | None:
    """Give what a chunk came to; nothing if it must be cut up because it kills its workers."""
    from distributed import KilledWorker

    if future.status == "finished":
        done: list[Done] = future.result()
        return done
    if future.status != "error":
        raise ClusterError(f"{GONE}: it no longer knows the runs that it was given.")
    error = future.exception()
    if isinstance(error, StoreError | ClusterError):
        raise error
    if not isinstance(error, KilledWorker):
        raise ClusterError(f"A worker could not begin: {type(error).__name__}: {error}") from error
    if len(chunk) > 1:
        return None
    (job,) = chunk
    words = "its worker died each time it was tried, for want of memory or by a crash"
    return [Done(job.key, 0.0, failure=_failure(job, words, ""))]


def token_of(folder: Path) -> str:
    """Name a file that tells a worker whether it sees this folder, and not another of the same name."""
    return ".seen-" + hashlib.blake2b(f"{platform.node()}{folder.resolve()}".encode(), digest_size=6).hexdigest()
