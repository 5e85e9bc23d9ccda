"""Booking a year: what lives cost, what budgets did, and the check that nothing appeared or vanished.

Read by `model`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ..children.ladder import LAST_AGE, N_AGES, N_LEVELS
from ..children.prices import KIND, PAYER
from ..inputs.parameters import PAYERS
from .budgets import COMMITTEES, LINES
from .funds import FILLED_BY
from .ledger import LedgerError

if TYPE_CHECKING:
    from ..model import PreventionModel

Floats = NDArray[np.float64]
Money = NDArray[np.int64]
STATE_AGENCIES = PAYERS[5:]


def actual(model: PreventionModel) -> NDArray[np.int64]:
    """Children by (municipality, age, level) as they really are this year."""
    return np.asarray(model.counts[0] - model.counts[1] + model.counts[2], dtype=np.int64)


def price_lives(model: PreventionModel) -> None:
    """Multiply this year's counts by the price list: cost by (municipality, payer, kind), and tax given back."""
    children = actual(model).reshape(model.n, -1)
    model.life_cost = (children @ model.costs.amount.reshape(N_AGES * N_LEVELS, -1)).reshape(model.n, len(PAYERS), -1)
    model.given_back = children @ model.costs.equalisation.reshape(N_AGES * N_LEVELS, -1)


def life_cost(model: PreventionModel, payer: str) -> Money:
    """What this year's lives cost a payer, by municipality, net of income equalisation."""
    return np.asarray(model.life_cost[:, PAYER[payer]].sum(axis=1))


def book_lives(model: PreventionModel) -> None:
    """Book care, benefits and tax forgone of every child on its payers."""
    ledger, year, given_back = model.ledger, model.year, model.given_back
    for payer in PAYERS:
        of_payer = model.life_cost[:, PAYER[payer]]
        ledger.post(year, payer, "provider", "care", of_payer[:, KIND["resource"]], kind="resource")
        ledger.post(year, payer, "households", "benefit", of_payer[:, KIND["transfer"]], kind="transfer")
        lost = of_payer[:, KIND["tax_forgone"]]
        if payer in ("board", "region"):
            returned = given_back[:, 0 if payer == "board" else 1]
            ledger.post(year, payer, "households", "tax forgone", lost + returned, kind="tax_forgone")
            ledger.settle_up(year, payer, "central_tax", "income equalisation", returned)
        elif payer == "central_tax":
            lost = lost - given_back.sum(axis=1)
            ledger.post(year, payer, "households", "tax forgone", lost, kind="tax_forgone")
        if payer in STATE_AGENCIES:
            ledger.post(year, "state", payer, "appropriation", of_payer.sum(axis=1))
            ledger.post(year, "households", "state", "taxes", of_payer.sum(axis=1))


def book_budgets(model: PreventionModel, results: dict[str, Money]) -> None:
    """Book revenue, frames, other services and results."""
    budgets, ledger, year = model.budgets, model.ledger, model.year
    frames = {line: budgets.frame[line] + budgets.extra[line] for line in LINES}
    zero = np.zeros(model.n, np.int64)
    revenue = {
        "board": sum((frames[line] for line in LINES if line != "region"), zero),
        "region": frames["region"],
    }
    for fund, amount in model.set_aside.items():
        if fund != "rur":  # the reserve is filled from equity, the others in the ordinary budget
            revenue[FILLED_BY[fund]] = revenue[FILLED_BY[fund]] + amount
        ledger.post(year, FILLED_BY[fund], fund, "set aside", amount)
    for body, amount in revenue.items():
        ledger.settle_up(year, body, "households", "revenue", amount)
    for line in LINES:
        other = budgets.room[line] - budgets.new[line]
        ledger.post(year, line, "provider", "other services", other)
        if line in COMMITTEES:
            ledger.settle_up(year, line, "board", "frame", frames[line])
            ledger.settle_up(year, line, "board", "result", -results[line])


def check(model: PreventionModel, equity: dict[str, Money], funds: dict[str, Money]) -> None:
    """Compare the ledger with the books and the lives; stop the run at the first difference.

    `equity` and `funds` are what bodies and funds had before the year.
    """
    zero = np.zeros(model.n, np.int64)
    expected = {line: zero for line in (*COMMITTEES, *STATE_AGENCIES, "state", "outcomes_fund")}
    expected |= {name: model.budgets.equity[name] - before for name, before in equity.items()}
    expected |= {name: fund.money - funds[name] for name, fund in model.funds.items()}
    balances = model.ledger.balances(model.year)
    for body, change in expected.items():
        off = balances.get(body, zero) - change
        if off.any():
            m = int(np.flatnonzero(off)[0])
            raise LedgerError(
                f"{model.year}: {body} of municipality {model.spec.places.codes[m]} is {int(off[m])} SEK off: "
                "the ledger and the budget do not agree."
            )
    national = actual(model).sum(axis=0)
    for kind, number in KIND.items():
        booked = model.ledger.total(model.year, kind)
        due = int((national[:, :, None] * model.costs.amount[..., number]).sum())
        if booked != due:
            raise LedgerError(f"{model.year}: {booked} SEK of {kind} is booked, the children cost {due} SEK.")
    ages = model.year - model.population.births_from - np.arange(model.population.offsets.shape[1] - 1)
    alive = int(model.population.cohort_sizes()[:, (ages >= 0) & (ages <= LAST_AGE)].sum())
    if int(national.sum()) != alive or (model.counts[0] < model.counts[1]).any():
        raise LedgerError(f"{model.year}: {int(national.sum())} children were counted, {alive} are alive.")
