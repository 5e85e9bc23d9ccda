"""Validation: in and out by hand, a page that counts honestly, and screening that finds what matters."""

import numpy as np
import pandas as pd
import pytest

from stupror.experiments.calibration import screening, validation
from stupror.experiments.calibration.validation import Pattern, Row, Validation, patterns, validate
from stupror.experiments.calibration.validation_page import counts, render
from stupror.experiments.patterns import mechanisms
from stupror.experiments.plans.likely import shipped_worlds
from stupror.model.contracts import load_design
from stupror.model.inputs.scenario import load_scenario, select

SPEC = load_scenario()
SMALL = select(SPEC, ["09"])


def row(least, most, mean, low, high, statistic="x", problem="diffusion"):
    return Row(Pattern(problem, "D1", statistic, least, most, "1", "a pattern"), mean, low, high)


@pytest.mark.parametrize(
    ("it", "inside"),
    [
        (row(5, 5, 4, 3, 5), True),
        (row(5, 5, 4, 3, 4.9), False),
        (row(2, 4, 3, 0, 9), True),
        (row(2, 4, 5, 4, 9), True),  # bounds of what was seen once: the interval must reach them
        (row(2, 4, 5, 4.1, 9), False),
        (row(2, 4, 1, 0, 1.9), False),
        (row(2, 4, 3, 0, 9, problem="runs"), True),  # bounds of what is said of the mechanism: the mean decides
        (row(2, 4, 5, 3, 9, problem="runs"), False),
    ],
)
def test_in_and_out_by_hand(it, inside):
    assert it.inside is inside


def test_by_the_mean_is_the_stricter_rule():
    assert row(2, 4, 3, 0, 9).by_mean
    assert not row(2, 4, 5, 4, 9).by_mean
    assert row(5, 5, 4, 3, 5).by_mean  # a number is judged by the interval either way


def test_what_a_model_without_fault_would_score():
    """Each of ten worlds is taken for the truth; the two at the ends lie outside the interval."""
    worlds = [{"x": float(value)} for value in range(10)]  # mean 4.5, interval 0.45 to 8.55

    def chances(least, most, problem="lives"):
        (found,) = validation._rows([Pattern(problem, "D1", "x", least, most, "1", "a pattern")], {problem: worlds})
        return found.flawless, found.flawless_by_mean

    assert chances(5, 5) == pytest.approx((0.8, 0.8))
    assert chances(7, 9) == pytest.approx((1.0, 0.7))  # below 7, or 7 to 9: the interval reaches both, the mean one
    assert chances(9, 20) == pytest.approx((0.9, 0.9))  # that it is 9 would be said of one world, and is not reached
    assert chances(4, 6) == pytest.approx((1.0, 0.3))
    assert chances(4, 6, "runs") == pytest.approx((0.3, 0.3))


def test_worlds_that_count_more_are_the_truth_more_often():
    """Three of four by weight are at 0, which is all that the interval has; the mean, 0.25, lies below 1."""
    values, weight = np.array([0.0, 1.0]), np.array([3.0, 1.0])
    for least, most in ((5, 5), (1, 2)):
        it = Pattern("behaviour", "D1", "x", least, most, "1", "a pattern")
        assert validation._flawless(it, values, weight, 0.25, (0.0, 0.0)) == (0.75, 0.75)


def test_the_page_counts_and_says_why_or_that_nobody_knows(monkeypatch):
    monkeypatch.setattr("stupror.experiments.calibration.validation_page._notes", lambda: {"known": "because of that."})
    found = Validation(
        calibrated=(row(1, 1, 1, 0, 2),),
        history=(row(1, 1, 1, 0, 2), row(9, 9, 1, 0, 2, "known")),
        lives=(row(9, 9, 1, 0, 2, "unknown"),),
        mechanism=(),
        behaviour=(row(1, 1, 1, 0, 2),),
        new_funds=((2013, 20.0, 10.0, 30.0),),
        reasons=(("few applications", 3.0, 1.0, 5.0),),
        predictions={"something": (1.0, 0.5, 2.0)},
        draws=3,
        worlds=2,
    )
    assert counts(found) == (2, 4)
    page = render(found, "Drawn from x.", "stupror validate", place="Gotland alone", years=2)
    assert "**2 of 4 patterns that nothing was fitted to are in**, 2 are out" in page
    assert "because of that." in page
    assert "Nobody has found out why yet." in page
    assert "| 2013 | 20.0 | 10 to 30 | 21 (peak) |" in page
    assert "**out**" in page


