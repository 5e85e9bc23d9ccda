"""Malformed contracts of each kind: refused before use, by a message that names the file, the place and the remedy."""

import re
import tomllib
from collections.abc import Callable
from typing import Any

import pytest

from stupror.model.contracts import design_names, load_design, read_design
from stupror.model.contracts.loader import DESIGNS
from stupror.model.inputs.errors import InputError

FOLLOW_UP = "measure.cost_reduction.follow_up_years"
FIVE = {"status-quo", "municipal-fund", "municipal-fund-repayment", "state-outcomes-fund", "planner"}


def document(name: str = "sib-norrkoping") -> dict[str, Any]:
    return tomllib.loads((DESIGNS / f"{name}.toml").read_text(encoding="utf-8"))


def refusal(spoil: Callable[[dict[str, Any]], object], name: str = "sib-norrkoping") -> tuple[str, ...]:
    """Spoil a good contract and give the problems found; each must name the file."""
    spoilt = document(name)
    spoil(spoilt)
    with pytest.raises(InputError) as caught:
        read_design(spoilt, "mine.toml")
    problems = tuple(caught.value.problems)
    assert problems
    assert all(problem.startswith("mine.toml: ") for problem in problems)
    return problems


def set_in(*path: Any) -> Callable[[dict[str, Any]], None]:
    """Set the value at the end of a path: the last entry is the value."""

    def spoil(table: Any) -> None:
        for key in path[:-2]:
            table = table[key]
        table[path[-2]] = path[-1]

    return spoil


def wide(value: float, high: float, unit: str = "1") -> dict[str, Any]:
    """A record whose own range would allow the value."""
    return {"value": value, "unit": unit, "range": [0, high], "source": "assumed"}


def drop(*path: Any) -> Callable[[dict[str, Any]], None]:
    def spoil(table: Any) -> None:
        for key in path[:-1]:
            table = table[key]
        del table[path[-1]]

    return spoil


def test_the_five_designs_are_there_and_every_file_bears_its_own_name():
    names = design_names()
    assert set(names) >= FIVE
    assert [load_design(name).name for name in names] == names


@pytest.mark.parametrize(
    ("spoil", "place", "words"),
    [
        (set_in("clause", 1, "kind", "capp"), "clause 2", ["'capp'", "Did you mean 'cap'?"]),
        (drop("clause", 1, "kind"), "clause 2", ["'kind' is missing"]),
        (set_in("clause", 0, "payer", "municpality"), "clause 1 (share_of_saving)", ["Did you mean 'municipality'?"]),
        (set_in("clause", 0, "receiver", "municipality"), "clause 1 (share_of_saving)", ["both 'municipality'"]),
        (set_in("clause", 0, "shares", 0.5), "clause 1 (share_of_saving)", ["unknown key 'shares'", "'share'?"]),
        (drop("clause", 0, "share"), "clause 1 (share_of_saving)", ["'share' is missing"]),
        (set_in("clause", 0, "share", "value", 1.5), "clause 1 (share_of_saving).share", ["1.5", "0 to 1"]),
        (set_in("clause", 0, "share", "unit", "SEK"), "clause 1 (share_of_saving).share", ["'SEK'", "'1'"]),
        (set_in("clause", 0, "share", 0.5), "clause 1 (share_of_saving).share", ["0.5"]),
        (drop("clause", 0, "share", "source"), "clause 1 (share_of_saving).share", ["source"]),
        (set_in("clause", 0, "share", "rnge", [0, 1]), "clause 1 (share_of_saving).share", ["Did you mean 'range'?"]),
        (set_in("clause", 0, "share", "value", "all"), "clause 1 (share_of_saving).share", ["value"]),
        (set_in("clause", 0, "share", "range", [0, 0.5]), "clause 1 (share_of_saving).share", ["range", "0.5"]),
        (set_in("clause", 0, "share", "range", [0, 3]), "clause 1 (share_of_saving).share", ["range", "0 to 1"]),
        (set_in("clause", 2, "share", wide(0.3, 2)), "clause 3 (cap)", ["0.3", "guarantee of 0.4", "clause 4"]),
        (drop("clause", 1, "share"), "clause 2 (cap)", ["none of amount, share, share_of_metric", "exactly one"]),
        (set_in("clause", 3, "when", "deliverd"), "clause 4 (guarantee)", ["'deliverd'", "Did you mean 'delivered'?"]),
        (drop("clause", 3, "when"), "clause 4 (guarantee)", ["'when' is missing"]),
        (set_in("conditions", "sunny", {"says": "the sun shone"}), "conditions", ["'sunny' is named by no clause"]),
        (set_in("conditions", "delivered", ""), "conditions", ["delivered = ''", "[conditions.delivered]"]),
        (set_in("finance", "investor", "share", "value", 0.9), "finance", ["sum to 0.9", "investor 0.9"]),
        (set_in("finance", "banker", {}), "finance", ["unknown party 'banker'"]),
        (set_in("finance", "investor", "form", "loan"), "finance.investor", ["'loan'", "investment"]),
        (drop("finance"), "file", ["'finance' is missing"]),
        (
            set_in("measure", "cost_reduction", "payers", ["socail"]),
            "measure.cost_reduction",
            ["'socail'", "Did you mean 'social'?"],
        ),
        (set_in("measure", "cost_reduction", "payers", []), "measure.cost_reduction", ["payers is empty"]),
        (set_in("measure", "cost_reduction", "payers", ["social", "social"]), "measure.cost_reduction", ["twice"]),
        (
            set_in("measure", "cost_reduction", "evaluation", "hunch"),
            "measure.cost_reduction",
            ["'hunch'", "matched-comparison"],
        ),
        (
            set_in("measure", "cost_reduction", "kind", "cost_reducton"),
            "measure.cost_reduction",
            ["Did you mean 'cost_reduction'?"],
        ),
        (
            set_in("measure", "cost_reduction", "kind", "outcomes"),
            "clause 1 (share_of_saving)",
            ["SEK", "price_per_outcome"],
        ),
        (set_in("measure", "cost_reduction", "follow_up_years", "value", 2.5), FOLLOW_UP, ["2.5", "whole number"]),
        (set_in("measure", "cost_reduction", "follow_up_years", wide(70, 90, "year")), FOLLOW_UP, ["70", "1 to 65"]),
        (drop("measure"), "clause 1 (share_of_saving)", ["nothing is. Add [measure.NAME]"]),
        (drop("clause"), "measure.cost_reduction", ["nothing is paid on it", "[[clause]]"]),
        (set_in("decision", "body", "comittee"), "decision", ["Did you mean 'committee'?"]),
        (drop("decision", "body"), "decision", ["'body' is missing"]),
        (set_in("clauses", []), "file", ["unknown key 'clauses'", "Did you mean 'clause'?"]),
        (set_in("title_sv", 7), "file", ["title_sv = 7"]),
        (set_in("clause", {}), "clause", ["[[clause]]"]),
        (set_in("measure", 4), "measure", ["is 4", "[measure]"]),
    ],
)
def test_a_malformed_contract_is_refused_by_name(spoil, place, words):
    problems = refusal(spoil)
    ours = [problem for problem in problems if problem.startswith(f"mine.toml: {place}: ")]
    assert any(all(word in problem for word in words) for problem in ours), problems


