"""What lives are expected to cost whom: the exact Markov solution of the ladder.

The same probabilities that move children one draw at a time are here multiplied out, so a forecast has no sampling
error. Bodies use it, under what they believe about effects, to see what a programme would save them; the results use
it for the lives that go on after the last simulated year. Reads `ladder` and `lifecourse`; read by `cells`, `bodies`,
`results` and the tests.
"""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from ..inputs.compiled import kernel
from ..inputs.life_course import InterventionParameters
from .ladder import (
    ADULT_AGE,
    EXAM_AGE,
    INSECURE,
    LAST_AGE,
    N_AGES,
    N_LEVELS,
    N_RECORDS,
    N_STATES,
    NOT_ELIGIBLE,
    PLACED,
    SENTENCED,
    WORST,
    Ladder,
)
from .lifecourse import combined, effect_left
from .practice import Practice

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]
Bools = NDArray[np.bool_]
LifeTables = tuple[Floats, NDArray[np.uint8], Floats]  # ``(move, target, exam)`` of the `Ladder`

BELIEF_GRID = (0.0, 0.5, 1.0, 1.5, 2.0)  # multiples of the effect in studies at which savings and payments are solved
_NO_EFFECT = np.array([1.0, 1.0, 1.0, 1.0, 1.0])


def effects_of(interventions: tuple[InterventionParameters, ...], scale: float = 1.0) -> Floats:
    """Return ``(escalation, recovery, forks, duration, half_life)`` per intervention, shape (n, 5).

    `scale` multiplies each effect's distance from 1 (no effect): bodies may believe in more or less than is true.
    """
    rows = []
    for item in interventions:
        rates = [max(0.0, 1.0 + scale * (rate - 1.0)) for rate in (item.escalation, item.recovery, item.forks)]
        rows.append([*rates, float(item.duration), item.half_life])
    return np.array(rows)


def effects_in_practice(interventions: tuple[InterventionParameters, ...], practice: Practice) -> Floats:
    """Return `effects_of` those who stay in each programme, then of those who leave it, shape (2 * n, 5)."""
    return np.concatenate([effects_of(interventions, multiple) for _, multiple in practice.strengths])


@kernel
def occupancy(
    start: Floats,
    age: int,
    years: int,
    years_in: int,
    effect: Floats,
    tables: LifeTables,
    levels: Floats,
    states: Floats,
) -> None:
    """Carry a distribution over states forward, year by year.

    Parameters
    ----------
    start, age
        Weight of each state, shape (N_STATES,), at `age`.
    years
        Number of years to go; it stops by itself after LAST_AGE.
    years_in, effect
        Years since the programme began in the first of these years, and its row of `effects_of`. An effect of ones
        is a life without help.
    tables
        ``(move, target, exam)`` of the `Ladder`.
    levels
        Overwritten with the weight of each level in each year, shape (years, N_LEVELS).
    states
        Overwritten with the distribution over states after the last year, shape (N_STATES,).
    """
    factors, at = np.empty((min(years, LAST_AGE - age), 3, 1)), np.empty((N_STATES, 1))
    with_one(effect, years_in, factors[:, :, 0])
    at[:, 0] = start
    levels[factors.shape[0] :] = 0.0
    carry(at, age, factors, tables, levels[: factors.shape[0]].reshape((factors.shape[0], N_LEVELS, 1)))
    states[:] = at[:, 0]


@kernel
def with_one(effect: Floats, years_in: int, factors: Floats) -> None:
    """Fill `factors`, by (year, worse moves, better moves, forks), of a life with one programme, see `occupancy`."""
    for t in range(factors.shape[0]):
        factors[t, 0] = effect_left(effect[0], effect[3], effect[4], years_in + t)
        factors[t, 1] = effect_left(effect[1], effect[3], effect[4], years_in + t)
        factors[t, 2] = effect[2]


@kernel
def with_several(
    programmes: Whole, kinds: Whole, years_in: Whole, effects: tuple[Floats, Floats, float], factors: Floats
) -> None:
    """Fill `factors`, by (year, worse moves, better moves, forks), of a life with several programmes.

    `programmes`, `kinds` (rows of the effects) and `years_in` are by programme; `effects` are rows of `effects_of`,
    what `fading` makes of them, and the overlap. See `lifecourse.combined`.
    """
    effect, left, overlap = effects
    each = np.empty((programmes.size, 3))
    for t in range(factors.shape[0]):
        for a in range(programmes.size):
            each[a, 0], each[a, 1] = left[kinds[a], years_in[a] + t, 0], left[kinds[a], years_in[a] + t, 1]
            each[a, 2] = effect[kinds[a], 2]
        factors[t, 0], factors[t, 1], factors[t, 2] = combined(programmes, each, overlap)


