"""How the practice spreads: one step by hand, laws that hold in any world, the same luck in any order."""

from dataclasses import fields, replace

import mesa
import numpy as np
import pytest

from model.diffusion import (
    DISCUSSED,
    FIRST_YEAR,
    FUNDED,
    NEVER,
    REASONS,
    STOPPED,
    WORKING,
    begin,
    borders,
    first_movers,
    good_years,
    history,
    luck,
    move,
    neighbours_active,
    network,
    seen_results,
    surroundings,
    talked_about,
)
from model.parameters import DiffusionParameters
from model.places import part, sweden
from model.scenario import load_scenario
from model.spreading import live, open_spread, report, whole_country

COUNTRY = sweden()
AROUND = surroundings(COUNTRY)
P = load_scenario().diffusion
N = len(COUNTRY.codes)
LEFT, RIGHT = 0, 1


def still(**changes):
    """Parameters under which nothing happens, but for the changes."""
    none = {f.name: 0.0 for f in fields(DiffusionParameters)} | {"stop_reasons": (0.2,) * 5, "open_share": 1.0}
    return DiffusionParameters(**(none | changes))


def one_year(p, practice=None, seed=3, year=2010, good=0.0, windfall=0.0):
    practice = practice or begin(AROUND, p, seed)
    return practice, move(practice, AROUND, p, seed, year, np.full(N, good), np.full(N, windfall))


def all_at(state, p, seed=3):
    practice = begin(AROUND, p, seed)
    practice.state[:] = state
    practice.money_since[:] = 2005 if state == FUNDED else 0
    return practice


def test_it_begins_with_the_first_movers_and_stays_so_if_nothing_happens():
    practice, years = history(COUNTRY, still(), 1)
    first = {COUNTRY.names[i] for i in np.flatnonzero(years[0].new_fund)}
    assert first == {"Nynäshamn", "Vara", "Arvidsjaur", "Vårgårda"}
    assert all((each.state == years[0].state).all() for each in years)
    assert practice.funded.sum() == len(first_movers()) == 4
    assert [each.year for each in years] == list(range(FIRST_YEAR, 2019))


def test_a_rate_gives_its_closed_form_share():
    p = still(innovation=0.3)
    shares = [(one_year(p, all_at(NEVER, p, seed), seed)[1].state == DISCUSSED).mean() for seed in range(40)]
    expected = 1 - np.exp(-0.3)
    assert abs(np.mean(shares) - expected) < 4 * np.sqrt(expected * (1 - expected) / (40 * N))


@pytest.mark.parametrize(
    ("state", "rate", "goal"),
    [
        (NEVER, {"innovation": 99.0}, DISCUSSED),
        (DISCUSSED, {"work_rate": 99.0}, WORKING),
        (WORKING, {"fund_rate": 99.0}, FUNDED),
        (STOPPED, {"return_rate": 99.0}, WORKING),
        (DISCUSSED, {"lapse_rate": 99.0}, NEVER),
        (STOPPED, {"lapse_rate": 99.0}, NEVER),
        (WORKING, {"stop_rate": 99.0}, STOPPED),
        (FUNDED, {"stop_rate": 99.0}, STOPPED),
    ],
)
def test_every_step_goes_where_it_should(state, rate, goal):
    p = still(**rate)
    practice, happened = one_year(p, all_at(state, p))
    assert (happened.state == goal).all()
    assert (practice.money_since == (2010 if goal == FUNDED else 0)).all()
    assert happened.came_back.all() == (state == STOPPED and goal == WORKING)
    assert ((happened.reason >= 0) == (goal == STOPPED)).all()


def test_reasons_for_stopping_follow_their_shares():
    p = still(stop_rate=99.0, stop_reasons=(0.5, 0.3, 0.1, 0.1, 0.0))
    counts = sum(np.bincount(one_year(p, all_at(FUNDED, p, s), s)[1].reason, minlength=len(REASONS)) for s in range(20))
    assert counts / counts.sum() == pytest.approx([0.5, 0.3, 0.1, 0.1, 0.0], abs=0.02)


def test_a_good_year_and_a_coordinator_keep_funds_alive():
    def stopped(good=0.0, **changes):
        p = still(stop_rate=0.2, money_effect=1.0, **changes)
        return np.mean([(one_year(p, all_at(FUNDED, p, s), s, good=good)[1].reason >= 0).mean() for s in range(10)])

    assert stopped(good=1.5) < stopped() < stopped(good=-1.5)
    assert stopped(coordinator_share=1.0, coordinator_effect=-2.0) < stopped()
    assert stopped(centre=1.0) < stopped()
    assert stopped(fatigue=1.0) > stopped()


def test_rule_size_neighbours_and_windfalls_change_the_chance():
    rule = AROUND.rule(2010)
    p = still(innovation=0.1, right_effect=-3.0)
    raised = np.mean([one_year(p, all_at(NEVER, p, s), s)[1].state == DISCUSSED for s in range(20)], axis=0)
    assert raised[rule == RIGHT].mean() < 0.02 < raised[rule == LEFT].mean()
    p = still(innovation=0.1, size_effect=1.0)
    raised = np.mean([one_year(p, all_at(NEVER, p, s), s)[1].state == DISCUSSED for s in range(20)], axis=0)
    assert raised[AROUND.size > 1].mean() > 2 * raised[AROUND.size < -1].mean()
    p = still(fund_rate=0.1, windfall_effect=2.0)
    funded = [(one_year(p, all_at(WORKING, p), windfall=w)[1].state == FUNDED).mean() for w in (0.0, 1.0)]
    assert funded[1] > 3 * funded[0]