@pytest.mark.parametrize(
    ("spoil", "place", "words"),
    [
        (
            set_in("clause", 1, "years", "value", 4),
            "clause 2 (schedule)",
            ["4 years after the measurement", "(within) is 3"],
        ),
        (set_in("clause", 1, "payer", "board"), "clause 2 (schedule)", ["no clause before it makes board owe"]),
        (lambda d: d["clause"].append(d["clause"][1]), "clause 3 (schedule)", ["has a schedule in clause 2"]),
        (lambda d: d["clause"].reverse(), "clause 1 (schedule)", ["so it does nothing", "Move it down"]),
        (set_in("clause", 1, "when", "results_shown"), "clause 2 (schedule)", ["unknown key 'when'"]),
    ],
)
def test_a_malformed_schedule_is_refused_by_name(spoil, place, words):
    problems = refusal(spoil, "municipal-fund-repayment")
    ours = [problem for problem in problems if problem.startswith(f"mine.toml: {place}: ")]
    assert any(all(word in problem for word in words) for problem in ours), problems


def test_a_share_taken_over_needs_somebody_who_owes():
    def spoil(table: dict[str, Any]) -> None:
        share = table["clause"][0]["share"] | {"value": 0.3}
        common = {"kind": "co_pay", "receiver": "investor", "share": share}
        table["clause"].append(common | {"payer": "state", "instead_of": "region"})
        table["clause"].append(common | {"payer": "municipality", "instead_of": "municipality"})

    problems = refusal(spoil)
    assert any("clause 5 (co_pay)" in p and "makes region owe investor" in p for p in problems)
    assert any("clause 6 (co_pay)" in p and "instead of itself" in p for p in problems)


def test_a_band_needs_a_width():
    (problem,) = refusal(
        set_in("clause", 2, "up_to", {"value": 1.0, "unit": "1", "range": [0, 2], "source": "assumed"}),
        "sib-norrkoping-shared",
    )
    assert re.search(r"clause 3 \(share_of_saving\): up_to = 1 is not above 1", problem)


def test_all_problems_of_a_file_are_reported_at_once():
    def spoil(table: dict[str, Any]) -> None:
        table["decision"]["body"] = "nobody"
        table["clause"][0]["kind"] = "gift"
        table["finance"]["investor"]["share"]["value"] = 0.5
        table["measure"]["cost_reduction"]["evaluation"] = "hunch"

    text = "\n".join(refusal(spoil))
    assert all(word in text for word in ("'nobody'", "'gift'", "sum to 0.5", "'hunch'"))


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("Statlig utfallsfond", "state-outcomes-fund"),
        ("kommunal fond", "municipal-fund"),
        ("statusquo", "status-quo"),
        ("regional fond", "regional-fund"),
    ],
)
def test_a_design_is_meant_by_its_title_in_either_language(name, meant):
    with pytest.raises(InputError, match=f"Did you mean '{meant}'"):
        load_design(name)


def test_an_unknown_design_is_refused_with_the_nearest_name():
    with pytest.raises(InputError, match="Did you mean 'planner'"):
        load_design("planer")


def test_a_file_of_ones_own_is_read_from_disk(tmp_path):
    mine = tmp_path / "mine.toml"
    text = (DESIGNS / "status-quo.toml").read_text(encoding="utf-8")
    mine.write_text(text.replace('"status-quo"', '"mine"'), encoding="utf-8")
    assert load_design(str(mine)).name == "mine"


@pytest.mark.parametrize(("content", "word"), [(None, "no such file"), ("[decision", "is not TOML")])
def test_a_file_that_is_no_contract_is_refused(tmp_path, content, word):
    mine = tmp_path / "mine.toml"
    if content is not None:
        mine.write_text(content, encoding="utf-8")
    with pytest.raises(InputError, match=word) as caught:
        load_design(str(mine))
    assert "mine.toml" in str(caught.value)
