"""Settlement: what a contract pays, as a pure function of what was delivered and what was measured.

How a contract is settled, to be read aloud:

1. For each pair of a payer and a receiver, and each part (label) of what is between them, there is one amount owed. It
   begins at zero.
2. The clauses are taken in the order in which the file declares them. Each looks at what its payer owes its
   receiver so far and says what is owed now. A clause with `when` acts only where those conditions hold, one with
   `unless` only where none of them does; elsewhere the amount stays as it was. Two kinds move an amount: what the
   payer of a `co_pay` takes over, the other payer (`instead_of`) no longer owes; what the receiver of a `waterfall`
   takes first, the other receiver no longer gets. A limit with `parts` looks at their sum: a cut takes from the last
   of them first, a rise goes to the first (`clauses.spread`).
3. No clause makes an amount negative. Nobody pays by receiving: a contract with payments both ways has two pairs.
4. When all clauses have been taken, each amount is rounded to the nearest whole unit of the currency (a half to the
   even one). This is the only rounding of it. A limit of a clause is kept to within that half.
5. A part is settled in the year in which all that it reads has been measured (`timing`). It falls due then, or in
   equal yearly parts by its `schedule`; these sum exactly to the amount. A `coupon` is paid beside them.

The same function serves the expectations of an agent (expected metrics in) and the real settlement (measured
metrics in). A transfer bears the name of the clause that first opened the amount: `repay_by_frame_cut` is then a
cut of the payer's frame, every other kind a payment.

Reads `contract`, `clauses`, `timing` and `vocabulary`. Read by the agents, the model and the command that settles.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..inputs.errors import InputError
from .clauses import Amounts, Facts, best_of, coupons, instalments, spread
from .contract import Clause, Design, Key
from .timing import settlement_years, source_of
from .vocabulary import KINDS

__all__ = ["Outcome", "Transfer", "net_by_party", "settle", "split_cost", "upfront"]

Money = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Outcome:
    """What is known of n projects when they are settled; every array has shape (n,).

    `cost` is the programme cost in whole units of the contract's currency, `metric` what was measured by name of the
    measure (unit as it says), and `conditions` whether each condition holds. What a design does not read is ignored.
    """

    cost: Money
    metric: Mapping[str, NDArray[np.float64]] = field(default_factory=dict)
    conditions: Mapping[str, NDArray[np.bool_]] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Transfer:
    """Whole units of currency from one party to another for each of n projects.

    `clause` is the kind that opened the amount (`coupon` for interest paid beside it, `finance` for what is put in up
    front), `year` counts from the start of the project (0 = its first year).
    """

    clause: str
    part: str
    payer: str
    receiver: str
    year: int
    amount: Money


@dataclass(eq=False)
class _Account:
    """What is owed under one key so far, by which kind of clause it was opened, and when and how it is paid."""

    opened_by: str
    owed: Amounts
    schedule: tuple[int, int] = (0, 1)
    coupon: Amounts | None = None


_Accounts = dict[Key, _Account]


def settle(design: Design, outcome: Outcome, at: int | None = None) -> tuple[Transfer, ...]:
    """Say what is paid under the design: one transfer for each pair, part and year in which an instalment falls due.

    Parameters
    ----------
    design
        The contract.
    outcome
        What was delivered and measured. With `at`, what is measured later may be anything finite.
    at
        Give only what is settled in this year (see `timing.phases`); all phases together give the same transfers as
        one settlement.

    Raises
    ------
    InputError
        If the outcome lacks what the contract reads, or makes no sense.
    """
    _check(design, outcome)
    years = settlement_years(design)
    accounts: _Accounts = {}
    for clause in design.clauses:
        _take(clause, design, outcome, years, accounts)
    return tuple(
        transfer
        for key, account in accounts.items()
        if at is None or years[key] == at
        for transfer in _payments(key, account, years[key])
    )


def upfront(design: Design, cost: Money) -> tuple[Transfer, ...]:
    """Say who puts in the programme's cost, in equal yearly parts from year 0, to whoever runs the programme.

    A party that finances and runs it does not pay itself. `cost` in whole units of currency, shape (n,).
    """
    run_by, years = "provider", 1
    if design.programme is not None:
        run_by, years = design.programme.run_by, design.programme.years
    return tuple(
        Transfer("finance", "finance", party, run_by, year, part)
        for party, paid in split_cost(design, cost).items()
        if party != run_by
        for year, part in instalments(paid, 0, years)
    )


def split_cost(design: Design, cost: Money) -> dict[str, Money]:
    """Divide the up-front cost among those who finance it, in whole units that sum exactly to the cost."""
    edges = np.concatenate([[0.0], np.cumsum(list(design.shares.values()))])
    edges[-1] = 1.0
    paid = [np.rint(edge * cost).astype(np.int64) for edge in edges[:-1]] + [cost]
    return {party: paid[i + 1] - paid[i] for i, party in enumerate(design.shares)}


def net_by_party(transfers: Iterable[Transfer]) -> dict[str, Money]:
    """Sum up what each party receives less what it pays, over all years; over all parties this is zero."""
    net: dict[str, Money] = {}
    for transfer in transfers:
        for party, amount in ((transfer.payer, -transfer.amount), (transfer.receiver, transfer.amount)):
            net[party] = net[party] + amount if party in net else amount
    return net


def _take(clause: Clause, design: Design, outcome: Outcome, years: Mapping[Key, int], accounts: _Accounts) -> None:
    """Let one clause act on the accounts that it names."""
    nothing = np.zeros(outcome.cost.size)
    for key in clause.keys:
        accounts.setdefault(key, _Account(clause.kind, nothing))
    acts = _acts(clause, outcome)
    account = accounts[clause.keys[0]]
    if clause.kind == "schedule":
        account.schedule = (int(clause.values["first_year"]), int(clause.values["years"]))
        return
    if clause.kind == "coupon":
        rate = np.where(acts, clause.values["rate"], 0.0)
        account.coupon = rate if account.coupon is None else account.coupon + rate
        return
    facts = _facts(clause, design, outcome, years, accounts)
    rule = KINDS[clause.kind].rule
    source = source_of(clause)
    if source is not None:
        moved = np.where(acts, rule(accounts[source].owed, facts, clause.values), 0.0)
        accounts[source].owed = accounts[source].owed - moved
        account.owed = account.owed + moved
        return
    before = [accounts[key].owed for key in clause.keys]
    if clause.routes:
        left = best_of(dict(zip(clause.parts, before, strict=True)), clause.routes)
        after = [left[part] for part in clause.parts]
    elif len(before) == 1:
        after = [rule(before[0], facts, clause.values)]
    else:
        after = spread(before, rule(np.sum(before, axis=0), facts, clause.values))
    for key, old, new in zip(clause.keys, before, after, strict=True):
        accounts[key].owed = np.where(acts, new, old)


def _facts(clause: Clause, design: Design, outcome: Outcome, years: Mapping[Key, int], accounts: _Accounts) -> Facts:
    """Gather what the clause may look at. What is settled later than the clause is not known to it."""
    cost = outcome.cost.astype(np.float64)
    nothing = np.zeros_like(cost)
    stake = received = nothing
    if KINDS[clause.kind].reads_stake:
        source = source_of(clause)
        now = min(years[key] for key in (*clause.keys, *([source] if source else [])))
        known = [a.owed for key, a in accounts.items() if key[1] == clause.receiver and years[key] <= now]
        stake = design.shares.get(clause.receiver, 0.0) * cost
        received = np.sum([nothing, *known], axis=0)
    metric = nothing if clause.metric is None else outcome.metric[clause.metric]
    return Facts(cost, metric, stake, received, clause.lists)


def _acts(clause: Clause, outcome: Outcome) -> NDArray[np.bool_]:
    """Say for which projects the clause acts: where all of `when` hold and none of `unless`."""
    acts = np.ones(outcome.cost.size, dtype=np.bool_)
    for name in clause.when:
        acts = acts & outcome.conditions[name]
    for name in clause.unless:
        acts = acts & ~outcome.conditions[name]
    return acts


def _payments(key: Key, account: _Account, settled: int) -> Iterator[Transfer]:
    """Say in which years an amount is paid, with its coupon if it has one."""
    payer, receiver, part = key
    first, count = account.schedule
    total = np.rint(account.owed).astype(np.int64)
    for year, amount in instalments(total, first, count):
        yield Transfer(account.opened_by, part, payer, receiver, settled + year, amount)
    if account.coupon is not None:
        for year, amount in coupons(total, account.coupon, first, count):
            yield Transfer("coupon", part, payer, receiver, settled + year, amount)


def _check(design: Design, outcome: Outcome) -> None:
    """Refuse an outcome that lacks what the contract reads, or whose arrays are not of one length and finite."""
    problems = [
        f"{design.name}: the contract reads the {word} '{name}', which the outcome does not give."
        for word, names, given in (
            ("metric", design.metrics, outcome.metric),
            ("condition", design.asked_conditions, outcome.conditions),
        )
        for name in names
        if name not in given
    ]
    if not problems:
        arrays: dict[str, NDArray[Any]] = {"cost": outcome.cost}
        arrays |= {name: outcome.metric[name] for name in design.metrics}
        arrays |= {name: outcome.conditions[name] for name in design.asked_conditions}
        problems += [
            f"{design.name}: '{name}' has shape {array.shape}, but there are {outcome.cost.size} projects."
            for name, array in arrays.items()
            if array.shape != (outcome.cost.size,)
        ]
        problems += [
            f"{design.name}: '{name}' holds a value that is not a finite number."
            for name in design.metrics
            if not np.isfinite(outcome.metric[name]).all()
        ]
        if (outcome.cost < 0).any():
            problems.append(f"{design.name}: 'cost' is negative for some project. A programme costs 0 or more.")
    if problems:
        raise InputError(tuple(problems))
