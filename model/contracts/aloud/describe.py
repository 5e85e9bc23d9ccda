"""A design in plain words: what `stupror designs show NAME` prints, and what an analyst can read aloud.

Nothing is said here that the file or the vocabulary does not say. Read by the command line and the report.
"""

from __future__ import annotations

from collections.abc import Iterator
from textwrap import fill

from ...data import DATA
from ...inputs.quantity import Quantity
from ..contract import MAIN, Condition, Design, Measure
from ..outcomes import Agreed, OwnOutcome
from ..timing import settlement_dates, year_of
from ..vocabulary import CHANGES, KINDS, Term
from ..words import (
    BODIES,
    COST_KINDS,
    EVALUATIONS,
    FORMS,
    INVESTOR_KINDS,
    MEASURES,
    NOT_IN_MODEL,
    PARTIES,
    SIGNATORIES,
    TARGETS,
)
from .sentences import headed, joined, sentence, spoken

__all__ = ["describe"]

_WIDTH = 100
_HOW = {"times": "multiplied by", "add": "raised by", "set": "set to"}


def describe(design: Design) -> str:
    """Read the contract in plain words, with every term, its unit, range and source."""
    return "\n".join(_lines(design)) + "\n"


def _lines(design: Design) -> Iterator[str]:
    yield headed(design.title, design.name, f"in Swedish: {design.title_sv}")
    yield ""
    yield fill(design.summary.strip(), _WIDTH)
    yield fill(f"Source: {design.source}.", _WIDTH)
    yield ""
    if design.add_on:
        yield f"An add-on: it pays for nothing itself. Join it to a design, as in status-quo+{design.name}."
        yield ""
    else:
        yield from _frame(design)
        yield from _measured(design)
        yield from _conditions(design)
        yield from _exits(design)
        yield from _clauses(design)
    yield from _changes(design)


def _frame(design: Design) -> Iterator[str]:
    """Say who decides, between whom, in what money, for how large a programme, and who pays it."""
    yield f"Who says yes: {BODIES[design.decision]}."
    for party in design.signs:
        yield f"Who must sign, too: {design.spoken(party)[0]}, which {SIGNATORIES[design.in_run(party)]}."
    yield f"Who chooses the target group: {TARGETS[design.target]}."
    yield f"For: {', '.join(map(_intervention, design.interventions)) or 'every intervention'}."
    for group in design.groups:
        whom = f"children of {group.ages[0]} to {group.ages[1]} seen at levels {group.levels[0]} to {group.levels[1]}"
        into = f", in {joined(group.interventions)}" if group.interventions else ""
        yield f"  group {group.name}: {whom}{into}"
    yield ""
    yield "Parties:"
    for party in design.parties:
        named, says = design.spoken(party)
        yield f"  {party}: {named}, {says}"
        if party in design.own_parties:
            in_run = design.own_parties[party].in_run
            yield "    in a run: " + (in_run if in_run == NOT_IN_MODEL else PARTIES[in_run][0])
    yield ""
    code, programme = design.currency.code, design.programme
    if design.currency.rate is not None:
        yield f"Amounts are in {code}. A run takes 1 {code} to be {design.currency.sek:g} SEK:"
        yield f"  {_record('sek', design.currency.rate)}"
        yield ""
    if programme is not None:
        years = f", put in over {programme.years} years" if programme.years > 1 else ""
        yield f"Written for a programme of {programme.cost:,} {code} for {programme.children:,} children{years}."
        yield f"The money goes to {design.spoken(programme.run_by)[0]}, who runs it."
        yield from (f"  {_record(name, quantity)}" for name, quantity in programme.terms.items())
        if any(_of_size(design)):
            yield fill(
                f"For a programme of another size amounts follow its cost and numbers its children: "
                f"{', '.join(_of_size(design))}.",
                _WIDTH,
            )
        yield ""
    yield "Who pays the programme up front:"
    for share in design.finance:
        payer = design.spoken(share.party)[0]
        yield f"  {payer}: {spoken(share.share)} of the cost ({share.form}: {FORMS[share.form]})"
        yield f"    {_record('share', share.share)}"
        if share.size is not None:
            yield f"    {_record('size', share.size)}"
        if share.kind:
            yield f"    {share.kind}: {INVESTOR_KINDS[share.kind]}"
    yield ""


