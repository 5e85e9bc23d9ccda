"""What options come to for a body, term by term: the arithmetic of `asking`, in one pass over all of them."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..children.draws import ONE, TASTE, draw, stream_key
from ..children.forecast import BELIEF_GRID, between
from ..inputs.compiled import kernel
from .beliefs import credited
from .reasoning import taste, value_of_trying

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]

_GRID = np.array(BELIEF_GRID)
_LOW, _HIGH = BELIEF_GRID.index(0.5), BELIEF_GRID.index(1.5)  # a unit of the effect apart


class Looked(NamedTuple):
    """Options that are looked at, each in one place; shape (k,) each unless said."""

    place: Whole  # row of the municipality
    cell: Whole  # number of the option
    price: Floats  # SEK per child that the body pays
    worth: Floats  # (n_beliefs, n, n_cells) SEK per child, see `views.View`
    tells: Floats  # (n, n_cells), see `views.View`


class Programmes(NamedTuple):
    """What a project of each option is, shape (n_cells,) each, and what one of the usual size costs in each place."""

    kind: Whole  # its intervention
    cost: Whole  # SEK per child of the whole programme
    project_cost: Floats  # (n,) SEK


class Known(NamedTuple):
    """What bodies believe and have heard of each intervention, shape (n, n_interventions) each."""

    effect: Floats
    precision: Floats
    heard: Floats  # precision from own follow-ups before it was credited


class Luck(NamedTuple):
    """What names the taste of whoever is asked: run and year; the code of each place and the number of each option."""

    seed: int
    year: int
    code: Whole  # (n,)
    by_county: NDArray[np.bool_]  # (n_cells,): of a region, which is one body for its whole county
    number: Whole  # (n_cells,), -1 where nobody is asked


class Ways(NamedTuple):
    """How bodies of a kind weigh."""

    reluctance: float  # per krona of the programme
    effort: float  # of applying, SEK a project
    doubt: float  # see `beliefs.doubted`
    trials_ahead: float
    taste: float  # scale of what is drawn, see `reasoning.taste`


@kernel
def weigh(
    options: Looked, programmes: Programmes, known: Known, luck: Luck, ways: Ways
) -> tuple[Floats, Floats, Floats, Floats]:
    """Terms of what options are worth to a body: net, trying, against, taste; SEK per child, (k,) each."""
    place, cell, price, worth, tells = options
    net, trying = np.empty(price.size), np.empty(price.size)
    against, liked = np.empty(price.size), np.empty(price.size)
    for i in range(price.size):
        m, c = place[i], cell[i]
        k, cost = programmes.kind[c], float(programmes.cost[c])
        upper, weight = between(known.effect[m, k], _GRID)
        size = max(programmes.project_cost[m] / cost, 1.0)
        net[i] = weight * worth[upper, m, c] + (1.0 - weight) * worth[upper - 1, m, c] - price[i]
        against[i] = ways.reluctance * cost + ways.effort / size
        more = credited(known.heard[m, k], size * tells[m, c], ways.doubt)
        slope = worth[_HIGH, m, c] - worth[_LOW, m, c]
        trying[i] = ways.trials_ahead * value_of_trying(net[i] - against[i], slope, known.precision[m, k], more)
        key = stream_key(luck.seed, TASTE, luck.code[m] // 100 if luck.by_county[c] else luck.code[m], luck.year, 0)
        liked[i] = cost * taste((draw(key, luck.number[c]) + 0.5) / ONE, ways.taste)
    return net, trying, against, liked
