"""Chunks of runs on a Dask cluster: one that is started here, or one that is there.

Chunks exist because a run of a small county takes a tenth of a second: too little to be sent alone. Read by `session`.
"""

from __future__ import annotations

import logging
import multiprocessing
import pickle
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import CancelledError
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ..runs.workers import deaf_to_interrupts, stop
from .engine import ClusterError, Done, StoreError, failure_of, run_chunk, write
from .jobs import Context, Job

__all__ = ["chunks_of", "in_chunks", "local_cluster"]

CHUNK_SECONDS = 3.0  # sending a chunk costs some ten milliseconds
MOST_IN_CHUNK = 200
GONE = "The scheduler is gone"
WAITING_PER_WORKER = 2  # chunks in a worker's queue: enough never to idle, few enough to forget at once
SINGLE_THREADED = dict.fromkeys(
    ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMBA_NUM_THREADS"), "1"
)


def chunks_of(jobs: Sequence[Job], seconds_per_run: float, workers: int) -> list[tuple[Job, ...]]:
    """Cut the runs into chunks of some seconds each, at least four per worker; neighbours stay together."""
    most = max(1, min(MOST_IN_CHUNK, len(jobs) // (4 * workers)))
    size = max(1, min(most, round(CHUNK_SECONDS / max(seconds_per_run, 1e-3))))
    return [tuple(jobs[i : i + size]) for i in range(0, len(jobs), size)]


@contextmanager
def local_cluster(workers: int) -> Iterator[tuple[str, Any]]:
    """Start a Dask cluster on this machine, one thread to a worker; give its address and what opens it.

    Its ports lie on this machine only, and answer none but those who hold the cluster's certificate, which is made for
    it and kept in memory (TLS both ways): on a machine that others use too, a bare Dask port would let each of them run
    code as you. Its status pages are not served.

    If anything goes wrong, Ctrl-C included, the workers are stopped at once and not when their runs are over.

    Raises
    ------
    ClusterError
        If the workers do not start.
    """
    import dask
    from distributed import LocalCluster
    from distributed.security import Security

    quiet = {
        "distributed.scheduler.http.routes": [],
        "distributed.worker.http.routes": [],
        # Without Dask's MALLOC_TRIM_THRESHOLD_: giving memory back after every array costs a tenth of the time.
        "distributed.nanny.pre-spawn-environ": SINGLE_THREADED,
        "distributed.worker.memory.terminate": False,  # a run that needs more memory than its share may have it
        "distributed.worker.memory.pause": False,
        "distributed.worker.profile.enabled": False,  # it keeps what it samples: memory grows and runs slow down
    }
    before = set(multiprocessing.active_children())
    with dask.config.set(quiet):
        try:
            with deaf_to_interrupts():  # Dask's threads and workers inherit that; Ctrl-C is for this process to hear
                security = Security.temporary()
                cluster = LocalCluster(
                    n_workers=workers,
                    threads_per_worker=1,
                    processes=True,
                    host="tls://127.0.0.1",
                    security=security,
                    dashboard_address=None,
                    scheduler_kwargs={"dashboard_address": "127.0.0.1:0"},
                    silence_logs=50,
                )
        except RuntimeError as error:
            raise ClusterError(
                'Workers could not start. A script that asks for them must do so under `if __name__ == "__main__":`'
            ) from error
        try:
            if cluster.scheduler is not None:
                cluster.scheduler.http_server.stop()  # a port that nobody needs
            yield str(cluster.scheduler_address), security
        except BaseException:
            for nanny in cluster.workers.values():
                nanny.auto_restart = False
            stop(child for child in multiprocessing.active_children() if child not in before)
            raise
        finally:
            cluster.close()


def in_chunks(
    context: Context,
    jobs: Sequence[Job],
    folder: Path,
    token: str,
    seconds_per_run: float,
    cluster: tuple[str, Any],
) -> Iterator[Done]:
    """Do the runs on a cluster (its address, and what opens it, if anything), a bounded number at a time.

    Gives each that is over.

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

    address, security = cluster
    try:
        client = Client(address, timeout="20s", security=security)
    except (OSError, ValueError) as error:
        raise ClusterError(f"The scheduler at {address} does not answer ({' '.join(str(error).split())}).") from error
    try:
        with _silent("distributed"):  # what is wrong is said here, in words
            yield from _feed(client, pickle.dumps(context), jobs, folder, token, seconds_per_run)
    except (CancelledError, OSError) as error:  # Dask's errors of a lost connection are kinds of OSError
        raise ClusterError(f"{GONE} ({type(error).__name__}).") from error
    finally:
        with _silent("distributed"):
            client.close(timeout=2)


@contextmanager
def _silent(library: str) -> Iterator[None]:
    """Keep what a library logs from the terminal: each of its loggers has a level of its own."""
    loggers = [logging.getLogger(name) for name in logging.root.manager.loggerDict if name.split(".")[0] == library]
    levels = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        for logger, level in zip(loggers, levels, strict=True):
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
    return [Done(job.key, 0.0, failure=failure_of(job, words, ""))]