@kernel
def carry(states: Floats, age: int, factors: Floats, tables: LifeTables, levels: Floats) -> None:
    """Carry distributions over states forward, many lives of one age side by side.

    Parameters
    ----------
    states
        Weight of each state at `age`, overwritten with that after the last year. Shape (N_STATES, n).
    factors
        By (year, worse moves, better moves, forks, n); no year of it may lie after LAST_AGE.
    levels
        Overwritten with the weight of each level in each year, shape (years, N_LEVELS, n).
    """
    move, target, exam = tables
    n = states.shape[1]
    now, after, anybody = states.copy(), np.empty((N_STATES, n)), np.zeros(N_STATES, np.bool_)
    for s in range(N_STATES):
        for i in range(n):
            anybody[s] |= now[s, i] != 0.0
    levels[:] = 0.0
    for t in range(factors.shape[0]):
        reached = age + 1 + t
        anybody = _move_on(now, anybody, (reached, t), factors, move, target, after)
        if reached == EXAM_AGE:
            for s in range(N_STATES):
                if anybody[s] and s // N_LEVELS % N_RECORDS & NOT_ELIGIBLE == 0:
                    anybody[s + NOT_ELIGIBLE * N_LEVELS] = True
                    for i in range(n):
                        failed = after[s, i] * exam[s] * factors[t, 2, i]
                        after[s, i] -= failed
                        after[s + NOT_ELIGIBLE * N_LEVELS, i] += failed
        for s in range(N_STATES):
            if anybody[s]:
                for i in range(n):
                    levels[t, s % N_LEVELS, i] += after[s, i]
        now, after = after, now
    states[:] = now


