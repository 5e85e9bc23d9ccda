"""Amounts and numbers of a contract follow the size of a project, and limits for several parties hold for all."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stupror.model.contracts import Outcome, net_by_party, read_design, settle, upfront
from stupror.model.inputs.errors import InputError
from tests.model.contracts.written import M, clause, contract, document, measure, term

SIZE = {"cost": term(2 * M, "SEK"), "children": term(100, "child")}
N = {"n": measure("outcomes")}


def money(value):
    return term(value, "SEK")


def count(value):
    return term(value, "outcome")


def price(value=1000, **rest):
    return clause("price_per_outcome", metric="n", price=term(value, "SEK/outcome"), **rest)


def paid(design, cost, children, receiver="investor", **measured):
    metric = {name: np.array([float(value)]) for name, value in measured.items()}
    outcome = Outcome(np.array([cost]), metric, {}, np.array([float(children)]))
    return int(net_by_party(settle(design, outcome))[receiver][0])


TERMS = {
    "fee": [clause("admin_cost", "state", "investor", amount=money(60_000))],
    "milestone": [clause("milestone", amount=money(50_000), after_months=term(6, "month"))],
    "cap": [price(), clause("cap", amount=money(30_000))],
    "floor": [clause("floor", amount=money(70_000))],
    "threshold": [price(), clause("threshold", metric="n", amount=count(40))],
    "steps": [clause("step_table", metric="n", levels=term([20, 60], "outcome"), pays=term([0.3, 0.9]))],
    "slide": [clause("slide", metric="n", from_=count(10), to=count(90), from_pays=0.1, to_pays=1.0)],
    "tiers": [price(up_to=count(40)), price(500, above=count(40))],
    "bonus": [clause("bonus", amount=money(10_000), when="good"), price()],
}
GOOD = {"good": {"says": "many", "measure": "n", "above": count(50)}}


@pytest.mark.parametrize("name", TERMS)
@settings(max_examples=20, deadline=None)
@given(reached=st.integers(0, 120), halvings=st.integers(1, 2))
def test_half_the_size_and_half_the_outcomes_pay_half(name, reached, halvings):
    conditions = GOOD if name == "bonus" else ()
    design = contract(*TERMS[name], measures=N, conditions=conditions, programme=SIZE)
    part = 2**halvings
    whole = paid(design, 2 * M, 100, n=reached)
    assert abs(paid(design, 2 * M // part, 100 // part, n=reached / part) - whole / part) <= 1  # whole kronor


def test_amounts_follow_cost_and_numbers_follow_children():
    fee = contract(clause("admin_cost", "state", "investor", amount=money(60_000)), programme=SIZE)
    assert paid(fee, 1 * M, 100) == 30_000
    steps = contract(*TERMS["steps"], measures=N, programme=SIZE)
    assert paid(steps, 2 * M, 50, n=10) == 600_000  # 10 of 50 is 20 of 100
    assert paid(steps, 2 * M, 100, n=10) == 0


def test_what_is_for_each_project_and_what_is_a_share_does_not_follow():
    fee = contract(clause("admin_cost", "state", "investor", amount=money(60_000), per="project"), programme=SIZE)
    assert paid(fee, 1 * M, 50) == 60_000
    fall = contract(
        clause("step_table", metric="f", levels=term([10], "%"), pays=term([1.0])),
        measures={"f": measure("fall")},
        programme=SIZE,
    )
    assert paid(fall, 1 * M, 50, f=10) == 1 * M
    without = contract(clause("admin_cost", "state", "investor", amount=money(60_000)))
    assert paid(without, 1 * M, 50) == 60_000  # the contract has no size of its own


def test_a_cap_for_each_participant():
    cap = clause("cap", per_child=term(8_000, "SEK/child"))
    design = contract(price(), cap, measures=N, programme=SIZE)
    assert paid(design, 2 * M, 100, n=900) == 800_000
    assert paid(design, 2 * M, 50, n=900) == 400_000
    unknown = contract(price(), cap, measures=N)
    with pytest.raises(InputError, match="for each child"):
        settle(unknown, Outcome(np.array([M]), {"n": np.ones(1)}))


def test_one_cap_over_two_payers_and_two_receivers():
    clauses = [
        price(),
        price(payer="region"),
        price(receiver="provider"),
        clause("cap", ["state", "region"], ["investor", "provider"], amount=money(250_000)),
    ]
    design = contract(*clauses, measures=N)
    transfers = settle(design, Outcome(np.array([M]), {"n": np.array([100.0])}))
    found = {(t.payer, t.receiver): int(t.amount[0]) for t in transfers}
    # 100,000 each. State to investor and to provider come first, then region to investor: 50,000 are left for it.
    assert found == {("state", "investor"): 100_000, ("region", "investor"): 50_000, ("state", "provider"): 100_000}
    with pytest.raises(InputError, match="makes region owe investor"):
        contract(price(), clause("cap", ["state", "region"], amount=money(1)), measures=N)
    with pytest.raises(InputError, match="only a cap can be over several"):
        contract(clause("repay", ["state", "region"], share=1.0))


def test_a_share_of_the_return_is_passed_on():
    """1 M put in, 1.2 M back: 32 % of 200,000 to the provider; nothing of a loss."""
    on = clause("pass_on", "investor", "provider", share=0.32, times_stake=1.0)
    design = contract(price(10_000), on, measures=N)
    for reached, passed in ((120, 64_000), (90, 0)):
        transfers = settle(design, Outcome(np.array([M]), {"n": np.array([float(reached)])}))
        assert [int(t.amount[0]) for t in transfers if t.receiver == "provider"] == [passed]


def test_outcome_payments_fund_the_service():
    """An investor puts in a fifth; the provider carries the rest and is paid for outcomes, and repays the fifth."""
    rows = {
        "investor": {"form": "investment", "share": term(0.2)},
        "provider": {"form": "outcome_payments", "share": term(0.8)},
    }
    back = clause("repay", "provider", "investor", share=0.2)
    design = read_design(document(price(receiver="provider"), back, measures=N) | {"finance": rows}, "test.toml")
    cost = np.array([M])
    net = net_by_party((*upfront(design, cost), *settle(design, Outcome(cost, {"n": np.array([1000.0])}))))
    assert {party: int(each[0]) for party, each in net.items()} == {"investor": 0, "provider": M, "state": -M}
    with pytest.raises(InputError, match="outcome_payments"):
        contract(price(), measures=N, finance={"investor": 0.2})


def test_a_price_that_rises_or_falls_with_volume_and_a_penalty():
    design = contract(price(up_to=count(100)), price(500, above=count(100)), measures=N)
    outcome = [Outcome(np.array([M]), {"n": np.array([each])}) for each in (80.0, 120.0, -5.0)]
    assert [int(sum(t.amount[0] for t in settle(design, each))) for each in outcome] == [80_000, 110_000, 0]
    late = {"n": measure("outcomes"), "bad": measure("outcomes", evaluation="before-after")}
    penalty = clause("price_per_outcome", metric="bad", price=term(-1000, "SEK/outcome"))
    fined = contract(price(), penalty, measures=late)
    for bad, left in ((30, 70_000), (200, 0)):  # never below zero
        found = settle(fined, Outcome(np.array([M]), {"n": np.array([100.0]), "bad": np.array([float(bad)])}))
        assert [int(t.amount[0]) for t in found] == [left]
    with pytest.raises(InputError, match="nothing is owed before"):
        contract(penalty, measures=late)


def test_a_slide_and_a_table_that_begin_below_zero():
    slide = clause("slide", metric="f", from_=term(-10, "%"), to=term(20, "%"), from_pays=0.0, to_pays=1.0)
    steps = clause("step_table", "region", metric="f", levels=term([-5, 5], "%"), pays=term([0.1, 0.2]))
    design = contract(slide, steps, measures={"f": measure("fall")})
    metric = {"f": np.array([-11.0, -10.0, 5.0, 20.0])}
    owed = {t.payer: t.amount.tolist() for t in settle(design, Outcome(np.full(4, M), metric))}
    assert owed == {"state": [0, 0, 500_000, M], "region": [0, 0, 200_000, 200_000]}
