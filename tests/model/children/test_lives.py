"""Children before a run: runs of one world share them, and no other run does."""

import numpy as np

from stupror.model.contracts import load_design
from stupror.model.inputs.scenario import load_scenario, select
from stupror.model.model import PreventionModel


def childhoods(spec, design, seed, start_year=2020):
    """State of every child and how many are at each level, before the first year."""
    children = PreventionModel(spec, load_design(design), seed, 2, start_year).state.children
    return children.population.state.copy(), children.counts.copy()


def test_designs_share_childhoods_and_other_worlds_have_their_own():
    spec = select(load_scenario(), ["1082"])
    first = childhoods(spec, "status-quo", 1)
    model = PreventionModel(spec, load_design("planner"), 1, 2)
    model.step()  # what a run does to its children does not show in the next
    shared = childhoods(spec, "state-outcomes-fund", 1)
    assert all((a == b).all() for a, b in zip(first, shared, strict=True))
    others = [
        childhoods(spec, "status-quo", 2),
        childhoods(spec.replace("ladder.need_gradient", 0.0), "status-quo", 1),
        childhoods(select(load_scenario(), ["1080"]), "status-quo", 1),
        childhoods(spec, "status-quo", 1, start_year=2021),
    ]
    assert not any(np.array_equal(first[0], state) for state, _ in others)
    again = childhoods(spec, "status-quo", 1)
    assert all((a == b).all() for a, b in zip(first, again, strict=True))
