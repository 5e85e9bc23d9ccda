"""What became of ideas under the design in force, who said no, and what that party weighed. Read by `results`.

A row of the table is about ideas, and not about children: whether a contract is signed is settled idea by idea. What a
party weighed is given per krona of the programme, so that what was missing can be read off: its four terms together
are below nothing by that much.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..bodies.asking import Asking, perceived, state_net
from ..bodies.bodies import Decision
from ..bodies.choice import ANSWERS, GRANTED_NOT, INVESTOR, PARTNER, SMALL, STATE, UNPAID, YES
from ..bodies.private import PRIVATE
from ..bodies.rules import kind_of
from ..contracts.ways import STATE as BY_STATE
from ..contracts.words import INVESTORS
from ..inputs.compiled import kernel
from ..state import State
from ..world import World
from .words import Table

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]
CODES = len(ANSWERS) + len(PRIVATE)  # what was answered; an investor's no under the name of the party
COUNTS = ("ideas", "children", "cost")
TERMS = ("gain", "trying", "against", "taste", "loss")


def nothing_noted(world: World) -> Floats:
    """Sums before the first year, by (municipality, intervention, answer, what is summed)."""
    return np.zeros((world.n, len(world.menu.items), CODES, len(COUNTS) + len(TERMS)))


def note(noted: Floats, asking: Asking, decision: Decision) -> Floats:
    """Add this year's ideas to the sums, each with the answer that it got under the design in force.

    An idea is a yes if any of its children were taken; else the answer is that given to most of them. A planner waits
    for no idea, and nothing is noted.
    """
    if asking.design.way.paperless:
        return noted
    planned, code = asking.places.astype(np.float64), _codes(asking, decision)
    world, season, groups = asking.world, asking.season, asking.world.groups
    weighed = _weighed(asking, code, planned > 0.0)
    answer = _of_most(planned, code, groups.total(decision.taken) > 0, groups.of_cell)
    sums = [season.ideas.astype(np.float64), groups.total(planned), groups.total(planned * world.whole_cost)]
    sums += [groups.total(planned * weighed[name]) for name in TERMS]
    result, (place, group) = noted.copy(), np.nonzero((season.ideas > 0) & (sums[1] > 0.0))
    found = np.stack([each[place, group] for each in sums], axis=1)
    np.add.at(result, (place, groups.intervention[group], answer[place, group]), found)
    return result


@kernel
def _of_most(planned: Floats, code: Whole, taken: NDArray[np.bool_], of: Whole) -> Whole:
    """Answer to each idea: yes where any child was taken, else that to most of its children; shape of `taken`."""
    n, n_groups = taken.shape
    result, children = np.empty((n, n_groups), np.int64), np.empty((n_groups, CODES))
    for place in range(n):
        for group in range(n_groups):
            for each in range(CODES):
                children[group, each] = 0.0
        for option in range(of.size):
            children[of[option], code[place, option]] += planned[place, option]
        for group in range(n_groups):
            most = 0
            for each in range(1, CODES):
                most = each if children[group, each] > children[group, most] else most
            result[place, group] = YES if taken[place, group] else most
    return result


def _codes(asking: Asking, decision: Decision) -> Whole:
    """What was answered to each option, by (municipality, cell), with the party's own number for a private party."""
    code = decision.answer.astype(np.int64)
    for number in reversed(range(len(PRIVATE))):
        signed = decision.signed.get(PRIVATE[number])
        if signed is not None:
            code[(decision.answer == INVESTOR) & ~signed] = len(ANSWERS) + number
    return code


def _weighed(asking: Asking, code: Whole, about: NDArray[np.bool_]) -> dict[str, Floats]:
    """What whoever said no weighed for each option, SEK per child by (municipality, cell); a loss is a chance.

    Where nobody refused nothing stands.
    """
    world, n_cells = asking.world, asking.world.cells.age.size
    result = {name: np.zeros(code.shape) for name in TERMS}

    def put(no: int, who: str, mine: Whole, *, owner: bool) -> None:
        at = (code[:, mine] == no) & about[:, mine]
        if at.any():
            found = perceived(asking, who, mine, owner=owner)
            for name, values in zip(TERMS, (found.net, found.trying, -found.against, found.taste), strict=False):
                result[name][:, mine] = np.where(at, values, result[name][:, mine])

    for owner in world.menu.owners:
        for number, who in enumerate(asking.design.way.asked(owner)):
            put((UNPAID, GRANTED_NOT)[number], who, world.cells_of(owner), owner=number == 0)
    for partner in {team[1] for team in world.menu.teams if team[1]}:
        if not asking.design.way.alone:
            put(PARTNER, partner, world.cells_with(partner), owner=False)
    if (code == STATE).any():
        result["gain"] = np.where(code == STATE, state_net(asking), result["gain"])
    private = code >= len(ANSWERS)
    if private.any():
        for party, verdict in asking.signed.items():
            at = code == len(ANSWERS) + PRIVATE.index(party)
            result["gain"] = np.where(at, np.broadcast_to(verdict.net, (world.n, n_cells)), result["gain"])
            loss = verdict.loss * world.whole_cost
            result["loss"] = np.where(at, np.broadcast_to(loss, (world.n, n_cells)), result["loss"])
    return result


def answers_table(world: World, state: State, detail: bool) -> Table:
    """Ideas by intervention, answer and who gave it; by municipality, too, with `detail`."""
    noted = state.bodies.noted if detail else state.bodies.noted.sum(axis=0, keepdims=True)
    places, kind, code = np.nonzero(noted[..., 0])
    sums = noted[places, kind, code]
    names = np.array(world.spec.places.codes) if detail else np.array([""])
    cost = sums[:, COUNTS.index("cost")]
    data: dict[str, Any] = {
        "municipality": names[places],
        "intervention": world.menu.names[kind],
        "answer": [ANSWERS[min(each, INVESTOR) if each >= len(ANSWERS) else each] for each in code.tolist()],
        "party": [_party(world, int(k), int(each)) for k, each in zip(kind, code, strict=True)],
    }
    data["ideas"], data["children"], data["cost_sek"] = (np.rint(sums[:, at]).astype(np.int64) for at in range(3))
    for at, name in enumerate(TERMS, start=len(COUNTS)):
        data[name] = np.divide(sums[:, at], cost, out=np.zeros(cost.size), where=cost > 0.0)
    return data


def _party(world: World, kind: int, code: int) -> str:
    """Who gave an answer about an intervention; "" where it was nobody's no."""
    item, way = world.menu.items[kind], world.design.way
    if code >= len(ANSWERS):
        return PRIVATE[code - len(ANSWERS)]
    asked = [kind_of(each) for each in way.asked(item.owner)]
    if code == SMALL:
        return next(share.party for share in world.design.finance if share.party in INVESTORS)
    return {UNPAID: asked[0], GRANTED_NOT: asked[-1], PARTNER: item.partner, STATE: BY_STATE}.get(code, "")
