"""What metrics should be expected to come to, and how far luck alone moves them: the ladder multiplied out.

Once honestly, against what would happen without the project, and once as the evaluator will report it, against the
comparison that its method makes. Beside the mean stands the variance of one child's measurement, from the ladder's own
second moments (`life_moments`). Also what the methods themselves need: the norm of how children used to fare, and the
national mean. Reads `metrics`, `forecast` and `ladder`; read by `prospects`, `decisions` and `model`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..children.carrying import LifeTables
from ..children.cells import Cells, starts_by_class
from ..children.forecast import BELIEF_GRID, effects_of, expected_states, life_tables, occupancy
from ..children.ladder import (
    ADULT_AGE,
    EXAM_AGE,
    N_AGES,
    N_LEVELS,
    N_RECORDS,
    N_STATES,
    NOT_ELIGIBLE,
    Ladder,
    treated_move,
)
from ..children.lifecourse import effect_left
from ..children.practice import AS_STUDIED, Practice
from ..inputs.compiled import kernel
from ..inputs.life_course import InterventionParameters
from ..inputs.protect import kept, protect
from .evaluators import BEFORE_AFTER, FLAGGED, MATCHED, NONE, NORM, TREND, WAITING_LIST
from .metrics import Metric, in_unit

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]
_NO_EFFECT = np.ones(5)


class Lives(NamedTuple):
    """Lives whose next years are summed, shape (n,) each unless said."""

    kind: Whole  # intervention, as `value` counts them
    age: Whole  # at the start
    effect: Floats  # row of `effects_of`, (n, 5)
    years: int
    value: Whole  # what a year is worth, (n_interventions, N_AGES, N_STATES)


@dataclass(frozen=True, eq=False)
class Expected:
    """What one metric should be expected to come to, per child of each option.

    `own` by (belief of the grid, cell), `other` by cell; both in SEK or outcomes. `variance`, by (belief, cell), is
    that of one child's measurement by chance alone: what its years come to less what its comparison comes to. `true`
    and `true_variance`, by cell, are `own` and `variance` in practice, where some stay and some leave. `gain`, by
    (frailty class, cell), is `own` less `other` at the effect in studies if the child is of that class.
    """

    metric: Metric
    own: Floats
    other: Floats
    variance: Floats
    true: Floats
    true_variance: Floats
    gain: Floats

    def mean(self, size: Floats | float) -> Floats:
        """Expected metric of `size` children of one option, by (belief, cell), in the metric's unit."""
        people = np.full(self.own.shape, size / self.metric.groups)
        other = np.broadcast_to(self.other, self.own.shape)
        return in_unit(self.metric, self.own * people, other * people, people)

    def spread(self, size: Floats | float) -> Floats:
        """Standard deviation of that metric by chance alone, by (belief, cell); children's luck is independent."""
        people = np.full(self.own.shape, size / self.metric.groups)
        return noise(self.metric, self.variance * people, self.other * people, people)


def noise(metric: Metric, variance: Floats, other: Floats, people: Floats) -> Floats:
    """Standard deviation by chance alone of a metric, in its unit.

    `variance` of the difference between `people` and their comparison, which should come to `other`; in (SEK or
    outcomes) squared, and SEK or outcomes.
    """
    if metric.kind == "activity":
        return np.zeros(variance.shape)
    sd, base = np.sqrt(variance), np.abs(other)
    if metric.kind == "fall":
        return np.asarray(np.divide(100.0 * sd, base, out=np.zeros(sd.shape), where=base > 0.0))
    if metric.kind in ("share", "of_target"):
        whole = people * metric.target
        return np.asarray(np.divide(100.0 * sd, whole, out=np.zeros(sd.shape), where=people > 0))
    return np.asarray(sd)


def expect(
    metrics: Sequence[Metric],
    interventions: tuple[InterventionParameters, ...],
    cells: Cells,
    ladder: Ladder,
    *,
    practice: Practice = AS_STUDIED,
    beliefs: Sequence[float] = BELIEF_GRID,
) -> tuple[Expected, ...]:
    """Multiply the ladder out: what every metric should come to for a child of each option under each belief.

    This is the honest evaluation: what would happen without the project, whatever the evaluator will compare with. The
    variance is that of the evaluator's method. `practice` says what is left of the effect in studies; with no `beliefs`
    only `true`, `true_variance` and `other` hold anything. Contracts of one world in one process share what is expected
    of a metric that they share, unchanged.
    """
    return tuple(_expect(metric, interventions, cells, ladder, practice, tuple(beliefs)) for metric in metrics)


