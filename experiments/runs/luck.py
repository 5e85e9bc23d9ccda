"""Worlds lived a second time with other luck, so that the spread over worlds can be parted into luck and parameters.

Read by the commands, `experiments.api` and `again`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Protocol

import pandas as pd

from ...analysis.measures import worlds as over_worlds
from ...model.inputs.scenario import Scenario
from ..plans.likely import Worlds

__all__ = ["second"]

OTHER = 3_000_000_000  # from the seed of a world to that of its second luck: beyond every seed that can be asked for


class Live(Protocol):
    """Runs every design with these seeds, the world of each drawn by `worlds`; as `runner.compare`."""

    def __call__(self, seeds: Sequence[int], *, worlds: Worlds) -> Mapping[str, pd.DataFrame]: ...


def second(live: Live, seeds: Sequence[int], worlds: Worlds, rate: float) -> pd.DataFrame:
    """Live the worlds of these seeds with other luck; give what payers gain there, as table `luck` (`docs/outputs.md`).

    `rate` is the discount rate. Empty if status quo is not among the designs.
    """
    tables = live([seed + OTHER for seed in seeds], worlds=partial(_of_before, worlds))
    gains = over_worlds.gains(tables, rate)
    gains = gains.assign(seed=gains["seed"].astype("int64") - OTHER)
    return gains[["design", "seed", *(name for name in gains if name not in ("design", "seed"))]]


def _of_before(worlds: Worlds, scenario: Scenario, seed: int) -> Scenario:
    return worlds(scenario, seed - OTHER)
