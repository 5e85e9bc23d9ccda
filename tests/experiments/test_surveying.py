"""The survey of a history asks what was asked, of as many as answered."""

from dataclasses import replace

import numpy as np
import pytest

from experiments.surveying import ANSWERED, answers, survey
from model.diffusion import FUNDED, WORKING, history, surroundings
from model.places import sweden
from model.scenario import load_scenario

COUNTRY = sweden()
AROUND = surroundings(COUNTRY)
P = load_scenario().diffusion


@pytest.fixture(scope="module")
def told():
    practice, years = history(COUNTRY, P, 7, around=AROUND)
    return practice, years, survey(COUNTRY, AROUND, practice, years, 7)


def test_as_many_answer_as_answered():
    assert answers(AROUND.codes, 2014, 1).sum() == 252
    assert answers(AROUND.codes, 2018, 1).sum() == 263
    assert (answers(AROUND.codes, 2014, 1) != answers(AROUND.codes, 2014, 2)).any()
    assert set(ANSWERED) == {2014, 2018}


def test_counts_are_of_those_who_answered(told):
    practice, _, found = told
    asked = answers(AROUND.codes, 2018, 7)
    assert found["funded_2018"] == ((practice.state == FUNDED) & asked).sum()
    active = np.isin(practice.state, (FUNDED, WORKING))
    assert found["active_2018"] == (active & asked).sum()
    assert found["raised_2018"] >= found["active_2018"] >= found["funded_2018"]


def test_turnover_adds_up(told):
    found = told[2]
    assert found["active_either"] - found["active_2018"] == found["stopped_between"]
    assert found["active_either"] - found["active_2014"] == found["started_between"]


def test_counties_and_reasons_are_of_all(told):
    practice, years, found = told
    assert sum(found[key] for key in found if key.startswith("funded_county_")) == practice.funded.sum()
    stops = sum(int((each.reason >= 0).sum()) for each in years)
    assert sum(found[f"reason_{i}"] for i in range(5)) == stops
    assert 0.0 < found["funded_spending_share"] < 1.0


def test_a_history_without_funds_can_be_asked():
    practice, years = history(COUNTRY, P, 7, around=AROUND)
    nobody = [replace(each, state=np.zeros_like(each.state)) for each in years]
    nowhere = {"state": np.zeros_like(practice.state), "money_since": np.zeros_like(practice.money_since)}
    empty = replace(practice, **nowhere)
    found = survey(COUNTRY, AROUND, empty, nobody, 7)
    assert found["funded_2018"] == found["share_after_2012"] == found["funded_median_spending"] == 0.0
    assert found["size_ratio"] == 1.0
