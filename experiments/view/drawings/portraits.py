"""One life and one decision, drawn: what statistics do not show. Read by `page`."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from ....analysis.measures.lifetime import GROUPS
from ....analysis.report.figures import GROUP_COLOUR
from ....model.children.ladder import (
    ADULT_AGE,
    ADULT_LEVELS,
    CHILD_LEVELS,
    EXAM_AGE,
    LAST_AGE,
    N_AGES,
    N_LEVELS,
    N_RECORDS,
    NOT_ELIGIBLE,
)
from ....model.inputs.life_course import InterventionParameters
from ....model.world import World
from ..words import Words, spell
from ..worlds.lives import Lives, spared
from ..worlds.numbers import by_group
from ..worlds.reasoning import Reasoning
from .figures import GROUP_LOOK, HATCH
from .sheets import bands, localise, sheet, styled

HELPED, ALONE, COUNTED, BESIDES = "#0072B2", "#D55E00", "#999999", "#CC79A7"


def life(world: World, now: int, lives: Lives, row: int, words: Words) -> Figure:
    """One child's way up and down the ladder with help, beside its shadow without; below, what that spared whom."""
    ages, today = np.arange(N_AGES), now - int(lives.born[row])
    began = int(lives.started[row] - lives.born[row])
    with styled():
        figure, (ladder, money) = sheet(
            9.8, 4.6, 2, 1, sharex=True, height_ratios=(1.9, 1), left=0.11, right=0.88, top=0.93, bottom=0.1, hspace=0.2
        )
        for states, colour, style, shift, label in (
            (lives.alone[row], ALONE, "--", 0.07, words["life alone"]),
            (lives.helped[row], HELPED, "-", -0.07, words["life helped"]),
        ):
            level = states % N_LEVELS + shift
            for part, faint in ((ages <= today, 1.0), (ages >= today, 0.4)):
                ladder.plot(
                    ages[part], level[part], style, color=colour, alpha=faint, linewidth=2.6, drawstyle="steps-mid",
                    label=label if faint == 1.0 else None,
                )  # fmt: skip
            if _not_eligible(states[EXAM_AGE]):
                ladder.plot(EXAM_AGE, level[EXAM_AGE], "X", color=colour, markersize=10, zorder=5)
        ladder.axvspan(
            began - 0.5,
            began - 0.5 + _duration(world.menu.items, lives, row),
            color="#F0E442",
            alpha=0.5,
            label=words["in programme"],
        )
        ladder.axvline(ADULT_AGE - 0.5, color="black", linewidth=0.8)
        if today < LAST_AGE:
            ladder.axvline(today + 0.5, color="black", linewidth=1, linestyle=":")
            ladder.text(today + 0.7, 4.45, words["not yet lived"], fontsize=8.5, va="top")
        _steps_of_the_ladder(ladder, words)
        ladder.legend(fontsize=8.5, frameon=False, loc="upper right", ncols=3, bbox_to_anchor=(1.0, 1.16))
        by_payer = spared(world.costs, lives, row)
        bands(money, ages, by_group(by_payer) / 1000, [words[group] for group in GROUPS], *GROUP_LOOK)
        owner = world.menu.items[int(lives.intervention[row])]
        years = began + np.arange(owner.duration)
        money.bar(
            years,
            np.full(years.size, -owner.cost / 1000),
            0.85,
            color="#F0E442",
            edgecolor="black",
            lw=0.6,
            label=words["programme cost"],
        )
        money.set(xlabel=words["age"], ylabel=words["kSEK per year"], xlim=(-0.5, LAST_AGE + 0.5))
        money.set_title(words["spared by this help"], fontsize=10, y=1.0)
        money.legend(fontsize=8.5, frameon=False, ncols=4, loc="best")
        localise(money, words)
        return figure


