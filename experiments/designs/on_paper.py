"""Settling a contract on paper: what it would pay, if this were delivered and that were measured.

The questions (`asked`) are the measures and conditions that the clauses of a contract read, and nothing else. The
answer (`settled`) is a plain record, the same whether it is printed as a table (`sheet.lines`) or as JSON. Read by the
command.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...model.contracts import Design, Measure, Outcome, Transfer, net_by_party, settle, terms, upfront
from ...model.contracts.contract import Key
from ...model.contracts.settling.ended import as_ended, spent
from ...model.contracts.timing import calendar_of, metric_at, settlement_dates
from ...model.contracts.words import MEASURES
from ...model.inputs.errors import InputError, hint, shown
from ...model.inputs.reading.numbers import UnreadableError, plain_number
from .contradictions import contradictions

__all__ = ["Asked", "Sheet", "answers", "asked", "derived", "number", "settled", "size"]

Answer = float | bool | tuple[float, ...]
Given = Mapping[str, Answer]
Floats = NDArray[np.float64]
_Paid = tuple[str, str, str, int | None]
MOST = 1e15  # more than any contract is worth; keeps sums within whole 64-bit numbers
_BOUNDS = {"fall": (-MOST, 100.0), "share": (-100.0, 100.0), "activity": (0.0, MOST)}  # others: anything

MOST_CHILDREN = 10_000_000


@dataclass(frozen=True)
class Asked:
    """One thing that a contract asks: its key, its unit (empty for true or false), its meaning and its bounds.

    `dates`, months from the start, if it asks how far it has come at several. What is `known` follows from the rest.
    """

    key: str
    unit: str
    meaning: str
    low: float = -MOST
    high: float = MOST
    dates: tuple[int, ...] = ()
    known: bool = False

    @property
    def example(self) -> str:
        """The key with a value that could be given."""
        value = "true" if not self.unit else "1_000_000" if self.unit.isupper() else "5"  # SEK, GBP ...
        values = [value] if not self.dates else [f"{5 * (k + 1)}" for k in range(len(self.dates))]
        return f"{self.key}={'/'.join(values)}"

    @property
    def after(self) -> str:
        """The dates at which it is asked for, as spoken."""
        *first, last = map(str, self.dates)
        return f"{', '.join(first)} and {last} months after the start"


@dataclass(frozen=True)
class Sheet:
    """A settled contract: `record` is what JSON shows; the rest is for reading."""

    design: Design
    cost: int
    children: int | None
    given: Given
    record: Mapping[str, Any]


def asked(design: Design) -> tuple[Asked, ...]:
    """Say what must be known to settle a contract: the measures and conditions that its clauses read.

    A condition that is measured is not among them: it follows.

    Raises
    ------
    InputError
        If the design is an add-on, or nothing is paid under it but the programme itself.
    """
    if design.add_on:
        raise InputError(
            [f"{design.name}: is an add-on: it changes what bodies do and pays nothing. Join it: DESIGN+{design.name}."]
        )
    if not design.clauses:
        payers = ", ".join(f"{share.party} {100 * share.value:g} %" for share in design.finance)
        raise InputError(
            [
                f"{design.name}: there is nothing to settle. It has no clauses: the programme is paid ({payers}), and "
                "that is all."
            ]
        )
    design = as_ended(design)
    found, reads = [], calendar_of(design).reads
    for name in design.metrics:
        measure = design.measures[name]
        own = design.own_outcomes.get(measure.outcome)
        counted = measure.outcome.replace("_", " ") if own is None else own.title
        of = ", ".join(filter(None, (counted, *measure.payers)))
        meaning = re.sub(r" \([A-Z]\d+(, [A-Z]\d+)*\)", "", MEASURES[measure.kind].meaning)  # ids are for the sources
        meaning += (f"; of {of}" if of else "") + f"; {_long(measure)} from the start"
        dates = (*reads[name], measure.months) if reads.get(name) else ()
        each = Asked(name, measure.unit, meaning, *_BOUNDS.get(measure.kind, (-MOST, MOST)), dates)
        found.append(replace(each, meaning=f"{meaning}; so far, {each.after}") if dates else each)
    found += [Asked(name, "", design.conditions[name].says) for name in design.asked_conditions]
    return tuple(found)


def _long(measure: Measure) -> str:
    """Say how long participants are followed."""
    number, unit = (measure.years, "year") if measure.months % 12 == 0 else (measure.months, "month")
    return f"1 {unit}" if number == 1 else f"{number} {unit}s"


def derived(design: Design) -> tuple[Asked, ...]:
    """Conditions that follow from a measure: they need not be given, and must be right if they are."""
    return tuple(
        Asked(name, "", design.conditions[name].says, known=True)
        for name in design.named_conditions
        if name in design.conditions and design.conditions[name].measure is not None
    )


def answers(questions: Sequence[Asked], settings: Sequence[str], name: str) -> dict[str, Answer]:
    """Read ``key=value`` settings: exactly those that are asked, each once; what is known may be left out.

    What is asked for at several dates is given as ``key=120/300``, what had been reached by each.

    Raises
    ------
    InputError
        Every unknown, missing or doubled key and every value that cannot be read, at once.
    """
    by_key = {each.key: each for each in questions}
    questions = [each for each in questions if not each.known]
    read: dict[str, Answer] = {}
    problems: list[str] = []
    for setting in settings:
        key, given, text = (part.strip() for part in setting.partition("="))
        if not given:
            problems.append(
                f"--set '{setting}': write key=value, such as {questions[0].example if questions else 'x=1'}."
            )
        elif key not in by_key:
            problems.append(f"--set {key}: {name} does not ask for it.{hint(key, by_key)}{_wanted(questions)}")
        elif key in read:
            problems.append(f"--set {key}: is given twice. Give it once.")
        else:
            read[key] = _value(by_key[key], text, problems)
    for each in questions:
        if each.key not in read:
            unit = f" [{each.unit}]" if each.unit else ", true or false"
            unit += f", a value for each date ({each.after})" if each.dates else ""
            problems.append(f"--set {each.key} is missing{unit}: {each.meaning}. Such as --set {each.example}.")
    if problems:
        raise InputError(problems)
    return read


def _wanted(questions: Sequence[Asked]) -> str:
    return f" It asks for: {', '.join(each.key for each in questions)}." if questions else " It asks for nothing."


def _value(question: Asked, text: str, problems: list[str]) -> Answer:
    """Read the value of one setting, or note what is wrong with it."""
    if not question.unit:
        if text.lower() not in ("true", "false"):
            problems.append(f"--set {question.key} is '{text}'. Give true or false: {question.meaning}.")
        return text.lower() == "true"
    parts = [part.strip() for part in text.split("/")]
    if len(parts) != max(len(question.dates), 1):
        wanted = (
            f"Give {len(question.dates)} values, what had been reached {question.after}, such as {question.example}."
            if question.dates
            else "It is asked for once. Give one number."
        )
        many = "values" if len(parts) > 1 else "value"
        problems.append(f"--set {question.key} is {text}: {len(parts)} {many}. {wanted}")
        return 0.0
    if question.dates:
        return tuple(_number(question, part, problems) for part in parts)
    return _number(question, text, problems)


def _number(question: Asked, text: str, problems: list[str]) -> float:
    """Read one number within the bounds, or note what is wrong with it."""
    value = number(text, f"--set {question.key}", question.unit, problems)
    if not question.low <= value <= question.high:
        allowed = f"{question.low:g} to {question.high:g} {question.unit}"
        problems.append(f"--set {question.key} is {text}. Allowed are {allowed}: {question.meaning}.")
    return value


def number(text: str, where: str, unit: str, problems: list[str]) -> float:
    """Read a number as people and programs write it (``10_000_000``, ``10e6``, ``-3.5``), or note what is wrong."""
    try:
        value = plain_number(text)
    except UnreadableError as error:
        alone = (
            f"is no number alone: the unit is {unit}." if unit == "%" and text.rstrip().endswith("%") else str(error)
        )
        problems.append(f"{where} [{unit}]: {shown(text)} {alone}")
        return 0.0
    if abs(value) > MOST:
        problems.append(f"{where}: {shown(text)} is more than any contract is worth ({MOST:g}).")
        return 0.0
    return value


def size(design: Design, cost: str | None, children: int | None) -> tuple[int, int | None]:
    """Say what the programme costs (whole units of the contract's currency) and for how many children.

    As the contract was written, unless told otherwise; another number of children costs as much per child.

    Raises
    ------
    InputError
        If the contract has no size of its own and no cost is given, or a number makes no sense.
    """
    problems: list[str] = []
    programme, unit = design.programme, design.currency.code
    if children is not None and not 1 <= children <= MOST_CHILDREN:
        shown = str(children) if abs(children) < 10**12 else "a number of many digits"
        problems.append(f"--children is {shown}. Give a whole number from 1 to {MOST_CHILDREN}.")
    if cost is not None:
        amount = number(cost, "--cost", unit, problems)
        if amount < 0 or amount != int(amount):
            problems.append(f"--cost is {cost}. Give whole {unit}, 0 or more.")
    elif programme is None:
        problems.append(
            f"--cost is missing: {design.name} has no [programme], so say what the programme costs in {unit}, such as "
            "--cost 10_000_000."
        )
    else:
        amount = programme.cost if children is None else round(programme.cost * children / programme.children)
    if problems:
        raise InputError(problems)
    return int(amount), children if children is not None else None if programme is None or cost else programme.children


def settled(design: Design, given: Given, cost: int, children: int | None = None) -> Sheet:
    """Settle a contract for one programme of this cost (whole units of its currency).

    Amounts and numbers that the contract has for the whole of its programme follow the size of this one.

    `given` holds what `asked` asks. The record has design, currency (that of every amount), cost, given, ended (of a
    contract that was: exit, by, month and what had been spent), terms (value by path), transfers (year from the start
    of the programme, from, to, amount, and clause: the kinds that made the amount what it is, in their order; up-front
    finance among them, nothing of amount 0), paid (sum by pair, without up-front finance, also 0) and net (received
    less paid by party, up-front finance included; sums to zero).

    Raises
    ------
    InputError
        If the answers contradict each other, or a limit is for each child and it is not known how many there are.
    """
    wrong = contradictions(design, given, cost, children)
    if wrong:
        raise InputError(wrong)
    costs = np.array([cost], dtype=np.int64)
    outcome = Outcome(
        costs,
        _measured(design, given),
        {name: np.array([bool(given[name])]) for name in design.asked_conditions},
        None if children is None else np.array([float(children)]),
    )
    owed, put_in = settle(design, outcome), upfront(as_ended(design), spent(design, costs))
    paid = {f"{payer}->{receiver}": 0 for payer, receiver in _pairs(design)}
    for transfer in owed:
        paid[f"{transfer.payer}->{transfer.receiver}"] += int(transfer.amount[0])
    moved = sorted((*put_in, *owed), key=lambda transfer: transfer.year)
    net = dict.fromkeys(design.parties, 0) | {party: int(sums[0]) for party, sums in net_by_party(moved).items()}
    why, dates = _why(design, outcome), settlement_dates(as_ended(design))
    record = {
        "design": design.name,
        "currency": design.currency.code,
        "cost": cost,
        "given": {key: list(value) if isinstance(value, tuple) else value for key, value in given.items()},
        **_ended(design, costs),
        "terms": {path: quantity.value for path, quantity in terms(design).items()},
        "transfers": [_row(transfer, why.get(_paid(transfer, dates), ())) for transfer in moved if transfer.amount[0]],
        "paid": paid,
        "net": net,
    }
    return Sheet(design, cost, children, dict(given), record)


def _ended(design: Design, cost: NDArray[np.int64]) -> dict[str, Any]:
    """Say by which exit and whom it was ended, when, and what had been put in; nothing if it was not."""
    if design.ended is None:
        return {}
    name, month = design.ended
    said = {"exit": name, "by": design.exits[name].by, "month": month, "spent": int(spent(design, cost)[0])}
    return {"ended": said}


def _measured(design: Design, given: Given) -> dict[str, Floats]:
    """What was measured, and what had been at each earlier date, as `settle` reads it."""
    found: dict[str, Floats] = {}
    for question in asked(design):
        value = given[question.key]
        values = value if isinstance(value, tuple) else (value,)
        if question.unit:
            names = [*(metric_at(question.key, date) for date in question.dates[:-1]), question.key]
            found |= {name: np.array([float(each)]) for name, each in zip(names, values, strict=True)}
    return found


def _pairs(design: Design) -> dict[tuple[str, str], None]:
    """Every payer and receiver that a clause names, each pair once; a limit over several makes no pair."""
    return dict.fromkeys(clause.pair for clause in design.clauses if not clause.also)


def _why(design: Design, outcome: Outcome) -> dict[_Paid, list[str]]:
    """Name the kinds of clause that moved each payment, in their order.

    Found by settling with one clause more each time; a cap that did not bind is not among them.
    """
    why: dict[_Paid, list[str]] = {}
    dates = settlement_dates(as_ended(design))
    before: dict[_Paid, int] = {}
    for count, clause in enumerate(design.clauses, start=1):
        now: dict[_Paid, int] = {}
        for transfer in settle(replace(design, clauses=design.clauses[:count]), outcome):
            key = _paid(transfer, dates)
            now[key] = now.get(key, 0) + int(transfer.amount[0])
        for key, amount in now.items():
            if amount != before.get(key, 0) and clause.kind not in why.setdefault(key, []):
                why[key].append(clause.kind)
        before = now
    return why


def _paid(transfer: Transfer, dates: Mapping[Key, tuple[int, ...]]) -> _Paid:
    """What tells a payment from others: its amount, and its date if that is settled at several; not the instalment."""
    key = (transfer.payer, transfer.receiver, transfer.part)
    return (*key, transfer.settled if len(dates.get(key, ())) > 1 else None)


def _row(transfer: Transfer, kinds: Sequence[str]) -> dict[str, Any]:
    month = {} if transfer.month is None else {"month": transfer.month}
    return {
        "year": transfer.year,
        **month,
        "from": transfer.payer,
        "to": transfer.receiver,
        "amount": int(transfer.amount[0]),
        "clause": ", ".join(kinds) if kinds else transfer.clause,
    }
