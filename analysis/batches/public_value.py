"""What public money is worth: what people gain for each krona that it costs in the end, and what raising it costs.

``MVPF = (what people would pay for it) / (net cost to government)``, Hendren & Sprung-Keyser 2020, *Quarterly Journal
of Economics* 135(3), 1209, 10.1093/qje/qjaa006. What people would pay is taken to be what children and later adults
gain in income after tax and with benefits over whole lives: a lower bound, as it leaves out health, well-being and
those around them. Net cost is what all public payers pay less what they save and get in taxes, over whole lives. Where
it is not above 0 and people gain, the programme pays for itself, and the value is infinite. Both are sums over draws: a
mean of ratios would be ruled by the draws in which the cost is near 0.

Taxes make people work and invest less, so a krona of public money may cost society more than a krona. Where analyses
count that, they multiply public money by a tax factor, often 1 to 1.3 in Sweden (Bastani 2023, IFAU working paper; B31
of docs/evidence.md). Read by the commands and notebooks.
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ..report.intervals import spread
from . import paired

Frame = pd.DataFrame
Floats = NDArray[np.float64]

GAIN, COST, SOCIETY = "cost_households", "cost_fiscal", "cost_societal"
FACTORS = (1.0, 1.3)
SAMPLES, SEED = 2000, 1
PAYS, NO_GAIN, NOTHING = "pays for itself", "people do not gain", "nothing changes"


def public_value(runs: Frame, base: str | None = None) -> Frame:
    """Value of public funds of every design against one.

    Parameters
    ----------
    runs
        The table of a batch, with the outcomes `cost_households` and `cost_fiscal`.
    base
        Design to compare with; status quo if not given.

    Returns
    -------
    pandas.DataFrame
        Columns design, gain (of people), net_cost (to all public budgets; SEK/child, means over draws), mvpf (SEK per
        SEK; infinite if it pays for itself, NaN if nothing changes), low, high (90 % interval from drawing draws anew,
        draws being taken as independent), pays (share of draws in which people gain and it costs nothing in the end),
        standing (in words, where mvpf is no plain ratio).

    Raises
    ------
    ValueError
        If an outcome is missing, or there is nothing to compare.
    """
    gain = -paired.differences(runs, GAIN, base)
    cost = paired.differences(runs, COST, base).reindex(gain.index)
    rng = np.random.default_rng(SEED)
    picks = rng.integers(len(gain), size=(SAMPLES, len(gain)))
    rows = []
    for design in gain.columns:
        people, public = gain[design].to_numpy(np.float64), cost[design].to_numpy(np.float64)
        value = _value(people.mean(keepdims=True), public.mean(keepdims=True))[0]
        again = _value(people[picks].mean(axis=1), public[picks].mean(axis=1))
        low, high = (_quantile(again, q) for q in (0.05, 0.95)) if len(gain) > 1 else (np.nan, np.nan)
        pays = float(np.isposinf(_value(people, public)).mean())
        means = float(people.mean()), float(public.mean())
        rows.append((design, *means, float(value), low, high, pays, _standing(*means)))
    return pd.DataFrame(rows, columns=["design", "gain", "net_cost", "mvpf", "low", "high", "pays", "standing"])


def with_tax_factor(runs: Frame, base: str | None = None, factors: Sequence[float] = FACTORS) -> Frame:
    """Cost of society against one design, with what it costs to raise public money: without it, and with a tax factor.

    ``cost of society + (factor - 1) * net cost to all public budgets``, each at its own discount rate.

    Returns
    -------
    pandas.DataFrame
        Columns design, factor, median, low_end, high_end (`measures.worlds.ends` over draws, SEK/child), better, equal,
        worse (shares of draws in which society pays less than under the base, exactly as much, more), mean.

    Raises
    ------
    ValueError
        If an outcome is missing, or there is nothing to compare.
    """
    society = paired.differences(runs, SOCIETY, base)
    public = paired.differences(runs, COST, base).reindex(society.index)
    rows = []
    for design in society.columns:
        for factor in factors:
            gap = society[design] + (factor - 1.0) * public[design]
            told = {**spread(gap), **paired.standing(gap, True), "mean": float(gap.mean())}
            rows.append({"design": design, "factor": float(factor), **told})
    return pd.DataFrame(rows)


def _value(gain: Floats, cost: Floats) -> Floats:
    """Divide; infinite where people gain and nobody pays, minus infinite where they lose and nobody pays either."""
    free = np.where(gain > 0, np.inf, np.where(gain < 0, -np.inf, np.nan))
    free = np.where((gain == 0) & (cost < 0), 0.0, free)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(np.where(cost > 0, gain / cost, free))


def _quantile(values: Floats, share: float) -> float:
    """Quantile of values some of which are infinite: one that is there, none between two."""
    there = values[~np.isnan(values)]
    return float(np.quantile(there, share, method="inverted_cdf")) if there.size else np.nan


def _standing(gain: float, cost: float) -> str:
    if gain == 0 and cost == 0:
        return NOTHING
    if gain <= 0:
        return NO_GAIN
    return PAYS if cost <= 0 else ""
