"""The exact solution: against matrices, and reading between beliefs. Against lives: `tests/verification`."""

from itertools import permutations

import numpy as np
import pytest

from stupror.model.children.carrying import SIDE, carry
from stupror.model.children.cells import build_cells, detection_edges, mix_seen
from stupror.model.children.forecast import (
    BELIEF_GRID,
    at_belief,
    effects_of,
    expected_states,
    life_tables,
    occupancy,
    with_several,
)
from stupror.model.children.ladder import (
    ADULT_AGE,
    EXAM_AGE,
    LAST_AGE,
    N_AGES,
    N_LEVELS,
    N_STATES,
    build_ladder,
    state_of,
    treated_move,
)
from stupror.model.children.lifecourse import fading
from stupror.model.children.prices import build_costs
from stupror.model.inputs.scenario import load_scenario

SPEC = load_scenario()
LADDER = build_ladder(SPEC.ladder)
NONE = np.ones(5)


def matrix(age):
    """Transition matrix between all states in the year in which `age` is reached, exam included."""
    result = np.zeros((N_STATES, N_STATES))
    for s in range(N_STATES):
        for ending in range(N_LEVELS):
            goal = int(LADDER.target[int(age >= ADULT_AGE), s, ending])
            fails = LADDER.not_eligible[goal] if age == EXAM_AGE and goal // N_LEVELS % 8 & 2 == 0 else 0.0
            result[s, goal] += LADDER.move[age, s, ending] * (1 - fails)
            if fails:
                result[s, goal + 2 * N_LEVELS] += LADDER.move[age, s, ending] * fails
    return result


def test_expectation_is_the_product_of_matrices():
    expected = expected_states(LADDER)
    now = LADDER.birth
    for age in range(1, N_AGES):
        now = now @ matrix(age)
        assert np.allclose(expected[age], now, atol=1e-13), age
    assert now.sum() == pytest.approx(1.0)


def test_nobody_is_lost_and_it_stops_at_the_last_age():
    levels, states = np.empty((10, N_LEVELS)), np.empty(N_STATES)
    start = np.zeros(N_STATES)
    start[state_of(1, 0, 2)] = 3.0
    occupancy(start, LAST_AGE - 4, 10, 0, np.array([0.5, 2.0, 0.5, 2.0, 1.0]), life_tables(LADDER), levels, states)
    assert levels.sum(axis=1).tolist() == pytest.approx([3.0] * 4 + [0.0] * 6)


@pytest.mark.parametrize(
    ("belief", "expected"),
    # Worth 10, 30, 40 and 100 at 0.5, 1, 1.5 and 2; nothing at 0; straight lines between; clipped outside.
    [(0.0, 0), (0.25, 5), (0.5, 10), (0.75, 20), (1.0, 30), (1.25, 35), (1.9, 88), (2.0, 100), (7.0, 100), (-1.0, 0)],
)
def test_between_beliefs_by_hand(belief, expected):
    values = np.array([0.0, 10.0, 30.0, 40.0, 100.0])
    assert BELIEF_GRID == (0.0, 0.5, 1.0, 1.5, 2.0)
    assert at_belief(values, np.array(belief)) == pytest.approx(expected)


def test_between_beliefs_body_by_body():
    values = np.array(BELIEF_GRID)[:, None, None] * np.array([[2.0, 10.0]])  # one row for all bodies
    belief = np.array([[0.3, 1.7], [1.0, 0.0], [2.0, 1.5]])
    assert at_belief(values, belief) == pytest.approx(belief * [2.0, 10.0])


def test_beliefs_stretch_effects_around_one_and_never_below_zero():
    item = SPEC.interventions[0]
    twice = effects_of((item,), 2.0)[0]
    assert twice[:3] == pytest.approx([2 * e - 1 for e in (item.escalation, item.recovery, item.forks)])
    assert twice[3:].tolist() == [item.duration, item.half_life]
    assert (effects_of(SPEC.interventions, 0.0)[:, :3] == 1).all()
    assert effects_of(SPEC.interventions, 1e6)[:, :3].min() == 0.0


def test_detection_by_hand():
    """Level 2, fragile: taken for level 3 with 0.1 x 0.5, seen as 2 with 0.6 x 0.5; level 0 is never seen as it is."""
    edges = detection_edges((0.9, 0.3, 0.6, 0.8, 1.0), (0.2, 0.0, 0.1, 0.0, 0.7), (1.0, 0.8, 0.5))
    assert edges[state_of(2, 5, 2)] == pytest.approx([0.05, 0.35])
    assert edges[state_of(0, 0, 0)] == pytest.approx([0.2, 0.2])
    assert edges[state_of(1, 0, 4)] == pytest.approx([0.0, 0.8])  # nothing is worse than the worst
    assert (edges[:, 1] >= edges[:, 0]).all()
    assert edges.max() <= 1.0


