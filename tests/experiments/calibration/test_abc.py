"""Calibration: known parameters are found again, a stopped one goes on to the same end, lists are kept apart."""

import csv
import sys
from dataclasses import replace

import numpy as np
import pytest

from stupror.experiments.calibration.abc import calibrate
from stupror.experiments.calibration.problems import (
    BEHAVIOUR,
    DATA,
    PROBLEMS,
    Problem,
    Target,
    contracts_problem,
    diffusion_problem,
    life_course_problem,
    targets,
)
from stupror.experiments.plans.posterior import TIMES
from stupror.model.inputs.errors import InputError
from stupror.model.inputs.scenario import load_scenario

pytest.importorskip("pyabc")
pytestmark = pytest.mark.filterwarnings("ignore")  # pyABC's own, in a library of many parts

SPEC = load_scenario()


def coin():
    """A problem with a known answer: the mean of a normal number with a flat prior."""

    def simulate(values, seed):
        return {"x": values["mean"] + 0.1 * float(np.random.default_rng(seed).normal())}

    return Problem("coin", {"mean": (-5.0, 5.0)}, simulate, (Target("-", "x", 2.0, 0.1, "1", "a number"),))


def test_a_known_answer_is_found(tmp_path):
    table = calibrate(coin(), tmp_path / "coin.db", particles=60, generations=5, seed=1)
    assert table["weight"].sum() == pytest.approx(1.0)
    assert abs((table["weight"] * table["mean"]).sum() - 2.0) < 0.15
    assert list(table.columns) == ["weight", "mean"]


def test_a_stopped_calibration_goes_on_to_the_same_end(tmp_path):
    whole = calibrate(coin(), tmp_path / "whole.db", particles=20, generations=3, seed=4)
    calibrate(coin(), tmp_path / "parts.db", particles=20, generations=1, seed=4)
    parts = calibrate(coin(), tmp_path / "parts.db", particles=20, generations=3, seed=4)
    assert parts.equals(whole)
    other = calibrate(coin(), tmp_path / "other.db", particles=20, generations=3, seed=5)
    assert not other.equals(whole)


def test_a_database_of_another_calibration_is_refused(tmp_path):
    calibrate(coin(), tmp_path / "coin.db", particles=20, generations=1, seed=4)
    with pytest.raises(InputError, match="holds another calibration"):
        calibrate(coin(), tmp_path / "coin.db", particles=20, generations=1, seed=5)


def line(**other):
    """A problem without luck."""
    goal = (Target("-", "x", 2.0, 0.1, "1", "a number"),)
    return replace(Problem("line", {"a": (0.0, 4.0)}, lambda v, _: {"x": sum(v.values())}, goal, exact=True), **other)


@pytest.mark.parametrize(
    "other",
    [
        {"prior": {"a": (0.0, 5.0)}},
        {"prior": {"b": (0.0, 4.0)}},
        {"targets": (Target("-", "x", 2.5, 0.1, "1", "a number"),)},
        {"targets": (Target("-", "x", 2.0, 0.2, "1", "a number"),)},
        {"scenario": "another"},
    ],
)
def test_generations_of_another_prior_target_or_scenario_are_refused(tmp_path, other):
    settings = {"particles": 4, "generations": 1, "seed": 4}
    first = calibrate(line(), tmp_path / "line.json", **settings)
    assert calibrate(line(), tmp_path / "line.json", **settings).equals(first)
    with pytest.raises(InputError, match=r"line.json: holds another calibration \(line, seed 4, 4 particles"):
        calibrate(line(**other), tmp_path / "line.json", **settings)


def test_problems_know_their_scenario():
    there = SPEC.replace("diffusion.innovation", 0.03)
    for make in (diffusion_problem, contracts_problem, life_course_problem):
        assert make(SPEC).scenario == SPEC.hash() != make(there).scenario


def test_a_file_without_a_note_is_refused_and_stays_as_it_was(tmp_path):
    (tmp_path / "mine.json").write_text("{}", encoding="utf-8")
    with pytest.raises(InputError, match=r"none is named in mine.json.txt"):
        calibrate(line(), tmp_path / "mine.json", particles=4, generations=1, seed=4)
    assert [each.name for each in tmp_path.iterdir()] == ["mine.json"]


