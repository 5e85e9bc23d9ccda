"""Numbers that change from a year on: what is read, what is refused, and what is in force when."""

import dataclasses
import json
import tomllib
from fnmatch import fnmatchcase

import pytest

from stupror.experiments.batches.again import scenario_text
from stupror.experiments.patterns import worth
from stupror.experiments.runs.run_folder import scenario_manifest, scenario_of
from stupror.model.children.prices import build_costs
from stupror.model.inputs.assembly.declared import declaration
from stupror.model.inputs.errors import InputError
from stupror.model.inputs.own.dated import MAY_CHANGE, idle, may_change
from stupror.model.inputs.scenario import load_scenario

SPEC = load_scenario()
PLACED = "costs.placement-13-17.amount"


def dated(*changes):
    """A scenario of these changes, each (from, path, what is so then)."""
    return load_scenario({"changes": [{"from": y, "path": p, "source": "test"} | then for y, p, then in changes]})


def test_the_last_date_that_has_come_counts_and_a_factor_is_on_the_undated_number():
    spec = dated(
        (2026, "committee.horizon", {"value": 10}),
        (2023, "committee.horizon", {"factor": 1.5}),
        (2028, "committee.horizon", {"factor": 0.5}),
    )
    assert SPEC.committee.horizon == 3
    found = [spec.in_year(year).committee.horizon for year in (2020, 2022, 2023, 2025, 2026, 2027, 2028, 2060)]
    assert found == [3, 3, 4.5, 4.5, 10, 10, 1.5, 1.5]
    assert spec.committee.horizon == 3  # the scenario itself is the undated one


def test_a_value_stays_whatever_is_drawn_and_a_factor_moves_with_what_is_drawn():
    fixed = dated((2023, "committee.horizon", {"value": 8})).with_values({"committee.horizon": 5.0})
    times = dated((2023, "committee.horizon", {"factor": 2.0})).with_values({"committee.horizon": 5.0})
    assert [each.in_year(2023).committee.horizon for each in (fixed, times)] == [8.0, 10.0]
    most = dated((2023, "committee.capacity", {"factor": 1.2})).replace("committee.capacity", 0.95)
    assert most.in_year(2023).committee.capacity == 1.0  # a share ends at 1


def test_a_product_in_force_lies_within_its_range_and_says_where_it_is_from():
    """What a design then does to the number is held within the range, so that it must have moved with it."""
    undated = SPEC.quantities["committee.horizon"]
    found = dated((2023, "committee.horizon", {"factor": 30.0})).in_year(2023).quantities["committee.horizon"]
    assert found.source == "test" != undated.source
    assert (found.value, found.range) == (90.0, (undated.range[0], 90.0))
    assert undated.range[1] < 90.0


def test_an_amount_is_moved_to_the_models_prices_like_any_other():
    told = {"value": [0, 0, 0, 0, 725_000]}
    old = dated((2023, PLACED, told | {"price_year": 2016})).in_year(2023)
    new = dated((2023, PLACED, told | {"price_year": 2020})).in_year(2023)
    at = [row.name for row in SPEC.costs].index("placement-13-17")
    assert old.costs[at].amount == SPEC.costs[at].amount
    assert new.costs[at].amount == (0, 0, 0, 0, 725_000) < old.costs[at].amount
    later = load_scenario(
        {
            "price_index": {"2025": 2 * 336.0, "source": "test"},
            "changes": [{"from": 2025, "path": "interventions.parenting.cost", "value": 20_000, "price_year": 2025,
                         "source": "test"}],
        }
    )  # fmt: skip
    item = next(each for each in later.in_year(2025).interventions if each.name == "parenting")
    assert 9_900 < item.cost < 10_100  # prices that are twice those of 2020 (335.92)


def test_a_number_has_the_hash_of_what_it_says_and_a_scenario_without_dates_the_one_that_it_had():
    one = dated((2023, "committee.horizon", {"value": 8}))
    assert one.hash() != SPEC.hash() == dataclasses.replace(one, dated=()).hash()
    assert one.hash() == dated((2023, "committee.horizon", {"value": 8})).hash()
    others = [
        dated((2024, "committee.horizon", {"value": 8})),
        dated((2023, "board.horizon", {"value": 8})),
        dated((2023, "committee.horizon", {"factor": 2.0})),
        dated((2023, "committee.horizon", {"value": 9})),
    ]
    assert len({each.hash() for each in (one, *others)}) == 5


def test_whatever_runs_no_years_takes_the_numbers_without_dates():
    spec = dated((2020, PLACED, {"factor": 2.0}), (2020, "interventions.parenting.cost", {"factor": 2.0}))
    assert build_costs(spec) is build_costs(SPEC)
    assert spec.interventions == SPEC.interventions
    assert worth.basket(spec)[1] == worth.basket(SPEC)[1]
    assert build_costs(spec.in_year(2020)) is not build_costs(SPEC)


def test_a_list_of_parameters_says_what_each_is_from_when():
    told = {"value": [0, 0, 0, 0, 700_000], "price_year": 2018}
    spec = dated((2023, PLACED, {"factor": 1.1}), (2024, PLACED, told))
    said = {row["parameter"]: row["changes"] for row in spec.table()}
    assert said[PLACED].startswith("from 2023 times 1.1 (test); from 2024: ")
    assert said[PLACED].endswith(" in prices of 2018 (test)")
    assert not any(each for path, each in said.items() if path != PLACED)


