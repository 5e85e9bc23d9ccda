"""What an evaluator can see: the cost of the children in a project beside a comparison, over the years of follow-up.

The comparison is real children of the same run. *Matched comparison*: for each participant another child of the same
age and the same recorded level, in the same municipality or else the same county, who was in no programme when the
project began. Frailty is not on record, so who takes part and who does not can still differ. *Before-after*: the
participants themselves, as if last year's cost had gone on. Small projects give noisy answers because they are small;
nothing is added.

The true effect - the shadow life less the treated life - is kept beside what was measured and is never used for
payment.
"""

from numba import njit

from model.ladder import LAST_AGE, N_LEVELS

MATCHED, BEFORE_AFTER = "matched-comparison", "before-after"
EVALUATORS = (MATCHED, BEFORE_AFTER)  # the evaluation designs that a run can carry out
JUDGED_FROM, JUDGED_TO = 2, 10  # years after the start in which a child who stays without need was helped in vain


@njit(cache=True, nogil=True)
def match(first, last, counties, offsets, cohort, state, participant, people, pointer):
    """Find a comparison child for each participant `first` to `last` (exclusive), or -1 where the county has none left.

    Parameters
    ----------
    counties
        ``(start, stop)`` of each municipality's county in the list of municipalities. Shape (n_municipalities, 2).
    cohort
        Index of each participant's birth cohort. Shape (n_participants,).
    people
        ``(child, municipality, peer)``; `peer` is filled.
    pointer
        How many of each (municipality, cohort, level) have been passed already, so that nobody is used twice in one
        year. Zeros, shape (n_municipalities, n_cohorts, N_LEVELS), changed in place.
    """
    child, municipality, peer = people
    for row in range(first, last):
        level = state[child[row]] % N_LEVELS
        home = municipality[row]
        low, high = counties[home, 0], counties[home, 1]
        peer[row] = -1
        for step in range(high - low):
            m = low + (home - low + step) % (high - low)
            start, stop = offsets[m, cohort[row]], offsets[m, cohort[row] + 1]
            at = start + pointer[m, cohort[row], level]
            while at < stop and (participant[at] >= 0 or state[at] % N_LEVELS != level):
                at += 1
            pointer[m, cohort[row], level] = at - start + (1 if at < stop else 0)
            if at < stop:
                peer[row] = at
                break


@njit(cache=True, nogil=True)
def measure(first, last, year, terms, price, lives, people, totals):
    """Add this year's comparison and true saving of participants `first` to `last` to their projects.

    Parameters
    ----------
    terms
        ``(contract, follow_up, before_after)``: the contract of each project, its years of follow-up counted from the
        start, and for each contract whether the comparison is the children themselves before.
    price
        Cost that each contract looks at, by (contract, intervention, age, level), whole SEK.
    lives
        ``(state, treated, participant)``: untreated states and participant rows of all children, treated states.
    people
        ``(child, born, intervention, start_year, project, peer, level_before, needed)``; `needed` is set once the
        untreated life has shown need JUDGED_FROM to JUDGED_TO years after the start.
    totals
        ``(measured, true)`` by project, whole SEK, added to.
    """
    state, treated, participant = lives
    child, born, intervention, start_year, project, peer, level_before, needed = people
    measured, true = totals
    contract, follow_up, before_after = terms
    for i in range(first, last):
        age, years_in = year - born[i], year - start_year[i]
        if age > LAST_AGE:
            continue
        shadow = state[child[i]] % N_LEVELS
        if JUDGED_FROM <= years_in < JUDGED_TO and shadow > 0:
            needed[i] = True
        k, number = intervention[i], project[i]
        if years_in >= follow_up[number]:
            continue
        c = contract[number]
        own = price[c, k, age, treated[i] % N_LEVELS]
        true[number] += price[c, k, age, shadow] - own
        if before_after[c]:
            measured[number] += price[c, k, start_year[i] - 1 - born[i], level_before[i]] - own
        elif peer[i] >= 0:
            other = participant[peer[i]]
            level = treated[other] % N_LEVELS if other >= 0 else state[peer[i]] % N_LEVELS
            measured[number] += price[c, k, age, level] - own
