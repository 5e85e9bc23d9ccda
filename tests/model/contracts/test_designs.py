"""The designs that come with the model: each settled by hand, and all of them held to the laws of a contract.

Amounts are in the currency of each contract; M is a million of it. What a run measures is not the subject here: the
numbers measured are given, and the arithmetic of the contract stands beside what it must come to.
"""

import re
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stupror.model.contracts import (
    Outcome,
    add_on_names,
    design_names,
    in_sek,
    load_add_on,
    load_design,
    net_by_party,
    phases,
    settle,
    split_cost,
    terms,
    upfront,
)
from stupror.model.contracts.contract import plain
from stupror.model.contracts.vocabulary import KINDS

M = 1_000_000
NAMES = design_names()
DESIGNS = {name: load_design(name) for name in NAMES}
WITH_CLAUSES = [name for name, design in DESIGNS.items() if design.clauses]
EVIDENCE = Path(__file__).resolve().parents[3] / "docs" / "evidence.md"

WANTED = {
    *("status-quo", "planner", "municipal-fund", "municipal-fund-repayment", "municipal-fund-repayment-saving"),
    *("shared-risk", "internal-invoice", "regional-fund", "rur-fund", "capitalised", "pooled-budget"),
    *("internal-outcome-contract", "internal-outcome-contract-ornskoldsvik"),
    *("sib-norrkoping", "sib-norrkoping-shared", "sib-peterborough"),
    *("state-outcomes-fund", "state-outcomes-fund-rate-card", "state-outcomes-fund-top-up"),
    *("danish-two-part", "danish-as-enacted", "tax-revenue", "state-activity-grant", "eu-fund", "eu-fund-sib"),
    *("social-bond", "impact-linked-bond"),
    *("rikers-island", "utah-preschool", "essex-edge-of-care", "finland-childrens-welfare", "aarhus-schooling"),
    "life-chances-fund",
}


def transfers_of(name, cost=None, **given):
    """Settle one project; what is true or false is a condition, the rest is what was measured."""
    design = load_design(name)
    whole = design.programme.cost if cost is None else cost
    metric = {key: np.array([float(value)]) for key, value in given.items() if not isinstance(value, bool)}
    holds = {key: np.array([value]) for key, value in given.items() if isinstance(value, bool)}
    assert set(design.metrics) == set(metric), design.metrics
    assert set(design.asked_conditions) == set(holds), design.asked_conditions
    return settle(design, Outcome(np.array([whole]), metric, holds))


def paid(name, cost=None, **given):
    """Sum up what is paid, by who pays whom; pairs between whom nothing is paid are left out."""
    total = {}
    for transfer in transfers_of(name, cost, **given):
        pair = f"{transfer.payer}->{transfer.receiver}"
        total[pair] = total.get(pair, 0) + int(transfer.amount[0])
    return {pair: amount for pair, amount in total.items() if amount}


def calendar(name, cost=None, **given):
    """List what is paid: (year, kind of clause, amount)."""
    listed = transfers_of(name, cost, **given)
    return [(each.year, each.clause, int(each.amount[0])) for each in listed if each.amount[0]]


def test_every_wanted_design_is_there_and_two_add_ons():
    assert set(NAMES) >= WANTED
    assert set(add_on_names()) >= {"competence-centre", "outcome-steering"}


# --- Funds of municipality and region -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("saving", "repaid"),
    [(-1 * M, 0), (0, 0), (3 * M, 3 * M), (6 * M, 6 * M), (9 * M, 6 * M)],  # min(6, max(saving, 0))
)
def test_saving_contingent_repayment_is_never_more_than_was_saved(saving, repaid):
    expected = {"owner->municipal_fund": repaid} if repaid else {}
    assert paid("municipal-fund-repayment-saving", 6 * M, saving=saving) == expected


def test_saving_contingent_repayment_falls_in_the_three_years_after_the_measurement():
    # Follow-up of four years ends in year 3; then 6 / 3 = 2 M in each of the years 4, 5 and 6, by cuts of the frame.
    due = [(year, "repay_by_frame_cut", 2 * M) for year in (4, 5, 6)]
    assert calendar("municipal-fund-repayment-saving", 6 * M, saving=8 * M) == due


