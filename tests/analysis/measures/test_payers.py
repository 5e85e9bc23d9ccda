"""Who pays, receives and saves against status quo, and when money comes back, by hand."""

import numpy as np
import pandas as pd
import pytest

from stupror.analysis.measures import lifetime, outcomes, payers, people
from tests.analysis.world import tables


@pytest.fixture(scope="module")
def world():
    return tables()


def row(frame, **at):
    for column, value in at.items():
        frame = frame[frame[column] == value]
    assert len(frame) == 1
    return frame.iloc[0]


def test_the_fund_is_paid_by_municipalities_and_refunded_by_the_state(world):
    flows = payers.flows_by_group(world, rate=0.0)
    mine = row(flows, design="fund", seed=1, group="municipality")
    assert (mine["pays_sek"], mine["receives_sek"], mine["saves_sek"], mine["net_sek"]) == (100, 30, 80, 10)
    state = row(flows, design="fund", seed=1, group="state")
    assert (state["pays_sek"], state["receives_sek"], state["saves_sek"], state["net_sek"]) == (30, 0, 160, 130)


def test_of_a_gain_everywhere_municipalities_and_regions_keep_the_tax(world):
    tax = world["costs"].iloc[:1].assign(payer="central_tax", kind="tax_forgone", untreated_sek=100)
    rows = [tax.assign(design=name, actual_sek=left) for name, left in (("status-quo", 100), ("fund", 50))]
    taxed = world | {"costs": pd.concat([world["costs"], *rows], ignore_index=True)}
    gain = payers.nationwide(taxed, 0.0)
    found = {group: row(gain, design="fund", seed=1, group=group)["net_sek"] for group in lifetime.GROUPS}
    # alone 10 for municipalities, 0 for regions and 130 + 50 for the state; of the 50 it gives 15 and 10 back
    assert found == pytest.approx({"municipality": 25, "region": 10, "state": 155})
    alone = payers.against_base(payers.flows_by_group(taxed, 0.0), ["net_sek"], ["group"])
    whole = [frame.groupby(["design", "seed"])["net_sek"].sum() for frame in (gain, alone)]
    pd.testing.assert_series_equal(*whole)  # public payers together gain the same
    same = payers.against_base(payers.flows_by_group(world, 0.0), ["net_sek"], ["group"])
    pd.testing.assert_frame_equal(payers.nationwide(world, 0.0), same)  # nobody comes to work


def test_money_between_pockets_of_one_group_is_neither_paid_nor_received(world):
    own = world["payments"].iloc[[0]].assign(payer="social", receiver="municipal_fund", purpose="repayment")
    more = world | {"payments": pd.concat([world["payments"], own], ignore_index=True)}
    pd.testing.assert_frame_equal(payers.flows_by_group(more, 0.03), payers.flows_by_group(world, 0.03))


def test_saves_less_pays_and_with_receives_is_the_gain(world):
    net = payers.against_base(payers.flows_by_group(world, 0.03), ["net_sek"], ["group"])
    gain = lifetime.gain_by_group(world, 0.03)
    both = net.merge(gain, on=["design", "seed", "group"])
    assert len(both) == len(gain) > 0
    assert both["net_sek"].to_numpy() == pytest.approx(both["gain_sek"].to_numpy())


def test_status_quo_itself_is_no_row_of_a_difference(world):
    assert set(payers.running_net(world)["design"]) == {"fund", "planner"}
    assert payers.running_net(tables(("fund", "planner"))).empty


def test_payback_is_against_status_quo(world):
    # municipality under fund: 40 - 100 = -60 in 2020, -60 + 40 + 30 = 10 in 2021: behind by 60, back after one year
    mine = row(payers.turning(payers.running_net(world)), design="fund", seed=1, group="municipality")
    assert (mine["peak_sek"], mine["peak_year"], mine["years"], mine["moved"]) == (-60, 2020, 1, True)
    # were the same programme paid and its saving had in status quo as well, nothing would differ
    same = pd.concat(
        [world["payments"], world["payments"][world["payments"]["design"] == "fund"].assign(design="status-quo")]
    )
    fund = world["costs"][world["costs"]["design"] == "fund"].assign(design="status-quo")
    costs = pd.concat([world["costs"][world["costs"]["design"] != "status-quo"], fund])
    turned = payers.turning(payers.running_net(world | {"payments": same, "costs": costs}))
    assert not row(turned, design="fund", seed=1, group="municipality")["moved"]


def test_outcomes_of_the_first_years_differ_by_what_a_payer_is_behind(world, monkeypatch):
    monkeypatch.setattr(outcomes, "WITHIN", (1, 2))
    levels = pd.DataFrame({"year": [2020], "level": ["none"], "actual": [10]})

    def of(design):
        mine = {name: table[(table["design"] == design) & (table["seed"] == 1)] for name, table in world.items()}
        return outcomes.outcomes(mine | {"levels": levels}, 0.03, 0.035)

    fund, base = of("fund"), of("status-quo")
    running = payers.running_net(world)
    for group, by_year in {"municipality": (-60, 10), "region": (0, 0), "state": (80, 130)}.items():
        mine = running[(running["design"] == "fund") & (running["seed"] == 1) & (running["group"] == group)]
        assert tuple(mine["net_sek"]) == by_year
        behind = tuple(10 * (base[f"cost_{group}_{years}"] - fund[f"cost_{group}_{years}"]) for years in (1, 2))
        assert behind == pytest.approx(by_year), group


@pytest.mark.parametrize(
    ("by_year", "years", "peak"),
    [
        ([-60, 70], 1, -60),
        ([-60, 70, -30, 40], 3, -60),  # -60, 10, -20, 20: ahead for good from year 3
        ([-60, 30], np.nan, -60),
        ([0, 5], 0, 0),
        ([5, -30, 10], np.nan, -25),
    ],
)
def test_money_is_back_when_the_running_sum_is_no_longer_negative_for_good(by_year, years, peak):
    net = np.cumsum(by_year)
    running = pd.DataFrame(
        {"design": "d", "seed": 1, "group": "state", "year": range(2020, 2020 + len(net)), "net_sek": net}
    )
    turned = payers.turning(running).iloc[0]
    assert turned["years"] == pytest.approx(years, nan_ok=True)
    assert turned["peak_sek"] == peak


def test_people_are_counted_against_status_quo(world):
    placed = world["children"].assign(level="placed", children=[10, 10, 6, 7, 0, 0])
    school = pd.DataFrame(
        {
            "design": ["status-quo", "fund"],
            "seed": 1,
            "year": 2020,
            "municipality": "",
            "pupils": 9,
            "not_eligible": [4, 1],
        }
    )
    counted = people.people(world | {"children": placed, "school": school})
    found = people.against_base(counted).set_index(["design", "seed"])
    assert found["placement_years"].to_dict() == {
        ("fund", 1): -4, ("fund", 2): -3, ("planner", 1): -10, ("planner", 2): -10
    }  # fmt: skip
    assert found.loc[("fund", 1), "not_eligible"] == -3
    assert "not_eligible" not in people.people(world)  # tables of an older version do not have it