@lru_cache(maxsize=8)
def _expect(
    metric: Metric,
    interventions: tuple[InterventionParameters, ...],
    cells: Cells,
    ladder: Ladder,
    practice: Practice,
    beliefs: tuple[float, ...],
) -> Expected:
    """As `expect`, of one metric."""
    k, by_class = cells.intervention, starts_by_class(cells)
    strengths = practice.strengths
    multiples = (*beliefs, *(multiple for _, multiple in strengths))
    effects = [effects_of(interventions, multiple)[k] for multiple in multiples]
    without = _without_help(metric, cells, ladder)
    with_it = [_moments(metric, effect, cells, ladder) for effect in effects]
    stay, leave = with_it.pop(-2), with_it.pop()
    with_it.append(_mixed(strengths[0][0], stay, strengths[1][0], leave))
    own = np.stack([(cells.start * mean).sum(axis=1) for mean, _ in with_it]) / metric.parts
    other = np.zeros(k.size)
    if metric.evaluation != NONE:
        other = (cells.start * without[0]).sum(axis=1) / metric.parts
    variance = np.stack([_variance(metric, each, without, cells, ladder) for each in with_it])
    variance = np.maximum(variance, 0.0) / metric.parts**2
    gain = np.zeros(by_class.shape[:2])
    if 1.0 in beliefs:
        less = without[0] if metric.evaluation != NONE else 0.0
        gain = (by_class * (with_it[beliefs.index(1.0)][0] - less)).sum(axis=2) / metric.parts
    result = Expected(metric, own[:-1], other, variance[:-1], own[-1], variance[-1], gain)
    protect(result)
    return result


def as_reported(honest: Sequence[Expected], cells: Cells, ladder: Ladder) -> tuple[Expected, ...]:
    """The same, as an evaluator will report it: with the comparison that its method really makes.

    Who takes part is sturdier than others on the same rung, and whoever stands high on the ladder tends to come down
    again: so all methods but the lot are off. Private parties reckon with that; public bodies expect an honest
    evaluation (table 3.1: the public side is at an information disadvantage).
    """
    return tuple(_as_reported(each, cells, ladder) for each in honest)


@lru_cache(maxsize=8)
def _as_reported(honest: Expected, cells: Cells, ladder: Ladder) -> Expected:
    """As `as_reported`, of one metric."""
    result = replace(honest, other=_reported(honest, cells, ladder))
    protect(result)
    return result


def of_whole_groups(each: Expected, group: Whole) -> Expected:
    """The same for a child of the group that an option belongs to, `group` by cell: of all its ages in equal parts.

    A contract is signed for a group of children, and not for those of one age in it.
    """
    parts = np.bincount(group)

    def mean(values: Floats) -> Floats:
        """Mean over the options of each group, by cell; the last axis is cells."""
        total = np.zeros((*values.shape[:-1], parts.size))
        for cell, number in enumerate(group):
            total[..., number] += values[..., cell]
        return np.asarray((total / parts)[..., group])

    return Expected(
        each.metric,
        own=mean(each.own),
        other=mean(each.other),
        variance=mean(each.variance),
        true=mean(each.true),
        true_variance=mean(each.true_variance),
        gain=mean(each.gain),
    )


def _reported(expected: Expected, cells: Cells, ladder: Ladder) -> Floats:
    """What the evaluator's comparison should be expected to come to, by cell, SEK or outcomes."""
    metric, k, age = expected.metric, cells.intervention, cells.age
    if metric.evaluation in (MATCHED, NORM):
        mean, _ = _without_help(metric, cells, ladder)
        total = (alike(cells, ladder) * mean).sum(axis=1)
    elif metric.evaluation in (BEFORE_AFTER, TREND, FLAGGED):
        total = (cells.start * as_if(metric, cells)).sum(axis=1)
        if metric.evaluation == TREND:
            years, occupied = np.minimum(metric.years, N_AGES - 1 - age), expected_states(ladder)
            mean = (metric.value * occupied).sum(axis=2)
            for t in range(metric.years):
                total = total + np.where(t < years, mean[k, np.minimum(age + t + 1, N_AGES - 1)] - mean[k, age], 0.0)
    else:
        return expected.other
    return np.asarray(total / metric.parts)


@lru_cache(maxsize=4)
def alike(cells: Cells, ladder: Ladder) -> Floats:
    """Distribution over states of children of the age and true levels of each option's children, (n_cells, N_STATES).

    They are like them on record; their frailty is that of everybody on that rung.
    """
    occupied, level = expected_states(ladder), np.arange(N_STATES) % N_LEVELS
    of_level = occupied.reshape(N_AGES, -1, N_LEVELS).sum(axis=1)
    share = cells.start.reshape(cells.age.size, -1, N_LEVELS).sum(axis=1)
    result = occupied[cells.age] / np.maximum(of_level[cells.age][:, level], 1e-300) * share[:, level]
    return kept(np.asarray(result))


