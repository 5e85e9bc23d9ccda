"""Records of a scenario file: laid over the built-in ones, with nothing of the old one kept unseen.

A new amount says its price year where the old one had another than the model's; a range that stays is moved to that
year, too. Years after the built-in index come with an index of one's own. Read by `scenario`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from ..errors import shown
from ..places import PRICE_YEAR, price_factors, price_levels
from ..quantity import Normal, Quantity, read_quantity
from ..reading.limits import MONEY

__all__ = ["in_model_prices", "laid_over", "notices", "unit_problem"]

LAST_YEAR = 2060
_DATE = re.compile(r"(19|20)[0-9]{2}(-[0-9]{1,2}){0,2}|from[_-]?(19|20)[0-9]{2}")
_UNITS = {
    "years": "year", "yr": "year", "y": "year", "år": "year", "months": "month", "månad": "month", "månader": "month",
    "children": "child", "barn": "child", "kr": "sek", "kronor": "sek", "share": "1", "andel": "1", "": "1",
}  # fmt: skip
_FAR = 10  # times the built-in amount, or a tenth of it: is that meant?
_PER_CENT = ("%", "percent", "per cent", "procent")


def in_model_prices(document: Mapping[str, Any], file: str, problems: list[str]) -> dict[str, Any]:
    """Take the index out of a document, and move every amount of its years to the model's prices.

    The table `price_index` has the consumer price index (1980 = 100) of years after the built-in one, and its source.
    """
    rest = {key: each for key, each in document.items() if key != "price_index"}
    index = _index(document["price_index"], f"{file}: price_index", problems) if "price_index" in document else {}
    return _in_model_prices(rest, index) if index else rest


def _in_model_prices(table: Mapping[str, Any], index: Mapping[int, float]) -> dict[str, Any]:
    """Move the amounts of a table, and of all tables in it."""
    moved = {key: _moved_inside(each, index) for key, each in table.items()}
    year = moved.get("price_year")
    if type(year) is int and year in index:
        factor = index[year]
        for key in ("value", "range"):
            if key in moved:
                moved[key] = _times(moved[key], factor)
        spread = moved.get("distribution")
        if isinstance(spread, dict) and spread.get("kind") == "normal":
            moved["distribution"] = spread | {"sd": _times(spread.get("sd"), factor)}
        moved |= {"price_year": PRICE_YEAR, "note": f"given in prices of {year}, moved by the index of the file"}
    return moved


def _moved_inside(each: Any, index: Mapping[int, float]) -> Any:
    """Move what stands in a table, or in a list of tables; the rest is left."""
    if isinstance(each, Mapping):
        return _in_model_prices(each, index)
    return [_moved_inside(one, index) for one in each] if isinstance(each, list) else each


def _times(value: Any, factor: float) -> Any:
    """Multiply a number, or a list of them; what is no number is left for those who check it."""
    if isinstance(value, list):
        return [_times(each, factor) for each in value]
    return value * factor if type(value) in (int, float) and abs(value) < MONEY.high else value


def _index(table: Any, where: str, problems: list[str]) -> dict[int, float]:
    """Read the index: factor to the model's prices, by year."""
    known = price_levels()
    last = max(known)
    if not isinstance(table, Mapping) or not table:
        problems.append(
            f"{where}: is {shown(table)}. Write [price_index], {last + 1} = the index of that year, source."
        )
        return {}
    factors = {}
    for key, level in table.items():
        if key == "source":
            continue
        if not (key.isascii() and key.isdigit() and last < int(key[:9]) <= LAST_YEAR):
            problems.append(f"{where}: '{key}' is no year from {last + 1} to {LAST_YEAR}; earlier ones are built in.")
        elif type(level) not in (int, float) or not 0.7 * known[last] <= level <= 10.0 * known[last]:
            problems.append(
                f"{where}: {key} = {shown(level)}. Give the consumer price index with 1980 = 100; that of {last} is "
                f"{known[last]:g}."
            )
        else:
            factors[int(key)] = known[PRICE_YEAR] / level
    if not (isinstance(table.get("source"), str) and table["source"].strip()):
        problems.append(f"{where}: 'source' is missing. Say where the index is from.")
    return factors


def laid_over(old: Quantity, record: Mapping[str, Any], where: str, problems: list[str]) -> Quantity | None:
    """Lay a user's record over the built-in one, or note everything that is wrong with it.

    Distribution and range stay unless they are given, the range in prices of the record's year.
    """
    before = len(problems)
    if dates := [key for key in record if _DATE.fullmatch(key)]:
        problems.append(
            f"{where}: '{dates[0]}' is a date. Write value = ... for all years, and [[changes]] with from, path and "
            "value for what is so from a year on."
        )
        return None
    for key, remedy in (("value", ""), ("source", " Say where the value is from.")):
        if key not in record:
            problems.append(f"{where}: '{key}' is missing.{remedy}")
    if record.get("unit", old.unit) != old.unit:
        problems.append(unit_problem(where, record, old.unit))
        return None
    if not record:
        return None
    year = _year(old, record, where, problems)
    start = old.model_dump() | {"price_year": record.get("price_year"), "note": None}
    if year is not None and "SEK" in old.unit and old.price_year != record.get("price_year"):
        start |= _moved(old, price_factors()[old.price_year or PRICE_YEAR] / price_factors()[year])
    new = read_quantity(start | dict(record), where, problems)
    return new if len(problems) == before else None


