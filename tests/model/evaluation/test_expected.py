"""What years should come to stays within what they can come to, whatever help is said to do."""

import numpy as np

from stupror.model.children.forecast import life_tables
from stupror.model.children.ladder import EXAM_AGE, N_AGES, N_STATES, NOT_ELIGIBLE, build_ladder, parts
from stupror.model.evaluation.expected import Lives, life_moments
from stupror.model.inputs.scenario import load_scenario


def test_help_that_does_much_harm_fails_no_more_than_all_who_sit_the_exam():
    """A year counts 1 without eligibility: of three years from the exam on all three do, and no more."""
    failed = np.array([bool(parts(s)[1] & NOT_ELIGIBLE) for s in range(N_STATES)])
    value = np.tile(failed.astype(np.int64), (1, N_AGES, 1))
    lives = Lives(np.zeros(1, np.int64), np.array([EXAM_AGE - 1]), np.array([[1.0, 1.0, 1000.0, 1.0, 1.0]]), 3, value)
    mean, square = np.empty((2, 1, N_STATES))
    tables = life_tables(build_ladder(load_scenario().ladder))
    life_moments(lives, np.ones((N_AGES, N_STATES), np.bool_), tables, mean, square)
    assert np.allclose(mean, 3.0)
    assert np.allclose(square, 9.0)
