"""Who is found and who is taken in: the kernels that see children as in need, and enrol them.

As in `lifecourse`: no kernel draws from anything but `draws`, and each writes only what belongs to the municipalities
that it is given. Read by `lives` and `enrolment`.
"""

import numpy as np
from numpy.typing import NDArray

from ..inputs.compiled import kernel
from .draws import DETECT, draw, stream_key
from .ladder import N_LEVELS
from .lifecourse import Apart, Found, Homes, Look, Options, Rows, States, When, Whole, largest_cohort

Rows32 = NDArray[np.int32]
_LEVELS = np.uint32(N_LEVELS)
NEVER = 255  # years after the first birth: more than a run has


@kernel
def identify(
    first: int,
    last: int,
    when: When,
    homes: Homes,
    people: tuple[States, States],
    apart: Apart,
    look: Look,
    found: Found,
) -> None:
    """Find the children whom bodies see as in need when `year` begins.

    Parameters
    ----------
    people
        Untreated state of each child, and the year from which on it can take part, counted from `births_from`: not
        while it is in a programme, has had as many as it may, or is held back by an evaluation.
    apart
        Who is in another state with help than without: these are seen as they really are.
    found
        Overwritten.
    """
    year, seed = when
    births_from, codes, offsets = homes
    state, free_from = people
    edges, ages = look
    seen, who = found
    worse, at_all = edges[:, 0].copy(), edges[:, 1].copy()
    size = largest_cohort(first, last, offsets)
    luck, mine = np.empty(size, np.uint32), np.empty(size, np.uint8)
    shown = np.empty(size + 1, np.uint32)
    before = 0  # of those apart, who lives in municipalities before this one
    while before < apart.child.size and apart.child[before] < offsets[first, 0]:
        before += 1
    for m in range(first, last):
        seen[m] = 0
        home = offsets[m, 0]
        at, upto = home, before
        while upto < apart.child.size and apart.child[upto] < offsets[m, -1]:
            upto += 1
        next_one, before = upto - 1, upto  # the youngest lie last
        for age in range(ages[0], ages[1] + 1):
            cohort = year - 1 - age - births_from
            if cohort < 0:
                continue
            start, stop = offsets[m, cohort], offsets[m, cohort + 1]
            alone = state[start:stop]
            key = stream_key(seed, DETECT, codes[m], births_from + cohort, age)
            n, free, now = np.uint32(stop - start), free_from[start:stop], year - births_from
            for i in range(n):
                luck[i] = draw(key, i)
                mine[i] = alone[i]
            while next_one >= 0 and apart.child[next_one] >= start:  # as it really is of whoever has had help
                if apart.child[next_one] < stop:
                    mine[apart.child[next_one] - start] = apart.state[next_one]
                next_one -= 1
            hits = np.uint32(0)
            for i in range(n):  # without a branch, as in `live_untreated`
                shown[hits] = i
                hits += np.uint32((luck[i] < at_all[mine[i]]) & (free[i] <= now))
            here, first_of_all = seen[m, age], np.int32(start - home) * N_LEVELS
            line = who[at : at + np.int64(hits)]
            at += line.size
            for j in range(hits):  # places are unsigned: others are asked whether they are counted from the end
                i = shown[j]
                level = np.uint32(mine[i] % _LEVELS) + np.uint32(luck[i] < worse[mine[i]])
                line[j] = first_of_all + np.int32(i) * N_LEVELS + np.int32(level)
                here[level] += 1


@kernel
def enrol(
    first: int,
    last: int,
    year: int,
    homes: Homes,
    people: tuple[States, Rows32, States],
    found: Found,
    options: Options,
    rules: tuple[Whole, int],
    wanted: tuple[Whole, Whole],
    out: tuple[int, int, Rows],
) -> int:
    """Enrol children of municipalities `first` to `last` (exclusive) into programmes, in the order in which they stand.

    Parameters
    ----------
    people
        Untreated state of each child, its last row among the participants, and from when on it can take part, as
        `identify` reads it; the latter two are changed in place.
    found
        As `identify` left it.
    rules
        Years of each intervention, shape (n_interventions,), and how many programmes a child can have in its life.
    wanted
        Number to take by (municipality, cell), at most as many as were `identify`-ed, changed in place: what is left
        could not be found; and the number of the project of each (municipality, intervention), -1 where nobody is to be
        taken.
    out
        First row of this year, and the first of these municipalities' own: rows are filled from there on.

    Returns
    -------
    int
        The next free row.
    """
    births_from, _, offsets = homes
    state, participant, free_from = people
    seen, who = found
    left_of, project = wanted
    this_year, row, new = out
    duration, most = rules
    kind, age_of, level_of = options
    begins = np.empty(seen.shape[1] * N_LEVELS + 1, np.int64)  # place in `order` of each age and level's first option
    for group in range(begins.size):
        begins[group] = 0
    for c in range(kind.size):
        begins[age_of[c] * N_LEVELS + level_of[c] + 1] += 1
    for group in range(1, begins.size):
        begins[group] += begins[group - 1]
    order, filled = np.empty(kind.size, np.int64), np.empty(begins.size, np.int64)
    for group in range(begins.size):
        filled[group] = begins[group]
    for c in range(kind.size):
        group = age_of[c] * N_LEVELS + level_of[c]
        order[filled[group]] = c
        filled[group] += 1
    now = np.empty(N_LEVELS, np.int64)
    for m in range(first, last):
        nobody = True
        for k in range(project.shape[1]):
            nobody &= project[m, k] < 0
        if nobody:
            continue
        at = home = offsets[m, 0]
        for age in range(seen.shape[1]):
            stop = at
            for level in range(N_LEVELS):
                stop += seen[m, age, level]
            groups = begins[age * N_LEVELS : (age + 1) * N_LEVELS + 1]
            for level in range(N_LEVELS):
                now[level] = groups[level]  # the option whose turn it is for children of each level
            left = 0
            for j in range(groups[0], groups[N_LEVELS]):
                left += left_of[m, order[j]]
            while at < stop and left > 0:
                i, level = home + who[at] // N_LEVELS, who[at] % N_LEVELS
                at += 1
                while now[level] < groups[level + 1] and left_of[m, order[now[level]]] == 0:
                    now[level] += 1
                if now[level] == groups[level + 1] or participant[i] >= this_year:
                    continue
                c = order[now[level]]
                left_of[m, c] -= 1
                left -= 1
                cohort, before = year - 1 - age - births_from, max(participant[i], -1)
                participant[i] = row
                new.child[row], new.municipality[row], new.project[row] = i, m, project[m, kind[c]]
                new.born[row], new.cohort_start[row] = births_from + cohort, offsets[m, cohort]
                new.start_year[row], new.intervention[row], new.perceived[row] = year, kind[c], level
                new.before[row], had = before, 1
                now_in = state[i]
                if before >= 0:
                    new.again[before], now_in = True, new.treated[before]
                while before >= 0:
                    had, before = had + 1, new.before[before]
                new.state_before[row], new.treated[row], new.apart[row] = now_in, now_in, now_in != state[i]
                free_from[i] = min(year - births_from + duration[kind[c]], NEVER) if had < most else NEVER
                row += 1
            at = stop
    return row
