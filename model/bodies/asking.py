"""What is put before whom in a season, and how each body sees it: one option after another, term by term.

An idea for a project is put under one contract before the body that would own it and those that would pay (`Asking`).
What an option is worth to a body (`Perceived`) is what it expects to save and be paid, what a trial may teach it, less
its reluctance and effort, and a taste that is drawn. Private parties judge their own return (`signatures`). To a
researcher who lets bodies think otherwise the same is given (`offers_to`). Read by `decisions` and `results`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..children.forecast import at_belief
from ..children.ladder import N_AGES
from ..contracts import Design
from ..contracts.ways import IN_FORCE
from ..contracts.ways import STATE as BY_STATE
from ..inputs.protect import protect
from ..world import World
from .beliefs import doubted
from .bodies import Bodies
from .ideas import places
from .mandates import KINDS
from .private import Verdict
from .rules import Offer, Offers, kind_of, one, said
from .signing import verdicts
from .views import Looks, Part, View, believed
from .weighing import Known, Looked, Luck, Programmes, Ways, weigh

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Season:
    """What bodies know of a budget year when they decide."""

    year: int
    seen: Whole  # children identified, by (municipality, age, perceived level)
    neighbours: Floats  # (n,), share of neighbouring municipalities that are active in social investment
    served: Whole  # children whom standing services take, by (municipality, option)
    free: Whole  # whom anything new can take, by (municipality, option), each option by itself
    ideas: Whole  # by (municipality, group), see `ideas.ideas`
    left: Mapping[str, Floats]  # what a krona left in each fund is worth to whoever grants it, (n,) each

    def __post_init__(self) -> None:
        protect(self)


class Put(NamedTuple):
    """What is put before bodies: options in places, shape (k,) each; place by place, and option by option."""

    place: Whole  # row of the municipality
    cell: Whole  # number of the option
    idea: Whole  # number of the idea that it belongs to, for children of all its ages
    planned: Whole  # children whom it is about

    def of(self, which: Bools) -> Put:
        """Some of them, shape (k,); all ages of an idea, or none."""
        return self if which.all() else Put(*(each[which] for each in self))


@dataclass(frozen=True, eq=False)
class Asking:
    """One contract put before everybody concerned in one season."""

    bodies: Bodies
    room: dict[str, Whole]  # (n,) by body, SEK that its own budget leaves it
    world: World
    contract: int
    season: Season
    weighed: dict[int, tuple[Bools, Perceived]] = field(default_factory=dict, repr=False)  # of `put`, see `in_part`

    @property
    def design(self) -> Design:
        """The contract."""
        return self.world.contracts[self.contract]

    @property
    def view(self) -> View:
        """How it looks to everybody concerned."""
        return self.bodies.views[self.contract]

    @cached_property
    def places(self) -> Whole:
        """Children that this year's ideas are about, by (municipality, option); a planner waits for no idea."""
        season = self.season
        return season.free if self.design.way.paperless else places(self.world, season.ideas, season.free)

    @cached_property
    def put(self) -> Put:
        """What bodies are asked about: options of which somebody has an idea; a planner looks at all."""
        if self.design.way.paperless:
            return everything(self)
        groups = self.world.groups
        return put_before(self.world, (groups.total(self.places) > 0)[:, groups.of_cell], self.places)

    @cached_property
    def signed(self) -> dict[str, Verdict]:
        """What each private party thinks of every option."""
        return signatures(self)


def put_to_all(bodies: Bodies, room: dict[str, Whole], world: World, season: Season) -> list[Asking]:
    """Every contract of the run as it is put before everybody in this season, by number."""
    return [Asking(bodies, room, world, contract, season) for contract in range(len(world.contracts))]


def put_before(world: World, which: Bools, planned: Whole) -> Put:
    """Put options before bodies: `which`, and children whom they are about, both by (municipality, option)."""
    groups = world.groups
    place, cell = np.divmod(np.flatnonzero(which), which.shape[1])
    idea = np.unique(place * groups.level.size + groups.of_cell[cell], return_inverse=True)[1]
    return Put(place, cell, idea, planned[place, cell])


def everything(asking: Asking) -> Put:
    """All options everywhere, whoever has an idea."""
    return put_before(asking.world, np.ones(asking.places.shape, np.bool_), asking.places)


