"""Contracts read aloud: everything that a file says is said, in words that an analyst would use."""

import pytest

from stupror.model.contracts import add_on_names, describe, design_names, load_add_on, load_design, terms
from stupror.model.contracts.outcomes import agreed_outcomes
from stupror.model.contracts.vocabulary import KINDS
from tests.model.contracts.written import M, clause, contract, measure, term


def design_of(name):
    return load_add_on(name) if name in add_on_names() else load_design(name)


def said(*clauses, **rest):
    """The description on one line, so that line breaks do not matter."""
    return " ".join(describe(contract(*clauses, **rest)).split())


@pytest.mark.parametrize("name", [*design_names(), *add_on_names()])
def test_a_design_reads_itself_aloud_with_every_term_and_its_source(name):
    design = design_of(name)
    text = describe(design)
    assert design.name == name
    assert "{" not in text
    quantities = list(terms(design).values())
    quantities += [quantity for each in design.clauses for quantity in each.terms.values()]
    if design.programme is not None:
        quantities += design.programme.terms.values()
    for quantity in quantities:
        shown = ", ".join(f"{each:.10g}" for each in quantity.entries)
        assert quantity.source in text
        assert f"{shown} [{quantity.unit}" in text
    named = [word for each in design.clauses for word in (each.kind, *each.parts) if word != "main"]
    for word in (*design.conditions, *design.measures, *named, *(each.path for each in design.changes)):
        assert word in text


@pytest.mark.parametrize("name", [*design_names(), *add_on_names()])
def test_what_settle_asks_is_said_with_its_unit_and_meaning(name):
    design = design_of(name)
    lines = describe(design).splitlines()
    for measured in design.metrics:
        unit = design.measures[measured].unit
        assert any(line.startswith(f"  {measured} [{unit}]: ") for line in lines)
    for condition in design.asked_conditions:
        assert f"  {condition}: {design.conditions[condition].says}" in lines


def test_every_kind_of_clause_has_a_sentence():
    measures = {"saved": measure(), "fell": measure("fall"), "n": measure("outcomes", 2)}
    whole = {"first_year": term(1, "year"), "years": term(3, "year"), "within": term(9, "year")}
    price = {"metric": "n", "price": term(50_000, "SEK/outcome")}
    clauses = {
        "share_of_saving": (
            clause("share_of_saving", metric="saved", share=0.5, above=0.5, up_to=1.5),
            "The state owes the investor 50 % of the measured cost reduction (saved), counted from 0.5 times the "
            "programme cost, counted up to 1.5 times the programme cost.",
        ),
        "price_per_outcome": (
            clause("price_per_outcome", part="early", up_to=term(20, "outcome"), **price),
            "Part early: The state owes the investor 50,000 SEK for each of the measured outcomes (n), for at most 20 "
            "outcomes.",
        ),
        "step_table": (
            clause("step_table", metric="fell", levels=term([8.5, 10], "%"), pays=term([0.5, 1])),
            "The state owes the investor a multiple of the programme cost, by the highest level that the measured fall "
            "(fell) reaches: 0.5 times from 8.5 %, 1 times from 10 %.",
        ),
        "slide": (
            clause("slide", metric="fell", from_=term(0, "%"), to=term(12, "%"), from_pays=0, to_pays=0.5),
            "The state owes the investor 0 % of the programme cost where the measured fall (fell) is 0 %, moving in a "
            "straight line to 50 % at 12 % and above; below 0 % nothing.",
        ),
        "repay": (clause("repay", share=0.1), "The state repays the investor 10 % of the programme cost."),
        "early_termination": (
            clause("early_termination", share=0.3, when=["ended", "late"], unless="waived"),
            "The state owes the investor 30 % of the programme cost in place of the rest, if as the parties agreed "
            "(ended) and as the parties agreed (late), unless as the parties agreed (waived).",
        ),
        "cover_loss": (
            clause("cover_loss", "guarantor", share=0.75),
            "The guarantor makes good what the investor put in and is not owed by then, up to 75 % of the programme "
            "cost.",
        ),
        "waterfall": (
            clause("waterfall", "state", "junior_investor", instead_of="investor", times_stake=1.05),
            "The junior investor takes first what the state owes the investor, until it has 105 % of what it put in.",
        ),
        "best_of": (
            clause("best_of", routes=[["main"], ["early"]]),
            "Of what the state owes the investor by main, or by early, only the largest sum stays.",
        ),
        "cap": (
            clause("cap", parts=["early", "main"], metric="saved", share_of_metric=1.5),
            "The state owes the investor for early and main together no more than 150 % of the measured cost reduction "
            "(saved), where that is above zero.",
        ),
        "schedule": (
            clause("schedule", **whole),
            "The state pays the investor in equal parts: the first 1 year after the measurement, over 3 years.",
        ),
        "coupon": (
            clause("coupon", rate=term(0.02625, "1/year")),
            "The state pays the investor 2.625 % a year on what is outstanding, with each part.",
        ),
    }
    order = [*(each for each in clauses if each != "best_of")]
    text = said(
        *(clauses[kind][0] for kind in order),
        measures=measures,
        conditions=["ended", "late", "waived"],
        finance={"investor": 0.5, "junior_investor": 0.5},
    )
    for kind in order:
        assert f"{clauses[kind][1]} [{kind}]" in text
    same = {"a": measure("activity"), "b": measure("activity")}
    prices = [clause("price_per_outcome", part=p, metric=p, price=term(1, "SEK/place")) for p in same]
    routes = clause("best_of", routes=[["a"], ["b"]])
    assert "Of what the state owes the investor by a, or by b, only the largest sum stays." in said(
        *prices, routes, measures=same
    )
    assert set(clauses) <= set(KINDS)


