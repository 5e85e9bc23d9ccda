"""Standing services: what was tried and goes on in ordinary operations (F8).

A service takes in as many children every year as the project that it grew out of did. It is paid for before there is
room for anything new, and nobody applies for it or judges it. It goes on until it is ended, which happens in years
worse than usual. Whether a trial is taken on hangs a little on what it was found to save everybody, and on room.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..children.draws import SERVICE, by_place, chances
from ..inputs.arithmetic import exp
from ..inputs.compiled import as_read, kernel
from ..inputs.parameters import ServiceParameters
from ..inputs.protect import protect
from ..inputs.shares import share_out
from ..money.funds import Owners
from ..world import World
from .projects import Projects

Whole = NDArray[np.int64]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Which = NDArray[np.int64]
ADOPTED = 1_001  # number of a project's draw for whether it is taken on, see `draws.chances`


@dataclass(frozen=True, eq=False)
class Services:
    """Children that standing services take in a year, by (municipality, intervention)."""

    intake: Whole

    def __post_init__(self) -> None:
        protect(self)


def none_yet(world: World) -> Services:
    """No service but those that are there in 2020, whose children nobody else can take (`open_to`)."""
    return Services(np.zeros((world.n, len(world.menu.items)), np.int64))


def cost_of(services: Services, world: World) -> dict[str, Whole]:
    """What this year's intake will cost each owner this year, SEK, shape (n,)."""
    result: dict[str, Whole] = {}
    for k, team in enumerate(world.menu.team):
        for owner, cost in Owners(*team).divide("owner", services.intake[:, k] * world.menu.yearly[k]):
            result[owner] = result.get(owner, 0) + cost
    return result


def open_to(world: World, there: Whole) -> Whole:
    """Children of each option that anything new can take: those whom no service of 2020 reaches, and staff for them.

    `there` are children seen, by (municipality, option); so is the result.
    """
    covered = np.array([item.covered for item in world.menu.items])[world.cells.intervention]
    return np.ceil(there * world.spec.committee.capacity * (1.0 - covered)).astype(np.int64)


def serve(services: Services, world: World, seen: Whole) -> Whole:
    """Children whom services take in this year, of all ages and levels alike, by (municipality, option).

    `seen` by (municipality, age, level); a child seen is taken in by one.
    """
    cells, left = world.cells, seen.copy()
    taken = np.zeros((world.n, cells.age.size), np.int64)
    reached = open_to(world, seen[:, cells.age, cells.level])
    for k in np.flatnonzero(services.intake.any(axis=0)):
        mine = np.flatnonzero(cells.intervention == k)
        there = np.minimum(reached[:, mine], left[:, cells.age[mine], cells.level[mine]])
        number = np.minimum(services.intake[:, [k]], there.sum(axis=1, keepdims=True))
        taken[:, mine] = share_out(number, there, np.zeros(mine.size, np.int64))
        left[:, cells.age[mine], cells.level[mine]] -= taken[:, mine]
    return taken


def unserved(world: World, seen: Whole, served: Whole) -> Whole:
    """Children seen, by (municipality, age, level), less those whom services take, by (municipality, option)."""
    left, cells = seen.copy(), world.cells
    _take_away(left, as_read(served), cells.age, cells.level)
    return left


@kernel
def _take_away(left: Whole, served: Whole, age: Whole, level: Whole) -> None:
    """Subtract children by (municipality, option) from those by (municipality, age, level)."""
    for m in range(served.shape[0]):
        for cell in range(age.size):  # an age and level belong to several options
            left[m, age[cell], level[cell]] -= served[m, cell]


def adopt(
    services: Services, world: World, projects: Projects, tried: tuple[Which, Floats], room: dict[str, Whole]
) -> Services:
    """Take projects whose follow-up is over into ordinary operations, where there is room for their cost of a year.

    `tried` are rows of projects, and what each was found to save everybody in the years that boards look at, per krona
    of its cost; `room` is what owners had left for anything new this year, SEK by body.
    """
    which, saved = tried
    where, kind = projects.municipality[which], projects.intervention[which]
    luck = chances(
        world.seed, ADOPTED, world.geography.codes[where], projects.start_year[which], world.menu.number[kind]
    )
    wanted = luck < chance_of_adoption(saved, world.spec.service)
    intake, left = services.intake.copy(), {owner: amount.copy() for owner, amount in room.items()}
    for row in np.flatnonzero(wanted):
        m, yearly = where[row], projects.yearly_cost[which[row : row + 1]]
        needed = [(owner, int(cost[0])) for owner, cost in Owners(*world.menu.team[kind[row]]).divide("owner", yearly)]
        if all(left[owner][m] >= cost for owner, cost in needed):
            for owner, cost in needed:
                left[owner][m] -= cost
            intake[m, kind[row]] += projects.children[which[row]]
    return Services(intake)


def chance_of_adoption(saved: Floats, p: ServiceParameters) -> Floats:
    """Chance that a trial is taken on, by what it saved everybody per krona: a logit, `adopted` where that is 1."""
    if p.adopted in (0.0, 1.0):
        return np.full(saved.shape, p.adopted)
    odds = p.adopted / (1.0 - p.adopted) * exp(np.clip(p.adopted_by_result * (saved - 1.0), -50.0, 50.0))
    return np.asarray(odds / (1.0 + odds))


def end(services: Services, world: World, bad: Bools, year: int) -> Services:
    """End services: none in a year that is as good as usual, twice the usual share in a `bad` one, shape (n,)."""
    luck = by_place(world.seed, SERVICE, world.geography.codes, world.menu.number, year)
    ends = luck < 2.0 * world.spec.service.ended * bad[:, None]
    return Services(np.where(ends, 0, services.intake))
