"""What metrics should be expected to come to: the ladder multiplied out over the years of follow-up.

Once honestly, against what would happen without the project, and once as the evaluator will report it, against the
comparison that its method makes. Also what the methods themselves need: the norm of how children used to fare, and the
national mean. Reads `metrics`, `forecast` and `ladder`; read by `prospects`, `decisions` and `model`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numba import njit
from numpy.typing import NDArray

from ..children.forecast import BELIEF_GRID, Cells, effects_of, expected_states, life_tables, occupancy
from ..children.ladder import N_AGES, N_LEVELS, N_STATES, Ladder
from ..inputs.parameters import InterventionParameters
from .evaluators import BEFORE_AFTER, FLAGGED, MATCHED, NONE, NORM, TREND, WAITING_LIST
from .metrics import Metric, in_unit

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]
_NO_EFFECT = np.ones(5)


@dataclass(frozen=True, eq=False)
class Expected:
    """What one metric should be expected to come to, per child of each option.

    `own` by (belief of the grid, cell), `other` by cell; both in SEK or outcomes.
    """

    metric: Metric
    own: Floats
    other: Floats

    def mean(self, size: float) -> Floats:
        """Expected metric of `size` children of one option, by (belief, cell), in the metric's unit."""
        people = np.full(self.own.shape, size / self.metric.groups)
        other = np.broadcast_to(self.other, self.own.shape)
        return in_unit(self.metric, self.own * people, other * people, people)

    def spread(self, size: float, outcome_sd: float) -> Floats:
        """Standard deviation of that metric by chance alone, as an evaluator reckons it; by (belief, cell).

        Costs of children differ by `outcome_sd` in a year, as bodies believe; years and children are reckoned as
        independent, and counts of outcomes as Poisson. A comparison with other children doubles the variance.
        """
        people = np.full(self.own.shape, size / self.metric.groups)
        return noise(self.metric, self.own * people, self.other * people, people, outcome_sd)


def noise(metric: Metric, own: Floats, other: Floats, people: Floats, outcome_sd: float) -> Floats:
    """Standard deviation by chance alone of a metric whose sums over `people` are expected to be `own` and `other`.

    In the unit of the metric; `own` and `other` in SEK or outcomes. See `Expected.spread`.
    """
    if metric.kind == "activity":
        return np.zeros(own.shape)
    twice = 2.0 if metric.evaluation in (MATCHED, WAITING_LIST) else 1.0
    base = np.abs(other)
    if metric.parts == 1:
        sd = np.sqrt(twice * metric.years * people) * outcome_sd
    else:
        sd = np.sqrt(np.abs(own) + (base if twice == 2.0 else 0.0))
    if metric.kind == "fall":
        return np.asarray(np.divide(100.0 * sd, base, out=np.zeros(sd.shape), where=base > 0.0))
    if metric.kind == "share":
        return np.asarray(np.divide(100.0 * sd, people, out=np.zeros(sd.shape), where=people > 0))
    return np.asarray(sd)


def expect(
    metrics: Sequence[Metric], interventions: tuple[InterventionParameters, ...], cells: Cells, ladder: Ladder
) -> tuple[Expected, ...]:
    """Multiply the ladder out: what every metric should come to for a child of each option under each belief.

    This is the honest evaluation: what would happen without the project, whatever the evaluator will compare with.
    """
    tables, k = life_tables(ladder), cells.intervention
    none = np.tile(_NO_EFFECT, (k.size, 1))
    effects = [effects_of(interventions, belief)[k] for belief in BELIEF_GRID]
    result = []
    for metric in metrics:
        arguments = (cells.age, k, metric.value, metric.years, tables)
        own = np.stack([_summed(effect, cells.start, *arguments) for effect in effects]) / metric.parts
        other = _summed(none, cells.start, *arguments) / metric.parts if metric.evaluation != NONE else np.zeros(k.size)
        result.append(Expected(metric, own, other))
    return tuple(result)


def as_reported(honest: Sequence[Expected], cells: Cells, ladder: Ladder) -> tuple[Expected, ...]:
    """The same, as an evaluator will report it: with the comparison that its method really makes.

    Who takes part is sturdier than others on the same rung, and whoever stands high on the ladder tends to come down
    again: so all methods but the lot are off. Private parties reckon with that; public bodies expect an honest
    evaluation (table 3.1: the public side is at an information disadvantage).
    """
    return tuple(replace(each, other=_reported(each, cells, ladder)) for each in honest)


def _reported(expected: Expected, cells: Cells, ladder: Ladder) -> Floats:
    """What the evaluator's comparison should be expected to come to, by cell, SEK or outcomes."""
    metric, k, age = expected.metric, cells.intervention, cells.age
    years = np.minimum(metric.years, N_AGES - 1 - age)
    occupied, level = expected_states(ladder), np.arange(N_STATES) % N_LEVELS
    at_start = metric.value[k, age]  # (n_cells, N_STATES)
    if metric.evaluation in (MATCHED, NORM):
        of_level = occupied.reshape(N_AGES, -1, N_LEVELS).sum(axis=1)
        share = cells.start.reshape(age.size, -1, N_LEVELS).sum(axis=1)
        like = occupied[age] / np.maximum(of_level[age][:, level], 1e-300) * share[:, level]
        none = np.tile(_NO_EFFECT, (k.size, 1))
        total = _summed(none, like, age, k, metric.value, metric.years, life_tables(ladder))
    elif metric.evaluation in (BEFORE_AFTER, TREND):
        total = years * (cells.start * at_start).sum(axis=1)
        if metric.evaluation == TREND:
            mean = (metric.value * occupied).sum(axis=2)
            for t in range(metric.years):
                total = total + np.where(t < years, mean[k, np.minimum(age + t + 1, N_AGES - 1)] - mean[k, age], 0.0)
    elif metric.evaluation == FLAGGED:
        flagged = np.arange(N_STATES) - level + cells.level[:, None]
        total = np.zeros(k.size)
        for t in range(metric.years):
            then = metric.value[k, np.minimum(age + t + 1, N_AGES - 1)]
            stayed = (cells.start * np.take_along_axis(then, flagged, axis=1)).sum(axis=1)
            total = total + np.where(t < years, stayed, 0.0)
    else:
        return expected.other
    return np.asarray(total / metric.parts)


@njit(cache=True, nogil=True)
def _summed(effect, start, age, kind, value, years, tables):
    """Sum what years are worth, weighted by where each cell's children are expected to be. Shape (n_cells,)."""
    result = np.zeros(age.size)
    levels, now, after = np.empty((1, N_LEVELS)), np.empty(N_STATES), np.empty(N_STATES)
    for c in range(age.size):
        now[:] = start[c]
        for t in range(min(years, N_AGES - 1 - age[c])):
            occupancy(now, age[c] + t, 1, t, effect[c], tables, levels, after)
            now[:] = after
            for s in range(N_STATES):
                result[c] += now[s] * value[kind[c], age[c] + t + 1, s]
    return result


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
    value = np.stack([metric.value[..., :N_LEVELS] for metric in metrics]).astype(np.float64)
    alive = np.maximum(children.sum(axis=1), 1)
    return np.asarray(np.rint((value * children).sum(axis=3) / alive), dtype=np.int64)
