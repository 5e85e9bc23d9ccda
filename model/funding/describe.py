"""A design in plain words: what `stupror designs show NAME` prints, and what an analyst can read aloud.

Nothing is said here that the file or the vocabulary does not say. Read by the command line and the report.
"""

from __future__ import annotations

from collections.abc import Iterator
from textwrap import fill

from model.funding.contract import BODIES, EVALUATIONS, FORMS, PARTIES, Clause, Design, plain
from model.funding.vocabulary import KINDS, Term
from model.funding.words import MEASURES
from model.reading import Quantity

__all__ = ["describe"]

_WIDTH = 100


def describe(design: Design) -> str:
    """Read the contract in plain words, with every term, its unit, range and source."""
    return "\n".join(_lines(design)) + "\n"


def _lines(design: Design) -> Iterator[str]:
    yield f"{design.title} ({design.name}; in Swedish: {design.title_sv})"
    yield ""
    yield fill(design.summary, _WIDTH)
    yield fill(f"Source: {design.source}.", _WIDTH)
    yield ""
    yield f"Who says yes: {BODIES[design.decision]}."
    yield ""
    yield "Parties:"
    yield from (f"  {party}: {PARTIES[party][0]}, {PARTIES[party][1]}" for party in design.parties)
    yield ""
    yield "Who pays the programme up front:"
    for share in design.finance:
        yield f"  {PARTIES[share.party][0]}: {_spoken(share.share)} of the cost ({share.form}: {FORMS[share.form]})"
        yield f"    {_record('share', share.share)}"
    yield ""
    yield from _measured(design)
    if design.conditions:
        yield "Conditions (true or false):"
        yield from (f"  {name}: {each.says}" for name, each in design.conditions.items())
        yield ""
    yield from _clauses(design)


def _measured(design: Design) -> Iterator[str]:
    if not design.measures:
        yield "No payment hangs on what is measured."
        yield ""
        return
    yield "What is measured:"
    for measure in design.measures.values():
        yield f"  {measure.name} [{measure.unit}]: {MEASURES[measure.kind].meaning}"
        yield f"    of: {', '.join(measure.payers) or measure.outcome}"
        yield f"    how: {measure.evaluation}, {EVALUATIONS[measure.evaluation]}"
        yield f"    follow-up: {_spoken(measure.follow_up_years)} from the start of the project"
        yield f"      {_record('follow_up_years', measure.follow_up_years)}"
    yield ""


def _clauses(design: Design) -> Iterator[str]:
    if not design.clauses:
        yield "Nothing is paid back and nothing is paid on results."
        return
    yield "What follows, in this order, on what each payer owes its receiver so far:"
    for number, clause in enumerate(design.clauses, start=1):
        yield fill(f"{number}. {_sentence(clause, design)}", _WIDTH, initial_indent="  ", subsequent_indent="     ")
        for name, quantity in clause.terms.items():
            yield f"     {_record(name, quantity, KINDS[clause.kind].terms[name])}"
    yield "  What is owed in the end is rounded to whole kronor and paid " + (
        "by its schedule." if any(clause.kind == "schedule" for clause in design.clauses) else "at the measurement."
    )


def _sentence(clause: Clause, design: Design) -> str:
    """Say what a clause does, with its numbers in place."""
    words = {
        name: _spoken(quantity) for name, quantity in clause.terms.items() if not isinstance(quantity.value, tuple)
    }
    for name in KINDS[clause.kind].one_of:
        if name in words:
            words["one_of"] = words[name] + _BASES[name]
    spoken = KINDS[clause.kind].sentence.format(
        payer=PARTIES[clause.payer][0],
        receiver=PARTIES[clause.receiver][0],
        instead_of=PARTIES[clause.instead_of][0] if clause.instead_of else "",
        parts="",
        routes=" or ".join(" and ".join(route) for route in clause.routes),
        counted_from="the " + clause.counted_from,
        steps="",
        metric=(clause.metric or "").replace("_", " "),
        **words,
    )
    if "above" in clause.values:
        spoken += f", counted from {_times(clause.values['above'])} the programme cost"
    if "up_to" in clause.values:
        spoken += f", counted up to {_times(clause.values['up_to'])} the programme cost"
    for name in clause.when:
        spoken += f", if {design.conditions[name].says} ({name})"
    for name in clause.unless:
        spoken += f", unless {design.conditions[name].says} ({name})"
    return spoken[0].upper() + spoken[1:] + f". [{clause.kind}]"


_BASES = {"amount": "", "share": " of the programme cost", "share_of_metric": " of what was measured"}


def _spoken(quantity: Quantity) -> str:
    """Say a number as one would aloud: a share in per cent, an amount in kronor."""
    value = plain(quantity)
    if quantity.unit in ("1", "1/year"):
        return f"{100 * value:g} %"
    if quantity.unit == "year":
        return f"{value:g} year" + ("" if value == 1 else "s")
    return f"{value:,.0f} {quantity.unit}"


def _times(value: float) -> str:
    return f"{value:g} times"


def _record(name: str, quantity: Quantity, term: Term | None = None) -> str:
    """Write out a term as its record: value, unit, range and source."""
    low, high = quantity.range
    meaning = f", {term.meaning}" if term is not None else ""
    value = ", ".join(f"{each:g}" for each in quantity.entries)
    return f"{name} = {value} [{quantity.unit}{meaning}], range {low:g} to {high:g}; {quantity.source}"
