"""Yardsticks: everything that the evaluators of a run need, laid out once for all contracts in force.

The metrics of all contracts stand in one list; each contract has a stretch of it. Reads `metrics` and `expected`;
read by `model`, `beliefs`, `dues`, `decisions` and `results`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..children.ladder import N_AGES, Ladder
from ..children.prices import CostTables
from ..contracts import Design
from ..inputs.protect import protect
from ..inputs.scenario import Scenario
from .evaluators import EVALUATORS, WAITING_LIST
from .expected import national_mean, norms
from .metrics import Metric, metrics_of, saving_told

Whole = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Yardsticks:
    """The metrics of each contract, and as arrays for the kernel that measures (see `evaluation.measure`).

    `own` is the place of a body's own follow-up among the metrics of each contract, `follow_up` its years; `told` the
    first saving that the contract itself measures, -1 if none; `by_lot` whether the design in force holds children
    back.
    """

    metrics: tuple[tuple[Metric, ...], ...]
    own: tuple[int, ...]
    told: tuple[int, ...]
    follow_up: int
    by_lot: bool
    terms: tuple[Whole, ...]
    values: Whole  # (n_metrics, n_interventions, N_AGES, N_STATES)
    norms: Whole  # (n_metrics, n_interventions, N_AGES, N_LEVELS, longest follow-up)

    def __post_init__(self) -> None:
        protect(self)

    @property
    def every(self) -> list[Metric]:
        """All metrics, contract by contract."""
        return [metric for of_contract in self.metrics for metric in of_contract]

    @property
    def most(self) -> int:
        """Most metrics that a contract has."""
        return max(map(len, self.metrics))

    @property
    def longest(self) -> int:
        """Longest follow-up of any metric, years."""
        return max(metric.years for metric in self.every)


def no_means_yet(yardsticks: Yardsticks, years: int) -> Whole:
    """National means of a run of `years`, to be filled, by (metric, intervention, year, age); year 0 is the one before.

    An evaluator that allows for the trend compares with them.
    """
    return np.zeros((*yardsticks.values.shape[:2], years + 1, N_AGES), np.int64)


def remember(means: Whole, yardsticks: Yardsticks, t: int, children: Whole) -> None:
    """Write what a year was worth on average after year number `t`, from children by (age, level)."""
    means[:, :, t] = national_mean(yardsticks.every, children)


def lay_out(spec: Scenario, contracts: Sequence[Design], ladder: Ladder, costs: CostTables) -> Yardsticks:
    """Work out what each contract measures."""
    items = spec.interventions
    metrics = tuple(metrics_of(each, items, costs, spec.project.follow_up_years) for each in contracts)
    every = [metric for of_contract in metrics for metric in of_contract]
    columns = [(EVALUATORS.index(m.evaluation), m.years, m.group, m.groups) for m in every]
    begins = np.cumsum([0, *map(len, metrics)])
    ages = [age for item in items for age in (item.age_from, item.age_to)]
    values = np.stack([metric.value for metric in every])
    return Yardsticks(
        metrics=metrics,
        own=tuple(len(each) - 1 for each in metrics),
        told=tuple(saving_told(each) for each in metrics),
        follow_up=spec.project.follow_up_years,
        by_lot=any(metric.evaluation == WAITING_LIST for metric in metrics[0]),
        terms=(begins, *(np.array(column, np.int64) for column in zip(*columns, strict=True))),
        values=values,
        norms=norms(every, ladder, (min(ages), max(ages))),
    )