@pytest.mark.parametrize(
    ("saving", "repaid"),
    # 0.5 x 6 = 3 whatever comes, and 0.5 x min(saving, 6): 0; 0; 1.5; 3; 3.
    [(-1 * M, 3 * M), (0, 3 * M), (3 * M, 4.5 * M), (6 * M, 6 * M), (9 * M, 6 * M)],
)
def test_shared_risk_repays_half_always_and_half_out_of_savings(saving, repaid):
    assert paid("shared-risk", 6 * M, saving=saving) == {"owner->municipal_fund": repaid}


def test_internal_invoice_is_the_frame_cut_by_another_name():
    invoiced = calendar("internal-invoice", 6 * M, saving=1)
    assert invoiced == [(year, "internal_invoice", 2 * M) for year in (4, 5, 6)]
    cut = calendar("municipal-fund-repayment", 6 * M, cost_reduction=1)
    assert [(year, amount) for year, _, amount in cut] == [(year, amount) for year, _, amount in invoiced]
    assert paid("internal-invoice", 6 * M, saving=0) == {}


def test_the_reserve_is_whole_again_after_three_frame_cuts_whatever_the_result():
    assert calendar("rur-fund", 6 * M) == [(year, "repay_by_frame_cut", 2 * M) for year in (3, 4, 5)]


def test_what_is_capitalised_is_written_off_in_ten_years_with_interest_on_the_rest():
    due = calendar("capitalised", 10 * M)
    # Depreciation 10 / 10 = 1 M a year; interest 1.5 % of 10, 9, ... 1 M = 150,000, 135,000, ... 15,000.
    assert [each for each in due if each[1] == "repay"] == [(year, "repay", M) for year in range(1, 11)]
    interest = [(year, "coupon", 15_000 * (11 - year)) for year in range(1, 11)]
    assert [each for each in due if each[1] == "coupon"] == interest
    assert sum(amount for _, _, amount in due) == 10 * M + 825_000  # 0.015 x 55 M


@pytest.mark.parametrize(
    ("name", "shares"),
    [
        ("status-quo", {"owner": 10 * M}),
        ("municipal-fund", {"municipal_fund": 10 * M}),
        ("regional-fund", {"regional_fund": 10 * M}),
        ("planner", {"state": 10 * M}),
        # Half from the state, all through the social insurance agency; a quarter each from region and municipality.
        (
            "pooled-budget",
            {"social_insurance": 5 * M, "employment_service": 0, "region": 2.5 * M, "municipality": 2.5 * M},
        ),
    ],
)
def test_designs_that_only_finance_pay_nothing_afterwards(name, shares):
    cost = np.array([10 * M])
    assert {party: int(part[0]) for party, part in split_cost(DESIGNS[name], cost).items()} == shares
    assert settle(DESIGNS[name], Outcome(cost)) == ()


# --- Outcome contracts in Sweden ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fall", "botkyrka", "ornskoldsvik"),
    # 22 M x 0.5 x fall / 12, and 18 M x 0.75 x fall / 12, from 0 to 12 %.
    [(-3, 0, 0), (0, 0, 0), (6, 5.5 * M, 6.75 * M), (12, 11 * M, 13.5 * M), (20, 11 * M, 13.5 * M)],
)
def test_the_provider_of_an_internal_contract_earns_its_part_as_the_cost_falls(fall, botkyrka, ornskoldsvik):
    pair = "board->provider"
    assert paid("internal-outcome-contract", 22 * M, fall=fall).get(pair, 0) == botkyrka
    assert paid("internal-outcome-contract-ornskoldsvik", 18 * M, fall=fall).get(pair, 0) == ornskoldsvik


@pytest.mark.parametrize(
    ("name", "better_school", "expected"),
    [
        # Reading A: max(min(saving, 12 or 10), 4).
        ("sib-norrkoping", True, [4, 5, 8, 10, 12, 12]),
        ("sib-norrkoping", False, [4, 5, 8, 10, 10, 10]),
        # Reading B: 4 + 0.6 x min(saving, 10) + (saving above 10), at most 12 or 10: 4; 7; 8.8; 10; 12; 15 -> 12.
        ("sib-norrkoping-shared", True, [4, 7, 8.8, 10, 12, 12]),
        ("sib-norrkoping-shared", False, [4, 7, 8.8, 10, 10, 10]),
    ],
)
def test_norrkoping_pays_what_each_reading_says(name, better_school, expected):
    for saving, amount in zip([0, 5, 8, 10, 12, 15], expected, strict=True):
        got = paid(name, cost_reduction=saving * M, school_results=int(better_school), delivered=True)
        assert got["municipality->investor"] == round(amount * M), saving


