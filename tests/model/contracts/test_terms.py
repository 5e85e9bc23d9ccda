"""Numbers of a contract by name, designs joined and written with other terms, and contracts in foreign money."""

import pickle

import numpy as np
import pytest

from stupror.model.contracts import (
    Outcome,
    add_on_names,
    describe,
    design_names,
    in_sek,
    load_add_on,
    load_design,
    settle,
    split_names,
    terms,
    with_terms,
)
from stupror.model.contracts.contract import plain
from stupror.model.contracts.loader import DESIGNS
from stupror.model.inputs.errors import InputError
from tests.model.contracts.written import M, clause, contract, measure, term

BANDS = contract(
    clause("share_of_saving", share=0.5, up_to=1.0),
    clause("share_of_saving", share=0.2, above=1.0),
    clause("cap", share=1.5),
    clause("bonus", share=0.1, when="good"),
    finance={"investor": 0.6, "state": 0.4},
    conditions={"good": {"says": "so", "measure": "result", "above": term(0, "SEK")}},
)


def value(design, name):
    return plain(terms(design)[name])


def refusal(call, *given):
    with pytest.raises(InputError) as caught:
        call(*given)
    return str(caught.value)


def test_every_number_that_stands_alone_has_a_path():
    assert {path: plain(quantity) for path, quantity in terms(BANDS).items()} == {
        "finance.investor.share": 0.6,
        "finance.state.share": 0.4,
        "measure.result.follow_up_years": 4,
        "condition.good.above": 0,
        "clause.share_of_saving.share": 0.5,
        "clause.share_of_saving.up_to": 1.0,
        "clause.share_of_saving-2.share": 0.2,
        "clause.share_of_saving-2.above": 1.0,
        "clause.cap.share": 1.5,
        "clause.bonus.share": 0.1,
    }


def test_lists_and_changes():
    table = clause("step_table", levels=term([8, 10], "%"), pays=term([1, 2]))
    design = contract(table, measures={"fell": measure("fall")}, change={"a.b": {"times": term(0.5)}})
    assert list(terms(design)) == ["finance.investor.share", "measure.fell.follow_up_years", "change.a.b.times"]


@pytest.mark.parametrize(
    ("short", "path"),
    [
        ("clause.cap.share", "clause.cap.share"),
        ("cap.share", "clause.cap.share"),
        ("cap", "clause.cap.share"),
        ("bonus", "clause.bonus.share"),
        ("up_to", "clause.share_of_saving.up_to"),
        ("share_of_saving-2.share", "clause.share_of_saving-2.share"),
        ("follow_up_years", "measure.result.follow_up_years"),
        ("result.follow_up_years", "measure.result.follow_up_years"),
        ("good.above", "condition.good.above"),
        ("investor.share", "finance.investor.share"),
    ],
)
def test_a_short_name_means_the_one_number_that_it_ends(short, path):
    new = {"investor.share": 0.6, "follow_up_years": 9, "result.follow_up_years": 9}.get(short, 1.75)
    new = 0.25 if path.endswith("share") and "finance" not in path and "cap" not in path else new
    assert value(with_terms(BANDS, {short: new}), path) == new


def test_share_alone_prefers_the_only_clause_that_reads_a_measure():
    design = load_design("state-outcomes-fund")
    changed = with_terms(design, {"share": 0.8})
    assert value(changed, "clause.share_of_saving.share") == 0.8
    assert value(changed, "clause.cap.share") == 1.2
    assert value(changed, "finance.municipal_fund.share") == 1
    assert changed.name == design.name


def test_a_name_that_means_several_numbers_is_refused_with_all_of_them():
    message = refusal(with_terms, BANDS, {"share": 0.3})
    assert "test: share: means several terms" in message
    assert all(path in message for path in terms(BANDS) if path.endswith(".share"))
    two = contract(
        *(clause("price_per_outcome", metric=m, price=term(1, "SEK/outcome")) for m in ("a", "b")),
        measures={"a": measure("outcomes"), "b": measure("outcomes")},
    )
    message = refusal(with_terms, two, {"follow_up_years": 3})
    assert "measure.a.follow_up_years, measure.b.follow_up_years" in message


def test_a_kind_of_clause_alone_will_do_only_if_it_has_one_number():
    assert "is no term of this contract" in refusal(with_terms, BANDS, {"share_of_saving": 0.3})


