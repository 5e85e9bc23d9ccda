"""What new projects should be expected to save: added up child by child, when they begin."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..children.cells import Cells
from ..children.ladder import N_AGES, N_LEVELS
from ..children.participants import Participants
from ..evaluation.expected import Expected
from ..inputs.compiled import kernel
from ..inputs.protect import kept
from ..world import World

Whole = NDArray[np.int64]
Floats = NDArray[np.float64]


class Promising(NamedTuple):
    """What new projects should be expected to save, and for how many participants a comparison was found.

    `left` are those of them who leave; `lasting` is what all should save everybody, see `World.lasting`.
    """

    sums: Floats  # (n, metrics, 6), see `Projects.expected_sums`
    matched: Whole
    left: Whole
    lasting: Floats


def promising(
    helped: Participants,
    world: World,
    expected: Sequence[tuple[Expected, Expected]],
    rows: tuple[int, int],
    projects: tuple[int, int],
    year: int,
) -> Promising:
    """Add up, project by project, what is expected of its participants.

    `expected` is of each metric what an honest evaluation should come to, and what its evaluator should report. `rows`
    and `projects` are those of one contract that begin this year, from the first to the last (exclusive).
    """
    cells, some = world.cells, slice(*rows)
    n = projects[1] - projects[0]
    which = (helped.project[some] - projects[0]).astype(np.int64)
    where = helped.municipality[some].astype(np.int64)
    number = _numbers(cells, len(world.menu.items))
    of = number[helped.intervention[some], year - 1 - helped.born[some], helped.perceived[some]]
    sums = np.zeros((len(expected), n, 6))
    for j, (each, told) in enumerate(expected):
        _add_up((which, where, of), _national(each, told), each.gain, world.mix, sums[j])
        sums[j] /= each.metric.groups
    lasting = np.bincount(which, world.lasting[where, of], minlength=n).astype(np.float64)
    matched = np.bincount(which, helped.peer[some] >= 0, minlength=n).astype(np.int64)
    left = np.bincount(which, helped.leaves[some], minlength=n).astype(np.int64)
    return Promising(sums.transpose(1, 0, 2), matched, left, lasting)


@lru_cache(maxsize=4)
def _numbers(cells: Cells, n_interventions: int) -> Whole:
    """Number of each option by (intervention, age, level)."""
    number = np.zeros((n_interventions, N_AGES, N_LEVELS), np.int64)
    number[cells.intervention, cells.age, cells.level] = np.arange(cells.age.size)
    return kept(number)


@lru_cache(maxsize=16)  # the metrics of a run's contracts, year after year
def _national(each: Expected, told: Expected) -> Floats:
    """What is expected of a participant alike in all places, by (the first five sums, option)."""
    return kept(np.stack((each.true, each.other, np.ones(each.true.size), told.other, each.true_variance)))


@kernel
def _add_up(rows: tuple[Whole, Whole, Whole], national: Floats, gain: Floats, mix: Floats, sums: Floats) -> None:
    """Add what is expected of each participant to the sums of its project, shape (n_projects, 6).

    Parameters
    ----------
    rows
        Project, municipality and option of each participant.
    national
        What is alike in all places, by (the first five sums, option).
    gain, mix
        By (frailty class, option), and the share of each class by (class, municipality, option): the sixth sum.
    """
    which, where, of = rows
    for i in range(which.size):
        project, place, option = which[i], where[i], of[i]
        local = 0.0
        for frailty in range(gain.shape[0]):
            local += mix[frailty, place, option] * gain[frailty, option]
        for number in range(national.shape[0]):
            sums[project, number] += national[number, option]
        sums[project, -1] += local