# --- Peterborough ---------------------------------------------------------------------------------------------------

COHORT = 0.41 * 5 * M  # a third of 1.23 x 5 M
ALL = 1.23 * 5 * M  # 1.03 ^ 7 = 1.23


@pytest.mark.parametrize(
    ("cohorts", "pooled", "expected"),
    [
        ((8.4, 0, 0), 0, 0),  # cohort 1 as measured: below 10 %, nothing
        ((8.4, 9.7, 0), 9.0, ALL),  # as it ended: no cohort at 10 %, but all together above 7.5 %
        ((10.0, 2, 1), 4.3, COHORT),  # one cohort of three
        ((10.0, 12, 1), 7.4, 2 * COHORT),
        ((11.0, 12, 3), 8.6, ALL),  # two cohorts would give 0.82, all together 1.23: the better route
        ((11.0, 12, 10), 11, ALL),  # both routes give the same, and it is paid once
        ((-5, -5, -5), -5, 0),
    ],
)
def test_peterborough_pays_by_the_better_of_two_routes(cohorts, pooled, expected):
    one, two, three = cohorts
    got = paid("sib-peterborough", cohort_1=one, cohort_2=two, cohort_3=three, pooled=pooled)
    assert got.get("state->investor", 0) == round(expected)
    assert got["state->intermediary"] == 250_000  # 0.05 x 5 M


# --- State outcomes funds -------------------------------------------------------------------------------------------


def test_state_outcomes_fund_pays_half_of_the_saving_up_to_1_2_times_the_cost():
    expected = [(-3 * M, 0), (4 * M, 2 * M), (24 * M, 12 * M), (50 * M, 12 * M)]
    for saving, amount in expected:  # min(0.5 x saving, 1.2 x 10)
        assert sum(paid("state-outcomes-fund", 10 * M, cost_reduction=saving).values()) == amount


def test_the_rate_card_pays_for_what_went_better_and_the_cap_cuts_what_comes_last():
    # 5 x 32,000 + 10 x 20,000 = 360,000 after four years, 2 x 167,000 = 334,000 after six.
    good = calendar("state-outcomes-fund-rate-card", M, placed=5, school_support=10, eligible=2)
    prices = [(3, 160_000), (3, 200_000), (5, 334_000)]
    assert good == [(year, "price_per_outcome", amount) for year, amount in prices]
    # 6 eligible make 1,002,000 and 1,362,000 in all, but the cap is 1,200,000: 840,000 are left for them.
    capped = calendar("state-outcomes-fund-rate-card", M, placed=5, school_support=10, eligible=6)
    assert [amount for _, _, amount in capped] == [160_000, 200_000, 840_000]
    # What went worse is not set off against what went better.
    assert sum(paid("state-outcomes-fund-rate-card", M, placed=-5, school_support=10, eligible=-1).values()) == 200_000


@pytest.mark.parametrize(
    ("years", "municipality", "fund"),
    # 4 x 400,000 = 1.6 M, of which 70 and 30 %; 10 x 400,000 = 4 M, capped at 1.2 x 2 = 2.4 M.
    [(0, 0, 0), (4, 1_120_000, 480_000), (10, 1_680_000, 720_000), (-2, 0, 0)],
)
def test_the_top_up_takes_over_its_share_of_the_bill(years, municipality, fund):
    got = paid("state-outcomes-fund-top-up", 2 * M, placed=years)
    assert got.get("municipality->investor", 0) == municipality
    assert got.get("outcomes_fund->investor", 0) == fund
    assert got["municipality->intermediary"] == 100_000  # 0.05 x 2 M


@pytest.mark.parametrize(
    ("starts", "placed", "expected"),
    [
        # 350 x 1,000 = 350,000, of which 14 % = 49,000; 40 x 40,000 = 1.6 M, of which 30 % = 480,000.
        (350, 40, (301_000 + 1_120_000, 49_000 + 480_000)),
        # 350,000 + 100 x 40,000 = 4.35 M, cap 1.2 x 3 = 3.6: 3.25 M are left for the outcome, 30 % = 975,000.
        (350, 100, (301_000 + 2_275_000, 49_000 + 975_000)),
    ],
)
def test_life_chances_fund_takes_over_another_share_in_each_phase(starts, placed, expected):
    got = paid("life-chances-fund", starts=starts, placed=placed)
    assert (got["municipality->investor"], got["outcomes_fund->investor"]) == expected


