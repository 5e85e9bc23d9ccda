"""Calibration of diffusion by approximate Bayesian computation with pyABC (ABC-SMC; Klinger et al. 2018).

Why pyABC: the history of diffusion is random with few data, so what is wanted is a distribution over parameters and not
one best point, which leaves out Optuna; black-it asks for pandas below 3 and numpy below 1.27, which the rest of the
house does not; pyABC gives weighted samples, keeps every generation in a database, and can go on from it.

The life course has no luck in it, since its statistics are exact: its likelihood is known, and `walking` draws from the
posterior itself with emcee.

A calibration is resumable: each generation's luck is named by (seed, generation), so that one that was stopped goes on
to the same posterior, byte by byte. Reads `surveying` and `lives`; used by the command `calibrate`.
"""

from __future__ import annotations

import csv
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from experiments.lives import lives
from experiments.posterior import TIMES, values_of
from experiments.surveying import survey
from experiments.walking import walk
from model.diffusion import Surroundings, history, surroundings
from model.errors import InputError
from model.places import PRICE_YEAR, price_factors
from model.scenario import Scenario

__all__ = [
    "PROBLEMS",
    "Problem",
    "Target",
    "calibrate",
    "contracts_problem",
    "diffusion_problem",
    "life_course_problem",
    "targets",
]

DATA = Path(__file__).parent / "data"
PROBLEMS = ("diffusion", "contracts", "life-course")
_STEP = 2.0
_MANY = 256  # steps drawn at once

Tell = Callable[[int, float], None]


@dataclass(frozen=True)
class Target:
    """A published number that a calibration is to meet, and by how much it may be missed (one standard deviation)."""

    evidence: str
    statistic: str
    observed: float
    tolerance: float
    unit: str
    what: str


@dataclass(frozen=True)
class Problem:
    """A calibration: where each parameter may lie, what a world gives, the targets, and if it is without luck."""

    name: str
    prior: Mapping[str, tuple[float, float]]
    simulate: Callable[[Mapping[str, float], int], dict[str, float]]  # parameters, seed -> statistics
    targets: tuple[Target, ...]
    exact: bool = False


def targets(problem: str) -> tuple[Target, ...]:
    """Read the targets of a problem: the only numbers that anything is fitted to."""
    with (DATA / "targets-calibration.csv").open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["problem"] == problem]
    return tuple(
        Target(r["evidence"], r["statistic"], float(r["observed"]), float(r["tolerance"]), r["unit"], r["what"])
        for r in rows
    )


def _varied(problem: str) -> dict[str, Any]:
    with (DATA / "calibration.toml").open("rb") as file:
        varied: dict[str, Any] = tomllib.load(file)[problem]
    return varied


def diffusion_problem(
    scenario: Scenario,
    *,
    name: str = "diffusion",
    parameters: tuple[str, ...] = (),
    observed: Mapping[str, float] | None = None,
) -> Problem:
    """Calibrate diffusion to D1-D5 (the whole country only, since the surveys were of it).

    `parameters` (all of `calibration.toml` unless given) and `observed` (statistics in place of the published ones)
    are for tests of recovery.
    """
    chosen = parameters or tuple(_varied(name)["parameters"])
    around: Surroundings = surroundings(scenario.places)

    def simulate(values: Mapping[str, float], seed: int) -> dict[str, float]:
        group: dict[str, Any] = {path.removeprefix("diffusion."): value for path, value in values.items()}
        country, years = history(scenario.places, replace(scenario.diffusion, **group), seed, around=around)
        return survey(scenario.places, around, country, years, seed)

    prior = {path: (float(low), float(high)) for path in chosen for low, high in [scenario.quantities[path].range]}
    return Problem(name, prior, simulate, _observed(targets(name), observed))


def contracts_problem(scenario: Scenario) -> Problem:
    """Calibrate outcome contracts to D7 in the scenario's own history: nothing else there depends on them."""
    return diffusion_problem(scenario, name="contracts")


