"""Tips: a known boundary is found unaided, nothing where the sign never turns, and luck is no tip."""

import numpy as np
import pytest

from stupror.experiments.search.tipping import FAR, Headline, headlines, movable, moved, tips
from stupror.model.inputs.scenario import load_scenario

PATHS = ["dull", "steep", "half", "other"]
SAID = Headline("fund", "status-quo")


def toy(gain):
    """Lives worlds in which the fund gains what `gain` says of a move, with luck that both designs share."""

    def live(jobs):
        for move, seed in jobs:
            luck = float(np.random.default_rng(seed).normal(scale=5.0))
            yield {"status-quo": 100.0 + luck, "fund": 100.0 + luck - gain(move)}

    return live


def linear(move):
    return 2.0 - 1.0 * move.get("steep", 0.0) + 0.8 * move.get("half", 0.0) - 0.1 * move.get("dull", 0.0)


def test_a_known_boundary_is_found_alone_and_together():
    one, two, three = tips([SAID], PATHS, toy(linear), [1], [11, 12])
    assert list(one.move) == ["steep"]
    assert one.move["steep"] == pytest.approx(2.0, abs=0.2)
    assert set(two.move) == {"steep", "half"}
    assert two.length == pytest.approx(2.0 / np.hypot(1.0, 0.8), abs=0.2)
    assert two.move["half"] < 0.0 < two.move["steep"]
    assert set(three.move) == {"steep", "half", "dull"}
    assert three.length <= two.length
    assert (one.turned, two.turned) == (1.0, 1.0)
    assert one.before == pytest.approx(2.0)
    assert one.after < 0.0


def test_nothing_is_found_where_the_sign_never_turns():
    assert tips([SAID], PATHS, toy(lambda move: 1.0 + move.get("steep", 0.0) ** 2), [1], [11]) == []
    assert tips([SAID], PATHS, toy(lambda move: 0.0), [1], [11]) == []


def test_what_is_too_far_is_no_tip():
    assert tips([SAID], PATHS, toy(lambda move: FAR + 0.5 - move.get("steep", 0.0)), [1], [11]) == []


def test_a_loss_can_be_turned_into_a_gain():
    (one, *_) = tips([SAID], PATHS, toy(lambda move: -linear(move)), [1], [11])
    assert one.before < 0.0 < one.after


def test_a_turn_that_holds_for_the_searched_luck_alone_is_not_told():
    def live(jobs):
        for move, seed in jobs:
            gain = linear(move) if seed == 1 else 5.0
            yield {"status-quo": 0.0, "fund": -gain}

    assert tips([SAID], PATHS, live, [1], [11, 12, 13]) == []


def test_proposals_are_held_against_status_quo_and_each_other_and_the_planner_is_none():
    found = headlines(["status-quo", "a", "b", "planner"])
    assert [(each.design, each.against) for each in found] == [("a", "status-quo"), ("b", "status-quo"), ("a", "b")]


def test_every_uncertain_parameter_is_moved_sourced_or_assumed_and_the_rest_stays():
    spec = load_scenario()
    paths = movable(spec)
    assert {"committee.other_regarding", "choice.reluctance", "region.room_share"} <= set(paths)
    assert "diffusion.voluntary" not in paths  # fixed
    world = moved(spec, {"choice.effort": 1.0})
    assert world.choice.effort == pytest.approx(spec.choice.effort * np.exp(0.7), rel=1e-5)  # lognormal, sd 0.7
    assert world.with_values({"choice.effort": spec.choice.effort}).hash() == spec.hash()


def test_each_parameter_can_be_moved_both_ways_and_by_nothing():
    spec = load_scenario()
    for path in movable(spec):
        quantity = spec.quantities[path]
        assert quantity.shifted(0.0) == quantity.value
        low, high = (np.sum(np.atleast_1d(quantity.shifted(z))) for z in (-1.645, 1.645))
        assert low <= np.sum(quantity.entries) <= high, path
