"""How children's need differs by place: who is born with which frailty where.

A municipality's children are of the same frailty classes as the country's, in another mix: the odds of not being sturdy
rise with its level of need, and the children of the built-in country together have exactly the mix of `frailty_share`.
Everything else about lives is the same everywhere. The draw of a child at birth stays its own, so the same child is
frailer where need is larger, never sturdier. Reads `ladder` and `places`; read by `model` and by experiments.
"""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from ..inputs.arithmetic import exp
from ..inputs.facts import standardised
from ..inputs.life_course import LadderParameters
from ..inputs.places import Places, sweden
from .ladder import born

Floats = NDArray[np.float64]

_FARTHEST = 50.0  # no log odds of a share that is above 0 and below 1 in the data are farther from 0
_HALVINGS = 64  # until they are known to the last digit


def level_of_need(places: Places) -> Floats:
    """Share of grown-ups with little schooling, in standard deviations from the built-in country's mean, shape (n,)."""
    return standardised(places.facts.low_schooling_share, sweden().facts.low_schooling_share)


def frailty_mix(places: Places, parameters: LadderParameters) -> Floats:
    """Share of each frailty class among the children of each municipality, shape (n, N_FRAILTY).

    ``logit(not sturdy) = centre + need_gradient * need``, with the centre at which the children of the built-in country
    have the national share; the frailer classes keep the proportions that they have among themselves. So shares stay
    above 0 and below 1, and with a gradient of 0 all places are alike. `need` as `level_of_need` gives it.
    """
    share = np.asarray(parameters.frailty_share, dtype=np.float64)
    frail, gradient = 1.0 - share[0], parameters.need_gradient
    if gradient == 0.0 or not 0.0 < frail < 1.0:
        return np.tile(share, (len(places.codes), 1))
    local = _chance(_centre(float(frail), gradient) + gradient * level_of_need(places))
    return np.concatenate([1.0 - local[:, None], np.outer(local, share[1:] / frail)], axis=1)


def states_at_birth(places: Places, parameters: LadderParameters) -> Floats:
    """Distribution over states at birth in each municipality, shape (n, N_STATES)."""
    return born(frailty_mix(places, parameters), parameters)


@lru_cache(maxsize=64)
def _centre(frail: float, gradient: float) -> float:
    """Log odds in a place of mean need with which the mean over all children born in Sweden is `frail`."""
    country = sweden()
    need, weight = gradient * level_of_need(country), np.diff(np.asarray(country.share), axis=1)[:, 0]
    low, high = -_FARTHEST, _FARTHEST
    for _ in range(_HALVINGS):
        middle = (low + high) / 2.0
        low, high = (middle, high) if (weight * _chance(middle + need)).sum() < frail else (low, middle)
    return (low + high) / 2.0


def _chance(log_odds: Floats) -> Floats:
    return np.asarray(1.0 / (1.0 + exp(-log_odds)))
