"""The yearly move: who takes the next step, who forgets, who stops and why, and what first evaluations say.

The rules are the same for municipalities and for regions. Reads `surroundings`, `states` and `outcome_contracts`;
read by `in_run` and by the calibration.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..inputs.facts import RULES
from ..inputs.parameters import DiffusionParameters
from ..inputs.places import Places
from .outcome_contracts import move_contracts
from .states import (
    DISCUSSED,
    FIRST_YEAR,
    FUNDED,
    NEVER,
    REASONS,
    STOPPED,
    WORKING,
    Country,
    Practice,
    Year,
    begin,
    luck,
)
from .surroundings import Bodies, Bools, Floats, Surroundings, good_years, mean_heard, surroundings

NEWS = 3  # years for which others talk about a municipality that took it up or set money aside
FOLLOW_UP = 4  # years from setting money aside until a first evaluation is seen (M7: evaluations of 2-5 years)
_TAKEN_OVER = 0.5  # share of applying and evaluating that a competence centre makes easier (P2; assumed, as its add-on)
_NEXT = np.array([DISCUSSED, WORKING, FUNDED, FUNDED, WORKING], np.int8)  # one step forward from each state


@dataclass(frozen=True)
class Circumstances:
    """What a year is like for bodies of one kind. Arrays of shape (n,) or as said."""

    year: int
    u: Floats  # luck in (0, 1), (n, 7)
    talk: float  # share of municipalities that are news
    push: Floats  # factor on every step forward
    results: Floats  # what was seen of results, -1 to 1
    good: Floats  # how good the year is for the economy, in standard deviations
    ease: Floats  # how easy money is, on the logarithm of a rate


def move(
    country: Country,
    around: Surroundings,
    p: DiffusionParameters,
    seed: int,
    year: int,
    good: Floats,
    windfall: Floats,
) -> Year:
    """Live one year of the practice; `country` is changed in place.

    Municipalities and regions see each other as they were at the end of last year.

    Parameters
    ----------
    good
        How good the year is for each municipality's economy, in standard deviations, shape (n,). A region's year is
        the mean of its inhabitants'.
    windfall
        Whether a windfall falls to each, 0 or 1, shape (n,).
    """
    towns, regions = country.municipalities, country.regions
    talk = talked_about(towns, year)
    heard = around.people**p.visibility
    ease = ease_of(p, good, windfall)
    backing = np.append(regions.active, False)[around.region]
    u = luck(seed, year, around.municipalities.codes)
    local = Circumstances(
        year=year,
        u=u,
        talk=talk,
        push=push_of(around.municipalities, p, year, neighbours_active(around.municipalities, heard, towns.active))
        * np.exp(p.region_effect * backing),
        results=seen_results(towns, around.municipalities, towns, heard, p),
        good=good,
        ease=ease,
    )
    regional = Circumstances(
        year=year,
        u=luck(seed, year, around.regions.codes),
        talk=talk,
        push=push_of(around.regions, p, year, neighbours_active(around.regions, heard, towns.active)),
        results=seen_results(regions, around.regions, towns, heard, p),
        good=_mean_of_county(around, good),
        ease=_mean_of_county(around, ease),
    )
    reason, new_fund, came_back = _step(towns, around.municipalities, p, local)
    _step(regions, around.regions, p, regional)
    size = around.municipalities.size
    country.contracts = move_contracts(country.contracts, towns, size, p, year, country.lots, u[:, -1])
    return Year(year, towns.state.copy(), new_fund, came_back, reason, regions.state.copy(), country.contracts)


def talked_about(municipalities: Practice, year: int) -> float:
    """Share of municipalities that took up work or set money aside in the last NEWS years: what others hear of.

    What is new is news; a practice that everybody has had for years is not. So interest comes as a wave (D1, D3).
    """
    return float((municipalities.active & (year - municipalities.since <= NEWS)).mean())


def ease_of(p: DiffusionParameters, good: Floats, windfall: Floats) -> Floats:
    """How easy money is in a year, on the logarithm of a rate, shape (n,) (M11)."""
    return np.asarray(p.money_effect * good + p.windfall_effect * windfall)


def _mean_of_county(around: Surroundings, value: Floats) -> Floats:
    """Mean of a municipal value over the inhabitants of each region, shape (regions,)."""
    county = around.regions
    return mean_heard(county.listener, county.speaker, around.people, value, county.codes.size)


def neighbours_active(bodies: Bodies, heard: Floats, active: Bools) -> Floats:
    """Share of those municipalities that each hears of that are active, shape (n,); 0 where it hears of none.

    `heard` is how visible each municipality is: ``inhabitants ** visibility``. With visibility 0 all count alike, with
    1 it is the share of the people around that live where there is work going on: clusters form around large pioneers
    (D5).
    """
    return mean_heard(bodies.listener, bodies.speaker, heard, active.astype(np.float64), bodies.codes.size)


def push_of(bodies: Bodies, p: DiffusionParameters, year: int, near: Floats) -> Floats:
    """Factor on every step forward from size, political rule, need and neighbours, shape (n,).

    ``exp(size + rule + need + neighbours)``: D8, D4, Q1 and D5.
    """
    politics = np.array([_politics(p, rule) for rule in RULES])[bodies.rule(year)]
    return np.asarray(
        np.exp(p.size_effect * bodies.size + politics + p.need_effect * bodies.need + p.neighbour_effect * near)
    )


def _politics(p: DiffusionParameters, rule: str) -> float:
    return {"red-green": p.left_effect, "centre-right": p.right_effect}.get(rule, 0.0)


def seen_results(
    practice: Practice, bodies: Bodies, municipalities: Practice, heard: Floats, p: DiffusionParameters
) -> Floats:
    """What each has seen of results, from -1 (all bad) to 1 (all good), shape (n,).

    One's own first evaluation counts in full; without one, half the mean of what those municipalities tell that one
    hears of, and with a competence centre the mean of all municipal results in the country, told or not (P2).
    """
    result = municipalities.result.astype(np.float64)
    near = mean_heard(bodies.listener, bodies.speaker, heard * municipalities.told, result, bodies.codes.size)
    known = municipalities.result != 0
    pooled = float(result[known].mean()) if known.any() else 0.0
    own = practice.result
    return np.asarray(np.where(own != 0, own, (1.0 - p.centre) * 0.5 * near + p.centre * pooled))


def _step(
    practice: Practice, bodies: Bodies, p: DiffusionParameters, now: Circumstances
) -> tuple[NDArray[np.int8], Bools, Bools]:
    """Move bodies of one kind; `practice` is changed in place. Gives why each stopped, new funds, who came back."""
    at, results = practice.state, np.exp(p.results_effect * now.results)
    easily = np.exp(now.ease) * results
    up = now.push * np.choose(
        at,
        [
            practice.open * (p.innovation + p.imitation * now.talk),
            easily * p.work_rate,
            easily * p.fund_rate,
            0.0,
            results * p.return_rate,
        ],
    )
    rises = now.u[:, 0] < -np.expm1(-up)
    lapses = ((at == DISCUSSED) | (at == STOPPED)) & ~rises & (now.u[:, 1] < -np.expm1(-p.lapse_rate))
    reason = _stop(practice, bodies, p, now)
    reason[(at == WORKING) & rises] = -1  # who sets money aside this year does not also stop
    return _settle_in(practice, rises, lapses, reason, p, now)


def _stop(practice: Practice, bodies: Bodies, p: DiffusionParameters, now: Circumstances) -> NDArray[np.int8]:
    """Why each stops this year, as the place in REASONS, -1 for those who go on (F6: competing risks)."""
    small = np.exp(-p.size_effect * bodies.size)
    helper = np.exp(p.coordinator_effect * practice.coordinator)
    helped = helper * (1.0 - _TAKEN_OVER * p.centre)
    age = np.where(practice.money_since > 0, now.year - practice.money_since, 0)
    rates = np.ones((len(REASONS), age.size))
    rates[0] = np.exp(-p.money_effect * now.good)
    rates[1], rates[2], rates[3] = helped * (1.0 + p.fatigue * age), helped * small, helper * small
    rates *= p.stop_rate * np.asarray(p.stop_reasons)[:, None] * np.exp(-p.results_effect * now.results)
    upto = np.cumsum(rates, axis=0)
    total = upto[-1]
    stops = practice.active & (now.u[:, 2] < -np.expm1(-total))
    which = (now.u[:, 3] * total >= upto).sum(axis=0)
    return np.where(stops, np.minimum(which, len(REASONS) - 1), -1).astype(np.int8)


def _settle_in(
    practice: Practice,
    rises: Bools,
    lapses: Bools,
    reason: NDArray[np.int8],
    p: DiffusionParameters,
    now: Circumstances,
) -> tuple[NDArray[np.int8], Bools, Bools]:
    """Write the moves of a year into the practice, and let first evaluations come in."""
    before = practice.state.copy()
    after = np.where(rises, _NEXT[before], before)
    after[lapses] = NEVER
    after[reason >= 0] = STOPPED
    came_back = (before == STOPPED) & (after == WORKING)
    new_fund = (after == FUNDED) & (before != FUNDED)
    moved = after != before
    practice.state[:] = after
    practice.since[moved] = now.year
    practice.money_since[new_fund] = now.year
    practice.money_since[after != FUNDED] = 0
    practice.ever |= new_fund
    due = (after == FUNDED) & (practice.result == 0) & (now.year - practice.money_since >= FOLLOW_UP)
    good = now.u[:, 4] < p.success_share
    practice.result[due] = np.where(good[due], 1, -1)
    practice.told[due] = (good | (now.u[:, 5] >= p.publication_bias))[due]
    return reason, new_fund, came_back


def history(
    places: Places, p: DiffusionParameters, seed: int, last_year: int = 2018, around: Surroundings | None = None
) -> tuple[Country, list[Year]]:
    """Live the history of the practice from 2005 to the end of `last_year`.

    Good years and windfalls are those that happened (`good_years.csv`); later years are ordinary ones.

    Returns
    -------
    tuple
        Where everybody is at the end, and what happened in each year, 2005 first (when only the first movers are
        there).
    """
    around = surroundings(places) if around is None else around
    country = begin(around, p, seed)
    towns, n = country.municipalities, around.municipalities.codes.size
    nothing, nobody = np.full(n, -1, np.int8), np.zeros(n, np.bool_)
    at_first = towns.state.copy(), towns.ever.copy(), nobody, nothing, country.regions.state.copy(), country.contracts
    years = [Year(FIRST_YEAR, *at_first)]
    for year in range(FIRST_YEAR + 1, last_year + 1):
        z, windfall = good_years().get(year, (0.0, False))
        years.append(move(country, around, p, seed, year, np.full(n, z), np.full(n, float(windfall))))
    return country, years