def test_an_unknown_term_is_refused_with_the_nearest():
    message = refusal(with_terms, BANDS, {"folow_up_years": 3})
    assert "Did you mean 'follow_up_years'?" in message
    assert "measure.result.follow_up_years" in message


@pytest.mark.parametrize(
    ("name", "new", "words"),
    [
        ("cap", 10.5, ["10.5 is out of bounds", "0 to 10 (times the programme cost)"]),
        ("cap", float("nan"), ["nan is out of bounds"]),
        ("follow_up_years", 0, ["whole numbers from 1 to 65 year"]),
        ("follow_up_years", 2.5, ["2.5 is out of bounds", "whole numbers"]),
        ("investor.share", 0.9, ["shares sum to 1.3"]),
        ("up_to", 0.0, ["up_to = 0 is not above 0"]),
    ],
)
def test_a_value_out_of_bounds_or_a_contract_that_no_longer_holds_is_refused(name, new, words):
    message = refusal(with_terms, BANDS, {name: new})
    assert all(word in message for word in words), message


def test_shares_are_changed_together_and_every_problem_is_said_at_once():
    changed = with_terms(BANDS, {"investor.share": 0.9, "state.share": 0.1})
    assert changed.shares == {"investor": 0.9, "state": 0.1}
    message = refusal(with_terms, BANDS, {"cap": 99, "up_too": 1, "share": 1})
    assert message.count("\n") == 2


def test_a_value_outside_the_range_of_the_file_is_allowed_and_marked():
    changed = terms(with_terms(BANDS, {"cap": 3}))["clause.cap.share"]
    assert (changed.value, changed.range, changed.source) == (3, (1.5, 3), "assumed")
    assert changed.note == "set for this run; the source is that of the file"
    assert isinstance(terms(with_terms(BANDS, {"follow_up_years": 8.0}))["measure.result.follow_up_years"].value, int)


def test_the_contract_that_terms_were_set_in_stays_as_it_was():
    before = repr(BANDS)
    with_terms(BANDS, {"cap": 3, "follow_up_years": 9, "good.above": 5})
    assert repr(BANDS) == before


# --- Written on the command line --------------------------------------------------------------------------------------


def test_a_design_can_be_written_with_other_terms():
    text = "state-outcomes-fund[share=0.8,follow_up_years=8,cap=2e0]"
    design = load_design(text)
    assert design.name == text
    assert design.follow_up == 8
    assert value(design, "clause.share_of_saving.share") == 0.8
    assert value(design, "clause.cap.share") == 2
    # 0.8 x 20 = 16, at most 2 x 10; measured at the end of year 7.
    (paid,) = settle(design, Outcome(np.array([10 * M]), {"cost_reduction": np.array([20.0 * M])}))
    assert (paid.year, int(paid.amount[0])) == (7, 16 * M)


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("state-outcomes-fund[share]", "'share' is not a term and a number"),
        ("state-outcomes-fund[share=half]", "'share=half': 'half' is not a number"),
        ("state-outcomes-fund[share=1,share=0.5]", "share is set twice"),
        ("state-outcomes-fund[]", "is not a term and a number"),
        ("state-outcomes-fund[shar=0.5]", "Did you mean 'share'?"),
        ("state-outcomes-fund[share=0.5", "is not a design"),
        ("state-outcomes-fund[share=0.5]]", "is not a design"),
        ("[share=0.5]", "is not a design"),
        ("", "is not a design"),
        ("status-quo+", "is not a design"),
        ("status-quo+competence-center", "Did you mean 'competence-centre'?"),
        ("status-quo+planner", "joins 2 designs (status-quo, planner)"),
        ("competence-centre", "is an add-on"),
        ("competence-centre+outcome-steering", "is an add-on"),
    ],
)
def test_what_is_no_design_is_refused(text, word):
    assert word in refusal(load_design, text)


def test_a_design_is_joined_with_add_ons_in_the_order_written():
    joined = load_design("state-outcomes-fund[share=0.8]+competence-centre+outcome-steering")
    alone, centre, steering = (
        load_design("state-outcomes-fund"),
        load_add_on("competence-centre"),
        load_add_on("outcome-steering"),
    )
    assert joined.name == "state-outcomes-fund[share=0.8]+competence-centre+outcome-steering"
    assert joined.title == f"{alone.title} + {centre.title} + {steering.title}"
    assert joined.changes == centre.changes + steering.changes
    assert joined.clauses == with_terms(alone, {"share": 0.8}).clauses
    assert not joined.add_on
    assert load_design("competence-centre+status-quo").decision == "committee"


