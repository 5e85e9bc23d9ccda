"""What a run shows year by year, for Mesa's own tools: a `DataCollector` of some figures of the whole run.

Each is the sum over all places of the run at the end of a year. Money is whole SEK in prices of 2020, not discounted.
The result tables have the same by place, age and payer. Read by `model`.
"""

from __future__ import annotations

from functools import partial
from operator import methodcaller

import mesa
import numpy as np

from ..children.ladder import ADULT_AGE
from ..children.prices import GROUPS
from ..state import State
from ..world import World

OVERHEAD = ("application", "evaluation", "administration")
SETTLED = ("outcome payment", "repayment", "guarantee")
WHO = {"municipality": "municipalities", "region": "regions", "state": "the state"}
FIGURES: dict[str, str] = {
    "year": "the budget year that is over",
    "children": "aged 0-19",
    "in_need": "of whom at a level of need, with the programmes that were given",
    "helped": "taken into a programme this year",
    "projects": "going on",
    "programmes_sek": "paid for programmes",
    "overhead_sek": "paid for applying, evaluating and running contracts",
    "settled_sek": "paid under contracts: outcome payments, repayments, guarantees",
    **{f"cost_{group}_sek": f"cost of lives to {who}, less what programmes save" for group, who in WHO.items()},
    **{
        f"saved_{group}_sek": f"what programmes, also of earlier years, save {who} this year"
        for group, who in WHO.items()
    },
}


def figures(world: World, state: State, year: int) -> dict[str, int]:
    """Give the figures of the year that is over, a number for each key of `FIGURES`."""
    never, shadow, treated = (each.astype(np.int64).sum(axis=0) for each in state.children.counts)
    actual = never - shadow + treated
    young, helped, projects = actual[:ADULT_AGE], state.children.participants, state.projects
    cost, without = ((lives[:, :, None] * world.costs.by_payer).sum(axis=(0, 1)) for lives in (actual, never))
    going = (projects.start_year <= year) & (year < projects.start_year + projects.duration)
    paid = dict.fromkeys(("programme", *OVERHEAD, *SETTLED), 0)
    for entry in state.books.ledger.of(year):
        if entry.purpose in paid:
            paid[entry.purpose] += int(entry.amount.sum())
    return {
        "year": year,
        "children": int(young.sum()),
        "in_need": int(young[:, 1:].sum()),
        "helped": int((helped.start_year[: helped.n] == year).sum()),
        "projects": int(going.sum()),
        "programmes_sek": paid["programme"],
        "overhead_sek": sum(paid[each] for each in OVERHEAD),
        "settled_sek": sum(paid[each] for each in SETTLED),
        **{f"cost_{group}_sek": int(cost[rows].sum()) for group, rows in GROUPS.items()},
        **{f"saved_{group}_sek": int((without - cost)[rows].sum()) for group, rows in GROUPS.items()},
    }


def collector() -> mesa.DataCollector:
    """Make a collector of every figure: one row a year. It can be sent to another process."""
    return mesa.DataCollector(model_reporters={name: partial(methodcaller("figure", name)) for name in FIGURES})
