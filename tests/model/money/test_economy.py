"""Good and bad years, reserves and how a fund is kept, by hand."""

import csv
from dataclasses import replace

import numpy as np
import pytest

from stupror.model.contracts import load_design
from stupror.model.data import DATA
from stupror.model.inputs.places import sweden
from stupror.model.inputs.scenario import load_scenario, select
from stupror.model.model import PreventionModel
from stupror.model.money.budgets import (
    bad_year,
    fund_size,
    has_fund,
    pressure_of,
    relative_spending,
    rur_allotment,
    spread_practice,
)
from stupror.model.money.economy import (
    PURSES,
    Economy,
    Reserves,
    close_reserves,
    discretionary,
    economy,
    equity_worth,
    open_reserves,
    refill,
    regional_room,
    results,
    rur_money,
    stays,
    take_from_rur,
)
from stupror.model.practice import FUNDED, WORKING

SPEC = load_scenario()
BUDGET = SPEC.budget
GOOD_YEARS = DATA / "good_years.csv"
CODES = np.array([1080, 1081], np.int64)


def reserves(result, purse=0, rur=0):
    share = np.array([[result, result]])
    return Reserves(share, np.full(2, rur, np.int64), np.full(2, purse, np.int8))


def test_years_that_happened_are_as_they_were():
    sky = economy(BUDGET, 1, 20, CODES, 2005)
    assert np.flatnonzero(sky.windfall[:14]).tolist() == [7, 8]
    shares = results(BUDGET, replace(sky, local=np.zeros_like(sky.local)))[:14, 0]
    published = [float(row["result_share"]) for row in csv.DictReader(GOOD_YEARS.read_text("utf-8").splitlines())]
    assert shares == pytest.approx(published, abs=0.001)  # with the windfall in it; mean and spread are rounded
    later = economy(BUDGET, 1, 20, CODES, 2020)
    assert (sky.local == later.local).all()
    assert (later.national[:14] != sky.national[:14]).all()


def test_good_and_bad_years_are_national_and_local():
    """The same whoever else is in the run; the national part alike for all, never less than nothing."""
    codes = np.array([1080, 1081, 1082, 580], np.int64)

    def share(spec, codes=codes):
        return discretionary(spec.budget, economy(spec.budget, 4, 30, codes, 2020))

    spec = SPEC.replace("budget.room_share", 0.02).replace("budget.local_sd", 0.0)
    alike, own = share(spec), share(spec.replace("budget.local_sd", 0.002))
    assert (alike == alike[:, :1]).all()
    assert alike.std() > 0
    assert (own[:, 0] != own[:, 1]).all()
    assert (share(spec.replace("budget.local_sd", 0.002), codes[1:]) == own[:, 1:]).all()
    calm = spec.replace("budget.cycle_sd", 0.0).replace("budget.windfall_probability", 1.0)
    assert share(calm) == pytest.approx(0.02 + calm.budget.windfall_share)
    assert (share(SPEC.replace("budget.cycle_sd", 0.02)) >= 0).all()


def test_a_region_has_its_own_years_alike_in_the_county():
    codes = np.array([1080, 1081, 580], np.int64)
    sky = economy(BUDGET, 4, 30, codes, 2020)
    share = regional_room(SPEC.region, sky)
    assert (share[:, 0] == share[:, 1]).all()
    assert (share[:, 0] != share[:, 2]).any()
    assert (regional_room(SPEC.region, economy(BUDGET, 4, 30, codes[2:], 2020)) == share[:, 2:]).all()
    zero, none = np.zeros((3, 1)), np.array([False, True, False])
    flat = Economy(np.array([0.0, 1.0, -99.0]), zero, zero, none)
    usual, good = SPEC.region.room_share, SPEC.region.room_share + SPEC.region.cycle_sd + SPEC.region.windfall_share
    assert regional_room(SPEC.region, flat)[:, 0] == pytest.approx([usual, good, 0.0])


def test_a_good_year_has_more_discretionary_money_and_pressure_takes_some():
    flat = Economy(np.array([0.0, 1.0, -99.0]), np.zeros((3, 2)), np.zeros((3, 2)), np.array([False, True, False]))
    share = discretionary(BUDGET, flat)
    assert share[0] == pytest.approx(BUDGET.room_share)
    assert share[1] == pytest.approx(BUDGET.room_share + BUDGET.cycle_sd + BUDGET.windfall_share)
    assert share[2].tolist() == [0.0, 0.0]
    assert discretionary(BUDGET, flat, np.array([2.0, 0.0]))[0] == pytest.approx(
        [BUDGET.room_share - 2 * BUDGET.pressure_effect, BUDGET.room_share]
    )
    good = BUDGET.result_share + BUDGET.result_sd + BUDGET.windfall_result_share
    assert results(BUDGET, flat)[1] == pytest.approx(good)


def test_the_reserve_takes_a_part_of_a_good_result_up_to_a_limit():
    mine = reserves(0.05)
    revenue, nothing = np.full(2, 1e9), np.zeros(2, np.int64)
    reserved, released = close_reserves(mine, BUDGET, 0, revenue, nothing)
    exceeding = (0.05 - 0.01) * BUDGET.tax_and_grant_share * 1e9
    assert reserved.tolist() == [round(exceeding * BUDGET.rur_deposit)] * 2
    assert released.tolist() == [0, 0]
    assert (mine.rur == reserved).all()
    for _ in range(60):
        close_reserves(mine, BUDGET, 0, revenue, nothing)
    assert mine.rur.tolist() == [round(BUDGET.rur_most * 1e9)] * 2


