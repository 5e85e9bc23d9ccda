"""A finished run as tidy tables: one row per fact, units in the column names.

`docs/outputs.md` has the schema. What lies after the last simulated year is added as the exact expectation from
`forecast`, in rows of phase "expected", so that a lifetime cost never depends on when a run stops.
"""

from __future__ import annotations

from ..state import State
from ..world import World
from .afterwards import afterwards
from .answers import answers_table
from .bodies import bodies_table, municipalities_table, options_table
from .lives import children_table, costs_table, enrolment_table, levels_table, runs_table, school_table
from .money import flows_table, payments_table
from .projects import measures_table, projects_table
from .words import Table


def tables(world: World, state: State, detail: bool) -> dict[str, Table]:
    """Return every result table of a finished run; without `detail` those by municipality and project are summed up."""
    later = afterwards(world, state)
    result = {
        "runs": runs_table(world, state),
        "flows": flows_table(world, state, detail),
        "children": children_table(world, state, detail),
        "school": school_table(world, state, detail),
        "levels": levels_table(world, state, later),
        "costs": costs_table(world, state, later),
        "payments": payments_table(world, state),
        "enrolment": enrolment_table(world, state),
        "projects": projects_table(world, state),
        "measures": measures_table(world, state),
        "bodies": bodies_table(world, state, detail),
        "municipalities": municipalities_table(world, state),
        "options": options_table(world, state),
        "answers": answers_table(world, state, detail),
    }
    for table in result.values():
        table.insert(0, "design", world.design.name)
        table.insert(1, "seed", world.seed)
    return result
