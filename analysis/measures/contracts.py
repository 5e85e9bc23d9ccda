"""Measures of contracts: what they moved to whom, what running them cost, and how far off they paid.

Pure functions from result tables to tidy frames, as in `lifetime`. Read by `tables`, `figures` and `page`.
"""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from . import lifetime, savings
from .lifetime import BASE, GROUPS, OUTSIDE, RUN
from .once import once

Tables = Mapping[str, pd.DataFrame]
Frame = pd.DataFrame

GROUP_OF = lifetime.GROUP_OF | {account: group for group, accounts in OUTSIDE.items() for account in accounts}
USES = ("programmes", "administration")  # where money ends as work done
PARTIES = (*GROUPS, "households", *(group for group in OUTSIDE if group not in USES))
SIZES = (1, 5, 10, 20, 40, 80, 160, 320, 1_000_000)


@once
def net_position(tables: Tables, rate: float) -> Frame:
    """What each party of a run got out of programmes and contracts: money, and savings in what lives cost it.

    ``money = PV of all received - PV of all paid`` over the rows of `payments`, simulated and expected, and what
    providers carry themselves (`measures.all_payments`). What is paid for work is no gain of those who do it, since
    the work takes resources worth as much: it goes to "programmes" (delivery) or "administration" (applying,
    evaluating, running the contract), so that a provider's position is what it is paid on results less what it carried
    itself. Money sums to zero over the groups of a run.
    ``saving = PV of the cost of lives without any programme - PV as they were``, for households as in
    `measures.household_gain`; nothing for parties outside. ``net = money + saving``; over `PARTIES` it sums to the gain
    of society. Columns design, seed, group, money_sek, saving_sek, net_sek; a group that neither pays nor gets anything
    in any run is left out.

    Raises
    ------
    KeyError
        If an account belongs to no group of `GROUPS` and `OUTSIDE`.
    """
    money = _money(tables, rate).rename("money_sek")
    public = savings.true_saving(tables, rate).groupby([*RUN, "group"])["saving_sek"].sum()
    lives = lifetime.household_cost(tables, rate)
    lives = lives.assign(group="households", saving_sek=lives["untreated_sek"] - lives["actual_sek"])
    saving = pd.concat([public, lives.set_index([*RUN, "group"])["saving_sek"]])
    groups = [group for group in (*PARTIES, *USES) if group in set(money.index.get_level_values("group")) | _LIVING]
    every = pd.MultiIndex.from_tuples(
        [(*run, group) for run in tables["runs"][RUN].itertuples(index=False) for group in groups],
        names=[*RUN, "group"],
    )
    result = pd.DataFrame({"money_sek": money.reindex(every), "saving_sek": saving.reindex(every)}).fillna(0.0)
    return result.assign(net_sek=result["money_sek"] + result["saving_sek"]).reset_index()


_LIVING = {*GROUPS, "households"}  # those whom lives cost something


@once
def _money(tables: Tables, rate: float) -> pd.Series:
    """PV of money received less paid, by run and group (work done is a group of its own)."""
    rows = lifetime.all_payments(tables)
    if unknown := sorted({*rows["payer"].unique(), *rows["receiver"].unique()} - set(GROUP_OF)):
        raise KeyError(f"accounts without a group: {', '.join(unknown)}. Add them to measures.GROUPS or OUTSIDE.")
    pv = lifetime.discounted(rows, "amount_sek", lifetime.start_year(tables, rows), rate)
    to = rows["work"].where(rows["work"].notna(), rows["receiver"].map(GROUP_OF))
    out = rows[RUN].assign(group=rows["payer"].map(GROUP_OF), sek=-pv)
    both = pd.concat([out, rows[RUN].assign(group=to, sek=pv)], ignore_index=True)
    return both.groupby([*RUN, "group"])["sek"].sum()