def as_if(metric: Metric, cells: Cells) -> Floats:
    """What the years would come to if they were as before, or at the level seen (K5); (n_cells, N_STATES) at the start.

    In the unit of `Metric.value`.
    """
    k, age = cells.intervention, cells.age
    years = np.minimum(metric.years, N_AGES - 1 - age)
    if metric.evaluation != FLAGGED:
        return np.asarray(years[:, None] * metric.value[k, age])
    flagged = np.arange(N_STATES) - np.arange(N_STATES) % N_LEVELS + cells.level[:, None]
    total = np.zeros((k.size, N_STATES))
    for t in range(metric.years):
        then = metric.value[k, np.minimum(age + t + 1, N_AGES - 1)]
        total += np.where((t < years)[:, None], np.take_along_axis(then, flagged, axis=1), 0.0)
    return total


@lru_cache(maxsize=4)
def _without_help(metric: Metric, cells: Cells, ladder: Ladder) -> tuple[Floats, Floats]:
    """As `_moments`, of lives without any programme."""
    mean, square = _moments(metric, np.tile(_NO_EFFECT, (cells.age.size, 1)), cells, ladder)
    return kept(mean), kept(square)


def _moments(metric: Metric, effects: Floats, cells: Cells, ladder: Ladder) -> tuple[Floats, Floats]:
    """Mean and mean square of what the years of follow-up come to from each state, (n_cells, N_STATES) each."""
    one, back = _who_differ(cells)
    mean, square = np.zeros((2, one.size, N_STATES))
    there = expected_states(ladder) > 0.0
    lives = Lives(cells.intervention[one], cells.age[one], effects[one], metric.years, metric.value)
    life_moments(lives, there, life_tables(ladder), mean, square)
    return mean[back], square[back]


@lru_cache(maxsize=4)
def _who_differ(cells: Cells) -> tuple[Whole, Whole]:
    """One cell of each programme and age, and which of these each cell is like: they differ in who is in them alone."""
    like = cells.intervention * N_AGES + cells.age
    _, one, back = np.unique(like, return_index=True, return_inverse=True)
    return kept(one), kept(back.ravel())


def _mixed(a: float, one: tuple[Floats, Floats], b: float, other: tuple[Floats, Floats]) -> tuple[Floats, Floats]:
    """Mean and mean square of lives of which the share `a` is of one kind, and `b` of another."""
    return a * one[0] + b * other[0], a * one[1] + b * other[1]


