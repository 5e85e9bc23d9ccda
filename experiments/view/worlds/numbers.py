"""What a world shows of one year: plain arrays, taken as soon as the year is over.

The page draws from these and never from the model, which may already be living the next year. Money is whole SEK in
prices of 2020, not discounted; what lies after the last lived year is not in it. Read by `pair`, `maps` and `figures`.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ....analysis.measures.lifetime import GROUP_OF, GROUPS, INVESTING
from ....model.children.ladder import ADULT_AGE
from ....model.inputs.parameters import PAYERS
from ....model.money.ledger import NO_PROJECT, Entry, Ledger
from ....model.state import State
from ....model.world import World

Money = NDArray[np.int64]
Floats = NDArray[np.float64]
Rows = NDArray[np.int64]  # of municipalities in a world
Flow = tuple[str, str, str]  # payer, receiver, purpose
PAYER_GROUP = np.array([list(GROUPS).index(GROUP_OF[payer]) for payer in PAYERS])


@dataclass(frozen=True, eq=False)
class Year:
    """One world after one year; n municipalities, groups in the order of `analysis.measures.lifetime.GROUPS`."""

    year: int  # the year that was lived; the one before the first if none was
    children: Money  # (n,) aged 0-19
    in_need: Money  # (n,) of whom would be at a level of need without any programme
    reached: Money  # (n,) of whom are or have been in a programme
    helped: Money  # (n,) taken into a programme this year
    practice: Money  # (n,) of social investment: 0 none, 1 works with it, 2 has money set aside for it
    programmes: Money  # (n,) interventions going on
    invested: Money  # (n,) paid for delivering, applying and evaluating
    paid: Money  # (n, 3) paid for programmes and contracts less received under contracts, by group
    saved: Money  # (n, 10) what lives would have cost without any programme less what they cost, by payer
    people: Money  # (N_AGES,) alive, by age
    cost: Money  # (N_AGES, 10) of all lives by age and payer
    cost_without: Money  # (N_AGES, 10) if nobody had ever been helped
    flows: dict[Flow, int]  # what programmes and contracts moved
    books: dict[str, dict[str, Money]]  # by body: frame, mandatory, room, prevention, result, equity, each (n,)
    belief: Floats  # (3, n_interventions): tenth, fiftieth and ninetieth percentile of municipalities, true effect = 1

    @property
    def gain(self) -> Money:
        """Saved less paid, by municipality and group, shape (n, 3)."""
        return by_group(self.saved) - self.paid


def by_group(by_payer: Money) -> Money:
    """Sum the last axis, by payer, to municipality, region and state."""
    return np.stack([by_payer[..., group == PAYER_GROUP].sum(axis=-1) for group in range(len(GROUPS))], axis=-1)


def take(world: World, state: State, year: int, rows: Rows) -> Year:
    """Take the numbers of the last lived year, of the municipalities in `rows`."""
    everybody, shadow, treated = (each[rows].astype(np.int64) for each in state.children.counts)
    never = everybody - shadow
    price, n = world.costs.by_payer, world.n
    changed = (shadow - treated).reshape(rows.size, -1)
    young = slice(0, ADULT_AGE)
    helped, projects = state.children.participants, state.projects
    started = helped.municipality[: helped.n][helped.start_year[: helped.n] == year]
    going = (projects.start_year <= year) & (year < projects.start_year + projects.duration)
    running = np.zeros((n, len(world.menu.items)), np.bool_)
    running[projects.municipality[going], projects.intervention[going]] = True
    entries = _of(rows, n, _entries(state.books.ledger, year))
    closed = state.books.yearly[-1] if state.books.yearly else {}
    return Year(
        year=year,
        children=everybody[:, young].sum(axis=(1, 2)),
        in_need=everybody[:, young, 1:].sum(axis=(1, 2)),
        reached=shadow[:, young, 1:].sum(axis=(1, 2)),
        helped=np.bincount(started, minlength=n)[rows],
        practice=(state.practice.active.astype(np.int64) + state.practice.funded)[rows],
        programmes=running[rows].sum(axis=1),
        invested=_where(n, [each for each in entries if each.purpose in INVESTING])[rows],
        paid=_paid(n, entries)[rows],
        saved=changed @ price.reshape(-1, len(PAYERS)),
        people=everybody.sum(axis=(0, 2)),
        cost=np.einsum("al,alp->ap", (never + treated).sum(axis=0), price),
        cost_without=np.einsum("al,alp->ap", everybody.sum(axis=0), price),
        flows=_flows(entries),
        books={body: {name: each[rows] for name, each in kept.items()} for body, kept in closed.items()},
        belief=np.quantile(state.bodies.beliefs.own[rows], (0.1, 0.5, 0.9), axis=0),
    )


def total(years: Sequence[Year], name: str) -> Money:
    """Sum a column over years; shape as in one year."""
    return np.asarray(sum(getattr(each, name) for each in years))


def summary(years: Sequence[Year]) -> dict[str, float]:
    """What the years add up to: invested, saved and gain by group in SEK, children helped, share saved outside.

    `outside` is the share of the saving that fell outside the municipalities, not a number before anything was saved.
    """
    gain, saved = total(years, "gain").sum(axis=0), by_group(total(years, "saved").sum(axis=0))
    return {
        "invested": float(total(years, "invested").sum()),
        "helped": float(total(years, "helped").sum()),
        "saved": float(saved.sum()),
        "outside": float(1.0 - saved[0] / saved.sum()) if saved.sum() > 0 else float("nan"),
        **{group: float(gain[number]) for number, group in enumerate(GROUPS)},
    }


def flows_table(years: Sequence[Year]) -> pd.DataFrame:
    """All flows of all years: year, payer, receiver, purpose, amount_sek."""
    rows = [(each.year, *flow, amount) for each in years for flow, amount in each.flows.items()]
    return pd.DataFrame(rows, columns=["year", "payer", "receiver", "purpose", "amount_sek"])


def _entries(ledger: Ledger, year: int) -> list[Entry]:
    """Entries of projects in `year`, which stand at the end of the ledger."""
    found = []
    for entry in reversed(ledger.entries):
        if entry.year < year:
            break
        if entry.year == year and entry.project[0] != NO_PROJECT:
            found.append(entry)
    return found[::-1]


def _of(rows: Rows, n: int, entries: Sequence[Entry]) -> Sequence[Entry]:
    """Keep what was moved in the municipalities in `rows`."""
    if rows.size == n:
        return entries
    kept = []
    for entry in entries:
        here = np.isin(entry.municipality, rows)
        if here.any():
            moved = {name: getattr(entry, name)[here] for name in ("municipality", "project", "amount")}
            kept.append(replace(entry, **moved))
    return kept


def _where(n: int, entries: Sequence[Entry]) -> Money:
    """Sum entries by municipality, shape (n,)."""
    result = np.zeros(n, np.int64)
    for entry in entries:
        np.add.at(result, entry.municipality, entry.amount)
    return result


def _paid(n: int, entries: Sequence[Entry]) -> Money:
    """Paid less received by municipality and group, shape (n, 3)."""
    result = np.zeros((n, len(GROUPS)), np.int64)
    for number, group in enumerate(GROUPS):
        for name, sign in (("payer", 1), ("receiver", -1)):
            mine = [each for each in entries if GROUP_OF.get(getattr(each, name)) == group]
            result[:, number] += sign * _where(n, mine)
    return result


def _flows(entries: Sequence[Entry]) -> dict[Flow, int]:
    """Sum entries by payer, receiver and purpose."""
    result: Counter[Flow] = Counter()
    for entry in entries:
        result[entry.payer, entry.receiver, entry.purpose] += int(entry.amount.sum())
    return dict(result)
