"""Measures of contracts against arithmetic that is written out beside them (the world is in `world.py`)."""

import numpy as np
import pandas as pd
import pytest

from stupror.analysis.measures import contracts, lifetime, savings
from stupror.model.contracts.words import PARTIES
from stupror.model.inputs.parameters import PAYERS
from tests.analysis.world import tables

RUN = ["design", "seed"]


@pytest.fixture(scope="module")
def world():
    return tables()


def of(frame, column, design="fund", **where):
    for key, value in where.items():
        frame = frame[frame[key] == value]
    return frame[(frame["design"] == design) & (frame["seed"] == 1)][column].item()


def with_payments(world, *rows, design="fund"):
    """Let these be all payments of a design: (year, payer, receiver, purpose, amount) in both seeds."""
    columns = ["year", "payer", "receiver", "purpose", "amount_sek"]
    new = pd.concat([pd.DataFrame(rows, columns=columns).assign(design=design, seed=seed) for seed in (1, 2)])
    new = new.assign(intervention="parenting", phase=np.where(new["year"] == 2020, "simulated", "expected"))
    kept = world["payments"][world["payments"]["design"] != design]
    return world | {"payments": pd.concat([kept, new[list(kept.columns)]], ignore_index=True)}


BOND = (  # an investor pays the programme, is paid 150 by the municipality and 20 by a guarantor, and pays its adviser
    (2020, "investor", "provider", "programme", 100),
    (2020, "investor", "intermediary", "administration", 6),
    (2020, "social", "provider", "application", 3),
    (2021, "social", "evaluator", "evaluation", 4),
    (2021, "board", "investor", "outcome payment", 150),
    (2021, "guarantor", "investor", "guarantee", 20),
)


def test_every_account_has_a_group():
    accounts = {*PARTIES, *PAYERS} - {"owner", "municipality"}  # these two become a committee and the board
    assert accounts - set(contracts.GROUP_OF) == set()
    with pytest.raises(KeyError, match="moon"):
        contracts.net_position(with_payments(tables(), (2020, "moon", "social", "outcome payment", 1)), 0.03)


def test_net_position_of_every_party(world):
    position = contracts.net_position(with_payments(world, *BOND), rate=0.25)
    assert of(position, "net_sek", group="investor") == pytest.approx(-100 - 6 + (150 + 20) / 1.25)
    assert of(position, "net_sek", group="guarantor") == pytest.approx(-20 / 1.25)
    # lives save the municipality 40 a year: 40 + 32
    assert of(position, "money_sek", group="municipality") == pytest.approx(-3 - (4 + 150) / 1.25)
    assert of(position, "saving_sek", group="municipality") == pytest.approx(72)
    assert of(position, "net_sek", group="state") == pytest.approx(80 + 64)
    assert of(position, "net_sek", group="households") == pytest.approx(10 + 8)
    assert of(position, "net_sek", group="programmes") == pytest.approx(100)
    assert of(position, "net_sek", group="administration") == pytest.approx(6 + 3 + 4 / 1.25)


def test_money_sums_to_zero_whatever_is_paid_to_whom(world):
    draw = np.random.default_rng(5)
    accounts, purposes = sorted(contracts.GROUP_OF), [*lifetime.WORK, "outcome payment", "repayment", "guarantee"]
    rows = [
        (int(draw.integers(2020, 2050)), *draw.choice(accounts, 2, replace=False), draw.choice(purposes), amount)
        for amount in draw.integers(1, 10**9, 300).tolist()
    ]
    position = contracts.net_position(with_payments(world, *rows), rate=0.03)
    assert position.groupby(RUN)["money_sek"].sum().abs().max() < 1e-3  # of some 10^11 SEK
    assert position["money_sek"].abs().max() > 1e6


def test_gains_of_all_parties_add_up_to_that_of_society(world):
    position = contracts.net_position(with_payments(world, *BOND), rate=0.0)
    whole = position[position["group"].isin(contracts.PARTIES)].groupby(RUN)["net_sek"].sum()
    # resources 2 x 120 and production 2 x 10 saved; the work took 100 + 6 + 3 + 4
    assert whole["fund", 1] == pytest.approx(240 + 20 - 113)


def test_gains_against_status_quo_add_up_too(world):
    world = with_payments(world, *BOND)
    world = with_payments(world, (2020, "social", "provider", "programme", 30), design="status-quo")
    cost = world["projects"]["cost_sek"].where(world["projects"]["design"] != "status-quo", 30)
    world = world | {"projects": world["projects"].assign(cost_sek=cost)}
    parts = (
        lifetime.gain_by_group(world, 0.03),
        contracts.outside_gain(world, 0.03),
        lifetime.household_gain(world, 0.03),
    )
    gain = sum(part.groupby(RUN)["gain_sek"].sum() for part in parts)
    costs = world["costs"][world["costs"]["kind"].isin(("resource", "lost_earnings"))]
    lives = costs.assign(pv=lifetime.discounted(costs, "actual_sek", lifetime.start_year(world, costs), 0.03))
    lives = lives.groupby(RUN)["pv"].sum()
    work = 100 + 6 + 3 + 4 / 1.03
    assert gain["fund", 1] == pytest.approx(lives["status-quo", 1] - lives["fund", 1] - work + 30)


def test_who_is_no_party_of_a_design_has_no_gain(world):
    gain = contracts.outside_gain(with_payments(world, *BOND), 0.03)
    assert set(gain["group"]) == {"investor", "guarantor"}
    assert set(gain["design"]) == {"fund"}
    assert contracts.outside_gain(world, 0.03).empty


