"""The runs of a plan, each with the key under which its result is kept.

A key is a digest of everything that a result depends on: the resolved world, the resolved contract, seed, years, the
source of the model and of the outcomes, and the versions of what they stand on. Equal keys are equal results, so a
finished run is never made again and a changed model never passes for the old one. Read by `engine` and `session`.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ...analysis.measures.own import OwnOutcome
from ...model.bodies.rules import Rule
from ...model.contracts import Design, with_terms
from ...model.inputs.errors import InputError
from ...model.inputs.quantity import Value
from ...model.inputs.scenario import Scenario
from ..plans.likely import POINT, PRIORS, drawing
from ..plans.own_rules import Named, named
from ..plans.plan import Plan
from ..plans.posterior import Posterior, values_of
from ..plans.sampling import Sampling, block_size, cube, draw_values, posterior_rows, rounded
from ..runs.run_folder import design_hash, versions

__all__ = [
    "Context",
    "Job",
    "code_digest",
    "context_of",
    "draw_table",
    "factor_frame",
    "job_frame",
    "jobs_of",
    "point_frame",
    "resolve",
]

ROOT = Path(__file__).resolve().parents[2]
SOURCES = ("model", "analysis/measures")
KEY_BYTES = 16


@dataclass(frozen=True)
class Context:
    """What all runs of a batch share; sent to every worker."""

    scenario: Scenario
    designs: Mapping[str, Design]
    years: int
    start_year: int
    tables: tuple[str, ...]
    own: tuple[OwnOutcome, ...]
    code: str  # digest of the source that the keys stand for
    rules: Mapping[str, Rule] = field(default_factory=dict)  # a researcher's own
    rules_named: Named = field(default_factory=dict)  # by which name and source they go
    worlds: str = POINT  # how what a job does not set is drawn: likely, priors or point


@dataclass(frozen=True)
class Job:
    """One run: the values that its world and its contract differ by, design, seed, and where in the plan it stands."""

    key: str
    draw: int
    replication: int
    design: str
    seed: int
    values: tuple[tuple[str, Value], ...]  # by parameter
    terms: tuple[tuple[str, float], ...]  # by term of the design
    world: int = 0  # seed of the world that `values` are laid over; the same for all designs of a draw

    @property
    def spec(self) -> dict[str, Any]:
        """Say in words what the run is, for messages and records."""
        return {"design": self.design, "seed": self.seed, "parameters": dict(self.values), "terms": dict(self.terms)}


@cache
def code_digest() -> str:
    """Digest of the source files and data that results come from.

    Raises
    ------
    RuntimeError
        If one of `SOURCES` is not there: without it a batch would give results of an older version for new ones.
    """
    digest = hashlib.blake2b(digest_size=8)
    for name in SOURCES:
        path = ROOT / name
        if not path.exists():
            raise RuntimeError(f"{path} is missing, and results come from it. Install stupror anew.")
        for file in [path] if path.is_file() else _sources(path):
            digest.update(file.relative_to(ROOT).as_posix().encode() + b"\0" + file.read_bytes() + b"\0")
    return digest.hexdigest()


def _sources(folder: Path) -> Iterable[Path]:
    found = (path for ending in ("py", "toml", "csv") for path in folder.rglob(f"*.{ending}"))
    return sorted(path for path in found if "__pycache__" not in path.parts)


def context_of(plan: Plan) -> Context:
    """Gather what all runs of a plan share."""
    designs = {design.name: design for design in plan.designs}
    own = plan.rules, named(plan.rules)
    code = code_digest()
    return Context(plan.scenario, designs, plan.years, plan.start_year, plan.tables, plan.own, code, *own, plan.worlds)


def resolve(context: Context, job: Job) -> tuple[Scenario, Design]:
    """Give the world and the contract of a run; runs of one draw that follow one another share the world."""
    world = context.scenario
    if context.worlds != POINT or job.values:
        world = _world(_Same(world), context.worlds, job.world, job.values)
    design = context.designs[job.design]
    return world, with_terms(design, dict(job.terms)) if job.terms else design


class _Same:
    """A scenario as a key: the same object, not an equal one."""

    def __init__(self, scenario: Scenario) -> None:
        self.scenario = scenario

    def __hash__(self) -> int:
        return id(self.scenario)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and other.scenario is self.scenario


@lru_cache(maxsize=4)
def _world(base: _Same, worlds: str, seed: int, values: tuple[tuple[str, Value], ...]) -> Scenario:
    """Draw what a job does not set, and lay over it what it does."""
    return drawing(point=worlds == POINT, priors=worlds == PRIORS)(base.scenario, seed, dict(values))


def draw_table(plan: Plan) -> list[dict[str, Value]]:
    """Draw every world: one value per factor, and one per column of the posteriors."""
    drawn = draw_values(cube(plan.sampling, len(plan.factors)), plan.factors)
    for number, posterior in enumerate(plan.posteriors):
        rows = _rows(posterior, len(drawn), plan.sampling, number)
        drawn = [{**own, **posterior.row(int(row))} for own, row in zip(drawn, rows, strict=True)]
    return [{name: rounded(value) for name, value in draw.items()} for draw in drawn]


def _rows(posterior: Posterior, draws: int, how: Sampling, number: int) -> NDArray[np.int64]:
    """Rows of a posterior for every draw; each scramble has luck of its own, as for factors."""
    if how.scrambles == 1:
        return posterior_rows(posterior.weight, draws, (how.seed, number))
    each = [
        posterior_rows(posterior.weight, draws // how.scrambles, (how.seed, number, s)) for s in range(how.scrambles)
    ]
    return np.stack(each, axis=1).reshape(draws)


def jobs_of(plan: Plan, draws: list[dict[str, Value]], only: int | None = None, after: int = 0) -> list[Job]:
    """List the runs, or those of one draw or after some: by draw, replication, design; neighbours share a world.

    Raises
    ------
    InputError
        If the values of a draw do not go together; nothing has run by then.
    """
    context, problems = context_of(plan), dict[str, None]()
    terms_of = {factor.name: factor for factor in plan.factors if factor.designs}
    jobs: list[Job] = []
    for number, values in enumerate(draws[after:], after) if only is None else [(only, draws[only])]:
        tied = {name: plain(values[name]) for name in plan.tied}
        own = {name: value for name, value in values.items() if name not in terms_of and name not in tied}
        world_values = tuple({**own, **values_of(plan.scenario, tied)}.items())
        for replication in range(plan.replications.number):
            for place, design in enumerate(plan.designs):
                drawn = (name for name, factor in terms_of.items() if design.name in factor.designs)
                terms = tuple((terms_of[name].term, plain(values[name])) for name in drawn)
                seed = _seed(plan, number, replication, place)
                world = 0 if plan.worlds == POINT else _seed(plan, number, replication, 0)
                job = Job("", number, replication, design.name, seed, world_values, terms, world)
                try:
                    jobs.append(_keyed(context, job))
                except InputError as error:
                    problems.update(dict.fromkeys(f"draw {number}: {problem}" for problem in error.problems))
    if problems:
        raise InputError(list(problems)[:20])
    return jobs


def plain(value: Value) -> float:
    """Give a value that is one number."""
    if isinstance(value, tuple):
        raise TypeError(f"{value} is a list of numbers")
    return value


def _seed(plan: Plan, draw: int, replication: int, place: int) -> int:
    """Name the luck of a run, as `replications.seeds` says."""
    again = plan.replications
    if again.seeds == "shared":
        return again.first_seed + replication
    if again.seeds == "block":
        return again.first_seed + draw // block_size(plan.sampling, len(plan.factors)) * again.number + replication
    number = draw * again.number + replication
    return again.first_seed + (number if again.seeds == "fresh" else number * len(plan.designs) + place)


def _keyed(context: Context, job: Job) -> Job:
    """Give the job its key."""
    world, design = resolve(context, job)
    content = [
        _hash(world), design_hash(design), job.seed, context.years, context.start_year, context.tables,
        context.code, _versions(), *([context.rules_named] if context.rules else []),
        *([repr(context.own)] if context.own else []),
    ]  # fmt: skip
    digest = hashlib.blake2b(json.dumps(content).encode(), digest_size=KEY_BYTES)
    return Job(digest.hexdigest(), job.draw, job.replication, job.design, job.seed, job.values, job.terms, job.world)


def _hash(world: Scenario) -> str:
    return _hash_once(_Same(world))


@lru_cache(maxsize=4)
def _hash_once(world: _Same) -> str:
    return world.scenario.hash()


@cache
def _versions() -> dict[str, str]:
    return versions()


def job_frame(jobs: list[Job]) -> pd.DataFrame:
    """Lay the runs out as a table: draw, replication, design, seed, key."""
    names = ("draw", "replication", "design", "seed", "key")
    return pd.DataFrame({name: [getattr(job, name) for job in jobs] for name in names})


def factor_frame(plan: Plan, draws: list[dict[str, Value]]) -> pd.DataFrame:
    """Lay the draws out as a table: draw, and a column per factor; a list is shown by the probability of its draw."""
    points = cube(plan.sampling, len(plan.factors))
    columns: dict[str, Any] = {"draw": range(len(draws))}
    for place, factor in enumerate(plan.factors):
        columns[factor.name] = [draw[factor.name] for draw in draws] if factor.scalar else points[:, place]
    columns |= {name: [draw[name] for draw in draws] for name in plan.tied}
    return pd.DataFrame(columns).astype({name: "float64" for name in columns if name != "draw"})


def point_frame(plan: Plan, draws: list[dict[str, Value]]) -> pd.DataFrame:
    """Lay the draws out in the unit cube: draw, and a column per factor; a posterior's values by rank."""
    points = pd.DataFrame(cube(plan.sampling, len(plan.factors)), columns=[factor.name for factor in plan.factors])
    for name in plan.tied:
        points[name] = pd.Series([draw[name] for draw in draws], dtype="float64").rank(method="first") / len(draws)
    points.insert(0, "draw", range(len(draws)))
    return points
