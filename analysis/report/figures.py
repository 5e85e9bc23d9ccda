"""Figures of the report: what a figure shows, from result tables; and its drawing as SVG text, from that.

Colours are those of Okabe and Ito (2008), which colour-blind readers can tell apart; hatching tells
payer groups apart on grey paper too. The same tables give the same bytes. Read by `page`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from textwrap import fill, shorten
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ..measures import contracts, lifetime, options
from .style import area, blank, dot, line, styled
from .style import axes as _axes
from .style import svg as _svg
from .tables import number

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Tables = Mapping[str, pd.DataFrame]
Words = Mapping[str, str]  # texts by key: names of payers, designs and interventions, axis labels

GROUP_COLOUR = {"municipality": "#0072B2", "region": "#009E73", "state": "#E69F00"}
GROUP_HATCH = {"municipality": "", "region": "////", "state": "---"}
MOST_DOTS = 1500
ACROSS = 3  # small figures side by side
FEWEST = 5  # projects that a standard deviation is drawn from
FEWEST_SIZES = 3  # points that make a line worth drawing
AGE_BANDS = ((0, 2), (3, 5), (6, 8), (9, 12), (13, 15), (16, 19), (20, 29), (30, 64))


def _legend(figure: Figure, ax: Axes) -> None:
    """Put the legend below the data, in two columns, and let the figure grow with it: it never lies on data."""
    handles, labels = ax.get_legend_handles_labels()
    figure.set_figheight(figure.get_figheight() + 0.1 * len(labels))
    figure.legend(handles, labels, loc="outside lower left", ncols=2, frameon=False, fontsize=8)


def _short(names: Iterable[str], words: Words, width: int) -> list[str]:
    """Names in one line each."""
    return [shorten(words.get(name, name), width, placeholder=" ...") for name in names]


def _designs(tables: Tables) -> list[str]:
    return list(dict.fromkeys(tables["runs"]["design"]))


def cost_by_age(tables: Tables) -> tuple[pd.DataFrame, pd.Series]:
    """Cost by age (rows) and payer (columns), kSEK a child, under the first design (status quo if it was run).

    And by age what it would be without programmes.
    """
    designs = _designs(tables)
    design = lifetime.BASE if lifetime.BASE in designs else designs[0]
    frame = lifetime.pyramid(tables)
    frame = frame[frame["design"] == design]
    mean = frame.groupby(["age", "payer"], sort=False)[["actual_sek", "untreated_sek"]].mean().reset_index()
    payers = [payer for payer in lifetime.GROUP_OF if payer in set(mean["payer"])]
    wide = mean.pivot_table(index="age", columns="payer", values="actual_sek", fill_value=0.0)[payers] / 1000
    return wide, mean.groupby("age")["untreated_sek"].sum() / 1000


def pyramid(wide: pd.DataFrame, without: pd.Series, words: Words) -> str:
    """Draw `cost_by_age`; the line is the cost without programmes."""
    with styled():
        figure, ax = _axes(9.5, 4.6)
        layers = ax.stackplot(wide.index, wide.clip(lower=0).to_numpy().T, labels=[words[str(payer)] for payer in wide])
        for nth, layer in enumerate(layers):
            layer.set(**area(nth), linewidth=0.4)
        ax.plot(without.index, without, color="black", linestyle=":", linewidth=1.6, label=words["untreated"])
        last = int(wide.index.max())
        ax.set(xlabel=words["age"], ylabel=words["kSEK per child and year"], xlim=(0, max(last, 1)))
        handles, labels = ax.get_legend_handles_labels()
        ax.legend(handles[::-1], labels[::-1], loc="upper left", bbox_to_anchor=(1, 1), fontsize=9, frameon=False)
        return _svg(figure)


@dataclass(frozen=True)
class Spent:
    """Programme cost committed, M SEK per year: `grid` by design, intervention and band of ages."""

    designs: list[str]
    interventions: list[str]
    bands: list[tuple[int, int]]
    grid: NDArray[np.float64]


def spent_in_whom(tables: Tables) -> Spent:
    """Work out what is committed for whom, by design."""
    designs = _designs(tables)
    years = tables["runs"].groupby("design", sort=False)[["years"]].sum()["years"]
    taken = tables["enrolment"]
    names = list(tables["options"]["intervention"].unique())
    bands = [band for band in AGE_BANDS if band[0] < 30 or taken["age"].ge(30).any()]
    grid = np.zeros((len(designs), len(names), len(bands)))
    sums = taken.groupby(["design", "intervention", "age"], as_index=False)["cost_sek"].sum()
    for d, design in enumerate(designs):
        mine = sums[sums["design"] == design]
        for b, (low, high) in enumerate(bands):
            part = mine[mine["age"].between(low, high)]
            spent = part.groupby("intervention")["cost_sek"].sum().reindex(names, fill_value=0)
            grid[d, :, b] = spent.to_numpy() / years[design] / 1e6
    return Spent(designs, names, bands, grid)


def invested_in_whom(spent: Spent, words: Words) -> str:
    """Draw `spent_in_whom` as a heat table for each design."""
    designs, names, bands, grid = spent.designs, spent.interventions, spent.bands, spent.grid
    with styled({"axes.grid": False}):
        across = min(len(designs), ACROSS)
        down = -(-len(designs) // across)
        figure = blank(2.6 + 2.1 * across, 0.4 + (0.8 + 0.17 * len(names)) * down)
        axes = list(figure.subplots(down, across, sharey=True, squeeze=False).flat)
        for ax in axes[len(designs) :]:
            ax.set_axis_off()
        top = max(float(grid.max()), 1e-9)
        for d, ax in enumerate(axes[: len(designs)]):
            ax.pcolormesh(np.sqrt(grid[d]), cmap="Blues", vmin=0, vmax=np.sqrt(top))  # the eye sees roots, not sums
            ax.set_xticks(np.arange(len(bands)) + 0.5, [f"{a}-{b}" for a, b in bands], fontsize=7.5, rotation=45)
            ax.set_yticks(
                np.arange(len(names)) + 0.5,
                [shorten(words.get(name, name), 36, placeholder=" ...") for name in names],
                fontsize=8,
            )
            ax.set_ylim(len(names), 0)
            for (row, column), value in np.ndenumerate(grid[d]):
                if value >= 0.05:
                    dark = value > top / 4
                    text = f"{value:.0f}" if value >= 10 else f"{value:.1f}"
                    ax.text(
                        column + 0.5, row + 0.5, text, ha="center", va="center", fontsize=8,
                        color="white" if dark else "black",
                    )  # fmt: skip
            ax.set_title(fill(words.get(designs[d], designs[d]), 30), fontsize=9)
        figure.supxlabel(words["age at start"], fontsize=10)
        return _svg(figure)


def lifetime_change(change: pd.DataFrame, found: pd.DataFrame, words: Words) -> str:
    """Draw `lifetime.change_per_child`: each seed a dot, mean and 90 % interval, which `found` has by design."""
    designs = list(change["design"].unique())
    with styled():
        figure, ax = _axes(8.5, 0.9 + 0.5 * max(len(designs), 1))
        for row, design in enumerate(designs):
            dots = change[change["design"] == design]["change_sek"]
            ax.plot(dots, np.full(len(dots), row), "o", color="white", markeredgecolor="black", markersize=5, zorder=3)
            mean, low, high = (float(found.loc[design, name]) for name in ("mean", "low", "high"))
            ax.plot([low, high], [row, row], color="#0072B2", linewidth=3, solid_capstyle="butt")
            ax.plot(mean, row, "D", color="#D55E00", markersize=7, zorder=4)
        ax.axvline(0, color="black", linewidth=1)
        ax.set_yticks(range(len(designs)), [words.get(d, d) for d in designs])
        ax.set_ylim(len(designs) - 0.5, -0.5)
        ax.xaxis.set_major_formatter(lambda value, _: number(value, 100 if value == int(value) else value))
        ax.set_xlabel(words["change axis"], loc="right")
        return _svg(figure)


def worth_by_intervention(tables: Tables) -> pd.DataFrame:
    """Per intervention, kSEK a child: its cost, what the owner saves within its horizon, and what each saves over life.

    Averaged over options (ages and levels) with those seen as weights (`options.option_values`).
    """
    return options.option_values(tables, ["intervention"]).set_index("intervention") / 1000


def wrong_pocket(mean: pd.DataFrame, words: Words) -> str:
    """Draw `worth_by_intervention`."""
    with styled():
        figure, ax = _axes(8.5, 0.9 + 0.36 * len(mean))
        at = np.arange(len(mean))
        above, below = np.zeros(len(mean)), np.zeros(len(mean))
        for group in lifetime.GROUPS:
            width = mean[f"{group}_value_sek"].to_numpy()
            ax.barh(
                at - 0.17, width, 0.3, left=np.where(width < 0, below, above),
                color=GROUP_COLOUR[group], hatch=GROUP_HATCH[group], edgecolor="white", linewidth=0, label=words[group],
            )  # fmt: skip
            above, below = above + width.clip(min=0), below + width.clip(max=0)
        ax.barh(
            at + 0.19,
            mean["own_value_sek"],
            0.26,
            color="#D55E00",
            hatch="xxx",
            edgecolor="white",
            linewidth=0,
            label=words["own value"],
        )
        ax.plot(mean["cost_sek"], at, "|", color="black", markersize=14, markeredgewidth=2.5, label=words["cost"])
        ax.set_yticks(at, _short(mean.index, words, 40))
        ax.invert_yaxis()
        ax.set_xlabel(words["kSEK per child"])
        _legend(figure, ax)
        return _svg(figure)


def spent_over_years(tables: Tables) -> pd.DataFrame:
    """Programme cost by calendar year (rows) and design (columns), M SEK, mean over seeds."""
    payments = lifetime.all_payments(tables)
    spent = payments[payments["work"].notna() & (payments["phase"] == "simulated")]
    by_year = spent.groupby(["design", "seed", "year"])[["amount_sek"]].sum().reset_index()
    seeds = tables["runs"].groupby("design", sort=False)["seed"].nunique()
    first, years = int(tables["runs"]["start_year"].min()), int(tables["runs"]["years"].max())
    calendar = np.arange(first, first + years)
    means = {}
    for design in _designs(tables):
        total = by_year[by_year["design"] == design].groupby("year")["amount_sek"].sum()
        means[design] = total.reindex(calendar, fill_value=0) / seeds[design] / 1e6
    return pd.DataFrame(means)


def over_years(means: pd.DataFrame, words: Words) -> str:
    """Draw `spent_over_years`."""
    from matplotlib.ticker import MaxNLocator

    with styled():
        figure, ax = _axes(8.5, 3.6)
        for nth, design in enumerate(means):
            ax.plot(means.index, means[design], **line(nth), linewidth=2, label=words.get(str(design), str(design)))
        ax.set(ylabel=words["M SEK per year"], ylim=(0, None))
        ax.xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))
        _legend(figure, ax)
        return _svg(figure)


def settled_dots(tables: Tables) -> pd.DataFrame:
    """Settled projects of contracts that have paid on what was measured, at most `MOST_DOTS` evenly taken per design.

    Columns design, true and measured (kSEK per child), shown (within the frame of the figure: the middle 99 % each way)
    and settled (number of projects of the design that the dots are taken from).
    """
    projects, paying = tables["projects"], contracts.paying_designs(tables)
    projects = projects[projects["settled"] & ~projects["own_room"] & projects["design"].isin(paying)]
    projects = projects.sort_values(["design", "seed", "project"])
    number, size = projects.groupby("design").cumcount(), projects.groupby("design")["seed"].transform("size")
    taken = (number * MOST_DOTS // size.clip(lower=MOST_DOTS)).groupby(projects["design"]).diff().fillna(1) > 0
    dots = projects[taken]
    dots = pd.DataFrame(
        {
            "design": dots["design"],
            "true": dots["true_saving_sek"] / dots["children"] / 1000,
            "measured": dots["measured_saving_sek"] / dots["children"] / 1000,
            "settled": size[taken],
        }
    ).reset_index(drop=True)
    low, high = dots[["true", "measured"]].quantile(0.005), dots[["true", "measured"]].quantile(0.995)
    dots["shown"] = ((dots[["true", "measured"]] >= low) & (dots[["true", "measured"]] <= high)).all(axis=1)
    return dots


def measured_against_true(dots: pd.DataFrame, words: Words) -> str:
    """Draw measured against true saving of the projects of `settled_dots`, of which there must be one."""
    with styled():
        figure, ax = _axes(8.5, 4.8)
        for nth, (design, part) in enumerate(dots[dots["shown"]].groupby("design", sort=False)):
            ax.plot(
                part["true"], part["measured"], **dot(nth), alpha=0.45, markersize=3,
                label=words.get(str(design), str(design)),
            )  # fmt: skip
        ax.axline((0, 0), slope=1, color="black", linewidth=1, linestyle="--", label=words["equal"])
        ax.axhline(0, color="black", linewidth=0.6)
        ax.set(xlabel=words["true axis"], ylabel=words["measured axis"])
        _legend(figure, ax)
        return _svg(figure)


def shown_sizes(tables: Tables) -> pd.DataFrame:
    """Rows of `contracts.payment_error_by_size` to draw: of the paying design with most projects, sizes with enough.

    If no design pays, of the one with most projects; no rows if nothing is settled, or no line has enough points.
    """
    errors = contracts.payment_error_by_size(tables)
    errors = errors[(errors["projects"] >= FEWEST) & errors["measured"].gt(0)]
    paying = errors["design"].isin(contracts.paying_designs(tables))
    errors = errors[paying] if paying.any() else errors
    known = errors.groupby("design", sort=False)["projects"].sum()
    shown = errors[errors["design"] == known.idxmax()] if len(known) else errors
    return shown if len(shown) and shown["intervention"].value_counts().iloc[0] >= FEWEST_SIZES else shown.head(0)


def error_by_size(shown: pd.DataFrame, words: Words) -> str:
    """Draw the error of the measured saving against group size, a line per intervention (`shown_sizes`)."""
    from matplotlib.ticker import LogLocator, NullLocator

    with styled():
        figure, ax = _axes(8.5, 4.2)
        for nth, (name, part) in enumerate(shown.groupby("intervention", sort=False)):
            ax.plot(
                part["children"], 100 * part["measured"], **line(nth, 1), linewidth=1.8,
                label=words.get(str(name), str(name)),
            )  # fmt: skip
        ax.set(xscale="log", yscale="log", xlabel=words["children in the project"], ylabel=words["error axis"])
        for axis in (ax.xaxis, ax.yaxis):
            axis.set_major_locator(LogLocator(subs=(1, 2, 5)))
            axis.set_minor_locator(NullLocator())
            axis.set_major_formatter(lambda value, _: f"{value:g}")
        _legend(figure, ax)
        return _svg(figure)
