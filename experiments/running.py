"""Running the model: one run, and many runs that are compared pair by pair.

A run is a function of scenario, design, seed and years, and of nothing else. `compare` gives every design the
same seeds, so that a difference between two designs is caused by the designs and not by luck, and puts the
tables together in the order of designs and seeds, whoever finished first. The number of workers is therefore
invisible in what comes out. Read by the commands and by anybody who writes Python.
"""

from __future__ import annotations

import gc
import multiprocessing
import os
import signal
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from multiprocessing.process import BaseProcess
from typing import TypeVar

import pandas as pd

from experiments import posterior
from experiments.posterior import Posterior
from model.errors import InputError
from model.funding import Design
from model.model import simulate
from model.scenario import Scenario

__all__ = [
    "RunError",
    "WorkerError",
    "compare",
    "deaf_to_interrupts",
    "in_order",
    "let_go",
    "open_pool",
    "run",
    "stop",
]

Tables = dict[str, pd.DataFrame]
_AHEAD = 2 * (os.cpu_count() or 1)  # jobs that wait for a worker
Item = TypeVar("Item")
Result = TypeVar("Result")
Progress = Callable[[int, int], None]


class RunError(Exception):
    """A run that failed: which design, which seed, and why."""

    def __init__(self, design: str, seed: int, reason: str) -> None:
        super().__init__(design, seed, reason)
        self.design, self.seed, self.reason = design, seed, reason

    def __str__(self) -> str:
        """Say it in one line."""
        return f"The run of design '{self.design}' with seed {self.seed} failed: {self.reason}"


class WorkerError(Exception):
    """A worker process is gone."""


@dataclass(frozen=True, kw_only=True)
class Job:
    """Everything that one run depends on."""

    scenario: Scenario
    design: Design
    seed: int
    years: int
    threads: int = 1
    detail: bool = True


def run(scenario: Scenario, design: Design, seed: int, years: int, *, threads: int = 1, detail: bool = True) -> Tables:
    """Run one design once.

    Parameters
    ----------
    scenario
        What the world is like; see `model.scenario.load_scenario`.
    design
        The funding contract; see `model.funding.load_design`.
    seed
        Which luck everybody has.
    years
        How many budget years to live.
    threads
        Threads within the run. The result does not depend on it.
    detail
        Whether to keep the rows of single municipalities and projects, or national sums only.

    Returns
    -------
    dict of str to pandas.DataFrame
        The result tables by name.

    Raises
    ------
    RunError
        If the run fails for any reason but its input.
    """
    return _live(Job(scenario=scenario, design=design, seed=seed, years=years, threads=threads, detail=detail))


def compare(
    scenario: Scenario,
    designs: Sequence[Design],
    seeds: Sequence[int],
    years: int,
    *,
    workers: int = 1,
    pool: ProcessPoolExecutor | None = None,
    uncertain: bool = False,
    likely: Sequence[Posterior] = (),
    progress: Progress | None = None,
) -> Tables:
    """Run every design with every seed; put equal tables under one another, by design, then by seed.

    Parameters
    ----------
    scenario, years
        As for `run`.
    designs
        The designs to compare, no two of the same name.
    seeds
        The seeds, the same for every design.
    workers
        Processes to run in. 1 runs here. The result does not depend on it.
    pool
        Processes that are open already (`open_pool`), to run in instead.
    uncertain
        Whether each seed also draws every uncertain parameter; all designs share the draw of a seed.
    likely
        Posteriors: each seed draws a likely world from them, over what `uncertain` has drawn.
    progress
        Called with the number of runs done and of all runs, whenever one is done.

    Returns
    -------
    dict of str to pandas.DataFrame
        National result tables by name.

    Raises
    ------
    InputError
        If two designs have one name, or a seed comes twice.
    RunError
        If a run fails; the other runs are given up.
    """
    _refuse_twins(designs, seeds)
    worlds = {seed: posterior.worlds(scenario.draw(seed) if uncertain else scenario, likely, seed) for seed in seeds}
    jobs = [
        Job(scenario=worlds[seed], design=design, seed=seed, years=years, detail=False)
        for design in designs
        for seed in seeds
    ]
    tell = progress or (lambda _done, _all: None)
    if pool is not None:
        return _stack(_in_pool(jobs, pool, tell))
    done = _in_processes(jobs, workers, tell) if workers > 1 and len(jobs) > 1 else _in_turn(jobs, tell)
    return _stack(done)


@contextmanager
def open_pool(workers: int) -> Iterator[ProcessPoolExecutor | None]:
    """Keep worker processes open for many small comparisons, which would wait for their start; none if there is one."""
    if workers == 1:
        yield None
        return
    with _pool(workers) as pool:
        yield pool


