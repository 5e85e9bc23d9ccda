"""The children as arrays: who is born where and when, and where each lies.

Children are sorted by municipality and birth year, so that a cohort is a slice and neither age nor municipality need be
stored per child. Those alive at the start have lived from birth by the same rules as everybody else, without any
programme. No deaths and no moves between municipalities. Read by `model` and `evaluators`.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..inputs.places import Places
from .ladder import ADULT_AGE
from .lifecourse import Homes

PUBLISHED_TAIL = 10  # later years have the mean births of this many last published years


@dataclass(frozen=True)
class Population:
    """Every child of a run, born or not yet born.

    Three arrays have the length of the population: `state` is the untreated life, `participant` the row among the
    participants, -1 for none (or less, see `evaluators.draw_lots`), and `free_from` the year from which on a child can
    take part in a programme, counted from `births_from`.
    """

    births_from: int  # birth year of cohort 0
    codes: NDArray[np.int64]  # (n_municipalities,)
    offsets: NDArray[np.int64]  # (n_municipalities, n_cohorts + 1)
    state: NDArray[np.uint8]  # (n_children,)
    participant: NDArray[np.int32]  # (n_children,)
    free_from: NDArray[np.uint8]  # (n_children,)

    @property
    def homes(self) -> Homes:
        """Where children stand, as kernels read it."""
        return Homes(self.births_from, self.codes, self.offsets)

    @property
    def n_children(self) -> int:
        """Number of children, born or not."""
        return self.state.size

    def cohort_sizes(self) -> NDArray[np.int64]:
        """Children by municipality and cohort, shape (n_municipalities, n_cohorts)."""
        return np.diff(self.offsets, axis=1)


def births_in(places: Places, year: int) -> float:
    """National births in `year`: as published, before and after that the mean of the nearest published years."""
    published = sorted(places.births)
    if year in places.births:
        return float(places.births[year])
    nearest = published[:PUBLISHED_TAIL] if year < published[0] else published[-PUBLISHED_TAIL:]
    return float(np.mean([places.births[y] for y in nearest]))


def shared_out(total: float, share: NDArray[np.float64]) -> NDArray[np.int64]:
    """Share a national total over municipalities in whole children.

    `share` is each one's interval in the cumulated population, shape (n, 2). Rounding the cumulated sums keeps the
    national total exact and every municipality within one child of its share, and gives a part of the country the
    children that it has in the whole.
    """
    edges = np.rint(share * total).astype(np.int64)
    return np.asarray(edges[:, 1] - edges[:, 0])


def build_population(places: Places, start_year: int, years: int) -> Population:
    """Lay out all cohorts from those aged 0-19 at the start to those born in the last simulated year."""
    births_from = start_year - ADULT_AGE
    cohorts = [
        shared_out(births_in(places, year), np.asarray(places.share)) for year in range(births_from, start_year + years)
    ]
    sizes = np.stack(cohorts, axis=1)
    ends = np.cumsum(sizes.ravel()).reshape(sizes.shape)
    offsets = np.concatenate([(ends[:, 0] - sizes[:, 0])[:, None], ends], axis=1)
    n_children = int(sizes.sum())
    return Population(
        births_from=births_from,
        codes=np.array([int(code) for code in places.codes], dtype=np.int64),
        offsets=np.ascontiguousarray(offsets),
        state=np.zeros(n_children, np.uint8),
        participant=np.full(n_children, -1, np.int32),
        free_from=np.zeros(n_children, np.uint8),
    )
