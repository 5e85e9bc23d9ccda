"""Each kind of clause by hand: the arithmetic stands in the test, in M SEK unless said otherwise.

The contracts here are built in memory, so that one clause can be seen alone or beside one other.
"""

import numpy as np
import pytest

from stupror.model.contracts import Outcome, settle
from stupror.model.contracts.clauses import coupons, instalments
from stupror.model.contracts.vocabulary import HORIZON_YEARS, KINDS
from tests.model.contracts.written import M, clause, contract, measure, term


def paid(*clauses, saving, cost=10, kind="cost_reduction", finance=None, **holds):
    """M SEK that the state pays the investor, in all years together, for each saving (M SEK, or the kind's unit)."""
    scale = M if kind == "cost_reduction" else 1
    n = len(saving)
    outcome = Outcome(
        cost=np.full(n, cost * M, dtype=np.int64),
        metric={"result": np.array(saving) * scale},
        conditions={name: np.full(n, value) for name, value in holds.items()},
    )
    design = contract(*clauses, measures={"result": measure(kind)}, conditions=holds, finance=finance)
    ours = [t.amount for t in settle(design, outcome) if (t.payer, t.receiver) == ("state", "investor")]
    return [float(total) for total in np.sum(ours, axis=0) / M]


def test_guarantee_is_a_floor_on_delivery_and_not_an_addition():
    saved_then_guaranteed = (clause("share_of_saving", share=1.0), clause("guarantee", share=0.4, when="delivered"))
    assert paid(*saved_then_guaranteed, saving=[0, 3, 7], delivered=True) == [0.4 * 10, 0.4 * 10, 7]
    assert paid(*saved_then_guaranteed, saving=[0, 3, 7], delivered=False) == [0, 3, 7]


def test_share_of_saving_pays_the_share_and_never_below_zero():
    assert paid(clause("share_of_saving", share=0.5), saving=[-4, 0, 6]) == [0, 0, 0.5 * 6]


def test_share_of_saving_in_bands_pays_utah_like_terms():
    # 95 % of the first 10, then 40 % of what lies above (K5: a high share first, a lower one after break-even).
    bands = (clause("share_of_saving", share=0.95, up_to=1.0), clause("share_of_saving", share=0.4, above=1.0))
    assert paid(*bands, saving=[4, 10, 15]) == [0.95 * 4, 0.95 * 10, 0.95 * 10 + 0.4 * 5]


def test_share_of_saving_of_one_band():
    # Half of what lies between 5 and 10: nothing below, 0.5 x 3 at 8, 0.5 x 5 from 10 on.
    band = clause("share_of_saving", share=0.5, above=0.5, up_to=1.0)
    assert paid(band, saving=[4, 8, 15]) == [0, 0.5 * 3, 0.5 * 5]


def test_share_of_saving_of_utahs_first_cohort():
    # K5: 0.95 x 281,000 = 266,950.
    assert paid(clause("share_of_saving", share=0.95), saving=[0.281]) == [0.266950]


def test_price_per_outcome_pays_a_rate_card():
    card = clause("price_per_outcome", price=term(50_000, "SEK/outcome"))
    assert paid(card, saving=[-2, 0, 30], kind="outcomes") == [0, 0, 30 * 50_000 / M]


def test_threshold_pays_all_or_nothing():
    # From a saving of 75 % of a cost of 10: 7.5.
    gate = (clause("share_of_saving", share=1.0), clause("threshold", share=0.75))
    assert paid(*gate, saving=[7.4, 7.5, 9]) == [0, 7.5, 9]


def test_threshold_in_the_unit_of_the_metric():
    card = clause("price_per_outcome", price=term(50_000, "SEK/outcome"))
    gate = clause("threshold", amount=term(20, "outcome"))
    assert paid(card, gate, saving=[19, 20], kind="outcomes") == [0, 20 * 50_000 / M]


def test_cap_holds_in_each_of_its_terms():
    saving = clause("share_of_saving", share=1.0)
    assert paid(saving, clause("cap", share=1.2), saving=[11, 13]) == [11, 1.2 * 10]
    assert paid(saving, clause("cap", amount=term(5 * M, "SEK")), saving=[4, 13]) == [4, 5]
    # Saving-contingent repayment (R3): the cost of 10, but no more than was saved, and nothing if cost rose.
    repay = clause("repay_by_frame_cut", share=1.0)
    assert paid(repay, clause("cap", share_of_metric=1.0), saving=[-3, 6, 14]) == [0, 6, 10]


def test_floor_holds_whatever_was_delivered():
    assert paid(clause("share_of_saving", share=1.0), clause("floor", share=0.3), saving=[1, 5]) == [0.3 * 10, 5]


