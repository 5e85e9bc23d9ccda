"""Factors that move in groups, on functions whose indices are known."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

from stupror.analysis.batches.sensitivity import sensitivity
from stupror.experiments.plans.plan import plan_of
from stupror.experiments.plans.sampling import Sampling, block_size, cube, size
from stupror.model.inputs.errors import InputError

NAMES = ("a", "b", "c", "idle")


def indices(how: Sampling, **sampling: Any) -> pd.DataFrame:
    """Sensitivity of ``a + 2 b + 3 c`` on a sample of this kind, by factor."""
    points = cube(how, len(NAMES))
    draws = range(len(points))
    assert len(points) == size(how, len(NAMES))
    frame = pd.DataFrame(points, columns=list(NAMES)).assign(draw=draws)
    runs = pd.DataFrame({"draw": draws, "replication": 0, "design": "fund", "y": points @ [1.0, 2.0, 3.0, 0.0]})
    runs["seed"] = runs["draw"] // block_size(how, len(NAMES))
    said = {"method": how.method, "levels": how.levels, "second_order": how.second_order, "groups": how.groups}
    return sensitivity(runs, frame, said | sampling, "y").set_index("factor")


def test_the_index_of_a_group_is_the_sum_of_its_members_where_they_only_add() -> None:
    """Variances are as 1 : 4 : 9, so a and b together have 5/14 and c 9/14."""
    found = indices(Sampling("saltelli", 1024, groups=("ab", "ab", "c", "idle")))
    assert found.loc["ab", "total"] == pytest.approx(5 / 14, abs=0.02)
    assert found.loc["c", "first"] == pytest.approx(9 / 14, abs=0.02)
    assert found.loc["idle", "total"] == 0
    assert size(Sampling("saltelli", 8, groups=("ab", "ab", "c", "idle")), 4) == 8 * (3 + 2)


def test_groups_of_one_are_the_factors_themselves() -> None:
    for method, draws in (("saltelli", 64), ("morris", 20)):
        alone, grouped = Sampling(method, draws), Sampling(method, draws, groups=NAMES)
        column = {"saltelli": "total", "morris": "mu_star"}[method]
        one, other = indices(alone)[column], indices(grouped)[column]
        assert other.loc["idle"] == 0
        if method == "saltelli":
            pd.testing.assert_series_equal(one, other)
        else:
            assert other.loc["c"] == pytest.approx(one.loc["c"]) == pytest.approx(3)


def test_a_group_has_a_mean_size_and_no_direction() -> None:
    found = indices(Sampling("morris", 50, groups=("ab", "ab", "c", "idle")))
    assert found.loc["c", "mu_star"] == pytest.approx(3)
    assert 1 <= found.loc["ab", "mu_star"] <= 3, "members move by one or against each other: 2 - 1 to 2 + 1"
    assert np.isnan(found.loc["ab", "sigma"])


PLAN: dict[str, Any] = {
    "title": "Groups",
    "uncertainties": {"parameters": ["committee.*"], "groups": {"minds": ["committee.horizon", "committee.ratchet"]}},
    "sampling": {"method": "morris", "draws": 4},
    "levers": {"designs": ["status-quo", "municipal-fund"]},
}


def test_a_plan_names_groups_by_patterns() -> None:
    plan = plan_of(PLAN)
    assert plan.sampling.groups.count("minds") == 2
    assert plan.draws == 4 * len(plan.factors), "one move less for each base point, as two move together"


@pytest.mark.parametrize(
    ("groups", "method", "words"),
    [
        ({"minds": ["committee.horizn"]}, "morris", "Did you mean 'committee.horizon'"),
        ({"a": ["committee.horizon"], "b": ["committee.*"]}, "morris", "is in a and in b"),
        ({"all": ["committee.*"]}, "saltelli", "everything is in one group"),
        ({"committee.horizon": ["committee.ratchet"]}, "morris", "Take another name"),
        ({"minds": ["committee.*"]}, "halton", "These do: saltelli, morris"),
    ],
)
def test_groups_that_cannot_be_are_refused(groups: dict[str, list[str]], method: str, words: str) -> None:
    uncertain = {"parameters": ["committee.*"], "groups": groups}
    with pytest.raises(InputError, match=words.replace("(", r"\(")):
        plan_of(PLAN | {"uncertainties": uncertain, "sampling": {"method": method, "draws": 4}})
