"""Ideas: a project begins with somebody who has one, about one programme for children at one level.

Nothing is weighed of which nobody has thought. How often ideas come follows from the size of the municipality, and from
how many children in need of that kind it sees; how many children they are about from what such projects cost. Money for
which there is no idea stays unused.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from ..children.draws import IDEA, by_place
from ..children.ladder import N_LEVELS
from ..inputs.arithmetic import exp, log
from ..inputs.compiled import kernel
from ..inputs.parameters import ProjectParameters
from ..inputs.shares import share_out, sums_by
from ..world import Groups, World

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]
TYPICAL = 50_000.0  # inhabitants of the municipality for which the rate of ideas is given


def rates(inhabitants: Floats, pool: Whole, groups: Groups, p: ProjectParameters) -> Floats:
    """Ideas that should be expected in a year, by (municipality, group).

    Alike for every programme of which there are children to take; within a programme by the root of their number.
    `pool` is that number, shape (n, n_groups).
    """
    weight, of = np.sqrt(pool.astype(np.float64)), groups.programme
    programmes = int(of[-1]) + 1
    every = p.idea_rate * exp(p.idea_growth * log(inhabitants / TYPICAL)) / programmes
    total = sums_by(weight, of, programmes)[:, of]
    return np.asarray(every[:, None] * np.divide(weight, total, out=np.zeros(weight.shape), where=total > 0.0))


def ideas(world: World, pool: Whole, year: int) -> Whole:
    """How many ideas there are this year, by (municipality, group): Poisson, the same under every design."""
    groups = world.groups
    number = world.menu.number[groups.intervention] * N_LEVELS + groups.level
    luck = by_place(world.seed, IDEA, world.geography.codes, number, year)
    return _poisson(luck, rates(world.geography.inhabitants, pool, groups, world.spec.project))


def places(world: World, number: Whole, free: Whole) -> Whole:
    """Children that this year's ideas are about, by (municipality, option): of all ages alike, as far as there are any.

    `number` of ideas by (municipality, group), `free` children by (municipality, option).
    """
    cost = world.menu.whole_cost[world.groups.intervention]
    size = np.maximum(np.rint(world.project_cost[:, None] / cost), 1.0).astype(np.int64)
    return share_out(np.minimum(number * size, world.groups.total(free)), free, world.groups.of_cell)


@kernel
def _poisson(luck: Floats, rate: Floats) -> Whole:
    """Poisson numbers with these means, from luck in (0, 1), by inversion."""
    result = np.empty(luck.shape, np.int64)
    for m in range(luck.shape[0]):
        for g in range(luck.shape[1]):
            chance = math.exp(-rate[m, g])
            reached, number = chance, 0
            while luck[m, g] > reached and number < 1_000:
                number += 1
                chance *= rate[m, g] / number
                reached += chance
            result[m, g] = number
    return result
