"""What becomes of everybody after the last simulated year, as the exact expectation. Read by `lives`."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..children.forecast import LifeTables, life_tables, occupancy
from ..children.ladder import LAST_AGE, N_AGES, N_LEVELS, N_STATES
from ..inputs.compiled import kernel
from ..state import State
from ..world import World

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
    n = helped.n
    age = last - helped.born[:n].astype(np.int64)
    alive = age <= LAST_AGE
    shadows = np.zeros((N_AGES, N_STATES))
    np.add.at(shadows, (age[alive], state.children.population.state[helped.child[:n]][alive]), 1.0)
    shadow = np.zeros_like(without)
    _onwards(shadows, ages, np.zeros(N_AGES, np.int64), none, tables_, shadow)
    # Count by (intervention and whether it was left, years since the start, age, state); then one row per group that
    # has anybody.
    shape = (len(world.menu.effects), world.years + 1, N_AGES, N_STATES)
    where = (
        helped.intervention[:n] + len(world.menu.items) * helped.leaves[:n].astype(np.int64),
        last + 1 - helped.start_year[:n].astype(np.int64),
        age,
        helped.treated[:n].astype(np.int64),
    )
    counted = np.bincount(np.ravel_multi_index([each[alive] for each in where], shape), minlength=np.prod(shape))
    states = counted.reshape(-1, N_STATES).astype(np.float64)
    some = np.flatnonzero(states.any(axis=1))
    kind, years_in, group_age = np.unravel_index(some, shape[:-1])
    treated = np.zeros_like(without)
    if some.size:
        _onwards(states[some], group_age, years_in, world.menu.effects[kind], tables_, treated)
    return without - shadow + treated, without
