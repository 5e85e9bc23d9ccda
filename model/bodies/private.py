"""Those outside the public sector who must say yes: whoever puts in money that a contract pays back, and the provider.

Both reason about their own return under their own beliefs. An investor accepts an option if its expected return covers
what it requires and a loss is not too likely; a provider if what it may have to give back does not eat its margin. So
caution, a taste for proven programmes and for easy target groups follow from the terms (table 3.1 of the report), and
nothing here knows what a good programme is.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..children.forecast import BELIEF_GRID
from ..children.ladder import N_AGES
from ..contracts.words import INVESTORS
from ..contracts.words import PRIVATE as PRIVATE  # bodies and results know them from here
from ..evaluation.prospects import Prospect
from ..inputs.arithmetic import exp, powers

Floats = NDArray[np.float64]
ASKS = {  # whom a contract must name for a parameter, or a group of them, to be read
    "investor.required_return": INVESTORS,
    "investor.lending_rate": ("bondholder", "provider"),
    "investor.loss_limit": (*INVESTORS, "bondholder"),
    "investor.smallest": INVESTORS,
    "investor.belief_sd": PRIVATE,
    "impact_investor.required_return": INVESTORS,
    "impact_investor.loss_limit": INVESTORS,
    "impact_investor.smallest": INVESTORS,
    "guaranteed_investor.required_return": INVESTORS,
    "provider.margin": ("provider",),
}


@dataclass(frozen=True, eq=False)
class Verdict:
    """What one private party thinks of every option. Shape (n_cells,) each."""

    accepts: NDArray[np.bool_]
    net: Floats  # expected present value of what it gets less what it puts in, SEK per child
    safety: Floats  # that, per standard deviation of it (Sharpe 1966): how a cautious party ranks options
    loss: Floats  # chance of getting back less than it puts in


def belief_weights(mean: Floats, sd: Floats) -> Floats:
    """Probability of each belief of the grid for somebody who believes in N(mean, sd), shape (len(BELIEF_GRID), n)."""
    distance = (np.array(BELIEF_GRID)[:, None] - mean) / sd
    weight = exp(-0.5 * (distance**2 - (distance**2).min(axis=0)))
    return np.asarray(weight / weight.sum(axis=0))


def judge(prospect: Prospect, stake: Floats, weights: Floats, rate: float, loss_limit: float) -> Verdict:
    """Judge every option from its possible outcomes.

    Parameters
    ----------
    prospect
        What the contract may bring this party.
    stake
        What it puts in per child by (cell, year since the start), SEK; negative for a provider's margin.
    weights
        Probability of each belief by (belief, cell).
    rate
        Yearly return that it requires (for a provider: its discount rate).
    loss_limit
        Highest acceptable probability of getting back less, undiscounted, than it put in.
    """
    discount = powers(1.0 / (1.0 + rate), N_AGES)
    paid, invested = (stake * discount).sum(axis=1), stake.sum(axis=1)
    mean, square, loss = np.zeros(invested.size), np.zeros(invested.size), np.zeros(invested.size)
    for belief, of_belief in enumerate(weights):
        for case, probability in enumerate(prospect.probability):
            flows = prospect.cases[belief, :, case]
            weight, net = of_belief * probability, (flows * discount).sum(axis=1) - paid
            mean += weight * net
            square += weight * net**2
            loss += weight * (flows.sum(axis=1) < invested - 0.5)
    spread = np.sqrt(np.maximum(square - mean**2, 0.0))
    safety = np.divide(mean, spread, out=np.where(mean >= 0.0, 1e9, -1e9), where=spread > 1e-9)
    return Verdict((mean > -0.5) & (loss <= loss_limit + 1e-12), mean, safety, loss)  # to within half a krona


def not_read(paths: Iterable[str], parties: Collection[str]) -> dict[str, tuple[str, ...]]:
    """Say which of these parameters nobody reads, as no such party is in the contracts, and whom they would need."""
    return {path: ASKS[path] for path in paths if path in ASKS and not set(ASKS[path]) & set(parties)}
