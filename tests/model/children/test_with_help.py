"""What is sure with any help holds for every programme, alone and after another one; whole lives: `verification`."""

import numpy as np
import pytest

from stupror.model.children.draws import ONE
from stupror.model.children.ladder import (
    ADULT_AGE,
    EXAM_AGE,
    LAST_AGE,
    N_AGES,
    N_LEVELS,
    N_STATES,
    build_ladder,
    treated_move,
)
from stupror.model.children.lifecourse import combined
from stupror.model.children.with_help import SOON, treated_tables
from stupror.model.inputs.scenario import load_scenario

LADDER = build_ladder(load_scenario().ladder)
SMALL = [[0.9, 1.1, 0.95, 2.0, 0.5], [0.98, 1.02, 0.99, 1.0, 2.0]]
LARGE = [[0.2, 3.0, 0.3, 3.0, 1.0], [1.4, 0.6, 1.5, 1.0, 4.0]]  # the second does harm
MOST = [[1000.0, 1000.0, 1000.0, 10.0, 10.0], [0.0, 1000.0, 7.0, 10.0, 10.0]]  # of what may be written


def lives(programmes):
    """Lives at random: age reached, state before, and kind and year of each programme, the last one first."""
    draw = np.random.default_rng(7)
    for _ in range(4_000):
        since = np.sort(draw.choice(LAST_AGE - 1, draw.integers(1, programmes + 1), replace=False))
        since -= min(since[0], draw.integers(0, 8))
        yield draw.integers(1, N_AGES), draw.integers(N_STATES), draw.integers(2, size=since.size), since


@pytest.mark.parametrize(("effects", "programmes"), [(SMALL, 1), (SMALL, 2), (LARGE, 1), (LARGE, 3), (MOST, 5)])
def test_every_edge_lies_where_it_is_said_that_it_must(effects, programmes):
    tables = treated_tables(LADDER, np.array(effects), 0.4, programmes)
    apart = 0
    for age, state, kinds, since in lives(programmes):
        factors = np.array([[*tables.left[k, t], tables.effect[k, 2]] for k, t in zip(kinds, since, strict=True)])
        acting = combined(kinds, factors, 0.4)
        edges = np.rint(np.minimum(np.cumsum(treated_move(LADDER.move, age, state, acting))[:-1], 1.0) * ONE)
        at = (int(since[0] >= SOON) * (N_AGES + 1) + age) * N_STATES + state
        perhaps, surely = tables.sure.edge[at, : N_LEVELS - 1], tables.sure.edge[at, N_LEVELS - 1 :]
        assert (perhaps <= edges).all(), (age, state, acting)
        assert (edges <= surely).all(), (age, state, acting)
        low, width = tables.sure.stay[at].astype(np.int64)
        if width:
            level = state % N_LEVELS
            bounds = [0, *edges, ONE]
            assert bounds[level] <= low < low + width <= bounds[level + 1]
            assert LADDER.target[int(age >= ADULT_AGE), state, level] == state
            assert age != EXAM_AGE
        apart += (surely - perhaps.astype(np.int64) > 100).any()
    assert apart > 1_000  # help makes a difference at all


def test_more_is_sure_of_later_years_and_nobody_moves_after_the_last():
    sure = treated_tables(LADDER, np.array(SMALL), 0.4, 2).sure
    soon, later = sure.stay[:, 1].astype(np.int64).reshape(2, N_AGES + 1, N_STATES)
    assert (later >= soon).all()
    assert later[1:N_AGES].sum() > soon[1:N_AGES].sum()
    assert (soon[N_AGES] == ONE).all()
