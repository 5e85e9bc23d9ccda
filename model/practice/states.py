"""Where every body is with the practice: the states, how it begins, and the luck of a year.

A municipality or region has never raised the idea, discusses it, works with it, has set money aside, or has stopped.
Its luck in a year depends on (seed, code, year) alone, so it is the same in any order and in any part of the country,
whoever else is there. Reads `surroundings` and `draws`; read by `year` and `outcome_contracts`.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..children.draws import SPREAD, by_place
from ..inputs.parameters import DiffusionParameters
from .surroundings import Bodies, Bools, Codes, Floats, Surroundings, first_movers

NEVER, DISCUSSED, WORKING, FUNDED, STOPPED = range(5)
STATES = ("never raised", "discussed", "working with it", "money set aside", "stopped")
REASONS = (
    "no financial room",
    "few applications",
    "no capacity to evaluate",
    "key people left",
    "unclear who may apply",
)
FIRST_YEAR = 2005
_LUCK = 7  # numbers per body and year: step up, lapse, stop, reason to stop, two for results, outcome contract


@dataclass
class Practice:
    """Where each municipality, or each region, is with the practice: one row per body."""

    state: NDArray[np.int8]
    since: NDArray[np.int64]  # year in which it came there
    money_since: NDArray[np.int64]  # year in which money was set aside, 0 if there is none now
    ever: Bools  # whether money was ever set aside
    result: NDArray[np.int8]  # first evaluation seen: 1 good, -1 bad, 0 none yet
    told: Bools  # whether others hear of it
    coordinator: Bools  # who has a person for the work once it works with it
    open: Bools  # who can take an interest at all

    @property
    def funded(self) -> Bools:
        """Whether money is set aside."""
        return np.asarray(self.state == FUNDED)

    @property
    def active(self) -> Bools:
        """Whether there is work going on or planned (D3): working with it, or money set aside."""
        return np.asarray((self.state == WORKING) | (self.state == FUNDED))

    @property
    def raised(self) -> Bools:
        """Whether the idea has been raised in some form and is not forgotten (D3)."""
        return np.asarray(self.state != NEVER)


@dataclass
class Country:
    """Where everybody is: the whole state of the spread of the practice."""

    municipalities: Practice
    regions: Practice
    contracts: NDArray[np.int8]  # (n,) how far each municipality is with outcome contracts: place in CONTRACTS
    lots: Floats  # (n, 2) of each municipality, drawn once: interest in outcome contracts, and which kind it would sign


@dataclass(frozen=True)
class Year:
    """What happened in one year: who came to which state, and why municipalities stopped."""

    year: int
    state: NDArray[np.int8]  # of municipalities at the end of the year, (n,)
    new_fund: Bools  # (n,)
    came_back: Bools
    reason: NDArray[np.int8]  # (n,) place in REASONS, -1 for those who did not stop
    regions: NDArray[np.int8]  # state of regions at the end of the year, (regions,)
    contracts: NDArray[np.int8]  # (n,) place in CONTRACTS at the end of the year


def begin(around: Surroundings, p: DiffusionParameters, seed: int, year: int = FIRST_YEAR) -> Country:
    """The practice when it begins: only the first movers have set money aside, all of them municipalities (D1)."""
    municipalities, regions = around.municipalities, around.regions
    return Country(
        municipalities=_begin(municipalities, np.isin(municipalities.codes, list(first_movers())), p, seed, year),
        regions=_begin(regions, np.zeros(regions.codes.size, np.bool_), p, seed, year),
        contracts=np.zeros(municipalities.codes.size, np.int8),
        lots=lasting_luck(seed, municipalities.codes)[:, 2:4],
    )


def _begin(bodies: Bodies, first: Bools, p: DiffusionParameters, seed: int, year: int) -> Practice:
    """Let bodies of one kind begin.

    Larger ones are likelier to have a person for the work (A7, F7); some are never open to the idea.
    """
    own = lasting_luck(seed, bodies.codes)
    chance = np.clip(p.coordinator_share * (1.0 + 0.5 * bodies.size), 0.0, 1.0)
    n = bodies.codes.size
    return Practice(
        state=np.where(first, FUNDED, NEVER).astype(np.int8),
        since=np.full(n, year, np.int64),
        money_since=np.where(first, year, 0),
        ever=first.copy(),
        result=np.zeros(n, np.int8),
        told=np.zeros(n, np.bool_),
        coordinator=own[:, 0] < chance,
        open=first | (own[:, 1] < p.open_share),
    )


def luck(seed: int, year: int, codes: Codes) -> Floats:
    """Luck of municipalities or regions in a year, in (0, 1), shape (n, 7): the same whoever else is there.

    Codes of municipalities begin at 114 and those of counties end at 25, so that no region shares one's luck.
    """
    found: Floats = by_place(seed, SPREAD, codes, np.arange(_LUCK), year)
    return found


def lasting_luck(seed: int, codes: Codes) -> Floats:
    """What lasts, shape (n, 7): coordinator, openness, interest in outcome contracts, kind of contract; then unused."""
    return luck(seed, 0, codes)
