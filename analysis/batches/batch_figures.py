"""Figures of batches, each a function from a table of `sensitivity`, `psa`, `discovery` or `paired` to an SVG text.

The same tables give the same bytes. Read by the commands.
"""

from collections.abc import Mapping

import matplotlib as mpl
import numpy as np
import pandas as pd

from ..report.style import COLOURS, MARKERS, STYLE, axes, line, svg
from .sensitivity import MAIN

Frame = pd.DataFrame
MOST_BARS, MOST_DOTS = 12, 2000
HALF_WIDTH = {"total": "total_half_width", "mu_star": "mu_star_half_width"}
AVOIDED = "years of need avoided per child, whole lives, discounted"
COST = "cost more, SEK per child, whole lives, discounted"
LABEL = {"total": "total Sobol' index", "mu_star": "mean size of elementary effects", "median": "PAWN index"}


def indices(found: Frame, of: str) -> str:
    """Bars of the leading factors of one output of `sensitivity.sensitivity`, with 90 % intervals if there are any."""
    column = next(column for column in MAIN.values() if column in found)
    part = found[found["of"] == of].head(MOST_BARS)
    error = part[HALF_WIDTH[column]] if column in HALF_WIDTH else None
    with mpl.rc_context(STYLE):
        figure, ax = axes(8.0, 1.0 + 0.3 * len(part))
        ax.barh(part["factor"], part[column], xerr=error, color=COLOURS[0], error_kw={"elinewidth": 1, "capsize": 2})
        if "chance" in part:
            ax.axvline(float(part["chance"].iloc[0]), color="black", linestyle=":", label="chance")
            ax.legend(frameon=False, fontsize=9)
        ax.invert_yaxis()
        ax.set_xlabel(f"{LABEL[column]}: {of}")
        return svg(figure)


def plane(found: Frame) -> str:
    """The cost-effectiveness plane of `psa.plane`: a dot per draw and design, a cross at each mean."""
    with mpl.rc_context(STYLE):
        figure, ax = axes(7.0, 5.0)
        for number, (design, part) in enumerate(found.groupby("design", sort=False)):
            colour = COLOURS[number % len(COLOURS)]
            some = part.iloc[:MOST_DOTS]
            mark = MARKERS[number % len(MARKERS)]
            ax.scatter(
                some["years_avoided"], some["cost"], s=6, alpha=0.4, color=colour, marker=mark, label=str(design)
            )
            ax.scatter(part["years_avoided"].mean(), part["cost"].mean(), marker="X", s=60, color=colour, ec="black")
        ax.axhline(0, color="black", linewidth=0.8)
        ax.axvline(0, color="black", linewidth=0.8)
        ax.set(xlabel=AVOIDED, ylabel=COST)
        ax.legend(frameon=False, fontsize=9)
        return svg(figure)


def frontier(found: Frame) -> str:
    """The efficiency frontier of `incremental.incremental`: designs by effect and cost, the frontier as a line."""
    with mpl.rc_context(STYLE):
        figure, ax = axes(7.0, 5.0)
        for number, row in enumerate(found.to_dict("records")):
            colour, on = COLOURS[number % len(COLOURS)], row["standing"] == "frontier"
            ax.scatter(row["effect"], row["cost"], s=60, color=colour, marker="o" if on else "x", label=row["design"])
        line = found[found["standing"] == "frontier"]
        ax.plot(line["effect"], line["cost"], color="black", linewidth=1.2, zorder=0)
        ax.set(xlabel=AVOIDED, ylabel=COST)
        ax.legend(frameon=False, fontsize=9, title="crosses: dominated")
        return svg(figure)


