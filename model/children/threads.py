"""Passes over children in parts, side by side.

A part writes only what is its own, or counts for itself what is added up afterwards, in whole numbers: so threads
change nothing but the time. Kernels let one another run (`inputs.compiled`). Read by `lives` and `enrolment`.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import TypeVar

import numpy as np

from .participants import Participants
from .population import Population

Answer = TypeVar("Answer")


def side_by_side(cuts: Sequence[int], run: Callable[[int, int], Answer]) -> list[Answer]:
    """Run a pass from each cut to the next (exclusive), each in a thread of its own; returns what each gives."""
    parts = list(pairwise(cuts))
    if len(parts) == 1:
        return [run(*parts[0])]
    with ThreadPoolExecutor(len(parts)) as pool:
        return [part.result() for part in [pool.submit(run, *each) for each in parts]]


def of_municipalities(people: Population, threads: int) -> list[int]:
    """Cut the municipalities into parts of about as many children, one for each thread."""
    if threads == 1:
        return [0, people.codes.size]
    goals = np.linspace(0, people.n_children, threads + 1)[1:-1]
    return [0, *np.searchsorted(people.offsets[:, 0], goals).tolist(), people.codes.size]


def of_rows(first: int, last: int, threads: int) -> list[int]:
    """Cut rows of participants, `first` to `last` (exclusive), into parts of equal size, one for each thread."""
    if threads == 1:
        return [first, last]
    return [int(cut) for cut in np.linspace(first, last, threads + 1)]


def of_projects(helped: Participants, first: int, last: int, threads: int) -> list[int]:
    """The same, but no project is cut in two: its rows stand together with those of its municipality and year."""
    cuts = of_rows(first, last, threads)
    for number in range(1, threads):
        at = max(cuts[number], cuts[number - 1])
        if first < at < last:
            place, year = helped.municipality, helped.start_year
            other = (place[at:last] != place[at - 1]) | (year[at:last] != year[at - 1])
            at = at + int(other.argmax()) if other.any() else last
        cuts[number] = at
    return cuts
