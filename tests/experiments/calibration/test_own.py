"""Calibrations of one's own: read strictly, lived as asked for, and held against their targets."""

import numpy as np
import pandas as pd
import pytest

from stupror.experiments.calibration import mcmc
from stupror.experiments.calibration.own import checked, own_problem
from stupror.experiments.calibration.problems import Problem, Target
from stupror.experiments.calibration.settling import read_way, way_of
from stupror.experiments.patterns.prevalence import lives
from stupror.experiments.plans.posterior import changed
from stupror.model.inputs.errors import InputError
from stupror.model.inputs.scenario import load_scenario

MINE = """
title = "Mine"

[parameters]
"times:ladder.up_care" = [0.5, 2.0]

[[targets]]
statistic = "ever_placed"
observed = 0.05
tolerance = 0.002
source = "our register"
"""


def of(tmp_path, text):
    file = tmp_path / "mine.toml"
    file.write_text(text, encoding="utf-8")
    return own_problem(file)


def test_lives_are_without_luck_and_a_world_gives_what_lives_there(tmp_path):
    found = of(tmp_path, MINE)
    assert (found.name, found.exact) == ("Mine", True)
    assert found.prior == {"times:ladder.up_care": (0.5, 2.0)}
    world = changed(load_scenario(), {"times:ladder.up_care": 1.3})
    assert found.simulate({"times:ladder.up_care": 1.3}, 7)["ever_placed"] == lives(world)["ever_placed"]
    assert found.targets == (Target("our register", "ever_placed", 0.05, 0.002, "", "ever_placed"),)


def test_targets_that_the_model_made_lead_back_to_what_made_them(tmp_path, monkeypatch):
    """Two parameters, two targets, both made by known values: those lie in the middle of the worlds that are found."""
    truth = {"times:ladder.up_care": 1.3, "ladder.replacement_factor": 2.6}
    made = lives(changed(load_scenario(), truth))
    bounds = "[parameters]\n" + "".join(
        f'"{name}" = [{low}, {high}]\n' for name, (low, high) in zip(truth, ((0.5, 2.0), (1.0, 4.0)), strict=True)
    )
    targets = "".join(
        f'[[targets]]\nstatistic = "{name}"\nobserved = {made[name]}\ntolerance = {width}\nsource = "made"\n'
        for name, width in (("ever_placed", 0.001), ("placed_again", 0.02))
    )
    found = of(tmp_path, bounds + targets)

    def misses(world):
        lived = found.simulate(dict(zip(found.prior, world.tolist(), strict=True)), 0)
        return np.array([(lived[each.statistic] - each.observed) / each.tolerance for each in found.targets])

    monkeypatch.setattr(mcmc, "STEPS", 20)
    notes = tmp_path / "mine.json"
    mcmc.walk(misses, list(found.prior.values()), notes, particles=6, generations=1, seed=1)
    places = read_way(way_of(notes), 1, mcmc.STEPS).places.reshape(-1, 2)
    for name, values in zip(truth, places.T, strict=True):
        low, high = np.quantile(values, [0.05, 0.95])
        assert low < truth[name] < high, name
        assert high - low < 0.5 * (found.prior[name][1] - found.prior[name][0]), f"{name}: targets taught nothing"


def test_outcomes_of_a_run_have_luck(tmp_path):
    run = '[run]\nmunicipalities = ["1060"]\nyears = 2\n\n[parameters]'
    found = of(tmp_path, MINE.replace("[parameters]", run).replace("ever_placed", "cost_municipality"))
    assert not found.exact
    here, there = (found.simulate({"times:ladder.up_care": 1.0}, seed)["cost_municipality"] for seed in (1, 2))
    assert here != there


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("ladder.up_care", "ladder.up_cara", "'times:ladder.up_cara' is no parameter. Did you mean 'ladder.up_care'?"),
        ("[0.5, 2.0]", "[2.0, 0.5]", "Write the lowest and the highest value"),
        ("[0.5, 2.0]", "[0.5, 2000.0]", "leads out of the range"),
        ("ever_placed", "ever_place", "is not known. Did you mean 'ever_placed'?"),
        ("0.002", "0", "Write a number above 0"),
        ("0.05", '"0.05"', "observed = '0.05'. Write a number"),
        ('source = "our register"', "", "'source' is missing"),
        ("[[targets]]", "[targets]", "are missing. Write [[targets]]"),
    ],
)
def test_what_is_wrong_is_said(tmp_path, old, new, words):
    assert old in MINE
    with pytest.raises(InputError) as said:
        of(tmp_path, MINE.replace(old, new))
    assert words in str(said.value)


def test_a_check_tells_a_good_fit_from_a_bad_one():
    """The statistic is the parameter with luck of sd 1: 0 is what the posterior gives, 8 is far off."""

    def simulate(values, seed):
        number = values["a"] + float(np.random.default_rng(seed).normal())
        return {"good": number, "bad": number}

    targets = (Target("-", "good", 0.0, 1.0, "", ""), Target("-", "bad", 8.0, 1.0, "", ""))
    table = pd.DataFrame({"weight": np.full(300, 1 / 300), "a": np.random.default_rng(1).normal(size=300)})
    found = checked(Problem("toy", {"a": (-5.0, 5.0)}, simulate, targets), table, 1).set_index("statistic")
    assert found.loc["good", "p"] == pytest.approx(0.5, abs=0.12)
    assert found.loc["bad", "p"] < 0.01
    assert found.loc["good", ["p5", "p95"]].to_numpy(float) == pytest.approx([-2.33, 2.33], abs=0.5)  # sd sqrt(2)
