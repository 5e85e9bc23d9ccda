"""Distributions over states, carried forward year by year: the ladder multiplied out for many lives side by side.

Frailty lasts for life, so that a life of one class has forty states, which are worked on by themselves. What is written
stands in rows of `SIDE` lives: where the length of a row is known, rows cannot run into one another, and the compiler
makes many lives at a time. Reads `ladder`; read by `forecast` and `results`.
"""

import numpy as np
from numpy.typing import NDArray

from ..inputs.compiled import kernel
from .ladder import (
    ADULT_AGE,
    EXAM_AGE,
    INSECURE,
    LAST_AGE,
    N_FRAILTY,
    N_LEVELS,
    N_RECORDS,
    NOT_ELIGIBLE,
    PLACED,
    SENTENCED,
    WORST,
)

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]
Bools = NDArray[np.bool_]
LifeTables = tuple[Floats, NDArray[np.uint8], Floats]  # ``(move, target, exam)`` of the `Ladder`
SIDE = 64  # lives side by side: no more than stay in the cache
_EACH = N_LEVELS * N_RECORDS  # states of one frailty class


@kernel
def carry(states: Floats, ages: Whole, factors: Floats, tables: LifeTables, levels: Floats) -> None:
    """Carry distributions over states forward, many lives side by side; who is older joins when that age is reached.

    Parameters
    ----------
    states, ages
        Weight of each state at the age of each life, overwritten with that after the last year; the youngest first.
        Shape (N_STATES, n) and (n,).
    factors
        By (year, worse moves, better moves, forks, n). Lives of more than one age are carried to LAST_AGE, and years
        after it are not looked at.
    levels
        Overwritten with the weight of each level in each year, shape (years, N_LEVELS, n).
    """
    now, after, chances = np.empty(_EACH * SIDE), np.empty(_EACH * SIDE), np.empty((N_LEVELS + 1) * SIDE)
    of_year, at = np.empty(3 * SIDE), np.empty(N_LEVELS * SIDE)
    anybody, soon = np.empty(_EACH, np.bool_), np.empty(_EACH, np.bool_)
    levels[:] = 0.0
    for first in range(0, states.shape[1], SIDE):
        n, youngest = min(SIDE, states.shape[1] - first), ages[first]
        for frailty in range(N_FRAILTY):
            own = frailty * _EACH
            nobody = True
            for s in range(_EACH):
                anybody[s] = False
                for i in range(n):
                    nobody &= states[own + s, first + i] == 0.0
            if nobody:
                continue
            here = 0  # who has joined
            for reached in range(youngest + 1, min(LAST_AGE, youngest + factors.shape[0]) + 1):
                while here < n and ages[first + here] < reached:
                    for s in range(_EACH):
                        now[s * SIDE + here] = states[own + s, first + here]
                        anybody[s] |= now[s * SIDE + here] != 0.0
                    here += 1
                for i in range(here):
                    t = reached - 1 - ages[first + i]
                    for way in range(3):
                        of_year[way * SIDE + i] = factors[t, way, first + i]
                    for level in range(N_LEVELS):
                        at[level * SIDE + i] = levels[t, level, first + i]
                _move_on((now, after, chances), (anybody, soon), (own, reached), of_year, here, tables)
                for s in range(_EACH):
                    if soon[s]:
                        for i in range(here):
                            at[s % N_LEVELS * SIDE + i] += after[s * SIDE + i]
                for i in range(here):
                    for level in range(N_LEVELS):
                        levels[reached - 1 - ages[first + i], level, first + i] = at[level * SIDE + i]
                now, after, anybody, soon = after, now, soon, anybody
            for s in range(_EACH):
                for i in range(here):
                    states[own + s, first + i] = now[s * SIDE + i]


