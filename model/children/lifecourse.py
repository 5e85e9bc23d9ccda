"""One year of every child's life: the compiled kernels, and what they read. Lives with help: `with_help`.

Every child lives its *untreated* life in `state`, whatever any body decides. A child who has been in a programme lives
a second, *treated* life beside it with the same luck: that one is what really happens, and the first is its shadow. So
the true effect of any programme is a difference of two lives inside one run, and a child who was never helped has one
life.

Kernels move and count; money is counts times cost tables, worked out elsewhere. Children lie sorted by municipality and
birth year, so a cohort is one slice and shares age and key. No kernel draws from anything but `draws`, and each writes
only what belongs to the municipalities it is given: threads change nothing but the time.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..inputs.compiled import kernel
from .draws import BIRTH, ELIGIBILITY, MOVE, draw, stream_key
from .ladder import ADULT_AGE, EXAM_AGE, LAST_AGE, MARK_NOT_ELIGIBLE, N_LEVELS, N_STATES

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]
States = NDArray[np.uint8]
Thresholds = NDArray[np.uint32]
Years = NDArray[np.int16]
Counts = NDArray[np.int32]
Bools = NDArray[np.bool_]


class When(NamedTuple):
    """Which year is lived, and with whose luck."""

    year: int
    seed: int


class Homes(NamedTuple):
    """Where children stand in their arrays, by municipality and birth cohort."""

    births_from: int  # birth year of cohort 0; cohort ``year - births_from`` is born now
    codes: Whole  # (n_municipalities,)
    offsets: Whole  # (n_municipalities, n_cohorts + 1), where each cohort starts


class Untreated(NamedTuple):
    """Thresholds of lives without help, see `ladder.kernel_tables`."""

    birth: Thresholds  # (n_municipalities, N_STATES)
    move: Thresholds  # (N_AGES, N_STATES, N_LEVELS - 1)
    target: States  # (2, N_STATES, N_LEVELS)
    exam: Thresholds  # (N_STATES,)
    stay: Thresholds  # (N_AGES, 2, N_STATES): from which draw on a state stays, and for how many


class Helped(NamedTuple):
    """Participants, shape (n_participants,) each."""

    child: NDArray[np.int32]  # place in the children's arrays
    cohort_start: NDArray[np.int32]  # where its cohort starts there
    born: Years
    municipality: NDArray[np.int16]
    intervention: NDArray[np.int16]
    start_year: Years  # first programme year
    leaves: NDArray[np.bool_]  # before the programme has worked
    before: NDArray[np.int32]  # row of the child's programme before this one, -1 for none
    again: NDArray[np.bool_]  # there is one after it


class Apart(NamedTuple):
    """Children whose life with help is apart from that without, in the order in which they lie, shape (n,) each."""

    child: NDArray[np.int32]
    state: States  # as it really is


class Look(NamedTuple):
    """How need is seen."""

    edges: Thresholds  # (N_STATES, 2), cumulated: taken to be one level worse, seen at all
    ages: Whole  # (2,), youngest and oldest that any intervention takes; age is that reached last year


class Found(NamedTuple):
    """Who was seen: number by (municipality, age, perceived level), and who they are.

    `who`, shape (n_children,), by age: from where a municipality's children begin, ``child * N_LEVELS + perceived
    level`` of each, where ``child`` counts from the municipality's first.
    """

    number: Whole  # (n_municipalities, LAST_AGE + 1, N_LEVELS)
    who: NDArray[np.int32]


class Options(NamedTuple):
    """The options, shape (n_cells,) each, in the order in which a child whom several want is given to them."""

    intervention: Whole
    age: Whole
    level: Whole  # as perceived


class Rows(NamedTuple):
    """What is written of each new participant, shape (n_participants,) each, see `participants`."""

    child: NDArray[np.int32]
    municipality: NDArray[np.int16]
    born: Years
    cohort_start: NDArray[np.int32]
    start_year: Years
    intervention: NDArray[np.int16]
    perceived: States
    project: NDArray[np.int32]
    before: NDArray[np.int32]  # row of its programme before this one, -1 for none
    again: NDArray[np.bool_]  # written of that one
    state_before: States
    treated: States
    apart: Bools


@kernel
def largest_cohort(first: int, last: int, offsets: Whole) -> int:
    """Return the number of children in the largest cohort of municipalities `first` to `last` (exclusive)."""
    largest = 0
    for m in range(first, last):
        for cohort in range(offsets.shape[1] - 1):
            largest = max(largest, offsets[m, cohort + 1] - offsets[m, cohort])
    return largest


@kernel
def live_untreated(
    first: int, last: int, when: When, homes: Homes, state: States, tables: Untreated, counts: Counts
) -> None:
    """Move every untreated life of municipalities `first` to `last` (exclusive) one year and count them.

    Parameters
    ----------
    state
        One byte a child, changed in place. Shape (n_children,).
    counts
        Children by (municipality, age, level), shape (n, LAST_AGE + 1, N_LEVELS): as this function left them the year
        before, and changed to this year's. Years are lived in order, from the first birth on.
    """
    year, seed = when
    births_from, codes, offsets = homes
    birth_threshold, move_threshold, target, exam_threshold, stay = tables
    size = largest_cohort(first, last, offsets)
    luck, moving = np.empty(size, np.uint32), np.empty(size + 1, np.uint32)
    for m in range(first, last):
        for cohort in range(max(0, year - births_from - LAST_AGE), year - births_from + 1):
            start, stop = offsets[m, cohort], offsets[m, cohort + 1]
            born = births_from + cohort
            age = year - born
            mine, n = state[start:stop], np.uint32(stop - start)
            here = counts[m, age]
            if age == 0:
                here[:] = 0
                key = stream_key(seed, BIRTH, codes[m], born, 0)
                for i in range(n):
                    u = draw(key, i)
                    s = 0
                    while u >= birth_threshold[m, s] and s < N_STATES - 1:
                        s += 1
                    mine[i] = np.uint8(s)
                    here[s % N_LEVELS] += 1
                continue
            key = stream_key(seed, MOVE, codes[m], born, age)
            for i in range(n):  # a loop of its own: the compiler makes it many at a time
                luck[i] = draw(key, i)
            low, width = stay[age, 0], stay[age, 1]
            movers = np.uint32(0)
            for i in range(n):  # without a branch: every child is written down, those who stay are written over
                moving[movers] = i
                s = mine[i]
                movers += np.uint32(np.uint32(luck[i] - low[s]) >= width[s])
            for s in range(N_LEVELS):
                here[s] = counts[m, age - 1, s]  # older cohorts come first, so these are still last year's
            edge = move_threshold[age]
            goal = target[0 if age < ADULT_AGE else 1]
            for j in range(movers):
                i = moving[j]
                u, s = luck[i], mine[i]
                ending = (
                    np.int64(u >= edge[s, 0])
                    + np.int64(u >= edge[s, 1])
                    + np.int64(u >= edge[s, 2])
                    + np.int64(u >= edge[s, 3])
                )
                here[s % N_LEVELS] -= 1
                here[ending] += 1
                mine[i] = goal[s, ending]
            if age == EXAM_AGE:
                key = stream_key(seed, ELIGIBILITY, codes[m], born, age)
                for i in range(n):
                    if draw(key, i) < exam_threshold[mine[i]]:
                        mine[i] += MARK_NOT_ELIGIBLE


@kernel
def effect_left(effect: float, duration: float, half_life: float, years_in: int) -> float:
    """Return the factor that an effect still has `years_in` years after the start (0 = first year of the programme).

    Full while the programme lasts. Afterwards the distance from 1 is halved within `half_life` and halved again every
    two half-lives: with one year that is a half after one year and a quarter after three (E4, Bailey et al.; Hart et
    al.).
    """
    after = years_in - duration + 1
    if after <= 0:
        return effect
    halvings = after / half_life
    if halvings > 1.0:
        halvings = 1.0 + (halvings - 1.0) / 2.0
    return float(1.0 + (effect - 1.0) * 0.5**halvings)


@kernel
def fading(effects: Floats) -> Floats:
    """Tabulate what is left of each effect, by (intervention, years since the start, worse or better moves).

    Shape (n_interventions, LAST_AGE + 1, 2). `effects` as `forecast.effects_in_practice` has them.
    """
    table = np.empty((effects.shape[0], LAST_AGE + 1, 2))
    for k in range(effects.shape[0]):
        for years_in in range(LAST_AGE + 1):
            for way in range(2):
                table[k, years_in, way] = effect_left(effects[k, way], effects[k, 3], effects[k, 4], years_in)
    return table


@kernel
def combined(programmes: Whole, factors: Floats, overlap: float) -> tuple[float, float, float]:
    """Return the factors on worse moves, better moves and at forks of a life with several programmes.

    Of each effect the one farthest from 1 acts in full, and of every other the share ``1 - overlap`` of its distance
    from 1; what acts is multiplied. Of the same programme taken twice only the stronger acts.

    Parameters
    ----------
    programmes
        Which programme each is, shape (n,).
    factors
        What each would come to by itself, shape (n, 3).
    overlap
        0 where programmes act by different ways, so that all act in full; 1 where they do the same.
    """
    return (
        _combined(programmes, factors, 0, overlap),
        _combined(programmes, factors, 1, overlap),
        _combined(programmes, factors, 2, overlap),
    )


@kernel
def of_two(one: float, other: float, same: bool, overlap: float) -> float:
    """The factor of two programmes on one kind of move, see `combined`; `same` where it is one programme twice."""
    more = abs(other - 1.0) > abs(one - 1.0)
    strong, weak = other if more else one, one if more else other
    return strong * (1.0 if same else 1.0 + (1.0 - overlap) * (weak - 1.0))


@kernel
def _combined(programmes: Whole, factors: Floats, way: int, overlap: float) -> float:
    """The factor on one kind of move, see `combined`."""
    n, strongest = programmes.size, 0
    if n == 2:
        return of_two(factors[0, way], factors[1, way], programmes[0] == programmes[1], overlap)
    for a in range(1, n):
        if abs(factors[a, way] - 1.0) > abs(factors[strongest, way] - 1.0):
            strongest = a
    result = factors[strongest, way]
    for a in range(n):
        weaker = a == strongest
        for b in range(n):  # the same programme, as strong or stronger, counts for both
            if b != a and programmes[b] == programmes[a]:
                more = abs(factors[b, way] - 1.0) - abs(factors[a, way] - 1.0)
                weaker = weaker or more > 0.0 or (more == 0.0 and (b < a or b == strongest))
        if not weaker:
            result *= 1.0 + (1.0 - overlap) * (factors[a, way] - 1.0)
    return float(result)
