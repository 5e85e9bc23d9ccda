"""Decisions: who is asked about an idea, what they say, and how many children are taken.

An idea is about a programme for children at one level. Owners want it or not, grantors grant, private parties sign, in
the order of the contract; whoever says no says why. What an idea is worth to a body is what it expects to gain, what it
learns by trying, less its reluctance and effort, and a taste that is drawn (random utility). Then each body takes what
it can pay for (`choice`). How an option looks to a body is in `asking`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..children.lifecourse import Options
from ..contracts import Design
from ..contracts.ways import IN_FORCE, OWN_ROOM
from ..inputs.compiled import kernel
from ..money.books import Books
from ..money.funds import Purse, purses_of
from ..projects.payments import paperwork, parts
from ..projects.services import open_to, unserved
from ..world import World
from .asking import Asking, Season, by_group, offers_to, perceived, state_net
from .bodies import Bodies, Decision
from .choice import (
    ANSWERS,
    CLOSED,
    FUNDLESS,
    GRANTED_NOT,
    IDEALESS,
    INVESTOR,
    MONEY,
    PAPER,
    PARTNER,
    RANK,
    SMALL,
    STATE,
    UNPAID,
    UNSEEN,
    YES,
    Asked,
    Left,
    Needs,
    choose,
)
from .ideas import ideas
from .rules import kind_of, said
from .signing import too_small, verdicts
from .views import reaches_region

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]
Bools = NDArray[np.bool_]
Answers = NDArray[np.int8]


class Said(NamedTuple):
    """What was said to every option under one contract, by (municipality, cell)."""

    value: Floats  # to whoever decides, SEK per child; not above 0 means no
    answer: Answers
    wanted: Floats  # what it is worth to its owner


def season_of(
    world: World, year: int, seen: Whole, served: Whole, known: tuple[Floats, Mapping[str, Floats]]
) -> Season:
    """What bodies know when they decide: children seen and served, ideas, and (neighbours, worth of what is left)."""
    cells, (neighbours, left) = world.cells, known
    others = unserved(world, seen, served)[:, cells.age, cells.level]
    free = np.maximum(np.minimum(open_to(world, seen[:, cells.age, cells.level]) - served, others), 0)
    return Season(year, seen, neighbours, served, free, ideas(world, world.groups.total(free), year), left)


def needs_of(world: World) -> tuple[Needs, ...]:
    """What options cost under each contract of the run: the same until numbers change."""
    purses = purses_of(world.contracts)
    each = range(len(world.contracts))
    return tuple(Needs(parts(world, number, purses), *paperwork(world, number, purses)) for number in each)


def decide(askings: Sequence[Asking], books: Books, needs: Sequence[Needs]) -> tuple[Decision, ...]:
    """Ask about every idea under every contract, and take children while money, staff and children last.

    First what owners rather pay themselves than apply for, then what the design pays, then own room for what is left.
    `askings` as `put_to_all` gives them, `needs` as `needs_of`.
    """
    bodies, world, season = askings[IN_FORCE].bodies, askings[IN_FORCE].world, askings[IN_FORCE].season
    cells, purses = world.cells, purses_of(world.contracts)
    there = season.seen[:, cells.age, cells.level]
    signed = [asking.signed if world.offers_beside(asking.contract) else {} for asking in askings]
    said = [answers(asking) for asking in askings]
    planned = askings[IN_FORCE].places
    seen = unserved(world, season.seen, season.served)
    left = Left(seen, np.stack([books.left(purse) for purse in purses], axis=1), planned.copy())
    taken = [np.zeros(there.shape, np.int64) for _ in askings]
    answer = [each.answer for each in said]
    options = Options(cells.intervention, cells.age, cells.level)
    for contract, mask in _rounds(said):
        value = np.where(mask, said[contract].value, 0.0)
        funds, found, new = left.purses.copy(), said[contract].answer.copy(), np.zeros(there.shape, np.int64)
        asked = Asked(value, np.ascontiguousarray(ranks(world, bodies, value, contract)))
        choose(options, asked, needs[contract], left, world.contracts[contract].way.money_binds, new, found)
        found = _without_a_fund(found, new, needs[contract].part, funds, purses)
        found[(found == UNSEEN) & (there > 0)] = RANK  # another has taken all of them
        taken[contract] = taken[contract] + new
        answer[contract] = np.where(taken[contract] > 0, YES, found).astype(np.int8)
    idle = (planned == 0) & (there > 0) & (not world.design.way.paperless)
    return tuple(
        Decision(
            value=each.value,
            answer=np.where(idle, IDEALESS, of).astype(np.int8),
            signed={who: verdict.accepts for who, verdict in party.items()},
            seen=there,
            applied=np.where(each.wanted > 0.0, planned, 0),
            taken=number,
        )
        for each, of, party, number in zip(said, answer, signed, taken, strict=True)
    )


def _rounds(said: Sequence[Said]) -> list[tuple[int, Bools]]:
    """Contracts in the order in which children are taken under them, with the options that are put to each then."""
    everything = np.ones(said[IN_FORCE].value.shape, np.bool_)
    if len(said) == 1:
        return [(IN_FORCE, everything)]
    rather = (said[OWN_ROOM].wanted > said[IN_FORCE].wanted) & (said[OWN_ROOM].wanted > 0.0)
    return [(OWN_ROOM, rather), (IN_FORCE, everything), (OWN_ROOM, everything)]


def answers(asking: Asking) -> Said:
    """What every option is worth to the body that decides, and what was answered.

    Whoever owns the project must want it, whoever grants must agree (A3, A4), and so must the state where the contract
    makes it sign, and every investor, lender and provider with money at stake; other public bodies that co-finance are
    bound by the contract.
    """
    world, design, cells = asking.world, asking.design, asking.world.cells
    value, wanted = np.zeros((2, world.n, cells.age.size))
    answer = np.full(value.shape, YES, np.int8)
    planned = asking.places
    for owner in world.menu.owners:
        mine = world.cells_of(owner)
        for number, who in enumerate(design.way.asked(owner)):
            net = wants(asking, who, mine, planned) if number == 0 else grants(asking, who, mine, planned)
            if number == 0:
                wanted[:, mine] = net
            value[:, mine], answer[:, mine] = _heard(value[:, mine], answer[:, mine], net, first=number == 0)
    if not design.way.alone:
        _hear_partners(asking, planned, value, answer)
    if world.offers_beside(asking.contract):
        closed = np.broadcast_to(_outside(world, design), value.shape)
        small, unsigned = too_small(world, design)[:, None], np.zeros(cells.age.size, np.bool_)
        for verdict in asking.signed.values():
            unsigned |= ~verdict.accepts
        against = state_says(asking, planned) <= 0.0 if design.signs else np.zeros(value.shape, np.bool_)
        open_ = answer == YES
        no = np.select(
            [closed, open_ & against, open_ & small, open_ & unsigned], [CLOSED, STATE, SMALL, INVESTOR], YES
        )
        answer = np.where(no != YES, no, answer).astype(np.int8)
        value = np.where(closed | against | small | unsigned, np.minimum(value, 0.0), value)
        wanted = np.where(closed, np.minimum(wanted, 0.0), wanted)
    return Said(value, answer, wanted)


def _hear_partners(asking: Asking, planned: Whole, value: Floats, answer: Answers) -> None:
    """Let a second owner say no to what the first wants; the order in which options are taken is not its own."""
    for partner in {team[1] for team in asking.world.menu.teams if team[1]}:
        mine = asking.world.cells_with(partner)
        refused = (answer[:, mine] == YES) & ~(wants(asking, partner, mine, planned, leads=False) > 0.0)
        answer[:, mine] = np.where(refused, PARTNER, answer[:, mine])
        value[:, mine] = np.where(refused, np.minimum(value[:, mine], 0.0), value[:, mine])


def wants(asking: Asking, who: str, mine: Whole, planned: Whole, *, leads: bool = True) -> Floats:
    """What projects of its own are worth to whoever owns them, SEK per child, (n, len(mine)); above 0 it wants them.

    `mine` are options, `planned` the children that ideas are about, by (municipality, option). Whoever leads a project
    makes the effort of applying, and is the one that is reluctant.
    """
    return _said(asking, who, mine, planned, owner=leads)


def grants(asking: Asking, who: str, mine: Whole, planned: Whole) -> Floats:
    """What others' projects are worth to whoever grants them money; as `wants`."""
    return _said(asking, who, mine, planned, owner=False)


