"""What all figures share: colours, style, and writing as SVG. Matplotlib is loaded when something is drawn.

Colours are those of Okabe and Ito (2008), which colour-blind readers can tell apart. The same figure gives the same
bytes. Read by `figures` and `batch_figures`.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from html import escape
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

COLOURS = ("#0072B2", "#E69F00", "#009E73", "#D55E00", "#56B4E9", "#CC79A7", "#F0E442", "#000000", "#999999", "#8C510A")
DASHES = ("-", "--", "-.", ":", (0, (5, 1)))
MARKERS = "osD^vPX*"
HATCHES = ("", "////", "--", "\\\\\\\\", "xx", "++", "||", "", "//", "-")  # lines only: dots are long in SVG
_SVG_DPI = 72  # by the format
STYLE: Any = {
    "svg.hashsalt": "stupror",
    "svg.fonttype": "none",
    "hatch.linewidth": 1.0,
    "font.family": "sans-serif",
    "font.size": 10,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "grid.alpha": 0.3,
    "axes.axisbelow": True,
}


def line(number: int, every: int = 3) -> dict[str, Any]:
    """Colour, dashes and marker of the n-th line of a figure, with a marker at every third point.

    On grey paper too: the first forty differ in dashes and marker together, neighbours in each of them.
    """
    return {
        "color": COLOURS[number % len(COLOURS)],
        "linestyle": DASHES[number % len(DASHES)],
        "marker": MARKERS[number % len(MARKERS)],
        "markersize": 4,
        "markevery": (number % every, every),
    }


def dot(number: int) -> dict[str, Any]:
    """Colour and marker of the n-th cloud of dots of a figure: eight full markers, then the same empty."""
    hollow = number // len(MARKERS) % 2
    colour = COLOURS[number % len(COLOURS)]
    marker = {"color": colour, "marker": MARKERS[number % len(MARKERS)], "linestyle": ""}
    return marker | {"markerfacecolor": "none" if hollow else colour}


def area(number: int) -> dict[str, Any]:
    """Colour and hatching of the n-th area of a figure: light ones are hatched in black, dark ones in white."""
    colour = COLOURS[number % len(COLOURS)]
    red, green, blue = (int(colour[k : k + 2], 16) for k in (1, 3, 5))
    light = 0.299 * red + 0.587 * green + 0.114 * blue > 130  # luma, ITU-R BT.601: what grey paper shows of it
    return {
        "facecolor": colour,
        "hatch": HATCHES[number % len(HATCHES)],
        "edgecolor": "#1a1a1a" if light else "white",
    }


def svg(figure: Figure) -> str:
    """Write a figure as SVG without anything that depends on time or place.

    Places are worked out first, by themselves: `savefig` would draw all of it once more for that.
    """
    from matplotlib.backends.backend_svg import FigureCanvasSVG

    buffer = io.StringIO()
    figure.set_canvas(FigureCanvasSVG(figure))
    place_empty(figure)
    if layout := figure.get_layout_engine():
        usual, figure.dpi = figure.dpi, _SVG_DPI
        layout.execute(figure)
        figure.set_layout_engine(None)
        figure.dpi = usual
    figure.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None})
    text = buffer.getvalue()
    return text[text.index("<svg") :]


def place_empty(figure: Figure) -> None:
    """Give labels and titles that say nothing a place: to find one, all ticks are looked at again, several times."""
    for each in figure.axes:
        for axis in (each.xaxis, each.yaxis):
            if not axis.get_label_text():
                axis.set_label_coords(0, 0)
        if not any(each.get_title(loc) for loc in ("left", "center", "right")):
            each.set_title("", y=1.0)


@contextmanager
def styled(own: Mapping[str, Any] | None = None) -> Iterator[None]:
    """Draw in our style meanwhile, and with settings of one figure."""
    import matplotlib as mpl

    with mpl.rc_context(STYLE | dict(own or {})):
        yield


def blank(width: float, height: float) -> Figure:
    """Make a figure of a size in inches, which finds places for what is in it."""
    from matplotlib.figure import Figure

    return Figure(figsize=(width, height), layout="constrained")


def axes(width: float, height: float) -> tuple[Figure, Axes]:
    """Make a figure of a size in inches, with its axes."""
    figure = blank(width, height)
    return figure, figure.subplots()


def labelled(key: str, svg: str, alternative: str) -> str:
    """Say in a figure what it shows to those who cannot see it, and keep its ids apart from those of others."""
    said = f'<svg role="img" aria-label="{escape(alternative)}" '
    # Matplotlib numbers its clip paths and glyphs per figure; on one page they must not meet.
    return re.sub(r'(id="|url\(#|href="#)', rf"\g<1>{key}-", re.sub(r"<svg ", lambda _: said, svg, count=1))
