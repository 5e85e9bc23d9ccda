"""stupror: children are moved and counted by the model's own yearly kernel, with this workload's tables in it.

`lifecourse.live_untreated` is what the model runs; the tables are arguments. A state is ``treated * 5 + level``. What
the model has no rule for is written here: treatments end in NumPy, municipalities decide in a small kernel. The kernel
does a little more than is asked (120 states where 10 are used, an exam at sixteen that nobody fails).
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numba import njit

from stupror.model.children.draws import MOVE, draws, threshold
from stupror.model.children.ladder import N_AGES, N_LEVELS, N_STATES, Ladder, kernel_tables
from stupror.model.children.lifecourse import Homes, Untreated, When, live_untreated

from .. import workload as w

PACKAGES = ("stupror", "numba", "numpy")
STATES = 2 * w.LEVELS
IN_NEED, UNTREATED = np.uint8(w.IN_NEED), np.uint8(N_LEVELS - w.IN_NEED)  # a state is in need from one, below both


@dataclass
class World:
    """Children by municipality, year of birth and number: one byte each for the state."""

    homes: Homes
    state: np.ndarray
    number: np.ndarray  # by which a municipality knows who is first in line
    tables: Untreated
    counts: np.ndarray  # by (municipality, age, level)
    treated: np.ndarray  # places of the treated
    seed: int
    luck: np.random.Generator
    cost: list[w.Floats] = field(default_factory=list)
    need: list[int] = field(default_factory=list)
    new: list[int] = field(default_factory=list)


def tables() -> Untreated:
    """The workload's probabilities as the kernel's thresholds."""
    move, target = np.zeros((N_AGES, N_STATES, N_LEVELS)), np.zeros((2, N_STATES, N_LEVELS), np.uint8)
    band = w.BAND[:N_AGES]
    for state in range(STATES):
        treated, level = divmod(state, N_LEVELS)
        target[:, state] = treated * N_LEVELS + np.arange(N_LEVELS)
        up = w.UP[level, band] * (w.TREATED_UP if treated else 1.0)
        down = w.DOWN[level, band] * (w.TREATED_DOWN if treated else 1.0)
        move[:, state, level] = 1.0 - up - down
        if level + 1 < N_LEVELS:
            move[:, state, level + 1] = up
        if level:
            move[:, state, level - 1] = down
    edges = threshold(np.cumsum(move, axis=2)[:, :, :-1])
    nobody, birth = np.zeros(N_STATES), np.eye(1, N_STATES)[0]
    ladder = Ladder(move, edges, target, nobody, threshold(nobody), birth)
    return Untreated(*kernel_tables(ladder, np.tile(birth, (w.MUNICIPALITIES, 1))))


def build(n: int, seed: int) -> World:
    """Make the world: the oldest cohort first, so that a cohort's age in year 0 is 25 less its place."""
    place, age, level = w.population(n)
    cell = place * w.FIRST_AGES + (w.FIRST_AGES - 1 - age)
    order = np.argsort(cell, kind="stable")
    starts = np.searchsorted(cell[order], np.arange(w.MUNICIPALITIES * w.FIRST_AGES + 1))
    cohorts = w.FIRST_AGES + w.YEARS  # nobody is born after year 0
    offsets = np.repeat(starts[w.FIRST_AGES :: w.FIRST_AGES], cohorts + 1).reshape(w.MUNICIPALITIES, cohorts + 1)
    offsets[:, : w.FIRST_AGES] = starts[:-1].reshape(w.MUNICIPALITIES, w.FIRST_AGES)
    homes = Homes(1 - w.FIRST_AGES, np.arange(w.MUNICIPALITIES), offsets.astype(np.int64))
    counts = np.zeros((w.MUNICIPALITIES, N_AGES, N_LEVELS), np.int32)
    older = age > 0
    np.add.at(counts, (place[older], age[older] - 1, level[older]), 1)  # as if left by the year before
    return World(
        homes, level[order].astype(np.uint8), order.astype(np.int32), tables(), counts, np.empty(0, np.int64), seed,
        np.random.default_rng(seed),
    )  # fmt: skip


def live(world: World, years: int) -> None:
    """Live the years."""
    for year in range(years):
        one_year(world, year)


def one_year(world: World, year: int) -> None:
    """Move, lapse, cost, decision."""
    homes, state, counts = world.homes, world.state, world.counts
    lapsed = world.luck.random(world.treated.size) < w.LAPSE
    when = When(year, world.seed)
    if year == 0:  # the kernel would draw a level for those of age 0, who have one
        offsets = homes.offsets.copy()
        offsets[:, w.FIRST_AGES] = offsets[:, w.FIRST_AGES - 1]
        live_untreated(0, w.MUNICIPALITIES, when, homes._replace(offsets=offsets), state, world.tables, counts)
        move_youngest(world)
    else:
        live_untreated(0, w.MUNICIPALITIES, when, homes, state, world.tables, counts)
    state[world.treated[lapsed]] -= np.uint8(N_LEVELS)
    mine = counts[:, year : year + w.FIRST_AGES]
    price = w.COST[:, w.BAND[year : year + w.FIRST_AGES]].swapaxes(0, 1).reshape(-1, w.PAYERS)
    ledger = (mine.reshape(w.MUNICIPALITIES, -1) @ price).T
    need = mine[:, :, IN_NEED:].sum(axis=(1, 2))
    chosen, by_home = decide(homes.offsets[:, :: w.FIRST_AGES], state, world.number, w.capacity(need))
    world.treated = np.concatenate([world.treated[~lapsed], chosen])
    ledger[0] += w.TREATMENT_SEK * by_home
    world.cost.append(ledger.sum(axis=1))
    world.need.append(int(need.sum()))
    world.new.append(chosen.size)


def move_youngest(world: World) -> None:
    """Live year 0 of the children of age 0."""
    edges, offsets = world.tables.move[0], world.homes.offsets
    for place in range(w.MUNICIPALITIES):
        mine = world.state[offsets[place, w.FIRST_AGES - 1] : offsets[place, w.FIRST_AGES]]
        luck = draws(world.seed, MOVE, place, 0, 0, mine.size)
        mine[:] = (luck[:, None] >= edges[mine]).sum(axis=1)
        world.counts[place, 0] = np.bincount(mine, minlength=N_LEVELS)


@njit(cache=True)
def decide(edges, state, number, most):
    """Treat those first in line; return their places, and how many they are by municipality."""
    chosen, chosen_here = np.empty(most.sum(), np.int64), np.zeros(most.size, np.int64)
    total = 0
    longest = 0
    for m in range(most.size):
        longest = max(longest, edges[m, 1] - edges[m, 0])
    waiting = np.empty(longest + 1, np.int64)
    for m in range(most.size):
        n = 0
        for i in range(edges[m, 0], edges[m, 1]):  # without a branch: who is not in need is written over
            waiting[n] = i
            n += np.int64(np.uint8(state[i] - IN_NEED) < UNTREATED)
        last = np.int32(2**31 - 1)
        if n > most[m]:
            last = np.partition(number[waiting[:n]], most[m] - 1)[most[m] - 1]
        for j in range(n):
            i = waiting[j]
            if number[i] <= last:
                state[i] += np.uint8(N_LEVELS)
                chosen[total] = i
                total += 1
                chosen_here[m] += 1
    return chosen[:total], chosen_here


def outputs(world: World) -> w.Outputs:
    """What came of it."""
    return w.Outputs(world.cost, world.need, world.new, np.bincount(world.state % N_LEVELS, minlength=w.LEVELS))
