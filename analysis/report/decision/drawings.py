"""The two pictures of the first pages, made to be told apart on grey paper: by side, hatching and shape, not by colour.

Read by `front`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from textwrap import fill
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from ...measures import lifetime
from ..style import blank, styled, svg
from ..tables import number
from .paired import M_SEK, Paired

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Words = Mapping[str, str]
PAYS, SAVES, EDGE = "#404040", "#c4c4c4", "#1a1a1a"
LINE, BAND = "#00507c", "#b5d0e2"
MOST_ROWS = 4  # proposals that the curves are drawn for


def who_pays(found: Paired, words: Words) -> str:
    """Bars by payer and proposal: to the left what it pays, to the right what it saves and gets, net as a diamond."""
    names = found.proposals
    flows = found.flows.groupby(["design", "group"])[["pays_sek", "receives_sek", "saves_sek"]].mean() / M_SEK
    with styled({"font.size": 9}):
        figure = blank(9.2, 1.0 + 0.42 * len(names))
        axes = list(np.atleast_1d(figure.subplots(1, len(lifetime.GROUPS), sharey=True)))
        for ax, group in zip(axes, lifetime.GROUPS, strict=True):
            extra: list[Any] = [_of(flows, name, group) - _of(flows, lifetime.BASE, group) for name in names]
            at = np.arange(len(names))
            pays, receives, saves = (
                np.array([float(row[f"{flow}_sek"]) for row in extra]) for flow in ("pays", "receives", "saves")
            )
            ax.barh(at, -pays, 0.6, color=PAYS, edgecolor=EDGE, linewidth=0.6, label=words["pays"])
            ax.barh(at, saves, 0.6, color=SAVES, edgecolor=EDGE, linewidth=0.6, label=words["saves"])
            left = np.where((receives >= 0) == (saves >= 0), saves, 0.0)
            ax.barh(
                at, receives, 0.6, left=left, color="white", hatch="////", edgecolor=EDGE, linewidth=0.6,
                label=words["receives"],
            )  # fmt: skip
            for row, name in enumerate(names):
                each = found.gains(name, group)
                if not np.isnan(each.low):
                    ax.plot([each.low, each.high], [row, row], color="black", linewidth=1.4)
                ax.plot(each.mean, row, "D", color="white", markeredgecolor="black", markersize=6, label=words["net"])
            ax.axvline(0, color="black", linewidth=1)
            ax.set_title(words[group], fontsize=9.5)
            _in_thousands(ax)
            ax.grid(axis="y", visible=False)
        axes[0].set_yticks(np.arange(len(names)), [fill(words.get(name, name), 26) for name in names])
        axes[0].set_ylim(len(names) - 0.4, -0.6)
        handles, labels = axes[0].get_legend_handles_labels()
        shown = dict(zip(labels, handles, strict=True))
        figure.legend(shown.values(), shown.keys(), loc="outside lower center", ncols=4, frameon=False, fontsize=9)
        return svg(figure)


def cash(found: Paired, words: Words) -> str:
    """Running net gain by proposal (rows) and payer (columns) over years; the band is from lowest to highest seed."""
    names = found.ranked[:MOST_ROWS]
    with styled({"font.size": 9}):
        figure = blank(9.2, 0.5 + 1.55 * len(names))
        axes = figure.subplots(len(names), len(lifetime.GROUPS), sharex="col", squeeze=False)
        for row, name in enumerate(names):
            for column, group in enumerate(lifetime.GROUPS):
                ax = axes[row, column]
                _curve(ax, found.running, name, group)
                ax.axvline(found.last, color="black", linewidth=0.9, linestyle=":")
                if row == 0:
                    ax.set_title(words[group], fontsize=9.5)
                if column == 0:
                    ax.set_ylabel(fill(words.get(name, name), 20), fontsize=8.5)
        figure.supylabel(words["so far"], fontsize=9)
        return svg(figure)


def _curve(ax: Axes, running: pd.DataFrame, design: str, group: str) -> None:
    part = running[(running["design"] == design) & (running["group"] == group)]
    mean = over_years(ax, part.set_index(["year", "seed"])["net_sek"].unstack("seed") / M_SEK)
    if float(mean.min()) < 0:
        ax.plot(int(str(mean.idxmin())), float(mean.min()), "D", color="white", markeredgecolor="black", markersize=5)


def over_years(ax: Axes, wide: pd.DataFrame, ticks: int = 4) -> pd.Series:
    """Draw values by (year, seed): the mean as a line, a band from the lowest to the highest; returns the mean."""
    from matplotlib.ticker import MaxNLocator

    mean = wide.mean(axis=1)
    if wide.shape[1] > 1:
        ax.fill_between(wide.index, wide.min(axis=1), wide.max(axis=1), color=BAND, linewidth=0)
    ax.plot(mean.index, mean, color=LINE, linewidth=1.6)
    ax.axhline(0, color="black", linewidth=0.9)
    _in_thousands(ax, "y")
    ax.xaxis.set_major_locator(MaxNLocator(ticks, integer=True))
    return mean


def lowest_points(found: Paired, designs: Sequence[str]) -> pd.DataFrame:
    """What the curves show: design, group, lowest point of the mean (peak, M SEK, at most 0), its year, the end."""
    rows = []
    for design in designs:
        for group in lifetime.GROUPS:
            part = found.running[(found.running["design"] == design) & (found.running["group"] == group)]
            mean = part.groupby("year")["net_sek"].mean() / M_SEK
            rows.append((design, group, min(float(mean.min()), 0.0), int(str(mean.idxmin())), float(mean.iloc[-1])))
    return pd.DataFrame(rows, columns=["design", "group", "peak", "year", "end"])


def _of(flows: pd.DataFrame, design: str, group: str) -> Any:
    """The row of a design and payer group."""
    return flows.loc[(design, group)]


def _in_thousands(ax: Axes, axis: str = "x") -> None:
    """Few ticks, with a space between thousands."""
    from matplotlib.ticker import FuncFormatter, MaxNLocator

    which = ax.xaxis if axis == "x" else ax.yaxis
    which.set_major_locator(MaxNLocator(4))
    which.set_major_formatter(FuncFormatter(lambda value, _: number(value, 100 if value == int(value) else value)))
