"""The front by brute force, points that are spread out, and the winner's curse by hand."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stupror.analysis.batches.pareto import covered, curse, format_points, held_out, hypervolume, on_front, spread_out
from stupror.analysis.batches.pareto_figure import as_png, as_svg, draw
from stupror.analysis.measures.objectives import OBJECTIVES

points = st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5), st.integers(0, 2)), min_size=1, max_size=30)
WAYS = ("max", "min", "max")
BETTER = {"planner_share": "max", "state_net_cost": "min"}


@given(points)
def test_the_front_is_what_nothing_dominates(values: list[tuple[int, ...]]) -> None:
    def dominates(one: tuple[int, ...], other: tuple[int, ...]) -> bool:
        up = [(a, b) if way == "max" else (-a, -b) for a, b, way in zip(one, other, WAYS, strict=True)]
        return all(a >= b for a, b in up) and any(a > b for a, b in up)

    expected = [not any(dominates(other, each) for other in values) for each in values]
    assert on_front(values, WAYS).tolist() == expected


def test_a_point_without_a_value_is_on_no_front_and_beats_nobody() -> None:
    values = [(1.0, 5.0), (9.0, np.nan), (2.0, 9.0), (0.5, 6.0)]
    assert on_front(values, ("max", "min")).tolist() == [True, False, True, False]


@given(points, st.integers(1, 12))
def test_chosen_points_are_few_distinct_and_hold_an_end_of_the_first_objective(
    values: list[tuple[int, ...]], most: int
) -> None:
    chosen = spread_out(values, most)
    assert len(chosen) == min(most, len(values))
    assert len(set(chosen.tolist())) == len(chosen)
    assert max(values[i][0] for i in chosen) == max(value[0] for value in values)


def test_points_are_spread_evenly_over_a_line() -> None:
    line = [(x, -x) for x in [0, 1, 2, 3, 4, 5, 6, 7, 8, *np.linspace(0, 0.5, 30)]]
    assert sorted(line[i][0] for i in spread_out(line, 5)) == [0, 2, 4, 6, 8]


def runs(**values: list[float]) -> pd.DataFrame:
    """Values of two seeds per design; the other objective is 0."""
    rows = [(design, seed, x, 0.0) for design, pair in values.items() for seed, x in enumerate(pair)]
    return pd.DataFrame(rows, columns=["design", "seed", *BETTER])


def test_what_was_promised_and_what_was_kept() -> None:
    chosen = pd.DataFrame({"design": ["a", "b"], "share": [0.2, 0.8]})
    declared = runs(c=[17, 17])
    result = held_out(chosen, runs(a=[10, 20], b=[30, 50]), runs(a=[9, 11], b=[28, 28]), declared, BETTER)
    assert result["planner_share"].tolist() == [15, 40]
    assert result["planner_share_held_out"].tolist() == [10, 28]
    # two seeds 9 and 11: sd is the root of 2, so the mean is 10 +- t(0.95, 1) = 6.3138 times 1
    assert result.loc[0, ["planner_share_low", "planner_share_high"]].tolist() == pytest.approx(
        [3.6862, 16.3138], abs=1e-3
    )
    assert result["planner_share_shrunk"].tolist() == [5, 12]
    assert result["state_net_cost_shrunk"].tolist() == [0, 0]
    assert result["still_on_front"].tolist() == [False, True]  # on the held-out seeds b is better and costs no more

    preset = held_out(pd.DataFrame({"design": ["c"]}), runs(c=[20, 20]), declared, declared, BETTER)
    row = curse(result, preset, BETTER).set_index("objective").loc["planner_share"]
    assert row.tolist() == [8.5, 3, 5.5]  # (5 + 12) / 2, of which everybody lost 3


def test_less_is_better_turns_the_sign() -> None:
    promised, kept = runs(a=[10, 20]), runs(a=[20, 20])
    swapped = {"planner_share": "min", "state_net_cost": "max"}
    result = held_out(pd.DataFrame({"design": ["a"]}), promised, kept, kept, swapped)
    assert result["planner_share_shrunk"].tolist() == [5]


def test_luck_that_all_share_cancels_against_the_terms_as_declared() -> None:
    chosen = pd.DataFrame({"design": ["a"]})
    again, declared = runs(a=[105, 5]), runs(c=[100, 0]).iloc[::-1]  # a bad seed and a good one, whatever their order
    row = held_out(chosen, again, again, declared, BETTER).iloc[0]
    assert row[["planner_share_against", "planner_share_against_low", "planner_share_against_high"]].tolist() == [
        5,
        5,
        5,
    ]
    assert row["planner_share_high"] - row["planner_share_low"] > 100


def test_a_seed_without_a_value_leaves_none() -> None:
    chosen, known = pd.DataFrame({"design": ["a"]}), runs(a=[1, 2])
    lacking = runs(a=[1, np.nan])
    row = held_out(chosen, known, lacking, known, BETTER).iloc[0]
    assert row[["planner_share_held_out", "planner_share_against", "planner_share_shrunk"]].isna().all()
    assert not row["still_on_front"]


def test_points_are_written_for_people() -> None:
    chosen = pd.DataFrame({"design": ["a"], "share": [0.25]})
    result = held_out(chosen, runs(a=[10, 20]), runs(a=[9, 11]), runs(c=[9, 9]), BETTER)
    written = format_points(result, ["share"], {"planner_share": "%"})
    assert written.columns.tolist() == [
        ("", "share"), ("planner_share, %", "search"), ("planner_share, %", "held out"),
        ("planner_share, %", "against declared"),
    ]  # fmt: skip
    assert written.iloc[0].tolist() == ["0.25", "15.0", "10.0 [3.7 to 16.3]", "1.0 [\N{MINUS SIGN}5.3 to 7.3]"]


@pytest.mark.parametrize(
    "names", [["planner_share"], ["planner_share", "invested"], ["planner_share", "invested", "deadweight"]]
)
def test_a_figure_is_the_same_bytes_and_shows_every_objective(names: list[str]) -> None:
    rng = np.random.default_rng(1)
    trials = pd.DataFrame(rng.random((20, 5)), columns=["share", "cap", "planner_share", "invested", "deadweight"])
    better = {name: OBJECTIVES[name].better for name in names}
    trials = trials.assign(design=[f"d{i}" for i in range(20)], front=on_front(trials[names], list(better.values())))
    again = trials.loc[trials.index.repeat(3)].assign(seed=[1, 2, 3] * 20)
    tried = trials.loc[trials["front"], ["design", "share", "cap"]]
    points = held_out(tried, again, again, again[again["design"] == "d0"], better)
    preset = points.iloc[:1]
    objectives = {name: OBJECTIVES[name] for name in names}
    one, two = (draw(trials, points, preset, objectives, ["share", "cap"]) for _ in range(2))
    text = as_svg(one)
    assert text == as_svg(two)
    assert as_png(one) == as_png(two)
    for name in names:
        assert f"{name} (" in text


def test_hypervolume_is_that_of_a_count_of_cells_in_two_and_three_dimensions() -> None:
    rng = np.random.default_rng(2)
    for dimensions in (1, 2, 3):
        points = rng.integers(-2, 9, size=(7, dimensions)).astype(float)
        cells = np.stack(np.meshgrid(*[np.arange(10)] * dimensions), axis=-1).reshape(-1, dimensions)
        count = (points[:, None, :] > cells[None]).all(axis=2).any(axis=0).sum()
        assert hypervolume(points, ["max"] * dimensions, [0.0] * dimensions) == count
    assert hypervolume([[1.0, 3.0], [3.0, 1.0], [np.nan, 9.0]], ["min", "max"], [4.0, 0.0]) == 9.0  # 3 x 3, holds 1 x 1


def test_a_search_that_found_its_best_at_once_is_told_from_one_that_still_finds() -> None:
    early = [[9.0, 9.0], [1.0, 1.0], [5.0, 2.0], [2.0, 5.0]]
    assert covered(early, ["max", "max"]) == [1.0, 1.0, 1.0]
    late = covered(early[::-1], ["max", "max"])
    assert late == sorted(late)
    assert late[-1] == pytest.approx((4 * 1 + 1 * 4 - 1 * 1) / 64)
    assert np.isnan(covered([[np.nan, 1.0]], ["max", "max"])).all()
