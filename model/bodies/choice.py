"""Deciding: from what options seem worth to how many children are taken into which programme.

Each body ranks its options, by perceived net value per krona unless the contract lets somebody else choose, and takes
children as long as somebody has the money, the staff and children to take. The planner has no shortage of money and
ranks by net value per child. Read by `model`.
"""

import numpy as np
from numba import njit


@njit(cache=True, nogil=True)
def choose(seen, cells, score, rank, part, overhead, pots, places, limited, wanted):
    """Let every municipality's bodies choose among their options.

    Parameters
    ----------
    seen
        Children identified by (municipality, age, perceived level), int64; changed: what is left.
    cells
        ``(intervention, age, level)`` of each option. Shape (n_cells,) each.
    score
        Perceived net value per child, less what a child more costs the evaluation, SEK, shape (n_municipalities,
        n_cells); not above 0 means no.
    rank
        Order in which options are taken, highest first, shape (n_municipalities, n_cells).
    part
        What each purse must have per child: an owner this year's cost, others the whole. SEK, shape (n_cells, n_pots).
    overhead
        ``(value, part, each)``: fixed cost of applying and evaluating that the expected gain must exceed, by
        (municipality, intervention), what of it each purse pays or promises, by (municipality, intervention, pot), and
        what each pays or promises for evaluating one child more, likewise.
    pots
        Money of each purse, SEK, by (municipality, pot); changed: what is left.
    places
        Children that each option can still take this year, by (municipality, cell); changed: what is left.
    limited
        Whether money binds.
    wanted
        Overwritten with the children to take by (municipality, cell).
    """
    kind, age, level = cells
    overhead_value, overhead_part, overhead_each = overhead
    n, n_cells = score.shape
    n_kinds, n_pots = overhead_value.shape[1], pots.shape[1]
    gain = np.empty(n_kinds)
    begun = np.empty(n_kinds, np.bool_)
    wanted[:] = 0
    for m in range(n):
        gain[:] = 0.0
        begun[:] = False
        for c in range(n_cells):
            most = min(places[m, c], seen[m, age[c], level[c]])
            gain[kind[c]] += max(score[m, c], 0.0) * most
        for c in np.argsort(-rank[m], kind="mergesort"):
            k = kind[c]
            if score[m, c] <= 0.0 or gain[k] <= overhead_value[m, k]:
                continue
            number = min(places[m, c], seen[m, age[c], level[c]])
            if limited:
                for pot in range(n_pots):
                    left = pots[m, pot] - (0 if begun[k] else overhead_part[m, k, pot])
                    needed = part[c, pot] + overhead_each[m, k, pot]
                    if left < 0 and (needed > 0 or overhead_part[m, k, pot] > 0):
                        number = 0
                    elif needed > 0:
                        number = min(number, int(left // needed))
            if number <= 0:
                continue
            if limited:
                for pot in range(n_pots):
                    needed = part[c, pot] + overhead_each[m, k, pot]
                    pots[m, pot] -= number * needed + (0 if begun[k] else overhead_part[m, k, pot])
            begun[k] = True
            wanted[m, c] = number
            places[m, c] -= number
            seen[m, age[c], level[c]] -= number
