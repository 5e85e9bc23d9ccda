"""Paying for projects: who finances what, what contracts pay, and what that does to the budgets concerned.

A contract names parties; here they become accounts of the ledger, for projects of each owner. Read by `model`,
`dues` and `results`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ..contracts import split_cost
from ..inputs.parameters import PAYERS
from ..money.budgets import LINES, fund_allotment, rur_allotment, whole
from ..money.funds import FILLED_BY, NO_LIMIT, Purse, account_of, purse_of

if TYPE_CHECKING:
    from ..model import PreventionModel

Money = NDArray[np.int64]
STATE_AGENCIES = PAYERS[5:]
FROM_TREASURY = ("state", "outcomes_fund", *STATE_AGENCIES)  # the state draws from taxes what it pays for projects

PURPOSES = {
    **dict.fromkeys(("repay_by_frame_cut", "internal_invoice", "repay", "coupon"), "repayment"),
    "admin_cost": "administration",
    "cover_loss": "guarantee",
}
"""What a payment is for, by the kind of clause that opened it; the rest are outcome payments."""


def set_aside(model: PreventionModel, fund: str) -> Money:
    """Money that a fund gets this year: by the contract's `size`, else by the board's habit (F3).

    A municipal fund is there only where the municipality has decided on one; the reserve releases a part of itself.
    """
    wanted, budgets, t = model.allowed.get(fund), model.budgets, model.year - model.start_year
    if fund == "municipal_fund":
        return fund_allotment(budgets, model.spec, t, wanted)
    if wanted is None:
        revenue = budgets.revenue["region" if FILLED_BY[fund] == "region" else "municipality"]
        wanted = whole(revenue * model.spec.board.fund_share)
    return np.minimum(wanted, rur_allotment(budgets, model.spec)) if fund == "rur" else wanted


def purse(model: PreventionModel, sort: str, account: str) -> Money:
    """Money for new projects in a purse this year, see `funds.Purse`."""
    if sort == "room":
        return model.budgets.room[account]
    if account in model.funds:
        return model.funds[account].free
    return model.allowed.get(account, np.full(model.n, NO_LIMIT))


def split(model: PreventionModel, owner: str, contract: int, cost: Money) -> dict[str, Money]:
    """Divide up-front cost among accounts, for projects of this owner under one of the contracts."""
    result: dict[str, Money] = {}
    for party, amount in split_cost(model.contracts[contract], cost).items():
        account = account_of(party, owner)
        result[account] = result[account] + amount if account in result else amount
    return result


def parts(model: PreventionModel, contract: int, purses: Sequence[Purse]) -> Money:
    """What each purse must have per child of each option: an owner this year's cost, others the whole programme's.

    SEK, shape (n_cells, len(purses)).
    """
    cells, items = model.cells.intervention, model.interventions
    result = np.zeros((cells.size, len(purses)), np.int64)
    for k, item in enumerate(items):
        mine, yearly = cells == k, round(item.cost)
        for party, share in model.contracts[contract].shares.items():
            purse = purse_of(account_of(party, item.owner), item.owner)
            if purse in purses:
                cost = yearly if purse[0] == "room" else yearly * item.duration
                result[mine, purses.index(purse)] += round(share * cost)
    return result


def paperwork(
    model: PreventionModel, contract: int, purses: Sequence[Purse]
) -> tuple[NDArray[np.float64], Money, Money]:
    """What applying and evaluating costs a project, and what of it each purse pays or promises, fixed and per child.

    An owner pays its application now, and its evaluation when it is due; whoever else pays promises both. SEK by
    (municipality, intervention), and twice by (municipality, intervention, purse); nothing in ordinary operations.
    `evaluating` is the part per child.
    """
    project = model.spec.project
    fixed = np.where(model.ordinary, 0, round(project.application_cost) + round(project.evaluation_cost))
    now = np.where(model.ordinary, 0, round(project.application_cost))
    each = evaluating(model)
    at_once = model.yardsticks.follow_up[contract] == 1  # then the evaluation is due this year, too
    once, per_child = np.zeros((2, *fixed.shape, len(purses)), np.int64)
    for k, item in enumerate(model.interventions):
        purse = purse_of(overhead_account(model, item.owner, contract), item.owner)
        if purse in purses:
            at = purses.index(purse)
            later = purse[0] == "room" and not at_once
            once[:, k, at] = (now if later else fixed)[:, k]
            per_child[:, k, at] = 0 if later else each[:, k]
    return fixed.astype(np.float64), once, per_child


def evaluating(model: PreventionModel) -> Money:
    """What a child more costs the evaluation, whole SEK by (municipality, intervention); 0 in ordinary operations.

    Evaluations cost a share of what is evaluated, and something however small it is (B25).
    """
    return np.where(model.ordinary, 0, _evaluated_each(model))


def evaluation_fee(model: PreventionModel, which: NDArray[np.int64]) -> Money:
    """What evaluating each of these projects costs, whole SEK, shape (n,)."""
    book = model.projects
    each = _evaluated_each(model)[book.intervention[which]]
    return np.asarray(round(model.spec.project.evaluation_cost) + each * book.children[which])


def _evaluated_each(model: PreventionModel) -> Money:
    share = model.spec.project.evaluation_share
    return np.array([round(share * round(item.cost) * item.duration) for item in model.interventions], np.int64)


def overhead_account(model: PreventionModel, owner: str, contract: int) -> str:
    """Who pays for applying and evaluating: the state under a planner, a fund if one finances, else the owner."""
    design = model.contracts[contract]
    if design.decision == "planner":
        return "state"
    return account_of(next((party for party in design.shares if party in FILLED_BY), "owner"), owner)


def each_owner(model: PreventionModel, which: NDArray[np.int64]) -> list[tuple[str, int, NDArray[np.int64]]]:
    """Divide projects by (owner, contract)."""
    parts = [
        (owner, contract, which[owned_by(model, owner, which) & (model.projects.contract[which] == contract)])
        for owner in model.owners
        for contract in range(len(model.contracts))
    ]
    return [part for part in parts if part[2].size]


def owned_by(model: PreventionModel, owner: str, which: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Say which of the projects belong to an owner."""
    owners = np.array([item.owner == owner for item in model.interventions])
    return np.asarray(owners[model.projects.intervention[which]])


