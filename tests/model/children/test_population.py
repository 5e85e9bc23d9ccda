"""Children are shared out in whole numbers, and a part of the country has those of the whole."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stupror.model.children.ladder import ADULT_AGE
from stupror.model.children.population import births_in, build_population, shared_out
from stupror.model.inputs.places import part, sweden


@given(total=st.integers(0, 200_000), weights=st.lists(st.integers(1, 10_000), min_size=1, max_size=30))
def test_shares_sum_to_the_total_and_nobody_is_off_by_a_child(total, weights):
    edges = np.concatenate([[0], np.cumsum(weights)]) / sum(weights)
    shared = shared_out(total, np.stack([edges[:-1], edges[1:]], axis=1))
    assert shared.sum() == total
    assert (shared >= 0).all()
    assert np.abs(shared - total * np.array(weights) / sum(weights)).max() <= 1.0


def test_births_are_as_published_and_then_the_mean_of_the_nearest():
    places = sweden()
    first, last = min(places.births), max(places.births)
    assert births_in(places, last) == places.births[last]
    assert births_in(places, last + 30) == pytest.approx(np.mean([places.births[y] for y in range(last - 9, last + 1)]))
    assert births_in(places, first - 5) == pytest.approx(np.mean([places.births[y] for y in range(first, first + 10)]))


def test_a_part_of_the_country_has_the_children_it_has_in_the_whole():
    whole, county = (build_population(places, 2020, 3) for places in (sweden(), part(sweden(), ["10"])))
    rows = np.flatnonzero(np.isin(whole.codes, county.codes))
    assert (whole.cohort_sizes()[rows] == county.cohort_sizes()).all()


def test_cohorts_lie_one_after_the_other():
    people = build_population(part(sweden(), ["10"]), 2020, 3)
    assert people.births_from == 2020 - ADULT_AGE
    assert people.cohort_sizes().shape == (5, ADULT_AGE + 3)
    assert people.offsets[0, 0] == 0
    assert (people.offsets[1:, 0] == people.offsets[:-1, -1]).all()
    assert people.offsets[-1, -1] == people.n_children
    assert (people.participant == -1).all()
    assert not people.free_from.any()