@kernel
def _move_on(
    weights: tuple[Floats, Floats, Floats],
    there: tuple[Bools, Bools],
    when: tuple[int, int],
    factors: Floats,
    n: int,
    tables: LifeTables,
) -> None:
    """Move distributions over the states of one frailty class a year on.

    By the rule of `ladder.treated_move`, with the same numbers to the last bit.

    Parameters
    ----------
    weights
        Before, and overwritten with those after, by (state, life) in rows of `SIDE`; and room for the chances of going
        from one state to each level, and of moving at all.
    there
        In which states there is anybody before; overwritten with those after.
    when
        First state of the class in `tables`, and the age that is reached.
    factors, n
        On worse moves, better moves and forks, in rows of `SIDE`, of `n` lives.
    """
    (now, after, chances), (anybody, soon), (own, age), (move, target, exam) = weights, there, when, tables
    stage, mark = (0, PLACED) if age < ADULT_AGE else (1, SENTENCED)
    n_helped = 0
    for i in range(n):
        n_helped += factors[i] != 1.0 or factors[SIDE + i] != 1.0 or factors[2 * SIDE + i] != 1.0
    for s in range(_EACH):
        soon[s] = False
    for s in range(_EACH * SIDE):
        after[s] = 0.0
    for s in range(_EACH):
        if not anybody[s]:
            continue
        level, row = s % N_LEVELS, move[age, own + s]
        if age == ADULT_AGE or n_helped == 0:
            for i in range(n):  # childhood's levels end: only the lasting part acts
                spared = max(row[WORST] * (1.0 - factors[2 * SIDE + i]), -row[INSECURE])
                for ending in range(N_LEVELS):
                    chances[ending * SIDE + i] = row[ending]
                chances[WORST * SIDE + i] -= spared
                chances[INSECURE * SIDE + i] += spared
        else:
            first = s // N_LEVELS & mark == 0
            above = _with_help(level, first, row, factors, n, chances)
            if above > 0:
                for i in range(n):
                    if chances[N_LEVELS * SIDE + i] > 1.0:
                        for ending in range(N_LEVELS):
                            chances[ending * SIDE + i] /= chances[N_LEVELS * SIDE + i]
            for i in range(n):
                chances[level * SIDE + i] = 1.0 - min(chances[N_LEVELS * SIDE + i], 1.0)
            if n_helped < n:
                for i in range(n):
                    if factors[i] == 1.0 and factors[SIDE + i] == 1.0 and factors[2 * SIDE + i] == 1.0:
                        chances[level * SIDE + i] = row[level]
        base, worst = (s - level) * SIDE, (target[stage, own + s, WORST] - own) * SIDE
        for i in range(n):
            here = now[s * SIDE + i]
            after[base + i] += here * chances[i]
            after[base + SIDE + i] += here * chances[SIDE + i]
            after[base + 2 * SIDE + i] += here * chances[2 * SIDE + i]
            after[base + 3 * SIDE + i] += here * chances[3 * SIDE + i]
        for i in range(n):
            after[worst + i] += now[s * SIDE + i] * chances[WORST * SIDE + i]
        for ending in range(N_LEVELS):
            if row[ending] != 0.0 or ending == level or age == ADULT_AGE:
                soon[target[stage, own + s, ending] - own] = True
    if age == EXAM_AGE:
        for s in range(_EACH):
            if soon[s] and s // N_LEVELS & NOT_ELIGIBLE == 0:
                marked = s + NOT_ELIGIBLE * N_LEVELS
                soon[marked] = True
                for i in range(n):
                    here = after[s * SIDE + i]
                    failed = min(here * exam[own + s] * factors[2 * SIDE + i], here)
                    after[s * SIDE + i] -= failed
                    after[marked * SIDE + i] += failed


@kernel
def _with_help(level: int, first: bool, row: Floats, factors: Floats, n: int, chances: Floats) -> int:
    """Fill `chances` by (ending, life), and after them how likely each life is to move at all.

    `row` has the chances without help of going from `level` to each, `first` says whether the worst level would be
    reached for the first time. Returns for how many lives the moves together come to more than one.
    """
    to_0, to_1, to_2 = row[0] * (level != 0), row[1] * (level != 1), row[2] * (level != 2)
    to_3, to_4 = row[3] * (level != 3), row[WORST] * (level != WORST)
    above = 0
    for i in range(n):
        worse, better, forks = factors[i], factors[SIDE + i], factors[2 * SIDE + i] if first else 1.0
        a = to_0 * better
        b = to_1 * (worse if level < 1 else better)
        c = to_2 * (worse if level < 2 else better)
        d = to_3 * (worse if level < 3 else better)
        e = to_4 * worse * forks
        moved = a + b + c + d + e
        chances[i], chances[SIDE + i], chances[2 * SIDE + i], chances[3 * SIDE + i] = a, b, c, d
        chances[WORST * SIDE + i], chances[N_LEVELS * SIDE + i] = e, moved
        above += moved > 1.0
    return above
