"""Worlds lived in rounds and weighted: right where the answer is known, gone on with, refused for another scenario."""

import math
from functools import cache
from statistics import NormalDist

import numpy as np
import pandas as pd
import pytest

from stupror.experiments.calibration import rounds, weighing
from stupror.experiments.calibration.problems import BEHAVIOUR, Target, targets
from stupror.experiments.plans.likely import Draws
from stupror.experiments.plans.posterior import effective
from stupror.model.inputs.errors import InputError
from stupror.model.inputs.scenario import load_scenario, luck

NAMES = [f"p{k}" for k in range(12)]
SLOPES = {"a": (2.5, 1.5, 0.5), "b": (0.0, -1.0, 2.0)}  # of two statistics, in the first three of twelve parameters
NOISE, OBSERVED = 0.5, {"a": 4.0, "b": 3.0}
TOY = tuple(Target("x", name, seen, 1.0, "1", "a toy") for name, seen in OBSERVED.items())


@cache
def place(number, name):
    return NormalDist().inv_cdf(luck(number, name))


def live(numbers):
    return [
        {
            name: math.fsum(s * place(n, p) for s, p in zip(slopes, NAMES, strict=False))
            + NOISE * place(n, f"luck {name}")
            for name, slopes in SLOPES.items()
        }
        for n in numbers
    ]


@pytest.fixture(scope="module")
def toy():
    return rounds.sample(600, TOY, NAMES, place, live)


def test_rounds_give_the_known_posterior_of_a_normal_model(toy):
    """Places N(0, 1), statistics linear in them with noise: the posterior is normal (Bishop 2006, eq. 2.116)."""
    slopes, observed = np.array(list(SLOPES.values())), np.array(list(OBSERVED.values()))
    precision = np.eye(3) + slopes.T @ slopes / (1.0 + NOISE**2)
    known_mean = np.linalg.solve(precision, slopes.T @ observed) / (1.0 + NOISE**2)
    known_sd = np.sqrt(np.diag(np.linalg.inv(precision)))
    at = np.array([[place(number, name) for name in NAMES[:3]] for number in toy["world"].tolist()])
    weight = toy["weight"].to_numpy()
    mean = weight @ at
    sd = np.sqrt(weight @ (at - mean) ** 2)
    assert weight.sum() == pytest.approx(1.0)
    assert mean == pytest.approx(known_mean, abs=4 * known_sd.max() / math.sqrt(effective(weight)))
    assert sd == pytest.approx(known_sd, rel=0.2)


def test_rounds_make_many_more_worlds_count_than_the_prior_does(toy):
    prior = rounds.sample(rounds.FIRST, TOY, NAMES, place, live)["weight"].to_numpy()
    alone = effective(prior) / rounds.FIRST
    assert alone < 0.08
    assert effective(toy["weight"].to_numpy()) / len(toy) > 0.3


def test_targets_that_no_world_comes_near_do_not_let_a_round_look_for_ever():
    far = tuple(Target("x", name, 1e3, 1.0, "1", "a toy") for name in OBSERVED)
    assert rounds.sample(rounds.FIRST + 20, far, NAMES, place, live)["world"].max() < 40_000


def test_a_line_is_that_of_least_squares_in_the_parameters_that_matter():
    rng = np.random.default_rng(3)
    at = {name: rng.normal(size=400) for name in NAMES}
    at["p1"] = at["p1"] + 0.8 * at["p0"]  # correlated
    seen = 1.0 + 2.0 * at["p0"] - 1.5 * at["p1"] + 0.4 * rng.normal(size=400)
    line = rounds.fit(seen, at)
    design = np.column_stack([np.ones(400), *(at[name] for name in line.slopes)])
    known, residual, *_ = np.linalg.lstsq(design, seen, rcond=None)
    assert set(line.slopes) == {"p0", "p1"}
    assert [line.constant, *line.slopes.values()] == pytest.approx(known)
    assert line.sd == pytest.approx(math.sqrt(residual[0] / (400 - 3)))


def test_a_line_of_noise_has_no_slope():
    rng = np.random.default_rng(4)
    assert not rounds.fit(rng.normal(size=300), {f"n{k}": rng.normal(size=300) for k in range(225)}).slopes


def test_a_parameter_that_the_target_follows_is_said_to_be_moved_and_no_other_as_much():
    spec = load_scenario()
    numbers = np.arange(1, 251)
    at = np.array([luck(number, "choice.reluctance") for number in numbers.tolist()])
    weight = np.exp(-0.5 * ((at - 0.4) / 0.1) ** 2)
    found = weighing.moved(spec, Draws(pd.DataFrame({"world": numbers, "weight": weight / weight.sum()})))
    found = found.set_index("parameter")
    assert found.index[0] == "choice.reluctance"
    assert found.loc["choice.reluctance", "quantile"] == pytest.approx(0.4, abs=0.05)
    assert found.loc["choice.reluctance", "spread"] < 0.5
    assert found["spread"].drop("choice.reluctance").min() > 0.7


def test_worlds_are_gone_on_with_and_the_order_does_not_matter(tmp_path, monkeypatch):
    """What is lived in a later round hangs on what came out before: also then nothing is lived twice, or otherwise."""
    lived = []

    def stand_in(_scenario, number):
        lived.append(number)
        at = NormalDist().inv_cdf(luck(number, "choice.reluctance"))
        seen = {"used_share": 0.3 + at / 30, "norrkoping_projects": 8 - at, "placebo": abs(at) / 30}
        return dict.fromkeys((*weighing.STATISTICS, *weighing._factors()), 1.0) | seen

    monkeypatch.setattr(weighing, "_lived", stand_in)
    monkeypatch.setattr(rounds, "FIRST", 40)
    monkeypatch.setattr(rounds, "STEP", 10)
    monkeypatch.setattr(rounds, "REFERENCE", 50)
    monkeypatch.setattr(weighing, "_drawn", lambda _scenario: ["choice.reluctance", "choice.taste"])
    weighing.weigh(targets(BEHAVIOUR), tmp_path / "w", 55)
    more = weighing.weigh(targets(BEHAVIOUR), tmp_path / "w", 70)
    assert len(lived) == len(set(lived)) == 70
    at_once = weighing.weigh(targets(BEHAVIOUR), tmp_path / "new", 70)
    pd.testing.assert_frame_equal(more.table, at_once.table)
    assert max(lived) > 70  # not simply the first numbers
    assert weighing.by_round(more)["worlds"].tolist() == [40, 50, 60, 70]
    (tmp_path / "w").write_text("# worlds of another scenario\n")
    with pytest.raises(InputError, match="another scenario"):
        weighing.weigh(targets(BEHAVIOUR), tmp_path / "w", 55)
