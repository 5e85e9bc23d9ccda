"""What becomes of everybody after the last simulated year, as the exact expectation. Read by `lives`."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..children.forecast import LifeTables, carry, life_tables, occupancy, with_several
from ..children.ladder import LAST_AGE, N_AGES, N_LEVELS, N_STATES
from ..children.participants import Participants
from ..inputs.compiled import kernel
from ..state import State
from ..world import World

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]
_NO_EFFECT = np.array([1.0, 1.0, 1.0, 1.0, 1.0])


@kernel
def _states_by_age(
    last_year: int, births_from: int, offsets: NDArray[np.int64], state: NDArray[np.uint8]
) -> NDArray[np.float64]:
    """Count untreated lives by (age, state) after `last_year`, shape (N_AGES, N_STATES)."""
    result = np.zeros((LAST_AGE + 1, N_STATES))
    for m in range(offsets.shape[0]):
        for cohort in range(offsets.shape[1] - 1):
            age = last_year - births_from - cohort
            if 0 <= age <= LAST_AGE:
                for i in range(offsets[m, cohort], offsets[m, cohort + 1]):
                    result[age, state[i]] += 1.0
    return result


@kernel
def _onwards(
    groups: NDArray[np.float64],
    age: NDArray[np.int64],
    years_in: NDArray[np.int64],
    effects: NDArray[np.float64],
    tables: LifeTables,
    later: NDArray[np.float64],
) -> None:
    """Add the expected levels of groups of lives to `later[year, age, level]`; `groups` is by (group, state)."""
    years = later.shape[0]
    levels, states = np.empty((years, N_LEVELS)), np.empty(N_STATES)
    for g in range(groups.shape[0]):
        occupancy(groups[g], age[g], years, years_in[g], effects[g], tables, levels, states)
        for t in range(min(years, LAST_AGE - age[g])):
            for level in range(N_LEVELS):
                later[t, age[g] + 1 + t, level] += levels[t, level]


def afterwards(world: World, state: State) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Expected number at each level by year after the last one and age, with help and without."""
    last, helped, tables_ = world.start_year + world.years - 1, state.children.participants, life_tables(world.ladder)
    everybody = _states_by_age(
        last, state.children.population.births_from, state.children.population.offsets, state.children.population.state
    )
    ages = np.arange(N_AGES)
    none = np.tile(_NO_EFFECT, (N_AGES, 1))
    without = np.zeros((LAST_AGE, N_AGES, N_LEVELS))
    _onwards(everybody, ages, np.zeros(N_AGES, np.int64), none, tables_, without)
    latest = np.flatnonzero(~helped.again[: helped.n] & (last - helped.born[: helped.n] <= LAST_AGE))
    age = last - helped.born[latest].astype(np.int64)
    shadows = np.zeros((N_AGES, N_STATES))
    np.add.at(shadows, (age, state.children.population.state[helped.child[latest]]), 1.0)
    shadow = np.zeros_like(without)
    _onwards(shadows, ages, np.zeros(N_AGES, np.int64), none, tables_, shadow)
    treated = np.zeros_like(without)
    first = helped.before[latest] < 0
    _after_one(world, helped, latest[first], treated)
    _after_several(world, helped, latest[~first], treated)
    return without - shadow + treated, without


def _after_one(world: World, helped: Participants, rows: Whole, later: Floats) -> None:
    """Add the years ahead of participants in their first programme to `later`, see `_onwards`."""
    # Count by (intervention and whether it was left, years since the start, age, state); then one row per group that
    # has anybody.
    last, shape = world.last_year, (len(world.menu.effects), world.years + 1, N_AGES, N_STATES)
    where = (
        _effect_of(world, helped, rows),
        last + 1 - helped.start_year[rows].astype(np.int64),
        last - helped.born[rows].astype(np.int64),
        helped.treated[rows].astype(np.int64),
    )
    counted = np.bincount(np.ravel_multi_index(where, shape), minlength=np.prod(shape))
    states = counted.reshape(-1, N_STATES).astype(np.float64)
    some = np.flatnonzero(states.any(axis=1))
    kind, years_in, age = np.unravel_index(some, shape[:-1])
    if some.size:
        _onwards(states[some], age, years_in, world.menu.effects[kind], life_tables(world.ladder), later)


def _after_several(world: World, helped: Participants, rows: Whole, later: Floats) -> None:
    """The same for those who have had several programmes."""
    if not rows.size:
        return
    last = world.last_year
    columns, at = [last - helped.born[rows].astype(np.int64)], rows
    while (at >= 0).any():  # from the last programme back to the first; -1 where there is none
        had = at >= 0
        columns.append(np.where(had, _effect_of(world, helped, at), -1))
        columns.append(np.where(had, last + 1 - helped.start_year[at].astype(np.int64), -1))
        at = np.where(had, helped.before[at], -1).astype(np.int64)
    keys, group = np.unique(np.stack(columns, axis=1), axis=0, return_inverse=True)
    states = np.zeros((len(keys), N_STATES))
    np.add.at(states, (group.ravel(), helped.treated[rows]), 1.0)
    effects, tables_ = np.asarray(world.menu.effects), life_tables(world.ladder)
    _onwards_several(states, keys, effects, (len(world.menu.items), world.spec.project.overlap), tables_, later)


def _effect_of(world: World, helped: Participants, rows: Whole) -> Whole:
    """Row of `Menu.effects` that acts on each of these participants."""
    return np.asarray(helped.intervention[rows] + len(world.menu.items) * helped.leaves[rows].astype(np.int64))


@kernel
def _onwards_several(
    groups: Floats, keys: Whole, effects: Floats, rule: tuple[int, float], tables: LifeTables, later: Floats
) -> None:
    """Add the expected levels of groups of lives with several programmes to `later[year, age, level]`.

    `keys` is by group: age, then the row of `effects` and the years since the start of each programme, -1 for none;
    `rule` is the number of programmes on offer and the overlap.
    """
    years, (n_items, overlap) = later.shape[0], rule
    levels, states = np.empty((years, N_LEVELS)), np.empty(N_STATES)
    for g in range(groups.shape[0]):
        age, n = keys[g, 0], 0
        while 1 + 2 * n < keys.shape[1] and keys[g, 1 + 2 * n] >= 0:
            n += 1
        rows = keys[g, 1 : 1 + 2 * n : 2].copy()
        factors = np.empty((min(years, LAST_AGE - age), 3))
        with_several(rows % n_items, effects[rows], keys[g, 2 : 2 + 2 * n : 2].copy(), overlap, factors)
        carry(groups[g], age, factors, tables, levels, states)
        for t in range(factors.shape[0]):
            for level in range(N_LEVELS):
                later[t, age + 1 + t, level] += levels[t, level]
