"""Statistics of lives, against sums done another way."""

from dataclasses import replace

import numpy as np
import pytest

from experiments.lives import lives
from model.costs import build_costs
from model.forecast import expected_states
from model.ladder import N_LEVELS, N_STATES, NOT_ELIGIBLE, build_ladder
from model.need import births
from model.scenario import load_scenario

SPEC = load_scenario()


def test_prevalence_is_that_of_the_exact_solution():
    found = lives(SPEC)
    states = expected_states(build_ladder(SPEC.ladder))
    level = states.reshape(65, -1, N_LEVELS).sum(axis=1)
    assert found["neet_20_29"] == pytest.approx(level[20:30, 2:].sum() / 10)
    assert found["ill_30"] == pytest.approx(level[30, 3])
    assert 0.03 < found["ever_placed"] < 0.06
    assert found["exclusion_ratio"] > 1
    assert 0 < found["ratio_halved"] < 1


def test_severe_lives_are_found_by_living_them():
    """Draw lives forward from the ladder and keep those that end severely: the same mean cost, but for chance."""
    ladder, price = build_ladder(SPEC.ladder), build_costs(SPEC).by_payer.sum(axis=2) / 1e6
    rng = np.random.default_rng(1)
    n = 200_000
    state = rng.choice(N_STATES, n, p=ladder.birth)
    cost = price[0, state % N_LEVELS]
    for age in range(1, 21):
        edges = np.cumsum(ladder.move[age], axis=1)[state]
        ending = np.minimum((rng.random(n)[:, None] >= edges).sum(axis=1), N_LEVELS - 1)
        state = ladder.target[0 if age < 20 else 1][state, ending].astype(int)
        if age == 16:
            fails = (state // N_LEVELS % 8 & 2 == 0) & (rng.random(n) < ladder.not_eligible[state])
            state = state + 2 * N_LEVELS * fails
        if age < 20:
            cost = cost + price[age, state % N_LEVELS]
    severe = (state // N_LEVELS % 8 & 1 > 0) & (state % N_LEVELS == N_LEVELS - 1)
    error = cost[severe].std() / np.sqrt(severe.sum())
    assert severe.sum() > 100
    assert abs(lives(SPEC)["severe_cost"] - cost[severe].mean()) < 4 * error


def test_counties_differ_by_need_and_by_nothing_else():
    """Each county lived with a ladder of its own, born as its municipalities together are."""
    alike = lives(SPEC.replace("ladder.need_gradient", 0.0))
    assert alike["not_eligible_counties"] == pytest.approx(0.0, abs=1e-12)
    assert alike["placed_counties"] == pytest.approx(1.0)
    places, local = SPEC.places, births(SPEC.places, SPEC.ladder)
    children = np.diff(np.asarray(places.share), axis=1)[:, 0]
    counties, failed, placed = np.array(places.county_codes), [], []
    for code in sorted(set(places.county_codes)):
        here = counties == code
        born = children[here] @ local[here] / children[here].sum()
        states = expected_states(replace(build_ladder(SPEC.ladder), birth=born))
        failed.append(states[17, np.arange(N_STATES) // N_LEVELS & NOT_ELIGIBLE > 0].sum())
        placed.append(states[:13, np.arange(N_STATES) % N_LEVELS == N_LEVELS - 1].sum())
    found = lives(SPEC)
    assert found["not_eligible_counties"] == pytest.approx(max(failed) - min(failed))
    assert found["placed_counties"] == pytest.approx(max(placed) / min(placed))
    assert found["not_eligible"] == pytest.approx(alike["not_eligible"])  # the country is as it was
