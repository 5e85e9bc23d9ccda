"""What the numbers of the first page consist of: gains down to payer, cause and years, and programmes one by one.

The parts are those of `measures.krona`, whole kronor, so that every sum is that of what stands below it and beside it.
Read by `page`, and by the command `explain` for the names of parts.
"""

from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd

from ...measures import krona, lifetime, payers
from ..decision.front import MOST_GIST
from ..decision.front import sayings as of_decision
from ..decision.paired import Paired
from ..decision.verdict import signed
from ..pages import texts_in
from ..tables import COLUMNS

Tables = Mapping[str, pd.DataFrame]
Texts = Mapping[str, str]
Frame = pd.DataFrame
INVESTED = "parts-invested"
"""Where the report says what was invested and who was reached, by programme."""
SPANS = (10, 10, 10, 20)  # years of the first columns; the last one has the rest


@cache
def sayings(language: str) -> dict[str, str]:
    """Texts of the parts in a language, with those of the first pages."""
    return of_decision(language) | texts_in(Path(__file__).parent, language)


def part_id(proposal: int, group: str) -> str:
    """Name the place where the gain of the n-th proposal is taken apart, of a payer group or of all."""
    return f"parts-{proposal}-{group}"


def linked(front: Mapping[str, Any], found: Paired | None) -> dict[str, Any]:
    """Let the numbers of who gains, and of who is reached, lead to what they consist of: `links` of the tables."""
    if found is None or not found.proposals:
        return dict(front)
    shown = found.ranked[:MOST_GIST]
    of = [(design, group) for design in found.designs for group in lifetime.GROUPS]
    net = [part_id(shown.index(design), group) if design in shown else "" for design, group in of]
    gist = [[part_id(n, group) for group in (payers.PUBLIC, *lifetime.GROUPS)] for n in range(len(shown))]
    links = {"payers": [["", "", "", key, "", ""] for key in net]}
    return {
        **front,
        "gist": {**front["gist"], "links": gist},
        "bought": {**front["bought"], "links": _last(front["bought"])} if front.get("bought") else {},
        "tables": [
            {**each, "links": _last(each) if each["key"] == "people" else links.get(each["key"], ())}
            for each in front["tables"]
        ],
    }


def _last(table: Mapping[str, Any]) -> list[list[str]]:
    """Links of the last number of each row, which says how many are reached, to the programmes that reach them."""
    return [[*[""] * (len(cells) - 1), INVESTED] for _, cells in table["rows"]]


def consists(found: Paired | None, tables: Tables, words: Texts, rate: float, language: str) -> dict[str, Any]:
    """Lay out what the numbers of the first page consist of; nothing without a proposal held against status quo."""
    if found is None or not found.proposals:
        return {}
    say, first = sayings(language), int(tables["runs"]["start_year"].min())
    return {
        "heading": say["h parts"],
        "reading": say["parts reading"],
        "measures": [INVESTED if key in ("invested", "reached") else "" for key, _, _ in COLUMNS],
        "by_programme": say["parts by programme"],
        "designs": [
            {
                "name": say["parts of"].format(
                    name=words.get(design, design), gain=signed(found.gains(design, payers.PUBLIC).mean)
                ),
                "by_programme": _by_programme(krona.by_programme(tables, design, rate), words, say),
            }
            | _by_payer(n, krona.entries(tables, design, rate), first, words, say)
            for n, design in enumerate(found.ranked[:MOST_GIST])
        ],
        "invested": _invested(tables, words, say),
    }


def part_name(level: str, name: str, words: Texts, say: Texts) -> str:
    """Name a part as people read it: a payer, an account, what for (`krona.LEVELS`), a programme."""
    if level in ("payer", "account"):
        return words.get(name, say.get(f"party {name}", name))
    if level == "programme":
        return words.get(name, name) if name else say["part none"]
    if level != "heading":
        return name if name else say["part none"]
    verb, _, rest = name.partition(" ")  # "lives: resource", "pays programme"; or "money", "lives, expected", ...
    if (key := f"part {verb.rstrip(':')}") in say and f"part {name}" not in say:
        return say[key].format(what=say.get(f"part {rest}", rest))
    return say.get(f"part {name}", name)


def parts_table(found: Paired, tables: Tables, words: Texts, rate: float, language: str) -> Frame:
    """Every part of the gain of every proposal as a table of names, years and whole kronor.

    Columns design, payer, account, heading, programme, year, sek: they sum to the gain against status quo.
    """
    say, keys = sayings(language), ["payer", "account", "heading", "programme", "year"]
    every = []
    for design in found.ranked:
        parts = krona.entries(tables, design, rate).groupby(keys, as_index=False)[["sek"]].sum()
        named = {key: [part_name(key, str(each), words, say) for each in parts[key]] for key in keys[:-1]}
        every.append(parts.assign(design=words.get(design, design), **named)[["design", *keys, "sek"]])
    return pd.concat(every, ignore_index=True) if every else Frame()


