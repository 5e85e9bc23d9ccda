"""Outcomes and parties that a contract declares itself: settled on paper, said aloud, run as what stands for them."""

import numpy as np
import pytest

from stupror.model.contracts import Outcome, describe, for_run, not_in_model, read_design, settle
from stupror.model.evaluation.metrics import Metric, in_unit
from stupror.model.inputs.errors import InputError
from stupror.model.projects.dues import unfit
from tests.model.contracts.written import M, clause, document, measure, term

PARTY = {"title": "the foundation", "says": "gives money for what is good", "in_run": "guarantor"}
OUTCOME = {
    "title": "months in tenancy",
    "unit": "month",
    "in_run": "years_without_need",
    "times": term(12, "month/year"),
}
TENANCY = {"tenancy": measure("outcomes", outcome="in_tenancy", evaluation="none")}


def design(party=None, outcome=None, measures=None, **rest):
    price = clause("price_per_outcome", "foundation", price=term(1242, "SEK/month"))
    own = {"parties": {"foundation": PARTY | (party or {})}, "outcomes": {"in_tenancy": OUTCOME | (outcome or {})}}
    return read_design(document(price, measures=measures or TENANCY) | own | rest, "test.toml")


def test_months_in_tenancy_are_paid_by_a_foundation():
    (paid,) = settle(design(), Outcome(np.array([M]), {"tenancy": np.array([1000.0])}))
    assert (paid.payer, int(paid.amount[0])) == ("foundation", 1_242_000)


def test_the_contract_is_read_aloud_in_its_own_words_with_what_stands_for_them_beside():
    text = " ".join(describe(design()).split())
    assert "foundation: the foundation, gives money for what is good in a run: the guarantor" in text
    assert (
        "of: months in tenancy (in_tenancy); more is better; one outcome is one month in a run: years without" in text
    )
    assert "The foundation owes the investor 1,242 SEK for each of the measured months in tenancy (tenancy)" in text


def test_what_nothing_stands_for_can_be_settled_and_a_run_says_that_it_cannot():
    nothing = {"in_run": "not in the model"}
    counted = {key: value for key, value in OUTCOME.items() if key != "times"} | nothing
    on_paper = design(party=nothing, outcomes={"in_tenancy": counted})
    assert settle(on_paper, Outcome(np.array([M]), {"tenancy": np.array([1.0])}))
    told = unfit(on_paper)
    assert told == not_in_model(on_paper)
    assert len(told) == 2
    assert all(word in " ".join(told) for word in ("parties.foundation", "outcomes.in_tenancy", "stupror settle"))
    assert not_in_model(design()) == []


def test_in_a_run_the_parties_of_the_model_pay():
    ready = for_run(design())
    assert ready.parties == ("investor", "guarantor")
    assert ready.own_parties == {}


def test_a_share_of_the_target_may_be_above_100_per_cent():
    """Asháninka: steps at 50, 75 and 100 % of the target; 140 % pays as 100."""
    size = {"cost": term(110_000, "SEK"), "children": term(100, "child")}
    goal = {"g": measure("of_target", outcome="eligible", evaluation="none", target=term(50, "outcome"))}
    steps = {"levels": term([50, 75, 100], "%"), "pays": term([0.1, 0.2, 0.25])}
    table = read_design(document(clause("step_table", metric="g", **steps), measures=goal, programme=size), "test.toml")
    paid = [
        int(settle(table, Outcome(np.array([110_000]), {"g": np.array([each])}))[0].amount[0])
        for each in (20.0, 75.0, 140.0)
    ]
    assert paid == [0, 22_000, 27_500]
    # In a run: 30 of 40 children reached it; the target is half of them, 20: 150 %.
    metric = Metric("g", "of_target", "none", 1, np.zeros((1, 1, 1), np.int64), target=0.5)
    assert in_unit(metric, np.array([30.0]), np.array([0.0]), np.array([40.0])).tolist() == [150.0]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"party": {"in_run": "foundations"}}, ["parties.foundation", "in_run = 'foundations'", "not in the model"]),
        ({"party": {"in_run": "investor"}}, ["in a run that is investor"]),
        ({"parties": {"investor": PARTY}}, ["that every contract can name"]),
        ({"parties": {"foundation": PARTY, "donor": PARTY | {"in_run": "state"}}}, ["parties.donor", "named nowhere"]),
        ({"outcome": {"unit": "%"}}, ["outcomes.in_tenancy", "unit = '%'"]),
        ({"outcome": {"in_run": "tenancy"}}, ["in_run = 'tenancy' is not known", "years_without_need"]),
        ({"outcome": {"in_run": "not in the model"}}, ["times has nothing to multiply"]),
        ({"outcome": {"in_run": "years_placed"}}, ["without a comparison", "is bad"]),
        ({"outcome": {"good": "yes"}}, ["good = 'yes'", "true"]),
        ({"measures": {"tenancy": measure("outcomes", outcome="in_tenansy")}}, ["Did you mean 'in_tenancy'?"]),
        ({"measures": {"tenancy": measure("outcomes", outcome="in_tenancy", target=term(1, "month"))}}, ["of_target"]),
    ],
)  # fmt: skip
def test_words_that_do_not_fit_are_refused_by_name(change, said):
    with pytest.raises(InputError) as refusal:
        design(**change)
    assert all(word in str(refusal.value) for word in said), str(refusal.value)


def test_an_unknown_party_is_told_how_to_be_declared():
    with pytest.raises(InputError, match=r"declare it under \[parties.NAME\]"):
        read_design(document(clause("repay", "foundation", share=1.0)), "test.toml")
