"""Sections of the report that are a figure and its reading, filled with numbers computed from the run.

Read by `page`.
"""

from collections.abc import Callable, Hashable, Mapping
from typing import Any

import pandas as pd

from ..measures import contracts, lifetime, options
from . import figures
from .decision.verdict import LESS, verdict
from .elsewhere import drawing
from .intervals import intervals
from .tables import number

Tables = Mapping[str, pd.DataFrame]
MOST_SENTENCES = 6  # more designs than that are counted, not told one by one


def figure_sections(
    tables: Tables, words: Mapping[str, str], say: Mapping[str, str], rate: float, captions: Mapping[str, str]
) -> list[dict[str, Any]]:
    """Draw each figure and write its reading; a figure that has nothing to show is left out."""

    def section(key: str, reading: str, caption: str, draw: Callable[..., str], *data: Any) -> dict[str, Any]:
        heading = say[f"h_{key}"]
        # With the reading the heading is also what a screen reader says of the figure.
        picture = drawing(key, f"{heading}. {reading}", draw, *data, words)
        return {"key": key, "heading": heading, "svg": picture, "reading": reading, "caption": captions[caption]}

    costs = figures.cost_by_age(tables)
    result = [section("pyramid", _read_pyramid(tables, say), "plain", figures.pyramid, *costs)]
    tables = lifetime.without_ages(tables)
    change = lifetime.change_per_child(tables, rate)
    if not change.empty:
        lines = changes_in_words(change, words, say)
        lines.append(say["r_change_how" if change["seed"].nunique() > 1 else "r_change_one"])
        found = intervals(change, "change_sek", ["design"]).set_index("design")
        result.append(section("change", " ".join(lines), "interval", figures.lifetime_change, change, found))
    if not tables["enrolment"].empty:
        reading = _read_whom(tables, words, say)
        result.append(section("whom", reading, "plain", figures.invested_in_whom, figures.spent_in_whom(tables)))
    worth, reading = figures.worth_by_intervention(tables), _read_pocket(tables, words, say)
    result.append(section("pocket", reading, "present", figures.wrong_pocket, worth))
    result.append(section("years", say["r_years"], "plain", figures.over_years, figures.spent_over_years(tables)))
    dots = figures.settled_dots(tables)
    if len(dots):
        reading = _read_error(tables, dots, words, say)
        result.append(section("error", reading, "dots", figures.measured_against_true, dots))
    sizes = figures.shown_sizes(tables)
    if len(sizes):
        result.append(section("size", _read_size(sizes, words, say), "dots", figures.error_by_size, sizes))
    return result


def _read_pyramid(tables: Tables, say: Mapping[str, str]) -> str:
    frame = lifetime.pyramid(tables)
    designs = list(frame["design"].unique())
    frame = frame[frame["design"] == (lifetime.BASE if lifetime.BASE in designs else designs[0])]
    cost = frame.groupby(["seed", "age"])["actual_sek"].sum().groupby("age").mean() / 1000
    young = frame[frame["age"] < 18]
    municipal = young["payer"].map(lifetime.GROUP_OF) == "municipality"
    share = 100 * young.loc[municipal, "actual_sek"].sum() / max(young["actual_sek"].sum(), 1.0)
    at_5, at_17 = float(cost.get(5, float("nan"))), float(cost.get(17, float("nan")))
    lines = [say["r_muni"].format(muni=at_scale(share))]
    if at_5 == at_5 and at_17 == at_17:  # both ages occur
        lines.insert(0, say["r_rises" if at_17 > at_5 else "r_falls"].format(young=at_scale(at_5), old=at_scale(at_17)))
    return " ".join(lines)


def _read_whom(tables: Tables, words: Mapping[str, str], say: Mapping[str, str]) -> str:
    years = tables["runs"].groupby("design", sort=False)["years"].sum()
    spent = tables["enrolment"].groupby(["design", "intervention"])["cost_sek"].sum()
    design = str(tables["enrolment"]["design"].iloc[0])
    part = spent.loc[design] / years[design] / 1e6
    name = str(part.idxmax())
    amount = at_scale(float(part.max()))
    return say["r_whom"].format(name=words.get(name, name), design=words.get(design, design), amount=amount)


