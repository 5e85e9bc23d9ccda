"""Tables of projects: what they cost, what was measured and what is true. Read by `results`."""

from __future__ import annotations

import numpy as np

from ..contracts.ways import IN_FORCE, OWN_ROOM
from ..evaluation import metrics
from ..evaluation.evaluators import COMPARED, PEOPLE
from ..projects import dues
from ..state import State
from ..world import World
from .words import Table, stacked, text


def projects_table(world: World, state: State) -> Table:
    """What every project cost, whom it reached, what was measured of it and what is true."""
    projects = state.projects
    measured, true = (np.zeros(projects.n, np.int64) for _ in range(2))
    for contract, (own, told) in enumerate(zip(world.yardsticks.own, world.yardsticks.told, strict=True)):
        j = told if told >= 0 else own
        mine = projects.contract == contract
        sums, metric = projects.sums[mine, j], world.yardsticks.metrics[contract][j]
        measured[mine] = np.rint(metrics.measured(metric, sums))
        true[mine] = np.rint(metrics.true(metric, sums))
    items = world.menu.items
    return {
        "project": np.arange(projects.n),
        "year": projects.start_year,
        "municipality": text(world.spec.places.codes, projects.municipality),
        "intervention": text([item.name for item in items], projects.intervention),
        "owner": text([item.owner for item in items], projects.intervention),
        "own_room": projects.contract == OWN_ROOM,
        "children": projects.children,
        "left": projects.left,
        "matched": projects.matched,
        "cost_sek": projects.cost,
        "followed_years": np.minimum(projects.follow_up, world.start_year + world.years - projects.start_year),
        "settled": projects.settled,
        "measured_saving_sek": measured,
        "true_saving_sek": true,
        "paid_sek": projects.paid,
        "repaid_sek": projects.repaid,
        "payable_sek": projects.payable,
        "fair_sek": projects.fair,
    }


def measures_table(world: World, state: State) -> Table:
    """What the evaluator reported of projects of the design in force, beside what was to be expected and is true."""
    projects, last = state.projects, world.start_year + world.years - 1
    which = np.flatnonzero(projects.contract == IN_FORCE)
    found = {how: dues.found(world, projects, which, how) for how in ("measured", "true")}
    expected = dues.expected(world, projects, which)
    metrics = world.yardsticks.metrics[IN_FORCE]
    result = stacked(
        [
            {
                "project": which,
                "metric": np.full(which.size, j),
                "kind": np.full(which.size, j),
                "evaluation": np.full(which.size, j),
                "people": projects.sums[which, j, PEOPLE],
                "compared": projects.sums[which, j, COMPARED],
                "complete": projects.start_year[which] + metric.years - 1 <= last,
                "expected": expected[metric.name],
                "measured": found["measured"][metric.name],
                "true": found["true"][metric.name],
            }
            for j, metric in enumerate(metrics)
        ]
    )
    words = {
        "metric": [each.name for each in metrics],
        "kind": [each.kind for each in metrics],
        "evaluation": [each.evaluation for each in metrics],
    }
    return result | {name: text(of, result[name]) for name, of in words.items()}
