"""Tables of money: every entry of the ledger, and what programmes and contracts move. Read by `results`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from operator import attrgetter
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..contracts import phases
from ..contracts.ways import IN_FORCE
from ..money.books import Payment
from ..money.ledger import NO_PROJECT, Entry
from ..projects.dues import still_to_settle
from ..projects.payments import evaluation_fee, overhead, programmes, transfers
from ..state import State
from ..world import World
from .words import EXPECTED, SIMULATED, Table, numbered, text

_KEYS = ("year", "payer", "receiver", "purpose", "kind")
_KEY = attrgetter(*_KEYS)


def _amounts(entries: Sequence[Entry]) -> list[int]:
    """What each entry moves in all, whole SEK; none is empty."""
    if not entries:
        return []
    begins = np.cumsum([0, *(entry.amount.size for entry in entries[:-1])])
    amounts: list[int] = np.add.reduceat(np.concatenate([entry.amount for entry in entries]), begins).tolist()
    return amounts


def flows_table(world: World, state: State, detail: bool) -> Table:
    """All entries of the ledger; without `detail` those that are alike in a year are added up."""
    entries = state.books.ledger.entries
    if not detail:
        sums: dict[tuple[Any, ...], int] = {}
        for key, amount in zip(map(_KEY, entries), _amounts(entries), strict=True):
            sums[key] = sums.get(key, 0) + amount
        columns = zip(*sums, strict=True) if sums else [()] * len(_KEYS)
        result: Table = dict(zip(_KEYS, map(list, columns), strict=True))
        return result | {"amount_sek": list(sums.values())}
    moved = [entry.amount != 0 for entry in entries]
    size = np.array([np.count_nonzero(each) for each in moved], np.int64)

    def each(name: str) -> Any:
        return np.concatenate([getattr(entry, name)[rows] for entry, rows in zip(entries, moved, strict=True)])

    return {
        **{name: np.repeat(np.array([getattr(entry, name) for entry in entries]), size) for name in _KEYS},
        "municipality": text(world.spec.places.codes, each("municipality")),
        "project": each("project"),
        "amount_sek": each("amount"),
    }


def payments_table(world: World, state: State) -> Table:
    """All money that programmes and contracts move, nationally; what is still owed after the last year is expected."""
    items, projects = world.menu.items, state.projects
    rows: list[tuple[int, str, str, str, str]] = []
    moved: list[tuple[NDArray[np.int64], NDArray[np.int64]]] = []  # projects and amounts of each row
    for entry in state.books.ledger.entries:
        if entry.project[0] != NO_PROJECT:
            rows.append((entry.year, entry.payer, entry.receiver, entry.purpose, SIMULATED))
            moved.append((entry.project, entry.amount))
    for year, owed in _still_owed(world, state):
        rows.append((year, owed.payer, owed.receiver, owed.purpose, EXPECTED))
        moved.append((owed.project, owed.amount))
    columns = ("year", "payer", "receiver", "purpose", "intervention", "phase")
    if not rows:
        return {name: [] for name in (*columns, "amount_sek")}
    which, amount = (np.concatenate(column) for column in zip(*moved, strict=True))
    row = np.repeat(np.arange(len(rows)), [each.size for each, _ in moved])
    sums = np.bincount(row * len(items) + projects.intervention[which], amount, len(rows) * len(items))
    row, kind = np.divmod(np.flatnonzero(sums), len(items))
    amount = np.rint(sums[sums != 0.0]).astype(np.int64)
    of_rows = [numbered(column) for column in zip(*rows, strict=True)]
    of_kinds = numbered([item.name for item in items])
    found = [names for names, _ in of_rows]
    keys = [number[row] for _, number in of_rows]
    found.insert(4, of_kinds[0])
    keys.insert(4, of_kinds[1][kind])
    number, back = np.unique(np.ravel_multi_index(keys, [len(each) for each in found]), return_inverse=True)
    at = np.unravel_index(number, [len(each) for each in found])
    total = np.zeros(number.size, np.int64)
    np.add.at(total, back, amount)
    texts = {name: text(each, which) for name, each, which in zip(columns, found, at, strict=True) if name != "year"}
    return {"year": np.array(found[0])[at[0]], **texts, "amount_sek": total}


def _still_owed(world: World, state: State) -> Iterator[tuple[int, Payment]]:
    """What projects under way will cost, and what contracts will pay on average, after the last year."""
    projects, last = state.projects, world.last_year
    dues = [(year, *item) for year, items in state.books.due.items() for item in items]
    for at in phases(world.design):
        which = np.flatnonzero((projects.contract == IN_FORCE) & (projects.start_year + at > last))
        if not which.size:
            continue
        for transfer in still_to_settle(world, projects, which, at):
            for year in np.unique(projects.start_year[which]):
                of_year = projects.start_year[which] == year
                part = replace(transfer, amount=transfer.amount[of_year])
                dues.append((int(year) + transfer.year, part, which[of_year]))
    for year, transfer, which in dues:
        for payment in transfers(world.menu, projects, transfer, which):
            yield year, payment
    unjudged = np.flatnonzero((projects.start_year + projects.follow_up - 1 > last) & projects.judged)
    judged_in = (projects.start_year + projects.follow_up - 1)[unjudged]
    for year in np.unique(judged_in):
        which = unjudged[judged_in == year]
        for payment in overhead(world, projects, "evaluation", which, evaluation_fee(world, projects, which)):
            yield int(year), payment
    for year in range(last + 1, last + int(projects.duration.max(initial=1))):
        for payment in programmes(world, projects, year):
            yield year, payment
