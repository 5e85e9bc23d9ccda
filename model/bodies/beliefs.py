"""Learning: what was measured moves what bodies believe about effects (normal updating, known variance).

A body learns from its own projects and, with less weight, from what it hears of the county's and the nation's: failures
are told less often than successes. Investors and providers learn from all. Whoever measures wrongly learns wrongly.
Read by `model`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ..children.draws import chances
from ..evaluation import metrics
from ..evaluation.evaluators import COMPARED, PEOPLE
from ..money.budgets import into_ordinary
from ..practice.in_run import report

if TYPE_CHECKING:
    from ..model import PreventionModel

Floats = NDArray[np.float64]
Which = NDArray[np.int64]

TOLD = 1_000  # number of a project's draw for whether others hear of it; the conditions of a contract count from 0


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
    worth = measured >= projects.cost[ready]
    told = is_told(model, ready, worth)
    own, heard = (_by_place(model, ready, weight, found) for weight in (precision, precision * told))
    county, county_heard = _by_county(model, own), _by_county(model, heard)
    regional = np.array([item.owner == "region" for item in model.interventions])
    # A region's projects in all of its county are its own.
    here = np.where(regional, county, own + belief.neighbour_weight * (county_heard - heard))
    seen = here + belief.national_weight * (heard.sum(axis=1)[:, None] - county_heard)
    after = model.belief_precision + seen[0]
    model.belief = (model.belief * model.belief_precision + seen[1]) / after
    model.belief_precision = after
    everywhere = own.sum(axis=1)
    market = model.market_precision + everywhere[0]
    model.market_belief = (model.market_belief * model.market_precision + everywhere[1]) / market
    model.market_precision = market
    if model.budgets.spread is not None:
        owned = regional[projects.intervention[ready]]
        report(model.budgets.spread, projects.municipality[ready], owned, worth, told)
    _become_ordinary(model, ready[worth])


def is_told(model: PreventionModel, projects: Which, worth: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Whether others hear of each project, shape (n,): of all that paid for themselves, of fewer that did not.

    The share `diffusion.publication_bias` of failures is never told, less what a competence centre gathers (P2).
    """
    book, p = model.projects, model.spec.diffusion
    codes = model.population.codes[book.municipality[projects]]
    luck = chances(model.run_seed, TOLD, codes, book.start_year[projects], book.intervention[projects])
    return np.asarray(worth | (luck >= p.publication_bias * (1.0 - p.centre)))


def _by_place(model: PreventionModel, projects: Which, precision: Floats, found: Floats) -> Floats:
    """Sum what projects tell by municipality and intervention: precision, and that times what was found."""
    where = (model.projects.municipality[projects], model.projects.intervention[projects])
    sums = np.zeros((2, model.n, len(model.interventions)))
    np.add.at(sums[0], where, precision)
    np.add.at(sums[1], where, precision * found)
    return sums


def _by_county(model: PreventionModel, own: Floats) -> Floats:
    """Sum over the county of each municipality, shape as `own`."""
    county = np.zeros((2, len(model.county_rows), own.shape[2]))
    for pooled, single in zip(county, own, strict=True):
        np.add.at(pooled, model.county, single)
    return np.asarray(county[:, model.county])


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
