"""Measures: pure functions from result tables to tidy frames, one row per run (design, seed) or per run and payer.

Amounts are SEK in prices of 2020. Present values are taken at the first simulated year: an amount in year t counts
``(1 + rate) ** -(t - start_year)`` (Drummond et al. 2015, *Methods for the Economic Evaluation of Health Care
Programmes*, ch. 4). Lives that go on after the last simulated year are in the tables as exact expectations (phase
"expected").
Read by `tables`, `figures` and `page`.
"""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from .once import once
from .sums import summed

Tables = Mapping[str, pd.DataFrame]
Frame = pd.DataFrame

RUN = ["design", "seed"]
RATIO = ["part", "whole"]  # of a share, which over seeds is the ratio of their sums
BASE, BENCHMARK = "status-quo", "planner"
BODIES = ("education", "social", "labour_market", "board", "region")  # those of the table `bodies`
GROUPS = {
    "municipality": ("education", "social", "labour_market", "board", "municipal_fund", "rur"),
    "region": ("region", "regional_fund"),
    "state": (
        "justice",
        "state_institutions",
        "social_insurance",
        "employment_service",
        "central_tax",
        "state",
        "outcomes_fund",
        "pooled_fund",  # half of it is the state's by law (2003:1210, section 5)
    ),
}
"""Public payers. With `OUTSIDE` every account of a contract has its group."""
OUTSIDE = {
    "investor": ("investor", "junior_investor", "bondholder", "internal_bank"),  # the bank lends what others lend it
    "guarantor": ("guarantor",),
    "eu": ("eu_fund",),
    "provider": ("provider",),
    "administration": ("intermediary", "evaluator"),
}
"""Parties that are no public payers."""
GROUP_OF = {payer: group for group, payers in GROUPS.items() for payer in payers}
WORK = {
    "programme": "programmes",
    "application": "administration",
    "evaluation": "administration",
    "administration": "administration",
}
"""Purposes of payment for work: what the work is."""
WORKERS = (*OUTSIDE["provider"], *OUTSIDE["administration"])
INVESTING = tuple(WORK)
DISCOUNT_PROFILES = (0.0, 0.03, 0.035)


def discounting(rate: float, years: NDArray[np.int64]) -> NDArray[np.float64]:
    """What a krona is worth so many years (0 or more) before it is paid: ``(1 + rate) ** -years``, shape as `years`.

    Multiplied out, because a power may end on another last digit on another processor.
    """
    factors = np.full(int(years.max(initial=0)) + 1, 1.0 / (1.0 + rate))
    factors[0] = 1.0
    return np.asarray(np.cumprod(factors)[years])


def discounted(frame: Frame, column: str, start: pd.Series, rate: float) -> pd.Series:
    """Present value of each row of `column` at the run's first year; `start` is that year by row."""
    return frame[column] * discounting(rate, (frame["year"] - start).to_numpy(np.int64))


def start_year(tables: Tables, frame: Frame) -> pd.Series:
    """First year of each row's run."""
    starts = tables["runs"]["start_year"]
    if starts.nunique() == 1:  # the usual case, and a merge of millions of rows
        return pd.Series(starts.iloc[0], frame.index)
    return (
        frame[RUN].merge(tables["runs"][[*RUN, "start_year"]], on=RUN, how="left")["start_year"].set_axis(frame.index)
    )


def _runs(tables: Tables) -> Frame:
    return tables["runs"][[*RUN, "start_year", "years", "children"]]


def without_ages(tables: Tables) -> dict[str, Frame]:
    """The same tables, shorter: costs summed over ages, enrolment over counties and true levels.

    Costs are some fifty times fewer rows, and all that a present value needs. Tables that are so already stay as they
    are.
    """
    costs, enrolment = {"costs": tables["costs"]}, {"enrolment": tables["enrolment"]}
    return {**tables, **_over_ages(costs), **_over_counties(enrolment)}


@once
def _over_ages(tables: Tables) -> dict[str, Frame]:
    """Sum the table `costs` over ages."""
    costs = tables["costs"]
    if "age" not in costs:
        return dict(tables)
    return {"costs": summed(costs, [*RUN, "year", "payer", "kind", "phase"], ["actual_sek", "untreated_sek"])}


