"""Settling a contract on paper: what it would pay, if this were delivered and that were measured.

The questions (`asked`) are the measures and conditions that the clauses of a contract read, and nothing else. The
answer (`settled`) is a plain record, the same whether it is printed as a table (`lines`) or as JSON. Read by the
command.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from ...model.contracts import Design, Outcome, Transfer, net_by_party, settle, terms, upfront
from ...model.contracts.words import MEASURES, PARTIES
from ...model.inputs.errors import InputError, hint

__all__ = ["Asked", "Sheet", "answers", "asked", "lines", "number", "settled", "size"]

MOST = 1e15  # more than any contract is worth; keeps sums within whole 64-bit numbers
_BETWEEN = "[,. \N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE}]"  # what people put between thousands
_BOUNDS = {"fall": (-MOST, 100.0), "share": (-100.0, 100.0), "activity": (0.0, MOST)}  # others: anything


@dataclass(frozen=True)
class Asked:
    """One thing that a contract asks: its key, its unit (empty for true or false), its meaning and its bounds."""

    key: str
    unit: str
    meaning: str
    low: float = -MOST
    high: float = MOST

    @property
    def example(self) -> str:
        """The key with a value that could be given."""
        return f"{self.key}={'true' if not self.unit else '1_000_000' if self.unit.isupper() else '5'}"  # SEK, GBP ...


@dataclass(frozen=True)
class Sheet:
    """A settled contract: `record` is what JSON shows; the rest is for reading."""

    design: Design
    cost: int
    children: int | None
    given: Mapping[str, float | bool]
    record: Mapping[str, Any]


def asked(design: Design) -> tuple[Asked, ...]:
    """Say what must be known to settle a contract: the measures and conditions that its clauses read.

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
    found = []
    for name in design.metrics:
        measure = design.measures[name]
        of = ", ".join(filter(None, (measure.outcome.replace("_", " "), *measure.payers)))
        meaning = re.sub(r" \([A-Z]\d+(, [A-Z]\d+)*\)", "", MEASURES[measure.kind].meaning)  # ids are for the sources
        years = "1 year" if measure.years == 1 else f"{measure.years} years"
        meaning += (f"; of {of}" if of else "") + f"; {years} from the start"
        found.append(Asked(name, measure.unit, meaning, *_BOUNDS.get(measure.kind, (-MOST, MOST))))
    found += [Asked(name, "", design.conditions[name].says) for name in design.asked_conditions]
    return tuple(found)


def answers(questions: Sequence[Asked], settings: Sequence[str], name: str) -> dict[str, float | bool]:
    """Read ``key=value`` settings: exactly those that are asked, each once.

    Raises
    ------
    InputError
        Every unknown, missing or doubled key and every value that cannot be read, at once.
    """
    by_key = {each.key: each for each in questions}
    read: dict[str, float | bool] = {}
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
            problems.append(f"--set {each.key} is missing{unit}: {each.meaning}. Such as --set {each.example}.")
    if problems:
        raise InputError(problems)
    return read


def _wanted(questions: Sequence[Asked]) -> str:
    return f" It asks for: {', '.join(each.key for each in questions)}." if questions else " It asks for nothing."


def _value(question: Asked, text: str, problems: list[str]) -> float | bool:
    """Read the value of one setting, or note what is wrong with it."""
    if not question.unit:
        if text.lower() not in ("true", "false"):
            problems.append(f"--set {question.key} is '{text}'. Give true or false: {question.meaning}.")
        return text.lower() == "true"
    value = number(text, f"--set {question.key}", question.unit, problems)
    if not question.low <= value <= question.high:
        allowed = f"{question.low:g} to {question.high:g} {question.unit}"
        problems.append(f"--set {question.key} is {text}. Allowed are {allowed}: {question.meaning}.")
    return value


def number(text: str, where: str, unit: str, problems: list[str]) -> float:
    """Read a number as people and programs write it (``10_000_000``, ``10e6``, ``-3.5``), or note what is wrong."""
    text = text.replace("\N{MINUS SIGN}", "-")
    if re.fullmatch(r"[+-]?\d+(_\d+)*(\.\d+)?([eE][+-]?\d{1,3})?", text):
        value = float(text)
        if abs(value) <= MOST:
            return value
        remedy = f"That is more than any contract is worth ({MOST:g})."
    elif re.fullmatch(rf"[+-]?\d{{1,3}}({_BETWEEN}\d{{3}})+", text):
        remedy = f"Write {re.sub(_BETWEEN, '_', text)}, with nothing else between thousands."
    elif re.fullmatch(r"[+-]?\d+,\d+", text):
        remedy = f"Write a decimal point: {text.replace(',', '.')}."
    elif text.endswith("%"):
        remedy = f"Write the number alone: the unit is {unit}."
    elif text.lower() in ("true", "false"):
        remedy = f"It is a number [{unit}], not true or false."
    else:
        remedy = f"Write a plain number [{unit}], such as 10_000_000, 10e6 or 2.5."
    problems.append(f"{where} is '{text}'. {remedy}")
    return 0.0


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
    if children is not None and children < 1:
        problems.append(f"--children is {children}. Give a whole number from 1.")
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