def _said(asking: Asking, who: str, mine: Whole, planned: Whole, *, owner: bool) -> Floats:
    """What a body says by itself, or by the rule that a researcher has given it."""
    value = perceived(asking, who, mine, owner=owner).value
    if not asking.design.way.paperless:
        value = by_group(asking.world, value, mine, planned)
    rule = asking.bodies.rules.get(kind_of(who))
    return value if rule is None else said(rule, offers_to(asking, who, mine, value))


def _heard(value: Floats, answer: Answers, net: Floats, *, first: bool) -> tuple[Floats, Answers]:
    """What stands after one more was asked: the last one's value counts, if nobody before said no."""
    if first:
        return net, np.where(net > 0.0, YES, UNPAID).astype(np.int8)
    asked = answer == YES
    refused = np.where(asked & ~(net > 0.0), GRANTED_NOT, answer).astype(np.int8)
    return np.where(asked, net, value), refused


def _outside(world: World, design: Design) -> Bools:
    """Options that a contract does not cover, shape (n_cells,)."""
    kinds, cells = world.cells.intervention, world.cells
    names = world.menu.names[kinds].tolist()
    options = zip(names, cells.age.tolist(), cells.level.tolist(), strict=True)
    outside = np.array([not design.covers(*option) for option in options])
    return outside if reaches_region(design) else outside | world.menu.regional[kinds]