def _year(old: Quantity, record: Mapping[str, Any], where: str, problems: list[str]) -> int | None:
    """Give the price year of a record, and see that it is said where it was another than the model's."""
    year = record.get("price_year")
    if "SEK" not in old.unit:
        if year is not None:
            problems.append(f"{where}: price_year is for amounts in SEK, and this is in '{old.unit}'. Leave it out.")
        return PRICE_YEAR
    if year is None:
        if old.price_year not in (None, PRICE_YEAR):
            problems.append(
                f"{where}: 'price_year' is missing: the built-in amount is in prices of {old.price_year}. Say in which "
                f"year's prices yours is, such as price_year = {PRICE_YEAR}."
            )
            return None
        return PRICE_YEAR
    known = price_factors()
    if type(year) is not int or year not in known:
        later = f" For a later year add its index: [price_index], {year} = the consumer price index, source."
        problems.append(
            f"{where}: price_year = {shown(year)}; allowed are {min(known)} to {max(known)}, for SEK."
            + (later if type(year) is int and max(known) < year <= LAST_YEAR else "")
        )
        return None
    return year


def _moved(quantity: Quantity, factor: float) -> dict[str, Any]:
    """Range and spread of a quantity, times a factor."""
    spread = quantity.distribution
    return {
        "range": (quantity.range[0] * factor, quantity.range[1] * factor),
        "distribution": spread.model_copy(update={"sd": spread.sd * factor}) if isinstance(spread, Normal) else spread,
    }


def unit_problem(where: str, record: Mapping[str, Any], declared: str) -> str:
    """Say that a unit is another than the declared one."""
    given, value, source = record["unit"], record.get("value"), record.get("source")
    example = ""
    if str(given).strip().lower() in _PER_CENT and isinstance(value, int | float):
        example = f" Write {value / 100:.15g} for {value:g} %." if abs(value) < 1e6 else ""
    if not isinstance(given, str):
        return f"{where}: unit = {shown(given)}. Write a text in quotes: '{declared}'."
    if _bare_unit(given) == _bare_unit(declared):
        return f"{where}: unit = {shown(given)}. Write '{declared}', or leave it out."
    return (
        f"{where} is given in '{shown(given)[1:-1]}', but the model reads it in '{declared}'. "
        f"Convert the value and keep its source{f' ({source})' if source else ''}.{example}"
    )


def _bare_unit(unit: str) -> str:
    """A unit as most hands write it: years and år are year, kr is SEK."""
    words = re.split(r"[\s/]+(?:per\s+)?", unit.strip().casefold())
    return "/".join(_UNITS.get(word, word) for word in words)


def notices(file: str, before: Mapping[str, Quantity], after: Mapping[str, Quantity], other: bool) -> tuple[str, ...]:
    """Say what a file does not do: changes that change nothing; and which amounts were taken as in which prices.

    Quantities by path; those that the file names are other objects than before. `other`: it changes something else.
    """
    given = [path for path, quantity in after.items() if quantity is not before.get(path)]
    same = [path for path in given if path in before and _content(after[path]) == _content(before[path])]
    undated = [
        path for path in given if "SEK" in after[path].unit and after[path].price_year is None and path not in same
    ]
    found = []
    if len(same) == len(given) and not other:
        found.append(f"{file}: changes nothing: this is the world that is built in.")
    elif same:
        found.append(f"{file}: {_some(same)}: as built in, so nothing changes by it.")
    far = [path for path in given if path in before and "SEK" in after[path].unit and _far(after[path], before[path])]
    if far:
        found.append(f"{file}: {_some(far)}: more than {_FAR} times the built-in amount, or less than a tenth. Right?")
    if undated:
        found.append(f"{file}: {_some(undated)}: no price_year is given, so taken as prices of {PRICE_YEAR}.")
    return tuple(found)


def _far(new: Quantity, old: Quantity) -> bool:
    """Whether an amount is of another order than it was."""
    pairs = [(a, b) for a, b in zip(new.entries, old.entries, strict=False) if a > 0 and b > 0]
    return any(not 1 / _FAR <= a / b <= _FAR for a, b in pairs)


def _content(quantity: Quantity) -> tuple[Any, ...]:
    """What a run, or a draw, depends on."""
    year = quantity.price_year or PRICE_YEAR
    return (quantity.value, quantity.range, quantity.distribution, year)


def _some(paths: Sequence[str]) -> str:
    return ", ".join(paths[:4]) + (f" and {len(paths) - 4} more" if len(paths) > 4 else "")
