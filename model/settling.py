"""Settling: when a follow-up is over, what was measured becomes what is paid.

A contract is settled in as many steps as it has dates (`phases`). Beside what is paid stands what the same terms would
have paid on the true effect, which only the model knows: the difference is over- or underpayment. Read by `model` and
`results`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from model import metrics, paying
from model.draws import chances
from model.funding import Design, Outcome, phases, settle
from model.funding.contract import plain

if TYPE_CHECKING:
    from model.model import PreventionModel

Which = NDArray[np.int64]
FROM_BUDGETS = ("board", "municipality", "region")  # public parties that finance from a budget and not from a fund
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
        paying.transfer(model, payer, receiver, clause, which, amount)


def last_phase(model: PreventionModel, contract: int) -> int:
    """Years from the start of a project to its last settlement, or to its evaluation if that comes later."""
    dates = phases(model.design) if contract == 0 else ()
    return max((*dates, model.yardsticks.follow_up[contract] - 1))


def found(model: PreventionModel, which: Which, how: str) -> Mapping[str, Floats]:
    """Every metric of these projects of the design in force: ``how`` "measured" by the evaluator, or "true"."""
    return metrics.by_name(model.yardsticks.metrics[0], model.projects.sums[which], how)


def expected(model: PreventionModel, which: Which) -> Mapping[str, Floats]:
    """Every metric of these projects as it should be expected at the true effects."""
    own, other, people = np.moveaxis(model.projects.expected_sums[which], 2, 0)
    return {
        metric.name: metrics.in_unit(metric, own[:, j], other[:, j], people[:, j])
        for j, metric in enumerate(model.yardsticks.metrics[0])
    }


def outcome(model: PreventionModel, which: Which, metric: Mapping[str, Floats]) -> Outcome:
    """Put what is known of projects into the form that `settle` reads; conditions left to chance are drawn here."""
    projects = model.projects
    conditions: dict[str, NDArray[np.bool_]] = {}
    for number, (name, condition) in enumerate(model.design.conditions.items()):
        if condition.measure is not None:
            conditions[name] = condition.holds(metric[condition.measure])
        else:
            conditions[name] = drawn(model, which, number) < plain_chance(condition)
    return Outcome(projects.cost[which], metric, conditions)


def drawn(model: PreventionModel, which: Which, number: int) -> Floats:
    """Luck of projects for the condition of that number, in (0, 1), shape (n,)."""
    projects = model.projects
    codes = model.population.codes[projects.municipality[which]]
    luck: Floats = chances(model.run_seed, number, codes, projects.start_year[which], projects.intervention[which])
    return luck


def plain_chance(condition: Any) -> float:
    """Give the chance of a condition that is not measured; never, where nobody could find out."""
    return 0.0 if condition.chance is None else plain(condition.chance)


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
    return problems + [
        f"{design.name}: a run cannot find out whether '{name}' holds. Give conditions.{name} a measure with above or "
        "at_least, or a chance."
        for name in design.asked_conditions
        if design.conditions[name].measure is None and design.conditions[name].chance is None
    ]
