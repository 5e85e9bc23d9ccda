"""What does not fit together in a contract: refused before use, all at once, by file, place and remedy."""

import tomllib
from copy import deepcopy

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stupror.model.contracts import describe, in_sek, read_design
from stupror.model.contracts.loader import DESIGNS
from stupror.model.inputs.errors import InputError
from tests.model.contracts.written import TEXTS, M, clause, contract, document, measure, term

TWO = {"early": measure("outcomes", 2), "late": measure("outcomes", 5)}
ADD_ON = {**TEXTS, "kind": "add-on", "change": {"project.application_cost": {"times": term(0.5)}}}


def price(metric, **rest):
    return clause("price_per_outcome", metric=metric, part=metric, price=term(M, "SEK/outcome"), **rest)


def years(first=0, count=1, within=30, **rest):
    told = {"first_year": first, "years": count, "within": within}
    return clause("schedule", **{key: term(value, "year") for key, value in told.items()}, **rest)


def problems(table):
    """Read a document that cannot be read, and give what is wrong with it; each problem names the file."""
    with pytest.raises(InputError) as caught:
        read_design(table, "mine.toml")
    assert all(problem.startswith("mine.toml: ") for problem in caught.value.problems)
    return [problem.removeprefix("mine.toml: ") for problem in caught.value.problems]


def refused(table, place, *words):
    found = problems(table)
    ours = [problem for problem in found if problem.startswith(f"{place}: ")]
    assert any(all(word in problem for word in words) for problem in ours), found


@pytest.mark.parametrize(
    ("table", "words"),
    [
        (measure("activity", evaluation="before-after"), ["an activity is counted", '"none"']),
        (measure(evaluation="none"), ["evaluation = 'none'", "is a difference"]),
        (measure("fall", evaluation="none"), ["evaluation = 'none'", "is a difference"]),
        (measure("tax_revenue", evaluation="none"), ["evaluation = 'none'", "is a difference"]),
        (measure(payers=[]), ["payers is empty"]),
        (measure("outcomes", payers=["state"]), ["payers is not read by kind 'outcomes'"]),
        (measure(outcome="eligible"), ["outcome is not read by kind 'cost_reduction'"]),
        (measure("fall", outcome="years_placed"), ["either payers (whose cost) or outcome", "exactly one"]),
        (measure("outcomes", outcome="years_placd"), ["Did you mean 'years_placed'?"]),
        (measure("outcomes", outcome="eligible"), ["before-after", "'eligible' cannot be measured on a child before"]),
        (measure("outcomes", outcome="eligible", evaluation="trend-adjusted"), ["cannot be measured"]),
        (measure("outcomes", outcome="years_in_exclusion", evaluation="as-flagged"), ["cannot be measured"]),
        (measure("fall", payers=[], outcome="eligible", evaluation="matched-comparison"), ["'eligible' is good"]),
        (measure(cost_kinds=["resources"]), ["cost_kinds: 'resources'", "Did you mean 'resource'?"]),
        (measure("fall", cost_kinds=["resource"]), ["cost_kinds is read by kind 'cost_reduction' only"]),
        (measure(group=4, groups=3), ["group = 4", "3 groups"]),
        (measure(group=2), ["group = 2", "1 groups"]),
        (measure(groups=2.5), ["groups = 2.5", "whole number from 1 to 100"]),
        (measure(grupp=1), ["unknown key 'grupp'", "'group'"]),
        ({"kind": "fall"}, ["'evaluation' is missing"]),
    ],
)
def test_a_measure_that_cannot_be_measured_is_refused(table, words):
    refused(document(clause("share_of_saving", share=1), measures={"result": table}), "measure.result", *words)


def test_what_is_missing_in_a_measure_is_said():
    bare = {key: value for key, value in measure().items() if key != "payers"}
    refused(document(clause("share_of_saving", share=1), measures={"result": bare}), "measure.result", "'payers'")
    bare = {key: value for key, value in measure("outcomes").items() if key != "outcome"}
    refused(document(price("result"), measures={"result": bare}), "measure.result", "'outcome'", "eligible")


