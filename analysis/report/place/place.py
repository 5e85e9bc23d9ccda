"""The report of one municipality or region, from a run of its county that kept every municipality.

Read by the commands.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from ...measures import parts
from ..decision.front import front
from ..page import localiser, spoken, texts, with_designs
from ..pages import fill_in, texts_in
from ..tables import number
from .tables import (
    beside_table,
    bodies_table,
    children_table,
    facts_table,
    neighbours_table,
    practice_table,
    years_table,
)

Tables = Mapping[str, pd.DataFrame]
Texts = Mapping[str, str]

COUNTIES = 21
MOST_NAMED = 60  # more municipalities than that are counted


def sayings(language: str) -> dict[str, str]:
    """Texts of this report in a language."""
    return texts_in(Path(__file__).parent, language)


def write_place(tables: Tables, path: Path, *, manifest: Mapping[str, Any], language: str = "en") -> None:
    """Write the report of the place that the manifest names.

    Parameters
    ----------
    tables
        Result tables with every municipality of the county (`docs/outputs.md`), of one or more designs and seeds.
    path
        File to write.
    manifest
        What the run was made from; `place` has name, county, codes, facts and like.
    language
        ``"en"`` or ``"sv"``.
    """
    here = parts.part_of(tables, manifest["place"]["codes"])
    write_page(here, tables, path, manifest=manifest, language=language)


def write_page(here: Tables, tables: Tables, path: Path, *, manifest: Mapping[str, Any], language: str) -> None:
    """Write the report of a place from its own tables (`measures.parts`) and those of all that was simulated."""
    fill_in("place.html.j2", content(here, tables, manifest=manifest, language=language), path)


def content(here: Tables, tables: Tables, *, manifest: Mapping[str, Any], language: str) -> dict[str, Any]:
    """Put together everything that the report of a place shows."""
    place, say = manifest["place"], sayings(language)
    words = with_designs(texts(language)["words"], tables["runs"]["design"].unique(), manifest, language)
    mine = {**manifest, "places": [place["name"]], "cut_counties": {}}
    runs = here["runs"]
    simulated = tables["municipalities"]["municipality"].nunique()
    counties = tables["municipalities"]["county"].nunique()
    voluntary = "diffusion.voluntary" in manifest.get("scenario", {}).get("changes", {})
    made = [
        facts_table(place, say),
        beside_table(tables, here, place, words, say),
        children_table(tables, here, words, say),
        practice_table(here, place, say),
        bodies_table(here, words, say),
        years_table(here, words, say),
        neighbours_table(tables, place, words, say),
    ]
    local = localiser(language)
    shown = {
        "page_title": say["title"].format(name=place["name"]),
        "scenario": say["of county"].format(name=place["name"], county=place["county"], n=simulated),
        "know_title": say["h know"],
        "know": know(runs, place, say, whole=counties == COUNTIES, everywhere=not voluntary),
        "front": front(here, _as_part(mine), words, 0.0, language, part=True),
        "tables": [table for table in made if table["rows"]],
        "source_title": say["source"],
    }
    made_by = say["made_by"].format(version=", ".join(sorted(set(runs["version"]))))
    return {**spoken(shown, local), "language": language, "made_by": made_by, "source": source(tables, manifest, say)}


def _as_part(manifest: Mapping[str, Any]) -> dict[str, Any]:
    """The manifest, speaking of the place as of a part of the country, as it is."""
    scenario = {**manifest.get("scenario", {}), "municipalities": manifest["place"]["codes"]}
    return {**manifest, "scenario": scenario}


def know(
    runs: pd.DataFrame, place: Mapping[str, Any], say: Texts, *, whole: bool = False, everywhere: bool = True
) -> list[str]:
    """Say what cannot be known about a single place, with its numbers.

    `whole`: the country was simulated; `everywhere`: each design is in force in every municipality.
    """
    children = float(runs["children"].mean())
    filled = {
        "name": place["name"],
        "children": number(children, 1000),
        "n": runs["seed"].nunique(),
        "years": int(runs["years"].iloc[0]),
    }
    practice = "stated" if place.get("stated") else "practice"
    filled["state"] = say.get(f"state {place.get('stated')}", "")
    coverage = ["coverage"] if everywhere else []
    keys = ["level", "luck", practice, *coverage, "later", "shared", *([] if whole else ["elsewhere"])]
    return [say[f"know {key}"].format(**filled) for key in keys]


def source(tables: Tables, manifest: Mapping[str, Any], say: Texts) -> dict[str, str]:
    """Say what was run, and how to run it again."""
    runs, place, scenario = tables["runs"], manifest["place"], manifest.get("scenario", {})
    seeds, start = sorted(runs["seed"].unique()), int(runs["start_year"].iloc[0])
    years, hashes = int(runs["years"].iloc[0]), set(runs["scenario_hash"])
    designs = ",".join(dict.fromkeys(runs["design"]))
    again = f'stupror municipality "{place["wanted"]}" --designs "{designs}" --seeds {len(seeds)} --seed {seeds[0]}'
    again += " --scenario SCENARIO.toml" if scenario.get("changes") or scenario.get("interventions") else ""
    if manifest.get("municipalities_file"):
        again += f" --municipalities-file {manifest['municipalities_file']}"
    counties = {code[:2] for code in place["codes"]}
    again += " --country" if set(tables["municipalities"]["county"]) != counties else ""
    again += " --point" if manifest.get("worlds") == "point" else ""
    if place.get("stated"):
        again += f' --practice "{place["stated"]}"'
    again += " --each" if place.get("every") else ""
    names = list(dict.fromkeys(tables["municipalities"]["name"]))
    told = ", ".join(names) if len(names) <= MOST_NAMED else say["places many"].format(n=len(names))
    return {
        say["places"]: told,
        say["seeds"]: ", ".join(map(str, seeds)),
        say["years"]: f"{start}-{start + years - 1}",
        say["hash"]: ", ".join(sorted(hashes)) if len(hashes) < 4 else say["hash each"],
        say["version"]: ", ".join(sorted(set(runs["version"]))),
        say["again"]: f"{again} --years {years} --out NEW",
    }
