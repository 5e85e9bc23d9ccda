"""What private parties say of a contract here: their reasoning of `private`, with what their kind of investor wants."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..contracts import Design
from ..contracts.words import INVESTORS
from ..inputs.scenario import Scenario
from ..world import World
from .beliefs import Beliefs
from .private import PRIVATE, Verdict, belief_weights, judge
from .views import View

Bools = NDArray[np.bool_]


class Wishes(NamedTuple):
    """What an investor wants; see the parameters of these names."""

    required_return: float
    loss_limit: float
    smallest: float


def wishes_of(spec: Scenario, kind: str) -> Wishes:
    """What an investor of this kind wants; commercial, where a contract does not say."""
    usual, first = spec.investor, spec.impact_investor
    if kind == "impact-first":
        return Wishes(first.required_return, first.loss_limit, first.smallest)
    rate = spec.guaranteed_investor.required_return if kind == "guaranteed" else usual.required_return
    return Wishes(rate, usual.loss_limit, usual.smallest)


def too_small(world: World, design: Design) -> Bools:
    """Where a project of usual size is smaller than an investor takes part in, by municipality.

    A contract with a size of its own is signed project by project; one without, such as a bond, gathers many of them.
    """
    if design.programme is None:
        return np.zeros(world.n, np.bool_)
    least = [wishes_of(world.spec, share.kind).smallest for share in design.finance if share.party in INVESTORS]
    return world.project_cost < max(least, default=0.0)


def verdicts(world: World, design: Design, view: View, beliefs: Beliefs) -> dict[str, Verdict]:
    """What private parties think of every option by their own reasoning, see `private.judge`."""
    if not view.stake:
        return {}
    private = world.spec.investor
    rate = dict.fromkeys(PRIVATE, private.required_return) | {
        "bondholder": private.lending_rate,
        "provider": private.lending_rate,
    }
    limit = dict.fromkeys(PRIVATE, private.loss_limit) | {"provider": 1.0}
    for share in design.finance:
        if share.party in INVESTORS:
            wishes = wishes_of(world.spec, share.kind)
            rate[share.party], limit[share.party] = wishes.required_return, wishes.loss_limit
    weights = belief_weights(beliefs.market, beliefs.market_precision**-0.5)[:, world.cells.intervention]
    return {
        party: judge(view.private[party], stake, weights, rate[party], limit[party])
        for party, stake in view.stake.items()
    }
