"""What a year looks like: the pyramid, the money that moved, and how things went so far, in both worlds.

Every figure takes numbers and words and gives a matplotlib figure; colours and hatching are those of the report, which
colour-blind readers can tell apart. Read by `page`.
"""

from collections.abc import Sequence
from textwrap import shorten

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import PathPatch
from matplotlib.path import Path
from matplotlib.ticker import MaxNLocator

from ....analysis.measures.lifetime import GROUP_OF, GROUPS
from ....analysis.report.figures import GROUP_COLOUR, GROUP_HATCH
from ....analysis.report.style import COLOURS
from ....model.inputs.parameters import PAYERS
from ..words import Words, millions
from ..worlds.numbers import Flow, Year, by_group
from ..worlds.pair import Luck
from .sheets import FEW, bands, bare, localise, sheet, styled

Past = Sequence[tuple[Year, Year]]
OTHERS = "#7f7f7f"  # colour of who is no public budget: providers, evaluators
HATCH = {**GROUP_HATCH, "state": "\\\\\\\\"}  # the dots of the report make a figure three times as large
ROW, GAP = 0.095, 0.02  # least height of a name and its sum, and room between them; the axes are 1 high
GROUP_LOOK = ([GROUP_COLOUR[group] for group in GROUPS], [HATCH[group] for group in GROUPS])
DESIGN, BESIDE = ("-", 2.4), ("--", 1.6)  # line of the chosen design, and of status quo


def pyramid(past: Past, titles: Sequence[str], words: Words) -> Figure:
    """Cost by payer and age this year, per person; beside it what earlier help spared this year, in both worlds."""
    chosen, base = past[-1]
    people = np.maximum(chosen.people, 1)
    ages = np.arange(int(np.flatnonzero(chosen.people).max(initial=19)) + 1)
    with styled():
        figure = Figure(figsize=(9.8, 4.3))
        grid = figure.add_gridspec(
            2, 3, width_ratios=(1.3, 0.52, 0.9), wspace=0.12, hspace=0.42, left=0.06, right=0.99, top=0.93, bottom=0.11
        )
        ax = figure.add_subplot(grid[:, 0])
        cost = chosen.cost[ages] / people[ages, None] / 1000
        names = [words[payer] for payer in PAYERS]
        ax.stackplot(ages, cost.T, labels=names, colors=COLOURS, edgecolor="white", linewidth=0.4)
        without = chosen.cost_without[ages].sum(axis=1) / people[ages] / 1000
        ax.plot(ages, without, color="black", linestyle=":", linewidth=1.8, label=words["untreated"])
        ax.set(xlabel=words["age"], ylabel=words["kSEK per person and year"], xlim=(0, ages[-1]), ylim=(0, None))
        ax.set_title(words["cost now"].format(world=shorten(titles[0], 40, placeholder=" ...")), fontsize=10.5, y=1.0)
        handles, labels = ax.get_legend_handles_labels()
        ax.legend(handles[::-1], labels[::-1], loc="upper left", bbox_to_anchor=(1.0, 1.02), fontsize=8, frameon=False)
        localise(ax, words)
        spared = [by_group(world.cost_without - world.cost)[ages] / 1e6 for world in (chosen, base)]
        most = max(float(np.abs(each).sum(axis=1).max()) for each in spared) or 1.0
        for number, (amount, title) in enumerate(zip(spared, titles, strict=True)):
            part = figure.add_subplot(grid[number, 2])
            bands(part, ages, amount, [words[group] for group in GROUPS], *GROUP_LOOK)
            part.set(xlim=(-0.5, ages[-1] + 0.5), ylim=(min(amount.min(), 0) * 1.2, most * 1.1))
            part.set_title(
                words["spared by age"].format(world=shorten(title, 30, placeholder=" ...")), fontsize=10, y=1.0
            )
            localise(part, words)
            if number == 0:
                part.legend(fontsize=8, frameon=False, loc="upper left")
        part.set_xlabel(words["age"])
        return figure


