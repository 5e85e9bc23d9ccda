"""Facts of the municipalities: published totals, terms of rule."""

import numpy as np
import pytest

from stupror.model.children.population import build_population
from stupror.model.inputs.facts import RULES, built_in_facts, standardised
from stupror.model.inputs.places import part, sweden

COUNTRY = sweden()
# Statistics Sweden: population of the country at the end of 2005, 2013 and 2017.
PUBLISHED = {"population_2005": 9_047_752, "population_2013": 9_644_864, "population_2017": 10_120_242}


@pytest.mark.parametrize(("column", "total"), PUBLISHED.items())
def test_populations_add_up_to_the_published_totals(column, total):
    assert sum(getattr(COUNTRY.facts, column)) == total


def test_every_municipality_has_facts_in_the_same_order():
    known = built_in_facts()
    assert set(known) == set(COUNTRY.codes)
    stockholm = COUNTRY.codes.index("0180")
    assert COUNTRY.facts.population_2017[stockholm] == 949_761
    assert COUNTRY.facts.rule[stockholm] == ("red-green", "centre-right", "centre-right", "red-green", "centre-right")


def test_rule_is_by_term_and_the_last_known_term_goes_on():
    counts = {
        year: np.bincount(COUNTRY.facts.rule_in(year), minlength=len(RULES)).tolist() for year in (2018, 2019, 2040)
    }
    assert counts[2018] == [99, 89, 101, 1]  # the term after the election of 2014, by SKR's classification
    assert counts[2019] == counts[2040] != counts[2018]
    assert (COUNTRY.facts.rule_in(2014) != COUNTRY.facts.rule_in(2015)).any()


def test_growth_and_pressure_by_hand():
    one = part(COUNTRY, ["Stockholm"]).facts
    assert one.growth() == pytest.approx((949_761 / 771_038) ** (1 / 12) - 1)
    assert one.pressure() == pytest.approx(0.214 + 0.063)
    assert standardised([1.0, 1.0, 1.0]).tolist() == [0.0, 0.0, 0.0]
    assert standardised([1.0, 3.0]).tolist() == [-1.0, 1.0]


def test_births_follow_the_young_and_a_part_has_those_of_the_whole():
    whole = build_population(COUNTRY, 2020, 1).cohort_sizes()
    part_of_it = build_population(part(COUNTRY, ["10"]), 2020, 1).cohort_sizes()
    rows = [COUNTRY.codes.index(code) for code in part(COUNTRY, ["10"]).codes]
    assert (whole[rows] == part_of_it).all()
    per_head = whole.sum(axis=1) / np.asarray(COUNTRY.population)
    young = np.asarray(COUNTRY.facts.young_share)
    assert np.corrcoef(per_head, young)[0, 1] > 0.999