@kernel
def _move_on(
    now: Floats,
    anybody: Bools,
    when: tuple[int, int],
    factors: Floats,
    move: Floats,
    target: NDArray[np.uint8],
    after: Floats,
) -> Bools:
    """Move distributions over states one year on, side by side; returns in which states there is anybody then.

    By the rule of `ladder.treated_move`, with the same numbers to the last bit; written level by level over the lives,
    which compilers make many at a time. `when` is the age reached and which year of `factors` it is.
    """
    (age, t), n = when, now.shape[1]
    stage, mark = (0, PLACED) if age < ADULT_AGE else (1, SENTENCED)
    chances, moved, helped = np.empty((N_LEVELS, n)), np.empty(n), np.empty(n, np.bool_)
    soon, n_helped = np.zeros(N_STATES, np.bool_), 0
    for i in range(n):
        helped[i] = factors[t, 0, i] != 1.0 or factors[t, 1, i] != 1.0 or factors[t, 2, i] != 1.0
        n_helped += helped[i]
    for s in range(N_STATES):
        for i in range(n):
            after[s, i] = 0.0
    for s in range(N_STATES):
        if not anybody[s]:
            continue
        level, first = s % N_LEVELS, (s // N_LEVELS % N_RECORDS & mark) == 0
        if age == ADULT_AGE or n_helped == 0:
            for ending in range(N_LEVELS):
                for i in range(n):
                    chances[ending, i] = move[age, s, ending]
            for i in range(n):  # childhood's levels end: only the lasting part acts
                spared = move[age, s, WORST] * (1.0 - factors[t, 2, i])
                chances[WORST, i] -= spared
                chances[INSECURE, i] += spared
        else:
            for i in range(n):
                moved[i] = 0.0
            for ending in range(N_LEVELS):
                way, chance = 0 if ending > level else 1, move[age, s, ending]
                if ending == level or chance == 0.0:
                    continue
                if ending == WORST and first:
                    for i in range(n):
                        chances[ending, i] = chance * factors[t, way, i] * factors[t, 2, i]
                        moved[i] += chances[ending, i]
                else:
                    for i in range(n):
                        chances[ending, i] = chance * factors[t, way, i]
                        moved[i] += chances[ending, i]
            above = 0
            for i in range(n):
                above += moved[i] > 1.0
            if above > 0:
                for i in range(n):
                    if moved[i] > 1.0:
                        for ending in range(N_LEVELS):
                            chances[ending, i] /= moved[i]
                        moved[i] = 1.0
            for i in range(n):
                chances[level, i] = 1.0 - moved[i]
            if n_helped < n:
                for i in range(n):
                    if not helped[i]:
                        chances[level, i] = move[age, s, level]
        for ending in range(N_LEVELS):
            if move[age, s, ending] == 0.0 and ending != level and age != ADULT_AGE:
                continue  # nobody goes there
            there = target[stage, s, ending]
            soon[there] = True
            for i in range(n):
                after[there, i] += now[s, i] * chances[ending, i]
    return soon


@kernel
def saved_years(starts: Floats, ages: NDArray[np.int64], effects: Floats, tables: LifeTables, saved: Floats) -> None:
    """Fill `saved[belief, cell, h, level]` with weight without help less that with it, h years after the start.

    `effects` is by (belief, cell), see `effects_of`. `ages` in any order; cells of one age are solved side by side.
    """
    beliefs, _, years, _ = saved.shape
    saved[:] = 0.0
    for age in range(LAST_AGE):
        mine = np.flatnonzero(ages == age)
        for first in range(0, mine.size, 16):  # so many cells at a time: what is worked on stays in the cache
            cells, ahead = mine[first : first + 16], min(years, LAST_AGE - age)
            n = cells.size
            states, factors = np.empty((N_STATES, n * (beliefs + 1))), np.ones((ahead, 3, n * (beliefs + 1)))
            for c in range(n):
                for belief in range(beliefs + 1):  # the last one: without help
                    i = belief * n + c
                    states[:, i] = starts[cells[c]]
                    if belief < beliefs:
                        with_one(effects[belief, cells[c]], 0, factors[:, :, i])
            levels = np.empty((ahead, N_LEVELS, n * (beliefs + 1)))
            carry(states, age, factors, tables, levels)
            for c in range(n):
                for belief in range(beliefs):
                    for t in range(ahead):
                        for level in range(N_LEVELS):
                            without = levels[t, level, beliefs * n + c]
                            saved[belief, cells[c], t, level] = without - levels[t, level, belief * n + c]


def life_tables(ladder: Ladder) -> LifeTables:
    """Return the arrays of the ladder that `occupancy` and `live_treated` read."""
    return ladder.move, ladder.target, ladder.not_eligible


@lru_cache(maxsize=8)
def expected_states(ladder: Ladder) -> Floats:
    """Distribution over states at each age of a life without help in the country, shape (N_AGES, N_STATES)."""
    result = np.zeros((N_AGES, N_STATES))
    result[0] = ladder.birth
    levels = np.empty((1, N_LEVELS))
    for age in range(1, N_AGES):
        occupancy(result[age - 1], age - 1, 1, 0, _NO_EFFECT, life_tables(ladder), levels, result[age])
    result.flags.writeable = False  # runs of one world in one process share it
    return result


def at_belief(values: Floats, belief: Floats) -> Floats:
    """Interpolate between the beliefs of the grid.

    Parameters
    ----------
    values
        What is worth something at each belief, shape (n_beliefs, ...).
    belief
        Multiple of the true effect believed in, clipped to [0, 2]. Shape broadcastable to ``values.shape[1:]``.
    """
    believed = np.broadcast_to(
        np.asarray(belief, dtype=np.float64), np.broadcast_shapes(values.shape[1:], belief.shape)
    )
    flat = np.broadcast_to(values, (values.shape[0], *believed.shape)).reshape(values.shape[0], -1)
    return np.asarray(_interpolate(flat, believed.ravel(), _GRID)).reshape(believed.shape)


_GRID = np.array(BELIEF_GRID)


@kernel
def _interpolate(values: Floats, believed: Floats, grid: Floats) -> Floats:
    """Read `values`, shape (n_beliefs, n), off at `believed`, shape (n,)."""
    result = np.empty(believed.size)
    last = grid.size - 1
    for i in range(believed.size):
        belief = min(max(believed[i], grid[0]), grid[last])
        upper = 1
        while upper < last and belief > grid[upper]:
            upper += 1
        weight = (belief - grid[upper - 1]) / (grid[upper] - grid[upper - 1])
        result[i] = weight * values[upper, i] + (1.0 - weight) * values[upper - 1, i]
    return result
