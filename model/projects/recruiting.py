"""Less than planned: how many of the children whom a project was meant for it gets, and what those cost who do come.

Staff are hired and rooms are rented before anybody has come. Read by `model` and `enrolment`.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..children.draws import RECRUIT, by_place
from ..inputs.arithmetic import share_out
from ..world import World

Whole = NDArray[np.int64]


def recruited(world: World, planned: Whole, year: int) -> Whole:
    """Children who come to new projects, of those `planned`, by (municipality, option).

    Of a project's places `project.recruited` are filled: the whole part of that, and one more by a lot that is the
    project's own. Ages and levels are hit alike.
    """
    kinds = world.cells.intervention
    places = planned @ (kinds[:, None] == np.arange(len(world.menu.items)))
    lot = by_place(world.seed, RECRUIT, world.geography.codes, world.menu.number, year)
    come = np.floor(places * world.spec.project.recruited + lot).astype(np.int64)
    return share_out(np.minimum(come, places), planned, kinds)


def yearly_cost(yearly: Whole, planned: Whole, come: Whole, fixed: float) -> Whole:
    """Cost of a year of each project, whole SEK, shape (n,).

    That is `yearly` for each child, and the `fixed` part of it for each empty place.
    """
    return np.asarray(yearly * come + np.rint(fixed * (yearly * (planned - come))).astype(np.int64))
