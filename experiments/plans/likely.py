"""Likely worlds: every uncertain parameter at once, as far as sources and what was published let it lie.

A world has a number. `world` draws every parameter from its distribution by that number, and lays over it one row of
each posterior that comes with the model (spread of funds, outcome contracts, life course; the last one refitted to the
world, see `calibration.refitting`). How bodies behave in such a world was held against what is published of funds
(`stupror calibrate --what behaviour`); `worlds.csv` has the weight of each, and the factors of its life course.
So `likely` picks from one joint distribution over all parameters: what goes together in worlds that agree with
the data, goes together in runs. Read by `runner`, the commands, `validation` and the pages of the documentation.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property, partial
from pathlib import Path
from types import MappingProxyType
from typing import Protocol

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ...model.inputs.errors import InputError
from ...model.inputs.quantity import Value
from ...model.inputs.scenario import Scenario, load_scenario, luck
from ..data import DATA
from ..files.foreign import number_table
from .posterior import TIMES, Posterior, parameter_of, read_posterior, shipped, values_of

__all__ = [
    "LIKELY",
    "POINT",
    "PRIORS",
    "SHIPPED_WORLDS",
    "Draws",
    "Worlds",
    "drawing",
    "likely",
    "place",
    "read_worlds",
    "shipped_worlds",
    "world",
]

SHIPPED_WORLDS = DATA / "worlds.csv"
LIKELY, PRIORS, POINT = "likely", "priors", "point"  # how worlds are drawn, as manifests name it
NOTHING: Mapping[str, Value] = MappingProxyType({})
PARTS = ("diffusion", "contracts", "life-course")


class Worlds(Protocol):
    """How the world of a seed is drawn from a scenario; `values` by path are laid over what is drawn."""

    def __call__(self, scenario: Scenario, seed: int, /, values: Mapping[str, Value] = ...) -> Scenario:
        """Draw it."""
        ...


_GOLDEN = 0.6180339887498949  # the golden ratio's part: seeds 1, 2, 3 ... spread evenly over the weights


@dataclass(frozen=True, eq=False)
class Draws:
    """Numbers of worlds with their weights (which sum to 1), and what each gave: columns as in `worlds.csv`."""

    table: pd.DataFrame

    @property
    def weight(self) -> NDArray[np.float64]:
        """Weight of each row, shape (n,)."""
        return self.table["weight"].to_numpy(np.float64)

    def life(self, number: int) -> dict[str, float]:
        """Return the factors of the life course in the world of a number, refitted to it; none if it is not there."""
        return dict(self._lives.get(number, {}))

    @cached_property
    def _lives(self) -> dict[int, dict[str, float]]:
        names = [str(name) for name in self.table if str(name).startswith(TIMES)]
        rows = zip(self.table["world"].tolist(), self.table[names].to_dict("records"), strict=True)
        return {number: {str(name): float(value) for name, value in row.items()} for number, row in rows}

    def pick(self, seed: int) -> int:
        """Return the number of the world of a seed: the same for the same seed, and well spread over seeds in a row."""
        at = np.searchsorted(np.cumsum(self.weight), (seed * _GOLDEN) % 1.0, side="right")
        return int(self.table["world"].iloc[min(int(at), len(self.table) - 1)])


def read_worlds(path: Path = SHIPPED_WORLDS) -> Draws:
    """Read weighted worlds as `stupror calibrate --what behaviour` wrote them.

    Raises
    ------
    InputError
        If the file cannot be read, or has no `world` and `weight` that can be used.
    """
    table, lines, _ = number_table(path, "stupror calibrate --what behaviour", ("world", "weight"))
    problems = [f"{path}: column '{name}' is missing." for name in ("world", "weight") if name not in table]
    if not problems:
        wrong = np.flatnonzero(
            (table["world"] < 0) | (table["world"] != np.rint(table["world"])) | (table["weight"] < 0)
        )
        problems = [
            f"{path}, line {lines[at]}: a world has a whole number, and a weight of 0 or more." for at in wrong[:1]
        ]
        if table["world"].duplicated().any():
            problems.append(f"{path}: a world stands there twice.")
        if not table["weight"].sum() > 0:
            problems.append(f"{path}: needs worlds, with some weight above 0.")
    if problems:
        raise InputError(problems)
    table["world"] = table["world"].astype(int)
    return Draws(table.assign(weight=table["weight"] / table["weight"].sum()))


def world(
    scenario: Scenario,
    number: int,
    life: Mapping[str, float] | None = None,
    values: Mapping[str, Value] = NOTHING,
) -> Scenario:
    """Return the world of a number: everything drawn, and a row of each posterior that comes with the model laid over.

    Whatever the scenario sets otherwise than the built-in one keeps its value, or is drawn from the distribution that
    the scenario gives it. A factor is on the scenario's own value, as it was fitted, and not on a drawn one. `life` has
    the factors of the life course, for a world that is not among those that come with the model (`Draws.life`).
    `values` by path are laid over all of it.
    """
    own = _own(scenario)
    row = {name: value for part in _parts() for name, value in part.pick(number).items()}
    row |= shipped_worlds().life(number) if life is None else life
    laid_over = values_of(scenario, {name: row[name] for name in row if parameter_of(name) not in own})
    return scenario.draw(number, {path for path, given in own.items() if not given}, {**laid_over, **values})


def place(number: int, path: str) -> float:
    """Say where in its distribution a parameter lies in the world of a number: a probability, 0.5 in the middle.

    For a parameter that a posterior lays over, that distribution is the posterior's. Factors on lists do not count.
    """
    laid = _laid().get(path)
    return luck(number, path) if laid is None else laid[1][laid[0].picked(number)]


def likely(scenario: Scenario, seed: int, values: Mapping[str, Value] = NOTHING) -> Scenario:
    """Return a likely world, picked by the seed, with `values` by path laid over it."""
    return world(scenario, shipped_worlds().pick(seed), values=values)


def drawing(*, point: bool = False, priors: bool = False, posteriors: Sequence[Posterior] = ()) -> Worlds:
    """Return how the world of a seed is drawn from a scenario.

    Parameters
    ----------
    point
        Every parameter at its central value.
    priors
        Every parameter from its distribution in the parameter files alone, whatever was fitted.
    posteriors
        Rows of these are laid over what is drawn (or not). A factor is on the scenario's own value, as it was fitted.

    Raises
    ------
    InputError
        If both `point` and `priors` are asked for.
    """
    if point and priors:
        raise InputError(["point and priors exclude each other: central values are not drawn. Give one of them."])
    if point:
        draw: Worlds = _as_it_stands
    else:
        draw = _from_priors if priors else likely
    return partial(_laid_over, draw, tuple(posteriors)) if posteriors else draw


def which(*, point: bool, priors: bool) -> str:
    """Name the way that worlds are drawn, as a manifest does."""
    return POINT if point else PRIORS if priors else LIKELY


def _laid_over(
    draw: Worlds,
    posteriors: tuple[Posterior, ...],
    scenario: Scenario,
    seed: int,
    values: Mapping[str, Value] = NOTHING,
) -> Scenario:
    row = {name: value for posterior in posteriors for name, value in posterior.pick(seed).items()}
    return draw(scenario, seed).with_values({**values_of(scenario, row), **values})


def _from_priors(scenario: Scenario, seed: int, values: Mapping[str, Value] = NOTHING) -> Scenario:
    return scenario.draw(seed, values=values)


def _as_it_stands(scenario: Scenario, _seed: int, values: Mapping[str, Value] = NOTHING) -> Scenario:
    return scenario.with_values(values) if values else scenario


def _own(scenario: Scenario) -> dict[str, bool]:
    """Paths of the parameters that a scenario has changed, and whether it gives them a distribution of their own."""
    usual = load_scenario().quantities
    return {
        path: usual[path].distribution != q.distribution
        for path, q in scenario.quantities.items()
        if path in usual and (usual[path].value, usual[path].distribution) != (q.value, q.distribution)
    }


@cache
def shipped_worlds() -> Draws:
    """Return the weighted worlds that come with the model."""
    return read_worlds()


@cache
def _parts() -> tuple[Posterior, ...]:
    return tuple(read_posterior(shipped(name), load_scenario()) for name in PARTS)


@cache
def _laid() -> dict[str, tuple[Posterior, list[float]]]:
    """Give the part that lays over a parameter, and by row which share of its weight lies below, half of its equals."""
    found = {}
    for part in _parts():
        for name in part.table:
            column = part.table[name].to_numpy(np.float64)
            below = [part.weight * ((column < value) + 0.5 * (column == value)) for value in column]
            found[str(name)] = part, [math.fsum(each.tolist()) for each in below]
    return found