def flows(past: Past, titles: Sequence[str], words: Words) -> Figure:
    """Who paid whom this year in the chosen design and under status quo, and whose cost earlier help spared."""
    chosen, base = past[-1]
    with styled(grid=False):
        figure, (left, middle, right) = sheet(
            9.8, 4.3, 1, 3, width_ratios=(1.2, 1.2, 0.85), left=0.05, right=0.995, top=0.92, bottom=0.12, wspace=0.5
        )
        unit = _unit([each.flows for each in (chosen, base)])
        for ax, world, title in zip((left, middle), (chosen, base), titles, strict=True):
            _ribbons(ax, world.flows, unit, words)
            ax.set_title(shorten(title, 30, placeholder=" ..."), fontsize=11, y=1.0)
        spared = [by_group(each.saved.sum(axis=0)) / 1e6 for each in (chosen, base)]
        at = np.arange(len(GROUPS))
        for number, (amount, title) in enumerate(zip(spared, titles, strict=True)):
            bars = right.barh(
                at + (number - 0.5) * 0.38, amount, 0.36, label=title, color=[GROUP_COLOUR[group] for group in GROUPS],
                alpha=1.0 if number == 0 else 0.45, edgecolor="white", linewidth=0,
            )  # fmt: skip
            for bar, value in zip(bars, amount, strict=True):
                amount_said = millions(value * 1e6, words, signed=True)
                whose = shorten(title, 14, placeholder=" ...") if number else ""
                right.annotate(
                    f"{amount_said} {whose}", (max(value, 0), bar.get_y() + 0.18),
                    xytext=(4, 0), textcoords="offset points", va="center", fontsize=8.5,
                )  # fmt: skip
        right.set_yticks(at, [words[group] for group in GROUPS])
        right.invert_yaxis()
        right.axvline(0, color="black", linewidth=1)
        right.margins(x=0.6)
        right.set_title(words["spared this year"], fontsize=11, y=1.0)
        right.set_xlabel(words["M SEK this year"])
        localise(right, words, "x")
        return figure


def over_time(past: Past, titles: Sequence[str], interventions: Sequence[str], words: Words) -> Figure:
    """Invested, cost by payer, what help spared whom, and beliefs, year by year in both worlds."""
    calendar = np.array([pair[0].year for pair in past])
    with styled():
        figure, ((invested, cost), (gain, belief)) = sheet(
            9.8, 4.5, 2, 2, sharex=True, left=0.05, right=0.79, top=0.95, bottom=0.06, wspace=0.13, hspace=0.28
        )
        for side, (style, width) in enumerate((DESIGN, BESIDE)):
            years = [pair[side] for pair in past]
            money = [each.invested.sum() / 1e6 for each in years]
            invested.plot(calendar, money, linestyle=style, linewidth=width, color="black", label=titles[side])
            by_year = np.cumsum([each.gain.sum(axis=0) for each in years], axis=0) / 1e6
            borne = np.array([by_group(each.cost.sum(axis=0)) for each in years]) / 1e9
            for number, group in enumerate(GROUPS):
                label = words[group] if side == 0 else None
                gain.plot(calendar, by_year[:, number], style, lw=width, color=GROUP_COLOUR[group])
                cost.plot(calendar, borne[:, number], style, lw=width, color=GROUP_COLOUR[group], label=label)
        for number, name in enumerate(interventions):
            held = [pair[0].belief[1, number] for pair in past]
            style = "-" if number < len(COLOURS) else "--"
            colour = COLOURS[number % len(COLOURS)]
            belief.plot(
                calendar,
                held,
                style,
                color=colour,
                linewidth=1.8,
                label=shorten(words.get(name, name), 27, placeholder=" ..."),
            )
        belief.axhline(1.0, color="black", linewidth=0.8, linestyle=":")
        gain.axhline(0.0, color="black", linewidth=0.8)
        for ax, key in (
            (invested, "invested title"),
            (cost, "cost title"),
            (gain, "gain title"),
            (belief, "belief title"),
        ):
            ax.set_title(words[key], fontsize=10.5, y=1.0)
            if ax is not gain:  # whose lines are those of the panel above
                place = {"loc": "upper left"} | ({"bbox_to_anchor": (1.0, 1.0)} if ax in (cost, belief) else {})
                ax.legend(fontsize=8, frameon=False, **place)
            ax.xaxis.set_major_locator(MaxNLocator(FEW, integer=True, min_n_ticks=1))
            ax.margins(x=0.02)
            localise(ax, words)
        invested.set_ylim(0, 1.3 * invested.get_ylim()[1])  # room for who is who
        cost.set_ylim(0, None)
        return figure