# --- Other countries ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("saving", "gain", "each", "from_fund"),
    # Half the saving to each, at most 0.6 x 10; half the state's gain, at most 1.2 x 10.
    [(8 * M, 6 * M, 4 * M, 3 * M), (20 * M, 40 * M, 6 * M, 12 * M), (-M, -M, 0, 0)],
)
def test_the_danish_fund_as_reported_pays_for_gains_of_the_state(saving, gain, each, from_fund):
    got = paid("danish-two-part", 10 * M, cost_reduction=saving, state_gain=gain)
    assert got.get("municipality->investor", 0) == each
    assert got.get("municipality->outcomes_fund", 0) == each
    assert got.get("outcomes_fund->municipality", 0) == from_fund


def test_the_danish_fund_as_enacted_pays_a_tenth_for_development_and_nothing_for_gains():
    got = paid("danish-as-enacted", 10 * M, cost_reduction=8 * M)
    assert got == {
        "municipality->investor": 4 * M,
        "municipality->outcomes_fund": 4 * M,
        "outcomes_fund->municipality": M,
        "municipality->intermediary": 500_000,
    }


def test_koto_pays_half_of_tax_and_benefit_and_a_sum_for_each_training():
    # What the evaluation found: 2,636 people, each 1,330 more tax and 1,340 less benefit in three years.
    # 0.5 x 2,636 x (1,330 + 1,340) = 3,519,060; 2,636 x 1,500 = 3,954,000.
    got = paid("tax-revenue", tax_revenue=2_636 * 1_330, unemployment_benefit=2_636 * 1_340, trainings=2_636)
    assert got["state->investor"] == 3_519_060 + 3_954_000
    assert got["investor->intermediary"] == 715_000  # 0.05 x 14.3 M
    nothing_gained = paid("tax-revenue", tax_revenue=-M, unemployment_benefit=0, trainings=100)
    assert nothing_gained["state->investor"] == 150_000


def test_grants_for_activity_are_returned_only_if_nothing_was_delivered():
    assert paid("state-activity-grant", 3 * M, places=1) == {}
    assert paid("state-activity-grant", 3 * M, places=0) == {"owner->state": 3 * M}
    assert paid("eu-fund", 3 * M, places=1) == {}
    assert paid("eu-fund", 3 * M, places=0) == {"owner->eu_fund": 1.5 * M}


def test_social_fund_money_behind_an_impact_bond_gives_the_money_back_and_no_more():
    assert paid("eu-fund-sib", 3 * M, fall=9.9) == {"municipality->intermediary": 150_000}
    for fall in (10, 60):
        assert paid("eu-fund-sib", 3 * M, fall=fall)["eu_fund->investor"] == 3 * M


def test_a_social_bond_is_repaid_with_its_coupon_whatever_the_result():
    # 1 M a year for ten years, and 2.625 % of 10 + 9 + ... + 1 = 55 M.
    assert paid("social-bond", 10 * M) == {"municipality->bondholder": 10 * M + 1_443_750}


@pytest.mark.parametrize(("saving", "to_investor"), [(-M, 0), (4 * M, 800_000), (10 * M, 2 * M), (30 * M, 2 * M)])
def test_an_impact_linked_bond_pays_the_bond_always_and_the_small_part_by_result(saving, to_investor):
    got = paid("impact-linked-bond", 10 * M, cost_reduction=saving)
    assert got["municipality->bondholder"] == 9 * M + 1_299_375  # 2.625 % of 0.9 x 55 M
    assert got.get("municipality->investor", 0) == to_investor  # 0.2 x saving, at most 0.2 x 10


