"""Lives with help, moved by the luck of their shadows (see `lifecourse`): the compiled kernel and what it reads.

What a draw leads to with help is seldom another level than with any other help: nine lives of ten are told by tables of
what is *sure*, which hold for all programmes. The probabilities of a life's own programmes are worked out for those
alone whose draw lies so near an edge that they matter.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..inputs.compiled import as_read, in_kernels, kernel
from .draws import ELIGIBILITY, MOVE, ONE, cohort_key, draw, place_key, stream_key
from .ladder import (
    ADULT_AGE,
    EXAM_AGE,
    INSECURE,
    LAST_AGE,
    N_AGES,
    N_LEVELS,
    N_RECORDS,
    N_STATES,
    NOT_ELIGIBLE,
    PLACED,
    SENTENCED,
    WORST,
    Chances,
    Ladder,
    treated_move,
)
from .lifecourse import Bools, Counts, Floats, Helped, States, Thresholds, When, Whole, combined, fading, of_two

SOON = 3  # years since the start after which little is left of most effects, so that more is sure
_LEVELS = np.uint32(N_LEVELS)
_BLOCK = 1024  # lives that are looked at together
_EDGES = N_LEVELS - 1
_MARGIN = 3  # draws: more than rounding comes to
_TO_WHOLE = 2.0**52  # whose neighbours among floats are whole numbers
_MARK_NOT_ELIGIBLE = np.uint8(NOT_ELIGIBLE * N_LEVELS)  # added to a state when the exam is failed


class Sure(NamedTuple):
    """Draws that lead to the same with any help, by (later, age, state): in the first `SOON` years, and later on.

    Ages have one more row, in which everybody stays: after the last. At EXAM_AGE nobody surely stays.
    """

    stay: Thresholds  # (2 * (N_AGES + 1) * N_STATES, 2): from which draw on a state stays, and for how many
    edge: Thresholds  # (2 * (N_AGES + 1) * N_STATES, 2 * _EDGES): of each level but the last, the draw from which on it
    # is perhaps passed, then of each that from which on it surely is


class Treated(NamedTuple):
    """Probabilities of lives with help, see `treated_tables`."""

    effect: Floats  # (2 * n_interventions, 5): of who stays, then of who leaves, see `forecast.effects_in_practice`
    left: Floats  # (2 * n_interventions, LAST_AGE + 1, 2), see `fading`
    move: Floats  # (N_AGES, N_STATES, N_LEVELS)
    target: States
    exam: Floats  # (N_STATES,)
    overlap: float  # see `combined`
    sure: Sure


class Had(NamedTuple):
    """What programmes participants have had, as in `Helped`."""

    intervention: NDArray[np.int16]
    start_year: NDArray[np.int16]
    leaves: Bools
    before: NDArray[np.int32]


def treated_tables(ladder: Ladder, effects: Floats, overlap: float, programmes: int) -> Treated:
    """Lay out what `live_treated` reads; a life has at most as many `programmes`."""
    effect, left = as_read(effects), as_read(fading(as_read(effects)))
    tables = ladder.move, ladder.target, ladder.not_eligible
    n = 2 * (N_AGES + 1) * N_STATES
    sure = Sure(np.zeros((n, 2), np.uint32), np.zeros((n, 2 * _EDGES), np.uint32))
    _find_sure(as_read(_bounds(effect, left, programmes)), *tables[:2], sure)
    return Treated(effect, left, *tables, overlap, Sure(*map(as_read, sure)))


def _bounds(effect: Floats, left: Floats, programmes: int) -> Floats:
    """The least and the largest factor that can act on a life, by (soon or later, which of the two, kind of move).

    What several programmes come to together lies between the product of all that lower a chance and of all that raise
    it, see `combined`.
    """
    result = np.empty((2, 2, 3))
    for later, since in enumerate((0, SOON)):
        for way, factors in enumerate((left[:, since:, 0], left[:, since:, 1], effect[:, 2])):
            result[later, :, way] = min(factors.min(), 1.0) ** programmes, max(factors.max(), 1.0) ** programmes
    return result


@kernel
def _find_sure(bounds: Floats, move: Floats, target: States, sure: Sure) -> None:
    """Fill `sure` from the `bounds` of factors: an edge lies between where the least and the largest would put it."""
    stay, edge = sure
    stay[:, 1] = ONE
    fewest, most = np.empty(N_LEVELS), np.empty(N_LEVELS)
    for later in range(2):
        for age in range(N_AGES):
            for s in range(N_STATES):
                row, level, at = move[age, s], s % N_LEVELS, (later * (N_AGES + 1) + age) * N_STATES + s
                first = s // N_LEVELS % N_RECORDS & (PLACED if age < ADULT_AGE else SENTENCED) == 0
                moved = 0.0
                for goal in range(N_LEVELS):
                    way = 1 if goal < level else 0
                    fewest[goal], most[goal] = row[goal] * bounds[later, 0, way], row[goal] * bounds[later, 1, way]
                    if goal == WORST and first:
                        fewest[goal], most[goal] = fewest[goal] * bounds[later, 0, 2], most[goal] * bounds[later, 1, 2]
                    moved += most[goal] * (goal != level)
                for j in range(_EDGES):
                    least, greatest = 0.0, 0.0
                    for goal in range(N_LEVELS):
                        if (goal <= j) == (j < level):  # from that side on which nobody stays
                            least, greatest = least + fewest[goal] / max(moved, 1.0), greatest + most[goal]
                    if age == ADULT_AGE:  # only the lasting part acts
                        least = greatest = 0.0
                        for goal in range(j + 1):
                            least, greatest = least + row[goal], greatest + row[goal]
                        if j >= INSECURE:
                            least += row[WORST] * (1.0 - bounds[later, 1, 2])
                            greatest += row[WORST] * (1.0 - bounds[later, 0, 2])
                    elif j >= level:
                        least, greatest = 1.0 - greatest, 1.0 - least
                    least, greatest = min(max(least, 0.0), 1.0), min(max(greatest, 0.0), 1.0)
                    edge[at, j] = max(int(least * ONE) - _MARGIN, 0)
                    edge[at, _EDGES + j] = min(int(greatest * ONE) + _MARGIN, ONE)
                low = np.int64(edge[at, _EDGES + level - 1]) if level > 0 else 0
                high = np.int64(edge[at, level]) if level < WORST else ONE
                stays = age != EXAM_AGE and target[0 if age < ADULT_AGE else 1, s, level] == s
                stay[at, 0], stay[at, 1] = low, max(high - low, 0) if stays else 0


@kernel
def nearest(value: float) -> float:
    """Nearest whole number of a value from 0 to 2^51, the even one of two as near: as ``np.rint``, without a call."""
    return (value + _TO_WHOLE) - _TO_WHOLE


@in_kernels
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


@in_kernels
def _passed(luck: int, edge: Thresholds, at: int, first: int | np.uint32) -> int:
    """How many levels a draw passes, by the four edges in row `at` from the `first` on."""
    return (
        int(luck >= edge[at, first])
        + int(luck >= edge[at, first + 1])
        + int(luck >= edge[at, first + 2])
        + int(luck >= edge[at, first + 3])
    )


@in_kernels
def _of_several(row: int, year: int, had: Had, effects: tuple[Floats, Floats, float]) -> tuple[float, float, float]:
    """What acts this year on a life with three programmes or more: `effect`, `left` and `overlap` of `Treated`."""
    effect, left, overlap = effects
    n, at = 0, np.int64(row)
    while at >= 0:
        n, at = n + 1, np.int64(had.before[at])
    programmes, factors, at = np.empty(n, np.int64), np.empty((n, 3)), np.int64(row)
    for a in range(n):
        programmes[a], since = had.intervention[at], year - had.start_year[at]
        of = programmes[a] + (effect.shape[0] // 2 if had.leaves[at] else 0)
        factors[a, 0], factors[a, 1], factors[a, 2] = left[of, since, 0], left[of, since, 1], effect[of, 2]
        at = np.int64(had.before[at])
    return combined(programmes, factors, overlap)


@kernel
def live_treated(
    rows: tuple[int, int],
    when: When,
    codes: Whole,
    helped: Helped,
    lives: tuple[States, States, Bools],
    tables: Treated,
    counts: tuple[Counts, Counts],
) -> None:
    """Move every treated life of participants in `rows` (first, last exclusive) one year, after `live_untreated`.

    Parameters
    ----------
    codes
        Of municipalities, shape (n_municipalities,).
    lives
        The children's untreated states, shape (n_children,); and of the participants the treated state and whether it
        is apart from the untreated one, (n_participants,) each, changed in place. Of a child with several programmes
        each row lives with those up to its own.
    counts
        Added to: by how much moves change the number of treated lives, and how many shadows there are more than treated
        lives. Each child once, by (municipality, age reached, level), shape (n, LAST_AGE + 1, N_LEVELS) each.
    """
    first, last = rows
    year, seed = when
    state, treated, apart = lives
    moved, shadows_more = counts
    child, cohort_start, born, municipality, intervention, start_year, leaves, before, again = helped
    effect, left, move, target, exam, overlap, (stay, edge) = tables
    had = Had(intervention, start_year, leaves, before)
    half = effect.shape[0] // 2  # who leaves has the effects in the second half
    places = np.empty(codes.size, np.uint64)
    for m in range(codes.size):
        places[m] = place_key(seed, MOVE, codes[m])
    luck, where, moving = np.empty(_BLOCK, np.uint32), np.empty(_BLOCK, np.uint32), np.empty(_BLOCK + 1, np.uint32)
    was, alone, looked = np.empty(_BLOCK, np.uint8), np.empty(_BLOCK, np.uint8), np.empty(_BLOCK, np.bool_)
    unsure, kind, earlier = np.empty(_BLOCK + 1, np.uint32), np.empty(_BLOCK, np.uint32), np.empty(_BLOCK, np.int32)
    # Places are unsigned: others are asked each time whether they are counted from the end.
    for start in range(first, last, _BLOCK):
        begin, n = np.uint64(start), np.uint64(min(last - start, _BLOCK))
        for j in range(n):  # a loop of its own: the compiler makes it many at a time, as the next one
            i = begin + j
            key = cohort_key(places[np.uint16(municipality[i])], born[i], year - born[i])
            luck[j] = draw(key, child[i] - cohort_start[i])
        for j in range(n):
            i = begin + j
            age, later = min(year - born[i], N_AGES), np.int64(year - start_year[i] >= SOON)
            where[j] = np.uint32((later * (N_AGES + 1) + age) * N_STATES + treated[i])
            looked[j] = apart[i] & (age <= LAST_AGE)
        movers = np.uint64(0)
        for j in range(n):  # without a branch, as in `live_untreated`
            moving[movers] = np.uint32(j)
            at = where[j]
            movers += np.uint64((np.uint32(luck[j] - stay[at, 0]) >= stay[at, 1]) | looked[j])
        n_unsure = np.uint64(0)
        for k in range(movers):
            j = moving[k]
            i, at, u = begin + j, where[j], luck[j]
            s, age = treated[i], year - born[i]
            ending = _passed(u, edge, at, np.uint32(0))
            was[k], unsure[n_unsure] = s, np.uint32(k)
            n_unsure += np.uint64((ending != _passed(u, edge, at, np.uint32(_EDGES))) | (age == EXAM_AGE))
            treated[i] = target[0 if age < ADULT_AGE else 1, s, ending]
        # What programmes they have had lies far apart: read by itself, much can be on its way from memory at once.
        for k in range(n_unsure):
            i = begin + moving[unsure[k]]
            kind[k], earlier[k] = intervention[i] + (half if leaves[i] else 0), before[i]
        for k in range(n_unsure):
            j = moving[unsure[k]]
            i, of = begin + j, kind[k]
            age, since, s = int(year - born[i]), year - start_year[i], np.int64(was[unsure[k]])
            worse, better, forks = left[of, since, 0], left[of, since, 1], effect[of, 2]
            if earlier[k] >= 0:
                e = np.uint64(earlier[k])
                if before[e] < 0:  # two programmes, as nearly always
                    of, since = np.uint32(intervention[e] + (half if leaves[e] else 0)), year - start_year[e]
                    same = intervention[i] == intervention[e]
                    worse = of_two(worse, left[of, since, 0], same, overlap)
                    better = of_two(better, left[of, since, 1], same, overlap)
                    forks = of_two(forks, effect[of, 2], same, overlap)
                else:
                    worse, better, forks = _of_several(int(i), year, had, (effect, left, overlap))
            ending = _ending(float(luck[j]), treated_move(move, age, s, (worse, better, forks)))
            after = target[0 if age < ADULT_AGE else 1, s, ending]
            if age == EXAM_AGE:
                key = stream_key(seed, ELIGIBILITY, codes[municipality[i]], born[i], age)
                if draw(key, child[i] - cohort_start[i]) < nearest(exam[after] * forks * ONE):
                    after += _MARK_NOT_ELIGIBLE
            treated[i] = after
        for k in range(movers):
            alone[k] = state[np.uint32(child[begin + moving[k]])]
        for k in range(movers):
            i = begin + moving[k]
            counted, now, without = np.int32(not again[i]), treated[i], alone[k]
            apart[i] = now != without
            home, reached = np.uint32(municipality[i]), np.uint32(year - born[i])
            moved[home, reached, was[k] % _LEVELS] -= counted
            moved[home, reached, now % _LEVELS] += counted
            shadows_more[home, reached, without % _LEVELS] += counted
            shadows_more[home, reached, now % _LEVELS] -= counted
