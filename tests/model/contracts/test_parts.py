"""Parts, phases and the calendar of a contract: what is kept apart, what is compared, and when it is paid."""

import numpy as np
import pytest

from stupror.model.contracts import Outcome, phases, settle, upfront
from stupror.model.contracts.clauses import spread
from stupror.model.contracts.timing import settlement_years
from tests.model.contracts.written import M, clause, contract, measure, term

EARLY_AND_LATE = {"early": measure("outcomes", 2), "late": measure("outcomes", 5)}


def price(metric, amount=M, part=None, payer="state", receiver="investor", **rest):
    """A price for one of what is measured, under a part of the same name unless told otherwise."""
    each = {"metric": metric, "part": part or metric, "price": term(amount, "SEK/outcome")}
    return clause("price_per_outcome", payer, receiver, **each, **rest)


def limit(kind, parts, share=None, **rest):
    return clause(kind, parts=list(parts), **({} if share is None else {"share": share}), **rest)


def settled(design, at=None, cost=10 * M, conditions=None, **measured):
    """M SEK by (payer, receiver, part, year) of one project."""
    outcome = Outcome(
        np.array([cost]),
        {name: np.array([float(value)]) for name, value in measured.items()},
        {name: np.array([value]) for name, value in (conditions or {}).items()},
    )
    return {(t.payer, t.receiver, t.part, t.year): float(t.amount[0]) / M for t in settle(design, outcome, at)}


def test_parts_of_one_pair_are_owed_and_paid_apart_each_after_its_own_measurement():
    design = contract(price("early"), price("late", 2 * M), measures=EARLY_AND_LATE)
    # Two years of follow-up end in year 1, five in year 4.
    paid = settled(design, early=3, late=4)
    assert paid == {("state", "investor", "early", 1): 3, ("state", "investor", "late", 4): 8}
    assert phases(design) == (1, 4)


def test_a_phase_pays_its_own_parts_and_needs_nothing_that_is_measured_later():
    design = contract(price("early"), price("late", 2 * M), measures=EARLY_AND_LATE)
    assert settled(design, at=1, early=3, late=0) == {("state", "investor", "early", 1): 3}
    assert settled(design, at=4, early=3, late=4) == {("state", "investor", "late", 4): 8}
    assert settled(design, at=2, early=3, late=4) == {}


def test_a_part_that_reads_two_measures_waits_for_the_later():
    design = contract(
        price("early", part="both"),
        clause("threshold", part="both", metric="late", amount=term(2, "outcome")),
        measures=EARLY_AND_LATE,
    )
    assert phases(design) == (4,)
    assert settled(design, early=3, late=1) == {("state", "investor", "both", 4): 0}
    assert settled(design, early=3, late=2) == {("state", "investor", "both", 4): 3}


def test_a_measured_condition_makes_a_part_wait_too():
    conditions = {"good": {"says": "late results", "measure": "late", "at_least": term(1, "outcome")}}
    design = contract(
        price("early"),
        clause("bonus", part="early", share=0.1, when="good"),
        measures=EARLY_AND_LATE,
        conditions=conditions,
    )
    assert phases(design) == (4,)


def test_a_part_that_reads_nothing_is_settled_with_the_last_measurement_or_at_once_if_nothing_is_measured():
    fee = clause("admin_cost", "state", "evaluator", share=0.05)
    assert settlement_years(contract(price("early"), fee, measures={"early": EARLY_AND_LATE["early"]})) == {
        ("state", "investor", "early"): 1,
        ("state", "evaluator", "main"): 1,
    }
    assert settlement_years(contract(fee)) == {("state", "evaluator", "main"): 0}


def test_a_schedule_counts_from_the_measurement_or_from_the_start():
    every = {"first_year": term(1, "year"), "years": term(2, "year"), "within": term(5, "year")}
    design = contract(
        price("late"),
        clause("schedule", part="late", **every),
        clause("repay", part="loan", share=0.4),
        clause("schedule", part="loan", counted_from="start", **every),
        measures={"late": EARLY_AND_LATE["late"]},
    )
    # late: 6 measured in year 4, in halves in the years 5 and 6; loan: 4 of 10, in halves in the years 1 and 2.
    assert settled(design, late=6) == {
        ("state", "investor", "late", 5): 3,
        ("state", "investor", "late", 6): 3,
        ("state", "investor", "loan", 1): 2,
        ("state", "investor", "loan", 2): 2,
    }
    assert phases(design) == (0, 4)