@pytest.mark.parametrize(
    ("fall", "state", "guarantor"),
    [
        (0, 0, 7_200_000),  # as run: nothing paid, the foundation makes good 0.75 x 9.6 M, the lender loses 2.4 M
        (7, 0, 7_200_000),
        (8.5, 4_800_000, 4_800_000),  # 0.5 x 9.6; the loss is 4.8, below what is guaranteed
        (10, 9_600_000, 0),  # level
        (11, 10_080_000, 0),  # 1.05
        (12, 10_176_000, 0),  # 1.06
        (13, 10_368_000, 0),  # 1.08
        (16, 10_944_000, 0),  # 1.14
        (20, 11_712_000, 0),  # 1.22: the highest payment
        (35, 11_712_000, 0),
    ],
)
def test_rikers_pays_by_steps_and_a_foundation_makes_good_the_loss(fall, state, guarantor):
    got = paid("rikers-island", fall=fall)
    assert got.get("state->investor", 0) == state
    assert got.get("guarantor->investor", 0) == guarantor


def test_the_steps_of_rikers_are_the_yearly_returns_over_four_years():
    table = DESIGNS["rikers-island"].clauses[0].lists
    by_level = dict(zip(table["levels"], table["pays"], strict=True))
    for level, percent in {11: 1.2, 12: 1.5, 13: 1.9, 16: 3.3, 20: 5.1}.items():
        assert 100 * (by_level[level] ** 0.25 - 1) == pytest.approx(percent, abs=0.05)


@pytest.mark.parametrize(
    ("saving", "senior", "junior"),
    [
        (281_000, 266_950, 0),  # the first cohort: 0.95 x 281,000, all of it to the senior lender
        (6 * M, 4_830_000, 870_000),  # 0.95 x 6 M = 5.7 M; the senior takes 1.05 x 4.6 M first
        # 0.95 x 7,736,842 = 7.35 M, and 0.4 x (8 M - 7,736,842) = 105,263: 7,455,263 in all.
        (8 * M, 4_830_000, 2_625_263),
        (-M, 0, 0),
    ],
)
def test_utah_repays_the_senior_lender_first(saving, senior, junior):
    got = paid("utah-preschool", special_education=saving)
    assert got.get("municipality->investor", 0) == senior
    assert got.get("municipality->junior_investor", 0) == junior


@pytest.mark.parametrize(
    ("days", "expected"),
    [(365, 365 * 70), (64_200, 64_200 * 70), (97_000, 97_000 * 70), (120_000, 7_100_000), (-50, 0)],
)
def test_essex_pays_for_each_day_in_care_saved_up_to_the_cap(days, expected):
    got = paid("essex-edge-of-care", care_years=days / 365)
    assert got.get("municipality->investor", 0) == pytest.approx(expected, abs=1)


@pytest.mark.parametrize(
    ("placements", "eligible", "work", "expected"),
    [
        (25, 60, 90, 2.5 * M + 0 + 1.75 * M),  # half way to a halving; 0.35 x 5 M
        (50, 70, 80, 8.55 * M),  # all goals: 1 + 0.36 + 0.35 = 1.71 = 1.05 ^ 11
        (-4, 69.9, 79.9, 0),
    ],
)
def test_finland_pays_for_three_goals_over_eleven_years(placements, eligible, work, expected):
    got = paid("finland-childrens-welfare", placements=placements, eligible=eligible, self_supporting=work)
    assert got.get("municipality->investor", 0) == expected
    assert phases(DESIGNS["finland-childrens-welfare"]) == (4, 7, 10)


@pytest.mark.parametrize(
    ("grade_9", "after", "municipality", "guarantor"),
    [
        (64, 128, 2.4 * M + 12.8 * M + 6.4 * M, 0),  # 80 x 30,000, 64 x 200,000, 128 x 50,000: 1.17 times 18.4
        (80, 400, 26.312 * M, 0),  # 2.4 + 16 + 20 = 38.4, capped at 1.43 x 18.4
        (0, 0, 2.4 * M, 3_992_800),  # a loss of 16 M, of which 0.217 x 18.4 M is made good
        (75, 0, 17.4 * M, M),  # a loss of 1 M, all made good
    ],
)
def test_aarhus_pays_by_outcome_and_a_foundation_covers_a_small_loss(grade_9, after, municipality, guarantor):
    got = paid("aarhus-schooling", participants=80, grade_9=grade_9, self_supporting=after)
    assert got["municipality->investor"] == municipality
    assert got.get("guarantor->investor", 0) == guarantor


# --- Add-ons --------------------------------------------------------------------------------------------------------


