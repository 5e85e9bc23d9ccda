"""What all figures share: colours, style, and writing as SVG.

Colours are those of Okabe and Ito (2008), which colour-blind readers can tell apart. The same figure gives the same
bytes. Read by `figures` and `batch_figures`.
"""

import io
import re
from html import escape
from typing import Any

from matplotlib.axes import Axes
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure

COLOURS = ("#0072B2", "#E69F00", "#009E73", "#D55E00", "#56B4E9", "#CC79A7", "#F0E442", "#000000", "#999999", "#8C510A")
_SVG_DPI = 72  # by the format
STYLE: Any = {
    "svg.hashsalt": "stupror",
    "svg.fonttype": "none",
    "hatch.linewidth": 0.6,
    "font.family": "sans-serif",
    "font.size": 10,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "grid.alpha": 0.3,
    "axes.axisbelow": True,
}


def svg(figure: Figure) -> str:
    """Write a figure as SVG without anything that depends on time or place.

    Places are worked out first, by themselves: `savefig` would draw all of it once more for that.
    """
    buffer = io.StringIO()
    figure.set_canvas(FigureCanvasSVG(figure))
    if layout := figure.get_layout_engine():
        usual, figure.dpi = figure.dpi, _SVG_DPI
        layout.execute(figure)
        figure.set_layout_engine(None)
        figure.dpi = usual
    figure.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None})
    text = buffer.getvalue()
    return text[text.index("<svg") :]


def axes(width: float, height: float) -> tuple[Figure, Axes]:
    """Make a figure of a size in inches, with its axes."""
    figure = Figure(figsize=(width, height), layout="constrained")
    return figure, figure.subplots()


def labelled(key: str, svg: str, alternative: str) -> str:
    """Say in a figure what it shows to those who cannot see it, and keep its ids apart from those of others."""
    said = f'<svg role="img" aria-label="{escape(alternative)}" '
    # Matplotlib numbers its clip paths and glyphs per figure; on one page they must not meet.
    return re.sub(r'(id="|url\(#|href="#)', rf"\g<1>{key}-", re.sub(r"<svg ", lambda _: said, svg, count=1))