class Perceived(NamedTuple):
    """What options are worth to a body, SEK per child, of one shape."""

    net: Floats  # what it expects to save and be paid, less what it pays
    trying: Floats  # what a trial may be worth for later decisions
    against: Floats  # reluctance, and the effort of applying
    taste: Floats  # all else, drawn

    @property
    def value(self) -> Floats:
        """All together."""
        return self.net + self.trying - self.against + self.taste


def perceived(asking: Asking, who: str, mine: Whole, *, owner: bool) -> Perceived:
    """What these options are worth to a body everywhere and why, (n, len(mine)); `owner` if they would be its own."""
    view, n = asking.view, asking.world.n
    of, place = np.full(asking.world.cells.age.size, -1), np.repeat(np.arange(n), mine.size)
    of[mine] = 0
    terms = _weighed(asking, Part((who,), of, owner), view.looks_to(who), (place, np.tile(mine, n)))
    return Perceived(*(each.reshape(n, mine.size) for each in terms))


def in_part(asking: Asking, number: int, put: Put) -> Perceived:
    """What options are worth to whoever is asked about them in one of `View.parts`, (k,) each."""
    return _weighed(asking, asking.view.parts[number], asking.view.looks[number], (put.place, put.cell))


def _weighed(asking: Asking, part: Part, looks: Looks, options: tuple[Whole, Whole]) -> Perceived:
    """Weigh options of (places, cells), term by term."""
    world, beliefs, p, (place, cell) = asking.world, asking.bodies.beliefs, asking.world.spec.choice, options
    price, kind = looks.cost(place, cell, asking.season.left), world.cells.intervention
    if asking.design.way.paperless:
        net = at_belief(looks.worth[:, place, cell], beliefs.own[place, kind[cell]]) - price
        nothing = np.zeros(net.shape)
        return Perceived(net, nothing, nothing, nothing)
    applies = part.leads and world.offers_beside(asking.contract)
    doubt = doubted(asking.view.expected[-1].metric.evaluation, world.spec.belief)
    terms = weigh(
        Looked(place, cell, price, looks.worth, asking.view.tells),
        Programmes(kind, world.whole_cost, world.project_cost),
        Known(beliefs.own, beliefs.precision, beliefs.heard[0]),
        _luck(asking, part),
        Ways(p.reluctance * part.leads, p.effort * applies, doubt, float(p.trials_ahead), p.taste),
    )
    return Perceived(*terms)


def _luck(asking: Asking, part: Part) -> Luck:
    """What names the taste of whoever is asked in a part: each kind of body has its own for each programme."""
    world, kinds = asking.world, [kind_of(who) for who in part.names]
    kind = np.array([KINDS.index(each) for each in kinds])[part.of]
    region = np.array([each == "region" for each in kinds])[part.of]
    number = world.menu.number[world.cells.intervention] * len(KINDS) + kind
    return Luck(world.seed, asking.season.year, world.geography.codes, region, number)


def by_idea(value: Floats, put: Put) -> Floats:
    """What the whole of each idea is worth per child: it goes ahead for children of all its ages, or not at all."""
    weight = np.maximum(put.planned.astype(np.float64), 1e-6)
    worth, children = np.bincount(put.idea, weight * value), np.bincount(put.idea, weight)
    return np.asarray((worth / np.maximum(children, 1e-300))[put.idea])


def of_ideas(asking: Asking, terms: Perceived, mine: Whole) -> Floats:
    """The same of these options everywhere, (n, len(mine)): all of a group, or none. A planner looks at each alone."""
    if asking.design.way.paperless:
        return terms.value
    which = np.zeros(asking.places.shape, np.bool_)
    which[:, mine] = True
    put = put_before(asking.world, which, asking.places)
    return by_idea(terms.value.ravel(), put).reshape(terms.value.shape)


def signatures(asking: Asking) -> dict[str, Verdict]:
    """What each private party to the contract thinks of every option now."""
    bodies = asking.bodies
    result = verdicts(asking.world, asking.design, asking.view, bodies.beliefs)
    for party in [party for party in result if party in bodies.rules]:
        net = said(bodies.rules[party], offers_to_private(asking, party, result[party]))[0]
        result[party] = replace(result[party], accepts=net > 0.0, net=net)
    return result


