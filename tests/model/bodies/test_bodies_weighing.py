"""Options weighed in one pass: the same as the rules one by one."""

import numpy as np

from stupror.model.bodies.beliefs import credited
from stupror.model.bodies.reasoning import value_of_trying
from stupror.model.bodies.weighing import Known, Looked, Ways, weigh
from stupror.model.children.forecast import BELIEF_GRID, at_belief


def test_one_pass_gives_what_the_rules_give_one_by_one():
    luck, n, n_cells = np.random.default_rng(1), 7, 6
    cell, kind, cost = np.array([0, 2, 5]), np.array([1, 0, 1]), np.array([40_000.0, 250_000.0, 9_000.0])
    worth = luck.normal(0.0, 60_000.0, (len(BELIEF_GRID), n, n_cells))
    price, tells = luck.uniform(0.0, 90_000.0, (n, 3)), luck.uniform(0.0, 0.4, (n, n_cells))
    effect, precision, heard = luck.normal(1.0, 0.8, (n, 2)), luck.uniform(1.0, 9.0, (n, 2)), luck.uniform(0, 5, (n, 2))
    size_cost, taste, ways = luck.uniform(1e4, 4e6, n), luck.normal(0.0, 0.5, (n, 2)), Ways(0.2, 50_000.0, 0.3, 4.0)
    net, trying, against, liked = weigh(
        Looked(cell, kind, cost, worth, price, tells), Known(effect, precision, heard), size_cost, taste, ways
    )
    size = np.maximum(size_cost[:, None] / cost, 1.0)
    more = credited(heard[:, kind], size * tells[:, cell], ways.doubt)
    slope = (worth[BELIEF_GRID.index(1.5)] - worth[BELIEF_GRID.index(0.5)])[:, cell]
    assert (net == at_belief(worth[:, :, cell], effect[:, kind]) - price).all()
    assert (against == ways.reluctance * cost + ways.effort / size).all()
    learned = np.vectorize(value_of_trying)(net - against, slope, precision[:, kind], more)
    assert learned.max() > 0.0
    assert (trying == ways.trials_ahead * learned).all()
    assert (liked == cost * taste[:, kind]).all()