def state_says(asking: Asking, planned: Whole) -> Floats:
    """What each idea is worth to the state per child, SEK, (n, n_cells): it saves and pays; it signs above 0.

    It believes what all evaluations have told the market, and has no taste, no project to run and nothing to try.
    """
    return by_group(asking.world, state_net(asking), np.arange(asking.world.cells.age.size), planned)


def ranks(world: World, bodies: Bodies, value: Floats, contract: int) -> Floats:
    """Order in which options are taken, highest first, shape (n, n_cells).

    By value per krona; by value where there is no shortage of money; or, where the contract leaves the choice of target
    groups to the investor, by how safe its own return is ("low-hanging fruit").
    """
    design = world.contracts[contract]
    if not design.way.money_binds:
        return value
    if design.target == "investor":
        every = verdicts(world, design, bodies.views[contract], bodies.beliefs).values()
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
        answer = np.where(answer == CLOSED, decided[OWN_ROOM].answer, answer)
    answer = np.where(np.sum([each.taken for each in decided], axis=0) > 0, YES, answer)
    return np.where(decided[IN_FORCE].seen == 0, UNSEEN, answer).astype(np.int8)


def tally(answered: Whole, decided: Sequence[Decision]) -> Whole:
    """Add this year to the children seen by (cell, answer), each once."""
    answer, seen = heard(decided), decided[IN_FORCE].seen
    return np.asarray(answered + _by_answer(answer, seen))


@kernel
def _by_answer(answer: Answers, seen: Whole) -> Whole:
    """Sum children by (municipality, cell) over municipalities, by (cell, answer)."""
    result = np.zeros((seen.shape[1], len(ANSWERS)), np.int64)
    for m in range(seen.shape[0]):
        for cell in range(seen.shape[1]):
            result[cell, answer[m, cell]] += seen[m, cell]
    return result
