"""Fresh figures of the municipalities from Statistics Sweden (`pxwebpy`) and Kolada (`koladapy`), given a network.

What comes back is a table for `--municipalities-file`; the files that come with the model are never touched. Population
and ages come from Statistics Sweden; Kolada's count of inhabitants is a check on them. Used by `stupror data refresh`.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..model.inputs.errors import InputError
from ..model.inputs.facts import IDENTITY
from ..model.inputs.places import sweden
from .files.places import new_file

__all__ = ["Fresh", "NoNetworkError", "fetch", "write_table"]

POPULATION_TABLE = "TAB638"  # Statistics Sweden: population by region, marital status, age and sex
POPULATION_CONTENT = "BE0101N1"
INHABITANTS_KPI = "N01951"  # Kolada: inhabitants in total
YOUNG, OLD = range(20), range(75, 200)
_FAR_OFF = 0.01  # share by which two counts of one municipality may differ

Rows = list[dict[str, Any]]


class NoNetworkError(Exception):
    """There is no network, or the other end does not answer."""


@dataclass(frozen=True)
class Fresh:
    """Figures of one year: inhabitants and the shares of the young and the old, by municipality code."""

    year: int
    population: dict[str, int]
    young_share: dict[str, float]
    old_share: dict[str, float]
    doubts: tuple[str, ...]  # municipalities whose two counts differ


def fetch(
    year: int,
    codes: Iterable[str] | None = None,
    *,
    statistics: Callable[[int, list[str]], Rows] | None = None,
    kolada: Callable[[int, list[str]], Rows] | None = None,
) -> Fresh:
    """Ask for the figures of the end of a year.

    Parameters
    ----------
    year
        The year.
    codes
        Municipality codes; all of the built-in table unless given.
    statistics, kolada
        How to ask: the two clients unless given (tests give their own).

    Raises
    ------
    NoNetworkError
        If either cannot be reached.
    InputError
        If a client is not installed, or the answer lacks a municipality.
    """
    wanted = list(codes) if codes is not None else list(sweden().codes)
    people = _by_age((statistics or _ask_statistics)(year, wanted))
    missing = [code for code in wanted if not people.get(code)]
    if missing:
        raise InputError([f"Statistics Sweden has no population of {year} for {', '.join(missing[:5])}"
                          f"{' and others' if len(missing) > 5 else ''}. Ask for an earlier year."])  # fmt: skip
    total = {code: sum(people[code].values()) for code in wanted}
    other = {str(row["municipality"]): row["value"] for row in (kolada or _ask_kolada)(year, wanted)}
    doubts = [code for code in wanted if code in other and abs(other[code] / total[code] - 1.0) > _FAR_OFF]
    return Fresh(
        year=year,
        population=total,
        young_share={code: _share(people[code], YOUNG) for code in wanted},
        old_share={code: _share(people[code], OLD) for code in wanted},
        doubts=tuple(doubts),
    )


def write_table(fresh: Fresh, path: Path) -> None:
    """Write the figures as a table for `--municipalities-file`; a new file, never over another.

    Raises
    ------
    InputError
        If the file is there already, or cannot be written.
    """
    country = sweden()
    with new_file(path) as draft, draft.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow([*IDENTITY, "young_share", "old_share"])
        for code, name, county in zip(country.codes, country.names, country.county_codes, strict=True):
            if code in fresh.population:
                shares = (f"{fresh.young_share[code]:.4f}", f"{fresh.old_share[code]:.4f}")
                writer.writerow([code, name, county, fresh.population[code], *shares])


def _by_age(rows: Rows) -> dict[str, dict[int, int]]:
    """People by municipality and age, from rows with a region code, an age code and a value."""
    people: dict[str, dict[int, int]] = {}
    for row in rows:
        age = "".join(sign for sign in str(row["age"]) if sign.isdigit())
        if age:  # the total of all ages has no figures
            here = people.setdefault(str(row["region"]), {})
            here[int(age)] = here.get(int(age), 0) + int(row["value"] or 0)
    return people


def _share(people: Mapping[int, int], ages: Iterable[int]) -> float:
    chosen = set(ages)
    return sum(number for age, number in people.items() if age in chosen) / sum(people.values())


def _ask_statistics(year: int, codes: list[str]) -> Rows:
    """Ask the database of Statistics Sweden, single years of age, both sexes."""
    try:
        from pxweb import PxApi
    except ImportError:
        raise InputError([_not_installed("pxwebpy")]) from None
    query: dict[str, list[str] | str] = {"Region": codes, "Alder": ["*"], "Tid": [str(year)]}
    query["ContentsCode"] = [POPULATION_CONTENT]
    rows = _online("statistikdatabasen.scb.se", lambda: PxApi("scb", disable_cache=True, timeout=20).get_table_data(
        POPULATION_TABLE, value_codes=query, show="code"))  # fmt: skip
    return [
        {"region": _cell(row, "region"), "age": _cell(row, "ålder", "alder", "age"), "value": row["value"]}
        for row in rows
    ]


def _ask_kolada(year: int, codes: list[str]) -> Rows:
    """Ask Kolada for the number of inhabitants."""
    try:
        from koladapy import KoladaAPI
    except ImportError:
        raise InputError([_not_installed("koladapy")]) from None
    table = _online("api.kolada.se", lambda: KoladaAPI(max_retries=1, timeout=20).get_data_as_dataframe(
        kpi_id=INHABITANTS_KPI, municipality_id=codes, years=year))  # fmt: skip
    return [{"municipality": row["municipality"], "value": row["value"]} for row in table.to_dict("records")
            if row.get("gender", "T") == "T" and row["value"]]  # fmt: skip


def _online(host: str, ask: Callable[[], Any]) -> Any:
    """Ask, and turn every way of not getting through into one plain error."""
    import requests

    try:
        return ask()
    except (requests.exceptions.RequestException, OSError) as error:
        raise NoNetworkError(f"{host} cannot be reached ({type(error).__name__})") from None


def _cell(row: Mapping[str, Any], *names: str) -> Any:
    """Find a cell by the start of its column's name, whatever language it is in."""
    return next(value for key, value in row.items() if key.lower().startswith(names))


def _not_installed(package: str) -> str:
    return f"Fresh figures need {package}, which is not installed: pip install -e '.[data]'"
