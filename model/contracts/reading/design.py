"""From a parsed TOML document to a checked design, or to one error that tells all that is wrong.

A contract is checked as a whole before it is used (`checks`): every party, measure, part and condition that a clause
names must be declared, shares must sum to 1, and every clause must be able to act. Read by `loader`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TypedDict

from ...inputs.change import Change
from ...inputs.errors import InputError
from ..contract import Currency, Design, OwnParty, Programme, Share, plain
from ..vocabulary import CHANGES, HORIZON_YEARS, SHARE, SIZE, Term
from ..words import BODIES, FORMS, INVESTOR_KINDS, INVESTORS, PARTIES, SIGNATORIES, TARGETS
from .checks import check_contract
from .clause_tables import Known, read_clauses
from .exits import read_exits
from .groups import read_groups
from .measures import read_conditions, read_measures
from .notes import Notes, Table
from .own_words import OWN, read_outcomes, read_parties

__all__ = ["read_design"]

_OF_CONTRACTS = (
    "currency",
    "programme",
    "decision",
    "parties",
    "outcomes",
    "finance",
    "measure",
    "conditions",
    "exits",
    "clause",
)
_PATH = re.compile(r"[a-z]\w*(\.\w[\w-]*)+")

_PROGRAMME = {
    "cost": Term("SEK", 1, 1e12, "cost of the whole programme", whole=True),
    "children": Term("child", 1, 1e7, "children in the programme", whole=True),
    "years": Term("year", 1, HORIZON_YEARS, "years over which the money is put in", required=False, whole=True),
}
_RATE = Term("SEK", 1e-6, 1e6, "SEK for one unit of the currency")


def read_design(document: Table, file: str) -> Design:
    """Turn a parsed file into a design; `file` names it in messages.

    Raises
    ------
    InputError
        With every problem of the file at once.
    """
    notes = Notes(file)
    add_on = document.get("kind") == "add-on"
    if "kind" in document and not add_on:
        notes.choice(document, "kind", "file", ["add-on"])
    design = _add_on(document, notes) if add_on else _contract(document, notes)
    check_contract(design, notes)
    if notes.problems:
        raise InputError(tuple(notes.problems))
    return design


class _Texts(TypedDict):
    """The six texts that every file begins with."""

    name: str
    title: str
    title_sv: str
    summary: str
    summary_sv: str
    source: str


_TEXTS = tuple(_Texts.__annotations__)


def _texts(document: Table, notes: Notes) -> _Texts:
    name, title, title_sv, summary, summary_sv, source = (notes.text(document, key, "file") for key in _TEXTS)
    return _Texts(name=name, title=title, title_sv=title_sv, summary=summary, summary_sv=summary_sv, source=source)


def _add_on(document: Table, notes: Notes) -> Design:
    """Read a file that only changes parameters of the scenario."""
    for key in _OF_CONTRACTS:
        if key in document:
            notes.add("file", f"an add-on has no [{key}]: it changes parameters only. Remove it, or remove kind.")
    own = {key: value for key, value in document.items() if key not in _OF_CONTRACTS}
    notes.keys(own, "file", (*_TEXTS, "kind", "change"), (*_TEXTS, "change"))
    return Design(
        **_texts(document, notes),
        decision="",
        finance=(),
        measures={},
        conditions={},
        clauses=(),
        changes=_changes(document, notes),
        add_on=True,
    )


def _contract(document: Table, notes: Notes) -> Design:
    """Read every part of a contract, without looking at how they fit each other."""
    notes.keys(
        document,
        "file",
        (*_TEXTS, *_OF_CONTRACTS, "change"),
        (*_TEXTS, "decision", "finance"),
    )
    decision = notes.table(document, "decision")
    notes.keys(
        decision,
        "decision",
        ("body", "target", "interventions", "groups", "signs"),
        ("body",) if "decision" in document else (),
    )
    currency = _currency(document, notes)
    own_parties, own_outcomes = read_parties(document, notes), read_outcomes(document, notes)
    parties: dict[str, object] = {**PARTIES, **own_parties}
    measures = read_measures(document, own_outcomes, currency.code, notes)
    return Design(
        **_texts(document, notes),
        decision=notes.choice(decision, "body", "decision", BODIES),
        target=notes.choice(decision, "target", "decision", TARGETS) or "owner",
        interventions=_interventions(decision, notes),
        groups=read_groups(decision, notes),
        signs=_signs(decision, own_parties, notes),
        currency=currency,
        programme=_programme(document, currency.code, parties, notes),
        finance=_finance(document, parties, notes),
        own_parties=own_parties,
        own_outcomes=own_outcomes,
        measures=measures,
        conditions=read_conditions(document, measures, notes),
        exits=read_exits(document, measures, tuple(parties), notes),
        clauses=read_clauses(document, Known(measures, tuple(parties), currency.code), notes),
        changes=_changes(document, notes),
    )


def _interventions(decision: Table, notes: Notes) -> tuple[str, ...]:
    """Read which interventions the contract may finance: its agreed target groups (C13).

    Which there are is known when it meets a scenario.
    """
    return notes.names(decision, "interventions", "decision")


def _signs(decision: Table, own: Mapping[str, OwnParty], notes: Notes) -> tuple[str, ...]:
    """Read which public parties must agree beside those that decide."""
    named = notes.names(decision, "signs", "decision")
    can = [*SIGNATORIES, *(name for name, party in own.items() if party.in_run in SIGNATORIES)]
    for each in named:
        if each not in can:
            what = "is no public party that can refuse" if each in (*PARTIES, *own) else "is not known"
            notes.add("decision", f"signs: '{each}' {what}.{notes.hint(each, can)}")
    return named


def _currency(document: Table, notes: Notes) -> Currency:
    """Read the money that amounts are written in: SEK unless the file says otherwise."""
    table = notes.table(document, "currency")
    notes.keys(table, "currency", ("code", "sek"), ("code",) if "currency" in document else ())
    code = notes.text(table, "code", "currency") or "SEK"
    if not re.fullmatch("[A-Z]{3}", code):
        notes.add("currency", f"code = '{code}'. Write three capital letters, such as GBP.")
    rate = notes.quantity(table, "sek", "currency", _RATE, f"SEK/{code}")
    if (code == "SEK") != ("sek" not in table):
        remedy = "is SEK itself: leave `sek` out" if code == "SEK" else "needs `sek`: how many SEK one of it is worth"
        notes.add("currency", f"{code} {remedy}.")
    return Currency(code=code, rate=rate)


def _programme(document: Table, code: str, parties: Mapping[str, object], notes: Notes) -> Programme | None:
    """Read the size that the contract was written for, if it says so."""
    if "programme" not in document:
        return None
    table = notes.table(document, "programme")
    notes.keys(table, "programme", (*_PROGRAMME, "run_by"), ("cost", "children"))
    units = {key: term.unit.replace("SEK", code) for key, term in _PROGRAMME.items()}
    read = {key: notes.quantity(table, key, "programme", term, units[key]) for key, term in _PROGRAMME.items()}
    terms = {key: quantity for key, quantity in read.items() if quantity is not None}
    run_by = notes.choice(table, "run_by", "programme", parties) or "provider"
    if not {"cost", "children"} <= terms.keys():
        return None
    numbers = {"years": 1} | {key: int(plain(quantity)) for key, quantity in terms.items()}
    return Programme(**numbers, run_by=run_by, terms=terms)


def _finance(document: Table, parties: Mapping[str, object], notes: Notes) -> tuple[Share, ...]:
    """Read who pays the programme up front."""
    table = notes.table(document, "finance")
    shares = []
    for party in table:
        where = f"finance.{party}"
        if party not in parties:
            notes.add("finance", f"unknown party '{party}'.{notes.hint(party, parties)}{OWN}")
            continue
        record = notes.table(table, party, where)
        own = parties[party]
        of_kind = ("kind",) if (own.in_run if isinstance(own, OwnParty) else party) in INVESTORS else ()
        notes.keys(record, where, ("form", "share", "size", *of_kind), ("form", "share"))
        form = notes.choice(record, "form", where, FORMS)
        share = notes.quantity(record, "share", where, SHARE, SHARE.unit)
        size = notes.quantity(record, "size", where, SIZE, SIZE.unit)
        kind = notes.choice(record, "kind", where, INVESTOR_KINDS) if "kind" in record else ""
        if share is not None:
            shares.append(Share(party=party, form=form, share=share, size=size, kind=kind))
    return tuple(shares)


def _changes(document: Table, notes: Notes) -> tuple[Change, ...]:
    """Read which parameters of the scenario the design changes, and how."""
    read = []
    table = notes.table(document, "change")
    for path in table:
        where = f'change."{path}"'
        if not _PATH.fullmatch(path):
            notes.add(where, 'is not the path of a parameter. Write [change."group.name"], in quotes.')
            continue
        record = notes.table(table, path, where)
        notes.keys(record, where, CHANGES)
        given = [how for how in CHANGES if how in record]
        if len(given) != 1:
            notes.add(where, f"gives {' and '.join(given) or 'none'} of {', '.join(CHANGES)}. Give exactly one.")
        for how in given:
            quantity = notes.quantity(record, how, where, CHANGES[how], CHANGES[how].unit)
            if quantity is not None:
                read.append(Change(path=path, how=how, value=quantity))
    return tuple(read)
