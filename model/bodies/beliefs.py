"""Beliefs: what was measured moves what bodies believe about effects (normal updating, known variance).

A body learns from the follow-up of its own projects, which is the same under every design; what a contract's evaluator
found is added, credited by how far its method is trusted. With less weight it learns from what it hears of the county's
and the nation's: failures are told less often than successes. Investors and providers learn from all. If a method
measures wrongly, a wrong effect is learned, until later evidence corrects it. Beliefs are replaced and never changed:
whoever kept last year's still has them.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ..children.draws import chances
from ..evaluation import metrics
from ..evaluation.evaluators import COMPARED, EVALUATORS, NONE, PEOPLE
from ..inputs.parameters import BeliefParameters, DiffusionParameters
from ..inputs.protect import protect
from ..projects.projects import Projects
from ..world import World

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Which = NDArray[np.int64]

TOLD = 1_000  # number of a project's draw for whether others hear of it; the conditions of a contract count from 0


@dataclass(frozen=True, eq=False)
class Beliefs:
    """What everybody believes of every intervention, as a multiple of that in studies, and how sure they are.

    `own` and `precision` are of the body that owns it, shape (n, n_interventions); `market` of investors and providers,
    (n_interventions,).
    """

    own: Floats
    precision: Floats
    market: Floats
    market_precision: Floats

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
    precision: Floats  # as credited
    own: Bools
    saved: Floats  # what the project saves everybody, as found, in the years that boards look at, per krona of its cost
    told: Bools  # others hear of it


def news(world: World, projects: Projects, year: int) -> News:
    """Read what evaluations tell that are over this year; those of which nothing could be compared tell nothing."""
    own = [(contract, j, True) for contract, j in enumerate(world.yardsticks.own)]
    ordered = [(contract, j, False) for contract, j in enumerate(world.yardsticks.told) if j >= 0]
    parts = [_told_by(world, projects, each, year) for each in (*own, *ordered)]
    project, found, precision, mine = (np.concatenate(column) for column in zip(*parts, strict=True))
    where, kind = projects.municipality[project], projects.intervention[project]
    saved = found * projects.lasting[project] / projects.cost[project]
    luck = chances(world.seed, TOLD, world.geography.codes[where], projects.start_year[project], kind)
    told = is_told(saved >= 1.0, luck, world.spec.diffusion)
    return News(project, where, kind, found, precision, mine, saved, told)


def _told_by(
    world: World, projects: Projects, of: tuple[int, int, bool], year: int
) -> tuple[Which, Floats, Floats, Bools]:
    """What one metric of one contract tells this year: (contract, metric, whether it is the body's own follow-up)."""
    contract, j, own = of
    metric, p = world.yardsticks.metrics[contract][j], world.spec.belief
    which = np.flatnonzero(
        (projects.contract == contract) & projects.judged & (projects.start_year == year - metric.years + 1)
    )
    sums, promised = projects.sums[which, j], projects.expected_sums[which, j]
    expected, measured = promised[:, 5] - promised[:, 1], metrics.measured(metric, sums)
    # A sum over n children, of whom only some were compared: n / compared times as much noise.
    compared = sums[:, COMPARED]
    more = np.divide(sums[:, PEOPLE], compared, out=np.zeros(compared.shape), where=compared > 0)
    noise = promised[:, 4] * more
    useful = (np.abs(expected) > 1.0) & (noise > 0.0)
    which, expected, measured, noise = which[useful], expected[useful], measured[useful], noise[useful]
    trust = p.trust[EVALUATORS.index(metric.evaluation)] if metric.evaluation != NONE else 0.0
    return which, measured / expected, trust * expected**2 / noise, np.full(which.size, own)


def is_told(worth: Bools, luck: Floats, p: DiffusionParameters) -> Bools:
    """Whether others hear of each project, shape (n,): of all that paid for themselves, of fewer that did not.

    The share `diffusion.publication_bias` of failures is never told, less what a competence centre gathers (P2).
    """
    return np.asarray(worth | (luck >= p.publication_bias * (1.0 - p.centre)))


def learn(beliefs: Beliefs, told: News, county: Which, regional: Bools, p: BeliefParameters) -> Beliefs:
    """What everybody believes after the news. `county` by municipality; `regional` by intervention: the region's."""
    shape = beliefs.own.shape
    own, heard = (_by_place(told, weight, shape) for weight in (told.precision, told.precision * told.told))
    of_county, heard_county = _by_county(own, county), _by_county(heard, county)
    # A region's projects in all of its county are its own.
    here = np.where(regional, of_county, own + p.neighbour_weight * (heard_county - heard))
    seen = here + p.national_weight * (heard.sum(axis=1)[:, None] - heard_county)
    after, everywhere = beliefs.precision + seen[0], own.sum(axis=1)
    market = beliefs.market_precision + everywhere[0]
    return replace(
        beliefs,
        own=(beliefs.own * beliefs.precision + seen[1]) / after,
        precision=after,
        market=(beliefs.market * beliefs.market_precision + everywhere[1]) / market,
        market_precision=market,
    )


def _by_place(told: News, precision: Floats, shape: tuple[int, ...]) -> Floats:
    """Sum what projects tell by municipality and intervention: precision, and that times what was found."""
    where = (told.municipality, told.intervention)
    sums = np.zeros((2, *shape))
    np.add.at(sums[0], where, precision)
    np.add.at(sums[1], where, precision * told.found)
    return sums


def _by_county(own: Floats, county: Which) -> Floats:
    """Sum over the county of each municipality, shape as `own`."""
    sums = np.zeros((2, int(county.max()) + 1, own.shape[2]))
    for pooled, single in zip(sums, own, strict=True):
        np.add.at(pooled, county, single)
    return np.asarray(sums[:, county])
