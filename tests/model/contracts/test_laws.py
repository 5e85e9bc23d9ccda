"""Laws of every contract, held to contracts that Hypothesis writes out of the whole vocabulary."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from stupror.model.contracts import Outcome, net_by_party, phases, settle, terms, upfront, with_terms
from stupror.model.contracts.contract import plain
from stupror.model.contracts.timing import measured_by, settlement_years
from stupror.model.contracts.vocabulary import KINDS
from tests.model.contracts.written import M, clause, contract, measure, term

MEASURES = {"money": measure(years=4), "starts": measure("activity", 1), "late": measure("outcomes", 7)}
CONDITIONS = {
    "delivered": {"says": "it was carried out", "chance": term(0.9)},
    "good": {"says": "late results", "measure": "late", "above": term(2, "outcome")},
}
FINANCE = {"investor": 0.6, "junior_investor": 0.4}
SEEN = {"money": st.floats(-30 * M, 30 * M), "starts": st.integers(0, 99).map(float), "late": st.floats(-50, 50)}
UNITS = {"money": "SEK", "starts": "place", "late": "outcome"}

part = st.sampled_from(["a", "b"])
share = st.floats(0, 1)
when = st.sampled_from([{}, {"when": "delivered"}, {"unless": "good"}, {"when": ["delivered", "good"]}])
counts = st.sampled_from(["starts", "late"])


def whole(low, high):
    return st.integers(low, high).map(lambda years: term(years, "year"))


def rising(unit):
    """Some levels, each above the one before."""
    return st.lists(st.integers(1, 40), min_size=3, max_size=3, unique=True).map(lambda each: term(sorted(each), unit))


def metric_terms(build):
    """Terms whose unit is that of one of two counted measures."""
    return counts.flatmap(lambda name: build(UNITS[name]).map(lambda each: each | {"metric": name}))


pays = st.lists(share, min_size=3, max_size=3).map(sorted).map(term)
ADDING = {
    "share_of_saving": st.fixed_dictionaries({"share": share, "metric": st.just("money")}),
    "risk_share": st.fixed_dictionaries({"share": share, "metric": st.just("money")}),
    "price_per_outcome": metric_terms(
        lambda unit: st.fixed_dictionaries({"price": st.integers(0, M).map(lambda each: term(each, f"SEK/{unit}"))})
    ),
    "step_table": metric_terms(lambda unit: st.fixed_dictionaries({"levels": rising(unit), "pays": pays})),
    "slide": metric_terms(
        lambda unit: st.fixed_dictionaries({"from_": st.just(term(5, unit)), "to": st.just(term(15, unit))}).flatmap(
            lambda ends: st.tuples(share, share).map(
                lambda two: ends | {"from_pays": min(two), "to_pays": max(two)},
            )
        )
    ),
    "bonus": st.fixed_dictionaries({"share": share, "when": st.sampled_from(["delivered", "good"])}),
    "repay": st.fixed_dictionaries({"share": share}),
    "repay_by_frame_cut": st.fixed_dictionaries({"share": share}),
    "internal_invoice": st.fixed_dictionaries({"share": share}),
    "admin_cost": st.fixed_dictionaries({"amount": st.integers(0, M).map(lambda each: term(each, "SEK"))}),
    "guarantee": st.fixed_dictionaries({"share": share, "when": st.just("delivered")}),
    "floor": st.fixed_dictionaries({"share": share}),
}
"""Clauses that never lower what is owed as results rise."""
LEVELLING = {
    "cap": st.fixed_dictionaries({"share": st.floats(1, 2)}),
    "threshold": metric_terms(lambda unit: st.integers(0, 30).map(lambda level: {"amount": term(level, unit)})),
    "interest": st.fixed_dictionaries({"rate": share.map(lambda rate: term(rate, "1/year")), "years": whole(0, 5)}),
}
TURNING = {
    "provider_at_risk": st.fixed_dictionaries(
        {"share": share, "target": st.floats(0.1, 2), "metric": st.just("money")}
    ),
    "early_termination": st.fixed_dictionaries({"share": share, "when": st.just("delivered")}),
    "waive_if": st.fixed_dictionaries({"when": st.sampled_from(["delivered", "good"])}),
}


@st.composite
def written(draw, kinds, payer="state", receiver="investor"):
    """A clause of one of these kinds, with some condition if it has none."""
    kind = draw(st.sampled_from(sorted(kinds)))
    each = clause(kind, payer, receiver, part=draw(part), **draw(kinds[kind]))
    return (draw(when) if "when" not in each else {}) | each


@st.composite
def single(draw, kinds=None):
    """Clauses of one payer to one receiver, each on one part: first what opens a part, then anything on those."""
    kinds = ADDING | LEVELLING | TURNING if kinds is None else kinds
    opening = draw(st.lists(written({k: v for k, v in kinds.items() if KINDS[k].opens}), min_size=1, max_size=4))
    opened = {each["part"] for each in opening}
    changing = draw(st.lists(written(kinds), max_size=4))
    opened_or_opens = lambda each: each["part"] in opened or KINDS[each["kind"]].opens  # noqa: E731
    rest = [each for each in changing if opened_or_opens(each)]
    clauses = [*opening, *rest]
    highest = {
        p: max(
            (float(c["share"]["value"]) for c in clauses if c["part"] == p and c["kind"] in ("guarantee", "floor")),
            default=0,
        )
        for p in "ab"
    }
    return [c for c in clauses if c["kind"] != "cap" or c["share"]["value"] >= highest[c["part"]]]


@st.composite
def contracts(draw):
    """A whole contract: clauses of two pairs, limits of sums, takers, and a calendar."""
    clauses = draw(single())
    opened = sorted({each["part"] for each in clauses})
    taken = draw(st.sampled_from(opened))
    if draw(st.booleans()):
        clauses.append(clause("co_pay", "region", part=taken, instead_of="state", share=draw(share)))
    if draw(st.booleans()):
        stake = {"instead_of": "investor", "times_stake": draw(st.floats(0, 2))}
        clauses.append(clause("waterfall", "state", "junior_investor", part=taken, **stake))
    if draw(st.booleans()):
        clauses.append(clause("cover_loss", "guarantor", part="loss", share=draw(share)))
    if draw(st.booleans()):
        terms_ = {"first_year": draw(whole(0, 3)), "years": draw(whole(1, 5)), "within": term(9, "year")}
        clauses.append(clause("schedule", part=taken, **terms_))
        if draw(st.booleans()):
            clauses.append(clause("coupon", part=taken, rate=term(draw(share), "1/year")) | draw(when))
    if len(opened) == 2 and draw(st.booleans()):
        years = settlement_years(build(clauses))
        order = sorted(opened, key=lambda each: years["state", "investor", each])
        clauses.append(clause("cap", parts=order, share=2.0))
        if len({years["state", "investor", each] for each in order}) == 1:
            clauses.append(clause("best_of", routes=[["a"], ["b"]]))
    return build(clauses)


def build(clauses):
    """Read the contract, with the conditions that it names and no others."""
    named = {name for each in clauses for key in ("when", "unless") for name in np.atleast_1d(each.get(key, []))}
    conditions = {name: told for name, told in CONDITIONS.items() if name in named}
    return contract(*clauses, measures=MEASURES, conditions=conditions, finance=FINANCE)


@st.composite
def outcomes(draw):
    """Up to four projects of which everything is known."""
    n = draw(st.integers(1, 4))
    row = lambda each: np.array(draw(st.lists(each, min_size=n, max_size=n)))  # noqa: E731
    metric = {name: row(seen) for name, seen in SEEN.items()}
    return Outcome(row(st.integers(0, 20 * M)).astype(np.int64), metric, {"delivered": row(st.booleans())})


def listed(transfers):
    return sorted((t.payer, t.receiver, t.part, t.year, t.clause, t.amount.tolist()) for t in transfers)


@settings(max_examples=60, deadline=None)
@given(design=contracts(), outcome=outcomes())
def test_money_moves_whole_forwards_and_sums_to_zero(design, outcome):
    transfers = (*upfront(design, outcome.cost), *settle(design, outcome))
    for each in transfers:
        assert each.amount.dtype == np.int64
        assert each.amount.shape == outcome.cost.shape
        assert (each.amount >= 0).all()
        assert each.payer != each.receiver
        assert {each.payer, each.receiver} <= {*design.parties, "provider"}
    assert (sum(net_by_party(transfers).values()) == 0).all()


@settings(max_examples=60, deadline=None)
@given(design=contracts(), outcome=outcomes(), guess=st.sampled_from([0.0, -7.0, 1e6]))
def test_the_phases_of_a_contract_partition_it_and_none_depends_on_what_is_measured_later(design, outcome, guess):
    years = {name: each.years - 1 for name, each in design.measures.items()}
    by_phase = []
    for at in phases(design):
        metric = {k: v if years.get(k, 0) <= at else np.full_like(v, guess) for k, v in outcome.metric.items()}
        known = Outcome(outcome.cost, metric, outcome.conditions)
        by_phase += settle(design, known, at=at)
    assert listed(by_phase) == listed(settle(design, outcome))


@settings(max_examples=60, deadline=None)
@given(design=contracts(), outcome=outcomes())
def test_projects_are_settled_alike_alone_and_together(design, outcome):
    together = settle(design, outcome)
    for i in range(outcome.cost.size):
        only = slice(i, i + 1)
        alone = Outcome(
            outcome.cost[only],
            {name: values[only] for name, values in outcome.metric.items()},
            {name: values[only] for name, values in outcome.conditions.items()},
        )
        assert [int(t.amount[0]) for t in settle(design, alone)] == [int(t.amount[i]) for t in together]


@settings(max_examples=60, deadline=None)
@given(clauses=single(), outcome=outcomes())
def test_only_the_order_of_clauses_on_one_amount_matters(clauses, outcome):
    apart = sorted(clauses, key=lambda each: each["part"])  # stable: the order within each part stays
    assert listed(settle(build(apart), outcome)) == listed(settle(build(clauses), outcome))


@settings(max_examples=60, deadline=None)
@given(clauses=single(), outcome=outcomes(), limit=st.floats(0, 2), kind=st.sampled_from(["cap", "floor"]))
def test_a_limit_that_comes_last_holds(clauses, outcome, limit, kind):
    limited = clauses[0]["part"]
    others = ("guarantee", "floor") if kind == "cap" else ("cap",)
    assume(not any(each["kind"] in others and each["part"] == limited for each in clauses))
    last = clause(kind, part=limited, share=limit)
    paid = [t.amount for t in settle(build([*clauses, last]), outcome) if t.part == limited]
    above = np.sum(paid, axis=0) - limit * outcome.cost
    assert ((above if kind == "cap" else -above) <= 0.5).all()


@settings(max_examples=60, deadline=None)
@given(
    clauses=single(ADDING | LEVELLING),
    cost=st.integers(0, 20 * M),
    raised=st.sampled_from(sorted(SEEN)),
    data=st.data(),
)
def test_better_results_never_pay_less_where_all_terms_rise(clauses, cost, raised, data):
    assume(not any("unless" in each for each in clauses))  # an exception for good results may well pay less
    levels = sorted(data.draw(st.lists(SEEN[raised], min_size=2, max_size=6)))
    metric = {name: np.full(len(levels), data.draw(seen)) for name, seen in SEEN.items()} | {raised: np.array(levels)}
    holds = {"delivered": np.full(len(levels), data.draw(st.booleans()))}
    assume("cap" not in {each["kind"] for each in clauses if {"when"} & each.keys()})  # a cap that begins to act lowers
    transfers = settle(build(clauses), Outcome(np.full(len(levels), cost), metric, holds))
    for name in {t.part for t in transfers}:
        paid = np.sum([t.amount for t in transfers if t.part == name], axis=0)
        assert all(low <= high for low, high in pairwise(paid.tolist())), name


@settings(max_examples=40, deadline=None)
@given(design=contracts())
def test_setting_a_term_to_what_it_is_changes_nothing(design):
    assert with_terms(design, {name: plain(each) for name, each in terms(design).items()}) == design


@settings(max_examples=40, deadline=None)
@given(design=contracts(), data=st.data())
def test_setting_a_term_changes_that_term_and_no_other(design, data):
    opening = ("share_of_saving", "risk_share", "bonus", "repay", "internal_invoice", "co_pay", "cover_loss")
    free = [each for each in terms(design) if each.startswith(tuple(f"clause.{kind}" for kind in opening))]
    free = [each for each in free if each.endswith(".share")]
    assume(free)
    name, value = data.draw(st.sampled_from(free)), data.draw(share)
    changed = with_terms(design, {name: value})
    before, after = terms(design), terms(changed)
    assert plain(after[name]) == value
    assert {key: each for key, each in after.items() if key != name} == {
        key: each for key, each in before.items() if key != name
    }
    back = with_terms(changed, {name: plain(before[name])})
    assert [plain(each) for each in terms(back).values()] == [plain(each) for each in before.values()]


@settings(max_examples=40, deadline=None)
@given(design=contracts())
def test_every_amount_is_settled_once_its_measures_are_over(design):
    years = settlement_years(design)
    for key, names in measured_by(design).items():
        assert all(design.measures[name].years - 1 <= years[key] for name in names)


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_the_contracts_above_use_every_kind_of_clause(kind):
    elsewhere = {"co_pay", "waterfall", "cover_loss", "cap", "best_of", "schedule", "coupon"}
    elsewhere |= {"milestone", "clawback", "pass_on"}  # see test_dates
    assert kind in ADDING | LEVELLING | TURNING or kind in elsewhere