def test_bonus_is_added_where_its_condition_holds():
    terms = (clause("share_of_saving", share=1.0), clause("bonus", amount=term(1_500, "SEK"), when="completed"))
    assert paid(*terms, saving=[2], completed=True) == [(2_000_000 + 1_500) / M]
    assert paid(*terms, saving=[2], completed=False) == [2]


@pytest.mark.parametrize("kind", ["repay_by_frame_cut", "internal_invoice"])
def test_repayment_is_a_share_of_the_cost_whatever_was_saved(kind):
    assert paid(clause(kind, share=0.8), saving=[-5, 0, 20]) == [0.8 * 10] * 3


def test_risk_share_returns_the_share_until_break_even():
    assert paid(clause("risk_share", share=0.6), saving=[-1, 5, 10, 15]) == [0, 0.6 * 5, 0.6 * 10, 0.6 * 10]


def test_provider_at_risk_gives_back_less_as_results_near_the_target():
    # Half of 10 at risk, nothing given back from a saving of 10: 5 x (1 - 0), 5 x (1 - 4/10), 5 x (1 - 1).
    assert paid(clause("provider_at_risk", share=0.5, target=1.0), saving=[-2, 4, 10, 12]) == [5, 5 * 0.6, 0, 0]
    assert paid(clause("provider_at_risk", share=0.5, target=1.0), saving=[0], cost=0) == [0]


def test_waiver_forgives_what_is_owed_so_far_and_nothing_after():
    terms = (clause("repay_by_frame_cut", share=1.0), clause("waive_if", when="reorganised"))
    assert paid(*terms, saving=[5], reorganised=True) == [0]
    assert paid(*terms, saving=[5], reorganised=False) == [10]
    after = (*terms, clause("admin_cost", amount=term(100_000, "SEK")))
    assert paid(*after, saving=[5], reorganised=True) == [0.1]


def test_co_pay_moves_a_share_and_leaves_the_sum():
    # K11: of 10 owed the state takes over 30 %; the municipality keeps 70 %.
    design = contract(
        clause("share_of_saving", "municipality", share=1.0),
        clause("co_pay", "state", share=0.3, instead_of="municipality"),
    )
    outcome = Outcome(np.array([10 * M]), {"result": np.array([10.0 * M])})
    by_payer = {t.payer: int(t.amount[0]) for t in settle(design, outcome)}
    assert by_payer == {"municipality": 7 * M, "state": 3 * M}


def test_admin_cost_is_an_amount_or_a_share_of_the_cost():
    assert paid(clause("admin_cost", amount=term(250_000, "SEK")), saving=[0]) == [0.25]
    assert paid(clause("admin_cost", share=0.05), saving=[0]) == [0.05 * 10]


def test_interest_compounds_on_what_is_owed_so_far():
    # 10 at 5 % for 2 years: 10 x 1.05 x 1.05 = 11.025; an amount added after bears none.
    loan = (
        clause("repay_by_frame_cut", share=1.0),
        clause("interest", rate=term(0.05, "1/year"), years=term(2, "year")),
        clause("admin_cost", amount=term(100_000, "SEK")),
    )
    assert paid(*loan, saving=[0]) == [11.125]


def test_schedule_pays_equal_parts_that_sum_to_the_whole():
    years = {"first_year": term(1, "year"), "years": term(3, "year"), "within": term(3, "year")}
    design = contract(clause("repay_by_frame_cut", share=1.0), clause("schedule", **years))
    transfers = settle(design, Outcome(np.array([100, 9]), {"result": np.zeros(2)}))
    # 100 in three: 33, 33, 34 (100*1//3 = 33, 100*2//3 = 66, 100); 9 in three: 3, 3, 3.
    assert [(t.year, t.amount.tolist()) for t in transfers] == [(1, [33, 3]), (2, [33, 3]), (3, [34, 3])]
    assert {t.clause for t in transfers} == {"repay_by_frame_cut"}


def test_price_per_outcome_pays_for_no_more_than_so_many():
    card = clause("price_per_outcome", price=term(50_000, "SEK/outcome"), up_to=term(20, "outcome"))
    assert paid(card, saving=[-2, 5, 20, 30], kind="outcomes") == [0, 5 * 0.05, 20 * 0.05, 20 * 0.05]


def test_price_of_a_per_cent_and_of_a_place():
    assert paid(clause("price_per_outcome", price=term(M, "SEK/%")), saving=[-3, 2.5], kind="fall") == [0, 2.5]
    assert paid(clause("price_per_outcome", price=term(10_000, "SEK/place")), saving=[60], kind="activity") == [0.6]


