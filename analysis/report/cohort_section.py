"""The section of the report that follows one birth cohort from birth to 65: a picture, and its table.

Read by `page`; the table by `sheets` as well.
"""

from collections.abc import Mapping
from textwrap import fill
from typing import Any

import numpy as np
import pandas as pd

from ..measures import cohort, lifetime
from .decision.verdict import signed, verdict
from .elsewhere import drawing
from .figures import GROUP_COLOUR, GROUP_HATCH
from .style import blank, styled, svg
from .tables import number, within

Tables = Mapping[str, pd.DataFrame]
Texts = Mapping[str, str]
Cell = tuple[str, str]

MOST_DRAWN = 4  # designs side by side
DRAWN = ("c_without", "c_saved")  # sentences in the picture
GROWN_UP = 20  # the age at which the ladder of adults begins
PRICES_CHANGE = (6, 13, 20, 30, 45)  # ages at which the model's prices and risks change, and the picture jumps


def cohort_sections(tables: Tables, words: Texts, say: Texts) -> list[dict[str, Any]]:
    """Draw the cohort and lay its table out; nothing if nobody was born in the first year."""
    found = cohort.by_age(tables)
    if found.empty:
        return []
    start, years = int(tables["runs"]["start_year"].iloc[0]), int(tables["runs"]["years"].iloc[0])
    heading = say["h_cohort"].format(year=start)
    reading = _read(found, say)
    caption = say["n_cohort"].format(ages=", ".join(map(str, PRICES_CHANGE)), last=years - 1, end=start + years - 1)
    if len(_drawn(found)) < len(_designs(found)):
        caption += " " + say["n_cohort_more"]
    return [
        {
            "key": "cohort",
            "heading": heading,
            "reading": reading,
            "svg": drawing("cohort", f"{heading}. {reading}", _draw, found, words, {key: say[key] for key in DRAWN}),
            "caption": caption,
        },
        _table(found, tables, words, say) | {"heading": say["h_cohort_table"].format(year=start)},
    ]


def _designs(found: pd.DataFrame) -> list[str]:
    return [str(name) for name in found["design"].unique()]


def _drawn(found: pd.DataFrame) -> list[str]:
    """Designs that the picture has room for: the first ones, without the planner, whose bars would hide the others."""
    names = _designs(found)
    return [name for name in names if name != lifetime.BENCHMARK][:MOST_DRAWN] or names[:1]


def _read(found: pd.DataFrame, say: Texts) -> str:
    """Say what a child costs until 65 if nobody gets help, when, and whom."""
    one = found[found["design"] == _designs(found)[0]]
    cost = float(one["untreated_sek"].sum())
    parts = {f"{group}_share": one["group"] == group for group in lifetime.GROUPS} | {"after": one["age"] >= GROWN_UP}
    shares = {name: 100 * float(one.loc[part, "untreated_sek"].sum()) / max(cost, 1.0) for name, part in parts.items()}
    figures = {name: number(share, share) for name, share in shares.items()}
    return say["r_cohort"].format(cost=number(cost / one["seed"].nunique() / 1000, 1000), **figures)


