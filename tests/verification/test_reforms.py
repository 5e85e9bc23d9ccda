"""Numbers that change from a year on, in runs: nothing before the year, and to the krona what was said from it on."""

from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from worlds import county, eager, world

from stupror.model.bodies.mandates import mandates_of
from stupror.model.children.prices import PAYER
from stupror.model.inputs.scenario import load_scenario, select
from stupror.model.money.budgets import expected_costs

YEAR, YEARS = 2023, 6  # of the change, and of the run from 2020 on
PLACED, PAID = "costs.placement-13-17.amount", 725_000  # to social services, prices of 2016


def dated(spec, *changes):
    """The scenario with these changes from YEAR on."""
    told = [{"from": YEAR, "source": "test"} | each for each in changes]
    return replace(spec, dated=load_scenario({"changes": told}).dated)


@cache
def untouched():
    """Gotland without any programme: nobody has capacity for one, so that lives are the same whatever a price is."""
    return select(load_scenario(), ["09"]).replace("committee.capacity", 0.0)


@cache
def tables(kind):
    """Tables of Gotland without programmes: as built in, with dearer placements from YEAR on, or with these always."""
    spec = untouched()
    if kind == "dearer":
        spec = dated(spec, {"path": PLACED, "value": [0, 0, 0, 0, 2 * PAID], "price_year": 2016})
    if kind == "always":
        spec = spec.replace(PLACED, (0, 0, 0, 0, 2 * PAID))
    return world(spec, "status-quo", years=YEARS).tables()


def test_a_price_counts_from_its_year_on_to_the_krona():
    """All that differs is the price of the placed at 13-17, so the difference is their number times that."""
    plain, dearer = (tables(kind)["costs"] for kind in ("plain", "dearer"))
    more = dearer["actual_sek"] - plain["actual_sek"]
    simulated = plain["phase"] == "simulated"
    assert not more[simulated & (plain["year"] < YEAR)].any()
    spec = untouched()
    price = next(row.amount[4] for row in spec.costs if row.name == "placement-13-17")  # whole SEK of 2020
    doubled = next(
        row.amount[4] for row in spec.replace(PLACED, (0, 0, 0, 0, 2 * PAID)).costs if row.name == "placement-13-17"
    )
    lives = tables("plain")["children"]
    placed = lives.query("level == 'placed' and 13 <= age <= 17").groupby("year")["children"].sum()
    by_year = more[simulated & (plain["year"] >= YEAR)].groupby(plain["year"]).sum()
    assert by_year.to_dict() == {year: (doubled - price) * placed[year] for year in range(YEAR, 2020 + YEARS)}
    assert by_year.min() > 0
    touched = plain[more != 0]
    assert set(touched["payer"]) == {"social"}
    assert touched["age"].between(13, 17).all()


def test_what_comes_after_the_last_year_is_at_the_prices_of_the_last_year():
    dearer, always = (tables(kind)["costs"] for kind in ("dearer", "always"))
    late = dearer["phase"] == "expected"
    assert late.any()
    assert dearer[late].equals(always[late])
    assert not dearer[late]["actual_sek"].equals(tables("plain")["costs"][late]["actual_sek"])


def test_the_ledger_pays_the_price_of_the_year_and_frames_follow_it():
    plain, dearer, always = (
        tables(kind)["bodies"].query("body == 'social'").set_index("year") for kind in ("plain", "dearer", "always")
    )
    assert plain.loc[: YEAR - 1].equals(dearer.loc[: YEAR - 1])
    assert dearer.loc[YEAR:, "mandatory_sek"].equals(always.loc[YEAR:, "mandatory_sek"])
    up = dearer.loc[YEAR, "frame_sek"] / plain.loc[YEAR, "frame_sek"]
    cost = dearer.loc[YEAR, "mandatory_sek"] / plain.loc[YEAR, "mandatory_sek"]
    assert up > 1.02
    assert abs(up - cost) < 0.02  # money comes with the price, but for luck

    spec = untouched()
    model = world(dated(spec, {"path": PLACED, "factor": 2.0}), "status-quo", years=YEARS)
    other = world(spec.replace(PLACED, (0, 0, 0, 0, 2 * PAID)), "status-quo", years=YEARS)
    ahead = expected_costs(other.world, other.state.children.population, 2019, YEARS + 1)["social"]
    found, at = model.state.books.budgets.expected["social"], YEAR - 2020 + 1
    assert np.array_equal(found[at:], ahead[at:])
    assert (found[:at] < ahead[:at]).all()


def test_a_programme_costs_what_it_did_when_its_project_began():
    spec = eager().replace("project.recruited", 1.0).replace("project.drop_out", 0.0)
    spec = dated(spec, {"path": "interventions.parenting.cost", "factor": 2.0})
    model = world(spec, "municipal-fund", years=YEARS)
    price = round(next(item.cost for item in eager().interventions if item.name == "parenting"))
    long = next(item.duration for item in eager().interventions if item.name == "parenting")
    mine = model.tables()["projects"].query("intervention == 'parenting'")
    before, after = mine[mine["year"] < YEAR], mine[mine["year"] >= YEAR]
    assert len(before) > 3
    assert len(after) > 3
    assert (before["cost_sek"] == before["children"] * price * long).all()
    assert (after["cost_sek"] == after["children"] * 2 * price * long).all()
    enrolled = model.tables()["enrolment"].query("intervention == 'parenting'").groupby("year")
    assert enrolled["cost_sek"].sum().tolist() == mine.groupby("year")["cost_sek"].sum().tolist()