def test_who_is_seen_adds_up():
    edges = detection_edges(SPEC.detection.sensitivity, SPEC.detection.false_alarm, SPEC.detection.take_up)
    mix = mix_seen(LADDER, edges)
    total = mix.sum(axis=2)
    assert np.logical_or(np.isclose(total, 1.0), total == 0.0).all()
    assert (total[:, 0] == 0).all()
    level = np.arange(N_STATES) % N_LEVELS
    wrong = mix[6, 2][level == 1].sum()
    assert wrong + mix[6, 2][level == 2].sum() == pytest.approx(1.0)
    assert 0.05 < wrong < 0.5


def test_cells_cover_every_age_and_level_of_every_intervention_and_save_nothing_without_effect():
    edges = detection_edges(SPEC.detection.sensitivity, SPEC.detection.false_alarm, SPEC.detection.take_up)
    spec = SPEC
    for effect in ("escalation", "recovery", "forks"):
        spec = spec.replace(f"interventions.skolfam.{effect}", 1.0)
    cells = build_cells(spec.interventions, LADDER, build_costs(spec), edges)
    expected = {
        (k, age, level)
        for k, item in enumerate(spec.interventions)
        for age in range(item.age_from, item.age_to + 1)
        for level in range(item.levels[0], item.levels[1] + 1)
    }
    assert set(zip(cells.intervention, cells.age, cells.level, strict=True)) == expected
    useless = cells.intervention == [item.name for item in spec.interventions].index("skolfam")
    assert np.abs(cells.saved[:, useless]).max() == 0.0
    assert (np.abs(cells.saved[:, ~useless]).sum(axis=(0, 2, 3)) > 0).all()
    late = np.arange(N_AGES) > LAST_AGE - cells.age[:, None] - 1
    assert (cells.saved[:, late] == 0).all()  # nothing is saved on those who are past the last age


@pytest.mark.parametrize("order", [*permutations(range(3))])
def test_a_third_programme_that_does_nothing_leaves_two_as_they_are(order):
    """Two have a way of their own, as nearly all have no more: at every place and year it is that of many."""
    effects = np.array([[0.6, 1.5, 0.7, 2.0, 3.0], [0.8, 1.2, 0.9, 1.0, 5.0], [1.0, 1.0, 1.0, 1.0, 1.0]])
    rule, kinds = (effects, fading(effects), 0.3), np.array(order)
    since, some = np.array([4, 1, 0])[kinds], kinds < 2
    three, two = np.empty((2, 10, 3))
    with_several(kinds, kinds, since, rule, three)
    with_several(kinds[some], kinds[some], since[some], rule, two)
    assert three == pytest.approx(two, rel=1e-14)
    assert two[0, 2] == pytest.approx(0.7 * (1 - 0.7 * 0.1))  # the stronger in full, of the other what is its own


def test_side_by_side_each_goes_as_alone_and_as_one_life_moves():
    """Strong effects, harm among them, next to lives without help, more than stand in a row: to the last bit."""
    start, years, n = state_of(1, 0, 2), 14, SIDE + 4
    factors = np.ones((years, 3, n))
    factors[:, :, 1::4], factors[:, :, 2::4] = np.array([[0.5], [4.5], [0.4]]), np.array([[2.2], [0.5], [1.3]])
    factors[:, 2, 3::4] = 0.5
    states, levels = np.zeros((N_STATES, n)), np.empty((years, N_LEVELS, n))
    states[start] = 1.0
    carry(states, np.full(n, 9), factors, life_tables(LADDER), levels)
    for i in range(n):
        alone, one = np.zeros((N_STATES, 1)), np.empty((years, N_LEVELS, 1))
        alone[start] = 1.0
        carry(alone, np.full(1, 9), factors[:, :, [i]].copy(), life_tables(LADDER), one)
        assert np.array_equal(one[:, :, 0], levels[:, :, i]), i
        assert np.array_equal(alone[:, 0], states[:, i]), i
        moved = treated_move(LADDER.move, 10, start, tuple(factors[0, :, i].tolist()))
        assert levels[0, :, i].tolist() == list(moved), i


@pytest.mark.parametrize("forks", [3.0, 1000.0])
def test_help_that_does_much_harm_takes_no_more_than_there_are(forks):
    """At the exam, and at a first sentence: else fewer than nobody would pass, or be where they are taken from."""
    years, kinds = LAST_AGE - 14, LADDER.move.shape[1]
    factors, starts = np.ones((years, 3, kinds)), np.eye(kinds)
    factors[:, 2] = forks
    for first in range(0, kinds, kinds // 3):  # one class of frailty at a time, as `carry` has them
        some = slice(first, first + kinds // 3)
        states, levels = starts[:, some].copy(), np.empty((years, N_LEVELS, kinds // 3))
        carry(states, np.full(kinds // 3, 14), factors[:, :, some].copy(), life_tables(LADDER), levels)
        assert min(states.min(), levels.min()) >= 0.0
        assert levels.sum(axis=1) == pytest.approx(1.0)
    for s in range(kinds):
        chances = treated_move(LADDER.move, ADULT_AGE, s, (1.0, 1.0, forks))
        assert min(chances) >= 0.0
        assert sum(chances) == pytest.approx(1.0)
