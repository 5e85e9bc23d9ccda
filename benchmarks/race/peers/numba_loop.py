"""Numba: one loop over the children, as somebody who knows Numba would write this ladder and nothing else."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numba import njit

from .. import workload as w

PACKAGES = ("numba", "numpy")
UP, DOWN, COST, BAND = w.UP, w.DOWN, w.COST, w.BAND
TREATED_UP, TREATED_DOWN, LAPSE = w.TREATED_UP, w.TREATED_DOWN, w.LAPSE
IN_NEED, TREATMENT_SEK, MUNICIPALITIES, PAYERS = w.IN_NEED, w.TREATMENT_SEK, w.MUNICIPALITIES, w.PAYERS


@dataclass
class World:
    """Children as arrays, shape (n,) each, and what each year gave."""

    home: w.Whole
    age: w.Whole
    level: w.Whole
    treated: np.ndarray
    luck: np.random.Generator
    cost: list[w.Floats] = field(default_factory=list)
    need: list[int] = field(default_factory=list)
    new: list[int] = field(default_factory=list)


@njit
def one_year(home, age, level, treated, luck):
    """Move, lapse, cost, decision; return the ledger by (payer, municipality), who is in need, who is newly treated."""
    ledger, need = np.zeros((PAYERS, MUNICIPALITIES)), np.zeros(MUNICIPALITIES, np.int64)
    for i in range(level.size):
        band = BAND[age[i]]
        up, down = UP[level[i], band], DOWN[level[i], band]
        if treated[i]:
            up *= TREATED_UP
            down *= TREATED_DOWN
        draw = luck.random()
        if draw < up:
            level[i] += 1
        elif draw < up + down:
            level[i] -= 1
        if treated[i] and luck.random() < LAPSE:
            treated[i] = False
        for payer in range(PAYERS):
            ledger[payer, home[i]] += COST[level[i], band, payer]
        if level[i] >= IN_NEED:
            need[home[i]] += 1
        age[i] += 1
    left = 1 + need // 10
    new = 0
    for i in range(level.size):
        if level[i] >= IN_NEED and not treated[i] and left[home[i]] > 0:
            treated[i] = True
            left[home[i]] -= 1
            ledger[0, home[i]] += TREATMENT_SEK
            new += 1
    return ledger, need.sum(), new


def build(n: int, seed: int) -> World:
    """Make the world."""
    home, age, level = w.population(n)
    return World(home, age, level, np.zeros(n, np.bool_), np.random.default_rng(seed))


def live(world: World, years: int) -> None:
    """Live the years."""
    for _ in range(years):
        ledger, need, new = one_year(world.home, world.age, world.level, world.treated, world.luck)
        world.cost.append(ledger.sum(axis=1))
        world.need.append(need)
        world.new.append(new)


def outputs(world: World) -> w.Outputs:
    """What came of it."""
    return w.Outputs(world.cost, world.need, world.new, np.bincount(world.level, minlength=w.LEVELS))
