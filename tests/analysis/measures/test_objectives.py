"""Objectives by hand on the small world (`world.py`): what designs are judged by, and which way is better."""

import pandas as pd
import pytest

from stupror.analysis.measures.objectives import OBJECTIVES, judge
from tests.analysis.world import tables

YEARS = 1 + 1 / 1.03  # the same amount in 2020 and in 2021, at 3 %
# fund: its programme costs the municipality 100 and saves it 40 a year; it gets 30 in 2021 from the state, which saves
# 80 a year. The planner's costs 100 and saves 240 a year.
PUBLIC, PLANNER = 120 * YEARS - 100, 240 * YEARS - 100
BY_HAND = {
    "planner_share": 100 * PUBLIC / PLANNER,
    "public_gain": PUBLIC / 1e6,
    "municipality_gain": (40 * YEARS - 100 + 30 / 1.03) / 1e6,
    "region_gain": None,  # no region in that world
    "state_net_cost": -(80 * YEARS - 30 / 1.03) / 1e6,
    "invested": 100 / 1e6,
    "children_reached": 4,
    "investor_gain": 0,
    "overpayment": 50,  # paid 30, on the true effect 20
    "transaction_cost": 0,
    "deadweight": 25,
}


def test_every_objective_by_hand() -> None:
    judged = judge(tables())
    assert judged[["design", "seed"]].to_numpy().tolist() == [["fund", 1], ["fund", 2]]
    assert list(BY_HAND) == list(OBJECTIVES) == list(judged.columns[2:])
    for name, value in BY_HAND.items():
        if value is None:
            assert judged[name].isna().all()
        else:
            assert judged[name].tolist() == pytest.approx([value, value])


def test_directions_and_meanings_are_said() -> None:
    for objective in OBJECTIVES.values():
        assert objective.better in ("max", "min")
        assert objective.unit
        assert objective.meaning


def test_without_a_reference_there_is_no_value_and_no_failure() -> None:
    alone = tables(designs=("fund",))
    judged = judge(alone, ("planner_share", "state_net_cost", "deadweight"))
    assert judged[["planner_share", "state_net_cost"]].isna().all(axis=None)
    assert judged["deadweight"].tolist() == [25, 25]


def test_the_order_of_runs_does_not_matter() -> None:
    forward = tables()
    backward = {name: table.iloc[::-1].reset_index(drop=True) for name, table in forward.items()}
    ordered = judge(backward).sort_values(["design", "seed"], ignore_index=True)
    pd.testing.assert_frame_equal(ordered, judge(forward))
