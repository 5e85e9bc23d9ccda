"""Each kind of clause by hand: the arithmetic stands in the test, in M SEK unless said otherwise.

The contracts here are built in memory, so that one clause can be seen alone or beside one other.
"""

from typing import Any

import numpy as np
import pytest

from model.funding import Outcome, read_design, settle
from model.funding.clauses import instalments
from model.funding.vocabulary import HORIZON_YEARS, KINDS

M = 1_000_000


def term(value: float, unit: str = "1") -> dict[str, Any]:
    return {"value": value, "unit": unit, "range": [value, value], "source": "assumed"}


def clause(kind: str, payer: str = "state", receiver: str = "investor", **rest: Any) -> dict[str, Any]:
    """Write a clause; plain numbers are dimensionless terms."""
    terms = {key: term(value) if isinstance(value, int | float) else value for key, value in rest.items()}
    return {"kind": kind, "payer": payer, "receiver": receiver, **terms}


def contract(*clauses: dict[str, Any], metric: str = "cost_reduction", conditions: tuple[str, ...] = ()) -> Any:
    texts = dict.fromkeys(("name", "title", "title_sv", "summary", "summary_sv", "source"), "test")
    return read_design(
        {
            **texts,
            "decision": {"body": "board"},
            "finance": {"investor": {"form": "investment", "share": term(1)}},
            "measure": {
                "metric": metric,
                "payers": ["state"],
                "evaluation": "before-after",
                "follow_up_years": {"value": 4, "unit": "year", "range": [1, 9], "source": "assumed"},
            },
            "conditions": dict.fromkeys(conditions, "as the parties agreed"),
            "clause": list(clauses),
        },
        "test.toml",
    )


def paid(
    *clauses: dict[str, Any], saving: list[float], cost: float = 10, metric: str = "cost_reduction", **holds: bool
) -> list[float]:
    """M SEK that the state pays the investor for each saving (M SEK), in all years together."""
    scale = M if metric == "cost_reduction" else 1
    n = len(saving)
    outcome = Outcome(
        cost=np.full(n, cost * M, dtype=np.int64),
        metric={metric: np.array(saving) * scale},
        conditions={name: np.full(n, value) for name, value in holds.items()},
    )
    transfers = settle(contract(*clauses, metric=metric, conditions=tuple(holds)), outcome)
    ours = [t.amount for t in transfers if (t.payer, t.receiver) == ("state", "investor")]
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
    assert paid(card, saving=[-2, 0, 30], metric="outcomes") == [0, 0, 30 * 50_000 / M]


def test_threshold_pays_all_or_nothing():
    # From a saving of 75 % of a cost of 10: 7.5.
    gate = (clause("share_of_saving", share=1.0), clause("threshold", share=0.75))
    assert paid(*gate, saving=[7.4, 7.5, 9]) == [0, 7.5, 9]


def test_threshold_in_the_unit_of_the_metric():
    card = clause("price_per_outcome", price=term(50_000, "SEK/outcome"))
    gate = clause("threshold", amount=term(20, "outcome"))
    assert paid(card, gate, saving=[19, 20], metric="outcomes") == [0, 20 * 50_000 / M]


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
    outcome = Outcome(np.array([10 * M]), {"cost_reduction": np.array([10.0 * M])})
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
    transfers = settle(design, Outcome(np.array([100, 9]), {"cost_reduction": np.zeros(2)}))
    # 100 in three: 33, 33, 34 (100*1//3 = 33, 100*2//3 = 66, 100); 9 in three: 3, 3, 3.
    assert [(t.due, t.amount.tolist()) for t in transfers] == [(1, [33, 3]), (2, [33, 3]), (3, [34, 3])]
    assert {t.clause for t in transfers} == {"repay_by_frame_cut"}


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
    outcome = Outcome(np.array([10 * M]), {"cost_reduction": np.array([9.0 * M])})
    assert {t.payer: int(t.amount[0]) // M for t in settle(design, outcome)} == {"state": 5, "owner": 2}


def test_every_kind_of_clause_says_its_formula_and_declares_usable_bounds():
    for name, kind in KINDS.items():
        assert kind.rule.__doc__, name
        assert set(kind.one_of) <= set(kind.terms), name
        for key, declared in kind.terms.items():
            assert declared.unit, (name, key)
            assert declared.meaning, (name, key)
            assert 0 <= declared.low < declared.high, (name, key)
            assert declared.unit != "year" or declared.high <= HORIZON_YEARS, (name, key)
