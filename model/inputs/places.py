"""Where children live: municipalities, counties, births and prices, as published (see data/README.md).

Read by `scenario`.
"""

import csv
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from ..data import DATA
from .arithmetic import total
from .errors import InputError, hint
from .facts import Facts, built_in_facts, facts_of
from .municipalities.names import Gazetteer, bare
from .municipalities.table import read_own_table

PRICE_YEAR = 2020


@dataclass(frozen=True)
class Places:
    """The municipalities of a run, in order of code, and the births of the whole country.

    `share` is each municipality's interval in the country's cumulated population aged 0-19: a part of the country has
    the children that it has in the whole. `facts` is what else is known of each.
    """

    codes: tuple[str, ...]
    names: tuple[str, ...]
    county_codes: tuple[str, ...]
    population: tuple[int, ...]
    share: tuple[tuple[float, float], ...]
    counties: dict[str, str]
    births: dict[int, int]
    facts: Facts
    stated: tuple[tuple[str, str], ...] = ()  # (code, state) of the practice just before a run, in place of its history
    notes: tuple[str, ...] = field(default=(), repr=False, compare=False)  # how a user's table was understood

    def __hash__(self) -> int:
        return hash((self.codes, self.population))


@cache
def sweden() -> Places:
    """Read all of Sweden."""
    rows = sorted(_rows("municipalities.csv"), key=lambda row: row["code"])
    known = built_in_facts()
    whole = [{**row, "population": int(row["population"]), **known[row["code"]]} for row in rows]
    return _places(whole, total(map(_young, whole)))


def own_places(path: Path) -> Places:
    """Read a user's own table of municipalities in place of the built-in one (see `read_own_table`).

    Each gets its share of the country's births by its population aged 0-19 against that of the built-in country.

    Raises
    ------
    InputError
        With every problem of the file.
    """
    rows, notes = read_own_table(path, _gazetteer(sweden()))
    country = total(p * y for p, y in zip(sweden().population, sweden().facts.young_share, strict=True))
    return replace(_places(rows, country), notes=notes)


def _gazetteer(places: Places) -> Gazetteer:
    return Gazetteer(dict(zip(places.codes, places.names, strict=True)), places.counties)


def _young(row: Mapping[str, Any]) -> float:
    return float(row["population"] * row["young_share"])


def _counties() -> dict[str, str]:
    return {row["code"]: row["name"] for row in _rows("counties.csv")}


def _places(rows: Sequence[Mapping[str, Any]], country: float) -> Places:
    """Put rows together; `country` is the population aged 0-19 that the births belong to."""
    edges = np.concatenate([[0.0], np.cumsum([_young(row) for row in rows])]) / country
    return Places(
        codes=tuple(row["code"] for row in rows),
        names=tuple(row["name"] for row in rows),
        county_codes=tuple(row["county"] for row in rows),
        population=tuple(row["population"] for row in rows),
        share=tuple((float(a), float(b)) for a, b in pairwise(edges)),
        counties=_counties(),
        births={int(row["year"]): int(row["births"]) for row in _rows("births.csv")},
        facts=facts_of(rows),
    )


@cache
def price_factors() -> dict[int, float]:
    """Factor by which an amount of each price year is multiplied to be in prices of PRICE_YEAR (consumer prices)."""
    index = price_levels()
    return {year: index[PRICE_YEAR] / value for year, value in index.items()}


@cache
def price_levels() -> dict[int, float]:
    """Consumer price index by year, 1980 = 100."""
    return {int(row["year"]): float(row["cpi"]) for row in _rows("prices.csv")}


def part(places: Places, wanted: Iterable[str]) -> Places:
    """Keep the municipalities named by code or name, and those of the counties named by two-digit code or name.

    Names may be written as people do: with kommun, stad, region or län, in any case, with or without hyphens.

    Raises
    ------
    InputError
        If a code or name is not known; the message gives the nearest.
    """
    known, problems, keep = _gazetteer(places), [], set()
    for word in (each.strip() for each in wanted):
        found = known.find(word)
        of = found[0] if found else ""
        mine = {code for code in places.codes if of in (code, code[:2], "00")} if of else set()
        keep |= mine
        if not mine:
            problems.append(f"municipalities: '{word[:60]}' {_unknown(word, of, places)}")
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
        facts=places.facts.keep(at),
        stated=places.stated,
    )


def _unknown(word: str, found: str, places: Places) -> str:
    """Say why a place is not there, as the end of a sentence: not in this table, or nowhere."""
    if found:
        return f"is not among the {len(places.codes)} municipalities of this table."
    pair = re.fullmatch(r"([0-9]{4})\s+(.+)", word)
    if pair and pair[1] in places.codes:
        return f"says two things: {pair[1]} is {places.names[places.codes.index(pair[1])]}. Give one of them."
    beside = [code for code in places.codes if word.isdigit() and len(word) == 4 and code[:2] == word[:2]]
    if beside:
        return f"is no municipality. County {word[:2]} has {', '.join(beside[:8])}{', ...' if len(beside) > 8 else ''}."
    every = [*places.names, *places.counties.values()]
    divided = re.split(r";|/|\s+(?:och|and|&)\s+|(?<=[0-9])\s*[-\u2013 ]\s*(?=[0-9])", word)
    several = [each.strip() for each in divided if each.strip()]
    if len(several) > 1:
        return f"is several places in one. Write commas between them, such as {','.join(several[:3])[:100]}."
    parts = [name for name in every if bare(word) in re.split(r"\W+", bare(name))]
    if parts:
        return f"is no municipality or county alone. Did you mean '{parts[0]}'?"
    if bare(word) in ("länet", "kommunen", "regionen"):
        return "is no name of a place. Write its name or code."
    return f"is no municipality or county.{hint(word, every)}"


def _rows(name: str) -> list[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
