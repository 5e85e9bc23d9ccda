"""The books: ledger, budgets and funds as one, so that a payment is written in all of them or in none.

Whoever pays or is paid, an entry of the ledger says so, and the budget or fund concerned has that much less or more.
At the end of every year the ledger is compared with budgets, funds and lives; the first difference stops the run.
Money of projects comes as a `Payment`; nothing here knows projects or beliefs.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from ..children.ladder import LAST_AGE
from ..children.lives import Children
from ..children.prices import KIND, PAYER, CostTables
from ..contracts import Transfer
from ..inputs.parameters import PAYERS
from ..world import World
from .budgets import COMMITTEES, LINES, Budgets, close_year, fund_size, has_fund, rur_allotment, set_room, whole
from .economy import equity_worth, refill, stays, take_from_rur
from .funds import FILLED_BY, NO_LIMIT, Fund, Purse, allowances, worth_left
from .ledger import Flow, Ledger, LedgerError

Money = NDArray[np.int64]
Which = NDArray[np.int64]
Bools = NDArray[np.bool_]
Floats = NDArray[np.float64]
STATE_AGENCIES = PAYERS[5:]
FROM_TREASURY = ("state", "outcomes_fund", *STATE_AGENCIES)  # the state draws from taxes what it pays for projects


@dataclass(frozen=True, eq=False)
class Payment:
    """Whole SEK that change hands for one purpose, one row per project."""

    payer: str
    receiver: str
    purpose: str
    project: Which
    municipality: Which
    amount: Money


@dataclass(frozen=True, eq=False)
class LifeCost:
    """What the lives of a year cost, whole SEK: by (municipality, payer, kind), and tax given back by equalisation."""

    amount: Money  # (n, 10, 3)
    given_back: Money  # (n, 2): municipal, regional

    def of(self, payer: str) -> Money:
        """What they cost a payer, by municipality, net of income equalisation."""
        return np.asarray(self.amount[:, PAYER[payer]].sum(axis=1))


@dataclass
class Books:
    """Where money is written: what moved (ledger), what is left of it in budgets, and what is left in funds.

    Of this year: `lives` is what children cost, `allowed` what the contract lets a party spend on new projects,
    `set_aside` what funds were given, `before` what was left in them, `lapsed` what of municipal funds nobody was
    granted, `wanted` what was last applied for under the design in force, SEK by municipality. `due` is what contracts
    will pay, by year, with the projects that each row stands for; `yearly` are all years closed so far, by body.
    """

    ledger: Ledger
    budgets: Budgets
    funds: dict[str, Fund]
    lives: LifeCost
    allowed: dict[str, Money] = field(default_factory=dict)
    set_aside: dict[str, Money] = field(default_factory=dict)
    due: dict[int, list[tuple[Transfer, Which]]] = field(default_factory=dict)
    before: dict[str, Money] = field(default_factory=dict)
    lapsed: Money | None = None
    wanted: Money = field(default_factory=lambda: np.zeros(1, np.int64))
    yearly: list[dict[str, dict[str, Money]]] = field(default_factory=list)

    def left(self, purse: Purse) -> Money:
        """Money for new projects in a purse this year, shape (n,), see `funds.Purse`."""
        sort, account = purse
        if sort == "room":
            return self.budgets.room[account]
        if account in self.funds:
            return self.funds[account].free
        return self.allowed.get(account, np.full(self.ledger.n_municipalities, NO_LIMIT))

    def pay(self, year: int, payment: Payment) -> None:
        """Post a payment, and take it from (or give it to) the budgets concerned."""
        self.ledger.post(
            year,
            Flow(payment.payer, payment.receiver, payment.purpose),
            payment.amount,
            municipality=payment.municipality,
            project=payment.project,
        )
        moved = np.zeros(self.ledger.n_municipalities, np.int64)
        np.add.at(moved, payment.municipality, payment.amount)
        if payment.payer in self.funds:  # a grant keeps a promise
            self.funds[payment.payer].promised = self.funds[payment.payer].promised - moved
        self._take(year, payment.payer, moved)
        self._take(year, payment.receiver, -moved)

    def _take(self, year: int, party: str, moved: Money) -> None:
        """Take money from a party; what the state pays comes from taxes, and what reaches it goes back to them."""
        if party in LINES:
            self.budgets.spent[party] = self.budgets.spent[party] + moved
        elif party in self.funds:
            self.funds[party].money = self.funds[party].money - moved
        elif party in FROM_TREASURY:
            if party != "state":
                self.ledger.settle_up(year, party, "state", "appropriation", moved)
            self.ledger.settle_up(year, "state", "households", "taxes", moved)


def price(children: Money, costs: CostTables) -> LifeCost:
    """Multiply children by (municipality, age, level) by the price list."""
    flat = children.reshape(len(children), -1)
    prices = costs.amount.reshape(flat.shape[1], -1)
    costly = prices.any(axis=0)  # most payers have no cost of most kinds
    amount = np.zeros((len(children), prices.shape[1]), np.int64)
    amount[:, costly] = flat @ prices[:, costly]
    return LifeCost(
        amount.reshape(len(children), len(PAYERS), -1), flat @ costs.equalisation.reshape(flat.shape[1], -1)
    )


def open_year(books: Books, world: World, funded: Bools, standing: Mapping[str, Money], year: int) -> None:
    """Set frames; mandatory cost, services and earlier promises come first, what is left is room (M5, M8, M10, M11).

    `funded` says which municipalities have decided on a fund, shape (n,); `standing` is what services will cost each
    body, shape (n,).
    """
    t, design = year - world.start_year, world.design
    set_room(books.budgets, standing, t)
    books.before = {name: fund.money for name, fund in books.funds.items()}
    books.allowed = allowances(design, world.geography.inhabitants)
    books.set_aside = {name: _set_aside(books, world, name, funded, t) for name in books.funds}
    for name, fund in books.funds.items():
        fund.money = fund.money + books.set_aside[name]
    for line in ("board", "region"):
        if line in books.allowed:
            books.budgets.extra[line] = books.budgets.extra[line] + books.allowed[line]


def _set_aside(books: Books, world: World, fund: str, funded: Bools, t: int) -> Money:
    """Money that a fund gets this year: what the contract gives it (`size`), else what it lacks of its usual size.

    A fund is a stock: filled when it is decided on, and filled up again as the year allows (`economy.refill`). A
    municipal fund is there only where the municipality has decided on one; the reserve releases a part of itself.
    """
    wanted, budgets, spec, money = books.allowed.get(fund), books.budgets, world.spec, books.funds[fund]
    if fund == "municipal_fund":
        if wanted is not None:
            return whole(wanted * has_fund(funded, spec))
        size = fund_size(budgets, funded, spec)
        share = np.where(money.opened, refill(budgets.reserves, spec.budget, t), 1.0)
        money.opened = size > 0
        return whole(np.maximum(size - money.free, 0) * share)
    if wanted is None:
        revenue = budgets.revenue["region" if FILLED_BY[fund] == "region" else "municipality"]
        wanted = whole(revenue * spec.board.fund_share)
        if fund == "regional_fund":
            wanted = np.maximum(wanted - money.free, 0)
    return np.minimum(wanted, rur_allotment(budgets, spec)) if fund == "rur" else wanted


def _let_lapse(books: Books, world: World) -> None:
    """Move what was not granted of municipal funds back to the board: where it lapses, or the fund is given up."""
    fund = books.funds.get("municipal_fund")
    if fund is None:
        return
    stay = stays(books.budgets.reserves) * (fund.opened if "municipal_fund" not in books.allowed else 1.0)
    lapsed = whole(np.maximum(fund.free, 0) * (1.0 - stay))
    fund.money = fund.money - lapsed
    books.lapsed = lapsed
    books.budgets.equity["board"] = books.budgets.equity["board"] + lapsed


def left_in_funds(books: Books, world: World) -> dict[str, Floats]:
    """What a krona left in each fund is worth to whoever grants it, shape (n,), see `funds.worth_left`."""
    spec, result = world.spec, {}
    form = {
        "municipal_fund": stays(books.budgets.reserves),
        "rur": np.zeros(world.n),
        "regional_fund": np.ones(world.n),
    }
    for name, fund in books.funds.items():
        grantor = spec.region if name == "regional_fund" else spec.board
        in_equity = equity_worth(spec.budget, grantor.horizon, grantor.discount_rate)
        result[name] = worth_left(form[name], in_equity, books.wanted, fund.free)
    return result


def book_lives(books: Books, year: int) -> None:
    """Book care, benefits and tax forgone of every child on its payers."""
    ledger, lives = books.ledger, books.lives
    for payer in PAYERS:
        of_payer = lives.amount[:, PAYER[payer]]
        ledger.post(year, Flow(payer, "provider", "care", "resource"), of_payer[:, KIND["resource"]])
        ledger.post(year, Flow(payer, "households", "benefit", "transfer"), of_payer[:, KIND["transfer"]])
        lost = of_payer[:, KIND["tax_forgone"]]
        if payer in ("board", "region"):
            returned = lives.given_back[:, 0 if payer == "board" else 1]
            ledger.post(year, Flow(payer, "households", "tax forgone", "tax_forgone"), lost + returned)
            ledger.settle_up(year, payer, "central_tax", "income equalisation", returned)
        elif payer == "central_tax":
            lost = lost - lives.given_back.sum(axis=1)
            ledger.post(year, Flow(payer, "households", "tax forgone", "tax_forgone"), lost)
        if payer in STATE_AGENCIES:
            ledger.post(year, Flow("state", payer, "appropriation"), of_payer.sum(axis=1))
            ledger.post(year, Flow("households", "state", "taxes"), of_payer.sum(axis=1))


def close(books: Books, world: World, children: Children, year: int) -> None:
    """Close the year: results, equity, next year's frames; and check that nothing appeared or vanished.

    Raises
    ------
    LedgerError
        At the first difference, naming year, body and amount.
    """
    budgets, spec, zero = books.budgets, world.spec, np.zeros(world.n, np.int64)
    ratchet = {line: spec.committee.ratchet for line in LINES} | {"region": spec.region.ratchet}
    mandatory = {line: books.lives.of(line) for line in LINES}
    equity = {name: amount.copy() for name, amount in budgets.equity.items()}
    results = close_year(budgets, year - world.start_year, mandatory, ratchet, spec.budget)
    _let_lapse(books, world)
    if "rur" in books.set_aside:
        budgets.equity["board"] = budgets.equity["board"] - books.set_aside["rur"]
        take_from_rur(budgets.reserves, books.set_aside["rur"])
    _book_budgets(books, results, year)
    _check_money(books, equity, spec.places.codes, year)
    _check_lives(books.ledger, children, world.costs, year)
    books.yearly.append(
        {
            line: {
                "frame": budgets.frame[line] + budgets.extra[line],
                "mandatory": mandatory[line],
                "room": budgets.room[line],
                "prevention": budgets.spent[line],
                "result": results[line],
                "equity": budgets.equity.get(line, zero).copy(),
            }
            for line in LINES
        }
    )


def _book_budgets(books: Books, results: dict[str, Money], year: int) -> None:
    """Book revenue, frames, other services and results."""
    budgets, ledger = books.budgets, books.ledger
    frames = {line: budgets.frame[line] + budgets.extra[line] for line in LINES}
    zero = np.zeros(ledger.n_municipalities, np.int64)
    revenue = {
        "board": sum((frames[line] for line in LINES if line != "region"), zero),
        "region": frames["region"],
    }
    for fund, amount in books.set_aside.items():
        if fund != "rur":  # the reserve is filled from equity, the others in the ordinary budget
            revenue[FILLED_BY[fund]] = revenue[FILLED_BY[fund]] + amount
        ledger.post(year, Flow(FILLED_BY[fund], fund, "set aside"), amount)
    if books.lapsed is not None:
        ledger.post(year, Flow("municipal_fund", "board", "lapsed"), books.lapsed)
    for body, amount in revenue.items():
        ledger.settle_up(year, body, "households", "revenue", amount)
    for line in LINES:
        other = budgets.room[line] - budgets.new[line]
        ledger.post(year, Flow(line, "provider", "other services"), other)
        if line in COMMITTEES:
            ledger.settle_up(year, line, "board", "frame", frames[line])
            ledger.settle_up(year, line, "board", "result", -results[line])


def _check_money(books: Books, equity: dict[str, Money], codes: tuple[str, ...], year: int) -> None:
    """Compare the ledger with budgets and funds; `equity` is what bodies had before the year."""
    zero = np.zeros(len(codes), np.int64)
    expected = {line: zero for line in (*COMMITTEES, *STATE_AGENCIES, "state", "outcomes_fund")}
    expected |= {name: books.budgets.equity[name] - before for name, before in equity.items()}
    expected |= {name: fund.money - books.before[name] for name, fund in books.funds.items()}
    balances = books.ledger.balances(year)
    for body, change in expected.items():
        off = balances.get(body, zero) - change
        if off.any():
            m = int(np.flatnonzero(off)[0])
            raise LedgerError(
                f"{year}: {body} of municipality {codes[m]} is {int(off[m])} SEK off: "
                "the ledger and the budget do not agree."
            )


def _check_lives(ledger: Ledger, children: Children, costs: CostTables, year: int) -> None:
    """Compare the ledger with what the children cost, and their number with those who are alive."""
    national = children.actual.sum(axis=0)
    for kind, number in KIND.items():
        booked = ledger.total(year, kind)
        due = int((national[:, :, None] * costs.amount[..., number]).sum())
        if booked != due:
            raise LedgerError(f"{year}: {booked} SEK of {kind} is booked, the children cost {due} SEK.")
    people = children.population
    ages = year - people.births_from - np.arange(people.offsets.shape[1] - 1)
    alive = int(people.cohort_sizes()[:, (ages >= 0) & (ages <= LAST_AGE)].sum())
    if int(national.sum()) != alive or (children.counts[0] < children.counts[1]).any():
        raise LedgerError(f"{year}: {int(national.sum())} children were counted, {alive} are alive.")
