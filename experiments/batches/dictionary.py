"""What stands in each column of a batch's tables, with its unit: for the Parquet schema and `datapackage.json`.

Read by `session`.
"""

from __future__ import annotations

from ...analysis.measures.outcomes import OUTCOMES
from ...analysis.schema import Column
from ..files.tables import Table
from ..plans.plan import Plan
from ..plans.posterior import TIMES, parameter_of

__all__ = ["described"]

DRAW: tuple[Column, ...] = (("draw", "int", "", "number of the draw, from 0 on, in the order of the plan"),)
RUN: tuple[Column, ...] = (
    ("replication", "int", "", "number of the run with this draw and design, from 0 on"),
    ("design", "text", "", "name of the funding design"),
    ("seed", "int", "", "the run's seed; runs with one seed share all luck"),
    ("key", "text", "", "digest of everything that the run's result depends on"),
)
HASH: Column = ("scenario_hash", "text", "", "digest of every parameter and place; equal worlds have equal hashes")


def described(plan: Plan) -> dict[str, Table]:
    """Describe the tables of a batch: by name what a row is, and name, type, unit and meaning of each column."""
    factors, own = _factors(plan), {each.name for each in plan.own}
    outcomes: list[Column] = [
        (name, "float", OUTCOMES[name].unit, OUTCOMES[name].title) for name in plan.outcomes if name not in own
    ]
    outcomes += [(each.name, "float", each.unit, each.title) for each in plan.own]
    points = [(name, "float", "1", f"where in its distribution {name} was drawn, 0 to 1") for name, *_ in factors]
    return {
        "runs": ("One row per finished run, in the order of the plan.", [*DRAW, *RUN, HASH, *factors, *outcomes]),
        "jobs": ("One row per run of the plan.", [*DRAW, *RUN]),
        "draws": ("One row per draw: the value of each factor.", [*DRAW, *factors]),
        "points": ("One row per draw: the same in the unit cube.", [*DRAW, *points]),
    }


def _factors(plan: Plan) -> list[Column]:
    """Describe what is drawn: parameters and terms, and the columns of posteriors."""
    own: list[Column] = [
        (factor.name, "float", factor.quantity.unit, _meaning(factor.term, factor.designs, factor.name))
        if factor.scalar
        else (factor.name, "float", "1", f"probability at which the list {factor.name} was drawn, 0 to 1")
        for factor in plan.factors
    ]
    return own + [_tied(plan, name) for name in plan.tied]


def _meaning(term: str, designs: tuple[str, ...], name: str) -> str:
    return f"term {term} of {', '.join(designs)}" if designs else f"parameter {name}, see docs/parameters.md"


def _tied(plan: Plan, name: str) -> Column:
    """Describe a column of a posterior."""
    parameter = parameter_of(name)
    if name.startswith(TIMES):
        return (name, "float", "1", f"factor on {parameter}, from a posterior")
    return (name, "float", plan.scenario.quantities[parameter].unit, f"parameter {parameter}, from a posterior")
