"""Weights of worlds: right where they are known, gone on with, refused for another scenario."""

import numpy as np
import pandas as pd
import pytest

from stupror.experiments.calibration import weighing
from stupror.experiments.calibration.problems import BEHAVIOUR, Target, targets
from stupror.experiments.plans.likely import Draws
from stupror.model.inputs.errors import InputError
from stupror.model.inputs.scenario import load_scenario, luck

ONE = (Target("F3", "used_share", 0.4, 0.1, "share", "a test"),)


def test_weights_give_the_known_posterior_of_a_normal_mean():
    """Prior N(0, 1), one observation 1 with sd 0.5: posterior mean 0.8, sd sqrt(0.2) (conjugate)."""
    x = np.random.default_rng(1).normal(size=200_000)
    table = pd.DataFrame({"used_share": x})
    weight = weighing.weights(table, (Target("F3", "used_share", 1.0, 0.5, "share", "a test"),))
    mean = float((weight * x).sum())
    assert weight.sum() == pytest.approx(1.0)
    assert mean == pytest.approx(0.8, abs=0.01)
    assert np.sqrt((weight * (x - mean) ** 2).sum()) == pytest.approx(np.sqrt(0.2), rel=0.02)


def test_a_parameter_that_the_target_follows_is_said_to_be_moved_and_no_other_as_much():
    spec = load_scenario()
    numbers = np.arange(1, 401)
    at = np.array([luck(number, "choice.reluctance") for number in numbers.tolist()])
    table = pd.DataFrame({"world": numbers, "used_share": at})
    table["weight"] = weighing.weights(table, ONE)
    found = weighing.moved(spec, Draws(table)).set_index("parameter")
    assert found.index[0] == "choice.reluctance"
    assert found.loc["choice.reluctance", "quantile"] == pytest.approx(0.4, abs=0.05)
    assert found.loc["choice.reluctance", "spread"] < 0.5
    assert found["spread"].drop("choice.reluctance").min() > 0.7


def test_worlds_are_gone_on_with_and_the_order_does_not_matter(tmp_path, monkeypatch):
    lived = []

    def stand_in(_scenario, number):
        lived.append(number)
        return dict.fromkeys(weighing.STATISTICS, number / 10)

    monkeypatch.setattr(weighing, "_lived", stand_in)
    weighing.weigh(targets(BEHAVIOUR), tmp_path / "w", 3)
    more = weighing.weigh(targets(BEHAVIOUR), tmp_path / "w", 5)
    assert lived == [1, 2, 3, 4, 5]
    at_once = weighing.weigh(targets(BEHAVIOUR), tmp_path / "new", 5)
    pd.testing.assert_frame_equal(more.table, at_once.table)
    (tmp_path / "w").write_text("# worlds of another scenario\n")
    with pytest.raises(InputError, match="another scenario"):
        weighing.weigh(targets(BEHAVIOUR), tmp_path / "w", 5)
