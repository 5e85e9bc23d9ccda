"""stupror, the whole model: all of Sweden for thirty years. More work than the race asks for, and never ranked in it.

Three kinds of public bodies in every municipality reason about options, sign, pay, measure and settle; 120 states
instead of ten; helped children live twice. It stands beside the race to say what a child-year of all that takes.
"""

from __future__ import annotations

from stupror.model.contracts import load_design
from stupror.model.inputs.scenario import load_scenario
from stupror.model.model import PreventionModel

PACKAGES = ("stupror", "numba", "numpy", "mesa")
START, YEARS, DESIGN = 2020, 30, "state-outcomes-fund"


def build(n: int, seed: int) -> PreventionModel:
    """Make the world; `n` is not asked: the children are Sweden's."""
    return PreventionModel(load_scenario(), load_design(DESIGN), seed, YEARS, START)


def live(world: PreventionModel, years: int) -> None:
    """Live the years; result tables are not part of it."""
    for _ in range(min(years, YEARS)):
        world.step()


def lived(world: PreventionModel) -> int:
    """Child-years that were lived."""
    return sum(int(untreated.sum() + shadows.sum()) for untreated, shadows, _ in world.state.children.history)