def life_course_problem(scenario: Scenario) -> Problem:
    """Calibrate the life course to prevalence, turnover, unequal risk and cost, by factors on groups of numbers."""
    factors: dict[str, list[float]] = _varied("life-course")["times"]

    def simulate(values: Mapping[str, float], _seed: int) -> dict[str, float]:
        ladder: dict[str, Any] = {}
        costs = {row.name: row for row in scenario.costs}
        for path, value in values_of(scenario, values).items():
            group, name, *_ = path.split(".")
            if group == "ladder":
                ladder[name] = value
            else:
                price = price_factors()[scenario.quantities[path].price_year or PRICE_YEAR]
                costs[name] = replace(costs[name], amount=tuple(np.multiply(value, price).tolist()))
        return lives(replace(scenario, ladder=replace(scenario.ladder, **ladder), costs=tuple(costs.values())))

    prior = {TIMES + path: (float(low), float(high)) for path, (low, high) in factors.items()}
    return Problem("life-course", prior, simulate, targets("life-course"), exact=True)


def _observed(known: tuple[Target, ...], instead: Mapping[str, float] | None) -> tuple[Target, ...]:
    return known if instead is None else tuple(replace(t, observed=instead[t.statistic]) for t in known)


def calibrate(
    problem: Problem, database: Path, *, particles: int, generations: int, seed: int, tell: Tell | None = None
) -> pd.DataFrame:
    """Find what parameters are likely, generation by generation, and give the last one's sample.

    Parameters
    ----------
    problem
        What to fit to what.
    database
        File that keeps every generation (SQLite, or JSON if the problem is exact); if it is there already, the
        calibration goes on from it.
    particles
        Worlds of the posterior; of each generation, if there is luck in the problem.
    generations
        How many in all, those already in the database included.
    seed
        Names the luck of the calibration.
    tell
        Called with the number of each finished generation and its tolerance.

    Returns
    -------
    pandas.DataFrame
        One row per accepted world: `weight` (they sum to 1) and a column per parameter.

    Raises
    ------
    InputError
        If pyABC is needed and not installed, or the database is of another calibration.
    """
    mark = f"{problem.name}, seed {seed}, {particles} particles, {len(problem.prior)} parameters"
    if problem.exact:
        return _walked(problem, database, mark, particles=particles, generations=generations, seed=seed, tell=tell)
    abc = _sampler(problem, particles)
    run = _open(abc, problem, database, mark)
    done = run.history.n_populations
    while done < generations:
        np.random.seed([seed, done])  # noqa: NPY002 (pyABC draws from numpy's global generator)
        import random

        random.seed(seed * 100_003 + done)
        run = _load(_sampler(problem, particles), database) if done else run
        run.run(max_nr_populations=1)
        if run.history.n_populations == done:
            break
        done = run.history.n_populations
        if tell is not None:
            tell(done, float(run.history.get_all_populations()["epsilon"].iloc[-1]))
    return _sample(run, problem)


def _walked(
    problem: Problem, database: Path, mark: str, *, particles: int, generations: int, seed: int, tell: Tell | None
) -> pd.DataFrame:
    """Calibrate a problem without luck: worlds of equal weight."""
    _mark(database, mark)
    observed = np.array([each.observed for each in problem.targets])
    tolerance = np.array([each.tolerance for each in problem.targets])

    def misses(world: NDArray[np.float64]) -> NDArray[np.float64]:
        found = problem.simulate(dict(zip(problem.prior, world.tolist(), strict=True)), 0)
        return np.asarray((np.array([found[each.statistic] for each in problem.targets]) - observed) / tolerance)

    bounds = tuple(problem.prior.values())
    worlds = walk(misses, bounds, database, particles=particles, generations=generations, seed=seed, tell=tell)
    table = pd.DataFrame(worlds, columns=list(problem.prior))
    table.insert(0, "weight", 1.0 / particles)
    return table


