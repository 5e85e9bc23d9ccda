"""The table that a comparison prints: one row per design, each number with its interval over seeds.

Read by `page` and the commands.
"""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from ..measures import contracts, lifetime, options, savings, steps
from ..measures.once import once
from .intervals import intervals, ratios

Tables = Mapping[str, pd.DataFrame]

# (key, heading, unit): what the summary has, in order
COLUMNS = (
    ("invested", "Invested", "M SEK/year"),
    ("reached", "Children reached", "per year"),
    ("cost", "Lifetime public cost", "SEK/child"),
    ("change", "against status quo", "SEK/child"),
    ("municipality", "Municipalities gain", "M SEK"),
    ("region", "Regions gain", "M SEK"),
    ("state", "State gains", "M SEK"),
    ("investor", "Investors and lenders gain", "M SEK"),
    ("planner_share", "Share of planner's gain", "%"),
    ("wrong_pocket", "Saving outside municipality", "%"),
    ("transaction", "Applying, evaluating, administering", "% of programme cost"),
    ("deadweight", "Deadweight", "%"),
)
# What the report adds to them
DETAILS = (
    ("change_0", "Lifetime public cost against status quo, 0 %", "SEK/child"),
    ("change_3", "Lifetime public cost against status quo, 3 %", "SEK/child"),
    ("change_3.5", "Lifetime public cost against status quo, 3.5 %", "SEK/child"),
    ("households", "Households gain", "M SEK"),
    ("ratio_fiscal", "Saved per SEK spent, all public budgets", "SEK"),
    ("ratio_societal", "Saved per SEK spent, society", "SEK"),
    ("owner_share", "Saving that the owner can count as its own", "%"),
    ("leverage", "Programme cost per SEK from the outcomes fund", "SEK"),
    ("extra", "of which beyond status quo", "SEK"),
    ("provider", "Providers gain", "M SEK"),
    ("guarantor", "Guarantors gain", "M SEK"),
    ("eu", "The EU gains", "M SEK"),
    ("transaction_cost", "Applying, evaluating, administering", "M SEK"),
    ("overpaid", "Due beyond what the true effect would give", "M SEK"),
    ("underpaid", "Not due, but would be on the true effect", "M SEK"),
    ("over", "Saving measured that was not there", "M SEK"),
    ("under", "Saving there that was not measured", "M SEK"),
    ("gini", "Inequality between municipalities (Gini of SEK per child)", "0-1"),
)
PERSPECTIVES = ("fiscal", "societal")
NEVER_BELOW_0 = (
    *("invested", "reached", "cost", "transaction", "deadweight", "wrong_pocket", "leverage", "transaction_cost"),
    *("overpaid", "underpaid", "over", "under", "gini"),
)
"""Measures whose interval ends at 0 where Student's t would go below: there is nothing less."""
Columns = tuple[tuple[str, str, str], ...]


def summary(tables: Tables, rate: float) -> pd.DataFrame:
    """Summarise a comparison: per design and measure the mean over seeds, its 90 % interval and the number of seeds.

    Columns design, measure, unit, mean, low, high, n. Gains are present values over whole lives against status quo.
    """
    return _summary(lifetime.without_ages(steps.without_steps(tables)), rate)


@once
def _summary(tables: Tables, rate: float) -> pd.DataFrame:
    gain = lifetime.gain_by_group(tables, rate)
    outside = contracts.outside_gain(tables, rate)
    found = {
        "invested": lifetime.investment(tables).assign(x=lambda f: f["invested_per_year_sek"] / 1e6),
        "reached": lifetime.investment(tables).assign(x=lambda f: f["children_per_year"]),
        "cost": lifetime.public_cost(tables, rate).assign(x=lambda f: f["per_child_sek"]),
        "change": lifetime.change_per_child(tables, rate).assign(x=lambda f: f["change_sek"]),
        "planner_share": lifetime.share_of_planner(tables, rate),
        "wrong_pocket": savings.wrong_pocket_share(tables, rate),
        "investor": outside[outside["group"] == "investor"].assign(x=lambda f: f["gain_sek"] / 1e6),
        "transaction": contracts.transaction_cost(tables).assign(
            part=lambda f: f["transaction_sek"], whole=lambda f: f["programme_sek"]
        ),
        "deadweight": lifetime.deadweight(tables),
    } | {group: gain[gain["group"] == group].assign(x=lambda f: f["gain_sek"] / 1e6) for group in lifetime.GROUPS}
    frames = [
        _over_seeds(found[key], key).assign(measure=key, unit=unit) for key, _, unit in COLUMNS if not found[key].empty
    ]
    return pd.concat(frames, ignore_index=True)[["design", "measure", "unit", "mean", "low", "high", "n"]]


def _over_seeds(found: pd.DataFrame, key: str) -> pd.DataFrame:
    """Sum a measure up by design: a share (`part`, `whole`) as ratio of sums, per cent; else the mean of `x`."""
    over = ratios(found, ["design"], 100.0) if "whole" in found else intervals(found, "x", ["design"])
    if key in NEVER_BELOW_0:
        over["low"] = over["low"].where(over["mean"] < 0, over["low"].clip(lower=0))
    return over


