"""Numbers with a date: from a year on a parameter has another value, as a reform, a price or a rise in pay has it.

Here they are read, and here stands which parameters can have one: those that rules read each year. `model` puts them
into force. Read by `scenario`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

from ..assembly.declared import declaration
from ..assembly.records import laid_over
from ..errors import hint, shown
from ..quantity import Quantity, text_of

DATED = "changes"  # key of a scenario's file
FIRST_YEAR, LAST_YEAR = 2000, 2100
KEYS = ("from", "path", "value", "factor", "source", "unit", "range", "price_year", "note")

MAY_CHANGE = (
    "costs.*.amount",
    "interventions.*.cost",
    "committee.*",
    "board.*",
    "state.*",
    *(f"region.{name}" for name in ("horizon", "discount_rate", "other_regarding*", "regard_horizon", "ratchet")),
    *(f"budget.{name}" for name in ("rur_deposit", "rur_most", "rur_release", "restoration_years")),
    *(f"project.{name}" for name in ("application_cost", "idea_rate", "idea_growth", "group_cost", "group_growth")),
    "choice.*",
    "service.*",
    "provider.*",
    *(f"investor.{name}" for name in ("required_return", "lending_rate", "loss_limit", "smallest")),
    "impact_investor.*",
    "guaranteed_investor.*",
)
"""Paths of what rules read anew each year, and of what is reckoned anew when it changes."""

_WHY_NOT = {
    "ladder": "lives move by one ladder in all years, the same under every design",
    "detection": "who is seen is drawn by one rule in all years, the same under every design",
    "interventions": "a programme is the same in all years but for its cost. Add another one, like it, for later years",
    "tax": "the tables share out taxes in one way in all years",
    "discount": "a sum over years has one rate",
    "budget": "the money and the good and bad years of a run are laid out when it begins",
    "region": "the money and the good and bad years of a run are laid out when it begins",
    "diffusion": "how the practice spreads is laid out when a run begins",
    "belief": "it is part of what bodies believe when a run begins",
    "investor": "it is part of what bodies believe when a run begins",
    "project": "it is agreed, or reckoned with, when a run or a project begins",
}


@dataclass(frozen=True)
class Dated:
    """From a year on a parameter has the value of `quantity`; or, if that is None, `factor` times its undated one."""

    year: int
    path: str
    source: str
    factor: float = 1.0
    quantity: Quantity | None = None

    def of(self, undated: Quantity) -> Quantity:
        """What it is in force, from what it would be without a date; a product ends where such a number must end."""
        if self.quantity is not None:
            return self.quantity
        limits = declaration(self.path)["limits"]
        held = tuple(min(max(each * self.factor, limits.low), limits.high) for each in undated.entries)
        value = held if isinstance(undated.value, tuple) else held[0]
        ends = (*undated.range, *held)
        told = {"value": value, "range": (min(ends), max(ends)), "source": self.source}
        return undated.model_copy(update=told)

    def spoken(self) -> str:
        """Say what it is from when, and where that is from."""
        if self.quantity is None:
            return f"from {self.year} times {self.factor:g} ({self.source})"
        prices = f" in prices of {self.quantity.price_year}" if self.quantity.price_year else ""
        return f"from {self.year}: {text_of(self.quantity.value)}{prices} ({self.source})"

    def record(self) -> dict[str, Any]:
        """The same as a scenario's file has it; read again it is equal."""
        told: dict[str, Any] = {"from": self.year, "path": self.path}
        if self.quantity is None:
            return told | {"factor": self.factor, "source": self.source}
        kept = self.quantity.model_dump(mode="json", include={"value", "range", "price_year", "note"})
        return told | {key: each for key, each in kept.items() if each is not None} | {"source": self.source}


def may_change(path: str) -> bool:
    """Whether a parameter can change from a year on."""
    return any(fnmatchcase(path, pattern) for pattern in MAY_CHANGE)


def in_force(quantities: Mapping[str, Quantity], dated: Iterable[Dated], year: int) -> dict[str, Quantity]:
    """Give the quantities of a year: of several dates of one parameter the last that has come counts."""
    latest = {each.path: each for each in dated if each.year <= year}  # they stand in the order of their years
    return dict(quantities) | {path: each.of(quantities[path]) for path, each in latest.items()}


def read_dated(
    tables: Any, file: str, quantities: Mapping[str, Quantity], problems: list[str]
) -> tuple[tuple[Dated, ...], list[str]]:
    """Read what stands under `changes`, or note in `problems` everything that is wrong with it.

    Returns
    -------
    tuple
        The changes in the order of years and names, and the paths of those that change nothing.
    """
    if not isinstance(tables, Sequence) or isinstance(tables, str) or not all(isinstance(t, Mapping) for t in tables):
        problems.append(f"{file}: {DATED} = {shown(tables)}. Write a table [[{DATED}]] for each, with from and path.")
        return (), []
    found: dict[tuple[int, str], Dated] = {}
    for number, table in enumerate(tables, 1):
        where = f"{file}: {DATED} {number}"
        one = _read(table, where, quantities, problems)
        if one is None:
            continue
        if (one.year, one.path) in found:
            problems.append(f"{where}: {one.path} is changed twice from {one.year} on. Leave one of them out.")
        found[one.year, one.path] = one
    paths = [path for _, path in found]
    same = [
        each.path
        for each in found.values()
        if paths.count(each.path) == 1 and _same(each.of(quantities[each.path]), quantities[each.path])
    ]
    return tuple(found[key] for key in sorted(found)), same


