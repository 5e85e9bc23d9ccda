"""Less than planned: how many of the children whom a project was meant for it gets, and what those cost who do come.

Staff are hired and rooms are rented before anybody has come, and for those who leave. Read by `model` and `enrolment`.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..children.draws import RECRUIT, by_place
from ..children.practice import cost_left
from ..inputs.parameters import ProjectParameters
from ..inputs.shares import share_out, sums_by
from ..world import World

Whole = NDArray[np.int64]


def recruited(world: World, planned: Whole, year: int) -> Whole:
    """Children who come to new projects, of those `planned`, by (municipality, option).

    Of a project's places `project.recruited` are filled: the whole part of that, and one more by a lot that is the
    project's own. Ages and levels are hit alike.
    """
    kinds = world.cells.intervention
    places = sums_by(planned, kinds, len(world.menu.items))
    lot = by_place(world.seed, RECRUIT, world.geography.codes, world.menu.number, year)
    come = np.floor(places * world.spec.project.recruited + lot).astype(np.int64)
    return share_out(np.minimum(come, places), planned, kinds)


class Places(NamedTuple):
    """Places of projects, shape (n,) each: planned, those that are filled, and those of them that are left again."""

    planned: Whole
    come: Whole
    left: Whole


def yearly_cost(yearly: Whole, places: Places, project: ProjectParameters) -> Whole:
    """Cost of a year of each project, whole SEK, shape (n,).

    That is `yearly` for each child who stays, `fixed_cost` of it for each empty place, and for each child who leaves
    what it attends and of the rest what is there anyhow, spread over the years of the programme.
    """
    parts = project.fixed_cost * (places.planned - places.come) + cost_left(project) * places.left
    return np.asarray(yearly * (places.come - places.left) + np.rint(yearly * parts).astype(np.int64))
