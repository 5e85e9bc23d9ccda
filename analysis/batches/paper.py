"""The report of a batch: over all its draws, what each design gains for whom, how sure that is, and what turns it.

A draw is another world: its uncertain numbers differ, and they are the same for every design. Read by the commands.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ..measures.worlds import decided, ends_said
from ..report.decision.front import sayings as front_sayings
from ..report.decision.verdict import signed
from ..report.intervals import spread
from ..report.page import localiser, spoken, texts, with_designs, with_interventions
from ..report.pages import fill_in, texts_in
from ..report.style import STYLE, axes, labelled, line, svg
from ..report.tables import number, within
from . import paired, psa
from .movable import movable
from .sections import returns
from .sections.studied import studied

Frame = pd.DataFrame
Texts = Mapping[str, str]

PAYERS = ("municipality", "region", "state", "fiscal")
FEWEST_DRAWS = 30  # fewer cannot be cut into thirds
SHUFFLES, SEED = 400, 1
MOST_FACTORS = 8


def sayings(language: str) -> dict[str, str]:
    """Texts of this report in a language."""
    return texts_in(Path(__file__).parent, language)


def write_paper(
    runs: Frame, values: Frame, path: Path, *, manifest: Mapping[str, Any], language: str = "en", again: str = "",
    studies: Frame | None = None,
) -> None:  # fmt: skip
    """Write the report of a batch.

    Parameters
    ----------
    runs
        The table of its finished runs, with the costs of municipalities, regions, the state and all public budgets.
    values
        Value of each uncertain number, index draw.
    path
        File to write.
    manifest
        What the batch was made from.
    language
        ``"en"`` or ``"sv"``.
    again
        The command that makes the batch again.
    studies
        What `stupror study` has found in these worlds; None if it was not run.

    Raises
    ------
    ValueError
        If there are no two designs, or no draw in which all of them have a cost.
    """
    shown = content(runs, values, manifest=manifest, language=language, again=again, studies=studies)
    fill_in("batch.html.j2", shown, path)


def content(
    runs: Frame, values: Frame, *, manifest: Mapping[str, Any], language: str, again: str = "",
    studies: Frame | None = None,
) -> dict[str, Any]:  # fmt: skip
    """Put together everything that the report shows."""
    say, said = sayings(language), texts(language)
    words = with_designs(said["words"], dict.fromkeys(runs["design"]), manifest, language)
    words = with_interventions(words, manifest, language)
    base = paired.base_of(runs)
    gain = {payer: -paired.differences(runs, psa.cost_of(payer), base) for payer in PAYERS}
    able = [name for name in paired.choices(runs) if name != base]
    if not able:
        raise ValueError("there is no design that could be chosen beside the one that others are compared with")
    lead = max(able, key=lambda name: float(np.median(gain["fiscal"][name].to_numpy(float))))
    counted = str(paired.counted(runs, psa.cost_of("fiscal"), None, int(manifest["draws"])))
    local = localiser(language)
    shown = {
        "page_title": said["words"]["title"],
        "heading": {key.removeprefix("h "): text for key, text in say.items() if key.startswith("h ")},
        "scenario": say["over"].format(title=manifest["title"], counted=_counted(counted, say)),
        "answer": answer(gain, able, lead, base, words, say),
        "gains": gains_table(gain, runs, base, words, say),
        "figure": figure(gain["fiscal"][able], words, say),
        "pairs": pairs_table(runs, able, words, say),
        "knowing": knowing_table(runs, words, say),
        "returns": returns.tables(runs, words, say | {"base": within(words.get(base, base))}),
        "studied": studied(studies, words, {**front_sayings(language), **say}),
        "turns": turns(gain["fiscal"][lead], values, words.get(lead, lead), {**front_sayings(language), **say}),
        "sure": [say["sure"], say["level"]],
    }
    moved = movable(runs, values, manifest, words, {**front_sayings(language), **say}, PAYERS)
    if moved:
        moved["reading"] = say["m reading"].format(n=moved["worlds"], years=manifest["years"])
        moved["factors"] = [each | {"shown": local(each["levels"][each["start"]])} for each in moved["factors"]]
        moved |= {"without": say["m without"], "caption": say["m caption"].format(base=within(words.get(base, base)))}
    made_by = say["made_by"].format(version=manifest["versions"]["stupror"])
    return {
        **spoken(shown, local),
        "language": language,
        "movable": moved,
        "made_by": made_by,
        "source": source(runs, manifest, say, again),
    }


def _counted(counted: str, say: Texts) -> str:
    """Say of how many draws the report speaks; why others are left out stays as the batch says it."""
    head, _, rest = counted.partition("; left out: ")
    n, of = (word for word in head.split() if word.isdigit())
    told = say["counted"].format(n=n, of=of)
    return f"{told} ({rest})" if rest else told


def answer(gain: Mapping[str, Frame], able: list[str], lead: str, base: str, words: Texts, say: Texts) -> list[str]:
    """Say for every proposal what public budgets gain, for the leading one who does, and how often it is the best."""
    lines = []
    for name in able:
        each = gain["fiscal"][name]
        lines.append(
            say["public"].format(
                name=words.get(name, name), base=within(words.get(base, base)), told=said_of(each, say), n=len(each)
            )
        )
    told = [f"{within(words[payer])} {said_of(gain[payer][lead], say)}" for payer in PAYERS[:-1]]
    lines.append(say["payers"].format(name=words.get(lead, lead), told="; ".join(told)))
    every = gain["fiscal"][able].assign(**{base: 0.0})
    best = dict(zip(every.columns, paired.wins(-every, less=True).mean(axis=0), strict=True))
    shares = [f"{words.get(name, name)} {100 * share:.0f} %" for name, share in sorted(best.items(), key=_by_share)]
    lines.append(say["best"].format(told=", ".join(shares)))
    return lines


def _by_share(item: tuple[str, float]) -> float:
    return -item[1]


def said_of(gain: pd.Series, say: Texts) -> str:
    """Say in how many worlds there is a gain, if that decides it, and how large it is."""
    values = gain.to_numpy(float)
    better, worse = float((values > 0).mean()), float((values < 0).mean())
    figure = " ".join(_median_and_spread(values))
    if not values.any():
        return say["same"]
    key = ("gains" if better > worse else "loses") if decided(better, worse) else "undecided"
    return say[key].format(share=f"{100 * max(better, worse):.0f}", better=f"{100 * better:.0f}", figure=figure)


def _median_and_spread(values: NDArray[np.float64]) -> tuple[str, str]:
    """Write the median over draws, and where nine of ten lie."""
    found = spread(values)
    median = found["median"]
    return signed(median), f"[{number(found['low_end'], median)} to {number(found['high_end'], median)}]"


def gains_table(gain: Mapping[str, Frame], runs: Frame, base: str, words: Texts, say: Texts) -> dict[str, Any]:
    """What every design gains for whom: median, spread, share of worlds with a gain; and years of need avoided."""
    rows = []
    for name in gain["fiscal"].columns:
        cells = []
        for payer in PAYERS:
            values = gain[payer][name].to_numpy(float)
            median, around = _median_and_spread(values)
            share = say["share"].format(share=f"{100 * float((values > 0).mean()):.0f}")
            cells.append((median, f"{around} {share}"))
        rows.append((words.get(str(name), str(name)), cells))
    headings = [*(words[payer] for payer in PAYERS[:-1]), say["all"]]
    return {
        "headings": headings,
        "rows": rows,
        "caption": say["n gains"].format(base=within(words.get(base, base)), ends=ends_said(len(gain["fiscal"]), say)),
    }


def pairs_table(runs: Frame, able: list[str], words: Texts, say: Texts) -> dict[str, Any]:
    """Every two proposals in the same worlds: by how much the first costs the public less, and in how many."""
    cost = paired.by_design(runs, psa.cost_of("fiscal"), able)
    ranked = sorted(able, key=lambda name: float(cost[name].to_numpy(float).mean()))
    rows = []
    for place, one in enumerate(ranked):
        for other in ranked[place + 1 :]:
            gap = (cost[other] - cost[one]).to_numpy(float)
            better, worse = float((gap > 0).mean()), float((gap < 0).mean())
            figure = _median_and_spread(gap)
            verdict = "alike" if not gap.any() else "first" if decided(better, worse) else "apart not"
            if verdict == "first" and worse > better:
                verdict = "second"
            name = say["pair"].format(one=words.get(one, one), other=words.get(other, other))
            rows.append((name, [figure, (f"{100 * better:.0f} %", ""), (say[verdict], "")]))
    return {
        "headings": [say["p gap"], say["p share"], say["p said"]],
        "rows": rows,
        "caption": say["n pairs"].format(ends=ends_said(len(cost), say)),
    }


def knowing_table(runs: Frame, words: Texts, say: Texts) -> dict[str, Any]:
    """What it would be worth to know everything before choosing, by payer."""
    found = {row["perspective"]: row for row in psa.perfect_information(runs, (0.0,)).to_dict("records")}
    rows = []
    for payer in PAYERS:
        row = found[payer]
        best = " = ".join(words.get(name, name) for name in str(row["best"]).split(" = "))
        name = say["all"] if payer == "fiscal" else words[payer]
        rows.append((name, [(best, ""), (number(float(row["evpi"]), float(row["evpi"])), "")]))
    return {"headings": [say["k best"], say["k worth"]], "rows": rows, "caption": say["n knowing"]}


def figure(gain: Frame, words: Texts, say: Texts) -> dict[str, str]:
    """What all public budgets gain in every world: the share of worlds with at least so much, a curve a proposal."""
    with mpl.rc_context(STYLE):
        drawn, ax = axes(8.5, 3.4)
        for place, name in enumerate(gain.columns):
            values = np.sort(gain[name].to_numpy(float))
            share = 100 * (1 - np.arange(values.size) / values.size)
            ax.step(
                values, share, where="pre", **line(place, max(values.size // 6, 1)), linewidth=2,
                label=words.get(str(name), str(name)),
            )  # fmt: skip
        ax.axvline(0, color="black", linewidth=1)
        ax.set(xlabel=say["f gain"], ylabel=say["f share"], ylim=(0, 102))
        drawn.legend(loc="outside lower left", ncols=2, frameon=False, fontsize=8)
        told = "; ".join(f"{words.get(str(name), str(name))} {said_of(gain[name], say)}" for name in gain.columns)
        return {"svg": labelled("worlds", svg(drawn), f"{say['h worlds']}. {told}"), "caption": say["n worlds"]}


def turns(gain: pd.Series, values: Frame, name: str, say: Texts) -> dict[str, Any]:
    """Which uncertain numbers move the gain of the leading proposal: its lowest third of worlds beside the highest.

    Kept are those whose gap is larger than the largest of all gaps in nineteen of twenty batches in which the gains
    were shuffled over the worlds: the others may be chance.
    """
    rows: list[tuple[str, list[tuple[str, str]]]] = []
    headings = [say["t low"], say["t high"], say["t gap"]]
    columns = {"headings": headings, "rows": rows, "caption": say["n turns"]}
    known = values.loc[gain.index]
    known = known[[column for column in known if known[column].nunique() > 2]]
    if len(gain) < FEWEST_DRAWS or known.empty:
        return columns | {"reading": say["turns few"].format(n=FEWEST_DRAWS)}
    third = len(gain) // 3
    order = {str(column): np.argsort(known[column].to_numpy(float), kind="stable") for column in known}
    sides = {column: (at[:third], at[-third:]) for column, at in order.items()}
    y = gain.to_numpy(float)

    def gaps(of: Any) -> dict[str, float]:
        return {column: float(of[high].mean() - of[low].mean()) for column, (low, high) in sides.items()}

    rng = np.random.default_rng(SEED)
    chance = float(np.quantile([max(map(abs, gaps(rng.permutation(y)).values())) for _ in range(SHUFFLES)], 0.95))
    found = sorted(((column, gap) for column, gap in gaps(y).items() if abs(gap) > chance), key=_by_gap)
    for column, gap in found[:MOST_FACTORS]:
        cells = []
        for side in sides[column]:
            share = say["share"].format(share=f"{100 * float((y[side] > 0).mean()):.0f}")
            cells.append((signed(float(y[side].mean())), share))
        title = say.get(f"assumed {column}")
        name_of_it = f"{title} ({column})" if title else column
        rows.append((name_of_it, [*cells, (signed(gap), "")]))
    reading = "turns some" if found else "turns none"
    return columns | {"reading": say[reading].format(name=name, n=len(sides), chance=number(chance, chance))}


def _by_gap(item: tuple[str, float]) -> float:
    return -abs(item[1])


def source(runs: Frame, manifest: Mapping[str, Any], say: Texts, again: str) -> dict[str, str]:
    """Say what was run, and how to run it again."""
    scenario, years = manifest["scenario"], int(manifest["years"])
    start = int(manifest["start_year"])
    places = scenario["municipalities"]
    return {
        say["s plan"]: manifest["title"],
        say["s places"]: say["s everywhere"] if places == "all" else ", ".join(map(str, places)),
        say["s designs"]: ", ".join(dict.fromkeys(runs["design"])),
        say["s years"]: f"{start}-{start + years - 1}",
        say["s drawn"]: ", ".join(factor["name"] for factor in manifest["factors"]),
        say["s draws"]: f"{manifest['draws']} ({manifest['sampling']['method']})",
        say["s hash"]: str(manifest["plan_digest"]),
        say["s version"]: str(manifest["versions"]["stupror"]),
        say["s again"]: again or "-",
    }
