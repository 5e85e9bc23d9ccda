"""Fading, and who is enrolled; whole lives are in `tests/verification`."""

from itertools import permutations

import numpy as np
import pytest

from stupror.model.children import finding, lifecourse
from stupror.model.children.draws import ONE, draws, threshold
from stupror.model.children.ladder import LAST_AGE, N_LEVELS, N_STATES, state_of, treated_move
from stupror.model.children.lifecourse import Apart, Found, Homes, Look, Options, When
from stupror.model.children.participants import Participants


@pytest.mark.parametrize(
    ("years_in", "left"),
    # Two years long, half-life one year: full twice; half after one year, a quarter after three, an eighth after five.
    [(0, 1.0), (1, 1.0), (2, 0.5), (3, 0.5**1.5), (4, 0.25), (6, 0.125)],
)
def test_what_is_left_of_an_effect(years_in, left):
    assert lifecourse.effect_left(0.6, 2, 1.0, years_in) == pytest.approx(1 - 0.4 * left)
    assert lifecourse.effect_left(1.8, 2, 1.0, years_in) == pytest.approx(1 + 0.8 * left)


def test_a_longer_half_life_stretches_time():
    assert lifecourse.effect_left(0.0, 1, 4.0, 4) == pytest.approx(0.5)
    assert lifecourse.effect_left(0.0, 1, 4.0, 12) == pytest.approx(0.75)
    assert lifecourse.effect_left(0.0, 1, 4.0, 2) == pytest.approx(1 - 0.5**0.5)


def test_the_table_of_fading_is_the_function():
    effects = np.array([[0.7, 1.3, 0.9, 3.0, 0.5], [1.0, 1.0, 0.5, 1.0, 2.0]])
    table = lifecourse.fading(effects)
    assert table.shape == (2, LAST_AGE + 1, 2)
    for k, years_in in ((0, 0), (0, 2), (0, 3), (0, 11)):
        assert table[k, years_in, 0] == lifecourse.effect_left(0.7, 3.0, 0.5, years_in)
        assert table[k, years_in, 1] == lifecourse.effect_left(1.3, 3.0, 0.5, years_in)
    assert (table[1] == 1.0).all()


NOBODY = Apart(np.zeros(0, np.int32), np.zeros(0, np.uint8))


def small_town(n=2_000, level=2):
    """One municipality, one cohort aged three, everybody at one level."""
    state = np.full(n, level, np.uint8)
    return When(2024, 9), Homes(2020, np.array([980]), np.array([[0, n]])), (state, np.zeros(n, np.uint8))


def test_those_enrolled_are_those_seen_in_the_order_in_which_they_stand():
    when, homes, people = town = small_town()
    edges = threshold(np.tile([0.1, 0.6], (N_STATES, 1)))
    seen, found = np.zeros((1, LAST_AGE + 1, N_LEVELS), np.int64), np.zeros(2_000, np.int32)
    look = Look(edges, np.array([3, 3]))
    finding.identify(0, 1, *town, NOBODY, look, Found(seen, found))
    u = draws(9, 4, 980, 2020, 3, people[0].size)
    assert seen[0, 3, 3] == (u < 0.1 * ONE).sum()
    assert seen[0, 3, 2] == ((u >= 0.1 * ONE) & (u < 0.6 * ONE)).sum()
    assert seen.sum() == (u < 0.6 * ONE).sum() > 1_000
    options = Options(np.array([0, 1, 1]), np.array([3, 3, 3]), np.array([3, 3, 2]))
    wanted = np.array([[7, 0, 50]])
    helped = Participants.none_yet(57)
    taking_part = people[0], np.full(2_000, -1, np.int32), people[1]
    place = (0, 1, when.year, homes, taking_part, Found(seen, found), options)
    assert finding.enrol(*place, (np.array([2, 3]), 1), (wanted, np.array([[4, 5]])), (0, 0, helped.new)) == 57
    child, born, kind, perceived, project = (
        helped.child, helped.born, helped.intervention, helped.perceived, helped.project
    )  # fmt: skip
    assert (helped.before == -1).all()
    as_they_are = np.flatnonzero((u >= 0.1 * ONE) & (u < 0.6 * ONE))[:50]
    assert sorted(child[kind == 1].tolist()) == as_they_are.tolist()
    assert (perceived[kind == 0] == 3).all()
    assert (project == kind + 4).all()
    assert (born == 2020).all()
    assert not wanted.any()
    again = np.zeros_like(seen)
    finding.identify(0, 1, *town, NOBODY, look, Found(again, found))
    assert again.sum() == seen.sum() - 57  # nobody is seen who is in a programme
    people[1][:] = 4
    well = Apart(np.sort(child), np.zeros(57, np.uint8))
    finding.identify(0, 1, *town, well, look, Found(again, found))
    assert again[0, 3].sum() == seen.sum()  # it is over: who is helped is seen as it is
    assert again[0, 3, 0] + again[0, 3, 1] == 57


