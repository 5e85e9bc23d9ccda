"""Payments of projects: who finances what, what contracts move, and what that promises for later years.

A contract names parties; here they become accounts of the ledger, for projects of each owner. What is paid and what is
still owed after the last year go through the same functions, so that the two cannot drift apart.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..contracts import Transfer, split_cost
from ..inputs.parameters import ProjectParameters
from ..inputs.protect import kept
from ..money.books import Books, Payment
from ..money.funds import FILLED_BY, Owners, Purse, account_of
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


def split(world: World, owners: Owners, contract: int, cost: Money) -> dict[str, Money]:
    """Divide up-front cost among accounts, for projects of these owners under one of the contracts."""
    result: dict[str, Money] = {}
    for party, amount in split_cost(world.contracts[contract], cost).items():
        for account, part in owners.divide(party, amount):
            result[account] = result[account] + part if account in result else part
    return result


def parts(world: World, contract: int, purses: Sequence[Purse]) -> Money:
    """What each purse must have per child of each option: owners this year's cost, others the whole programme's.

    SEK, shape (n_cells, len(purses)).
    """
    cells, menu = world.cells.intervention, world.menu
    result = np.zeros((cells.size, len(purses)), np.int64)
    for k, team in enumerate(menu.team):
        mine, owners = cells == k, Owners(*team)
        for party, share in world.contracts[contract].shares.items():
            for account, part in owners.accounts(party):
                purse = owners.purse(account)
                if purse in purses:
                    cost = int(menu.yearly[k] if purse[0] == "room" else menu.yearly[k] * menu.duration[k])
                    result[mine, purses.index(purse)] += round(share * part * cost)
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
    for k, team in enumerate(world.menu.team):
        owners = Owners(*team)
        purse = owners.purse(overhead_account(world, owners, contract))
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


@lru_cache(maxsize=4)
def _evaluated_each(menu: Menu, project: ProjectParameters) -> Money:
    years = zip(menu.yearly.tolist(), menu.duration.tolist(), strict=True)
    return kept(np.array([round(project.evaluation_share * cost * duration) for cost, duration in years], np.int64))


def overhead_account(world: World, owners: Owners, contract: int) -> str:
    """Who pays for applying and evaluating: a fund if one finances, else whoever leads the project."""
    shares = world.contracts[contract].shares
    fund = next((party for party in shares if party in FILLED_BY), None)
    return owners.lead if fund is None else account_of(fund, owners.lead)


# ---------------------------------------------------------------------- from projects to payments


def each_team(world: World, projects: Projects, which: Which) -> Iterator[tuple[Owners, int, Which]]:
    """Divide projects by (owners, contract)."""
    contracts = len(world.contracts)
    number = world.menu.run_by[projects.intervention[which]] * contracts + projects.contract[which]
    for each in _present(number):
        team, contract = divmod(each, contracts)
        yield Owners(*world.menu.teams[team]), contract, which[number == each]


def each_owners(menu: Menu, projects: Projects, which: Which) -> Iterator[tuple[Owners, Bools]]:
    """Say which of the projects each owners run, of those who run any."""
    number = menu.run_by[projects.intervention[which]]
    for team in _present(number):
        yield Owners(*menu.teams[team]), number == team


def _present(numbers: Which) -> list[int]:
    """Numbers that are there, each once and in order."""
    present: list[int] = np.flatnonzero(np.bincount(numbers)).tolist()
    return present


def transfers(menu: Menu, projects: Projects, transfer: Transfer, which: Which) -> Iterator[Payment]:
    """Translate a contract's payment for these projects into payments between accounts; within one, nothing moves."""
    purpose = PURPOSES.get(transfer.clause, "outcome payment")
    for owners, mine in each_owners(menu, projects, which):
        where = projects.municipality[which[mine]]
        for payer, paid in owners.divide(transfer.payer, transfer.amount[mine]):
            for receiver, amount in owners.divide(transfer.receiver, paid):
                if payer != receiver:
                    yield Payment(payer, receiver, purpose, which[mine], where, amount)