def test_an_outside_gain_is_what_it_has_beyond_status_quo(world):
    anyway = with_payments(
        with_payments(world, *BOND), (2020, "social", "investor", "repayment", 9), design="status-quo"
    )
    gain = contracts.outside_gain(anyway, rate=0.0)
    assert of(gain, "gain_sek", group="investor") == (-100 - 6 + 170) - 9


def test_what_a_provider_carries_itself_is_its_cost_and_part_of_the_programme(world):
    # the programme costs 100, of which 40 is paid; on results the provider gets 70
    shared = with_payments(
        world,
        (2020, "board", "provider", "programme", 40),
        (2021, "board", "provider", "outcome payment", 70),
    )
    position = contracts.net_position(shared, rate=0.0)
    assert of(position, "net_sek", group="provider") == 70 - 60
    assert of(position, "net_sek", group="programmes") == 100
    assert of(lifetime.investment(shared), "invested_sek") == 100
    assert of(contracts.transaction_cost(shared), "programme_sek") == 100
    ratio = savings.benefit_cost(shared, fiscal_rate=0.0, societal_rate=0.0)
    assert of(ratio, "ratio", perspective="fiscal") == pytest.approx(240 / 100)


def test_a_provider_carries_nothing_of_projects_outside_the_contract(world):
    later = more_projects(world, {"year": 2021, "own_room": True, "cost_sek": 50})
    shared = with_payments(
        later, (2020, "board", "provider", "programme", 40), (2021, "social", "provider", "programme", 50)
    )
    position = contracts.net_position(shared, rate=0.25)
    assert of(position, "net_sek", group="provider") == pytest.approx(-60)  # all of it in 2020
    assert of(position, "net_sek", group="programmes") == pytest.approx(100 + 50 / 1.25)


def test_transaction_cost_counts_work_once(world):
    refunded = with_payments(world, *BOND, (2020, "outcomes_fund", "board", "administration", 5))
    cost = contracts.transaction_cost(refunded)
    assert of(cost, "application_sek") == 3
    assert of(cost, "evaluation_sek") == 4
    assert of(cost, "administration_sek") == 6  # what the fund refunds the board buys no further work
    assert of(cost, "share") == pytest.approx(13 / 100)
    assert np.isnan(of(cost, "share", "status-quo"))
    assert of(cost, "transaction_sek", "planner") == 0


def test_leverage(world):
    assert of(contracts.leverage(world), "leverage") == pytest.approx(100 / 30)
    anyway = with_payments(world, (2020, "social", "provider", "programme", 40), design="status-quo")
    frame = contracts.leverage(anyway)
    assert of(frame, "extra") == pytest.approx((100 - 40) / 30)  # what was done anyway is not the fund's
    assert np.isnan(of(frame, "leverage", "status-quo"))


def more_projects(world, *changes):
    """Add projects to the world, each like the first but for some columns."""
    first = world["projects"]
    added = [first.assign(project=1 + i, **change) for i, change in enumerate(changes)]
    return world | {"projects": pd.concat([first, *added], ignore_index=True)}


def test_over_and_underpayment_do_not_cancel(world):
    # 30 due where 20 is fair; 5 due where 40 is fair; 9 for a project outside the contract
    both = more_projects(
        world,
        {"payable_sek": 5, "fair_sek": 40},
        {"payable_sek": 9, "fair_sek": 0, "own_room": True},
    )
    paid = lifetime.overpayment(both)
    assert of(paid, "over_sek") == 10
    assert of(paid, "under_sek") == 35
    assert of(paid, "error") == pytest.approx((35 - 60) / 60)
    assert np.isnan(of(lifetime.overpayment(world), "error", "planner"))


def test_mistakes_of_measurement_do_not_cancel(world):
    error = contracts.measurement_error(more_projects(world, {"measured_saving_sek": -50, "true_saving_sek": 20}))
    assert of(error, "above_sek") == 90 - 60
    assert of(error, "below_sek") == 20  # what was measured below zero is not paid for, nor taken back
    assert of(contracts.measurement_error(world), "error") == pytest.approx((90 - 60) / 60)


def test_designs_that_pay_are_those_whose_clauses_say_so(world):
    assert contracts.paying_designs(world) == ["fund"]
    assert contracts.paying_designs(more_projects(world, {"fair_sek": 1})) == ["status-quo", "fund", "planner"]


def test_payment_error_by_size(world):
    # two projects of 2 children and one of 8 in each of two seeds, under `fund`, which each truly save 10 per child
    def project(children, miss, off):
        saved = {"measured_saving_sek": children * (10 + miss), "true_saving_sek": 10 * children}
        return saved | {"children": children, "payable_sek": children * (4 + off), "fair_sek": 4 * children}

    first = world["projects"][world["projects"]["design"] == "fund"]
    rows = [first.assign(project=i, **project(*p)) for i, p in enumerate([(2, 6, 2), (2, -4, -2), (8, 1, 0)])]
    rows += [first.assign(**project(3, 99, 99), **other) for other in ({"settled": False}, {"own_room": True})]
    errors = contracts.payment_error_by_size({"projects": pd.concat(rows, ignore_index=True)}, edges=(1, 5, 10))
    small, large = errors.to_dict("records")
    assert (small["low"], small["high"], small["projects"], large["projects"]) == (1, 4, 4, 2)
    # misses 6, -4, 6, -4 per child: mean 1, sd sqrt(4 x 25 / 3)
    assert small["measured"] == pytest.approx(np.sqrt(100 / 3) / 10)
    assert small["paid"] == pytest.approx(np.sqrt(4 * 4 / 3) / 4)
    assert small["bias"] == pytest.approx(1 / 10)
    assert large["measured"] == large["paid"] == 0
    assert large["children"] == 8
