"""The numbers of a contract by name, so that they can be varied: listed, set, and turned into Swedish kronor.

A number has a path, such as `clause.cap.share` or `measure.cost_reduction.follow_up_years`; a second clause of a kind
is `clause.cap-2.share`. A shorter name will do where it means one number only. Read by the loader (a design written
`name[share=0.8]`), the search and the browser.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from ..inputs.errors import InputError
from ..inputs.errors import meant as meant_by
from ..inputs.quantity import Normal, Quantity, with_unit
from .contract import Currency, Design, plain
from .reading.checks import check_contract
from .reading.notes import Notes
from .vocabulary import (
    CHANCE,
    CHANGES,
    EXIT_AT,
    EXPECTED,
    FOLLOW_UP,
    FOLLOW_UP_MONTHS,
    KINDS,
    LIMIT,
    SHARE,
    SIZE,
    TARGET,
    TIMES,
    Term,
)

__all__ = ["find_term", "in_sek", "terms", "with_terms"]


@dataclass(frozen=True)
class _Slot:
    """One number of a design: what it is, what it may be, and how to put another in its place."""

    quantity: Quantity
    declared: Term
    put: Callable[[Design, Quantity], Design]
    preferred: bool = False  # a term of a clause that reads a measure and can make something owed


def terms(design: Design) -> dict[str, Quantity]:
    """Every number of the contract that stands alone (not in a list), by its path."""
    return {path: slot.quantity for path, slot in _slots(design).items() if not isinstance(slot.quantity.value, tuple)}


def find_term(design: Design, name: str) -> tuple[str, Quantity, Term]:
    """Give the one number that a name means (as for `with_terms`): its path, itself, and what it may be.

    Raises
    ------
    InputError
        If the name means none or several of the terms.
    """
    notes, slots = Notes(design.name), _slots(design)
    path = _find(name, slots, notes)
    if path is None:
        raise InputError(tuple(notes.problems))
    return path, slots[path].quantity, slots[path].declared


def with_terms(design: Design, values: Mapping[str, float]) -> Design:
    """Give the design with other values for some of its terms, checked as a whole; its name stays.

    Parameters
    ----------
    design
        The contract.
    values
        New value by path, or by a shorter name that means one number: the end of a path (`cap.share`, `share`), or a
        kind of clause that has one term (`cap`). Of several numbers with the same ending, that of the only clause that
        reads a measure and can make something owed is meant. Units as in the file.

    Raises
    ------
    InputError
        If a name means none or several of the terms, a value is outside the bounds that the vocabulary declares, or
        the contract no longer holds together.
    """
    notes = Notes(design.name)
    slots = _slots(design)
    changed = design
    for name, value in values.items():
        path = _find(name, slots, notes)
        if path is not None:
            changed = _set(changed, path, slots[path], value, notes)
    if not notes.problems:
        check_contract(changed, notes)
    if notes.problems:
        raise InputError(tuple(notes.problems))
    return changed


def in_sek(design: Design) -> Design:
    """Give the design with every amount in Swedish kronor, by the rate of its own file."""
    code, rate = design.currency.code, design.currency.sek
    if code == "SEK":
        return design

    def convert(quantity: Quantity) -> Quantity:
        unit = quantity.unit
        return _scaled(quantity, rate, unit.replace(code, "SEK", 1)) if unit.split("/")[0] == code else quantity

    for slot in _slots(design).values():
        design = slot.put(design, convert(slot.quantity))
    programme = design.programme
    if programme is not None:
        records = {name: convert(quantity) for name, quantity in programme.terms.items()}
        programme = replace(programme, cost=round(programme.cost * rate), terms=records)
    measures = {
        name: replace(measure, unit=measure.unit.replace(code, "SEK")) for name, measure in design.measures.items()
    }
    return replace(design, currency=Currency(), programme=programme, measures=measures)


def _scaled(quantity: Quantity, factor: float, unit: str) -> Quantity:
    """Multiply value, range and spread."""
    value = tuple(each * factor for each in quantity.entries)
    low, high = quantity.range
    spread = quantity.distribution
    if isinstance(spread, Normal):
        spread = Normal(kind="normal", sd=spread.sd * factor)
    return quantity.model_copy(
        update={
            "value": value if isinstance(quantity.value, tuple) else value[0],
            "range": (low * factor, high * factor),
            "unit": unit,
            "distribution": spread,
        }
    )


def _set(design: Design, path: str, slot: _Slot, value: float, notes: Notes) -> Design:
    """Put one value in its place, or note why not."""
    declared, old = slot.declared, slot.quantity
    if not declared.low <= value <= declared.high or (declared.whole and value != int(value)):
        kind = "whole numbers from " if declared.whole else ""
        allowed = f"{kind}{declared.low:g} to {declared.high:g}{with_unit(old.unit)} ({declared.meaning})"
        notes.add(path, f"{value:g} is out of bounds: allowed are {allowed}.")
        return design
    if value == plain(old):
        return design
    low, high = old.range
    update = {
        "value": int(value) if declared.whole else float(value),
        "range": (min(low, value), max(high, value)),
        "note": "set for this run; the source is that of the file",
    }
    return slot.put(design, old.model_copy(update=update))


def _find(name: str, slots: Mapping[str, _Slot], notes: Notes) -> str | None:
    """Give the path that a name means, or note that it means none or several."""
    single = {path: slot for path, slot in slots.items() if not isinstance(slot.quantity.value, tuple)}
    if name in single:
        return name
    owners = [path.rpartition(".")[0] for path in single]
    meant = [
        path
        for path in single
        if path.endswith(f".{name}")
        or (path.rpartition(".")[0] == f"clause.{name}" and owners.count(f"clause.{name}") == 1)
    ]
    preferred = [path for path in meant if single[path].preferred]
    for found in (meant, preferred):
        if len(found) == 1:
            return found[0]
    if meant:
        notes.add(name, f"means several terms. Write one of: {', '.join(meant)}.")
    elif single:
        short = {path.rpartition(".")[2]: None for path in single}
        notes.add(name, f"is no term of this contract.{meant_by(name, [*short, *single])} Terms: {', '.join(single)}.")
    else:
        notes.add(name, "is no term of this contract: it has none.")
    return None


def _slots(design: Design) -> dict[str, _Slot]:
    """Every number of the contract, lists too, by its path."""
    return dict(_all_slots(design))


def _all_slots(design: Design) -> Iterator[tuple[str, _Slot]]:
    for i, share in enumerate(design.finance):
        yield f"finance.{share.party}.share", _Slot(share.share, SHARE, _put_in("finance", i, "share"))
        if share.size is not None:
            yield f"finance.{share.party}.size", _Slot(share.size, SIZE, _put_in("finance", i, "size"))
    for name, measure in design.measures.items():
        put, by_month = _put_under("measures", name, "follow_up"), measure.follow_up.unit == "month"
        declared, key = (FOLLOW_UP_MONTHS, "follow_up_months") if by_month else (FOLLOW_UP, "follow_up_years")
        yield f"measure.{name}.{key}", _Slot(measure.follow_up, declared, put)
        if measure.target is not None:
            yield f"measure.{name}.target", _Slot(measure.target, TARGET, _put_under("measures", name, "target"))
        if measure.expected is not None:
            yield (
                f"measure.{name}.expected",
                _Slot(measure.expected, EXPECTED, _put_under("measures", name, "expected")),
            )
    for name, outcome in design.own_outcomes.items():
        if outcome.times is not None:
            yield f"outcomes.{name}.times", _Slot(outcome.times, TIMES, _put_under("own_outcomes", name, "times"))
    for name, condition in design.conditions.items():
        for key, declared in (("above", LIMIT), ("at_least", LIMIT), ("chance", CHANCE)):
            quantity = getattr(condition, key)
            if quantity is not None:
                yield f"condition.{name}.{key}", _Slot(quantity, declared, _put_under("conditions", name, key))
    for name, each in design.exits.items():
        yield f"exits.{name}.at", _Slot(each.at, EXIT_AT, _put_under("exits", name, "at"))
        if each.below is not None:
            yield f"exits.{name}.below", _Slot(each.below, LIMIT, _put_under("exits", name, "below"))
    seen: dict[str, int] = {}
    for i, clause in enumerate(design.clauses):
        seen[clause.kind] = seen.get(clause.kind, 0) + 1
        nth = "" if seen[clause.kind] == 1 else f"-{seen[clause.kind]}"
        kind = KINDS[clause.kind]
        preferred = kind.opens and clause.metric is not None
        for term, quantity in clause.terms.items():
            slot = _Slot(quantity, kind.terms[term], _put_term(i, term), preferred)
            yield f"clause.{clause.kind}{nth}.{term}", slot
    for i, change in enumerate(design.changes):
        slot = _Slot(change.value, CHANGES[change.how], _put_in("changes", i, "value"))
        yield f"change.{change.path}.{change.how}", slot


def _put_in(field: str, index: int, key: str) -> Callable[[Design, Quantity], Design]:
    """Replace a quantity in one entry of a tuple of the design."""

    def put(design: Design, quantity: Quantity) -> Design:
        entries = list(getattr(design, field))
        entries[index] = replace(entries[index], **{key: quantity})
        changed: dict[str, Any] = {field: tuple(entries)}
        return replace(design, **changed)

    return put


def _put_under(field: str, name: str, key: str) -> Callable[[Design, Quantity], Design]:
    """Replace a quantity in one entry of a mapping of the design."""

    def put(design: Design, quantity: Quantity) -> Design:
        entries = getattr(design, field)
        changed: dict[str, Any] = {field: entries | {name: replace(entries[name], **{key: quantity})}}
        return replace(design, **changed)

    return put


def _put_term(index: int, term: str) -> Callable[[Design, Quantity], Design]:
    """Replace a term of a clause."""

    def put(design: Design, quantity: Quantity) -> Design:
        clauses = list(design.clauses)
        clauses[index] = replace(clauses[index], terms={**clauses[index].terms, term: quantity})
        return replace(design, clauses=tuple(clauses))

    return put
