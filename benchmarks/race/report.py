"""The race as a table and a figure."""

from __future__ import annotations

from pathlib import Path
from statistics import median
from typing import Any

from .ways import REFERENCE, WAYS

Runs = dict[tuple[str, int], list[dict[str, Any]]]  # by (way, children), in order of rounds


def speed(run: dict[str, Any], clock: str = "processor") -> float:
    """Million child-years a second."""
    return float(run["child_years"] / run[clock] / 1e6)


def table(runs: Runs) -> str:
    """A table for each number of children, the fastest first; what does other work is below it, without a ratio."""
    parts = []
    for n in sorted({size for _, size in runs}):
        found = {name: each for (name, size), each in runs.items() if size == n}
        fastest_first = sorted(found, key=lambda name: (not WAYS[name].equal, -median(map(speed, found[name]))))
        rounds = len(next(iter(found.values())))
        parts += [
            f"\n{n:,} children, {rounds} rounds\n",
            "| | M child-years/s of processor time (slowest to fastest) | of wall time | x NumPy | set-up, s | growth, "
            "bytes a child |",
            "|---|---:|---:|---:|---:|---:|",
            *(_row(name, n, found) for name in fastest_first),
        ]
    return "\n".join(parts)


def _row(name: str, n: int, found: dict[str, list[dict[str, Any]]]) -> str:
    mine, usual = found[name], found.get(REFERENCE)
    speeds = sorted(map(speed, mine))
    ratio = "-"
    if WAYS[name].equal and usual:
        ratio = f"{median(speed(a) / speed(b) for a, b in zip(mine, usual, strict=True)):.3g}"
    grown = [run["growth"] for run in mine if run["growth"] is not None]
    bytes_each = f"{max(grown) / n:,.0f}" if grown and WAYS[name].equal and n >= 100_000 else "-"
    title = WAYS[name].title + ("" if WAYS[name].equal else " (**other work**: Sweden, 30 years)")
    return (
        f"| {title} | {_short(median(speeds))} ({_short(speeds[0])} to {_short(speeds[-1])}) "
        f"| {_short(median(speed(run, 'wall') for run in mine))} | {ratio} "
        f"| {median(run['build'] for run in mine):.2f} | {bytes_each} |"
    )


def _short(number: float) -> str:
    return f"{number:.0f}" if number >= 100 else f"{number:.3g}"


def figure(runs: Runs, path: Path) -> None:
    """Draw speed by number of children, a line for each way that does the same work."""
    import matplotlib as mpl

    mpl.use("svg")
    import matplotlib.pyplot as plt

    with mpl.rc_context({"svg.hashsalt": "race", "svg.fonttype": "none", "font.family": "sans-serif", "font.size": 9}):
        drawing, axes = plt.subplots(figsize=(7, 4.2), layout="constrained")
        ends = []
        for name, way in WAYS.items():
            sizes = sorted(size for each, size in runs if each == name)
            if not way.equal or not sizes:
                continue
            speeds = [[speed(run) for run in runs[name, size]] for size in sizes]
            middle = [median(each) for each in speeds]
            (line,) = axes.plot(sizes, middle, marker="o", markersize=4, linewidth=2.4 if "stupror" in name else 1.2)
            axes.fill_between(sizes, [min(s) for s in speeds], [max(s) for s in speeds], alpha=0.15, linewidth=0)
            ends.append((middle[-1], sizes[-1], way.title, line.get_color()))
        last = 0.0
        for height, size, title, colour in sorted(ends):
            last = max(height, last * 1.35)  # names above one another, not over one another
            axes.annotate(title, (size, last), (8, -3), textcoords="offset points", color=colour, annotation_clip=False)
        axes.set(xscale="log", yscale="log", xlabel="Children", ylabel="Million child-years a second (processor time)")
        axes.spines[["top", "right"]].set_visible(False)
        axes.grid(alpha=0.25)
        drawing.savefig(path, metadata={"Date": None})
        plt.close(drawing)