def test_repay_is_a_share_of_the_cost_and_cuts_no_frame():
    design = contract(clause("repay", share=0.9))
    (transfer,) = settle(design, Outcome(np.array([10 * M])))
    assert (transfer.clause, int(transfer.amount[0])) == ("repay", 9 * M)


def test_step_table_pays_the_highest_level_reached():
    # K4: nothing below 8.5 %, break-even from 10 %, 1.22 times from 20 %.
    table = clause("step_table", levels=term([8.5, 10, 20], "%"), pays=term([0.5, 1, 1.22]))
    assert paid(table, saving=[-5, 8.4, 8.5, 9.99, 10, 19, 20, 60], kind="fall") == [0, 0, 5, 5, 10, 10, 12.2, 12.2]
    # It adds to what is owed already.
    assert paid(clause("admin_cost", share=0.1), table, saving=[8, 10], kind="fall") == [1, 1 + 10]


def test_step_table_reads_money_too():
    table = clause("step_table", levels=term([2 * M, 4 * M], "SEK"), pays=term([0.2, 0.3]))
    assert paid(table, saving=[1.9, 2, 4]) == [0, 0.2 * 10, 0.3 * 10]


def test_slide_moves_in_a_straight_line_between_two_points():
    # K2: 20 % of 10 at a fall of 4 %, 50 % at 12 %. At 8 %, half way: 10 x (0.2 + 0.3 x 4/8) = 3.5.
    slide = clause("slide", from_=term(4, "%"), to=term(12, "%"), from_pays=0.2, to_pays=0.5)
    assert paid(slide, saving=[-1, 3.9, 4, 8, 12, 30], kind="fall") == [0, 0, 2, 3.5, 5, 5]


def test_early_termination_pays_a_share_in_place_of_the_rest():
    # K3: the third cohort was cancelled. 30 % of 10 instead of what was earned, be that more or less.
    terms = (clause("share_of_saving", share=1.0), clause("early_termination", share=0.3, when="cancelled"))
    assert paid(*terms, saving=[0, 8], cancelled=True) == [3, 3]
    assert paid(*terms, saving=[0, 8], cancelled=False) == [0, 8]


def test_a_guarantor_makes_good_the_loss_up_to_its_limit():
    # K4: the investor put in 10. Earned 0, 4, 9.6, 11: lost 10, 6, 0.4, 0; made good at most 7.5.
    loss = clause("cover_loss", "guarantor", share=0.75)
    design = contract(clause("share_of_saving", share=1.0), loss)
    saved = np.array([0, 4, 9.6, 11]) * M
    transfers = settle(design, Outcome(np.full(4, 10 * M), {"result": saved}))
    by_payer = {t.payer: (t.amount / M).tolist() for t in transfers}
    assert by_payer == {"state": [0, 4, 9.6, 11], "guarantor": [7.5, 6, 0.4, 0]}


