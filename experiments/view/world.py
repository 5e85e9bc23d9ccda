"""The model that Mesa's page steps: a world under the chosen design and, beside it, status quo with the same luck.

Mesa's page builds a model from the values of its inputs whenever Reset is pressed and expects one at any rate, so a
choice that cannot be run gives the world of the choices before, and says so. Read by `page` and `reasoning`.
"""

import copy
import threading
from typing import Any, Self

import numpy as np

from experiments.view.numbers import Year, take
from experiments.view.settings import Settings, changed
from model.errors import InputError
from model.funding import load_design
from model.ledger import LedgerError
from model.model import PreventionModel

BESIDE = "status-quo"


class World(PreventionModel):
    """A run that is looked at while it goes on.

    `past` has the numbers of every lived year, before the first those of the start, in pairs: under the chosen design,
    and under status quo. `problems` are sentences for whoever chose what cannot be run.
    """

    def __init__(self, before: Settings, **kwargs: Any) -> None:
        self.problems: tuple[str, ...] = ()
        kwargs.pop("scenario", None)  # Mesa 3.5 hands every model one of its own
        try:
            self._open(changed(before, kwargs))
        except InputError as error:
            self.problems = error.problems
            self._open(before)
        self.lock = threading.Lock()  # one thread lives the years, others show them

    def _open(self, settings: Settings) -> None:
        """Build both worlds."""
        spec, design = settings.read()
        super().__init__(spec, design, settings.seed, settings.years)
        self.settings = settings
        self.beside = PreventionModel(spec, load_design(BESIDE), settings.seed, settings.years)
        self.past: list[tuple[Year, Year]] = [(take(self), take(self.beside))]
        self.belief_then = self.belief

    @property
    def lived(self) -> int:
        """Number of years that have been lived."""
        return self.year - self.start_year

    def step(self) -> None:
        """Live one year in both worlds; none once the last has been lived."""
        if self.lived >= self.years:
            return
        with self.lock:
            self.belief_then = self.belief
            try:
                super().step()
                self.beside.step()
            except LedgerError as error:
                self.problems, self.running = (str(error),), False
                return
            self.past.append((take(self), take(self.beside)))
        self.running = self.lived < self.years

    def as_decided(self) -> Self:
        """The world with the beliefs that bodies had when they took the last decisions."""
        then = copy.copy(self)
        then.belief = self.belief_then
        return then

    def helped_last_year(self, municipality: int, intervention: int) -> int:
        """Children whom an intervention took on in a municipality in the last lived year."""
        joined = self.participants
        last = slice(int(np.searchsorted(joined.start_year[: joined.n], self.year - 1)), joined.n)
        return int(((joined.municipality[last] == municipality) & (joined.intervention[last] == intervention)).sum())
