"""Views: what every option is worth to everybody concerned, under every belief and contract.

Nothing here depends on the year but beliefs, so values are reckoned once for every belief of the grid and read off when
decisions are taken.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..children.cells import mixed, saved_by_class
from ..children.forecast import BELIEF_GRID
from ..children.ladder import N_AGES
from ..children.practice import cost_begun, practice_of
from ..contracts import Design
from ..contracts.ways import GRANTOR, STATE
from ..evaluation.expected import Expected, as_reported, expect, of_whole_groups
from ..evaluation.prospects import Prospect, Usual, prospects
from ..inputs.places import sweden
from ..inputs.protect import kept, protect
from ..money.budgets import COMMITTEES
from ..money.funds import Owners, account_of
from ..world import Ahead, World, project_costs
from .beliefs import Beliefs
from .private import PRIVATE
from .reasoning import Mandate, local_saving, perceived_payments, present_cost

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True)
class Judge:
    """Who thinks about an option: mandate, accounts whose flows it counts, and of which it counts what they pay.

    What `funds` pay is counted, too, at what a krona left in them is worth to whoever grants it (`funds.worth_left`).
    """

    mandate: Mandate
    accounts: frozenset[str]
    pays: tuple[str, ...]
    funds: tuple[str, ...] = ()


LEADS, GRANTS, SHARES = range(3)  # in which part somebody is asked about a project: see `View.parts`


class Part(NamedTuple):
    """Who is asked about each option in one part: of those `names` the one at `of`, shape (n_cells,), or -1: nobody."""

    names: tuple[str, ...]
    of: Whole
    leads: bool  # the project would be its own

    def cells_of(self, who: str) -> Whole:
        """Options about which one of them is asked."""
        return np.flatnonzero(self.of == self.names.index(who))


class Looks(NamedTuple):
    """How options look to those who are asked about them: as `View.worth`, `price` and `granted` of one body."""

    worth: Floats
    price: Floats
    granted: Mapping[str, Floats]

    def cost(self, place: Whole, cell: Whole, left: Mapping[str, Floats]) -> Floats:
        """What options in places cost per child as it counts, present value in SEK, of their shape.

        `left` is what a krona left in each fund is worth, (n,) each.
        """
        cost = self.price[place, cell]
        for fund, paid in self.granted.items():
            cost = cost + left[fund][place] * paid[place, cell]
        return np.asarray(cost)


@dataclass(frozen=True, eq=False)
class View:
    """How one contract looks to everybody concerned, for every option.

    `expected` is what each metric should come to on an honest evaluation, `reported` what its evaluator will report.
    `private` is what private parties expect the contract to bring them. `worth`, `flows` and `price` are by body: what
    an option is worth under each belief, shape (n_beliefs, n, n_cells), what the contract is expected to pay it by
    year, (n_beliefs, n_cells, N_AGES), and the present value of what it pays for the option, (n, n_cells), SEK per
    child; `granted` of what each fund pays that it grants from. `tells`, (n, n_cells), is the precision that a child's
    follow-up adds to what is believed of the effect. `stake` is what each private party puts in per child, by (cell,
    year since the start). `parts` are those in which bodies are asked, in order: whoever leads, grants, and is partner.
    `closed` are options that the contract does not cover, shape (n_cells,).
    """

    expected: tuple[Expected, ...]
    reported: tuple[Expected, ...]
    private: dict[str, Prospect]
    worth: dict[str, Floats]
    flows: dict[str, Floats]
    price: dict[str, Floats]
    granted: dict[str, dict[str, Floats]]
    stake: dict[str, Floats]
    tells: Floats
    parts: tuple[Part, ...]
    closed: Bools

    def __post_init__(self) -> None:
        protect(self)

    @cached_property
    def looks(self) -> tuple[Looks, ...]:
        """How options look to those who are asked about them, for each of `parts`; nothing where nobody is."""
        return tuple(self._looks_in(part) for part in self.parts)

    def _looks_in(self, part: Part) -> Looks:
        worth, price = (np.zeros_like(next(iter(of.values()))) for of in (self.worth, self.price))
        granted: dict[str, Floats] = {}
        for who in part.names:
            mine = part.cells_of(who)
            worth[..., mine], price[:, mine] = self.worth[who][..., mine], self.price[who][:, mine]
            for fund, paid in self.granted[who].items():
                granted.setdefault(fund, np.zeros_like(price))[:, mine] = paid[:, mine]
        return Looks(kept(worth), kept(price), {fund: kept(paid) for fund, paid in granted.items()})

    def looks_to(self, body: str) -> Looks:
        """How options look to one body."""
        return Looks(self.worth[body], self.price[body], self.granted[body])


def reckon(world: World, mandates: Mapping[str, Mandate]) -> tuple[View, ...]:
    """Work out what every option is worth to every body under every belief, contract by contract."""
    cells, items, spec = world.cells, world.menu.items, world.spec
    duration = world.menu.duration[cells.intervention]
    yearly = world.menu.yearly[cells.intervention].astype(np.float64)
    views: list[View] = []
    usual = Usual(world.whole_cost, np.maximum(usual_size(world), 1.0), duration)
    saving: dict[str, Floats] = {}
    if world.design.way.knows_effects:  # and who will leave
        saving["planner"], yearly = _true_worth(world, mandates["planner"]), yearly * cost_begun(spec.project)
    for design, metrics in zip(world.contracts, world.yardsticks.metrics, strict=True):
        expected = expect(metrics, items, cells, world.ladder, practice=practice_of(spec.project))
        private = tuple(party for party in PRIVATE if party in design.parties)
        factor = {name: each[cells.intervention] for name, each in world.pricing.items()} if not views else {}
        likely = prospects(design, expected, usual, factor=factor)
        reported = as_reported(expected, cells, world.ladder)
        signed = reported
        if private and design.target != "investor":  # who chooses the children looks at each age by itself
            signed = tuple(of_whole_groups(each, world.groups.of_cell) for each in reported)
        private_view = prospects(design, signed, usual, private, factor) if private else {}
        finance = shares_by_account(world, design)
        worth: dict[str, Floats] = {}
        flows: dict[str, Floats] = {}
        price: dict[str, Floats] = {}
        granted: dict[str, dict[str, Floats]] = {}
        nothing = np.zeros(yearly.size)
        for body, judge in judges(world, mandates, design).items():
            flows[body] = _flows_to(world, likely, judge.accounts)
            if body not in saving:  # whatever the contract
                saving[body] = _saving(judge.mandate, world.ahead)
            paid_to_it = perceived_payments(judge.mandate, flows[body]) if flows[body].any() else 0.0
            worth[body] = saving[body] + paid_to_it
            paid = sum((yearly * share for account, share in finance.items() if account in judge.pays), nothing)
            price[body] = present_cost(judge.mandate, paid, duration)
            granted[body] = {
                fund: present_cost(judge.mandate, yearly * finance[fund], duration)
                for fund in judge.funds
                if fund in finance
            }
        stake = {party: _stake(world, party, finance.get(party, nothing)) for party in private}
        tells, parts = _tells(expected[-1], world.mix), parts_of(world, design)
        closed = _outside(world, design)
        views.append(View(expected, reported, private_view, worth, flows, price, granted, stake, tells, parts, closed))
    return tuple(views)


@lru_cache(maxsize=16)
def _saving(mandate: Mandate, ahead: Ahead) -> Floats:
    """What a child of each option saves a body, see `local_saving`; runs of one world in one process share it."""
    return kept(local_saving(mandate, ahead.saved, ahead.mix))


def usual_size(world: World) -> Floats:
    """Children in a project where a municipality has as many inhabitants as the country's mean, shape (n_cells,)."""
    country = np.asarray(sweden().population, dtype=np.float64)
    cost = project_costs(np.array([country.mean()]), world.spec.project)
    return np.asarray(cost / world.whole_cost)


