"""Reading what a contract measures, and the conditions that clauses may hang on. Read by `design`."""

from __future__ import annotations

from collections.abc import Mapping

from ...inputs.errors import shown
from ...inputs.quantity import Quantity
from ..contract import Condition, Measure
from ..outcomes import OwnOutcome, agreed_outcomes
from ..vocabulary import CHANCE, EXPECTED, FOLLOW_UP, FOLLOW_UP_MONTHS, LIMIT, TARGET
from ..words import COST_KINDS, EVALUATIONS, MEASURES, PAYER_GROUPS, PAYERS
from .clause_tables import PER
from .notes import Notes, Table

__all__ = ["read_conditions", "read_measures"]

_MEASURED = ("owner", *PAYER_GROUPS, *PAYERS)
_OPTIONAL = (
    "follow_up_years",
    "follow_up_months",
    "payers",
    "cost_kinds",
    "outcome",
    "target",
    "expected",
    "group",
    "groups",
)


def read_measures(document: Table, own: Mapping[str, OwnOutcome], code: str, notes: Notes) -> dict[str, Measure]:
    """Read what is measured, by name."""
    table = notes.table(document, "measure")
    old = {"metric", "payers", "evaluation", "follow_up_years"} & table.keys()
    if old and not any(isinstance(each, Mapping) and "value" not in each for each in table.values()):
        notes.add("measure", "has no name. Write [measure.NAME], where NAME is what clauses call it, with kind = ...")
        return {}
    read = {name: _measure(name, notes.table(table, name, f"measure.{name}"), (own, code), notes) for name in table}
    return {name: measure for name, measure in read.items() if measure is not None}


def _measure(name: str, table: Table, words: tuple[Mapping[str, OwnOutcome], str], notes: Notes) -> Measure | None:
    """Read one measure, in these outcomes of the contract's own and this currency; none without a usable follow-up."""
    where, (own, code) = f"measure.{name}", words
    required = ("kind", "evaluation")
    notes.keys(table, where, (*required, *_OPTIONAL), required)
    kind = notes.choice(table, "kind", where, MEASURES)
    payers, cost_kinds = notes.names(table, "payers", where), notes.names(table, "cost_kinds", where)
    for key, given, allowed in (("payers", payers, _MEASURED), ("cost_kinds", cost_kinds, tuple(COST_KINDS))):
        for each in given:
            if each not in allowed:
                notes.add(where, f"{key}: '{each}' is not known.{notes.hint(each, allowed)}")
    follow_up = _follow_up(table, where, notes)
    outcome, known = table.get("outcome", ""), (*own, *agreed_outcomes())
    if "outcome" in table and outcome not in known:
        notes.add(
            where,
            f"outcome = {shown(outcome)} is not known.{notes.hint(outcome, known)} Or declare it: [outcomes.NAME].",
        )
        outcome = outcome if isinstance(outcome, str) else ""
    counted = own[outcome].unit if outcome in own else "outcome"
    evaluation = notes.choice(table, "evaluation", where, EVALUATIONS)
    group, groups = (_whole(table, key, where, notes) for key in ("group", "groups"))
    if follow_up is None:
        return None
    unit = MEASURES[kind].unit.replace("SEK", code).replace("outcome", counted) if kind in MEASURES else ""
    return Measure(
        name=name,
        kind=kind,
        unit=unit,
        payers=payers,
        cost_kinds=cost_kinds or (tuple(COST_KINDS) if kind == "cost_reduction" else ()),
        outcome=outcome,
        evaluation=evaluation,
        follow_up=follow_up,
        target=notes.quantity(table, "target", where, TARGET, counted),
        expected=notes.quantity(table, "expected", where, EXPECTED, unit),
        group=group,
        groups=groups,
    )


def _follow_up(table: Table, where: str, notes: Notes) -> Quantity | None:
    """Read how long participants are followed: in years or in months."""
    given = [key for key in ("follow_up_years", "follow_up_months") if key in table]
    if not given:
        notes.add(where, "'follow_up_years' is missing.")
    if len(given) > 1:
        notes.add(where, "gives both follow_up_years and follow_up_months. Give one of them.")
    if "follow_up_months" in given:
        return notes.quantity(table, "follow_up_months", where, FOLLOW_UP_MONTHS, "month")
    years = table.get("follow_up_years")
    value = years.get("value") if isinstance(years, Mapping) else None
    if isinstance(value, float) and value > 0 and value != int(value):
        notes.add(
            f"{where}.follow_up_years",
            f"value = {value:g} is not a whole number. Write follow_up_months, with value = {round(12 * value)} and "
            'unit "month".',
        )
        return Quantity(value=1, unit="year", range=(1, 1), source="not as the file has it")
    return notes.quantity(table, "follow_up_years", where, FOLLOW_UP, "year")


def _whole(table: Table, key: str, where: str, notes: Notes) -> int:
    """Give a whole number from 1 to 100, 1 if there is none."""
    value = table.get(key, 1)
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= 100:
        notes.add(where, f"{key} = {shown(value)}. Write a whole number from 1 to 100.")
        return 1
    return value


def read_conditions(document: Table, measures: Mapping[str, Measure], notes: Notes) -> dict[str, Condition]:
    """Read the conditions that clauses may name, each with its meaning and how a run finds out."""
    read = {}
    for name, where, given in notes.named(document, "conditions", 'says = "..."'):
        notes.keys(given, where, ("says", "measure", "above", "at_least", "chance", "per"), ("says",))
        measure = notes.choice(given, "measure", where, measures) or None
        unit = measures[measure].unit if measure and measure in measures else ""
        limits = {key: notes.quantity(given, key, where, LIMIT, unit) for key in ("above", "at_least")}
        read[name] = Condition(
            name=name,
            says=notes.text(given, "says", where),
            measure=measure,
            **limits,
            chance=notes.quantity(given, "chance", where, CHANCE, CHANCE.unit),
            per=notes.choice(given, "per", where, PER),
        )
    return read
