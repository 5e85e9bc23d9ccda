"""Deciding: from what options seem worth to how many children are taken into which programme.

Each body ranks its options by perceived net value per krona and takes children as long as somebody has the money, the
staff and children to take. The planner has no shortage of money and ranks by net value per child. Read by `model`.
"""

import numpy as np
from numba import njit

POTS = ("education", "social", "labour_market", "region", "municipal_fund")


@njit(cache=True, nogil=True)
def choose(seen, cells, score, cost, overhead, pots, places, limited, wanted):
    """Let every municipality's bodies choose among their options.

    Parameters
    ----------
    seen
        Children identified by (municipality, age, perceived level), int64; changed: what is left.
    cells
        ``(intervention, age, level, owner pot)`` of each option. Shape (n_cells,) each.
    score
        Perceived net value per child, SEK, shape (n_municipalities, n_cells); not above 0 means no.
    cost
        ``(whole, owner_now, fund)``: whole programme cost per child, what the owner pays of it this year, what the
        municipal fund promises for all years. SEK, shape (n_cells,) each.
    overhead
        ``(value, owner_now, fund)``: cost of applying and evaluating that the expected gain must exceed, and the parts
        that the owner pays now and the fund promises, by (municipality, intervention).
    pots
        Money of each of POTS, SEK, by (municipality, pot); changed: what is left.
    places
        Children that each option can still take this year, by (municipality, cell); changed: what is left.
    limited
        Whether money binds.
    wanted
        Overwritten with the children to take by (municipality, cell).
    """
    kind, age, level, owner = cells
    whole, owner_now, fund_part = cost
    overhead_value, overhead_owner, overhead_fund = overhead
    n, n_cells = score.shape
    n_kinds = overhead_value.shape[1]
    gain = np.empty(n_kinds)
    begun = np.empty(n_kinds, np.bool_)
    rank = np.empty(n_cells)
    fund = len(POTS) - 1
    wanted[:] = 0
    for m in range(n):
        gain[:] = 0.0
        begun[:] = False
        for c in range(n_cells):
            most = min(places[m, c], seen[m, age[c], level[c]])
            gain[kind[c]] += max(score[m, c], 0.0) * most
            rank[c] = -(score[m, c] / whole[c] if limited else score[m, c])
        for c in np.argsort(rank, kind="mergesort"):
            if score[m, c] <= 0.0:
                break
            k, purse = kind[c], owner[c]
            if gain[k] <= overhead_value[m, k]:
                continue
            number = min(places[m, c], seen[m, age[c], level[c]])
            if limited:
                for pot, per_child, first in (
                    (purse, owner_now[c], overhead_owner[m, k]),
                    (fund, fund_part[c], overhead_fund[m, k]),
                ):
                    left = pots[m, pot] - (0 if begun[k] else first)
                    if left < 0:
                        number = 0
                    elif per_child > 0:
                        number = min(number, int(left // per_child))
            if number <= 0:
                continue
            if limited:
                if not begun[k]:
                    pots[m, purse] -= overhead_owner[m, k]
                    pots[m, fund] -= overhead_fund[m, k]
                pots[m, purse] -= number * owner_now[c]
                pots[m, fund] -= number * fund_part[c]
            begun[k] = True
            wanted[m, c] = number
            places[m, c] -= number
            seen[m, age[c], level[c]] -= number