@once
def _over_counties(tables: Tables) -> dict[str, Frame]:
    """Sum the table `enrolment` over counties and true levels."""
    enrolment = tables["enrolment"]
    if "county" not in enrolment:
        return dict(tables)
    keys, columns = [*RUN, "year", "intervention", "age", "level"], ["children", "cost_sek", "judged", "deadweight"]
    return {"enrolment": summed(enrolment, keys, columns)}


@once
def all_payments(tables: Tables) -> Frame:
    """The table `payments`, with the work that each row buys and the part of it that providers carry themselves.

    What a provider carries (a contract with its fee at risk) moves no money, so it has no row in `payments`: it is the
    cost of projects less all that is paid for them, and stands here as paid by the provider to itself in the years in
    which the design's projects start. Column work: "programmes" or "administration" where money pays a provider, an
    evaluator or an intermediary for work, which uses up resources worth it; else missing.
    """
    paid, carried = tables["payments"], _carried(tables)
    rows = pd.concat([paid, carried], ignore_index=True) if len(carried) else paid
    return rows.assign(work=rows["purpose"].map(WORK).where(rows["receiver"].isin(WORKERS)))


def _carried(tables: Tables) -> Frame:
    """Rows for what providers carry themselves; none if everything was paid for."""
    delivery = tables["payments"][tables["payments"]["purpose"] == "programme"]
    paid = delivery.groupby(RUN, as_index=False)[["amount_sek"]].sum()
    cost = tables["projects"].groupby(RUN, as_index=False)[["cost_sek"]].sum()
    rest = cost.merge(paid, on=RUN, how="left").fillna({"amount_sek": 0})
    rest = rest.assign(rest=rest["cost_sek"] - rest["amount_sek"])[[*RUN, "rest"]]
    rest = rest[rest["rest"] > 0]
    own = tables["projects"][[*RUN, "year", "intervention", "own_room", "cost_sek"]]
    own = own[own["design"].isin(rest["design"]) & ~own["own_room"]]
    own = own.groupby([*RUN, "year", "intervention"], as_index=False)[["cost_sek"]].sum().merge(rest, on=RUN)
    share = own["cost_sek"] / own.groupby(RUN)["cost_sek"].transform("sum")
    return own[[*RUN, "year", "intervention"]].assign(
        payer="provider", receiver="provider", purpose="programme", phase="simulated", amount_sek=own["rest"] * share
    )


def net_payments(tables: Tables) -> Frame:
    """What programmes and contracts cost each account, less what they brought it, by year.

    Paid less received, over all rows of `payments`. Columns design, seed, year, payer, sek.
    """
    payments = tables["payments"]
    out = payments[[*RUN, "year", "payer"]].assign(sek=payments["amount_sek"])
    back = payments[[*RUN, "year"]].assign(payer=payments["receiver"], sek=-payments["amount_sek"])
    return pd.concat([out, back], ignore_index=True)


@once
def lifetime_cost(tables: Tables, rate: float) -> Frame:
    """Present value of public cost by payer group: lives, programmes and contracts, simulated and expected.

    ``PV = sum over years of (cost of lives + paid - received) / (1 + rate) ** t``, for all children of the run, and
    divided by their number. Columns design, seed, group, pv_sek, per_child_sek.
    """
    lives = tables["costs"]
    lives = lives[lives["payer"].isin(GROUP_OF)]
    both = pd.concat(
        [lives[[*RUN, "year", "payer"]].assign(sek=lives["actual_sek"]), net_payments(tables)], ignore_index=True
    )
    both = both[both["payer"].isin(GROUP_OF)]
    both = both.assign(
        pv_sek=discounted(both, "sek", start_year(tables, both), rate), group=both["payer"].map(GROUP_OF)
    )
    result = both.groupby([*RUN, "group"], as_index=False, sort=False)[["pv_sek"]].sum()
    result = result.merge(_runs(tables)[[*RUN, "children"]], on=RUN)
    return result.assign(per_child_sek=result["pv_sek"] / result["children"]).drop(columns="children")


