"""Cohorts of children drawn from the ladder, each living its years without help and with it, with the same luck.

What a contract would be told of a group of children if its programme did nothing, and if it did what it should, can so
be found without any body deciding anything: the lives are those of the model (`children.ladder`), the comparisons those
that its evaluators make (`evaluators`). Of one option the children are like those whom bodies see. Read by whoever
tries a contract on paper.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..children.cells import Cells
from ..children.forecast import effects_in_practice, expected_states, life_tables
from ..children.ladder import (
    ADULT_AGE,
    EXAM_AGE,
    LAST_AGE,
    MARK_NOT_ELIGIBLE,
    N_AGES,
    N_LEVELS,
    N_STATES,
    Ladder,
    treated_move,
)
from ..children.lifecourse import effect_left
from ..children.practice import Practice
from ..inputs.compiled import kernel
from ..inputs.life_course import InterventionParameters
from .evaluators import BEFORE_AFTER, COMPARED, FLAGGED, MATCHED, NONE, NORM, OTHER, OWN, PEOPLE, SUMS, TREND
from .expected import alike, as_if, norms
from .metrics import Metric

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]
States = NDArray[np.uint8]
_NO_EFFECT = np.ones(5)


class Tables(NamedTuple):
    """Arrays of the `Ladder`, see `forecast.life_tables`."""

    move: Floats
    target: States
    exam: Floats


class Begun(NamedTuple):
    """Where lives stand when their programme begins, shape (n,) each; `effect` is (n, 5), see `effects_of`."""

    state: States
    age: Whole
    effect: Floats


@kernel
def walk(begun: Begun, luck: Floats, tables: Tables, after: States) -> None:
    """Live lives year by year.

    Parameters
    ----------
    luck
        One number in [0, 1) for each life, year, and purpose (move, exam). Shape (n, years, 2).
    after
        Overwritten with the state after each year, shape (n, years); what follows LAST_AGE is as it was then.
    """
    state, ages, effects = begun
    move, target, exam = tables
    for i in range(after.shape[0]):
        s = np.int64(state[i])
        worst, best, forks, duration, half_life = effects[i]
        for t in range(after.shape[1]):
            now = ages[i] + 1 + t
            if now <= LAST_AGE:
                worse = effect_left(worst, duration, half_life, t)
                better = effect_left(best, duration, half_life, t)
                row = treated_move(move, now, s, (worse, better, forks))
                passed, ending = row[0], 0
                while ending < N_LEVELS - 1 and luck[i, t, 0] >= passed:
                    ending += 1
                    passed += row[ending]
                s = np.int64(target[0 if now < ADULT_AGE else 1, s, ending])
                if now == EXAM_AGE and luck[i, t, 1] < exam[s] * forks:
                    s += MARK_NOT_ELIGIBLE
            after[i, t] = s


@dataclass(frozen=True, eq=False)
class Cohort:
    """Children and their lives. Arrays are (n,), states after each year (n, years).

    `weight` says how many in the country a child stands for. `peer` is a child of the same age and true level, who is
    in no programme; `waiting` one who was seen like it and was held back by lot.
    """

    cells: Cells
    ladder: Ladder
    cell: Whole
    weight: Floats
    start: States
    without: States
    helped: States
    peer: States
    waiting: States

    @property
    def n(self) -> int:
        """Number of children."""
        return self.cell.size

    @property
    def age(self) -> Whole:
        """Age when the programme begins."""
        return self.cells.age[self.cell]


def draw_cohort(
    items: tuple[InterventionParameters, ...],
    cells: Cells,
    ladder: Ladder,
    seen: Floats,
    *,
    practice: Practice,
    each: int,
    years: int,
    seed: int,
) -> Cohort:
    """Draw `each` children of every option, and live `years` years of their lives.

    Parameters
    ----------
    items, cells, ladder
        The programmes, their options and the ladder.
    seen
        Share of all children of an age who are seen at a level and are in a state, see `forecast.seen_weights`.
    practice
        What is left of the effect in studies; who leaves is drawn.
    """
    random = np.random.Generator(np.random.Philox(key=seed))
    cell = np.repeat(np.arange(cells.age.size), each)
    age, level, n = cells.age[cell], cells.level[cell], cell.size
    start = _draw(cells.start, cell, random.random(n))
    like = alike(cells, ladder)
    true_level = np.arange(N_STATES) % N_LEVELS
    of_level = np.where(true_level[None, None, :] == np.arange(N_LEVELS)[None, :, None], like[:, None, :], 0.0)
    peer = _draw(of_level.reshape(-1, N_STATES), cell * N_LEVELS + start % N_LEVELS, random.random(n))
    waiting = _draw(cells.start, cell, random.random(n))
    leaves = np.random.Generator(np.random.Philox(key=seed + 1)).random(n) < practice.drop_out
    effects = effects_in_practice(items, practice)[cells.intervention[cell] + len(items) * leaves]
    nothing = np.tile(_NO_EFFECT, (n, 1))
    tables = Tables(*life_tables(ladder))

    def live(state: States, effect: Floats, luck: Floats) -> States:
        after = np.empty((n, years), np.uint8)
        walk(Begun(state, age, effect), luck, tables, after)
        return after

    luck = random.random((n, years, 2))
    options = np.zeros((N_AGES, N_LEVELS))
    np.add.at(options, (cells.age, cells.level), 1.0)
    weight = seen.sum(axis=2)[age, level] / options[age, level] / each
    return Cohort(
        cells=cells,
        ladder=ladder,
        cell=cell,
        weight=weight,
        start=start,
        without=live(start, nothing, luck),
        helped=live(start, effects, luck),
        peer=live(peer, nothing, random.random((n, years, 2))),
        waiting=live(waiting, nothing, random.random((n, years, 2))),
    )


def _draw(shares: Floats, row: Whole, luck: Floats) -> States:
    """Draw a state for each of n from its row of shares, shape (n,); a row need not sum to 1."""
    edges = np.cumsum(shares, axis=1)
    result = np.empty(row.size, np.uint8)
    for each in np.unique(row):
        mine = row == each
        total = edges[each, -1]
        result[mine] = np.minimum(np.searchsorted(edges[each], luck[mine] * total, side="right"), N_STATES - 1)
    return result


def worth(metric: Metric, cohort: Cohort, states: States) -> Whole:
    """What the years of follow-up come to in lives, shape (n,), in the unit of `Metric.value`."""
    k, age = cohort.cells.intervention[cohort.cell], cohort.age
    total = np.zeros(cohort.n, np.int64)
    for t in range(min(metric.years, states.shape[1])):
        now = np.minimum(age + 1 + t, N_AGES - 1)
        total += np.where(age + 1 + t <= LAST_AGE, metric.value[k, now, states[:, t]], 0)
    return total


def compared(metric: Metric, cohort: Cohort) -> Whole:
    """What the evaluator compares with for each child, shape (n,), in the unit of `Metric.value`."""
    cells, cell = cohort.cells, cohort.cell
    if metric.evaluation == NONE:
        return np.zeros(cohort.n, np.int64)
    if metric.evaluation == MATCHED:
        return worth(metric, cohort, cohort.peer)
    if metric.evaluation in (BEFORE_AFTER, TREND, FLAGGED):
        other = as_if(metric, cells)[cell, cohort.start]
        if metric.evaluation == TREND:
            other = other + _trend(metric, cohort)[cell]
        return np.rint(other).astype(np.int64)
    if metric.evaluation == NORM:
        ages = (int(cells.age.min()), int(cells.age.max()))
        norm = norms([metric], cohort.ladder, ages)[0].sum(axis=3)
        return np.asarray(norm[cells.intervention[cell], cells.age[cell], cohort.start % N_LEVELS])
    return worth(metric, cohort, cohort.waiting)


def _trend(metric: Metric, cohort: Cohort) -> Floats:
    """How the national mean moves with age over the follow-up, summed, by cell."""
    k, age = cohort.cells.intervention, cohort.cells.age
    mean = (metric.value * expected_states(cohort.ladder)).sum(axis=2)
    total = np.zeros(age.size)
    for t in range(metric.years):
        total += np.where(age + 1 + t <= LAST_AGE, mean[k, np.minimum(age + t + 1, N_AGES - 1)] - mean[k, age], 0.0)
    return total


def sums_of(metric: Metric, own: Whole, other: Whole, picks: Whole) -> Whole:
    """Sums of groups of children as an evaluator has them, shape (groups, 6), see `evaluators.SUMS`.

    `own` and `other` by child, from `worth` and `compared`; `picks` are the children of each group, (groups, people).
    A metric of a part of the participants (`Metric.group`) takes every so-and-so-manieth of them.
    """
    mine = picks[:, metric.group :: metric.groups]
    sums = np.zeros((picks.shape[0], len(SUMS)), np.int64)
    sums[:, OWN], sums[:, OTHER] = own[mine].sum(axis=1), other[mine].sum(axis=1)
    sums[:, PEOPLE] = sums[:, COMPARED] = mine.shape[1]
    return sums


def pick(weight: Floats, groups: int, people: int, seed: Sequence[int]) -> Whole:
    """Draw groups of children, each child as often as its weight says, shape (groups, people)."""
    random = np.random.Generator(np.random.Philox(np.random.SeedSequence(seed)))
    edges = np.cumsum(weight)
    found = np.searchsorted(edges, random.random((groups, people)) * edges[-1], side="right")
    return np.asarray(np.minimum(found, weight.size - 1))