def _sampler(problem: Problem, particles: int) -> Any:
    """Set pyABC up: uniform priors, distance in tolerances, each generation at least as near as the better half."""
    pyabc = _pyabc()
    prior = pyabc.Distribution(
        **{name: pyabc.RV("uniform", low, high - low) for name, (low, high) in problem.prior.items()}
    )
    scale = {each.statistic: 1.0 / each.tolerance for each in problem.targets}

    def model(values: Mapping[str, float]) -> dict[str, float]:
        found = problem.simulate({name: float(values[name]) for name in problem.prior}, int(np.random.randint(2**31)))  # noqa: NPY002
        return {name: found[name] for name in scale}

    distance = pyabc.PNormDistance(p=2, fixed_weights=scale)
    return pyabc.ABCSMC(
        model,
        prior,
        distance,
        population_size=particles,
        transitions=_steps(pyabc, problem),
        eps=pyabc.MedianEpsilon(),
        sampler=pyabc.SingleCoreSampler(),
    )


def _steps(pyabc: Any, problem: Problem) -> Any:
    """Give pyABC's normal steps, drawn many at once until one stays within the ranges.

    In a dozen dimensions nearly all lead out. pyABC would throw those away one by one, which takes longer than the
    simulations do; which steps are taken has the same distribution.
    """
    low, high = np.array(list(problem.prior.values())).T

    class Within(pyabc.MultivariateNormalTransition):  # type: ignore[misc]
        def rvs_single(self) -> Any:
            names = list(self.X.columns)
            at = [names.index(name) for name in problem.prior]
            while True:
                start = self._X_arr[np.random.choice(len(self._X_arr), size=_MANY, p=self.w)]  # noqa: NPY002
                step = start + np.random.multivariate_normal(np.zeros(len(names)), self.cov, size=_MANY)  # noqa: NPY002
                inside = ((step[:, at] > low) & (step[:, at] < high)).all(axis=1)
                if inside.any():
                    return pyabc.Parameter(dict(zip(names, step[inside.argmax()].tolist(), strict=True)))

    # Wider steps than usual (factor 2): in a dozen dimensions narrower ones leave all weight on a few worlds.
    return Within(scaling=_STEP)


def _open(abc: Any, problem: Problem, database: Path, mark: str) -> Any:
    """Begin a calibration, or take up the one in the database if it is the same."""
    if _mark(database, mark):
        return _load(abc, database)
    abc.new(_url(database), {each.statistic: each.observed for each in problem.targets})
    return abc


def _mark(database: Path, mark: str) -> bool:
    """Say whether a calibration has begun in the database, and note beside it which."""
    note = database.with_suffix(database.suffix + ".txt")
    if database.exists() and note.exists():
        other = note.read_text(encoding="utf-8").strip()
        if other != mark:
            raise InputError([f"{database}: holds another calibration ({other}), not {mark}. Name another file."])
        return True
    database.parent.mkdir(parents=True, exist_ok=True)
    note.write_text(mark + "\n", encoding="utf-8")
    return False


def _load(abc: Any, database: Path) -> Any:
    abc.load(_url(database), 1)
    return abc


def _url(database: Path) -> str:
    return f"sqlite:///{database.resolve()}"


def _pyabc() -> Any:
    try:
        import pyabc
    except ImportError:
        raise InputError(
            ["Calibration needs pyABC, which is not installed: pip install 'stupror[calibration]'"]
        ) from None
    import logging

    for name in ("ABC", "ABC.Sampler", "ABC.Distance", "ABC.Population", "ABC.History", "ABC.Adaptation"):
        logging.getLogger(name).setLevel(logging.ERROR)
    return pyabc


def _sample(run: Any, problem: Problem) -> pd.DataFrame:
    """Give the last generation as a table, rows in a fixed order."""
    table, weight = run.history.get_distribution()
    table = table[list(problem.prior)].reset_index(drop=True)
    table.insert(0, "weight", np.asarray(weight, dtype=np.float64))
    table.columns.name = None
    ordered: pd.DataFrame = table.sort_values(list(problem.prior)).reset_index(drop=True)
    return ordered
