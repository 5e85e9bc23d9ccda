"""Running the model: one run, and many runs that are compared pair by pair.

A run is a function of scenario, design, seed and years, and of nothing else. `compare` gives every design the
same seeds, so that a difference between two designs is caused by the designs and not by luck, and puts the
tables together in the order of designs and seeds, whoever finished first. The number of workers is therefore
invisible in what comes out. Read by the commands and by anybody who writes Python.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field, replace

import pandas as pd

from ...model.bodies.rules import Rule
from ...model.contracts import Design
from ...model.inputs.errors import InputError
from ...model.inputs.scenario import Scenario
from ...model.model import simulate
from ..plans.likely import Worlds
from ..plans.own_rules import checked
from .limits import USUAL_START
from .workers import _pool, deaf_to_interrupts, let_go, one_by_one, only_new, stop_within, unguarded

__all__ = [
    "RunError",
    "compare",
    "run",
]

ENOUGH_WORLDS = 4  # for each worker: then all runs of a world are done by one, which sets it up once

Tables = dict[str, pd.DataFrame]
Progress = Callable[[int, int], None]


class RunError(Exception):
    """A run that failed: which design, which seed, and why."""

    def __init__(self, design: str, seed: int, reason: str) -> None:
        super().__init__(design, seed, reason)
        self.design, self.seed, self.reason = design, seed, reason

    def __str__(self) -> str:
        """Say it in one line."""
        return f"The run of design '{self.design}' with seed {self.seed} failed: {self.reason}"


@dataclass(frozen=True, kw_only=True)
class Job:
    """Everything that one run depends on."""

    scenario: Scenario
    design: Design
    seed: int
    years: int
    start_year: int = USUAL_START
    threads: int = 1
    detail: bool = True
    rules: Mapping[str, Rule] = field(default_factory=dict)


def run(
    scenario: Scenario,
    design: Design,
    seed: int,
    years: int,
    *,
    start_year: int = USUAL_START,
    threads: int = 1,
    detail: bool = True,
    rules: Mapping[str, Rule] | None = None,
) -> Tables:
    """Run one design once.

    Parameters
    ----------
    scenario
        What the world is like; see `model.inputs.scenario.load_scenario`.
    design
        The funding contract; see `model.contracts.load_design`.
    seed
        Which luck everybody has.
    years
        How many budget years to live.
    start_year
        The first of them.
    threads
        Threads within the run. The result does not depend on it.
    detail
        Whether to keep the rows of single municipalities and projects, or national sums only.
    rules
        Rules of your own by kind of body, see `model.bodies.rules`.

    Returns
    -------
    dict of str to pandas.DataFrame
        The result tables by name.

    Raises
    ------
    RunError
        If the run fails for any reason but its input.
    """
    own = checked(rules, elsewhere=False)
    job = Job(scenario=scenario, design=design, seed=seed, years=years, threads=threads, detail=detail, rules=own)
    job = replace(job, start_year=start_year)
    with only_new():
        try:
            return _live(job)
        finally:
            let_go()


def compare(
    scenario: Scenario,
    designs: Sequence[Design],
    seeds: Sequence[int],
    years: int,
    *,
    start_year: int = USUAL_START,
    workers: int = 1,
    pool: ProcessPoolExecutor | None = None,
    worlds: Worlds | None = None,
    rules: Mapping[str, Rule] | None = None,
    detail: bool = False,
    progress: Progress | None = None,
) -> Tables:
    """Run every design with every seed; put equal tables under one another, by design, then by seed.

    Parameters
    ----------
    scenario, years, start_year
        As for `run`.
    designs
        The designs to compare, no two of the same name.
    seeds
        The seeds, the same for every design.
    workers
        Processes to run in. 1 runs here. The result does not depend on it.
    pool
        Processes that are open already (`open_pool`), to run in instead.
    worlds
        How the world of a seed is drawn (`plans.likely`); all designs share it. The scenario as it stands if not given.
    rules
        Rules of your own by kind of body, the same in every run.
    detail
        Whether to keep the rows of single municipalities and projects, or national sums only.
    progress
        Called with the number of runs done and of all runs, whenever one is done.

    Returns
    -------
    dict of str to pandas.DataFrame
        Result tables by name, national unless `detail`.

    Raises
    ------
    InputError
        If two designs have one name, a seed comes twice, or a rule cannot be used.
    RunError
        If a run fails; the other runs are given up.
    """
    _refuse_twins(designs, seeds)
    own = checked(rules, elsewhere=pool is not None or workers > 1)
    drawn = {seed: worlds(scenario, seed) if worlds else scenario for seed in seeds}
    jobs = [
        Job(
            scenario=drawn[seed], design=design, seed=seed, years=years, start_year=start_year, detail=detail, rules=own
        )
        for design in designs
        for seed in seeds
    ]
    tell = progress or (lambda _done, _all: None)
    worlds_of = [range(of, len(jobs), len(seeds)) for of in range(len(seeds))]  # of each world, all its runs
    if pool is not None:
        return _stack(_in_pool(jobs, _singly(jobs), pool, tell))
    if workers > 1 and len(jobs) > 1:
        few = len(seeds) < ENOUGH_WORLDS * workers
        return _stack(_in_processes(jobs, _singly(jobs) if few else worlds_of, workers, tell))
    return _stack(_in_turn(jobs, worlds_of, tell))


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
            job.scenario,
            job.design,
            seed=job.seed,
            years=job.years,
            start_year=job.start_year,
            threads=job.threads,
            detail=job.detail,
            rules=job.rules,
        )
    except InputError:
        raise
    except Exception as error:
        if (stop := stop_within(error)) is not None:
            raise stop from None
        raise RunError(job.design.name, job.seed, f"{type(error).__name__}: {error}") from error


def _live_all(jobs: Sequence[Job]) -> list[Tables]:
    return list(one_by_one(_live, jobs))


def _singly(jobs: Sequence[Job]) -> list[range]:
    return [range(number, number + 1) for number in range(len(jobs))]


def _in_turn(jobs: Sequence[Job], groups: Iterable[Sequence[int]], tell: Progress) -> list[Tables]:
    """Do the jobs here, one after the other, group by group; give their tables in the order of the jobs."""
    done: dict[int, Tables] = {}
    order = [number for group in groups for number in group]
    with only_new():
        for number, tables in zip(order, one_by_one(_live, [jobs[number] for number in order]), strict=True):
            done[number] = tables
            tell(len(done), len(jobs))
    return [done[number] for number in range(len(jobs))]


def _in_processes(jobs: Sequence[Job], groups: Sequence[Sequence[int]], workers: int, tell: Progress) -> list[Tables]:
    """Do the jobs in worker processes of their own."""
    with _pool(min(workers, len(groups))) as pool:
        return _in_pool(jobs, groups, pool, tell)


def _in_pool(
    jobs: Sequence[Job], groups: Iterable[Sequence[int]], pool: ProcessPoolExecutor, tell: Progress
) -> list[Tables]:
    """Do the jobs in these worker processes, a group in one; give their tables in the order of the jobs."""
    with deaf_to_interrupts():
        futures = {pool.submit(_live_all, [jobs[number] for number in group]): group for group in groups}
    done: dict[int, Tables] = {}
    for future in as_completed(futures):
        group = futures[future]
        done |= zip(group, _result(future, [jobs[number] for number in group]), strict=True)
        tell(len(done), len(jobs))
    return [done[number] for number in range(len(jobs))]


def _result(future: Future[list[Tables]], jobs: Sequence[Job]) -> list[Tables]:
    """Give what a worker made; say which run it was if the worker died."""
    try:
        return future.result()
    except BrokenProcessPool as error:
        if unguarded():
            raise InputError(
                ['workers: a script that asks for more than one must do so under `if __name__ == "__main__":`']
            ) from None
        names = "' or '".join(job.design.name for job in jobs)
        raise RunError(names, jobs[0].seed, "its worker process ended without an answer") from error


def _stack(done: Sequence[Tables]) -> Tables:
    """Put equal tables of all runs under one another."""
    return {name: _under_one_another([tables[name] for tables in done]) for name in done[0]}


def _under_one_another(parts: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Concatenate; parts without rows are left out, since their columns have lost their types."""
    filled = [part for part in parts if len(part)]
    return pd.concat(filled, ignore_index=True) if filled else parts[0]
