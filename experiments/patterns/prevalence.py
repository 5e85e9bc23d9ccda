"""Prevalence, turnover and cost of lives without any programme, as statistics that were published (Q*, U10, L*, M3).

Everything comes from the exact solution of the ladder, so a statistic has no sampling error. Reads `forecast`;
read by calibration and validation.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from ...model.children.cells import relative_mix
from ...model.children.draws import SURVEY, uniforms
from ...model.children.forecast import expected_states
from ...model.children.ladder import (
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
from ...model.children.need import states_at_birth
from ...model.children.prices import GROUPS, build_costs
from ...model.inputs.places import price_factors
from ...model.inputs.scenario import Scenario

__all__ = ["lives"]

Floats = NDArray[np.float64]
_COHORT = 110_000  # births in a year, about the mean of 2000-2020 (births.csv)
_LEVEL = np.arange(N_STATES) % N_LEVELS
_RECORD = np.arange(N_STATES) // N_LEVELS % N_RECORDS
_WORST = _LEVEL == WORST
_PLACED, _FAILED = (_RECORD & PLACED) > 0, (_RECORD & NOT_ELIGIBLE) > 0
_FRAILTY = np.arange(N_STATES) // (N_LEVELS * N_RECORDS)
_PENSION_SHARE = 0.64  # of days with any compensation for illness, those with disability pension at about 30 (Q25)


def lives(spec: Scenario, seed: int | None = None) -> dict[str, float]:
    """Work out every statistic of a scenario's life course; costs of a year in M SEK of 2020 for the whole country.

    All are expectations. The two that compare counties, whose children are few, have chance in them if a `seed` names
    the luck.
    """
    ladder = build_ladder(spec.ladder)
    states = expected_states(ladder)
    level = np.stack([states[:, each == _LEVEL].sum(axis=1) for each in range(N_LEVELS)], axis=1)
    cost = _yearly_costs(spec, level)
    found = {
        "not_eligible": float(states[17, _FAILED].sum()),
        "placed_in_year": float(level[:ADULT_AGE, WORST].sum() / 21),
        "ever_placed": float(states[18, _PLACED].sum()),
        "neet_20_29": float(level[20:30, 2:].sum(axis=1).mean()),
        "psychiatry_or_more": float(level[6:18, 3:].sum(axis=1).mean()),
        "ill_20_24": float(level[20:25, 3].mean()),
        "disability_pension": float(level[30:36, 3].mean() * _PENSION_SHARE),
        "placement_cost": sum(cost[name] for name in cost if name.startswith("placement")),
        "open_care_cost": cost.get("child-social-open", 0.0),
        "assistance_cost": cost.get("social-assistance", 0.0),
        "assistance_cost_2022": cost.get("social-assistance", 0.0) / price_factors()[2022],
    }
    found |= _childhood(ladder, states, level) | _adulthood(ladder, states, level)
    return found | _ratios(states[30]) | _severe(spec, ladder, states) | _counties(spec, ladder, states, seed)


def _childhood(ladder: Ladder, states: Floats, level: Floats) -> dict[str, float]:
    """How common needs are by age, how often placements begin, end and come back, and who fails at 16."""
    entered = first = 0.0
    for age in range(1, ADULT_AGE):
        into = states[age - 1] * ladder.move[age, :, WORST] * ~_WORST
        entered += float(into.sum())
        first += float(into[~_PLACED].sum())
    in_care = states[16] * _WORST
    return {
        "risk_at_birth": float(level[0, 1:].sum()),
        "support_7_15": float(level[7:16, 2].mean()),
        "placed_0_3": float(level[:4, WORST].mean()),
        "placed_0_12": float(level[:13, WORST].mean()),
        "placed_13_17": float(level[13:18, WORST].mean()),
        "placed_15_share": float(level[15:ADULT_AGE, WORST].sum() / level[:ADULT_AGE, WORST].sum()),
        "placed_new": entered / float(level[1:ADULT_AGE, WORST].sum()),
        "placed_first": first / entered,
        "placed_again": _placed_again(ladder, states),
        "not_eligible_placed": float(in_care[_FAILED].sum() / in_care.sum()),
        "not_eligible_supported": _failed_of_supported(ladder, states),
    }


def _adulthood(ladder: Ladder, states: Floats, level: Floats) -> dict[str, float]:
    """How common each adult state is by age, how lasting, and how unequally the worst of them fall."""
    outside, excluded = states[20:24] * (_LEVEL >= 2), states[20:44] * _WORST
    stay = sum(float(_step(ladder, each, 21 + n)[_LEVEL >= 2].sum()) for n, each in enumerate(outside))
    stays = sum(float(_step(ladder, each, 21 + n)[_WORST].sum()) for n, each in enumerate(excluded))
    young = states[20:25].sum(axis=0)
    twenties, early = states[20:30].sum(axis=0), states[30:36].sum(axis=0)
    sick, worst = _risks(early, _LEVEL == 3), _risks(twenties, _WORST)
    return {
        "neet_stays": stay / float(outside.sum()),
        "assistance_30_64": float(level[30:, 2].mean()),
        "assistance_later": float(level[50:, 2].mean() / level[30:40, 2].mean()),
        "ill_20_29": float(level[20:30, 3].mean()),
        "ill_30_39": float(level[30:40, 3].mean()),
        "ill_40_49": float(level[40:50, 3].mean()),
        "ill_50_59": float(level[50:60, 3].mean()),
        "ill_60_64": float(level[60:, 3].mean()),
        "excluded_20_64": float(level[20:, WORST].mean()),
        "exclusion_stays": stays / float(excluded.sum()),
        "exclusion_by_school": _share(young, _WORST, _FAILED) / _share(young, _WORST, ~_FAILED),
        "exclusion_by_adversity": worst[2] / worst[0],
        "illness_by_adversity": sick[2] / (1.0 - sick[2]) * (1.0 - sick[0]) / sick[0],
    }


def _share(weight: Floats, what: NDArray[np.bool_], of: NDArray[np.bool_]) -> float:
    return float(weight[what & of].sum() / weight[of].sum())


def _risks(weight: Floats, what: NDArray[np.bool_]) -> list[float]:
    """Share in which `what` holds, by frailty class."""
    return [_share(weight, what, np.equal(_FRAILTY, each)) for each in range(N_FRAILTY)]


def _step(ladder: Ladder, weight: Floats, age: int) -> Floats:
    """Carry a distribution over states, shape (N_STATES,), to `age` (the exam at 16 left out)."""
    goal = ladder.target[0 if age < ADULT_AGE else 1]
    moved: Floats = np.bincount(goal.ravel(), (weight[:, None] * ladder.move[age]).ravel(), N_STATES).astype(np.float64)
    return moved


def _placed_again(ladder: Ladder, states: Floats) -> float:
    """Of those whose placement ends at 1-15, the share placed again within two years."""
    left = back = 0.0
    for age in range(1, 16):
        away = _step(ladder, states[age - 1] * _WORST, age) * ~_WORST
        left += float(away.sum())
        for later in (age + 1, age + 2):
            after = _step(ladder, away, later)
            back += float(after[_WORST].sum())
            away = after * ~_WORST
    return back / left


def _failed_of_supported(ladder: Ladder, states: Floats) -> float:
    """Share not eligible at 16 of those ever at extra support or worse at 9-15, by way of those never there."""
    never = states[9] * (_LEVEL < 2)
    for age in range(10, 16):
        never = _step(ladder, never, age) * (_LEVEL < 2)
    failed = float((_step(ladder, never, 16) * ladder.not_eligible).sum())
    return float(states[16, _FAILED].sum() - failed) / (1.0 - float(never.sum()))


def _yearly_costs(spec: Scenario, level: Floats) -> dict[str, float]:
    """Cost of each row of the price list in a year, all ages together, M SEK."""
    found = {}
    for row in spec.costs:
        first, last = row.ages
        found[row.name] = float((level[first : last + 1] * np.asarray(row.amount)).sum() * _COHORT / 1e6)
    return found


def _counties(spec: Scenario, ladder: Ladder, states: Floats, seed: int | None) -> dict[str, float]:
    """How far apart counties are: not eligible at 16 in a year (N2), placed at 0-12 in a year (N3).

    The published counties are those of one year, so chance is a part of how far apart they are: the share in a county
    is normal around what is expected there, with the variance of a share of so many children. Without a seed: what is
    expected of each.
    """
    mix = relative_mix(ladder, states_at_birth(spec.places, spec.ladder))
    children = np.diff(np.asarray(spec.places.share), axis=1)[:, 0]
    counties = np.unique(spec.places.county_codes, return_inverse=True)[1]
    people = np.bincount(counties, children)
    found = []
    for k, (share, cohorts) in enumerate(((states[17] * _FAILED, 1), (states[:13].mean(axis=0) * _WORST, 13))):
        local = children * (mix @ share.reshape(N_FRAILTY, -1).sum(axis=1))
        expected = np.bincount(counties, local) / people
        if seed is not None:
            error = np.sqrt(expected * (1.0 - expected) / (people * _COHORT * cohorts))
            expected = np.maximum(expected + error * ndtri(uniforms(seed, SURVEY, people.size, key=(2, k, 0))), 0.0)
        found.append(expected)
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
    groups = (_FAILED, ~_FAILED)

    def risk(which: NDArray[np.bool_]) -> float:
        return _share(at_30, _WORST, which)

    crude = risk(_PLACED) / risk(~_PLACED)
    weight = [at_30[_PLACED & group].sum() for group in groups]
    expected = sum(w * risk(~_PLACED & group) for w, group in zip(weight, groups, strict=True)) / sum(weight)
    adjusted = risk(_PLACED) / float(expected)
    return {"exclusion_ratio": crude, "ratio_halved": (crude - adjusted) / (crude - 1.0)}


def _severe(spec: Scenario, ladder: Ladder, states: Floats) -> dict[str, float]:
    """Cost of the lives that are placed before 20 and excluded at 20 (M3), by going back along the chain."""
    ahead = np.zeros((ADULT_AGE + 1, N_STATES))  # chance to end so, from each state at each age
    ahead[ADULT_AGE] = _PLACED & _WORST
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
    yearly, municipal = cost.sum(axis=1), cost[:, GROUPS["municipality"]].sum()
    return {
        "severe_cost": float(yearly.sum() / 1e6),
        "severe_rise": float(yearly[13:19].mean() / yearly[:7].mean()),
        "severe_municipal": float(municipal / yearly.sum()),
    }
