"""Views: what every option is worth to everybody concerned, under every belief and contract, reckoned once."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ..children.ladder import N_AGES
from ..contracts import Design
from ..evaluation.expected import Expected, as_reported, expect
from ..evaluation.prospects import Prospect, prospects
from ..money.budgets import COMMITTEES
from ..money.funds import account_of
from .private import PRIVATE
from .reasoning import Mandate, perceived_payments, perceived_saving, present_cost

if TYPE_CHECKING:
    from ..model import PreventionModel

Floats = NDArray[np.float64]


def reckon(model: PreventionModel) -> None:
    """Work out, once, what every option is worth to every body under every belief and contract."""
    cells, items, spec = model.cells, model.interventions, model.spec
    kinds = cells.intervention
    model.owners = list(dict.fromkeys(item.owner for item in items))
    model.regional = np.array([item.owner == "region" for item in items])[kinds]
    duration = np.array([item.duration for item in items], np.int64)[kinds]
    yearly = np.array([round(item.cost) for item in items], np.int64)[kinds]
    model.whole_cost = yearly * duration
    model.views = []
    for design, metrics in zip(model.contracts, model.yardsticks.metrics, strict=True):
        expected = expect(metrics, items, cells, model.ladder)
        private = tuple(party for party in PRIVATE if party in design.parties)
        size, noise = spec.project.group_size, spec.belief.outcome_sd
        likely = prospects(design, expected, model.whole_cost, size, noise)
        reported = as_reported(expected, cells, model.ladder)
        private_view = prospects(design, reported, model.whole_cost, size, noise, private) if private else {}
        finance = shares_by_account(model, design)
        worth, price = {}, {}
        for body, (mandate, accounts, weight) in _judges(model, design).items():
            flows = _flows_to(model, likely, accounts)
            worth[body] = perceived_saving(mandate, cells) + perceived_payments(mandate, flows)
            paid = sum(
                (yearly * share * weight[account] for account, share in finance.items() if account in weight),
                np.zeros(kinds.size),
            )
            price[body] = present_cost(mandate, paid, duration)
        stake = {
            party: _stake(model, party, finance.get(party, np.zeros(kinds.size)), yearly, duration) for party in private
        }
        model.views.append(View(expected, reported, likely, private_view, worth, price, stake))


@dataclass(frozen=True, eq=False)
class View:
    """How one contract looks to everybody concerned, for every option.

    `expected` is what each metric should come to on an honest evaluation, `reported` what its evaluator will report.
    `prospects` are what public bodies expect the contract to bring each party, `private` what private parties expect.
    `worth` and `price` are by body: what an option is worth under each belief, shape (n_beliefs, n, n_cells), and the
    present value of what the body pays for it, (n, n_cells), SEK per child. `stake` is what each private party puts in
    per child, by (cell, year since the start).
    """

    expected: tuple[Expected, ...]
    reported: tuple[Expected, ...]
    prospects: dict[str, Prospect]
    private: dict[str, Prospect]
    worth: dict[str, Floats]
    price: dict[str, Floats]
    stake: dict[str, Floats]


Judge = tuple[Mandate, frozenset[str], dict[str, float]]


def _judges(model: PreventionModel, design: Design) -> dict[str, Judge]:
    """Who thinks about an option: mandate, accounts whose flows it counts, and what it thinks of money it must spend.

    A krona that is left in a fund is worth less to those who grant it than one in the ordinary budget.
    """
    unused = model.spec.board.unused_value
    own = dict.fromkeys((*COMMITTEES, "board"), 1.0)
    judges: dict[str, Judge] = {
        owner: (model.mandates[owner], frozenset({owner}), {owner: 1.0}) for owner in model.owners
    }
    if design.decision == "region":
        weight = {"region": 1.0, "regional_fund": unused}
        judges["grantor"] = (model.mandates["region"], frozenset(weight), weight)
    elif design.decision == "pool":
        everybody = {account_of(party, "social") for party in design.shares if party != "owner"} | set(own)
        judges["pool"] = (model.mandates["pool"], frozenset(everybody), dict.fromkeys((*everybody, "region"), 1.0))
    elif design.decision == "planner":
        judges["planner"] = (model.mandates["planner"], frozenset(), dict.fromkeys((*own, "region", "state"), 1.0))
    municipal = frozenset((*own, "municipal_fund", "rur"))
    judges["board"] = (model.mandates["board"], municipal, own | {"municipal_fund": unused, "rur": unused})
    return judges


def shares_by_account(model: PreventionModel, design: Design) -> dict[str, Floats]:
    """Share of the up-front cost that each account finances, by option. Shape (n_cells,) each."""
    result: dict[str, Floats] = {}
    for owner in model.owners:
        mine = cells_of(model, owner)
        for party, share in design.shares.items():
            result.setdefault(account_of(party, owner), np.zeros(model.cells.age.size))[mine] += share
    return result


def _flows_to(model: PreventionModel, likely: dict[str, Prospect], accounts: frozenset[str]) -> Floats:
    """Expected payments per child to these accounts together, shape (n_beliefs, n_cells, N_AGES), SEK."""
    total = np.zeros((model.cells.saved.shape[0], model.cells.age.size, N_AGES))
    for party, prospect in likely.items():
        for owner in model.owners:
            if account_of(party, owner) in accounts:
                mine = cells_of(model, owner)
                total[:, mine] += prospect.flows[:, mine]
    return total


def _stake(
    model: PreventionModel, party: str, share: Floats, yearly: NDArray[np.int64], duration: NDArray[np.int64]
) -> Floats:
    """What a private party puts in per child by (cell, year): its share, less the margin if it does the work."""
    part = share - (model.spec.provider.margin if party == "provider" else 0.0)
    years = np.arange(N_AGES) < duration[:, None]
    return np.asarray((part * yearly)[:, None] * years)


def selfish(model: PreventionModel, kind: str) -> Mandate:
    """The mandate of a kind of body without regard for anybody else."""
    mandate: Mandate = model.mandates[kind]
    return dataclasses.replace(mandate, regard=np.zeros_like(mandate.regard))


def cells_of(model: PreventionModel, owner: str) -> NDArray[np.int64]:
    """Options that belong to an owner."""
    owners = np.array([item.owner == owner for item in model.interventions])
    return np.flatnonzero(owners[model.cells.intervention])


def reaches_region(design: Design) -> bool:
    """Whether a contract would move anybody's money in a project of the region's: a municipal fund alone would not."""
    pairs = [clause.pair for clause in design.clauses]
    accounts = [tuple(account_of(party, "region") for party in pair) for pair in pairs]
    return any(a != b for a, b in accounts) or any(account_of(p, "region") != "region" for p in design.shares)