def _tells(own: Expected, mix: Floats) -> Floats:
    """Precision that a child followed up by its own body adds to a belief, (n, n_cells), before it is credited."""
    gain, variance = mixed(own.gain[:, None, :], mix), own.variance[BELIEF_GRID.index(1.0)]
    there = np.broadcast_to(variance > 0.0, gain.shape)
    return np.asarray(np.divide(gain**2, variance, out=np.zeros(gain.shape), where=there))


def _true_worth(world: World, mandate: Mandate) -> Floats:
    """What a planner saves by a child of each option, given how many of those seen there are of each frailty class.

    As all bodies it knows local need; it also knows effects, and who will leave. Shape (n_beliefs, n, n_cells), alike
    for every belief.
    """
    (stay, _), (leave, _) = practice_of(world.spec.project).strengths
    effects = world.menu.effects.reshape(2, len(world.menu.items), -1)
    saved = saved_by_class(effects, world.ladder, world.costs, world.cells).sum(axis=4)
    worth = ((stay * saved[:, 0] + leave * saved[:, 1]) * mandate.discounting()[0]).sum(axis=2)  # (class, cell)
    local = mixed(worth[:, None, :], world.mix)
    return np.broadcast_to(local, (len(BELIEF_GRID), *local.shape))


def judges(world: World, mandates: Mapping[str, Mandate], design: Design) -> dict[str, Judge]:
    """Who may be asked under a contract, by name, and how each looks at an option."""
    way, own = design.way, (*COMMITTEES, "board")
    runners = dict.fromkeys(body for lead, partner, _ in world.menu.teams for body in (lead, partner) if body)
    result = {body: Judge(mandates[body], frozenset({body}), (body,)) for body in runners}
    if way.grantor == GRANTOR:
        result[GRANTOR] = Judge(
            mandates[GRANTOR], frozenset({"region", "regional_fund"}), ("region",), ("regional_fund",)
        )
    elif way.alone == "pool":
        everybody = {account_of(party, "social") for party in design.shares if party != "owner"} | set(own)
        result["pool"] = Judge(mandates["pool"], frozenset(everybody), (*everybody, "region"))
    elif way.alone:
        result[way.alone] = Judge(mandates[way.alone], frozenset(), (*own, "region", "state"))
    funds = ("municipal_fund", "rur")
    result["board"] = Judge(mandates["board"], frozenset((*own, *funds)), own, funds)
    if design.signs:
        paying = ("state", "outcomes_fund")
        result[STATE] = Judge(mandates[STATE], frozenset(paying), paying)
    return result


