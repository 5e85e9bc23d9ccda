"""The options that bodies decide on, and what a child of each saves: in the country, and of a place's own children.

An option is one intervention for children seen at one age and level. Who they really are follows from how need is seen;
what they save, from `forecast`.

Local need: frailty lasts for life and the rest is the same everywhere. So what is known of a class in the country holds
in every place, and what is expected of a place is the sum over classes by its own shares: nothing has to be solved by
place. Reads `forecast`; read by `world`, `bodies`, `evaluation` and `money`.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..inputs.compiled import kernel
from ..inputs.life_course import InterventionParameters
from ..inputs.protect import kept, protect
from .forecast import BELIEF_GRID, effects_of, expected_states, life_tables, saved_years
from .ladder import N_AGES, N_FRAILTY, N_LEVELS, N_RECORDS, N_STATES, Ladder
from .practice import AS_STUDIED, Practice
from .prices import CostTables

Floats = NDArray[np.float64]

_FRAILTY = np.arange(N_STATES) // (N_LEVELS * N_RECORDS)  # class of each state


@dataclass(frozen=True, eq=False)
class Cells:
    """The options bodies decide on: one intervention for children seen at one age and level.

    `saved` is the expected change in yearly cost per child enrolled, by (belief, cell, year since start, payer), and
    `true_saving` that in practice (who stays, who leaves), for the mix of children that detection really puts in the
    cell: some are not as needy as they look. The mix is that of the whole country; `local_mix` has that of places.
    """

    intervention: NDArray[np.int64]  # (n_cells,)
    age: NDArray[np.int64]
    level: NDArray[np.int64]  # as perceived
    start: Floats  # (n_cells, N_STATES)
    saved: Floats  # (n_beliefs, n_cells, N_AGES, 10)
    true_saving: Floats  # (n_cells, N_AGES, 10)
    production: Floats  # (n_cells, N_AGES) change in societal cost at the true effect

    def __post_init__(self) -> None:
        protect(self)


def detection_edges(
    sensitivity: tuple[float, ...], false_alarm: tuple[float, ...], take_up: tuple[float, ...]
) -> Floats:
    """Cumulated probability by state of being taken for one level worse, and of being identified at all.

    Shape (N_STATES, 2). Sensitivity and false alarms are by level, take-up by frailty class.
    """
    states = np.arange(N_STATES)
    level, frailty = states % N_LEVELS, states // (N_LEVELS * N_RECORDS)
    worse = np.where(level < N_LEVELS - 1, np.asarray(false_alarm)[level], 0.0)
    seen = np.where(level > 0, np.asarray(sensitivity)[level], 0.0)
    return np.asarray(np.stack([worse, np.minimum(worse + seen, 1.0)], axis=1) * np.asarray(take_up)[frailty][:, None])


def seen_weights(ladder: Ladder, edges: Floats) -> Floats:
    """Share of all children of an age that is seen at each level and is in each state, (N_AGES, N_LEVELS, N_STATES)."""
    level = ladder.level.astype(np.int64)
    weight = np.zeros((N_AGES, N_LEVELS, N_STATES))
    occupied = expected_states(ladder)
    every = np.arange(N_STATES)
    weight[:, level, every] += occupied * (edges[:, 1] - edges[:, 0])
    weight[:, np.minimum(level + 1, N_LEVELS - 1), every] += occupied * edges[:, 0]
    return weight


def mix_seen(ladder: Ladder, edges: Floats) -> Floats:
    """Distribution over true states of the children seen at each (age, perceived level).

    Shape (N_AGES, N_LEVELS, N_STATES); rows sum to 1, or to 0 where nobody is seen.
    """
    weight = seen_weights(ladder, edges)
    total = weight.sum(axis=2, keepdims=True)
    return np.asarray(np.divide(weight, total, out=np.zeros_like(weight), where=total > 0))


def build_cells(
    interventions: tuple[InterventionParameters, ...],
    ladder: Ladder,
    costs: CostTables,
    edges: Floats,
    *,
    practice: Practice = AS_STUDIED,
) -> Cells:
    """Solve every option's expected saving under every belief of the grid, and at the true effect.

    `edges` are `detection_edges`, shape (N_STATES, 2); `practice` says what is left of the effect in studies.
    Runs of one world in one process share the solution, unchanged.
    """
    return _solve(interventions, ladder, costs, edges.tobytes(), practice)


@lru_cache(maxsize=8)
def _solve(
    interventions: tuple[InterventionParameters, ...],
    ladder: Ladder,
    costs: CostTables,
    edges_bytes: bytes,
    practice: Practice,
) -> Cells:
    edges = np.frombuffer(edges_bytes).reshape(N_STATES, 2)
    keys = [
        (k, age, level)
        for k, item in enumerate(interventions)
        for age in range(item.age_from, item.age_to + 1)
        for level in range(item.levels[0], item.levels[1] + 1)
    ]
    k, age, level = (np.array(column, dtype=np.int64) for column in zip(*keys, strict=True))
    start = mix_seen(ladder, edges)[age, level]
    price = _prices_ahead(np.concatenate([costs.by_payer, costs.societal[..., None]], axis=2), age)
    saved = np.zeros((len(BELIEF_GRID) + 2, len(keys), N_AGES, N_LEVELS))
    multiples = (*BELIEF_GRID, *(multiple for _, multiple in practice.strengths))
    effects = np.stack([effects_of(interventions, multiple)[k] for multiple in multiples])
    saved_years(start, age, effects, life_tables(ladder), saved)
    worth = _priced(saved, price)
    (stay, _), (leave, _) = practice.strengths
    true = stay * worth[-2] + leave * worth[-1]
    return Cells(
        intervention=k,
        age=age,
        level=level,
        start=start,
        saved=np.ascontiguousarray(worth[:-2, ..., :-1]),
        true_saving=np.ascontiguousarray(true[..., :-1]),
        production=true[..., -1],
    )


def _prices_ahead(price: NDArray[Any], age: NDArray[np.int64]) -> Floats:
    """Prices by age and more, from the year after each of these ages on, (n_cells, N_AGES, ...); 0 after LAST_AGE."""
    result = np.zeros((age.size, N_AGES, *price.shape[1:]))
    for cell, a in enumerate(age):
        result[cell, : N_AGES - a - 1] = price[a + 1 :]
    return result


@kernel
def _priced(saved: Floats, price: Floats) -> Floats:
    """What children fewer at each level come to: (case, cell, year, level) at prices by (cell, year, level, payer)."""
    cases, n_cells, years, n_levels = saved.shape
    result = np.empty((cases, n_cells, years, price.shape[3]))
    for case in range(cases):
        for cell in range(n_cells):
            for t in range(years):
                for payer in range(price.shape[3]):
                    result[case, cell, t, payer] = 0.0
                for level in range(n_levels):
                    for payer in range(price.shape[3]):
                        result[case, cell, t, payer] += saved[case, cell, t, level] * price[cell, t, level, payer]
    return result


def saved_levels(cells: Cells, effects: Floats, ladder: Ladder) -> Floats:
    """Children fewer at each level by a child of each option, at `effects` (see `effects_of`), by year from the start.

    Shape (n_cells, N_AGES, N_LEVELS).
    """
    saved = np.zeros((1, cells.age.size, N_AGES, N_LEVELS))
    saved_years(cells.start, cells.age, effects[cells.intervention][None], life_tables(ladder), saved)
    return np.asarray(saved[0])


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
    price = _prices_ahead(costs.by_payer, cells.age)
    levels = np.zeros((len(effects), k.size, N_AGES, N_LEVELS))
    result = np.zeros((N_FRAILTY, len(effects), k.size, N_AGES, price.shape[3]))
    for one, start in enumerate(starts_by_class(cells)):
        saved_years(start, cells.age, effects[:, k], life_tables(ladder), levels)
        result[one] = _priced(levels, price)
    return result


@lru_cache(maxsize=8)
def forecasts_by_class(
    interventions: tuple[InterventionParameters, ...], ladder: Ladder, costs: CostTables, cells: Cells
) -> Floats:
    """`saved_by_class` under every belief of the grid; runs of one world in one process share it, unchanged."""
    beliefs = np.stack([effects_of(interventions, belief) for belief in BELIEF_GRID])
    return kept(saved_by_class(beliefs, ladder, costs, cells))


def starts_by_class(cells: Cells) -> Floats:
    """Distribution over states of the children of each option that are of each frailty class.

    Shape (N_FRAILTY, n_cells, N_STATES); rows sum to 1, or to 0 where the country has none of the class.
    """
    start = _split(cells)
    total = start.sum(axis=2, keepdims=True)
    return np.asarray(np.divide(start, total, out=np.zeros(start.shape), where=total > 0.0))


def _split(cells: Cells) -> Floats:
    """What of `Cells.start` is of each frailty class, shape (N_FRAILTY, n_cells, N_STATES)."""
    return np.where(np.arange(N_FRAILTY)[:, None, None] == _FRAILTY, cells.start, 0.0)


def local_mix(cells: Cells, relative: Floats) -> Floats:
    """Share of each frailty class among the children of each option in each place, shape (N_FRAILTY, n, n_cells).

    `relative` as `relative_mix` gives it. Of those born frailer in a place as many more are seen at each age and level.
    """
    share = _split(cells).sum(axis=2)
    weight = relative.T[:, :, None] * share[:, None, :]
    total = weight.sum(axis=0)
    return np.asarray(np.divide(weight, total, out=np.zeros(weight.shape), where=total > 0.0))


def mixed(by_class: Iterable[Floats], mix: Floats) -> Floats:
    """Mean over frailty classes of what is by (..., place, cell) in each, weighted by the `mix` of each place."""
    return np.asarray(sum(share * values for share, values in zip(mix, by_class, strict=True)))
