"""Appointing: the bodies as Mesa agents, what each kind answers for, and what everybody believes at first.

Bodies differ by luck that belongs to their place: the same in every world that shares a seed. Read by `model`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ..children.draws import AGENT, uniforms
from ..children.ladder import LAST_AGE
from ..children.prices import PAYER
from ..contracts import Design
from ..contracts.words import PAYER_GROUPS
from ..inputs.parameters import PAYERS
from ..inputs.scenario import Scenario
from ..money.budgets import COMMITTEES
from ..money.funds import OF_MUNICIPALITY
from .agents import Committee, ExecutiveBoard, OutcomesFund, Region, StateAgency
from .private import INVESTORS, Investor, Provider
from .reasoning import Mandate

if TYPE_CHECKING:
    from ..model import PreventionModel

Floats = NDArray[np.float64]
STATE_AGENCIES = PAYERS[5:]


def appoint(model: PreventionModel) -> None:
    """Create the bodies as Mesa agents and give each kind its mandate."""
    for kind in COMMITTEES:
        for row in range(model.n):
            Committee(model, kind, row)
    for row in range(model.n):
        ExecutiveBoard(model, "board", row)
    for row in range(len(model.county_rows)):
        Region(model, "region", row)
    for row, kind in enumerate(STATE_AGENCIES):
        StateAgency(model, kind, row)
    OutcomesFund(model, "outcomes_fund", 0)
    for row, kind in enumerate(INVESTORS):
        Investor(model, kind, row)
    Provider(model, "provider", 0)
    spec, codes = model.spec, model.population.codes
    model.mandates = {}
    for number, kind in enumerate((*COMMITTEES, "board", "region", "planner", "pool")):
        own = {"board": slice(0, 4), "planner": slice(0, len(PAYERS))}.get(
            kind, slice(PAYER.get(kind, 0), PAYER.get(kind, 0) + 1)
        )
        payers = np.zeros((model.n, len(PAYERS)), np.bool_)
        payers[:, own if kind != "pool" else _pooled(model.design)] = True
        places = codes if kind != "region" else codes // 100  # a region is one body for its whole county
        luck = np.stack([uniforms(model.run_seed, AGENT, 2, key=(int(place), number, 0)) for place in places])
        model.mandates[kind] = _mandate(spec, kind, payers, luck)
    first = np.stack([_first_beliefs(model, int(code)) for code in codes])
    regional = [item.owner == "region" for item in model.interventions]
    first[:, regional] = np.stack([_first_beliefs(model, int(code) // 100) for code in codes])[:, regional]
    model.belief = spec.belief.initial_mean + spec.belief.initial_sd * np.sqrt(12.0) * (first - 0.5)
    if model.design.decision == "planner":
        model.belief = np.ones_like(model.belief)
    model.belief_precision = np.full_like(model.belief, 1.0 / spec.belief.initial_sd**2)
    model.ordinary = np.zeros(model.belief.shape, np.bool_)
    model.market_belief = np.full(len(model.interventions), spec.belief.initial_mean)
    model.market_precision = np.full(len(model.interventions), 1.0 / spec.investor.belief_sd**2)


def _pooled(design: Design) -> NDArray[np.int64]:
    """Rows of those who finance a design together: what a pool answers for (C12)."""
    whose = dict.fromkeys(OF_MUNICIPALITY, "municipality") | {"regional_fund": "region", "outcomes_fund": "state"}
    groups = [PAYER_GROUPS.get(whose.get(party, party), (party,)) for party in design.shares]
    return np.array([PAYER[payer] for group in groups for payer in group if payer in PAYER], np.int64)


def _first_beliefs(model: PreventionModel, place: int) -> Floats:
    """Luck of one body's first beliefs, uniform, shape (n_interventions,)."""
    return np.asarray(uniforms(model.run_seed, AGENT, len(model.interventions), key=(place, 100, 0)))


def _mandate(spec: Scenario, kind: str, payers: NDArray[np.bool_], luck: Floats) -> Mandate:
    """Give bodies of one kind their mandate; committees differ by their luck, shape (n, 2)."""
    n = payers.shape[0]
    if kind == "planner":
        life, zero = np.full(n, float(LAST_AGE + 1)), np.zeros(n)
        return Mandate(payers, life, np.full(n, spec.discount.rate), zero, life, 1.0, 0.0, 1.0, 0.0)
    own: Any = {"region": spec.region, "board": spec.board, "pool": spec.board}.get(kind, spec.committee)
    horizon = np.full(n, float(own.horizon))
    regard = own.other_regarding + own.other_regarding_spread * (2.0 * luck[:, 1] - 1.0)
    if kind in COMMITTEES:
        horizon += own.horizon_spread * (2.0 * luck[:, 0] - 1.0)
    cash = spec.committee
    return Mandate(
        payers=payers,
        horizon=np.maximum(np.rint(horizon), 1.0),
        discount=np.full(n, own.discount_rate),
        regard=np.maximum(regard, 0.0),
        regard_horizon=np.full(n, float(own.regard_horizon)),
        cashable_first=cash.cashable_first_year,
        cashable_growth=cash.cashable_growth,
        cashable_max=cash.cashable_max,
        ratchet=0.0 if kind in ("board", "pool") else own.ratchet,
    )
