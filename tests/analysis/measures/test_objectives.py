"""Objectives by hand on the small world (`world.py`): what designs are judged by, and which way is better."""

import ast
from pathlib import Path

import pandas as pd
import pytest

from stupror import analysis
from stupror.analysis.measures.objectives import OBJECTIVES, judge
from tests.analysis.world import tables

# fund: its programme costs the municipality 100 and saves it 40 a year; it gets 30 in 2021 from the state, which saves
# 80 a year. The planner's costs 100 and saves 240 a year.


def by_hand(rate: float) -> dict[str, float | None]:
    years = 1 + 1 / (1 + rate)  # the same amount in 2020 and in 2021
    public, planner = 120 * years - 100, 240 * years - 100
    return {
        "planner_share": 100 * public / planner,
        "public_gain": public / 1e6,
        "municipality_gain": (40 * years - 100 + 30 / (1 + rate)) / 1e6,
        "region_gain": None,  # no region in that world
        "state_net_cost": -(80 * years - 30 / (1 + rate)) / 1e6,
        "invested": 100 / 1e6,
        "children_reached": 4,
        "investor_gain": 0,
        "overpayment": 50,  # paid 30, on the true effect 20
        "transaction_cost": 0,
        "deadweight": 25,
    }


@pytest.mark.parametrize("rate", [0.0, 0.03, 0.1])
def test_every_objective_by_hand_at_the_rate_asked_for(rate: float) -> None:
    judged, wanted = judge(tables(), rate), by_hand(rate)
    assert judged[["design", "seed"]].to_numpy().tolist() == [["fund", 1], ["fund", 2]]
    assert list(wanted) == list(OBJECTIVES) == list(judged.columns[2:])
    for name, value in wanted.items():
        if value is None:
            assert judged[name].isna().all()
        else:
            assert judged[name].tolist() == pytest.approx([value, value])


def test_no_measure_takes_a_discount_rate_that_nobody_asked_for() -> None:
    folder, seen = Path(analysis.__file__).parent, 0
    for path in folder.rglob("*.py"):
        for each in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(each, ast.FunctionDef):
                plain, named = each.args.posonlyargs + each.args.args, each.args.kwonlyargs
                given = [*plain[len(plain) - len(each.args.defaults) :]]
                given += [arg for arg, value in zip(named, each.args.kw_defaults, strict=True) if value is not None]
                seen += sum(arg.arg.endswith("rate") for arg in (*plain, *named))
                assert not [arg.arg for arg in given if arg.arg.endswith("rate")], f"{path.name}: {each.name}"
    assert seen > 20


def test_directions_and_meanings_are_said() -> None:
    for objective in OBJECTIVES.values():
        assert objective.better in ("max", "min")
        assert objective.unit
        assert objective.meaning


def test_without_a_reference_there_is_no_value_and_no_failure() -> None:
    alone = tables(designs=("fund",))
    judged = judge(alone, 0.03, ("planner_share", "state_net_cost", "deadweight"))
    assert judged[["planner_share", "state_net_cost"]].isna().all(axis=None)
    assert judged["deadweight"].tolist() == [25, 25]


def test_the_order_of_runs_does_not_matter() -> None:
    forward = tables()
    backward = {name: table.iloc[::-1].reset_index(drop=True) for name, table in forward.items()}
    ordered = judge(backward, 0.03).sort_values(["design", "seed"], ignore_index=True)
    pd.testing.assert_frame_equal(ordered, judge(forward, 0.03))
