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
    """A table for each number of children, the fastest first; what does other work has one of its own."""
    parts = []
    for n in sorted({size for name, size in runs if WAYS[name].equal}):
        found = {name: each for (name, size), each in runs.items() if size == n and WAYS[name].equal}
        fastest_first = sorted(found, key=lambda name: -median(map(speed, found[name])))
        parts += [
            f"\n{n:,} children, {len(found[fastest_first[0]])} rounds\n",
            "| | M child-years/s of processor time (slowest to fastest) | of wall time | x NumPy | set-up, s | growth, "
            "bytes a child |",
            "|---|---:|---:|---:|---:|---:|",
            *(_row(name, n, found) for name in fastest_first),
        ]
    for (name, _), each in runs.items():
        if not WAYS[name].equal:
            lived = each[0]["child_years"] / 1e6
            parts.append(
                f"\nOther work, not to be ranked: {WAYS[name].title}, {lived:.0f} M child-years of it: "
                f"{_spread(each)} M child-years/s of processor time, {_middle(each, 'wall')} of wall time"
            )
    return "\n".join(parts)


def _row(name: str, n: int, found: dict[str, list[dict[str, Any]]]) -> str:
    mine, usual = found[name], found.get(REFERENCE)
    ratio = f"{median(speed(a) / speed(b) for a, b in zip(mine, usual, strict=True)):.3g}" if usual else "-"
    grown = [run["growth"] for run in mine if run["growth"] is not None]
    bytes_each = (
        f"{max(grown) / n:,.0f}" if grown and n >= 100_000 else "-"
    )  # of few children, compilers' memory is more
    return (
        f"| {WAYS[name].title} | {_spread(mine)} | {_middle(mine, 'wall')} | {ratio} "
        f"| {median(run['build'] for run in mine):.2f} | {bytes_each} |"
    )


def _spread(runs: list[dict[str, Any]]) -> str:
    speeds = sorted(map(speed, runs))
    return f"{_middle(runs, 'processor')} ({_short(speeds[0])} to {_short(speeds[-1])})"


def _middle(runs: list[dict[str, Any]], clock: str) -> str:
    return _short(median(speed(run, clock) for run in runs))


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
        last: dict[int, float] = {}
        for height, size, title, colour in sorted(ends):
            last[size] = max(height, last.get(size, 0.0) * 1.35)  # names above one another, not over one another
            axes.annotate(
                title, (size, last[size]), (8, -3), textcoords="offset points", color=colour, annotation_clip=False
            )
        axes.set(xscale="log", yscale="log", xlabel="Children", ylabel="Million child-years a second (processor time)")
        axes.spines[["top", "right"]].set_visible(False)
        axes.grid(alpha=0.25)
        drawing.savefig(path, metadata={"Date": None})
        plt.close(drawing)
