"""What is known of each municipality besides its name: people, ages, schooling, tax base, spending, who rules it.

Every column is declared here with its unit and its range; `data/README.md` says where each is from. Anybody may give a
table of their own in place of the built-in one, see `municipalities`. Read by `places`.
"""

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..data import DATA
from .arithmetic import exp, log
from .errors import InputError, hint

RULES = ("red-green", "centre-right", "cross-bloc", "other")
TERMS = (2002, 2006, 2010, 2014, 2018)  # election years; a term begins in January after
_PEOPLE = (500, 5_000_000)
WHOLE = {
    "population": _PEOPLE,
    "population_2005": _PEOPLE,
    "population_2013": _PEOPLE,
    "population_2017": _PEOPLE,
    "tax_base": (50_000, 1_000_000),
    "spending": (20_000, 200_000),
}
SHARES = {"young_share": (0.05, 0.5), "old_share": (0.01, 0.4), "low_schooling_share": (0.02, 0.7)}
FACTS = (*(name for name in WHOLE if name != "population"), *SHARES, *(f"rule_{year}" for year in TERMS))
IDENTITY = ("code", "name", "county", "population")

Row = dict[str, Any]


@dataclass(frozen=True)
class Facts:
    """One entry per municipality, in the order of `Places`.

    Shares are of inhabitants at the end of 2013 (`low_schooling_share` of those aged 16-74); `tax_base` in SEK per
    inhabitant, taxation of 2014; `spending` in SEK per inhabitant in 2014; `rule` the political rule of each term.
    """

    population_2005: tuple[int, ...]
    population_2013: tuple[int, ...]
    population_2017: tuple[int, ...]
    young_share: tuple[float, ...]
    old_share: tuple[float, ...]
    low_schooling_share: tuple[float, ...]
    tax_base: tuple[int, ...]
    spending: tuple[int, ...]
    rule: tuple[tuple[str, ...], ...]  # by municipality, then by term

    def keep(self, at: Sequence[int]) -> "Facts":
        """Return the facts of these rows only."""
        return Facts(**{each.name: tuple(getattr(self, each.name)[i] for i in at) for each in fields(self)})

    def growth(self) -> NDArray[np.float64]:
        """Yearly growth of the population from 2005 to 2017, shape (n,)."""
        first = np.asarray(self.population_2005, dtype=np.float64)
        last = np.asarray(self.population_2017, dtype=np.float64)
        return np.asarray(exp(log(last / first) / 12.0) - 1.0, dtype=np.float64)

    def pressure(self) -> NDArray[np.float64]:
        """Share of inhabitants who are young (0-19) or old (75 and over): those whom services are for. Shape (n,)."""
        return np.asarray(self.young_share, dtype=np.float64) + np.asarray(self.old_share, dtype=np.float64)

    def rule_in(self, year: int) -> NDArray[np.int64]:
        """Political rule in a year, as the place in RULES, shape (n,). The last known term stands for later years."""
        term = max((i for i, election in enumerate(TERMS) if election < year), default=0)
        return np.array([RULES.index(terms[term]) for terms in self.rule], np.int64)


def standardised(
    values: Sequence[float] | NDArray[np.float64], among: Sequence[float] | NDArray[np.float64] | None = None
) -> NDArray[np.float64]:
    """Distance from the mean of `among` in its standard deviations, shape (n,); zeros where all of it are alike.

    `among` is the values themselves unless given, such as those of the whole country.
    """
    numbers = np.asarray(values, dtype=np.float64)
    country = numbers if among is None else np.asarray(among, dtype=np.float64)
    spread = country.std()
    return np.zeros_like(numbers) if spread == 0.0 else np.asarray((numbers - country.mean()) / spread)


@cache
def built_in_facts() -> dict[str, Row]:
    """Facts of the 290 municipalities by code."""
    problems: list[str] = []
    with (DATA / "municipal_facts.csv").open(encoding="utf-8", newline="") as file:
        rows = {row["code"]: _parse(row, FACTS, f"municipal_facts.csv: {row['code']}", problems)
                for row in csv.DictReader(file)}  # fmt: skip
    if problems:
        raise InputError(problems)
    return rows


@cache
def built_in_population() -> dict[str, int]:
    """Population of the 290 municipalities in 2020, by code."""
    with (DATA / "municipalities.csv").open(encoding="utf-8", newline="") as file:
        return {row["code"]: int(row["population"]) for row in csv.DictReader(file)}


def facts_of(rows: Sequence[Mapping[str, Any]]) -> Facts:
    """Put parsed rows together."""
    plain = {name: tuple(row[name] for row in rows) for name in FACTS if not name.startswith("rule_")}
    return Facts(**plain, rule=tuple(tuple(row[f"rule_{year}"] for year in TERMS) for row in rows))


def _parse(row: Mapping[str, str], names: Sequence[str], where: str, problems: list[str]) -> Row:
    """Read the named cells of a row as numbers and words within their ranges."""
    parsed: Row = {}
    for name in names:
        text = row[name].strip()
        if name.startswith("rule_"):
            parsed[name] = text
            if text not in RULES:
                problems.append(f"{where}: {name} '{text}' is none of {', '.join(RULES)}.{hint(text, RULES)}")
            continue
        least, most = WHOLE.get(name) or SHARES[name]
        try:
            number = int(text) if name in WHOLE else float(text)
        except ValueError:
            kind = "whole number" if name in WHOLE else "number"
            problems.append(f"{where}: {name} '{text}' is not a {kind}. Give one from {least} to {most}, no spaces.")
            continue
        if not least <= number <= most:
            problems.append(f"{where}: {name} {text} is outside {least} to {most}.")
        parsed[name] = number
    return parsed
