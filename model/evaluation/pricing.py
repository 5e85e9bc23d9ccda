"""Pricing: a contract written anew for the programme that it meets.

Whoever writes a contract sets its prices and targets by what is expected of the programme that it is for, on the
measure and the method that the contract names. A contract that says what that was (`expected`) is therefore priced
again for each programme of a run: what is measured counts as so many times what the contract expected, as it is times
what should be expected here. Then a price is lower where more outcomes should be expected, and a target in per cent
higher. A measure without `expected` is taken as it stands. Read by `world`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from ..children.cells import Cells
from ..children.forecast import at_belief
from ..children.ladder import Ladder
from ..contracts import Design
from ..contracts.contract import plain
from ..inputs.life_course import InterventionParameters
from .expected import as_reported, expect
from .metrics import Metric, in_unit

Floats = NDArray[np.float64]


def priced(
    design: Design,
    metrics: Sequence[Metric],
    interventions: tuple[InterventionParameters, ...],
    cells: Cells,
    believed: tuple[Ladder, float],
) -> dict[str, Floats]:
    """By how much what is measured is multiplied before the contract is settled, by metric name: (n_interventions,).

    `believed` are the ladder and the effect that those who write the contract believe in, as a multiple of that in
    studies: they know no more than others do at first. A programme of equal parts of all options that the contract
    covers is meant, reported as its evaluator will report it. Nothing can be priced of which nothing is expected: there
    the factor is 0, and nothing is paid.
    """
    ladder, belief = believed
    factor: dict[str, Floats] = {}
    wanted = [
        metric for metric in metrics if (metric.name in design.measures) and design.measures[metric.name].expected
    ]
    for each in as_reported(expect(wanted, interventions, cells, ladder), cells, ladder):
        measure, metric = design.measures[each.metric.name], each.metric
        assert measure.expected is not None
        written = plain(measure.expected)
        if measure.countable and design.programme is not None:
            written /= design.programme.children
        own = at_belief(each.own, np.full(1, belief))
        here = np.zeros(len(interventions))
        for k, item in enumerate(interventions):
            mine = [
                c
                for c in np.flatnonzero(cells.intervention == k)
                if design.covers(item.name, int(cells.age[c]), int(cells.level[c]))
            ]
            if mine:
                parts = np.full(1, 1.0 / metric.groups)
                with_it, without = (np.array([values[mine].mean()]) * parts for values in (own, each.other))
                here[k] = in_unit(metric, with_it, without, parts)[0]
        factor[metric.name] = np.divide(written, here, out=np.zeros(here.size), where=here > 0.0)
    for metric in metrics:
        of = metric.name.partition("@")[0]
        if of in factor:
            factor[metric.name] = factor[of]
    return factor


def apply(
    metric: Mapping[str, Floats], factor: Mapping[str, Floats], intervention: NDArray[np.int64]
) -> dict[str, Floats]:
    """What is measured of projects of these interventions, as the contract that is priced for them counts it."""
    return {name: value * factor[name][intervention] if name in factor else value for name, value in metric.items()}
