"""What options come to for a body, term by term: the arithmetic of `asking.perceived`, in one pass over all of them."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..children.forecast import BELIEF_GRID, between
from ..inputs.compiled import kernel
from .beliefs import credited
from .reasoning import value_of_trying

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]

_GRID = np.array(BELIEF_GRID)
_LOW, _HIGH = BELIEF_GRID.index(0.5), BELIEF_GRID.index(1.5)  # a unit of the effect apart


class Looked(NamedTuple):
    """Options that a body looks at, shape (k,) each unless said."""

    cell: Whole  # number of each
    kind: Whole  # its intervention
    cost: Floats  # SEK per child of the whole programme
    worth: Floats  # (n_beliefs, n, n_cells) SEK per child, see `views.View`
    price: Floats  # (n, k) SEK per child that the body pays
    tells: Floats  # (n, n_cells), see `views.View`


class Known(NamedTuple):
    """What bodies believe and have heard of each intervention, shape (n, n_interventions) each."""

    effect: Floats
    precision: Floats
    heard: Floats  # precision from own follow-ups before it was credited


class Ways(NamedTuple):
    """How bodies of a kind weigh."""

    reluctance: float  # per krona of the programme
    effort: float  # of applying, SEK a project
    doubt: float  # see `beliefs.doubted`
    trials_ahead: float


@kernel
def weigh(
    options: Looked, known: Known, project_cost: Floats, taste: Floats, ways: Ways
) -> tuple[Floats, Floats, Floats, Floats]:
    """Terms of what options are worth to a body: net, trying, against, taste; SEK per child, (n, k) each.

    `project_cost`, shape (n,), is what a project of the usual size costs in each place; `taste`, (n, n_interventions),
    is per krona.
    """
    cell, kind, cost, worth, price, tells = options
    net, trying = np.empty(price.shape), np.empty(price.shape)
    against, liked = np.empty(price.shape), np.empty(price.shape)
    kinds = known.effect.shape[1]
    upper, weight = np.empty(kinds, np.int64), np.empty(kinds)
    for m in range(price.shape[0]):
        for k in range(kinds):
            upper[k], weight[k] = between(known.effect[m, k], _GRID)
        for i in range(cell.size):
            c, k = cell[i], kind[i]
            size = max(project_cost[m] / cost[i], 1.0)
            above, below = worth[upper[k], m, c], worth[upper[k] - 1, m, c]
            net[m, i] = weight[k] * above + (1.0 - weight[k]) * below - price[m, i]
            against[m, i] = ways.reluctance * cost[i] + ways.effort / size
            more = credited(known.heard[m, k], size * tells[m, c], ways.doubt)
            slope = worth[_HIGH, m, c] - worth[_LOW, m, c]
            gain = value_of_trying(net[m, i] - against[m, i], slope, known.precision[m, k], more)
            trying[m, i] = ways.trials_ahead * gain
            liked[m, i] = cost[i] * taste[m, k]
    return net, trying, against, liked