def _by_payer(n: int, parts: Frame, first: int, words: Texts, say: Texts) -> dict[str, Any]:
    """The gain of the n-th proposal by payer, account, and what for, in columns by years."""
    spans = _spans(first, int(parts["year"].max()) if len(parts) else first)
    parts = parts.assign(span=[_span_of(int(year), spans) for year in parts["year"]])
    rows = [_row(0, say["public"], parts, len(spans), part_id(n, payers.PUBLIC))]
    for group in lifetime.GROUPS:
        of = parts[parts["payer"] == group]
        rows.append(_row(1, words[group], of, len(spans), part_id(n, group)))
        for account, mine in of.groupby("account", sort=False):
            rows.append(_row(2, part_name("account", str(account), words, say), mine, len(spans)))
            for (heading, programme), each in mine.groupby(["heading", "programme"]):
                name = part_name("heading", str(heading), words, say)
                name += f": {part_name('programme', str(programme), words, say)}" if programme else ""
                rows.append(_row(3, name, each, len(spans)))
    return {
        "headings": [
            say["parts all years"],
            *(f"{low}\u2013{high}" if high > low else str(low) for low, high in spans),
        ],
        "rows": rows,
    }


def _row(depth: int, name: str, parts: Frame, spans: int, key: str = "") -> dict[str, Any]:
    """A line: its sum and its parts by span of years, whole kronor."""
    sums = parts.groupby("span")["sek"].sum()
    cells = [_kronor(int(parts["sek"].sum())), *(_kronor(int(sums.get(k, 0))) for k in range(spans))]
    return {"depth": depth, "name": name, "cells": cells, "key": key}


def _by_programme(found: Frame, words: Texts, say: Texts) -> dict[str, Any]:
    """The same gain by programme, in columns by payer: its money, and what lives were expected to save."""
    wide = found.pivot_table(index=["programme", "heading"], columns="payer", values="sek", aggfunc="sum", fill_value=0)
    wide = wide.reindex(columns=[*lifetime.GROUPS], fill_value=0)
    rows = [{"depth": 0, "name": say["parts together"], "cells": _across(wide.sum()), "key": ""}]
    for programme, part in wide.groupby(level="programme", sort=False):
        name = part_name("programme", str(programme), words, say)
        rows.append({"depth": 1, "name": name, "cells": _across(part.sum()), "key": ""})
        for heading, each in part.groupby(level="heading", sort=False):
            rows.append({"depth": 2, "name": say[f"part {heading}"], "cells": _across(each.sum()), "key": ""})
    return {"headings": [say["public"], *(words[group] for group in lifetime.GROUPS)], "rows": rows}


def _across(sums: "pd.Series[Any]") -> list[str]:
    return [_kronor(int(sums.sum())), *(_kronor(int(each)) for each in sums)]


def _invested(tables: Tables, words: Texts, say: Texts) -> dict[str, Any]:
    """What was invested, SEK a year, and how many children were reached, by programme, in columns by design."""
    payments = lifetime.all_payments(tables)
    spent = payments[payments["work"].notna() & (payments["phase"] == "simulated")]
    years = tables["runs"].groupby("design", sort=False)["years"].sum()  # of all seeds
    money = _by(spent, "amount_sek", years).round(0)
    came = _by(tables["enrolment"], "children", years).round(1)
    names = [name for name in tables["options"]["intervention"].unique() if name in {*money.index, *came.index}]
    names += sorted({*money.index} - {*names})  # money of no programme
    money, came = (each.reindex(names, fill_value=0.0) for each in (money, came))
    rows = [{"depth": 0, "name": say["parts together"], "cells": _beside(money.sum(), came.sum()), "key": INVESTED}]
    for name in names:
        cells = _beside(money.loc[name], came.loc[name])
        rows.append({"depth": 1, "name": part_name("programme", name, words, say), "cells": cells, "key": ""})
    return {
        "heading": say["parts invested"],
        "designs": [words.get(each, each) for each in years.index],
        "headings": [say["parts kronor"], say["parts children"]],
        "rows": rows,
    }


def _by(rows: Frame, column: str, years: "pd.Series[Any]") -> Frame:
    """Sum a column by intervention (rows) and design (columns), a year, mean over seeds."""
    sums = rows.groupby(["intervention", "design"])[column].sum().unstack(fill_value=0)
    return sums.reindex(columns=years.index, fill_value=0.0) / years


def _beside(money: "pd.Series[Any]", came: "pd.Series[Any]") -> list[str]:
    """Kronor and children of each design, side by side."""
    both = zip(money, came, strict=True)
    return [cell for sek, n in both for cell in (_kronor(int(sek), ""), f"{n:,.1f}".replace(",", "\u202f"))]


def _spans(first: int, last: int) -> list[tuple[int, int]]:
    """Years as columns: first and last of each."""
    found: list[tuple[int, int]] = []
    for length in SPANS:
        if first > last:
            return found
        found.append((first, min(first + length - 1, last)))
        first += length
    return [*found, (first, last)] if first <= last else found


def _span_of(year: int, spans: Sequence[tuple[int, int]]) -> int:
    return next(k for k, (_, high) in enumerate(spans) if year <= high)


def _kronor(sek: int, plus: str = "+") -> str:
    """Write whole kronor, with a sign and thin spaces between thousands."""
    text = f"{abs(sek):,}".replace(",", "\u202f")
    return f"\u2212{text}" if sek < 0 else f"{plus if sek else ''}{text}"
