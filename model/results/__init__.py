"""A finished run as tidy tables: one row per fact, units in the column names.

`docs/outputs.md` has the schema. What lies after the last simulated year is added as the exact expectation from
`forecast`, in rows of phase "expected", so that a lifetime cost never depends on when a run stops.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from functools import cache, lru_cache

import numpy as np
import pandas as pd

from ..state import State
from ..world import World
from .afterwards import afterwards
from .answers import answers_table
from .bodies import bodies_table, municipalities_table, options_table
from .lives import children_table, costs_table, enrolment_table, levels_table, runs_table, school_table
from .money import flows_table, payments_table
from .projects import measures_table, projects_table
from .words import Table, text


def tables(world: World, state: State, detail: bool, only: Collection[str] = ()) -> dict[str, pd.DataFrame]:
    """Return every result table of a finished run, or `only` some of them, by name.

    Without `detail` those by municipality and project are summed up.
    """
    later = cache(lambda: afterwards(world, state))
    makers: dict[str, Callable[[], Table]] = {
        "runs": lambda: runs_table(world, state),
        "flows": lambda: flows_table(world, state, detail),
        "children": lambda: children_table(world, state, detail),
        "school": lambda: school_table(world, state, detail),
        "levels": lambda: levels_table(world, state, later()),
        "costs": lambda: costs_table(world, state, later()),
        "payments": lambda: payments_table(world, state),
        "enrolment": lambda: enrolment_table(world, state),
        "projects": lambda: projects_table(world, state),
        "measures": lambda: measures_table(world, state),
        "bodies": lambda: bodies_table(world, state, detail),
        "municipalities": lambda: municipalities_table(world, state),
        "options": lambda: options_table(world, state),
        "answers": lambda: answers_table(world, state, detail),
    }
    return {name: _frame(world, make()) for name, make in makers.items() if not only or name in only}


def _frame(world: World, table: Table) -> pd.DataFrame:
    """The table with the run that it is of in its first columns."""
    rows = np.zeros(len(next(iter(table.values()))), np.int64)
    frame = pd.DataFrame({"design": text([world.design.name], rows), "seed": rows + world.seed, **table})
    frame.columns = _named(tuple(frame))
    return frame


@lru_cache(maxsize=32)
def _named(columns: tuple[str, ...]) -> pd.Index[str]:
    """Names of columns: tables of the same share them, and where each stands is looked up once."""
    return pd.Index(columns)
