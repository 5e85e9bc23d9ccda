"""Measures of options against arithmetic that is written out beside them (the world is in `world.py`)."""

import pandas as pd
import pytest

from stupror.analysis.measures import options
from tests.analysis.world import tables


@pytest.fixture(scope="module")
def world():
    return tables()


def test_owner_share_is_weighted_by_those_enrolled(world):
    share = options.owner_share(world).set_index(["design", "seed"])["share"]
    assert share["fund", 1] == pytest.approx(5 / 120)
    assert "status-quo" not in share.index.get_level_values("design")


def test_option_values_are_weighted_by_children_seen(world):
    other = world["options"].assign(age=5, cost_sek=65, seen=24)
    both = world | {"options": pd.concat([world["options"], other])}
    frame = options.option_values(both, ["intervention", "level"])
    assert frame["cost_sek"].item() == pytest.approx((25 * 8 + 65 * 24) / 32)
    assert (frame["first_age"].item(), frame["last_age"].item()) == (4, 5)
    funded = options.share_funded(world, ["intervention"]).set_index("design")["share"]
    assert funded.to_dict() == {"status-quo": 0, "fund": 0.5, "planner": 0.5}