def overhead(world: World, projects: Projects, purpose: str, which: Which, cost: Money) -> Iterator[Payment]:
    """What applying for ("application") or evaluating ("evaluation") projects costs, SEK for each of `which`.

    `which` are rows in their order.
    """
    receiver = {"application": "provider", "evaluation": "evaluator"}[purpose]
    for owners, contract, mine in each_team(world, projects, which):
        amount = cost[np.searchsorted(which, mine)]
        payer = overhead_account(world, owners, contract)
        yield Payment(payer, receiver, purpose, mine, projects.municipality[mine], amount)


def programmes(world: World, projects: Projects, year: int) -> Iterator[Payment]:
    """What every programme under way in a year costs those who finance it."""
    going = np.flatnonzero(year - projects.start_year < projects.duration)
    left_to_owner = (projects.ended_by > 0) & (year - projects.start_year >= projects.ended_after)
    for owners, contract, all_of_them in each_team(world, projects, going):
        for alone in (False, True):
            mine = all_of_them[left_to_owner[all_of_them] == alone]
            cost = projects.yearly_cost[mine]
            paid = dict(owners.divide("owner", cost)) if alone else split(world, owners, contract, cost)
            for account, amount in paid.items() if mine.size else ():
                if account != "provider":
                    yield Payment(account, "provider", "programme", mine, projects.municipality[mine], amount)


# ---------------------------------------------------------------------- what new projects promise


def promise(books: Books, world: World, projects: Projects, contract: int, new: Which) -> None:
    """Note what new projects cost now and will cost in later years; a fund's grant is for the whole project."""
    for owners, those in each_owners(world.menu, projects, new):
        mine = new[those]
        where, duration, judged = projects.municipality[mine], projects.duration[mine], projects.judged[mine]
        t = _t(world, projects, mine)
        _promise_overhead(books, world, projects, (owners, contract), mine[judged])
        # This year's cost of a service was put by before anything was decided.
        going = [(duration > years_in) & (judged | (years_in > 0)) for years_in in range(int(duration.max()))]
        for account, part in split(world, owners, contract, projects.yearly_cost[mine]).items():
            for years_in, paying in enumerate(going):
                due = _promised(books, account, owners, t, years_in)
                if due is not None:
                    np.add.at(due, where[paying], part[paying])


def hand_over(books: Books, world: World, projects: Projects, ended: Which) -> None:
    """Note that owners alone pay the rest of projects whose contract was ended: nobody sends the children home."""
    for owners, contract, mine in each_team(world, projects, ended):
        for years_in in range(int(projects.duration[mine].max(initial=0))):
            left = mine[(projects.ended_after[mine] <= years_in) & (years_in < projects.duration[mine])]
            cost, t = projects.yearly_cost[left], _t(world, projects, left)
            for sign, paid in ((-1, split(world, owners, contract, cost)), (1, dict(owners.divide("owner", cost)))):
                for account, part in paid.items():
                    due = _promised(books, account, owners, t, years_in)
                    if due is not None:
                        np.add.at(due, projects.municipality[left], sign * part)


def _promise_overhead(books: Books, world: World, projects: Projects, of: tuple[Owners, int], judged: Which) -> None:
    """Note what applying and evaluating cost projects of one (owners, contract)."""
    owners, contract = of
    entry, fee = round(world.spec.project.application_cost), evaluation_fee(world, projects, judged)
    where, payer, t = (
        projects.municipality[judged],
        overhead_account(world, owners, contract),
        _t(world, projects, judged),
    )
    for years_in, cost in ((0, np.full(judged.size, entry)), (world.yardsticks.follow_up - 1, fee)):
        due = _promised(books, payer, owners, t, years_in)
        if due is not None:
            np.add.at(due, where, cost)


def _t(world: World, projects: Projects, new: Which) -> int:
    """Number of the year in which these projects start, all in the same."""
    return int(projects.start_year[new].max(initial=world.start_year)) - world.start_year


def _promised(books: Books, account: str, owners: Owners, t: int, years_in: int) -> Money | None:
    """Where an account notes what it will pay `years_in` years after year number `t`; None if it notes nothing."""
    if owners.purse(account)[0] == "room":
        return books.budgets.promised[account][t + years_in] if years_in else books.budgets.new[account]
    return books.funds[account].promised if account in books.funds else None