def test_a_measure_of_the_first_version_is_told_how_to_get_a_name():
    old = {"metric": "cost_reduction", "payers": ["state"], "evaluation": "before-after"}
    table = document() | {"measure": old | {"follow_up_years": term(4, "year")}}
    refused(table, "measure", "has no name", "[measure.NAME]")


def test_one_contract_cannot_draw_lots_and_match():
    drawn = measure("outcomes", evaluation="randomised-waiting-list")
    matched = measure("outcomes", evaluation="matched-comparison")
    table = document(price("drawn"), price("matched"), measures={"drawn": drawn, "matched": matched})
    refused(table, "measure.matched", "'drawn' is measured by randomised-waiting-list", "one comparison group")


def test_a_clause_says_which_of_several_measures_it_reads():
    table = document(price("early"), price("late"), measures=TWO)
    del table["clause"][1]["metric"]
    refused(table, "clause 2 (price_per_outcome)", "which measure", "early, late")
    table["clause"][1]["metric"] = "lat"
    refused(table, "clause 2 (price_per_outcome)", "'lat'", "Did you mean 'late'?")
    table["clause"][1]["metric"] = "early"
    refused(table, "measure.late", "nothing is paid on it")


def test_a_measure_that_only_a_condition_reads_is_in_use():
    condition = {"says": "so", "measure": "late", "above": term(0, "outcome")}
    table = document(
        price("early"), clause("bonus", share=0.1, when="good"), measures=TWO, conditions={"good": condition}
    )
    design = read_design(table, "mine.toml")
    assert (design.metrics, design.named_conditions, design.asked_conditions) == (("early", "late"), ("good",), ())


@pytest.mark.parametrize(
    ("condition", "words"),
    [
        ({"says": "so", "measure": "lat", "above": term(0, "outcome")}, ["Did you mean 'late'?"]),
        ({"says": "so", "measure": "late"}, ["none of above, at_least", "exactly one"]),
        ({"says": "so", "measure": "late", "above": term(0, "SEK")}, []),
        ({"says": "so", "above": term(0, "outcome")}, ["above is held against a measure"]),
        (
            {"says": "so", "measure": "late", "above": term(0, "outcome"), "chance": term(1)},
            ["both measure and chance"],
        ),
        ({"says": "so", "chanse": term(1)}, ["unknown key 'chanse'", "'chance'"]),
        ({"chance": term(1)}, ["'says' is missing"]),
    ],
)
def test_a_condition_that_says_by_halves_how_a_run_finds_out_is_refused(condition, words):
    conditions = {"good": condition}
    clauses = (price("early"), price("late"), clause("bonus", share=0.1, when="good"))
    table = document(*clauses, measures=TWO, conditions=conditions)
    refused(table, "conditions.good", *words) if words else refused(
        table, "conditions.good.above", "'SEK'", "'outcome'"
    )


def test_a_condition_on_both_sides_never_acts():
    table = document(clause("bonus", share=0.1, when="a", unless=["b", "a"]), conditions=["a", "b"])
    refused(table, "clause 1 (bonus)", "'a' stands in both when and unless")


FALL = {"result": measure("fall")}


@pytest.mark.parametrize(
    ("clauses", "place", "words"),
    [
        ([clause("share_of_saving", share=1)], 1, ["a measure in SEK", "'%'", "step_table or slide"]),
        ([clause("risk_share", share=1)], 1, ["a measure in SEK"]),
        ([clause("repay", share=1), clause("cap", share_of_metric=1)], 2, ["a measure in SEK", "Use amount"]),
        ([clause("repay", share=1), clause("threshold", share=1)], 2, ["a measure in SEK", "Use amount"]),
        ([clause("repay", share=1), clause("cap", metric="result", share=1)], 2, ["unknown key 'metric'"]),
        (
            [clause("step_table", levels=term([10, 8], "%"), pays=term([1, 2]))],
            1,
            ["[10, 8] do not rise", "the lowest first"],
        ),
        ([clause("step_table", levels=term([8, 10], "%"), pays=term([1]))], 1, ["2 levels, but 1 payments"]),
        (
            [clause("slide", from_=term(12, "%"), to=term(12, "%"), from_pays=0, to_pays=1)],
            1,
            ["12 is not below to = 12"],
        ),
    ],
)
def test_a_clause_that_reads_what_it_cannot_is_refused(clauses, place, words):
    refused(document(*clauses, measures=FALL), f"clause {place} ({clauses[-1]['kind']})", *words)


