"""Budgets: frames, room for prevention, results and equity, one row per municipality.

The frame of a body follows demography and need (the expected cost of its children) and, with a lag, its own cost:
whoever saves gets a smaller frame (ratchet, M8). Acute cost comes first; what is left of the discretionary money, after
deficits have been restored and earlier promises kept, is room for prevention (M5, M10, M11). Room that is not used for
prevention goes to other services. Revenue is that of each municipality: its spending per inhabitant, growing with its
population. What the year is like, reserves and the spread of the practice stand beside (`economy`, `in_run`).
Written by `model`, one step of the year at a time.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from ..children.cells import relative_mix
from ..children.forecast import expected_states
from ..children.ladder import LAST_AGE, N_AGES, N_FRAILTY, N_LEVELS
from ..children.population import Population
from ..children.prices import PAYER
from ..inputs.facts import standardised
from ..inputs.parameters import BudgetParameters
from ..inputs.places import Places, sweden
from ..inputs.scenario import Scenario
from ..practice.in_run import Spread, live
from ..world import World
from .economy import (
    Economy,
    Reserves,
    close_reserves,
    discretionary,
    economy,
    open_reserves,
    regional_room,
    rur_money,
)

Money = NDArray[np.int64]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

COMMITTEES = ("education", "social", "labour_market")
LINES = (*COMMITTEES, "board", "region")  # everybody whose frame is set here


def whole(amount: Floats) -> Money:
    """Round to whole SEK."""
    return np.rint(amount).astype(np.int64)


def expected_costs(world: World, population: Population, first_year: int, years: int) -> dict[str, Floats]:
    """Cost that each body should expect from its children's ages and its level of need, without any programme.

    Shape (years, n_municipalities) per body, SEK; row 0 is `first_year`. Lives are the same everywhere but for their
    frailty (`World.births`).
    """
    ladder = world.ladder
    by_class = expected_states(ladder).reshape(N_AGES, N_FRAILTY, -1, N_LEVELS).sum(axis=2)
    of_class = (by_class.transpose(1, 0, 2)[..., None] * world.costs.by_payer).sum(axis=2)
    mix = relative_mix(ladder, world.births)
    sizes = population.cohort_sizes()
    born = population.births_from + np.arange(sizes.shape[1])
    result = {line: np.zeros((years, sizes.shape[0])) for line in LINES}
    for t in range(years):
        age = first_year + t - born
        alive = (age >= 0) & (age <= LAST_AGE)
        each = zip(mix.T, of_class, strict=True)
        cost = sum(share[:, None] * (sizes[:, alive, None] * of[age[alive]]).sum(axis=1) for share, of in each)
        for line in LINES:
            result[line][t] = cost[:, PAYER[line]]
    return result


@dataclass
class Budgets:
    """Money of this year and promises for the next, by body and municipality, whole SEK."""

    revenue: dict[str, Floats]  # yearly revenue that discretionary money is a share of
    expected: dict[str, Floats]  # (years + 1, n): expected mandatory cost; row 0 is the year before the first
    discretionary_share: Floats  # (years, n), of committees
    region_share: Floats  # (years, n), of regions
    level: dict[str, Floats]  # frame as a multiple of expected cost
    last_mandatory: dict[str, Money]
    promised: dict[str, Money]  # (years + LAST_AGE + 1, n): cost of earlier projects, by year
    to_restore: Money  # (years + LAST_AGE + 1, n): deficits to be made good, by year
    equity: dict[str, Money]
    growth: Floats  # (n,) yearly growth of revenue
    years: Economy  # of the whole country in which the practice lives
    reserves: Reserves
    frame: dict[str, Money] = field(default_factory=dict)
    extra: dict[str, Money] = field(default_factory=dict)  # discretionary money of the year
    room: dict[str, Money] = field(default_factory=dict)
    spent: dict[str, Money] = field(default_factory=dict)  # prevention paid this year, old and new projects
    new: dict[str, Money] = field(default_factory=dict)  # of which new projects


def open_budgets(world: World, population: Population, spread: Spread, last_mandatory: dict[str, Money]) -> Budgets:
    """Set up the books for the first year; frames start at last year's cost, `last_mandatory` by line."""
    spec, budget, inhabitants = world.spec, world.spec.budget, world.geography.inhabitants
    municipal = budget.revenue_per_inhabitant * inhabitants * relative_spending(spec.places)
    everywhere = economy(budget, world.seed, world.years, spread.around.municipalities.codes, world.start_year)
    sky = everywhere.of(spread.rows)
    share = {
        "education": budget.education_share,
        "social": budget.social_share,
        "labour_market": budget.labour_market_share,
        "board": 0.0,
    }
    expected = expected_costs(world, population, world.start_year - 1, world.years + 1)
    empty = np.zeros((world.years + LAST_AGE + 1, world.n), np.int64)
    return Budgets(
        revenue={line: municipal * part for line, part in share.items()}
        | {"region": spec.region.revenue_per_inhabitant * inhabitants, "municipality": municipal},
        expected=expected,
        discretionary_share=discretionary(budget, sky, pressure_of(spec.places)),
        region_share=regional_room(spec.region, sky),
        level={line: _ratio(last_mandatory[line], expected[line][0]) for line in LINES},
        last_mandatory=last_mandatory,
        promised={line: empty.copy() for line in LINES},
        to_restore=empty.copy(),
        equity={"board": np.zeros(world.n, np.int64), "region": np.zeros(world.n, np.int64)},
        growth=spec.places.facts.growth() * budget.growth_kept,
        years=everywhere,
        reserves=open_reserves(budget, sky, municipal, world.seed, world.geography.codes),
    )


