"""The headline over worlds, as text: medians with spread, how often a design is better, how sure all of it is.

Read by the commands and the pages of the documentation.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Any

import pandas as pd

from ..measures import lifetime, steps, worlds
from .intervals import FEW_SEEDS
from .tables import number

__all__ = ["how_sure", "luck_apart", "over_worlds", "share_of_worlds", "spelled"]

_PAYERS = ("all", *lifetime.GROUPS)
Tables = Mapping[str, pd.DataFrame]
Words = Mapping[str, str]
PLAIN: Words = {}  # designs go by the names that a command takes


def over_worlds(
    tables: Mapping[str, pd.DataFrame], say: Mapping[str, str], rate: float, words: Mapping[str, str] = PLAIN
) -> pd.DataFrame:
    """Lay out what each design does against status quo over worlds: one row per design, texts of a language.

    For every payer the median gain over worlds with its ends (`worlds.ends`, SEK per child), and the share of worlds in
    which the payer gains; "not decided" where neither a gain nor a loss holds in nine worlds of ten. Last the share of
    worlds in which the design alone is the cheapest of all (the planner left out). Empty without status quo. `words`
    has the names of designs, if not those that a command takes.
    """
    tables = lifetime.without_ages(steps.without_steps(dict(tables)))
    found = worlds.spread(tables, rate)
    if found.empty:
        return pd.DataFrame()
    likeliest = worlds.best(tables, rate)
    rows = []
    for design, part in found.groupby("design", sort=False):
        by_payer = {str(row["payer"]): row for row in part.to_dict("records")}
        row = {"Design": words.get(str(design), str(design))}
        for payer in _PAYERS:
            one, title = by_payer[payer], say[f"w_{payer}"]
            row[say["w_gain"].format(payer=title)] = spelled(one)
            row[say["w_in"].format(payer=title)] = share_of_worlds(one, say)
        name = str(design)
        row[say["w_cheapest"]] = (
            say["w_share"].format(share=f"{100 * likeliest[name]:.0f}") if name in likeliest else "-"
        )
        rows.append(row)
    return pd.DataFrame(rows)


def luck_apart(tables: Mapping[str, pd.DataFrame], say: Mapping[str, str], rate: float) -> pd.DataFrame:
    """Lay out which part of the variance over worlds is luck, in per cent with a 90 % interval: one row per design.

    Empty if no world was lived twice.
    """
    tables = lifetime.without_ages(steps.without_steps(dict(tables)))
    found = worlds.luck(tables, rate)
    rows = []
    for design, part in found.groupby("design", sort=False):
        by_payer = {str(row["payer"]): row for row in part.to_dict("records")}
        row = {"Design": str(design)}
        rows.append(row | {say[f"w_{payer}"]: _percent(by_payer[payer]) for payer in _PAYERS})
    return pd.DataFrame(rows)


def _percent(row: Mapping[Hashable, Any]) -> str:
    if pd.isna(row["share"]):
        return "-"
    share, low, high = (f"{100 * float(row[each]):.0f}" for each in ("share", "low", "high"))
    return f"{share} [{low} to {high}]"


def spelled(row: Mapping[Hashable, Any]) -> str:
    """Write a row of `worlds.spread` as median with its ends."""
    median, low, high = (float(row[each]) for each in ("median", "low", "high"))
    return f"{number(median, median)} [{number(low, median)} to {number(high, median)}]"


def share_of_worlds(row: Mapping[Hashable, Any], say: Mapping[str, str]) -> str:
    """Say in which share of worlds a payer gains, and if that settles the sign."""
    better, equal, worse = (float(row[each]) for each in ("better", "equal", "worse"))
    if equal == 1.0:
        return say["w_same"]
    key = "w_share" if worlds.decided(better, worse) else "w_undecided"
    return say[key].format(share=f"{100 * better:.0f}")


def how_sure(tables: Tables, manifest: Mapping[str, Any], words: Words, say: Words, rate: float) -> list[str]:
    """Say what intervals cover, what they do not, and what is special about this run."""
    seeds = tables["runs"]["seed"].nunique()
    proposals = set(tables["runs"]["design"]) - {lifetime.BASE, lifetime.BENCHMARK}
    laid_over, drawn = bool(manifest.get("posteriors")), manifest.get("worlds", "point")
    fixed, changes = drawn == "point", manifest.get("scenario", {}).get("changes", {})
    elsewhere = [words.get(each, each) for each in manifest.get("elsewhere", ())]
    return [
        *([say["one seed"]] if seeds == 1 else []),
        *([say["sure"]] if fixed and not laid_over and seeds > 1 else []),
        *([] if fixed and laid_over else [say[f"sure_{drawn}"]]),
        *([say["sure_few"].format(n=seeds)] if 1 < seeds < FEW_SEEDS else []),
        *([say["sure_posteriors"]] if laid_over else []),
        *([say["sure_elsewhere"].format(designs=", ".join(elsewhere))] if elsewhere else []),
        say["sure_model"],
        *([say["sure_coverage"]] if "diffusion.voluntary" not in changes and proposals else []),
        say["sure_purses"],
        say["sure_level"],
        *_luck(tables, words, say, rate),
    ]


def _luck(tables: Tables, words: Mapping[str, str], say: Mapping[str, str], rate: float) -> list[str]:
    """Say how much of the spread over worlds is luck; nothing if no world was lived twice."""
    found = worlds.luck(tables, rate)
    found = found[(found["payer"] == "all") & found["share"].notna()]
    if found.empty:
        return []
    parts = [
        say["luck part"].format(
            design=words.get(str(row["design"]), str(row["design"])),
            share=f"{100 * row['share']:.0f} [{100 * row['low']:.0f} to {100 * row['high']:.0f}]",
        )
        for row in found.to_dict("records")
    ]
    return [say["sure_luck"].format(m=int(found["m"].iloc[0]), n=int(found["n"].iloc[0]), parts="; ".join(parts))]
