"""With what the page opens: handed to the server's page through the environment, as the server's own settings are.

Written by the command, which has checked it; read by `page`.
"""

import json
import os
from collections.abc import Sequence
from dataclasses import dataclass

from ...model.inputs.scenario import Scenario, load_scenario, select
from .worlds import contract_file
from .worlds.settings import Settings

VARIABLE = "STUPROR_VIEW"


@dataclass(frozen=True, kw_only=True)
class Opening:
    """The choices of the command line."""

    scenario: str = ""  # path of a scenario file; empty is the built-in one
    interventions: Sequence[str] = ()  # paths of files or folders of further interventions
    place: str = Settings.place
    design: str = Settings.design
    years: int = Settings.years
    seed: int = Settings.seed
    point: bool = Settings.point
    language: str = "en"

    @property
    def settings(self) -> Settings:
        """The settings of the first world.

        Raises
        ------
        InputError
            If the scenario or the design cannot be read.
        """
        scenario = load_scenario(self.scenario or None, self.interventions)
        design, terms = contract_file.split(self.design)
        return Settings(
            scenario=scenario,
            place=_code(self.place, scenario),
            design=design,
            terms=terms,
            years=self.years,
            seed=self.seed,
            point=self.point,
        )

    def write(self) -> None:
        """Leave it for the page."""
        os.environ[VARIABLE] = json.dumps(vars(self))


def _code(asked: str, scenario: Scenario) -> str:
    """Code of the county or municipality that was asked for by name; what is neither stays as it was asked."""
    if not asked:
        return asked
    every, part = scenario.places, select(scenario, asked.split(",")).places
    for county in every.counties:
        if part.codes == tuple(code for code, of in zip(every.codes, every.county_codes, strict=True) if of == county):
            return county if asked not in part.codes else asked
    return part.codes[0] if len(part.codes) == 1 else asked


def read() -> Opening:
    """Take what was left for the page, or the usual choices."""
    left = json.loads(os.environ.get(VARIABLE) or "{}")
    return Opening(**left | {"interventions": tuple(left.get("interventions", ()))})
