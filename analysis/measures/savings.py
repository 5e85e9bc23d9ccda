"""Measures of saving: what programmes saved whom, against what they cost, and when it came.

Savings are against the same lives without any programme (columns `untreated_sek`), present values as in `lifetime`.
Read by `contracts`, `tables` and `page`.
"""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from .lifetime import GROUP_OF, RUN, all_payments, discounted, net_payments, start_year
from .once import once

Tables = Mapping[str, pd.DataFrame]
Frame = pd.DataFrame


@once
def true_saving(tables: Tables, rate: float) -> Frame:
    """PV of what programmes saved each payer: lives without any programme less lives as they were.

    Columns design, seed, payer, group, saving_sek. Programme cost is not deducted.
    """
    costs = tables["costs"]
    columns = [*RUN, "payer", "year", "untreated_sek", "actual_sek"]
    costs = costs.loc[costs["payer"].isin(GROUP_OF), columns]
    costs = costs.assign(sek=costs["untreated_sek"] - costs["actual_sek"])
    costs = costs.assign(saving_sek=discounted(costs, "sek", start_year(tables, costs), rate))
    result = costs.groupby([*RUN, "payer"], as_index=False, sort=False)[["saving_sek"]].sum()
    return result.assign(group=result["payer"].map(GROUP_OF))


def wrong_pocket_share(tables: Tables, rate: float) -> Frame:
    """Share of the saving that falls outside the municipality's budgets (M6).

    Columns design, seed, part, whole (SEK), share. Runs that saved nothing are left out.
    """
    saving = true_saving(tables, rate)
    total = saving.groupby(RUN)["saving_sek"].sum()
    own = saving[saving["group"] == "municipality"].groupby(RUN)["saving_sek"].sum().reindex(total.index, fill_value=0)
    total = total[total > 0]
    found = pd.DataFrame({"part": total - own.loc[total.index], "whole": total}).reset_index()
    return found.assign(share=found["part"] / found["whole"])


def captured_share(tables: Tables, horizon: int, rate: float) -> Frame:
    """Share of the lifetime saving that falls to the municipality in the first `horizon` years of the run (M7).

    Columns design, seed, share.
    """
    costs = tables["costs"]
    costs = costs[costs["payer"].isin(GROUP_OF)]
    start = start_year(tables, costs)
    pv = discounted(costs.assign(sek=costs["untreated_sek"] - costs["actual_sek"]), "sek", start, rate)
    early = (costs["year"] < start + horizon) & (costs["payer"].map(GROUP_OF) == "municipality")
    frame = costs[RUN].assign(total=pv, early=np.where(early, pv, 0.0)).groupby(RUN, as_index=False).sum()
    frame = frame[frame["total"] > 0]
    return frame.assign(share=frame["early"] / frame["total"])[[*RUN, "share"]]


@once
def benefit_cost(tables: Tables, fiscal_rate: float, societal_rate: float) -> Frame:
    """Benefit-cost ratio by perspective: PV saving over PV of all programme cost.

    A payer group's ratio has its own savings over what *it* paid net; fiscal has all payers' savings, societal has real
    resources and lost production, both over the whole programme cost. Columns design, seed, perspective, ratio (NaN
    where nothing was paid).
    """
    payments = net_payments(tables)
    payments = payments[payments["payer"].isin(GROUP_OF)]
    paid = payments.assign(
        group=payments["payer"].map(GROUP_OF),
        pv=discounted(payments, "sek", start_year(tables, payments), fiscal_rate),
    )
    by_group = paid.groupby([*RUN, "group"])["pv"].sum()
    saving = true_saving(tables, fiscal_rate).groupby([*RUN, "group"])["saving_sek"].sum()
    costs_of = by_group.reindex(saving.index, fill_value=0.0)
    ratio = (saving / costs_of.where(costs_of > 0)).rename("ratio").reset_index()
    frames = [ratio.rename(columns={"group": "perspective"})]
    spent = all_payments(tables)
    spent = spent[spent["work"].notna()]
    for fiscal, rate in ((True, fiscal_rate), (False, societal_rate)):
        cost_by_run = (
            spent.assign(pv=discounted(spent, "amount_sek", start_year(tables, spent), rate)).groupby(RUN)["pv"].sum()
        )
        costs = tables["costs"]
        within = costs["payer"].isin(GROUP_OF) if fiscal else costs["kind"].isin(("resource", "lost_earnings"))
        costs = costs.loc[within, [*RUN, "year", "untreated_sek", "actual_sek"]]
        costs = costs.assign(sek=costs["untreated_sek"] - costs["actual_sek"])
        benefit = costs.assign(pv=discounted(costs, "sek", start_year(tables, costs), rate)).groupby(RUN)["pv"].sum()
        spent_by_run = cost_by_run.reindex(benefit.index, fill_value=0.0)
        ratio = (benefit / spent_by_run.where(spent_by_run > 0)).rename("ratio").reset_index()
        frames.append(ratio.assign(perspective="fiscal" if fiscal else "societal"))
    return pd.concat(frames, ignore_index=True)[[*RUN, "perspective", "ratio"]]