def test_a_guarantor_covers_only_what_the_receiver_put_in():
    # The investor put in half of 10: with 2 earned it lost 3; 60 % of 10 would cover 6.
    design = contract(
        clause("share_of_saving", share=1.0),
        clause("cover_loss", "guarantor", share=0.6),
        finance={"investor": 0.5, "state": 0.5},
    )
    transfers = settle(design, Outcome(np.array([10 * M]), {"result": np.array([2.0 * M])}))
    assert [int(t.amount[0]) // M for t in transfers] == [2, 3]


def test_a_waterfall_pays_the_senior_before_the_subordinate():
    # Senior 6 of 10, to have 1.05 x 6 = 6.3 first. Owed in all 0, 4, 6.3, 12: senior 0, 4, 6.3, 6.3; the rest below.
    design = contract(
        clause("share_of_saving", "state", "junior_investor", share=1.0),
        clause("waterfall", "state", "investor", instead_of="junior_investor", times_stake=1.05),
        finance={"investor": 0.6, "junior_investor": 0.4},
    )
    saved = np.array([0, 4, 6.3, 12]) * M
    transfers = settle(design, Outcome(np.full(4, 10 * M), {"result": saved}))
    by_receiver = {t.receiver: (t.amount / M).tolist() for t in transfers}
    assert by_receiver == {"junior_investor": [0, 0, 0, 5.7], "investor": [0, 4, 6.3, 6.3]}


def test_a_waterfall_counts_what_the_senior_is_owed_already():
    # 2 from the municipality; so only 6.3 - 2 = 4.3 is taken first of the 12.
    design = contract(
        clause("admin_cost", "municipality", "investor", amount=term(2 * M, "SEK")),
        clause("share_of_saving", "state", "junior_investor", share=1.0),
        clause("waterfall", "state", "investor", instead_of="junior_investor", times_stake=1.05),
        finance={"investor": 0.6, "junior_investor": 0.4},
    )
    transfers = settle(design, Outcome(np.array([10 * M]), {"result": np.array([12.0 * M])}))
    by_pair = {(t.payer, t.receiver): int(t.amount[0]) for t in transfers}
    assert by_pair[("state", "investor")] == 4_300_000
    assert by_pair[("state", "junior_investor")] == 7_700_000


def years(first, count, **rest):
    """Write a schedule."""
    whole = {"first_year": first, "years": count, "within": 30}
    return clause("schedule", **{key: term(value, "year") for key, value in whole.items()}, **rest)


def test_coupon_pays_simple_interest_on_what_is_outstanding():
    # 9 M in three parts of 3 M in the years 2, 3, 4. At 5 %: 2 x 0.05 x 9 = 0.9; 0.05 x 6 = 0.3; 0.05 x 3 = 0.15.
    bond = (clause("repay", share=0.9), years(2, 3, counted_from="start"), clause("coupon", rate=term(0.05, "1/year")))
    transfers = settle(contract(*bond), Outcome(np.array([10 * M])))
    assert [(t.clause, t.year, int(t.amount[0])) for t in transfers] == [
        ("repay", 2, 3 * M),
        ("repay", 3, 3 * M),
        ("repay", 4, 3 * M),
        ("coupon", 2, 900_000),
        ("coupon", 3, 300_000),
        ("coupon", 4, 150_000),
    ]


def test_coupons_add_up_and_act_only_where_their_condition_holds():
    # C9: 1 % always and 2 % more if results were good, on 10 for one year: 0.1, or 0.3.
    rate = lambda value: term(value, "1/year")  # noqa: E731
    linked = (
        clause("repay", share=1.0),
        years(1, 1),
        clause("coupon", rate=rate(0.01)),
        clause("coupon", rate=rate(0.02), when="good"),
    )
    assert paid(*linked, saving=[0], good=False) == [10.1]
    assert paid(*linked, saving=[0], good=True) == [10.3]


def test_coupons_of_a_debt_that_is_due_at_once_are_nothing():
    assert coupons(np.array([500]), np.array([0.1]), 0, 1)[0][1].tolist() == [0]


def test_several_conditions_hold_together_and_several_exceptions_each_alone():
    bonus = clause("bonus", share=0.1, when=["a", "b"], unless=["c", "d"])
    told = {
        (True, True, False, False): 1,
        (True, False, False, False): 0,
        (True, True, True, False): 0,
        (True, True, False, True): 0,
        (False, False, False, False): 0,
    }
    for holds, expected in told.items():
        assert paid(bonus, saving=[0], **dict(zip("abcd", holds, strict=True))) == [expected]


def test_instalments_of_one_are_the_whole():
    ((due, part),) = instalments(np.array([7]), 0, 1)
    assert (due, part.tolist()) == (0, [7])


def test_unless_is_the_opposite_of_when():
    saving = clause("share_of_saving", share=1.0)
    for holds in (True, False):
        when = paid(saving, clause("cap", share=1.0, when="poor_results"), saving=[15], poor_results=holds)
        unless = paid(saving, clause("cap", share=1.0, unless="good_results"), saving=[15], good_results=not holds)
        assert when == unless == [10 if holds else 15]


def test_the_order_of_clauses_matters_as_declared():
    add, limit = clause("admin_cost", share=0.1), clause("cap", share=1.0)
    saving = clause("share_of_saving", share=1.0)
    assert paid(saving, add, limit, saving=[12]) == [10]  # min(12 + 1, 10)
    assert paid(saving, limit, add, saving=[12]) == [11]  # min(12, 10) + 1


def test_pairs_are_settled_apart():
    design = contract(
        clause("share_of_saving", "state", "investor", share=1.0),
        clause("repay_by_frame_cut", "owner", "investor", share=0.2),
        clause("cap", "state", "investor", share=0.5),
    )
    outcome = Outcome(np.array([10 * M]), {"result": np.array([9.0 * M])})
    assert {t.payer: int(t.amount[0]) // M for t in settle(design, outcome)} == {"state": 5, "owner": 2}


def test_every_kind_of_clause_says_its_formula_and_declares_usable_bounds():
    for name, kind in KINDS.items():
        assert kind.rule.__doc__, name
        assert set(kind.one_of) <= set(kind.terms), name
        for key, declared in kind.terms.items():
            assert declared.unit, (name, key)
            assert declared.meaning, (name, key)
            assert declared.low < declared.high, (name, key)
            assert declared.many == (key in ("levels", "pays", "dates")), (name, key)
            assert declared.unit != "year" or declared.high <= HORIZON_YEARS, (name, key)
