"""Measures: pure functions from result tables to tidy frames, one row per run (design, seed) or per run and payer.

Amounts are SEK in prices of 2020. Present values are taken at the first simulated year: an amount in year t counts
``(1 + rate) ** -(t - start_year)`` (Drummond et al. 2015, *Methods for the Economic Evaluation of Health Care
Programmes*, ch. 4). Lives that go on after the last simulated year are in the tables as exact expectations (phase
"expected").
Read by `tables`, `figures` and `report`.
"""

from collections.abc import Mapping

import numpy as np
import pandas as pd

Tables = Mapping[str, pd.DataFrame]
Frame = pd.DataFrame

RUN = ["design", "seed"]
BASE, BENCHMARK = "status-quo", "planner"
GROUPS = {
    "municipality": ("education", "social", "labour_market", "board", "municipal_fund"),
    "region": ("region",),
    "state": (
        "justice",
        "state_institutions",
        "social_insurance",
        "employment_service",
        "central_tax",
        "state",
        "outcomes_fund",
    ),
}
GROUP_OF = {payer: group for group, payers in GROUPS.items() for payer in payers}
INVESTING = ("programme", "application", "evaluation")
DISCOUNT_PROFILES = (0.0, 0.03, 0.035)


def discounted(frame: Frame, column: str, start: pd.Series, rate: float) -> pd.Series:
    """Present value of each row of `column` at the run's first year; `start` is that year by row."""
    return frame[column] * (1.0 + rate) ** -(frame["year"] - start)


def _start(tables: Tables, frame: Frame) -> pd.Series:
    """First year of each row's run."""
    return (
        frame[RUN].merge(tables["runs"][[*RUN, "start_year"]], on=RUN, how="left")["start_year"].set_axis(frame.index)
    )


def _runs(tables: Tables) -> Frame:
    return tables["runs"][[*RUN, "start_year", "years", "children"]]


def net_payments(tables: Tables) -> Frame:
    """What programmes and contracts cost each account, less what they brought it, by year.

    Paid less received, over all rows of `payments`. Columns design, seed, year, payer, sek.
    """
    payments = tables["payments"]
    out = payments[[*RUN, "year", "payer"]].assign(sek=payments["amount_sek"])
    back = payments[[*RUN, "year"]].assign(payer=payments["receiver"], sek=-payments["amount_sek"])
    return pd.concat([out, back], ignore_index=True)


def lifetime_cost(tables: Tables, rate: float = 0.03) -> Frame:
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
    both = both.assign(pv_sek=discounted(both, "sek", _start(tables, both), rate), group=both["payer"].map(GROUP_OF))
    result = both.groupby([*RUN, "group"], as_index=False, sort=False)[["pv_sek"]].sum()
    result = result.merge(_runs(tables)[[*RUN, "children"]], on=RUN)
    return result.assign(per_child_sek=result["pv_sek"] / result["children"]).drop(columns="children")


def public_cost(tables: Tables, rate: float = 0.03) -> Frame:
    """Sum of `lifetime_cost` over payer groups: the fiscal perspective. Columns design, seed, pv_sek, per_child_sek."""
    return lifetime_cost(tables, rate).groupby(RUN, as_index=False, sort=False)[["pv_sek", "per_child_sek"]].sum()


def gain_by_group(tables: Tables, rate: float = 0.03) -> Frame:
    """Who gains against status quo with the same seed: PV cost under status quo less PV cost under the design.

    Columns design, seed, group, gain_sek. Empty if status quo was not run.
    """
    cost = lifetime_cost(tables, rate)
    base = cost[cost["design"] == BASE][["seed", "group", "pv_sek"]].rename(columns={"pv_sek": "base_sek"})
    paired = cost[cost["design"] != BASE].merge(base, on=["seed", "group"])
    return paired.assign(gain_sek=paired["base_sek"] - paired["pv_sek"])[[*RUN, "group", "gain_sek"]]


def change_per_child(tables: Tables, rate: float = 0.03) -> Frame:
    """Lifetime public cost per child less that of status quo with the same seed. Columns design, seed, change_sek."""
    cost = public_cost(tables, rate)
    base = cost[cost["design"] == BASE][["seed", "per_child_sek"]].rename(columns={"per_child_sek": "base"})
    paired = cost[cost["design"] != BASE].merge(base, on="seed")
    return paired.assign(change_sek=paired["per_child_sek"] - paired["base"])[[*RUN, "change_sek"]]