def _intervention(name: str) -> str:
    """Name an intervention, and say so if it does not come with the model."""
    built_in = (DATA / "interventions" / f"{name}.toml").is_file()
    return name if built_in else f"{name} (which does not come with the model: the scenario has to add it)"


def _measured(design: Design) -> Iterator[str]:
    """Say what is measured, each under the name by which clauses and `stupror settle` call it."""
    if not design.measures:
        yield "No payment hangs on what is measured."
        yield ""
        return
    yield "What is measured:"
    for measure in design.measures.values():
        yield fill(
            f"{measure.name} [{measure.unit}]: {MEASURES[measure.kind].meaning}",
            _WIDTH,
            initial_indent="  ",
            subsequent_indent="    ",
        )
        yield from (f"    {line}" for line in _measure(measure, design))
    yield ""


def _of_size(design: Design) -> Iterator[str]:
    """Name the terms that follow the size of a project."""
    for number, clause in enumerate(design.clauses, start=1):
        countable = clause.metric is not None and design.measures[clause.metric].countable
        for name in clause.terms:
            unit = KINDS[clause.kind].terms[name].unit
            if clause.per != "project" and (unit == "SEK" or (unit == "metric" and countable)):
                yield f"{name} in clause {number}"


def _measure(measure: Measure, design: Design) -> Iterator[str]:
    """Say of what, of whom, how and for how long."""
    if measure.payers:
        kinds = "" if set(measure.cost_kinds) in (set(), set(COST_KINDS)) else f"; only {joined(measure.cost_kinds)}"
        whose = joined("the owner" if payer == "owner" else payer for payer in measure.payers)
        yield f"of: the cost of {whose}{kinds}"
    if measure.outcome:
        outcome = design.outcome(measure.outcome)
        assert outcome is not None  # checked when the contract was read
        counted = f"; one outcome is one {outcome.unit}" if measure.kind == "outcomes" else ""
        yield f"of: {outcome.title} ({measure.outcome}); {'more' if outcome.good else 'fewer'} is better{counted}"
        if isinstance(outcome, OwnOutcome):
            yield f"in a run: {_stands_for(outcome)}"
            if outcome.times is not None:
                yield f"  {_record('times', outcome.times)}"
    if measure.target is not None:
        yield f"target: {spoken(measure.target)} for the whole programme"
        yield f"  {_record('target', measure.target)}"
    if measure.expected is not None:
        yield f"expected when it was written: {spoken(measure.expected)}; a run prices it anew for each programme"
        yield f"  {_record('expected', measure.expected)}"
    if measure.groups > 1:
        yield f"whom: group {measure.group} of {measure.groups} equal groups of the participants, drawn by lot"
    yield f"how: {measure.evaluation}, {EVALUATIONS[measure.evaluation]}"
    months = measure.follow_up.unit == "month"
    whole = f"; in a run {measure.years} whole years" if months and measure.months % 12 else ""
    yield f"follow-up: {spoken(measure.follow_up)} from the start of the project{whole}"
    yield f"  {_record('follow_up_months' if months else 'follow_up_years', measure.follow_up)}"


def _stands_for(outcome: OwnOutcome) -> str:
    """Say what of the model stands for an outcome of the contract's own."""
    if outcome.in_run == NOT_IN_MODEL:
        return f"{NOT_IN_MODEL}, so it can be settled on paper only"
    known = outcome.stands_for_it
    assert known is not None  # or it were not in the model
    each = "" if outcome.times is None else f", each counted as {spoken(outcome.times).split(' for each')[0]}"
    what = _what_counts(known) if outcome.counted is not None else f"{known.title} ({outcome.in_run})"
    return f"{what}{each}"


def _what_counts(outcome: Agreed) -> str:
    """Say what is counted on a child's life."""
    ages = (outcome.ages[0], outcome.ages[1]) if outcome.at_age is None else (outcome.at_age, outcome.at_age)
    what = "years" if outcome.at_age is None else "children"
    levels = f" at level {joined(map(str, outcome.levels))}" if outcome.levels else ""
    record = f" {'without' if outcome.record_absent else 'with'} {outcome.record} on record" if outcome.record else ""
    return f"{what} at ages {ages[0]} to {ages[1]}{levels}{record}"