@pytest.mark.parametrize("most", [2, 3])
def test_the_next_programme_begins_where_the_one_before_has_led_and_may_be_the_last(most):
    """One child at level 2, helped at 4 for two years down to level 1, again at 7, and at 10 if three are allowed."""
    homes, helped = Homes(2020, np.array([980]), np.array([[0, 1]])), Participants.none_yet(most)
    people = np.array([2], np.uint8), np.array([-1], np.int32), np.zeros(1, np.uint8)
    free_from = []
    for row, year in enumerate((2025, 2028, 2031)[:most]):
        age = year - 1 - 2020
        seen = np.zeros((1, LAST_AGE + 1, N_LEVELS), np.int64)
        seen[0, age, 2] = 1
        options, found = Options(np.array([0]), np.array([age]), np.array([2])), Found(seen, np.array([2], np.int32))
        wanted, rules = (np.array([[1]]), np.array([[row]])), (np.array([2]), most)
        assert (
            finding.enrol(0, 1, year, homes, people, found, options, rules, wanted, (row, row, helped.new)) == row + 1
        )
        free_from += people[2].tolist()
        helped.treated[0] = 1  # as the first programme leaves it
    assert people[1].tolist() == [most - 1]
    assert helped.before.tolist() == [-1, 0, 1][:most]
    assert helped.again.tolist() == [True, True, False][-most:]
    assert helped.start_year.tolist() == [2025, 2028, 2031][:most]
    assert helped.state_before.tolist() == [2, 1, 1][:most]
    assert helped.treated[1] == 1
    assert helped.apart.tolist() == [False, True, True][:most]
    assert free_from == [*[7, 10][: most - 1], finding.NEVER]


@pytest.mark.parametrize(
    ("overlap", "programmes", "each", "together"),
    [
        # 0.8 in full, and of 0.9 half of its distance from 1; 1.5 in full and half of 1.2; one alone is itself
        (0.5, [0, 1], [(0.8, 1.2, 1.0), (0.9, 1.5, 0.9)], (0.8 * 0.95, 1.5 * 1.1, 0.9)),
        (0.0, [0, 1], [(0.8, 1.2, 1.0), (0.9, 1.5, 0.9)], (0.72, 1.8, 0.9)),  # chances multiply
        (1.0, [0, 1], [(0.8, 1.2, 1.0), (0.9, 1.5, 0.9)], (0.8, 1.5, 0.9)),  # the strongest alone
        (0.5, [0, 1], [(0.8, 1.0, 1.0), (1.1, 1.0, 1.0)], (0.8 * 1.05, 1.0, 1.0)),  # one does harm
        (0.5, [2, 2], [(0.8, 1.2, 0.9), (0.8, 1.5, 0.9)], (0.8, 1.5, 0.9)),  # the same one twice
        (
            0.5,
            [0, 1, 2],
            [(0.8, 1.0, 0.5), (0.9, 1.0, 0.8), (0.6, 1.0, 0.9)],
            (0.6 * 0.9 * 0.95, 1.0, 0.5 * 0.9 * 0.95),
        ),
        (0.5, [0, 1, 1], [(0.8, 1.0, 1.0), (0.9, 1.0, 1.0), (0.9, 1.0, 1.0)], (0.8 * 0.95, 1.0, 1.0)),
    ],
)
def test_what_programmes_do_together_by_hand(overlap, programmes, each, together):
    for order in permutations(range(len(programmes))):
        kinds, factors = np.array(programmes)[list(order)], np.array(each)[list(order)]
        assert lifecourse.combined(kinds, factors, overlap) == pytest.approx(together)


def test_help_on_help_in_one_year_by_hand():
    """A child at level 1 whose chances are 0.1 to rise and 0.2 to fall, with two programmes of overlap a half.

    Worse moves 0.8 and 0.9: 0.1 * 0.8 * 0.95 = 0.076. Better moves 1.5 and 1.2: 0.2 * 1.5 * 1.1 = 0.33.
    """
    worse, better, forks = lifecourse.combined(np.array([0, 1]), np.array([[0.8, 1.2, 1], [0.9, 1.5, 1]]), 0.5)
    move = np.zeros((11, N_STATES, N_LEVELS))
    move[10, state_of(0, 0, 1)] = [0.2, 0.7, 0.1, 0.0, 0.0]
    out = treated_move(move, 10, state_of(0, 0, 1), (worse, better, forks))
    assert out == pytest.approx([0.33, 1 - 0.33 - 0.076, 0.076, 0, 0])
