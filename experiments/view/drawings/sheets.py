"""From a figure to what a page or a file can hold. Read by `maps`, `figures` and `page`."""

import html
import io
import re
from collections.abc import Sequence
from contextlib import AbstractContextManager
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator
from numpy.typing import NDArray

from ....analysis.report.style import place_empty
from ..words import Words

Floats = NDArray[np.float64]
Ages = NDArray[np.signedinteger[Any]]
WHITE = "#ffffff"
FEW = 5  # steps between ticks, at most
_LINK = re.compile(r'<a xlink:href="([^"]*)" target="_blank">')
_OUTLINE, _LONG = re.compile(r' d="[^"]*"'), re.compile(r"(\.\d)\d+| ?\n")
_BLACK = re.compile("#000000|#262626")  # of lines and texts; what is filled with black has no colour of its own
_SIZE = re.compile(
    r'(<svg[^>]*?) width="[^"]*"([^>]*?) height="[^"]*"|(<svg[^>]*?) height="[^"]*"([^>]*?) width="[^"]*"'
)


def styled(*, grid: bool = True) -> AbstractContextManager[None]:
    """Draw as the report's figures are drawn."""
    style: Any = {
        "svg.hashsalt": "stupror",
        "svg.fonttype": "none",
        "hatch.linewidth": 0.6,
        "font.family": "sans-serif",
        "font.size": 10.5,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.grid": grid,
        "grid.alpha": 0.3,
        "axes.axisbelow": True,
        "savefig.facecolor": WHITE,
    }
    return mpl.rc_context(style)


def svg(figure: Figure) -> str:
    """Write a figure as SVG that depends on nothing but the figure; texts of outlines show on hover."""
    buffer = io.StringIO()
    with styled():
        place_empty(figure)
        figure.set_canvas(FigureCanvasSVG(figure))
        figure.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None})
    text = buffer.getvalue()
    text = _OUTLINE.sub(_shorter, text[text.index("<svg") :])
    return _LINK.sub(lambda found: f"<a><title>{found.group(1)}</title>", text)


def _shorter(outline: re.Match[str]) -> str:
    """Write an outline to a tenth of a point, in one line: half as long, and nobody sees a difference."""
    return _LONG.sub(r"\1", outline.group(0))


def on_page(figure: Figure, label: str) -> str:
    """Write a figure as SVG that is as wide as its place on the page, and says what it shows to those who listen.

    What is black takes the colour of the page's text, and there is no ground: it can be read in a dark theme, too.
    """
    for ax in figure.axes:
        ax.patch.set_visible(False)
    figure.patch.set_visible(False)
    text = _SIZE.sub(r"\1\2\3\4", svg(figure), count=1)
    text = _BLACK.sub("currentColor", text)
    said = html.escape(label, quote=True)
    return text.replace("<svg", f'<svg role="img" aria-label="{said}" class="figure"', 1)


def png(figure: Figure) -> bytes:
    """Write a figure as PNG, wide enough for a slide."""
    buffer = io.BytesIO()
    with styled():
        figure.set_canvas(FigureCanvasAgg(figure))
        figure.savefig(buffer, format="png", dpi=200)
    return buffer.getvalue()


def sheet(width: float, height: float, rows: int = 1, columns: int = 1, **margins: Any) -> tuple[Figure, Any]:
    """Lay out axes with margins by hand: a layout that measures every text takes longer than the drawing.

    For the same reason titles are set at `y=1.0`: else everything is measured to find out what is above the axes.
    Sizes in inches, margins as for `Figure.subplots_adjust` and `Figure.subplots`. Gives the figure and its axes.
    """
    edges = {
        name: margins.pop(name) for name in ("left", "right", "top", "bottom", "wspace", "hspace") if name in margins
    }
    figure = Figure(figsize=(width, height))
    axes = figure.subplots(rows, columns, **margins)
    figure.subplots_adjust(**edges)
    return figure, axes


def bands(
    ax: Axes, at: Ages, amounts: Floats, labels: Sequence[str], colours: Sequence[str], hatches: Sequence[str]
) -> None:
    """Stack `amounts`, shape (len(at), parts), as bands a year wide: above zero upwards, the rest downwards."""
    edges = np.append(at - 0.5, at[-1] + 0.5)
    for way in (np.maximum, np.minimum):
        signed = way(amounts, 0.0)
        tops = np.cumsum(signed, axis=1)
        for part in range(amounts.shape[1]):
            if not signed[:, part].any() and way is np.minimum:
                continue
            low, high = (np.append(each, each[-1]) for each in (tops[:, part] - signed[:, part], tops[:, part]))
            ax.fill_between(
                edges, low, high, step="post", facecolor=colours[part], hatch=hatches[part], edgecolor="white",
                linewidth=0.0, label=labels[part] if way is np.maximum else None,
            )  # fmt: skip
    ax.axhline(0, color="black", linewidth=0.8)


def localise(ax: Axes, words: Words, which: str = "y") -> None:
    """Write few numbers on an axis, as the language does: a tick takes as long to draw as a line."""
    axis = ax.yaxis if which == "y" else ax.xaxis
    axis.set_major_locator(MaxNLocator(FEW, steps=(1, 2, 2.5, 5, 10)))
    axis.set_major_formatter(FuncFormatter(lambda value, _at: _tick(value, words["decimal"])))


def _tick(value: float, decimal: str) -> str:
    return f"{value:g}".replace(".", decimal).replace("-", "\u2212")


def bare(ax: Axes) -> None:
    """Take the frame away from axes."""
    ax.set_xticks([])
    ax.set_yticks([])
    for spine in ax.spines.values():
        spine.set_visible(False)
    ax.grid(False)
