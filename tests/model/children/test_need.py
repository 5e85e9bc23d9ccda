"""Need differs by place: the country keeps its mix, and who is born where is as frail as the place says."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stupror.model.children import lifecourse
from stupror.model.children.cells import relative_mix
from stupror.model.children.forecast import expected_states
from stupror.model.children.ladder import (
    EXAM_AGE,
    N_AGES,
    N_FRAILTY,
    N_LEVELS,
    N_RECORDS,
    N_STATES,
    NOT_ELIGIBLE,
    build_ladder,
    kernel_tables,
)
from stupror.model.children.need import frailty_mix, level_of_need, states_at_birth
from stupror.model.children.population import build_population
from stupror.model.children.prices import build_costs
from stupror.model.contracts import load_design
from stupror.model.inputs.places import part, sweden
from stupror.model.inputs.scenario import load_scenario
from stupror.model.money.budgets import expected_costs
from stupror.model.world import build_world

SPEC = load_scenario()
CHILDREN = np.diff(np.asarray(sweden().share), axis=1)[:, 0]  # each municipality's share of the country's
SCHOOLING = np.asarray(sweden().facts.low_schooling_share)

gradients = st.floats(0.0, 1.0)
frailties = st.tuples(st.floats(0.02, 0.98), st.floats(0.02, 0.98)).map(lambda x: (x[0], (1 - x[0]) * x[1]))
mixes = frailties.map(lambda x: (*x, 1.0 - x[0] - x[1]))


def ladder(gradient, mix=SPEC.ladder.frailty_share):
    return replace(SPEC.ladder, need_gradient=gradient, frailty_share=mix)


@given(gradient=gradients, mix=mixes)
def test_the_country_has_the_national_mix_however_places_differ(gradient, mix):
    local = frailty_mix(sweden(), ladder(gradient, mix))
    assert CHILDREN @ local == pytest.approx(mix, rel=1e-12, abs=1e-14)
    assert (local > 0).all()
    assert (local < 1).all()
    assert local.sum(axis=1) == pytest.approx(1.0, abs=1e-12)


@given(gradient=st.floats(0.01, 1.0), mix=mixes)
def test_more_need_means_frailer_children_in_the_same_proportions(gradient, mix):
    local = frailty_mix(sweden(), ladder(gradient, mix))[np.argsort(SCHOOLING)]
    rising = np.diff(np.sort(SCHOOLING)) > 0
    assert (np.diff(local[:, 0])[rising] < 0).all()
    assert (np.diff(local[:, 2])[rising] > 0).all()
    assert local[:, 2] / local[:, 1] == pytest.approx(mix[2] / mix[1])


@given(share=st.lists(st.floats(0.02, 0.7), min_size=1, max_size=20), gradient=gradients)
def test_any_table_that_is_accepted_gives_shares_between_nothing_and_all(share, gradient):
    """Users' own places are set against the built-in country; the bounds are those of `low_schooling_share`."""
    few = part(sweden(), sweden().codes[: len(share)])
    own = replace(few, facts=replace(few.facts, low_schooling_share=tuple(share)))
    local = frailty_mix(own, ladder(gradient))
    assert (local > 0).all()
    assert (local < 1).all()


def test_without_a_gradient_every_place_is_the_country_to_the_last_bit():
    ladder_0 = ladder(0.0)
    country = build_ladder(ladder_0).birth
    assert (states_at_birth(sweden(), ladder_0) == country).all()
    assert (relative_mix(build_ladder(ladder_0), states_at_birth(sweden(), ladder_0)) == 1.0).all()


def test_without_a_gradient_frames_are_those_of_the_ages_alone():
    """Children by age, times the national cost of their age."""
    ladder_0, costs, people = ladder(0.0), build_costs(SPEC), build_population(sweden(), 2020, 3)
    solved = build_ladder(ladder_0)
    mean = np.einsum("al,alp->ap", expected_states(solved).reshape(N_AGES, -1, N_LEVELS).sum(axis=1), costs.by_payer)
    sizes = people.cohort_sizes()
    alive = people.births_from + np.arange(sizes.shape[1]) <= 2021
    before = sizes[:, alive] @ mean[2021 - people.births_from - np.flatnonzero(alive)]
    world = build_world(SPEC, load_design("status-quo"), seed=1, years=3, start_year=2020)
    alike = replace(world, ladder=solved, births=states_at_birth(sweden(), ladder_0))
    same = expected_costs(alike, people, 2020, 2)["social"][1]
    assert same == pytest.approx(before[:, 1])
    apart = replace(world, ladder=solved, births=states_at_birth(sweden(), SPEC.ladder))
    differs = expected_costs(apart, people, 2020, 2)["social"][1]
    more, needy = differs / same - 1.0, level_of_need(sweden())
    assert np.corrcoef(more, needy)[0, 1] > 0.95
    assert more[needy > 1].min() > 0.2
    assert differs.sum() == pytest.approx(same.sum(), rel=1e-3)  # ages differ a little between places of large need


def test_the_same_child_is_frailer_where_need_is_larger_and_never_sturdier():
    """Three places in one pass, with the same code and so the same luck."""
    n, rows = 20_000, np.argsort(SCHOOLING)[[0, 145, 289]]
    tables = kernel_tables(build_ladder(SPEC.ladder), states_at_birth(sweden(), SPEC.ladder)[rows])
    state, counts = np.zeros(3 * n, np.uint8), np.zeros((3, N_AGES, N_LEVELS), np.int32)
    offsets, codes = np.array([[0, n], [n, 2 * n], [2 * n, 3 * n]]), np.array([7, 7, 7])
    homes = lifecourse.Homes(2020, codes, offsets)
    lifecourse.live_untreated(0, 3, lifecourse.When(2020, 1), homes, state, lifecourse.Untreated(*tables), counts)
    born = state.reshape(3, n) // (N_RECORDS * N_LEVELS)
    for sturdier, frailer in pairwise(born):
        assert (frailer >= sturdier).all()
        assert (frailer > sturdier).any()


def test_ineligibility_rises_with_little_schooling_as_published():
    """Q1 and N1 put on municipalities (N4): 0.21 to 0.43 more not eligible per unit of the share; the middle is 0.3."""
    solved = build_ladder(SPEC.ladder)
    failed = (np.arange(N_STATES) // N_LEVELS % N_RECORDS & NOT_ELIGIBLE) > 0
    states = expected_states(solved)[EXAM_AGE] * failed
    local = relative_mix(solved, states_at_birth(sweden(), SPEC.ladder)) @ states.reshape(N_FRAILTY, -1).sum(axis=1)
    away = SCHOOLING - CHILDREN @ SCHOOLING
    slope = CHILDREN * away @ local / (CHILDREN * away @ away)
    assert slope == pytest.approx(0.30, abs=0.02)
    assert CHILDREN @ local == pytest.approx(states.sum())
