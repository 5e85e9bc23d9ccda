"""Answers about a contract that cannot all be true: found before anything is settled, and refused by name.

A condition follows from its measure. A total lies between its groups, or is their sum. What is only counted can become
more over time and not less. And a programme that was not delivered has reached nothing. Read by `on_paper`.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from itertools import combinations, pairwise

import numpy as np

from ...model.contracts import Condition, Design, Measure
from ...model.contracts.settling.ended import as_ended

__all__ = ["contradictions", "size_beside"]

Given = Mapping[str, "float | bool | tuple[float, ...]"]
DELIVERED = "delivered"  # what contracts call the condition that the programme was carried out
_COUNTED = ("activity", "outcomes", "share", "of_target")  # kinds that cannot be above 0 where nothing was done


def contradictions(design: Design, given: Given, cost: int, children: int | None) -> list[str]:
    """Say what of the answers cannot be true together; nothing if all can.

    `given` as `on_paper.answers` gives it, `cost` in whole units of the contract's currency.
    """
    found = [*_not_open(design, given, size_beside(design, cost, children))]
    design = as_ended(design)
    found += [
        *_conditions(design, given, size_beside(design, cost, children)),
        *_undelivered(design, given),
        *_growing(design, given),
    ]
    for one, other in combinations([design.measures[name] for name in design.metrics], 2):
        found += _same_thing(one, other, design, given)
    found += _groups(design, given)
    return found


def size_beside(design: Design, cost: int, children: int | None) -> tuple[float, float]:
    """Money and people of a programme beside those that the contract was written for."""
    programme = design.programme
    if programme is None:
        return 1.0, 1.0
    money = cost / programme.cost
    return money, money if children is None else children / programme.children


def _not_open(design: Design, given: Given, size: tuple[float, float]) -> Iterator[str]:
    """A contract that is said to be ended where too much had been reached for that."""
    if design.ended is None or design.exits[design.ended[0]].measure is None:
        return
    name, month = design.ended
    measure = design.measures[str(design.exits[name].measure)]
    scale = 1.0 if measure.unit == "%" else size[0] if measure.unit == design.currency.code else size[1]
    limit, reached = design.exits[name].limit * scale, end(given, measure.name)
    if reached >= limit:
        yield (
            f"--set {name}={month}: it may be ended only if {measure.name} is below {limit:g} {measure.unit} by then, "
            f"and it is {reached:g}. Write {name}=never."
        )


def end(given: Given, name: str) -> float:
    """What had been reached of a measure at the end of its follow-up."""
    value = given[name]
    return float(value[-1] if isinstance(value, tuple) else value)


def _conditions(design: Design, given: Given, size: tuple[float, float]) -> Iterator[str]:
    """A condition that is given and is not what its measure says."""
    for name, condition in design.conditions.items():
        if name not in given or condition.measure is None:
            continue
        unit, money = design.measures[condition.measure].unit, design.currency.code
        scale = 1.0 if condition.per == "project" or unit == "%" else size[0] if unit == money else size[1]
        holds = bool(condition.holds(np.array([end(given, condition.measure)]), scale)[0])
        if holds != given[name]:
            yield (
                f"--set {name}={str(given[name]).lower()}: is not so. It follows from {condition.measure} = "
                f"{end(given, condition.measure):g}: {_limit(condition, scale)} {unit}. Leave {name} out."
            )


def _limit(condition: Condition, scale: float) -> str:
    quantity = condition.above if condition.above is not None else condition.at_least
    word = "true above" if condition.above is not None else "true from"
    return f"{word} {(0.0 if quantity is None else quantity.entries[0]) * scale:g}"


def _undelivered(design: Design, given: Given) -> Iterator[str]:
    if given.get(DELIVERED) is not False:
        return
    for name in design.metrics:
        measure = design.measures[name]
        if measure.kind in _COUNTED and end(given, name) > 0:
            yield (
                f"--set {name}={end(given, name):g}: cannot be above 0 where {DELIVERED}=false: nothing was done that "
                "it could come of. Correct one of them."
            )


def _cannot_fall(measure: Measure, design: Design) -> bool:
    """Whether a measure only adds up, so that it is no smaller later: places, and good things without a comparison."""
    if measure.kind == "activity":
        return True
    outcome = design.outcome(measure.outcome)
    return measure.evaluation == "none" and measure.kind in _COUNTED and outcome is not None and outcome.good


def _growing(design: Design, given: Given) -> Iterator[str]:
    """What is counted so far and becomes less."""
    for name in design.metrics:
        value = given[name]
        if isinstance(value, tuple) and _cannot_fall(design.measures[name], design):
            for before, after in pairwise(value):
                if after < before:
                    yield (
                        f"--set {name}: {after:g} comes after {before:g}, but what has been counted cannot become "
                        "less. Give what had been reached by each date, from the start."
                    )


def _what(measure: Measure) -> tuple[object, ...]:
    """What is measured and how, without whom and for how long."""
    return (measure.kind, measure.outcome, measure.payers, measure.cost_kinds, measure.evaluation, measure.target)


def _same_thing(one: Measure, other: Measure, design: Design, given: Given) -> Iterator[str]:
    """Two follow-ups of one thing, of the same people."""
    if _what(one) != _what(other) or (one.group, one.groups) != (other.group, other.groups):
        return
    first, last = sorted((one, other), key=lambda each: each.months)
    early, late = end(given, first.name), end(given, last.name)
    if first.months < last.months and _cannot_fall(one, design) and late < early:
        yield (
            f"--set {last.name}={late:g}: is less than {first.name} = {early:g}, which is the same after "
            f"{first.months} instead of {last.months} months. What has been counted cannot become less."
        )


def _groups(design: Design, given: Given) -> Iterator[str]:
    """A total that its groups cannot make."""
    measures = [design.measures[name] for name in design.metrics]
    for total in measures:
        parts = [
            each
            for each in measures
            if total.groups == 1 < each.groups and _what(each) == _what(total) and each.months == total.months
        ]
        if len({each.group for each in parts}) < max((each.groups for each in parts), default=1):
            continue
        values, whole = [end(given, each.name) for each in parts], end(given, total.name)
        named = ", ".join(f"{each.name} = {value:g}" for each, value in zip(parts, values, strict=True))
        if total.countable and len(parts) == parts[0].groups:
            if not math.isclose(math.fsum(values), whole, rel_tol=1e-9, abs_tol=0.5):
                yield f"--set {total.name}={whole:g}: its groups sum to {math.fsum(values):g} ({named}). Correct one."
        elif not total.countable and not min(values) - 1e-9 <= whole <= max(values) + 1e-9:
            yield f"--set {total.name}={whole:g}: must lie between the lowest and the highest of its groups ({named})."
