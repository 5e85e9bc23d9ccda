"""A posterior as a file: read strictly, drawn by weight, laid over a scenario within its ranges."""

import numpy as np
import pytest

from stupror.experiments.calibration.problems import life_course_problem
from stupror.experiments.patterns.prevalence import lives
from stupror.experiments.plans.likely import drawing
from stupror.experiments.plans.posterior import changed, read_posterior, shipped
from stupror.model.inputs.errors import InputError
from stupror.model.inputs.scenario import load_scenario

SPEC = load_scenario()
TEXT = "weight,diffusion.innovation,times:ladder.up_care\n0.25,0.01,1.0\n0.75,0.02,2.0\n"


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "posterior.csv"
    path.write_text(TEXT, encoding="utf-8")
    return path


def test_rows_are_picked_by_weight_and_by_seed_alone(file):
    posterior = read_posterior(file, SPEC)
    picked = np.array([posterior.pick(seed)["diffusion.innovation"] for seed in range(2_000)])
    assert abs((picked == 0.02).mean() - 0.75) < 4 * np.sqrt(0.75 * 0.25 / 2_000)
    assert posterior.pick(5) == posterior.pick(5)
    assert posterior.digest == read_posterior(file, SPEC).digest


def test_values_are_set_and_factors_multiply_every_number(file):
    world = changed(SPEC, read_posterior(file, SPEC).row(1))
    assert world.diffusion.innovation == 0.02
    assert world.ladder.up_care == pytest.approx([2 * each for each in SPEC.ladder.up_care])
    assert drawing(point=True)(SPEC, 1) is SPEC
    assert drawing(point=True, posteriors=[read_posterior(file, SPEC)])(SPEC, 1).hash() != SPEC.hash()


def test_what_lies_outside_a_range_is_held_at_its_end():
    world = changed(SPEC, {"times:ladder.up_care": 1e6, "diffusion.innovation": -1.0})
    low, high = SPEC.quantities["ladder.up_care"].range
    assert world.ladder.up_care == (high,) * 4
    assert world.diffusion.innovation == SPEC.quantities["diffusion.innovation"].range[0]
    assert low < high


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("diffusion.innovation\n0.1\n", "column 'weight' is missing"),
        (
            "weight,diffusion.inovation\n1,0.1\n",
            "is no parameter. Did you mean 'diffusion.innovation'",
        ),
        ("weight,diffusion.innovation\n1,much\n", "line 2: column 'diffusion.innovation': 'much' is not a number"),
        ("weight,diffusion.innovation\n1,\n", "line 2: column 'diffusion.innovation': '' is not a number"),
        ("weight,diffusion.innovation\n-1,0.1\n", "weights must not be negative"),
        ("weight,diffusion.innovation\n", "there is no row in it"),
        ("weight\n1\n", "there is no parameter in it"),
        ("weight,diffusion.open_share\n1,0.5\n1,1.7\n", "open_share' line 3: 1.7 is no number from 0.3 to 1"),
        ("# a remark\nweight,diffusion.open_share\n1,1.7\n", "open_share' line 3: 1.7"),
        ("weight,diffusion.open_share\n1,0,5\n", "line 2: has a number without a head. Is it a decimal comma?"),
        ("weight,,diffusion.open_share\n1,2,0.5\n", "line 2: has a number without a head"),
        ("weight,project.follow_up_years\n1,2.5\n", "line 2: 2.5 is no whole number from 1 to 40"),
        ("weight,ladder.up_care\n1,0.1\n", "Name the column times:ladder.up_care"),
        ("weight,times:ladder.up_care\n1,-1\n", "line 2: -1 is not above 0"),
        ("weight,times:ladder.up_care\n1,100\n", "leads out of the range 0 to 0.5 of ladder.up_care"),
        ("weight,times:ladder.up_care[9:12]\n1,1\n", "names none of the 4 numbers"),
        ("", "is empty"),
    ],
)
def test_a_wrong_file_is_refused(tmp_path, text, message):
    path = tmp_path / "posterior.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as refused:
        read_posterior(path, SPEC)
    assert message in "\n".join(refused.value.problems)


@pytest.mark.parametrize("problem", ["diffusion", "contracts", "life-course"])
def test_the_posteriors_that_come_with_the_model_can_be_read(problem):
    posterior = read_posterior(shipped(problem), SPEC)
    assert len(posterior.table) >= 50
    assert 1 / (posterior.weight**2).sum() > 10  # not one world alone
    changed(SPEC, posterior.pick(1))


def test_a_factor_on_some_numbers_leaves_the_others_and_rows_of_moves_sum_to_one():
    row = {"times:ladder.up_care[2:4]": 2.0, "times:ladder.up_care": 0.5, "times:ladder.adult_20_29[2:8:5]": 1.5}
    old, new = SPEC.ladder, changed(SPEC, row).ladder
    assert new.up_care == pytest.approx([0.5 * old.up_care[0], 0.5 * old.up_care[1], *old.up_care[2:]])
    before, after = (np.reshape(each.adult_20_29, (5, 5)) for each in (old, new))
    assert after[:2, 2] == pytest.approx(1.5 * before[:2, 2])
    assert after.sum(axis=1) == pytest.approx(1.0)
    assert after[1, 1] < before[1, 1]
    assert after[2:] == pytest.approx(before[2:])


def test_moves_that_sum_to_more_than_one_are_shrunk_whatever_the_order():
    rows = {"times:ladder.adult_20_29[2:8:5]": 40.0, "times:ladder.adult_20_29[:2]": 1e-3}
    for row in (rows, dict(reversed(rows.items()))):
        moves = np.reshape(changed(SPEC, row).ladder.adult_20_29, (5, 5))
        old = np.reshape(SPEC.ladder.adult_20_29, (5, 5)) * np.array([1.0, 1.0, 40.0, 1.0, 1.0])
        assert moves[1, 1] == 0.0
        assert moves[1, 2] / moves[1, 3] == pytest.approx(old[1, 2] / old[1, 3])
        assert moves.sum(axis=1) == pytest.approx(1.0)


@pytest.mark.parametrize("end", [0, 1])
def test_a_calibration_and_a_run_live_the_same_world_at_the_ends_of_the_prior(end):
    problem = life_course_problem(SPEC)
    row = {name: bounds[end] for name, bounds in problem.prior.items()}
    assert problem.simulate(row, 0) == pytest.approx(lives(changed(SPEC, row)), rel=1e-4)
