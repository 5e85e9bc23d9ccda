"""Checks of a contract as a whole: that its parts fit each other, once each part has been read.

Each check notes what it finds and none stops the others. Here are those of parties, money and measures; those of the
clauses are in `checks_clauses`. Read by `design` and `terms`.
"""

from __future__ import annotations

from ..contract import Condition, Design, Measure
from ..outcomes import agreed_outcomes
from ..words import MEASURES, NOT_IN_MODEL
from .checks_clauses import check_clauses
from .exits import check_exits
from .notes import Notes

__all__ = ["check_contract"]

_TOLERANCE = 1e-9
_AGAINST_BEFORE = ("before-after", "trend-adjusted", "as-flagged")


def check_contract(design: Design, notes: Notes) -> None:
    """Note everything that does not fit in a contract whose parts have been read; an add-on has no parts to fit."""
    if design.add_on:
        return
    _check_money(design, notes)
    _check_own_words(design, notes)
    for measure in design.measures.values():
        _check_measure(measure, design, notes)
    _check_comparisons(design, notes)
    for condition in design.conditions.values():
        _check_condition(condition, notes)
    _check_all_is_used(design, notes)
    check_exits(design, notes)
    check_clauses(design, notes)


def _check_money(design: Design, notes: Notes) -> None:
    """Note shares of the up-front cost that do not sum to 1, and an investor who chooses and puts nothing in."""
    total = sum(design.shares.values())
    unread = any(problem.startswith(f"{notes.file}: finance.") for problem in notes.problems)
    if not unread and abs(total - 1.0) > _TOLERANCE:
        parts = ", ".join(f"{party} {value:g}" for party, value in design.shares.items()) or "none"
        rest = ""
        if 0 < total < 1:
            rest = (
                " If outcome payments fund the rest, whoever does the work carries it: [finance.provider] with form = "
                f'"outcome_payments" and a share of {1 - total:g}.'
            )
        notes.add(
            "finance", f"shares sum to {total:g} ({parts}). They must sum to 1: the programme is paid once.{rest}"
        )
    for share in design.finance:
        if share.form == "outcome_payments" and share.party not in {clause.receiver for clause in design.clauses}:
            notes.add(
                f"finance.{share.party}",
                "form = 'outcome_payments', but no clause pays anything to this party. Add one, or change the form.",
            )
        if share.kind == "guaranteed" and share.party not in {
            clause.receiver for clause in design.clauses if clause.kind == "cover_loss"
        }:
            notes.add(
                f"finance.{share.party}",
                "kind = 'guaranteed', but nobody stands for its loss. Add a [[clause]] of kind cover_loss whose "
                'receiver it is, or write kind = "commercial" or "impact-first".',
            )
    for party in design.signs:
        if party not in design.parties:
            notes.add(
                "decision", f"signs: '{party}' pays nothing here and has nothing to sign. Remove it, or let it pay."
            )
    if design.decision == "planner" and design.signs:
        notes.add("decision", "signs: a planner decides for everybody. Remove it, or name another body.")
    if design.target == "investor" and "investor" not in design.shares:
        notes.add(
            "decision", "target = 'investor', but no [finance.investor] puts anything in. Write target = \"owner\"."
        )


def _check_own_words(design: Design, notes: Notes) -> None:
    """Note parties and outcomes that are declared and named nowhere, and two parties that would be one in a run."""
    for name in design.own_parties:
        if name not in design.parties:
            notes.add(f"parties.{name}", "is named nowhere. Remove it, or let it pay or receive something.")
    for name in design.own_outcomes:
        if name not in {measure.outcome for measure in design.measures.values()}:
            notes.add(f"outcomes.{name}", "is measured nowhere. Remove it, or name it in a [measure.NAME].")
    taken = {party: party for party in design.parties}
    for name, own in design.own_parties.items():
        if own.in_run != NOT_IN_MODEL and own.in_run in taken:
            notes.add(
                f"parties.{name}",
                f"in_run = '{own.in_run}', but in a run that is {taken[own.in_run]}. Name another, or write "
                f'"{NOT_IN_MODEL}".',
            )
        taken[own.in_run] = name


