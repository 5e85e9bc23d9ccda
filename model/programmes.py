"""Programmes under way: who takes part, in which project, and what became of them.

A project is one intervention started by one municipality (or by the region there) in one year; its participants start
together. Participants carry a second life beside the shadow (see `lifecourse`). Rows are never moved, so
a row number is a name. Read and written by `model`; read by `results`.
"""

from dataclasses import dataclass, field, fields
from typing import Self

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
    level_before: NDArray[np.uint8]  # level as it was
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
            level_before=np.zeros(n_children, np.uint8),
            project=np.zeros(n_children, np.int32),
            peer=np.zeros(n_children, np.int64),
            treated=np.zeros(n_children, np.uint8),
            needed=np.zeros(n_children, np.bool_),
        )

    @property
    def bytes_each(self) -> int:
        """Bytes of state per participant."""
        return sum(getattr(self, each.name).itemsize for each in fields(self) if each.name != "n")


@dataclass
class Projects:
    """One row per project, in the order in which they started."""

    municipality: NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, np.int64))
    intervention: NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, np.int64))
    contract: NDArray[np.int64] = field(
        default_factory=lambda: np.zeros(0, np.int64)
    )  # 0 the design in force, 1 own room
    start_year: NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, np.int64))
    follow_up: NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, np.int64))  # years from the start
    children: NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, np.int64))
    matched: NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, np.int64))
    yearly_cost: NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, np.int64))
    duration: NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, np.int64))
    overhead: NDArray[np.bool_] = field(default_factory=lambda: np.zeros(0, np.bool_))  # applied for and evaluated
    expected: NDArray[np.float64] = field(default_factory=lambda: np.zeros(0))  # saving in the follow-up, true effect
    measured: NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, np.int64))
    true: NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, np.int64))
    paid: NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, np.int64))
    repaid: NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, np.int64))
    settled: NDArray[np.bool_] = field(default_factory=lambda: np.zeros(0, np.bool_))

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
            new = columns.get(each.name, np.zeros(more, old.dtype)).astype(old.dtype)
            setattr(self, each.name, np.concatenate([old, new]))
