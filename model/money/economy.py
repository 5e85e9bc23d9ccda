"""Good and bad years, and what municipalities have put by: results, the result equalisation reserve, money for a fund.

A year is good or bad for the whole country (business cycle, windfalls: M11), for each region and each municipality.
What is left when all is paid, the result, goes to equity; of what exceeds one per cent of revenue a part may be
reserved for downturns (RUR, M10). The years 2005-2018 are those that happened (`good_years.csv`). Written by `budgets`.
"""

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ..children.draws import CYCLE, LOCAL, PURSE, WINDFALL, by_place, uniforms
from ..inputs.parameters import BudgetParameters, RegionParameters
from ..practice import good_years

Money = NDArray[np.int64]
Floats = NDArray[np.float64]

# Of taxes and grants; the part of a result above it may go to the reserve (Kommunallag 2017:725, 11 kap. 14 §).
RESERVED_ABOVE = 0.01
PURSES = ("operating budget", "earmarked equity", "both")
_PURSE_SHARES = (28 / 70, 32 / 70, 10 / 70)  # F1


@dataclass(frozen=True)
class Economy:
    """How good years are, in standard deviations, and when windfalls fall.

    `national` and `windfall` have the shape (years,); `local`, of each municipality, and `regional`, of the region in
    which it lies, have (years, n).
    """

    national: Floats
    local: Floats
    regional: Floats
    windfall: NDArray[np.bool_]

    def of(self, rows: NDArray[np.int64]) -> "Economy":
        """The same years for some of the municipalities."""
        return replace(self, local=self.local[:, rows], regional=self.regional[:, rows])

    def good(self, budget: BudgetParameters, t: int) -> Floats:
        """How good year number `t` is for each municipality: the sector's result, windfalls in it, and its own luck.

        Shape (n,), in standard deviations of each.
        """
        return np.asarray(self.national[t] + _in_result(budget, self.windfall[t]) + self.local[t])


def economy(budget: BudgetParameters, seed: int, years: int, codes: NDArray[np.int64], first_year: int) -> Economy:
    """Draw the years: a national cycle (first-order autoregressive), own luck of each place and region, rare windfalls.

    Years that happened keep the sector's result and the windfalls that they had; the windfall is in that result, so the
    cycle is what remains without it.
    """
    from scipy.special import ndtri  # here because scipy.special costs a quarter of a second to import

    shocks = ndtri(uniforms(seed, CYCLE, years))
    keep = budget.cycle_persistence
    cycle = np.zeros(years)
    windfall = uniforms(seed, WINDFALL, years) < budget.windfall_probability
    for t in range(years):
        cycle[t] = (keep * cycle[t - 1] if t else 0.0) + shocks[t] * np.sqrt(1 - keep**2)
        if first_year + t in good_years():
            result, windfall[t] = good_years()[first_year + t]
            cycle[t] = result - _in_result(budget, windfall[t])
    counties = codes // 100  # the first two of four figures name the county
    local, regional = (ndtri(by_place(seed, LOCAL, each, np.arange(years)).T) for each in (codes, counties))
    return Economy(cycle, local, regional, np.asarray(windfall))


def _in_result(budget: BudgetParameters, windfall: np.bool_) -> float:
    """What a windfall, if it fell, adds to the sector's result, in standard deviations."""
    return float(windfall * budget.windfall_result_share / budget.result_sd)


def discretionary(budget: BudgetParameters, years: Economy, pressure: Floats | float = 0.0) -> Floats:
    """Discretionary money of committees as a share of revenue, never below zero, shape (years, n).

    `pressure` is how many of a municipality's inhabitants are young or old, in standard deviations, shape (n,).
    """
    national = years.national * budget.cycle_sd + years.windfall * budget.windfall_share
    usual = budget.room_share - budget.pressure_effect * np.asarray(pressure)
    return np.asarray(np.maximum(usual + national[:, None] + years.local * budget.local_sd, 0.0))


def regional_room(region: RegionParameters, years: Economy) -> Floats:
    """Discretionary money of regions as a share of revenue, never below zero, shape (years, n); alike in a county.

    Regions have good and bad years with the country and of their own; the refunds of 2012-13 (M11) fell to them, too.
    """
    national = years.national * region.cycle_sd + years.windfall * region.windfall_share
    return np.asarray(np.maximum(region.room_share + national[:, None] + years.regional * region.local_sd, 0.0))


