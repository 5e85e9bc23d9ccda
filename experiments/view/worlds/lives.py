"""Lives told again: what became of the helped of one municipality, and what would have become of them.

A child's luck is a pure function of seed, child, age and purpose, and help starts in a year that is known. So a life
can be told again at any time, by the same kernels that live it in a run, and to its end: years that the run has not
reached yet are already settled by the child's luck. Nothing is remembered and no rule is written twice. Read by `tabs`
and `portraits`.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ....model.children import lifecourse, with_help
from ....model.children.ladder import LAST_AGE, N_AGES, N_LEVELS, kernel_tables
from ....model.children.lifecourse import Helped, Homes, Untreated, When
from ....model.children.lives import Children
from ....model.children.prices import CostTables
from ....model.world import World

States = NDArray[np.uint8]
WANTED = ("usual", "most", "none", "worse")  # kinds of lives that `order` finds


@dataclass(frozen=True, eq=False)
class Lives:
    """All who were helped in one municipality; one row each, one column per age from 0 to 64."""

    participant: NDArray[np.int64]  # (n,) row among the participants
    born: NDArray[np.int64]  # (n,)
    started: NDArray[np.int64]  # (n,) first year with help
    intervention: NDArray[np.int64]  # (n,)
    helped: States  # (n, N_AGES) state at each age; before the start the same as without help
    alone: States  # (n, N_AGES) state at each age without help: the shadow


def tell(world: World, children: Children, municipality: int) -> Lives:
    """Tell the lives of everybody helped in a municipality (its row in the world), from birth to the age of 64."""
    people, joined = children.population, children.participants
    rows = np.flatnonzero(joined.municipality[: joined.n] == municipality)
    home = people.offsets[municipality, 0]
    # Cohorts that are not born yet are empty here: only those who were helped matter.
    offsets = np.concatenate(
        [people.offsets[municipality] - home, np.full(N_AGES, people.offsets[municipality, -1] - home)]
    )
    codes = people.codes[municipality : municipality + 1]
    child, cohort_start = ((each[rows] - home).astype(np.int32) for each in (joined.child, joined.cohort_start))
    born, started = joined.born[rows], joined.start_year[rows]
    nowhere = np.zeros(rows.size, np.int16)  # all live in the one municipality that is laid out here
    who = (child, cohort_start, born, nowhere)
    earlier = joined.before[rows]
    before = np.where(earlier >= 0, np.searchsorted(rows, earlier), -1).astype(np.int32)
    rows_of = Helped(*who, joined.intervention[rows], started, joined.leaves[rows], before, joined.again[rows])
    ladder, project = world.ladder, world.spec.project
    born_as = Untreated(*kernel_tables(ladder, world.births[municipality : municipality + 1]))
    effects = with_help.treated_tables(ladder, world.menu.effects, project.overlap, project.programmes)
    home_town = Homes(people.births_from, codes, offsets[None, :])
    state, treated = np.zeros(offsets[-1], np.uint8), np.zeros(rows.size, np.uint8)
    apart = np.zeros(rows.size, np.bool_)
    counts = np.zeros((3, 1, N_AGES, N_LEVELS), np.int32)
    helped, alone = np.zeros((2, rows.size, N_AGES), np.uint8)
    for year in range(people.births_from, int(born.max(initial=people.births_from)) + N_AGES):
        joining = started == year
        treated[joining] = np.where(before[joining] >= 0, treated[before[joining]], state[child[joining]])
        apart[joining] = treated[joining] != state[child[joining]]
        now = When(year, world.seed)
        lifecourse.live_untreated(0, 1, now, home_town, state, born_as, counts[0])
        so_far = 0, int((started <= year).sum())
        with_help.live_treated(so_far, now, codes, rows_of, (state, treated, apart), effects, (counts[1], counts[2]))
        alive = np.flatnonzero((year >= born) & (year - born <= LAST_AGE))
        untreated = np.where(before[alive] >= 0, treated[before[alive]], state[child[alive]])
        alone[alive, year - born[alive]] = untreated
        helped[alive, year - born[alive]] = np.where(started[alive] <= year, treated[alive], untreated)
    return Lives(
        rows, born.astype(np.int64), started.astype(np.int64), joined.intervention[rows].astype(np.int64), helped, alone
    )


def spared(costs: CostTables, lives: Lives, row: int) -> NDArray[np.int64]:
    """What one life with help costs less than alone, by age and payer, SEK, without the programme. Shape (65, 10).

    Negative where help led to a dearer year.
    """
    return _less(costs.by_payer, lives.alone[row], lives.helped[row])


def _less(price: NDArray[np.int64], alone: States, helped: States) -> NDArray[np.int64]:
    """Prices (by age and level first) of lives alone, less those of the same lives with help."""
    ages = np.arange(N_AGES)
    return np.asarray(price[ages, alone % N_LEVELS] - price[ages, helped % N_LEVELS])


def order(costs: CostTables, lives: Lives, wanted: str) -> NDArray[np.int64]:
    """Rows of the lives to show, the most telling first.

    `wanted` is "most" (help spared the public most over the whole life), "usual" (nearest to the median of the lives
    that help changed), "none" (help changed nothing) or "worse" (the life became dearer). Shape (at most n,).
    """
    gain = _less(costs.by_payer.sum(axis=2), lives.alone, lives.helped).sum(axis=1)
    changed = (lives.helped != lives.alone).any(axis=1)
    if wanted == "most":
        found = np.flatnonzero(gain > 0)
        return found[np.argsort(-gain[found], kind="stable")]
    if wanted == "worse":
        found = np.flatnonzero(gain < 0)
        return found[np.argsort(gain[found], kind="stable")]
    if wanted == "none":
        return np.flatnonzero(~changed)
    found = np.flatnonzero(changed)
    return found[np.argsort(np.abs(gain[found] - np.median(gain[found])), kind="stable")] if found.size else found
