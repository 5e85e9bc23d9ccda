"""What a contract is expected to pay: the same settlement as for real, on expected instead of measured effects.

For one child of each option and each belief of the grid, by party and year since the start. A project of the usual size
is settled for a row of equally likely measurements around the expected one, because caps, floors and thresholds pay
differently for good and bad luck: who forgets that is surprised by every contract. Read by `decisions`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from types import MappingProxyType
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..children.forecast import BELIEF_GRID
from ..children.ladder import N_AGES
from ..contracts import Design, Outcome, settle
from .expected import Expected

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]
_AS_WRITTEN: Mapping[str, Floats] = MappingProxyType({})
LUCK = 10  # equally likely measurements


@dataclass(frozen=True, eq=False)
class Prospect:
    """What a contract may bring one party, per child; received less paid, SEK.

    `flows` is the mean by (belief, cell, year since the start). `cases` are the single outcomes, equally weighted luck
    times what chance conditions may bring: by (belief, cell, case, year), with the probability of each case.
    """

    flows: Floats
    cases: Floats
    probability: Floats


class Usual(NamedTuple):
    """A project of usual size of each option, shape (n_cells,) each: SEK per child, children, years of the money."""

    whole_cost: NDArray[np.int64]
    size: Floats
    years: NDArray[np.int64]


def prospects(
    design: Design,
    metrics: Sequence[Expected],
    usual: Usual,
    parties: Sequence[str] = (),
    factor: Mapping[str, Floats] = _AS_WRITTEN,
) -> dict[str, Prospect]:
    """Settle a project of usual size of every option under every belief and luck, and count per child.

    Parameters
    ----------
    usual
        What a project of each option costs a child, how many take part, and for how many years.
    factor
        By metric name, what the contract that is priced for a programme multiplies it by, (n_cells,); see `pricing`.
    parties
        Those whose single cases are wanted; the others' `cases` are empty.

    Returns
    -------
    dict
        A `Prospect` for every party that pays or receives under a clause.
    """
    size = usual.size
    shape = (len(BELIEF_GRID), usual.whole_cost.size)
    every = list(product(deviates(), _fates(design)))
    probability = [chance / LUCK for _, (_, chance) in every]
    by = {each.metric.name: factor.get(each.metric.name, 1.0) for each in metrics}
    means = {each.metric.name: each.mean(size) * by[each.metric.name] for each in metrics}
    spreads = {each.metric.name: each.spread(size) * by[each.metric.name] for each in metrics}

    def in_all(values: Any) -> Any:
        """The same in every case, case by case."""
        return np.broadcast_to(values, (len(every), *shape)).ravel()

    known = Outcome(
        in_all(np.rint(usual.whole_cost * size).astype(np.int64)),
        {name: np.stack([means[name] + luck * spreads[name] for luck, _ in every]).ravel() for name in means},
        {name: np.repeat([fate[name] for _, (fate, _) in every], shape[0] * shape[1]) for name in every[0][1][0]},
        in_all(size),
        in_all(usual.years),
    )
    paid = [(each, each.amount.reshape(-1, *shape) / size) for each in settle(design, known) if each.year < N_AGES]
    flows: dict[str, Floats] = {}
    cases: dict[str, Floats] = {party: np.zeros((*shape, len(every), N_AGES)) for party in parties}
    for case, chance in enumerate(probability):
        for transfer, each in paid:
            for party, sign in ((transfer.payer, -1.0), (transfer.receiver, 1.0)):
                flow = flows.setdefault(party, np.zeros((*shape, N_AGES)))
                flow[..., transfer.year] += sign * chance * each[case]
                if party in cases:
                    cases[party][:, :, case, transfer.year] += sign * each[case]
    nothing = np.zeros((*shape, 0, N_AGES))
    return {
        party: Prospect(flows.get(party, np.zeros((*shape, N_AGES))), cases.get(party, nothing), np.array(probability))
        for party in dict.fromkeys((*flows, *parties))
    }


def deviates() -> Floats:
    """Equally likely standard normal deviates, the middle of each tenth, scaled to a variance of one."""
    from scipy.special import ndtri  # here because scipy.special costs a quarter of a second to import

    middle = ndtri((np.arange(LUCK) + 0.5) / LUCK)
    return np.asarray(middle / np.sqrt(float((middle**2).mean())))


def _fates(design: Design) -> list[tuple[dict[str, bool], float]]:
    """Every combination of what chance conditions may turn out to be, with its probability.

    A condition that nobody could find out in a run does not hold.
    """
    chances = {name: each.probability for name, each in design.conditions.items() if each.measure is None}
    combinations = []
    for fate in product((True, False), repeat=len(chances)):
        named = dict(zip(chances, fate, strict=True))
        chance = float(np.prod([chances[name] if yes else 1.0 - chances[name] for name, yes in named.items()]))
        if chance > 0.0:
            combinations.append((named, chance))
    return combinations
