"""The model that Mesa's page steps: a world under the chosen design and, beside it, status quo with the same luck.

Read by `page`, `tabs` and `reasoning`.
"""

import copy
import threading
from collections.abc import Callable
from typing import Self

import numpy as np

from ....model.contracts import load_design
from ....model.model import PreventionModel
from ....model.money.ledger import LedgerError
from .numbers import Year, take
from .settings import Settings

BESIDE = "status-quo"


class World(PreventionModel):
    """A run that is looked at while it goes on.

    Mesa's page builds one whenever it starts again, from arguments that it was given once and for all: so `chosen` is
    asked for the settings. `past` has the numbers of every lived year, before the first those of the start, in pairs:
    under the chosen design, and under status quo. `problems` are sentences about what stopped the run.

    Raises
    ------
    InputError
        If the settings cannot be run.
    """

    def __init__(self, chosen: Callable[[], Settings]) -> None:
        self.settings = chosen()
        spec, design = self.settings.read()
        super().__init__(spec, design, self.settings.seed, self.settings.years)
        self.beside = PreventionModel(spec, load_design(BESIDE), self.settings.seed, self.settings.years)
        self.past: list[tuple[Year, Year]] = [(take(self), take(self.beside))]
        self.problems: tuple[str, ...] = ()
        self.beliefs_then = (self.belief, self.market_belief, self.market_precision)
        self.lock = threading.Lock()  # one thread lives the years, others show them

    @property
    def lived(self) -> int:
        """Number of years that have been lived."""
        return self.year - self.start_year

    def step(self) -> None:
        """Live one year in both worlds; none once the last has been lived."""
        if self.lived >= self.years:
            return
        with self.lock:
            self.beliefs_then = (self.belief, self.market_belief, self.market_precision)
            try:
                super().step()
                self.beside.step()
            except LedgerError as error:
                self.problems, self.running = (str(error),), False
                return
            self.past.append((take(self), take(self.beside)))
        self.running = self.lived < self.years

    def as_decided(self) -> Self:
        """The world with the beliefs that everybody had when the last decisions were taken."""
        then = copy.copy(self)
        then.belief, then.market_belief, then.market_precision = self.beliefs_then
        then.mandates = {**self.mandates, "grantor": self.mandates["region"]}  # a region that grants others' projects
        return then

    def has_fund(self, municipality: int) -> bool:
        """Whether a municipality had a fund of its own, or money left in one, when the last decisions were taken."""
        left = self.funds_before["municipal_fund"][municipality]
        return bool(self.set_aside["municipal_fund"][municipality] > 0 or left > 0)

    def helped_last_year(self, municipality: int, intervention: int) -> int:
        """Children whom an intervention took on in a municipality in the last lived year."""
        joined = self.participants
        last = slice(int(np.searchsorted(joined.start_year[: joined.n], self.year - 1)), joined.n)
        return int(((joined.municipality[last] == municipality) & (joined.intervention[last] == intervention)).sum())
