"""The table that a comparison prints: one row per design, each number with its interval over seeds.

Read by `report` and the commands.
"""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from analysis import measures
from analysis.intervals import intervals

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
    ("planner_share", "Share of planner's gain", "%"),
    ("wrong_pocket", "Saving outside municipality", "%"),
    ("deadweight", "Deadweight", "%"),
)


def summary(tables: Tables, discount_rate: float = 0.03) -> pd.DataFrame:
    """Summarise a comparison: per design and measure the mean over seeds, its 90 % interval and the number of seeds.

    Columns design, measure, unit, mean, low, high, n. Gains are present values over whole lives against status quo.
    """
    gain = measures.gain_by_group(tables, discount_rate)
    found = {
        "invested": measures.investment(tables).assign(x=lambda f: f["invested_per_year_sek"] / 1e6),
        "reached": measures.investment(tables).assign(x=lambda f: f["children_per_year"]),
        "cost": measures.public_cost(tables, discount_rate).assign(x=lambda f: f["per_child_sek"]),
        "change": measures.change_per_child(tables, discount_rate).assign(x=lambda f: f["change_sek"]),
        "planner_share": measures.share_of_planner(tables, discount_rate).assign(x=lambda f: 100 * f["share"]),
        "wrong_pocket": measures.wrong_pocket_share(tables, discount_rate).assign(x=lambda f: 100 * f["share"]),
        "deadweight": measures.deadweight(tables).assign(x=lambda f: 100 * f["share"]),
    } | {group: gain[gain["group"] == group].assign(x=lambda f: f["gain_sek"] / 1e6) for group in measures.GROUPS}
    frames = [
        intervals(found[key], "x", ["design"]).assign(measure=key, unit=unit)
        for key, _, unit in COLUMNS
        if not found[key].empty
    ]
    return pd.concat(frames, ignore_index=True)[["design", "measure", "unit", "mean", "low", "high", "n"]]


def format_summary(summarised: pd.DataFrame) -> pd.DataFrame:
    """Write a `summary` as people read it: one row per design, texts such as ``12.3 [11.9 to 12.7]``, "-" if none."""
    headings = {key: f"{heading} ({unit})" for key, heading, unit in COLUMNS}
    cells = {
        (row["design"], row["measure"]): spell(row["mean"], row["low"], row["high"])
        for row in summarised.to_dict("records")
    }
    designs = list(dict.fromkeys(summarised["design"]))
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


def lay_out(formatted: pd.DataFrame) -> str:
    """Turn a formatted summary on its side, one column per design, as plain text for a terminal."""
    text = formatted.set_index("Design").T.to_string()
    return text.replace("\u202f", " ").replace("\u2212", "-")  # what any terminal can print


def number(value: float, scale: float) -> str:
    """Write a number with thin spaces between thousands and as many decimals as its scale bears."""
    decimals = 0 if abs(scale) >= 100 else 1 if abs(scale) >= 1 else 2
    text = f"{value:,.{decimals}f}".replace(",", "\u202f")
    return text.replace("-", "\u2212") if float(f"{value:.{decimals}f}") else text.replace("-", "")