def test_of_two_routes_the_one_that_pays_more_stays():
    # K3: either each cohort by itself or all pooled. 2 + 3 = 5 beats 4; against 6 it loses; a tie goes to the first.
    measures = {name: measure("fall") for name in ("cohort_1", "cohort_2", "pooled")}
    tables = [
        clause("step_table", part=name, metric=name, levels=term([10], "%"), pays=term([pays]))
        for name, pays in (("cohort_1", 0.2), ("cohort_2", 0.3), ("pooled", 0.4))
    ]
    design = contract(*tables, clause("best_of", routes=[["cohort_1", "cohort_2"], ["pooled"]]), measures=measures)

    def paid(**fell):
        return {part: amount for (_, _, part, _), amount in settled(design, **fell).items() if amount}

    assert paid(cohort_1=10, cohort_2=11, pooled=12) == {"cohort_1": 2, "cohort_2": 3}
    assert paid(cohort_1=10, cohort_2=9, pooled=12) == {"pooled": 4}
    assert paid(cohort_1=9, cohort_2=9.9, pooled=9) == {}


def test_of_equal_routes_the_first_stays():
    measures = {"a": measure("activity"), "b": measure("activity")}
    prices = [clause("price_per_outcome", part=m, metric=m, price=term(M, "SEK/place")) for m in "ab"]
    design = contract(*prices, clause("best_of", routes=[["a"], ["b"]]), measures=measures)
    assert settled(design, a=3, b=3) == {("state", "investor", "a", 3): 3, ("state", "investor", "b", 3): 0}


def test_a_cap_on_several_parts_cuts_the_last_first():
    design = contract(price("early"), price("late"), limit("cap", EARLY_AND_LATE, 1.0), measures=EARLY_AND_LATE)
    of = lambda early, late: list(settled(design, early=early, late=late).values())  # noqa: E731
    assert of(3, 4) == [3, 4]  # 7 of at most 10
    assert of(6, 8) == [6, 4]  # 14: 4 too much, from the later
    assert of(12, 8) == [10, 0]


def test_a_floor_on_several_parts_raises_the_first_named():
    design = contract(price("early"), price("late"), limit("floor", ("late", "early"), 1.0), measures=EARLY_AND_LATE)
    of = lambda early, late: list(settled(design, early=early, late=late).values())  # noqa: E731
    assert of(3, 4) == [3, 7]  # 3 below 10, on the part named first
    assert of(6, 8) == [6, 8]


def test_a_guarantee_on_several_parts_holds_for_their_sum():
    measures = {"a": measure("activity"), "b": measure("activity")}
    prices = [clause("price_per_outcome", part=m, metric=m, price=term(M, "SEK/place")) for m in "ab"]
    design = contract(
        *prices, limit("guarantee", "ab", 0.4, when="delivered"), measures=measures, conditions=["delivered"]
    )
    assert list(settled(design, a=1, b=2, conditions={"delivered": True}).values()) == [2, 2]  # 4 in all
    assert list(settled(design, a=1, b=2, conditions={"delivered": False}).values()) == [1, 2]


def test_a_threshold_on_several_parts_leaves_all_or_nothing():
    design = contract(
        price("early"),
        price("late"),
        limit("threshold", EARLY_AND_LATE, metric="late", amount=term(5, "outcome")),
        measures=EARLY_AND_LATE,
    )
    assert phases(design) == (4,)
    assert list(settled(design, early=3, late=4).values()) == [0, 0]
    assert list(settled(design, early=3, late=5).values()) == [3, 5]


