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
from ..children.ladder import LAST_AGE, N_LEVELS
from ..children.lifecourse import Found, Homes, When
from ..inputs.compiled import kernel

Whole = NDArray[np.int64]
States = NDArray[np.uint8]
Rows = NDArray[np.int32]

MATCHED, WAITING_LIST, BEFORE_AFTER = "matched-comparison", "randomised-waiting-list", "before-after"
TREND, NORM, FLAGGED, NONE = "trend-adjusted", "historical-norm", "as-flagged", "none"
EVALUATORS = (MATCHED, WAITING_LIST, BEFORE_AFTER, TREND, NORM, FLAGGED, NONE)
_LAST_WITH_PEER, _BEFORE, _TREND, _NORM, _FLAGGED = 1, 2, 3, 4, 5  # places in EVALUATORS
JUDGED_FROM, JUDGED_TO = 2, 10  # years after the start in which a child who stays without need was helped in vain

SUMS = ("own", "other", "true_own", "true_other", "people", "compared")
"""What is summed up for each project and metric: the participants with a comparison and what they are compared with;
all participants and their shadows; how many participants there are, and how many have a comparison."""
OWN, OTHER, TRUE_OWN, TRUE_OTHER, PEOPLE, COMPARED = range(len(SUMS))


class Paired(NamedTuple):
    """Participants who are compared with another child, shape (n_participants,) each."""

    child: Whole
    municipality: NDArray[np.int16]
    cohort: Whole  # index of the birth cohort
    peer: Whole  # filled


class Waiting(NamedTuple):
    """Participants who are compared with a child that waits, rows by municipality, then age."""

    municipality: NDArray[np.int16]
    age: Whole
    perceived: States
    peer: Whole  # filled


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

    `needed` is set once the untreated life has shown need JUDGED_FROM to JUDGED_TO years after the start.
    """

    child: Whole
    cohort_start: Whole
    born: NDArray[np.int16]
    intervention: NDArray[np.int8]
    start_year: NDArray[np.int16]
    project: Rows
    peer: Whole
    state_before: States
    perceived: States
    needed: NDArray[np.bool_]


@kernel
def match(
    rows: tuple[int, int], counties: Whole, offsets: Whole, lives: tuple[States, Rows], people: Paired, pointer: Whole
) -> None:
    """Find a comparison child for participants in `rows` (first, last exclusive), or -1 where the county has none left.

    Parameters
    ----------
    counties
        ``(start, stop)`` of each municipality's county in the list of municipalities. Shape (n_municipalities, 2).
    lives
        Untreated state and participant row of each child.
    pointer
        How many of each (municipality, cohort, level) have been passed already, so that nobody is used twice in one
        year. Zeros, shape (n_municipalities, n_cohorts, N_LEVELS), changed in place.
    """
    first, last = rows
    state, participant = lives
    child, municipality, cohort, peer = people
    for row in range(first, last):
        level = state[child[row]] % N_LEVELS
        home = municipality[row]
        low, high = counties[home, 0], counties[home, 1]
        peer[row] = -1
        for step in range(high - low):
            m = low + (home - low + step) % (high - low)
            start, stop = offsets[m, cohort[row]], offsets[m, cohort[row] + 1]
            at = start + pointer[m, cohort[row], level]
            while at < stop and (participant[at] != -1 or state[at] % N_LEVELS != level):
                at += 1
            pointer[m, cohort[row], level] = at - start + (1 if at < stop else 0)
            if at < stop:
                peer[row] = at
                break


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
    rows: tuple[int, int], held: int, offsets: Whole, found: Found, participant: Rows, people: Waiting
) -> None:
    """Give participants in `rows` (first, last exclusive) a child who was seen like it and did not get a place, or -1.

    After `shuffle` the children stand in an order that says nothing about them: the first who are left are drawn by
    lot. They are held back: marked with `held`, they are not seen again until that mark says so (see `identify`).

    Parameters
    ----------
    held
        Mark to put on the children held back, below -1: minus the year from which they may be seen again.
    found
        As `identify` and `shuffle` left it.
    participant
        Row among the participants, -1 or a mark, by child; changed in place.
    people
        All participants, rows in the order of enrolment.
    """
    first, last = rows
    seen, who = found
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
                participant[child] = held
                peer[row] = child
                break


@kernel
def measure(
    rows: tuple[int, int], year: int, terms: Terms, worth: Worth, lives: Lived, people: Followed, sums: Whole
) -> None:
    """Add this year of participants in `rows` (first, last exclusive) and of their comparisons to the sums.

    `sums` are SUMS by (project, metric of the contract), shape (n_projects, most metrics of a contract, 6).
    """
    first, last = rows
    state, treated, participant, first_year = lives
    child, cohort_start, born, intervention, start_year, project, peer, state_before, perceived, needed = people
    contract, begins, evaluation, years, group, groups = terms
    value, trend, norm = worth
    longest = 0
    for each in years:
        longest = max(longest, each)
    for i in range(first, last):
        age, years_in = year - np.int64(born[i]), year - np.int64(start_year[i])
        if age > LAST_AGE:
            continue
        untreated = state[child[i]]
        if JUDGED_FROM <= years_in < JUDGED_TO and untreated % N_LEVELS > 0:
            needed[i] = True
        if years_in >= longest:  # nobody follows any longer
            continue
        k, number = np.int64(intervention[i]), np.int64(project[i])
        before = np.int64(start_year[i]) - 1 - born[i]
        for g in range(begins[contract[number]], begins[contract[number] + 1]):
            if years_in >= years[g] or (groups[g] > 1 and (child[i] - cohort_start[i]) % groups[g] != group[g]):
                continue
            j = g - begins[contract[number]]
            own = value[g, k, age, treated[i]]
            sums[number, j, TRUE_OWN] += own
            sums[number, j, TRUE_OTHER] += value[g, k, age, untreated]
            how = evaluation[g]
            other = np.int64(0)
            if how <= _LAST_WITH_PEER:
                if peer[i] >= 0:
                    row = participant[peer[i]]
                    other = value[g, k, age, treated[row] if row >= 0 else state[peer[i]]]
            elif how in (_BEFORE, _TREND):
                other = value[g, k, before, state_before[i]]
                if how == _TREND:
                    then = start_year[i] - first_year
                    other += trend[g, k, then + years_in + 1, age] - trend[g, k, then, before]
            elif how == _NORM:
                other = norm[g, k, before, state_before[i] % N_LEVELS, years_in]
            elif how == _FLAGGED:
                other = value[g, k, age, state_before[i] - state_before[i] % N_LEVELS + perceived[i]]
            if how > _LAST_WITH_PEER or peer[i] >= 0:
                sums[number, j, OWN] += own
                sums[number, j, OTHER] += other
                sums[number, j, COMPARED] += 1 if years_in == 0 else 0
            sums[number, j, PEOPLE] += 1 if years_in == 0 else 0