def parts_of(world: World, design: Design) -> tuple[Part, ...]:
    """In which parts bodies are asked under a contract: whoever leads, whoever grants, and the second of two owners."""
    partner = [item.partner if not design.way.alone else "" for item in world.menu.items]
    asked = [design.way.asked(item.owner) for item in world.menu.items]
    whoever = ([each[0] for each in asked], [each[1] if len(each) > 1 else "" for each in asked], partner)
    result = []
    for number, names in enumerate(whoever):
        known = tuple(dict.fromkeys(name for name in names if name))
        of = np.array([known.index(name) if name else -1 for name in names])
        result.append(Part(known, of[world.cells.intervention], number == 0))
    return tuple(result)


def _outside(world: World, design: Design) -> Bools:
    """Options that a contract does not cover, shape (n_cells,)."""
    kinds, cells = world.cells.intervention, world.cells
    names = world.menu.names[kinds].tolist()
    options = zip(names, cells.age.tolist(), cells.level.tolist(), strict=True)
    outside = np.array([not design.covers(*option) for option in options])
    return outside if reaches_region(design) else outside | world.menu.regional[kinds]


def shares_by_account(world: World, design: Design) -> dict[str, Floats]:
    """Share of the up-front cost that each account finances, by option. Shape (n_cells,) each."""
    result: dict[str, Floats] = {}
    for k, team in enumerate(world.menu.team):
        mine = world.cells.intervention == k
        for party, share in design.shares.items():
            for account, part in Owners(*team).accounts(party):
                result.setdefault(account, np.zeros(mine.size))[mine] += share * part
    return result


def _flows_to(world: World, likely: Mapping[str, Prospect], accounts: frozenset[str]) -> Floats:
    """Expected payments per child to these accounts together, shape (n_beliefs, n_cells, N_AGES), SEK."""
    total = np.zeros((world.cells.saved.shape[0], world.cells.age.size, N_AGES))
    for party, prospect in likely.items():
        for k, team in enumerate(world.menu.team):
            part = sum(share for account, share in Owners(*team).accounts(party) if account in accounts)
            if part:
                mine = world.cells.intervention == k
                total[:, mine] += part * prospect.flows[:, mine]
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
