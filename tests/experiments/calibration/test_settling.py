"""Whether walkers have settled: known autocorrelations, and an ensemble that has not walked far enough."""

import numpy as np
import pytest

from stupror.experiments.calibration import mcmc, settling
from stupror.experiments.calibration.settling import Way, autocorrelation_time, read_way, settled, way_of, write_way


def echoes(rho, kept, walkers, seed=1):
    """Walkers each of whose steps is `rho` times the one before and something new: time (1 + rho) / (1 - rho)."""
    rng = np.random.default_rng(seed)
    walked = np.empty((kept, walkers))
    walked[0] = rng.normal(size=walkers)
    for t in range(1, kept):
        walked[t] = rho * walked[t - 1] + np.sqrt(1 - rho**2) * rng.normal(size=walkers)
    return walked


@pytest.mark.parametrize("rho", [0.0, 0.5, 0.9])
def test_the_autocorrelation_time_is_the_known_one(rho):
    assert autocorrelation_time(echoes(rho, 4000, 20)) == pytest.approx((1 + rho) / (1 - rho), rel=0.1)


def test_walkers_that_stay_where_they_were_put_have_a_long_memory():
    stay = np.repeat(np.random.default_rng(1).normal(size=(1, 50)), 40, axis=0)
    found = settled(Way(stay[:, :, None], 1, 0.5), ["stay"]).iloc[0]
    assert found["rhat"] > 5
    assert found["times"] < 2
    assert not found["settled"]
    free = settled(Way(echoes(0.3, 400, 20)[:, :, None], 1, 0.5), ["free"]).iloc[0]
    assert free["settled"]
    assert free["rhat"] < 1.02
    assert free["sd"] == pytest.approx(1.0, rel=0.05)


def test_a_bent_target_that_was_left_too_early_is_called_not_settled(tmp_path):
    """The spread of the first number is 3 in truth; so early it is hardly more than 1."""
    pytest.importorskip("emcee")

    def misses(world):
        return np.concatenate([[world[0] / 3, world[1] - (world[0] ** 2 - 9)], world[2:]])

    bounds = ((-30.0, 30.0), (-100.0, 300.0), *[(-20.0, 20.0)] * 8)
    notes = tmp_path / "bent.json"
    worlds = mcmc.walk(misses, bounds, notes, particles=40, generations=2, seed=1)
    way = read_way(way_of(notes), 2, mcmc.STEPS)
    assert way.places.shape == (2 * mcmc.STEPS // mcmc.EVERY, 40, 10)
    assert way.places[-1] == pytest.approx(worlds, rel=1e-6)
    assert worlds[:, 0].std() < 2.0
    found = settled(way, [f"x{i}" for i in range(10)])
    assert not found["settled"].any()


def test_the_way_of_a_stopped_calibration_counts_once(tmp_path):
    file = tmp_path / "x.way"
    places = np.random.default_rng(1).normal(size=(4, 5, 3, 2))
    for done, each in ((0, places[0]), (1, places[1]), (1, places[2]), (2, places[3])):
        write_way(file, done, each, 0.5)
    whole = read_way(file, 3, 50)
    assert whole.every == 10
    assert whole.places == pytest.approx(places[[0, 2, 3]].reshape(15, 3, 2), rel=1e-6)
    assert read_way(file, 2, 50).places.shape == (10, 3, 2)
    assert read_way(file, 9, 50) is None
    assert read_way(tmp_path / "none", 1, 50) is None
    assert settling.TIMES == 50
