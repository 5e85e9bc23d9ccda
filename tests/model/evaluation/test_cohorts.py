"""Cohorts on paper live and are measured as the ladder, multiplied out, says that they should."""

import numpy as np
import pytest

from stupror.model.children.cells import build_cells, detection_edges, seen_weights
from stupror.model.children.ladder import build_ladder
from stupror.model.children.practice import practice_of
from stupror.model.children.prices import build_costs
from stupror.model.contracts import read_design
from stupror.model.contracts.words import EVALUATIONS
from stupror.model.evaluation.cohorts import compared, draw_cohort, worth
from stupror.model.evaluation.expected import as_reported, expect
from stupror.model.evaluation.metrics import metrics_of
from stupror.model.inputs.scenario import load_scenario
from tests.model.contracts.written import clause, document, measure, term

SPEC = load_scenario(None)
LADDER, COSTS = build_ladder(SPEC.ladder), build_costs(SPEC)
SEEN = SPEC.detection
EDGES = detection_edges(SEEN.sensitivity, SEEN.false_alarm, SEEN.take_up)
ITEMS = tuple(item for item in SPEC.interventions if item.name == "parenting")
PRACTICE = practice_of(SPEC.project)


@pytest.fixture(scope="module")
def cohort():
    cells = build_cells(ITEMS, LADDER, COSTS, EDGES, practice=PRACTICE)
    return draw_cohort(ITEMS, cells, LADDER, seen_weights(LADDER, EDGES), practice=PRACTICE, each=4000, years=6, seed=1)


@pytest.mark.parametrize("how", EVALUATIONS)
def test_what_is_measured_of_a_cohort_is_what_should_be_expected(cohort, how):
    """Own and comparison, by option, within five standard errors of the ladder multiplied out."""
    price = clause("price_per_outcome", metric="result", price=term(1, "SEK/outcome"))
    outcomes = measure("outcomes", years=6, outcome="years_in_care", evaluation=how)
    metric = metrics_of(read_design(document(price, measures={"result": outcomes}), "test.toml"), ITEMS, COSTS, 6)[0]
    (should,) = as_reported(expect([metric], ITEMS, cohort.cells, LADDER, practice=PRACTICE), cohort.cells, LADDER)
    other = compared(metric, cohort)
    found = {
        "with": (worth(metric, cohort, cohort.helped), should.true),
        "without": (worth(metric, cohort, cohort.without), should.own[0]),  # a belief in no effect
        "compared": (other, should.other),
    }
    for name, (values, mean) in found.items():
        by_cell = values.reshape(mean.size, -1) / metric.parts
        error = by_cell.std(axis=1) / np.sqrt(by_cell.shape[1]) + 1e-3
        assert (np.abs(by_cell.mean(axis=1) - mean) < 5 * error).all(), name


def test_help_changes_nothing_before_it_can_and_never_the_luck_of_those_without(cohort):
    same = (cohort.without == cohort.helped).mean()
    assert 0.5 < same < 1.0