def results(budget: BudgetParameters, years: Economy) -> Floats:
    """What is left when all is paid, as a share of taxes and general grants, windfalls too, shape (years, n)."""
    national = budget.result_share + years.national * budget.result_sd + years.windfall * budget.windfall_result_share
    return np.asarray(national[:, None] + years.local * budget.result_local_sd)


@dataclass
class Reserves:
    """What municipalities have put by, whole SEK, shape (n,), and how they keep a fund."""

    result: Floats  # (years, n), share of taxes and general grants
    rur: Money  # result equalisation reserve
    purse: NDArray[np.int8]  # place in PURSES


def open_reserves(
    budget: BudgetParameters, years: Economy, revenue: Floats, seed: int, codes: NDArray[np.int64]
) -> Reserves:
    """Begin with an ordinary reserve; how each keeps a fund is drawn by the shares of F1."""
    lot = by_place(seed, PURSE, codes, np.arange(1))[:, 0]
    purse = np.searchsorted(np.cumsum(_PURSE_SHARES), lot).clip(0, len(PURSES) - 1).astype(np.int8)
    return Reserves(results(budget, years), np.rint(revenue * budget.rur_opening).astype(np.int64), purse)


STAYS = np.array([0.0, 1.0, 0.5])
"""Share of a fund that stays at the end of the year, by place in `PURSES`: money in the operating budget lapses."""


def stays(reserves: Reserves) -> Floats:
    """The same for each municipality, shape (n,)."""
    return np.asarray(STAYS[reserves.purse])


def refill(reserves: Reserves, budget: BudgetParameters, t: int) -> Floats:
    """Share of what is missing in its fund that a municipality puts in in year `t`, shape (n,).

    A fund in the operating budget is voted anew unless the year ends in a deficit (M10, M11); one in earmarked equity
    is filled from a surplus above the usual (F1).
    """
    result, form = reserves.result[t], stays(reserves)
    return np.asarray((1.0 - form) * (result >= 0.0) + form * (result > budget.result_share))


def equity_worth(budget: BudgetParameters, horizon: float, discount: float) -> float:
    """What a krona of equity is worth to a board against one in the ordinary budget.

    Equity may not be spent (M10). It is of use in the first year of deficit within the horizon, when it need not be
    restored: so its worth is the chance of that, discounted. How often there are deficits follows from B4 and B5.
    """
    from scipy.special import ndtr  # here because scipy.special costs a quarter of a second to import

    spread = (budget.result_sd**2 + budget.result_local_sd**2) ** 0.5
    deficit, worth, still = float(ndtr(-budget.result_share / max(spread, 1e-9))), 0.0, 1.0
    for year in range(math.ceil(horizon)):
        still /= 1.0 + discount
        worth += still * deficit * min(horizon - year, 1.0)
        still *= 1.0 - deficit
    return worth


def close_reserves(
    reserves: Reserves, budget: BudgetParameters, t: int, revenue: Floats, deficit: Money
) -> tuple[Money, Money]:
    """Reserve a part of a good result; in a year below the usual let the reserve cover a deficit (M10).

    Returns
    -------
    tuple
        What was reserved and what was released, whole SEK, shape (n,).
    """
    result = reserves.result[t]
    base = budget.tax_and_grant_share * revenue
    reserved = np.rint(np.maximum(result - RESERVED_ABOVE, 0.0) * budget.rur_deposit * base).astype(np.int64)
    reserved = np.minimum(reserved, np.maximum(np.rint(revenue * budget.rur_most).astype(np.int64) - reserves.rur, 0))
    bad = result < budget.result_share
    released = np.where(bad, np.minimum(reserves.rur, deficit), 0)
    reserves.rur = reserves.rur + reserved - released
    return reserved, released


def rur_money(reserves: Reserves, budget: BudgetParameters) -> Money:
    """What the reserve could release for projects this year if it were allowed (P3), whole SEK, shape (n,)."""
    return np.asarray(np.maximum(np.rint(reserves.rur * budget.rur_release), 0)).astype(np.int64)


def take_from_rur(reserves: Reserves, amount: Money) -> None:
    """Take money for projects out of the reserve, or put back what is repaid (negative), shape (n,)."""
    reserves.rur = reserves.rur - amount
