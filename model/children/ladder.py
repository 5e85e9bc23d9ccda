"""The ladder of need: which states a life can be in, and what may happen at each age.

A state is one byte: ``(frailty * 8 + record) * 5 + level``. Level is the rung (five in childhood, five in adulthood),
frailty a class drawn at birth that nobody sees, record what a life has been through: placed, not eligible for upper
secondary school, sentenced. The tables are probabilities; `lifecourse` turns them into lives one draw at a time and
`forecast` into expectations, so both stand on the same numbers.

Order of levels is order of severity: a move to a higher level is "worse". Reads `draws` and `parameters` only.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numba import njit
from numpy.typing import NDArray

from ..inputs.arithmetic import exp
from ..inputs.life_course import LadderParameters
from ..inputs.protect import protect
from .draws import ONE, threshold

Floats = NDArray[np.float64]
Chances = tuple[float, float, float, float, float]  # of each level

CHILD_LEVELS = ("none", "risk", "support", "care", "placed")
ADULT_LEVELS = ("self_supporting", "insecure", "assistance", "ill_health", "exclusion")
N_LEVELS, N_RECORDS, N_FRAILTY = 5, 8, 3
N_STATES = N_FRAILTY * N_RECORDS * N_LEVELS
PLACED, NOT_ELIGIBLE, SENTENCED = 1, 2, 4  # bits of the record
MARK_NOT_ELIGIBLE = np.uint8(NOT_ELIGIBLE * N_LEVELS)  # added to a state when the exam is failed
WORST, CARE = N_LEVELS - 1, N_LEVELS - 2
EXAM_AGE, ADULT_AGE, LAST_AGE = 16, 20, 64
N_AGES = LAST_AGE + 1
INSECURE = 1  # where the lasting part of an effect puts a young adult whom it keeps from a first sentence

_CHILD_BANDS = (0, 6, 13, 16)
_ADULT_BANDS = (20, 30, 45)


def level_name(age: int, level: int) -> str:
    """Name the rung `level` (0-4) at `age`."""
    return (CHILD_LEVELS if age < ADULT_AGE else ADULT_LEVELS)[level]


@dataclass(frozen=True, eq=False)  # one object per set of parameters, see `build_ladder`
class Ladder:
    """What may happen at each age, as exact probabilities and as thresholds for 31-bit draws.

    `move[age, state, level]` is the probability that a life in `state` at ``age - 1`` is at `level` at `age`;
    `target[stage, state, level]` the state it is then in (stage 0 childhood, 1 adulthood). Row 0 of `move` is not used.
    """

    move: Floats  # (N_AGES, N_STATES, N_LEVELS)
    move_threshold: NDArray[np.uint32]  # (N_AGES, N_STATES, N_LEVELS - 1), cumulated
    target: NDArray[np.uint8]  # (2, N_STATES, N_LEVELS)
    not_eligible: Floats  # (N_STATES,) at EXAM_AGE, after that year's move
    not_eligible_threshold: NDArray[np.uint32]
    birth: Floats  # (N_STATES,) distribution at age 0 in the whole country; `need` says how places differ

    def __post_init__(self) -> None:
        protect(self)

    @property
    def level(self) -> NDArray[np.uint8]:
        """Level of each state, shape (N_STATES,)."""
        return (np.arange(N_STATES) % N_LEVELS).astype(np.uint8)


def state_of(frailty: int, record: int, level: int) -> int:
    """Return the byte for a state."""
    return (frailty * N_RECORDS + record) * N_LEVELS + level


def parts(state: int) -> tuple[int, int, int]:
    """Return (frailty, record, level) of a state."""
    return state // (N_RECORDS * N_LEVELS), state // N_LEVELS % N_RECORDS, state % N_LEVELS


def band(age: int) -> int:
    """Return which age band of the parameters `age` falls in (0-3 in childhood, 0-2 in adulthood)."""
    starts = _CHILD_BANDS if age < ADULT_AGE else _ADULT_BANDS
    return sum(age >= start for start in starts) - 1


@lru_cache(maxsize=8)
def build_ladder(parameters: LadderParameters) -> Ladder:
    """Work out every table of the ladder from its parameters; runs of one world in one process share them."""
    move = np.zeros((N_AGES, N_STATES, N_LEVELS))
    target = np.zeros((2, N_STATES, N_LEVELS), np.uint8)
    not_eligible = np.zeros(N_STATES)
    for state in range(N_STATES):
        frailty, record, level = parts(state)
        for ending in range(N_LEVELS):
            for stage, mark in enumerate((PLACED, SENTENCED)):
                target[stage, state, ending] = state_of(frailty, record | (mark if ending == WORST else 0), ending)
        not_eligible[state] = _not_eligible(parameters, frailty, record, level)
    for age in range(1, N_AGES):
        if age > 1 and age != ADULT_AGE and age - 1 != ADULT_AGE and band(age) == band(age - 1):
            move[age] = move[age - 1]
            continue
        row = _childhood if age < ADULT_AGE else _entry if age == ADULT_AGE else _adulthood
        for state in range(N_STATES):
            move[age, state] = row(parameters, age, *parts(state))
    return Ladder(
        move=move,
        move_threshold=threshold(np.cumsum(move, axis=2)[:, :, :-1]),
        target=target,
        not_eligible=not_eligible,
        not_eligible_threshold=threshold(not_eligible),
        birth=born(np.asarray(parameters.frailty_share), parameters),
    )


def born(frailty_share: Floats, parameters: LadderParameters) -> Floats:
    """Distribution over states at birth, shape (..., N_STATES), from the share of each class, (..., N_FRAILTY)."""
    birth = np.zeros((*frailty_share.shape[:-1], N_STATES))
    for frailty, (at_risk, placed) in enumerate(zip(parameters.birth_risk, parameters.birth_placed, strict=True)):
        birth[..., state_of(frailty, 0, 0)] = frailty_share[..., frailty] * (1 - at_risk - placed)
        birth[..., state_of(frailty, 0, 1)] = frailty_share[..., frailty] * at_risk
        birth[..., state_of(frailty, PLACED, WORST)] = frailty_share[..., frailty] * placed
    return birth


def kernel_tables(
    ladder: Ladder, births: Floats
) -> tuple[NDArray[np.uint32], NDArray[np.uint32], NDArray[np.uint8], NDArray[np.uint32], NDArray[np.uint32]]:
    """Return the tables of `lifecourse.live_untreated`; `births` by (municipality, state), see `born`."""
    edges = threshold(np.cumsum(births, axis=1))
    return edges, ladder.move_threshold, ladder.target, ladder.not_eligible_threshold, _staying(ladder)


def _staying(ladder: Ladder) -> NDArray[np.uint32]:
    """From which draw on a life stays in its state, and for how many draws: nine in ten stay, and are told at once.

    Shape (N_AGES, 2, N_STATES). The draws with which a state stays are one stretch, between the threshold of its own
    level and the next. No draw keeps a state that changes even where the level does not (a first placement's record).
    """
    states = np.arange(N_STATES)
    level = states % N_LEVELS
    edge = np.zeros((N_AGES, N_STATES, N_LEVELS + 1), np.int64)
    edge[:, :, 1:-1] = np.maximum.accumulate(ladder.move_threshold.astype(np.int64), axis=2)
    edge[:, :, -1] = ONE
    low, high = edge[:, states, level], edge[:, states, level + 1]
    same = np.stack([ladder.target[int(age >= ADULT_AGE), states, level] == states for age in range(N_AGES)])
    return np.stack([low, np.where(same, high - low, 0)], axis=1).astype(np.uint32)


def _childhood(p: LadderParameters, age: int, frailty: int, record: int, level: int) -> Floats:
    """One rung up, one down, or stay; a child once placed is placed again more easily.

    Two ways lead over rungs: at risk or in support to being placed at once, and from no need to care.
    """
    now = band(age)
    up = (p.up_none, p.up_risk, p.up_support, p.up_care)[level][now] if level < WORST else 0.0
    down = (p.down_risk, p.down_support, p.down_care, p.down_placed)[level - 1][now] if level else 0.0
    again = p.replacement_factor if record & PLACED and level == WORST - 1 else 1.0
    over, goal = (p.late_care, CARE) if level == 0 else (p.placed_at_once, WORST) if level < CARE else (None, WORST)
    up = min(up * p.frailty_up[frailty] * again, 1.0)
    leap = min(over[now] * p.frailty_up[frailty], 1.0 - up) if over else 0.0
    down = min(down * p.frailty_down[frailty], 1.0 - up - leap)
    row = np.zeros(N_LEVELS)
    row[level] = 1.0 - up - leap - down
    if level < WORST:
        row[level + 1] = up
    if level:
        row[level - 1] = down
    if over:
        row[goal] = leap
    return row


def _not_eligible(p: LadderParameters, frailty: int, record: int, level: int) -> float:
    """Probability of leaving compulsory school without eligibility: odds by level, frailty and placement."""
    base = p.not_eligible[level]
    odds = base / (1 - base) * p.not_eligible_frailty[frailty] * (p.not_eligible_placed if record & PLACED else 1.0)
    return odds / (1 + odds)


def _entry(p: LadderParameters, age: int, frailty: int, record: int, level: int) -> Floats:
    """Where a twenty-year-old starts: multinomial logit in a risk score of level, school, placement and frailty."""
    score = p.entry_level[level] + p.entry_frailty[frailty]
    score += p.entry_not_eligible if record & NOT_ELIGIBLE else 0.0
    score += p.entry_placed if record & PLACED else 0.0
    weights = np.asarray(p.entry_base) * exp(score * np.asarray(p.entry_slope))
    return np.asarray(weights / weights.sum())


def _adulthood(p: LadderParameters, age: int, frailty: int, record: int, level: int) -> Floats:
    """The band's transition row; record and frailty make worse moves likelier, frailty makes better ones rarer."""
    matrix = (p.adult_20_29, p.adult_30_44, p.adult_45_64)[band(age)]
    row = np.asarray(matrix[level * N_LEVELS : (level + 1) * N_LEVELS], dtype=np.float64).copy()
    worse = p.adult_worse_frailty[frailty]
    for mark, factor in (
        (PLACED, p.adult_worse_placed),
        (NOT_ELIGIBLE, p.adult_worse_not_eligible),
        (SENTENCED, p.adult_worse_sentenced),
    ):
        worse *= factor if record & mark else 1.0
    row[level + 1 :] *= worse
    row[:level] *= p.adult_better_frailty[frailty]
    row[level] = 0.0
    moved = row.sum()
    row /= max(moved, 1.0)
    row[level] = 1.0 - min(moved, 1.0)
    return row


@njit(inline="always")
def treated_move(move: Floats, age: int, s: int | np.int64, factors: tuple[float, float, float]) -> Chances:
    """Return the probability of each level next of a life with help, from those without.

    Parameters
    ----------
    move, age, s
        Of the `Ladder`; the age that is reached, and the state that a life is in before.
    factors
        This year's on moves to worse and to better levels (the part of an effect that fades), and the lasting one on a
        first placement (childhood) or first sentence (adulthood).

    At ADULT_AGE childhood's levels end: only the lasting part acts, on a first sentence: between the worst level and
    INSECURE, and no more than there are.
    """
    worse, better, forks = factors
    a, b, c = move[age, s, 0], move[age, s, 1], move[age, s, 2]
    d, e = move[age, s, 3], move[age, s, WORST]
    if age == ADULT_AGE:
        spared = max(e * (1.0 - forks), -b)
        return a, b + spared, c, d, e - spared
    if worse == 1.0 and better == 1.0 and forks == 1.0:
        return a, b, c, d, e
    level, record = s % N_LEVELS, s // N_LEVELS % N_RECORDS
    first = (record & (PLACED if age < ADULT_AGE else SENTENCED)) == 0
    # Level by level without a branch, which a processor could not foresee; in numbers, not in an array, for which it
    # would wait.
    a *= better * (level != 0)
    b *= (worse if level < 1 else better) * (level != 1)
    c *= (worse if level < 2 else better) * (level != 2)
    d *= (worse if level < 3 else better) * (level != 3)
    e = e * worse * (forks if first else 1.0) * (level != WORST)
    moved = a + b + c + d + e
    if moved > 1.0:
        a, b, c, d, e = a / moved, b / moved, c / moved, d / moved, e / moved
    stays = 1.0 - min(moved, 1.0)
    return (
        stays if level == 0 else a,
        stays if level == 1 else b,
        stays if level == 2 else c,
        stays if level == 3 else d,
        stays if level == WORST else e,
    )
