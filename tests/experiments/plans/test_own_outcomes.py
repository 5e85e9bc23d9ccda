"""Outcomes of one's own in a plan: read strictly, worked out as the built-in ones are, and a part of what a run is."""

from typing import Any

import numpy as np
import pytest

from stupror.analysis.measures.outcomes import IN_NEED, OUTCOMES
from stupror.analysis.schema import TABLES
from stupror.experiments import batch
from stupror.experiments.batches.dictionary import described
from stupror.experiments.batches.engine import run_one
from stupror.experiments.batches.jobs import context_of, draw_table, jobs_of
from stupror.experiments.plans.own_outcomes import ABLE, MOST, _beyond, _words
from stupror.experiments.plans.plan import Plan, plan_of
from stupror.model import simulate
from stupror.model.contracts import load_design
from stupror.model.inputs.errors import InputError

PLACED = {
    "title": "Years in placement at 13-17",
    "unit": "year",
    "table": "children",
    "column": "children",
    "where": {"age": [13, 17], "level": "placed"},
}


def plan(own: dict[str, Any], **outcomes: Any) -> Plan:
    """A plan of two designs and two draws in Karlshamn with these outcomes."""
    return plan_of(
        {
            "title": "t",
            "model": {"municipalities": ["Karlshamn"], "years": 3, "worlds": "point"},
            "uncertainties": {"parameters": ["committee.horizon"]},
            "sampling": {"method": "halton", "draws": 2},
            "levers": {"designs": ["status-quo", "municipal-fund"]},
            "outcomes": {"own": own, **outcomes},
        }
    )


def row_of(own: dict[str, Any]) -> dict[str, Any]:
    """What the last run of such a plan gives."""
    made = plan(own)
    return run_one(context_of(made), jobs_of(made, draw_table(made))[-1])[0]


def told(table: str, column: str, **more: Any) -> dict[str, Any]:
    return {"title": "t", "unit": "u", "table": table, "column": column} | more


def test_they_come_to_what_built_in_outcomes_of_the_same_meaning_do() -> None:
    row = row_of(
        {
            "mine_reached": told("enrolment", "children", per="year"),
            "mine_in_need": told("levels", "actual", where={"level": list(IN_NEED)}, per="child"),
            "mine_deadweight": told("enrolment", "deadweight", over="judged"),
        }
    )
    assert row["mine_reached"] == row["reached"] > 0
    assert row["mine_in_need"] == pytest.approx(row["years_in_need"], rel=1e-12)
    assert np.isnan(row["mine_deadweight"])  # nobody has been followed for ten years: a share of nothing
    assert np.isnan(row["deadweight"])


@pytest.mark.parametrize(
    ("table", "where", "there"),
    [
        ("children", {"age": [900, 901]}, "0 to 22"),
        ("children", {"age": 23}, "0 to 22"),
        ("children", {"age": [12.2, 12.8]}, "0 to 22, in whole numbers"),
        ("children", {"children": [-5, -1]}, "0 or more"),
        ("costs", {"age": [65, 70]}, "0 to 64"),
        ("costs", {"age": 30, "phase": "simulated"}, "0 to 22"),
        ("school", {"year": 2023}, "2020 to 2022"),
        ("costs", {"year": 2019}, "2020 to 2087"),
        ("costs", {"year": 2023, "phase": "simulated"}, "2020 to 2022"),
        ("levels", {"year": 2022, "phase": "expected"}, "2023 to 2087"),
        ("projects", {"followed_years": 4}, "0 to 3"),
        ("municipalities", {"frail": [1.5, 2]}, "0 to 1, so"),
        ("municipalities", {"fund_since": [2023, 2030]}, "0 to 2022"),
    ],
)
def test_rows_that_cannot_be_there_are_refused(table: str, where: dict[str, Any], there: str) -> None:
    numbers = {"levels": "actual", "costs": "actual_sek", "school": "pupils"}
    with pytest.raises(InputError, match=f"in the runs of this plan it is {there}.*no row is meant"):
        plan({"mine": told(table, numbers.get(table, "children"), where=where)})


def test_every_row_of_a_run_is_one_that_can_be_there() -> None:
    made = plan({"mine": told("children", "children")})
    tables = simulate(made.scenario, made.designs[1], seed=1, years=3)
    for table in ABLE:
        numbers = tables[table].select_dtypes("number").drop(columns="seed", errors="ignore")
        for column in numbers if len(numbers) else ():
            for value in (numbers[column].min(), numbers[column].max()):
                assert list(_beyond(table, {column: (value, value)}, range(2020, 2023))) == [], (table, column, value)