def test_what_is_written_is_read_again_to_the_last_digit():
    spec = dated(
        (2023, PLACED, {"factor": 1.1}),
        (2024, PLACED, {"value": [0, 0, 0, 0, 700_123.25], "price_year": 2018}),
        (2024, "service.ended", {"value": 0.123456789012345, "note": 'said "so"'}),
        (2025, "committee.horizon", {"value": 40, "range": [30, 50]}),
    )
    again = load_scenario(tomllib.loads(scenario_text(spec, spec.title, "test")))
    assert again.hash() == spec.hash()
    assert [each.record() for each in again.dated] == [each.record() for each in spec.dated]
    assert again.dated[2].record()["note"] == 'said "so"'
    assert again.dated[3].quantity.range == (30, 50)


def test_a_manifest_has_it_and_the_scenario_is_built_again_from_it(tmp_path):
    spec = dated((2023, PLACED, {"factor": 1.1}), (2024, "committee.horizon", {"value": 8}))
    told = json.loads(json.dumps({"scenario": scenario_manifest(spec)}))
    assert [each["from"] for each in told["scenario"]["dated"]] == [2023, 2024]
    assert scenario_of(told, tmp_path).hash() == spec.hash()
    told["scenario"]["dated"][0]["path"] = "ladder.up_none"
    with pytest.raises(InputError, match="is damaged"):
        scenario_of(told, tmp_path)
    assert "dated" not in scenario_manifest(SPEC)


def test_it_is_told_what_changes_nothing_and_what_comes_too_late():
    assert "nothing changes" in dated((2023, "committee.horizon", {"value": 3})).notes[-1]
    both = dated((2023, "committee.horizon", {"value": 8}), (2025, "committee.horizon", {"value": 3}))
    assert not any("nothing changes" in note for note in both.notes)  # the second takes the first back
    assert not dated((2023, PLACED, {"value": [0, 0, 0, 0, 725_000], "price_year": 2020})).notes  # in other prices
    assert not idle(both.dated, 2023, 3)  # the first year and the last one are in the run
    said = idle(both.dated, 2024, 1)
    assert len(said) == 2
    assert "changed in 2023" in said[0]
    assert "after the last year" in said[1]


@pytest.mark.parametrize(
    ("written", "says"),
    [
        ({"from": "2023"}, "from = '2023'. Write a year from 2000 to 2100"),
        ({"from": 1999}, "from = 1999"),
        ({"from": 2101}, "from = 2101"),
        ({"path": "committee.horizonn"}, "Did you mean 'committee.horizon'?"),
        ({"path": "parameters.committee.horizon"}, "Write 'committee.horizon'"),
        ({"path": 7}, "path = 7. Write the name"),
        ({"path": "ladder.up_none"}, "cannot change from a year on: lives move by one ladder"),
        ({"path": "interventions.parenting.escalation"}, "Add another one"),
        ({"path": "tax.municipal_rate"}, "cannot change"),
        ({"value": None}, "either value"),
        ({"factor": 2}, "either value"),
        ({"value": "8"}, "without quotes"),
        ({"value": [1, 2]}, "2 numbers; the model reads one number"),
        ({"value": 101}, "outside the range"),
        ({"value": None, "factor": 50}, "years are 0 to 100"),
        ({"value": None, "factor": -1}, "factor = -1"),
        ({"value": None, "factor": 1001, "path": PLACED}, "factor = 1001. Write a number from 0 to 1000"),
        ({"value": None, "factor": 2, "price_year": 2020}, "goes with a value"),
        ({"value": None, "factor": 2, "path": "budget.restoration_years"}, "whole number"),
        ({"source": None}, "'source' is missing"),
        ({"source": 5}, "source = 5"),
        ({"value": None, "factor": 2, "source": " "}, "source = ' '"),
        ({"when": 2023}, "unknown key 'when'"),
    ],
)
def test_what_cannot_be_is_refused_in_a_sentence(written, says):
    usual = {"from": 2023, "path": "committee.horizon", "value": 8, "source": "test"}
    record = {key: each for key, each in (usual | written).items() if each is not None}
    with pytest.raises(InputError) as said:
        load_scenario({"changes": [record]})
    assert any("changes 1" in each and says in each for each in said.value.problems), said.value.problems


def test_a_parameter_changes_once_a_year_and_changes_are_tables():
    twice = {"from": 2023, "path": "committee.horizon", "value": 8, "source": "test"}
    with pytest.raises(InputError, match="changed twice from 2023 on"):
        load_scenario({"changes": [twice, twice]})
    with pytest.raises(InputError, match=r"Write a table \[\[changes\]\]"):
        load_scenario({"changes": {"committee": 3}})


def test_every_pattern_names_parameters_and_all_of_them_have_limits():
    able = [path for path in SPEC.quantities if may_change(path)]
    assert all(declaration(path)["limits"] for path in able)
    assert all(any(fnmatchcase(path, pattern) for path in able) for pattern in MAY_CHANGE)
