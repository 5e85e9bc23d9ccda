"""The least that a kernel can do for a life: one draw and one move a year.

The same children, years, order, draws and tables as `lifecourse.live_untreated`, and lives that differ from its lives
in nothing but the exam. Nobody is counted, so nothing can be paid: what is between the two is what the model's kernel
spends on counting and on the exam.
"""

import numpy as np
from numba import njit

from stupror.model.children.draws import BIRTH, MOVE, draw, stream_key
from stupror.model.children.ladder import ADULT_AGE, LAST_AGE, N_STATES
from stupror.model.children.lifecourse import largest_cohort


@njit(cache=True, nogil=True)
def live_bare(first, last, year, seed, births_from, codes, offsets, state, tables):
    """Move every life of municipalities `first` to `last` (exclusive) one year; arguments as in `live_untreated`."""
    birth_threshold, move_threshold, target, _, _ = tables
    luck = np.empty(largest_cohort(first, last, offsets), np.uint32)
    for m in range(first, last):
        for cohort in range(max(0, year - births_from - LAST_AGE), year - births_from + 1):
            start, stop = offsets[m, cohort], offsets[m, cohort + 1]
            born = births_from + cohort
            age = year - born
            if age == 0:
                key = stream_key(seed, BIRTH, codes[m], born, 0)
                for i in range(start, stop):
                    u = draw(key, i - start)
                    s = 0
                    while u >= birth_threshold[m, s] and s < N_STATES - 1:
                        s += 1
                    state[i] = np.uint8(s)
                continue
            key = stream_key(seed, MOVE, codes[m], born, age)
            edge = move_threshold[age]
            goal = target[0 if age < ADULT_AGE else 1]
            for number in range(stop - start):
                luck[number] = draw(key, number)
            for i in range(start, stop):
                u = luck[i - start]
                s = state[i]
                ending = (
                    np.int64(u >= edge[s, 0])
                    + np.int64(u >= edge[s, 1])
                    + np.int64(u >= edge[s, 2])
                    + np.int64(u >= edge[s, 3])
                )
                state[i] = goal[s, ending]
