"""The model from plain names and numbers, as Mesa's tools give them: `mesa.batch_run`, and sliders of SolaraViz.

    SwedenModel(design="municipal-fund", municipalities="Karlskrona", years=10, run_seed=1, **{"committee.horizon": 4})

It is `PreventionModel` and nothing else; only what it is made from is written otherwise. `docs/mesa.md` shows it. Read
by whoever knows Mesa.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from .contracts import Design, load_design
from .inputs.errors import InputError, hint
from .inputs.scenario import Scenario, load_scenario, select
from .model import PreventionModel

LAST_SEED, MOST_YEARS, FIRST_YEAR, LAST_YEAR = 2**31 - 1, 45, 2005, 2030


class SwedenModel(PreventionModel):
    """`PreventionModel`, made from names and numbers.

    Parameters
    ----------
    design
        Name of a design, as for `stupror run`, or a design.
    municipalities
        Codes or names of municipalities or counties, or one of them; the whole country if None.
    years
        Budget years that will be lived; then `running` is false.
    run_seed
        Names the luck. If None, `rng` does (Mesa 3.5 gives it by that name); if that is None too, a new one is drawn,
        as Mesa does, and is to be found in `world.seed`.
    start_year
        First budget year.
    spec
        The scenario; the built-in one if None.
    rng
        A whole number, or a generator to draw one from.
    **kwargs
        Parameters by their names, such as ``**{"committee.horizon": 4}``.

    Raises
    ------
    InputError
        With everything that is wrong, and the nearest name.
    """

    def __init__(
        self,
        design: str | Design = "status-quo",
        municipalities: str | Sequence[str] | None = "10",
        years: int = 10,
        run_seed: int | None = None,
        start_year: int = 2020,
        spec: Scenario | None = None,
        rng: Any = None,
        **kwargs: Any,
    ) -> None:
        problems = [
            f"{name} is {value!r}. Give a whole number from {low} to {high}."
            for name, value, low, high in (
                ("years", years, 1, MOST_YEARS),
                ("start_year", start_year, FIRST_YEAR, LAST_YEAR),
                ("run_seed", 0 if run_seed is None else run_seed, 0, LAST_SEED),
            )
            if not _whole(value) or not low <= value <= high
        ]
        problems += [f"'{name}' is no argument.{hint(name, ARGUMENTS)}" for name in kwargs if "." not in name]
        if problems:
            raise InputError(problems)
        world = _changed(load_scenario() if spec is None else spec, kwargs)
        if municipalities is not None:
            world = select(world, [municipalities] if isinstance(municipalities, str) else list(municipalities))
        chosen = load_design(design) if isinstance(design, str) else design
        super().__init__(world, chosen, _seed(run_seed, rng), int(years), int(start_year))


ARGUMENTS = ("design", "municipalities", "years", "run_seed", "start_year", "spec", "rng")


def _changed(world: Scenario, values: Mapping[str, Any]) -> Scenario:
    """Give the scenario with these parameters; numbers of NumPy are numbers here, too."""
    problems: list[str] = []
    for path, value in values.items():
        try:
            world = world.replace(path, value.item() if isinstance(value, np.generic) else value)
        except InputError as error:
            problems += error.problems
    if problems:
        raise InputError(problems)
    return world


def _whole(value: object) -> bool:
    return isinstance(value, int | np.integer) and not isinstance(value, bool)


def _seed(run_seed: int | None, rng: Any) -> int:
    """The seed that is given, or one that is drawn."""
    if run_seed is not None:
        return int(run_seed)
    if _whole(rng):
        return int(rng)
    return int(np.random.default_rng(rng).integers(LAST_SEED))
