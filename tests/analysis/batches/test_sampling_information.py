"""What a study is worth, against conjugate normal cases and against nested Monte-Carlo."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import norm

from stupror.analysis.batches.sampling_information import Reports, sample_information

pytest.importorskip("sklearn")
DRAWS = 6000


def toy(off=0.0):
    """Net benefit 1 + 3 X + 2 Z against nothing; the study sees 3 X with a standard deviation of 6 for each child."""
    quantiles = norm.ppf((np.arange(DRAWS) + 0.5) / DRAWS)
    rng = np.random.default_rng(2)
    x, z = rng.permutation(quantiles), rng.permutation(quantiles)
    benefit = pd.DataFrame({"nothing": np.zeros(DRAWS), "fund": 1 + 3 * x + 2 * z})
    return benefit, Reports(3 * x, np.full(DRAWS, 36.0), np.full(DRAWS, off))


def conjugate(children, off=0.0):
    """``E[max(0, m)] - 1`` with m normal about 1: what the report makes of the mean of X, whose prior sd is 3."""
    sd = 3 * np.sqrt(9 / (9 + 36 / children + off**2))
    return sd * norm.pdf(1 / sd) + norm.cdf(1 / sd) - 1


@pytest.mark.parametrize(("children", "known"), [(1, 0.177), (4, 0.439), (16, 0.644), (64, 0.729)])
def test_the_conjugate_normal_case(children, known):
    assert conjugate(children) == pytest.approx(known, abs=5e-4)
    benefit, reports = toy()
    found = sample_information({"fiscal": benefit}, reports, children).iloc[0]
    assert found["evsi"] == pytest.approx(known, abs=0.03)
    assert found["evsi"] > found["chance"]
    assert found["if_all_decide"] == pytest.approx(found["evsi"])


def test_a_method_that_is_off_is_worth_no_more_with_more_children():
    benefit, reports = toy(off=3.0)
    few, many = (sample_information({"fiscal": benefit}, reports, n)["evsi"].iloc[0] for n in (64, 100_000))
    assert many == pytest.approx(conjugate(100_000, 3.0), abs=0.03)
    assert many - few < 0.05
    assert many < conjugate(64) - 0.15, "a sound study of 64 tells more"


def test_nested_monte_carlo_says_the_same_where_nothing_is_normal():
    """Posterior means by weighting all draws with the likelihood of a report: no regression in it."""
    rng = np.random.default_rng(3)
    n = 2500
    x, z = rng.exponential(size=n), rng.random(n)
    wide = pd.DataFrame({"a": np.zeros(n), "b": x - 1.2 + z, "c": 2 * np.sqrt(x) - 2.0 * z})
    reports = Reports(x, 0.5 + x, np.zeros(n))
    found = sample_information({"fiscal": wide}, reports, 4)["evsi"].iloc[0]
    sd = np.sqrt(reports.variance / 4)
    seen = x + sd * rng.normal(size=n)
    likely = norm.pdf(seen[:, None], x, sd)
    after = likely @ wide.to_numpy() / likely.sum(axis=1, keepdims=True)
    assert found == pytest.approx(after.max(axis=1).mean() - after.mean(axis=0).max(), abs=0.03)


def test_what_payers_gain_if_all_decide_adds_up():
    benefit, reports = toy()
    parts = {"municipality": benefit * -0.5, "region": benefit * 0.3, "state": benefit * 1.2}
    whole = {**parts, "fiscal": parts["municipality"] + parts["region"] + parts["state"]}
    found = sample_information(whole, reports, 16).set_index("perspective")
    assert found.loc[list(parts), "if_all_decide"].sum() == pytest.approx(found.loc["fiscal", "if_all_decide"])
    assert found.loc["fiscal", "if_all_decide"] == pytest.approx(found.loc["fiscal", "evsi"])
    assert found.loc["municipality", "if_all_decide"] < 0, "what is good for all costs municipalities"
    assert found.loc["municipality", "evsi"] > 0, "by itself it would choose the other way"


def test_a_study_of_what_does_not_matter_is_worth_no_more_than_chance():
    benefit, reports = toy()
    idle = Reports(np.random.default_rng(9).normal(size=DRAWS), reports.variance, reports.off)
    found = sample_information({"fiscal": benefit}, idle, 64).iloc[0]
    assert found["evsi"] < 1.5 * found["chance"] < 0.05
