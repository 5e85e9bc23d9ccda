"""Learning: what was measured moves what bodies believe about effects (normal updating, known variance).

A body learns from its own projects and, with less weight, from the county's and the nation's; investors and providers
from all. Whoever measures wrongly learns wrongly. Read by `model`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from model import metrics
from model.evaluation import COMPARED, PEOPLE

if TYPE_CHECKING:
    from model.model import PreventionModel

Floats = NDArray[np.float64]
Which = NDArray[np.int64]


def learn(model: PreventionModel, ready: Which) -> None:
    """Move beliefs by the projects whose follow-up is over; those that paid for themselves become ordinary (F8).

    The planner knows the true effects and has nothing to learn.
    """
    projects, belief = model.projects, model.spec.belief
    expected, measured, noise = news(model, ready)
    useful = (np.abs(expected) > 1.0) & (noise > 0.0)
    if not useful.any() or model.design.decision == "planner":
        return
    ready, expected, measured = ready[useful], expected[useful], measured[useful]
    found, precision = measured / expected, expected**2 / noise[useful]
    where = (projects.municipality[ready], projects.intervention[ready])
    own = np.zeros((2, model.n, len(model.interventions)))
    np.add.at(own[0], where, precision)
    np.add.at(own[1], where, precision * found)
    county = np.zeros((2, len(model.county_rows), len(model.interventions)))
    for pooled, single in zip(county, own, strict=True):
        np.add.at(pooled, model.county, single)
    here, nation = county[:, model.county], county.sum(axis=1)[:, None]
    regional = np.array([item.owner == "region" for item in model.interventions])
    weight = np.where(regional, 1.0, belief.neighbour_weight)  # a region learns from its whole county alike
    told = own + weight * (here - own) + belief.national_weight * (nation - here)
    after = model.belief_precision + told[0]
    model.belief = (model.belief * model.belief_precision + told[1]) / after
    model.belief_precision = after
    market = model.market_precision + nation[0, 0]
    model.market_belief = (model.market_belief * model.market_precision + nation[1, 0]) / market
    model.market_precision = market
    worth = measured >= projects.cost[ready]
    model.ordinary[where[0][worth], where[1][worth]] = True


def news(model: PreventionModel, which: Which) -> tuple[Floats, Floats, Floats]:
    """What projects tell: saving to be expected at the true effect, saving measured, and the variance of that.

    SEK and SEK squared, shape (n,) each; variance 0 where nothing could be compared.
    """
    projects = model.projects
    expected, measured, noise = np.zeros(which.size), np.zeros(which.size), np.zeros(which.size)
    for contract, j in enumerate(model.yardsticks.learned):
        mine = projects.contract[which] == contract
        sums, metric = projects.sums[which[mine], j], model.yardsticks.metrics[contract][j]
        expected[mine] = projects.expected_sums[which[mine], j, 0] - projects.expected_sums[which[mine], j, 1]
        measured[mine] = metrics.measured(metric, sums)
        # A sum over n children, of whom only some were compared: n / compared times as much noise.
        compared = sums[:, COMPARED]
        spread = np.divide(sums[:, PEOPLE] ** 2, compared, out=np.zeros(compared.shape), where=compared > 0)
        noise[mine] = 2.0 * model.spec.belief.outcome_sd**2 * metric.years * spread
    return expected, measured, noise
