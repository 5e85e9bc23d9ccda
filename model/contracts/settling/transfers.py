"""Payments of a contract: what is put in up front, what is paid, and what that makes for each party.

Reads `contract` and `clauses`. Read by `settlement`, the model and the command that settles.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..clauses import instalments
from ..contract import Design

__all__ = ["Transfer", "net_by_party", "split_cost", "upfront"]

Money = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Transfer:
    """Whole units of currency from one party to another for each of n projects.

    `clause` is the kind that opened the amount (`coupon` for interest paid beside it, `finance` for what is put in up
    front), `year` counts from the start of the project (0 = its first year), and so does `month` where the date is not
    the end of a year. `settled` is the date at which it was settled, in months from the start.
    """

    clause: str
    part: str
    payer: str
    receiver: str
    year: int
    amount: Money
    month: int | None = None
    settled: int = 0


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
    upto = [np.zeros_like(cost), *(np.rint(edge * cost).astype(np.int64) for edge in design.edges), cost]
    return {party: upto[i + 1] - upto[i] for i, party in enumerate(design.shares)}


def net_by_party(transfers: Iterable[Transfer]) -> dict[str, Money]:
    """Sum up what each party receives less what it pays, over all years; over all parties this is zero."""
    net: dict[str, Money] = {}
    for transfer in transfers:
        for party, amount in ((transfer.payer, -transfer.amount), (transfer.receiver, transfer.amount)):
            net[party] = net[party] + amount if party in net else amount
    return net
