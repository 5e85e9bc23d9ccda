"""What a calibration fits to what: the parameters and where they may lie, what a world gives, and the targets.

Three problems: the spread of funds, the outcome contracts among them, and the life course. Reads `survey`, `lives`
and the lists in `data/`; used by `abc`, the command `calibrate`, and validation.
"""

from __future__ import annotations

import csv
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from ...model.inputs.places import PRICE_YEAR, price_factors
from ...model.inputs.scenario import Scenario
from ...model.practice import Surroundings, history, surroundings
from ..data import DATA
from ..patterns.prevalence import lives
from ..patterns.survey import survey
from ..plans.posterior import TIMES, values_of

__all__ = [
    "BEHAVIOUR",
    "DATA",
    "PROBLEMS",
    "Problem",
    "Target",
    "contracts_problem",
    "diffusion_problem",
    "life_course_problem",
    "targets",
]

PROBLEMS = ("diffusion", "contracts", "life-course")
BEHAVIOUR = "behaviour"  # fitted by weights of whole worlds, see `weighing`


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
    """A calibration: where each parameter may lie, what a world gives, the targets, and if it is without luck.

    `scenario` is the hash of the scenario in which worlds are lived.
    """

    name: str
    prior: Mapping[str, tuple[float, float]]
    simulate: Callable[[Mapping[str, float], int], dict[str, float]]  # parameters, seed -> statistics
    targets: tuple[Target, ...]
    exact: bool = False
    scenario: str = ""


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
    """Calibrate the spread to D1-D5, or with the name `contracts` the outcome contracts to D7.

    The whole country only, since the surveys were of it. `parameters` (all of `calibration.toml` unless given) and
    `observed` (statistics in place of the published ones) are for tests of recovery.
    """
    chosen = parameters or tuple(_varied(name)["parameters"])
    around: Surroundings = surroundings(scenario.places)

    def simulate(values: Mapping[str, float], seed: int) -> dict[str, float]:
        group: dict[str, Any] = {path.removeprefix("diffusion."): value for path, value in values.items()}
        country, years = history(scenario.places, replace(scenario.diffusion, **group), seed, around=around)
        return survey(scenario.places, around, country, years, seed)

    prior = {path: (float(low), float(high)) for path in chosen for low, high in [scenario.quantities[path].range]}
    return Problem(name, prior, simulate, _observed(targets(name), observed), scenario=scenario.hash())


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
    return Problem("life-course", prior, simulate, targets("life-course"), exact=True, scenario=scenario.hash())


def _observed(known: tuple[Target, ...], instead: Mapping[str, float] | None) -> tuple[Target, ...]:
    return known if instead is None else tuple(replace(t, observed=instead[t.statistic]) for t in known)
