"""A folder of reports, one for each municipality of a run, and a first page whose sums are those of the whole run.

Read by the commands.
"""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from ...measures import lifetime, parts
from ..decision.verdict import signed, verdict
from ..page import localiser, spoken, texts, with_designs
from ..pages import fill_in
from ..tables import number
from . import PAGES, SUMS
from .place import sayings, source, write_page

Tables = Mapping[str, pd.DataFrame]
Texts = Mapping[str, str]

M_SEK = 1e6
FLOWS = ["pays_sek", "receives_sek", "saves_sek"]


def write_every(
    tables: Tables,
    path: Path,
    *,
    manifest: Mapping[str, Any],
    language: str = "en",
    progress: Callable[[int, int], None] = lambda done, of: None,
) -> None:
    """Write the first page to `path`, the pages of places to a folder beside it, and their money to a CSV file.

    Parameters
    ----------
    tables
        Result tables with every municipality (`docs/outputs.md`).
    path
        The first page.
    manifest
        What the run was made from; ``place["every"]`` has a record for each municipality, in order of code.
    language
        ``"en"`` or ``"sv"``.
    progress
        Called with the number of pages that are done, and of all.
    """
    records = {record["codes"][0]: record for record in manifest["place"]["every"]}
    (path.parent / PAGES).mkdir(exist_ok=True)
    by_need = ["design", "seed", "year", "age", "level"]
    whole = {**tables, "children": tables["children"].groupby(by_need, as_index=False, sort=False)[["children"]].sum()}
    money = []
    for done, (code, here) in enumerate(parts.each_part(tables), start=1):
        mine = {**manifest, "place": records[code]}
        write_page(here, whole, path.parent / PAGES / f"{code}.html", manifest=mine, language=language)
        money.append(parts.money_of(here).assign(municipality=code, name=records[code]["name"]))
        progress(done, len(records))
    by_place = pd.concat(money, ignore_index=True)
    first = ["municipality", "name", *lifetime.RUN, "group"]
    by_place[[*first, *FLOWS]].to_csv(path.parent / SUMS, index=False, lineterminator="\n")
    fill_in("every.html.j2", first_page(tables, by_place, manifest, language), path)


def first_page(tables: Tables, by_place: pd.DataFrame, manifest: Mapping[str, Any], language: str) -> dict[str, Any]:
    """Put together what the first page shows: what it is, the sums, and a row with a link for each municipality."""
    say, place = sayings(language), manifest["place"]
    words = with_designs(texts(language)["words"], tables["runs"]["design"].unique(), manifest, language)
    runs = tables["runs"]
    local = localiser(language)
    shown = {
        "page_title": say["every title"],
        "scenario": say["every scenario"].format(n=len(place["every"]), name=words.get(place["name"], place["name"])),
        "know": [say["every know"].format(n=runs["seed"].nunique(), years=int(runs["years"].iloc[0]))],
        "sums": sums_table(by_place, tables, words, say),
        "places": places_table(by_place, tables, words, say),
        "source_title": say["source"],
    }
    made_by = say["made_by"].format(version=", ".join(sorted(set(runs["version"]))))
    plain = {"language": language, "pages": PAGES, "made_by": made_by, "source": source(tables, manifest, say)}
    return {**spoken(shown, local), **plain}


def sums_table(by_place: pd.DataFrame, tables: Tables, words: Texts, say: Texts) -> dict[str, Any]:
    """What all pages add up to beside the run as a whole, in whole kronor over all seeds and years."""
    keys = [*lifetime.RUN, "group"]
    pages, whole = (each.groupby(keys, sort=False)[FLOWS].sum() for each in (by_place, parts.money_of(tables)))
    pages = pages.reindex(whole.index, fill_value=0)
    apart = (pages - whole).abs().sum(axis=1)  # so that nothing cancels
    summed = pages.assign(apart=apart).groupby(["design", "group"], sort=False).sum().reset_index()
    rows = [
        (
            f"{words.get(row['design'], row['design'])}: {words[row['group']]}",
            [(_whole(int(row[each])), "") for each in (*FLOWS, "apart")],
        )
        for row in summed.to_dict("records")
    ]
    headings = [say["every pays"], say["every receives"], say["every saves"], say["every difference"]]
    return {"key": "sums", "heading": say["h sums"], "headings": headings, "rows": rows, "caption": say["n sums"]}


def places_table(by_place: pd.DataFrame, tables: Tables, words: Texts, say: Texts) -> dict[str, Any]:
    """A row for each municipality: its code, its name, and what each design changes for its own budgets, M SEK."""
    own = by_place[by_place["group"] == "municipality"].copy()
    own["net"] = own["saves_sek"] - own["pays_sek"] + own["receives_sek"]
    wide = own.pivot_table(index=["municipality", "name"], columns=["design", "seed"], values="net", sort=False)
    children = tables["municipalities"].groupby("municipality")["children"].mean()
    designs = [name for name in dict.fromkeys(tables["runs"]["design"]) if name != lifetime.BASE]
    if lifetime.BASE not in set(tables["runs"]["design"]):
        designs = []
    rows = []
    for code, name in wide.index:
        mine = wide.loc[(code, name)]
        judged = [verdict(mine[design] - mine[lifetime.BASE], M_SEK) for design in designs]
        cells = [(number(float(children[code]), 1000), ""), *((signed(v.mean), v.gap.strip()) for v in judged)]
        rows.append((code, f"{code} {name}", cells))
    headings = [say["every people"], *(say["every net"].format(name=words.get(each, each)) for each in designs)]
    return {"heading": say["h every"], "headings": headings, "rows": rows, "caption": say["n every"]}


def _whole(value: int) -> str:
    """Write whole kronor."""
    return f"{value:,}".replace(",", "\u202f").replace("-", "\u2212")