def _variance(
    metric: Metric, own: tuple[Floats, Floats], without: tuple[Floats, Floats], cells: Cells, ladder: Ladder
) -> Floats:
    """Variance of one child's measurement by cell: its years less its comparison; `Metric.value` squared.

    A child found by the lot was seen as the participant was. A matched one shares its true level, no more. Else the
    comparison follows from the participant's own start.
    """
    start, (mean, square) = cells.start, own
    if metric.evaluation == WAITING_LIST:
        return _spread_of(start, mean, square) + _spread_of(start, *without)
    if metric.evaluation == MATCHED:
        by_level = start.reshape(-1, N_STATES // N_LEVELS, N_LEVELS)
        share = by_level.sum(axis=1)
        peers = alike(cells, ladder)

        def at(weight: Floats, values: Floats) -> Floats:
            """Mean of values among those at each true level, (n_cells, N_LEVELS)."""
            total = (weight * values).reshape(by_level.shape).sum(axis=1)
            return np.asarray(np.divide(total, share, out=np.zeros(share.shape), where=share > 0.0))

        mine, theirs = at(start, mean), at(peers, without[0])
        within = at(start, square) - mine**2 + at(peers, without[1]) - theirs**2
        gap = mine - theirs
        return np.asarray((share * (within + gap**2)).sum(axis=1) - (share * gap).sum(axis=1) ** 2)
    if metric.evaluation in (BEFORE_AFTER, TREND, FLAGGED):
        other = as_if(metric, cells)
    elif metric.evaluation == NORM:
        level = np.arange(N_STATES) % N_LEVELS
        share = start.reshape(-1, N_STATES // N_LEVELS, N_LEVELS).sum(axis=1)
        total = (alike(cells, ladder) * without[0]).reshape(-1, N_STATES // N_LEVELS, N_LEVELS).sum(axis=1)
        other = np.divide(total, share, out=np.zeros(share.shape), where=share > 0.0)[:, level]
    else:
        other = np.zeros(mean.shape)
    return _spread_of(start, mean - other, square - 2.0 * mean * other + other**2)


def _spread_of(weight: Floats, mean: Floats, square: Floats) -> Floats:
    """Variance over a mixture, from mean and mean square in each state. Shape (n_cells,)."""
    return np.asarray((weight * square).sum(axis=1) - (weight * mean).sum(axis=1) ** 2)


@kernel
def life_moments(lives: Lives, there: NDArray[np.bool_], tables: LifeTables, mean: Floats, square: Floats) -> None:
    """Mean and mean square of what the next years of lives come to, from each state; solved backwards.

    Parameters
    ----------
    lives
        Effect, age at the start, years and what each of them is worth.
    there
        Whether anybody can be in a state at an age, shape (N_AGES, N_STATES): the others are left out.
    tables
        ``(move, target, exam)`` of the `Ladder`.
    mean, square
        Overwritten, shape (n, N_STATES): first and second moment of the sum (Howard 1971, *Dynamic Probabilistic
        Systems*, on reward processes).
    """
    move, target, exam = tables
    first, second = np.empty(N_STATES), np.empty(N_STATES)
    mean[:] = 0.0
    square[:] = 0.0
    for i in range(lives.kind.size):
        age, value, effect = lives.age[i], lives.value[lives.kind[i]], lives.effect[i]
        for t in range(min(lives.years, N_AGES - 1 - age) - 1, -1, -1):
            now = age + 1 + t
            stage = 0 if now < ADULT_AGE else 1
            for s in range(N_STATES):  # this year and all that follow, for a life that is at `s` when it ends
                worth = value[now, s]
                first[s] = worth + mean[i, s]
                second[s] = worth * worth + 2.0 * worth * mean[i, s] + square[i, s]
            if now == EXAM_AGE:
                for s in range(N_STATES):
                    if s // N_LEVELS % N_RECORDS & NOT_ELIGIBLE == 0:
                        failed, other = min(exam[s] * effect[2], 1.0), s + NOT_ELIGIBLE * N_LEVELS
                        first[s] += failed * (first[other] - first[s])
                        second[s] += failed * (second[other] - second[s])
            worse = effect_left(effect[0], effect[3], effect[4], t)
            better = effect_left(effect[1], effect[3], effect[4], t)
            for s in range(N_STATES):
                mean[i, s], square[i, s] = 0.0, 0.0
                if there[now - 1, s]:
                    row = treated_move(move, now, s, (worse, better, effect[2]))
                    for ending in range(N_LEVELS):
                        then = target[stage, s, ending]
                        mean[i, s] += row[ending] * first[then]
                        square[i, s] += row[ending] * second[then]


def norms(metrics: Sequence[Metric], ladder: Ladder, ages: Sequence[int]) -> Whole:
    """What each metric's years come to for children of an age and level before there were any programmes.

    Shape (n_metrics, n_interventions, N_AGES, N_LEVELS, longest follow-up); 0 for metrics with another evaluation and
    outside `ages`, the youngest and oldest at the start.
    """
    longest = max((metric.years for metric in metrics), default=1)
    n = metrics[0].value.shape[0]
    result = np.zeros((len(metrics), n, N_AGES, N_LEVELS, longest), np.int64)
    wanted = [g for g, metric in enumerate(metrics) if metric.evaluation == NORM]
    if not wanted:
        return result
    occupied, tables = expected_states(ladder), life_tables(ladder)
    levels, after = np.empty((1, N_LEVELS)), np.empty(N_STATES)
    for age in range(ages[0], ages[1] + 1):
        for level in range(N_LEVELS):
            now = np.where(np.arange(N_STATES) % N_LEVELS == level, occupied[age], 0.0)
            now /= max(float(now.sum()), 1e-300)
            for t in range(min(longest, N_AGES - 1 - age)):
                occupancy(now, age + t, 1, 0, _NO_EFFECT, tables, levels, after)
                now = after.copy()
                for g in wanted:
                    result[g, :, age, level, t] = np.rint((metrics[g].value[:, age + t + 1] * now).sum(axis=1))
    return result


def national_mean(metrics: Sequence[Metric], children: Whole) -> Whole:
    """Mean worth of a year by (metric, intervention, age), from the national number of children by (age, level)."""
    alive = np.maximum(children.sum(axis=1), 1)
    return np.asarray(np.rint((_by_level(tuple(metrics)) * children).sum(axis=3) / alive), dtype=np.int64)


@lru_cache(maxsize=2)  # those of a run, year after year
def _by_level(metrics: tuple[Metric, ...]) -> Floats:
    """Worth of a year by (metric, intervention, age, level)."""
    return kept(np.stack([metric.value[..., :N_LEVELS] for metric in metrics]).astype(np.float64))