@once
def public_cost(tables: Tables, rate: float) -> Frame:
    """Sum of `lifetime_cost` over payer groups: the fiscal perspective. Columns design, seed, pv_sek, per_child_sek."""
    return lifetime_cost(tables, rate).groupby(RUN, as_index=False, sort=False)[["pv_sek", "per_child_sek"]].sum()


@once
def gain_by_group(tables: Tables, rate: float) -> Frame:
    """Who gains against status quo with the same seed: PV cost under status quo less PV cost under the design.

    Columns design, seed, group, gain_sek. Empty if status quo was not run.
    """
    cost = lifetime_cost(tables, rate)
    base = cost[cost["design"] == BASE][["seed", "group", "pv_sek"]].rename(columns={"pv_sek": "base_sek"})
    paired = cost[cost["design"] != BASE].merge(base, on=["seed", "group"])
    return paired.assign(gain_sek=paired["base_sek"] - paired["pv_sek"])[[*RUN, "group", "gain_sek"]]


def household_gain(tables: Tables, rate: float) -> Frame:
    """What households gain against status quo with the same seed, as a present value.

    A year of need costs a household the lost earnings (as the value of production), less the benefits it gets and the
    tax it is spared: ``lost_earnings - transfer - tax_forgone``. With the gains of the three payer groups and of
    parties outside (`contracts.outside_gain`) it adds up to the gain of society: resources and production saved, less
    the work that programmes and contracts take.
    Columns design, seed, gain_sek. Empty if status quo was not run.
    """
    cost = household_cost(tables, rate).rename(columns={"actual_sek": "pv"})
    base = cost[cost["design"] == BASE][["seed", "pv"]].rename(columns={"pv": "base"})
    paired = cost[cost["design"] != BASE].merge(base, on="seed")
    return paired.assign(gain_sek=paired["base"] - paired["pv"])[[*RUN, "gain_sek"]]


@once
def household_cost(tables: Tables, rate: float) -> Frame:
    """PV of ``lost_earnings - transfer - tax_forgone``, with programmes and without any.

    Columns design, seed, actual_sek, untreated_sek.
    """
    costs = tables["costs"]
    sign = costs["kind"].map({"lost_earnings": 1, "transfer": -1, "tax_forgone": -1}).fillna(0)
    factor = sign * discounting(rate, (costs["year"] - start_year(tables, costs)).to_numpy(np.int64))
    weighted = costs[["actual_sek", "untreated_sek"]].mul(factor, axis=0)
    return pd.concat([costs[RUN], weighted], axis=1).groupby(RUN, as_index=False, sort=False).sum()


@once
def change_per_child(tables: Tables, rate: float) -> Frame:
    """Lifetime public cost per child less that of status quo with the same seed. Columns design, seed, change_sek."""
    cost = public_cost(tables, rate)
    base = cost[cost["design"] == BASE][["seed", "per_child_sek"]].rename(columns={"per_child_sek": "base"})
    paired = cost[cost["design"] != BASE].merge(base, on="seed")
    return paired.assign(change_sek=paired["per_child_sek"] - paired["base"])[[*RUN, "change_sek"]]


def share_of_planner(tables: Tables, rate: float) -> Frame:
    """Share of the planner's gain: (status quo - design) / (status quo - planner) in PV public cost, by seed.

    Columns design, seed, part, whole (both gains, SEK per child), share (NaN where the planner gains nothing). Over
    several seeds the share is that of the sums. Empty if status quo or planner was not run.
    """
    gain = change_per_child(tables, rate).assign(part=lambda f: -f["change_sek"])
    best = gain[gain["design"] == BENCHMARK][["seed", "part"]].rename(columns={"part": "whole"})
    paired = gain.merge(best, on="seed")
    return paired.assign(share=paired["part"] / paired["whole"].where(paired["whole"] > 0))[[*RUN, *RATIO, "share"]]