def test_neighbours_count_by_hand_and_halmstad_borders_on_laholm():
    starts, rows = borders(COUNTRY.codes)
    halmstad = COUNTRY.names.index("Halmstad")
    near = {COUNTRY.names[m] for m in rows[starts[halmstad] : starts[halmstad + 1]]}
    assert {"Laholm", "Falkenberg", "Hylte"} <= near
    active = np.zeros(N, np.bool_)
    active[COUNTRY.names.index("Laholm")] = True
    assert neighbours_active(AROUND, active)[halmstad] == pytest.approx(1 / len(near))
    assert neighbours_active(AROUND, np.ones(N, np.bool_)) == pytest.approx(np.ones(N))


def test_the_network_is_the_same_neighbourhood_and_holds_agents():
    codes = part(COUNTRY, ["13"]).codes
    world = mesa.Model(rng=1)
    agents = [mesa.Agent(world) for _ in codes]
    space = network(codes, agents)
    starts, rows = borders(codes)
    for m in range(len(codes)):
        near = {cell.coordinate for cell in space[m].neighborhood}
        assert near == set(rows[starts[m] : starts[m + 1]].tolist())
        assert space[m].agents == [agents[m]]


def test_only_what_is_new_is_talked_about():
    p = still()
    practice = all_at(WORKING, p)
    practice.since[:] = 2010
    assert talked_about(practice, 2012) == 1.0
    assert talked_about(practice, 2014) == 0.0
    practice.state[:] = DISCUSSED
    assert talked_about(practice, 2012) == 0.0


def test_results_at_home_count_in_full_and_a_centre_pools_what_others_hide():
    p = still()
    practice = all_at(FUNDED, p)
    halmstad, laholm = COUNTRY.names.index("Halmstad"), COUNTRY.names.index("Laholm")
    practice.result[laholm], practice.told[laholm] = -1, False
    assert seen_results(practice, AROUND, p)[laholm] == -1.0
    assert seen_results(practice, AROUND, p)[halmstad] == 0.0  # nobody told
    assert seen_results(practice, AROUND, still(centre=1.0))[halmstad] == -1.0
    practice.told[laholm] = True
    assert seen_results(practice, AROUND, p)[halmstad] == -0.5


def test_luck_is_the_same_in_any_order_and_in_any_part():
    codes = AROUND.codes
    assert (luck(5, 2011, codes[::-1]) == luck(5, 2011, codes)[::-1]).all()
    assert (luck(5, 2011, codes[10:20]) == luck(5, 2011, codes)[10:20]).all()
    assert (luck(5, 2011, codes) != luck(5, 2012, codes)).all()
    assert 0.0 < luck(5, 2011, codes).min() < 0.01 < 0.99 < luck(5, 2011, codes).max() < 1.0


def test_a_history_depends_on_its_seed_alone():
    again = [history(COUNTRY, P, seed)[1] for seed in (1, 1, 2)]
    assert all((a.state == b.state).all() for a, b in zip(again[0], again[1], strict=True))
    assert any((a.state != b.state).any() for a, b in zip(again[0], again[2], strict=True))


MONEY = ("voluntary", "fund_multiple")  # what a fund is worth: see test_economy


@pytest.mark.parametrize("name", [f.name for f in fields(DiffusionParameters) if f.name not in MONEY])
def test_every_parameter_moves_some_history(name):
    value = getattr(P, name)
    ends = load_scenario().quantities[f"diffusion.{name}"].range
    other = tuple(reversed(value)) if isinstance(value, tuple) else max(ends, key=lambda end: abs(end - value))
    changed = replace(P, **{name: other})
    pairs = [(history(COUNTRY, P, s)[1], history(COUNTRY, changed, s)[1]) for s in range(8)]
    assert any(
        (a.state != b.state).any() or (a.reason != b.reason).any()
        for one, two in pairs
        for a, b in zip(one, two, strict=True)
    ), f"diffusion.{name} changes nothing"


def test_years_that_happened_have_two_windfalls_and_a_mean_of_nothing():
    z = np.array([each for each, _ in good_years().values()])
    assert list(good_years()) == list(range(2005, 2019))
    assert [year for year, (_, fell) in good_years().items() if fell] == [2012, 2013]
    assert z.mean() == pytest.approx(0.0)
    assert z.std() == pytest.approx(1.0)
    assert good_years()[2017][0] == z.max()


def test_a_run_of_a_part_lives_with_the_whole_country():
    small, whole = part(COUNTRY, ["10"]), COUNTRY
    one, all_of_it = (open_spread(places, P, 4, 2020) for places in (small, whole))
    rows = [whole.codes.index(code) for code in small.codes]
    assert (one.funded == all_of_it.funded[rows]).all()
    for year in range(2020, 2026):
        a, b = (live(each, year, np.zeros(each.rows.size), windfall=False) for each in (one, all_of_it))
        assert (a.state == b.state).all()


def test_results_of_the_run_are_heard():
    spread = open_spread(part(COUNTRY, ["10"]), P, 4, 2020)
    report(spread, np.array([0, 1, 2]), np.array([True, False, False]), np.array([True, True, False]))
    assert spread.practice.result[spread.rows[:3]].tolist() == [1, -1, -1]
    assert spread.practice.told[spread.rows[:3]].tolist() == [True, True, False]


def test_a_changed_place_is_laid_over_the_country():
    small = part(COUNTRY, ["10"])
    other = replace(small, population=(99_999, *small.population[1:]))
    country = whole_country(other)
    assert country.population[COUNTRY.codes.index(small.codes[0])] == 99_999
    assert sum(country.population) == sum(COUNTRY.population) - small.population[0] + 99_999
    assert country.facts == COUNTRY.facts
