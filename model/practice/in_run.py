"""The practice inside a run: the history up to its first year, then one step a year with the rest of the country.

A run may hold a part of the country; the practice always lives in the whole of it, so that neighbours across the border
of the part are there and a municipality does the same in the part as in the whole.
"""

from collections.abc import Iterable
from copy import deepcopy
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..inputs.parameters import DiffusionParameters
from ..inputs.places import Places, sweden
from . import (
    FUNDED,
    NEVER,
    STATES,
    Country,
    Practice,
    Surroundings,
    Year,
    history,
    move,
    neighbours_active,
    surroundings,
)

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


@dataclass
class Spread:
    """The practice of the whole country, and which rows of it are in the run."""

    around: Surroundings
    country: Country
    rows: NDArray[np.int64]
    p: DiffusionParameters
    seed: int
    years: list[Year]

    @property
    def practice(self) -> Practice:
        """Where every municipality of the country is with the practice."""
        return self.country.municipalities

    @property
    def funded(self) -> Bools:
        """Which municipalities of the run have money set aside, shape (n,)."""
        return np.asarray(self.practice.funded[self.rows])

    @property
    def active(self) -> Bools:
        """Which municipalities of the run work with it, with or without money, shape (n,)."""
        return np.asarray(self.practice.active[self.rows])


def open_spread(places: Places, p: DiffusionParameters, seed: int, first_year: int) -> Spread:
    """Live the history from 2005 to the year before the run's first; it had no competence centre (P2).

    Where somebody has stated what is so (`Places.stated`), that takes the place of what the history came to.
    """
    at, around, lived, years = _history(places, p, seed, first_year - 1)
    country = deepcopy(lived)
    state_present(country, around, places.stated, first_year - 1)
    return Spread(around, country, np.array([at[code] for code in places.codes], np.int64), p, seed, list(years))


@lru_cache(maxsize=2)  # the same for all designs of a world
def _history(
    places: Places, p: DiffusionParameters, seed: int, last_year: int
) -> tuple[dict[str, int], Surroundings, Country, list[Year]]:
    """The row of each municipality of the country, what is around them, and what they came to by `last_year`."""
    whole = whole_country(places)
    around = surroundings(whole)
    country, years = history(whole, replace(p, centre=0.0), seed, last_year, around)
    return {code: i for i, code in enumerate(whole.codes)}, around, country, years


def state_present(country: Country, around: Surroundings, stated: Iterable[tuple[str, str]], year: int) -> None:
    """Put municipalities (four-digit codes) and regions (two) where they are said to be, as if since `year`."""
    for code, state in stated:
        practice, codes = (
            (country.municipalities, around.municipalities.codes)
            if len(code) == 4
            else (country.regions, around.regions.codes)
        )
        at = codes == int(code)
        practice.state[at] = STATES.index(state)
        practice.since[at] = year
        practice.money_since[at] = year if state == STATES[FUNDED] else 0
        practice.ever[at] |= state == STATES[FUNDED]
        practice.open[at] |= state != STATES[NEVER]


def live(spread: Spread, year: int, good: Floats, *, windfall: bool) -> Year:
    """Live one year; `good` is how good it is for each municipality of the country, shape (country,)."""
    everywhere = np.full(good.size, float(windfall))
    happened = move(spread.country, spread.around, spread.p, spread.seed, year, good, everywhere)
    spread.years.append(happened)
    return happened


def neighbours_active_in_run(spread: Spread) -> Floats:
    """Share of its neighbours that are active, for every municipality of the run, shape (n,); all count alike."""
    alike = np.ones(spread.practice.active.size)
    return np.asarray(neighbours_active(spread.around.municipalities, alike, spread.practice.active)[spread.rows])


def report(spread: Spread, rows: NDArray[np.int64], regional: Bools, worth: Bools, told: Bools) -> None:
    """Let bodies see how their own projects did, and others hear of them; the last result stands.

    Parameters
    ----------
    rows
        Municipality of each project, as the row in the run, shape (projects,).
    regional
        Which are the region's, and not the municipality's own, likewise.
    worth, told
        Which paid for themselves, and which others hear of, likewise.
    """
    whole = spread.rows[rows]
    county = spread.around.region[whole]
    regions = spread.country.regions
    regional_here = regional & (county < regions.result.size)  # Gotland has no region (A1)
    for practice, at, mine in ((spread.practice, whole, ~regional), (regions, county, regional_here)):
        practice.result[at[mine]] = np.where(worth[mine], 1, -1)
        practice.told[at[mine]] = told[mine]


def whole_country(places: Places) -> Places:
    """The built-in country with the facts of the run's own municipalities; the run's alone if any is not in it."""
    country = sweden()
    if not set(places.codes) <= set(country.codes):
        return places
    at = {code: i for i, code in enumerate(country.codes)}
    where = [at[code] for code in places.codes]

    def laid_over(name: str) -> Any:
        values = list(getattr(country.facts, name))
        for i, value in zip(where, getattr(places.facts, name), strict=True):
            values[i] = value
        return tuple(values)

    population = list(country.population)
    for i, people in zip(where, places.population, strict=True):
        population[i] = people
    facts = replace(country.facts, **{name: laid_over(name) for name in vars(country.facts)})
    return replace(country, population=tuple(population), facts=facts)