def test_a_co_payer_has_another_share_in_each_part_and_pays_when_the_part_is_settled():
    # K11: the fund takes over 14 % of the first part and 44 % of the second.
    design = contract(
        price("early", payer="municipality"),
        price("late", payer="municipality"),
        clause("co_pay", "outcomes_fund", part="early", instead_of="municipality", share=0.14),
        clause("co_pay", "outcomes_fund", part="late", instead_of="municipality", share=0.44),
        measures=EARLY_AND_LATE,
    )
    assert settled(design, early=10, late=10) == {
        ("municipality", "investor", "early", 1): 8.6,
        ("municipality", "investor", "late", 4): 5.6,
        ("outcomes_fund", "investor", "early", 1): 1.4,
        ("outcomes_fund", "investor", "late", 4): 4.4,
    }
    assert settled(design, at=1, early=10, late=0) == {
        ("municipality", "investor", "early", 1): 8.6,
        ("outcomes_fund", "investor", "early", 1): 1.4,
    }


def test_a_chain_of_takers_is_settled_with_what_it_takes():
    design = contract(
        price("early", payer="municipality"),
        clause("co_pay", "region", part="early", instead_of="municipality", share=0.5),
        clause("co_pay", "state", part="early", instead_of="region", share=0.5),
        clause("bonus", "state", part="early", share=0.1, when="good"),
        measures=EARLY_AND_LATE,
        conditions={"good": {"says": "so", "measure": "late", "above": term(0, "outcome")}},
    )
    # 8 early: 4 stays, 2 with the region, 2 with the state and 1 more (0.1 x 10) if late results were good.
    assert settled(design, early=8, late=1, conditions={"good": True}) == {
        ("municipality", "investor", "early", 4): 4,
        ("region", "investor", "early", 4): 2,
        ("state", "investor", "early", 4): 3,
    }


def test_a_guarantor_does_not_know_what_is_settled_later():
    # The loss is made good with the last measurement, when both parts are known: 10 - 2 - 3 = 5.
    design = contract(
        price("early"), price("late"), clause("cover_loss", "guarantor", share=1.0), measures=EARLY_AND_LATE
    )
    paid = settled(design, early=2, late=3)
    assert paid["guarantor", "investor", "main", 4] == 5
    # Under a condition measured early it is made good early, and what comes later is not counted: 10 - 2 = 8.
    hurried = contract(
        price("early"),
        price("late"),
        clause("cover_loss", "guarantor", share=1.0, when="lost"),
        measures=EARLY_AND_LATE,
        conditions={"lost": {"says": "few outcomes", "measure": "early", "at_least": term(-99, "outcome")}},
    )
    for late in (0, 3):
        paid = settled(hurried, early=2, late=late, conditions={"lost": True})
        assert paid["guarantor", "investor", "main", 1] == 8


@pytest.mark.parametrize(
    ("total", "expected"), [(30, [15, 9, 6]), (20, [15, 5, 0]), (7, [7, 0, 0]), (0, [0, 0, 0]), (36, [21, 9, 6])]
)
def test_spread_cuts_from_the_last_and_raises_the_first(total, expected):
    parts = [np.array([15.0]), np.array([9.0]), np.array([6.0])]
    assert [part[0] for part in spread(parts, np.array([float(total)]))] == expected


def programme(run_by="provider", years=3):
    size = {"cost": term(10 * M, "SEK"), "children": term(60, "child"), "years": term(years, "year")}
    return {"programme": size | {"run_by": run_by}}


def test_money_is_put_in_in_equal_yearly_parts_by_everybody_but_who_runs_the_programme():
    # 40 % of 10 M and of 1, in three: 1,333,333 + 1,333,333 + 1,333,334; 60 % is the municipality's own and stays.
    design = contract(finance={"investor": 0.4, "municipality": 0.6}, **programme("municipality"))
    put_in = upfront(design, np.array([10 * M, 1]))
    assert [(t.clause, t.part, t.payer, t.receiver, t.year, t.amount.tolist()) for t in put_in] == [
        ("finance", "finance", "investor", "municipality", 0, [1_333_333, 0]),
        ("finance", "finance", "investor", "municipality", 1, [1_333_333, 0]),
        ("finance", "finance", "investor", "municipality", 2, [1_333_334, 0]),
    ]


def test_without_a_programme_all_is_put_in_in_the_first_year():
    ((put_in),) = upfront(contract(), np.array([7]))
    assert (put_in.payer, put_in.receiver, put_in.year, put_in.amount.tolist()) == ("investor", "provider", 0, [7])