def test_terms_of_an_add_on_can_be_set_too():
    joined = load_design("status-quo+competence-centre[application_cost.times=0.25]")
    assert value(joined, "change.project.application_cost.times") == 0.25


def test_files_are_joined_and_changed_like_designs_that_come_with_the_model(tmp_path):
    text = (DESIGNS / "state-outcomes-fund.toml").read_text(encoding="utf-8")
    mine = tmp_path / "mine.toml"
    mine.write_text(text.replace('"state-outcomes-fund"', '"mine"'), encoding="utf-8")
    design = load_design(f"{mine}[share=0.9]+competence-centre")
    assert design.name == "mine[share=0.9]+competence-centre"
    plus = tmp_path / "a+b.toml"
    plus.write_text(text, encoding="utf-8")
    assert load_design(str(plus)).name == "state-outcomes-fund"


def test_designs_and_add_ons_are_listed_apart():
    assert "competence-centre" in add_on_names()
    assert not set(add_on_names()) & set(design_names())
    assert {path.stem for path in DESIGNS.glob("*.toml")} == {*add_on_names(), *design_names()}
    assert "is a design and not an add-on" in refusal(load_add_on, "planner")


def test_names_are_split_at_commas_outside_brackets():
    text = "status-quo, state-outcomes-fund[share=0.8,cap=1]+competence-centre,./my,.toml,"
    assert split_names(text) == [
        "status-quo",
        "state-outcomes-fund[share=0.8,cap=1]+competence-centre",
        "./my",
        ".toml",
    ]
    assert split_names("") == []


@pytest.mark.parametrize("name", [*design_names(), *add_on_names()])
def test_a_design_can_be_sent_to_another_process_and_says_the_same_there(name):
    design = load_add_on(name) if name in add_on_names() else load_design(name)
    there = pickle.loads(pickle.dumps(design))
    assert there == design
    assert repr(there) == repr(design)
    assert describe(there) == describe(design)


# --- Foreign money ----------------------------------------------------------------------------------------------------

POUNDS = contract(
    clause("price_per_outcome", metric="n", price=term(100, "GBP/outcome"), up_to=term(50, "outcome")),
    clause("step_table", metric="saved", levels=term([1000, 2000], "GBP"), pays=term([0.1, 0.2])),
    clause("bonus", amount=term(70, "GBP"), when="well"),
    clause("cap", share=1.2),
    measures={"n": measure("outcomes"), "saved": measure()},
    conditions={"well": {"says": "so", "measure": "saved", "at_least": term(500, "GBP")}},
    currency={"code": "GBP", "sek": term(12, "SEK/GBP")},
    programme={"cost": term(10_000, "GBP"), "children": term(60, "child")},
)


def test_amounts_become_kronor_and_nothing_else_does():
    kronor = in_sek(POUNDS)
    assert (kronor.currency.code, kronor.currency.sek, kronor.programme.cost) == ("SEK", 1, 120_000)
    assert (kronor.measures["saved"].unit, kronor.measures["n"].unit) == ("SEK", "outcome")
    price, table, bonus, cap = kronor.clauses
    assert (price.values, price.terms["price"].unit) == ({"price": 1200, "up_to": 50}, "SEK/outcome")
    assert table.lists == {"levels": (12_000, 24_000), "pays": (0.1, 0.2)}
    assert (bonus.values, bonus.terms["amount"].unit) == ({"amount": 840}, "SEK")
    assert bonus.terms["amount"].range == (840, 840)
    assert cap.values == {"share": 1.2}
    assert value(kronor, "condition.well.at_least") == 6000
    assert in_sek(kronor) is kronor


def test_a_contract_settles_alike_in_pounds_and_in_kronor():
    # 3 x 100 + 0.1 x 10,000 + 70 = 1,370 GBP = 16,440 SEK.
    well = {"well": np.array([True])}
    pounds = settle(POUNDS, Outcome(np.array([10_000]), {"n": np.array([3.0]), "saved": np.array([1500.0])}, well))
    kronor = settle(
        in_sek(POUNDS), Outcome(np.array([120_000]), {"n": np.array([3.0]), "saved": np.array([18_000.0])}, well)
    )
    assert [int(t.amount[0]) for t in (*pounds, *kronor)] == [1370, 16_440]