def idle(dated: Iterable[Dated], first: int, years: int) -> list[str]:
    """Say which changes come too late to do anything in a run of these years, and which are there from its first."""
    said = []
    for each in dated:
        if each.year >= first + years:
            said.append(f"{each.path} changes in {each.year}, after the last year of this run: it does nothing here.")
        elif each.year < first:
            said.append(f"{each.path} changed in {each.year}: it is so from the first year of this run on.")
    return said


def _same(one: Quantity, other: Quantity) -> bool:
    return (one.value, one.price_year) == (other.value, other.price_year)


def _read(
    table: Mapping[str, Any], where: str, quantities: Mapping[str, Quantity], problems: list[str]
) -> Dated | None:
    """Read one change."""
    before = len(problems)
    problems += [f"{where}: unknown key '{key}'.{hint(str(key), KEYS)}" for key in table if key not in KEYS]
    problems += [f"{where}: '{key}' is missing." for key in ("from", "path", "source") if key not in table]
    year, path, factor = table.get("from", FIRST_YEAR), table.get("path"), table.get("factor")
    if type(year) is not int or not FIRST_YEAR <= year <= LAST_YEAR:
        problems.append(
            f"{where}: from = {shown(year)}. Write a year from {FIRST_YEAR} to {LAST_YEAR}, without quotes."
        )
    if ("value" in table) == ("factor" in table):
        problems.append(f"{where}: write either value = ... or factor = ... (times what it is without a date).")
    if "path" in table:
        problems += [f"{where}: {each}" for each in _wrong_path(path, quantities)]
    if len(problems) > before:
        return None
    assert isinstance(path, str)
    source = table["source"]
    if "value" in table:
        record = {key: each for key, each in table.items() if key not in ("from", "path")}
        made = laid_over(quantities[path], record, f"{where}: {path}", problems)
        return None if made is None else _checked(Dated(year, path, str(source), quantity=made), made, where, problems)
    for key in ("unit", "range", "price_year"):
        if key in table:
            problems.append(f"{where}: '{key}' goes with a value, and here is a factor. Leave it out.")
    if not isinstance(source, str) or not source.strip():
        problems.append(f"{where}: source = {shown(source)}. Write a text in quotes.")
    if type(factor) not in (int, float) or not 0.0 <= factor <= 1000.0:  # type: ignore[operator]  # a number by then
        problems.append(f"{where}: factor = {shown(factor)}. Write a number from 0 to 1000, without quotes.")
    elif declaration(path)["whole"]:
        problems.append(f"{where}: {path} is a whole number, and has no factor. Write value = ...")
    if len(problems) > before:
        return None
    product = tuple(each * float(factor) for each in quantities[path].entries)  # type: ignore[arg-type]
    value = product if isinstance(quantities[path].value, tuple) else product[0]
    ends = (min(*product, *quantities[path].range), max(*product, *quantities[path].range))
    wanted = quantities[path].model_copy(update={"value": value, "range": ends})
    return _checked(Dated(year, path, source, float(factor)), wanted, where, problems)  # type: ignore[arg-type]


def _checked(one: Dated, wanted: Quantity, where: str, problems: list[str]) -> Dated | None:
    """Give a change if its value can be at all."""
    declared, usual = declaration(one.path), len(problems)
    if len(wanted.entries) != declared["size"]:
        many = "one number" if declared["size"] == 1 else f"{declared['size']} numbers, in brackets"
        problems.append(f"{where}: {one.path}: value has {len(wanted.entries)} numbers; the model reads {many}.")
    problems += [f"{where}: {one.path}: {each}" for each in declared["limits"].problems(wanted)]
    return one if len(problems) == usual else None


def _wrong_path(path: Any, quantities: Mapping[str, Quantity]) -> list[str]:
    """Say why a parameter cannot be changed from a year on, if so."""
    able = [each for each in quantities if may_change(each)]
    if not isinstance(path, str):
        return [f'path = {shown(path)}. Write the name of a parameter in quotes, such as "committee.horizon".']
    if path not in quantities:
        if path.startswith("parameters.") and path.removeprefix("parameters.") in quantities:
            return [f"path = '{path}'. Write '{path.removeprefix('parameters.')}'."]
        return [f"path = '{path[:60]}': there is no such parameter.{hint(path, able)}"]
    if path in able:
        return []
    group = path.partition(".")[0]
    return [f"{path} cannot change from a year on: {_WHY_NOT.get(group, 'it is read when a run begins')}."]