def test_a_sum_worked_by_hand_over_the_rows_that_are_meant() -> None:
    made = plan(
        {
            "placed": PLACED,
            "saved": told(
                "costs", "untreated_sek", minus="actual_sek", where={"payer": "social", "phase": "simulated"},
                discounted=True, times=-0.001,
            ),
            "missed": told("school", "not_eligible", over="pupils"),
            "here": told("bodies", "mandatory_sek", where={"municipality": "1082", "body": "social", "year": 2021}),
            "helped": told("children", "children", where={"treated": True, "year": [2022, 2022]}),
        }
    )  # fmt: skip
    job = jobs_of(made, draw_table(made))[-1]
    row = run_one(context_of(made), job)[0]
    world = made.scenario.with_values(dict(job.values))
    tables = simulate(world, made.designs[1], seed=job.seed, years=3)
    lives = tables["children"]
    assert row["placed"] == lives.query("13 <= age <= 17 and level == 'placed'")["children"].sum() > 0
    by_year = tables["costs"].query("payer == 'social' and phase == 'simulated'").groupby("year").sum(numeric_only=True)
    saved = by_year["untreated_sek"] - by_year["actual_sek"]
    rate = world.discount.rate
    assert row["saved"] == pytest.approx(-0.001 * sum(saved[2020 + t] / (1 + rate) ** t for t in range(3)))
    assert row["saved"] != 0
    school = tables["school"]
    assert row["missed"] == school["not_eligible"].sum() / school["pupils"].sum()
    assert row["here"] == tables["bodies"].query("body == 'social' and year == 2021")["mandatory_sek"].sum() > 0
    assert row["helped"] == lives.query("treated and year == 2022")["children"].sum() > 0


def test_they_are_in_the_table_the_dictionary_and_the_analysis(tmp_path: Any) -> None:
    made = batch(plan({"placed": PLACED}, names=["cost_fiscal"]).document, tmp_path / "out")
    assert list(made.runs.columns[-2:]) == ["cost_fiscal", "placed"]
    assert made.manifest["outcomes"] == ["cost_fiscal", "placed"]
    assert set(made.summary()["outcome"]) == {"cost_fiscal", "placed"}
    assert "Years in placement at 13-17" in made._repr_html_()
    column = described(plan({"placed": PLACED}))["runs"][1][-1]
    assert column == ("placed", "float", "year", "Years in placement at 13-17")


def test_another_outcome_is_another_run_and_a_plan_without_has_the_keys_that_it_had() -> None:
    def keys(made: Plan) -> set[str]:
        return {job.key for job in jobs_of(made, draw_table(made))}

    plain, one, other = plan({}), plan({"placed": PLACED}), plan({"placed": PLACED | {"times": 2}})
    assert len(keys(plain) | keys(one) | keys(other)) == 3 * plain.runs
    assert keys(one) == keys(plan({"placed": dict(PLACED)}))
    assert plain.outcomes == tuple(OUTCOMES)


@pytest.mark.parametrize(
    ("name", "change", "says"),
    [
        ("placed", {"table": "child"}, "Did you mean 'children'?"),
        ("placed", {"table": "options"}, "is not known"),
        ("placed", {"column": "childs"}, "Did you mean 'children'?"),
        ("placed", {"column": "level"}, "is not known"),
        ("placed", {"where": {"lvl": "placed"}}, "'lvl' is no column of children"),
        ("placed", {"where": {"level": "plced"}}, "Did you mean 'placed'?"),
        ("placed", {"where": {"level": 3}}, "Write a word in quotes"),
        ("placed", {"where": {"level": []}}, "Write a word in quotes"),
        ("placed", {"where": {"age": [17, 13]}}, "[least, greatest]"),
        ("placed", {"where": {"age": "13"}}, "[least, greatest]"),
        ("placed", {"where": {"treated": 1}}, "true or false"),
        ("placed", {"where": {"municipality": "0180"}}, "never stands there"),
        ("placed", {"per": "head"}, "is not known"),
        ("placed", {"per": "child", "over": "children"}, "both over and per"),
        ("placed", {"times": 0}, "other than 0"),
        ("placed", {"times": 1e12}, "times = 1"),
        ("placed", {"discounted": "yes"}, "true or false"),
        ("placed", {"table": "municipalities", "column": "children", "where": {}, "discounted": True}, "no years"),
        ("placed", {"table": "municipalities", "column": "children", "where": {"name": "Karlshamn"}}, "not fixed"),
        ("placed", {"unit": ""}, "Write a text"),
        ("placed", {"sum": 1}, "unknown key 'sum'"),
        ("cost_fiscal", {}, "built-in one"),
        ("seed", {}, "built-in one"),
        ("Placed!", {}, "cannot be its name"),
    ],
)
def test_what_cannot_be_is_refused_in_a_sentence(name: str, change: dict[str, Any], says: str) -> None:
    with pytest.raises(InputError) as said:
        plan({name: PLACED | change})
    assert any(f"outcomes.own.{name}" in each and says in each for each in said.value.problems), said.value.problems


def test_what_is_missing_or_no_table_is_refused() -> None:
    with pytest.raises(InputError, match=r"outcomes.own.placed: 'unit' is missing"):
        plan({"placed": {key: each for key, each in PLACED.items() if key != "unit"}})
    with pytest.raises(InputError, match=r"Write a table \[outcomes.own.placed\]"):
        plan({"placed": "children"})
    assert set(ABLE) < set(TABLES)
    with pytest.raises(InputError, match=f"at most {MOST}"):
        plan({f"placed_{number}": PLACED for number in range(MOST + 1)})


def test_rows_can_be_chosen_by_every_word_that_a_run_writes() -> None:
    """All columns of text but those in which the words of a municipality's own stand."""
    made = plan({})
    open_ = {"design", "name", "practice", "region_practice", "outcome_contract"}
    for design in ("municipal-fund", "sib-peterborough"):
        tables = simulate(made.scenario, load_design(design), seed=1, years=2)
        for table in ABLE:
            for column in {name for name, kind, _, _ in TABLES[table][1] if kind == "text"} - open_:
                words = set(_words(table, column, made.scenario))
                assert words >= set(tables[table][column]), (table, column)
                assert words, (table, column)