def expect_anew(budgets: Budgets, world: World, population: Population, t: int) -> None:
    """Expect the costs of another price list from year number `t` on: frames follow it, and revenue follows them."""
    ahead = expected_costs(world, population, world.start_year + t, world.years - t)
    budgets.expected = {line: np.concatenate([past[: t + 1], ahead[line]]) for line, past in budgets.expected.items()}


def relative_spending(places: Places) -> Floats:
    """Spending per inhabitant against the mean of the built-in country, shape (n,): who costs more has more revenue.

    Income and cost equalisation are in it: it is what municipalities could spend, not what they tax.
    """
    country = sweden()
    mean = np.average(country.facts.spending, weights=country.population)
    return np.asarray(np.asarray(places.facts.spending) / mean)


def pressure_of(places: Places) -> Floats:
    """How many inhabitants are young or old, in standard deviations from the built-in country's mean, shape (n,)."""
    return standardised(places.facts.pressure(), sweden().facts.pressure())


def fund_size(budgets: Budgets, funded: Bools, scenario: Scenario) -> Money:
    """Money that each municipality means its social investment fund to hold: none without a decision (D2).

    `funded` says who has decided on one, shape (n,). The usual share of revenue (F3): with `diffusion.voluntary` 0
    every municipality has a fund, decided or not, and all hold together what is held in truth; with 1 only some have,
    and those hold so much more.
    """
    more = 1.0 + scenario.diffusion.voluntary * (scenario.diffusion.fund_multiple - 1.0)
    usual = budgets.revenue["municipality"] * scenario.board.fund_share * more
    return whole(usual * has_fund(funded, scenario))


def has_fund(funded: Bools, scenario: Scenario) -> Floats:
    """How far each municipality has a fund, 0 to 1, shape (n,)."""
    return np.asarray(1.0 - scenario.diffusion.voluntary * (1.0 - funded))


def rur_allotment(budgets: Budgets, scenario: Scenario) -> Money:
    """What the result equalisation reserve could release for projects this year (P3), shape (n,), SEK.

    Whoever uses it says so by `economy.take_from_rur`.
    """
    return rur_money(budgets.reserves, scenario.budget)


def bad_year(budgets: Budgets, budget: BudgetParameters, t: int) -> Bools:
    """Whether year number `t` ends worse than usual, shape (n,)."""
    return np.asarray(budgets.reserves.result[t] < budget.result_share)


def spread_practice(spread: Spread, years: Economy, budget: BudgetParameters, t: int, year: int) -> None:
    """Let the practice spread or die for a year (step 8): good and bad years, windfalls, neighbours, results seen."""
    live(spread, year, years.good(budget, t), windfall=bool(years.windfall[t]))


def set_room(budgets: Budgets, standing: Mapping[str, Money], t: int) -> None:
    """Set frames and what is left for new projects in year number `t`.

    Mandatory cost, old promises and `standing` services (SEK by body, shape (n,)) come first.
    """
    if t:
        budgets.revenue = {line: amount * (1.0 + budgets.growth) for line, amount in budgets.revenue.items()}
    for line in LINES:
        expected = budgets.expected[line][t + 1]
        foreseen = expected * _ratio(budgets.last_mandatory[line], budgets.expected[line][t])
        budgets.frame[line] = whole(expected * budgets.level[line])
        share = budgets.region_share if line == "region" else budgets.discretionary_share
        budgets.extra[line] = whole(budgets.revenue[line] * share[t])
        claims = budgets.promised[line][t] + standing.get(line, 0)
        if line in COMMITTEES:
            part = budgets.revenue[line] / sum(budgets.revenue[each] for each in COMMITTEES)
            claims += whole(budgets.to_restore[t] * part)
        left = budgets.extra[line] + budgets.frame[line] - whole(foreseen) - claims
        budgets.room[line] = np.maximum(left, 0) if line != "board" else np.zeros_like(left)
        budgets.spent[line] = np.zeros_like(left)
        budgets.new[line] = np.zeros_like(left)


def close_year(
    budgets: Budgets, t: int, mandatory: dict[str, Money], ratchet: dict[str, float], budget: BudgetParameters
) -> dict[str, Money]:
    """Work out each body's result, move frames after cost, spread municipal deficits over the years of restoration.

    The reserve for downturns grows, and covers what it can (M10).

    Returns
    -------
    dict
        Result by body: frame and discretionary money less mandatory cost, prevention and other services, SEK.
    """
    results = {}
    for line in LINES:
        other = budgets.room[line] - budgets.new[line]
        results[line] = budgets.frame[line] + budgets.extra[line] - mandatory[line] - budgets.spent[line] - other
        seen = _ratio(mandatory[line], budgets.expected[line][t + 1])
        budgets.level[line] = budgets.level[line] + ratchet[line] * (seen - budgets.level[line])
        budgets.last_mandatory[line] = mandatory[line]
    total = sum((results[line] for line in LINES if line != "region"), np.zeros_like(results["board"]))
    budgets.equity["board"] = budgets.equity["board"] + total
    budgets.equity["region"] = budgets.equity["region"] + results["region"]
    deficit = np.maximum(-total, 0)
    _, released = close_reserves(budgets.reserves, budget, t, budgets.revenue["municipality"], deficit)
    deficit, years = deficit - released, budget.restoration_years
    budgets.to_restore[t + 1 : t + 1 + years] += whole(deficit / years)
    return results


def _ratio(actual: Money, expected: Floats) -> Floats:
    """Cost against expectation, 1 where nothing is expected."""
    return np.divide(actual.astype(np.float64), expected, out=np.ones(expected.shape), where=expected != 0.0)
