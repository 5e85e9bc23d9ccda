"""Choosing: from what options seem worth to how many children are taken into which programme.

Each body ranks its options, by perceived net value per krona unless the contract lets somebody else choose, and takes
children as long as somebody has the money, the staff and children to take. The planner has no shortage of money and
ranks by net value per child.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..children.lifecourse import Options
from ..inputs.compiled import kernel

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]

ANSWERS = (
    "yes",
    "unseen",
    "idea",
    "unpaid",
    "partner",
    "grantor",
    "investor",
    "closed",
    "paper",
    "fundless",
    "money",
    "rank",
    "state",
    "small",
)
"""What became of an option, by number: taken, or what stood in its way (see `docs/odd.md`)."""

YES, UNSEEN, IDEALESS, UNPAID, PARTNER, GRANTED_NOT, INVESTOR, CLOSED, PAPER, FUNDLESS, MONEY, RANK, STATE, SMALL = (
    range(len(ANSWERS))
)


class Asked(NamedTuple):
    """What those who were asked said to options in places, shape (k,) each; place by place."""

    place: Whole  # row of the municipality
    cell: Whole  # number of the option
    value: Floats  # perceived net value per child, less what a child more costs the evaluation, SEK; above 0 means yes
    rank: Floats  # order in which options are taken, highest first


class Needs(NamedTuple):
    """What options cost, SEK; purses as in `funds.purses_of`."""

    part: Whole  # (n_cells, n_purses): what each purse must have per child, an owner this year's cost, others the whole
    fixed: float  # applying for and evaluating a project, which the expected gain must exceed
    once: Whole  # (n_interventions, n_purses): what of that each purse pays or promises
    per_child: Whole  # likewise, for evaluating one child more


class Left(NamedTuple):
    """What can still be had; changed by who takes it."""

    seen: Whole  # (n, N_AGES, N_LEVELS): children identified
    purses: Whole  # (n, n_purses): money, SEK
    places: Whole  # (k,): children that each option can still take this year


def choose(
    options: Options, asked: Asked, needs: Needs, left: Left, limited: bool, taken: Whole, answer: NDArray[np.int8]
) -> None:
    """Let every municipality's bodies choose among their options.

    Parameters
    ----------
    options, asked, needs, left
        `Options` of all cells, `Asked`, `Needs` and `Left`; what is `left` changes.
    limited
        Whether money binds.
    taken
        Overwritten with the children to take, (k,).
    answer
        What was said to each option, (k,), int8; YES is overwritten where nobody is taken.
    """
    order = np.lexsort((-asked.rank, asked.place))  # of equals the first comes first
    _choose(options, (asked.place, asked.cell, asked.value), order, needs, left, limited, taken, answer)


@kernel
def _choose(
    options: Options,
    asked: tuple[Whole, Whole, Floats],
    order: Whole,
    needs: Needs,
    left: Left,
    limited: bool,
    taken: Whole,
    answer: NDArray[np.int8],
) -> None:
    """See `choose`; `order` are options place by place, those of the highest rank first."""
    (kind, age, level), (place, cell, value) = options, asked
    part, fixed, once, per_child = needs
    seen, purses, places = left
    n_kinds, n_pots = once.shape[0], purses.shape[1]
    gain = np.empty(n_kinds)
    begun = np.empty(n_kinds, np.bool_)
    at_first, wanted = np.empty(cell.size, np.int64), np.empty(cell.size, np.bool_)
    pots = np.empty(n_pots, np.int64)
    taken[:] = 0
    first = 0
    while first < cell.size:
        m, last = place[first], first
        gain[:] = 0.0
        begun[:] = False
        for pot in range(n_pots):
            pots[pot] = purses[m, pot]
        while last < cell.size and place[last] == m:
            c = cell[last]
            at_first[last] = min(places[last], seen[m, age[c], level[c]])
            gain[kind[c]] += max(value[last], 0.0) * at_first[last]
            last += 1
        for i in range(first, last):
            wanted[i] = value[i] > 0.0 and gain[kind[cell[i]]] > fixed
            if not wanted[i] and answer[i] == YES:
                answer[i] = PAPER if at_first[i] > 0 else UNSEEN
        for i in order[first:last]:
            c = cell[i]
            k = kind[c]
            if not wanted[i]:
                continue
            number = min(places[i], seen[m, age[c], level[c]])
            if limited and number > 0:
                number = min(number, affordable(part[c], once[k], per_child[k], purses[m], begun[k]))
            if number <= 0:
                if answer[i] == YES:
                    if at_first[i] <= 0:
                        answer[i] = UNSEEN
                    elif limited and affordable(part[c], once[k], per_child[k], pots, False) <= 0:
                        answer[i] = MONEY
                    else:
                        answer[i] = RANK
                continue
            if limited:
                for pot in range(n_pots):
                    needed = part[c, pot] + per_child[k, pot]
                    purses[m, pot] -= number * needed + (0 if begun[k] else once[k, pot])
            begun[k] = True
            taken[i] = number
            places[i] -= number
            seen[m, age[c], level[c]] -= number
        first = last


@kernel
def affordable(part: Whole, once: Whole, per_child: Whole, purses: Whole, begun: bool) -> np.int64:
    """Children that purses can pay for, one row of each of `Needs` and `Left`; `begun` if the project is paid for."""
    number = np.int64(1) << 60
    for pot in range(purses.size):
        left = purses[pot] - (0 if begun else once[pot])
        needed = part[pot] + per_child[pot]
        if left < 0 and (needed > 0 or once[pot] > 0):
            return np.int64(0)
        if needed > 0:
            number = min(number, left // needed)
    return number
