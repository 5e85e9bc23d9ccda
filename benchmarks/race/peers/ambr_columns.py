"""AMBER (the package ambr): columns out as NumPy arrays and in again, its vectorised way."""

from __future__ import annotations

import ambr as am
import numpy as np

from .. import workload as w

PACKAGES = ("ambr", "numpy", "polars")
PAYERS = ("municipality", "region", "state")


class Ladder(am.Model):
    """The children as columns."""

    def setup(self) -> None:
        """Put the first population in its place."""
        home, age, level = w.population(self.p.n)
        self.add_agents(self.p.n, home=home, age=age, level=level, treated=np.zeros(self.p.n, bool))

    def step_vectorized(self) -> None:
        """Live a year."""
        home, age, level, treated = self.agents.numpy("home", "age", "level", "treated")
        n, band = level.size, w.BAND[age]
        up = np.where(treated, w.TREATED_UP, 1.0) * w.UP[level, band]
        down = np.where(treated, w.TREATED_DOWN, 1.0) * w.DOWN[level, band]
        luck = self.rng.random(n)
        worse = luck < up
        better = ~worse & (luck < up + down)
        level = level + worse - better
        treated = treated & (self.rng.random(n) >= w.LAPSE)
        cost = w.COST[level, band]
        ledger = np.stack([np.bincount(home, cost[:, payer], w.MUNICIPALITIES) for payer in range(w.PAYERS)])
        in_need = np.flatnonzero(level >= w.IN_NEED)
        chosen = w.first_in_line(home, in_need, treated)
        treated[chosen] = True
        ledger[0] += w.TREATMENT_SEK * np.bincount(home[chosen], minlength=w.MUNICIPALITIES)
        self.agents.set(level=level, treated=treated, age=age + 1)
        for payer, name in enumerate(PAYERS):
            self.record_model(name, float(ledger[payer].sum()))
        self.record_model("need", float(in_need.size))
        self.record_model("new", float(chosen.size))


class World:
    """A model, and what its run gave."""

    def __init__(self, n: int, seed: int) -> None:
        self.model = Ladder({"n": n, "steps": w.YEARS, "seed": seed, "show_progress": False})
        self.model._ensure_setup()  # else it would be part of `run`, and timed

    def run(self, years: int) -> None:
        """Live the years."""
        self.model.p["steps"] = years
        self.found = self.model.cpu(mode="vectorized").run().model


def build(n: int, seed: int) -> World:
    """Make the world."""
    return World(n, seed)


def live(world: World, years: int) -> None:
    """Live the years."""
    world.run(years)


def outputs(world: World) -> w.Outputs:
    """What came of it."""
    found = world.found
    cost = np.stack([found[payer].to_numpy() for payer in PAYERS], axis=1)
    levels = np.bincount(world.model.agents.numpy("level"), minlength=w.LEVELS)
    return w.Outputs(cost, found["need"].to_numpy(), found["new"].to_numpy(), levels)
