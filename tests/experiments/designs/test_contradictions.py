"""Answers that cannot all be true are refused by name; those that can are settled."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from stupror.experiments.designs.contradictions import contradictions
from stupror.experiments.designs.on_paper import answers, asked, derived
from stupror.model.contracts import Design, read_design
from tests.model.contracts.written import clause, document, measure, term

Stupror = Callable[..., Any]
N = {"n": measure("outcomes", 4)}
PRICE = term(1000, "SEK/outcome")


def each_paid(**measures: Any) -> Design:
    """A contract that pays a price for each of several measures."""
    clauses = [
        clause("price_per_outcome", metric=name, part=name, price=term(1000, f"SEK/{unit(each)}"))
        for name, each in measures.items()
    ]
    return read_design(document(*clauses, measures=measures), "test.toml")


def unit(table: dict[str, Any]) -> str:
    return {"activity": "place", "share": "%", "fall": "%"}.get(table["kind"], "outcome")


def wrong(design: Design, cost: int = 1000, children: int | None = None, **given: Any) -> str:
    return " ".join(contradictions(design, given, cost, children))


GROUPS = {
    "all": measure("outcomes", 4),
    "one": measure("outcomes", 4, group=1, groups=2),
    "two": measure("outcomes", 4, group=2, groups=2),
}
SHARES = {name: each | {"kind": "share", "outcome": "eligible", "evaluation": "none"} for name, each in GROUPS.items()}
EARLY_LATE = {"early": measure("activity", 1), "late": measure("activity", 3)}


@pytest.mark.parametrize(
    ("measures", "fits", "does_not", "said"),
    [
        (GROUPS, {"all": 30, "one": 10, "two": 20}, {"all": 40, "one": 10, "two": 20}, "its groups sum to 30"),
        (SHARES, {"all": 15, "one": 10, "two": 20}, {"all": 25, "one": 10, "two": 20}, "between the lowest"),
        (EARLY_LATE, {"early": 5, "late": 5}, {"early": 5, "late": 4}, "less than early = 5"),
    ],
)  # fmt: skip
def test_a_total_its_groups_and_two_follow_ups_must_agree(
    measures: dict[str, Any], fits: dict[str, float], does_not: dict[str, float], said: str
) -> None:
    design = each_paid(**measures)
    assert wrong(design, **fits) == ""
    assert said in wrong(design, **does_not)


def test_what_has_a_comparison_may_become_less() -> None:
    """Years not placed beyond the comparison may be lost again, and so may a saving."""
    assert wrong(each_paid(early=measure("outcomes", 1), late=measure("outcomes", 3)), early=9, late=2) == ""


def test_what_is_counted_so_far_cannot_become_less() -> None:
    starts = {"n": measure("activity", 2)}
    design = read_design(
        document(clause("price_per_outcome", price=term(1000, "SEK/place"), every="year"), measures=starts), "test.toml"
    )
    assert wrong(design, n=(5.0, 9.0)) == ""
    assert "4 comes after 5" in wrong(design, n=(5.0, 4.0))


def test_where_nothing_was_delivered_nothing_was_reached() -> None:
    table = document(clause("price_per_outcome", price=PRICE, when="delivered"), measures=N, conditions=["delivered"])
    design = read_design(table, "test.toml")
    assert wrong(design, n=0.0, delivered=False) == ""
    assert wrong(design, n=3.0, delivered=True) == ""
    assert "n=3: cannot be above 0 where delivered=false" in wrong(design, n=3.0, delivered=False)


def test_a_condition_follows_from_its_measure_and_the_size() -> None:
    many = {"many": {"says": "many", "measure": "n", "above": term(100, "outcome")}}
    size = {"cost": term(1000, "SEK"), "children": term(100, "child")}
    table = document(clause("bonus", share=0.5, when="many"), measures=N, conditions=many, programme=size)
    design = read_design(table, "test.toml")
    assert [each.key for each in asked(design)] == ["n"]
    questions = [*asked(design), *derived(design)]
    assert answers(questions, ["n=101"], "x") == {"n": 101}
    assert answers(questions, ["n=101", "many=true"], "x") == {"n": 101, "many": True}
    assert wrong(design, children=100, n=101.0, many=True) == ""
    assert "many=true: is not so. It follows from n = 60: true above 100" in wrong(
        design, children=100, n=60.0, many=True
    )
    assert wrong(design, 500, 50, n=60.0, many=True) == ""  # half the size: true above 50


def test_the_command_refuses_by_name_and_pays_by_date(stupror: Stupror, tmp_path: Path) -> None:
    said = stupror("settle", "sib-norrkoping", "--set", "delivered=true", "--set", "cost_reduction=1e6",
                   "--set", "school_results=0", "--set", "school_results_improved=true")  # fmt: skip
    assert said.code == 2
    assert "school_results_improved=true: is not so" in said.err
    file = tmp_path / "yearly.toml"
    quantity = 'value = {}, unit = "{}", range = [0, 1e9], source = "a test"'
    file.write_text(
        "\n".join(f'{key} = "yearly"' for key in ("name", "title", "title_sv", "summary", "summary_sv", "source"))
        + '\n[decision]\nbody = "board"\n[finance.investor]\nform = "investment"\nshare = {value = 1, unit = "1", '
        'range = [0, 1], source = "a test"}\n[measure.n]\nkind = "activity"\nevaluation = "none"\nfollow_up_years = {'
        + quantity.format(2, "year").replace("1e9", "9").replace("[0", "[1")
        + '}\n[[clause]]\nkind = "price_per_outcome"\npayer = "state"\nreceiver = "investor"\nevery = "half-year"\n'
        "price = {" + quantity.format(1000, "SEK/place") + "}\n",
        encoding="utf-8",
    )
    right = stupror("settle", file, "--cost", "1e6", "--set", "n=10/30/30/45")
    lines = [" ".join(line.split()) for line in right.out.splitlines()]
    assert [line for line in lines if "price_per_outcome" in line] == [
        "0 6 state investor 10 000 price_per_outcome",
        "0 state investor 20 000 price_per_outcome",
        "1 state investor 15 000 price_per_outcome",
    ]
    short = stupror("settle", file, "--cost", "1e6", "--set", "n=45")
    assert short.code == 2
    assert "Give 4 values, what had been reached 6, 12, 18 and 24 months after the start" in short.err