def between_accounts(
    model: PreventionModel, payer: str, receiver: str, clause: str, which: NDArray[np.int64], amount: Money
) -> list[tuple[str, str, NDArray[np.int64], Money, str]]:
    """Translate a contract's payment into (payer, receiver, projects, amount, purpose) of the ledger.

    Where payer and receiver are one account nothing moves.
    """
    result = []
    for owner in model.owners:
        at = owned_by(model, owner, which)
        source, goal = account_of(payer, owner), account_of(receiver, owner)
        if at.any() and source != goal:
            result.append((source, goal, which[at], amount[at], PURPOSES.get(clause, "outcome payment")))
    return result


def promise(model: PreventionModel, contract: int, first: int) -> None:
    """Note what new projects cost now and will cost in later years; a fund's grant is for the whole project."""
    projects, budgets, t = model.projects, model.budgets, model.year - model.start_year
    new = np.arange(first, projects.n)
    entry = round(model.spec.project.application_cost)
    for owner in model.owners:
        mine = new[owned_by(model, owner, new)]
        judged = mine[projects.overhead[mine]]
        fee = evaluation_fee(model, judged)
        payer = overhead_account(model, owner, contract)
        if payer == owner:
            np.add.at(budgets.new[owner], projects.municipality[judged], entry)
            until = model.yardsticks.follow_up[contract] - 1
            due = budgets.promised[owner][t + until] if until else budgets.new[owner]
            np.add.at(due, projects.municipality[judged], fee)
        elif payer in model.funds:
            np.add.at(model.funds[payer].promised, projects.municipality[judged], entry + fee)
        for years_in in range(int(projects.duration[mine].max(initial=0))):
            going = mine[projects.duration[mine] > years_in]
            for account, part in split(model, owner, contract, projects.yearly_cost[going]).items():
                where = projects.municipality[going]
                if account == owner:
                    np.add.at(budgets.promised[owner][t + years_in] if years_in else budgets.new[owner], where, part)
                elif account in model.funds:
                    np.add.at(model.funds[account].promised, where, part)
    applied = new[projects.overhead[new]]
    overhead(model, "application", "provider", applied, np.full(applied.size, entry, np.int64))


def overhead(model: PreventionModel, purpose: str, receiver: str, which: NDArray[np.int64], cost: Money) -> None:
    """Book the cost of applying for or evaluating projects, SEK for each of `which` (rows in their order)."""
    for owner, contract, mine in each_owner(model, which):
        amount = cost[np.searchsorted(which, mine)]
        pay(model, overhead_account(model, owner, contract), receiver, purpose, mine, amount)


def pay_programmes(model: PreventionModel) -> None:
    """Book this year's cost of every programme under way on those who finance it."""
    projects = model.projects
    going = np.flatnonzero(model.year - projects.start_year < projects.duration)
    for owner, contract, mine in each_owner(model, going):
        for account, amount in split(model, owner, contract, projects.yearly_cost[mine]).items():
            if account != "provider":
                pay(model, account, "provider", "programme", mine, amount)


def transfer(
    model: PreventionModel, payer: str, receiver: str, clause: str, which: NDArray[np.int64], amount: Money
) -> None:
    """Book a payment under the contract."""
    projects = model.projects
    for source, goal, mine, part, purpose in between_accounts(model, payer, receiver, clause, which, amount):
        pay(model, source, goal, purpose, mine, part)
        column = {"outcome payment": projects.paid, "repayment": projects.repaid}.get(purpose, projects.other)
        column[mine] += part


def pay(
    model: PreventionModel, account: str, receiver: str, purpose: str, which: NDArray[np.int64], amount: Money
) -> None:
    """Post money of projects, and take it from (or give it to) the budgets concerned.

    What reaches the state goes back to the taxpayers, so that its accounts are empty at the end of a year.
    """
    where = model.projects.municipality[which]
    model.ledger.post(model.year, account, receiver, purpose, amount, municipality=where, project=which)
    for party, sign in ((account, 1), (receiver, -1)):
        moved = np.zeros(model.n, np.int64)
        np.add.at(moved, where, sign * amount)
        if party in LINES:
            model.budgets.spent[party] = model.budgets.spent[party] + moved
        elif party in model.funds:
            fund = model.funds[party]
            fund.money = fund.money - moved
            if sign == 1:
                fund.promised = fund.promised - moved
        elif party in FROM_TREASURY:
            if party != "state":
                model.ledger.settle_up(model.year, party, "state", "appropriation", moved)
            model.ledger.settle_up(model.year, "state", "households", "taxes", moved)
