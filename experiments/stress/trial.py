"""A contract tried on groups of children: what it pays if its programme does nothing, and if it does what it should.

Many groups of the contract's size are drawn from a `Cohort`. Each is measured as the contract's evaluators would, on
lives without help or with it, and settled. Read by `holes`, `moves` and `repairs`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import product

import numpy as np
from numpy.typing import NDArray

from ...model.children.cells import build_cells, detection_edges, seen_weights
from ...model.children.ladder import build_ladder
from ...model.children.practice import practice_of
from ...model.children.prices import CostTables, build_costs
from ...model.contracts import Design, Measure, Outcome, settle
from ...model.evaluation import cohorts, metrics
from ...model.evaluation.metrics import Metric
from ...model.inputs.life_course import InterventionParameters
from ...model.inputs.scenario import Scenario

__all__ = ["Ground", "Trial", "assignments", "ground_of", "measured", "paid", "try_out", "usual_size"]

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]
Bools = NDArray[np.bool_]
Pair = tuple[str, str]

MOST_DRAWN, FEWEST, MOST = 1_000_000, 200, 2000  # children in all groups together; groups
LIVES = 60_000  # in a cohort, about
COMPARED_WITH_NOTHING = ("none", "as-flagged")
LONGEST = 25  # years of a cohort's lives; a longer follow-up is cut to it


@dataclass(frozen=True, eq=False)
class Ground:
    """What every trial of a contract stands on: its programmes, their prices, and the children."""

    items: tuple[InterventionParameters, ...]
    costs: CostTables
    cohort: cohorts.Cohort
    seed: int
    per_child: float  # SEK, what the whole programme costs a child
    known: dict[tuple[object, ...], Whole] = field(default_factory=dict)  # what has been worked out of the cohort

    def lives(self, metric: Metric, helped: bool) -> Whole:
        """What the years of the children come to, see `cohorts.worth`."""
        states = self.cohort.helped if helped else self.cohort.without
        return self._once(("own", helped, *_name(metric)), lambda: cohorts.worth(metric, self.cohort, states))

    def compared(self, metric: Metric) -> Whole:
        """What they are compared with, see `cohorts.compared`."""
        return self._once(("other", metric.evaluation, *_name(metric)), lambda: cohorts.compared(metric, self.cohort))

    def groups(self, number: int, people: int, among: Bools | None = None) -> Whole:
        """Draw groups of children, all or `among` some; the same each time."""
        if among is not None:
            return cohorts.pick(np.where(among, self.cohort.weight, 0.0), number, people, [self.seed, 3])
        return self._once((number, people), lambda: cohorts.pick(self.cohort.weight, number, people, [self.seed, 3]))

    def _once(self, key: tuple[object, ...], work: Callable[[], Whole]) -> Whole:
        if key not in self.known:
            self.known[key] = work()
        return self.known[key]


def _name(metric: Metric) -> tuple[object, ...]:
    """What a metric counts and for how long, whatever it is called."""
    return metric.years, metric.value.tobytes()


@dataclass(frozen=True, eq=False)
class Trial:
    """A contract settled for many groups.

    `metric` by name and `told` by condition, shape (groups,) each; `amount` by pair, `by_clause` what each clause adds
    to all that is owed (clauses, groups). Whole units of the contract's currency.
    """

    design: Design
    cost: int
    people: int
    metric: Mapping[str, Floats]
    told: Mapping[str, Bools]
    amount: Mapping[Pair, Floats]
    by_clause: Floats

    def total(self, pairs: Sequence[Pair]) -> Floats:
        """What these pairs move together in each group."""
        result: Floats = np.sum([self.amount[pair] for pair in pairs], axis=0)
        return result


def ground_of(design: Design, spec: Scenario, seed: int, lives: int = LIVES) -> Ground:
    """Draw the children whom the contract's programmes are for, in the scenario as the contract changes it."""
    spec = spec.changed_by(design.changes)
    items = tuple(item for item in spec.interventions if not design.interventions or item.name in design.interventions)
    ladder, costs, seen = build_ladder(spec.ladder), build_costs(spec), spec.detection
    edges, practice = detection_edges(seen.sensitivity, seen.false_alarm, seen.take_up), practice_of(spec.project)
    cells = build_cells(items, ladder, costs, edges, practice=practice)
    each = max(16, lives // cells.age.size)
    longest = max((_longest(measure) for measure in design.measures.values()), default=1)
    cohort = cohorts.draw_cohort(
        items,
        cells,
        ladder,
        seen_weights(ladder, edges),
        practice=practice,
        each=each,
        years=min(longest, LONGEST),
        seed=seed,
    )
    whole = np.array([item.cost * item.duration for item in items])[cells.intervention[cohort.cell]]
    return Ground(items, costs, cohort, seed, float((whole * cohort.weight).sum() / cohort.weight.sum()))


def _longest(measure: Measure) -> int:
    """Longest follow-up, whole years, that the contract gives as possible."""
    high = measure.follow_up.range[1]
    return max(measure.years, -(-int(high) // 12) if measure.follow_up.unit == "month" else int(high))


def usual_size(design: Design, ground: Ground, cost: int) -> int:
    """How many children a programme of this cost (in the contract's currency) is for, where the contract is silent."""
    return max(1, round(cost * design.currency.sek / ground.per_child))


def assignments(design: Design) -> list[dict[str, bool]]:
    """Give every combination of answers to conditions that nobody measures and no chance is given for."""
    names = [name for name in design.asked_conditions if _chance(design, name) is None]
    return [dict(zip(names, answer, strict=True)) for answer in product((False, True), repeat=len(names))]


def _chance(design: Design, name: str) -> float | None:
    condition = design.conditions[name]
    return None if condition.chance is None else condition.probability


def measured(design: Design, ground: Ground, picks: Whole, helped: bool) -> dict[str, Floats]:
    """Measure groups of children as the contract says; in its units, shape (groups,) each."""
    found = metrics.metrics_of(design, ground.items, ground.costs, 1)[:-1]
    return {metric.name: _measured(design, metric, ground, picks, helped) for metric in found}


def _measured(design: Design, metric: Metric, ground: Ground, picks: Whole, helped: bool) -> Floats:
    sums = cohorts.sums_of(metric, ground.lives(metric, helped), ground.compared(metric), picks)
    value = metrics.measured(metric, sums)
    money = metric.kind in ("cost_reduction", "tax_revenue")
    return np.asarray(value / design.currency.sek if money else value)


def conditions(design: Design, metric: Mapping[str, Floats], told: Mapping[str, bool], seed: int) -> dict[str, Bools]:
    """Say for each group whether each condition holds that nobody measures: as told, or as its chance has it."""
    n = next((each.size for each in metric.values()), 1)
    result: dict[str, Bools] = {}
    for number, name in enumerate(design.asked_conditions):
        if name in told:
            result[name] = np.full(n, told[name])
        else:
            random = np.random.Generator(np.random.Philox(np.random.SeedSequence([seed, 7, number])))
            result[name] = random.random(n) < design.conditions[name].probability
    return result


def paid(
    design: Design, size: tuple[int, int], metric: Mapping[str, Floats], holds: Mapping[str, Bools]
) -> dict[Pair, Floats]:
    """What each payer owes each receiver for each of n groups, fees among it, whole units of the currency."""
    n = next((each.size for each in [*metric.values(), *holds.values()]), 1)
    amount = {pair: np.zeros(n) for clause in design.clauses for pair in (clause.pair, *clause.also)}
    cost, people = np.full(n, size[0], np.int64), np.full(n, float(size[1]))
    for transfer in settle(design, Outcome(cost, metric, holds, people)):
        amount[transfer.payer, transfer.receiver] = amount[transfer.payer, transfer.receiver] + transfer.amount
    return amount


def clause_by_clause(
    design: Design, size: tuple[int, int], metric: Mapping[str, Floats], holds: Mapping[str, Bools]
) -> Floats:
    """What each clause adds to all that is owed, fees among it, (clauses, groups): settled with one clause more."""
    n = next((each.size for each in [*metric.values(), *holds.values()]), 1)
    before, rows = np.zeros(n), []
    for count in range(1, len(design.clauses) + 1):
        some = paid(replace(design, clauses=design.clauses[:count]), size, metric, holds)
        now = np.sum(list(some.values()), axis=0)
        rows.append(now - before)
        before = now
    return np.array(rows)


def try_out(
    design: Design,
    ground: Ground,
    size: tuple[int, int],
    *,
    told: Mapping[str, bool] | None = None,
    helped: bool = False,
    among: Bools | None = None,
    most: int = MOST_DRAWN,
) -> Trial:
    """Settle a contract for many groups of children.

    Parameters
    ----------
    size
        Cost of the programme (whole units of the contract's currency) and how many children take part.
    told
        Answers to conditions that nobody measures; else by their chance.
    helped
        Whether the programme has its effect. The children and their luck are the same.
    among
        The children of the cohort who may be chosen, if not all; shape (n,).
    most
        How many children in all groups together; fewer are quicker and less exact.
    """
    cost, people = size
    groups = min(max(most // people, FEWEST), MOST)
    picks = ground.groups(groups, people, among)
    metric = measured(design, ground, picks, helped)
    metric = metric or {"": np.zeros(groups)}
    holds = conditions(design, metric, told or {}, ground.seed)
    amount = paid(design, size, metric, holds)
    return Trial(design, cost, people, metric, holds, amount, clause_by_clause(design, size, metric, holds))
