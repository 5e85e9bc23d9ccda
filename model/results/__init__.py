"""A finished run as tidy tables: one row per fact, units in the column names.

`docs/outputs.md` has the schema. What lies after the last simulated year is added as the exact expectation from
`forecast`, in rows of phase "expected", so that a lifetime cost never depends on when a run stops. Reads the model;
read by `model.simulate` only.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .bodies import _bodies, _municipalities, _options
from .lives import _children, _costs, _enrolment, _runs
from .money import _flows, _payments
from .projects import _measures, _projects
from .words import Table

if TYPE_CHECKING:
    from ..model import PreventionModel


def tables(model: PreventionModel, detail: bool) -> dict[str, Table]:
    """Return every result table of a finished run; without `detail` those by municipality and project are summed up."""
    result = {
        "runs": _runs(model),
        "flows": _flows(model, detail),
        "children": _children(model, detail),
        "costs": _costs(model),
        "payments": _payments(model),
        "enrolment": _enrolment(model),
        "projects": _projects(model),
        "measures": _measures(model),
        "bodies": _bodies(model, detail),
        "municipalities": _municipalities(model),
        "options": _options(model),
    }
    for table in result.values():
        table.insert(0, "design", model.design.name)
        table.insert(1, "seed", model.run_seed)
    return result
