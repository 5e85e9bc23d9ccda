"""Local need: what is expected of a place's own children, where the country's classes of frailty are in another mix.

Frailty lasts for life and the rest is the same everywhere. So what is known of a class in the country holds in every
place, and what is expected of a place is the sum over classes by its own shares: nothing has to be solved by place.
Reads `forecast`; read by `world`, `bodies`, `evaluation` and `money`.
"""

from collections.abc import Iterable
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from ..inputs.parameters import InterventionParameters
from .forecast import BELIEF_GRID, Cells, effects_of, life_tables, saved_years
from .ladder import N_AGES, N_FRAILTY, N_LEVELS, N_RECORDS, N_STATES, Ladder
from .prices import CostTables

Floats = NDArray[np.float64]

_FRAILTY = np.arange(N_STATES) // (N_LEVELS * N_RECORDS)  # class of each state


def relative_mix(ladder: Ladder, births: Floats) -> Floats:
    """Share of each frailty class among the born of a place over that in the whole country, shape (n, N_FRAILTY).

    `births` by (place, state). Frailty lasts for life, so what is expected of a place at any age is the sum over
    classes of what `expected_states` says of each, times this. 1 where the country has none of a class.
    """
    local = births.reshape(len(births), N_FRAILTY, -1).sum(axis=2)
    country = ladder.birth.reshape(N_FRAILTY, -1).sum(axis=1)
    return np.asarray(np.divide(local, country, out=np.ones(local.shape), where=country > 0.0))


def saved_by_class(effects: Floats, ladder: Ladder, costs: CostTables, cells: Cells) -> Floats:
    """What each payer saves by a child of each option that is of each frailty class, SEK by year since the start.

    `effects` as `effects_of`, by case and intervention, shape (n_cases, n_interventions, 5). What is saved follows from
    where children start, in proportion, so that of any mix of classes is the sum over them by their shares. Shape
    (N_FRAILTY, n_cases, n_cells, N_AGES, 10); 0 where the country has none of a class.
    """
    k = cells.intervention
    price = np.zeros((k.size, N_AGES, N_LEVELS, costs.by_payer.shape[2]))
    for cell, a in enumerate(cells.age):
        price[cell, : N_AGES - a - 1] = costs.by_payer[a + 1 :]
    levels = np.zeros((len(effects), k.size, N_AGES, N_LEVELS))
    result = np.zeros((N_FRAILTY, len(effects), k.size, N_AGES, price.shape[3]))
    for one, start in enumerate(starts_by_class(cells)):
        saved_years(start, cells.age, effects[:, k], life_tables(ladder), levels)
        result[one] = (levels[..., None] * price).sum(axis=3)
    return result


@lru_cache(maxsize=8)
def forecasts_by_class(
    interventions: tuple[InterventionParameters, ...], ladder: Ladder, costs: CostTables, cells: Cells
) -> Floats:
    """`saved_by_class` under every belief of the grid; runs of one world in one process share it, unchanged."""
    beliefs = np.stack([effects_of(interventions, belief) for belief in BELIEF_GRID])
    result = saved_by_class(beliefs, ladder, costs, cells)
    result.setflags(write=False)
    return result


def starts_by_class(cells: Cells) -> Floats:
    """Distribution over states of the children of each option that are of each frailty class.

    Shape (N_FRAILTY, n_cells, N_STATES); rows sum to 1, or to 0 where the country has none of the class.
    """
    start = np.where(np.arange(N_FRAILTY)[:, None, None] == _FRAILTY, cells.start, 0.0)
    total = start.sum(axis=2, keepdims=True)
    return np.asarray(np.divide(start, total, out=np.zeros(start.shape), where=total > 0.0))


def local_mix(cells: Cells, relative: Floats) -> Floats:
    """Share of each frailty class among the children of each option in each place, shape (N_FRAILTY, n, n_cells).

    `relative` as `relative_mix` gives it. Of those born frailer in a place as many more are seen at each age and level.
    """
    share = np.where(np.arange(N_FRAILTY)[:, None, None] == _FRAILTY, cells.start, 0.0).sum(axis=2)
    weight = relative.T[:, :, None] * share[:, None, :]
    total = weight.sum(axis=0)
    return np.asarray(np.divide(weight, total, out=np.zeros(weight.shape), where=total > 0.0))


def mixed(by_class: Iterable[Floats], mix: Floats) -> Floats:
    """Mean over frailty classes of what is by (..., place, cell) in each, weighted by the `mix` of each place."""
    return np.asarray(sum(share * values for share, values in zip(mix, by_class, strict=True)))
