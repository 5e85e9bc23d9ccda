"""Decisions: who is asked about an idea, what they say, and how many children are taken.

An idea is about a programme for children at one level. Owners want it or not, grantors grant, private parties sign, in
the order of the contract; whoever says no says why. What an idea is worth to a body is what it expects to gain, what it
learns by trying, less its reluctance and effort, and a taste that is drawn (random utility). Then each body takes what
it can pay for (`choice`). How an option looks to a body is in `asking`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..children.lifecourse import Options
from ..contracts.ways import IN_FORCE, OWN_ROOM
from ..inputs.compiled import kernel
from ..money.books import Books
from ..money.funds import Purse, purses_of
from ..projects.payments import paperwork, parts
from ..projects.services import open_to, unserved
from ..world import World
from .asking import Asking, Put, Season, by_idea, in_part, of_ideas, offers_to, perceived, state_net
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
from .rules import Rule, kind_of, said
from .signing import too_small, verdicts
from .views import GRANTS, LEADS, SHARES

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]
Bools = NDArray[np.bool_]
Answers = NDArray[np.int8]


class Said(NamedTuple):
    """What was said to options that were put before bodies under one contract, shape (k,) each."""

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
    `askings` as `put_to_all` gives them, `needs` as `needs_of`. Of options of which nobody had an idea there is no
    value.
    """
    asking = askings[IN_FORCE]
    bodies, world, season, put = asking.bodies, asking.world, asking.season, asking.put
    cells, purses = world.cells, purses_of(world.contracts)
    everywhere = season.seen[:, cells.age, cells.level]
    there = everywhere[put.place, put.cell]
    signed = [each.signed if world.offers_beside(each.contract) else {} for each in askings]
    said = [answers_to(each, put) for each in askings]
    seen = unserved(world, season.seen, season.served)
    left = Left(seen, np.stack([books.left(purse) for purse in purses], axis=1), put.planned.copy())
    taken = [np.zeros(there.size, np.int64) for _ in askings]
    answer = [each.answer for each in said]
    options = Options(cells.intervention, cells.age, cells.level)
    for contract, mask in _rounds(said):
        funds, found, new = left.purses.copy(), said[contract].answer.copy(), np.zeros(there.size, np.int64)
        some = np.flatnonzero(mask & (said[contract].value > 0.0))
        value, cell, had = said[contract].value[some], put.cell[some], left.places[some]
        asked = Asked(put.place[some], cell, value, ranks(world, bodies, value, contract, cell))
        got, why, still = new[some], found[some], left._replace(places=had)
        choose(options, asked, needs[contract], still, world.contracts[contract].way.money_binds, got, why)
        new[some], found[some], left.places[some] = got, why, still.places
        found = _without_a_fund(found, new, put, needs[contract].part, funds, purses)
        found[(found == UNSEEN) & (there > 0)] = RANK  # another has taken all of them
        taken[contract] = taken[contract] + new
        answer[contract] = np.where(taken[contract] > 0, YES, found).astype(np.int8)
    idle = (put.planned == 0) & (there > 0) & (not world.design.way.paperless)
    nobody = np.where(everywhere > 0, IDEALESS, UNSEEN).astype(np.int8)
    at = put.place * cells.age.size + put.cell

    def laid_out(values: NDArray[Any], elsewhere: NDArray[Any] | None = None) -> NDArray[Any]:
        """By (municipality, option); nothing elsewhere, if not given."""
        result = np.zeros(everywhere.shape, values.dtype) if elsewhere is None else elsewhere.copy()
        result.reshape(-1)[at] = values
        return result

    return tuple(
        Decision(
            value=laid_out(each.value),
            answer=laid_out(np.where(idle, IDEALESS, of).astype(np.int8), nobody),
            signed={who: verdict.accepts for who, verdict in party.items()},
            seen=everywhere,
            applied=laid_out(np.where(each.wanted > 0.0, put.planned, 0)),
            taken=laid_out(number),
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


def answers_to(asking: Asking, put: Put) -> Said:
    """What options are worth to the body that decides, and what was answered, shape (k,) each.

    Whoever owns the project must want it, whoever grants must agree (A3, A4), and so must the state where the contract
    makes it sign, and every investor, lender and provider with money at stake; other public bodies that co-finance are
    bound by the contract.
    """
    world, design = asking.world, asking.design
    wanted = net_of(asking, LEADS, put, np.ones(put.cell.size, np.bool_))
    value, answer = wanted, np.where(wanted > 0.0, YES, UNPAID).astype(np.int8)
    for number, no in ((GRANTS, GRANTED_NOT), (SHARES, PARTNER)):
        mine, net = (asking.view.parts[number].of[put.cell] >= 0) & (answer == YES), value.copy()
        net[mine] = net_of(asking, number, put, mine)
        refused = mine & ~(net > 0.0)
        answer = np.where(refused, no, answer).astype(np.int8)
        # Whoever grants decides by its own value; the order in which options are taken is not a partner's.
        value = net if number == GRANTS else np.where(refused, np.minimum(value, 0.0), value)
    if world.offers_beside(asking.contract):
        closed, small = asking.view.closed[put.cell], too_small(world, design)[put.place]
        unsigned = np.zeros(world.cells.age.size, np.bool_)
        for verdict in asking.signed.values():
            unsigned |= ~verdict.accepts
        unsigned = unsigned[put.cell]
        against = state_says(asking, put) <= 0.0 if design.signs else np.zeros(value.size, np.bool_)
        open_ = answer == YES
        for no, whose in ((INVESTOR, unsigned), (SMALL, small), (STATE, against)):
            answer[open_ & whose] = no  # the last one counts
        answer[closed] = CLOSED
        value = np.where(closed | against | small | unsigned, np.minimum(value, 0.0), value)
        wanted = np.where(closed, np.minimum(wanted, 0.0), wanted)
    return Said(value, answer, wanted)


def net_of(asking: Asking, number: int, put: Put, which: Bools) -> Floats:
    """What some of the options are worth to whoever is asked about them in one of `View.parts`, SEK per child.

    Above 0 it says yes, by itself or by the rule that a researcher has given it. `which` of those put, (k,): all of an
    idea or none. Whoever leads a project makes the effort of applying, and is the one that is reluctant.
    """
    part, mine, rules = asking.view.parts[number], put.of(which), asking.bodies.rules
    value = np.zeros(0)
    if mine.cell.size:
        terms = in_part(asking, number, mine)
        asking.weighed[number] = which, terms
        value = terms.value if asking.design.way.paperless else by_idea(terms.value, mine)
    for who in part.names:
        if kind_of(who) in rules:
            theirs = part.of[mine.cell] == part.names.index(who)
            value = np.where(theirs, _ruled(asking, rules[kind_of(who)], number, who, mine), value)
    return value


def _ruled(asking: Asking, rule: Rule, number: int, who: str, put: Put) -> Floats:
    """What a researcher's rule says of options, (k,): it is asked about all of one owner's at once; 0 of others'."""
    world, part = asking.world, asking.view.parts[number]
    result = np.zeros((world.n, world.cells.age.size))
    for owner in world.menu.owners:
        mine = np.intersect1d(part.cells_of(who), world.cells_of(owner))
        if mine.size:
            value = of_ideas(asking, perceived(asking, who, mine, owner=part.leads), mine)
            result[:, mine] = said(rule, offers_to(asking, who, mine, value))
    return np.asarray(result[put.place, put.cell])


def state_says(asking: Asking, put: Put) -> Floats:
    """What each idea is worth to the state per child, SEK, (k,): it saves and pays; it signs above 0.

    It believes what all evaluations have told the market, and has no taste, no project to run and nothing to try.
    """
    return by_idea(state_net(asking, put), put)


def ranks(world: World, bodies: Bodies, value: Floats, contract: int, cell: Whole | slice = slice(None)) -> Floats:
    """Order in which options are taken, highest first, shape of `value`: (..., k), of these options or all.

    By value per krona; by value where there is no shortage of money; or, where the contract leaves the choice of target
    groups to the investor, by how safe its own return is ("low-hanging fruit").
    """
    design = world.contracts[contract]
    if not design.way.money_binds:
        return value
    if design.target == "investor":
        every = verdicts(world, design, bodies.views[contract], bodies.beliefs).values()
        return np.broadcast_to(np.min([each.safety for each in every], axis=0)[cell], value.shape)
    return value / world.whole_cost[cell]


def _without_a_fund(
    answer: Answers, taken: Whole, put: Put, part: Whole, money: Whole, purses: Sequence[Purse]
) -> Answers:
    """Say so where an option would be paid from a municipal fund, and the municipality has none or an empty one."""
    fund = ("money", "municipal_fund")
    if fund not in purses:
        return answer
    at = purses.index(fund)
    nothing = (part[put.cell, at] > 0) & (money[put.place, at] <= 0) & (taken == 0)
    return np.where(nothing & _FOR_MONEY[answer], FUNDLESS, answer).astype(np.int8)


_FOR_MONEY = np.isin(np.arange(len(ANSWERS)), (PAPER, MONEY, RANK))  # by answer: the fund may be what was missing


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
    result = answered.copy()
    _by_answer(answer, seen, result)
    return result


@kernel
def _by_answer(answer: Answers, seen: Whole, result: Whole) -> None:
    """Add children by (municipality, cell), all municipalities together, to `result` by (cell, answer)."""
    for m in range(seen.shape[0]):
        for cell in range(seen.shape[1]):
            result[cell, answer[m, cell]] += seen[m, cell]
