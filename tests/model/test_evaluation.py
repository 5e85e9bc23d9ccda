"""Comparison children, and what is measured, by hand."""

import numpy as np
import pytest

from model.evaluation import match, measure
from model.ladder import N_AGES, N_LEVELS


def compare(state, participants, towns=((0, 6), (6, 12)), county=(0, 2)):
    """Children of one cohort in two towns of a county; participants by place. Returns their peers."""
    state = np.array(state, np.uint8)
    participant = np.full(state.size, -1, np.int32)
    participant[participants] = np.arange(len(participants))
    offsets = np.array(towns, np.int64)
    child = np.array(participants, np.int64)
    home = (child >= offsets[1, 0]).astype(np.int16)
    peer = np.full(child.size, -5, np.int64)
    counties = np.array([county, county]) if np.ndim(county[0]) == 0 else np.array(county)
    pointer = np.zeros((2, 1, N_LEVELS), np.int64)
    cohort = np.zeros(child.size, np.int64)
    match(0, child.size, counties, offsets, cohort, state, participant, (child, home, peer), pointer)
    return peer.tolist()


def test_a_peer_has_the_same_level_is_in_no_programme_and_serves_once():
    #        town 0: levels 2 1 2 2 2 1     town 1: none of them
    state = [2, 1, 2, 2, 2, 1] + [0] * 6
    assert compare(state, [0, 2]) == [3, 4]
    assert compare(state, [0, 1, 3]) == [2, 5, 4]


def test_home_comes_first_then_the_county_then_nobody():
    state = [2, 2, 0, 0, 0, 0, 2, 0, 2, 0, 0, 0]
    assert compare(state, [0]) == [1]
    assert compare(state, [0, 1]) == [6, 8]
    assert compare(state, [0, 1, 6]) == [8, -1, -1]
    assert compare(state, [0, 1], county=((0, 1), (1, 2))) == [-1, -1]  # the other town is in another county


def test_record_and_frailty_do_not_matter_for_a_match():
    """Level is what is on record: state 42 is another frailty class at level 2."""
    assert compare([2, 42, 0, 0, 0, 0] + [0] * 6, [0]) == [1]


@pytest.mark.parametrize(
    ("before_after", "peer_level", "peer_helped", "expected"),
    [
        (False, 3, False, 300 - 100),  # the peer costs 300, the child 100
        (False, 0, False, 0 - 100),  # bad luck with the comparison
        (False, 3, True, 200 - 100),  # the peer has since been helped itself: its real life counts
        (True, 3, False, 400 - 100),  # as if last year's level 4 had gone on
    ],
)
def test_measured_and_true_savings_by_hand(before_after, peer_level, peer_helped, expected):
    """A child at level 1 who would be at level 2; price 100 a level; one more participant without a project's year."""
    price = np.zeros((1, 1, N_AGES, N_LEVELS), np.int64) + np.arange(N_LEVELS) * 100
    state = np.array([2, peer_level], np.uint8)
    participant = np.array([0, 1 if peer_helped else -1], np.int32)
    treated = np.array([1, 2], np.uint8)
    one = np.array([0, 0])
    people = (
        np.array([0, 1]), np.array([2010, 2010]), one, np.array([2020, 2019]), np.array([0, 1]), np.array([1, -1]),
        np.array([4, 0], np.uint8), np.zeros(2, np.bool_),
    )  # fmt: skip
    totals = (np.zeros(2, np.int64), np.zeros(2, np.int64))
    terms = (np.array([0, 0]), np.array([4, 4]), np.array([before_after]))
    rows = 2 if peer_helped else 1
    measure(0, rows, 2022, terms, price, (state, treated, participant), people, totals)
    assert totals[0][0] == expected
    assert totals[1][0] == 200 - 100
    assert people[7][0]  # the third year: need without help was seen


def test_nothing_is_measured_after_the_follow_up():
    price = np.ones((1, 1, N_AGES, N_LEVELS), np.int64) * np.arange(N_LEVELS)
    totals = (np.zeros(1, np.int64), np.zeros(1, np.int64))
    zero = np.zeros(1, np.int64)
    people = (zero, zero + 2010, zero, zero + 2020, zero, zero - 1, np.zeros(1, np.uint8), np.zeros(1, np.bool_))
    lives = (np.array([2], np.uint8), np.array([1], np.uint8), np.zeros(1, np.int32))
    terms = (zero, np.array([4]), np.array([False]))
    for year, true in ((2023, 1), (2024, 1)):
        measure(0, 1, year, terms, price, lives, people, totals)
        assert totals[1][0] == true
    assert totals[0][0] == 0  # no comparison, nothing measured