def settled(design: Design, given: Mapping[str, float | bool], cost: int, children: int | None = None) -> Sheet:
    """Settle a contract for one programme of this cost (whole units of its currency).

    `given` holds what `asked` asks. The record has design, currency (that of every amount), cost, given, terms (value
    by path), transfers (year from the start of the programme, from, to, amount, and clause: the kinds that made the
    amount what it is, in their order; up-front finance among them, nothing of amount 0), paid (sum by pair, without
    up-front finance, also 0) and net (received less paid by party, up-front finance included; sums to zero).
    """
    costs = np.array([cost], dtype=np.int64)
    outcome = Outcome(
        costs,
        {name: np.array([float(given[name])]) for name in design.metrics},
        {name: np.array([bool(given[name])]) for name in design.asked_conditions},
    )
    owed, put_in = settle(design, outcome), upfront(design, costs)
    paid = {f"{payer}->{receiver}": 0 for payer, receiver in _pairs(design)}
    for transfer in owed:
        paid[f"{transfer.payer}->{transfer.receiver}"] += int(transfer.amount[0])
    moved = sorted((*put_in, *owed), key=lambda transfer: transfer.year)
    net = dict.fromkeys(design.parties, 0) | {party: int(sums[0]) for party, sums in net_by_party(moved).items()}
    why = _why(design, outcome)
    record = {
        "design": design.name,
        "currency": design.currency.code,
        "cost": cost,
        "given": dict(given),
        "terms": {path: quantity.value for path, quantity in terms(design).items()},
        "transfers": [_row(transfer, why) for transfer in moved if transfer.amount[0]],
        "paid": paid,
        "net": net,
    }
    return Sheet(design, cost, children, dict(given), record)


def _pairs(design: Design) -> dict[tuple[str, str], None]:
    """Every payer and receiver that a clause names, each pair once."""
    return dict.fromkeys(clause.pair for clause in design.clauses)


def _why(design: Design, outcome: Outcome) -> dict[tuple[str, str, str], list[str]]:
    """Name the kinds of clause that moved each amount (payer, receiver, part), in their order.

    Found by settling with one clause more each time; a cap that did not bind is not among them.
    """
    why: dict[tuple[str, str, str], list[str]] = {}
    before: dict[tuple[str, str, str], int] = {}
    for count, clause in enumerate(design.clauses, start=1):
        now: dict[tuple[str, str, str], int] = {}
        for transfer in settle(replace(design, clauses=design.clauses[:count]), outcome):
            key = (transfer.payer, transfer.receiver, transfer.part)
            now[key] = now.get(key, 0) + int(transfer.amount[0])
        for key, amount in now.items():
            if amount != before.get(key, 0) and clause.kind not in why.setdefault(key, []):
                why[key].append(clause.kind)
        before = now
    return why


def _row(transfer: Transfer, why: Mapping[tuple[str, str, str], Sequence[str]]) -> dict[str, Any]:
    kinds = why.get((transfer.payer, transfer.receiver, transfer.part), ())
    return {
        "year": transfer.year,
        "from": transfer.payer,
        "to": transfer.receiver,
        "amount": int(transfer.amount[0]),
        "clause": ", ".join(kinds) if kinds else transfer.clause,
    }


def lines(sheet: Sheet) -> Iterator[str]:
    """Write a settled contract so that it can be put before a board."""
    design, record, unit = sheet.design, sheet.record, sheet.design.currency.code
    yield f"{design.title} ({design.name})"
    many = f" for {sheet.children:,} participants".replace(",", " ") if sheet.children else ""
    yield f"The programme costs {_money(sheet.cost)} {unit}{many}."
    yield ""
    yield "If"
    for each in asked(design):
        value = sheet.given[each.key]
        said = str(value).lower() if isinstance(value, bool) else f"{_money(value)} {each.unit}"
        yield f"  {each.key} = {said}  ({each.meaning})"
    yield ""
    yield "then (year 0 is the first year of the programme)"
    head = ("year", "from", "to", unit, "clause")
    rows = [
        (str(t["year"]), t["from"], t["to"], _money(t["amount"]), _spoken(t["clause"])) for t in record["transfers"]
    ]
    yield from _table([head, *rows])
    yield ""
    yield "Paid under the contract, in all"
    pairs = [(*pair.split("->"), _money(amount)) for pair, amount in record["paid"].items()]
    yield from _table([("from", "to", unit), *pairs])
    yield ""
    yield "Received less paid, what is put in up front included"
    nets = [(party, _money(amount, sign=True), PARTIES[party][1]) for party, amount in record["net"].items()]
    yield from _table([("party", unit, ""), *nets])
    run_by = "provider" if design.programme is None else design.programme.run_by
    if run_by != "provider":
        yield f"  The {run_by} runs the programme itself; the {_money(sheet.cost)} {unit} are spent on it."


def _spoken(clause: str) -> str:
    return "put in up front" if clause == "finance" else clause


def _money(value: float, *, sign: bool = False) -> str:
    """Write a number with spaces between thousands."""
    text = f"{value:+,.0f}" if sign and value else f"{value:,.0f}" if value == int(value) else f"{value:,.10g}"
    return text.replace(",", " ")


def _table(rows: Sequence[tuple[str, ...]]) -> Iterator[str]:
    """Lay out rows in columns; numbers (columns of digits below the head) to the right."""
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    right = [all(re.fullmatch(r"[+-]?[\d ]+", row[column]) for row in rows[1:]) for column in range(len(rows[0]))]
    for row in rows:
        cells = [
            cell.rjust(width) if to_right else cell.ljust(width)
            for cell, width, to_right in zip(row, widths, right, strict=True)
        ]
        yield "  " + "  ".join(cells).rstrip()
