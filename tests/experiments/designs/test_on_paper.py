"""`stupror settle`: hand-worked payments, exactly the keys that a contract asks, and sums that are zero."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stupror.experiments.designs.contradictions import contradictions
from stupror.experiments.designs.on_paper import answers, asked, number, settled, size
from stupror.model.contracts import design_names, load_design
from stupror.model.inputs.errors import InputError

Stupror = Callable[..., Any]
DELIVERED = ("--set", "delivered=true")
SETTLED = [name for name in design_names() if load_design(name).clauses]


def sib(stupror: Stupror, saving: object, improved: bool, *more: object) -> dict[str, Any]:
    improvement = f"school_results={int(improved)}"
    answer = stupror(
        "settle",
        "sib-norrkoping",
        *DELIVERED,
        "--set",
        f"cost_reduction={saving}",
        "--set",
        improvement,
        "--json",
        *more,
    )
    assert answer.code == 0, answer.err
    record: dict[str, Any] = json.loads(answer.out)
    return record


# Reading A of the contract (K1): 10 M put in; at least 40 % = 4 M, at most 10 M, or 12 M with better school results.
@pytest.mark.parametrize(
    ("saving", "improved", "paid", "why"),
    [
        (0, True, 4_000_000, "guarantee"),
        ("5_000_000", True, 5_000_000, "share_of_saving"),
        ("8e6", True, 8_000_000, "share_of_saving"),
        ("12_000_000", True, 12_000_000, "share_of_saving"),
        ("15e6", True, 12_000_000, "share_of_saving, cap"),
        ("15e6", False, 10_000_000, "share_of_saving, cap"),
        (-3_000_000, False, 4_000_000, "guarantee"),
    ],
)
def test_norrkoping_as_worked_by_hand(stupror: Stupror, saving: object, improved: bool, paid: int, why: str) -> None:
    record = sib(stupror, saving, improved)
    assert list(record) == ["design", "currency", "cost", "given", "terms", "transfers", "paid", "net"]
    assert (record["currency"], record["cost"]) == ("SEK", 10_000_000)
    assert record["design"] == "sib-norrkoping"
    assert record["paid"] == {"municipality->investor": paid}
    assert record["net"] == {"investor": paid - 10_000_000, "municipality": 10_000_000 - paid}
    put_in = [t for t in record["transfers"] if t["clause"] == "finance"]
    assert [(t["year"], t["from"], t["to"], t["amount"]) for t in put_in] == [
        (0, "investor", "municipality", 3_333_333),
        (1, "investor", "municipality", 3_333_333),
        (2, "investor", "municipality", 3_333_334),
    ]
    owed = [t for t in record["transfers"] if t["clause"] != "finance"]
    assert owed == [
        {"year": 3, "from": "municipality", "to": "investor", "amount": paid, "clause": why}
    ]  # measured over four years: 0, 1, 2, 3


def test_nothing_is_paid_and_still_listed(stupror: Stupror) -> None:
    answer = stupror(
        "settle", "sib-norrkoping", "--json", "--set", "delivered=false", "--set", "cost_reduction=0",
        "--set", "school_results=0",
    )  # fmt: skip
    record = json.loads(answer.out)
    assert record["paid"] == {"municipality->investor": 0}
    assert {t["clause"] for t in record["transfers"]} == {"finance"}


def test_another_size_and_another_term(stupror: Stupror) -> None:
    assert sib(stupror, "8e6", True, "--cost", "5_000_000")["paid"] == {
        "municipality->investor": 6_000_000
    }  # 1.2 x 5 M
    assert sib(stupror, 0, True, "--children", 30)["paid"] == {
        "municipality->investor": 2_000_000
    }  # 40 % of 30/60 x 10 M
    answer = stupror(
        "settle", "state-outcomes-fund[share=0.8,cap=1.5]+competence-centre", "--cost", "1_000_000", "--json",
        "--set", "cost_reduction=2_000_000",
    )  # fmt: skip
    record = json.loads(answer.out)
    assert record["paid"] == {"outcomes_fund->municipal_fund": 1_500_000}  # 0.8 x 2 M = 1.6 M, at most 1.5 x 1 M
    assert record["terms"]["clause.share_of_saving.share"] == 0.8
    assert record["design"] == "state-outcomes-fund[share=0.8,cap=1.5]+competence-centre"


def test_the_table_for_a_board(stupror: Stupror) -> None:
    answer = stupror("settle", "sib-norrkoping", *DELIVERED, "--set", "cost_reduction=8e6", "--set", "school_results=3")
    lines = [" ".join(line.split()) for line in answer.out.splitlines()]
    assert "The programme costs 10 000 000 SEK for 60 participants." in lines
    assert "The municipality runs the programme itself; the 10 000 000 SEK are spent on it." in lines
    assert "0 investor municipality 3 333 333 put in up front" in lines
    assert "3 municipality investor 8 000 000 share_of_saving" in lines
    assert any(line.startswith("investor -2 000 000") for line in lines)


@pytest.mark.parametrize("name", SETTLED)
@settings(max_examples=25)
@given(data=st.data())
def test_every_design_sums_to_zero_and_names_all_its_parties(name: str, data: st.DataObject) -> None:
    design = load_design(name)
    cost = data.draw(st.integers(0, 10**9))
    given: dict[str, float | bool] = {
        each.key: data.draw(st.floats(max(each.low, -1e9), min(each.high, 1e9)) if each.unit else st.booleans())
        for each in asked(design)
    }
    if given.get("delivered") is False:  # then nothing can have been reached
        given = {key: value if isinstance(value, bool) else min(value, 0.0) for key, value in given.items()}
    if contradictions(design, given, cost, None):
        return
    record = settled(design, given, cost).record
    assert sum(record["net"].values()) == 0
    assert set(design.parties) <= set(record["net"])
    assert set(record["paid"]) == {f"{clause.payer}->{clause.receiver}" for clause in design.clauses}
    moved = sum(t["amount"] for t in record["transfers"] if t["clause"] != "finance")
    assert sum(record["paid"].values()) == moved
    assert all(t["amount"] > 0 for t in record["transfers"])


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (
            ["sib-norrkoping", "--set", "cost_reducton=1"],
            ["cost_reducton", "Did you mean 'cost_reduction'?", "It asks for"],
        ),
        (
            ["sib-norrkoping"],
            ["delivered is missing", "school_results is missing", "cost_reduction is missing"],
        ),
        (["sib-norrkoping"], ["[SEK]", "fall in the cost", "true or false", "the programme was carried out"]),
        (["sib-norrkoping", "--set", "delivered=yes"], ["'yes'", "Give true or false"]),
        (["sib-norrkoping", "--set", "delivered"], ["'delivered'", "key=value"]),
        (["sib-norrkoping", *DELIVERED, *DELIVERED], ["delivered: is given twice"]),
        (["sib-norrkoping", "--set", "cost_reduction=2,5"], ["'2,5'", "Write a decimal point: 2.5"]),
        (["sib-norrkoping", "--set", "cost_reduction=10 000 000"], ["Write 10_000_000"]),
        (["sib-norrkoping", "--set", "cost_reduction=10,000,000"], ["Write 10_000_000"]),
        (["sib-norrkoping", "--set", "cost_reduction=ten"], ["'ten'", "[SEK]"]),
        (["sib-norrkoping", "--set", "cost_reduction=nan"], ["'nan'"]),
        (["sib-norrkoping", "--set", "cost_reduction=1e300"], ["'1e300'", "more than any contract"]),
        (["sib-norrkoping", "--cost", "-5"], ["--cost is -5", "whole SEK"]),
        (["sib-norrkoping", "--children", 0], ["--children is 0"]),
        (["rikers-island", "--set", "fall=12%"], ["'12%'", "the unit is %"]),
        (["rikers-island", "--set", "fall=120"], ["--set fall is 120", "100 %"]),
        (
            ["state-outcomes-fund", "--set", "cost_reduction=1"],
            ["--cost is missing", "[programme]", "--cost 10_000_000"],
        ),
        (["status-quo"], ["nothing to settle", "owner 100 %"]),
        (["competence-centre"], ["is an add-on", "DESIGN+competence-centre"]),
        (["sib-norkoping"], ["'sib-norkoping'", "'sib-norrkoping'"]),
    ],
    ids=lambda value: " ".join(map(str, value[1:])) or value[0] if isinstance(value, list) else "",
)
def test_what_cannot_be_settled_is_refused_by_name(stupror: Stupror, words: list[object], said: list[str]) -> None:
    answer = stupror("settle", *words)
    assert answer.code == 2, answer
    assert answer.out == ""
    assert "Traceback" not in answer.err
    for word in said:
        assert word in answer.err


def test_all_problems_are_told_at_once() -> None:
    design = load_design("sib-norrkoping")
    with pytest.raises(InputError) as refused:
        answers(asked(design), ["delivered=maybe", "cost_reduction=1,5", "savings=3"], design.name)
    assert len(refused.value.problems) == 4  # and school_results is missing


def test_size_follows_the_contract_unless_told_otherwise() -> None:
    design = load_design("sib-norrkoping")
    assert size(design, None, None) == (10_000_000, 60)
    assert size(design, None, 120) == (20_000_000, 120)
    assert size(design, "7e6", None) == (7_000_000, None)
    assert size(design, "7e6", 35) == (7_000_000, 35)


@given(st.integers(-(10**14), 10**14))
def test_numbers_are_read_as_they_are_written(value: int) -> None:
    problems: list[str] = []
    for text in (str(value), f"{value:_}", f"{value}.0", f"{value}e0"):
        assert number(text, "--cost", "SEK", problems) == value
    assert problems == []