def _draw(found: pd.DataFrame, words: Texts, say: Texts) -> str:
    """Above: cost by age and payer without help. Below: what each design's programmes save, in bands of five years."""
    names = _drawn(found)
    first = found[found["design"] == _designs(found)[0]]
    groups = [group for group in lifetime.GROUPS if group in set(found["group"].unique())]
    without = first.groupby(["age", "group"])["untreated_sek"].sum().unstack("group").fillna(0.0)
    without = without.div(first["seed"].nunique() * 1000)[groups]
    with styled({"font.size": 9}):
        figure = blank(9.2, 5.2)
        grid = figure.add_gridspec(2, len(names), height_ratios=[1.25, 1])
        top = figure.add_subplot(grid[0, :])
        layers = top.stackplot(without.index, without.to_numpy().T, labels=[words[group] for group in groups])
        for layer, group in zip(layers, groups, strict=True):
            layer.set(facecolor=GROUP_COLOUR[group], hatch=GROUP_HATCH[group], edgecolor="white", linewidth=0.4)
        for age in PRICES_CHANGE:
            top.axvline(age, color="black", linewidth=0.8, linestyle=":")
        top.set(xlim=(0, float(without.index.max())), ylabel=words["kSEK per child and year"])
        top.set_title(say["c_without"], fontsize=9.5, loc="left")
        below: list[Any] = []
        for place, name in enumerate(names):
            ax = figure.add_subplot(grid[1, place], sharey=below[0] if below else None)
            below.append(ax)
            _bars(ax, found[found["design"] == name], groups)
            ax.set_title(fill(words.get(name, name), 26), fontsize=8.5)
            ax.set_xlabel(words["age"])
            if place:
                ax.tick_params(labelleft=False)
        below[0].set_ylabel(fill(say["c_saved"], 24))
        figure.legend(*top.get_legend_handles_labels(), loc="outside lower center", ncols=3, frameon=False, fontsize=9)
        return svg(figure)


def _bars(ax: Any, part: pd.DataFrame, groups: list[str]) -> None:
    """Stack what is saved by payer group upwards, and what is lost downwards, for every five years of age."""
    saved = part.assign(band=part["age"] // 5 * 5, sek=part["untreated_sek"] - part["actual_sek"])
    wide = saved.groupby(["band", "group"])["sek"].sum().unstack("group").fillna(0.0) / part["seed"].nunique()
    above, beneath = np.zeros(len(wide)), np.zeros(len(wide))
    for group in groups:
        height = wide[group].to_numpy()
        ax.bar(
            wide.index + 2.5, height, 4.4, bottom=np.where(height < 0, beneath, above), color=GROUP_COLOUR[group],
            hatch=GROUP_HATCH[group], edgecolor="white", linewidth=0.4,
        )  # fmt: skip
        above, beneath = above + height.clip(min=0), beneath + height.clip(max=0)
    ax.axhline(0, color="black", linewidth=0.9)
    ax.grid(axis="x", visible=False)


def _table(found: pd.DataFrame, tables: Tables, words: Texts, say: Texts) -> dict[str, Any]:
    """Rows: cost without help by payer; then what each design saves on the cohort, by payer, and its programmes."""
    saved = cohort.saved_by_band(found)
    columns = [*(low for low, _ in cohort.BANDS), "life"]
    spent = cohort.programmes(tables)
    one = found[found["design"] == _designs(found)[0]].assign(actual_sek=0.0)
    whole = cohort.saved_by_band(one)
    rows: list[tuple[str, list[Cell]]] = []
    for group in [each for each in lifetime.GROUPS if each in set(found["group"].unique())]:
        mean = whole[whole["group"] == group][columns].mean()
        name = say["c_full"].format(group=within(words[group]))
        rows.append((name, [*((number(float(each), 100), "") for each in mean.to_numpy(float)), ("", "")]))
    for design in _designs(found):
        mine = saved[saved["design"] == design]
        every = mine.groupby("seed")[columns].sum()
        mean = every.mean()
        low_high = verdict(every["life"]).gap.strip()
        cost = float(spent[spent["design"] == design]["cost_sek"].mean())
        *ages, life = (signed(each) for each in mean.to_numpy(float))
        cells: list[Cell] = [*((each, "") for each in ages), (life, low_high), (number(cost, cost), "")]
        rows.append((say["c_less"].format(name=words.get(design, design)), cells))
        by = mine.groupby("group")[columns].mean()
        for group in [each for each in lifetime.GROUPS if each in by.index]:
            shown: list[Cell] = [(signed(float(each)), "") for each in np.asarray(by.loc[group], float)]
            rows.append((say["c_of"].format(group=within(words[group])), [*shown, ("", "")]))
    headings = [say["c_ages"].format(low=low, high=high) for low, high in cohort.BANDS]
    headings += [say["c_life"], say["c_programmes"]]
    return {
        "key": "cohort_table", "headings": headings, "rows": rows,
        "reading": say["r_cohort_table"], "caption": say["n_cohort_table"],
    }  # fmt: skip
