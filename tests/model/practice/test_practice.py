"""How the practice spreads: one step by hand, laws that hold in any world, the same luck in any order."""

from dataclasses import fields, replace

import mesa
import numpy as np
import pytest

from stupror.model.inputs.parameters import DiffusionParameters
from stupror.model.inputs.places import part, sweden
from stupror.model.inputs.scenario import load_scenario
from stupror.model.money.economy import economy
from stupror.model.practice import (
    CONTRACTS,
    DISCUSSED,
    FIRST_YEAR,
    FUNDED,
    NEVER,
    REASONS,
    STATES,
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
from stupror.model.practice.in_run import live, open_spread, report, whole_country

COUNTRY = sweden()
AROUND = surroundings(COUNTRY)
TOWNS, REGIONS = AROUND.municipalities, AROUND.regions
SPEC = load_scenario()
P = SPEC.diffusion
N = len(COUNTRY.codes)
LEFT, RIGHT = 0, 1
UNKNOWN, NOT_INTERESTED, INTERESTED, TALKS, INTERNAL, EXTERNAL = range(len(CONTRACTS))


def still(**changes):
    """Parameters under which nothing happens, but for the changes."""
    none = {f.name: 0.0 for f in fields(DiffusionParameters)} | {"stop_reasons": (0.2,) * 5, "open_share": 1.0}
    return DiffusionParameters(**(none | changes))


def one_year(p, country=None, seed=3, year=2010, good=0.0, windfall=0.0):
    country = country or begin(AROUND, p, seed)
    return country, move(country, AROUND, p, seed, year, np.full(N, good), np.full(N, windfall))


def all_at(state, p, seed=3):
    """A country where every municipality and every region is at `state`."""
    country = begin(AROUND, p, seed)
    for practice in (country.municipalities, country.regions):
        practice.state[:] = state
        practice.money_since[:] = 2005 if state == FUNDED else 0
    return country


def row(name):
    return COUNTRY.names.index(name)


def region(county):
    return REGIONS.codes.tolist().index(int(county))


def test_it_begins_with_the_first_movers_and_stays_so_if_nothing_happens():
    country, years = history(COUNTRY, still(), 1)
    first = {COUNTRY.names[i] for i in np.flatnonzero(years[0].new_fund)}
    assert first == {"Nynäshamn", "Vara", "Arvidsjaur", "Vårgårda"}
    assert all((each.state == years[0].state).all() for each in years)
    assert country.municipalities.funded.sum() == len(first_movers()) == 4
    assert not country.regions.raised.any()
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
    country, happened = one_year(p, all_at(state, p))
    assert (happened.state == goal).all()
    assert (happened.regions == goal).all()
    for practice in (country.municipalities, country.regions):
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
    rule = TOWNS.rule(2010)
    p = still(innovation=0.1, right_effect=-3.0)
    raised = np.mean([one_year(p, all_at(NEVER, p, s), s)[1].state == DISCUSSED for s in range(20)], axis=0)
    assert raised[rule == RIGHT].mean() < 0.02 < raised[rule == LEFT].mean()
    p = still(innovation=0.1, size_effect=1.0)
    raised = np.mean([one_year(p, all_at(NEVER, p, s), s)[1].state == DISCUSSED for s in range(20)], axis=0)
    assert raised[TOWNS.size > 1].mean() > 2 * raised[TOWNS.size < -1].mean()
    p = still(fund_rate=0.1, windfall_effect=2.0)
    funded = [(one_year(p, all_at(WORKING, p), windfall=w)[1].state == FUNDED).mean() for w in (0.0, 1.0)]
    assert funded[1] > 3 * funded[0]


def test_neighbours_count_by_hand_and_halmstad_borders_on_laholm():
    starts, rows = borders(COUNTRY.codes)
    halmstad = row("Halmstad")
    near = rows[starts[halmstad] : starts[halmstad + 1]]
    assert {"Laholm", "Falkenberg", "Hylte"} <= {COUNTRY.names[m] for m in near}
    active = np.zeros(N, np.bool_)
    active[row("Laholm")] = True
    alike, people = np.ones(N), AROUND.people
    assert neighbours_active(TOWNS, alike, active)[halmstad] == pytest.approx(1 / len(near))
    by_people = people[row("Laholm")] / people[near].sum()
    assert neighbours_active(TOWNS, people, active)[halmstad] == pytest.approx(by_people)
    assert neighbours_active(TOWNS, alike, np.ones(N, np.bool_)) == pytest.approx(np.ones(N))


def test_a_large_pioneer_is_heard_of_more_than_a_small_one():
    for pioneer, more in (("Norrköping", True), ("Valdemarsvik", False)):
        active = np.zeros(N, np.bool_)
        active[row(pioneer)] = True
        near = [neighbours_active(TOWNS, weight, active)[row("Söderköping")] for weight in (np.ones(N), AROUND.people)]
        assert (near[1] > near[0] > 0.0) == more


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
    practice = all_at(WORKING, p).municipalities
    practice.since[:] = 2010
    assert talked_about(practice, 2012) == 1.0
    assert talked_about(practice, 2014) == 0.0
    practice.state[:] = DISCUSSED
    assert talked_about(practice, 2012) == 0.0


def test_results_at_home_count_in_full_and_a_centre_pools_what_others_hide():
    practice = all_at(FUNDED, still()).municipalities
    halmstad, laholm = row("Halmstad"), row("Laholm")

    def seen(at, **changes):
        return seen_results(practice, TOWNS, practice, np.ones(N), still(**changes))[at]

    practice.result[laholm], practice.told[laholm] = -1, False
    assert seen(laholm) == -1.0
    assert seen(halmstad) == 0.0  # nobody told
    assert seen(halmstad, centre=1.0) == -1.0
    practice.told[laholm] = True
    assert seen(halmstad) == -0.5


def test_luck_is_the_same_in_any_order_and_in_any_part():
    codes = TOWNS.codes
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
    assert any(told(P, s) != told(changed, s) for s in range(8)), f"diffusion.{name} changes nothing"


def told(p, seed):
    """All that a history tells, as bytes."""
    years = history(COUNTRY, p, seed, around=AROUND)[1]
    return b"".join(a.tobytes() for each in years for a in (each.state, each.reason, each.regions, each.contracts))


# ---------------------------------------------------------------------- regions


def test_there_are_twenty_regions_and_gotland_has_none():
    assert REGIONS.codes.size == 20
    assert AROUND.region[row("Gotland")] == 20  # the row after the last
    assert AROUND.region[row("Halmstad")] == region("13")
    assert REGIONS.size.mean() == pytest.approx(0.0)
    assert REGIONS.size.argmax() == region("01")
    assert set(REGIONS.codes) & set(TOWNS.codes) == set()


def test_a_region_hears_of_its_own_county_by_inhabitants():
    active = np.zeros(N, np.bool_)
    active[row("Karlskrona")] = True
    heard = neighbours_active(REGIONS, AROUND.people, active)
    county = np.asarray(COUNTRY.county_codes) == "10"
    assert heard[region("10")] == pytest.approx(AROUND.people[row("Karlskrona")] / AROUND.people[county].sum())
    assert np.delete(heard, region("10")) == pytest.approx(0.0)
    assert neighbours_active(REGIONS, np.ones(N), active)[region("10")] == pytest.approx(1 / 5)


def test_an_active_region_pushes_its_own_county_and_nobody_else():
    p = still(innovation=0.05, region_effect=2.0)

    def raised(active):
        country = all_at(NEVER, p)
        country.regions.state[region("14")] = WORKING if active else NEVER
        return one_year(p, country)[1].state == DISCUSSED

    with_it, without = raised(True), raised(False)
    county = np.asarray(COUNTRY.county_codes) == "14"
    assert (with_it[~county] == without[~county]).all()
    assert (with_it[county] >= without[county]).all()
    assert with_it[county].sum() > 2 * without[county].sum()


def test_active_municipalities_push_their_region():
    p = still(innovation=0.05, neighbour_effect=3.0)

    def raised(state):
        count = 0
        for seed in range(20):
            country = all_at(NEVER, p, seed)
            country.municipalities.state[:] = state
            count += (one_year(p, country, seed)[1].regions == DISCUSSED).sum()
        return count

    assert raised(WORKING) > 5 * raised(DISCUSSED) > 0


def test_luck_of_a_region_is_its_own_whoever_is_in_the_run():
    small = surroundings(part(COUNTRY, ["10", "0980"]))
    assert small.regions.codes.tolist() == [10]  # Gotland adds none
    assert (luck(5, 2011, small.regions.codes) == luck(5, 2011, REGIONS.codes)[region("10")]).all()
    alone = begin(small, P, 5).regions
    assert alone.open == begin(AROUND, P, 5).regions.open[region("10")]
    p = still(innovation=0.3, size_effect=0.3)
    one, two = (history(places, p, 5, 2012)[1] for places in (part(COUNTRY, ["10"]), COUNTRY))
    assert [a.regions[0] for a in one] == [b.regions[region("10")] for b in two]


# ---------------------------------------------------------------------- outcome contracts


@pytest.mark.parametrize(
    ("at", "practice", "rates", "goal"),
    [
        (UNKNOWN, DISCUSSED, {"contract_hear": 99.0, "contract_interest": 1.0}, INTERESTED),
        (UNKNOWN, DISCUSSED, {"contract_hear": 99.0}, NOT_INTERESTED),
        (UNKNOWN, NEVER, {"contract_hear": 99.0}, UNKNOWN),
        (INTERESTED, WORKING, {"contract_talk": 99.0}, TALKS),
        (INTERESTED, DISCUSSED, {"contract_talk": 99.0}, INTERESTED),
        (NOT_INTERESTED, WORKING, {"contract_talk": 99.0}, NOT_INTERESTED),
        (TALKS, FUNDED, {"contract_sign": 99.0, "contract_internal": 1.0}, INTERNAL),
        (TALKS, FUNDED, {"contract_sign": 99.0}, EXTERNAL),
        (TALKS, STOPPED, {"contract_sign": 99.0}, INTERESTED),
        (INTERNAL, STOPPED, {"contract_sign": 99.0, "contract_talk": 99.0}, INTERNAL),
    ],
)
def test_outcome_contracts_take_one_step_a_year_and_only_where_they_can(at, practice, rates, goal):
    p = still(**rates)
    country = all_at(practice, p)
    country.contracts[:] = at
    assert (one_year(p, country, year=2015)[1].contracts == goal).all()


def test_nobody_hears_of_outcome_contracts_before_there_was_one():
    p = still(contract_hear=99.0)
    assert not one_year(p, all_at(WORKING, p), year=2009)[1].contracts.any()
    assert one_year(p, all_at(WORKING, p), year=2010)[1].contracts.all()


def test_outcome_contracts_move_nothing_else():
    other = replace(P, contract_hear=1.0, contract_talk=1.0, contract_sign=1.0)
    one, two = (history(COUNTRY, p, 4)[1] for p in (P, other))
    assert all((a.state == b.state).all() and (a.regions == b.regions).all() for a, b in zip(one, two, strict=True))
    assert (one[-1].contracts != two[-1].contracts).any()


# ---------------------------------------------------------------------- the years, and runs


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
    luck = [economy(SPEC.budget, 4, 6, each.around.municipalities.codes, 2020) for each in (one, all_of_it)]
    for t in range(6):
        a, b = (
            live(each, 2020 + t, sky.good(SPEC.budget, t), windfall=bool(sky.windfall[t]))
            for each, sky in zip((one, all_of_it), luck, strict=True)
        )
        assert (a.state == b.state).all()
        assert (a.regions == b.regions).all()
    assert luck[0].good(SPEC.budget, 0).std() > 0.5


def test_results_of_the_run_are_heard():
    spread = open_spread(part(COUNTRY, ["10"]), P, 4, 2020)
    own = spread.country.regions.result[spread.around.region[spread.rows[0]]]
    worth, told = np.array([True, False, False]), np.array([True, True, False])
    report(spread, np.array([0, 1, 2]), np.zeros(3, bool), worth, told)
    assert spread.practice.result[spread.rows[:3]].tolist() == [1, -1, -1]
    assert spread.practice.told[spread.rows[:3]].tolist() == [True, True, False]
    assert spread.country.regions.result[spread.around.region[spread.rows[0]]] == own


def test_results_of_a_region_are_its_own_and_gotland_has_none():
    spread = open_spread(part(COUNTRY, ["10", "09"]), P, 4, 2020)
    before = spread.practice.result.copy()
    rows = np.array([spread.rows.size - 1 - i for i in range(spread.rows.size)])
    report(spread, rows, np.ones(rows.size, bool), np.ones(rows.size, bool), np.ones(rows.size, bool))
    assert (spread.practice.result == before).all()
    blekinge = spread.around.regions.codes.tolist().index(10)
    assert spread.country.regions.result[blekinge] == 1
    assert spread.country.regions.told[blekinge]


def test_a_changed_place_is_laid_over_the_country():
    small = part(COUNTRY, ["10"])
    other = replace(small, population=(99_999, *small.population[1:]))
    country = whole_country(other)
    assert country.population[COUNTRY.codes.index(small.codes[0])] == 99_999
    assert sum(country.population) == sum(COUNTRY.population) - small.population[0] + 99_999
    assert country.facts == COUNTRY.facts


def test_what_is_stated_takes_the_place_of_the_history_there_and_nowhere_else():
    small = part(COUNTRY, ["10"])
    stated = replace(small, stated=(("1082", STATES[FUNDED]), ("10", STATES[WORKING]), ("1060", STATES[NEVER])))
    plain, said = (open_spread(places, P, 4, 2020) for places in (small, stated))
    at = small.codes.index("1082")
    assert said.funded[at]
    assert said.practice.money_since[said.rows[at]] == 2019
    assert said.practice.state[said.rows[small.codes.index("1060")]] == NEVER
    assert said.country.regions.state[said.around.region[said.rows[0]]] == WORKING
    others = np.setdiff1d(np.arange(N), said.rows)
    assert (said.practice.state[others] == plain.practice.state[others]).all()
    assert part(stated, ["1082"]).stated == stated.stated
    assert replace(SPEC, places=stated).hash() != replace(SPEC, places=small).hash()
