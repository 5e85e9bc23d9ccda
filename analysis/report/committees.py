"""By committee and year: does its frame shrink, who keeps what it saves, and when has it got its own money back.

Everything against status quo with the same seed. A figure of frames over the years and a table; nothing if status quo
was not run beside another design. Read by `page`.
"""

from collections.abc import Mapping, Sequence
from textwrap import fill
from typing import Any

import pandas as pd

from ..measures import lifetime, payers
from .decision.drawings import over_years
from .decision.paired import M_SEK
from .decision.verdict import LESS, MORE, cell, verdict
from .elsewhere import drawing
from .style import blank, styled, svg
from .tables import within

Tables = Mapping[str, pd.DataFrame]
Texts = Mapping[str, str]
Cell = tuple[str, str]
Changes = Mapping[tuple[str, str], pd.DataFrame]  # by design and body: against status quo, a row for each seed and year

MONEY = ("frame_sek", "mandatory_sek", "prevention_sek", "result_sek", "equity_sek")
MOST_DRAWN = 4


def committee_sections(tables: Tables, words: Texts, say: Texts) -> list[dict[str, Any]]:
    """Draw how frames change and lay the table out."""
    bodies = tables["bodies"]
    by_year = bodies.groupby([*lifetime.RUN, "body", "year"], as_index=False, sort=False)[list(MONEY)].sum()
    change = payers.against_base(by_year, MONEY, ["body", "year"])
    if change.empty:
        return []
    names = _designs(change)
    by = {(str(design), str(body)): part for (design, body), part in change.groupby(["design", "body"], sort=False)}
    reading = " ".join([say["r_committees"], *_read(by, names, words, say)])
    heading = say["h_committees"]
    return [
        {
            "key": "committees",
            "heading": heading,
            "reading": reading,
            "svg": drawing("committees", f"{heading}. {reading}", _draw, _frames(by, names[:MOST_DRAWN]), words),
            "caption": say["n_committees"] + (f" {say['n_committees_more']}" if len(names) > MOST_DRAWN else ""),
        },
        _table(by, names, words, say),
    ]


def _designs(change: pd.DataFrame) -> list[str]:
    """Designs in the order in which they were run; the planner, who asks no committee, stands last."""
    return sorted(change["design"].unique(), key=lambda name: name == lifetime.BENCHMARK)


def _summed(rows: pd.DataFrame) -> pd.DataFrame:
    """Sums over the years of one body under one design, by seed; equity, and `last_sek`, are of the last year."""
    total = rows.groupby("seed", sort=False)[list(MONEY)].sum()
    last = rows[rows["year"] == rows["year"].max()].set_index("seed")
    return total.assign(equity_sek=last["equity_sek"], last_sek=last["frame_sek"])


def own_money_back(rows: pd.DataFrame) -> int | None:
    """First year from which a body has spent less so far than with status quo, and goes on so to the last; or None.

    What it spends is the cost of lives and of programmes, mean over seeds of what is in `rows` (one design and body).
    """
    spent = rows.assign(spent=rows["mandatory_sek"] + rows["prevention_sek"]).groupby("year")["spent"].mean().cumsum()
    over = spent[spent >= 0]
    if over.empty:
        return int(spent.index[0])
    later = spent.index[spent.index > over.index[-1]]
    return int(later[0]) if len(later) else None


def _read(by: Changes, names: Sequence[str], words: Texts, say: Texts) -> list[str]:
    """Say whose frames are smaller and larger over the years under each design, and what left the committees."""
    lines = []
    for design in [name for name in names if name != lifetime.BENCHMARK][:MOST_DRAWN]:
        judged = {body: verdict(_summed(by[design, body])["frame_sek"], M_SEK) for body in lifetime.BODIES}
        told = [
            say[f"r_frames_{kind}"].format(
                bodies=", ".join(f"{within(words[body])} {found.figure}" for body, found in some.items())
            )
            for kind in (LESS, MORE)
            if (some := {body: found for body, found in judged.items() if found.kind == kind})
        ]
        lines.append(
            say["r_frames"].format(name=words.get(design, design), told="; ".join(told or [say["r_frames_no"]]))
        )
    return lines


def _frames(by: Changes, names: Sequence[str]) -> dict[str, list[pd.DataFrame]]:
    """Change of each frame, M SEK, by design and body; of each a row for each year and a column for each seed."""
    return {
        name: [
            by[name, body].set_index(["year", "seed"])["frame_sek"].unstack("seed") / M_SEK for body in lifetime.BODIES
        ]
        for name in names
    }


def _draw(frames: Mapping[str, Sequence[pd.DataFrame]], words: Texts) -> str:
    """Change of each frame by design (rows) and body (columns) over years; the band is from lowest to highest seed."""
    names = [*frames]
    with styled({"font.size": 9}):
        figure = blank(9.2, 0.6 + 1.55 * len(names))
        axes = figure.subplots(len(names), len(lifetime.BODIES), sharex="col", squeeze=False)
        for row, name in enumerate(names):
            for column, body in enumerate(lifetime.BODIES):
                over_years(axes[row, column], frames[name][column], ticks=3)
                if row == 0:
                    axes[row, column].set_title(fill(words[body], 20, break_long_words=False), fontsize=8.5)
            axes[row, 0].set_ylabel(fill(words.get(name, name), 20), fontsize=8.5)
        figure.supylabel(words["M SEK"], fontsize=9)
        return svg(figure)


def _table(by: Changes, names: Sequence[str], words: Texts, say: Texts) -> dict[str, Any]:
    """A row for each design and body."""
    columns = ("frame_sek", "last_sek", "mandatory_sek", "prevention_sek", "result_sek", "equity_sek")
    rows: list[tuple[str, list[Cell]]] = []
    for design in names:
        for body in lifetime.BODIES:
            mine = by[design, body]
            found = _summed(mine)
            cells = [cell(verdict(found[column], M_SEK)) for column in columns]
            year, same = own_money_back(mine), not mine[list(MONEY)].any(axis=None)
            cells.append(("-" if same else say["never"] if year is None else str(year), ""))
            rows.append((f"{words.get(design, design)}: {within(words[body])}", cells))
    last = max(int(each["year"].max()) for each in by.values())
    return {
        "key": "committees_table",
        "heading": say["h_committees_table"],
        "headings": [say[f"c_{column}"].format(last=last) for column in (*columns, "back")],
        "rows": rows,
        "reading": "",
        "caption": say["n_committees_table"],
    }
