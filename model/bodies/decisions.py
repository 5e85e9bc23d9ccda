"""What bodies think: what every option is worth to them, and who says yes.

Nothing here depends on the year but beliefs, so values are solved once for every belief of the grid and read off when
decisions are taken. Reads `forecast`, `expected` and `bodies`; read by `model` and `results`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ..children.forecast import at_belief
from .agents import Body, Committee
from .private import PRIVATE, Verdict, belief_weights, judge
from .reasoning import Offer
from .views import _flows_to, _judges, cells_of, reaches_region

if TYPE_CHECKING:
    from ..model import PreventionModel

Floats = NDArray[np.float64]


def scores(model: PreventionModel, contract: int = 0) -> Floats:
    """Perceived net value per child of every option to the body that decides, shape (n, n_cells), SEK.

    Not above 0 means no. Whoever owns the project must want it, whoever grants must agree (A3, A4), and so must every
    investor, lender and provider with money at stake; public bodies that co-finance are bound by the contract.
    `contract` is 0 for the design in force, 1 for paying out of one's own room beside it.
    """
    cells, design, view = model.cells, model.contracts[contract], model.views[contract]
    belief = model.belief[:, cells.intervention]

    def net(body: str, mine: NDArray[np.int64]) -> Floats:
        return at_belief(view.worth[body][:, :, mine], belief[:, mine]) - view.price[body][:, mine]

    every = np.arange(cells.age.size)
    if design.decision in ("planner", "pool"):
        result = net(design.decision, every)
    else:
        result = np.empty((model.n, cells.age.size))
        for owner in model.owners:
            mine = cells_of(model, owner)
            result[:, mine] = net(owner, mine)
        granted = {"board": np.flatnonzero(~model.regional), "region": every}.get(design.decision)
        if granted is not None:
            wanted = result[:, granted]
            grantor = net("board" if design.decision == "board" else "grantor", granted)
            result[:, granted] = np.where(wanted > 0.0, grantor, wanted)
    for agent in model.agents_by_type[Committee]:
        if agent.rule is not None:
            for c in cells_of(model, agent.kind):
                result[agent.row, c] = agent.rule(offer(model, agent, int(c), contract))
    if contract + 1 < len(model.contracts):
        if not reaches_region(design):
            result[:, model.regional] = 0.0
        result[model.ordinary[:, cells.intervention]] = 0.0  # what is ordinary is paid from the ordinary budget (F8)
        if design.interventions:
            covered = np.array([item.name in design.interventions for item in model.interventions])
            result[:, ~covered[cells.intervention]] = 0.0
        for verdict in verdicts(model, contract).values():
            result[:, ~verdict.accepts] = 0.0
    return result


def ranks(model: PreventionModel, score: Floats, contract: int = 0) -> Floats:
    """Order in which options are taken, highest first, shape (n, n_cells).

    By value per krona; by value where there is no shortage of money; or, where the contract leaves the choice of target
    groups to the investor, by how safe its own return is ("low-hanging fruit").
    """
    design = model.contracts[contract]
    if design.decision == "planner":
        return score
    if design.target == "investor":
        safety = np.min([each.safety for each in verdicts(model, contract).values()], axis=0)
        return np.broadcast_to(safety, score.shape)
    return score / model.whole_cost


def verdicts(model: PreventionModel, contract: int = 0) -> dict[str, Verdict]:
    """What each private party to the contract thinks of every option now."""
    view, private = model.views[contract], model.spec.investor
    rate = dict.fromkeys(PRIVATE, private.required_return) | {
        "bondholder": private.lending_rate,
        "provider": private.lending_rate,
    }
    limit = dict.fromkeys(PRIVATE, private.loss_limit) | {"provider": 1.0}
    weights = belief_weights(model.market_belief, model.market_precision**-0.5)[:, model.cells.intervention]
    return {
        party: judge(view.private[party], stake, weights, rate[party], limit[party])
        for party, stake in view.stake.items()
    }


def offer(model: PreventionModel, agent: Body, cell: int, contract: int = 0) -> Offer:
    """Put one option before one body, as it believes it to be."""
    mandate, view = model.mandates[agent.kind], model.views[contract]
    k = int(model.cells.intervention[cell])
    belief = np.asarray(model.belief[agent.row, k])
    saved = at_belief(model.cells.saved[:, cell], belief)
    mine = mandate.payers[agent.row]
    accounts = _judges(model, model.contracts[contract])[agent.kind][1]
    flows = _flows_to(model, view.prospects, accounts)[:, cell]
    return Offer(
        intervention=model.interventions[k].name,
        age=int(model.cells.age[cell]),
        level=int(model.cells.level[cell]),
        saving_own=saved[:, mine].sum(axis=1),
        saving_others=saved[:, ~mine].sum(axis=1),
        payments=at_belief(flows, belief),
        cost=float(view.price[agent.kind][agent.row, cell]),
    )
