"""Life courses are refitted to what is drawn around them."""

import numpy as np
import pytest

from stupror.experiments.calibration.problems import targets
from stupror.experiments.calibration.refitting import LIFE, refit
from stupror.experiments.patterns.prevalence import lives
from stupror.experiments.plans.likely import shipped_worlds, world
from stupror.experiments.plans.posterior import changed, read_posterior, shipped
from stupror.model.inputs.scenario import load_scenario

SPEC = load_scenario()
ROW = read_posterior(shipped(LIFE), SPEC).row(7)


def misses(spec, aim):
    """How far each statistic is from its aim, in tolerances."""
    found = lives(spec)
    return {each.statistic: (found[each.statistic] - aim[each.statistic]) / each.tolerance for each in targets(LIFE)}


def test_where_nothing_else_is_drawn_the_row_stays_as_it_is():
    assert refit(SPEC, ROW) == pytest.approx(ROW, rel=1e-5)


def test_a_drawn_world_gives_again_what_the_row_gives_with_all_else_central():
    """Here twice as many of the frail move down, and children come out of need half as often."""
    base = SPEC.with_values({path: tuple(f * v for v in SPEC.quantities[path].value)
                             for path, f in (("ladder.frailty_up", 1.3), ("ladder.up_none", 1.5))})  # fmt: skip
    aim = lives(changed(SPEC, ROW))
    before = misses(changed(base, ROW), aim)
    after = misses(changed(base, refit(base, ROW)), aim)
    assert max(map(abs, before.values())) > 4.0
    assert max(map(abs, after.values())) < 1.0


def test_lives_in_likely_worlds_are_as_published():
    """No target farther off than the fitted posterior itself has it: what is not known counts once, and not twice."""
    found = [lives(world(SPEC, shipped_worlds().pick(seed))) for seed in range(1, 13)]
    for each in targets(LIFE):
        off = np.array([(one[each.statistic] - each.observed) / each.tolerance for one in found])
        assert np.abs(off).max() < 3.5, each.statistic
        assert np.abs(off).mean() < 2.0, each.statistic
