"""Decisions: who is asked about an option, what they say, and how many children are taken.

Owners want, grantors grant, private parties sign, in the order of the contract; whoever says no says why. Then each
body takes what it can pay for (`choice`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..children.forecast import at_belief
from ..children.lifecourse import Options
from ..contracts import Design
from ..contracts.ways import IN_FORCE, OWN_ROOM
from ..inputs.protect import protect
from ..money.books import Books
from ..money.funds import Purse, purses_of
from ..projects.payments import evaluating, paperwork, parts
from ..world import World
from .beliefs import Beliefs
from .bodies import Bodies, Decision
from .choice import (
    ANSWERS,
    CLOSED,
    FUNDLESS,
    GRANTED_NOT,
    INVESTOR,
    MONEY,
    ORDINARY,
    PAPER,
    RANK,
    UNPAID,
    UNSEEN,
    YES,
    Asked,
    Left,
    Needs,
    choose,
)
from .private import PRIVATE, Verdict, belief_weights, judge
from .rules import Offers, kind_of, said
from .views import View, believed, reaches_region

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]
Bools = NDArray[np.bool_]
Answers = NDArray[np.int8]


@dataclass(frozen=True, eq=False)
class Season:
    """What bodies know of a budget year when they decide."""

    year: int
    seen: Whole  # children identified, by (municipality, age, perceived level)
    neighbours: Floats  # (n,), share of neighbouring municipalities that are active in social investment

    def __post_init__(self) -> None:
        protect(self)


@dataclass(frozen=True, eq=False)
class Asking:
    """One contract put before everybody concerned in one season."""

    bodies: Bodies
    room: dict[str, Whole]  # (n,) by body, SEK that its own budget leaves it
    world: World
    contract: int
    season: Season

    @property
    def design(self) -> Design:
        """The contract."""
        return self.world.contracts[self.contract]

    @property
    def view(self) -> View:
        """How it looks to everybody concerned."""
        return self.bodies.views[self.contract]


def decide(bodies: Bodies, books: Books, world: World, season: Season) -> tuple[Decision, ...]:
    """Ask about every option under every contract, and take children while money, staff and children last."""
    cells, seen, ordinary = world.cells, season.seen.copy(), bodies.beliefs.ordinary
    purses, there = purses_of(world.contracts), season.seen[:, cells.age, cells.level]
    left = Left(
        seen=seen,
        purses=np.stack([books.left(purse) for purse in purses], axis=1),
        places=np.ceil(there * world.spec.committee.capacity).astype(np.int64),
    )
    each = evaluating(world, ordinary)[:, cells.intervention]
    decided = []
    for contract, design in enumerate(world.contracts):
        asking = Asking(bodies, books.budgets.room, world, contract, season)
        signed = signatures(asking) if world.offers_beside(contract) else {}
        value, answer = answers(asking, signed)
        value -= each
        needs = Needs(parts(world, contract, purses), *paperwork(world, ordinary, contract, purses))
        funds = left.purses.copy()
        taken = np.zeros(value.shape, np.int64)
        choose(
            Options(cells.intervention, cells.age, cells.level),
            Asked(value, np.ascontiguousarray(ranks(world, bodies, value, contract))),
            needs,
            left,
            design.way.money_binds,
            taken,
            answer,
        )
        answer = _without_a_fund(answer, taken, needs.part, funds, purses)
        answer[(answer == UNSEEN) & (there > 0)] = RANK  # the contract before this one took all of them
        decided.append(Decision(value, answer, {who: each.accepts for who, each in signed.items()}, there, taken))
    return tuple(decided)


def answers(asking: Asking, signed: Mapping[str, Verdict] | None = None) -> tuple[Floats, Answers]:
    """What every option is worth to the body that decides, SEK per child, and what was answered: (n, n_cells) each.

    Not above 0 means no. Whoever owns the project must want it, whoever grants must agree (A3, A4), and so must every
    investor, lender and provider with money at stake; public bodies that co-finance are bound by the contract. What
    private parties `signed` may be given, so that they are not asked twice.
    """
    bodies, world, view, design = asking.bodies, asking.world, asking.view, asking.design
    cells, belief = world.cells, believed(world, bodies.beliefs)
    value = np.zeros((world.n, cells.age.size))
    answer = np.full(value.shape, YES, np.int8)
    for owner in world.menu.owners:
        mine = world.cells_of(owner)
        for number, who in enumerate(design.way.asked(owner)):
            net = view.net(who, belief[:, mine], mine)
            rule = bodies.rules.get(kind_of(who))
            if rule is not None:
                net = said(rule, offers_to(asking, who, mine, net))
            value[:, mine], answer[:, mine] = _heard(value[:, mine], answer[:, mine], net, first=number == 0)
    if world.offers_beside(asking.contract):
        closed = np.broadcast_to(_outside(world, design), value.shape)
        ordinary = bodies.beliefs.ordinary[:, cells.intervention]  # is paid from the ordinary budget (F8)
        unsigned = np.zeros(cells.age.size, np.bool_)
        for verdict in (signatures(asking) if signed is None else signed).values():
            unsigned |= ~verdict.accepts
        no = np.select(
            [closed, unsigned & (answer == YES), ordinary & (answer == YES)], [CLOSED, INVESTOR, ORDINARY], YES
        )
        answer = np.where(no != YES, no, answer).astype(np.int8)
        value = np.where(closed | unsigned | ordinary, np.minimum(value, 0.0), value)
    return value, answer


def _heard(value: Floats, answer: Answers, net: Floats, *, first: bool) -> tuple[Floats, Answers]:
    """What stands after one more was asked: the last one's value counts, if nobody before said no."""
    if first:
        return net, np.where(net > 0.0, YES, UNPAID).astype(np.int8)
    asked = answer == YES
    refused = np.where(asked & ~(net > 0.0), GRANTED_NOT, answer).astype(np.int8)
    return np.where(asked, net, value), refused


