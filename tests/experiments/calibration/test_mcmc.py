"""Walking through likely worlds: a known answer, bounds, and going on after a stop."""

import numpy as np
import pytest

from stupror.experiments.calibration.mcmc import STEPS, _beginning, walk
from stupror.experiments.calibration.problems import life_course_problem, targets
from stupror.experiments.calibration.settling import read_way, way_of
from stupror.experiments.files.records import note
from stupror.experiments.plans.posterior import read_posterior, shipped
from stupror.model.inputs.errors import InputError
from stupror.model.inputs.scenario import load_scenario

SLOPES = np.array([[1.0, 0.5, 0.0], [0.0, 1.0, 0.0]])
BOUNDS = ((-20.0, 20.0), (-20.0, 20.0), (3.0, 5.0))  # nothing is known of the third


def misses(world):
    return (SLOPES @ world - np.array([2.0, -1.0])) / np.array([0.5, 0.2])


def test_a_known_answer_is_found(tmp_path):
    """Straight lines and a flat prior: the posterior is a normal distribution that can be worked out."""
    worlds = walk(misses, BOUNDS, tmp_path / "line.json", particles=400, generations=5, seed=1)
    scaled = SLOPES[:, :2] / np.array([[0.5], [0.2]])
    spread = np.linalg.inv(scaled.T @ scaled)
    mean = np.linalg.solve(SLOPES[:, :2], [2.0, -1.0])
    assert np.abs(worlds[:, :2].mean(axis=0) - mean).max() < 0.1
    assert np.cov(worlds[:, :2].T) == pytest.approx(spread, abs=0.06)
    assert 3.0 <= worlds[:, 2].min() < 3.1 < 4.9 < worlds[:, 2].max() <= 5.0
    assert worlds[:, 2].std() == pytest.approx(2 / np.sqrt(12), rel=0.15)


def test_one_that_was_stopped_goes_on_to_the_same_end(tmp_path):
    whole = walk(misses, BOUNDS, tmp_path / "whole.json", particles=12, generations=3, seed=4)
    walk(misses, BOUNDS, tmp_path / "parts.json", particles=12, generations=1, seed=4)
    told = []
    notes = tmp_path / "parts.json"
    parts = walk(misses, BOUNDS, notes, particles=12, generations=3, seed=4, tell=lambda *each: told.append(each))
    assert np.array_equal(whole, parts)
    assert [number for number, _ in told] == [2, 3]
    assert told[-1][1] == pytest.approx(np.mean([np.linalg.norm(misses(each)) for each in parts]))
    assert not np.array_equal(whole, walk(misses, BOUNDS, tmp_path / "x.json", particles=12, generations=3, seed=5))


def test_each_generation_has_luck_of_its_own(tmp_path):
    """From the same worlds the second generation goes another way than the third."""
    begun, ends = np.random.default_rng(1).uniform(3.0, 5.0, (12, 3)).tolist(), []
    for done in (1, 2):
        notes = tmp_path / f"{done}.json"
        notes.write_text(note({"done": done, "worlds": begun}), encoding="utf-8")
        ends.append(walk(misses, BOUNDS, notes, particles=12, generations=done + 1, seed=4))
    assert not np.array_equal(*ends)


@pytest.mark.parametrize("change", [{"done": -1}, {"worlds": [[1.0, 2.0, 4.0]] * 11}, {"done": None}])
def test_whole_notes_of_another_walk_are_refused_and_so_are_fewer_generations(tmp_path, change):
    notes, said = tmp_path / "line.json", {"done": 3, "worlds": [[1.0, 2.0, 4.0]] * 12}
    notes.write_text(note(said | change), encoding="utf-8")
    with pytest.raises(InputError, match=r"line.json: holds no generation of a calibration \("):
        walk(misses, BOUNDS, notes, particles=12, generations=3, seed=4)
    notes.write_text(note(said), encoding="utf-8")
    with pytest.raises(InputError, match="Give 3 or more"):
        walk(misses, BOUNDS, notes, particles=12, generations=2, seed=4)
    with pytest.raises(InputError, match="Give 6 or more"):
        walk(misses, BOUNDS, notes, particles=5, generations=4, seed=4)