def test_a_table_needs_lists_and_other_terms_need_one_number():
    table = document(clause("step_table", levels=term(8, "%"), pays=term([1])), measures=FALL)
    refused(table, "clause 1 (step_table).levels", "value = 8. Write a list of numbers")
    refused(document(clause("repay", share=term([0.5, 0.5]))), "clause 1 (repay).share", "[0.5, 0.5]. Write one number")
    table = document(clause("step_table", levels=term([8, 10], "%"), pays=term([1, 11])), measures=FALL)
    refused(table, "clause 1 (step_table).pays", "[1, 11] is out of bounds: allowed are 0 to 10 (")


@pytest.mark.parametrize(
    ("clauses", "place", "words"),
    [
        (
            [price("early"), price("late"), clause("cap", parts=["late", "early"], share=1)],
            "clause 3 (cap)",
            ["in the order in which they are settled", "late in year 4, early in year 1"],
        ),
        (
            [price("early"), price("late"), clause("floor", parts=["early", "late"], share=1)],
            "clause 3 (floor)",
            ["raises the part named first", "Name the last first"],
        ),
        (
            [price("early"), price("late"), clause("best_of", routes=[["early"], ["late"]])],
            "clause 3 (best_of)",
            ["at different times", "early in year 1, late in year 4"],
        ),
        (
            [price("early"), price("late"), clause("cap", parts=["early", "lat"], share=1)],
            "clause 3 (cap)",
            ["under part 'lat'", "Did you mean 'late'?"],
        ),
        (
            [price("early"), price("late"), clause("cap", share=1)],
            "clause 3 (cap)",
            ["under part 'main'", "Allowed: early, late"],
        ),
        (
            [price("early"), price("late"), clause("cap", part="early", parts=["early", "late"], share=1)],
            "clause 3 (cap)",
            ["both part and parts"],
        ),
        (
            [price("early"), price("late"), clause("cap", parts=["early", "early"], share=1)],
            "clause 3 (cap)",
            ["names one of them twice"],
        ),
        (
            [price("early"), price("late"), clause("best_of", routes=[["early", "late"]])],
            "clause 3 (best_of)",
            ["at least two"],
        ),
        (
            [price("early"), price("late"), clause("best_of", routes=[["early"], ["late", "early"]])],
            "clause 3 (best_of)",
            ["names a part twice"],
        ),
        ([price("early"), price("late"), clause("best_of", routes="early")], "clause 3 (best_of)", ["list of lists"]),
        ([price("early"), price("late"), clause("best_of")], "clause 3 (best_of)", ["'routes' is missing"]),
        (
            [price("early"), price("late"), clause("coupon", part="late", rate=term(0.05, "1/year"))],
            "clause 3 (coupon)",
            ["what state owes investor under part 'late'", "no schedule"],
        ),
        (
            [price("early"), price("late"), years(part="late", counted_from="start")],
            "clause 3 (schedule)",
            ["depends on what is measured (late)", "Count from the measurement"],
        ),
        (
            [price("early"), price("late"), years(part="late", counted_from="begin")],
            "clause 3 (schedule)",
            ["'begin' is not known", "measurement, start"],
        ),
        (
            [price("early"), price("late"), years(40, 30, 65, part="late")],
            "clause 3 (schedule)",
            ["69 years after", "(within) is 65"],
        ),
        (
            [price("early"), price("late"), years(40, 25, 65, part="late")],
            "clause 3 (schedule)",
            ["68 years after the start", "65 at most"],
        ),
        (
            [price("early"), price("late"), clause("cover_loss", "guarantor", "provider", share=1)],
            "clause 3 (cover_loss)",
            ["what provider put in", "that is nothing", "put in by investor", "[finance.provider]"],
        ),
        (
            [
                price("early"),
                price("late"),
                clause("waterfall", "state", "junior_investor", instead_of="investor", times_stake=1, part="late"),
            ],
            "clause 3 (waterfall)",
            ["what junior_investor put in", "that is nothing"],
        ),
        (
            [price("early"), price("late"), clause("waterfall", instead_of="provider", times_stake=1)],
            "clause 3 (waterfall)",
            ["no clause before it makes state owe provider anything"],
        ),
        (
            [price("early"), price("late"), clause("waterfall", instead_of="investor", times_stake=1)],
            "clause 3 (waterfall)",
            ["instead of itself"],
        ),
    ],
)
def test_parts_and_payments_that_do_not_fit_each_other_are_refused(clauses, place, words):
    refused(document(*clauses, measures=TWO), place, *words)


