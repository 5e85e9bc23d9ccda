"""What no table of Sweden can say: a town of millions, one that grew a thousandfold, parts larger than their whole.

What is impossible is refused; what is merely unlikely is noticed. Read by `table`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from ..facts import Row, built_in_facts, built_in_population
from .told import Told

__all__ = ["Read", "check_sanity"]

_IMPOSSIBLE, _UNLIKELY = 4.0, 1.5  # times the built-in figure, or one of a municipality's years against another
_YEARS = ("population_2005", "population_2013", "population_2017", "population")
_COMPARED = (*_YEARS, "tax_base", "spending")
_MOST_NEEDY = 0.75  # share of inhabitants who are young or old
_ROUNDED = 0.001  # by which a published total may be off the sum of its parts


@dataclass(frozen=True)
class Read:
    """What a table says of one municipality, with what it leaves out; and the line that says it."""

    line: int
    code: str
    facts: Row


def check_sanity(rows: Sequence[Read], totals: Mapping[str, tuple[int, float | None]], told: Told) -> None:
    """Hold a table against the built-in one, its years against each other, its sums against the totals in it.

    `totals` has line and population of each row for a county (its code) or the country ("00").
    """
    known, people = built_in_facts(), built_in_population()
    for row in rows:
        usual = {**known.get(row.code, {}), "population": people.get(row.code)}
        for name in _COMPARED:
            _against(row, name, usual.get(name), told)
        if not any(row.line == line for found in told.wrong.values() for line, _ in found):
            _growth(row, told)
        if row.facts["young_share"] + row.facts["old_share"] > _MOST_NEEDY:
            told.problem(row.line, f"{{}}: young_share and old_share together are above {_MOST_NEEDY:g}.", row.code)
    for area, (line, total) in totals.items():
        parts = sum(row.facts["population"] for row in rows if area in ("00", row.code[:2]))
        if total is not None and parts > total * (1.0 + _ROUNDED):
            told.problem(
                line, f"the municipalities have {parts} inhabitants together, more than their total {total:.0f}."
            )


def _against(row: Read, name: str, usual: float | None, told: Told) -> None:
    """Hold one figure against the built-in one of the same place."""
    if not usual:
        return
    times = row.facts[name] / usual
    what = f"{row.code} {name} {row.facts[name]} ({times:.2g} times {usual})"
    if not 1.0 / _IMPOSSIBLE <= times <= _IMPOSSIBLE:
        told.problem(row.line, "cannot be this place, by the built-in table: {}.", what)
    elif not 1.0 / _UNLIKELY <= times <= _UNLIKELY:
        told.notice(row.line, "unlikely by the built-in table, and read as it stands: {}.", what)


def _growth(row: Read, told: Told) -> None:
    """Hold the population of one year against that of another."""
    for one, other in combinations(_YEARS, 2):
        a, b = row.facts[one], row.facts[other]
        if max(a, b) > _IMPOSSIBLE * min(a, b):
            told.problem(row.line, f"{{}}: {one} {a} and {other} {b} cannot both be.", row.code)
            return
