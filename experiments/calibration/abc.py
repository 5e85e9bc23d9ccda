"""Calibration: what parameters are likely, by pyABC where there is luck, by emcee where there is none.

Diffusion, and the outcome contracts in it, by approximate Bayesian computation (ABC-SMC; Klinger et al. 2018). Why
pyABC: the history of diffusion is random with few data, so what is wanted is a distribution over parameters and not
one best point, which leaves out Optuna; black-it asks for pandas below 3 and numpy below 1.27, which the rest of the
house does not; pyABC gives weighted samples, keeps every generation in a database, and can go on from it.

The life course has no luck in it, since its statistics are exact: its likelihood is known, and `mcmc` draws from the
posterior itself with emcee.

A calibration is resumable: each generation's luck is named by (seed, generation), so that one that was stopped goes on
to the same posterior, byte by byte. Reads `problems`; used by the command `calibrate`.
"""

from __future__ import annotations

import hashlib
import json
import logging
import random
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ...model.inputs.errors import InputError
from ..files.locks import alone
from ..files.places import WriteError, cannot, make_folder, write_text
from .mcmc import Misses, check_generations, check_walk, walk
from .problems import Problem

__all__ = ["calibrate", "misses_of"]

_STEP = 2.0
_MANY = 256  # steps drawn at once

Tell = Callable[[int, float], None]


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
        Called with the number of each finished generation and, in tolerances, within what distance its worlds are (or,
        if the problem is exact, their mean distance).

    Returns
    -------
    pandas.DataFrame
        One row per accepted world: `weight` (they sum to 1) and a column per parameter.

    Raises
    ------
    InputError
        If pyABC or emcee is needed and not installed, the particles are too few for emcee, or the file is of another
        calibration or none, or another process is at work in it. Nothing has been written then.
    stupror.experiments.files.places.WriteError
        If there is no space, or the place has become unwritable, on the way.
    """
    mark = _mark_of(problem, particles, seed)
    fit = _walked if problem.exact else _approximated
    make_folder(database.parent)
    try:
        with alone(database.with_name(f".{database.name}.lock"), f"{database}: another calibration is at work in it."):
            return fit(problem, database, mark, particles=particles, generations=generations, seed=seed, tell=tell)
    except OSError as error:
        raise WriteError(f"{cannot(database, error)}. Finished generations stay in it.") from error


def _approximated(
    problem: Problem, database: Path, mark: str, *, particles: int, generations: int, seed: int, tell: Tell | None
) -> pd.DataFrame:
    """Calibrate a problem with luck in it: the sample of the last generation."""
    abc = _sampler(problem, particles)
    with _sqlite(database):
        run = _open(abc, problem, database, mark)
        done = run.history.n_populations
        check_generations(database, done, generations)
        while done < generations:
            np.random.seed([seed, done])  # noqa: NPY002 (pyABC draws from numpy's global generator)
            random.seed(seed * 100_003 + done)
            run = _load(_sampler(problem, particles), database) if done else run
            run.run(max_nr_populations=1)
            if run.history.n_populations == done:
                break
            done = run.history.n_populations
            if tell is not None:
                tell(done, float(run.history.get_all_populations()["epsilon"].iloc[-1]))
        return _sample(run, problem)


@contextmanager
def _sqlite(database: Path) -> Iterator[None]:
    """Say in words what is wrong with the database."""
    from sqlalchemy.exc import SQLAlchemyError

    try:
        yield
    except SQLAlchemyError as error:
        words = " ".join(str(getattr(error, "orig", None) or error).split()).rstrip(".")
        if "full" in words or "readonly" in words or "unable to open" in words or "I/O" in words:
            raise WriteError(f"{database}: cannot be written ({words}). Finished generations stay in it.") from error
        raise InputError([f"{database}: is damaged ({words}). Delete it and begin anew, or name another."]) from error


def misses_of(problem: Problem) -> Misses:
    """Give the function that says how far a world without luck misses each target, in tolerances."""
    observed = np.array([each.observed for each in problem.targets])
    tolerance = np.array([each.tolerance for each in problem.targets])

    def misses(world: NDArray[np.float64]) -> NDArray[np.float64]:
        found = problem.simulate(dict(zip(problem.prior, world.tolist(), strict=True)), 0)
        return np.asarray((np.array([found[each.statistic] for each in problem.targets]) - observed) / tolerance)

    return misses


def _walked(
    problem: Problem, database: Path, mark: str, *, particles: int, generations: int, seed: int, tell: Tell | None
) -> pd.DataFrame:
    """Calibrate a problem without luck: worlds of equal weight."""
    check_walk(particles, len(problem.prior))
    _mark(database, mark)
    bounds = tuple(problem.prior.values())
    worlds = walk(
        misses_of(problem), bounds, database, particles=particles, generations=generations, seed=seed, tell=tell
    )
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
    if not _mark(database, mark):
        draft = database.with_name(f".draft-{database.name}")  # none that is half begun if stopped here
        draft.unlink(missing_ok=True)
        abc.new(_url(draft), {each.statistic: each.observed for each in problem.targets})
        draft.replace(database)
    return _load(abc, database)


def _mark_of(problem: Problem, particles: int, seed: int) -> str:
    """Name a calibration by all that its worlds depend on."""
    aims = [(each.statistic, each.observed, each.tolerance) for each in problem.targets]
    content = json.dumps([list(problem.prior.items()), aims, problem.scenario])
    digest = hashlib.blake2b(content.encode(), digest_size=8).hexdigest()
    return (
        f"{problem.name}, seed {seed}, {particles} particles, {len(problem.prior)} parameters, "
        f"priors, targets and scenario {digest}"
    )


def _mark(database: Path, mark: str) -> bool:
    """Say whether a calibration has begun in the database, and note beside it which."""
    note = database.with_suffix(database.suffix + ".txt")
    if database.exists():
        other = note.read_text(encoding="utf-8").strip() if note.exists() else f"none is named in {note.name}"
        if other != mark:
            raise InputError([f"{database}: holds another calibration ({other}), not {mark}. Name another file."])
        return True
    database.parent.mkdir(parents=True, exist_ok=True)
    write_text(note, mark + "\n")
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
        raise InputError(["Calibration needs pyABC, which is not installed: pip install -e '.[calibration]'"]) from None
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
