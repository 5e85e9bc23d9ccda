"""What would mend a contract, and what the mended one pays: for nothing, and when the programme works.

A repair is an ordinary change of terms, made on the contract as it was read; each is settled for the same children as
the contract itself. Read by `page`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

import numpy as np

from ...model.contracts import Clause, Design
from ...model.contracts.contract import Condition
from ...model.contracts.vocabulary import KINDS
from ...model.inputs.quantity import Quantity
from .bounds import reach
from .holes import LOT, SLIGHT, Hole, Paid, Stress, counted, pay_for_nothing, plain_number
from .trial import Ground, measured, try_out

__all__ = ["LIMIT", "Repair", "repairs"]

LIMIT = 1.2  # times the cost: what Norrköping's contract and others hold to (C1, K4, K7)
BEYOND = 0.95  # share of groups with no effect that a threshold keeps out
HALF = 0.5

Change: TypeAlias = Callable[[Design], Design]


@dataclass(frozen=True)
class Repair:
    """One change of terms, and what is then paid, whole units of currency.

    `nothing` on average when the programme does nothing, `often` the share of such groups in which more than a slight
    sum is paid on results, and `effect` on average when it works.
    """

    says: str
    mends: str
    nothing: float
    often: float
    effect: float


def repairs(stress: Stress, ground: Ground, holes: Sequence[Hole]) -> tuple[Repair, ...]:
    """Try what would mend each hole, alone, and then all of it together."""
    changes = dict(_changes(stress, ground, holes))
    result = [_repaired(stress, ground, says, mends, change) for (says, mends), change in changes.items()]
    if len(changes) > 1:
        together = _all_of(list(changes.values()))
        result.append(_repaired(stress, ground, "all of it", "all", together))
    return tuple(result)


def _all_of(changes: Sequence[Change]) -> Change:
    def change(design: Design) -> Design:
        for each in changes:
            design = each(design)
        return design

    return change


def _repaired(stress: Stress, ground: Ground, says: str, mends: str, change: Change) -> Repair:
    design, size = change(stress.design), (stress.cost, stress.children)
    within = reach(design, stress.children)
    told = {name: value for name, value in stress.told.items() if name in design.asked_conditions}
    nothing = pay_for_nothing(try_out(design, ground, size, told=told), ground, within, told)
    effect = try_out(design, ground, size, told=told, helped=True)
    return Repair(says, mends, nothing.mean, often(nothing), float(effect.total(counted(design)).mean()))


def often(paid: Paid) -> float:
    """Share of groups in which more than a slight sum is paid on results."""
    return float((paid.results > SLIGHT * paid.trial.cost).mean())


def _changes(stress: Stress, ground: Ground, holes: Sequence[Hole]) -> Iterator[tuple[tuple[str, str], Change]]:
    """What would mend each hole: what is said of it, which kind it mends, and the change."""
    design = stress.design
    compared: set[str] = set()
    for hole in holes:
        match hole.kind:
            case "deadweight":
                compared.add(hole.about)
                yield _lot(stress, ground, hole.about)
            case "easy cases" | "date":
                for name in _unfair(design):
                    if name not in compared:
                        compared.add(name)
                        yield _lot(stress, ground, name)
            case "luck":
                yield _beyond_luck(stress, ground)
            case "no risk":
                says = f"owe the {hole.about} half as much whatever is measured"
                yield (says, hole.kind), _halved
            case "no limit":
                says = f"let the {hole.about} owe no more than {LIMIT:g} times the cost"
                yield (says, hole.kind), _limited(hole.about)
            case "limit passed":
                says = f"let the {hole.about}'s limit act last"
                yield (says, hole.kind), _last(hole.clauses[0])
            case "word":
                yield (f"pay nothing on '{hole.about}' alone", hole.kind), _without_word(hole.about)
            case "few" if _amounts(design):
                yield ("let what is written for the whole programme follow how many take part", hole.kind), _by_size


def _unfair(design: Design) -> list[str]:
    """Measures that are paid for and whose comparison is not drawn by lot."""
    return [name for name in _paid_for(design) if design.measures[name].evaluation != LOT]


# ---------------------------------------------------------------------- a comparison by lot


def _lot(stress: Stress, ground: Ground, name: str) -> tuple[tuple[str, str], Change]:
    """Compare with children drawn by lot to wait; what was a level becomes a difference from them."""
    assert stress.paid is not None
    base = float(stress.paid.trial.metric[name].mean())
    measure = stress.design.measures[name]
    by_lot = replace(stress.design, measures={**stress.design.measures, name: replace(measure, evaluation=LOT)})
    least = _beyond(by_lot, stress, ground, name)
    alone = measure.evaluation == "none"

    def moved(level: float) -> float:
        return max(level - base, least)

    def change(design: Design) -> Design:
        measure = replace(design.measures[name], evaluation=LOT)
        design = replace(design, measures={**design.measures, name: measure})
        if not alone:
            return design
        clauses = tuple(_moved(clause, moved) if clause.metric == name else clause for clause in design.clauses)
        conditions = {
            key: _condition(each, moved) if each.measure == name else each for key, each in design.conditions.items()
        }
        return replace(design, clauses=clauses, conditions=conditions)

    says = f"compare '{name}' with children drawn by lot to wait"
    if alone and any(_moved(c, moved) != c for c in stress.design.clauses if c.metric == name):
        says += f", and count levels from their {plain_number(base)}"
    return (says, "deadweight"), change


def _beyond(design: Design, stress: Stress, ground: Ground, name: str) -> float:
    """The level of a measure that luck alone reaches in few groups."""
    groups = min(2000, max(200, 200_000 // stress.children))
    value = measured(design, ground, ground.groups(groups, stress.children), helped=False)[name]
    return max(float(f"{np.quantile(value, BEYOND):.3g}"), 1e-9)


def _moved(clause: Clause, moved: Callable[[float], float]) -> Clause:
    """Move the levels of a clause that reads a number as it is; levels that fall together are parted again."""
    terms = dict(clause.terms)
    for name in ("levels", "from", "to", "amount"):
        if name in terms and not (name == "amount" and clause.kind != "threshold"):
            terms[name] = _with_value(terms[name], _parted([moved(each) for each in terms[name].entries]))
    if clause.kind == "slide":
        low, high = terms["from"].entries[0], terms["to"].entries[0]
        if high <= low:
            terms["to"] = _with_value(terms["to"], (2.0 * low,))
    return replace(clause, terms=terms)


def _parted(levels: Sequence[float]) -> tuple[float, ...]:
    """Rising levels, where some may have become alike: each at least a little above the one before."""
    result: list[float] = []
    for level in levels:
        result.append(max(level, result[-1] * 1.1) if result else level)
    return tuple(result)


def _condition(condition: Condition, moved: Callable[[float], float]) -> Condition:
    above, least = condition.above, condition.at_least
    if above is not None:
        return replace(condition, above=_with_value(above, (moved(above.entries[0]),)))
    assert least is not None
    return replace(condition, at_least=_with_value(least, (moved(least.entries[0]),)))


def _with_value(quantity: Quantity, values: Sequence[float]) -> Quantity:
    """The same term with another value, and a range that holds it."""
    low, high = quantity.range
    value = tuple(values) if isinstance(quantity.value, tuple) else values[0]
    ends = (min(low, *values), max(high, *values))
    return quantity.model_copy(update={"value": value, "range": ends, "source": "repair"})


# ---------------------------------------------------------------------- other repairs


def _beyond_luck(stress: Stress, ground: Ground) -> tuple[tuple[str, str], Change]:
    """Pay on each measure only from the level on that luck alone seldom reaches."""

    def change(design: Design) -> Design:
        level = {name: _beyond(design, stress, ground, name) for name in _paid_for(design)}
        clauses: list[Clause] = []
        for clause in design.clauses:
            clauses.append(clause)
            name = clause.metric
            if name in level and len(clause.keys) == 1 and KINDS[clause.kind].opens:
                unit = design.measures[name].unit
                term = Quantity(value=level[name], unit=unit, range=(0, level[name]), source="repair")
                clauses.append(replace(clause, kind="threshold", terms={"amount": term}, instead_of=None))
        return replace(design, clauses=tuple(clauses))

    design = stress.design
    said = [
        f"'{name}' {plain_number(_beyond(design, stress, ground, name))} {design.measures[name].unit}"
        for name in _paid_for(design)
    ]
    return (f"pay nothing below what luck reaches in 1 of 20 groups: {', '.join(said)}", "luck"), change


def _paid_for(design: Design) -> list[str]:
    """Measures that a clause pays on, but for places."""
    return [name for name in design.metrics if design.measures[name].kind != "activity"]


def _halved(design: Design) -> Design:
    """Halve what is owed whatever is measured."""
    kinds = ("guarantee", "floor", "early_termination", "repay", "bonus", "cover_loss")
    clauses = tuple(
        replace(clause, terms={**clause.terms, **_times(clause, HALF)}) if clause.kind in kinds else clause
        for clause in design.clauses
    )
    return replace(design, clauses=clauses)


def _times(clause: Clause, factor: float) -> dict[str, Quantity]:
    return {
        name: _with_value(term, [each * factor for each in term.entries])
        for name, term in clause.terms.items()
        if name in ("share", "amount")
    }


def _limited(payer: str) -> Change:
    """Limit all that a payer owes each receiver, after everything else."""

    def change(design: Design) -> Design:
        term = Quantity(value=LIMIT, unit="1", range=(0, LIMIT), source="repair: C1")
        parts: dict[tuple[str, str], list[str]] = {}
        for clause in design.clauses:
            if clause.payer == payer and clause.pair in counted(design):
                mine = parts.setdefault(clause.pair, [])
                mine += [part for part in clause.parts if part not in mine]
        last = tuple(
            Clause(kind="cap", payer=pair[0], receiver=pair[1], terms={"share": term}, parts=tuple(mine))
            for pair, mine in parts.items()
        )
        return replace(design, clauses=(*design.clauses, *last))

    return change


def _last(number: int) -> Change:
    """Let a clause act after all others."""

    def change(design: Design) -> Design:
        clause = design.clauses[number - 1]
        others = tuple(each for at, each in enumerate(design.clauses, start=1) if at != number)
        return replace(design, clauses=(*others, clause))

    return change


def _without_word(name: str) -> Change:
    def change(design: Design) -> Design:
        return replace(design, clauses=tuple(clause for clause in design.clauses if name not in clause.conditions))

    return change


def _amounts(design: Design) -> bool:
    """Whether anything is owed to a project however small it is."""
    return any(clause.per == "project" for clause in design.clauses)


def _by_size(design: Design) -> Design:
    """Let what is written for the whole programme follow the size of the project."""
    return replace(design, clauses=tuple(replace(clause, per="") for clause in design.clauses))
