"""What new projects should be expected to save: added up child by child, when they begin."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..children.ladder import N_AGES, N_LEVELS
from ..children.participants import Participants
from ..evaluation.expected import Expected
from ..inputs.compiled import as_read, kernel
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
    option = np.zeros((len(world.menu.items), N_AGES, N_LEVELS), np.int64)
    option[cells.intervention, cells.age, cells.level] = np.arange(cells.age.size)
    sums, lasting, counted = np.zeros((n, len(expected), 6)), np.zeros(n), np.zeros((2, n), np.int64)
    national = [np.stack((e.true, e.other, np.ones(e.true.size), t.other, e.true_variance)) for e, t in expected]
    _add_up(
        projects[0],
        New(
            helped.project[some],
            helped.municipality[some],
            helped.intervention[some],
            year - 1 - helped.born[some],
            helped.perceived[some],
            helped.peer[some],
            helped.leaves[some],
        ),
        as_read(option),
        (np.stack(national), np.stack([e.gain for e, _ in expected]), world.mix, world.lasting),
        (sums, lasting, counted),
    )
    sums /= np.array([each.metric.groups for each, _ in expected])[:, None]
    return Promising(sums, counted[0], counted[1], lasting)


class New(NamedTuple):
    """Participants of the new projects, shape (n,) each."""

    project: NDArray[np.int32]
    municipality: NDArray[np.int16]
    intervention: NDArray[np.int16]
    age: NDArray[np.int16]  # before the first year
    perceived: NDArray[np.uint8]
    peer: NDArray[np.int32]
    leaves: NDArray[np.bool_]


@kernel
def _add_up(
    first: int,
    people: New,
    options: Whole,
    told: tuple[Floats, Floats, Floats, Floats],
    out: tuple[Floats, Floats, Whole],
) -> None:
    """Add what is expected of each participant to the sums of its project.

    Parameters
    ----------
    first
        Number of the first of these projects.
    options
        Number of each option by (intervention, age, level).
    told
        By (metric, the first five sums, option) what is alike in all places; by (metric, frailty class, option) the
        sixth sum; the share of each class by (class, municipality, option); and what a child saves everybody by
        (municipality, option).
    out
        Sums by (project, metric, which), what is saved by project, and by project how many have a comparison and how
        many leave.
    """
    national, gain, mix, saved = told
    sums, lasting, counted = out
    for i in range(np.uint32(people.project.size)):  # unsigned, as in `evaluators.measure`
        project, place = np.uint32(people.project[i] - first), np.uint32(people.municipality[i])
        kind, age, level = np.uint32(people.intervention[i]), np.uint32(people.age[i]), people.perceived[i]
        option = np.uint32(options[kind, age, level])
        for metric in range(np.uint32(gain.shape[0])):
            local = 0.0
            for frailty in range(np.uint32(gain.shape[1])):
                local += mix[frailty, place, option] * gain[metric, frailty, option]
            for number in range(np.uint32(national.shape[1])):
                sums[project, metric, number] += national[metric, number, option]
            sums[project, metric, np.uint32(national.shape[1])] += local
        lasting[project] += saved[place, option]
        counted[0, project] += people.peer[i] >= 0
        counted[1, project] += people.leaves[i]
