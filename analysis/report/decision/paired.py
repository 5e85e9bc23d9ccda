"""Everything that the first pages compare, worked out once: differences against status quo and between proposals.

Read by the other files of this folder.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations

import pandas as pd

from ...measures import lifetime, payers, people
from .verdict import Verdict, verdict

Tables = Mapping[str, pd.DataFrame]
Frame = pd.DataFrame

M_SEK = 1e6
RUNS = [*lifetime.RUN]


@dataclass(frozen=True)
class Paired:
    """Paired results of a comparison.

    `cost` has a row for each seed and a column for each design: lifetime public cost, SEK per child. `gain` are the
    gains of payer groups and of all public budgets together against status quo by (design, group), one for each seed,
    SEK. `people` are the differences of `measures.people` by design, one for each seed. `flows` are
    `measures.payers.flows_by_group` and `running` its `running_net`; `last` is the last simulated year; `children` is
    the number of children of a run, mean over seeds; `level` are the counts of `measures.people` in status quo,
    likewise. `worlds` says that every seed is a likely world of its own. All against status quo with the same seed.
    """

    designs: tuple[str, ...]
    seeds: int
    cost: Frame
    gain: Frame
    people: Frame
    flows: Frame
    running: Frame
    last: int
    children: float
    level: Mapping[str, float]
    worlds: bool = False

    @property
    def proposals(self) -> list[str]:
        """Designs that could be chosen instead of status quo; the planner is a yardstick."""
        return [name for name in self.designs if name not in (lifetime.BASE, lifetime.BENCHMARK)]

    @property
    def ranked(self) -> list[str]:
        """Proposals by their mean lifetime public cost, the lowest first; a tie keeps the order of the designs."""
        return sorted(self.proposals, key=lambda name: self.cost[name].to_numpy(float).mean())

    def change(self, design: str, other: str = lifetime.BASE) -> Verdict:
        """Lifetime public cost of a design less that of another, SEK per child."""
        return verdict(self.cost[design] - self.cost[other], worlds=self.worlds)

    def gains(self, design: str, group: str, other: str | None = None) -> Verdict:
        """Gain of a payer group (or "public") against status quo, or beyond another proposal, M SEK."""
        gain = self.gain[design, group]
        return verdict(gain if other is None else gain - self.gain[other, group], M_SEK, worlds=self.worlds)

    def counted(self, design: str, measure: str) -> Verdict:
        """Difference of something counted in people against status quo."""
        part = self.people[self.people["design"] == design]
        return verdict(part[measure], worlds=self.worlds)

    def best_in(self, design: str) -> int:
        """In how many seeds a design alone has the lowest public cost of status quo and all proposals."""
        rest = self.cost[[name for name in (lifetime.BASE, *self.proposals) if name != design]]
        return int((self.cost[design] < rest.min(axis=1)).sum())

    def pairs(self) -> list[tuple[str, str]]:
        """Every two proposals, the one with the lower mean cost first."""
        return list(combinations(self.ranked, 2))


def pair_up(tables: Tables, rate: float, *, worlds: bool = False) -> Paired | None:
    """Work out what the first pages need; nothing if status quo was not run."""
    designs = tuple(dict.fromkeys(tables["runs"]["design"]))
    if lifetime.BASE not in designs:
        return None
    yearly = lifetime.without_ages(tables)
    counted = people.people(tables)
    level = counted[counted["design"] == lifetime.BASE].drop(columns=RUNS).mean()
    cost = lifetime.public_cost(yearly, rate).pivot_table(
        index="seed", columns="design", values="per_child_sek", sort=False
    )
    flows = payers.flows_by_group(yearly, rate)
    net = payers.against_base(flows, ["net_sek"], ["group"])
    gain = net.pivot_table(index="seed", columns=["design", "group"], values="net_sek", sort=False)
    for design in designs:
        if design != lifetime.BASE:
            gain[design, payers.PUBLIC] = gain[design].sum(axis=1)
    return Paired(
        designs=designs,
        seeds=int(tables["runs"]["seed"].nunique()),
        cost=cost[list(designs)],
        gain=gain,
        people=people.against_base(counted),
        flows=flows,
        running=payers.running_net(yearly),
        last=int((tables["runs"]["start_year"] + tables["runs"]["years"]).max()) - 1,
        children=float(tables["runs"].drop_duplicates("seed")["children"].mean()),
        level={str(name): float(mean) for name, mean in level.items()},
        worlds=worlds,
    )
