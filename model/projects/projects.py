"""Programmes under way: who takes part, in which project, and what became of them.

A project is one intervention started by one municipality (or by the region there) in one year; its participants start
together. Participants carry a second life beside the shadow (see `lifecourse`). Rows are never moved, so
a row number is a name. Read and written by `model`; read by `results`.
"""

from dataclasses import dataclass, field, fields
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray


@dataclass
class Participants:
    """One row per participant; `n` rows are in use.

    A child takes part once at most, so there are never more rows than children. The arrays are that long from the
    start: the system gives memory to a row when it is first written.
    """

    child: NDArray[np.int64]  # place among all children
    cohort_start: NDArray[np.int64]
    born: NDArray[np.int16]
    start_year: NDArray[np.int16]
    municipality: NDArray[np.int16]
    intervention: NDArray[np.int8]
    perceived: NDArray[np.uint8]  # level as seen
    state_before: NDArray[np.uint8]  # as it was
    project: NDArray[np.int32]
    peer: NDArray[np.int64]  # comparison child, -1 for none
    treated: NDArray[np.uint8]  # state of the real life
    needed: NDArray[np.bool_]  # shadow showed need later
    n: int = 0

    @classmethod
    def none_yet(cls, n_children: int) -> Self:
        """Lay out the arrays for a population of `n_children`."""
        return cls(
            child=np.zeros(n_children, np.int64),
            cohort_start=np.zeros(n_children, np.int64),
            born=np.zeros(n_children, np.int16),
            start_year=np.zeros(n_children, np.int16),
            municipality=np.zeros(n_children, np.int16),
            intervention=np.zeros(n_children, np.int8),
            perceived=np.zeros(n_children, np.uint8),
            state_before=np.zeros(n_children, np.uint8),
            project=np.zeros(n_children, np.int32),
            peer=np.zeros(n_children, np.int64),
            treated=np.zeros(n_children, np.uint8),
            needed=np.zeros(n_children, np.bool_),
        )

    @property
    def bytes_each(self) -> int:
        """Bytes of state per participant."""
        return sum(getattr(self, each.name).itemsize for each in fields(self) if each.name != "n")


def _column(kind: type = np.int64, *shape: int) -> Any:
    """Declare a column of projects, empty; `shape` is that of one row."""
    return field(default_factory=lambda: np.zeros((0, *shape), kind))


@dataclass
class Projects:
    """One row per project, in the order in which they started."""

    municipality: NDArray[np.int64] = _column()
    intervention: NDArray[np.int64] = _column()
    contract: NDArray[np.int64] = _column()  # 0 the design in force, 1 own room
    start_year: NDArray[np.int64] = _column()
    follow_up: NDArray[np.int64] = _column()  # years from the start until bodies learn from it
    children: NDArray[np.int64] = _column()
    matched: NDArray[np.int64] = _column()
    yearly_cost: NDArray[np.int64] = _column()
    duration: NDArray[np.int64] = _column()
    overhead: NDArray[np.bool_] = _column(np.bool_)  # applied for and evaluated
    sums: NDArray[np.int64] = _column(np.int64, 0, 6)  # by metric of its contract, see `evaluation.SUMS`
    expected_sums: NDArray[np.float64] = _column(np.float64, 0, 4)  # at the true effects, see `settling`
    payable: NDArray[np.int64] = _column()  # what the contract says on what was measured
    fair: NDArray[np.int64] = _column()  # what it would have said on the true effect
    paid: NDArray[np.int64] = _column()  # outcome payments
    repaid: NDArray[np.int64] = _column()
    other: NDArray[np.int64] = _column()  # running the contract, and guarantees
    settled: NDArray[np.bool_] = _column(np.bool_)

    @property
    def n(self) -> int:
        """Number of projects."""
        return int(self.municipality.size)

    @property
    def cost(self) -> NDArray[np.int64]:
        """Whole programme cost of each project, SEK."""
        return self.yearly_cost * self.duration

    def add(self, **columns: NDArray[np.generic]) -> None:
        """Add projects; columns that are not given start at zero."""
        more = columns["municipality"].size
        for each in fields(self):
            old = getattr(self, each.name)
            new = columns.get(each.name, np.zeros((more, *old.shape[1:]), old.dtype)).astype(old.dtype)
            setattr(self, each.name, np.concatenate([old, new]) if old.shape[0] else new)
