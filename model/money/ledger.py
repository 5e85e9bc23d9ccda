"""The ledger: the one place where money moves.

Each entry takes whole SEK from one account and gives them to another, for a purpose, in a year, so money can change
hands but neither appear nor vanish. A balance is a sum over entries, never a second number kept beside: `model`
compares it with what the budgets say, and a difference stops the run. Written by `model`; read by `results`.
"""

from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Money = NDArray[np.int64]
NO_PROJECT = -1


class LedgerError(Exception):
    """Money or children were not conserved: the run stops, naming year, body and amount."""


class Flow(NamedTuple):
    """From whom to whom, and what for; `kind` only where money is a cost of lives."""

    payer: str
    receiver: str
    purpose: str
    kind: str = ""


@dataclass(frozen=True, eq=False)
class Entry:
    """Money moved for one purpose in one year; one row per municipality or project."""

    year: int
    payer: str
    receiver: str
    purpose: str
    kind: str
    municipality: NDArray[np.int64]  # index of each row's municipality
    project: NDArray[np.int64]  # NO_PROJECT where none
    amount: Money


@dataclass
class Ledger:
    """All entries of a run, in the order in which they were made."""

    n_municipalities: int
    entries: list[Entry] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._everywhere = np.arange(self.n_municipalities)
        self._no_project = np.full(self.n_municipalities, NO_PROJECT)
        for each in (self._everywhere, self._no_project):
            each.setflags(write=False)  # many entries share them

    def post(
        self,
        year: int,
        flow: Flow,
        amount: Money,
        municipality: NDArray[np.int64] | None = None,
        project: NDArray[np.int64] | None = None,
    ) -> None:
        """Move `amount` (whole SEK, never negative) of each municipality, or of each project given, to the receiver.

        Raises
        ------
        LedgerError
            If an amount is negative or not whole, or if payer and receiver are the same account.
        """
        if flow.payer == flow.receiver:
            raise LedgerError(f"{year}: {flow.purpose} goes from {flow.payer} to itself.")
        if amount.dtype == np.int64 and not amount.any():
            return
        if amount.dtype != np.int64 or amount.min() < 0:
            raise LedgerError(
                f"{year}: {flow.purpose} from {flow.payer} to {flow.receiver} holds {amount.dtype} {amount.min()}. "
                "Amounts are whole SEK and never negative: swap payer and receiver instead."
            )
        where = self._everywhere if municipality is None else municipality
        which = project
        if which is None:
            which = self._no_project if municipality is None else np.full(amount.shape, NO_PROJECT)
        self.entries.append(Entry(year, *flow, where, which, amount))

    def settle_up(self, year: int, body: str, other: str, purpose: str, amount: Money) -> None:
        """Post signed amounts per municipality: positive from `other` to `body`, negative the other way."""
        self.post(year, Flow(other, body, purpose), np.maximum(amount, 0))
        self.post(year, Flow(body, other, purpose), np.maximum(-amount, 0))

    def balances(self, year: int) -> dict[str, Money]:
        """Received less paid in `year`, by account and municipality. Shape (n_municipalities,) each."""
        result: dict[str, Money] = {}
        for entry in self.of(year):
            for account, move in ((entry.payer, np.subtract), (entry.receiver, np.add)):
                if account not in result:
                    result[account] = np.zeros(self.n_municipalities, np.int64)
                if entry.project[0] == NO_PROJECT:
                    move(result[account], entry.amount, out=result[account])
                else:
                    move.at(result[account], entry.municipality, entry.amount)
        return result

    def total(self, year: int, kind: str) -> int:
        """Sum of all money of a cost kind booked in `year`, SEK."""
        return sum(int(entry.amount.sum()) for entry in self.of(year) if entry.kind == kind)

    def of(self, year: int) -> list[Entry]:
        """Entries of a year, which stand together: the last year's are found without looking at the others."""
        found = []
        for entry in reversed(self.entries):
            if entry.year == year:
                found.append(entry)
            elif entry.year < year:
                break
        return found
