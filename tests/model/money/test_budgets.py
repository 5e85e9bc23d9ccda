"""Frames, room, results and equity, by hand."""

from dataclasses import replace

import numpy as np
import pytest

from stupror.model.inputs.scenario import load_scenario
from stupror.model.money.budgets import COMMITTEES, LINES, Budgets, close_year, set_room
from stupror.model.money.economy import Reserves, economy

BUDGET = replace(load_scenario().budget, restoration_years=3)


def books(**given):
    """Two municipalities, three years; every body expects 1,000, got 1,000 last year and has a revenue of 10,000."""
    n, years = 2, 3
    zero = np.zeros((years + 60, n), np.int64)
    fields = {
        "revenue": {line: np.full(n, 10_000.0) for line in (*LINES, "municipality")},
        "expected": {line: np.full((years + 1, n), 1_000.0) for line in LINES},
        "discretionary_share": np.full((years, n), 0.02),
        "region_share": np.full((years, n), 0.01),
        "level": {line: np.ones(n) for line in LINES},
        "last_mandatory": {line: np.full(n, 1_000, np.int64) for line in LINES},
        "promised": {line: zero.copy() for line in LINES},
        "to_restore": zero.copy(),
        "equity": {"board": np.zeros(n, np.int64), "region": np.zeros(n, np.int64)},
        "growth": np.zeros(n),
        "years": economy(BUDGET, 1, years, np.arange(n), 2020),
        "reserves": Reserves(np.zeros((years, n)), np.zeros(n, np.int64), np.zeros(n, np.int8)),  # nothing put by
    }
    return Budgets(**(fields | given))


def all_lines(amount):
    return {line: np.array([amount, amount], np.int64) for line in LINES}


def test_room_is_discretionary_money_when_cost_follows_expectation():
    b = books()
    set_room(b, {}, 0)
    assert b.room["social"].tolist() == [200, 200]
    assert b.room["region"].tolist() == [100, 100]
    assert b.room["board"].tolist() == [0, 0]
    assert b.frame["social"].tolist() == [1_000, 1_000]


def test_mandatory_cost_and_old_promises_come_first():
    """Cost was 1,050 last year, 30 are promised, three committees restore a deficit of 30: 200 - 50 - 30 - 10."""
    b = books()
    b.last_mandatory["social"][:] = 1_050
    b.promised["social"][0] = 30
    b.to_restore[0] = 30
    set_room(b, {}, 0)
    assert b.room["social"].tolist() == [110, 110]
    assert b.room["education"].tolist() == [190, 190]
    b.last_mandatory["social"][:] = 5_000
    set_room(b, {}, 0)
    assert b.room["social"].tolist() == [0, 0]  # acute cost takes all, and no less than nothing is left


def test_standing_services_come_before_anything_new():
    b = books()
    set_room(b, {"social": np.array([150, 300])}, 0)
    assert b.room["social"].tolist() == [50, 0]
    assert b.room["education"].tolist() == [200, 200]


def test_a_year_is_closed_by_hand():
    """Frame 1,000 and 200 more; 40 spent on old and 60 on new projects; the other 140 went to other services."""
    b = books()
    set_room(b, {}, 0)
    b.spent["social"][:], b.new["social"][:] = 100, 60
    results = close_year(b, 0, all_lines(1_000) | {"social": np.array([900, 1_030])}, dict.fromkeys(LINES, 0.0), BUDGET)
    assert results["social"].tolist() == [1_200 - 900 - 100 - 140, 1_200 - 1_030 - 100 - 140]
    assert results["education"].tolist() == [0, 0]
    board = 200  # its discretionary money is never room, so it stays
    assert b.equity["board"].tolist() == [60 + board, -70 + board]
    assert b.equity["region"].tolist() == [0, 0]
    assert b.last_mandatory["social"].tolist() == [900, 1_030]


def test_frames_follow_cost_by_the_ratchet_and_demography_does_not_count():
    b = books()
    b.expected["social"][1] = 2_000.0  # twice as many children: cost of 1,600 is a saving of a fifth
    set_room(b, {}, 0)
    close_year(b, 0, all_lines(1_000) | {"social": np.array([1_600, 2_400])}, {line: 0.5 for line in LINES}, BUDGET)
    assert b.level["social"].tolist() == pytest.approx([0.9, 1.1])
    set_room(b, {}, 1)
    assert b.frame["social"].tolist() == [900, 1_100]
    assert b.level["education"].tolist() == [1.0, 1.0]


def test_a_deficit_is_restored_in_equal_parts_and_a_surplus_is_not():
    b = books()
    set_room(b, {}, 0)
    mandatory = all_lines(1_000) | {"social": np.array([1_500, 600])}
    close_year(b, 0, mandatory, dict.fromkeys(LINES, 0.0), BUDGET)
    # 500 too much less the board's 200, over three years from the next one on.
    assert b.to_restore[:5, 0].tolist() == [0, 100, 100, 100, 0]
    assert b.to_restore[:, 1].sum() == 0


def test_a_region_pays_for_itself():
    b = books()
    set_room(b, {}, 0)
    close_year(b, 0, all_lines(1_000) | {"region": np.array([1_400, 1_000])}, dict.fromkeys(LINES, 0.0), BUDGET)
    assert b.equity["region"].tolist() == [-400, 0]
    assert b.equity["board"].tolist() == [200, 200]
    assert b.to_restore.sum() == 0
    assert set(COMMITTEES) < set(LINES)
