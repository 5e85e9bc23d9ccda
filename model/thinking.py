"""What bodies think: their mandates and beliefs, and what every option is worth to them.

Nothing here depends on the year but beliefs, so values are solved once for every belief of the grid and read off when
decisions are taken. Reads `forecast`, `expectations` and `agents`; read by `model` and `results`.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from model import paying
from model.agents.bodies import Body, Committee, ExecutiveBoard, OutcomesFund, Region, StateAgency
from model.agents.reasoning import (
    Mandate,
    Offer,
    perceived_payments,
    perceived_saving,
    present_cost,
)
from model.budgets import COMMITTEES, whole
from model.costs import PAYER
from model.deciding import POTS
from model.draws import AGENT, uniforms
from model.expectations import (
    expected_payments,
    expected_saving,
    measured_payers,
)
from model.forecast import BELIEF_GRID, at_belief
from model.funding import Design
from model.ladder import LAST_AGE, N_AGES
from model.parameters import PAYERS
from model.scenario import Scenario

if TYPE_CHECKING:
    from model.model import PreventionModel

Floats = NDArray[np.float64]
Money = NDArray[np.int64]
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
    spec, codes = model.spec, model.population.codes
    model.mandates = {}
    for number, kind in enumerate((*COMMITTEES, "board", "region", "planner")):
        own = {"board": slice(0, 4), "planner": slice(0, len(PAYERS))}.get(
            kind, slice(PAYER.get(kind, 0), PAYER.get(kind, 0) + 1)
        )
        payers = np.zeros((model.n, len(PAYERS)), np.bool_)
        payers[:, own] = True
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


def _first_beliefs(model: PreventionModel, place: int) -> Floats:
    """Luck of one body's first beliefs, uniform, shape (n_interventions,)."""
    return np.asarray(uniforms(model.run_seed, AGENT, len(model.interventions), key=(place, 100, 0)))


def reckon(model: PreventionModel) -> None:
    """Work out, once, what every option is worth to every kind of body under every belief and contract."""
    cells, items = model.cells, model.interventions
    kinds, every = cells.intervention, np.arange(cells.age.size)
    model.owners = list(dict.fromkeys(item.owner for item in items))
    model.deciders = [*model.owners, "board", *(["planner"] if model.design.decision == "planner" else [])]
    model.pot = np.array([POTS.index(item.owner) for item in items])
    duration = np.array([item.duration for item in items], np.int64)[kinds]
    yearly = np.array([round(item.cost) for item in items], np.int64)[kinds]
    model.whole_cost = yearly * duration
    contracts = list(zip(model.contracts, model.follow_up, strict=True))
    model.contract_price = np.array(
        [[contract_price(model, each, item.owner) for item in items] for each, _ in contracts]
    )
    truth = BELIEF_GRID.index(1.0)
    model.expected = [expected_saving(each, items, cells, years)[truth] for each, years in contracts]
    model.payments = [expected_payments(each, items, cells, years) for each, years in contracts]
    saving = {kind: perceived_saving(model.mandates[kind], cells) for kind in model.deciders}
    regional = model.pot[kinds] == POTS.index("region")
    model.fund_part, model.owner_now, model.worth, model.price = [], [], [], []
    for number, design in enumerate(model.contracts):
        fund, owner = design.shares.get("municipal_fund", 0.0), design.shares.get("owner", 0.0)
        from_fund = np.where(regional, 0.0, fund)
        from_owner = owner + np.where(regional, fund, 0.0)
        model.fund_part.append(whole(from_fund * model.whole_cost))
        model.owner_now.append(whole(from_owner * yearly))
        model.worth.append(
            {kind: worth + perceived_payments(model.mandates[kind], flows_to(model, kind, number, every))
             for kind, worth in saving.items()}
        )  # fmt: skip
        paid = {
            "planner": yearly.astype(np.float64),
            "board": yearly * (from_owner + model.spec.board.unused_value * from_fund),
        }
        model.price.append(
            {kind: present_cost(model.mandates[kind], paid.get(kind, yearly * from_owner), duration)
             for kind in model.deciders}
        )  # fmt: skip


def flows_to(model: PreventionModel, kind: str, contract: int, cells: NDArray[np.int64]) -> Floats:
    """Expected payments per child to a body: its own and, for the board, all that reaches the municipality.

    Shape (n_beliefs, len(cells), N_AGES).
    """
    total = np.zeros((model.cells.saved.shape[0], cells.size, N_AGES))
    for party, flow in model.payments[contract].items():
        for owner in model.owners:
            mine = np.isin(cells, cells_of(model, owner))
            account = paying.account_of(party, owner)
            if account == kind or (kind == "board" and account in (*COMMITTEES, "municipal_fund")):
                total[:, mine] += flow[:, cells[mine]]
    return total


