"""Settlement: what a contract pays, as a pure function of what was delivered and what was measured.

How a contract is settled, to be read aloud:

1. For each pair of a payer and a receiver there is one amount owed. It begins at zero.
2. The clauses are taken in the order in which the file declares them. Each looks at what its payer owes its
   receiver so far and says what is owed now. A clause with `when` acts only where the condition holds, one with
   `unless` only where it does not; elsewhere the amount stays as it was. `co_pay` alone touches two amounts: what
   its payer takes over, the other party (`instead_of`) no longer owes.
3. No clause makes an amount negative. Nobody pays by receiving: a contract with payments both ways has two pairs.
4. When all clauses have been taken, each amount is rounded to the nearest whole krona (a half to the even one).
   This is the only rounding. A limit of a clause is kept to within that half krona.
5. It falls due at once (in the year of measurement), or in equal yearly parts by the `schedule` of the pair. The
   parts sum exactly to the amount.

The same function serves the expectations of an agent (expected metrics in) and the real settlement (measured
metrics in). A transfer bears the name of the clause that first opened the amount: `repay_by_frame_cut` is then a
cut of the payer's frame, every other kind a payment.

Reads `contract`, `clauses` and `vocabulary`. Read by the agents, the model and the command that settles by hand.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from model.errors import InputError
from model.funding.clauses import Facts, instalments
from model.funding.contract import Clause, Design
from model.funding.vocabulary import KINDS

__all__ = ["Outcome", "Transfer", "net_by_party", "settle", "split_cost"]

Money = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Outcome:
    """What is known of n projects when they are settled; every array has shape (n,).

    `cost` is the programme cost in whole SEK, `metric` what was measured (unit as in `METRICS`), and
    `conditions` whether each named condition of the contract holds. What a design does not read is ignored.
    """

    cost: Money
    metric: Mapping[str, NDArray[np.float64]] = field(default_factory=dict)
    conditions: Mapping[str, NDArray[np.bool_]] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Transfer:
    """Whole SEK from one party to another for each of n projects, `due` years after the measurement."""

    clause: str
    payer: str
    receiver: str
    due: int
    amount: Money


def settle(design: Design, outcome: Outcome) -> tuple[Transfer, ...]:
    """Say what is paid under the design: one transfer for each pair of parties and year in which a part falls due."""
    _check(design, outcome)
    cost = outcome.cost.astype(np.float64)
    nothing = np.zeros_like(cost)
    owed: dict[tuple[str, str], NDArray[np.float64]] = {}
    opened_by: dict[tuple[str, str], str] = {}
    calendar: dict[tuple[str, str], tuple[int, int]] = {}
    for clause in design.clauses:
        pair = clause.pair
        before = owed.get(pair, nothing)
        facts = Facts(cost, nothing if clause.metric is None else outcome.metric[clause.metric])
        rule = KINDS[clause.kind].rule
        if clause.kind == "schedule":
            calendar[pair] = (int(clause.values["first_year"]), int(clause.values["years"]))
        if clause.instead_of is not None:
            other = (clause.instead_of, clause.receiver)
            moved = _where(clause, outcome, rule(owed[other], facts, clause.values), nothing)
            owed[other] = owed[other] - moved
            owed[pair] = before + moved
        else:
            owed[pair] = _where(clause, outcome, rule(before, facts, clause.values), before)
        opened_by.setdefault(pair, clause.kind)
    return tuple(
        Transfer(opened_by[pair], *pair, due, part)
        for pair, amount in owed.items()
        for due, part in instalments(np.rint(amount).astype(np.int64), *calendar.get(pair, (0, 1)))
    )


def split_cost(design: Design, cost: Money) -> dict[str, Money]:
    """Divide the up-front cost among those who finance it, in whole SEK that sum exactly to the cost."""
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


def _where(
    clause: Clause, outcome: Outcome, after: NDArray[np.float64], before: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Let a clause act only where its conditions say so."""
    if clause.when is not None:
        after = np.where(outcome.conditions[clause.when], after, before)
    if clause.unless is not None:
        after = np.where(outcome.conditions[clause.unless], before, after)
    return after


def _check(design: Design, outcome: Outcome) -> None:
    """Refuse an outcome that lacks what the contract reads, or whose arrays are not of one length and finite."""
    problems = [
        f"{design.name}: the contract reads the {word} '{name}', which the outcome does not give."
        for word, names, given in (
            ("metric", design.metrics, outcome.metric),
            ("condition", design.conditions, outcome.conditions),
        )
        for name in names
        if name not in given
    ]
    if not problems:
        arrays: dict[str, NDArray[Any]] = {"cost": outcome.cost}
        arrays |= {name: outcome.metric[name] for name in design.metrics}
        arrays |= {name: outcome.conditions[name] for name in design.conditions}
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
            problems.append(f"{design.name}: 'cost' is negative for some project. A programme costs 0 SEK or more.")
    if problems:
        raise InputError(tuple(problems))