def peeling(found: Frame) -> str:
    """The way that PRIM peeled (`discovery.search`): coverage against density, by number of factors limited."""
    with mpl.rc_context(STYLE):
        figure, ax = axes(7.0, 4.5)
        part = found[found["box"] == 1]
        ax.plot(part["coverage"], part["density"], color="#bbbbbb", zorder=0)
        for number, (dimensions, some) in enumerate(part.groupby("dimensions")):
            colour, mark = COLOURS[number % len(COLOURS)], MARKERS[number % len(MARKERS)]
            ax.scatter(some["coverage"], some["density"], color=colour, marker=mark, label=str(dimensions))
        chosen = part[part["chosen"]]
        ax.scatter(chosen["coverage"], chosen["density"], s=150, facecolors="none", edgecolors="black")
        ax.set(xlabel="coverage: share of all failures inside", ylabel="density: share inside that fails")
        ax.legend(frameon=False, fontsize=9, title="factors limited", ncols=2)
        return svg(figure)


def acceptability(found: Frame) -> str:
    """Acceptability curves of `psa.acceptability`; the frontier is drawn thick."""
    with mpl.rc_context(STYLE):
        figure, ax = axes(7.5, 4.2)
        for number, (design, part) in enumerate(found.groupby("design", sort=False)):
            drawn = line(number, max(len(part) // 6, 1))
            ax.plot(part["wtp"] / 1000, part["probability"], **drawn, label=str(design))
            best = part[part["on_frontier"]]
            ax.plot(best["wtp"] / 1000, best["probability"], "o", color=drawn["color"], markersize=8)
        ax.set(xlabel="worth of a year of need avoided, thousand SEK", ylabel="probability of being best", ylim=(0, 1))
        ax.legend(frameon=False, fontsize=9, title="dots: on the frontier")
        return svg(figure)


def partial_information(found: Frame) -> str:
    """Bars of `psa.partial_information`; the line is what a factor that does nothing would show."""
    part = found.head(MOST_BARS)
    with mpl.rc_context(STYLE):
        figure, ax = axes(8.0, 1.0 + 0.3 * len(part))
        ax.barh(part["factor"], part["evppi"], color=COLOURS[2])
        ax.axvline(float(part["chance"].iloc[0]), color="black", linestyle=":", label="the highest that chance gives")
        ax.invert_yaxis()
        ax.legend(frameon=False, fontsize=9)
        ax.set_xlabel("expected value of knowing it, SEK per child")
        return svg(figure)


def convergence(found: Frame, group: str, value: str, label: str) -> str:
    """Lines of an estimate against the number of draws, one per `group`, with its interval if the table has one."""
    with mpl.rc_context(STYLE):
        figure, ax = axes(7.5, 4.0)
        for number, (name, part) in enumerate(found.groupby(group, sort=False)):
            drawn = line(number, 1)
            ax.plot(part["draws"], part[value], **drawn, label=str(name))
            if {"low", "high"} <= set(part.columns):
                ax.fill_between(
                    part["draws"],
                    part["low"],
                    part["high"],
                    color=COLOURS[number % len(COLOURS)],
                    alpha=0.15,
                    linewidth=0,
                )
        ax.set(xlabel="draws", ylabel=label, xscale="log")
        ax.legend(frameon=False, fontsize=9)
        return svg(figure)


def box(found: Frame, ranges: Mapping[str, tuple[float, float]]) -> str:
    """The first box of `discovery.prim_boxes`: for each factor, the part of its range in which the design fails."""
    part = found[found["box"] == 1] if len(found) else found
    with mpl.rc_context(STYLE):
        figure, ax = axes(8.0, 1.2 + 0.45 * max(len(part), 1))
        for place, row in enumerate(part.to_dict("records")):
            low, high = ranges[row["factor"]]
            width = (high - low) or 1.0
            left = 0.0 if np.isnan(row["low"]) else (row["low"] - low) / width
            right = 1.0 if np.isnan(row["high"]) else (row["high"] - low) / width
            ax.barh(place, 1.0, color="#dddddd")
            ax.barh(place, right - left, left=left, color=COLOURS[3])
            ax.text(0, place - 0.42, f"{low:.4g}", fontsize=8, va="bottom")
            ax.text(1, place - 0.42, f"{high:.4g}", fontsize=8, va="bottom", ha="right")
        ax.set_yticks(range(len(part)), list(part["factor"]))
        ax.invert_yaxis()
        ax.set(xlim=(0, 1), xticks=[], xlabel="part of the range in which it fails")
        return svg(figure)
