"""Metrics: what contracts measure, from single lives to the numbers that settlement reads.

Every metric is a sum over children and years of what a year in a state is worth: minus what it costs certain payers,
or one for each outcome reached. The same table gives what was measured (`evaluators`), what is true (shadow lives)
and what is to be expected (the ladder multiplied out), so none of the three can drift from the others. Reads
`contracts` and `prices`; read by `expected`, `dues`, `model` and `results`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from ..children.ladder import N_AGES, N_LEVELS, N_RECORDS, N_STATES, NOT_ELIGIBLE, PLACED, SENTENCED
from ..children.prices import KIND, CostTables
from ..contracts import Design, Measure
from ..contracts.contract import plain
from ..contracts.outcomes import Agreed, agreed_outcomes
from ..contracts.timing import calendar_of, metric_at
from ..inputs.life_course import InterventionParameters
from ..inputs.parameters import KINDS, PAYERS
from ..inputs.protect import kept
from .evaluators import COMPARED, MATCHED, OTHER, OWN, PEOPLE, SUMS, TRUE_OTHER, TRUE_OWN

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]
OWN_FOLLOW_UP = "all costs"  # what a body follows up of its own projects, whatever a contract measures
RECORDS = {"placed": PLACED, "not_eligible": NOT_ELIGIBLE, "sentenced": SENTENCED}
THOUSANDTHS = 1000


@dataclass(frozen=True, eq=False)
class Metric:
    """One metric of one contract. `value` is by (intervention, age, state): what a year there is worth, whole units."""

    name: str
    kind: str
    evaluation: str
    years: int  # of follow-up, from the start
    value: Whole  # (n_interventions, N_AGES, N_STATES)
    parts: int = 1  # value is in units of 1 / parts: outcomes are counted in thousandths, so that means can be whole
    target: float = 1.0  # outcomes of a participant that count as 100 %, of a metric in per cent of a target
    group: int = 0  # which of `groups` equal groups of participants it looks at
    groups: int = 1


def metrics_of(
    design: Design, interventions: Sequence[InterventionParameters], costs: CostTables, follow_up: int
) -> tuple[Metric, ...]:
    """Give the metrics of a contract in their order; the last is the body's own follow-up, the same under every design.

    It compares what all payers spend on participants with what they spend on like children, for `follow_up` years.
    """
    reads = {name: {*dates} for name, dates in calendar_of(design).reads.items()}
    for each in design.exits.values():  # whoever may end it looks at everything that is measured
        for name, measure in design.measures.items():
            reads[name] = reads.get(name, set()) | {date for date in each.dates if date < measure.months}
    found = [
        metric
        for name, each in design.measures.items()
        for metric in _at_dates(_metric(each, design, interventions, costs), sorted(reads.get(name, ())))
    ]
    return (*found, _own_follow_up(costs, len(interventions), follow_up))


@lru_cache(maxsize=8)
def _own_follow_up(costs: CostTables, interventions: int, follow_up: int) -> Metric:
    """What a body follows up by itself: one object for all contracts of a world, so that much is worked out once."""
    cost = _minus_cost(costs, [np.ones(len(PAYERS), np.bool_)] * interventions, KINDS)
    return Metric(OWN_FOLLOW_UP, "cost_reduction", MATCHED, follow_up, kept(cost))


def _at_dates(metric: Metric, months: Sequence[int]) -> list[Metric]:
    """Give a metric, and the same as far as it has come at each earlier date at which the contract reads it."""
    return [metric, *(replace(metric, name=metric_at(metric.name, date), years=date // 12) for date in months)]


def saving_told(metrics: Sequence[Metric]) -> int:
    """Which of a contract's metrics tells bodies more of the effect: the first saving that it measures; -1 if none."""
    return next((j for j, metric in enumerate(metrics[:-1]) if metric.kind == "cost_reduction"), -1)


