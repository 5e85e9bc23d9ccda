"""The model that Mesa's page steps: a world under the chosen design and, beside it, status quo with the same luck.

Read by `page`, `tabs` and `reasoning`.
"""

import threading
from collections.abc import Callable

from ....model.contracts import load_design
from ....model.model import PreventionModel
from ....model.money.ledger import LedgerError
from .numbers import Year, take
from .settings import BESIDE, Settings


class Pair(PreventionModel):
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
        self.past: list[tuple[Year, Year]] = [self._taken()]
        self.problems: tuple[str, ...] = ()
        self.lock = threading.Lock()  # one thread lives the years, others show them

    @property
    def lived(self) -> int:
        """Number of years that have been lived."""
        return self.year - self.world.start_year

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
            self.past.append(self._taken())
        self.running = self.lived < self.world.years

    def _taken(self) -> tuple[Year, Year]:
        """Numbers of the last lived year, here and beside."""
        return take(self.world, self.state, self.year - 1), take(self.beside.world, self.beside.state, self.year - 1)