def test_the_years_of_payment_are_said():
    whole = {"first_year": term(1, "year"), "years": term(3, "year"), "within": term(9, "year")}
    text = said(
        clause("price_per_outcome", part="early", metric="n", price=term(1, "SEK/outcome")),
        clause("repay", share=0.1),
        clause("schedule", counted_from="start", **whole),
        measures={"n": measure("outcomes", 2)},
    )
    assert "what the state owes the investor, part early: in year 1" in text
    assert "what the state owes the investor: in 3 equal parts, in the years 1 to 3" in text


def test_who_is_measured_and_how_a_run_finds_out_are_said():
    table = measure("outcomes", 4, evaluation="randomised-waiting-list", group=2, groups=3)
    text = said(
        clause("bonus", share=0.1, when=["good", "sure", "unknown"]),
        measures={"n": table},
        conditions={
            "good": {"says": "better", "measure": "n", "at_least": term(3, "outcome")},
            "sure": {"says": "it was done", "chance": term(0.95)},
            "unknown": {"says": "nobody knows"},
        },
    )
    assert "n [outcome]: number of agreed outcomes reached beyond the comparison" in text
    assert "of: years in out-of-home placement (years_placed); fewer is better; one outcome is one year" in text
    assert "whom: group 2 of 3 equal groups of the participants, drawn by lot" in text
    assert "randomised-waiting-list, against children drawn by lot to wait" in text
    assert "good: better it holds if the measured n is at least 3 outcomes" in text
    assert "in a run: for 95 % of the projects, by lot" in text
    assert "nobody can find out, so it can be settled on paper only" in text


def test_money_size_and_changes_are_said():
    text = said(
        clause("share_of_saving", share=0.5),
        measures={"saved": measure(payers=["owner", "region"], cost_kinds=["resource", "transfer"])},
        currency={"code": "GBP", "sek": term(11.8, "SEK/GBP")},
        programme={"cost": term(5 * M, "GBP"), "children": term(60, "child"), "years": term(3, "year")},
        decision={"body": "pool", "target": "investor"},
        change={"project.application_cost": {"times": term(0.5)}, "belief.weight": {"set": term(0.25)}},
    )
    assert "A run takes 1 GBP to be 11.8 SEK" in text
    assert "Written for a programme of 5,000,000 GBP for 60 children, put in over 3 years." in text
    assert "saved [GBP]: fall in the cost of the payers named" in text
    assert "of: the cost of the owner and region; only resource and transfer" in text
    assert "Who says yes: those who finance, together" in text
    assert "Who chooses the target group: the investor" in text
    assert "project.application_cost is multiplied by 0.5" in text
    assert "belief.weight is set to 0.25" in text


def test_an_add_on_says_what_it_is():
    text = describe(load_add_on("competence-centre"))
    assert "An add-on: it pays for nothing itself. Join it to a design, as in status-quo+competence-centre." in text
    assert "Who says yes" not in text


def test_a_term_that_was_set_for_a_run_says_so():
    assert "set for this run; the source is that of the file" in describe(load_design("state-outcomes-fund[share=0.8]"))


def test_every_agreed_outcome_says_what_it_is():
    assert set(agreed_outcomes()) == {
        *("years_placed", "years_in_care", "years_of_school_support", "eligible"),
        *("years_self_supporting", "years_on_assistance", "years_in_exclusion", "years_without_need"),
    }
    assert [name for name, each in agreed_outcomes().items() if each.unit == "person"] == ["eligible"]
