"""Comparison children, and what is measured, by hand."""

import numpy as np
import pytest

from stupror.model.children.ladder import N_AGES, N_LEVELS, N_STATES
from stupror.model.children.lifecourse import Found, Homes, When
from stupror.model.evaluation.evaluators import (
    BEFORE_AFTER,
    EVALUATORS,
    FLAGGED,
    MATCHED,
    NONE,
    NORM,
    SUMS,
    TREND,
    WAITING_LIST,
    Followed,
    Lived,
    Paired,
    Terms,
    Waiting,
    Worth,
    draw_lots,
    judge,
    match,
    measure,
    shuffle,
)


def compare(state, participants, towns=((0, 6), (6, 12)), county=(0, 2), waiting=()):
    """Children of one cohort in two towns of a county; participants by place, and who waits. Returns their peers."""
    state = np.array(state, np.uint8)
    free_from = np.zeros(state.size, np.uint8)
    free_from[[*participants, *waiting]] = 24
    offsets = np.array(towns, np.int64)
    child = np.array(participants, np.int32)
    home = (child >= offsets[1, 0]).astype(np.int16)
    peer = np.full(child.size, -5, np.int32)
    counties = np.array([county, county]) if np.ndim(county[0]) == 0 else np.array(county)
    pointer = np.zeros((2, 1, N_LEVELS), np.int64)
    cohort = np.zeros(child.size, np.int64)
    match(
        (0, 2),
        (0, child.size),
        counties,
        offsets,
        (state, free_from),
        Paired(child, home, cohort, peer, state[child]),
        pointer,
    )
    return peer.tolist()


def test_a_peer_has_the_same_level_is_in_no_programme_and_serves_once():
    #        town 0: levels 2 1 2 2 2 1     town 1: none of them
    state = [2, 1, 2, 2, 2, 1] + [0] * 6
    assert compare(state, [0, 2]) == [3, 4]
    assert compare(state, [0, 1, 3]) == [2, 5, 4]


def test_who_waits_for_a_place_is_nobodys_match():
    """Held back by a lot until 2024, and perhaps in a programme from then on."""
    assert compare([2, 2, 0, 2, 2, 2] + [0] * 6, [0], waiting=[1, 3]) == [4]


def test_home_comes_first_then_the_county_then_nobody():
    state = [2, 2, 0, 0, 0, 0, 2, 0, 2, 0, 0, 0]
    assert compare(state, [0]) == [1]
    assert compare(state, [0, 1]) == [6, 8]
    assert compare(state, [0, 1, 6]) == [8, -1, -1]
    assert compare(state, [0, 1], county=((0, 1), (1, 2))) == [-1, -1]  # the other town is in another county


def test_record_and_frailty_do_not_matter_for_a_match():
    """Level is what is on record: state 42 is another frailty class at level 2."""
    assert compare([2, 42, 0, 0, 0, 0] + [0] * 6, [0]) == [1]


def lots(state_seen, taken, towns=((0, 6), (6, 12)), until=2024, older=()):
    """Children seen at these levels (0: not seen), seven or, if `older`, eight years old; those `taken` have a place.

    Returns peers, and marks by child: its row, or minus the year until which it waits.
    """
    seen_levels = np.array(state_seen)
    participant = np.full(seen_levels.size, -1, np.int32)
    participant[taken] = np.arange(len(taken))
    offsets = np.array(towns, np.int64)
    seen, found = np.zeros((2, N_AGES, N_LEVELS), np.int64), np.zeros(seen_levels.size, np.int32)
    for m, (start, stop) in enumerate(towns):
        at = start
        for child in sorted(range(start, stop), key=lambda child: child in older):
            if seen_levels[child]:
                seen[m, 7 + (child in older), seen_levels[child]] += 1
                found[at] = (child - start) * N_LEVELS + seen_levels[child]
                at += 1
    child = np.array(taken)
    home = (child >= towns[1][0]).astype(np.int16)
    peer = np.full(child.size, -5, np.int32)
    ages = np.array([7 + (each in older) for each in taken], np.int64)
    people = Waiting(home, ages, seen_levels[child].astype(np.uint8), peer)
    free_from = np.zeros(participant.size, np.uint8)
    draw_lots((0, child.size), (until, 2000), offsets, Found(seen, found), (participant, free_from), people)
    assert (free_from == np.where(participant < -1, until - 2000, 0)).all()
    return peer.tolist(), participant.tolist()


def test_the_lot_holds_back_children_seen_alike_in_the_same_town_once_each():
    #       town 0: seen at 2 1 2 2 - 1    town 1: 2 2 - - - -
    seen = [2, 1, 2, 2, 0, 1, 2, 2, 0, 0, 0, 0]
    peers, marks = lots(seen, [0, 1, 6])
    assert peers == [2, 5, 7]
    assert [child for child, mark in enumerate(marks) if mark == -2024] == [2, 5, 7]
    peers, marks = lots(seen, [0, 2, 3])  # nobody is left at level 2, and the other town is not asked
    assert peers == [-1, -1, -1]
    assert -2024 not in marks


def test_the_lot_is_drawn_among_those_of_the_same_age():
    peers, _ = lots([2, 2, 2, 2, 2, 2] + [0] * 6, [0, 3], older=(3, 4, 5))
    assert peers == [1, 4]
    assert lots([2, 2, 2, 2, 0, 0] + [0] * 6, [0, 3], older=(3,))[0] == [1, -1]