def share_of_planner(tables: Tables, rate: float = 0.03) -> Frame:
    """Share of the planner's gain: (status quo - design) / (status quo - planner) in PV public cost, by seed.

    Columns design, seed, share. Empty if status quo or planner was not run, or the planner gains nothing.
    """
    gain = change_per_child(tables, rate).assign(gain=lambda f: -f["change_sek"])
    best = gain[gain["design"] == BENCHMARK][["seed", "gain"]].rename(columns={"gain": "best"})
    paired = gain.merge(best[best["best"] > 0], on="seed")
    return paired.assign(share=paired["gain"] / paired["best"])[[*RUN, "share"]]


def pyramid(tables: Tables) -> Frame:
    """Cost per child alive at each age by payer, simulated years: the pyramid, as it was and without any programme.

    ``sum of cost at age / sum of children at age``. Columns design, seed, age, payer, actual_sek, untreated_sek.
    """
    costs = tables["costs"]
    costs = costs[(costs["phase"] == "simulated") & costs["payer"].isin(GROUP_OF)]
    cost = costs.groupby([*RUN, "age", "payer"], as_index=False, sort=False)[["actual_sek", "untreated_sek"]].sum()
    alive = tables["children"].groupby([*RUN, "age"], as_index=False)[["children"]].sum()
    result = cost.merge(alive, on=[*RUN, "age"])
    for column in ("actual_sek", "untreated_sek"):
        result[column] = result[column] / result["children"]
    return result.drop(columns="children")


def investment(tables: Tables) -> Frame:
    """Programme cost (delivery, applying, evaluating) paid in the simulated years, and children reached.

    Columns design, seed, invested_sek, children, invested_per_year_sek, children_per_year.
    """
    payments = tables["payments"]
    spent = payments[payments["purpose"].isin(INVESTING) & (payments["phase"] == "simulated")]
    spent = spent.groupby(RUN, as_index=False)[["amount_sek"]].sum().rename(columns={"amount_sek": "invested_sek"})
    reached = tables["enrolment"].groupby(RUN, as_index=False)[["children"]].sum()
    result = _runs(tables)[[*RUN, "years"]].merge(spent, on=RUN, how="left").merge(reached, on=RUN, how="left")
    result = result.fillna({"invested_sek": 0, "children": 0})
    return result.assign(
        invested_per_year_sek=result["invested_sek"] / result["years"],
        children_per_year=result["children"] / result["years"],
    ).drop(columns="years")


def true_saving(tables: Tables, rate: float = 0.03) -> Frame:
    """PV of what programmes saved each payer: lives without any programme less lives as they were.

    Columns design, seed, payer, group, saving_sek. Programme cost is not deducted.
    """
    costs = tables["costs"]
    costs = costs[costs["payer"].isin(GROUP_OF)]
    costs = costs.assign(sek=costs["untreated_sek"] - costs["actual_sek"])
    costs = costs.assign(saving_sek=discounted(costs, "sek", _start(tables, costs), rate))
    result = costs.groupby([*RUN, "payer"], as_index=False, sort=False)[["saving_sek"]].sum()
    return result.assign(group=result["payer"].map(GROUP_OF))


def wrong_pocket_share(tables: Tables, rate: float = 0.03) -> Frame:
    """Share of the saving that falls outside the municipality's budgets (M6). Columns design, seed, share.

    Runs that saved nothing are left out.
    """
    saving = true_saving(tables, rate)
    total = saving.groupby(RUN)["saving_sek"].sum()
    own = saving[saving["group"] == "municipality"].groupby(RUN)["saving_sek"].sum().reindex(total.index, fill_value=0)
    total = total[total > 0]
    return (1 - own.loc[total.index] / total).rename("share").reset_index()


def captured_share(tables: Tables, horizon: int, rate: float = 0.03) -> Frame:
    """Share of the lifetime saving that falls to the municipality in the first `horizon` years of the run (M7).

    Columns design, seed, share.
    """
    costs = tables["costs"]
    costs = costs[costs["payer"].isin(GROUP_OF)]
    start = _start(tables, costs)
    pv = discounted(costs.assign(sek=costs["untreated_sek"] - costs["actual_sek"]), "sek", start, rate)
    early = (costs["year"] < start + horizon) & (costs["payer"].map(GROUP_OF) == "municipality")
    frame = costs[RUN].assign(total=pv, early=np.where(early, pv, 0.0)).groupby(RUN, as_index=False).sum()
    frame = frame[frame["total"] > 0]
    return frame.assign(share=frame["early"] / frame["total"])[[*RUN, "share"]]


