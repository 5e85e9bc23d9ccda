"""A contract as a run can settle it: in Swedish kronor, by whole years, with what stands for its own words.

On paper a contract is settled as it is written. A run knows whole years, and the parties and outcomes of the model; a
contract says itself which of them stand for its own. Read by the model.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from ..inputs.quantity import Quantity
from .contract import Clause, Design, Measure
from .terms import in_sek
from .words import NOT_IN_MODEL

__all__ = ["for_run", "not_in_model"]


def not_in_model(design: Design) -> list[str]:
    """Say which words of a contract nothing in a run stands for; nothing if it can be run."""
    found = [
        f"{design.name}: {key}.{name} is '{NOT_IN_MODEL}', so it can be settled (stupror settle) and not run. "
        f"Say what stands for it: in_run = ..."
        for key, own in (("parties", design.own_parties), ("outcomes", design.own_outcomes))
        for name, each in own.items()
        if each.in_run == NOT_IN_MODEL
    ]
    return found + [
        f"{design.name}: measure.{name} is in per cent of a target, but has none. A run needs target = ..."
        for name, measure in design.measures.items()
        if measure.kind == "of_target" and measure.target is None
    ]


def for_run(design: Design) -> Design:
    """Give the contract as a run settles it: amounts in SEK, dates at the end of a year, parties of the model.

    What is paid every quarter or month is paid at the end of the year, and a follow-up lasts until then.
    """
    design = in_sek(design)
    if not (design.own_parties or any(_within_a_year(design))):
        return design
    names = {name: own.in_run for name, own in design.own_parties.items()}
    programme = design.programme
    if programme is not None:
        programme = replace(programme, run_by=names.get(programme.run_by, programme.run_by))
    return replace(
        design,
        own_parties={},
        programme=programme,
        finance=tuple(replace(share, party=names.get(share.party, share.party)) for share in design.finance),
        signs=tuple(names.get(party, party) for party in design.signs),
        measures={name: _by_year(measure) for name, measure in design.measures.items()},
        clauses=tuple(_clause(clause, names) for clause in design.clauses),
        exits={
            name: replace(each, by=names.get(each.by, each.by), at=_whole_years(each.at))
            for name, each in design.exits.items()
        },
    )


def _within_a_year(design: Design) -> list[bool]:
    """Whether anything of the contract happens at another time than the end of a year."""
    found = [measure.follow_up.unit == "month" for measure in design.measures.values()]
    found += [bool(design.exits)]
    return found + [clause.runs or clause.kind == "milestone" for clause in design.clauses]


def _by_year(measure: Measure) -> Measure:
    """Follow up for whole years."""
    low, high = measure.follow_up.range
    if measure.follow_up.unit != "month":
        return measure
    update: dict[str, Any] = {
        "value": measure.years,
        "unit": "year",
        "range": (low / 12, max(high / 12, measure.years)),
    }
    return replace(measure, follow_up=measure.follow_up.model_copy(update=update))


def _clause(clause: Clause, names: dict[str, str]) -> Clause:
    """Name the parties of the model, and pay at the end of each year."""
    terms = dict(clause.terms)
    if "after_months" in terms:
        terms["after_months"] = _whole_years(terms["after_months"])
    if "dates" in terms:
        terms["dates"] = _whole_years(terms["dates"])

    def named(party: str) -> str:
        return names.get(party, party)

    return replace(
        clause,
        payer=named(clause.payer),
        receiver=named(clause.receiver),
        instead_of=None if clause.instead_of is None else named(clause.instead_of),
        also=tuple((named(payer), named(receiver)) for payer, receiver in clause.also),
        every="year" if clause.every else "",
        terms=terms,
    )


def _whole_years(months: Quantity) -> Quantity:
    """Move dates to the end of the year in which they fall."""
    moved = tuple(-(-int(month) // 12) * 12 for month in months.entries)
    value = moved if isinstance(months.value, tuple) else moved[0]
    return months.model_copy(update={"value": value, "range": (min(moved), max(moved))})
