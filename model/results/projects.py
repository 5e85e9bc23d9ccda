"""Tables of projects: what they cost, what was measured and what is true. Read by `results`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from ..evaluation import metrics
from ..evaluation.evaluators import COMPARED, PEOPLE
from ..projects import dues
from .words import Table

if TYPE_CHECKING:
    from ..model import PreventionModel


def _projects(model: PreventionModel) -> Table:
    projects = model.projects
    measured, true = (np.zeros(projects.n, np.int64) for _ in range(2))
    for contract, j in enumerate(model.yardsticks.learned):
        mine = projects.contract == contract
        sums, metric = projects.sums[mine, j], model.yardsticks.metrics[contract][j]
        measured[mine] = np.rint(metrics.measured(metric, sums))
        true[mine] = np.rint(metrics.true(metric, sums))
    items = model.interventions
    return pd.DataFrame(
        {
            "project": np.arange(projects.n),
            "year": projects.start_year,
            "municipality": np.array(model.spec.places.codes)[projects.municipality],
            "intervention": np.array([item.name for item in items])[projects.intervention],
            "owner": np.array([item.owner for item in items])[projects.intervention],
            "own_room": projects.contract == 1,
            "children": projects.children,
            "matched": projects.matched,
            "cost_sek": projects.cost,
            "followed_years": np.minimum(projects.follow_up, model.start_year + model.years - projects.start_year),
            "settled": projects.settled,
            "measured_saving_sek": measured,
            "true_saving_sek": true,
            "paid_sek": projects.paid,
            "repaid_sek": projects.repaid,
            "payable_sek": projects.payable,
            "fair_sek": projects.fair,
        }
    )


def _measures(model: PreventionModel) -> Table:
    """What the evaluator reported of projects of the design in force, beside what was to be expected and is true."""
    projects, last = model.projects, model.start_year + model.years - 1
    which = np.flatnonzero(projects.contract == 0)
    found = {how: dues.found(model, which, how) for how in ("measured", "true")}
    expected = dues.expected(model, which)
    frames = [
        pd.DataFrame(
            {
                "project": which,
                "metric": metric.name,
                "kind": metric.kind,
                "evaluation": metric.evaluation,
                "people": projects.sums[which, j, PEOPLE],
                "compared": projects.sums[which, j, COMPARED],
                "complete": projects.start_year[which] + metric.years - 1 <= last,
                "expected": expected[metric.name],
                "measured": found["measured"][metric.name],
                "true": found["true"][metric.name],
            }
        )
        for j, metric in enumerate(model.yardsticks.metrics[0])
    ]
    return pd.concat(frames, ignore_index=True)
