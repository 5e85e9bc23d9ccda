"""Learning: what was measured moves what bodies believe about effects (normal updating, known variance).

A body learns from its own projects and, with less weight, from the county's and the nation's; investors and providers
from all. Whoever measures wrongly learns wrongly. Read by `model`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from model import metrics
from model.budgets import into_ordinary
from model.evaluation import COMPARED, PEOPLE
from model.spreading import report

if TYPE_CHECKING:
    from model.model import PreventionModel

Floats = NDArray[np.float64]
Which = NDArray[np.int64]


def learn(model: PreventionModel, ready: Which) -> None:
    """Move beliefs by the projects whose follow-up is over; those that paid for themselves become ordinary (F8).

    The planner knows the true effects and has nothing to learn.
    """
    projects, belief = model.projects, model.spec.belief
    ready = ready[projects.overhead[ready]]  # what is in ordinary operations is evaluated by nobody
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
    seen_by_others(model, where[0], worth)
    _become_ordinary(model, ready[worth])


def seen_by_others(model: PreventionModel, rows: Which, worth: NDArray[np.bool_]) -> None:
    """Let the practice hear how projects did, the last of each municipality counting (D5)."""
    if model.budgets.spread is not None:
        report(model.budgets.spread, rows, worth)


def _become_ordinary(model: PreventionModel, projects: Which) -> None:
    """Take projects that paid for themselves into ordinary operations where that is planned and there is room (F8)."""
    book = model.projects
    for number, item in enumerate(model.interventions):
        mine = projects[book.intervention[projects] == number]
        rows = book.municipality[mine]
        taken = into_ordinary(model.budgets, model.spec, model.run_seed, rows, item.owner, book.yearly_cost[mine])
        model.ordinary[rows[taken], number] = True


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
