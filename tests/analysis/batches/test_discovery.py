"""Scenario discovery against a world whose failures lie in a known box."""

import warnings

import numpy as np
import pandas as pd
import pytest

from stupror.analysis.batches import discovery, prim

pytest.importorskip("sklearn")

DRAWS = 800
RNG = np.random.default_rng(3)
VALUES = pd.DataFrame(RNG.random((DRAWS, 4)) * [1, 10, 1, 1], columns=["horizon", "effect", "idle", "price"])
FAILS = ((VALUES["horizon"] < 0.4) & (VALUES["effect"] < 5)).to_numpy()


def test_prim_finds_the_box_and_no_idle_factor() -> None:
    found = discovery.prim_boxes(VALUES, FAILS)
    first = found[found["box"] == 1].set_index("factor")
    assert set(first.index) == {"horizon", "effect"}
    assert first.loc["horizon", "high"] == pytest.approx(0.4, abs=0.05)
    assert first.loc["effect", "high"] == pytest.approx(5, abs=0.5)
    assert first["low"].isna().all()
    assert first["density"].iloc[0] > 0.9
    assert first["coverage"].iloc[0] > 0.9
    assert (first["chance"] < 1e-6).all()


def test_a_tree_says_the_same() -> None:
    found = discovery.tree_rules(VALUES, FAILS)
    assert found["rule"].iloc[0].count(" and ") >= 1
    assert "horizon <= 0.4" in found["rule"].iloc[0] or "horizon <= 0.39" in found["rule"].iloc[0]
    assert "effect <= " in found["rule"].iloc[0]
    assert found["density"].iloc[0] > 0.95
    assert found["draws"].sum() == DRAWS


def test_luck_alone_makes_no_box() -> None:
    coin = np.random.default_rng(4).random(DRAWS) < 0.5
    assert discovery.prim_boxes(VALUES, coin).empty


def test_failures_are_counted_against_the_base() -> None:
    runs = pd.DataFrame(
        {
            "draw": [0, 0, 1, 1],
            "replication": 0,
            "design": ["status-quo", "fund"] * 2,
            "cost": [10.0, 12.0, 10.0, 9.0],
        }
    )
    assert discovery.failures(runs, "fund", "cost").tolist() == [True, False]
    assert discovery.failures(runs, "fund", "cost", threshold=3).tolist() == [False, False]
    assert discovery.failures(runs, "status-quo", "cost", threshold=9).tolist() == [True, True]


def test_without_enough_failures_there_is_no_pattern() -> None:
    with pytest.raises(ValueError, match="3 of 800 draws fail"):
        discovery.prim_boxes(VALUES, np.arange(DRAWS) < 3)


def test_noise_makes_no_box_and_no_rule_that_holds() -> None:
    boxes = 0
    for seed in range(6):
        rng = np.random.default_rng(seed)
        values, failed = pd.DataFrame(rng.random((100, 20))).add_prefix("x"), rng.random(100) < 0.3
        boxes += len(discovery.prim_boxes(values, failed)) > 0
        if seed < 2:
            assert discovery.tree_rules(values, failed)["unseen"].max() < 0.6
    assert boxes <= 1


def test_a_planted_box_is_found_without_a_third_factor() -> None:
    for seed in (14, 26):  # thin slices alone go astray here
        rng = np.random.default_rng(seed)
        x = rng.random((300, 10))
        failed = np.where((x[:, 0] < 0.3) & (x[:, 1] > 0.6), rng.random(300) < 0.9, rng.random(300) < 0.05)
        found = discovery.prim_boxes(pd.DataFrame(x).add_prefix("x"), failed)
        assert set(found[found["box"] == 1]["factor"]) == {"x0", "x1"}
        assert (found["density"] >= discovery.DENSITY).all()


def test_the_way_of_peeling_is_that_of_the_workbench() -> None:
    ema = pytest.importorskip("ema_workbench.analysis.prim")
    rng = np.random.default_rng(1)
    x = rng.random((300, 4))
    failed = np.where((x[:, 0] < 0.3) & (x[:, 1] > 0.6), rng.random(300) < 0.9, rng.random(300) < 0.05)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        way = ema.Prim(pd.DataFrame(x), failed, threshold=0.1, mass_min=0.05).find_box().peeling_trajectory
    steps = prim.trajectory(x, failed, 0.05)
    assert [(step.draws, step.failures) for step in steps] == list(zip(way["n"], way["k"], strict=True))


def test_a_base_does_not_fail_against_itself() -> None:
    runs = pd.DataFrame({"draw": [0], "replication": 0, "design": ["status-quo"], "cost": [10.0]})
    with pytest.raises(ValueError, match="cannot fail against itself"):
        discovery.failures(runs, "status-quo", "cost")
    assert discovery.failures(runs, "status-quo", "cost", 9.0, side="above").tolist() == [True]
