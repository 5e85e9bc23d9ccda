"""What bodies learn from their own projects and what they hear of others', by hand."""

import numpy as np
import pytest

from stupror.model.bodies.beliefs import TOLD, Beliefs, News, is_told, learn
from stupror.model.children.draws import chances
from stupror.model.inputs.scenario import load_scenario

SPEC = load_scenario()
COUNTY = np.array([0, 0, 1])  # two places in one county, one elsewhere


def taught(found, *, bias, national=0.0, centre=0.0, regional=False):
    """Belief of each place, 1 before, once the first has had a project that was found to have so much of its effect.

    Precision of the news is 1, as is that of what was believed before; a project pays for itself at half its effect.
    """
    spec = SPEC.replace("diffusion.publication_bias", bias).replace("diffusion.centre", centre)
    p = spec.replace("belief.neighbour_weight", 0.5).replace("belief.national_weight", national).belief
    worth, one, zero = np.array([found >= 0.5]), np.ones(1), np.zeros(1, np.int64)
    told = is_told(worth, np.array([0.5]), spec.diffusion)
    before = Beliefs(np.ones((3, 1)), np.ones((3, 1)), one, one, np.zeros((2, 3, 1)), np.zeros((2, 1)))
    heard = News(zero, zero, zero, found * one, one, 0.0 * one, one > 0.0, found * one, told)
    after = learn(before, heard, COUNTY, np.array([regional]), p)
    assert (before.own == 1.0).all()  # nobody's belief is changed behind their back
    return after.own[:, 0].tolist()


def test_a_failure_that_is_told_counts_at_home_and_less_with_neighbours():
    """Found 0.4: at home (1 + 0.4) / 2; the neighbour gives it half the weight, (1 + 0.2) / 1.5; elsewhere nothing."""
    assert taught(0.4, bias=0.0) == pytest.approx([0.7, 0.8, 1.0])


def test_a_failure_that_is_not_told_teaches_its_owner_alone():
    assert taught(0.4, bias=1.0) == pytest.approx([0.7, 1.0, 1.0])
    assert taught(0.4, bias=1.0, national=0.5) == pytest.approx([0.7, 1.0, 1.0])


def test_a_success_is_always_told():
    assert taught(1.3, bias=1.0) == pytest.approx([1.15, 1.1, 1.0])


def test_a_competence_centre_hears_of_failures_too():
    """With a national weight of 0.5 the third place hears as the neighbour does."""
    assert taught(0.4, bias=1.0, centre=1.0, national=0.5) == pytest.approx([0.7, 0.8, 0.8])


def test_a_region_knows_of_its_own_failures():
    assert taught(0.4, bias=1.0, regional=True) == pytest.approx([0.7, 0.7, 1.0])


def test_as_many_failures_are_told_as_the_bias_leaves():
    n = np.arange(4_000)
    luck = chances(1, TOLD, n % 290, 2020 + n // 290, n % 5)
    p = SPEC.replace("diffusion.publication_bias", 0.3).diffusion
    assert is_told(np.zeros(n.size, np.bool_), luck, p).mean() == pytest.approx(0.7, abs=0.03)
    assert is_told(np.ones(n.size, np.bool_), luck, p).all()
