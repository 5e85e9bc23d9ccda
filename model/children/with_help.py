"""Lives with help, moved by the luck of their shadows (see `lifecourse`): the compiled kernel and what it reads.

What a draw leads to with help is seldom another level than with any other help: nine lives of ten are told by tables of
what is *sure*, which hold for all programmes. The probabilities of a life's own programmes are worked out for those
alone whose draw lies so near an edge that they matter.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..inputs.compiled import as_read, kernel
from .draws import ELIGIBILITY, MOVE, ONE, cohort_key, draw, place_key
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
from .lifecourse import Counts, Floats, Helped, States, Thresholds, When, Whole, combined, fading, of_two

SOON = 3  # years since the start after which little is left of most effects, so that more is sure
_BLOCK = 1024  # lives that are looked at together
_MARGIN = 2  # draws: more than rounding comes to
_TO_WHOLE = 2.0**52  # whose neighbours among floats are whole numbers
_MARK_NOT_ELIGIBLE = np.uint8(NOT_ELIGIBLE * N_LEVELS)  # added to a state when the exam is failed


class Sure(NamedTuple):
    """Draws that lead to the same with any help: first in the first `SOON` years of a programme, then in later ones.

    Ages have one more row, in which everybody stays: after the last.
    """

    stay: Thresholds  # (2, N_AGES + 1, N_STATES, 2): from which draw on a state stays, and for how many
    edge: Thresholds  # (2, N_AGES, N_STATES, 2, N_LEVELS - 1): a level is perhaps passed from which on, and surely
    exam: Thresholds  # (2, N_STATES, 2): the exam is failed by whoever draws less than the first, by nobody else but
    # those who draw less than the second


class Treated(NamedTuple):
    """Probabilities of lives with help, see `treated_tables`."""

    effect: Floats  # (2 * n_interventions, 5): of who stays, then of who leaves, see `forecast.effects_in_practice`
    left: Floats  # (2 * n_interventions, LAST_AGE + 1, 2), see `fading`
    move: Floats  # (N_AGES, N_STATES, N_LEVELS)
    target: States
    exam: Floats  # (N_STATES,)
    overlap: float  # see `combined`
    sure: Sure


def treated_tables(ladder: Ladder, effects: Floats, overlap: float, programmes: int) -> Treated:
    """Lay out what `live_treated` reads; a life has at most as many `programmes`."""
    left = fading(as_read(effects))
    soon, later = (_sure(ladder, effects, left[:, since:], programmes) for since in (0, SOON))
    sure = Sure(*(as_read(np.stack(both)) for both in zip(soon, later, strict=True)))
    tables = ladder.move, ladder.target, ladder.not_eligible
    return Treated(as_read(effects), as_read(left), *map(as_read, tables), overlap, sure)


def _sure(ladder: Ladder, effects: Floats, left: Floats, programmes: int) -> tuple[Thresholds, Thresholds, Thresholds]:
    """Half of `Sure`: what holds whichever of these effects act on a life, one or several of them.

    What several come to together lies between the product of all that lower a chance and of all that raise it.
    """
    each = [left[:, :, 0], left[:, :, 1], effects[:, 2]]
    worse, better, forks = ([min(e.min(), 1.0) ** programmes, max(e.max(), 1.0) ** programmes] for e in each)
    states, move = np.arange(N_STATES), ladder.move
    level, record = states[:, None] % N_LEVELS, states // N_LEVELS % N_RECORDS
    goal = np.arange(N_LEVELS)
    chance = np.empty((2, *move.shape))
    for of in range(2):
        chance[of] = move * np.where(goal < level, better[of], np.where(goal > level, worse[of], 0.0))
        chance[of, :ADULT_AGE, :, WORST] *= np.where(record & PLACED, 1.0, forks[of])
        chance[of, ADULT_AGE:, :, WORST] *= np.where(record & SENTENCED, 1.0, forks[of])
    chance[0] /= np.maximum(chance[1].sum(axis=2), 1.0)[:, :, None]
    fewest, most = np.cumsum(chance, axis=3)
    rest = chance.sum(axis=3, keepdims=True) - np.cumsum(chance, axis=3)  # the chance of a higher level
    edge = np.stack([np.where(goal < level, fewest, 1.0 - rest[1]), np.where(goal < level, most, 1.0 - rest[0])])
    edge[:, ADULT_AGE] = np.cumsum(move[ADULT_AGE], axis=1)  # only the lasting part acts
    for of in range(2):
        edge[of, ADULT_AGE, :, INSECURE:] += move[ADULT_AGE, :, WORST, None] * (1.0 - forks[1 - of])
    edge = np.clip(edge[..., :-1], 0.0, 1.0) * ONE
    exam = np.clip(ladder.not_eligible * np.array(forks)[:, None], 0.0, 1.0) * ONE
    passed = np.stack([_below(edge[0]), _above(edge[1])])
    stage = (np.arange(N_AGES) >= ADULT_AGE).astype(int)
    same = ladder.target[stage[:, None], states, states % N_LEVELS] == states
    same[EXAM_AGE] = False
    bounds = np.zeros((2, N_AGES, N_STATES, N_LEVELS + 1), np.int64)
    bounds[..., 1:-1], bounds[..., -1] = passed, ONE
    low, high = bounds[1][:, states, states % N_LEVELS], bounds[0][:, states, states % N_LEVELS + 1]
    stay = np.zeros((N_AGES + 1, N_STATES, 2), np.int64)
    stay[:N_AGES, :, 0], stay[:N_AGES, :, 1] = low, np.where(same, np.maximum(high - low, 0), 0)
    stay[N_AGES, :, 1] = ONE
    exams = np.stack([_below(exam[0]), _above(exam[1])], axis=1)
    return stay.astype(np.uint32), passed.transpose(1, 2, 0, 3).astype(np.uint32), exams.astype(np.uint32)


def _below(draws: Floats) -> Whole:
    return np.asarray(np.maximum(np.floor(draws).astype(np.int64) - _MARGIN, 0))


def _above(draws: Floats) -> Whole:
    return np.asarray(np.minimum(np.ceil(draws).astype(np.int64) + _MARGIN, ONE))


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
def _factors(row: int, year: int, helped: Helped, tables: Treated) -> tuple[float, float, float]:
    """What this year acts on a life: the factors on worse moves, better moves and at forks, see `combined`."""
    effect, left, half = tables.effect, tables.left, tables.effect.shape[0] // 2  # who leaves has the second half
    k, since = helped.intervention[row] + (half if helped.leaves[row] else 0), year - helped.start_year[row]
    worse, better, forks = left[k, since, 0], left[k, since, 1], effect[k, 2]
    earlier = np.int64(helped.before[row])
    if earlier < 0:
        return worse, better, forks
    if helped.before[earlier] < 0:  # two programmes, as nearly always
        same = helped.intervention[earlier] == helped.intervention[row]
        of, then = helped.intervention[earlier] + (half if helped.leaves[earlier] else 0), year - helped.start_year[earlier]
        return (
            of_two(worse, left[of, then, 0], same, tables.overlap),
            of_two(better, left[of, then, 1], same, tables.overlap),
            of_two(forks, effect[of, 2], same, tables.overlap),
        )
    n, at = 0, np.int64(row)
    while at >= 0:
        n, at = n + 1, np.int64(helped.before[at])
    programmes, factors, at = np.empty(n, np.int64), np.empty((n, 3)), np.int64(row)
    for a in range(n):
        programmes[a], then = helped.intervention[at], year - helped.start_year[at]
        of = programmes[a] + (half if helped.leaves[at] else 0)
        factors[a, 0], factors[a, 1], factors[a, 2] = left[of, then, 0], left[of, then, 1], effect[of, 2]
        at = np.int64(helped.before[at])
    return combined(programmes, factors, tables.overlap)


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
    child, cohort_start, born, municipality, _, start_year, _, _, again = helped
    stay, edge, exam = tables.sure
    shadow_counts, treated_counts = counts
    places = np.empty(codes.size, np.uint64)
    for m in range(codes.size):
        places[m] = place_key(seed, MOVE, codes[m])
    luck, moving = np.empty(_BLOCK, np.uint32), np.empty(_BLOCK + 1, np.uint32)
    for begin in range(first, last, _BLOCK):
        n = np.uint32(min(last - begin, _BLOCK))
        for j in range(n):  # a loop of its own: the compiler makes it many at a time
            i = begin + j
            key = cohort_key(places[municipality[i]], born[i], year - born[i])
            luck[j] = draw(key, child[i] - cohort_start[i])
        movers = np.uint32(0)
        for j in range(n):  # without a branch, as in `live_untreated`
            i = begin + j
            age, later = min(year - born[i], N_AGES), np.int64(year - start_year[i] >= SOON)
            moving[movers] = j
            sure = stay[later, age, treated[i]]
            movers += np.uint32(np.uint32(luck[j] - sure[0]) >= sure[1])
        for j in range(movers):
            i = begin + moving[j]
            age, later = year - np.int64(born[i]), np.int64(year - start_year[i] >= SOON)
            u, s = luck[moving[j]], np.int64(treated[i])
            perhaps, surely = edge[later, age, s, 0], edge[later, age, s, 1]
            ending = int(u >= surely[0]) + int(u >= surely[1]) + int(u >= surely[2]) + int(u >= surely[3])
            other = int(u >= perhaps[0]) + int(u >= perhaps[1]) + int(u >= perhaps[2]) + int(u >= perhaps[3])
            if ending != other:
                ending = _ending(float(u), treated_move(tables.move, age, s, _factors(i, year, helped, tables)))
            after = tables.target[0 if age < ADULT_AGE else 1, s, ending]
            if age == EXAM_AGE:
                key = cohort_key(place_key(seed, ELIGIBILITY, codes[municipality[i]]), born[i], age)
                u, below = draw(key, child[i] - cohort_start[i]), exam[later, after]
                fails = u < below[0]
                if not fails and u < below[1]:
                    fails = u < nearest(tables.exam[after] * _factors(i, year, helped, tables)[2] * ONE)
                if fails:
                    after += _MARK_NOT_ELIGIBLE
            treated[i] = after
    for i in range(first, last):  # a loop of its own: a sum in memory holds up whatever is read after it
        age = year - born[i]
        if age <= LAST_AGE:
            m, counted = municipality[i], not again[i]
            shadow_counts[m, age, state[child[i]] % N_LEVELS] += counted
            treated_counts[m, age, treated[i] % N_LEVELS] += counted
