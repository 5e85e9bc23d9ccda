"""A calibration of one's own: any parameters, within bounds that one gives, to any published numbers that one has.

A TOML file names parameters with the lowest and highest value each may have (all between are alike before the fit), and
targets: a statistic of the model, what was observed, and by how much it may be missed (one standard deviation).
Statistics are those of lives (`patterns.prevalence`: exact, without luck), of the history of social investment
(`patterns.survey`), and the outcomes of a run (`measures.outcomes`). Without luck the likelihood is known, and emcee
draws from the posterior; else ABC-SMC. `docs/calibrating.md` has the form. Read by the command `calibrate`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from ...analysis.measures.outcomes import OUTCOMES, outcomes
from ...model.contracts import Design, load_design
from ...model.contracts.reading.notes import Notes
from ...model.inputs.errors import InputError, hint, shown
from ...model.inputs.quantity import read_toml
from ...model.inputs.scenario import Scenario, load_scenario, select
from ...model.model import check_design, simulate
from ...model.practice import history, surroundings
from ..patterns.prevalence import lives
from ..patterns.survey import survey
from ..plans.entries import Table, texts, whole
from ..plans.posterior import TIMES, changed, parameter_of, wrong_in
from .problems import Problem, Target

__all__ = ["checked", "own_problem"]

Statistics = Callable[[Scenario, int], dict[str, float]]
SECTIONS = ("title", "run", "parameters", "targets")
KEYS = ("statistic", "observed", "tolerance", "source")
IN_RUN = ("scenario", "municipalities", "design", "years", "start_year")
MOST_YEARS, FIRST_YEAR, LAST_YEAR = 45, 2005, 2030


def own_problem(path: Path) -> Problem:
    """Read a calibration from a TOML file; a scenario that it names is looked for beside it.

    Raises
    ------
    InputError
        With every problem of the file: parameters and statistics that there are not (and the nearest), bounds outside a
        parameter's range, tolerances that are not above 0.
    """
    document, notes = read_toml(path), Notes(str(path))
    notes.keys(document, "file", SECTIONS, ("parameters", "targets"))
    run = notes.table(document, "run")
    notes.keys(run, "run", IN_RUN)
    scenario, design = _world(run, path.parent, notes)
    years = whole(run, "years", "run", 5, (1, MOST_YEARS), notes)
    start = whole(run, "start_year", "run", 2020, (FIRST_YEAR, LAST_YEAR), notes)
    groups: dict[str, Statistics] = {
        "lives": lambda world, _seed: lives(world),
        "history": _history,
        "run": lambda world, seed: _outcomes(world, design, seed, years, start),
    }
    known = {"run": list(OUTCOMES), "lives": list(lives(scenario)), "history": list(_history(scenario, 1))}
    of = {name: group for group, each in known.items() for name in each}
    targets = _targets(document.get("targets"), of, notes)
    prior = _prior(notes.table(document, "parameters"), scenario, notes)
    if notes.problems:
        raise InputError(notes.problems)
    needed = dict.fromkeys(of[each.statistic] for each in targets)

    def found(values: Mapping[str, float], seed: int) -> dict[str, float]:
        world = changed(scenario, values)
        return {name: value for group in needed for name, value in groups[group](world, seed).items()}

    exact = list(needed) == ["lives"]
    return Problem(notes.text(document, "title", "file") or path.stem, prior, found, targets, exact, scenario.hash())


def _history(world: Scenario, seed: int) -> dict[str, float]:
    around = surroundings(world.places)
    country, years = history(world.places, world.diffusion, seed, around=around)
    return survey(world.places, around, country, years, seed)


def _outcomes(world: Scenario, design: Design, seed: int, years: int, start: int) -> dict[str, float]:
    tables = simulate(world, design, seed=seed, years=years, start_year=start, detail=False)
    return outcomes(tables, world.discount.rate, world.discount.societal_rate)


def _world(run: Table, beside: Path, notes: Notes) -> tuple[Scenario, Design]:
    """Read where worlds are lived, and under which design."""
    scenario, design = load_scenario(), load_design("status-quo")
    try:
        name = notes.text(run, "scenario", "run")
        scenario = load_scenario(beside / name) if name else scenario
        places = texts(run, "municipalities", "run", notes)
        scenario = select(scenario, places) if places else scenario
        design = load_design(notes.text(run, "design", "run") or "status-quo")
        check_design(design, scenario)
    except InputError as error:
        notes.problems += error.problems
    return scenario, design


def _prior(table: Table, scenario: Scenario, notes: Notes) -> dict[str, tuple[float, float]]:
    """Read the parameters and the bounds of each; nested tables are read as names with dots."""
    prior: dict[str, tuple[float, float]] = {}
    for name, bounds in _flat(table):
        parameter = parameter_of(name)
        if parameter not in scenario.quantities:
            notes.add("parameters", f"'{name}' is no parameter.{hint(parameter, scenario.quantities)}")
        elif not _ordered(bounds):
            notes.add(
                "parameters", f'"{name}" = {shown(bounds)}. Write the lowest and the highest value, such as [0.5, 2.0].'
            )
        else:
            prior[name] = (float(bounds[0]), float(bounds[1]))
            for said in wrong_in(name, pd.Series(prior[name]), scenario):
                notes.add("parameters", f'"{name}" = {shown(bounds)}: {said}')
    if not table:
        notes.add("parameters", f'is empty. Write lines such as "{TIMES}ladder.up_care" = [0.5, 2.0].')
    return prior


def _flat(table: Table, before: str = "") -> Iterable[tuple[str, Any]]:
    for name, value in table.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{before}{name}.")
        else:
            yield f"{before}{name}", value


def _ordered(bounds: object) -> bool:
    return (
        isinstance(bounds, list)
        and len(bounds) == 2
        and all(_number(each) for each in bounds)
        and float(bounds[0]) < float(bounds[1])
    )


def _number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and bool(np.isfinite(value))


def _targets(rows: object, known: Mapping[str, str], notes: Notes) -> tuple[Target, ...]:
    """Read the targets; each has a source, as every number from outside."""
    if not isinstance(rows, list) or not rows or not all(isinstance(each, Mapping) for each in rows):
        notes.add("targets", "are missing. Write [[targets]] with statistic, observed, tolerance and source for each.")
        return ()
    found = []
    for number, row in enumerate(rows, start=1):
        where = f"targets, number {number}"
        notes.keys(row, where, KEYS, KEYS)
        name = row.get("statistic")
        if "statistic" in row and name not in known:
            notes.add(where, f"statistic = {shown(name)} is not known.{hint(str(name), known)}")
        for key in ("observed", "tolerance"):
            if key in row and not _number(row[key]):
                notes.add(where, f"{key} = {shown(row[key])}. Write a number.")
            elif key == "tolerance" and key in row and row[key] <= 0:
                notes.add(where, f"tolerance = {shown(row[key])}. Write a number above 0: one standard deviation.")
        if not notes.problems:
            numbers = float(row["observed"]), float(row["tolerance"])
            found.append(Target(str(row["source"]), str(name), *numbers, "", str(name)))
    names = [str(row.get("statistic")) for row in rows]
    for name in sorted({each for each in names if names.count(each) > 1}):
        notes.add("targets", f"'{name}' is there twice.")
    return tuple(found)


def checked(problem: Problem, table: pd.DataFrame, seed: int, most: int = 200) -> pd.DataFrame:
    """Live worlds of a posterior anew, with luck of their own, and hold them against every target.

    Parameters
    ----------
    problem, table
        What was fitted, and the posterior: column weight, and one for each parameter.
    seed
        Names the luck of this check.
    most
        Worlds that are lived; rows are taken by weight, evenly (systematic resampling).

    Returns
    -------
    pandas.DataFrame
        Columns statistic, observed, tolerance, mean, p5, p95 (of the statistic over worlds of the posterior), p (share
        of worlds in which statistic and a miss of one tolerance, normal, come to more than was observed: near 0 or 1
        the fit is bad), worlds.
    """
    rng = np.random.default_rng([seed, 0xC4EC])
    weight = table["weight"].to_numpy(np.float64)
    number = min(most, len(table))
    steps = (rng.random() + np.arange(number)) / number
    rows = np.minimum(np.searchsorted(np.cumsum(weight / weight.sum()), steps, side="right"), len(table) - 1)
    worlds = [{name: float(table[name].iloc[row]) for name in problem.prior} for row in rows]
    lived = [problem.simulate(world, int(rng.integers(2**31))) for world in worlds]
    told = []
    for target in problem.targets:
        values = np.array([each[target.statistic] for each in lived])
        low, high = np.quantile(values, [0.05, 0.95])
        missed = values + target.tolerance * rng.normal(size=values.size)
        share = float((missed > target.observed).mean())
        told.append((target.statistic, target.observed, target.tolerance, values.mean(), low, high, share, number))
    return pd.DataFrame(told, columns=["statistic", "observed", "tolerance", "mean", "p5", "p95", "p", "worlds"])