def _read_pocket(tables: Tables, words: Mapping[str, str], say: Mapping[str, str]) -> str:
    """Count what is worth its cost to all and to its owner, and tell the widest gap between the two."""
    values = options.option_values(tables, ["intervention"])
    worth = values[values["fiscal_value_sek"] > values["cost_sek"]]
    to_owner = values[values["own_value_sek"] > values["cost_sek"]]
    lines = [say["r_worth"].format(n=len(values), worth=len(worth), own=len(to_owner))]
    shown = worth if len(worth) else values
    gap = shown["fiscal_value_sek"] - shown["own_value_sek"]
    row = shown.assign(gap=gap).sort_values("gap").to_dict("records")[-1]
    own, cost, everybody = (at_scale(row[f"{key}_sek"] / 1000) for key in ("own_value", "cost", "fiscal_value"))
    name = str(row["intervention"])
    lines.append(say["r_pocket"].format(name=words.get(name, name), own=own, cost=cost, all=everybody))
    return " ".join(lines)


def _read_error(tables: Tables, dots: pd.DataFrame, words: Mapping[str, str], say: Mapping[str, str]) -> str:
    error = contracts.measurement_error(tables)
    settled = dots.groupby("design")["settled"].first()
    counted = {"drawn": int(dots["shown"].sum()), "all": int(settled.sum()), "outside": int((~dots["shown"]).sum())}
    lines = [say["r_dot"].format(**{key: number(value, 1000) for key, value in counted.items()})]
    error = error[error["design"].isin(settled.index)]
    if len(settled) > MOST_SENTENCES:
        sums = error.groupby("design")[["measured_sek", "true_sek"]].sum()
        above = int((sums["measured_sek"] > sums["true_sek"]).sum())
        return " ".join([*lines, say["r_error_count"].format(n=above, of=len(sums))])
    for design, part in error.groupby("design", sort=False):
        mean = part[["measured_sek", "true_sek"]].mean() / 1e6
        name = words.get(str(design), str(design))
        lines.append(
            say["r_error"].format(
                design=name, measured=at_scale(float(mean["measured_sek"])), true=at_scale(float(mean["true_sek"]))
            )
        )
    return " ".join(lines)


def _read_size(shown: pd.DataFrame, words: Mapping[str, str], say: Mapping[str, str]) -> str:
    """Tell the error in the smallest and in the largest groups of the intervention with most sizes."""
    name = str(shown["intervention"].value_counts().index[0])
    rows = shown[shown["intervention"] == name].sort_values("low").to_dict("records")
    design = str(shown["design"].iloc[0])
    lines = [say["r_size"].format(design=words.get(design, design))]
    if len(rows) > 1:
        (small, first), (large, last) = (
            (_sizes(row, say), at_scale(100 * row["measured"])) for row in (rows[0], rows[-1])
        )
        ends = {"small": small, "first": first, "large": large, "last": last}
        lines.append(say["r_size_ends"].format(name=words.get(name, name), **ends))
    return " ".join(lines)


def _sizes(row: Mapping[Hashable, Any], say: Mapping[str, str]) -> str:
    """Write from how many to how many children; the last class has no end."""
    if row["high"] >= contracts.SIZES[-1] - 1:
        return say["size open"].format(low=row["low"])
    return f"{row['low']}-{row['high']}" if row["low"] < row["high"] else str(row["low"])


def changes_in_words(change: pd.DataFrame, words: Mapping[str, str], say: Mapping[str, str]) -> list[str]:
    """Say how designs change lifetime public cost (`lifetime.change_per_child`), and where luck may explain it.

    Each design in a sentence; the cheapest alone, and a count, if they are many.
    """
    judged = {str(design): verdict(part["change_sek"]) for design, part in change.groupby("design", sort=False)}
    told = [
        say[f"r_change_{each.kind}"].format(design=words.get(design, design), figure=each.figure)
        for design, each in judged.items()
    ]
    if len(told) <= MOST_SENTENCES:
        return told
    cheapest = min(range(len(told)), key=lambda at: list(judged.values())[at].mean)
    count = say["r_change_count"].format(n=sum(each.kind == LESS for each in judged.values()), of=len(judged))
    return [count, told[cheapest]]


def at_scale(value: float) -> str:
    """Write a number at its own scale."""
    return number(float(value), float(value))
