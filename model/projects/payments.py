"""Payments of projects: who finances what, what contracts move, and what that promises for later years.

A contract names parties; here they become accounts of the ledger, for projects of each owner. What is paid and what is
still owed after the last year go through the same functions, so that the two cannot drift apart.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..contracts import Transfer, split_cost
from ..inputs.parameters import ProjectParameters
from ..money.books import Books, Payment
from ..money.funds import FILLED_BY, Purse, account_of, purse_of
from ..world import Menu, World
from .projects import Projects

Money = NDArray[np.int64]
Which = NDArray[np.int64]
Bools = NDArray[np.bool_]
Floats = NDArray[np.float64]

PURPOSES = {
    **dict.fromkeys(("repay_by_frame_cut", "internal_invoice", "repay", "coupon"), "repayment"),
    "admin_cost": "administration",
    "cover_loss": "guarantee",
}
"""What a payment is for, by the kind of clause that opened it; the rest are outcome payments."""


# ---------------------------------------------------------------------- before a decision: what an option would cost


class Paperwork(NamedTuple):
    """What applying and evaluating cost a project, SEK."""

    fixed: float  # the gain must exceed it
    once: Money  # (n_interventions, n_purses): what of it each purse pays or promises
    per_child: Money  # likewise, for evaluating one child more


def split(world: World, owner: str, contract: int, cost: Money) -> dict[str, Money]:
    """Divide up-front cost among accounts, for projects of this owner under one of the contracts."""
    result: dict[str, Money] = {}
    for party, amount in split_cost(world.contracts[contract], cost).items():
        account = account_of(party, owner)
        result[account] = result[account] + amount if account in result else amount
    return result


def parts(world: World, contract: int, purses: Sequence[Purse]) -> Money:
    """What each purse must have per child of each option: an owner this year's cost, others the whole programme's.

    SEK, shape (n_cells, len(purses)).
    """
    cells, menu = world.cells.intervention, world.menu
    result = np.zeros((cells.size, len(purses)), np.int64)
    for k, item in enumerate(menu.items):
        mine = cells == k
        for party, share in world.contracts[contract].shares.items():
            purse = purse_of(account_of(party, item.owner), item.owner)
            if purse in purses:
                cost = int(menu.yearly[k] if purse[0] == "room" else menu.yearly[k] * menu.duration[k])
                result[mine, purses.index(purse)] += round(share * cost)
    return result


def paperwork(world: World, contract: int, purses: Sequence[Purse]) -> Paperwork:
    """What applying and evaluating costs a project, and what of it each purse pays or promises, fixed and per child.

    An owner pays its application now, and its evaluation when it is due; whoever else pays promises both.
    """
    project, kinds = world.spec.project, len(world.menu.items)
    if world.contracts[contract].way.paperless:
        nothing = np.zeros((kinds, len(purses)), np.int64)
        return Paperwork(0.0, nothing, nothing.copy())
    now = round(project.application_cost)
    fixed, each = now + round(project.evaluation_cost), evaluating(world)
    at_once = world.yardsticks.follow_up == 1  # then the evaluation is due this year, too
    once, per_child = np.zeros((2, kinds, len(purses)), np.int64)
    for k, item in enumerate(world.menu.items):
        purse = purse_of(overhead_account(world, item.owner, contract), item.owner)
        if purse in purses:
            at = purses.index(purse)
            later = purse[0] == "room" and not at_once
            once[k, at] = now if later else fixed
            per_child[k, at] = 0 if later else each[k]
    return Paperwork(float(fixed), once, per_child)


def evaluating(world: World) -> Money:
    """What a child more costs the evaluation, whole SEK by intervention.

    Evaluations cost a share of what is evaluated, and something however small it is (B25).
    """
    return _evaluated_each(world.menu, world.spec.project)


def evaluation_fee(world: World, projects: Projects, which: Which) -> Money:
    """What evaluating each of these projects costs, whole SEK, shape (n,)."""
    each = _evaluated_each(world.menu, world.spec.project)[projects.intervention[which]]
    return np.asarray(round(world.spec.project.evaluation_cost) + each * projects.children[which])


def _evaluated_each(menu: Menu, project: ProjectParameters) -> Money:
    years = zip(menu.yearly.tolist(), menu.duration.tolist(), strict=True)
    return np.array([round(project.evaluation_share * cost * duration) for cost, duration in years], np.int64)


def overhead_account(world: World, owner: str, contract: int) -> str:
    """Who pays for applying and evaluating: a fund if one finances, else the owner."""
    shares = world.contracts[contract].shares
    return account_of(next((party for party in shares if party in FILLED_BY), "owner"), owner)


# ---------------------------------------------------------------------- from projects to payments


def each_owner(world: World, projects: Projects, which: Which) -> Iterator[tuple[str, int, Which]]:
    """Divide projects by (owner, contract)."""
    for owner in world.menu.owners:
        for contract in range(len(world.contracts)):
            mine = which[owned_by(world.menu, projects, owner, which) & (projects.contract[which] == contract)]
            if mine.size:
                yield owner, contract, mine


def owned_by(menu: Menu, projects: Projects, owner: str, which: Which) -> Bools:
    """Say which of the projects belong to an owner."""
    return np.asarray((menu.owner == owner)[projects.intervention[which]])


def transfers(menu: Menu, projects: Projects, transfer: Transfer, which: Which) -> Iterator[Payment]:
    """Translate a contract's payment for these projects into payments between accounts; within one, nothing moves."""
    purpose = PURPOSES.get(transfer.clause, "outcome payment")
    for owner in menu.owners:
        mine = owned_by(menu, projects, owner, which)
        payer, receiver = account_of(transfer.payer, owner), account_of(transfer.receiver, owner)
        if mine.any() and payer != receiver:
            where = projects.municipality[which[mine]]
            yield Payment(payer, receiver, purpose, which[mine], where, transfer.amount[mine])


