"""Who must sign: what a contract may say of its investors and of public parties that can refuse."""

import pytest

from stupror.model.contracts import describe, for_run, load_design, read_design
from stupror.model.inputs.errors import InputError
from tests.model.contracts.written import M, clause, document, measure, term

INVESTOR = {"form": "investment", "share": term(1.0), "size": term(65, "SEK/inhabitant/year")}
PAYS = clause("share_of_saving", share=0.5, metric="result")


def written(*clauses, kind=None, signs=None, measures=None, party="investor", **rest):
    table = document(*(clauses or (PAYS,)), measures=measures, **rest)
    table["finance"] = {party: INVESTOR | ({"kind": kind} if kind else {})}
    if signs:
        table["decision"]["signs"] = signs
    return table


def problems(table):
    with pytest.raises(InputError) as caught:
        read_design(table, "mine.toml")
    return " ".join(caught.value.problems)


def test_what_an_investor_is_like_and_who_must_sign_is_read_and_read_aloud():
    design = read_design(written(kind="impact-first", signs=["state"]), "mine.toml")
    assert design.finance[0].kind == "impact-first"
    assert design.signs == ("state",)
    assert "a impact-first investor" not in describe(design)
    assert "impact-first: wants its money back" in describe(design)
    assert "Who must sign, too: the state" in describe(design)


def test_an_investor_is_of_a_known_kind_and_only_investors_are_of_one():
    assert "Did you mean 'commercial'?" in problems(written(kind="comercial"))
    assert "kind" in problems(written(kind="commercial", party="bondholder"))


def test_a_guaranteed_investor_has_somebody_who_stands_for_its_loss():
    assert "nobody stands for its loss" in problems(written(kind="guaranteed"))
    cover = clause("cover_loss", payer="guarantor", share=0.75)
    assert read_design(written(PAYS, cover, kind="guaranteed"), "mine.toml").finance[0].kind == "guaranteed"


def test_only_a_public_payer_of_the_contract_can_be_made_to_sign():
    assert "Did you mean 'state'?" in problems(written(signs=["stat"]))
    assert "no public party that can refuse" in problems(written(signs=["investor"]))
    assert "'outcomes_fund' pays nothing here" in problems(written(signs=["outcomes_fund"]))


def test_what_was_expected_is_of_a_result_and_of_a_programme_of_some_size():
    places = {"places": measure("activity", expected=term(10, "place"))}
    paid = clause("price_per_outcome", metric="places", price=term(1_000, "SEK/place"))
    assert "an activity is a number of places" in problems(written(paid, measures=places))
    counted = {"placed": measure("outcomes", expected=term(10, "outcome"))}
    paid = clause("price_per_outcome", metric="placed", price=term(M, "SEK/outcome"))
    assert "this one has no size" in problems(written(paid, measures=counted))


def test_a_party_of_its_own_signs_as_whom_it_is_in_a_run():
    table = written(clause("share_of_saving", payer="ministry", share=0.5, metric="result"), signs=["ministry"])
    table["parties"] = {"ministry": {"title": "the ministry", "says": "pays", "in_run": "state"}}
    assert for_run(read_design(table, "mine.toml")).signs == ("state",)


def test_presets_that_are_known_to_have_had_a_party_of_that_kind_say_so():
    assert load_design("rikers-island").finance[0].kind == "guaranteed"
    assert load_design("sib-norrkoping").finance[0].kind == "impact-first"
    assert load_design("sib-peterborough").signs == ("state",)
