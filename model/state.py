"""The state of a run: the five parts that a year changes, and what is followed of all children.

Each part is owned by one folder, which alone changes it. Read by `model` and `results`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .bodies.bodies import Bodies
from .children.lives import Children, Rules, grow_up
from .evaluation.yardsticks import no_means_yet, remember
from .money.books import Books, price
from .money.budgets import LINES, open_budgets
from .money.funds import funds_of
from .money.ledger import Ledger
from .practice.in_run import Spread, open_spread
from .projects.projects import Projects
from .projects.services import Services, none_yet
from .world import World


@dataclass
class State:
    """Everything that changes."""

    children: Children
    projects: Projects
    books: Books
    bodies: Bodies
    practice: Spread
    services: Services
    national: NDArray[np.int64]  # what a year was worth on average, see `yardsticks.remember`


def open_state(world: World, life: Rules, bodies: Bodies) -> State:
    """Everything as it is when the first year begins."""
    children = grow_up(world.spec.places, life, world.start_year, world.years)
    national = no_means_yet(world.yardsticks, world.years)
    remember(national, world.yardsticks, 0, children.actual.sum(axis=0))
    practice = open_spread(world.spec.places, world.spec.diffusion, world.seed, world.start_year)
    lives = price(children.actual, world.costs)
    budgets = open_budgets(world, children.population, practice, {line: lives.of(line) for line in LINES})
    books = Books(Ledger(world.n), budgets, funds_of(world.design, world.n), lives, wanted=np.zeros(world.n, np.int64))
    return State(children, Projects(), books, bodies, practice, none_yet(world), national)