def _check_measure(measure: Measure, design: Design, notes: Notes) -> None:
    """Note a measure whose kind, object and evaluation do not go together."""
    where = f"measure.{measure.name}"
    kind = MEASURES.get(measure.kind)
    if kind is None:
        return
    _check_object(measure, design, notes)
    if measure.cost_kinds and measure.kind != "cost_reduction":
        notes.add(where, f"cost_kinds is read by kind 'cost_reduction' only, not by '{measure.kind}'. Remove it.")
    if measure.kind == "activity" and measure.evaluation != "none":
        notes.add(where, f"evaluation = '{measure.evaluation}': an activity is counted, not compared. Write \"none\".")
    if measure.kind in ("cost_reduction", "tax_revenue", "fall") and measure.evaluation == "none":
        notes.add(where, f"evaluation = 'none', but '{measure.kind}' is a difference. Name a comparison.")
    _check_target(measure, design, notes)
    _check_expected(measure, design, notes)
    outcome, own = design.outcome(measure.outcome), design.own_outcomes.get(measure.outcome)
    stands = None if own is None else own.stands_for_it
    if own is not None and stands is not None and measure.evaluation == "none" and stands.good != own.good:
        notes.add(
            where,
            f"counts '{measure.outcome}' without a comparison, but '{own.in_run}', which stands for it in a run, "
            f"is {'good' if stands.good else 'bad'} and it is not. Name a comparison, or another outcome.",
        )
    if outcome is not None and not outcome.measured_before and measure.evaluation in _AGAINST_BEFORE:
        notes.add(
            where,
            f"evaluation = '{measure.evaluation}', but '{measure.outcome}' cannot be measured on a child before the "
            "programme. Use matched-comparison, randomised-waiting-list, historical-norm or none.",
        )
    if outcome is not None and outcome.good and measure.kind == "fall":
        notes.add(where, f"'{measure.outcome}' is good, and a fall of it would be a loss. Use kind outcomes or share.")
    if measure.group > measure.groups:
        notes.add(
            where, f"group = {measure.group}, but there are {measure.groups} groups. Write groups = ..., or less."
        )


def _check_target(measure: Measure, design: Design, notes: Notes) -> None:
    """Note a target that nothing is held against, or that is for a programme of no size."""
    where = f"measure.{measure.name}"
    if measure.target is not None and measure.kind != "of_target":
        notes.add(where, f"target is read by kind 'of_target' only, not by '{measure.kind}'. Remove it.")
    if measure.target is not None and design.programme is None:
        notes.add(where, "target is for a whole programme, and this one has no size. Add [programme].")


def _check_expected(measure: Measure, design: Design, notes: Notes) -> None:
    """Note an expectation of which there is nothing to price."""
    where = f"measure.{measure.name}"
    if measure.expected is None:
        return
    if measure.kind == "activity":
        notes.add(where, "expected is for what comes of a programme, and an activity is a number of places. Remove it.")
    elif measure.countable and design.programme is None:
        notes.add(where, "expected is for a whole programme, and this one has no size. Add [programme].")


def _check_object(measure: Measure, design: Design, notes: Notes) -> None:
    """Note what is measured and should not be, or the reverse: payers whose cost, an outcome, or neither."""
    kind, where = MEASURES[measure.kind], f"measure.{measure.name}"
    if kind.reads_payers and kind.reads_outcome:
        if bool(measure.payers) == bool(measure.outcome):
            notes.add(where, f"kind '{measure.kind}' needs either payers (whose cost) or outcome. Give exactly one.")
        return
    for key, given, read in (
        ("payers", measure.payers, kind.reads_payers),
        ("outcome", measure.outcome, kind.reads_outcome),
    ):
        if given and not read:
            notes.add(where, f"{key} is not read by kind '{measure.kind}'. Remove it.")
        if read and not given:
            what = (
                "whose cost is measured"
                if key == "payers"
                else f"one of: {', '.join((*design.own_outcomes, *agreed_outcomes()))}"
            )
            notes.add(where, f"'{key}' is missing: {what}.")


def _check_comparisons(design: Design, notes: Notes) -> None:
    """Note a contract that draws lots and matches: who waits cannot be drawn and found by likeness at once."""
    by_evaluation = {measure.evaluation: measure.name for measure in design.measures.values()}
    drawn, matched = by_evaluation.get("randomised-waiting-list"), by_evaluation.get("matched-comparison")
    if drawn and matched:
        notes.add(
            f"measure.{matched}",
            f"evaluation = 'matched-comparison', but '{drawn}' is measured by randomised-waiting-list. A contract has "
            "one comparison group: use the same for both.",
        )


def _check_condition(condition: Condition, notes: Notes) -> None:
    """Note a condition that says in two ways, or by halves, how a run finds out."""
    where = f"conditions.{condition.name}"
    limits = [key for key in ("above", "at_least") if getattr(condition, key) is not None]
    if condition.measure is not None and len(limits) != 1:
        notes.add(where, f"gives {' and '.join(limits) or 'none'} of above, at_least. Give exactly one beside measure.")
    if condition.measure is None and limits:
        notes.add(where, f'{limits[0]} is held against a measure. Add measure = "NAME".')
    if condition.measure is not None and condition.chance is not None:
        notes.add(where, "gives both measure and chance. Give one of them.")


def _check_all_is_used(design: Design, notes: Notes) -> None:
    """Note what is declared and nobody reads."""
    asked = set(design.named_conditions)
    read = {*design.metrics, *(each.measure for each in design.exits.values())}
    for name in design.measures:
        if name not in read:
            notes.add(
                f"measure.{name}",
                "nothing is paid on it and no condition in use reads it. Remove it, or add a [[clause]].",
            )
    for name in design.conditions:
        if name not in asked:
            notes.add("conditions", f"'{name}' is named by no clause. Remove it, or name it in `when` or `unless`.")