def in_order(pool: ProcessPoolExecutor, function: Callable[[Item], Result], items: Iterable[Item]) -> Iterator[Result]:
    """Do what `map` does in worker processes, a few items ahead of what is asked for.

    `pool.map` would send thousands of jobs at once and cancel them when it is stopped: a pool with cancelled jobs whose
    workers are gone never ends (InvalidStateError in its thread).

    Raises
    ------
    WorkerError
        If a worker process ends without an answer.
    """
    waiting: deque[Future[Result]] = deque()
    try:
        for item in items:
            with deaf_to_interrupts():
                waiting.append(pool.submit(function, item))
            if len(waiting) > _AHEAD:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    except BrokenProcessPool:
        raise WorkerError("A worker process ended without an answer.") from None


def _refuse_twins(designs: Sequence[Design], seeds: Sequence[int]) -> None:
    """Refuse what would give two runs that no row of a table could tell apart."""
    names = [design.name for design in designs]
    problems = [
        f"design '{name}' is named twice. A comparison tells designs apart by name: leave one out or rename it."
        for name in sorted(set(names))
        if names.count(name) > 1
    ]
    problems += [f"seed {seed} comes twice." for seed in sorted(set(seeds)) if list(seeds).count(seed) > 1]
    if not designs:
        problems.append("there is no design to run. Name at least one.")
    if not seeds:
        problems.append("there is no seed to run with. Give at least one.")
    if problems:
        raise InputError(problems)


def _live(job: Job) -> Tables:
    """Do one job; a failure names its design and seed."""
    try:
        return simulate(
            job.scenario, job.design, seed=job.seed, years=job.years, threads=job.threads, detail=job.detail
        )
    except InputError:
        raise
    except Exception as error:
        raise RunError(job.design.name, job.seed, f"{type(error).__name__}: {error}") from error
    finally:
        let_go()


def let_go() -> None:
    """Give back the memory of a finished run at once.

    A world is a ring of model and agents that holds large arrays; Python would notice late. In a worker process all
    that is there after the first run (modules, compiled code) is left out of collections for good: to look it through
    takes a hundred milliseconds, to look a run through takes one.
    """
    gc.collect()
    if multiprocessing.parent_process() is not None:
        _freeze_once()


@cache
def _freeze_once() -> None:
    gc.freeze()


def _in_turn(jobs: Sequence[Job], tell: Progress) -> list[Tables]:
    """Do the jobs here, one after the other."""
    done = []
    for job in jobs:
        done.append(_live(job))
        tell(len(done), len(jobs))
    return done


def _in_processes(jobs: Sequence[Job], workers: int, tell: Progress) -> list[Tables]:
    """Do the jobs in worker processes of their own."""
    with _pool(min(workers, len(jobs))) as pool:
        return _in_pool(jobs, pool, tell)


def _in_pool(jobs: Sequence[Job], pool: ProcessPoolExecutor, tell: Progress) -> list[Tables]:
    """Do the jobs in these worker processes; give their tables in the order of the jobs."""
    with deaf_to_interrupts():
        futures = {pool.submit(_live, job): job for job in jobs}
    for count, future in enumerate(as_completed(futures), start=1):
        _result(future, futures[future])
        tell(count, len(jobs))
    return [future.result() for future in futures]


def _result(future: Future[Tables], job: Job) -> Tables:
    """Give what a worker made; say which run it was if the worker died."""
    try:
        return future.result()
    except BrokenProcessPool as error:
        raise RunError(job.design.name, job.seed, "its worker process ended without an answer") from error


@contextmanager
def _pool(workers: int) -> Iterator[ProcessPoolExecutor]:
    """Open worker processes; if anything goes wrong, Ctrl-C included, stop them at once."""
    before = set(multiprocessing.active_children())
    # Named, because importing Mesa sets the default start method, and forking would copy half-alive threads.
    context = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(workers, mp_context=context, initializer=_ignore_interrupts)
    try:
        yield pool
    except BaseException:
        # Workers first: a pool that finds them dead closes the pipe that it may be writing a large job into.
        # A pool that is shut down first waits for that pipe, which nobody reads any more.
        stop(child for child in multiprocessing.active_children() if child not in before)
        pool.shutdown(wait=False, cancel_futures=True)
        raise
    pool.shutdown()


@contextmanager
def deaf_to_interrupts() -> Iterator[None]:
    """Put Ctrl-C off for the instant in which workers start.

    They inherit that, and so are silent while they import; here a Ctrl-C of that instant is heard when it is over.
    """
    if not hasattr(signal, "pthread_sigmask"):  # Windows
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _ignore_interrupts() -> None:
    """Leave Ctrl-C to the parent, which stops its workers; each of them would print a traceback."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def stop(children: Iterator[BaseProcess]) -> None:
    """End worker processes without waiting for their runs."""
    for child in list(children):
        child.terminate()
        child.join()


def _stack(done: Sequence[Tables]) -> Tables:
    """Put equal tables of all runs under one another."""
    return {name: _under_one_another([tables[name] for tables in done]) for name in done[0]}


def _under_one_another(parts: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Concatenate; parts without rows are left out, since their columns have lost their types."""
    filled = [part for part in parts if len(part)]
    return pd.concat(filled, ignore_index=True) if filled else parts[0]