def _outside(world: World, design: Design) -> Bools:
    """Options that a contract does not cover, shape (n_cells,)."""
    kinds = world.cells.intervention
    named = (
        np.isin(world.menu.names, design.interventions) if design.interventions else np.ones(kinds.max() + 1, np.bool_)
    )
    outside = ~named[kinds]
    return outside if reaches_region(design) else outside | world.menu.regional[kinds]


def signatures(asking: Asking) -> dict[str, Verdict]:
    """What each private party to the contract thinks of every option now."""
    bodies = asking.bodies
    result = verdicts(asking.world, asking.view, bodies.beliefs)
    for party in [party for party in result if party in bodies.rules]:
        net = said(bodies.rules[party], offers_to_private(asking, party, result[party]))[0]
        result[party] = replace(result[party], accepts=net > 0.0, net=net)
    return result


def verdicts(world: World, view: View, beliefs: Beliefs) -> dict[str, Verdict]:
    """What private parties think of every option by their own reasoning, see `private.judge`."""
    private = world.spec.investor
    rate = dict.fromkeys(PRIVATE, private.required_return) | {
        "bondholder": private.lending_rate,
        "provider": private.lending_rate,
    }
    limit = dict.fromkeys(PRIVATE, private.loss_limit) | {"provider": 1.0}
    weights = belief_weights(beliefs.market, beliefs.market_precision**-0.5)[:, world.cells.intervention]
    return {
        party: judge(view.private[party], stake, weights, rate[party], limit[party])
        for party, stake in view.stake.items()
    }


def ranks(world: World, bodies: Bodies, value: Floats, contract: int) -> Floats:
    """Order in which options are taken, highest first, shape (n, n_cells).

    By value per krona; by value where there is no shortage of money; or, where the contract leaves the choice of target
    groups to the investor, by how safe its own return is ("low-hanging fruit").
    """
    design = world.contracts[contract]
    if not design.way.money_binds:
        return value
    if design.target == "investor":
        every = verdicts(world, bodies.views[contract], bodies.beliefs).values()
        return np.broadcast_to(np.min([each.safety for each in every], axis=0), value.shape)
    return value / world.whole_cost


def _without_a_fund(answer: Answers, taken: Whole, part: Whole, money: Whole, purses: Sequence[Purse]) -> Answers:
    """Say so where an option would be paid from a municipal fund, and the municipality has none or an empty one."""
    fund = ("money", "municipal_fund")
    if fund not in purses:
        return answer
    at = purses.index(fund)
    nothing = (part[:, at] > 0) & (money[:, at] <= 0)[:, None] & (taken == 0)
    return np.where(nothing & np.isin(answer, (PAPER, MONEY, RANK)), FUNDLESS, answer).astype(np.int8)


def heard(decided: Sequence[Decision]) -> Answers:
    """What became of every option, by (municipality, cell): yes where children were taken, or what stood in the way.

    That is what the design in force answered; where it does not pay for an option, what own room answered.
    """
    answer = decided[IN_FORCE].answer
    if len(decided) > 1:
        answer = np.where(np.isin(answer, (CLOSED, ORDINARY)), decided[OWN_ROOM].answer, answer)
    answer = np.where(np.sum([each.taken for each in decided], axis=0) > 0, YES, answer)
    return np.where(decided[IN_FORCE].seen == 0, UNSEEN, answer).astype(np.int8)


def tally(answered: Whole, decided: Sequence[Decision]) -> Whole:
    """Add this year to the children seen by (cell, answer), each once."""
    answer, seen = heard(decided), decided[IN_FORCE].seen
    more = [np.where(answer == number, seen, 0).sum(axis=0) for number in range(len(ANSWERS))]
    return np.asarray(answered + np.stack(more, axis=1))


# ---------------------------------------------------------------------- what is put before a researcher's own rule


def offers_to(asking: Asking, who: str, mine: Whole, net: Floats) -> Offers:
    """Options of these cells, put before all bodies of a kind; `net` is what they would say themselves."""
    bodies, world, cells = asking.bodies, asking.world, asking.world.cells
    mandate, belief = bodies.mandates[who], believed(world, bodies.beliefs)[:, mine]
    saved = cells.saved[:, mine]
    total = at_belief(saved.sum(axis=3)[:, None], belief[..., None])
    own = np.zeros_like(total)
    for payers in np.unique(mandate.payers, axis=0):
        rows = (mandate.payers == payers).all(axis=1)
        own[rows] = at_belief(saved[..., payers].sum(axis=3)[:, None], belief[rows][..., None])
    return Offers(
        **_words(asking, kind_of(who), mine),
        municipality=world.geography.codes,
        belief=belief,
        room=asking.room.get(kind_of(who), np.zeros(world.n)).astype(np.float64),  # none before the first year
        neighbours=asking.season.neighbours.copy(),
        saving_own=own,
        saving_others=total - own,
        payments=at_belief(asking.view.flows[who][:, None, mine], belief[..., None]),
        cost=asking.view.price[who][:, mine],
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