def test_a_small_validation_answers_every_pattern():
    found = validate(SPEC, [], SMALL, draws=3, worlds=1, years=2)
    everything = (*found.history, *found.lives, *found.mechanism, *found.behaviour)
    assert len(everything) == len(patterns("validation")) + len(patterns("mechanism"))
    # What is bought may be nothing in so small a world, and then nothing is weighted by it.
    known = [each for each in everything if each.pattern.statistic != "saved_elsewhere"]
    assert all(np.isfinite([each.mean, each.low, each.high]).all() for each in known)
    assert all(each.low <= each.high for each in known)
    assert "Share of the money set aside that is used" in found.predictions
    again = validate(SPEC, [], SMALL, draws=3, worlds=1, years=2)
    assert again == found
    table = shipped_worlds().table  # what behaviour gives is the weighted mean of the worlds that come with the model
    by = {each.pattern.statistic: each for each in (*found.behaviour, *found.calibrated)}
    for name in ("norrkoping_cost", "repayment", "used_share"):
        assert by[name].mean == pytest.approx(np.average(table[name], weights=table["weight"]))
        assert table.loc[table[name] < by[name].low, "weight"].sum() < 0.05 * table["weight"].sum()


def test_returns_fall_elsewhere_and_later():
    found = mechanisms.returns(SPEC)
    assert 0.0 <= found["earlier_pays_more"] <= 1.0
    assert found["on_offer_elsewhere"] > 0.3  # M6
    assert found["later_elsewhere"] > 0.0  # M14


def test_what_falls_elsewhere_is_weighted_by_what_is_bought():
    """Two options: one that everybody takes saves a third elsewhere, one that nobody takes all of it."""
    options = pd.DataFrame(
        {
            "owner": ["education", "social", "region"],
            "fiscal_value_sek": [300.0, 900.0, 5000.0],
            "municipality_value_sek": [200.0, 0.0, 0.0],
            "enrolled": [10, 0, 10],
        }
    )
    assert mechanisms.saved_elsewhere(options) == pytest.approx(1 / 3)
    assert mechanisms.saved_elsewhere(options.assign(enrolled=[10, 10, 0])) == pytest.approx(1000 / 1200)
    assert np.isnan(mechanisms.saved_elsewhere(options.assign(enrolled=0)))


def test_bad_years_leave_less_for_prevention():
    spec = select(SPEC, ["10"])
    for path, value in {"committee.other_regarding": 0.9, "committee.horizon": 12, "budget.cycle_sd": 0.001}.items():
        spec = spec.replace(path, value)
    money = mechanisms.cycle_test(spec, "status-quo", 3, 3)
    assert money["bad"] <= money["ordinary"] <= money["good"]
    assert money["bad"] < money["good"]


def test_patterns_come_from_evidence_and_not_from_its_contradictions():
    for name in ("validation", "mechanism"):
        assert all(each.evidence[0] in "ABCDFQLUMN" for each in patterns(name))
    assert validation.HISTORY[0] == 2005


# ---------------------------------------------------------------------- screening


def test_screening_finds_what_acts_and_what_does_not():
    pytest.importorskip("SALib")
    names = ["committee.other_regarding_spread", "budget.cycle_sd", "budget.windfall_share"]

    seen = []

    def result(world, seed):
        seen.append(seed)
        luck = 1e6 * seed  # of a whole trajectory: no parameter moves it
        return {"y": 100.0 * world.budget.cycle_sd + 1.0 * world.budget.windfall_share + luck}

    table = screening.screen(SPEC, names, result, trajectories=6, seed=1, lucks=3)
    assert seen == [luck for luck in (1, 2, 3, 1, 2, 3) for _ in range(4)]
    assert table["y_half_width"].tolist() == pytest.approx([0.0, 0.0, 0.0], abs=1e-3)
    assert table["parameter"].tolist()[0] == "budget.cycle_sd"
    assert table.set_index("parameter").loc["committee.other_regarding_spread", "y_mu_star"] == 0.0
    width = np.diff([SPEC.quantities["budget.cycle_sd"].quantile(u) for u in (0.05, 0.95)])[0]
    assert table["y_mu_star"].iloc[0] == pytest.approx(100.0 * width, rel=0.01)  # a straight line: its rise


def test_what_is_screened_is_assumed_and_a_world_gives_both_outcomes():
    names = screening.assumed(SPEC)
    assert len(names) > 50
    every = set(screening.uncertain(SPEC))
    assert {*names, "region.room_share", "committee.other_regarding"} < every
    assert all(SPEC.quantities[name].distribution.kind != "fixed" for name in every)
    assert all("assumed" in SPEC.quantities[name].source.lower() for name in names)
    found = screening.outcomes(SMALL, 1, load_design("state-outcomes-fund"), 2)
    assert found.keys() == set(screening.OUTCOMES)
