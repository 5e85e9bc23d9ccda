"""Bounds of what a contract pays: equal to what a search by force finds, for every kind of clause and date."""

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings

from stupror.experiments.stress.bends import bends
from stupror.experiments.stress.bounds import Reach, bounds, net, owed, put_in, reach, settled
from stupror.model.contracts import design_names, load_design
from tests.model.contracts.test_laws import contracts
from tests.model.contracts.written import M, clause, contract, measure, term

COST, CHILDREN = 10 * M, 100
CONTRACTS = [name for name in design_names() if load_design(name).clauses]


def by_force(design, size, within, target, n=4000):
    """Least and most over many points: random ones, the ends, and just at and below each bend."""
    cost = size[0]
    random = np.random.default_rng(1)
    metric = {}
    for name, (low, high) in within.metric.items():
        low, high = max(low, -4.0 * cost), min(high, 4.0 * cost)
        at = [each for each in bends(design, name.partition("@")[0], *size) if low <= each <= high]
        points = np.array([low, high, 0.0 if low <= 0.0 <= high else low, *at, *np.nextafter(at, -np.inf)])
        points = points[(points >= low) & (points <= high)]
        metric[name] = np.concatenate([random.uniform(low, high, n), random.choice(points, n)])
    told = {name: random.choice(answers, 2 * n) for name, answers in within.told.items()}
    if not metric and not told:
        told = {"": np.zeros(1, bool)}
    values = settled(design, size, metric, told, target)
    return values.min(), values.max()


def far_cut(within):
    """The same, with money that goes no further than the search by force."""
    ends = {name: (max(low, -4.0 * COST), min(high, 4.0 * COST)) for name, (low, high) in within.metric.items()}
    return Reach(within.children, ends, within.told)


@pytest.mark.parametrize("name", CONTRACTS)
def test_bounds_of_every_design_are_exact_and_hold(name):
    design = load_design(name)
    programme = design.programme
    size = (COST, CHILDREN) if programme is None else (programme.cost, programme.children)
    within = reach(design, size[1])
    for party in design.parties:
        target, fixed = net(design, party), put_in(design, size[0], party)
        found = bounds(design, size[0], within, target, fixed)
        assert found.exact, party
        low, high = by_force(design, size, within, target, 500)
        assert found.low - 2.0 <= low + fixed, party
        assert high + fixed <= found.high + 2.0, party


@given(design=contracts())
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_nothing_passes_the_bounds_of_any_contract(design):
    within = far_cut(reach(design, CHILDREN))
    for party in ("investor", "state"):
        target = net(design, party)
        found = bounds(design, COST, within, target)
        low, high = by_force(design, (COST, CHILDREN), within, target, 1000)
        assert found.below - 2.0 <= low
        assert high <= found.above + 2.0
        assert low >= found.low - 2.0, "a settled point is below what is said to be the least"
        assert high <= found.high + 2.0, "a settled point is above what is said to be the most"


PRICE = {"metric": "result", "price": term(50_000, "SEK/outcome")}
YEARLY = clause("price_per_outcome", every="year", **PRICE)
RESULT = {"result": measure("outcomes", 3)}
DATED = {
    "yearly": [YEARLY],
    "limit": [YEARLY, clause("cap", share=0.4)],
    "threshold": [YEARLY, clause("threshold", metric="result", amount=term(20, "outcome"))],
    "clawback": [YEARLY, clause("clawback", "investor", "state", share=0.5)],
    "milestone": [clause("milestone", share=0.2, after_months=term(6, "month")), YEARLY],
    "index": [clause("price_per_outcome", every="year", indexation=term(0.03, "1/year"), **PRICE)],
    "passed on": [YEARLY, clause("pass_on", "investor", "provider", share=0.3, times_stake=0.5)],
    "co-pay": [YEARLY, clause("co_pay", "municipality", instead_of="state", share=0.3)],
}


@pytest.mark.parametrize("clauses", DATED.values(), ids=DATED)
def test_nothing_passes_the_bounds_of_contracts_that_pay_at_several_dates(clauses):
    design = contract(*clauses, measures=RESULT)
    within = reach(design, CHILDREN)
    for party in design.parties:
        target = net(design, party)
        found = bounds(design, COST, within, target)
        low, high = by_force(design, (COST, CHILDREN), within, target)
        assert found.below - 4.0 <= low, party
        assert high <= found.above + 4.0, party
        assert found.exact, party


def test_bounds_by_hand_of_two_measures_under_one_limit():
    """100,000 a place for 100 places, 200,000 an outcome; 12 M in all; 30 % of the outcomes' part by the state."""
    design = contract(
        clause("price_per_outcome", part="a", metric="places", price=term(50_000, "SEK/place")),
        clause("price_per_outcome", part="b", metric="result", price=term(200_000, "SEK/outcome")),
        clause("cap", parts=["a", "b"], share=1.2),
        clause("co_pay", "municipality", instead_of="state", part="b", share=0.3),
        measures={"places": measure("activity", 1), "result": measure("outcomes", 3)},
    )
    within = reach(design, CHILDREN)
    pairs = {"state": (0.0, 9.9 * M), "municipality": (0.0, 3.6 * M)}  # 5 M + 0.7 x 7 M; 0.3 x 12 M
    for payer, ends in pairs.items():
        found = bounds(design, COST, within, owed([(payer, "investor")]))
        assert (found.low, found.high, found.exact) == (*ends, True), payer
    both = bounds(design, COST, within, owed([(payer, "investor") for payer in pairs]))
    assert (both.low, both.high) == (0.0, 12.0 * M)


def test_a_bill_that_grows_with_what_is_measured_has_no_limit():
    design = contract(clause("share_of_saving", metric="result", share=0.5))
    found = bounds(design, COST, reach(design, CHILDREN), net(design, "state"))
    assert found.unlimited == (True, False)
