"""Settling: when a follow-up is over, what was measured becomes what is paid.

A contract is settled in as many steps as it has dates (`phases`). Beside what is paid stands what the same terms would
have paid on the true effect, which only the model knows: the difference is over- or underpayment. Read by `model` and
`results`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ..children.draws import chances
from ..contracts import Design, Outcome, Transfer, phases, settle
from ..evaluation import metrics
from ..evaluation.expected import noise
from ..evaluation.prospects import LUCK, deviates
from ..money.funds import FILLED_BY
from . import payments

if TYPE_CHECKING:
    from ..model import PreventionModel

Which = NDArray[np.int64]
FROM_BUDGETS = ("board", "municipality", "region")  # public parties that finance from a budget and not from a fund
FEW = 30  # finished projects from which the spread of measurements can be told
Floats = NDArray[np.float64]


def settle_due(model: PreventionModel) -> None:
    """Settle the projects of the design in force for which a date of the contract has come, and pay what falls due."""
    projects = model.projects
    for at in phases(model.design):
        which = np.flatnonzero((projects.contract == 0) & (projects.start_year == model.year - at))
        if not which.size:
            continue
        transfers = settle(model.design, outcome(model, which, found(model, which, "measured")), at)
        for transfer in transfers:
            due = (transfer.payer, transfer.receiver, transfer.clause, which, transfer.amount)
            model.due.setdefault(model.year + transfer.year - at, []).append(due)
        fair = settle(model.design, outcome(model, which, found(model, which, "true")), at)
        for column, part in ((projects.payable, transfers), (projects.fair, fair)):
            for transfer in part:
                if transfer.clause != "admin_cost":
                    column[which] += transfer.amount
    for payer, receiver, clause, which, amount in model.due.pop(model.year, []):
        payments.transfer(model, payer, receiver, clause, which, amount)


def last_phase(model: PreventionModel, contract: int) -> int:
    """Years from the start of a project to its last settlement, or to its evaluation if that comes later."""
    dates = phases(model.design) if contract == 0 else ()
    return max((*dates, model.yardsticks.follow_up[contract] - 1))


def found(model: PreventionModel, which: Which, how: str) -> Mapping[str, Floats]:
    """Every metric of these projects of the design in force: ``how`` "measured" by the evaluator, or "true"."""
    return metrics.by_name(model.yardsticks.metrics[0], model.projects.sums[which], how)


def expected(model: PreventionModel, which: Which) -> Mapping[str, Floats]:
    """Every metric of these projects as it should be expected at the true effects."""
    own, other, people, _ = np.moveaxis(model.projects.expected_sums[which], 2, 0)
    return {
        metric.name: metrics.in_unit(metric, own[:, j], other[:, j], people[:, j])
        for j, metric in enumerate(model.yardsticks.metrics[0])
    }


def still_to_settle(model: PreventionModel, which: Which, at: int) -> list[Transfer]:
    """What will be settled in year `at` of these projects of the design in force, on average over what may be measured.

    Settled for equally likely measurements around what the evaluator should report at the true effects, since caps,
    floors and thresholds pay differently for good and bad luck. A metric whose follow-up is over is as it was measured.
    """
    known = found(model, which, "measured")
    cases: list[dict[str, Floats]] = [{} for _ in range(LUCK)]
    for j, metric in enumerate(model.yardsticks.metrics[0]):
        likely, spread = _reported(model, which, j)
        over = model.projects.start_year[which] + metric.years <= model.year
        for case, luck in zip(cases, _misses(model, j), strict=True):
            case[metric.name] = np.where(over, known[metric.name], likely + luck * spread)
    settled = [settle(model.design, outcome(model, which, case), at) for case in cases]
    return [
        replace(same[0], amount=np.rint(np.mean([each.amount for each in same], axis=0)).astype(np.int64))
        for same in zip(*settled, strict=True)
    ]


def _reported(model: PreventionModel, which: Which, j: int) -> tuple[Floats, Floats]:
    """What the evaluator should report of a metric of projects at the true effects, and its spread as bodies reckon."""
    own, _, people, other = model.projects.expected_sums[which, j].T
    metric = model.yardsticks.metrics[0][j]
    return metrics.in_unit(metric, own, other, people), noise(metric, own, other, people, model.spec.belief.outcome_sd)


def _misses(model: PreventionModel, j: int) -> Floats:
    """By how much a metric may miss what it should come to: equally likely cases, in its spread, shape (LUCK,).

    As the projects of this run missed whose follow-up is over: means of each tenth of them. While they are few, normal.
    """
    projects, metric = model.projects, model.yardsticks.metrics[0][j]
    over = np.flatnonzero((projects.contract == 0) & (projects.start_year + metric.years <= model.year))
    likely, spread = _reported(model, over, j)
    some = spread > 0.0
    if some.sum() < FEW:
        return deviates()
    gap = metrics.measured(metric, projects.sums[over, j]) - likely
    return np.array([tenth.mean() for tenth in np.array_split(np.sort(gap[some] / spread[some]), LUCK)])


def outcome(model: PreventionModel, which: Which, metric: Mapping[str, Floats]) -> Outcome:
    """Put what is known of projects into the form that `settle` reads; conditions left to chance are drawn here."""
    projects = model.projects
    conditions: dict[str, NDArray[np.bool_]] = {}
    for number, (name, condition) in enumerate(model.design.conditions.items()):
        if condition.measure is not None:
            conditions[name] = condition.holds(metric[condition.measure])
        else:
            conditions[name] = drawn(model, which, number) < condition.probability
    return Outcome(projects.cost[which], metric, conditions)


def drawn(model: PreventionModel, which: Which, number: int) -> Floats:
    """Luck of projects for the condition of that number, in (0, 1), shape (n,)."""
    projects = model.projects
    codes = model.population.codes[projects.municipality[which]]
    luck: Floats = chances(model.run_seed, number, codes, projects.start_year[which], projects.intervention[which])
    return luck


def unfit(design: Design) -> list[str]:
    """Say why a run could not settle a design; nothing if it can."""
    if design.add_on:
        return [f"{design.name}: is an add-on. Join it to a design, such as status-quo+{design.name}."]
    problems = [
        f"{design.name}: finance.{share.party} has no `size`. Say how many SEK/inhabitant/year it has for such "
        "projects: a run would let it pay for every one of them."
        for share in design.finance
        if share.party in FROM_BUDGETS and share.size is None
    ]
    if design.decision == "planner":
        problems += [
            f"{design.name}: finance.{party} has only so much money, but a planner takes all that is worth it. "
            'Let finance.state pay, or write decision.body = "board".'
            for party in design.shares
            if party in ("owner", *FILLED_BY, *FROM_BUDGETS)
        ]
    return problems + [
        f"{design.name}: a run cannot find out whether '{name}' holds. Give conditions.{name} a measure with above or "
        "at_least, or a chance."
        for name in design.asked_conditions
        if design.conditions[name].measure is None and design.conditions[name].chance is None
    ]