def state_net(asking: Asking, put: Put) -> Floats:
    """What each option by itself is worth to the state per child, SEK, (k,)."""
    looks = asking.view.looks_to(BY_STATE)
    belief = asking.bodies.beliefs.market[asking.world.cells.intervention[put.cell]]
    worth = at_belief(looks.worth[:, put.place, put.cell], belief)
    return worth - looks.cost(put.place, put.cell, asking.season.left)


# ---------------------------------------------------------------------- what is put before a researcher's own rule


def offer_of(asking: Asking, who: str, row: int, option: int) -> tuple[Offer, Perceived]:
    """One option before one body as it weighs it itself, and the terms of that: SEK per child, one number each.

    `who` is the name under which it is asked, `row` its municipality. The value is that of the whole idea, of which the
    option is one age.
    """
    world = asking.world
    mine = np.flatnonzero(world.groups.of_cell == world.groups.of_cell[option])
    at = int(np.flatnonzero(mine == option)[0])
    owner = str(world.menu.owner[world.cells.intervention[option]])
    terms = perceived(asking, who, mine, owner=who == asking.design.way.asked(owner)[0])
    value = of_ideas(asking, terms, mine)
    one_of = Perceived(*(each[row : row + 1, at : at + 1] for each in terms))
    return one(offers_to(asking, who, mine, value), row, at), one_of


def offers_to(asking: Asking, who: str, mine: Whole, net: Floats) -> Offers:
    """Options of these cells, put before all bodies of a kind; `net` is what they would say themselves."""
    bodies, world = asking.bodies, asking.world
    mandate, belief = bodies.mandates[who], believed(world, bodies.beliefs)[:, mine]
    total, own = np.zeros((2, world.n, mine.size, N_AGES))
    for share, saved in zip(world.mix[:, :, mine, None], world.saved[:, :, mine], strict=True):
        total += share * at_belief(saved.sum(axis=3)[:, None], belief[..., None])
        own += share * at_belief(saved[..., mandate.payers].sum(axis=3)[:, None], belief[..., None])
    return Offers(
        **_words(asking, kind_of(who), mine),
        municipality=world.geography.codes,
        belief=belief,
        room=asking.room.get(kind_of(who), np.zeros(world.n)).astype(np.float64),  # none before the first year
        neighbours=asking.season.neighbours.copy(),
        saving_own=own,
        saving_others=total - own,
        payments=at_belief(asking.view.flows[who][:, None, mine], belief[..., None]),
        cost=asking.view.looks_to(who).cost(np.arange(world.n)[:, None], mine, asking.season.left),
        value=net.copy(),
    )


def offers_to_private(asking: Asking, party: str, verdict: Verdict) -> Offers:
    """All options, put before one private party: what the contract may bring it, as the market believes."""
    market, cells = asking.bodies.beliefs.market, asking.world.cells
    belief, stake = market[cells.intervention][None], asking.view.stake[party]
    nothing = np.zeros((1, *stake.shape))
    return Offers(
        **_words(asking, party, np.arange(cells.age.size)),
        municipality=np.zeros(1, np.int64),
        belief=belief,
        room=np.zeros(1),  # it has no budget here
        neighbours=np.full(1, asking.season.neighbours.mean()),
        saving_own=nothing,
        saving_others=nothing,
        payments=at_belief(asking.view.private[party].flows[:, None], belief[..., None]),
        cost=stake.sum(axis=1)[None],
        value=_as_one_number(verdict)[None],
    )


def _as_one_number(verdict: Verdict) -> Floats:
    """What a party says by itself, above 0 where it accepts: it looks at more than at what it expects to gain."""
    least = np.finfo(np.float64).tiny
    return np.where(verdict.accepts, np.maximum(verdict.net, least), np.minimum(verdict.net, 0.0))


def _words(asking: Asking, kind: str, mine: Whole) -> dict[str, Any]:
    """What is said about options to anybody."""
    world, cells = asking.world, asking.world.cells
    return {
        "kind": kind,
        "year": asking.season.year,
        "in_force": asking.contract == IN_FORCE,
        "intervention": world.menu.names[cells.intervention[mine]],
        "age": cells.age[mine],
        "level": cells.level[mine],
        "memory": asking.bodies.memory.setdefault(kind, {}),
    }
