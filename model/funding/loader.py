"""Reading designs: from a TOML file to a checked contract, or to one error that tells all that is wrong.

A contract is checked as a whole before it is used: every party, metric and condition that a clause names must
be declared, shares must sum to 1, and every clause must be able to act (`checks`). Read by the agents'
decisions, the model and the commands; nobody else opens the files in `model/data/designs`.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from model.errors import InputError
from model.funding.checks import check_contract
from model.funding.contract import (
    BODIES,
    EVALUATIONS,
    FORMS,
    PARTIES,
    PAYER_GROUPS,
    PAYERS,
    Clause,
    Design,
    Measure,
    Share,
    plain,
)
from model.funding.reading import Notes, Table
from model.funding.vocabulary import HORIZON_YEARS, KINDS, METRICS, Kind, Term

__all__ = ["DESIGNS", "design_names", "load_design", "read_design"]

DESIGNS = Path(__file__).resolve().parents[1] / "data" / "designs"

_TEXTS = ("name", "title", "title_sv", "summary", "summary_sv", "source")
_SHARE = Term("1", 0, 1, "share of the up-front programme cost")
_FOLLOW_UP = Term("year", 1, HORIZON_YEARS, "years of follow-up from the start of the project", whole=True)
_MEASURED = ("owner", *PAYER_GROUPS, *PAYERS)


def design_names() -> list[str]:
    """Names of the designs that come with the model, in alphabetical order."""
    return sorted(path.stem for path in DESIGNS.glob("*.toml"))


def load_design(name_or_path: str) -> Design:
    """Read a design: one that comes with the model, by name, or any file whose path ends in `.toml`."""
    path = Path(name_or_path)
    if path.suffix != ".toml":
        if name_or_path not in design_names():
            hint = Notes.hint(name_or_path, design_names())
            raise InputError((f"design '{name_or_path}' is not known.{hint} Or give the path of a .toml file.",))
        path = DESIGNS / f"{name_or_path}.toml"
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise InputError((f"{path}: cannot be read ({error.strerror}). Give the path of a design file.",)) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InputError((f"{path}: is not TOML: {error}.",)) from error
    return read_design(document, str(path) if path.parent != DESIGNS else path.name)


def read_design(document: Table, file: str) -> Design:
    """Turn a parsed file into a design; `file` names it in messages."""
    notes = Notes(file)
    notes.keys(
        document,
        "file",
        (*_TEXTS, "decision", "finance", "measure", "conditions", "clause"),
        (*_TEXTS, "decision", "finance"),
    )
    decision = notes.table(document, "decision")
    notes.keys(decision, "decision", ("body",), ("body",) if "decision" in document else ())
    texts = {key: notes.text(document, key, "file") for key in _TEXTS}
    design = Design(
        **texts,
        decision=notes.choice(decision, "body", "decision", BODIES),
        finance=_finance(document, notes),
        measure=_measure(document, notes),
        conditions=_conditions(document, notes),
        clauses=_clauses(document, notes),
    )
    check_contract(design, notes)
    if notes.problems:
        raise InputError(tuple(notes.problems))
    return design


def _finance(document: Table, notes: Notes) -> tuple[Share, ...]:
    """Read who pays the programme up front."""
    table = notes.table(document, "finance")
    shares = []
    for party in table:
        where = f"finance.{party}"
        if party not in PARTIES:
            notes.add("finance", f"unknown party '{party}'.{notes.hint(party, PARTIES)}")
            continue
        record = notes.table(table, party, where)
        notes.keys(record, where, ("form", "share"), ("form", "share"))
        form = notes.choice(record, "form", where, FORMS)
        share = notes.quantity(record, "share", where, _SHARE, "1")
        if share is not None:
            shares.append(Share(party=party, form=form, share=share))
    return tuple(shares)


def _measure(document: Table, notes: Notes) -> Measure | None:
    """Read what is measured, if anything is."""
    if "measure" not in document:
        return None
    table = notes.table(document, "measure")
    names = ("metric", "payers", "evaluation", "follow_up_years")
    notes.keys(table, "measure", names, names)
    payers = table.get("payers", ())
    if "payers" in table and not (isinstance(payers, list) and payers):
        notes.add("measure", f"payers = {payers!r}. Write a list of payers or groups: {', '.join(_MEASURED)}.")
        payers = ()
    for payer in payers:
        if payer not in _MEASURED:
            notes.add("measure", f"payers: {payer!r} is not known.{notes.hint(payer, _MEASURED)}")
    if len(set(map(str, payers))) < len(payers):
        notes.add("measure", f"payers = {payers!r} names one of them twice.")
    metric = notes.choice(table, "metric", "measure", METRICS)
    evaluation = notes.choice(table, "evaluation", "measure", EVALUATIONS)
    follow_up = notes.quantity(table, "follow_up_years", "measure", _FOLLOW_UP, "year")
    if follow_up is None:
        return None
    return Measure(metric=metric, payers=tuple(payers), evaluation=evaluation, follow_up_years=follow_up)


def _conditions(document: Table, notes: Notes) -> Mapping[str, str]:
    """Read the conditions that clauses may name, each with its meaning."""
    table = notes.table(document, "conditions")
    for name in table:
        notes.text(table, name, "conditions")
    return MappingProxyType({name: str(meaning) for name, meaning in table.items()})


def _clauses(document: Table, notes: Notes) -> tuple[Clause, ...]:
    """Read the clauses in their declared order."""
    tables = document.get("clause", [])
    if not (isinstance(tables, list) and all(isinstance(table, Mapping) for table in tables)):
        notes.add("clause", "is not a list of tables. Write each clause under a heading [[clause]].")
        return ()
    metric = str(document["measure"].get("metric", "")) if isinstance(document.get("measure"), Mapping) else ""
    read = [_clause(table, number, metric, notes) for number, table in enumerate(tables, start=1)]
    return tuple(clause for clause in read if clause is not None)


def _clause(table: Table, number: int, metric: str, notes: Notes) -> Clause | None:
    """Read one clause; one of an unknown kind gives a note and nothing else."""
    where = f"clause {number}"
    name = table.get("kind")
    if not isinstance(name, str) or name not in KINDS:
        notes.add(where, f"kind = {name!r} is not known.{notes.hint(name, KINDS)}" if name else "'kind' is missing.")
        return None
    kind, where = KINDS[name], f"clause {number} ({name})"
    links = ("instead_of",) if kind.shifts else ()
    conditions = () if name == "schedule" else ("when", "unless")
    notes.keys(
        table,
        where,
        ("kind", "payer", "receiver", *links, *conditions, *kind.terms),
        (
            "payer",
            "receiver",
            *links,
            *(("when",) if kind.needs_when else ()),
            *(term for term in kind.terms if kind.terms[term].required),
        ),
    )
    given = [term for term in kind.one_of if term in table]
    if kind.one_of and len(given) != 1:
        notes.add(where, f"gives {' and '.join(given) or 'none'} of {', '.join(kind.one_of)}. Give exactly one.")
    terms = {
        term: notes.quantity(table, term, where, declared, _unit(declared, metric))
        for term, declared in kind.terms.items()
    }
    read = {term: quantity for term, quantity in terms.items() if quantity is not None}
    return Clause(
        kind=name,
        payer=notes.choice(table, "payer", where, PARTIES),
        receiver=notes.choice(table, "receiver", where, PARTIES),
        terms=MappingProxyType(read),
        values=MappingProxyType({term: plain(quantity) for term, quantity in read.items()}),
        metric=metric if _reads_metric(kind, table) else None,
        when=_name(table, "when", where, notes),
        unless=_name(table, "unless", where, notes),
        instead_of=notes.choice(table, "instead_of", where, PARTIES) if "instead_of" in table else None,
    )


def _unit(term: Term, metric: str) -> str:
    """Give the unit of a term, with the unit of the contract's metric where the declaration says `metric`."""
    unit = METRICS[metric][0] if metric in METRICS else "SEK"
    return term.unit.replace("metric", unit)


def _reads_metric(kind: Kind, table: Table) -> bool:
    return kind.reads_metric or "share_of_metric" in table


def _name(table: Table, key: str, where: str, notes: Notes) -> str | None:
    """Give the name of a condition, if the clause has one."""
    return notes.text(table, key, where) or None
