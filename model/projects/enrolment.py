"""Enrolment: children enter programmes, each is found a comparison, and projects are opened and followed.

Changes the children (who takes part) and the projects; decides nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..children import finding
from ..children.ladder import N_LEVELS
from ..children.lifecourse import Found, Options, When
from ..children.lives import Children
from ..children.practice import who_leaves
from ..children.threads import of_municipalities, of_projects, of_rows, side_by_side
from ..contracts.ways import IN_FORCE
from ..evaluation.evaluators import (
    JUDGED_FROM,
    JUDGED_TO,
    Followed,
    Lived,
    Paired,
    Terms,
    Waiting,
    Worth,
    draw_lots,
    judge,
    match,
    measure,
    shuffle,
)
from ..evaluation.expected import Expected
from ..evaluation.metrics import empty_sums
from ..inputs.shares import sums_by
from ..money.ledger import LedgerError
from ..world import World
from .projects import Projects
from .promising import Promising, promising
from .recruiting import Places, yearly_cost

Whole = NDArray[np.int64]
Floats = NDArray[np.float64]
Which = NDArray[np.int64]
Bools = NDArray[np.bool_]


class Intake(NamedTuple):
    """Whom one contract takes on this year: children by (municipality, cell), and what each metric should come to.

    `planned` are those who were granted a place, `taken` those who come. `expected` is on an honest evaluation,
    `reported` as its evaluator will report it. What is not `judged` is neither applied for nor evaluated: a standing
    service, or what a planner does.
    """

    contract: int
    planned: Whole
    taken: Whole
    judged: bool
    expected: tuple[Expected, ...]
    reported: tuple[Expected, ...]


class _Opened(NamedTuple):
    """New projects of one contract, one row each."""

    contract: int
    municipality: Which
    kind: Which
    children: Whole
    planned: Whole
    judged: bool


def enrol(
    children: Children, projects: Projects, world: World, intakes: Sequence[Intake], year: int, threads: int = 1
) -> list[Which]:
    """Enrol children, find each a comparison, and start their projects; returns the new projects of each contract.

    As many children must have been seen as are taken, each by one contract. `threads` change nothing but the time.

    Raises
    ------
    LedgerError
        If fewer children are found than were taken.
    """
    helped, people, by_lot = children.participants, children.population, world.yardsticks.by_lot
    first, started, kinds = helped.n, projects.n, len(world.menu.items)
    rows, opened = [first], []
    if by_lot:
        shuffle(When(year, world.seed), people.homes, Found(children.seen, children.found))
    for intake in intakes:
        by_kind, planned = (sums_by(each, world.cells.intervention, kinds) for each in (intake.taken, intake.planned))
        municipality, kind = np.nonzero(by_kind)
        number = np.full(by_kind.shape, -1, np.int64)
        number[municipality, kind] = started + np.arange(municipality.size)
        started += municipality.size
        _write_rows(children, world, (first, intake.taken), number, year, threads)
        rows.append(helped.n)
        where = municipality, kind
        opened.append(_Opened(intake.contract, *where, by_kind[where], planned[where], intake.judged))
    if by_lot:
        _draw_lots(children, first, rows[1], year, world.contracts[IN_FORCE].follow_up)
    _compare_with_others(children, world.geography.county_range, rows[1] if by_lot else first, threads)
    new = []
    for each, intake, begin, end in zip(opened, intakes, rows[:-1], rows[1:], strict=True):
        expected = list(zip(intake.expected, intake.reported, strict=True))
        numbers = projects.n, projects.n + each.municipality.size
        new.append(_start(projects, world, each, promising(helped, world, expected, (begin, end), numbers, year), year))
    return new


def follow(projects: Projects, children: Children, world: World, national: Whole, year: int, threads: int = 1) -> Which:
    """Add this year to every project's measurement; returns those whose follow-up ends now.

    `national` as `yardsticks.remember` fills it; `threads` changes nothing but the time.
    """
    helped, people, yardsticks = children.participants, children.population, world.yardsticks
    lives = Lived(people.state, helped.treated, people.participant, world.start_year)
    followed = Followed(
        child=helped.child,
        cohort_start=helped.cohort_start,
        born=helped.born,
        intervention=helped.intervention,
        start_year=helped.start_year,
        project=helped.project,
        peer=helped.peer,
        state_before=helped.state_before,
        perceived=helped.perceived,
        needed=helped.needed,
        earlier=helped.before,
    )
    terms, worth = Terms(projects.contract, *yardsticks.terms), Worth(yardsticks.values, national, yardsticks.norms)
    judged, measured = helped.since(year - JUDGED_TO + 1), helped.since(year - yardsticks.longest + 1)
    upto = helped.since(year - JUDGED_FROM + 1)
    side_by_side(of_rows(judged, upto, threads), lambda first, last: judge((first, last), year, lives, followed))
    side_by_side(
        of_projects(helped, measured, helped.n, threads),
        lambda first, last: measure((first, last), year, terms, worth, lives, followed, projects.sums),
    )
    return np.flatnonzero(projects.start_year == year - projects.follow_up + 1)


def _write_rows(
    children: Children, world: World, intake: tuple[int, Whole], number: Which, year: int, threads: int
) -> None:
    """Write the rows of new participants.

    `intake` is the first row of this year, and whom to take; `number` their project by (municipality, intervention).
    """
    this_year, taken = intake
    people, helped, cells = children.population, children.participants, world.cells
    first, more = helped.n, int(taken.sum())
    helped.reserve(first + more)
    wanted, begins = taken.copy(), first + np.concatenate([[0], np.cumsum(taken.sum(axis=1))])
    cuts = of_municipalities(people, threads)
    ends = side_by_side(
        cuts,
        lambda one, other: finding.enrol(
            one,
            other,
            year,
            people.homes,
            (people.state, people.participant, people.free_from),
            Found(children.seen, children.found),
            Options(cells.intervention, cells.age, cells.level),
            (world.menu.duration, world.spec.project.programmes),
            (wanted, number),
            (this_year, int(begins[one]), helped.new),
        ),
    )
    if ends != begins[cuts[1:]].tolist():
        raise LedgerError(f"{year}: {more} children were granted a place, but {more - int(wanted.sum())} were found.")
    helped.n = first + more
    who_leaves(
        (first, helped.n),
        (year, world.seed, people.codes),
        (helped.child, helped.cohort_start, helped.born, helped.municipality),
        world.spec.project.drop_out,
        helped.leaves,
    )


def _compare_with_others(children: Children, county_range: Whole, first: int, threads: int) -> None:
    """Find a comparison child for participants from row `first` on, now that all of this year are known."""
    people, helped = children.population, children.participants
    cohort = np.empty(helped.n, np.int64)  # of those before nobody asks
    cohort[first:] = helped.born[first : helped.n]
    cohort[first:] -= people.births_from
    paired = Paired(
        child=helped.child,
        municipality=helped.municipality,
        cohort=cohort,
        peer=helped.peer,
        before=helped.state_before,
    )
    passed = np.zeros((people.codes.size, people.offsets.shape[1] - 1, N_LEVELS), np.int64)
    counties = [*county_range[:, 0].tolist(), people.codes.size]
    cuts = [counties[cut] for cut in of_municipalities(people, threads)]  # comparisons are sought in the whole county
    side_by_side(
        cuts,
        lambda one, other: match(
            (one, other),
            (first, helped.n),
            county_range,
            people.offsets,
            (people.state, people.free_from),
            paired,
            passed,
        ),
    )


def _draw_lots(children: Children, first: int, last: int, year: int, years: int) -> None:
    """Hold back, for the years of the follow-up, a child for each participant in these rows."""
    people, helped = children.population, children.participants
    age = year - 1 - helped.born[: helped.n].astype(np.int64)
    draw_lots(
        (first, last),
        (year + years, people.births_from),
        people.offsets,
        Found(children.seen, children.found),
        (people.participant, people.free_from),
        Waiting(helped.municipality, age, helped.perceived, helped.peer),
    )


def _start(projects: Projects, world: World, new: _Opened, promise: Promising, year: int) -> Which:
    """Open a row for each new project; returns them."""
    n, most, before = new.municipality.size, world.yardsticks.most, projects.n
    expected, places = np.zeros((n, most, 6)), Places(new.planned, new.children, promise.left)
    expected[:, : promise.sums.shape[1]] = promise.sums
    projects.add(
        municipality=new.municipality,
        intervention=new.kind,
        contract=np.full(n, new.contract),
        follow_up=np.full(n, world.yardsticks.follow_up),
        start_year=np.full(n, year),
        children=new.children,
        left=promise.left,
        matched=promise.matched,
        yearly_cost=yearly_cost(world.menu.yearly[new.kind], places, world.spec.project),
        duration=world.menu.duration[new.kind],
        judged=np.full(n, new.judged),
        lasting=promise.lasting,
        sums=empty_sums(n, most),
        expected_sums=expected,
    )
    return np.arange(before, projects.n)
