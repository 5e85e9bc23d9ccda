"""Whether the incentive core shows what the report describes (M2, M4-M6, M11, M14): numbers nobody calibrated on.

`returns` works from the exact expectation of every option; `runs` lives small worlds. Read by `validation`.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ...model.children.cells import build_cells, detection_edges
from ...model.children.ladder import build_ladder
from ...model.children.prices import GROUPS, PAYER, build_costs
from ...model.contracts import load_design
from ...model.inputs.scenario import Scenario
from ...model.model import PreventionModel, simulate
from ...model.money.budgets import pressure_of
from ...model.money.economy import Economy, discretionary, regional_room, results

__all__ = ["cycle_test", "returns", "runs"]

Floats = NDArray[np.float64]
_YEARS = {"good": 1.5, "ordinary": 0.0, "bad": -1.5}  # standard deviations of the national cycle


def returns(spec: Scenario) -> dict[str, float]:
    """What every option gives whom and when, at the true effect and without regard to money (M4, M6, M14).

    `earlier_pays_more`
        Share of the interventions offered at several ages where a krona gives more at the youngest age than at the
        oldest (costs saved over a life to all payers, discounted; mean over the levels that it takes).
    `on_offer_elsewhere`
        Share of what municipal options save over a life that falls to region and state: not discounted, and the mean
        over options, whether anybody takes them or not.
    `later_elsewhere`
        By how many years the saving of other payers comes later than that of the owner's (mean over options).
    """
    detection = detection_edges(spec.detection.sensitivity, spec.detection.false_alarm, spec.detection.take_up)
    cells = build_cells(spec.interventions, build_ladder(spec.ladder), build_costs(spec), detection)
    saved = cells.true_saving
    years = np.arange(saved.shape[1])
    discounted = (saved.sum(axis=2) * (1.0 + spec.discount.rate) ** -years).sum(axis=1)
    earlier, elsewhere, later = [], [], []
    for k, item in enumerate(spec.interventions):
        mine = cells.intervention == k
        if item.age_to > item.age_from:
            first, last = (discounted[mine & (cells.age == age)].mean() for age in (item.age_from, item.age_to))
            earlier.append(first > last)
        if item.owner == "region":
            continue
        flows = saved[mine].sum(axis=0)
        own = flows[:, PAYER[item.owner]]
        municipal = flows[:, GROUPS["municipality"]].sum(axis=1)
        elsewhere.append(1.0 - municipal.sum() / flows.sum())
        later.append(_mean_year(flows.sum(axis=1) - own) - _mean_year(own))
    return {
        "earlier_pays_more": float(np.mean(earlier)),
        "on_offer_elsewhere": float(np.mean(elsewhere)),
        "later_elsewhere": float(np.mean(later)),
    }


def _mean_year(flow: Floats) -> float:
    """Mean year, weighted by what is saved in it (years of net cost count for nothing)."""
    gain = np.maximum(flow, 0.0)
    return float((gain * np.arange(flow.size)).sum() / gain.sum()) if gain.sum() > 0 else 0.0


def runs(spec: Scenario, seed: int, years: int) -> dict[str, float]:
    """Live one world under its own budgets, a municipal fund and a planner (M2, M5, M11).

    Only municipalities to which the practice has spread have a fund.

    `saved_elsewhere`
        Share of what municipal options save over a life, discounted, that falls to region and state, each option
        weighted by how many are taken in under own budgets; NaN if nobody is (M6).
    `held_back`
        Money for programmes that bodies put in by themselves over what a planner would, who owns all budgets (M2).
    `bad_against_good`, `bad_against_good_paid`
        Money for programmes if all years are bad over that if all are good, in the same municipalities: under own
        budgets (M5), and where an outcomes fund makes bodies want more than they have money for (M11).
    `own_good`, `own_ordinary`, `own_bad`, `paid_good`, `paid_ordinary`, `paid_bad`
        The money of these tests, M SEK.
    `fund_used`
        Share of what municipal funds set aside that is paid out within the run.
    """
    spec = spec.replace("diffusion.voluntary", 1.0)
    own = simulate(spec, load_design("status-quo"), seed=seed, years=years, detail=False)
    money = {"status-quo": _programmes(own["flows"]), "planner": _programmes(_flows(spec, "planner", seed, years))}
    fund = _flows(spec, "municipal-fund", seed, years)
    aside = fund[(fund["receiver"] == "municipal_fund") & (fund["purpose"] == "set aside")]["amount_sek"].sum()
    used = fund[fund["payer"] == "municipal_fund"]["amount_sek"].sum()
    alone, paid = (cycle_test(spec, design, seed, years) for design in ("status-quo", "state-outcomes-fund"))
    return {
        "held_back": money["status-quo"] / money["planner"] if money["planner"] else 0.0,
        "saved_elsewhere": saved_elsewhere(own["options"]),
        "bad_against_good": alone["bad"] / alone["good"] if alone["good"] else 1.0,
        "bad_against_good_paid": paid["bad"] / paid["good"] if paid["good"] else 1.0,
        **{f"own_{name}": each / 1e6 for name, each in alone.items()},
        **{f"paid_{name}": each / 1e6 for name, each in paid.items()},
        "fund_used": float(used / aside) if aside else 0.0,
    }


def saved_elsewhere(options: pd.DataFrame) -> float:
    """Share of the discounted saving of municipal options outside the municipality's budgets, by whom they take in."""
    mine = options[options["owner"] != "region"]
    whole, kept = (float((mine[f"{who}_value_sek"] * mine["enrolled"]).sum()) for who in ("fiscal", "municipality"))
    return 1.0 - kept / whole if whole > 0.0 else float("nan")


def cycle_test(spec: Scenario, design: str, seed: int, years: int) -> dict[str, float]:
    """Money for programmes (SEK) in the same municipalities if all years are good, ordinary or bad (M5, M11)."""
    return {name: _programmes_of(spec, design, seed, years, z) for name, z in _YEARS.items()}


def _programmes_of(spec: Scenario, design: str, seed: int, years: int, z: float) -> float:
    """Live a world whose every year is `z` standard deviations better than usual, without windfalls."""
    model = PreventionModel(spec, load_design(design), seed, years)
    budgets = model.state.books.budgets
    sky = budgets.years.of(model.state.practice.rows)
    level = Economy(np.full(years, z), sky.local, sky.regional, np.zeros(years, np.bool_))
    budgets.discretionary_share = discretionary(spec.budget, level, pressure_of(spec.places))
    budgets.region_share = regional_room(spec.region, level)
    budgets.reserves.result = results(spec.budget, level)
    for _ in range(years):
        model.step()
    return float(sum(entry.amount.sum() for entry in model.state.books.ledger.entries if entry.purpose == "programme"))


def _flows(spec: Scenario, design: str, seed: int, years: int) -> pd.DataFrame:
    return simulate(spec, load_design(design), seed=seed, years=years, detail=False)["flows"]


def _programmes(flows: pd.DataFrame) -> float:
    return float(flows[flows["purpose"] == "programme"]["amount_sek"].sum())
