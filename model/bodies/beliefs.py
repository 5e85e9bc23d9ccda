"""Beliefs: what was measured moves what bodies believe about effects (normal updating, known variance).

A body learns from its own projects and, with less weight, from what it hears of the county's and the nation's: failures
are told less often than successes. Investors and providers learn from all. If a method measures wrongly, a wrong effect
is learned. Beliefs are replaced and never changed: whoever kept last year's still has them.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ..children.draws import chances
from ..evaluation import metrics
from ..evaluation.evaluators import COMPARED, PEOPLE
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
    """What everybody believes of every intervention, as a multiple of the true effect, and how sure they are.

    `own` and `precision` are of the body that owns it, shape (n, n_interventions); `market` of investors and providers,
    (n_interventions,). What is `ordinary` is neither applied for nor evaluated any more (F8).
    """

    own: Floats
    precision: Floats
    market: Floats
    market_precision: Floats
    ordinary: Bools

    def __post_init__(self) -> None:
        protect(self)


@dataclass(frozen=True, eq=False)
class News:
    """What projects whose follow-up is over tell, one row each: the effect found, and how precisely."""

    project: Which
    municipality: Which
    intervention: Which
    found: Floats  # multiple of the true effect
    precision: Floats
    worth: Bools  # it paid for itself
    told: Bools  # others hear of it


def news(world: World, projects: Projects, ready: Which) -> News:
    """Read what projects tell; those of which nothing could be compared tell nothing."""
    ready = ready[projects.overhead[ready]]  # what is in ordinary operations is evaluated by nobody
    expected, measured, noise = _measured(world, projects, ready)
    useful = (np.abs(expected) > 1.0) & (noise > 0.0)
    ready, expected, measured = ready[useful], expected[useful], measured[useful]
    where, kind = projects.municipality[ready], projects.intervention[ready]
    worth = measured >= projects.cost[ready]
    luck = chances(world.seed, TOLD, world.geography.codes[where], projects.start_year[ready], kind)
    told = is_told(worth, luck, world.spec.diffusion)
    return News(ready, where, kind, measured / expected, expected**2 / noise[useful], worth, told)


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


def become_ordinary(beliefs: Beliefs, municipality: Which, intervention: Which) -> Beliefs:
    """What everybody believes once these have been taken into ordinary operations (F8)."""
    ordinary = beliefs.ordinary.copy()
    ordinary[municipality, intervention] = True
    return replace(beliefs, ordinary=ordinary)


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


def _measured(world: World, projects: Projects, which: Which) -> tuple[Floats, Floats, Floats]:
    """Saving to be expected at the true effect, saving measured, and the variance of that.

    SEK and SEK squared, shape (n,) each; variance 0 where nothing could be compared.
    """
    expected, measured, noise = np.zeros(which.size), np.zeros(which.size), np.zeros(which.size)
    for contract, j in enumerate(world.yardsticks.learned):
        mine = projects.contract[which] == contract
        sums, metric = projects.sums[which[mine], j], world.yardsticks.metrics[contract][j]
        expected[mine] = projects.expected_sums[which[mine], j, 0] - projects.expected_sums[which[mine], j, 1]
        measured[mine] = metrics.measured(metric, sums)
        # A sum over n children, of whom only some were compared: n / compared times as much noise.
        variance, compared = projects.expected_sums[which[mine], j, 4], sums[:, COMPARED]
        noise[mine] = variance * np.divide(
            sums[:, PEOPLE], compared, out=np.zeros(compared.shape), where=compared > 0
        )
    return expected, measured, noise
