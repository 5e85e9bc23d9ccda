"""What contracts measure: single lives against the ladder multiplied out, for every way of evaluating.

The children of one county's first year, in programmes chosen by the planner, under a contract that measures the same
thing in all ways at once.
"""

from functools import cache

import numpy as np
import pytest
from worlds import working

from stupror.model.children.forecast import BELIEF_GRID
from stupror.model.children.ladder import N_AGES, N_LEVELS
from stupror.model.contracts import read_design
from stupror.model.evaluation import metrics
from stupror.model.evaluation.evaluators import COMPARED, OTHER, OWN, PEOPLE, TRUE_OTHER, TRUE_OWN
from stupror.model.evaluation.expected import as_reported
from stupror.model.model import PreventionModel

YEARS = 4
ALONE = ("before-after", "trend-adjusted", "historical-norm", "as-flagged")


def number(value, unit="1"):
    return {"value": value, "unit": unit, "range": [value, value], "source": "assumed: a test"}


def contract(ways, kind="outcomes", **what):
    """A planner's contract that measures the same in several ways and pays a little for each."""
    measures = {
        f"by_{way.replace('-', '_')}": {
            "kind": kind, "evaluation": way, "follow_up_years": number(YEARS, "year"), **what,
        }
        for way in ways
    }  # fmt: skip
    price = {"kind": "price_per_outcome", "price": number(1, "SEK/outcome")}
    share = {"kind": "share_of_saving", "share": number(0.01)}
    return read_design(
        {
            **{key: "a test" for key in ("name", "title", "title_sv", "summary", "summary_sv", "source")},
            "decision": {"body": "planner"},
            "finance": {"state": {"form": "own", "share": number(1.0)}},
            "measure": measures,
            "clause": [
                {
                    "payer": "outcomes_fund",
                    "receiver": "state",
                    "metric": name,
                    **(price if kind == "outcomes" else share),
                }
                for name in measures
            ],
        },
        "test.toml",
    )


@cache
def lived(ways, kind, what, places="12"):
    """A model that has lived the follow-up, and its projects of the first year."""
    model = PreventionModel(
        working(places),
        contract(ways, kind, **{key: list(value) if isinstance(value, tuple) else value for key, value in what}),
        5,
        YEARS,
    )
    for _ in range(YEARS):
        model.step()
    return model, np.flatnonzero(model.state.projects.start_year == model.world.start_year)


def z(observed, expected):
    """Difference in standard errors, from how projects differ among themselves."""
    gap = observed - expected
    return float(gap.sum() / max(np.sqrt((gap**2).sum()), 1e-6))


CASES = [
    ("outcomes", (("outcome", "years_without_need"),)),
    ("outcomes", (("outcome", "years_in_care"),)),
    ("cost_reduction", (("payers", ("municipality", "state")),)),
]


@pytest.mark.parametrize(("kind", "what"), CASES)
def test_lives_and_shadows_come_to_what_the_ladder_says(kind, what):
    model, first = lived(ALONE, kind, what)
    sums, expected = model.state.projects.sums[first], model.state.projects.expected_sums[first]
    for j, metric in enumerate(model.world.yardsticks.metrics[0][: len(ALONE)]):
        assert abs(z(sums[:, j, TRUE_OWN] / metric.parts, expected[:, j, 0])) < 4
        assert abs(z(sums[:, j, TRUE_OTHER] / metric.parts, expected[:, j, 1])) < 4
        assert (sums[:, j, PEOPLE] == model.state.projects.children[first]).all()
        assert (expected[:, j, 2] == sums[:, j, PEOPLE]).all()


def test_of_a_group_a_third_is_expected_and_that_third_is_measured():
    """Three groups go by a child's number in its cohort, so each is a third of the participants but for a few."""
    what = (("outcome", "years_without_need"), ("group", 2), ("groups", 3))
    (model, first), (whole, _) = lived(ALONE[:1], "outcomes", what), lived(ALONE[:1], "outcomes", what[:1])
    projects, of_all = model.state.projects, whole.state.projects
    np.testing.assert_allclose(projects.expected_sums[first, 0, 2], projects.children[first] / 3.0)
    np.testing.assert_allclose(projects.expected_sums[first, 0, 0], of_all.expected_sums[first, 0, 0] / 3.0)
    people = projects.sums[first, 0, PEOPLE]
    assert abs(people.sum() - projects.children[first].sum() / 3.0) < 0.05 * people.sum()
    parts = model.world.yardsticks.metrics[0][0].parts
    assert abs(z(projects.sums[first, 0, TRUE_OWN] / parts, projects.expected_sums[first, 0, 0])) < 4


