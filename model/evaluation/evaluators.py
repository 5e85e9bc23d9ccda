"""What an evaluator can see: children in a project beside a comparison, over the years of follow-up.

Each way of evaluating has its own idea of what would have happened without the project (`EVALUATORS`). Selection is
real: committees pick whom they see, and frailty is not on record, so those who take part and those who do not can
differ, and some ways mislead. Small projects give noisy answers because they are small; nothing is added.

*matched-comparison*: another child of the same age and recorded level, in the same municipality or else the same
county, who was in no programme when the project began. *randomised-waiting-list*: a child seen in the same place, at
the same age and level, whom the lot did not pick and who is then held back until the follow-up is over.
*before-after*: the participants themselves, as if last year had gone on. *trend-adjusted*: the same, moved as the
national mean of their age moved. *historical-norm*: what similar children used to come to before there were any
programmes, taken exactly from the ladder. *as-flagged*: the participants, as if each had stayed at the level at which
it was seen, right or wrong (K5). *none*: nothing; the outcome itself is what counts.

The true effect - the shadow life less the treated life - is kept beside what was measured and is never used for
payment.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..children.draws import LOT, ONE, draw, stream_key
from ..children.ladder import LAST_AGE, N_LEVELS, N_STATES
from ..children.lifecourse import Found, Homes, When
from ..inputs.compiled import kernel

Whole = NDArray[np.int64]
States = NDArray[np.uint8]
Rows = NDArray[np.int32]

MATCHED, WAITING_LIST, BEFORE_AFTER = "matched-comparison", "randomised-waiting-list", "before-after"
TREND, NORM, FLAGGED, NONE = "trend-adjusted", "historical-norm", "as-flagged", "none"
EVALUATORS = (MATCHED, WAITING_LIST, BEFORE_AFTER, TREND, NORM, FLAGGED, NONE)
_LAST_WITH_PEER, _BEFORE, _TREND, _NORM, _FLAGGED = 1, 2, 3, 4, 5  # places in EVALUATORS
_BLOCK = 1024  # participants that are looked up together
JUDGED_FROM, JUDGED_TO = 2, 10  # years after the start in which a child who stays without need was helped in vain

SUMS = ("own", "other", "true_own", "true_other", "people", "compared")
"""What is summed up for each project and metric: the participants with a comparison and what they are compared with;
all participants and their shadows; how many participants there are, and how many have a comparison."""
OWN, OTHER, TRUE_OWN, TRUE_OTHER, PEOPLE, COMPARED = range(len(SUMS))


class Paired(NamedTuple):
    """Participants who are compared with another child, shape (n_participants,) each."""

    child: Rows
    municipality: NDArray[np.int16]
    cohort: Whole  # index of the birth cohort
    peer: Rows  # filled
    before: States  # state before the programme


class Waiting(NamedTuple):
    """Participants who are compared with a child that waits, rows by municipality, then age."""

    municipality: NDArray[np.int16]
    age: Whole
    perceived: States
    peer: Rows  # filled


class Terms(NamedTuple):
    """What is measured of whom, and how.

    The contract of each project; where each contract's metrics begin in the list of all metrics; and of each metric its
    place in EVALUATORS, its years of follow-up counted from the start, and which of how many equal groups of
    participants it looks at. A child's group goes by its number in its cohort: it is the same in any part of the
    country.
    """

    contract: Whole  # (n_projects,)
    begins: Whole  # (n_contracts + 1,)
    evaluation: Whole  # (n_metrics,), like those below
    years: Whole
    group: Whole
    groups: Whole


class Worth(NamedTuple):
    """What a year in a state is worth, whole units, and what it is compared with."""

    value: Whole  # by (metric, intervention, age, state)
    trend: (
        Whole  # national mean by (metric, intervention, year, age); year 0 is the one before the first, age at its end
    )
    norm: Whole  # by (metric, intervention, age, level before, years since the start)


class Lived(NamedTuple):
    """Lives of a run: untreated states and participant rows of all children, treated states, and the first year."""

    state: States
    treated: States
    participant: Rows
    first_year: int


class Followed(NamedTuple):
    """Participants whose projects are followed, shape (n_participants,) each.

    `needed` is set once the life without this programme has shown need JUDGED_FROM to JUDGED_TO years after the start.
    """

    child: Rows
    cohort_start: Rows
    born: NDArray[np.int16]
    intervention: NDArray[np.int16]
    start_year: NDArray[np.int16]
    project: Rows
    peer: Rows
    state_before: States
    perceived: States
    needed: NDArray[np.bool_]
    earlier: Rows  # row of the child's programme before this one, -1 for none


@kernel
def match(
    places: tuple[int, int],
    rows: tuple[int, int],
    counties: Whole,
    offsets: Whole,
    lives: tuple[States, States],
    people: Paired,
    pointer: Whole,
) -> None:
    """Find a comparison child for participants in `rows` (first, last exclusive), or -1 where the county has none left.

    Parameters
    ----------
    places
        Municipalities, first and last exclusive, whose participants are looked at: whole counties.
    counties
        ``(start, stop)`` of each municipality's county in the list of municipalities. Shape (n_municipalities, 2).
    lives
        Untreated state of each child, and from when on it can take part, see `finding.identify`: 0, always, where it
        was in no programme and never held back.
    pointer
        How many of each (municipality, cohort, level) have been passed already, so that nobody is used twice in one
        year. Zeros, shape (n_municipalities, n_cohorts, N_LEVELS), changed in place.
    """
    first, last = rows
    state, free_from = lives
    _, municipality, cohort, peer, before = people
    alike = np.empty((N_LEVELS, N_STATES), np.bool_)  # states of each level: sooner looked up than worked out
    for level in range(N_LEVELS):
        for s in range(N_STATES):
            alike[level, s] = s % N_LEVELS == level
    for row in range(first, last):
        level, born = before[row] % N_LEVELS, cohort[row]
        home = municipality[row]
        if home < places[0] or home >= places[1]:
            continue
        low, high = counties[home, 0], counties[home, 1]
        peer[row] = -1
        m = np.int64(home)
        for _ in range(high - low):
            start, stop = offsets[m, born], offsets[m, born + 1]
            at = start + pointer[m, born, level]
            mine, free, like, i = state[at:stop], free_from[at:stop], alike[level], np.uint32(0)
            while i < np.uint32(stop - at) and not like[mine[i]] & (free[i] == 0):
                i += np.uint32(1)
            at += np.int64(i)
            pointer[m, born, level] = at - start + (1 if at < stop else 0)
            if at < stop:
                peer[row] = at
                break
            m = m + 1 if m + 1 < high else low


@kernel
def shuffle(when: When, homes: Homes, found: Found) -> None:
    """Turn each list of children seen, of one place and age, round by a drawn number of places; changes `found`.

    In the order in which they stand, those first in line have had every earlier chance: those who are left of them are
    others than those left further down. After a turn everybody is as likely to get a place as to wait. The draw belongs
    to (seed, municipality, birth year, age). `found` as `identify` left it.
    """
    year, seed = when
    _, codes, offsets = homes
    seen, who = found
    for m in range(offsets.shape[0]):
        start = offsets[m, 0]
        for age in range(seen.shape[1]):
            n = seen[m, age].sum()
            if n > 1:
                key = stream_key(seed, LOT, codes[m], year - 1 - age, age)
                first = np.int64(draw(key, 0)) * n // ONE
                line = who[start : start + n].copy()
                who[start : start + n - first] = line[first:]
                who[start + n - first : start + n] = line[:first]
            start += n


@kernel
def draw_lots(
    rows: tuple[int, int],
    until: tuple[int, int],
    offsets: Whole,
    found: Found,
    children: tuple[Rows, States],
    people: Waiting,
) -> None:
    """Give participants in `rows` (first, last exclusive) a child who was seen like it and did not get a place, or -1.

    After `shuffle` the children stand in an order that says nothing about them: the first who are left are drawn by
    lot. They are held back: they are not seen again until a year comes (see `identify`), and marked so that nobody else
    is compared with them.

    Parameters
    ----------
    until
        Year from which those held back may be seen again, and the birth year of cohort 0.
    found
        As `identify` and `shuffle` left it.
    children
        Row among the participants, -1, or minus that year as a mark; and when a child can take part, see `identify`. By
        child, changed in place.
    people
        All participants, rows in the order of enrolment.
    """
    first, last = rows
    seen, who = found
    participant, free_from = children
    municipality, age, perceived, peer = people
    at = np.zeros(N_LEVELS, np.int64)
    m, a, start, stop = -1, -1, 0, 0
    for row in range(first, last):
        if municipality[row] != m or age[row] != a:
            m, a = municipality[row], age[row]
            start = offsets[m, 0]
            for younger in range(a):
                start += seen[m, younger].sum()
            stop = start + seen[m, a].sum()
            at[:] = start
        level = perceived[row]
        peer[row] = -1
        while at[level] < stop:
            child = offsets[m, 0] + who[at[level]] // N_LEVELS
            as_seen = who[at[level]] % N_LEVELS
            at[level] += 1
            if as_seen == level and participant[child] == -1:
                participant[child], free_from[child] = -until[0], until[0] - until[1]
                peer[row] = child
                break


@kernel
def judge(rows: tuple[int, int], year: int, lives: Lived, people: Followed) -> None:
    """Note of participants in `rows` (first, last exclusive) whose life without this programme shows need this year."""
    state, treated, _, _ = lives
    asked = np.empty(_BLOCK + 1, np.uint64)
    for start in range(rows[0], rows[1], _BLOCK):
        begin, n, count = np.uint64(start), np.uint64(min(rows[1] - start, _BLOCK)), np.uint64(0)
        for i in range(begin, begin + n):  # without a branch: who has needed it is written over
            years_in = year - people.start_year[i]
            asked[count] = i
            judged = (years_in >= JUDGED_FROM) & (years_in < JUDGED_TO) & (year - people.born[i] <= LAST_AGE)
            count += np.uint64(judged & (not people.needed[i]))
        for k in range(count):  # both are looked up: which is needed cannot be guessed
            i = asked[k]
            alone, before = state[np.uint32(people.child[i])], treated[np.uint32(max(people.earlier[i], 0))]
            people.needed[i] = (before if people.earlier[i] >= 0 else alone) % N_LEVELS > 0


@kernel
def measure(
    rows: tuple[int, int], year: int, terms: Terms, worth: Worth, lives: Lived, people: Followed, sums: Whole
) -> None:
    """Add this year of participants in `rows` (first, last exclusive) and of their comparisons to the sums.

    `sums` are SUMS by (project, metric of the contract), shape (n_projects, most metrics of a contract, 6).
    """
    state, treated, participant, first_year = lives
    child, cohort_start, born, intervention, start_year, project, peer, state_before, perceived, _, earlier = people
    contract, begins, evaluation, years, group, groups = terms
    value, trend, norm = worth
    # Where everybody stands, a block at a time: read by themselves, many can be on their way from memory at once.
    # Places are unsigned: others are asked each time whether they are counted from the end.
    alone, helped, theirs = np.empty(_BLOCK, np.uint8), np.empty(_BLOCK, np.uint8), np.empty(_BLOCK, np.uint8)
    for start in range(rows[0], rows[1], _BLOCK):
        begin, n = np.uint64(start), np.uint64(min(rows[1] - start, _BLOCK))
        for j in range(n):
            i = begin + j
            without, before = state[np.uint32(child[i])], treated[np.uint32(max(earlier[i], 0))]
            alone[j] = before if earlier[i] >= 0 else without
        for j in range(n):  # with all the help that it has had by now
            helped[j] = treated[np.uint32(participant[np.uint32(child[begin + j])])]
        for j in range(n):
            other = np.uint32(max(peer[begin + j], 0))
            row = participant[other]
            without, with_help = state[other], treated[np.uint32(max(row, 0))]
            theirs[j] = with_help if row >= 0 else without
        for j in range(n):
            i = begin + j
            age, years_in = np.uint32(year - born[i]), year - np.int64(start_year[i])
            if age > LAST_AGE:
                continue
            k, number, age_before = np.uint32(intervention[i]), np.uint32(project[i]), start_year[i] - 1 - born[i]
            first, last = begins[contract[number]], begins[contract[number] + 1]
            for g in range(np.uint32(first), np.uint32(last)):
                if years_in >= years[g] or (groups[g] > 1 and (child[i] - cohort_start[i]) % groups[g] != group[g]):
                    continue
                new, how, other_worth = years_in == 0, evaluation[g], np.int64(0)
                worth_of, total = value[g, k, age], sums[number, g - np.uint32(first)]
                total[TRUE_OWN] += worth_of[treated[i]]
                total[TRUE_OTHER] += worth_of[alone[j]]
                total[PEOPLE] += new
                if how <= _LAST_WITH_PEER:
                    if peer[i] < 0:
                        continue
                    other_worth = worth_of[theirs[j]]
                elif how in (_BEFORE, _TREND):
                    other_worth = value[g, k, age_before, state_before[i]]
                    if how == _TREND:
                        then = start_year[i] - first_year
                        other_worth += trend[g, k, then + years_in + 1, age] - trend[g, k, then, age_before]
                elif how == _NORM:
                    other_worth = norm[g, k, age_before, state_before[i] % N_LEVELS, years_in]
                elif how == _FLAGGED:
                    other_worth = worth_of[state_before[i] - state_before[i] % N_LEVELS + perceived[i]]
                total[OWN] += worth_of[helped[j]]
                total[OTHER] += other_worth
                total[COMPARED] += new
