"""Sensitivity analysis against functions whose indices are known, through the same code as a batch."""

import numpy as np
import pandas as pd
import pytest

from stupror.analysis.batches import discovery, paired, sensitivity
from stupror.experiments.plans.sampling import Sampling, cube

pytest.importorskip("SALib")

NAMES = ("x1", "x2", "x3")
# Ishigami & Homma 1990 with a = 7, b = 0.1: indices in closed form (Saltelli et al. 2008, ch. 4)
VARIANCE = 7**2 / 8 + 0.1 * np.pi**4 / 5 + 0.1**2 * np.pi**8 / 18 + 1 / 2
FIRST = np.array([(1 + 0.1 * np.pi**4 / 5) ** 2 / 2, 7**2 / 8, 0.0]) / VARIANCE
TOTAL = FIRST + np.array([1.0, 0.0, 1.0]) * (0.1**2 * np.pi**8 * (1 / 18 - 1 / 50)) / VARIANCE


def ishigami(points: np.ndarray) -> np.ndarray:
    x = (points * 2 - 1) * np.pi
    return np.sin(x[:, 0]) + 7 * np.sin(x[:, 1]) ** 2 + 0.1 * x[:, 2] ** 4 * np.sin(x[:, 0])


def batch(how: Sampling, worth: np.ndarray) -> tuple[pd.DataFrame, pd.DataFrame, dict[str, object]]:
    """A batch of two designs, of which the second costs `worth` more in each draw."""
    points = cube(how, len(NAMES))
    draws = np.arange(len(points))
    luck = np.random.default_rng(5).normal(size=len(points)) * 100  # the same for both designs
    frames = [
        pd.DataFrame({"draw": draws, "replication": 0, "design": design, "seed": draws, "cost": luck + more})
        for design, more in (("status-quo", np.zeros(len(points))), ("fund", worth))
    ]
    table = pd.DataFrame(points, columns=list(NAMES))
    table.insert(0, "draw", draws)
    facts = {"method": how.method, "second_order": how.second_order, "levels": how.levels}
    return pd.concat(frames, ignore_index=True), table, facts


@pytest.mark.parametrize("second_order", [False, True])
def test_sobol_indices_of_a_function_with_known_indices(second_order: bool) -> None:
    how = Sampling("saltelli", 2048, second_order=second_order)
    runs, points, facts = batch(how, ishigami(cube(how, 3)))
    found = sensitivity.sensitivity(runs, points, facts, "cost")
    found = found[found["of"] == "fund"].set_index("factor").loc[list(NAMES)]
    assert np.abs(found["first"] - FIRST).max() < 0.03
    assert np.abs(found["total"] - TOTAL).max() < 0.03
    assert (np.abs(found["total"] - TOTAL) < 2 * found["total_half_width"] + 0.005).all()


def test_a_draw_that_failed_takes_its_block_with_it_and_no_other() -> None:
    how = Sampling("saltelli", 512)
    runs, points, facts = batch(how, ishigami(cube(how, 3)))
    whole = sensitivity.sensitivity(runs, points, facts, "cost")
    first_block = runs[runs["draw"] >= 5]
    without = sensitivity.sensitivity(runs[runs["draw"] != 3], points, facts, "cost")
    pd.testing.assert_frame_equal(without, sensitivity.sensitivity(first_block, points, facts, "cost"))
    assert not without.equals(whole)
    assert np.abs(without.set_index("factor")["total"] - whole.set_index("factor")["total"]).max() < 0.1


def test_elementary_effects_of_a_straight_line_are_its_slopes() -> None:
    how = Sampling("morris", 8, levels=4)
    points = cube(how, 3)
    runs, table, facts = batch(how, points @ np.array([3.0, -2.0, 0.0]))
    found = sensitivity.sensitivity(runs, table, facts, "cost")
    found = found[found["of"] == "fund"].set_index("factor").loc[list(NAMES)]
    assert found["mu"].to_numpy() == pytest.approx([3, -2, 0])
    assert found["mu_star"].to_numpy() == pytest.approx([3, 2, 0])
    assert found["sigma"].to_numpy() == pytest.approx([0, 0, 0], abs=1e-9)


def test_pawn_finds_what_acts_and_tells_the_rest_from_chance() -> None:
    how = Sampling("latin-hypercube", 500)
    points = cube(how, 3)
    runs, table, facts = batch(how, 10 * points[:, 1] + points[:, 0])
    found = sensitivity.sensitivity(runs, table, facts, "cost")
    found = found[found["of"] == "fund"].set_index("factor")
    assert found.index[0] == "x2"
    assert found.loc["x2", "median"] > 3 * found.loc["x2", "chance"]
    assert found.loc["x3", "median"] < found.loc["x3", "chance"] * 1.3


