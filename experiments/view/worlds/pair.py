"""The model that Mesa's page steps: a world under the chosen design and, beside it, status quo with the same luck.

Read by `page`, `tabs` and `reasoning`.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ....model.contracts import load_design
from ....model.model import PreventionModel
from ....model.money.ledger import LedgerError
from ...plans.likely import drawing
from ...runs.told import cut_counties
from ...runs.workers import processors
from .numbers import Rows, Year, take
from .settings import BESIDE, Settings

Pairs = list[tuple[Year, Year]]
LARGE = 100  # municipalities from which on a year is worth a second thread


@dataclass(frozen=True, eq=False)
class Luck:
    """Net gain so far in runs with different seeds."""

    seeds: range
    gain: NDArray[np.int64]  # (runs, 2, years + 1, 3): by run, world, year and group, summed from the start, SEK

    @property
    def difference(self) -> NDArray[np.int64]:
        """What the chosen design gains more than status quo, shape (runs, years + 1, 3)."""
        return self.gain[:, 0] - self.gain[:, 1]


class Pair(PreventionModel):
    """A run that is looked at while it goes on.

    Mesa's page builds one whenever it starts again, from arguments that it was given once and for all: so `chosen` is
    asked for the settings. `past` has the numbers of every lived year, before the first those of the start, in pairs:
    under the chosen design, and under status quo. They are those of the place that is looked at; `around` has those of
    the municipalities on the map, which are more where the place is one of a county. `here` and `near` are their rows
    in the world; `cut` names the municipalities of counties of which a part is left out. `luck` has runs of other seeds
    once somebody has asked for them. `problems` are sentences about what stopped the run.

    Raises
    ------
    InputError
        If the settings cannot be run.
    """

    def __init__(self, chosen: Callable[[], Settings]) -> None:
        self.settings = chosen()
        spec, design = self.settings.read()
        self.here, self.near = self.settings.rows(spec)
        self.cut = cut_counties(spec, self.settings.scenario)
        spec = drawing(point=self.settings.point)(spec, self.settings.seed)
        threads = 2 if len(spec.places.codes) >= LARGE and processors() > 1 else 1
        super().__init__(spec, design, self.settings.seed, self.settings.years, threads=threads)
        self.beside = PreventionModel(
            spec, load_design(BESIDE), self.settings.seed, self.settings.years, threads=threads
        )
        self.past: Pairs = []
        self.around: Pairs = []
        self._take()
        self.luck: Luck | None = None
        self.problems: tuple[str, ...] = ()
        self.lock = threading.Lock()  # one thread lives the years, others show them

    @property
    def lived(self) -> int:
        """Number of years that have been lived."""
        return self.year - self.world.start_year

    @property
    def neighbours(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Codes and names of the municipalities on the map."""
        places = self.world.spec.places
        return tuple(places.codes[row] for row in self.near), tuple(places.names[row] for row in self.near)

    def step(self) -> None:
        """Live one year in both worlds; none once the last has been lived."""
        if self.lived >= self.world.years:
            return
        with self.lock:
            try:
                super().step()
                self.beside.step()
            except LedgerError as error:
                self.problems, self.running = (str(error),), False
                return
            self._take()
        self.running = self.lived < self.world.years

    def _take(self) -> None:
        """Keep the numbers of the last lived year, here and beside."""
        self.past.append(self._taken(self.here))
        self.around.append(self.past[-1] if self.near is self.here else self._taken(self.near))

    def _taken(self, rows: Rows) -> tuple[Year, Year]:
        year = self.year - 1
        return take(self.world, self.state, year, rows), take(self.beside.world, self.beside.state, year, rows)
