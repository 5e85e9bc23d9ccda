"""What lives are expected to cost whom: the exact Markov solution of the ladder.

The same probabilities that move children one draw at a time are here multiplied out, so a forecast has no sampling
error. Bodies use it, under what they believe about effects, to see what a programme would save them; the results use
it for the lives that go on after the last simulated year. Reads `ladder` and `lifecourse`; read by `cells`, `bodies`,
`results` and the tests.
"""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from ..inputs.compiled import as_read, kernel
from ..inputs.life_course import InterventionParameters
from .carrying import LifeTables, carry
from .ladder import LAST_AGE, N_AGES, N_LEVELS, N_STATES, Ladder
from .lifecourse import combined, effect_left, of_two
from .practice import Practice

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]

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
    ahead = min(years, LAST_AGE - age)
    factors, at = np.empty((ahead, 3, 1)), np.array(start, np.float64)[:, None]
    with_one(as_read(effect[None]), years_in, factors)
    levels[ahead:] = 0.0
    carry(at, np.full(1, age), factors, tables, levels[:ahead, :, None])
    states[:] = at[:, 0]


@kernel
def with_one(effects: Floats, years_in: int, factors: Floats) -> None:
    """Fill `factors`, by (year, worse moves, better moves, forks, n), of the first lives, with one programme each.

    `effects` are their rows of `effects_of`, `years_in` as in `occupancy`.
    """
    for i in range(effects.shape[0]):
        for t in range(factors.shape[0]):
            factors[t, 0, i] = effect_left(effects[i, 0], effects[i, 3], effects[i, 4], years_in + t)
            factors[t, 1, i] = effect_left(effects[i, 1], effects[i, 3], effects[i, 4], years_in + t)
            factors[t, 2, i] = effects[i, 2]


@kernel
def with_several(
    programmes: Whole, kinds: Whole, years_in: Whole, effects: tuple[Floats, Floats, float], factors: Floats
) -> None:
    """Fill `factors`, by (year, worse moves, better moves, forks), of a life with several programmes.

    `programmes`, `kinds` (rows of the effects) and `years_in` are by programme; `effects` are rows of `effects_of`,
    what `fading` makes of them, and the overlap. See `lifecourse.combined`.
    """
    effect, left, overlap = effects
    n = programmes.size
    if n <= 2:  # as nearly always
        one, other, same = 0, n - 1, programmes[0] == programmes[n - 1]
        for t in range(factors.shape[0]):
            for way in range(2):
                factors[t, way] = left[kinds[one], years_in[one] + t, way]
                if n == 2:
                    more = left[kinds[other], years_in[other] + t, way]
                    factors[t, way] = of_two(factors[t, way], more, same, overlap)
        forks = effect[kinds[one], 2]
        factors[:, 2] = forks if n == 1 else of_two(forks, effect[kinds[other], 2], same, overlap)
        return
    each = np.empty((n, 3))
    for t in range(factors.shape[0]):
        for a in range(n):
            each[a, 0], each[a, 1] = left[kinds[a], years_in[a] + t, 0], left[kinds[a], years_in[a] + t, 1]
            each[a, 2] = effect[kinds[a], 2]
        factors[t, 0], factors[t, 1], factors[t, 2] = combined(programmes, each, overlap)


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
            n = cells.size * (beliefs + 1)  # by belief, and after the last one: without help
            states, factors = np.tile(starts[cells].T, beliefs + 1), np.ones((ahead, 3, n))
            with_one(as_read(effects[:, cells].reshape(-1, effects.shape[2])), 0, factors)
            levels = np.empty((ahead, N_LEVELS, n))
            carry(states, np.full(n, age), factors, tables, levels)
            by_belief = levels.reshape(ahead, N_LEVELS, beliefs + 1, cells.size)
            fewer = by_belief[:, :, -1:] - by_belief[:, :, :-1]
            saved[:, cells, :ahead] = fewer.transpose(2, 3, 0, 1)


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
    for i in range(believed.size):
        upper, weight = between(believed[i], grid)
        result[i] = weight * values[upper, i] + (1.0 - weight) * values[upper - 1, i]
    return result


@kernel
def between(believed: float, grid: Floats) -> tuple[int, float]:
    """Which of the grid is next above a belief, and its weight; that below has the rest. See `at_belief`."""
    last = grid.size - 1
    belief = min(max(believed, grid[0]), grid[last])
    upper = 1
    while upper < last and belief > grid[upper]:
        upper += 1
    return upper, (belief - grid[upper - 1]) / (grid[upper] - grid[upper - 1])
