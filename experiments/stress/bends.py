"""Where clauses jump or bend, at the size of the programme that is tried. Read by `intervals` and `bounds`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from ...model.contracts import Clause, Design
from ...model.contracts.vocabulary import KINDS

__all__ = ["Size", "bends", "bends_of", "size_of"]


@dataclass(frozen=True, eq=False)
class Size:
    """A programme beside the one that the contract was written for, see `settlement`, 7."""

    design: Design
    money: float
    people: float

    def of(self, clause: Clause, unit: str) -> float:
        """Factor on an amount of a clause that is in this unit."""
        return 1.0 if clause.per == "project" else self.in_unit(unit)

    def in_unit(self, unit: str) -> float:
        """Factor on money, or on a number of something."""
        if unit in ("%", "1") or self.design.programme is None:
            return 1.0
        return self.money if unit == self.design.currency.code else self.people

    def values(self, clause: Clause) -> dict[str, float]:
        """The terms of a clause that are one number, at this size."""
        declared = KINDS[clause.kind].terms
        unit = "" if clause.metric is None else self.design.measures[clause.metric].unit
        of = {"SEK": self.design.currency.code, "metric": unit}
        return {
            name: value * self.of(clause, of[declared[name].unit]) if declared[name].unit in of else value
            for name, value in clause.values.items()
        }

    def levels(self, clause: Clause) -> dict[str, Sequence[float]]:
        """Its terms that are lists."""
        lists: dict[str, Sequence[float]] = dict(clause.lists)
        if "levels" in lists and clause.metric is not None:
            unit = self.design.measures[clause.metric].unit
            lists["levels"] = [level * self.of(clause, unit) for level in lists["levels"]]
        return lists


def size_of(design: Design, cost: int, children: int) -> Size:
    """Say how large a programme is beside the one that the contract was written for."""
    if design.programme is None:
        return Size(design, 1.0, 1.0)
    return Size(design, cost / design.programme.cost, children / design.programme.children)


def bends(design: Design, name: str, cost: int, children: int) -> list[float]:
    """Give the values of a measure at which a clause or condition jumps or bends by its own terms, rising."""
    size, found = size_of(design, cost, children), {0.0}
    for clause in design.clauses:
        if clause.metric == name:
            found |= {at for at in bends_of(clause, size, float(cost))}
    for condition in design.conditions.values():
        if condition.measure == name:
            factor = 1.0 if condition.per == "project" else size.in_unit(design.measures[name].unit)
            limit = condition.above or condition.at_least
            at = 0.0 if limit is None else float(limit.entries[0]) * factor
            found.add(at if condition.above is None else float(np.nextafter(at, np.inf)))
    return sorted(found)


def bends_of(clause: Clause, size: Size, cost: float) -> Iterator[float]:
    """Values of the measure at which the clause itself jumps or bends."""
    yield 0.0
    values = size.values(clause)
    match clause.kind:
        case "threshold":
            yield values.get("amount", values.get("share", 0.0) * cost)
        case "step_table":
            yield from size.levels(clause)["levels"]
        case "slide":
            yield from (values["from"], values["to"])
        case "price_per_outcome":
            yield from (values[name] for name in ("above", "up_to") if name in values)
        case "share_of_saving" | "provider_at_risk" | "risk_share":
            yield from (values[name] * cost for name in ("above", "up_to", "target") if name in values)
            yield cost
