"""Statistics of lives, against sums done another way."""

import numpy as np
import pytest

from experiments.lives import lives
from model.costs import build_costs
from model.forecast import expected_states
from model.ladder import N_LEVELS, N_STATES, build_ladder
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
