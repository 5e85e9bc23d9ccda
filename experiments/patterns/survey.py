"""What a survey would have found in the simulated history: the same questions, years and response as the report's (D9).

Municipalities answer by lot, as many as answered: 252 of 290 in 2014, 263 in 2018; of regions 13 and 17 of 20. Whoever
has money set aside in 2018 is asked when it was decided. Reads `model.practice`; read by calibration and validation.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ...model.children.draws import SURVEY, uniforms
from ...model.inputs.facts import RULES
from ...model.inputs.places import Places
from ...model.practice import CONTRACTS, FUNDED, NEVER, REASONS, STOPPED, WORKING, Country, Surroundings, Year

__all__ = ["ANSWERED", "answers", "survey"]

ANSWERED = {2014: 252 / 290, 2018: 263 / 290}  # municipalities (D9)
REGIONS_ANSWERED = {2014: 13 / 20, 2018: 17 / 20}  # regions (D9)
_MAJORITY = 0.5
_LARGE = 50_000  # inhabitants; the three that had a contract by 2018 were all larger (C1, C2)
_NOT_YET = 2019.0  # a year after the last, where something has not happened by 2018


def answers(codes: NDArray[np.int64], year: int, seed: int) -> NDArray[np.bool_]:
    """Who answers the survey of a year: exactly the share that did, by lot, shape (n,)."""
    return _lot(codes.size, ANSWERED[year], seed, (0, year, 0))


def region_answers(codes: NDArray[np.int64], year: int, seed: int) -> NDArray[np.bool_]:
    """Which regions answer the survey of a year, likewise, shape (regions,)."""
    return _lot(codes.size, REGIONS_ANSWERED[year], seed, (1, year, 0))


def _lot(n: int, share: float, seed: int, key: tuple[int, int, int]) -> NDArray[np.bool_]:
    lot = uniforms(seed, SURVEY, n, key=key)
    return np.asarray(np.argsort(np.argsort(lot)) < round(share * n))


def survey(
    places: Places, around: Surroundings, country: Country, years: Sequence[Year], seed: int
) -> dict[str, float]:
    """Ask what the report's surveys asked of a history that ends in 2018; one number per question.

    Counts are of those who answered, but for counties (a map of all) and reasons for stopping (what truly happened).
    """
    by_year = {each.year: each.state for each in years}
    then, now = by_year[2014], by_year[2018]
    in_2014, in_2018 = (answers(around.municipalities.codes, year, seed) for year in (2014, 2018))
    funded, decided = now == FUNDED, country.municipalities.money_since
    told = decided[funded & in_2018]
    found = {
        "funded_2014": _count(then == FUNDED, in_2014),
        "funded_2018": _count(funded, in_2018),
        "active_2014": _count(_active(then), in_2014),
        "active_2018": _count(_active(now), in_2018),
        "raised_2014": _count(then != NEVER, in_2014),
        "raised_2018": _count(now != NEVER, in_2018),
        "new_2013": float((told == 2013).sum()),
        "new_2016_17": float(((told == 2016) | (told == 2017)).sum()),
        "new_before_2010": float((told < 2010).sum()),
        "share_after_2012": float((told > 2012).mean()) if told.size else 0.0,
        "peak_year": float(np.bincount(told).argmax()) if told.size else 0.0,
    }
    was, is_ = _active(then) & in_2014, _active(now) & in_2018
    found["active_either"] = float((was | is_).sum())
    found["stopped_between"] = float((was & ~is_).sum())
    found["started_between"] = float((is_ & ~was).sum())
    rule = around.municipalities.rule(2018)
    for word, name in (("left", "red-green"), ("right", "centre-right"), ("cross", "cross-bloc")):
        asked = in_2018 & (rule == RULES.index(name))
        found[f"funded_share_{word}"] = float(funded[asked].mean()) if asked.any() else 0.0
    found |= _map(places, funded) | _size(places, _active(now)) | _money(places, by_year[2016]) | _reasons(years)
    return found | _regions(around, years, seed) | _contracts(places, years, in_2018)


def _active(state: NDArray[np.int8]) -> NDArray[np.bool_]:
    return np.asarray((state == WORKING) | (state == FUNDED))


def _count(which: NDArray[np.bool_], asked: NDArray[np.bool_]) -> float:
    return float((which & asked).sum())


def _map(places: Places, funded: NDArray[np.bool_]) -> dict[str, float]:
    """Funded municipalities by county, and in how many counties they are most (Gotland, one municipality, left out)."""
    counties = np.asarray(places.county_codes)
    known = sorted(set(places.county_codes))
    found = {f"funded_county_{county}": float(funded[counties == county].sum()) for county in known}
    found["counties_with_majority"] = float(
        sum(funded[counties == county].mean() > _MAJORITY for county in known if (counties == county).sum() > 1)
    )
    return found


def _size(places: Places, active: NDArray[np.bool_]) -> dict[str, float]:
    people = np.asarray(places.facts.population_2017, dtype=np.float64)
    if not active.any() or active.all():
        return {"size_ratio": 1.0, "size_active": 0.0, "size_others": 0.0}
    large, small = float(np.median(people[active])), float(np.median(people[~active]))
    return {"size_ratio": large / small, "size_active": large, "size_others": small}


def _money(places: Places, state: NDArray[np.int8]) -> dict[str, float]:
    """Share of municipal spending that is in municipalities with a fund in 2016; `validation` makes money of it."""
    spending = np.asarray(places.facts.spending) * np.asarray(places.facts.population_2017, dtype=np.float64)
    funded = state == FUNDED
    return {
        "funded_spending_share": float(spending[funded].sum() / spending.sum()),
        "funded_median_spending": float(np.median(spending[funded])) / 1e6 if funded.any() else 0.0,
    }


def _reasons(years: Sequence[Year]) -> dict[str, float]:
    """How many stopped for each reason in 2006-2018 (F6), how many came back, how many have stopped in 2018."""
    all_reasons = np.concatenate([each.reason[each.reason >= 0] for each in years])
    counts = np.bincount(all_reasons, minlength=len(REASONS))
    found = {f"reason_{i}": float(n) for i, n in enumerate(counts)}
    found["came_back"] = float(sum(each.came_back.sum() for each in years))
    found["stopped_2018"] = float((years[-1].state == STOPPED).sum())
    return found


def _regions(around: Surroundings, years: Sequence[Year], seed: int) -> dict[str, float]:
    """Regions at work with it in either survey, at some time from 2014 on, with money set aside; the first (D6, F4).

    Who answers in 2018 tells of all years since 2014.
    """
    codes = around.regions.codes
    then, now = (region_answers(codes, year, seed) for year in (2014, 2018))
    active = {each.year: _active(each.regions) for each in years}
    since = np.any([active[year] for year in range(2014, 2019)], axis=0)
    first = [year for year, which in active.items() if which.any()]
    return {
        "regions_2014": _count(active[2014], then),
        "regions_2018": _count(active[2018], now),
        "regions_funded_2018": _count(years[-1].regions == FUNDED, now),
        "regions_since_2014": float(((active[2014] & then) | (since & now)).sum()),
        "regions_both": _count(active[2014] & active[2018], then & now),
        "regions_first": float(min(first, default=_NOT_YET)),
    }


def _contracts(places: Places, years: Sequence[Year], asked: NDArray[np.bool_]) -> dict[str, float]:
    """Outcome contracts in 2018 (D7): who does not know them, talks, and contracts, which are known without asking.

    The share that does not know them is of those that gave one of the three answers (87 % did): does not know, is
    interested, is not.
    """
    now = years[-1].contracts
    unknown, _, interested, talks, internal, _ = range(len(CONTRACTS))
    signed = [each.year for each in years if (each.contracts >= internal).any()]
    answered = asked & (now <= interested)
    large = np.asarray(places.facts.population_2017) > _LARGE
    return {
        "contract_unknown": float((now[answered] == unknown).mean()) if answered.any() else 0.0,
        "contract_talks": _count(now == talks, asked),
        "contracts": float((now >= internal).sum()),
        "contracts_large": float(((now >= internal) & large).sum()),
        "contract_first": float(min(signed, default=_NOT_YET)),
    }
