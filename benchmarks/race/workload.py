"""The workload: tables, the first population and what a run gives. `README.md` beside this file has it in words.

Reads NumPy only, so that it can be imported in the environment of every peer. The numbers are made up for this race;
none is an estimate for Sweden.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]

YEARS = 40
MUNICIPALITIES, LEVELS, PAYERS = 290, 5, 3
FIRST_AGES = 26  # ages in year 0 are 0 to 25
BANDS_FROM = (6, 13, 18, 25, 45)  # first age of every age band but the youngest
IN_NEED = 2  # from this level on
LAPSE = 0.25  # probability a year that a treatment ends
TREATED_UP, TREATED_DOWN = 0.5, 1.6  # factors on the probabilities of a treated child
TREATMENT_SEK = 50_000  # to the municipality, in the year of the decision

UP = np.array(  # probability a year of one level up, by (level, age band)
    [
        [0.020, 0.030, 0.040, 0.030, 0.010, 0.008],
        [0.100, 0.120, 0.150, 0.120, 0.060, 0.050],
        [0.080, 0.100, 0.140, 0.120, 0.060, 0.050],
        [0.040, 0.060, 0.100, 0.090, 0.050, 0.040],
        [0.000, 0.000, 0.000, 0.000, 0.000, 0.000],
    ]
)
DOWN = np.array(  # and of one level down
    [
        [0.00, 0.00, 0.00, 0.00, 0.00, 0.00],
        [0.25, 0.22, 0.18, 0.18, 0.15, 0.12],
        [0.20, 0.17, 0.13, 0.13, 0.10, 0.08],
        [0.15, 0.12, 0.10, 0.10, 0.08, 0.06],
        [0.08, 0.08, 0.06, 0.06, 0.05, 0.04],
    ]
)
_BASE = np.array(  # SEK a year by (level, payer): municipality, region, state
    [
        [0, 4_000, 1_000],
        [12_000, 9_000, 3_000],
        [60_000, 25_000, 12_000],
        [180_000, 60_000, 60_000],
        [420_000, 140_000, 160_000],
    ]
)
_PERCENT = np.array(  # of that, by (payer, age band)
    [[60, 100, 140, 100, 40, 20], [120, 100, 120, 110, 90, 140], [20, 30, 60, 140, 220, 260]]
)
COST: Whole = _BASE[:, None, :] * _PERCENT.T[None, :, :] // 100  # SEK a year by (level, age band, payer), all whole
BAND: Whole = np.searchsorted(BANDS_FROM, np.arange(128), side="right").astype(np.int64)  # by age
_FIRST_LEVELS = (0.80, 0.92, 0.97, 0.99)  # cumulated shares of levels 0 to 3 in the first population


@dataclass(frozen=True)
class Outputs:
    """What a run of `years` gives.

    `cost` SEK by (year, payer); `need` children in need and `treated` newly treated, by year; `levels` children by
    level after the last year.
    """

    cost: ArrayLike
    need: ArrayLike
    treated: ArrayLike
    levels: ArrayLike

    def row(self) -> Floats:
        """All of it in one row: 5 numbers a year and 5 at the end."""
        parts = (self.cost, self.need, self.treated, self.levels)
        return np.concatenate([np.asarray(part, np.float64).ravel() for part in parts])


def capacity(in_need: Whole) -> Whole:
    """How many untreated children in need a municipality treats in a year, of how many it has in need."""
    return 1 + in_need // 10


def population(n: int) -> tuple[Whole, Whole, Whole]:
    """Municipality, age and level of `n` children in year 0: a function of the child's number alone.

    Municipalities are unlike in size: the largest holds 5.9 % of the children, the smallest 0.17 %.
    """
    word = _mixed(np.arange(n, dtype=np.uint64))
    place = (word >> np.uint64(32)).astype(np.float64) / 2.0**32
    municipality = np.floor(MUNICIPALITIES * place**2).astype(np.int64)
    age = (((word & np.uint64(0xFFFF)) * np.uint64(FIRST_AGES)) >> np.uint64(16)).astype(np.int64)
    share = ((word >> np.uint64(16)) & np.uint64(0xFFFF)).astype(np.float64) / 65536.0
    return municipality, age, np.searchsorted(_FIRST_LEVELS, share, side="right").astype(np.int64)


def first_in_line(municipality: Whole, in_need: Whole, treated: NDArray[np.bool_]) -> Whole:
    """The children whom municipalities treat now: their lowest numbers among those in need and not treated.

    Parameters
    ----------
    municipality
        Of every child, shape (n,).
    in_need
        Numbers of the children in need, in order.
    treated
        Who is treated, shape (n,).
    """
    most = capacity(np.bincount(municipality[in_need], minlength=MUNICIPALITIES))
    waiting = in_need[~treated[in_need]]
    order = np.argsort(municipality[waiting], kind="stable")
    place = municipality[waiting][order]
    rank = np.arange(place.size) - np.searchsorted(place, np.arange(MUNICIPALITIES))[place]
    return waiting[order[rank < most[place]]]


def _mixed(word: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """The splitmix64 generator (Steele, Lea & Flood 2014), one step from each seed."""
    with np.errstate(over="ignore"):
        word = (word + np.uint64(1)) * np.uint64(0x9E3779B97F4A7C15)
        word = (word ^ (word >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        word = (word ^ (word >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        return word ^ (word >> np.uint64(31))
