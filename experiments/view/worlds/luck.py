"""The same settings with other seeds: what of that which is seen would be seen again. Read by `tabs` and `figures`.

Another seed is other luck and, unless central values were asked for, another likely world: the runs are those of
`stupror compare --seeds 10` with the same first seed. The first of them is the run that is shown.
"""

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from ...runs.limits import LAST_SEED
from .pair import Luck, Pair
from .settings import Settings

RUNS = 10


def live(settings: Settings, runs: int, tell: Callable[[float], object] = lambda _share: None) -> Luck:
    """Live the whole of so many runs, from the seed of the settings on; `tell` hears which share of it is done."""
    seeds = range(settings.seed, min(settings.seed + runs, LAST_SEED + 1))
    gain = []
    for run, seed in enumerate(seeds):
        chosen = replace(settings, seed=seed)
        pair = Pair(lambda chosen=chosen: chosen)  # type: ignore[misc]
        for year in range(settings.years):
            pair.step()
            tell((run + (year + 1) / settings.years) / len(seeds))
        years = [[lived[side].gain.sum(axis=0) for lived in pair.past] for side in (0, 1)]
        gain.append(np.cumsum(years, axis=1))
    return Luck(seeds, np.array(gain))
