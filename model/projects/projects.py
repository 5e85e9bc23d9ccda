"""Projects: one intervention started by one municipality (or by the region there) in one year.

Its participants start together.
"""

from dataclasses import dataclass, field, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray


def _column(kind: type = np.int64, *shape: int) -> Any:
    """Declare a column of projects, empty; `shape` is that of one row."""
    return field(default_factory=lambda: np.zeros((0, *shape), kind))


@dataclass
class Projects:
    """One row per project, in the order in which they started; a row keeps its number."""

    municipality: NDArray[np.int64] = _column()
    intervention: NDArray[np.int64] = _column()
    contract: NDArray[np.int64] = _column()  # IN_FORCE or OWN_ROOM, see `contracts`
    start_year: NDArray[np.int64] = _column()
    follow_up: NDArray[np.int64] = _column()  # years from the start until the body's own follow-up is over
    children: NDArray[np.int64] = _column()
    left: NDArray[np.int64] = _column()  # of whom before the programme had worked
    matched: NDArray[np.int64] = _column()
    yearly_cost: NDArray[np.int64] = _column()
    duration: NDArray[np.int64] = _column()
    judged: NDArray[np.bool_] = _column(np.bool_)  # applied for and evaluated; a standing service is not
    lasting: NDArray[np.float64] = _column(np.float64)  # what it should save everybody, see `World.lasting`
    sums: NDArray[np.int64] = _column(np.int64, 0, 6)  # by metric of its contract, see `evaluation.SUMS`
    # By metric: own at the true effect, other if evaluated honestly, people, other as will be reported, variance by
    # luck alone, and own less other at the effect in studies for the place's own mix of children.
    expected_sums: NDArray[np.float64] = _column(np.float64, 0, 6)
    payable: NDArray[np.int64] = _column()  # what the contract says on what was measured
    fair: NDArray[np.int64] = _column()  # what it would have said on the true effect
    paid: NDArray[np.int64] = _column()  # outcome payments
    repaid: NDArray[np.int64] = _column()
    other: NDArray[np.int64] = _column()  # running the contract, and guarantees
    settled: NDArray[np.bool_] = _column(np.bool_)
    ended_by: NDArray[np.int64] = _column()  # exit by which its contract was ended, numbered from 1; 0 if it was not
    ended_after: NDArray[np.int64] = _column()  # years from the start

    @property
    def n(self) -> int:
        """Number of projects."""
        return int(self.municipality.size)

    @property
    def cost(self) -> NDArray[np.int64]:
        """Whole programme cost of each project, SEK."""
        return self.yearly_cost * self.duration

    def note(self, purpose: str, which: NDArray[np.int64], amount: NDArray[np.int64]) -> None:
        """Remember with each project what its contract has paid."""
        column = {"outcome payment": self.paid, "repayment": self.repaid}.get(purpose, self.other)
        column[which] += amount

    def add(self, **columns: NDArray[np.generic]) -> None:
        """Add projects; columns that are not given start at zero."""
        more = columns["municipality"].size
        if self.n and not more:
            return
        for each in fields(self):
            old, new = getattr(self, each.name), columns.get(each.name)
            new = np.zeros((more, *old.shape[1:]), old.dtype) if new is None else new.astype(old.dtype, copy=False)
            setattr(self, each.name, np.concatenate([old, new]) if old.shape[0] else new)
