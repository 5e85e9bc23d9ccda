"""Ratios over seeds are ratios of sums, with Fieller's interval; nothing where the whole may be nil."""

import numpy as np
import pytest

from stupror.analysis.report.intervals import ratio_of_sums


def test_a_ratio_is_that_of_the_sums_and_has_the_sign_of_the_mean():
    share, *_, n = ratio_of_sums([1, -1, 1, 0.5], [10, 9, 8, 11])
    assert n == 4
    assert share == pytest.approx(1.5 / 38)
    assert ratio_of_sums([1, -1, 1, 0.5], [10, 0.1, 8, -2])[0] != ratio_of_sums([1, -1, 1, 0.5], [10, 9, 8, 11])[0]


def test_there_is_no_share_of_a_gain_that_luck_may_have_made():
    """The planner's gains 10, 0.1, 8, -2: their mean's interval holds 0."""
    assert np.isnan(ratio_of_sums([1, -1, 1, 0.5], [10, 0.1, 8, -2])[:3]).all()
    assert np.isnan(ratio_of_sums([1, 1], [-3, -4])[:3]).all()


def test_the_interval_is_fiellers_and_covers_nine_times_in_ten():
    """Against a direct solution of Fieller's quadratic, and by drawing again and again (truth 0.5)."""
    from scipy.stats import t

    rng = np.random.default_rng(1)
    covered = 0
    for _ in range(1000):
        x = rng.normal(10.0, 3.0, 8)
        y = 0.5 * x + rng.normal(0.0, 2.0, 8)
        ratio, low, high, _ = ratio_of_sums(y, x)
        covered += low <= 0.5 <= high
        assert low < ratio < high
    assert covered / 1000 == pytest.approx(0.9, abs=0.03)
    (yy, yx), (_, xx) = np.cov(y, x) / 8
    q = t.ppf(0.95, 7) ** 2
    roots = np.roots([x.mean() ** 2 - q * xx, -2 * (x.mean() * y.mean() - q * yx), y.mean() ** 2 - q * yy])
    assert sorted(roots.real) == pytest.approx([low, high])


def test_one_seed_has_a_share_and_no_interval_and_equal_seeds_have_one_of_no_width():
    assert ratio_of_sums([2], [4])[0] == 0.5
    assert np.isnan(ratio_of_sums([2], [4])[1])
    assert ratio_of_sums([2, 2, 2], [4, 4, 4]) == pytest.approx((0.5, 0.5, 0.5, 3))
