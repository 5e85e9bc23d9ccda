"""Scenario discovery against a world whose failures lie in a known box."""

import numpy as np
import pandas as pd
import pytest

from stupror.analysis.batches import discovery

pytest.importorskip("ema_workbench")

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
