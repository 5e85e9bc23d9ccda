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
from .draws import BIRTH, DETECT, ELIGIBILITY, MOVE, ONE, draw, stream_key
from .ladder import ADULT_AGE, EXAM_AGE, LAST_AGE, N_LEVELS, N_RECORDS, N_STATES, NOT_ELIGIBLE, treated_move

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]
States = NDArray[np.uint8]
Thresholds = NDArray[np.uint32]
Years = NDArray[np.int16]
Counts = NDArray[np.int32]

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

    effect: Floats  # (n_interventions, 5): escalation, recovery, forks, duration, half-life
    left: Floats  # (n_interventions, LAST_AGE + 1, 2), see `fading`
    move: Floats  # (N_AGES, N_STATES, N_LEVELS)
    target: States
    exam: Floats  # (N_STATES,)


class Helped(NamedTuple):
    """Participants, shape (n_participants,) each."""

    child: Whole  # place in the children's arrays
    cohort_start: Whole  # where its cohort starts there
    born: Years
    municipality: NDArray[np.int16]
    intervention: NDArray[np.int8]
    start_year: Years  # first programme year


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
    """What is written of each new participant, shape (n_participants,) each."""

    child: Whole
    municipality: NDArray[np.int16]
    born: Years
    cohort_start: Whole
    intervention: NDArray[np.int8]
    perceived: States
    project: NDArray[np.int32]


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
            here[:] = counts[m, age - 1]  # older cohorts come first, so these are still last year's
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
        the latter changed in place.
    counts
        Shadows and treated by (municipality, age, level), added to. Shape (n, LAST_AGE + 1, N_LEVELS) each.
    """
    first, last = rows
    year, seed = when
    state, treated = lives
    child, cohort_start, born, municipality, intervention, start_year = helped
    effect, left, move, target, exam = tables
    shadow_counts, treated_counts = counts
    row = np.empty(N_LEVELS)
    cohort, key = -1, np.uint64(0)  # neighbours in the list are often of one cohort and share its key
    for i in range(first, last):
        age = year - born[i]
        if age > LAST_AGE:
            continue
        m, k = municipality[i], intervention[i]
        if cohort_start[i] != cohort:
            cohort, key = cohort_start[i], stream_key(seed, MOVE, codes[m], born[i], age)
        number = child[i] - cohort_start[i]
        s = np.int64(treated[i])
        level = s % N_LEVELS
        record = s // N_LEVELS % N_RECORDS
        years_in = year - start_year[i]
        worse, better, forks = left[k, years_in, 0], left[k, years_in, 1], effect[k, 2]
        u = draw(key, number)
        if worse == 1.0 and better == 1.0 and forks == 1.0:
            row[:] = move[age, s]
        else:
            treated_move(move[age, s], level, record, age, worse, better, forks, row)
        passed = 0.0
        ending = 0
        while ending < N_LEVELS - 1:
            passed += row[ending]
            if u < np.uint32(np.rint(min(passed, 1.0) * ONE)):
                break
            ending += 1
        after = target[0 if age < ADULT_AGE else 1, s, ending]
        if age == EXAM_AGE:
            fails = np.uint32(np.rint(exam[after] * forks * ONE))
            if draw(stream_key(seed, ELIGIBILITY, codes[m], born[i], age), number) < fails:
                after += _MARK_NOT_ELIGIBLE
        treated[i] = after
        shadow_counts[m, age, state[child[i]] % N_LEVELS] += 1
        treated_counts[m, age, after % N_LEVELS] += 1


@kernel
def identify(
    first: int,
    last: int,
    when: When,
    homes: Homes,
    people: tuple[States, NDArray[np.int32]],
    look: Look,
    found: Found,
) -> None:
    """Find the children whom bodies see as in need when `year` begins.

    `people` is the untreated state of each child, and its row among the participants. Participants are left out, and
    those whom an evaluation holds back until a later year: their row is minus that year. `found` is overwritten.
    """
    year, seed = when
    births_from, codes, offsets = homes
    state, participant = people
    edges, ages = look
    seen, who = found
    worse, at_all = edges[:, 0].copy(), edges[:, 1].copy()
    size = largest_cohort(first, last, offsets)
    luck, shown = np.empty(size, np.uint32), np.empty(size + 1, np.uint32)
    for m in range(first, last):
        seen[m] = 0
        home = offsets[m, 0]
        at = home
        for age in range(ages[0], ages[1] + 1):
            cohort = year - 1 - age - births_from
            if cohort < 0:
                continue
            start, stop = offsets[m, cohort], offsets[m, cohort + 1]
            key = stream_key(seed, DETECT, codes[m], births_from + cohort, age)
            mine, rows, n = state[start:stop], participant[start:stop], np.uint32(stop - start)
            for i in range(n):
                luck[i] = draw(key, i)
            hits = np.uint32(0)
            for i in range(n):  # without a branch, as in `live_untreated`
                shown[hits] = i
                hits += np.uint32((luck[i] < at_all[mine[i]]) & (rows[i] < 0))
            here = seen[m, age]
            for j in range(hits):
                i = shown[j]
                if -rows[i] <= year:
                    s = mine[i]
                    level = s % N_LEVELS + (1 if luck[i] < worse[s] else 0)
                    here[level] += 1
                    who[at] = (start - home + np.int64(i)) * N_LEVELS + level
                    at += 1


@kernel
def enrol(
    year: int,
    homes: Homes,
    participant: NDArray[np.int32],
    found: Found,
    options: Options,
    wanted: tuple[Whole, Whole],
    out: tuple[int, Rows],
) -> int:
    """Enrol children into programmes, municipality by municipality, in the order in which they stand.

    Parameters
    ----------
    participant
        Row of each child among the participants; changed in place.
    found
        As `identify` left it.
    wanted
        Number to take by (municipality, cell), at most as many as were `identify`-ed, changed in place: what is left
        could not be found; and the number of the project of each (municipality, intervention), -1 where nobody is to be
        taken.
    out
        Rows from the first one given on are filled.

    Returns
    -------
    int
        The next free row.
    """
    births_from, _, offsets = homes
    seen, who = found
    left_of, project = wanted
    row, columns = out
    child, municipality, born, cohort_start, intervention, perceived, number = columns
    kind, age_of, level_of = options
    by_age = np.zeros(seen.shape[1] + 1, np.int64)  # the options of each age, in their order
    for c in range(kind.size):
        by_age[age_of[c] + 1] += 1
    by_age = np.cumsum(by_age)
    order = np.argsort(age_of, kind="mergesort")
    for m in range(left_of.shape[0]):
        if project[m].max() < 0:
            continue
        at = home = offsets[m, 0]
        for age in range(seen.shape[1]):
            stop = at + seen[m, age].sum()
            mine = order[by_age[age] : by_age[age + 1]]
            left = 0
            for c in mine:
                left += left_of[m, c]
            while at < stop and left > 0:
                i, level = home + who[at] // N_LEVELS, who[at] % N_LEVELS
                at += 1
                if participant[i] >= 0:
                    continue
                for c in mine:
                    if level_of[c] == level and left_of[m, c] > 0:
                        left_of[m, c] -= 1
                        left -= 1
                        cohort = year - 1 - age - births_from
                        participant[i] = row
                        child[row] = i
                        municipality[row] = m
                        born[row] = births_from + cohort
                        cohort_start[row] = offsets[m, cohort]
                        intervention[row] = kind[c]
                        perceived[row] = level
                        number[row] = project[m, kind[c]]
                        row += 1
                        break
            at = stop
    return row
