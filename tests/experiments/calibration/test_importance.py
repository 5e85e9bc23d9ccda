"""The second route to a posterior: known answers, and the worlds that come with the model."""

import numpy as np
import pytest

from stupror.experiments.calibration.abc import misses_of
from stupror.experiments.calibration.importance import reweigh
from stupror.experiments.calibration.problems import life_course_problem
from stupror.experiments.plans.posterior import read_posterior, shipped
from stupror.model.inputs.scenario import load_scenario

SLOPES = np.array([[1.0, 0.5, 0.0], [0.0, 1.0, 0.0]]) / np.array([[0.5], [0.2]])
BOUNDS = ((-20.0, 20.0), (-20.0, 20.0), (3.0, 5.0))  # nothing is known of the third
MEAN = np.append(np.linalg.solve(SLOPES[:, :2], [4.0, -5.0]), 4.0)
SPREAD = np.sqrt(np.append(np.diag(np.linalg.inv(SLOPES[:, :2].T @ SLOPES[:, :2])), 4.0 / 12.0))


def misses(world):
    return SLOPES @ world - np.array([4.0, -5.0])


def test_a_crowd_in_the_wrong_place_is_found_out():
    """Worlds half as wide as they should be, and one spread away: mean and spread are those of the known posterior."""
    given = MEAN + SPREAD * (np.array([1.0, 0.0, 0.0]) + 0.5 * np.random.default_rng(1).standard_normal((500, 3)))
    found = reweigh(given, misses, BOUNDS, ["a", "b", "c"], draws=5_000, seed=2)
    assert found.effective > 1_000
    assert found.table["mean"].to_numpy() == pytest.approx(MEAN, abs=0.1 * SPREAD.min())
    assert found.table["sd"].to_numpy() == pytest.approx(SPREAD, rel=0.06)
    assert found.table["shift"].to_numpy() == pytest.approx([1.0, 0.0, 0.0], abs=0.15)
    assert found.table["ratio"].to_numpy() == pytest.approx([0.5] * 3, rel=0.12)


def test_the_same_luck_gives_the_same():
    given = MEAN + SPREAD * np.random.default_rng(1).standard_normal((50, 3))
    one, again, other = (reweigh(given, misses, BOUNDS, "abc", draws=100, seed=seed) for seed in (1, 1, 2))
    assert one.table.equals(again.table)
    assert not one.table.equals(other.table)


def test_shipped_lives_stand_where_the_second_route_leads():
    spec = load_scenario()
    problem, posterior = life_course_problem(spec), read_posterior(shipped("life-course"), spec)
    names = list(problem.prior)
    worlds = posterior.table[names].to_numpy()
    found = reweigh(worlds, misses_of(problem), list(problem.prior.values()), names, draws=2_500, seed=1)
    assert found.effective > 25
    assert found.table["shift"].abs().max() < 0.6
    assert found.table["ratio"].between(0.7, 1.4).all()
