"""Where children live: municipalities, counties, births and prices, as published (see data/README.md).

Read by `scenario`.
"""

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path

import numpy as np

from model.errors import InputError, hint

DATA = Path(__file__).parent / "data"
PRICE_YEAR = 2020


@dataclass(frozen=True)
class Places:
    """The municipalities of a run, in order of code, and the births of the whole country.

    `share` is each municipality's interval in the country's cumulated population: a part of the country has the
    children that it has in the whole.
    """

    codes: tuple[str, ...]
    names: tuple[str, ...]
    county_codes: tuple[str, ...]
    population: tuple[int, ...]
    share: tuple[tuple[float, float], ...]
    counties: dict[str, str]
    births: dict[int, int]


@cache
def sweden() -> Places:
    """Read all of Sweden."""
    rows = sorted(_rows("municipalities.csv"), key=lambda row: row["code"])
    population = [int(row["population"]) for row in rows]
    edges = np.concatenate([[0], np.cumsum(population)]) / sum(population)
    return Places(
        codes=tuple(row["code"] for row in rows),
        names=tuple(row["name"] for row in rows),
        county_codes=tuple(row["county"] for row in rows),
        population=tuple(population),
        share=tuple((float(a), float(b)) for a, b in pairwise(edges)),
        counties={row["code"]: row["name"] for row in _rows("counties.csv")},
        births={int(row["year"]): int(row["births"]) for row in _rows("births.csv")},
    )


@cache
def price_factors() -> dict[int, float]:
    """Factor by which an amount of each price year is multiplied to be in prices of PRICE_YEAR (consumer prices)."""
    index = {int(row["year"]): float(row["cpi"]) for row in _rows("prices.csv")}
    return {year: index[PRICE_YEAR] / value for year, value in index.items()}


def part(places: Places, wanted: Iterable[str]) -> Places:
    """Keep the municipalities named by code or name, and those of the counties named by two-digit code or name.

    Raises
    ------
    InputError
        If a code or name is not known; the message gives the nearest.
    """
    problems, keep = [], set()
    counties = {name: code for code, name in places.counties.items()}
    names = dict(zip(places.names, places.codes, strict=True))
    for word in (each.strip() for each in wanted):
        if word in places.codes or word in names:
            keep.add(names.get(word, word))
        elif word in places.county_codes or counties.get(word) in places.county_codes:
            county = counties.get(word, word)
            keep |= {c for c, of in zip(places.codes, places.county_codes, strict=True) if of == county}
        else:
            known = [*places.codes] if word.isdigit() else [*names, *counties]
            problems.append(f"municipalities: '{word}' is no municipality or county.{hint(word, known)}")
    if not problems and not keep:
        problems.append("municipalities: none is named. Give codes such as 0580,0581 or a county such as 10.")
    if problems:
        raise InputError(problems)
    at = [i for i, code in enumerate(places.codes) if code in keep]
    return Places(
        codes=tuple(places.codes[i] for i in at),
        names=tuple(places.names[i] for i in at),
        county_codes=tuple(places.county_codes[i] for i in at),
        population=tuple(places.population[i] for i in at),
        share=tuple(places.share[i] for i in at),
        counties=places.counties,
        births=places.births,
    )


def _rows(name: str) -> list[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
