"""The ladder: probabilities that are probabilities, and rules by hand."""

from dataclasses import replace

import numpy as np
import pytest

from stupror.model.children.ladder import (
    ADULT_AGE,
    CARE,
    INSECURE,
    N_LEVELS,
    N_STATES,
    NOT_ELIGIBLE,
    PLACED,
    SENTENCED,
    WORST,
    band,
    build_ladder,
    level_name,
    parts,
    state_of,
    treated_move,
)
from stupror.model.inputs.scenario import load_scenario


@pytest.fixture(scope="module")
def ladder():
    return build_ladder(load_scenario().ladder)


def treat(row, level, record=0, age=10, worse=1.0, better=1.0, forks=1.0):
    move, s = np.zeros((age + 1, N_STATES, N_LEVELS)), state_of(0, record, level)
    move[age, s] = row
    return np.array(treated_move(move, age, s, (worse, better, forks)))


def test_a_byte_is_its_parts():
    assert [state_of(*parts(s)) for s in range(N_STATES)] == list(range(N_STATES))
    assert state_of(2, PLACED | SENTENCED, 3) == (2 * 8 + 5) * 5 + 3


def test_every_row_sums_to_one(ladder):
    assert (ladder.move[1:] >= 0).all()
    assert np.allclose(ladder.move[1:].sum(axis=2), 1.0, atol=1e-12)
    assert ladder.birth.sum() == pytest.approx(1.0, abs=1e-12)
    assert ((ladder.not_eligible > 0) & (ladder.not_eligible < 1)).all()
    assert (np.diff(ladder.move_threshold[1:].astype(np.int64), axis=2) >= 0).all()


def test_childhood_moves_by_one_rung_but_for_two_ways_over_rungs(ladder):
    """From no need to care, and from risk or support to being placed at once; never over rungs downwards."""
    level = np.arange(N_STATES) % N_LEVELS
    far = np.abs(level[:, None] - np.arange(N_LEVELS)[None, :]) > 1
    leaps = {
        (int(level[s]), int(to))
        for age in range(1, ADULT_AGE)
        for s, to in zip(*np.nonzero(ladder.move[age]), strict=True)
        if far[s, to]
    }
    assert leaps == {(0, CARE), (1, WORST), (2, WORST)}
    assert (ladder.move[ADULT_AGE][:, :][far] > 0).any()  # at twenty anything may happen


def test_leaps_and_infants_by_hand():
    """At fourteen, fragile: from none to care 0.01 x 2.8, from support placed 0.02 x 2.8; 4 % placed from birth."""
    p = replace(
        load_scenario().ladder,
        late_care=(0.0, 0.0, 0.01, 0.0),
        placed_at_once=(0.0, 0.0, 0.02, 0.0),
        birth_placed=(0.0, 0.0, 0.04),
    )
    ladder, up = build_ladder(p), p.frailty_up[2]
    assert ladder.move[14, state_of(2, 0, 0), CARE] == pytest.approx(0.01 * up)
    assert ladder.move[14, state_of(2, 0, 2)] == pytest.approx(
        [
            0,
            p.down_support[2] * p.frailty_down[2],
            1 - p.down_support[2] * p.frailty_down[2] - (p.up_support[2] + 0.02) * up,
            p.up_support[2] * up,
            0.02 * up,
        ]
    )
    assert ladder.move[17, state_of(2, 0, 2), WORST] == 0.0
    assert ladder.birth[state_of(2, PLACED, WORST)] == pytest.approx(0.04 * p.frailty_share[2])
    assert ladder.birth[state_of(1, PLACED, WORST)] == 0.0


def test_childhood_probabilities_by_hand(ladder):
    """Care at seven, exposed: up 0.052 x 1.7 (x 1.8 if once placed), down 0.22 x 0.85."""
    p = load_scenario().ladder
    for record, again in ((0, 1.0), (PLACED, p.replacement_factor)):
        row = ladder.move[7, state_of(1, record, 3)]
        up, down = p.up_care[1] * p.frailty_up[1] * again, p.down_care[1] * p.frailty_down[1]
        assert row == pytest.approx([0, 0, down, 1 - up - down, up])


def test_a_life_remembers_placement_in_childhood_and_sentence_in_adulthood(ladder):
    start = state_of(1, NOT_ELIGIBLE, 3)
    assert ladder.target[0, start, WORST] == state_of(1, NOT_ELIGIBLE | PLACED, WORST)
    assert ladder.target[1, start, WORST] == state_of(1, NOT_ELIGIBLE | SENTENCED, WORST)
    assert ladder.target[0, start, 2] == state_of(1, NOT_ELIGIBLE, 2)


@pytest.mark.parametrize(
    ("age", "expected"), [(1, 0), (5, 0), (6, 1), (13, 2), (16, 3), (19, 3), (20, 0), (30, 1), (64, 2)]
)
def test_bands(age, expected):
    assert band(age) == expected


def test_names_change_at_twenty():
    assert (level_name(19, 4), level_name(20, 4)) == ("placed", "exclusion")


def test_help_that_does_nothing_leaves_the_row():
    row = [0.0, 0.1, 0.7, 0.2, 0.0]
    assert treat(row, 2).tolist() == pytest.approx(row)


def test_help_scales_worse_and_better_moves_and_staying_takes_the_rest():
    assert treat([0.0, 0.1, 0.7, 0.2, 0.0], 2, worse=0.5, better=2.0).tolist() == pytest.approx([0, 0.2, 0.7, 0.1, 0])


def test_the_lasting_part_acts_at_the_first_time_only():
    row = [0.0, 0.0, 0.2, 0.7, 0.1]
    assert treat(row, 3, forks=0.5)[WORST] == pytest.approx(0.05)
    assert treat(row, 3, record=PLACED, forks=0.5)[WORST] == pytest.approx(0.1)
    assert treat(row, 3, record=PLACED, age=30, forks=0.5)[WORST] == pytest.approx(0.05)  # a sentence is another fork
    assert treat(row, 3, record=SENTENCED, age=30, forks=0.5)[WORST] == pytest.approx(0.1)


def test_moves_that_sum_to_more_than_one_are_shrunk():
    out = treat([0.4, 0.0, 0.2, 0.4, 0.0], 2, better=4.0)
    assert out.sum() == pytest.approx(1.0)
    assert out[2] == 0.0
    assert out[0] / out[3] == pytest.approx(4.0)


def test_at_twenty_only_a_first_sentence_is_spared_and_goes_to_insecure():
    out = treat([0.5, 0.2, 0.1, 0.1, 0.1], 2, age=ADULT_AGE, worse=0.1, better=9.0, forks=0.4)
    assert out.tolist() == pytest.approx([0.5, 0.26, 0.1, 0.1, 0.04])
    assert out[INSECURE] > 0.2
