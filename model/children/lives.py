"""The children of a run, year by year: who is seen as in need, and how everybody lives on, with help and without.

Big arrays change in place, here and in `projects.enrolment`, nowhere else. Lives stand in `population` (without help)
and `participants` (with it).
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from ..inputs.life_course import InterventionParameters
from ..inputs.parameters import DetectionParameters
from ..inputs.places import Places
from ..inputs.protect import protect
from . import finding, lifecourse, with_help
from .cells import detection_edges
from .draws import threshold
from .forecast import effects_in_practice
from .ladder import N_AGES, N_LEVELS, Ladder, kernel_tables
from .lifecourse import Found, Look, Untreated, When
from .participants import Participants
from .population import Population, build_population
from .practice import AS_STUDIED, Practice
from .threads import of_municipalities, of_rows, side_by_side
from .with_help import Treated, treated_tables

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]
Counts = NDArray[np.int32]


@dataclass(frozen=True, eq=False)
class Rules:
    """What moves lives and finds need, the same in every year of a run, as the kernels of `lifecourse` read it."""

    seed: int
    threads: int  # for the pass over the children; changes nothing but the time
    untreated: Untreated
    treated: Treated
    look: Look

    def __post_init__(self) -> None:
        protect(self)


@dataclass
class Children:
    """Everybody aged 0-64, what became of them so far, and whom bodies have seen this year.

    `counts` are this year's lives by (everybody, shadows, treated; municipality, age, level); `history` those of every
    lived year, with those never treated in the first place. `seen` by (municipality, age, level); `found` says who they
    are, see `finding.identify`.
    """

    population: Population
    participants: Participants
    counts: Counts  # (3, n, N_AGES, N_LEVELS)
    seen: Whole  # (n, N_AGES, N_LEVELS)
    found: Counts  # (n_children,)
    seen_total: Whole  # (N_AGES, N_LEVELS), in all years so far
    history: list[Counts] = field(default_factory=list)

    @property
    def actual(self) -> Whole:
        """Children by (municipality, age, level) as they really are this year."""
        return np.asarray(self.counts[0] - self.counts[1] + self.counts[2], dtype=np.int64)


def rules_of_life(
    ladder: Ladder,
    births: Floats,
    interventions: tuple[InterventionParameters, ...],
    detection: DetectionParameters,
    *,
    seed: int,
    practice: Practice = AS_STUDIED,
    overlap: float = 0.0,
    programmes: int = 1,
    threads: int = 1,
) -> Rules:
    """Lay out what the kernels read.

    `births` by (municipality, state), see `need.states_at_birth`; `practice` says what is left of effects, and
    `overlap` how those of several programmes combine, of which a life has at most as many `programmes`.
    """
    ages = [(item.age_from, item.age_to) for item in interventions]
    return Rules(
        seed=seed,
        threads=threads,
        untreated=Untreated(*kernel_tables(ladder, births)),
        treated=treated_tables(ladder, effects_in_practice(interventions, practice), overlap, programmes),
        look=Look(
            threshold(detection_edges(detection.sensitivity, detection.false_alarm, detection.take_up)),
            np.array([min(a for a, _ in ages), max(b for _, b in ages)]),
        ),
    )


def grow_up(places: Places, rules: Rules, start_year: int, years: int) -> Children:
    """Lay out all children, and let those who are 0-19 at the start live from birth: they are who they would be."""
    population = build_population(places, start_year, years)
    n, n_children = population.codes.size, population.n_children
    children = Children(
        population=population,
        participants=Participants.none_yet(n_children),
        counts=np.zeros((3, n, N_AGES, N_LEVELS), np.int32),
        seen=np.zeros((n, N_AGES, N_LEVELS), np.int64),
        found=np.empty(n_children, np.int32),
        seen_total=np.zeros((N_AGES, N_LEVELS), np.int64),
    )
    read = (population.offsets, population.codes, *rules.untreated)
    key = (rules.seed, population.births_from, start_year, *(each.tobytes() for each in read))
    found = _grown.get(key)  # asked once: another thread may put another world in its place
    if found is None:
        for year in range(population.births_from, start_year):
            _live_untreated(children, rules, year)
        _grown.clear()
        _grown[key] = population.state.copy(), children.counts.copy()
    else:
        population.state[:], children.counts[:] = found
    return children


_grown: dict[Hashable, tuple[NDArray[np.uint8], Counts]] = {}  # the last, for other designs in the same world


def identify(children: Children, rules: Rules, year: int) -> Whole:
    """Let committees and regions see children: not all who are in need, and some who are not. Returns `seen`."""
    people, apart = children.population, children.participants.lives_apart
    side_by_side(
        of_municipalities(people, rules.threads),
        lambda first, last: finding.identify(
            first,
            last,
            When(year, rules.seed),
            people.homes,
            (people.state, people.free_from),
            apart,
            rules.look,
            Found(children.seen, children.found),
        ),
    )
    children.seen_total += children.seen.sum(axis=0)
    return children.seen


def live(children: Children, rules: Rules, year: int) -> None:
    """Move every child one year, with help and without, and count them."""
    people, helped = children.population, children.participants
    _live_untreated(children, rules, year)

    def live_treated(first: int, last: int) -> Counts:
        """Move lives of participants in these rows; returns what `with_help.live_treated` counts."""
        counts = np.zeros_like(children.counts[1:])
        with_help.live_treated(
            (first, last),
            When(year, rules.seed),
            people.codes,
            helped.rows,
            (people.state, helped.treated, helped.apart),
            rules.treated,
            (counts[0], counts[1]),
        )
        return counts

    shadows, treated = children.counts[1:]
    _grow_older(treated, helped, year)
    moved, more = np.sum(side_by_side(of_rows(0, helped.n, rules.threads), live_treated), axis=0)
    treated += moved
    np.add(treated, more, out=shadows)
    record = children.counts.copy()
    record[0] -= record[1]
    children.history.append(record)


def _grow_older(treated: Counts, helped: Participants, year: int) -> None:
    """Count the treated by the age that they reach in `year`, at last year's levels, and with them who begins now."""
    n_ages = treated.shape[1]
    treated[:, 1:] = treated[:, :-1].copy()
    treated[:, 0] = 0
    new = np.arange(helped.since(year), helped.n)
    new = new[helped.before[new] < 0]  # others are counted already
    at = (helped.municipality[new].astype(np.int64) * n_ages + year - helped.born[new]) * N_LEVELS
    begun = np.bincount(at + helped.state_before[new] % N_LEVELS, minlength=treated.size)
    treated += begun.reshape(treated.shape).astype(np.int32)


def _live_untreated(children: Children, rules: Rules, year: int) -> None:
    people = children.population
    side_by_side(
        of_municipalities(people, rules.threads),
        lambda first, last: lifecourse.live_untreated(
            first,
            last,
            When(year, rules.seed),
            people.homes,
            people.state,
            rules.untreated,
            children.counts[0],
        ),
    )
