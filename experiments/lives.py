"""Prevalence and cost of lives without any programme, as statistics that were published (Q*, U10, L*, M3).

Everything comes from the exact solution of the ladder, so a statistic has no sampling error. Reads `model.forecast`;
read by calibration and validation.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from model.costs import PAYER, build_costs
from model.forecast import expected_states, relative_mix
from model.ladder import (
    ADULT_AGE,
    N_FRAILTY,
    N_LEVELS,
    N_RECORDS,
    N_STATES,
    NOT_ELIGIBLE,
    PLACED,
    WORST,
    Ladder,
    build_ladder,
)
from model.need import births
from model.places import price_factors
from model.scenario import Scenario

__all__ = ["lives"]

Floats = NDArray[np.float64]
_COHORT = 110_000  # births in a year, about the mean of 2000-2020 (births.csv)
_LEVEL = np.arange(N_STATES) % N_LEVELS
_RECORD = np.arange(N_STATES) // N_LEVELS % N_RECORDS
_MUNICIPAL = ("education", "social", "labour_market", "board")


def lives(spec: Scenario) -> dict[str, float]:
    """Work out every statistic of a scenario's life course; costs of a year in M SEK of 2020 for the whole country."""
    ladder = build_ladder(spec.ladder)
    states = expected_states(ladder)
    level = np.stack([states[:, each == _LEVEL].sum(axis=1) for each in range(N_LEVELS)], axis=1)
    cost = _yearly_costs(spec, level)
    found = {
        "not_eligible": float(states[17, (_RECORD & NOT_ELIGIBLE) > 0].sum()),
        "placed_in_year": float(level[:ADULT_AGE, WORST].sum() / 21),
        "ever_placed": float(states[18, (_RECORD & PLACED) > 0].sum()),
        "neet_20_29": float(level[20:30, 2:].sum(axis=1).mean()),
        "psychiatry_or_more": float(level[6:18, 3:].sum(axis=1).mean()),
        "ill_20_24": float(level[20:25, 3].mean()),
        "ill_30": float(level[30, 3]),
        "placement_cost": sum(cost[name] for name in cost if name.startswith("placement")),
        "open_care_cost": cost.get("child-social-open", 0.0),
        "assistance_cost": cost.get("social-assistance", 0.0),
        "assistance_cost_2022": cost.get("social-assistance", 0.0) / price_factors()[2022],
    }
    return found | _ratios(states[30]) | _severe(spec, ladder, states) | _counties(spec, ladder, states)


def _yearly_costs(spec: Scenario, level: Floats) -> dict[str, float]:
    """Cost of each row of the price list in a year, all ages together, M SEK."""
    found = {}
    for row in spec.costs:
        first, last = row.ages
        found[row.name] = float((level[first : last + 1] * np.asarray(row.amount)).sum() * _COHORT / 1e6)
    return found


def _counties(spec: Scenario, ladder: Ladder, states: Floats) -> dict[str, float]:
    """How far apart counties are in what is expected: not eligible at 16 (N2), placed at 0-12 (N3)."""
    mix = relative_mix(ladder, births(spec.places, spec.ladder))
    children = np.diff(np.asarray(spec.places.share), axis=1)[:, 0]
    counties = np.unique(spec.places.county_codes, return_inverse=True)[1]
    found = []
    for share in (states[17] * ((_RECORD & NOT_ELIGIBLE) > 0), states[:13].mean(axis=0) * (_LEVEL == WORST)):
        local = children * (mix @ share.reshape(N_FRAILTY, -1).sum(axis=1))
        found.append(np.bincount(counties, local) / np.bincount(counties, children))
    failed, placed = found
    return {
        "not_eligible_counties": float(failed.max() - failed.min()),
        "placed_counties": float(placed.max() / placed.min()),
    }


def _ratios(at_30: Floats) -> dict[str, float]:
    """Risk of exclusion at 30 of those once placed against others, and how much goes with eligibility held equal (L1).

    The adjusted ratio compares within the eligible and the not eligible, weighted by those once placed (direct
    standardisation).
    """
    placed, failed, worst = (_RECORD & PLACED) > 0, (_RECORD & NOT_ELIGIBLE) > 0, _LEVEL == WORST

    def risk(which: NDArray[np.bool_]) -> float:
        return float(at_30[which & worst].sum() / at_30[which].sum())

    crude = risk(placed) / risk(~placed)
    weight = [at_30[placed & group].sum() for group in (failed, ~failed)]
    expected = sum(
        w * risk(~placed & group) for w, group in zip(weight, (failed, ~failed), strict=True)
    ) / sum(weight)  # fmt: skip
    adjusted = risk(placed) / float(expected)
    return {"exclusion_ratio": crude, "ratio_halved": (crude - adjusted) / (crude - 1.0)}


def _severe(spec: Scenario, ladder: Ladder, states: Floats) -> dict[str, float]:
    """Cost of the lives that are placed before 20 and excluded at 20 (M3), by going back along the chain."""
    ahead = np.zeros((ADULT_AGE + 1, N_STATES))  # chance to end so, from each state at each age
    ahead[ADULT_AGE] = ((_RECORD & PLACED) > 0) & (_LEVEL == WORST)
    every = np.arange(N_STATES)
    for age in range(ADULT_AGE, 0, -1):
        stage = 0 if age < ADULT_AGE else 1
        goal = ladder.target[stage].astype(np.int64)
        value = ahead[age][goal]
        if age == 16:
            fails = np.where((_RECORD[goal] & NOT_ELIGIBLE) == 0, ladder.not_eligible[goal], 0.0)
            marked = np.minimum(goal + NOT_ELIGIBLE * N_LEVELS, N_STATES - 1)
            value = (1.0 - fails) * value + fails * ahead[age][marked]
        ahead[age - 1] = (ladder.move[age][every] * value).sum(axis=1)
    share = states[:ADULT_AGE] * ahead[:ADULT_AGE]
    share /= share.sum(axis=1, keepdims=True)
    level = np.stack([share[:, each == _LEVEL].sum(axis=1) for each in range(N_LEVELS)], axis=1)
    cost = np.einsum("al,alp->ap", level, build_costs(spec).by_payer[:ADULT_AGE].astype(np.float64))
    yearly, municipal = cost.sum(axis=1), cost[:, [PAYER[name] for name in _MUNICIPAL]].sum()
    return {
        "severe_cost": float(yearly.sum() / 1e6),
        "severe_rise": float(yearly[13:19].mean() / yearly[:7].mean()),
        "severe_municipal": float(municipal / yearly.sum()),
    }