def test_add_ons_change_parameters_and_join_any_design():
    centre = {change.path: (change.how, plain(change.value)) for change in load_add_on("competence-centre").changes}
    assert centre == {
        "project.application_cost": ("times", 0.5),
        "project.evaluation_cost": ("times", 0.5),
        "project.evaluation_share": ("times", 0.5),
        "belief.national_weight": ("set", 0.25),
        "belief.initial_sd": ("times", 0.7),
        "diffusion.centre": ("set", 1),
    }
    for name in NAMES:
        joined = load_design(f"{name}+competence-centre+outcome-steering")
        assert joined.clauses == DESIGNS[name].clauses
        assert len(joined.changes) == len(DESIGNS[name].changes) + 6 + 6


# --- Laws that all designs keep -------------------------------------------------------------------------------------

costs = st.integers(1, 200 * M)
measured = {
    "%": st.floats(-100, 100),
    "outcome": st.floats(-500, 500),
    "place": st.integers(0, 500).map(float),
}


@st.composite
def projects(draw, name):
    """Some projects under a design: their cost, and anything that may be measured and be true of them."""
    design = DESIGNS[name]
    n = draw(st.integers(1, 4))
    rows = lambda each: draw(st.lists(each, min_size=n, max_size=n))  # noqa: E731
    metric = {
        key: np.array(rows(measured.get(design.measures[key].unit, st.floats(-300 * M, 300 * M))))
        for key in design.metrics
    }
    holds = {key: np.array(rows(st.booleans())) for key in design.asked_conditions}
    return Outcome(np.array(rows(costs), dtype=np.int64), metric, holds)


def received(transfers, party, n):
    """Sum up all that a party is paid, interest included."""
    return sum((each.amount for each in transfers if each.receiver == party), np.zeros(n, dtype=np.int64))


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=15, deadline=None)
@given(data=st.data())
def test_money_moves_in_whole_amounts_between_named_parties_and_sums_to_zero(name, data):
    design, outcome = DESIGNS[name], data.draw(projects(name))
    transfers = (*upfront(design, outcome.cost), *settle(design, outcome))
    for each in transfers:
        assert each.amount.dtype == np.int64
        assert (each.amount >= 0).all()
        assert each.payer != each.receiver
        assert {each.payer, each.receiver} <= {*design.parties, "provider"}
    net = net_by_party(transfers)
    assert (sum(net.values(), np.zeros(outcome.cost.size, dtype=np.int64)) == 0).all()
    run_by = design.programme.run_by if design.programme else "provider"
    put_in = sum(part for party, part in split_cost(design, outcome.cost).items() if party != run_by)
    assert (received(upfront(design, outcome.cost), run_by, outcome.cost.size) == put_in).all()


@pytest.mark.parametrize("name", WITH_CLAUSES)
@settings(max_examples=15, deadline=None)
@given(data=st.data())
def test_what_is_settled_phase_by_phase_is_what_is_settled_at_once(name, data):
    design, outcome = DESIGNS[name], data.draw(projects(name))
    at_once = [(t.clause, t.part, t.payer, t.receiver, t.year, t.amount.tolist()) for t in settle(design, outcome)]
    by_phase = [
        (t.clause, t.part, t.payer, t.receiver, t.year, t.amount.tolist())
        for year in phases(design)
        for t in settle(design, outcome, at=year)
    ]
    assert sorted(at_once) == sorted(by_phase)


def holds(design, outcome, name):
    """Say of which projects a condition is true, as given or as measured."""
    condition = design.conditions[name]
    return outcome.conditions[name] if condition.measure is None else condition.holds(outcome.metric[condition.measure])


def level(clause, outcome):
    """Give what a limit stands for, in units of currency."""
    values = clause.values
    if "amount" in values:
        return np.full(outcome.cost.size, values["amount"])
    if "share" in values:
        return values["share"] * outcome.cost
    return values["share_of_metric"] * np.maximum(outcome.metric[clause.metric], 0)


