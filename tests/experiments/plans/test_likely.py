"""Likely worlds: weights, picks, and what a scenario of one's own keeps."""

import numpy as np
import pandas as pd
import pytest

from stupror.experiments.batches.jobs import context_of, draw_table, jobs_of, resolve
from stupror.experiments.plans import likely
from stupror.experiments.plans.likely import Draws, drawing, place, read_worlds, shipped_worlds, world
from stupror.experiments.plans.plan import plan_of
from stupror.experiments.plans.posterior import changed, effective, parameter_of, read_posterior, shipped
from stupror.model.inputs.errors import InputError
from stupror.model.inputs.scenario import load_scenario, luck

SPEC = load_scenario()


def test_worlds_are_picked_as_often_as_they_weigh():
    draws = Draws(pd.DataFrame({"world": [7, 8, 9], "weight": [0.2, 0.5, 0.3]}))
    picked = [draws.pick(seed) for seed in range(1, 1001)]
    assert [picked.count(each) / 1000 for each in (7, 8, 9)] == pytest.approx([0.2, 0.5, 0.3], abs=0.005)
    assert picked[:3] == [draws.pick(seed) for seed in (1, 2, 3)]


def test_the_effective_number_is_that_of_equal_weights_where_they_are_equal():
    assert effective(np.full(40, 1 / 40)) == pytest.approx(40)
    assert effective(np.array([0.5, 0.5, 0.0])) == pytest.approx(2)


def test_a_world_has_everything_drawn_and_the_same_for_the_same_number():
    first, again, other = world(SPEC, 5), world(SPEC, 5), world(SPEC, 6)
    assert first.hash() == again.hash() != other.hash()
    still = [
        path
        for path, q in SPEC.quantities.items()
        if q.distribution.kind == "uniform" and not isinstance(q.value, tuple)
    ]
    assert len(still) > 10
    assert all(first.quantities[path].value != SPEC.quantities[path].value for path in still)


def test_the_luck_of_a_parameter_is_its_own():
    """Another parameter that comes or goes changes nothing: what is drawn hangs on path and number alone."""
    quantity = SPEC.quantities["choice.effort"]
    assert SPEC.draw(3).quantities["choice.effort"].value == quantity.quantile(luck(3, "choice.effort"))


def test_what_a_scenario_sets_stays_as_it_is_set():
    mine = SPEC.replace("choice.effort", 250_000).replace("diffusion.innovation", 0.05)
    drawn = world(mine, 5)
    assert drawn.choice.effort == 250_000
    assert drawn.diffusion.innovation == 0.05  # though the posterior of the spread has a column for it
    assert drawn.choice.taste == world(SPEC, 5).choice.taste


def test_a_place_says_where_in_its_distribution_a_parameter_lies():
    drawn = world(SPEC, 5)
    assert drawn.choice.taste == SPEC.quantities["choice.taste"].quantile(place(5, "choice.taste"))
    below = [place(number, "diffusion.innovation") for number in range(200)]  # laid over by a posterior
    assert np.mean(below) == pytest.approx(0.5, abs=0.08)
    by_value = sorted((world_of, at) for world_of, at in zip(map(_innovation, range(8)), below, strict=False))
    assert [at for _, at in by_value] == sorted(below[:8])


def _innovation(number):
    return likely._parts()[0].pick(number)["diffusion.innovation"]


def test_three_ways_to_draw_a_world():
    assert drawing(point=True)(SPEC, 2) is SPEC
    assert drawing(priors=True)(SPEC, 2).hash() == SPEC.draw(2).hash()
    assert drawing()(SPEC, 2).hash() == world(SPEC, shipped_worlds().pick(2)).hash()
    with pytest.raises(InputError, match="exclude each other"):
        drawing(point=True, priors=True)


def test_the_shipped_worlds_agree_with_what_is_published_better_than_those_before():
    """Weights do what they are for: the mean miss of every target is smaller with them."""
    from stupror.experiments.calibration.problems import BEHAVIOUR, targets

    draws = shipped_worlds()
    for target in targets(BEHAVIOUR):
        miss = (draws.table[target.statistic] - target.observed).abs()
        assert (draws.weight * miss).sum() < miss[draws.table["round"] == 1].mean(), target.statistic


@pytest.mark.parametrize("text", ["", "a,b\n1,2\n", "world,weight\n1,-1\n", "world,weight\n1,0\n"])
def test_a_file_that_has_no_worlds_is_refused(tmp_path, text):
    (tmp_path / "w.csv").write_text(text)
    with pytest.raises(InputError):
        read_worlds(tmp_path / "w.csv")


def test_all_parts_are_of_the_built_in_scenario():
    assert {likely.parameter_of(str(name)) for part in likely._parts() for name in part.table} <= set(SPEC.quantities)


def test_posteriors_are_picked_each_with_luck_of_its_own():
    """Sorted by their first column, two with the same luck would rise and fall together."""
    from scipy.stats import spearmanr

    parts = likely._parts()
    picked = np.array([[next(iter(part.pick(seed).values())) for part in parts] for seed in range(60)])
    for one, other in ((0, 1), (0, 2), (1, 2)):
        assert abs(spearmanr(picked[:, one], picked[:, other]).statistic) < 0.3


@pytest.mark.parametrize("how", ["point", "priors", "likely"])
def test_a_fitted_factor_is_on_the_value_it_was_fitted_to_and_not_on_a_drawn_one(how):
    """As in batches: laid over a draw of the same number it would count what is not known of it twice."""
    usual = load_scenario()
    fitted = read_posterior(shipped("life-course"), usual)
    paths = {parameter_of(str(name)) for name in fitted.table}
    for seed in (1, 2):
        found = drawing(point=how == "point", priors=how == "priors", posteriors=(fitted,))(usual, seed).quantities
        central = changed(usual, fitted.pick(seed)).quantities
        assert {path: found[path].value for path in paths} == {path: central[path].value for path in paths}
    plan = plan_of({"title": "x", "model": {"worlds": how}, "uncertainties": {"posteriors": ["life-course"]},
                    "sampling": {"method": "random", "draws": 1}, "levers": {"designs": ["planner"]}})  # fmt: skip
    drawn, _ = resolve(context_of(plan), jobs_of(plan, draw_table(plan))[0])
    row = min(range(len(fitted.table)), key=lambda n: abs(drawn.ladder.up_risk[0] / usual.ladder.up_risk[0]
                                                         - fitted.table["times:ladder.up_risk"].iloc[n]))  # fmt: skip
    central = changed(usual, fitted.row(row)).quantities
    for path in paths:
        assert np.ravel(drawn.quantities[path].value) == pytest.approx(np.ravel(central[path].value)), path
