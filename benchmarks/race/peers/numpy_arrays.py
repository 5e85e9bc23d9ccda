"""NumPy: an array for each thing that is known of a child, as most would write it."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from .. import workload as w

PACKAGES = ("numpy",)


@dataclass
class World:
    """Children as arrays, shape (n,) each, and what each year gave."""

    municipality: w.Whole
    age: w.Whole
    level: w.Whole
    treated: np.ndarray
    luck: np.random.Generator
    cost: list[w.Floats] = field(default_factory=list)
    need: list[int] = field(default_factory=list)
    new: list[int] = field(default_factory=list)


def build(n: int, seed: int) -> World:
    """Make the world."""
    municipality, age, level = w.population(n)
    return World(municipality, age, level, np.zeros(n, bool), np.random.default_rng(seed))


def live(world: World, years: int) -> None:
    """Live the years."""
    for _ in range(years):
        one_year(world)


def one_year(world: World) -> None:
    """Move, lapse, cost, decision."""
    n, band = world.level.size, w.BAND[world.age]
    up = np.where(world.treated, w.TREATED_UP, 1.0) * w.UP[world.level, band]
    down = np.where(world.treated, w.TREATED_DOWN, 1.0) * w.DOWN[world.level, band]
    luck = world.luck.random(n)
    worse = luck < up
    better = ~worse & (luck < up + down)
    world.level = world.level + worse - better
    world.treated &= world.luck.random(n) >= w.LAPSE
    cost = w.COST[world.level, band]
    ledger = np.stack([np.bincount(world.municipality, cost[:, payer], w.MUNICIPALITIES) for payer in range(w.PAYERS)])
    in_need = np.flatnonzero(world.level >= w.IN_NEED)
    chosen = w.first_in_line(world.municipality, in_need, world.treated)
    world.treated[chosen] = True
    ledger[0] += w.TREATMENT_SEK * np.bincount(world.municipality[chosen], minlength=w.MUNICIPALITIES)
    world.age += 1
    world.cost.append(ledger.sum(axis=1))
    world.need.append(in_need.size)
    world.new.append(chosen.size)


def outputs(world: World) -> w.Outputs:
    """What came of it."""
    return w.Outputs(world.cost, world.need, world.new, np.bincount(world.level, minlength=w.LEVELS))
