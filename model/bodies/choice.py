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
    """What those who were asked said, by (municipality, cell)."""

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
    places: Whole  # (n, n_cells): children that each option can still take this year


def choose(
    options: Options, asked: Asked, needs: Needs, left: Left, limited: bool, taken: Whole, answer: NDArray[np.int8]
) -> None:
    """Let every municipality's bodies choose among their options.

    Parameters
    ----------
    options, asked, needs, left
        `Options`, `Asked`, `Needs` and `Left`; what is `left` changes.
    limited
        Whether money binds.
    taken
        Overwritten with the children to take by (municipality, cell).
    answer
        What was said to each option, by (municipality, cell), int8; YES is overwritten where nobody is taken.
    """
    order = np.argsort(-asked.rank, axis=1, kind="stable")  # of equals the first comes first
    _choose(options, asked.value, order, needs, left, limited, taken, answer)


@kernel
def _choose(
    options: Options,
    value: Floats,
    order: Whole,
    needs: Needs,
    left: Left,
    limited: bool,
    taken: Whole,
    answer: NDArray[np.int8],
) -> None:
    """See `choose`; `order` are the cells of each municipality, those of the highest rank first."""
    kind, age, level = options
    part, fixed, once, per_child = needs
    seen, purses, places = left
    n, n_cells = value.shape
    n_kinds, n_pots = once.shape[0], purses.shape[1]
    gain = np.empty(n_kinds)
    begun = np.empty(n_kinds, np.bool_)
    at_first, wanted, pots = np.empty(n_cells, np.int64), np.empty(n_cells, np.bool_), np.empty(n_pots, np.int64)
    taken[:] = 0
    for m in range(n):
        gain[:] = 0.0
        begun[:] = False
        for pot in range(n_pots):
            pots[pot] = purses[m, pot]
        for c in range(n_cells):
            at_first[c] = min(places[m, c], seen[m, age[c], level[c]])
            gain[kind[c]] += max(value[m, c], 0.0) * at_first[c]
        for c in range(n_cells):
            wanted[c] = value[m, c] > 0.0 and gain[kind[c]] > fixed
            if not wanted[c] and answer[m, c] == YES:
                answer[m, c] = PAPER if at_first[c] > 0 else UNSEEN
        for i in range(n_cells):
            c = order[m, i]
            k = kind[c]
            if not wanted[c]:
                continue
            number = min(places[m, c], seen[m, age[c], level[c]])
            if limited and number > 0:
                number = min(number, affordable(part[c], once[k], per_child[k], purses[m], begun[k]))
            if number <= 0:
                if answer[m, c] == YES:
                    if at_first[c] <= 0:
                        answer[m, c] = UNSEEN
                    elif limited and affordable(part[c], once[k], per_child[k], pots, False) <= 0:
                        answer[m, c] = MONEY
                    else:
                        answer[m, c] = RANK
                continue
            if limited:
                for pot in range(n_pots):
                    needed = part[c, pot] + per_child[k, pot]
                    purses[m, pot] -= number * needed + (0 if begun[k] else once[k, pot])
            begun[k] = True
            taken[m, c] = number
            places[m, c] -= number
            seen[m, age[c], level[c]] -= number


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