@pytest.mark.parametrize(
    "text",
    [
        '{"done": 1, "worlds": [[1.0,',
        "{}",
        "[]",
        '{"done": 1, "worlds": [[1.0, 2.0, 3.0]]}',
        '{"done": 1, "worlds": "x"}',
    ],
)
def test_broken_notes_are_refused_by_name(tmp_path, text):
    notes = tmp_path / "line.json"
    notes.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=r"line.json: holds no generation of a calibration \("):
        walk(misses, BOUNDS, notes, particles=12, generations=3, seed=4)
    assert notes.read_text(encoding="utf-8") == text


def test_a_stop_while_writing_leaves_the_last_generation_whole(tmp_path, monkeypatch):
    notes = tmp_path / "line.json"
    walk(misses, BOUNDS, notes, particles=12, generations=1, seed=4)
    before = notes.read_text(encoding="utf-8")

    def stopped(path, text, **_):
        path.write_bytes(text[: len(text) // 2].encode())
        raise KeyboardInterrupt

    monkeypatch.setattr("pathlib.Path.write_text", stopped)
    with pytest.raises(KeyboardInterrupt):
        walk(misses, BOUNDS, notes, particles=12, generations=2, seed=4)
    assert notes.read_text(encoding="utf-8") == before
    assert {each.name for each in tmp_path.iterdir()} == {"line.json", "line.json.way"}


def test_a_stop_says_nothing_of_its_own(tmp_path, capsys):
    worlds = iter(range(100))

    def stopped(world):
        if next(worlds) > 90:
            raise KeyboardInterrupt
        return misses(world)

    with pytest.raises(KeyboardInterrupt):
        walk(stopped, BOUNDS, tmp_path / "line.json", particles=12, generations=1, seed=4)
    assert capsys.readouterr() == ("", "")


def test_walkers_crowd_nowhere(tmp_path):
    """Where they have been in twelve dimensions is as wide as the normal distribution that they are to draw from."""
    notes, generations = tmp_path / "normal.json", 30
    walk(lambda world: world, [(-20.0, 20.0)] * 12, notes, particles=60, generations=generations, seed=1)
    way = read_way(way_of(notes), generations, STEPS)
    assert way.places.std(axis=(0, 1)) == pytest.approx(np.ones(12), abs=0.08)
    assert way.places.std() == pytest.approx(1.0, abs=0.02)


@pytest.mark.parametrize("goal", [-0.5, 0.5])
def test_walkers_begin_within_the_bounds_and_none_beside_another(goal):
    """Parameters of very different widths about 0, the targets at a bound: all slopes are seen, at both bounds."""
    width = np.array([1e-3, 1.0, 1e6])
    low, high = -width / 2, width / 2
    found = _beginning(lambda world: (world / width - 1.2 * goal) / 0.05, low, high, 40, 1)
    assert ((found > low) & (found < high)).all()
    for each in ((found - low) / width).T:
        assert len(np.unique(each)) == 40
        assert (np.abs(each - 0.5 - goal) < 0.3).all()
        assert ((np.abs(each - 0.5 - goal)) < 0.003).sum() > 5  # some would stand outside


def test_slopes_are_felt_where_a_parameter_is_zero():
    """Steps relative to the value would be too small there, by statistics that are rounded."""
    found = _beginning(lambda world: np.round((world - 0.6) / 0.02, 3), -np.ones(1), np.ones(1), 200, 1)
    assert np.abs(found - 0.6).max() < 0.1


def test_shipped_worlds_are_of_the_calibration_that_is_set_up():
    """Every world within its prior; each target within one and a half tolerances on average, and spread by no more."""
    spec = load_scenario()
    problem = life_course_problem(spec)
    posterior = read_posterior(shipped("life-course"), spec)
    assert list(posterior.table.columns) == list(problem.prior)
    for name, (low, high) in problem.prior.items():
        assert posterior.table[name].between(low, high).all(), name
    found = [problem.simulate(posterior.row(number), 0) for number in range(0, len(posterior.table), 5)]
    for each in targets("life-course"):
        values = np.array([one[each.statistic] for one in found])
        assert abs(values.mean() - each.observed) < 1.5 * each.tolerance, each.statistic
        assert 0.2 * each.tolerance < values.std() < 1.5 * each.tolerance, each.statistic