def _metric(
    measure: Measure, design: Design, interventions: Sequence[InterventionParameters], costs: CostTables
) -> Metric:
    n = len(interventions)
    value = np.zeros((n, N_AGES, N_STATES), np.int64)
    times, target = 1.0, 1.0
    if measure.outcome:
        own = design.own_outcomes.get(measure.outcome)
        if own is not None and own.times is not None:
            times = plain(own.times)
        stands = agreed_outcomes()[measure.outcome] if own is None else own.stands_for_it
        assert stands is not None  # a run refuses what is not in the model
        value[:] = _reached(stands)
        if measure.target is not None and design.programme is not None:
            target = plain(measure.target) / design.programme.children
    elif measure.kind == "tax_revenue":
        value[:] = _minus_cost(costs, [np.ones(len(PAYERS), np.bool_)] * n, ("tax_forgone",))
    elif measure.kind != "activity":
        mine = [np.array([measure.counts(payer, item.owner) for payer in PAYERS]) for item in interventions]
        value[:] = _minus_cost(costs, mine, measure.cost_kinds or KINDS)
    parts = THOUSANDTHS if measure.outcome else 1
    group, groups = measure.group - 1, measure.groups
    worth = np.rint(value * (parts * times)).astype(np.int64)
    return Metric(measure.name, measure.kind, measure.evaluation, measure.years, worth, parts, target, group, groups)


def _minus_cost(costs: CostTables, payers: Sequence[NDArray[np.bool_]], kinds: Sequence[str]) -> Whole:
    """Minus what a year costs these payers, by (intervention, age, state), SEK."""
    of_kinds = costs.amount[..., [KIND[kind] for kind in kinds]].sum(axis=3)
    by_level = np.stack([of_kinds[..., mine].sum(axis=2) for mine in payers])
    return np.ascontiguousarray(-by_level[:, :, np.arange(N_STATES) % N_LEVELS])  # as others: one kernel for all


def _reached(outcome: Agreed) -> Whole:
    """One where a year counts as the outcome (minus one if it is a bad one), by (age, state)."""
    age, state = np.meshgrid(np.arange(N_AGES), np.arange(N_STATES), indexing="ij")
    first, last = outcome.ages if outcome.at_age is None else (outcome.at_age, outcome.at_age)
    counts = (age >= first) & (age <= last)
    if outcome.levels:
        counts &= np.isin(state % N_LEVELS, outcome.levels)
    if outcome.record is not None:
        counts &= ((state // N_LEVELS % N_RECORDS & RECORDS[outcome.record]) == 0) == outcome.record_absent
    return np.asarray(counts * (1 if outcome.good else -1), dtype=np.int64)


# ---------------------------------------------------------------------- from sums to metrics


def measured(metric: Metric, sums: Whole) -> Floats:
    """What the evaluator reports, from the sums of projects, shape (n, 6); in the unit of the metric, shape (n,).

    Participants without a comparison are reckoned to do as well as those with one. A fall is in per cent of the
    comparison; 0 where that has nothing to fall from.
    """
    people, compared = sums[:, PEOPLE].astype(np.float64), np.maximum(sums[:, COMPARED], 1)
    result = in_unit(metric, sums[:, OWN] / metric.parts, sums[:, OTHER] / metric.parts, people)
    if metric.kind in ("fall", "activity"):
        return result
    if metric.kind in ("share", "of_target"):
        return np.asarray(result * people / compared)
    return np.asarray(np.rint((sums[:, OWN] - sums[:, OTHER]) * (people / compared)) / metric.parts)


def true(metric: Metric, sums: Whole) -> Floats:
    """What the project caused, from the lives with help and their shadows; shape (n,)."""
    own, other = sums[:, TRUE_OWN] / metric.parts, sums[:, TRUE_OTHER] / metric.parts
    return in_unit(metric, own, other, sums[:, PEOPLE].astype(np.float64))


def in_unit(metric: Metric, own: Floats, other: Floats, people: Floats) -> Floats:
    """Turn sums over children (SEK or outcomes) into the unit of the metric."""
    if metric.kind == "activity":
        return people
    gain = own - other
    if metric.kind == "fall":
        return np.asarray(np.divide(100.0 * gain, np.abs(other), out=np.zeros(own.shape), where=other != 0.0))
    if metric.kind in ("share", "of_target"):
        whole = people * metric.target
        return np.asarray(np.divide(100.0 * gain, whole, out=np.zeros(own.shape), where=people > 0))
    return np.asarray(gain)


def empty_sums(n: int, most: int) -> Whole:
    """Sums of `n` new projects with at most `most` metrics. Shape (n, most, 6)."""
    return np.zeros((n, most, len(SUMS)), np.int64)


def by_name(metrics: Sequence[Metric], sums: Whole, how: str) -> Mapping[str, Floats]:
    """Every metric of a contract by name, ``how`` "measured" or "true", from sums of shape (n, metrics, 6)."""
    turn = {"measured": measured, "true": true}[how]
    return {metric.name: turn(metric, sums[:, j]) for j, metric in enumerate(metrics)}
