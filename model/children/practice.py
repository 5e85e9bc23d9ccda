"""Less than planned: what becomes of a programme outside the trials that it was tried in.

A project may get fewer children than it has places for, some who begin leave before the programme has worked, and what
ordinary staff do may work less well than what was tried. Read by `forecast`, `lives`, `enrolment` and `views`.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..inputs.compiled import kernel
from ..inputs.parameters import ProjectParameters
from .draws import LEAVE, ONE, draw, stream_key


class Practice(NamedTuple):
    """What is left of an effect that studies found; as it stands here, all of it.

    `kept` is the effect on who stays as a multiple of that in studies. The share `drop_out` of those who begin leaves,
    and gets the part `attended` of that.
    """

    kept: float = 1.0
    drop_out: float = 0.0
    attended: float = 0.0

    @property
    def strengths(self) -> tuple[tuple[float, float], tuple[float, float]]:
        """Share of participants and the multiple of the effect that they get: who stays, who leaves."""
        return (1.0 - self.drop_out, self.kept), (self.drop_out, self.kept * self.attended)

    @property
    def mean(self) -> float:
        """Mean multiple of the effect."""
        return sum(share * multiple for share, multiple in self.strengths)


AS_STUDIED = Practice()


def practice_of(project: ProjectParameters) -> Practice:
    """What the parameters say of practice."""
    return Practice(project.effect_kept, project.drop_out, project.attended)


def cost_left(project: ProjectParameters) -> float:
    """What a child who leaves costs, as a part of its place: what it attended, and of the rest what is there anyhow."""
    return project.attended + (1.0 - project.attended) * project.fixed_cost


def cost_begun(project: ProjectParameters) -> float:
    """What a child who begins should be expected to cost, as a part of its place."""
    return 1.0 - project.drop_out * (1.0 - cost_left(project))


def cost_empty(project: ProjectParameters) -> float:
    """What empty places should be expected to cost for each child who comes, as a part of a place."""
    return project.fixed_cost * (1.0 / project.recruited - 1.0)


@kernel
def who_leaves(
    rows: tuple[int, int],
    place: tuple[int, int, NDArray[np.int64]],
    people: tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.int16], NDArray[np.int16]],
    drop_out: float,
    leaves: NDArray[np.bool_],
) -> None:
    """Draw who of the new participants in `rows` (first, last exclusive) will leave; writes into `leaves`.

    Parameters
    ----------
    place
        Year, seed, and the codes of municipalities.
    people
        Of each participant its place in the children's arrays, where its cohort starts there, the year of birth and
        the municipality. Shape (n_participants,).
    """
    year, seed, codes = place
    child, cohort_start, born, municipality = people
    below = np.uint32(np.rint(drop_out * ONE))
    cohort, key = -1, np.uint64(0)
    for i in range(rows[0], rows[1]):
        if cohort_start[i] != cohort:
            cohort = cohort_start[i]
            key = stream_key(seed, LEAVE, codes[municipality[i]], born[i], year - born[i])
        leaves[i] = draw(key, child[i] - cohort_start[i]) < below
