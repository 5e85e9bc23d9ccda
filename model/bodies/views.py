"""Views: what every option is worth to everybody concerned, under every belief and contract.

Nothing here depends on the year but beliefs, so values are reckoned once for every belief of the grid and read off when
decisions are taken.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ..children.forecast import at_belief
from ..children.ladder import N_AGES
from ..contracts import Design
from ..contracts.ways import GRANTOR
from ..evaluation.expected import Expected, as_reported, expect
from ..evaluation.prospects import Prospect, prospects
from ..inputs.protect import protect
from ..money.budgets import COMMITTEES
from ..money.funds import account_of
from ..world import World
from .beliefs import Beliefs
from .private import PRIVATE
from .reasoning import Mandate, perceived_payments, perceived_saving, present_cost

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]


@dataclass(frozen=True)
class Judge:
    """Who thinks about an option: mandate, accounts whose flows it counts, and what their money is worth to it.

    A krona that is left in a fund is worth less to those who grant it than one in the ordinary budget.
    """

    mandate: Mandate
    accounts: frozenset[str]
    weight: Mapping[str, float]


@dataclass(frozen=True, eq=False)
class View:
    """How one contract looks to everybody concerned, for every option.

    `expected` is what each metric should come to on an honest evaluation, `reported` what its evaluator will report.
    `private` is what private parties expect the contract to bring them. `worth`, `flows` and `price` are by body: what
    an option is worth under each belief, shape (n_beliefs, n, n_cells), what the contract is expected to pay it by
    year, (n_beliefs, n_cells, N_AGES), and the present value of what it pays for the option, (n, n_cells), SEK per
    child. `stake` is what each private party puts in per child, by (cell, year since the start).
    """

    expected: tuple[Expected, ...]
    reported: tuple[Expected, ...]
    private: dict[str, Prospect]
    worth: dict[str, Floats]
    flows: dict[str, Floats]
    price: dict[str, Floats]
    stake: dict[str, Floats]

    def __post_init__(self) -> None:
        protect(self)

    def net(self, body: str, beliefs: Floats, cells: Whole) -> Floats:
        """Perceived net value per child to a body of these options, SEK, shape (n, len(cells)).

        `beliefs` by (municipality, cell of `cells`).
        """
        return at_belief(self.worth[body][:, :, cells], beliefs) - self.price[body][:, cells]


def reckon(world: World, mandates: Mapping[str, Mandate]) -> tuple[View, ...]:
    """Work out what every option is worth to every body under every belief, contract by contract."""
    cells, items, spec, whole_cost = world.cells, world.menu.items, world.spec, world.whole_cost
    duration, yearly = world.menu.duration[cells.intervention], world.menu.yearly[cells.intervention]
    views = []
    for design, metrics in zip(world.contracts, world.yardsticks.metrics, strict=True):
        expected = expect(metrics, items, cells, world.ladder)
        private = tuple(party for party in PRIVATE if party in design.parties)
        size = spec.project.group_size
        likely = prospects(design, expected, whole_cost, size)
        reported = as_reported(expected, cells, world.ladder)
        private_view = prospects(design, reported, whole_cost, size, private) if private else {}
        finance = shares_by_account(world, design)
        worth, flows, price = {}, {}, {}
        for body, judge in judges(world, mandates, design).items():
            flows[body] = _flows_to(world, likely, judge.accounts)
            worth[body] = perceived_saving(judge.mandate, cells) + perceived_payments(judge.mandate, flows[body])
            paid = sum(
                (
                    yearly * share * judge.weight[account]
                    for account, share in finance.items()
                    if account in judge.weight
                ),
                np.zeros(yearly.size),
            )
            price[body] = present_cost(judge.mandate, paid, duration)
        stake = {party: _stake(world, party, finance.get(party, np.zeros(yearly.size))) for party in private}
        views.append(View(expected, reported, private_view, worth, flows, price, stake))
    return tuple(views)


def judges(world: World, mandates: Mapping[str, Mandate], design: Design) -> dict[str, Judge]:
    """Who may be asked under a contract, by name, and how each looks at an option."""
    unused, way = world.spec.board.unused_value, design.way
    own = dict.fromkeys((*COMMITTEES, "board"), 1.0)
    result = {owner: Judge(mandates[owner], frozenset({owner}), {owner: 1.0}) for owner in world.menu.owners}
    if way.grantor == GRANTOR:
        weight = {"region": 1.0, "regional_fund": unused}
        result[GRANTOR] = Judge(mandates[GRANTOR], frozenset(weight), weight)
    elif way.alone == "pool":
        everybody = {account_of(party, "social") for party in design.shares if party != "owner"} | set(own)
        result["pool"] = Judge(mandates["pool"], frozenset(everybody), dict.fromkeys((*everybody, "region"), 1.0))
    elif way.alone:
        result[way.alone] = Judge(mandates[way.alone], frozenset(), dict.fromkeys((*own, "region", "state"), 1.0))
    municipal = frozenset((*own, "municipal_fund", "rur"))
    result["board"] = Judge(mandates["board"], municipal, own | {"municipal_fund": unused, "rur": unused})
    return result


def shares_by_account(world: World, design: Design) -> dict[str, Floats]:
    """Share of the up-front cost that each account finances, by option. Shape (n_cells,) each."""
    result: dict[str, Floats] = {}
    for owner in world.menu.owners:
        mine = world.cells_of(owner)
        for party, share in design.shares.items():
            result.setdefault(account_of(party, owner), np.zeros(world.cells.age.size))[mine] += share
    return result


def _flows_to(world: World, likely: Mapping[str, Prospect], accounts: frozenset[str]) -> Floats:
    """Expected payments per child to these accounts together, shape (n_beliefs, n_cells, N_AGES), SEK."""
    total = np.zeros((world.cells.saved.shape[0], world.cells.age.size, N_AGES))
    for party, prospect in likely.items():
        for owner in world.menu.owners:
            if account_of(party, owner) in accounts:
                mine = world.cells_of(owner)
                total[:, mine] += prospect.flows[:, mine]
    return total


def _stake(world: World, party: str, share: Floats) -> Floats:
    """What a private party puts in per child by (cell, year): its share, less the margin if it does the work."""
    kinds = world.cells.intervention
    part = share - (world.spec.provider.margin if party == "provider" else 0.0)
    years = np.arange(N_AGES) < world.menu.duration[kinds][:, None]
    return np.asarray((part * world.menu.yearly[kinds])[:, None] * years)


def selfish(mandate: Mandate) -> Mandate:
    """The same mandate without regard for anybody else."""
    return replace(mandate, regard=np.zeros_like(mandate.regard))


def reaches_region(design: Design) -> bool:
    """Whether a contract would move anybody's money in a project of the region's: a municipal fund alone would not."""
    pairs = [clause.pair for clause in design.clauses]
    accounts = [tuple(account_of(party, "region") for party in pair) for pair in pairs]
    return any(a != b for a, b in accounts) or any(account_of(p, "region") != "region" for p in design.shares)


def believed(world: World, beliefs: Beliefs) -> Floats:
    """What the owner of each option believes of it, by (municipality, cell)."""
    return np.asarray(beliefs.own[:, world.cells.intervention])
