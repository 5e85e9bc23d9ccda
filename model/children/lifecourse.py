"""One year of every child's life: the compiled kernels.

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
from .draws import BIRTH, ELIGIBILITY, MOVE, ONE, draw, stream_key
from .ladder import ADULT_AGE, EXAM_AGE, LAST_AGE, N_LEVELS, N_STATES, NOT_ELIGIBLE, Chances, treated_move

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]
States = NDArray[np.uint8]
Thresholds = NDArray[np.uint32]
Years = NDArray[np.int16]
Counts = NDArray[np.int32]

_TO_WHOLE = 2.0**52  # whose neighbours among floats are whole numbers
_MARK_NOT_ELIGIBLE = np.uint8(NOT_ELIGIBLE * N_LEVELS)  # added to a state when the exam is failed


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


class Treated(NamedTuple):
    """Probabilities of lives with help."""

    effect: Floats  # (2 * n_interventions, 5): of who stays, then of who leaves, see `forecast.effects_in_practice`
    left: Floats  # (2 * n_interventions, LAST_AGE + 1, 2), see `fading`
    move: Floats  # (N_AGES, N_STATES, N_LEVELS)
    target: States
    exam: Floats  # (N_STATES,)
    overlap: float  # see `combined`


class Helped(NamedTuple):
    """Participants, shape (n_participants,) each."""

    child: Whole  # place in the children's arrays
    cohort_start: Whole  # where its cohort starts there
    born: Years
    municipality: NDArray[np.int16]
    intervention: NDArray[np.int16]
    start_year: Years  # first programme year
    leaves: NDArray[np.bool_]  # before the programme has worked
    before: NDArray[np.int32]  # row of the child's programme before this one, -1 for none
    again: NDArray[np.bool_]  # there is one after it


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

    child: Whole
    municipality: NDArray[np.int16]
    born: Years
    cohort_start: Whole
    start_year: Years
    intervention: NDArray[np.int16]
    perceived: States
    project: NDArray[np.int32]
    before: NDArray[np.int32]  # row of its programme before this one, -1 for none
    again: NDArray[np.bool_]  # written of that one
    state_before: States
    treated: States
    free_from: Years


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
                        mine[i] += _MARK_NOT_ELIGIBLE


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

    Shape (n_interventions, LAST_AGE + 1, 2). `effects` is as in `live_treated`.
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


@kernel
def nearest(value: float) -> float:
    """Nearest whole number of a value from 0 to 2^51, the even one of two as near: as ``np.rint``, without a call."""
    return (value + _TO_WHOLE) - _TO_WHOLE


@kernel
def _ending(luck: float, chances: Chances) -> int:
    """Which level a draw leads to, from the probability of each."""
    upto_0 = chances[0]
    upto_1 = upto_0 + chances[1]
    upto_2 = upto_1 + chances[2]
    upto_3 = upto_2 + chances[3]
    return (
        int(luck >= nearest(min(upto_0, 1.0) * ONE))
        + int(luck >= nearest(min(upto_1, 1.0) * ONE))
        + int(luck >= nearest(min(upto_2, 1.0) * ONE))
        + int(luck >= nearest(min(upto_3, 1.0) * ONE))
    )


@kernel
def live_treated(
    rows: tuple[int, int],
    when: When,
    codes: Whole,
    helped: Helped,
    lives: tuple[States, States],
    tables: Treated,
    counts: tuple[Counts, Counts],
) -> None:
    """Move every treated life of participants in `rows` (first, last exclusive) one year, after `live_untreated`.

    Parameters
    ----------
    codes
        Of municipalities, shape (n_municipalities,).
    lives
        The children's untreated states, shape (n_children,), and the participants' treated states (n_participants,),
        the latter changed in place. Of a child with several programmes each row lives with those up to its own.
    counts
        Shadows and treated, each child once, by (municipality, age, level), added to. Shape (n, LAST_AGE + 1, N_LEVELS)
        each.
    """
    first, last = rows
    year, seed = when
    state, treated = lives
    child, cohort_start, born, municipality, intervention, start_year, leaves, before, again = helped
    effect, left, move, target, exam, overlap = tables
    half = effect.shape[0] // 2  # the effects on those who leave are the second half
    shadow_counts, treated_counts = counts
    cohort, key = -1, np.uint64(0)  # neighbours in the list are often of one cohort and share its key
    for i in range(first, last):
        age = year - born[i]
        if age > LAST_AGE:
            continue
        k = intervention[i] + (half if leaves[i] else 0)
        if cohort_start[i] != cohort:
            cohort, key = cohort_start[i], stream_key(seed, MOVE, codes[municipality[i]], born[i], age)
        number = child[i] - cohort_start[i]
        s = np.int64(treated[i])
        years_in = year - start_year[i]
        worse, better, forks = left[k, years_in, 0], left[k, years_in, 1], effect[k, 2]
        earlier = np.int64(before[i])
        if earlier >= 0 and before[earlier] < 0:  # two programmes, as nearly always
            same, since = intervention[earlier] == intervention[i], year - start_year[earlier]
            of = intervention[earlier] + (half if leaves[earlier] else 0)
            worse = of_two(worse, left[of, since, 0], same, overlap)
            better = of_two(better, left[of, since, 1], same, overlap)
            forks = of_two(forks, effect[of, 2], same, overlap)
        elif earlier >= 0:
            n, row_of = 0, np.int64(i)
            while row_of >= 0:
                n, row_of = n + 1, np.int64(before[row_of])
            programmes, factors, row_of = np.empty(n, np.int64), np.empty((n, 3)), np.int64(i)
            for a in range(n):
                programmes[a], since = intervention[row_of], year - start_year[row_of]
                of = programmes[a] + (half if leaves[row_of] else 0)
                factors[a, 0], factors[a, 1], factors[a, 2] = left[of, since, 0], left[of, since, 1], effect[of, 2]
                row_of = np.int64(before[row_of])
            worse, better, forks = combined(programmes, factors, overlap)
        u = float(draw(key, number))
        ending = _ending(u, treated_move(move, age, s, (worse, better, forks)))
        after = target[0 if age < ADULT_AGE else 1, s, ending]
        if age == EXAM_AGE:
            fails = nearest(exam[after] * forks * ONE)
            if draw(stream_key(seed, ELIGIBILITY, codes[municipality[i]], born[i], age), number) < fails:
                after += _MARK_NOT_ELIGIBLE
        treated[i] = after
    for i in range(first, last):  # a loop of its own: a sum in memory holds up whatever is read after it
        age = year - born[i]
        if age <= LAST_AGE:
            m, counted = municipality[i], not again[i]
            shadow_counts[m, age, state[child[i]] % N_LEVELS] += counted
            treated_counts[m, age, treated[i] % N_LEVELS] += counted
