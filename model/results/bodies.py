"""Tables of bodies: their budgets, their municipalities, and what options are worth to them. Read by `results`."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..bodies.choice import ANSWERS, UNSEEN, YES
from ..bodies.reasoning import Mandate, local_saving
from ..bodies.views import selfish
from ..children.cells import Cells
from ..children.forecast import BELIEF_GRID
from ..children.ladder import ADULT_AGE, N_AGES, N_LEVELS
from ..children.need import frailty_mix
from ..children.prices import GROUPS
from ..contracts.ways import IN_FORCE
from ..inputs.arithmetic import powers
from ..inputs.compiled import as_read
from ..inputs.parameters import PAYERS, DiscountParameters
from ..inputs.protect import kept
from ..money.budgets import LINES
from ..practice import CONTRACTS, STATES
from ..state import State
from ..world import Ahead, World
from .words import LEVEL_NAMES, Table, text

Floats = NDArray[np.float64]


def bodies_table(world: World, state: State, detail: bool) -> Table:
    """Budgets by body and year."""
    places = world.spec.places.codes if detail else ("",)
    n = len(places)
    rows = [(world.start_year + t, line, year[line]) for t, year in enumerate(state.books.yearly) for line in LINES]
    data: dict[str, Any] = {
        "year": np.repeat([year for year, _, _ in rows], n),
        "body": text(LINES, np.repeat(np.arange(len(rows)) % len(LINES), n)),
        "municipality": text(places, np.tile(np.arange(n), len(rows))),
    }
    for name in rows[0][2]:
        values = [books[name] if detail else books[name].sum(keepdims=True) for _, _, books in rows]
        data[f"{name}_sek"] = np.concatenate(values)
    return data


def municipalities_table(world: World, state: State) -> Table:
    """What each municipality put in and what it and others got out, in the simulated years."""
    saved = np.zeros((world.n, len(PAYERS)), np.int64)
    for costs in dict.fromkeys(costs for _, costs in world.prices):  # what is alike in all years of a price list
        years = [t for t in range(len(state.children.history)) if world.costs_in(world.start_year + t) is costs]
        moved = [state.children.history[t][1].astype(np.int64) - state.children.history[t][2] for t in years]
        saved += np.tensordot(np.sum([np.zeros_like(state.children.seen), *moved], axis=0), costs.by_payer, axes=2)
    paid = {name: _paid(world, state, purposes) for name, purposes in _PURPOSES.items()}
    places = world.spec.places
    own = saved[:, GROUPS["municipality"]].sum(axis=1)
    return {
        "municipality": places.codes,
        "name": places.names,
        "county": places.county_codes,
        "population": places.population,
        "children": state.children.population.cohort_sizes().sum(axis=1),
        "frail": frailty_mix(places, world.spec.ladder)[:, 1:].sum(axis=1),
        **{f"{name}_sek": amount for name, amount in paid.items()},
        "own_saving_sek": own,
        "others_saving_sek": saved.sum(axis=1) - own,
        **_practice(world, state),
    }


_PURPOSES = {
    "prevention": ("programme", "application", "evaluation"),
    "received": ("outcome payment",),
    "repaid": ("repayment",),
}


def _paid(world: World, state: State, purposes: tuple[str, ...]) -> NDArray[np.int64]:
    """What was paid for these purposes in all years, by municipality, whole SEK."""
    entries = [entry for entry in state.books.ledger.entries if entry.purpose in purposes]
    result = np.zeros(world.n, np.int64)
    if entries:
        where = np.concatenate([entry.municipality for entry in entries])
        np.add.at(result, where, np.concatenate([entry.amount for entry in entries]))
    return result


def _practice(world: World, state: State) -> dict[str, Any]:
    """Where each municipality and its region are with the practice, and its reserve, at the end."""
    budgets = state.books.budgets
    spread = state.practice
    practice, rows = spread.practice, spread.rows
    of_regions = [*(STATES[state] for state in spread.country.regions.state), ""]
    return {
        "practice": [STATES[state] for state in practice.state[rows]],
        "fund_since": practice.money_since[rows],
        "region_practice": [of_regions[region] for region in spread.around.region[rows]],
        "outcome_contract": [CONTRACTS[step] for step in spread.country.contracts[rows]],
        "reserve_sek": budgets.reserves.rur,
    }


_TRUE = BELIEF_GRID.index(1.0)


@lru_cache(maxsize=4)  # the same for all designs of a world
def _to_everybody(cells: Cells, discount: DiscountParameters) -> tuple[Floats, Floats]:
    """What a child of each option saves each payer over its life, and society, present value in SEK."""
    payers = (cells.true_saving * powers(1.0 / (1.0 + discount.rate), N_AGES)[:, None]).sum(axis=1)
    society = (cells.production * powers(1.0 / (1.0 + discount.societal_rate), N_AGES)).sum(axis=1)
    return kept(payers), kept(society)


@lru_cache(maxsize=16)
def _to_owner(mandate: Mandate, ahead: Ahead, options: bytes) -> Floats:
    """What a child of each of these options saves its owner as if only what is true were believed, median of places."""
    mine = np.frombuffer(options, np.int64)
    of_class = as_read(ahead.saved[:, [_TRUE]][:, :, mine])  # by frailty class, as if it were all that is believed
    return kept(np.median(local_saving(selfish(mandate), of_class, ahead.mix[:, :, mine])[0], axis=0))


def options_table(world: World, state: State) -> Table:
    """What each option is worth to whom: on the owner's own budget, and to everybody over the whole life."""
    cells = world.cells
    value, societal = _to_everybody(cells, world.spec.discount)
    own, perceived = np.zeros(cells.age.size), np.zeros(cells.age.size)
    for owner in world.menu.owners:
        mine = world.cells_of(owner)
        own[mine] = _to_owner(state.bodies.mandates[owner], world.ahead, mine.tobytes())
        perceived[mine] = np.median(state.bodies.views[IN_FORCE].worth[owner][_TRUE][:, mine], axis=0)
    seen = state.children.seen_total[cells.age, cells.level]
    helped, n = state.children.participants, state.children.participants.n
    age = helped.start_year[:n].astype(np.int64) - 1 - helped.born[:n]
    number = (helped.intervention[:n].astype(np.int64) * N_AGES + age) * N_LEVELS + helped.perceived[:n]
    taken = np.bincount(number, minlength=len(world.menu.items) * N_AGES * N_LEVELS).reshape(-1, N_AGES, N_LEVELS)
    enrolled = taken[cells.intervention, cells.age, cells.level]
    items = world.menu.items
    return {
        "intervention": text([item.name for item in items], cells.intervention),
        "owner": text([item.owner for item in items], cells.intervention),
        "age": cells.age,
        "level": text(LEVEL_NAMES, cells.level + N_LEVELS * (cells.age >= ADULT_AGE)),
        "cost_sek": world.whole_cost,
        "own_value_sek": own,
        "perceived_value_sek": perceived,
        **{f"{name}_value_sek": value[:, rows].sum(axis=1) for name, rows in GROUPS.items()},
        "fiscal_value_sek": value.sum(axis=1),
        "societal_value_sek": societal,
        "seen": seen,
        "enrolled": enrolled,
        "funded": np.divide(enrolled, seen, out=np.zeros(seen.shape), where=seen > 0),
        "answer": _most_common_answer(state.bodies.answered),
    }


def _most_common_answer(answered: NDArray[np.int64]) -> NDArray[np.str_]:
    """What stood in the way of most children whose municipality took none, by option; "yes" where each took some."""
    refused = answered.copy()
    refused[:, YES] = 0
    said = np.where(refused.any(axis=1), refused.argmax(axis=1), np.where(answered[:, YES] > 0, YES, UNSEEN))
    return np.array(ANSWERS)[said]