@once
def pyramid(tables: Tables) -> Frame:
    """Cost per child alive at each age by payer, simulated years: the pyramid, as it was and without any programme.

    ``sum of cost at age / sum of children at age``. Columns design, seed, age, payer, actual_sek, untreated_sek.
    """
    cost = summed(tables["costs"], [*RUN, "age", "payer", "phase"], ["actual_sek", "untreated_sek"])
    cost = cost[(cost["phase"] == "simulated") & cost["payer"].isin(GROUP_OF)].drop(columns="phase")
    alive = tables["children"].groupby([*RUN, "age"], as_index=False)[["children"]].sum()
    result = cost.merge(alive, on=[*RUN, "age"])
    for column in ("actual_sek", "untreated_sek"):
        result[column] = result[column] / result["children"]
    return result.drop(columns="children")


@once
def investment(tables: Tables) -> Frame:
    """What programmes cost (delivery, applying, evaluating, running contracts) in the simulated years, and reach.

    Columns design, seed, invested_sek, children, invested_per_year_sek, children_per_year.
    """
    payments = all_payments(tables)
    spent = payments[payments["work"].notna() & (payments["phase"] == "simulated")]
    spent = spent.groupby(RUN, as_index=False)[["amount_sek"]].sum().rename(columns={"amount_sek": "invested_sek"})
    reached = tables["enrolment"].groupby(RUN, as_index=False)[["children"]].sum()
    result = _runs(tables)[[*RUN, "years"]].merge(spent, on=RUN, how="left").merge(reached, on=RUN, how="left")
    result = result.fillna({"invested_sek": 0, "children": 0})
    return result.assign(
        invested_per_year_sek=result["invested_sek"] / result["years"],
        children_per_year=result["children"] / result["years"],
    ).drop(columns="years")


@once
def overpayment(tables: Tables) -> Frame:
    """What contracts said on what was measured, against what the same clauses say on the true effect.

    Over the projects of the design in force and the dates of the contract that have come, payments and repayments of
    all pairs of parties together, cost of administration left out, no discounting. ``over = sum of max(0, payable -
    fair)``, ``under = sum of max(0, fair - payable)`` project by project, so that mistakes do not cancel;
    ``error = (payable - fair) / fair`` in sum, where they do. Columns design, seed, payable_sek, fair_sek, over_sek,
    under_sek, error (NaN where nothing was fair to pay).
    """
    projects = tables["projects"]
    own = projects.loc[~projects["own_room"], [*RUN, "payable_sek", "fair_sek"]]
    gap = own["payable_sek"] - own["fair_sek"]
    own = own.assign(over_sek=gap.clip(lower=0), under_sek=(-gap).clip(lower=0))
    result = own.groupby(RUN, as_index=False, sort=False).sum()
    error = (result["payable_sek"] - result["fair_sek"]) / result["fair_sek"].where(result["fair_sek"] > 0)
    return result.assign(error=error)


def deadweight(tables: Tables) -> Frame:
    """Share of participants, of those judged, who would have had no need from the third year on anyway.

    Columns design, seed, part, whole (children), share.
    """
    taken = tables["enrolment"].groupby(RUN, as_index=False)[["deadweight", "judged"]].sum()
    taken = taken[taken["judged"] > 0].set_axis([*RUN, *RATIO], axis=1)
    return taken.assign(share=taken["part"] / taken["whole"])


def equity(tables: Tables) -> Frame:
    """How evenly prevention is spread over municipalities: Gini coefficient and P90/P10 of SEK per child.

    Gini by the mean absolute difference with weights by children. Columns design, seed, gini, p90_p10 (NaN if P10
    is 0).
    """
    rows = []
    for (design, seed), part in tables["municipalities"].groupby(RUN):
        weight = part["children"].to_numpy(float)
        value = part["prevention_sek"].to_numpy(float) / weight
        order = np.argsort(value)
        value, weight = value[order], weight[order]
        share = weight / weight.sum()
        mean = (value * share).sum()
        middle = np.cumsum(share) - share / 2
        gini = 2 * (share * (value - mean) * middle).sum() / mean if mean > 0 else np.nan
        low, high = np.interp([0.1, 0.9], middle, value)
        rows.append((design, seed, gini, high / low if low > 0 else np.nan))
    return pd.DataFrame(rows, columns=[*RUN, "gini", "p90_p10"])
