"""Beliefs: what was measured moves what bodies believe about effects (normal updating, known variance).

A body learns from the follow-up of its own projects, which is the same under every design; what a contract's evaluator
found is added. Both are credited by how far their method may be off: however many children are compared, no more is
learned than the method can tell. With less weight it learns from what it hears of the county's
and the nation's: failures are told less often than successes. Investors and providers learn from all. If a method
measures wrongly, a wrong effect is learned, until later evidence corrects it. Beliefs are replaced and never changed:
whoever kept last year's still has them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from ..children.draws import chances
from ..evaluation import metrics
from ..evaluation.evaluators import COMPARED, EVALUATORS, NONE, PEOPLE
from ..inputs.compiled import in_kernels
from ..inputs.parameters import BeliefParameters, DiffusionParameters
from ..inputs.protect import protect
from ..projects.projects import Projects
from ..world import World

Floats = NDArray[np.float64]
Of = TypeVar("Of", float, NDArray[np.float64])
Bools = NDArray[np.bool_]
Which = NDArray[np.int64]

TOLD = 1_000  # number of a project's draw for whether others hear of it; the conditions of a contract count from 0


@dataclass(frozen=True, eq=False)
class Beliefs:
    """What everybody believes of every intervention, as a multiple of that in studies, and how sure they are.

    `own` and `precision` are of the body that owns it, shape (n, n_interventions); `market` of investors and providers,
    (n_interventions,). `heard` and `market_heard` are the precision of all that evaluations have told so far, before it
    was credited: of own follow-ups and of contracts' evaluations, (2, n, n_interventions) and (2, n_interventions).
    """

    own: Floats
    precision: Floats
    market: Floats
    market_precision: Floats
    heard: Floats
    market_heard: Floats

    def __post_init__(self) -> None:
        protect(self)


@dataclass(frozen=True, eq=False)
class News:
    """What evaluations that are over tell, one row each: the effect found, and how precisely.

    `own` are those of the body's own follow-up; the others were made for a contract.
    """

    project: Which
    municipality: Which
    intervention: Which
    found: Floats  # multiple of that in studies
    precision: Floats
    doubt: Floats  # how far off the method is thought to be, variance in multiples of the effect
    own: Bools
    saved: Floats  # what the project saves everybody, as found, in the years that boards look at, per krona of its cost
    told: Bools  # others hear of it


def news(world: World, projects: Projects, year: int) -> News:
    """Read what evaluations tell that are over this year; those of which nothing could be compared tell nothing."""
    own = [(contract, j, True) for contract, j in enumerate(world.yardsticks.own)]
    ordered = [(contract, j, False) for contract, j in enumerate(world.yardsticks.told) if j >= 0]
    parts = [_told_by(world, projects, each, year) for each in (*own, *ordered)]
    project, found, precision, doubt, mine = (np.concatenate(column) for column in zip(*parts, strict=True))
    where, kind = projects.municipality[project], projects.intervention[project]
    saved = found * projects.lasting[project] / projects.cost[project]
    luck = chances(
        world.seed, TOLD, world.geography.codes[where], projects.start_year[project], world.menu.number[kind]
    )
    told = is_told(saved >= 1.0, luck, world.spec.diffusion)
    return News(project, where, kind, found, precision, doubt, mine, saved, told)


def _told_by(
    world: World, projects: Projects, of: tuple[int, int, bool], year: int
) -> tuple[Which, Floats, Floats, Floats, Bools]:
    """What one metric of one contract tells this year: (contract, metric, whether it is the body's own follow-up)."""
    contract, j, own = of
    metric = world.yardsticks.metrics[contract][j]
    which = np.flatnonzero(
        (projects.contract == contract) & projects.judged & (projects.start_year == year - metric.years + 1)
    )
    sums, promised = projects.sums[which, j], projects.expected_sums[which, j]
    expected, measured = promised[:, 5], metrics.measured(metric, sums)
    # A sum over n children, of whom only some were compared: n / compared times as much noise.
    compared = sums[:, COMPARED]
    more = np.divide(sums[:, PEOPLE], compared, out=np.zeros(compared.shape), where=compared > 0)
    noise = promised[:, 4] * more
    useful = (np.abs(expected) > 1.0) & (noise > 0.0) & (metric.evaluation != NONE)
    which, expected, measured, noise = which[useful], expected[useful], measured[useful], noise[useful]
    doubt = np.full(which.size, doubted(metric.evaluation, world.spec.belief))
    return which, measured / expected, expected**2 / noise, doubt, np.full(which.size, own)


def doubted(evaluation: str, p: BeliefParameters) -> float:
    """How far off a method is thought to be whatever the number of children, variance in multiples of the effect."""
    return p.doubt[EVALUATORS.index(evaluation)] ** 2 if evaluation != NONE else 0.0


@in_kernels
def credited(before: Of, more: Of, doubt: float) -> Of:
    """Precision that is credited to `more` from a method after `before`: what is off is off alike in every project.

    ``1 / (doubt + 1 / precision)`` is what is known from evaluations that share an error of that variance (a random
    effect of the method; DerSimonian & Laird 1986 have one of the study).
    """
    total = before + more
    return total / (1.0 + doubt * total) - before / (1.0 + doubt * before)


def is_told(worth: Bools, luck: Floats, p: DiffusionParameters) -> Bools:
    """Whether others hear of each project, shape (n,): of all that paid for themselves, of fewer that did not.

    The share `diffusion.publication_bias` of failures is never told, less what a competence centre gathers (P2).
    """
    return np.asarray(worth | (luck >= p.publication_bias * (1.0 - p.centre)))


def learn(beliefs: Beliefs, told: News, county: Which, regional: Bools, p: BeliefParameters) -> Beliefs:
    """What everybody believes after the news. `county` by municipality; `regional` by intervention: the region's."""
    own, precision = beliefs.own * beliefs.precision, beliefs.precision
    market, market_precision = beliefs.market * beliefs.market_precision, beliefs.market_precision
    heard, market_heard = beliefs.heard.copy(), beliefs.market_heard.copy()
    for number, which in enumerate((told.own, ~told.own)):
        doubt = float(told.doubt[which].max(initial=0.0))
        seen, everywhere = _reaching(told, which, county, regional, p)
        for sums, before in ((seen, heard[number]), (everywhere, market_heard[number])):
            share = np.divide(
                credited(before, sums[0], doubt), sums[0], out=np.zeros(before.shape), where=sums[0] > 0.0
            )
            before += sums[0]
            sums *= share
        own, precision = own + seen[1], precision + seen[0]
        market, market_precision = market + everywhere[1], market_precision + everywhere[0]
    # Who has heard nothing believes what it believed, to the last digit.
    return Beliefs(
        own=np.where(precision > beliefs.precision, own / precision, beliefs.own),
        precision=precision,
        market=np.where(market_precision > beliefs.market_precision, market / market_precision, beliefs.market),
        market_precision=market_precision,
        heard=heard,
        market_heard=market_heard,
    )


def _reaching(told: News, which: Bools, county: Which, regional: Bools, p: BeliefParameters) -> tuple[Floats, Floats]:
    """What of some news reaches each body, (2, n, n_interventions), and the market, (2, n_interventions).

    Precision, and that times what was found.
    """
    shape = (county.size, regional.size)
    own, heard = (_by_place(told, which, weight, shape) for weight in (told.precision, told.precision * told.told))
    of_county, heard_county = _by_county(own, county), _by_county(heard, county)
    # A region's projects in all of its county are its own.
    here = np.where(regional, of_county, own + p.neighbour_weight * (heard_county - heard))
    return here + p.national_weight * (heard.sum(axis=1)[:, None] - heard_county), own.sum(axis=1)


def _by_place(told: News, which: Bools, precision: Floats, shape: tuple[int, int]) -> Floats:
    """Sum what some projects tell by municipality and intervention: precision, and that times what was found."""
    where, told_by = (told.municipality[which], told.intervention[which]), precision[which]
    sums = np.zeros((2, *shape))
    np.add.at(sums[0], where, told_by)
    np.add.at(sums[1], where, told_by * told.found[which])
    return sums


def _by_county(own: Floats, county: Which) -> Floats:
    """Sum over the county of each municipality, shape as `own`."""
    sums = np.zeros((2, int(county.max()) + 1, own.shape[2]))
    for pooled, single in zip(sums, own, strict=True):
        np.add.at(pooled, county, single)
    return np.asarray(sums[:, county])
