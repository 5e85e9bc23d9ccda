"""Marginal value of public funds: what people gain for each krona that it costs all public budgets in the end.

``MVPF = (what people would pay for it) / (net cost to government)``, Hendren & Sprung-Keyser 2020, *Quarterly Journal
of Economics* 135(3), 1209, 10.1093/qje/qjaa006. What people would pay is taken to be what children and later adults
gain in income after tax and with benefits over whole lives: a lower bound, as it leaves out health, well-being and
those around them. Net cost is what all public payers pay less what they save and get in taxes, over whole lives. Where
it is not above 0 and people gain, the programme pays for itself, and the value is infinite. Both are sums over draws: a
mean of ratios would be ruled by the draws in which the cost is near 0. Read by the commands and notebooks.
"""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from . import paired

Frame = pd.DataFrame
Floats = NDArray[np.float64]

GAIN, COST = "cost_households", "cost_fiscal"
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
