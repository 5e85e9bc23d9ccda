"""Tables of money: every entry of the ledger, and what programmes and contracts move. Read by `results`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ..contracts import phases
from ..money.ledger import NO_PROJECT
from ..projects import dues as settling
from ..projects import payments
from .words import EXPECTED, SIMULATED, Table

if TYPE_CHECKING:
    from ..model import PreventionModel


def _flows(model: PreventionModel, detail: bool) -> Table:
    """All entries of the ledger."""
    entries = model.ledger.entries
    sizes = [entry.amount.size if detail else 1 for entry in entries]

    def column(name: str) -> Any:
        values = [getattr(entry, name) for entry in entries]
        return np.repeat(np.array(values), sizes) if entries else np.array([])

    data: dict[str, Any] = {name: column(name) for name in ("year", "payer", "receiver", "purpose", "kind")}
    if detail:
        data["municipality"] = np.array(model.spec.places.codes)[np.concatenate([e.municipality for e in entries])]
        data["project"] = np.concatenate([e.project for e in entries])
        data["amount_sek"] = np.concatenate([e.amount for e in entries])
        frame = pd.DataFrame(data)
        return frame[frame["amount_sek"] != 0].reset_index(drop=True)
    data["amount_sek"] = [int(entry.amount.sum()) for entry in entries]
    keys = ["year", "payer", "receiver", "purpose", "kind"]
    return pd.DataFrame(data).groupby(keys, as_index=False, sort=False)[["amount_sek"]].sum()


def _payments(model: PreventionModel) -> Table:
    """All money that programmes and contracts move, nationally; what is still owed after the last year is expected."""
    names = np.array([item.name for item in model.interventions])
    rows: list[tuple[int, str, str, str, str]] = []
    totals: list[NDArray[Any]] = []

    def add(year: int, payer: str, receiver: str, purpose: str, phase: str, which: Any, amount: Any) -> None:
        rows.append((year, payer, receiver, purpose, phase))
        totals.append(np.bincount(model.projects.intervention[which], amount, minlength=names.size))

    for entry in model.ledger.entries:
        if entry.project[0] != NO_PROJECT:
            add(entry.year, entry.payer, entry.receiver, entry.purpose, SIMULATED, entry.project, entry.amount)
    for year, payer, receiver, purpose, which, amount in _still_owed(model):
        add(year, payer, receiver, purpose, EXPECTED, which, amount)
    columns = ["year", "payer", "receiver", "purpose", "intervention", "phase"]
    if not rows:
        return pd.DataFrame({name: [] for name in [*columns, "amount_sek"]})
    frame = pd.DataFrame(rows, columns=["year", "payer", "receiver", "purpose", "phase"])
    frame = frame.loc[frame.index.repeat(names.size)].assign(
        intervention=np.tile(names, len(rows)), amount_sek=np.rint(np.concatenate(totals)).astype(np.int64)
    )
    frame = frame[frame["amount_sek"] != 0]
    return frame.groupby(columns, as_index=False, sort=True)[["amount_sek"]].sum()


def _still_owed(model: PreventionModel) -> list[tuple[int, str, str, str, NDArray[np.int64], NDArray[np.int64]]]:
    """What projects under way will cost, and what contracts will pay on average, after the last year."""
    projects, last = model.projects, model.start_year + model.years - 1
    owed = []
    dues = [(year, *item) for year, items in model.due.items() for item in items]
    for at in phases(model.design):
        which = np.flatnonzero((projects.contract == 0) & (projects.start_year + at > last))
        if not which.size:
            continue
        for transfer in settling.still_to_settle(model, which, at):
            for year in np.unique(projects.start_year[which]):
                of_year = projects.start_year[which] == year
                dues.append(
                    (int(year) + transfer.year, transfer.payer, transfer.receiver, transfer.clause,
                     which[of_year], transfer.amount[of_year])
                )  # fmt: skip
    for year, payer, receiver, clause, which, amount in dues:
        for source, goal, mine, part, purpose in payments.between_accounts(
            model, payer, receiver, clause, which, amount
        ):
            owed.append((year, source, goal, purpose, mine, part))
    unjudged = np.flatnonzero((projects.start_year + projects.follow_up - 1 > last) & projects.overhead)
    for owner, contract, mine in payments.each_owner(model, unjudged):
        for year in np.unique(projects.start_year[mine]):
            judged = mine[projects.start_year[mine] == year]
            payer = payments.overhead_account(model, owner, contract)
            cost = payments.evaluation_fee(model, judged)
            owed.append(
                (int(year) + model.yardsticks.follow_up[contract] - 1, payer, "evaluator", "evaluation", judged, cost)
            )
    for year in range(last + 1, last + int(projects.duration.max(initial=1))):
        going = np.flatnonzero(year - projects.start_year < projects.duration)
        for owner, contract, mine in payments.each_owner(model, going):
            for account, cost in payments.split(model, owner, contract, projects.yearly_cost[mine]).items():
                if account != "provider":
                    owed.append((year, account, "provider", "programme", mine, cost))
    return owed
