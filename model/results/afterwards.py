"""What becomes of everybody after the last simulated year, as the exact expectation. Read by `lives`."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ..children.carrying import SIDE, LifeTables, carry
from ..children.forecast import life_tables, with_several
from ..children.ladder import LAST_AGE, N_AGES, N_FRAILTY, N_LEVELS, N_RECORDS, N_STATES, Ladder
from ..children.lifecourse import fading
from ..children.participants import Participants
from ..inputs.compiled import as_read, kernel
from ..state import State
from ..world import World

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]


@kernel
def _states_by_age(
    last_year: int, births_from: int, offsets: NDArray[np.int64], state: NDArray[np.uint8], counted: NDArray[np.float64]
) -> None:
    """Count untreated lives by (age, state) after `last_year` into `counted`, shape (N_AGES, N_STATES)."""
    for m in range(offsets.shape[0]):
        for cohort in range(offsets.shape[1] - 1):
            age = last_year - births_from - cohort
            if 0 <= age <= LAST_AGE:
                for i in range(offsets[m, cohort], offsets[m, cohort + 1]):
                    counted[age, state[i]] += 1.0


class Lives(NamedTuple):
    """Groups of lives ahead, shape (n,) each unless said; sorted by age and frailty, `programmes` -1 for none."""

    age: Whole
    frailty: Whole
    programmes: Whole  # (n, most programmes in a life), the last one first
    kinds: Whole  # the same shape: row of `Menu.effects` that acts
    years_in: Whole  # the same shape: since its start, in the first year ahead
    weight: Floats  # (n, N_RECORDS * N_LEVELS): how many are in each state of this frailty


def afterwards(world: World, state: State) -> tuple[Floats, Floats]:
    """Expected number at each level by year after the last one and age, with help and without."""
    last, helped, people = world.last_year, state.children.participants, state.children.population
    everybody = np.zeros((N_AGES, N_STATES))
    _states_by_age(last, people.births_from, people.offsets, people.state, everybody)
    latest = np.flatnonzero(~helped.again[: helped.n] & (last - helped.born[: helped.n] <= LAST_AGE))
    age = last - helped.born[latest].astype(np.int64)
    number = age * N_STATES + people.state[helped.child[latest]]
    shadows = np.bincount(number, minlength=N_AGES * N_STATES).reshape(N_AGES, N_STATES)
    without, never = (ahead_without_help(world.ladder, each.tobytes()) for each in (everybody, everybody - shadows))
    return never + ahead_of_helped(world, helped, latest), without


@lru_cache(maxsize=4)  # the same for all designs of a world and seed
def ahead_without_help(ladder: Ladder, states: bytes) -> Floats:
    """As `ahead`, of lives without any programme. `states` is their number by (age, state), floats as bytes."""
    nothing, later = as_read(np.ones((1, 5))), np.zeros((LAST_AGE, N_AGES, N_LEVELS))
    lives = _never_helped(np.frombuffer(states).reshape(N_AGES, N_STATES))
    _add_up(lives, (nothing, fading(nothing), 0.0), life_tables(ladder), later)
    later.flags.writeable = False
    return later


def ahead_of_helped(world: World, helped: Participants, rows: Whole) -> Floats:
    """Expected number of these participants at each level by year and age, as `ahead`."""
    result = np.zeros((LAST_AGE, N_AGES, N_LEVELS))
    for once in (True, False):  # most have had one programme, and are counted in fewer columns
        some = rows[(helped.before[rows] < 0) == once]
        if some.size:
            result += ahead(world, _helped(world, helped, some))
    return result


def ahead(world: World, lives: Lives) -> Floats:
    """Expected number at each level by year after the last one and age, shape (LAST_AGE, N_AGES, N_LEVELS)."""
    effects = as_read(world.menu.effects)
    later = np.zeros((LAST_AGE, N_AGES, N_LEVELS))
    _add_up(lives, (effects, fading(effects), world.spec.project.overlap), life_tables(world.ladder), later)
    return later


def _never_helped(states: Floats) -> Lives:
    """Groups of lives without any programme, from their number by (age, state)."""
    weight = states.reshape(N_AGES * N_FRAILTY, -1)
    some = np.flatnonzero(weight.any(axis=1))
    none = np.full((some.size, 1), -1)
    return Lives(some // N_FRAILTY, some % N_FRAILTY, none, none, none, weight[some])


def _helped(world: World, helped: Participants, rows: Whole) -> Lives:
    """Groups of participants who are of one age and frailty and have had the same programmes at the same times."""
    state = helped.treated[rows].astype(np.int64)
    frailty, within = np.divmod(state, N_RECORDS * N_LEVELS)
    key = (world.last_year - helped.born[rows].astype(np.int64)) * N_FRAILTY + frailty
    kinds, years_in = _had(world, helped, rows)
    for kind, since in zip(kinds.T, years_in.T, strict=True):
        key = (key * (len(world.menu.effects) + 1) + kind + 1) * (N_AGES + 1) + since + 1
        key = pd.factorize(key, sort=True)[0]  # numbered anew, in the same order
    each = N_RECORDS * N_LEVELS
    example = np.empty(int(key.max()) + 1, np.int64)
    example[key] = np.arange(rows.size)
    weight = np.bincount(key * each + within, minlength=example.size * each).reshape(-1, each).astype(np.float64)
    age, kinds = world.last_year - helped.born[rows[example]].astype(np.int64), kinds[example]
    programmes = np.where(kinds >= 0, kinds % len(world.menu.items), -1)
    return Lives(age, frailty[example], programmes, kinds, years_in[example], weight)


def _had(world: World, helped: Participants, rows: Whole) -> tuple[Whole, Whole]:
    """Row of `Menu.effects` that acts on each, and years since the start, by programme from the last to the first.

    Shape (n, most programmes in a life) each, -1 where there is none.
    """
    kinds, years_in, at = [], [], rows
    while (at >= 0).any():
        had = at >= 0
        kind = helped.intervention[at] + len(world.menu.items) * helped.leaves[at].astype(np.int64)
        kinds.append(np.where(had, kind, -1))
        years_in.append(np.where(had, world.last_year + 1 - helped.start_year[at].astype(np.int64), -1))
        at = np.where(had, helped.before[at], -1).astype(np.int64)
    return np.stack(kinds, axis=1), np.stack(years_in, axis=1)


def _add_up(lives: Lives, effects: tuple[Floats, Floats, float], tables: LifeTables, later: Floats) -> None:
    """Add the expected levels of all groups to `later[year, age, level]`; `effects` as in `with_several`."""
    each = N_STATES // N_FRAILTY
    for frailty in range(N_FRAILTY):  # side by side are those of one frailty, so that a third of the states is enough
        mine = np.flatnonzero((lives.frailty == frailty) & (lives.age < LAST_AGE))
        for first in range(0, mine.size, SIDE):
            some = mine[first : first + SIDE]
            n, ages = some.size, lives.age[some]
            states, factors = np.zeros((N_STATES, n)), np.ones((LAST_AGE - ages[0], 3, n))
            states[frailty * each : (frailty + 1) * each] = lives.weight[some].T
            _with_each(ages, (lives.programmes[some], lives.kinds[some], lives.years_in[some]), effects, factors)
            levels = np.empty((LAST_AGE - ages[0], N_LEVELS, n))
            carry(states, ages, factors, tables, levels)
            _count(levels, ages, later)


@kernel
def _with_each(
    ages: Whole, had: tuple[Whole, Whole, Whole], effects: tuple[Floats, Floats, float], factors: Floats
) -> None:
    """Fill `factors` of lives at these ages; `had` are programmes, kinds and years since their start, -1 for none."""
    programmes, kinds, since = had
    for i in range(ages.size):
        n = 0
        while n < kinds.shape[1] and kinds[i, n] >= 0:
            n += 1
        if n > 0:
            with_several(programmes[i, :n], kinds[i, :n], since[i, :n], effects, factors[: LAST_AGE - ages[i], :, i])


@kernel
def _count(levels: Floats, ages: Whole, later: Floats) -> None:
    """Add what becomes of lives at these ages, by (year, level, life), to `later[year, age, level]`."""
    for i in range(ages.size):
        for t in range(LAST_AGE - ages[i]):
            for level in range(N_LEVELS):
                later[t, ages[i] + 1 + t, level] += levels[t, level, i]