def test_a_cap_is_not_below_a_guarantee_of_the_same_parts():
    both = {"parts": ["early", "late"]}
    table = document(
        price("early"),
        price("late"),
        clause("guarantee", parts=["late", "early"], share=0.4, when="delivered"),
        clause("cap", share=0.3, **both),
        measures=TWO,
        conditions=["delivered"],
    )
    refused(table, "clause 4 (cap)", "0.3 is below the guarantee of 0.4 in clause 3")
    table["clause"][3]["parts"], table["clause"][3]["part"] = None, "early"
    del table["clause"][3]["parts"]
    assert read_design(table, "mine.toml").clauses[3].part == "early"


@pytest.mark.parametrize(
    ("currency", "words"),
    [
        ({"code": "GBP"}, ["needs `sek`"]),
        ({"code": "SEK", "sek": term(1, "SEK/SEK")}, ["is SEK itself"]),
        ({"code": "pounds", "sek": term(11, "SEK/pounds")}, ["three capital letters"]),
        ({"sek": term(11, "SEK/GBP")}, ["'code' is missing"]),
    ],
)
def test_a_currency_needs_a_code_and_a_rate(currency, words):
    refused(document(currency=currency), "currency", *words)


def test_amounts_are_in_the_currency_of_the_contract():
    pounds = {"currency": {"code": "GBP", "sek": term(11.8, "SEK/GBP")}}
    table = document(clause("admin_cost", amount=term(5, "SEK")), **pounds)
    refused(table, "clause 1 (admin_cost).amount", "given in 'SEK'", "reads it in 'GBP'")
    table = document(
        clause("price_per_outcome", price=term(5, "SEK/place")), measures={"n": measure("activity")}, **pounds
    )
    refused(table, "clause 1 (price_per_outcome).price", "reads it in 'GBP/place'")
    table = document(programme={"cost": term(5, "SEK"), "children": term(3, "child")}, **pounds)
    refused(table, "programme.cost", "reads it in 'GBP'")
    euros = contract(clause("share_of_saving", share=1), currency={"code": "EUR", "sek": term(10.5, "SEK/EUR")})
    assert euros.measures["result"].unit == "EUR"


def test_a_programme_has_a_whole_size_and_a_known_party_to_run_it():
    half = {"cost": term(10.5, "SEK"), "children": term(0, "child"), "run_by": "providr"}
    found = problems(document(programme=half))
    assert any("programme.cost" in each and "whole number" in each for each in found)
    assert any("programme.children" in each and "out of bounds" in each for each in found)
    assert any("Did you mean 'provider'?" in each for each in found)
    refused(document(programme={"cost": term(5, "SEK")}), "programme", "'children' is missing")


def test_an_investor_who_chooses_must_put_something_in():
    table = document(finance={"state": 1}, decision={"body": "board", "target": "investor"})
    refused(table, "decision", "no [finance.investor]")
    refused(document(decision={"body": "board", "target": "investors"}), "decision", "Did you mean 'investor'?")


def test_the_interventions_of_a_contract_are_a_list_of_names():
    refused(document(decision={"body": "board", "interventions": []}), "decision", "interventions is empty")
    refused(document(decision={"body": "board", "interventions": 3}), "decision", "interventions = 3")


def test_money_of_a_party_is_said_per_inhabitant_and_year():
    table = document()
    table["finance"]["investor"]["size"] = term(5, "SEK")
    refused(table, "finance.investor.size", "reads it in 'SEK/inhabitant/year'")


