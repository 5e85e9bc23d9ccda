"""Starsim 3: a module with the children's states, an intervention for the municipalities, common random numbers."""

from __future__ import annotations

from typing import Any

import numpy as np
import starsim as ss

from .. import workload as w

PACKAGES = ("starsim", "numpy")
PAYERS = ("municipality", "region", "state")
ss.options(verbose=0)


class Ladder(ss.Module):
    """The children's need and what it costs."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__()
        self.define_pars(unit="year")
        self.update_pars(**kwargs)
        self.define_states(
            ss.IntArr("home", default=0), ss.IntArr("level", default=0), ss.BoolArr("treated", default=False)
        )
        self.luck = ss.random(name="move")
        self.lapse = ss.bernoulli(p=w.LAPSE, name="lapse")

    def init_post(self) -> None:
        """Put the first population in its place."""
        super().init_post()
        self.home[:], self.sim.people.age[:], self.level[:] = w.population(len(self.sim.people))

    def init_results(self) -> None:
        """Say what is noted."""
        super().init_results()
        self.define_results(*(ss.Result(payer, dtype=float) for payer in PAYERS))
        self.ledger = np.zeros((w.PAYERS, w.MUNICIPALITIES))

    def step(self) -> None:
        """Live a year."""
        uids = self.sim.people.auids
        level, treated = self.level[uids], self.treated[uids]
        band = w.BAND[self.sim.people.age[uids].astype(int)]
        up = np.where(treated, w.TREATED_UP, 1.0) * w.UP[level, band]
        down = np.where(treated, w.TREATED_DOWN, 1.0) * w.DOWN[level, band]
        luck = self.luck.rvs(uids)
        worse = luck < up
        better = ~worse & (luck < up + down)
        level = level + worse - better
        self.level[uids] = level
        self.treated[self.lapse.filter(uids[treated])] = False
        home, cost = self.home[uids], w.COST[level, band]
        for payer in range(w.PAYERS):
            self.ledger[payer] = np.bincount(home, cost[:, payer], w.MUNICIPALITIES)

    def update_results(self) -> None:
        """Note the year."""
        super().update_results()
        for payer, name in enumerate(PAYERS):
            self.results[name][self.ti] = self.ledger[payer].sum()


class Municipalities(ss.Intervention):
    """Who treats the first in line."""

    def init_results(self) -> None:
        """Say what is noted."""
        super().init_results()
        self.define_results(ss.Result("need", dtype=int), ss.Result("new", dtype=int))

    def step(self) -> None:
        """Decide, in every municipality."""
        ladder = self.sim.get_module("ladder")
        in_need = (ladder.level >= w.IN_NEED).uids
        chosen = ss.uids(w.first_in_line(ladder.home.values, np.asarray(in_need), ladder.treated.values))
        ladder.treated[chosen] = True
        ladder.ledger[0] += w.TREATMENT_SEK * np.bincount(ladder.home[chosen], minlength=w.MUNICIPALITIES)
        self.results.need[self.ti], self.results.new[self.ti] = len(in_need), len(chosen)


def build(n: int, seed: int) -> ss.Sim:
    """Make the world."""
    sim = ss.Sim(
        n_agents=n, start=2020, stop=2020 + w.YEARS - 1, dt=1, rand_seed=seed, use_aging=True,
        modules=Ladder(), interventions=Municipalities(), verbose=0, copy_inputs=False,
    )  # fmt: skip
    sim.init()
    return sim


def live(world: ss.Sim, years: int) -> None:
    """Live the years."""
    world.run(until=None if years == w.YEARS else 2020 + years - 1, verbose=0)


def outputs(world: ss.Sim) -> w.Outputs:
    """What came of it."""
    costs, decided = world.results.ladder, world.results.municipalities
    levels = np.asarray(world.get_module("ladder").level.values).astype(int)
    cost = np.stack([np.asarray(costs[payer]) for payer in PAYERS], axis=1)
    return w.Outputs(cost, decided.need, decided.new, np.bincount(levels, minlength=w.LEVELS))
