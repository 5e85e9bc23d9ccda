"""A second route to a posterior without luck: importance sampling.

Worlds are drawn from a wide bell about those that a calibration gave (multivariate t, in log odds between the bounds of
each parameter: none lies outside), and weighed by how likely they are over how readily they were drawn. The bell is
fitted anew to what was found in every round (population Monte Carlo, Cappé et al. 2004; all rounds together are the
density, Owen & Zhou 2000). What walkers have missed or crowded shows as a mean that moves or as another spread.
Used by the command `calibrate`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ..plans.posterior import effective
from .mcmc import Misses

__all__ = ["Reweighed", "reweigh"]

Floats = NDArray[np.float64]
ROUNDS = 5
_TAILS = 8  # degrees of freedom: tails heavier than those of what is looked for
_WIDER = 1.1  # by which the bell's variances exceed those of the worlds that it is fitted to
_EDGE = 1e-6  # how near its bounds a parameter is taken to lie at most, as share of what is between them


@dataclass(frozen=True)
class Reweighed:
    """What importance sampling makes of worlds.

    `effective` is how many worlds of equal weight those drawn are worth (see `posterior`). `table` has a row for each
    parameter: mean and sd by the weights, shift (mean of the worlds given less that mean, in these sd) and ratio (sd of
    the worlds given over that sd).
    """

    effective: float
    table: pd.DataFrame


def reweigh(
    worlds: Floats,
    misses: Misses,
    bounds: Sequence[tuple[float, float]],
    names: Sequence[str],
    *,
    draws: int,
    seed: int,
) -> Reweighed:
    """Hold worlds that a calibration gave against importance sampling.

    Parameters
    ----------
    worlds
        Worlds of equal weight, shape (n, n_parameters), n larger than n_parameters.
    misses, bounds
        As for `mcmc.walk`: the prior is uniform between the bounds, misses are normal.
    names
        Of the parameters.
    draws, seed
        How many worlds are drawn, in `ROUNDS` rounds alike, and the luck of it.
    """
    from scipy.stats import multivariate_t

    low, high = np.array(bounds, dtype=np.float64).T
    share = np.clip((worlds - low) / (high - low), _EDGE, 1.0 - _EDGE)
    at, capped = np.log(share / (1.0 - share)), np.full(len(worlds), 1.0 / len(worlds))
    luck, bells = np.random.default_rng(seed), []
    odds, likely = np.empty((0, low.size)), np.empty(0)
    for part in np.array_split(np.arange(draws), ROUNDS):
        spread = _WIDER * np.atleast_2d(np.cov(at.T, aweights=capped))
        bells.append(multivariate_t(capped @ at, spread, df=_TAILS, allow_singular=True))
        drawn = np.reshape(bells[-1].rvs(part.size, random_state=luck), (-1, low.size))
        likely = np.append(likely, [_log_density(each, misses, low, high) for each in drawn])
        at = odds = np.concatenate([odds, drawn])
        readily = np.logaddexp.reduce([np.atleast_1d(bell.logpdf(odds)) for bell in bells], axis=0)
        weight = np.exp((likely - readily) - (likely - readily).max())
        capped = np.minimum(weight, weight.mean() * np.sqrt(weight.size))  # no single world decides (Ionides 2008)
        capped = capped / capped.sum()
    weight /= weight.sum()
    places = low + (high - low) / (1.0 + np.exp(-odds))
    mean = weight @ places
    sd = np.sqrt(weight @ (places - mean) ** 2)
    shift, ratio = (worlds.mean(axis=0) - mean) / sd, worlds.std(axis=0) / sd
    table = pd.DataFrame({"parameter": list(names), "mean": mean, "sd": sd, "shift": shift, "ratio": ratio})
    return Reweighed(effective(weight), table)


def _log_density(odds: Floats, misses: Misses, low: Floats, high: Floats) -> float:
    """How likely a world is, in log odds: its likelihood times how much of the ranges a step in odds covers."""
    share = 1.0 / (1.0 + np.exp(-odds))
    missed = misses(low + share * (high - low))
    return float(-0.5 * np.square(missed).sum() + np.log(share * (1.0 - share)).sum())
