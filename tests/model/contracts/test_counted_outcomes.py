"""Outcomes of one's own that are counted on a child's life: read strictly, settled, and counted in runs."""

import numpy as np
import pytest

from stupror.experiments.designs.on_paper import asked
from stupror.model.children.ladder import state_of
from stupror.model.children.prices import build_costs
from stupror.model.contracts import describe, read_design
from stupror.model.evaluation.metrics import metrics_of
from stupror.model.inputs.errors import InputError
from stupror.model.inputs.scenario import load_scenario
from stupror.model.model import simulate
from tests.model.contracts.written import M, clause, document, measure, term
from tests.verification.worlds import eager

SPEC = load_scenario()
YEARS = {"ages": [3, 12], "levels": [3, 4]}


def written(in_run, good=False, evaluation="matched-comparison"):
    price = clause("price_per_outcome", metric="early", price=term(M, "SEK/year"))
    measures = {"early": measure("outcomes", 4, outcome="care_years", evaluation=evaluation)}
    own = {"care_years": {"title": "years in care before 13", "good": good, "unit": "year", "in_run": in_run}}
    return document(price, measures=measures, outcomes=own)


def value(in_run, good=False):
    """What a year is worth by (age, state), in whole outcomes."""
    design = read_design(written(in_run, good), "mine.toml")
    metric = metrics_of(design, SPEC.interventions, build_costs(SPEC), 4)[0]
    return metric.value[0] // metric.parts


def test_years_at_some_levels_between_ages_are_counted():
    found = value(YEARS)
    assert (found[:, state_of(1, 0, 3)] == np.where(np.isin(np.arange(65), range(3, 13)), -1, 0)).all()
    assert (found[:, state_of(0, 0, 2)] == 0).all()
    assert found.sum() < 0


def test_so_is_what_is_on_record_at_an_age():
    found = value({"ages": [19, 19], "at_age": 19, "record": "placed", "record_absent": True}, good=True)
    assert found[19, state_of(0, 0, 0)] == 1
    assert found[19, state_of(0, 1, 0)] == 0
    assert found[18].sum() == 0


def test_one_like_ours_counts_as_ours():
    design = read_design(written("years_in_care"), "mine.toml")
    ours = metrics_of(design, SPEC.interventions, build_costs(SPEC), 4)[0].value
    assert (ours == metrics_of(_counting(), SPEC.interventions, build_costs(SPEC), 4)[0].value).all()


def _counting():
    return read_design(written({"ages": [0, 19], "levels": [3, 4], "measured_before": True}), "mine.toml")


def test_it_can_be_read_aloud_and_is_asked_for_on_paper():
    design = _counting()
    assert "years at ages 0 to 19 at level 3 and 4" in describe(design)
    assert [each.key for each in asked(design)] == ["early"]


def test_a_run_pays_on_it():
    found = simulate(eager(), _counting(), seed=1, years=4)["projects"].query("not own_room")
    assert found["payable_sek"].sum() > 0


@pytest.mark.parametrize(
    ("in_run", "words"),
    [
        ({"levels": [3]}, "'ages' is missing"),
        ({"ages": [0, 12]}, "counts nothing"),
        ({"ages": [12, 0], "levels": [3]}, "first and last age"),
        ({"ages": [0, 12], "levels": [7]}, "allowed are 0 to 4"),
        ({"ages": [0, 12], "level": [3]}, "Did you mean 'levels'?"),
        ({"ages": [0, 12], "record": "placd"}, "'placed'"),
        ({"ages": "young", "levels": [3]}, "ages = 'young'"),
        (3, "in_run = 3"),
    ],
)
def test_what_cannot_be_counted_is_refused(in_run, words):
    with pytest.raises(InputError) as caught:
        read_design(written(in_run), "mine.toml")
    assert any("mine.toml: outcomes.care_years" in each and words in each for each in caught.value.problems)


def test_a_child_is_compared_with_itself_only_where_that_can_be():
    with pytest.raises(InputError, match="cannot be measured on a child before"):
        read_design(written(YEARS, evaluation="before-after"), "mine.toml")
    read_design(written({**YEARS, "measured_before": True}, evaluation="before-after"), "mine.toml")
