"""Mesa: every child and every municipality is an agent."""

from __future__ import annotations

import mesa
import numpy as np

from .. import workload as w

PACKAGES = ("mesa", "numpy")
UP, DOWN, COST, BAND = w.UP.tolist(), w.DOWN.tolist(), w.COST.tolist(), w.BAND.tolist()


class Child(mesa.Agent):
    """A child, who moves on the ladder and costs."""

    def __init__(self, model: Ladder, home: Municipality, age: int, level: int) -> None:
        super().__init__(model)
        self.home, self.age, self.level, self.treated = home, age, level, False

    def step(self) -> None:
        """Live a year."""
        band = BAND[self.age]
        up, down = UP[self.level][band], DOWN[self.level][band]
        if self.treated:
            up *= w.TREATED_UP
            down *= w.TREATED_DOWN
        luck = self.random.random()
        if luck < up:
            self.level += 1
        elif luck < up + down:
            self.level -= 1
        if self.treated and self.random.random() < w.LAPSE:
            self.treated = False
        for payer, amount in enumerate(COST[self.level][band]):
            self.home.ledger[payer] += amount
        self.age += 1


class Municipality(mesa.Agent):
    """A municipality, which pays and decides whom to treat."""

    def __init__(self, model: Ladder) -> None:
        super().__init__(model)
        self.children: list[Child] = []
        self.ledger = [0, 0, 0]
        self.need = self.new = 0

    def step(self) -> None:
        """Treat the first in line among the children in need."""
        in_need = [child for child in self.children if child.level >= w.IN_NEED]
        chosen = [child for child in in_need if not child.treated][: w.capacity(len(in_need))]
        for child in chosen:
            child.treated = True
        self.need, self.new = len(in_need), len(chosen)
        self.ledger[0] += w.TREATMENT_SEK * len(chosen)


class Ladder(mesa.Model):
    """The children and their municipalities."""

    def __init__(self, n: int, seed: int) -> None:
        super().__init__(rng=seed)
        self.random.seed(seed)
        homes = [Municipality(self) for _ in range(w.MUNICIPALITIES)]
        for place, age, level in zip(*(column.tolist() for column in w.population(n)), strict=True):
            homes[place].children.append(Child(self, homes[place], age, level))
        self.children, self.homes = self.agents_by_type[Child], self.agents_by_type[Municipality]
        self.years: list[tuple[list[int], int, int]] = []

    def step(self) -> None:
        """Live a year."""
        for home in self.homes:
            home.ledger = [0, 0, 0]
        self.children.do("step")
        self.homes.do("step")
        ledger = [sum(home.ledger[payer] for home in self.homes) for payer in range(w.PAYERS)]
        self.years.append((ledger, sum(home.need for home in self.homes), sum(home.new for home in self.homes)))


def build(n: int, seed: int) -> Ladder:
    """Make the world."""
    return Ladder(n, seed)


def live(world: Ladder, years: int) -> None:
    """Live the years."""
    for _ in range(years):
        world.step()


def outputs(world: Ladder) -> w.Outputs:
    """What came of it."""
    cost, need, new = zip(*world.years, strict=True)
    return w.Outputs(cost, need, new, np.bincount([child.level for child in world.children], minlength=w.LEVELS))
