"""Lives with help, moved by the luck of their shadows (see `lifecourse`): the compiled kernel and what it reads.

What a draw leads to with help is seldom another level than with any other help: nine lives of ten are told by tables of
what is *sure*, which hold for all programmes. The probabilities of a life's own programmes are worked out for those
alone whose draw lies so near an edge that they matter.
"""

from functools import lru_cache
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
    MARK_NOT_ELIGIBLE,
    N_AGES,
    N_LEVELS,
    N_RECORDS,
    N_STATES,
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
    return Treated(effect, left, *tables, overlap, _find_sure(ladder, _bounds(effect, left, programmes).tobytes()))


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


@lru_cache(maxsize=8)  # runs of one world in one process share it
def _find_sure(ladder: Ladder, within: bytes) -> Sure:
    """What is sure within `_bounds`, as bytes: an edge lies between where the least and the largest would put it.

    In NumPy: as few ages differ from others, it takes a thousandth of a second, and compiling it took half of one.
    """
    bounds, move, target = np.frombuffer(within).reshape(2, 2, 3), ladder.move, ladder.target
    like = [(move[age].tobytes(), age < ADULT_AGE, age in (EXAM_AGE, ADULT_AGE)) for age in range(N_AGES)]
    ages, s, goal = np.array(sorted({like.index(each) for each in like})), np.arange(N_STATES), np.arange(N_LEVELS)
    row, level, stage = move[ages], s % N_LEVELS, np.where(ages < ADULT_AGE, 0, 1)
    first = s // N_LEVELS % N_RECORDS & np.where(ages < ADULT_AGE, PLACED, SENTENCED)[:, None] == 0
    # By (later, which of the two, age, state, goal): chances with the least and with the largest factors.
    extreme = row * bounds[:, :, np.where(goal < level[:, None], 1, 0)][:, :, None]
    extreme[..., WORST] *= np.where(first, bounds[:, :, 2, None, None], 1.0)
    fewest, most = extreme[:, 0], extreme[:, 1]
    moved = _added(most, goal != level[:, None])
    edge = np.empty((2, ages.size, N_STATES, 2 * _EDGES), np.int64)
    for j in range(_EDGES):
        far = (goal <= j) == (j < level[:, None])  # on that side on which nobody stays
        least, greatest = _added(fewest / np.maximum(moved, 1.0)[..., None], far), _added(most, far)
        above = j >= level  # what is not passed is on the far side
        least, greatest = np.where(above, 1.0 - greatest, least), np.where(above, 1.0 - least, greatest)
        adult = ages == ADULT_AGE  # only the lasting part acts
        spared = row[adult, :, WORST] * (1.0 - bounds[:, :, 2, None, None]) * (j >= INSECURE)
        least[:, adult] = _added(row[adult], goal <= j) + spared[:, 1]
        greatest[:, adult] = _added(row[adult], goal <= j) + spared[:, 0]
        least, greatest = np.clip(least, 0.0, 1.0), np.clip(greatest, 0.0, 1.0)
        edge[..., j] = np.maximum((least * ONE).astype(np.int64) - _MARGIN, 0)
        edge[..., _EDGES + j] = np.minimum((greatest * ONE).astype(np.int64) + _MARGIN, ONE)
    low = np.where(level > 0, edge[:, :, s, _EDGES + np.maximum(level - 1, 0)], 0)
    high = np.where(level < WORST, edge[:, :, s, np.minimum(level, _EDGES - 1)], ONE)
    stays = (ages != EXAM_AGE)[:, None] & (target[stage[:, None], s, level] == s)
    found = np.stack([low, np.where(stays, np.maximum(high - low, 0), 0)], axis=3)
    of = np.searchsorted(ages, [like.index(each) for each in like])
    after = [(0, 0), (0, 1), (0, 0), (0, 0)]  # the row in which everybody stays
    stay, edges = np.pad(found[:, of], after), np.pad(edge[:, of], after)
    stay[:, N_AGES, :, 1] = ONE
    return Sure(*(as_read(each.reshape(-1, each.shape[3]).astype(np.uint32)) for each in (stay, edges)))


def _added(chances: Floats, which: Bools) -> Floats:
    """Sum of those chances of going to each level, the last axis, which count; one after another."""
    total = np.zeros(chances.shape[:-1])
    for goal in range(N_LEVELS):
        total += chances[..., goal] * which[..., goal]
    return total


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
                    after += MARK_NOT_ELIGIBLE
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