def test_nobody_foresees_a_change_and_everybody_reckons_with_it_from_its_year_on():
    reform = {"path": "committee.horizon", "value": 12.0}
    low = eager().replace("committee.horizon", 3.0)
    plain, changed = (world(spec, "municipal-fund", years=YEARS) for spec in (low, dated(low, reform)))
    one, other = (model.tables()["projects"] for model in (plain, changed))
    assert one[one["year"] < YEAR].groupby("year")["children"].sum().tolist() == (
        other[other["year"] < YEAR].groupby("year")["children"].sum().tolist()
    )
    assert one["children"].sum() < other["children"].sum()

    always = world(low.replace("committee.horizon", 12.0), "municipal-fund", years=1)
    for kind, mandate in mandates_of(always.world).items():
        assert np.array_equal(changed.state.bodies.mandates[kind].horizon, mandate.horizon)
    worth, wanted = changed.state.bodies.views[0].worth, always.state.bodies.views[0].worth
    assert all(np.array_equal(worth[body], wanted[body]) for body in wanted)


def test_what_municipalities_and_others_save_is_at_the_price_of_each_year():
    """The table by municipality must come to that by payer, before the change and after it."""
    spec = dated(eager(), {"path": PLACED, "factor": 3.0})
    found = world(spec, "municipal-fund", years=YEARS).tables()
    costs = found["costs"][(found["costs"]["phase"] == "simulated") & found["costs"]["payer"].isin(PAYER)]
    saved = costs["untreated_sek"].sum() - costs["actual_sek"].sum()
    assert found["municipalities"][["own_saving_sek", "others_saving_sek"]].sum().sum() == saved != 0


def test_a_contract_measures_in_the_prices_of_the_first_year():
    """Lives of those who joined in the first year are the same in both worlds, and so is what they were measured at."""
    spec = eager().replace("project.follow_up_years", 5)
    plain = world(spec, "state-outcomes-fund", years=YEARS)
    dearer = world(dated(spec, {"path": PLACED, "factor": 2.0}), "state-outcomes-fund", years=YEARS)
    assert np.array_equal(plain.world.yardsticks.values, dearer.world.yardsticks.values)
    assert not np.array_equal(plain.world.costs.amount, dearer.world.costs.amount)
    social = PAYER["social"]
    assert (dearer.world.costs_in(YEAR - 1).by_payer == plain.world.costs.by_payer).all()
    assert dearer.world.costs_in(YEAR).by_payer[15, 4, social] > plain.world.costs.by_payer[15, 4, social]
    first = plain.state.projects.start_year == 2020
    assert first.sum() > 3
    assert np.array_equal(plain.state.projects.sums[first], dearer.state.projects.sums[: first.size][first])


@pytest.mark.parametrize("year", [2020, 2015])
def test_what_changed_before_the_first_year_is_as_if_it_had_always_been_so(year):
    told = {"from": year, "path": "committee.horizon", "value": 8, "source": "test"}
    early = select(load_scenario({"changes": [told]}), ["09"])
    always = select(load_scenario(), ["09"]).replace("committee.horizon", 8)
    one, other = (world(spec, "municipal-fund", years=3).tables() for spec in (early, always))
    assert all(one[name].equals(other[name]) for name in one if name != "runs")


def test_a_change_to_the_same_value_changes_no_byte():
    same = {"path": PLACED, "value": [0, 0, 0, 0, PAID], "price_year": 2016}
    one = world(county("09"), "municipal-fund", years=YEARS).tables()
    other = world(dated(county("09"), same), "municipal-fund", years=YEARS, threads=2).tables()
    assert all(one[name].equals(other[name]) for name in one if name != "runs")
    assert one["runs"]["scenario_hash"][0] != other["runs"]["scenario_hash"][0]


REFORMS = (
    {"path": "interventions.parenting.cost", "factor": 1.7},
    {"path": PLACED, "factor": 1.3},
    {"path": "board.fund_share", "factor": 2.0},
    {"path": "service.ended", "factor": 3.0},
    {"path": "budget.restoration_years", "value": 5},
    {"path": "project.application_cost", "factor": 4.0},
    {"path": "committee.ratchet", "value": 0.9},
    {"path": "choice.reluctance", "value": 0.2},
)


@pytest.mark.parametrize(
    "design",
    ["municipal-fund-repayment", "regional-fund", "rur-fund", "sib-peterborough", "state-outcomes-fund", "tax-revenue"],
)
def test_books_balance_through_a_reform(design):
    """A run stops at the first krona that is lost; a design that a reform finds half-way pays on."""
    plain = world(eager(), design, years=YEARS).tables()
    found = world(dated(eager(), *REFORMS), design, years=YEARS).tables()
    before = (each[each["year"] < YEAR].reset_index(drop=True) for each in (plain["payments"], found["payments"]))
    assert next(before).equals(next(before))
    assert not plain["payments"].equals(found["payments"])
