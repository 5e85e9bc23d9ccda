"""Checks of a contract as a whole: that its parts fit each other, once each part has been read.

Each check notes what it finds and none stops the others. Read by `loader` alone.
"""

from __future__ import annotations

from model.funding.contract import Clause, Design
from model.funding.reading import Notes
from model.funding.vocabulary import KINDS, METRICS

__all__ = ["check_contract"]

_TOLERANCE = 1e-9


def check_contract(design: Design, notes: Notes) -> None:
    """Note everything that does not fit in a contract whose parts have been read."""
    _check_shares(design, notes)
    _check_measure(design, notes)
    _check_conditions(design, notes)
    opened: set[tuple[str, str]] = set()
    for number, clause in enumerate(design.clauses, start=1):
        where = f"clause {number} ({clause.kind})"
        _check_parties(clause, where, notes)
        _check_terms(clause, where, notes)
        _check_has_something_to_act_on(clause, where, opened, notes)
        if KINDS[clause.kind].opens:
            opened.add(clause.pair)
    _check_limits(design, notes)
    _check_schedules(design, notes)


def _check_shares(design: Design, notes: Notes) -> None:
    """Note shares of the up-front cost that do not sum to 1."""
    total = sum(design.shares.values())
    if abs(total - 1.0) > _TOLERANCE:
        parts = ", ".join(f"{party} {value:g}" for party, value in design.shares.items()) or "none"
        notes.add("finance", f"shares sum to {total:g} ({parts}). They must sum to 1: the programme is paid once.")


def _check_measure(design: Design, notes: Notes) -> None:
    """Note what a clause reads and nobody measures, and what is measured and nobody reads."""
    for number, clause in enumerate(design.clauses, start=1):
        where = f"clause {number} ({clause.kind})"
        if clause.metric == "":
            notes.add(where, "depends on what is measured, but nothing is. Add [measure] with metric, payers, ...")
        elif clause.metric is not None and clause.metric in METRICS:
            unit = METRICS[clause.metric][0]
            in_money = clause.kind in ("share_of_saving", "risk_share", "provider_at_risk")
            in_money |= clause.kind == "threshold" and "share" in clause.values
            in_money |= "share_of_metric" in clause.values
            if in_money and unit != "SEK":
                notes.add(where, f"needs a metric in SEK, but '{clause.metric}' is in '{unit}'. Use price_per_outcome.")
            if clause.kind == "price_per_outcome" and unit == "SEK":
                notes.add(where, f"prices single outcomes, but '{clause.metric}' is in SEK. Use share_of_saving.")
    if design.measure is not None and not design.clauses:
        notes.add("measure", "nothing is paid on what is measured. Remove [measure], or add a [[clause]].")


def _check_conditions(design: Design, notes: Notes) -> None:
    """Note conditions that are named and not declared, or declared and not named."""
    used = set()
    for number, clause in enumerate(design.clauses, start=1):
        for key, name in (("when", clause.when), ("unless", clause.unless)):
            if name is not None and name not in design.conditions:
                hint = notes.hint(name, design.conditions) if design.conditions else ""
                notes.add(
                    f"clause {number} ({clause.kind})", f"{key} = '{name}' is not declared under [conditions].{hint}"
                )
            used.add(name)
    for name in design.conditions:
        if name not in used:
            notes.add("conditions", f"'{name}' is named by no clause. Remove it, or name it in `when` or `unless`.")


def _check_parties(clause: Clause, where: str, notes: Notes) -> None:
    """Note a party that would pay itself."""
    if clause.payer and clause.payer == clause.receiver:
        notes.add(where, f"payer and receiver are both '{clause.payer}'. Name two parties.")
    if clause.instead_of is not None and clause.instead_of == clause.payer:
        notes.add(where, f"'{clause.payer}' cannot pay instead of itself. Name another party in `instead_of`.")


def _check_terms(clause: Clause, where: str, notes: Notes) -> None:
    """Note a band without width, and a schedule that does not end within its horizon."""
    values = clause.values
    if "up_to" in values and values["up_to"] <= values.get("above", 0.0):
        notes.add(
            where, f"up_to = {values['up_to']:g} is not above {values.get('above', 0.0):g}, where the band starts."
        )
    if clause.kind == "schedule" and len(values) == 3:
        last = values["first_year"] + values["years"] - 1
        if last > values["within"]:
            notes.add(
                where,
                f"the last of {values['years']:g} payments falls {last:g} years after the measurement, but the horizon "
                f"(within) is {values['within']:g}. Start earlier, pay in fewer years, or extend the horizon.",
            )


def _check_has_something_to_act_on(clause: Clause, where: str, opened: set[tuple[str, str]], notes: Notes) -> None:
    """Note a clause that changes an amount before any clause has opened it."""
    if not KINDS[clause.kind].opens and clause.pair not in opened:
        notes.add(
            where,
            f"no clause before it makes {clause.payer} owe {clause.receiver} anything, so it does nothing. "
            "Move it down, or check payer and receiver.",
        )
    if clause.instead_of is not None and (clause.instead_of, clause.receiver) not in opened:
        notes.add(where, f"no clause before it makes {clause.instead_of} owe {clause.receiver} anything.")


def _check_limits(design: Design, notes: Notes) -> None:
    """Note a cap below a guarantee or floor of the same amount owed, where both are in the same terms."""
    for number, limit in enumerate(design.clauses, start=1):
        for below, least in enumerate(design.clauses, start=1):
            if limit.kind != "cap" or least.kind not in ("guarantee", "floor") or limit.pair != least.pair:
                continue
            for term in limit.values.keys() & least.values.keys():
                if limit.values[term] < least.values[term]:
                    notes.add(
                        f"clause {number} (cap)",
                        f"{term} = {limit.values[term]:g} is below the {least.kind} of {least.values[term]:g} in "
                        f"clause {below}. Raise the cap or lower the {least.kind}.",
                    )


def _check_schedules(design: Design, notes: Notes) -> None:
    """Note a second schedule of the same amount owed."""
    seen: dict[tuple[str, str], int] = {}
    for number, clause in enumerate(design.clauses, start=1):
        if clause.kind == "schedule":
            if clause.pair in seen:
                notes.add(
                    f"clause {number} (schedule)",
                    f"what {clause.payer} owes {clause.receiver} has a schedule in clause {seen[clause.pair]}. "
                    "Keep one of them.",
                )
            seen.setdefault(clause.pair, number)
