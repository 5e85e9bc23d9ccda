"""Mandates: what each kind of body answers for, and what everybody believes at first.

Bodies differ by luck that belongs to their place: the same in every world that shares a seed.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..children.draws import AGENT, by_place
from ..children.ladder import LAST_AGE
from ..children.practice import practice_of
from ..children.prices import GROUPS, PAYER
from ..contracts import Design
from ..contracts.ways import GRANTOR, STATE
from ..contracts.words import PAYER_GROUPS
from ..inputs.parameters import (
    PAYERS,
    BoardParameters,
    CommitteeParameters,
    DiscountParameters,
    RegionParameters,
    StateParameters,
)
from ..money.budgets import COMMITTEES
from ..money.funds import OF_MUNICIPALITY
from ..world import World
from .beliefs import Beliefs
from .reasoning import Mandate

Floats = NDArray[np.float64]

KINDS = (*COMMITTEES, "board", "region", "planner", "pool")
FIRST_BELIEFS = 100  # names the luck of a body's first beliefs; that of its character is named by its place in KINDS


class Minds(NamedTuple):
    """How bodies reason, and where they are: all that mandates hang on but the rows that each answers for."""

    committee: CommitteeParameters
    board: BoardParameters
    region: RegionParameters
    state: StateParameters
    discount: DiscountParameters
    seed: int
    codes: bytes  # of municipalities, see `World.geography`


def mandates_of(world: World) -> dict[str, Mandate]:
    """Give each kind of body its mandate; runs of one world in one process share those that no contract changes."""
    spec = world.spec
    reason = spec.committee, spec.board, spec.region, spec.state, spec.discount
    minds = Minds(*reason, world.seed, world.geography.codes.tobytes())
    several: dict[str, Iterable[int]] = {
        "board": range(4),
        "planner": range(len(PAYERS)),
        "pool": _pooled(world.design),
    }
    rows = {kind: tuple(several[kind] if kind in several else [PAYER[kind]]) for kind in KINDS}
    result = {kind: _mandate(minds, kind, mine) for kind, mine in rows.items()}
    return result | {GRANTOR: result["region"], STATE: _state(minds)}


def first_beliefs(world: World) -> Beliefs:
    """What everybody believes before the first year: each body by its luck, unless whoever decides knows the truth."""
    spec, codes, regional = world.spec.belief, world.geography.codes, world.menu.regional
    luck, of_region = (
        by_place(world.seed, AGENT, each, world.menu.number, FIRST_BELIEFS) for each in (codes, codes // 100)
    )
    luck[:, regional] = of_region[:, regional]
    own = spec.initial_mean + spec.initial_sd * np.sqrt(12.0) * (luck - 0.5)
    if world.design.way.knows_effects:
        own = np.full_like(own, practice_of(world.spec.project).mean)
    return Beliefs(
        own=own,
        precision=np.full_like(own, 1.0 / spec.initial_sd**2),
        market=np.full(own.shape[1], spec.initial_mean),
        market_precision=np.full(own.shape[1], 1.0 / world.spec.investor.belief_sd**2),
        heard=np.zeros((2, *own.shape)),
        market_heard=np.zeros((2, own.shape[1])),
    )


@lru_cache(maxsize=4)
def _state(minds: Minds) -> Mandate:
    """Give the state its mandate: one body with one view, wherever a project is. It keeps what it saves."""
    own, n = minds.state, np.frombuffer(minds.codes, np.int64).size
    payers = np.zeros(len(PAYERS), np.bool_)
    payers[GROUPS["state"]] = True
    return Mandate(
        payers=payers,
        horizon=np.full(n, float(own.horizon)),
        discount=np.full(n, own.discount_rate),
        regard=np.full(n, own.other_regarding),
        regard_horizon=np.full(n, float(own.regard_horizon)),
        cashable_first=1.0,
        cashable_growth=0.0,
        cashable_max=1.0,
        ratchet=0.0,
    )


def _pooled(design: Design) -> list[int]:
    """Rows of those who finance a design together: what a pool answers for (C12)."""
    whose = dict.fromkeys(OF_MUNICIPALITY, "municipality") | {"regional_fund": "region", "outcomes_fund": "state"}
    groups = [PAYER_GROUPS.get(whose.get(party, party), (party,)) for party in design.shares]
    return [PAYER[payer] for group in groups for payer in group if payer in PAYER]


@lru_cache(maxsize=32)
def _mandate(minds: Minds, kind: str, rows: tuple[int, ...]) -> Mandate:
    """Give bodies of one kind that answer for these rows their mandate; committees differ by their luck."""
    codes, payers = np.frombuffer(minds.codes, np.int64), np.zeros(len(PAYERS), np.bool_)
    payers[list(rows)] = True
    n = codes.size
    if kind == "planner":
        life, zero = np.full(n, float(LAST_AGE + 1)), np.zeros(n)
        return Mandate(payers, life, np.full(n, minds.discount.rate), zero, life, 1.0, 0.0, 1.0, 0.0)
    places = codes if kind != "region" else codes // 100  # a region is one body for its whole county
    luck = by_place(minds.seed, AGENT, places, np.arange(2), KINDS.index(kind))
    own: Any = {"region": minds.region, "board": minds.board, "pool": minds.board}.get(kind, minds.committee)
    horizon = np.full(n, float(own.horizon))
    regard = own.other_regarding + own.other_regarding_spread * (2.0 * luck[:, 1] - 1.0)
    if kind in COMMITTEES:
        horizon += own.horizon_spread * (2.0 * luck[:, 0] - 1.0)
    cash = minds.committee
    return Mandate(
        payers=payers,
        horizon=np.maximum(horizon, 1.0),
        discount=np.full(n, own.discount_rate),
        regard=np.maximum(regard, 0.0),
        regard_horizon=np.full(n, float(own.regard_horizon)),
        cashable_first=cash.cashable_first_year,
        cashable_growth=cash.cashable_growth,
        cashable_max=cash.cashable_max,
        ratchet=0.0 if kind in ("board", "pool") else own.ratchet,
    )