def test_the_reserve_covers_a_deficit_in_bad_years_only():
    bad, good = reserves(-0.01, rur=300), reserves(0.05, rur=300)
    deficit = np.array([200, 500], np.int64)
    assert close_reserves(bad, BUDGET, 0, np.full(2, 1e6), deficit)[1].tolist() == [200, 300]
    assert bad.rur.tolist() == [100, 0]
    assert close_reserves(good, BUDGET, 0, np.zeros(2), deficit)[1].tolist() == [0, 0]


def test_a_part_of_the_reserve_could_be_released_for_projects():
    mine = reserves(0.03, rur=1_000)
    assert rur_money(mine, BUDGET).tolist() == [round(1_000 * BUDGET.rur_release)] * 2
    take_from_rur(mine, np.array([400, -100]))
    assert mine.rur.tolist() == [600, 1_100]


def test_how_a_fund_is_kept_decides_what_stays_and_when_it_is_filled():
    """In the operating budget it lapses, and is voted but for a deficit; in equity a surplus must fill it (F1)."""
    usual = BUDGET.result_share
    for result, operating, equity in ((1.5 * usual, 1.0, 1.0), (usual, 1.0, 0.0), (0.0, 1.0, 0.0), (-0.01, 0.0, 0.0)):
        found = [refill(reserves(result, purse), BUDGET, 0)[0] for purse in range(len(PURSES))]
        assert found == pytest.approx([operating, equity, (operating + equity) / 2])
    assert [stays(reserves(usual, purse))[0] for purse in range(len(PURSES))] == [0.0, 1.0, 0.5]


def test_equity_is_worth_what_it_saves_in_the_first_deficit():
    """Half of all years end in a deficit: 1/2 in the first, 1/4 in the second, discounted; half a year counts half."""
    even = replace(BUDGET, result_share=0.0)
    assert equity_worth(even, 1.0, 0.0) == pytest.approx(0.5)
    assert equity_worth(even, 2.0, 0.25) == pytest.approx(0.5 / 1.25 + 0.25 / 1.25**2)
    assert equity_worth(even, 1.5, 0.0) == pytest.approx(0.5 + 0.125)
    assert equity_worth(BUDGET, 4.0, 0.03) < equity_worth(even, 4.0, 0.03)


def test_how_funds_are_kept_is_drawn_by_published_shares():
    lot = open_reserves(BUDGET, economy(BUDGET, 1, 1, CODES, 2020), np.zeros(2), 1, CODES)
    many = open_reserves(BUDGET, economy(BUDGET, 1, 1, np.arange(3_000), 2020), np.zeros(3_000), 1, np.arange(3_000))
    assert lot.purse.shape == (2,)
    assert np.bincount(many.purse) / 3_000 == pytest.approx([28 / 70, 32 / 70, 10 / 70], abs=0.03)  # F1


def test_revenue_follows_spending_and_adds_up_to_the_country():
    country = sweden()
    spending = relative_spending(country)
    assert np.average(spending, weights=country.population) == pytest.approx(1.0)
    assert spending[country.names.index("Dorotea")] > 1.4 > 0.8 > spending[country.names.index("Solna")]
    assert pressure_of(country).mean() == pytest.approx(0.0)


# ---------------------------------------------------------------------- inside a run


@pytest.fixture(scope="module")
def model():
    as_it_spread = select(SPEC, ["10"]).replace("diffusion.voluntary", 1.0)
    return PreventionModel(as_it_spread, load_design("municipal-fund"), 2, 3)


def test_only_who_has_decided_on_it_has_a_fund(model):
    budgets, spread, spec = model.state.books.budgets, model.state.practice, model.world.spec
    spread.practice.state[spread.rows] = [FUNDED, WORKING, FUNDED, WORKING, WORKING]
    money = fund_size(budgets, spread.funded, spec)
    usual = budgets.revenue["municipality"] * spec.board.fund_share * spec.diffusion.fund_multiple
    assert money.tolist() == np.rint(usual * [1, 0, 1, 0, 0]).astype(int).tolist()
    assert has_fund(spread.funded, spec).tolist() == [1, 0, 1, 0, 0]
    everywhere = spec.replace("diffusion.voluntary", 0.0)
    assert has_fund(spread.funded, everywhere).tolist() == [1] * 5
    assert (rur_allotment(budgets, spec) == rur_money(budgets.reserves, BUDGET)).all()


def test_a_year_is_bad_that_ends_worse_than_usual(model):
    budgets = model.state.books.budgets
    assert (bad_year(budgets, BUDGET, 0) == (budgets.reserves.result[0] < BUDGET.result_share)).all()


def test_the_practice_lives_on_in_the_run(model):
    spread = model.state.practice
    before = len(spread.years)
    spread_practice(spread, model.state.books.budgets.years, BUDGET, 0, 2020)
    assert [each.year for each in spread.years[before:]] == [2020]