def test_everybody_seen_is_as_likely_to_stand_first_and_nobody_is_lost():
    offsets = np.array([[0, 9], [9, 18]])
    seen = np.zeros((2, N_AGES, N_LEVELS), np.int64)
    seen[0, 7, 2], seen[0, 8, 1], seen[1, 7, 2] = 5, 4, 1
    first = np.zeros(5)
    for seed in range(1_000):
        found = np.arange(18, dtype=np.int32)
        shuffle(When(2020, seed), Homes(2012, np.array([980, 1080]), offsets), Found(seen, found))
        assert sorted(found[:5]) == list(range(5))
        assert sorted(found[5:9]) == list(range(5, 9))
        assert found[9:].tolist() == list(range(9, 18))
        first[found[0]] += 1
    assert abs(first - 200).max() < 4 * np.sqrt(1_000 * 0.2 * 0.8)


def follow(
    evaluation, *, peer=None, years=(2022,), years_of_follow_up=4, group=0, groups=1, norm=0, trend=None, born=2010
):
    """Sums of one child who was at level 3 (seen at 4) in 2019, is at 1 with help and would be at 2 without it.

    A year at a level is worth minus 100 a level, in the year before the start minus 50 a level.
    """
    value = np.zeros((1, 2, N_AGES, N_STATES), np.int64) - np.arange(N_STATES) % N_LEVELS * 100
    value[:, :, 9] //= 2
    state = np.array([2, 0 if peer is None else peer[0]], np.uint8)
    helped = peer is not None and peer[1] is not None
    participant = np.array([0, 1 if helped else -1], np.int32)
    treated = np.array([1, peer[1] if helped else 0], np.uint8)
    needed, sums = np.zeros(2, np.bool_), np.zeros((1, 1, len(SUMS)), np.int64)
    people = Followed(
        np.array([0, 1]), np.array([0, 0]), np.array([born, 2010]), np.array([0, 0]), np.array([2020, 2019]),
        np.array([0, 0]),
        np.array([-1 if peer is None else 1, -1]), np.array([3, 0], np.uint8), np.array([4, 0], np.uint8), needed,
        np.array([-1, -1], np.int32),
    )  # fmt: skip
    terms = Terms(
        np.array([0]), np.array([0, 1]), np.array([EVALUATORS.index(evaluation)]), np.array([years_of_follow_up]),
        np.array([group]), np.array([groups]),
    )  # fmt: skip
    means = np.zeros((1, 1, 6, N_AGES), np.int64)
    for (year, age), mean in (trend or {}).items():
        means[0, 0, year - 2019, age] = mean
    worth = Worth(value, means, np.full((1, 1, N_AGES, N_LEVELS, 4), norm, np.int64))
    for year in years:
        lives = Lived(state, treated, participant, 2020)
        judge((0, 1), year, lives, people)
        measure((0, 1), year, terms, worth, lives, people, sums)
    return dict(zip(SUMS, sums[0, 0].tolist(), strict=True)), bool(needed[0])


@pytest.mark.parametrize(
    ("evaluation", "given", "other"),
    [
        (MATCHED, {"peer": (3, None)}, -300),  # the peer is at level 3
        (MATCHED, {"peer": (0, None)}, 0),  # bad luck with the comparison
        (MATCHED, {"peer": (3, 2)}, -200),  # the peer has since been helped itself: its real life counts
        (WAITING_LIST, {"peer": (4, None)}, -400),
        (BEFORE_AFTER, {}, -150),  # level 3 at the price of the year before
        (FLAGGED, {}, -400),  # it was seen at level 4, and that is what a year of its age would cost
        (TREND, {"trend": {(2019, 9): -10, (2022, 12): -35}}, -175),  # 25 worse, as the nation's from 9 to 12
        (NORM, {"norm": -77}, -77),
        (NONE, {}, 0),
    ],
)
def test_every_way_of_evaluating_by_hand(evaluation, given, other):
    sums, needed = follow(evaluation, **given)
    assert sums["own"] == sums["true_own"] == -100
    assert sums["other"] == other
    assert sums["true_other"] == -200
    assert needed  # the third year: need without help was seen


@pytest.mark.parametrize("evaluation", EVALUATORS)
def test_people_are_counted_once_and_only_while_the_follow_up_lasts(evaluation):
    peer = (3, None) if evaluation in (MATCHED, WAITING_LIST) else None
    sums, _ = follow(evaluation, peer=peer, years=range(2020, 2030))
    assert (sums["people"], sums["compared"]) == (1, 1)
    assert sums["true_own"] == 4 * -100
    assert sums["true_other"] == 4 * -200


def test_after_the_last_age_nothing_is_measured_and_nobody_judged():
    """64 in the first year: need without help would show in the third."""
    sums, needed = follow(NONE, years=range(2020, 2024), born=1956)
    assert (sums["true_own"], sums["true_other"], sums["own"]) == (-100, -200, -100)
    assert not needed
    assert follow(NONE, years=range(2020, 2024), born=1958)[1]  # 64 in the third year


def test_without_a_comparison_the_child_is_only_in_the_true_sums():
    sums, _ = follow(MATCHED, years=range(2020, 2024))
    assert (sums["own"], sums["other"], sums["compared"]) == (0, 0, 0)
    assert (sums["true_own"], sums["true_other"], sums["people"]) == (-400, -800, 1)


def test_a_group_is_measured_alone():
    assert follow(NONE, group=0, groups=3)[0]["true_own"] == -100  # child number 0 is in the first of three groups
    assert follow(NONE, group=1, groups=3)[0]["true_own"] == 0
