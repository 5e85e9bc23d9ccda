"""Reading the clauses of a contract file, each by the declaration of its kind in the vocabulary. Read by `design`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from ...inputs.errors import shown
from ..contract import MAIN, Clause, Measure
from ..vocabulary import KINDS, Kind, Term
from ..words import EVERY
from .notes import Notes, Table
from .own_words import OWN

__all__ = ["PER", "STARTS", "Known", "read_clauses", "term_unit"]

STARTS = ("measurement", "start")
"""What the years of a schedule can be counted from."""

PER = ("programme", "project")
"""What an amount is for: the programme that the contract was written for, or each project whatever its size."""


class Known(NamedTuple):
    """What clauses may name: measures, parties and the currency."""

    measures: Mapping[str, Measure]
    parties: tuple[str, ...]
    code: str


def read_clauses(document: Table, known: Known, notes: Notes) -> tuple[Clause, ...]:
    """Read the clauses in their declared order; one of an unknown kind gives a note and nothing else."""
    tables = document.get("clause", [])
    if not (isinstance(tables, list) and all(isinstance(table, Mapping) for table in tables)):
        notes.add("clause", "is not a list of tables. Write each clause under a heading [[clause]].")
        return ()
    read = [_clause(table, number, known, notes) for number, table in enumerate(tables, start=1)]
    return tuple(clause for clause in read if clause is not None)


def term_unit(term: Term, metric_unit: str, code: str) -> str:
    """Give the unit of a term: the measure's for `metric` (unknown if that is), the contract's currency for `SEK`."""
    if "metric" in term.unit and not metric_unit:
        return ""
    return term.unit.replace("SEK", code).replace("metric", metric_unit)


def _clause(table: Table, number: int, known: Known, notes: Notes) -> Clause | None:
    name, measures = table.get("kind"), known.measures
    if not isinstance(name, str) or name not in KINDS:
        said = f"kind = {shown(name)} is not known.{notes.hint(name, KINDS)}" if name else "'kind' is missing."
        notes.add(f"clause {number}", said)
        return None
    kind, where = KINDS[name], f"clause {number} ({name})"
    notes.keys(table, where, _allowed(name, kind, table), _required(kind))
    if name == "bonus" and "when" not in table:
        notes.add(where, 'is paid on a condition. If it is paid because a date has come, write kind = "milestone".')
    given = [term for term in kind.one_of if term in table]
    if kind.one_of and len(given) != 1:
        notes.add(where, f"gives {' and '.join(given) or 'none'} of {', '.join(kind.one_of)}. Give exactly one.")
    metric = _metric(kind, table, measures, where, notes)
    unit = measures[metric].unit if metric and metric in measures else ""
    terms = {
        term: notes.quantity(table, term, where, declared, term_unit(declared, unit, known.code))
        for term, declared in kind.terms.items()
    }
    routes = _routes(table, where, notes)
    payers, receivers = (_parties(table, key, (name, where), known, notes) for key in ("payer", "receiver"))
    (payer, receiver), *also = [(payer, receiver) for payer in payers for receiver in receivers]
    return Clause(
        kind=name,
        payer=payer,
        receiver=receiver,
        terms={term: quantity for term, quantity in terms.items() if quantity is not None},
        parts=tuple(part for route in routes for part in route) or _parts(table, where, notes),
        metric=metric,
        when=notes.names(table, "when", where),
        unless=notes.names(table, "unless", where),
        instead_of=_party(table, "instead_of", where, known, notes) if "instead_of" in table else None,
        routes=routes,
        counted_from=notes.choice(table, "counted_from", where, STARTS) or STARTS[0],
        every=notes.choice(table, "every", where, EVERY),
        per=notes.choice(table, "per", where, PER),
        also=tuple(also),
    )


def _party(table: Table, key: str, where: str, known: Known, notes: Notes) -> str:
    """Give a party that is known or declared; its absence is noted by `keys`."""
    value = table.get(key, "")
    if key in table and not (isinstance(value, str) and value in known.parties):
        notes.add(where, f"{key} = {shown(value)} is not known.{notes.hint(value, known.parties)}{OWN}")
    return value if isinstance(value, str) else ""


def _parties(table: Table, key: str, clause: tuple[str, str], known: Known, notes: Notes) -> list[str]:
    """Give the payer or receiver of a clause; a limit may name several, which it limits together."""
    (kind, where), value = clause, table.get(key, "")
    if not isinstance(value, list):
        return [_party(table, key, where, known, notes)]
    if kind != "cap":
        notes.add(where, f"{key} = {shown(value)}. Name one party; only a cap can be over several.")
    elif not value:
        notes.add(where, f"{key} is empty. Name one party, or a list of parties.")
    elif len({str(each) for each in value}) < len(value):
        notes.add(where, f"{key} = {shown(value)} names one of them twice.")
    return [_party({key: each}, key, where, known, notes) for each in value] or [""]


def _allowed(name: str, kind: Kind, table: Table) -> Iterator[str]:
    """Keys that a clause of this kind may have."""
    yield from ("kind", "payer", "receiver", *kind.links, *kind.terms)
    if "routes" not in kind.links:
        yield "part"
    if name != "schedule":
        yield from ("when", "unless")
    if _reads_metric(kind, table):
        yield "metric"


def _required(kind: Kind) -> Iterator[str]:
    """Keys that a clause of this kind must have."""
    yield from ("payer", "receiver")
    yield from (link for link in kind.links if link in ("instead_of", "routes"))
    if kind.needs_when:
        yield "when"
    yield from (name for name, term in kind.terms.items() if term.required)


def _reads_metric(kind: Kind, table: Table) -> bool:
    return kind.reads_metric or "share_of_metric" in table


def _metric(kind: Kind, table: Table, measures: Mapping[str, Measure], where: str, notes: Notes) -> str | None:
    """Name the measure that the clause reads: the one it names, or the only one there is."""
    if not _reads_metric(kind, table):
        return None
    if "metric" in table and measures:
        return notes.choice(table, "metric", where, measures)
    if len(measures) > 1:
        notes.add(where, f"does not say which measure it reads. Add metric = one of: {', '.join(measures)}.")
    return next(iter(measures), "")


def _parts(table: Table, where: str, notes: Notes) -> tuple[str, ...]:
    """Give the part that the clause acts on, or the parts whose sum it limits."""
    if "parts" in table and "part" in table:
        notes.add(where, "gives both part and parts. Give one of them.")
    if "parts" in table:
        return notes.names(table, "parts", where) or (MAIN,)
    return (notes.text(table, "part", where) or MAIN,)


def _routes(table: Table, where: str, notes: Notes) -> tuple[tuple[str, ...], ...]:
    """Give the routes of a `best_of`: at least two lists of parts, no part in two of them."""
    given = table.get("routes", [])
    if not (isinstance(given, list) and all(isinstance(route, list) for route in given)):
        notes.add(where, f'routes = {shown(given)}. Write a list of lists of parts: [["a", "b"], ["c"]].')
        return ()
    routes = tuple(notes.names({"routes": route}, "routes", where) for route in given)
    parts = [part for route in routes for part in route]
    if "routes" in table and len(routes) < 2:
        notes.add(where, "routes: give at least two, there is nothing to choose from.")
    if len(set(parts)) < len(parts):
        notes.add(where, f"routes = {shown(given)} names a part twice. Give each part to one route.")
    return routes
