"""Options weighed in one pass: the same as the rules one by one."""

import numpy as np

from stupror.model.bodies.beliefs import credited
from stupror.model.bodies.reasoning import taste, value_of_trying
from stupror.model.bodies.weighing import Known, Looked, Luck, Programmes, Ways, weigh
from stupror.model.children.draws import TASTE, by_place
from stupror.model.children.forecast import BELIEF_GRID, at_belief

SEED, YEAR = 3, 2021


def test_one_pass_gives_what_the_rules_give_one_by_one():
    luck, n, n_cells, k = np.random.default_rng(1), 7, 6, 40
    place, cell = np.sort(luck.integers(0, n, k)), luck.integers(0, n_cells, k)
    kind, cost = np.array([1, 0, 0, 0, 1, 1]), np.array([40_000, 70_000, 250_000, 9_000, 10_000, 80_000])
    worth = luck.normal(0.0, 60_000.0, (len(BELIEF_GRID), n, n_cells))
    price, tells = luck.uniform(0.0, 90_000.0, k), luck.uniform(0.0, 0.4, (n, n_cells))
    effect, precision, heard = luck.normal(1.0, 0.8, (n, 2)), luck.uniform(1.0, 9.0, (n, 2)), luck.uniform(0, 5, (n, 2))
    size_cost, ways = luck.uniform(1e4, 4e6, n), Ways(0.2, 50_000.0, 0.3, 4.0, 0.5)
    code, by_county, number = 100 * np.arange(1, n + 1) + 7, kind == 0, 10 + np.arange(n_cells)
    net, trying, against, liked = weigh(
        Looked(place, cell, price, worth, tells),
        Programmes(kind, cost, size_cost),
        Known(effect, precision, heard),
        Luck(SEED, YEAR, code, by_county, number),
        ways,
    )
    of, of_kind = (place, cell), (place, kind[cell])
    size = np.maximum(size_cost[place] / cost[cell], 1.0)
    more = credited(heard[of_kind], size * tells[of], ways.doubt)
    slope = (worth[BELIEF_GRID.index(1.5)] - worth[BELIEF_GRID.index(0.5)])[of]
    assert (net == at_belief(worth[:, place, cell], effect[of_kind]) - price).all()
    assert (against == ways.reluctance * cost[cell] + ways.effort / size).all()
    learned = np.vectorize(value_of_trying)(net - against, slope, precision[of_kind], more)
    assert learned.max() > 0.0
    assert (trying == ways.trials_ahead * learned).all()
    drawn = [by_place(SEED, TASTE, each, number, YEAR)[of] for each in (code, code // 100)]
    assert (drawn[0] != drawn[1]).all()
    theirs = np.where(by_county[cell], drawn[1], drawn[0])
    assert (liked == cost[cell] * np.vectorize(taste)(theirs, ways.taste)).all()