def benefit_cost(tables: Tables, fiscal_rate: float = 0.03, societal_rate: float = 0.035) -> Frame:
    """Benefit-cost ratio by perspective: PV saving over PV of all programme cost.

    A payer group's ratio has its own savings over what *it* paid net; fiscal has all payers' savings, societal has real
    resources and lost production, both over the whole programme cost. Columns design, seed, perspective, ratio (NaN
    where nothing was paid).
    """
    payments = net_payments(tables)
    payments = payments[payments["payer"].isin(GROUP_OF)]
    paid = payments.assign(
        group=payments["payer"].map(GROUP_OF),
        pv=discounted(payments, "sek", _start(tables, payments), fiscal_rate),
    )
    by_group = paid.groupby([*RUN, "group"])["pv"].sum()
    saving = true_saving(tables, fiscal_rate).groupby([*RUN, "group"])["saving_sek"].sum()
    costs_of = by_group.reindex(saving.index, fill_value=0.0)
    ratio = (saving / costs_of.where(costs_of > 0)).rename("ratio").reset_index()
    frames = [ratio.rename(columns={"group": "perspective"})]
    for perspective, rate in (("fiscal", fiscal_rate), ("societal", societal_rate)):
        spent = tables["payments"]
        spent = spent[spent["purpose"].isin(INVESTING)]
        cost_by_run = (
            spent.assign(pv=discounted(spent, "amount_sek", _start(tables, spent), rate)).groupby(RUN)["pv"].sum()
        )
        costs = tables["costs"]
        if perspective == "fiscal":
            costs = costs[costs["payer"].isin(GROUP_OF)]
        else:
            costs = costs[costs["kind"].isin(("resource", "lost_earnings"))]
        costs = costs.assign(sek=costs["untreated_sek"] - costs["actual_sek"])
        benefit = costs.assign(pv=discounted(costs, "sek", _start(tables, costs), rate)).groupby(RUN)["pv"].sum()
        spent_by_run = cost_by_run.reindex(benefit.index, fill_value=0.0)
        ratio = (benefit / spent_by_run.where(spent_by_run > 0)).rename("ratio").reset_index()
        frames.append(ratio.assign(perspective=perspective))
    return pd.concat(frames, ignore_index=True)[[*RUN, "perspective", "ratio"]]


def payback_year(tables: Tables) -> Frame:
    """First year in which a payer group has saved as much as it has paid, undiscounted; NaN if never.

    Columns design, seed, group, years (since the start).
    """
    costs = tables["costs"]
    costs = costs[costs["payer"].isin(GROUP_OF)]
    lives = costs[[*RUN, "year", "payer"]].assign(sek=costs["untreated_sek"] - costs["actual_sek"])
    paid = net_payments(tables)
    both = pd.concat([lives, paid.assign(sek=-paid["sek"])], ignore_index=True)
    both = both[both["payer"].isin(GROUP_OF)]
    both = both.assign(group=both["payer"].map(GROUP_OF))
    rows = []
    for (design, seed, group), part in both.groupby([*RUN, "group"]):
        total = part.groupby("year")["sek"].sum().sort_index().cumsum()
        begun = total.ne(0).cummax()
        back = total.index[begun & (total >= 0) & (total.shift(fill_value=0) < 0)]
        rows.append(
            (design, seed, group, float(back[-1] - total.index[0]) if len(back) and total.iloc[-1] >= 0 else np.nan)
        )
    return pd.DataFrame(rows, columns=[*RUN, "group", "years"])


def leverage(tables: Tables) -> Frame:
    """Programme cost per SEK that the outcomes fund paid, all phases. Columns design, seed, leverage (NaN if none)."""
    payments = tables["payments"]
    spent = payments[payments["purpose"].isin(INVESTING)].groupby(RUN)["amount_sek"].sum()
    fund = payments[payments["payer"] == "outcomes_fund"].groupby(RUN)["amount_sek"].sum()
    return (spent / fund.reindex(spent.index)).rename("leverage").reset_index()


def overpayment(tables: Tables) -> Frame:
    """Measured less true saving in the follow-up of settled projects, as a share of the true; and what was paid.

    Positive: the contract measured, and so paid for, more than was saved. Columns design, seed, measured_sek,
    true_sek, paid_sek, error (NaN where the true saving is not positive).
    """
    projects = tables["projects"]
    settled = projects[projects["settled"] & ~projects["own_room"]]
    columns = ["measured_saving_sek", "true_saving_sek", "paid_sek"]
    result = settled.groupby(RUN, as_index=False)[columns].sum()
    result.columns = pd.Index([*RUN, "measured_sek", "true_sek", "paid_sek"])
    error = (result["measured_sek"] - result["true_sek"]) / result["true_sek"].where(result["true_sek"] > 0)
    return result.assign(error=error)


def deadweight(tables: Tables) -> Frame:
    """Share of participants, of those judged, who would have had no need from the third year on anyway.

    Columns design, seed, share.
    """
    taken = tables["enrolment"].groupby(RUN, as_index=False)[["judged", "deadweight"]].sum()
    taken = taken[taken["judged"] > 0]
    return taken.assign(share=taken["deadweight"] / taken["judged"])[[*RUN, "share"]]


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
