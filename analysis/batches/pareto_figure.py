"""The figure of a search: every trial, the front, and what the chosen points were worth on seeds held out.

The same tables give the same bytes. Read by the search.
"""

import io
from itertools import combinations
from typing import Any

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure

from ..measures.objectives import Objective
from ..report.style import COLOURS

Frame = pd.DataFrame
_BLUE, _ORANGE, _GREEN = COLOURS[0], COLOURS[1], COLOURS[2]
_STYLE: Any = {
    "svg.hashsalt": "stupror",
    "svg.fonttype": "none",
    "font.size": 10,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "grid.alpha": 0.3,
    "axes.axisbelow": True,
}


def draw(trials: Frame, points: Frame, preset: Frame, objectives: dict[str, Objective], terms: list[str]) -> Figure:
    """Draw objectives against one another, a panel for each pair; with one objective, it against each varied term.

    Parameters
    ----------
    trials
        One row per trial: its terms, the mean of each objective over the seeds of the search, and `front`.
    points, preset
        Chosen points, and the design with its terms as declared, as `pareto.held_out` gives them.
    objectives
        Objectives of the search by name.
    terms
        Columns of the varied terms.
    """
    pairs = list(combinations(objectives, 2)) or [(term, name) for term in terms for name in objectives]
    with mpl.rc_context(_STYLE):
        columns, rows = min(len(pairs), 3), -(-len(pairs) // 3)
        figure = Figure(figsize=(6.4 * columns, 4.6 * rows + 0.6), layout="constrained")
        axes = np.atleast_1d(figure.subplots(rows, columns)).ravel()
        for ax, (x, y) in zip(axes, pairs, strict=False):
            _panel(ax, trials, points, preset, (x, y), objectives)
        for ax in axes[len(pairs) :]:
            ax.set_visible(False)
        figure.legend(
            *axes[0].get_legend_handles_labels(), loc="outside upper left", frameon=False, fontsize=9, ncols=2
        )
    return figure


def _panel(
    ax: Axes, trials: Frame, points: Frame, preset: Frame, names: tuple[str, str], objectives: dict[str, Objective]
) -> None:
    """Draw one pair: trials, front, and from each chosen point a line to where the held-out seeds put it."""
    x, y = names
    after = [f"{name}_held_out" if name in objectives else name for name in names]
    ax.plot(trials[x], trials[y], "o", color="#999999", markersize=4, alpha=0.6, label="tried")
    front = trials[trials["front"]].sort_values(x)
    joined = "-" if len(objectives) == 2 else ""  # a line through a front of more objectives would mean nothing
    ax.plot(front[x], front[y], marker="o", linestyle=joined, color=_BLUE, markersize=5, linewidth=1, label="front")
    for frame, colour, mark, label in (
        (points, _ORANGE, "D", "chosen, on seeds held out (90 %)"),
        (preset, _GREEN, "s", "terms as declared, on seeds held out (90 %)"),
    ):
        ax.plot([frame[x], frame[after[0]]], [frame[y], frame[after[1]]], ":", color=colour, linewidth=0.9, zorder=2)
        ax.errorbar(
            frame[after[0]], frame[after[1]], xerr=_reach(frame, x, objectives), yerr=_reach(frame, y, objectives),
            fmt=mark, color=colour, markersize=6, linewidth=1, label=label, zorder=3,
        )  # fmt: skip
    for axis, name, then in (("x", x, after[0]), ("y", y, after[1])):  # the points are shown, not the whole intervals
        shown = pd.concat([trials[name], *(frame[column] for frame in (points, preset) for column in (name, then))])
        low, high = shown.min(), shown.max()
        margin = 0.08 * (high - low) or 0.5
        ax.set(**{f"{axis}lim": (low - margin, high + margin)})
    for name, label_axis in ((x, ax.set_xlabel), (y, ax.set_ylabel)):
        label_axis(f"{name} ({objectives[name].unit}; {_WAY[objectives[name].better]})" if name in objectives else name)


_WAY = {"max": "more is better", "min": "less is better"}


def _reach(frame: Frame, name: str, objectives: dict[str, Objective]) -> Any:
    """Lengths of the two arms of each interval; none for a term, which has no luck."""
    if name not in objectives:
        return None
    mean = frame[f"{name}_held_out"]
    arms = np.stack([mean - frame[f"{name}_low"], frame[f"{name}_high"] - mean])
    return np.nan_to_num(arms)


def as_svg(figure: Figure) -> str:
    """Write a figure as SVG, without anything that depends on time or place."""
    buffer = io.StringIO()
    with mpl.rc_context(_STYLE):
        figure.set_canvas(FigureCanvasSVG(figure))
        figure.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None})
    return buffer.getvalue()


def as_png(figure: Figure) -> bytes:
    """Write a figure as PNG, 150 dots per inch, without anything that depends on time or place."""
    buffer = io.BytesIO()
    with mpl.rc_context(_STYLE):
        figure.set_canvas(FigureCanvasAgg(figure))
        figure.savefig(buffer, format="png", dpi=150, metadata={"Software": None})
    return buffer.getvalue()