def test_nothing_is_left_behind_by_what_cannot_begin(tmp_path, monkeypatch):
    with pytest.raises(InputError, match="Give 4 or more: two for each parameter, and never fewer than 4"):
        calibrate(line(), tmp_path / "line.json", particles=1, generations=1, seed=4)
    monkeypatch.setitem(sys.modules, "emcee", None)
    monkeypatch.setitem(sys.modules, "pyabc", None)
    for problem, needed in ((line(), "emcee"), (coin(), "pyABC")):
        with pytest.raises(InputError, match=f"needs {needed}, which is not installed"):
            calibrate(problem, tmp_path / "work", particles=20, generations=1, seed=4)
    assert not list(tmp_path.iterdir())


def test_known_diffusion_parameters_are_recovered(tmp_path):
    """Simulate with known parameters, calibrate to what came out, and find them (the issue's recovery test, small)."""
    known = {"diffusion.right_effect": -1.2, "diffusion.stop_rate": 0.06, "diffusion.open_share": 0.6}
    blank = diffusion_problem(SPEC, parameters=tuple(known))
    seen = [blank.simulate(known, seed) for seed in range(100, 110)]
    observed = {name: float(np.mean([each[name] for each in seen])) for name in seen[0]}
    problem = diffusion_problem(SPEC, parameters=tuple(known), observed=observed)
    table = calibrate(problem, tmp_path / "known.db", particles=60, generations=6, seed=2)
    for name, truth in known.items():
        low, high = problem.prior[name]
        assert table[name].between(low, high).all()
        mean = (table["weight"] * table[name]).sum()
        spread = np.sqrt((table["weight"] * (table[name] - mean) ** 2).sum())
        assert abs(mean - truth) < 2.5 * spread + 0.02 * (high - low), name
        assert spread < 0.8 * (high - low) / np.sqrt(12), f"{name}: the data say nothing"


def test_outcome_contracts_are_fitted_apart_and_to_other_figures():
    spread, contracts = diffusion_problem(SPEC), contracts_problem(SPEC)
    assert not spread.prior.keys() & contracts.prior.keys()
    assert all(each.evidence == "D7" for each in contracts.targets)
    assert all(each.evidence != "D7" for each in spread.targets)
    few, many = (contracts.simulate(dict.fromkeys(contracts.prior, rate), 3) for rate in (0.02, 0.5))
    assert few["contract_unknown"] > many["contract_unknown"]
    assert few["contracts"] < many["contracts"]
    assert all(few[each.statistic] == many[each.statistic] for each in spread.targets)


def test_factors_change_the_statistics_that_they_should():
    problem = life_course_problem(SPEC)
    one = dict.fromkeys(problem.prior, 1.0)
    plain = problem.simulate(one, 0)
    assert {each.statistic for each in problem.targets} <= plain.keys()
    more = problem.simulate(one | {f"{TIMES}ladder.up_care": 1.3}, 0)
    assert more["ever_placed"] > plain["ever_placed"]
    dear = problem.simulate(one | {f"{TIMES}costs.social-assistance.amount": 1.1}, 0)
    assert dear["assistance_cost"] == pytest.approx(1.1 * plain["assistance_cost"])
    assert dear["ever_placed"] == plain["ever_placed"]


def test_a_problem_without_luck_is_calibrated_to_worlds_of_equal_weight(tmp_path):
    table = calibrate(line(), tmp_path / "line.json", particles=100, generations=2, seed=1)
    assert list(table.columns) == ["weight", "a"]
    assert table["weight"].sum() == pytest.approx(1.0)
    assert abs(table["a"].mean() - 2.0) < 0.05


def test_nothing_is_both_fitted_and_tested():
    fitted = {each.statistic for name in (*PROBLEMS, BEHAVIOUR) for each in targets(name)}
    tested = set()
    for name in ("validation", "mechanism"):
        with (DATA / f"targets-{name}.csv").open(encoding="utf-8", newline="") as file:
            tested |= {row["statistic"] for row in csv.DictReader(file)}
    assert fitted
    assert tested
    assert not fitted & tested
