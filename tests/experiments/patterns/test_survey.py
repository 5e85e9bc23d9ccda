"""The survey of a history asks what was asked, of as many as answered."""

from dataclasses import replace

import numpy as np
import pytest

from stupror.experiments.patterns.survey import ANSWERED, answers, region_answers, survey
from stupror.model.inputs.places import sweden
from stupror.model.inputs.scenario import load_scenario
from stupror.model.practice import FUNDED, WORKING, history, surroundings

COUNTRY = sweden()
AROUND = surroundings(COUNTRY)
P = load_scenario().diffusion


@pytest.fixture(scope="module")
def told():
    country, years = history(COUNTRY, P, 7, around=AROUND)
    return country, years, survey(COUNTRY, AROUND, country, years, 7)


def test_as_many_answer_as_answered():
    assert answers(AROUND.municipalities.codes, 2014, 1).sum() == 252
    assert answers(AROUND.municipalities.codes, 2018, 1).sum() == 263
    assert (answers(AROUND.municipalities.codes, 2014, 1) != answers(AROUND.municipalities.codes, 2014, 2)).any()
    assert set(ANSWERED) == {2014, 2018}


def test_counts_are_of_those_who_answered(told):
    country, _, found = told
    practice = country.municipalities
    asked = answers(AROUND.municipalities.codes, 2018, 7)
    assert found["funded_2018"] == ((practice.state == FUNDED) & asked).sum()
    active = np.isin(practice.state, (FUNDED, WORKING))
    assert found["active_2018"] == (active & asked).sum()
    assert found["raised_2018"] >= found["active_2018"] >= found["funded_2018"]


def test_turnover_adds_up(told):
    found = told[2]
    assert found["active_either"] - found["active_2018"] == found["stopped_between"]
    assert found["active_either"] - found["active_2014"] == found["started_between"]


def test_counties_and_reasons_are_of_all(told):
    country, years, found = told
    practice = country.municipalities
    assert sum(found[key] for key in found if key.startswith("funded_county_")) == practice.funded.sum()
    stops = sum(int((each.reason >= 0).sum()) for each in years)
    assert sum(found[f"reason_{i}"] for i in range(5)) == stops
    assert 0.0 < found["funded_spending_share"] < 1.0


def test_regions_are_asked_as_many_as_answered(told):
    _, years, found = told
    codes = AROUND.regions.codes
    assert region_answers(codes, 2014, 1).sum() == 13
    assert region_answers(codes, 2018, 1).sum() == 17
    funded = np.array([each.regions == FUNDED for each in years if each.year >= 2014])
    active = funded | np.array([each.regions == WORKING for each in years if each.year >= 2014])
    then, now = region_answers(codes, 2014, 7), region_answers(codes, 2018, 7)
    assert found["regions_2014"] == (active[0] & then).sum()
    assert found["regions_2018"] == (active[-1] & now).sum()
    assert found["regions_funded_2018"] == (funded[-1] & now).sum()
    assert found["regions_since_2014"] == ((active.any(axis=0) & now) | (active[0] & then)).sum()


def test_outcome_contracts_are_counted_by_hand(told):
    country, years, _ = told
    known = np.zeros(290, np.int8)
    norrkoping, botkyrka, vara, halmstad = (
        COUNTRY.names.index(each) for each in ("Norrköping", "Botkyrka", "Vara", "Halmstad")
    )
    known[[norrkoping, botkyrka, vara, halmstad]] = 5, 4, 4, 2
    story = [replace(each, contracts=known if each.year >= 2016 else np.zeros(290, np.int8)) for each in years]
    found = survey(COUNTRY, AROUND, country, story, 7)
    assert found["contracts"] == 3
    assert found["contracts_large"] == 2  # Vara is small
    assert found["contract_first"] == 2016
    assert found["contract_talks"] == 0
    answered = answers(AROUND.municipalities.codes, 2018, 7) & (known <= 2)
    assert found["contract_unknown"] == pytest.approx((known[answered] == 0).mean())
    nothing = [replace(each, contracts=np.zeros(290, np.int8)) for each in years]
    assert survey(COUNTRY, AROUND, country, nothing, 7)["contract_first"] == 2019


def test_a_history_without_funds_can_be_asked():
    country, years = history(COUNTRY, P, 7, around=AROUND)
    nobody = [replace(each, state=np.zeros_like(each.state)) for each in years]
    towns = country.municipalities
    nowhere = {"state": np.zeros_like(towns.state), "money_since": np.zeros_like(towns.money_since)}
    empty = replace(country, municipalities=replace(towns, **nowhere))
    found = survey(COUNTRY, AROUND, empty, nobody, 7)
    assert found["funded_2018"] == found["share_after_2012"] == found["funded_median_spending"] == 0.0
    assert found["size_ratio"] == 1.0