def _not_eligible(state: int) -> bool:
    return bool(int(state) // N_LEVELS % N_RECORDS & NOT_ELIGIBLE)


def _duration(items: Sequence[InterventionParameters], lives: Lives, row: int) -> int:
    return int(items[int(lives.intervention[row])].duration)


def _steps_of_the_ladder(ax: Axes, words: Words) -> None:
    """Name the levels of childhood at the left and of adulthood at the right."""
    ax.set_yticks(range(N_LEVELS), [words[f"level {name}"] for name in CHILD_LEVELS], fontsize=9.5)
    ax.set_ylim(-0.5, 4.6)
    for level, name in enumerate(ADULT_LEVELS):
        ax.text(LAST_AGE + 1, level, words[f"level {name}"], va="center", fontsize=9.5)
    ax.text(ADULT_AGE - 0.9, -0.42, words["childhood"], ha="right", fontsize=8.5)
    ax.text(ADULT_AGE - 0.1, -0.42, words["adulthood"], ha="left", fontsize=8.5)


def decision(asked: Sequence[tuple[str, Reasoning]], words: Words) -> Figure:
    """What an option would save, what each body counts of that, and what the body would pay: in kSEK per child."""
    with styled():
        height = 1.1 + 1.8 * len(asked)
        figure, axes = sheet(
            9.8, height, len(asked), 1, sharex=True, squeeze=False, left=0.21, right=0.98, top=1 - 0.6 / height,
            bottom=0.5 / height, hspace=0.4,
        )  # fmt: skip
        axes = axes[:, 0]
        for ax, (who, reasoning) in zip(axes, asked, strict=True):
            _weighed(ax, who, reasoning, words)
        axes[-1].set_xlabel(words["kSEK per child"])
        handles, labels = axes[0].get_legend_handles_labels()
        figure.legend(handles, labels, loc="upper center", ncols=5, fontsize=8.5, frameon=False)
        return figure


def _weighed(ax: Axes, who: str, reasoning: Reasoning, words: Words) -> None:
    """Four bars: everything saved over life; what the body counts; what it pays; what else counts."""
    own, others, contract = GROUP_COLOUR["municipality"], GROUP_COLOUR["state"], GROUP_COLOUR["region"]
    rows = [
        ("would save", [(reasoning.own_life, own), (reasoning.others_life, others)]),
        ("counts", [(reasoning.own, own), (reasoning.others, others), (reasoning.payments, contract)]),
        ("pays", [(reasoning.offer.cost, COUNTED)]),
        ("besides", [(reasoning.besides, BESIDES)]),
    ]
    labels = {
        own: words["saves itself"],
        others: words["others save"],
        contract: words["from the contract"],
        COUNTED: words["own cost"],
        BESIDES: words["besides"],
    }
    said: set[str] = set()
    for at, (_, parts) in enumerate(rows):
        right = left = 0.0
        for amount, colour in parts:
            start = right if amount >= 0 else left
            hatch = HATCH["state"] if colour == others else HATCH["region"] if colour == contract else ""
            label = labels[colour] if labels[colour] not in said else None
            said.add(labels[colour])
            ax.barh(
                at,
                amount / 1000,
                0.62,
                left=start / 1000,
                color=colour,
                hatch=hatch,
                edgecolor="white",
                lw=0,
                label=label,
            )
            right, left = (right + amount, left) if amount >= 0 else (right, left + amount)
        whole = sum(amount for amount, _ in parts)
        ax.annotate(
            spell(whole / 1000, words), (max(right, 0) / 1000, at), xytext=(5, 0), textcoords="offset points",
            va="center", fontsize=9, fontweight="bold",
        )  # fmt: skip
    ax.set_yticks(range(len(rows)), [words[f"row {name}"] for name, _ in rows])
    ax.invert_yaxis()
    ax.axvline(0, color="black", linewidth=1)
    mind = words["read mind"].format(
        who=who,
        horizon=reasoning.horizon,
        regard=spell(reasoning.regard, words),
        belief=spell(reasoning.offer.belief, words),
    )
    ax.set_title(mind, fontsize=9.5, y=1.0, loc="left", x=-0.2)
    ends = words["wants it" if reasoning.net > 0 else "wants it not"]
    ax.text(
        0.99, 0.1, ends.format(net=spell(reasoning.net / 1000, words, signed=True)), transform=ax.transAxes, ha="right",
        fontsize=11, fontweight="bold",
    )  # fmt: skip
    ax.margins(x=0.12)
    localise(ax, words, "x")
