"""Tables of money: every entry of the ledger, and what programmes and contracts move. Read by `results`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ..contracts import phases
from ..contracts.ways import IN_FORCE
from ..money.books import Payment
from ..money.ledger import NO_PROJECT
from ..projects.dues import still_to_settle
from ..projects.payments import evaluation_fee, overhead, programmes, transfers
from ..state import State
from ..world import World
from .words import EXPECTED, SIMULATED, Table


def flows_table(world: World, state: State, detail: bool) -> Table:
    """All entries of the ledger."""
    entries = state.books.ledger.entries
    sizes = [entry.amount.size if detail else 1 for entry in entries]

    def column(name: str) -> Any:
        values = [getattr(entry, name) for entry in entries]
        return np.repeat(np.array(values), sizes) if entries else np.array([])

    data: dict[str, Any] = {name: column(name) for name in ("year", "payer", "receiver", "purpose", "kind")}
    if detail:
        data["municipality"] = np.array(world.spec.places.codes)[np.concatenate([e.municipality for e in entries])]
        data["project"] = np.concatenate([e.project for e in entries])
        data["amount_sek"] = np.concatenate([e.amount for e in entries])
        frame = pd.DataFrame(data)
        return frame[frame["amount_sek"] != 0].reset_index(drop=True)
    data["amount_sek"] = [int(entry.amount.sum()) for entry in entries]
    keys = ["year", "payer", "receiver", "purpose", "kind"]
    return pd.DataFrame(data).groupby(keys, as_index=False, sort=False)[["amount_sek"]].sum()


def payments_table(world: World, state: State) -> Table:
    """All money that programmes and contracts move, nationally; what is still owed after the last year is expected."""
    names = np.array([item.name for item in world.menu.items])
    rows: list[tuple[int, str, str, str, str]] = []
    totals: list[NDArray[Any]] = []

    def add(year: int, payer: str, receiver: str, purpose: str, phase: str, which: Any, amount: Any) -> None:
        rows.append((year, payer, receiver, purpose, phase))
        totals.append(np.bincount(state.projects.intervention[which], amount, minlength=names.size))

    for entry in state.books.ledger.entries:
        if entry.project[0] != NO_PROJECT:
            add(entry.year, entry.payer, entry.receiver, entry.purpose, SIMULATED, entry.project, entry.amount)
    for year, owed in _still_owed(world, state):
        add(year, owed.payer, owed.receiver, owed.purpose, EXPECTED, owed.project, owed.amount)
    columns = ["year", "payer", "receiver", "purpose", "intervention", "phase"]
    if not rows:
        return pd.DataFrame({name: [] for name in [*columns, "amount_sek"]})
    frame = pd.DataFrame(rows, columns=["year", "payer", "receiver", "purpose", "phase"])
    frame = frame.loc[frame.index.repeat(names.size)].assign(
        intervention=np.tile(names, len(rows)), amount_sek=np.rint(np.concatenate(totals)).astype(np.int64)
    )
    frame = frame[frame["amount_sek"] != 0]
    return frame.groupby(columns, as_index=False, sort=True)[["amount_sek"]].sum()


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