@pytest.mark.parametrize(
    "name", [name for name in WITH_CLAUSES if {c.kind for c in DESIGNS[name].clauses} & {"cap", "floor", "guarantee"}]
)
@settings(max_examples=25, deadline=None)
@given(data=st.data())
def test_no_more_than_the_cap_and_no_less_than_the_floor_is_paid(name, data):
    design, outcome = DESIGNS[name], data.draw(projects(name))
    transfers = settle(design, outcome)
    for clause in design.clauses:
        if clause.kind not in ("cap", "floor", "guarantee"):
            continue
        acts = np.ones(outcome.cost.size, dtype=bool)
        for condition in clause.when:
            acts &= holds(design, outcome, condition)
        for condition in clause.unless:
            acts &= ~holds(design, outcome, condition)
        owed = sum(t.amount for t in transfers if (t.payer, t.receiver) == clause.pair and t.part in clause.parts)
        slack = 0.5 * len(clause.parts)  # rounding
        above = owed - level(clause, outcome)
        assert ((above if clause.kind == "cap" else -above) <= slack)[acts].all(), clause


@pytest.mark.parametrize("name", [name for name in WITH_CLAUSES if DESIGNS[name].metrics])
@settings(max_examples=25, deadline=None)
@given(data=st.data())
def test_better_results_never_pay_less(name, data):
    design, outcome = DESIGNS[name], data.draw(projects(name))
    raised = data.draw(st.sampled_from(design.metrics))
    more = {key: value + (key == raised) * abs(value) * 0.7 + (key == raised) for key, value in outcome.metric.items()}
    better = settle(design, Outcome(outcome.cost, more, outcome.conditions))
    before = settle(design, outcome)
    for party in {clause.receiver for clause in design.clauses if clause.metric is not None}:
        n = outcome.cost.size
        rounding = len({c.part for c in design.clauses if c.receiver == party})
        assert (received(better, party, n) >= received(before, party, n) - rounding).all(), party


@pytest.mark.parametrize("name", [name for name in WITH_CLAUSES if DESIGNS[name].currency.code != "SEK"])
@settings(max_examples=15, deadline=None)
@given(data=st.data())
def test_a_contract_in_kronor_pays_the_same_at_the_rate_of_its_file(name, data):
    design, outcome = DESIGNS[name], data.draw(projects(name))
    rate, code = design.currency.sek, design.currency.code
    cost = np.rint(outcome.cost * rate).astype(np.int64)
    metric = {
        key: value * rate if design.measures[key].unit == code else value for key, value in outcome.metric.items()
    }
    ours = net_by_party(settle(in_sek(design), Outcome(cost, metric, outcome.conditions)))
    theirs = net_by_party(settle(design, outcome))
    for party, amount in theirs.items():
        assert ours[party] == pytest.approx(amount * rate, abs=20 * rate, rel=1e-9)


# --- What a run and a reader need -----------------------------------------------------------------------------------

NEEDS_SIZE = {
    *("investor", "junior_investor", "bondholder", "outcomes_fund", "eu_fund"),
    *("pooled_fund", "regional_fund", "rur", "internal_bank"),
}


@pytest.mark.parametrize("name", NAMES)
def test_every_design_can_be_simulated(name):
    design = DESIGNS[name]
    for condition in design.asked_conditions:
        declared = design.conditions[condition]
        assert declared.chance is not None, condition
    for share in design.finance:
        assert share.size is not None or share.party not in NEEDS_SIZE, share.party
    assert set(design.measures) == set(design.metrics)


def quantities(design):
    """All numbers of a design, those in lists too."""
    yield from terms(design).values()
    yield from (quantity for clause in design.clauses for quantity in clause.terms.values())


@pytest.mark.parametrize("name", [*NAMES, *add_on_names()])
def test_every_id_that_a_source_cites_is_in_the_evidence(name):
    design = DESIGNS[name] if name in DESIGNS else load_add_on(name)
    known = set(re.findall(r"^\| ([A-Z]\d+[a-z]?) \|", EVIDENCE.read_text(encoding="utf-8"), re.M))
    sources = [design.source, *(quantity.source for quantity in quantities(design))]
    cited = {found for source in sources for found in re.findall(r"\b[A-Z]\d+[a-z]?\b", source)}
    assert cited <= known
    assert all(source.strip() for source in sources)


def test_the_tables_of_all_designs_rise_with_what_is_measured():
    for design in DESIGNS.values():
        for clause in design.clauses:
            assert clause.kind in KINDS
            pays = clause.lists.get("pays", ())
            assert all(low <= high for low, high in pairwise(pays)), design.name