def overhead(world: World, projects: Projects, purpose: str, which: Which, cost: Money) -> Iterator[Payment]:
    """What applying for ("application") or evaluating ("evaluation") projects costs, SEK for each of `which`.

    `which` are rows in their order.
    """
    receiver = {"application": "provider", "evaluation": "evaluator"}[purpose]
    for owner, contract, mine in each_owner(world, projects, which):
        amount = cost[np.searchsorted(which, mine)]
        payer = overhead_account(world, owner, contract)
        yield Payment(payer, receiver, purpose, mine, projects.municipality[mine], amount)


def programmes(world: World, projects: Projects, year: int) -> Iterator[Payment]:
    """What every programme under way in a year costs those who finance it."""
    going = np.flatnonzero(year - projects.start_year < projects.duration)
    for owner, contract, mine in each_owner(world, projects, going):
        for account, amount in split(world, owner, contract, projects.yearly_cost[mine]).items():
            if account != "provider":
                yield Payment(account, "provider", "programme", mine, projects.municipality[mine], amount)


# ---------------------------------------------------------------------- what new projects promise


def promise(books: Books, world: World, projects: Projects, contract: int, new: Which) -> None:
    """Note what new projects cost now and will cost in later years; a fund's grant is for the whole project."""
    for owner in world.menu.owners:
        mine = new[owned_by(world.menu, projects, owner, new)]
        _promise_overhead(books, world, projects, (owner, contract), mine[projects.judged[mine]])
        standing = ~projects.judged[mine]  # this year's cost of a service was put by before anything was decided
        for years_in in range(int(projects.duration[mine].max(initial=0))):
            going = mine[(projects.duration[mine] > years_in) & ((years_in > 0) | ~standing)]
            for account, part in split(world, owner, contract, projects.yearly_cost[going]).items():
                due = _promised(books, account, owner, _t(world, projects, mine), years_in)
                if due is not None:
                    np.add.at(due, projects.municipality[going], part)


def _promise_overhead(books: Books, world: World, projects: Projects, of: tuple[str, int], judged: Which) -> None:
    """Note what applying and evaluating cost projects of one (owner, contract)."""
    owner, contract = of
    entry, fee = round(world.spec.project.application_cost), evaluation_fee(world, projects, judged)
    where, payer, t = (
        projects.municipality[judged],
        overhead_account(world, owner, contract),
        _t(world, projects, judged),
    )
    for years_in, cost in ((0, np.full(judged.size, entry)), (world.yardsticks.follow_up - 1, fee)):
        due = _promised(books, payer, owner, t, years_in)
        if due is not None:
            np.add.at(due, where, cost)


def _t(world: World, projects: Projects, new: Which) -> int:
    """Number of the year in which these projects start, all in the same."""
    return int(projects.start_year[new].max(initial=world.start_year)) - world.start_year


def _promised(books: Books, account: str, owner: str, t: int, years_in: int) -> Money | None:
    """Where an account notes what it will pay `years_in` years after year number `t`; None if it notes nothing."""
    if account == owner:
        return books.budgets.promised[owner][t + years_in] if years_in else books.budgets.new[owner]
    return books.funds[account].promised if account in books.funds else None
