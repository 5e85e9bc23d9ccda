"""Participants: the children who are helped, each with a second life beside its shadow (see `lifecourse`).

Rows are never moved: a row, once given to a participant, is its own for the rest of the run.
"""

from dataclasses import dataclass, fields
from typing import Self

import numpy as np
from numpy.typing import NDArray

from .lifecourse import Apart, Helped, Rows


@dataclass
class Participants:
    """One row for each programme that a child takes part in; `n` rows are in use.

    The arrays are as long as there are children from the start, and longer if more rows are needed: the system gives
    memory to a row when it is first written.
    """

    child: NDArray[np.int32]  # place among all children
    cohort_start: NDArray[np.int32]
    born: NDArray[np.int16]
    start_year: NDArray[np.int16]
    municipality: NDArray[np.int16]
    intervention: NDArray[np.int16]
    perceived: NDArray[np.uint8]  # level as seen
    state_before: NDArray[np.uint8]  # as it was
    project: NDArray[np.int32]
    peer: NDArray[np.int32]  # comparison child, -1 for none
    treated: NDArray[np.uint8]  # state of the real life
    apart: NDArray[np.bool_]  # it is another than without this programme and those before it
    needed: NDArray[np.bool_]  # shadow showed need later
    leaves: NDArray[np.bool_]  # before the programme has worked
    before: NDArray[np.int32]  # row of the child's programme before this one, -1 for none
    again: NDArray[np.bool_]  # there is one after it
    n: int = 0

    @classmethod
    def none_yet(cls, n_children: int) -> Self:
        """Lay out the arrays for a population of `n_children`."""
        return cls(
            child=np.zeros(n_children, np.int32),
            cohort_start=np.zeros(n_children, np.int32),
            born=np.zeros(n_children, np.int16),
            start_year=np.zeros(n_children, np.int16),
            municipality=np.zeros(n_children, np.int16),
            intervention=np.zeros(n_children, np.int16),
            perceived=np.zeros(n_children, np.uint8),
            state_before=np.zeros(n_children, np.uint8),
            project=np.zeros(n_children, np.int32),
            peer=np.zeros(n_children, np.int32),
            treated=np.zeros(n_children, np.uint8),
            apart=np.zeros(n_children, np.bool_),
            needed=np.zeros(n_children, np.bool_),
            leaves=np.zeros(n_children, np.bool_),
            before=np.zeros(n_children, np.int32),
            again=np.zeros(n_children, np.bool_),
        )

    @property
    def rows(self) -> Helped:
        """What kernels read of them."""
        who = (self.child, self.cohort_start, self.born, self.municipality)
        return Helped(*who, self.intervention, self.start_year, self.leaves, self.before, self.again)

    @property
    def new(self) -> Rows:
        """What is written of who begins."""
        who = (self.child, self.municipality, self.born, self.cohort_start, self.start_year, self.intervention)
        others = (self.perceived, self.project, self.before, self.again)
        return Rows(*who, *others, self.state_before, self.treated, self.apart)

    @property
    def lives_apart(self) -> Apart:
        """Children who really live in another state than without help."""
        rows = np.flatnonzero(self.apart[: self.n])
        rows = rows[~self.again[rows]]
        rows = rows[np.argsort(self.child[rows])]
        return Apart(self.child[rows], self.treated[rows])

    def since(self, year: int) -> int:
        """First row of those who began in `year` or later: rows stand in the order of their first year."""
        of_type = np.int16(year)  # as the rows: else all are converted
        return int(np.searchsorted(self.start_year[: self.n], of_type))

    def reserve(self, n: int) -> None:
        """Make room for `n` rows in all."""
        size = self.child.size
        if n > size:
            for each in fields(self):
                if each.name != "n":
                    old = getattr(self, each.name)
                    setattr(self, each.name, np.concatenate([old, np.zeros(max(n - size, size // 2), old.dtype)]))

    @property
    def bytes_each(self) -> int:
        """Bytes of state per participant."""
        return sum(getattr(self, each.name).itemsize for each in fields(self) if each.name != "n")