def contract_price(model: PreventionModel, design: Design, owner: str) -> Money:
    """Cost by (age, level) that the contract looks at in a project of this owner."""
    return np.asarray(model.costs.by_payer[..., measured_payers(design, owner)].sum(axis=2))


def selfish(model: PreventionModel, kind: str) -> Mandate:
    """The mandate of a kind of body without regard for anybody else."""
    mandate: Mandate = model.mandates[kind]
    return dataclasses.replace(mandate, regard=np.zeros_like(mandate.regard))


def cells_of(model: PreventionModel, owner: str) -> NDArray[np.int64]:
    """Options that belong to an owner."""
    owners = np.array([item.owner == owner for item in model.interventions])
    return np.flatnonzero(owners[model.cells.intervention])


def scores(model: PreventionModel, contract: int = 0) -> Floats:
    """Perceived net value per child of every option to the body that decides, shape (n, n_cells), SEK.

    Not above 0 means no. Under a municipal fund the committee must want to apply and the board to grant.
    `contract` is 0 for the design in force, 1 for paying out of one's own room beside it.
    """
    cells, decision = model.cells, model.contracts[contract].decision
    belief = model.belief[:, cells.intervention]

    def net(kind: str, mine: NDArray[np.int64]) -> Floats:
        worth, price = model.worth[contract][kind], model.price[contract][kind]
        return at_belief(worth[:, :, mine], belief[:, mine]) - price[:, mine]

    if decision == "planner":
        result = net("planner", np.arange(cells.age.size))
    else:
        result = np.empty((model.n, cells.age.size))
        for owner in model.owners:
            mine = cells_of(model, owner)
            result[:, mine] = net(owner, mine)
        if decision == "board":
            municipal = np.flatnonzero(model.pot[cells.intervention] != POTS.index("region"))
            wanted = result[:, municipal]
            result[:, municipal] = np.where(wanted > 0.0, net("board", municipal), wanted)
        if contract + 1 < len(model.contracts) and not reaches_region(model.contracts[contract]):
            result[:, model.pot[cells.intervention] == POTS.index("region")] = 0.0
    for agent in model.agents_by_type[Committee]:
        if agent.rule is not None:
            for c in cells_of(model, agent.kind):
                result[agent.row, c] = agent.rule(offer(model, agent, int(c), contract))
    return result


def reaches_region(design: Design) -> bool:
    """Whether a contract would move anybody's money in a project of the region's: a municipal fund alone would not."""
    pairs = [clause.pair for clause in design.clauses]
    accounts = [tuple(paying.account_of(party, "region") for party in pair) for pair in pairs]
    return any(a != b for a, b in accounts) or any(paying.account_of(p, "region") != "region" for p in design.shares)


def offer(model: PreventionModel, agent: Body, cell: int, contract: int = 0) -> Offer:
    """Put one option before one body, as it believes it to be."""
    mandate = model.mandates[agent.kind]
    k = int(model.cells.intervention[cell])
    belief = np.asarray(model.belief[agent.row, k])
    saved = at_belief(model.cells.saved[:, cell], belief)
    mine = mandate.payers[agent.row]
    flows = flows_to(model, agent.kind, contract, np.arange(cell, cell + 1))[:, 0]
    return Offer(
        intervention=model.interventions[k].name,
        age=int(model.cells.age[cell]),
        level=int(model.cells.level[cell]),
        saving_own=saved[:, mine].sum(axis=1),
        saving_others=saved[:, ~mine].sum(axis=1),
        payments=at_belief(flows, belief),
        cost=float(model.price[contract][agent.kind][agent.row, cell]),
    )


def _mandate(spec: Scenario, kind: str, payers: NDArray[np.bool_], luck: Floats) -> Mandate:
    """Give bodies of one kind their mandate; committees differ by their luck, shape (n, 2)."""
    n = payers.shape[0]
    if kind == "planner":
        life, zero = np.full(n, float(LAST_AGE + 1)), np.zeros(n)
        return Mandate(payers, life, np.full(n, spec.discount.rate), zero, life, 1.0, 0.0, 1.0, 0.0)
    own: Any = {"region": spec.region, "board": spec.board}.get(kind, spec.committee)
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
        ratchet=0.0 if kind == "board" else own.ratchet,
    )