def outside_gain(tables: Tables, rate: float) -> Frame:
    """What parties that are no public payers gain against status quo with the same seed: `net_position`, paired.

    Columns design, seed, group (of `OUTSIDE`, those that take part in that design), gain_sek. Empty if status quo was
    not run.
    """
    wide = _money(tables, rate).unstack("group", fill_value=0)
    wide = wide.reindex(pd.MultiIndex.from_frame(tables["runs"][RUN]), fill_value=0.0)
    wide = wide[[group for group in PARTIES if group in OUTSIDE and group in wide]]
    seeds = wide.index.get_level_values("seed")
    base = wide[wide.index.get_level_values("design") == BASE].droplevel("design")
    position = wide.melt(ignore_index=False, var_name="group", value_name="sek")
    gain = (wide - base.reindex(seeds).set_axis(wide.index)).melt(ignore_index=False, value_name="gain_sek")["gain_sek"]
    result = position.assign(gain_sek=gain.to_numpy()).reset_index()
    takes_part = result["sek"].abs().groupby([result["design"], result["group"]]).transform("sum") > 0
    result = result[takes_part & (result["design"] != BASE)].dropna(subset=["gain_sek"])
    return result[[*RUN, "group", "gain_sek"]].reset_index(drop=True)


@once
def transaction_cost(tables: Tables) -> Frame:
    """What it takes to apply for, evaluate and run contracts, beside what the programmes themselves cost.

    Work paid for in all years, simulated and expected, not discounted; administration that one public payer refunds to
    another is not counted twice. ``share = transaction / programme``. Columns design, seed, application_sek,
    evaluation_sek, administration_sek, transaction_sek, programme_sek, share (NaN where there is no programme).
    """
    rows = lifetime.all_payments(tables)
    rows = rows[rows["work"].notna()]
    purposes = list(lifetime.WORK)
    table = rows.pivot_table(index=RUN, columns="purpose", values="amount_sek", aggfunc="sum", fill_value=0)
    table = table.reindex(pd.MultiIndex.from_frame(tables["runs"][RUN]), fill_value=0)
    table = table.reindex(columns=purposes, fill_value=0).add_suffix("_sek").reset_index()
    total = table[[f"{purpose}_sek" for purpose in purposes[1:]]].sum(axis=1)
    share = total / table["programme_sek"].where(table["programme_sek"] > 0)
    return table.rename_axis(columns=None).assign(transaction_sek=total, share=share)


@once
def leverage(tables: Tables) -> Frame:
    """Programme cost per SEK that the outcomes fund paid, all phases: in all, and beyond status quo with the same seed.

    ``leverage = programme cost / paid by the fund``; ``extra`` counts only the programme cost that status quo does not
    have, so that what bodies would have done anyway is not credited to the fund. Columns design, seed, leverage, extra
    (NaN if the fund paid nothing, and `extra` if status quo was not run).
    """
    payments = lifetime.all_payments(tables)
    spent = payments[payments["work"].notna()].groupby(RUN)["amount_sek"].sum()
    fund = payments[payments["payer"] == "outcomes_fund"].groupby(RUN)["amount_sek"].sum()
    result = tables["runs"][RUN].merge(spent.rename("spent").reset_index(), on=RUN, how="left").fillna({"spent": 0})
    result = result.merge(fund.rename("fund").reset_index(), on=RUN, how="left")
    base = result[result["design"] == BASE][["seed", "spent"]].rename(columns={"spent": "base"})
    result = result.merge(base, on="seed", how="left")
    paid = result["fund"].where(result["fund"] > 0)
    return result.assign(leverage=result["spent"] / paid, extra=(result["spent"] - result["base"]) / paid)[
        [*RUN, "leverage", "extra"]
    ]


@once
def unsigned_designs(tables: Tables) -> list[str]:
    """Designs under whose contract no project was started in any run: nobody, or not everybody, agreed."""
    projects = tables["projects"]
    signed = set(projects.loc[~projects["own_room"], "design"].unique())
    return [design for design in dict.fromkeys(tables["runs"]["design"]) if design not in signed]