def test_pawn_is_that_of_salib_with_ties_and_empty_slices_too() -> None:
    pawn = pytest.importorskip("SALib.analyze.pawn")
    rng = np.random.default_rng(3)
    points = rng.random((120, 3))
    points[:, 2] = np.floor(4 * points[:, 2]) / 3
    outcome = points[:, 0] + 0.3 * rng.random(120)
    names = ["x1", "x2", "x3"]
    for each in (outcome, np.round(outcome, 1), (outcome > 0.6) * 1.0):
        found = sensitivity.pawn_indices(names, points, each)
        theirs = pawn.analyze({"num_vars": 3, "names": names, "bounds": [[0, 1]] * 3}, points, each, S=10)
        assert found["median"].to_numpy() == pytest.approx(theirs["median"])
        assert found["maximum"].to_numpy() == pytest.approx(theirs["maximum"])


def test_among_many_numbers_that_do_nothing_pawn_finds_none() -> None:
    names, seen = [f"x{i}" for i in range(15)], 0
    for seed in range(20):
        rng = np.random.default_rng(seed)
        found = sensitivity.pawn_indices(names, rng.random((60, 15)), rng.normal(size=60))
        seen += (found["median"] > found["chance"]).any()
    assert seen <= 4  # of 20 at 5 %: more come by once in four hundred


def test_which_design_is_best_depends_on_the_factor_that_turns_the_sign() -> None:
    how = Sampling("saltelli", 512)
    points = cube(how, 3)
    runs, table, facts = batch(how, points[:, 2] - 0.5 + 0.0 * points[:, 0])
    found = sensitivity.sensitivity(runs, table, facts, "cost")
    best = found[found["of"] == sensitivity.BEST].set_index("factor")
    assert best.loc["x3", "total"] == pytest.approx(1.0, abs=0.02)
    assert best.loc["x3", "first"] == pytest.approx(1.0, abs=0.1)
    assert best.drop(index="x3")["total"].max() < 0.01


def test_a_sample_made_for_something_else_is_refused() -> None:
    runs, table, facts = batch(Sampling("halton", 64), np.zeros(64))
    with pytest.raises(ValueError, match="does not go with a sample of method 'halton'"):
        sensitivity.sensitivity(runs, table, facts, "cost", method="saltelli")
    with pytest.raises(ValueError, match="'price' is not in this batch"):
        sensitivity.sensitivity(runs, table, facts, "price")


def test_convergence_ends_with_the_whole_sample() -> None:
    how = Sampling("saltelli", 256)
    runs, table, facts = batch(how, ishigami(cube(how, 3)))
    found = sensitivity.convergence(runs, table, facts, "cost", top=1)
    whole = sensitivity.sensitivity(runs, table, facts, "cost")
    assert list(found[found["of"] == "fund"]["draws"]) == [160, 320, 640, 1280]
    last = found[(found["of"] == "fund") & (found["draws"] == 1280)]["value"].iloc[0]
    assert last == whole[whole["of"] == "fund"]["total"].iloc[0]


def test_a_row_says_what_a_factor_that_does_nothing_shows() -> None:
    for how, column in ((Sampling("saltelli", 64), "total"), (Sampling("morris", 8), "mu_star")):
        runs, points, facts = batch(how, ishigami(cube(how, 3)))
        block = 5 if how.method == "saltelli" else 4
        runs["seed"] = runs["draw"] // block
        found = sensitivity.sensitivity(runs, points, facts, "cost")
        assert (found[found["factor"] == sensitivity.DUMMY][column] == 0).all()
        assert not sensitivity.luck_of_its_own(runs, points, facts)
        runs["seed"] = runs["draw"]
        assert sensitivity.luck_of_its_own(runs, points, facts)
        fresh = sensitivity.sensitivity(runs, points, facts, "cost")
        assert fresh[fresh["factor"] == sensitivity.DUMMY][column].isna().all(), "nobody can tell what it would show"


def test_the_better_way_of_an_outcome_is_honoured() -> None:
    x = np.random.default_rng(0).random(200)
    runs = pd.concat(
        [
            pd.DataFrame({"draw": range(200), "replication": 0, "design": name, "seed": 1, "ratio_fiscal": value})
            for name, value in (("good", 1 + x), ("status-quo", np.ones(200)), ("bad", 1 - x))
        ]
    )
    wide = paired.by_design(runs, "ratio_fiscal")
    assert paired.wins(wide, less=False).mean(axis=0).tolist() == [1, 0, 0]
    assert not discovery.failures(runs, "good", "ratio_fiscal").any()
    assert discovery.failures(runs, "bad", "ratio_fiscal").all()
    points = pd.DataFrame({"draw": range(200), "x": x})
    facts = {"method": "random", "second_order": False, "levels": 4}
    neutral = sensitivity.sensitivity(runs.rename(columns={"ratio_fiscal": "reached"}), points, facts, "reached")
    assert sensitivity.BEST not in set(neutral["of"])
    with pytest.raises(ValueError, match="neither good nor bad"):
        discovery.failures(runs.rename(columns={"ratio_fiscal": "reached"}), "good", "reached")