def luck(runs: Luck, past: Past, titles: Sequence[str], words: Words) -> Figure:
    """Net gain of all public budgets so far: the run that is shown, and between which ends ten runs lie."""
    lived = slice(0, len(past))
    calendar = np.array([pair[0].year for pair in past])
    panels = (*(runs.gain[:, side] for side in (0, 1)), runs.difference)
    with styled():
        figure, axes = sheet(9.8, 3.2, 1, 3, left=0.06, right=0.99, top=0.9, bottom=0.1, wspace=0.2)
        for ax, gain, title in zip(axes, panels, (*titles, words["difference"]), strict=True):
            every = gain[:, lived].sum(axis=2) / 1e6
            band = {"color": GROUP_COLOUR["municipality"], "alpha": 0.25, "linewidth": 0, "label": words["all runs"]}
            ax.fill_between(calendar, every.min(axis=0), every.max(axis=0), **band)
            ax.plot(calendar, every[0], color="black", linewidth=2.2, label=words["this run"])
            ax.plot(calendar, np.median(every, axis=0), ":", color="black", linewidth=1.4, label=words["middle run"])
            ax.axhline(0.0, color="black", linewidth=0.8)
            ax.set_title(shorten(title, 34, placeholder=" ..."), fontsize=10.5, y=1.0)
            ax.xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1, nbins=5))
            ax.margins(x=0.02)
            localise(ax, words)
        axes[0].legend(fontsize=8, frameon=False, loc="best")
        return figure


def _unit(worlds: Sequence[dict[Flow, int]]) -> float:
    """Height of one SEK, such that the ribbons of every world fit beside the names of who pays or gets them."""
    names = max(len({flow[side] for flow in moved}) for moved in worlds for side in (0, 1))
    return (0.9 - names * ROW) / max(1, *(sum(moved.values()) for moved in worlds))


def _ribbons(ax: Axes, moved: dict[Flow, int], unit: float, words: Words) -> None:
    """Draw money as ribbons from payers at the left to receivers at the right, as wide as it is much."""
    bare(ax)
    ax.set(xlim=(0, 1), ylim=(1, 0))
    if not moved:
        ax.text(0.5, 0.5, words["no money moved"], ha="center", va="center", wrap=True)
        return
    starts, payers = _places(moved, unit, 0)
    goals, receivers = _places(moved, unit, 1)
    for flow, sek in moved.items():
        ax.add_patch(_ribbon(0.36, starts[flow], 0.68, goals[flow], sek * unit, _colour(flow[0])))
        if sek * unit > 0.03:
            middle = starts[flow] + sek * unit / 2
            ax.text(0.37, middle, words.get(f"purpose {flow[2]}", flow[2]), va="center", fontsize=7)
    for x, align, labels in ((0.345, "right", payers), (0.695, "left", receivers)):
        for name, (middle, amount) in labels.items():
            said = f"{words.get(name, name)}\n{millions(amount, words)}"
            ax.text(x, middle, said, va="center", ha=align, fontsize=8.5, linespacing=1.05)
    said = words["ribbons"].format(total=millions(sum(moved.values()), words))
    ax.text(0.5, 0.99, said, ha="center", va="bottom", fontsize=8.5)


def _places(moved: dict[Flow, int], unit: float, side: int) -> tuple[dict[Flow, float], dict[str, tuple[float, float]]]:
    """Lay flows below each other on one side (0 payers, 1 receivers): their tops; by name the middle, and the sum."""
    tops, labels, at = {}, {}, 0.02
    for name in sorted({flow[side] for flow in moved}, key=lambda each: (_rank(each), each)):
        mine = sorted((flow for flow in moved if flow[side] == name), key=lambda each: (_rank(each[1 - side]), each))
        total = sum(moved[flow] for flow in mine)
        height = max(total * unit, ROW - GAP)
        below = at + (height - total * unit) / 2
        labels[name] = (at + height / 2, float(total))
        for flow in mine:
            tops[flow] = below
            below += moved[flow] * unit
        at += height + GAP
    return tops, labels


def _ribbon(x0: float, y0: float, x1: float, y1: float, height: float, colour: str) -> PathPatch:
    """A band of even height from (x0, y0) to (x1, y1), the upper edge."""
    bend = (x0 + x1) / 2
    corners = [
        (x0, y0), (bend, y0), (bend, y1), (x1, y1), (x1, y1 + height), (bend, y1 + height), (bend, y0 + height),
        (x0, y0 + height), (x0, y0),
    ]  # fmt: skip
    moves = [Path.MOVETO, *[Path.CURVE4] * 3, Path.LINETO, *[Path.CURVE4] * 3, Path.CLOSEPOLY]
    return PathPatch(Path(corners, moves), facecolor=colour, alpha=0.55, linewidth=0)


def _rank(name: str) -> int:
    """Order of accounts in the picture: municipality, region, state, others."""
    order = [account for accounts in GROUPS.values() for account in accounts]
    return order.index(name) if name in order else len(order)


def _colour(name: str) -> str:
    return GROUP_COLOUR.get(GROUP_OF.get(name, ""), OTHERS)
