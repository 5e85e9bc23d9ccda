"""Purses: the money that a contract's parties have for projects, one row per municipality.

Three sorts. A body's *room* is what its own budget leaves it this year (`budgets`). A *fund* keeps what it does not
spend and what is paid back to it: the municipality's, the region's, the reserve for downturns. Anybody else has a
yearly *allowance* for new projects, as the contract says (`size`), or no limit where it says nothing. Read by `model`,
`payments` and `results`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..contracts import Design
from ..contracts.contract import plain

Money = NDArray[np.int64]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

OWNER_POTS = ("education", "social", "labour_market", "region")
FILLED_BY = {"municipal_fund": "board", "regional_fund": "region", "rur": "board"}
OF_MUNICIPALITY = ("board", "municipality", "municipal_fund", "rur", "internal_bank")
NO_LIMIT = 1 << 60


def account_of(party: str, owner: str) -> str:
    """Translate a party of the contract into an account of the ledger, for projects of this owner.

    In a project of the region's, what the municipality's bodies would pay or receive is the region's own.
    """
    if party == "owner":
        return owner
    if owner == "region" and party in OF_MUNICIPALITY:
        return "region"
    return "board" if party == "municipality" else party


@dataclass
class Fund:
    """One kind of fund, one row per municipality, whole SEK."""

    money: Money
    promised: Money  # of which already granted
    opened: Bools  # somebody has decided on it

    @property
    def free(self) -> Money:
        """What can still be granted."""
        return self.money - self.promised


def funds_of(design: Design, n: int) -> dict[str, Fund]:
    """Open the funds that a design is financed from, empty."""
    return {
        name: Fund(np.zeros(n, np.int64), np.zeros(n, np.int64), np.zeros(n, np.bool_))
        for name in FILLED_BY
        if name in design.shares
    }


Purse = tuple[str, str]
"""(sort, account): "room" is an owner's own, "money" is what somebody else has for the owner's projects."""


class Owners(NamedTuple):
    """Who runs a project: one body, or two, of which `partner` bears `share` of what the owners pay and are paid."""

    lead: str
    partner: str
    share: float

    def accounts(self, party: str) -> list[tuple[str, float]]:
        """Accounts that stand for a party of the contract in their projects, with the part of each."""
        if party == "owner" and self.partner and self.share > 0.0:
            return [(self.lead, 1.0 - self.share), (self.partner, self.share)]
        return [(account_of(party, self.lead), 1.0)]

    def divide(self, party: str, amount: Money) -> list[tuple[str, Money]]:
        """Divide whole SEK of a party among its accounts; nothing is lost."""
        (first, _), *others = self.accounts(party)
        if not others:
            return [(first, amount)]
        second, share = others[0]
        part = np.rint(amount * share).astype(np.int64)
        return [(first, amount - part), (second, part)]

    def purse(self, account: str) -> Purse:
        """The purse from which an account pays for their projects."""
        mine = account == self.lead or (bool(self.partner) and account == self.partner)
        return ("room" if mine else "money", account)


def purses_of(designs: Sequence[Design]) -> tuple[Purse, ...]:
    """Purses that projects can draw on: every owner's room, then whoever else finances any of the designs."""
    rooms = [("room", owner) for owner in OWNER_POTS]
    others = [
        ("money", account_of(party, "social")) for design in designs for party in design.shares if party != "owner"
    ]
    return tuple(dict.fromkeys((*rooms, *others)))


def allowances(design: Design, inhabitants: Floats) -> dict[str, Money]:
    """Yearly money for new projects of each account that the contract gives a `size`, shape (n,) each."""
    return {
        account_of(share.party, "social"): np.rint(plain(share.size) * inhabitants).astype(np.int64)
        for share in design.finance
        if share.size is not None and share.party != "owner"
    }


def worth_left(form: Floats, in_equity: float, wanted: Money, free: Money) -> Floats:
    """What a krona left in a fund is worth to whoever grants it, against one in the ordinary budget; shape (n,).

    A krona that lapses ends in equity, where it is of use only if a deficit comes (`in_equity`). One that stays can be
    granted next year: it is worth a whole one as far as more is wanted than there is.

    Parameters
    ----------
    form
        Share of the fund that stays at the end of the year (F1), shape (n,).
    wanted, free
        SEK that was applied for last year, and that can be granted now, shape (n,).
    """
    asked, there = wanted.astype(np.float64), np.maximum(free, 0).astype(np.float64)
    scarce = np.divide(asked, asked + there, out=np.zeros(asked.shape), where=asked + there > 0.0)
    return np.asarray(in_equity + form * (1.0 - in_equity) * scarce)
