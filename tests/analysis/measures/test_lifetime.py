"""Measures against arithmetic that is written out beside them (the world is in `world.py`)."""

import numpy as np
import pandas as pd
import pytest

from stupror.analysis.measures import lifetime, savings
from tests.analysis.world import tables


@pytest.fixture(scope="module")
def world():
    return tables()


def of(frame, column, design, **where):
    for key, value in where.items():
        frame = frame[frame[key] == value]
    return frame[(frame["design"] == design) & (frame["seed"] == 1)][column].item()


def test_lifetime_cost_adds_lives_and_what_was_paid_less_received(world):
    cost = lifetime.lifetime_cost(world, rate=0.25)
    # municipality under `fund`: (1000-40) + (1000-40)/1.25 + 100 - 30/1.25 = 960 + 768 + 100 - 24
    assert of(cost, "pv_sek", "fund", group="municipality") == pytest.approx(1804)
    # state: (500-80) + (500-80)/1.25 + 30/1.25 = 420 + 336 + 24
    assert of(cost, "pv_sek", "fund", group="state") == pytest.approx(780)
    assert of(cost, "per_child_sek", "fund", group="state") == pytest.approx(78)


def test_totals_are_sums_of_parts_by_payer(world):
    parts = lifetime.lifetime_cost(world, 0.03).groupby(["design", "seed"])["pv_sek"].sum()
    whole = lifetime.public_cost(world, 0.03).set_index(["design", "seed"])["pv_sek"]
    assert parts.to_dict() == pytest.approx(whole.to_dict())
    gains = lifetime.gain_by_group(world, 0.03).groupby(["design", "seed"])["gain_sek"].sum()
    change = lifetime.change_per_child(world, 0.03).set_index(["design", "seed"])["change_sek"]
    assert gains.to_dict() == pytest.approx((-10 * change).to_dict())  # ten children


def test_gains_are_paired_by_seed_so_that_a_dearer_seed_cancels_out(world):
    gain = lifetime.gain_by_group(world, rate=0.0)
    # state under fund: 2 x 80 saved - 30 paid = 130; municipality: 2 x 40 - 100 + 30 = 10; both seeds alike
    state = gain[(gain["design"] == "fund") & (gain["group"] == "state")]["gain_sek"]
    assert state.tolist() == [130, 130]
    assert of(gain, "gain_sek", "fund", group="municipality") == 10


def test_share_of_the_planners_gain(world):
    # fund: 2 x 120 - 100 = 140; planner: 2 x 240 - 100 = 380
    assert of(lifetime.share_of_planner(world, rate=0.0), "share", "fund") == pytest.approx(140 / 380)


def test_wrong_pocket_and_captured_share(world):
    assert of(savings.wrong_pocket_share(world, 0.03), "share", "fund") == pytest.approx(80 / 120)
    # within one year: the municipality's 40 of 240 in all
    assert of(savings.captured_share(world, 1, rate=0.0), "share", "fund") == pytest.approx(40 / 240)
    assert savings.wrong_pocket_share(world, 0.03)["design"].eq("status-quo").sum() == 0  # nothing saved, no share


def test_benefit_cost_by_perspective(world):
    ratio = savings.benefit_cost(world, fiscal_rate=0.0, societal_rate=0.0)
    assert of(ratio, "ratio", "fund", perspective="fiscal") == pytest.approx(240 / 100)
    # resources 2 x 120 and production 2 x 10
    assert of(ratio, "ratio", "fund", perspective="societal") == pytest.approx(260 / 100)
    assert of(ratio, "ratio", "fund", perspective="municipality") == pytest.approx(80 / 70)
    assert of(ratio, "ratio", "fund", perspective="state") == pytest.approx(160 / 30)
    assert np.isnan(of(ratio, "ratio", "status-quo", perspective="fiscal"))


def test_investment_reach_and_deadweight(world):
    invested = lifetime.investment(world)
    assert of(invested, "invested_sek", "fund") == 100
    assert of(invested, "children", "fund") == 4
    assert of(invested, "invested_sek", "status-quo") == 0
    assert of(lifetime.deadweight(world), "share", "fund") == 0.25


def test_pyramid_is_per_child_alive(world):
    frame = lifetime.pyramid(world)
    assert of(frame, "actual_sek", "fund", payer="social") == pytest.approx(96)  # 960 SEK, ten children
    assert of(frame, "untreated_sek", "fund", payer="social") == pytest.approx(100)
    assert set(frame["payer"]) <= set(lifetime.GROUP_OF)  # public payers: what households lose is no public cost
    assert "households" in set(world["costs"]["payer"])


def test_enrolment_is_summed_over_counties_and_true_levels_and_over_nothing_else(world):
    taken = world["enrolment"]
    others = [taken, taken.assign(county="20"), taken.assign(true_level="risk"), taken.assign(level="none", judged=0)]
    others.append(taken.assign(age=5))
    short = lifetime.without_ages(world | {"enrolment": pd.concat(others, ignore_index=True)})["enrolment"]
    assert not {"county", "true_level"} & set(short)
    fund = short[(short["design"] == "fund") & (short["seed"] == 1)].set_index(["age", "level"])
    assert fund["children"].to_dict() == {(4, "risk"): 12, (4, "none"): 4, (5, "risk"): 4}
    assert fund["judged"].to_dict() == {(4, "risk"): 12, (4, "none"): 0, (5, "risk"): 4}
    again = lifetime.without_ages(world | {"enrolment": short})["enrolment"]
    pd.testing.assert_frame_equal(again, short)


def test_gini_of_two_equal_municipalities_that_get_20_and_60_per_child(world):
    # mean 40; mean absolute difference over pairs (with replacement) 20; Gini = 20 / (2 x 40)
    assert of(lifetime.equity(world), "gini", "fund") == pytest.approx(0.25)


def test_gains_of_public_groups_and_households_add_up_to_that_of_society(world):
    world = with_transfers(world)
    # under fund lives save 2 x (40 + 80) public resources and 2 x 25 transfers; the programme costs 100
    public = lifetime.gain_by_group(world, rate=0.0).groupby(["design", "seed"])["gain_sek"].sum()
    household = lifetime.household_gain(world, rate=0.0).set_index(["design", "seed"])["gain_sek"]
    assert public["fund", 1] == 240 + 50 - 100
    assert household["fund", 1] == 20 - 50  # 2 x 10 more earned, 2 x 25 less in benefits
    assert (public + household)["fund", 1] == 240 + 20 - 100  # resources and production, less the programme
    assert (public + household)["planner", 1] == 480 + 40 - 100


def with_transfers(world):
    """Give the state a benefit of 300 a year, of which programmes save 25 (fund) or 50 (planner)."""
    costs = world["costs"]
    benefits = costs[costs["payer"] == "justice"].assign(payer="social_insurance", kind="transfer", untreated_sek=300)
    saved = benefits["design"].map({"status-quo": 0, "fund": 25, "planner": 50})
    return world | {"costs": pd.concat([costs, benefits.assign(actual_sek=300 - saved)], ignore_index=True)}


def test_summing_over_ages_first_changes_no_present_value(world):
    older = world["costs"].assign(age=6)
    twice = world | {"costs": pd.concat([world["costs"], older], ignore_index=True)}
    short = lifetime.without_ages(twice)
    assert len(short["costs"]) == len(world["costs"])
    for measure in (lifetime.public_cost, lifetime.household_gain, savings.wrong_pocket_share):
        pd.testing.assert_frame_equal(measure(short, 0.03), measure(twice, 0.03))