@pytest.mark.parametrize(
    ("change", "place", "words"),
    [
        ({"project": {"application_cost": {"times": term(2)}}}, 'change."project"', ["not the path", "in quotes"]),
        ({"project.application cost": {"times": term(2)}}, 'change."project.application cost"', ["not the path"]),
        ({"a.b": {"times": term(2), "set": term(2)}}, 'change."a.b"', ["times and set", "exactly one"]),
        ({"a.b": {}}, 'change."a.b"', ["none of times, add, set"]),
        ({"a.b": {"tims": term(2)}}, 'change."a.b"', ["unknown key 'tims'", "'times'"]),
        ({"a.b": {"times": term(2, "SEK")}}, 'change."a.b".times', ["'SEK'", "'1'"]),
        ({"a.b": {"times": term([2, 3])}}, 'change."a.b".times', ["one number"]),
        ({"a.b": {"times": term(-1)}}, 'change."a.b".times', ["-1", "0 to 1000"]),
        ({"a.b": 3}, 'change."a.b"', ["is 3"]),
    ],
)
def test_a_change_names_a_parameter_and_one_way_to_change_it(change, place, words):
    refused(ADD_ON | {"change": change}, place, *words)
    refused(document(change=change), place, *words)


def test_a_change_may_set_a_list_in_the_unit_of_its_parameter():
    levels = term([1, 2, 3], "SEK/child/year")
    (change,) = read_design(ADD_ON | {"change": {"a.b": {"set": levels}}}, "mine.toml").changes
    assert (change.path, change.how, change.value.value) == ("a.b", "set", (1, 2, 3))


@pytest.mark.parametrize("key", ["decision", "finance", "measure", "conditions", "clause", "currency", "programme"])
def test_an_add_on_is_no_contract(key):
    found = problems(ADD_ON | {key: {}})
    assert found == [f"file: an add-on has no [{key}]: it changes parameters only. Remove it, or remove kind."]


def test_an_add_on_changes_something_and_a_design_is_no_other_kind():
    refused({key: value for key, value in ADD_ON.items() if key != "change"}, "file", "'change' is missing")
    refused(ADD_ON | {"chnge": 1}, "file", "unknown key 'chnge'")
    refused(document() | {"kind": "addon"}, "file", "Did you mean 'add-on'?")


def test_everything_that_is_wrong_is_said_at_once():
    table = document(
        price("early"),
        price("late"),
        clause("best_of", routes=[["early"], ["late"]]),
        clause("coupon", part="late", rate=term(0.05, "1/year")),
        clause("cover_loss", "guarantor", "provider", share=1),
        measures=TWO | {"early": measure("outcomes", 2, outcome="eligible", evaluation="none", group=2)},
        currency={"code": "GBP"},
        change={"here": {"times": term(1)}},
        finance={"investor": 0.5},
    )
    places = {problem.split(": ")[0] for problem in problems(table)}
    assert places >= {
        *("clause 3 (best_of)", "clause 4 (coupon)", "clause 5 (cover_loss)", "clause 1 (price_per_outcome).price"),
        *("measure.early", "currency", 'change."here"', "finance"),
    }


# --- Anything at all --------------------------------------------------------------------------------------------------

JUNK = st.sampled_from(
    [
        None,
        True,
        -1,
        0,
        2.5,
        1e300,
        float("nan"),
        "",
        "main",
        "no such name",
        [],
        [[]],
        ["a", 1],
        {},
        {"value": "x"},
        {"a": {}},
    ]
)


def places(node, path=()):
    """Every place in a document at which there is something."""
    yield path
    children = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, child in children:
        yield from places(child, (*path, key))


@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_a_damaged_contract_is_read_or_refused_and_never_crashes(data):
    name = data.draw(st.sampled_from(["sib-peterborough", "utah-preschool", "social-bond", "competence-centre"]))
    damaged = tomllib.loads((DESIGNS / f"{name}.toml").read_text(encoding="utf-8"))
    for _ in range(data.draw(st.integers(1, 2))):
        path = data.draw(st.sampled_from([each for each in places(damaged) if each]))
        parent = damaged
        for key in path[:-1]:
            parent = parent[key]
        if data.draw(st.booleans()):
            parent[path[-1]] = deepcopy(data.draw(JUNK))
        else:
            del parent[path[-1]]
    try:
        design = read_design(damaged, "mine.toml")
    except InputError as refusal:
        assert all(problem.startswith("mine.toml: ") for problem in refusal.problems)  # noqa: PT017
    else:
        assert describe(design)
        assert in_sek(design).currency.code == "SEK"