@once
def paying_designs(tables: Tables) -> list[str]:
    """Designs whose contract said, for some project, that something was to be paid or repaid, or on the truth would."""
    columns = ["paid_sek", "repaid_sek", "payable_sek", "fair_sek"]
    moved = tables["projects"].groupby("design", sort=False)[columns].sum().sum(axis=1)
    return list(moved.index[moved > 0])


@once
def measurement_error(tables: Tables) -> Frame:
    """Measured against true saving in the follow-up of settled projects: in sum, and project by project.

    ``error = (measured - true) / true``, positive where the evaluator measured more than was saved. In that sum
    mistakes cancel; ``above = sum of max(0, m - t)`` and ``below = sum of max(0, t - m)`` over projects do not, where m
    and t are the measured and true saving, negative ones as 0, since no contract pays for them. They are savings of the
    payers that the contract names, before its share, prices and cap: see `measures.overpayment` for the money. Columns
    design, seed, measured_sek, true_sek, above_sek, below_sek, error (NaN where the true saving is not positive).
    """
    projects = tables["projects"]
    settled = projects[projects["settled"] & ~projects["own_room"]]
    gap = settled["measured_saving_sek"].clip(lower=0) - settled["true_saving_sek"].clip(lower=0)
    settled = settled.assign(above_sek=gap.clip(lower=0), below_sek=(-gap).clip(lower=0))
    columns = ["measured_saving_sek", "true_saving_sek", "above_sek", "below_sek"]
    result = settled.groupby(RUN, as_index=False)[columns].sum()
    result.columns = pd.Index([*RUN, "measured_sek", "true_sek", "above_sek", "below_sek"])
    error = (result["measured_sek"] - result["true_sek"]) / result["true_sek"].where(result["true_sek"] > 0)
    return result.assign(error=error)


def payment_error_by_size(tables: Tables, edges: Sequence[int] = SIZES) -> Frame:
    """How far measurement, and with it payment, misses the truth in groups of different size.

    Settled projects of the design in force, those of all seeds together, by number of children: ``edges[i] <= children
    < edges[i + 1]``, and by intervention, since cheap ones have large groups and small effects. Per child, as shares of
    what the intervention does on average over all sizes,
    ``measured = sd of (measured saving - true saving) / mean true saving`` and
    ``paid = sd of (payable - fair) / mean fair`` shrink as groups grow;
    ``bias = mean of (measured saving - true saving) / mean true saving`` need not. Columns design, intervention, low,
    high (the last child counted), projects, children (mean per project), measured, paid, bias (NaN where the mean
    they are shares of is not positive; those of one project have no sd).
    """
    projects = tables["projects"]
    settled = projects[projects["settled"] & ~projects["own_room"] & (projects["children"] > 0)]
    place = np.digitize(settled["children"], edges) - 1
    settled = settled.assign(place=place)[(place >= 0) & (place < len(edges) - 1)]
    kind = ["design", "intervention"]
    n = settled["children"]
    each = settled[[*kind, "place", "children"]].assign(
        miss=(settled["measured_saving_sek"] - settled["true_saving_sek"]) / n,
        off=(settled["payable_sek"] - settled["fair_sek"]) / n,
    )
    by = each.groupby([*kind, "place"])
    found = by.mean().assign(projects=by.size(), miss_sd=by["miss"].std(), off_sd=by["off"].std()).reset_index()
    total = settled.groupby(kind, as_index=False)[["children", "true_saving_sek", "fair_sek"]].sum()
    norm = found[kind].merge(total, on=kind)
    true, fair = (norm[column] / norm["children"] for column in ("true_saving_sek", "fair_sek"))
    bounds = np.asarray(edges)
    return found[kind].assign(
        low=bounds[found["place"]],
        high=bounds[found["place"] + 1] - 1,
        projects=found["projects"],
        children=found["children"],
        measured=found["miss_sd"] / true.where(true > 0),
        paid=found["off_sd"] / fair.where(fair > 0),
        bias=found["miss"] / true.where(true > 0),
    )
