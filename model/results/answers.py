"""What became of ideas under the design in force, who said no, and what that party weighed. Read by `results`.

A row of the table is about ideas, and not about children: whether a contract is signed is settled idea by idea. What a
party weighed is given per krona of the programme, so that what was missing can be read off: its four terms together
are below nothing by that much.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..bodies.asking import Asking, state_net
from ..bodies.bodies import Decision
from ..bodies.choice import ANSWERS, GRANTED_NOT, INVESTOR, PARTNER, SMALL, STATE, UNPAID, YES
from ..bodies.private import PRIVATE
from ..bodies.rules import kind_of
from ..bodies.views import GRANTS, LEADS, SHARES
from ..contracts.ways import STATE as BY_STATE
from ..contracts.words import INVESTORS
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


def note(noted: Floats, asking: Asking, decision: Decision) -> None:
    """Add this year's ideas to the sums, each with the answer that it got under the design in force.

    An idea is a yes if any of its children were taken; else the answer is that given to most of them. A planner waits
    for no idea, and nothing is noted.
    """
    if asking.design.way.paperless:
        return
    world, season, put = asking.world, asking.season, asking.put
    groups, planned, code = world.groups, put.planned.astype(np.float64), _codes(asking, decision)
    n_ideas = int(put.idea.max(initial=-1)) + 1
    place, group = np.empty((2, n_ideas), np.int64)
    place[put.idea], group[put.idea] = put.place, groups.of_cell[put.cell]

    def total(values: NDArray[Any]) -> Floats:
        """Sum over the options of each idea."""
        return np.asarray(np.bincount(put.idea, values, n_ideas), dtype=np.float64)

    of_most = np.bincount(put.idea * CODES + code, planned, n_ideas * CODES).reshape(n_ideas, CODES).argmax(axis=1)
    answer = np.where(total(decision.taken[put.place, put.cell]) > 0, YES, of_most)
    weighed = _weighed(asking, code)
    sums = [season.ideas[place, group].astype(np.float64), total(planned), total(planned * world.whole_cost[put.cell])]
    found = np.stack([*sums, *(total(planned * weighed[name]) for name in TERMS)], axis=1)
    row = np.ravel_multi_index((place, groups.intervention[group], answer), noted.shape[:3])
    at = row[:, None] * noted.shape[3] + np.arange(noted.shape[3])  # of numbers one by one it is ten times as fast
    np.add.at(noted.reshape(-1), at.ravel(), found.ravel())


def _codes(asking: Asking, decision: Decision) -> Whole:
    """What was answered to each option that was put, (k,), with the party's own number for a private party."""
    put = asking.put
    answer = decision.answer[put.place, put.cell]
    code = answer.astype(np.int64)
    for number in reversed(range(len(PRIVATE))):
        signed = decision.signed.get(PRIVATE[number])
        if signed is not None:
            code[(answer == INVESTOR) & ~signed[put.cell]] = len(ANSWERS) + number
    return code


def _weighed(asking: Asking, code: Whole) -> dict[str, Floats]:
    """What whoever said no weighed for each option that was put, SEK per child, (k,); a loss is a chance.

    Where nobody refused nothing stands.
    """
    world, put = asking.world, asking.put
    result = {name: np.zeros(code.size) for name in TERMS}
    for number, no in ((LEADS, UNPAID), (GRANTS, GRANTED_NOT), (SHARES, PARTNER)):
        if (code == no).any():
            mine, found = asking.weighed[number]
            for name, values in zip(TERMS, (found.net, found.trying, -found.against, found.taste), strict=False):
                result[name][mine] = np.where(code[mine] == no, values, result[name][mine])
    if (code == STATE).any():
        result["gain"] = np.where(code == STATE, state_net(asking, put), result["gain"])
    if (code >= len(ANSWERS)).any():
        for party, verdict in asking.signed.items():
            at = code == len(ANSWERS) + PRIVATE.index(party)
            result["gain"] = np.where(at, verdict.net[put.cell], result["gain"])
            result["loss"] = np.where(at, (verdict.loss * world.whole_cost)[put.cell], result["loss"])
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