@pytest.mark.parametrize(("kind", "what"), CASES)
def test_each_method_compares_with_what_private_parties_reckon_it_will(kind, what):
    """Regression to the mean, false alarms and the national trend are all in the expectation of those who know."""
    model, first = lived(ALONE, kind, what)
    told = as_reported(model.state.bodies.views[0].expected, model.world.cells, model.world.ladder)
    helped = model.state.children.participants
    rows = np.flatnonzero(helped.start_year[: helped.n] == model.world.start_year)
    cell = np.zeros((len(model.world.menu.items), N_AGES, N_LEVELS), np.int64)
    cell[model.world.cells.intervention, model.world.cells.age, model.world.cells.level] = np.arange(
        model.world.cells.age.size
    )
    of = cell[helped.intervention[rows], model.world.start_year - 1 - helped.born[rows], helped.perceived[rows]]
    for j, each in enumerate(told[: len(ALONE)]):
        expected = np.bincount(helped.project[rows], each.other[of], minlength=model.state.projects.n)[first]
        observed = model.state.projects.sums[first, j, OTHER] / each.metric.parts
        if each.metric.evaluation == "trend-adjusted":  # the nation's mean has its own luck and its own programmes
            assert abs(observed.sum() / expected.sum() - 1) < 0.05
        elif expected.any():
            assert abs(z(observed, expected)) < 4, each.metric.evaluation
        else:
            assert not observed.any()


def test_the_lot_is_honest_and_others_are_not():
    """Those drawn to wait fare as the shadows do; last year's placements do not go on by themselves."""
    what = (("payers", ("social",)),)
    drawn, first = lived(("randomised-waiting-list", "before-after"), "cost_reduction", what)
    sums = drawn.state.projects.sums[first]
    both = sums[:, 0, COMPARED] > 0
    assert both.sum() > 40
    per_child = sums[both, 0, OTHER] / sums[both, 0, COMPARED] - sums[both, 0, TRUE_OTHER] / sums[both, 0, PEOPLE]
    gap = per_child * sums[both, 0, PEOPLE]
    assert abs(gap.sum() / np.sqrt((gap**2).sum())) < 4
    assert abs(z(sums[:, 1, OTHER] + 0.0, sums[:, 1, TRUE_OTHER] + 0.0)) > 3


def test_a_child_who_waits_is_in_no_programme_until_the_follow_up_is_over():
    drawn, _ = lived(("randomised-waiting-list", "before-after"), "cost_reduction", (("payers", ("social",)),))
    helped = drawn.state.children.participants
    new = np.flatnonzero(helped.start_year[: helped.n] == drawn.world.start_year)
    waiting = helped.peer[new][helped.peer[new] >= 0]
    assert np.unique(waiting).size == waiting.size > 100
    assert (drawn.state.children.population.participant[waiting] == -(drawn.world.start_year + YEARS)).all()
    later = helped.child[: helped.n]
    assert not np.isin(waiting, later).any()
    before = (helped.child[new] < helped.peer[new])[helped.peer[new] >= 0].mean()
    assert 0.1 < before < 0.9  # by number alone, everybody who waits would stand behind everybody who has a place


@pytest.mark.parametrize("how", ["measured", "true"])
def test_metrics_in_their_units_by_hand(how):
    """Own -60, other -80 of 20 people, 10 of them compared: 20 better, or 40 if all do as well; 25 per cent less."""
    sums = np.zeros((1, 6), np.int64)
    sums[0, [OWN, OTHER, TRUE_OWN, TRUE_OTHER, PEOPLE, COMPARED]] = [-60_000, -80_000, -60_000, -80_000, 20, 10]
    nothing = np.zeros((1, 1, 1), np.int64)

    def found(kind, parts):
        metric = metrics.Metric("m", kind, "matched-comparison", 4, nothing, parts)
        return float((metrics.measured if how == "measured" else metrics.true)(metric, sums)[0])

    scale = 2 if how == "measured" else 1
    assert found("cost_reduction", 1) == 20_000 * scale
    assert found("outcomes", 1_000) == 20 * scale
    assert found("fall", 1_000) == 25.0
    assert found("share", 1_000) == 100.0 * 20 / 20 * scale
    assert found("activity", 1) == 20


def test_a_fall_of_nothing_is_nothing():
    sums = np.zeros((1, 6), np.int64)
    metric = metrics.Metric("m", "fall", "matched-comparison", 4, np.zeros((1, 1, 1), np.int64), 1_000)
    assert metrics.measured(metric, sums)[0] == metrics.true(metric, sums)[0] == 0.0


def test_expectations_at_the_true_belief_are_those_of_the_forecast():
    """A saving summed over states is the saving that the cells hold by payer and year: two routes to one number."""
    model, _ = lived(ALONE, "cost_reduction", (("payers", ("municipality", "state")),))
    each = model.state.bodies.views[0].expected[0]
    paid = [payer for payer in range(10) if payer != 4]  # all but the region
    saved = model.world.cells.saved[:, :, :YEARS][..., paid].sum(axis=(2, 3))
    assert np.allclose(each.own - each.other, saved)
    assert BELIEF_GRID[0] == 0.0
    assert np.allclose((each.own - each.other)[0], 0.0, atol=1e-6)