def _conditions(design: Design) -> Iterator[str]:
    """Say what is true or false, and how a run finds out."""
    if not design.conditions:
        return
    yield "Conditions:"
    for condition in design.conditions.values():
        yield f"  {condition.name}: {condition.says}"
        yield f"    {'' if condition.measure else 'in a run: '}{_found_out(condition)}"
        for name in ("above", "at_least", "chance"):
            quantity = getattr(condition, name)
            if quantity is not None:
                yield f"    {_record(name, quantity)}"
    yield ""


def _exits(design: Design) -> Iterator[str]:
    """Say who may end the contract ahead of time, when, on what condition, and what follows."""
    if not design.exits:
        return
    yield "It may be ended ahead of time:"
    for each in design.exits.values():
        yield f"  {each.name}: {each.says}"
        when = f"{joined(str(date) for date in each.dates)} months after the start"
        if each.below is None:
            yield f"    by {design.spoken(each.by)[0]}, {when}, if it has more to gain by that than by going on"
        else:
            yield f"    by {design.spoken(each.by)[0]}, {when}, if {each.measure} is below {spoken(each.below)} by then"
            yield f"    {_record('below', each.below)}"
        yield f"    {_record('at', each.at)}"
    yield fill(
        "  Then it is settled on what has been reached and put in by that date; clauses that name the exit say more.",
        _WIDTH,
    )
    yield ""


def _found_out(condition: Condition) -> str:
    """Say how a run finds out whether a condition holds."""
    if condition.above is not None:
        return f"it holds if the measured {condition.measure} is above {spoken(condition.above)}"
    if condition.at_least is not None:
        return f"it holds if the measured {condition.measure} is at least {spoken(condition.at_least)}"
    if condition.chance is not None:
        return f"for {spoken(condition.chance)} of the projects, by lot"
    return "nobody can find out, so it can be settled on paper only"


def _clauses(design: Design) -> Iterator[str]:
    """Say what each clause does, with its terms, and when what is owed is paid."""
    if not design.clauses:
        yield "Nothing is paid back and nothing is paid on results."
        return
    yield "What follows, in this order, on what each payer owes its receiver so far:"
    for number, clause in enumerate(design.clauses, start=1):
        yield fill(f"{number}. {sentence(clause, design)}", _WIDTH, initial_indent="  ", subsequent_indent="     ")
        for name, quantity in clause.terms.items():
            yield f"     {_record(name, quantity, KINDS[clause.kind].terms[name])}"
    yield ""
    yield f"What is owed in the end is rounded to whole {design.currency.code} and paid (the first year is 0):"
    yield from _calendar(design)


def _calendar(design: Design) -> Iterator[str]:
    """Say in which years each amount is paid."""
    schedules = {clause.keys[0]: clause.values for clause in design.clauses if clause.kind == "schedule"}
    opened = {key for clause in design.clauses for key in clause.keys if KINDS[clause.kind].opens}
    for key, dates in settlement_dates(design).items():
        if key not in opened:
            continue
        payer, receiver, part = key
        terms = schedules.get(key, {"first_year": 0, "years": 1})
        first, count = year_of(dates[-1]) + int(terms["first_year"]), int(terms["years"])
        when = (
            f"in year {first}" if count == 1 else f"in {count} equal parts, in the years {first} to {first + count - 1}"
        )
        if len(dates) > 1 or dates[0] % 12:
            when = f"{', '.join(str(date) for date in dates)} months after the start"
            when += ", what is owed so far less what has been paid" if len(dates) > 1 else ""
        label = "" if part == MAIN else f", part {part}"
        yield f"  what {design.spoken(payer)[0]} owes {design.spoken(receiver)[0]}{label}: {when}"


def _changes(design: Design) -> Iterator[str]:
    """Say which parameters of the scenario are changed."""
    if not design.changes:
        return
    if not design.add_on:
        yield ""
    yield "What it changes in the scenario:"
    for change in design.changes:
        value = ", ".join(f"{each:g}" for each in change.value.entries)
        yield f"  {change.path} is {_HOW[change.how]} {value}"
        yield f"    {_record(change.how, change.value, CHANGES[change.how])}"


def _record(name: str, quantity: Quantity, term: Term | None = None) -> str:
    """Write out a term as its record: value, unit, range and source."""
    low, high = quantity.range
    meaning = f", {term.meaning}" if term is not None else ""
    note = f" ({quantity.note})" if quantity.note else ""
    value = ", ".join(f"{each:.10g}" for each in quantity.entries)
    return f"{name} = {value} [{quantity.unit}{meaning}], range {low:.10g} to {high:.10g}; {quantity.source}{note}"