def details(tables: Tables, rate: float, societal_rate: float) -> pd.DataFrame:
    """Summarise the other measures, in the same form as `summary`.

    A measure that has no value in one of the seeds has none for the design: a mean over the others would flatter it.
    Over- and underpayment are those of contracts that paid or took back.
    """
    tables = lifetime.without_ages(steps.without_steps(tables))
    ratio = savings.benefit_cost(tables, rate, societal_rate)
    lever, spread = contracts.leverage(tables), lifetime.equity(tables)
    paying = contracts.paying_designs(tables)
    error, paid = (
        each[each["design"].isin(paying)]
        for each in (contracts.measurement_error(tables), lifetime.overpayment(tables))
    )
    cost = contracts.transaction_cost(tables)
    outside = contracts.outside_gain(tables, rate)
    found = (
        {
            f"change_{100 * profile:g}": lifetime.change_per_child(tables, profile).assign(x=lambda f: f["change_sek"])
            for profile in lifetime.DISCOUNT_PROFILES
        }
        | {
            g: outside[outside["group"] == g].assign(x=lambda f: f["gain_sek"] / 1e6)
            for g in ("provider", "guarantor", "eu")
        }
        | {f"ratio_{p}": ratio[ratio["perspective"] == p].assign(x=lambda f: f["ratio"]) for p in PERSPECTIVES}
        | {
            "households": lifetime.household_gain(tables, rate).assign(x=lambda f: f["gain_sek"] / 1e6),
            "owner_share": options.owner_share(tables).assign(x=lambda f: 100 * f["share"]),
            "leverage": lever.assign(x=lever["leverage"]),
            "extra": lever.assign(x=lever["extra"]),
            "transaction_cost": cost.assign(x=cost["transaction_sek"] / 1e6),
            "overpaid": paid.assign(x=paid["over_sek"] / 1e6),
            "underpaid": paid.assign(x=paid["under_sek"] / 1e6),
            "over": error.assign(x=error["above_sek"] / 1e6),
            "under": error.assign(x=error["below_sek"] / 1e6),
            "gini": spread.assign(x=spread["gini"]),
        }
    )
    frames = []
    for key, _, unit in DETAILS:
        by_design = found[key].groupby("design")["x"]
        known = by_design.transform("count") == by_design.transform("size")
        if known.any():
            frame = _over_seeds(found[key][known], key).assign(measure=key, unit=unit)
            frames.append(frame)
    if not frames:
        return pd.DataFrame(columns=["design", "measure", "unit", "mean", "low", "high", "n"])
    return pd.concat(frames, ignore_index=True)[["design", "measure", "unit", "mean", "low", "high", "n"]]


def format_summary(
    summarised: pd.DataFrame, designs: Sequence[str] | None = None, wanted: Columns = COLUMNS
) -> pd.DataFrame:
    """Write a `summary` as people read it: one row per design, texts such as ``12.3 [11.9 to 12.7]``, "-" if none.

    `designs` fixes the rows (those that occur, if not given); `wanted` says which measures, `COLUMNS` or `DETAILS`.
    """
    headings = {key: f"{heading} ({unit})" for key, heading, unit in wanted}
    cells = {
        (row["design"], row["measure"]): spell(row["mean"], row["low"], row["high"])
        for row in summarised.to_dict("records")
    }
    designs = list(designs or dict.fromkeys(summarised["design"]))
    columns = {
        heading: [cells.get((design, key), "-") for design in designs]
        for key, heading in headings.items()
        if key in set(summarised["measure"])
    }
    return pd.DataFrame({"Design": designs, **columns})


def spell(mean: float, low: float, high: float) -> str:
    """Write a number with its interval; the size of the number decides the decimals."""
    if np.isnan(mean):
        return "-"
    if np.isnan(low):
        return number(mean, mean)
    return f"{number(mean, mean)} [{number(low, mean)} to {number(high, mean)}]"


def within(name: str) -> str:
    """Write a name as it stands within a sentence: "State" as "state", "The EU" as "the EU", "EU" as it is."""
    return name if name.isupper() else name[0].lower() + name[1:]


def lay_out(formatted: pd.DataFrame, corner: str = "Design") -> str:
    """Turn a formatted summary on its side, one column per design, as plain text for a terminal."""
    text = formatted.set_index("Design").rename_axis(corner).T.to_string()
    return text.replace("\u202f", " ").replace("\u2212", "-")  # what any terminal can print


def number(value: float, scale: float) -> str:
    """Write a number with thin spaces between thousands and as many decimals as its scale bears."""
    decimals = 0 if abs(scale) >= 100 or scale == 0 else 1 if abs(scale) >= 1 else 2
    text = f"{value:,.{decimals}f}".replace(",", "\u202f")
    return text.replace("-", "\u2212") if float(f"{value:.{decimals}f}") else text.replace("-", "")


def by_step(tables: Tables, rate: float) -> pd.DataFrame:
    """What money, terms and evaluation of each design add: mean over seeds and 90 % interval of each step.

    Columns design, step, measure ("invested", M SEK a year; "change", lifetime public cost, SEK per child), mean, low,
    high, n. Empty unless designs were run in steps.
    """
    found = steps.effect_of_steps(lifetime.without_ages(tables), rate)
    if found.empty:
        return pd.DataFrame(columns=["design", "step", "measure", "mean", "low", "high", "n"])
    frames = [
        intervals(found.assign(x=found[column] / scale), "x", ["design", "step"]).assign(measure=measure)
        for measure, column, scale in (("invested", "invested_sek", 1e6), ("change", "change_sek", 1.0))
    ]
    return pd.concat(frames, ignore_index=True)[["design", "step", "measure", "mean", "low", "high", "n"]]


def format_steps(found: pd.DataFrame) -> pd.DataFrame:
    """Lay `by_step` out as text, one row per design and measure, one column per step."""
    units = {"invested": "invested (M SEK/year)", "change": "lifetime public cost (SEK/child)"}
    rows = []
    for (design, measure), part in found.groupby(["design", "measure"], sort=False):
        cells = part.set_index("step")
        row = {"Design": str(design), "adds to": units[str(measure)]}
        for step in steps.STEPS:
            row[step] = spell(*(float(cells[column][step]) for column in ("mean", "low", "high")))
        rows.append(row)
    return pd.DataFrame(rows)
