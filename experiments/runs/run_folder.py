"""Writing a run to a folder: whole or not at all, and never over somebody else's work.

`new_folder` refuses a place that cannot be written before anything runs, hands out a hidden sibling of the
wanted folder, and gives it its name at the end (`files.places`). All that depends on the time or the machine
stands in the manifest under `this_run`; every other file is the same, byte for byte, whenever the same runs are
written. Read by the commands.
"""

from __future__ import annotations

import hashlib
import json
import os
import platform
import shlex
import subprocess
import sys
from collections.abc import Container, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import pandas as pd
from pydantic import ValidationError

from ...analysis import schema
from ...analysis.report.place import PAGES, SUMS
from ...model.contracts import Design, load_design
from ...model.inputs.errors import InputError
from ...model.inputs.own.dated import read_dated
from ...model.inputs.quantity import Quantity
from ...model.inputs.scenario import Scenario, load_scenario, select
from ..files import places, records
from ..files.records import MANIFEST
from ..files.tables import CRATE, PACKAGE, data_package, of_runs
from ..files.tips import TIPS, read_tips
from .told import assumed_that_matter, cut_counties, place_names, terms_of

__all__ = [
    "CSV_FOLDER",
    "EXCEL",
    "MANIFEST",
    "REPORT",
    "manifest",
    "new_folder",
    "read_folder",
    "rewrite_report",
    "this_run",
    "write_manifest",
    "write_report",
    "write_sheets",
]

REPORT = "report.html"
AGAIN = "Run it again."
EXCEL = "report.xlsx"
CSV_FOLDER = "csv"  # the same sheets for Swedish Excel
UNREAD = ("answers", "levels", "measures")  # tables that the report does not read
LONG = ("children", "costs", "enrolment", "projects")  # those of millions of rows
PACKAGES = ("stupror", "numpy", "numba", "mesa", "pandas", "pyarrow", "scipy")

Manifest = dict[str, Any]
Page = dict[str, Any]
Tables = Mapping[str, pd.DataFrame]


@contextmanager
def new_folder(wanted: Path, *, overwrite: bool = False) -> Iterator[Path]:
    """Hand out an empty folder that becomes `wanted` when all has gone well, and vanishes otherwise.

    Parameters
    ----------
    wanted
        The folder to make. One that exists is refused.
    overwrite
        Replace `wanted` if it holds results of stupror; anything else is refused all the same, and so are results that
        another has put there since the beginning.

    Raises
    ------
    InputError, stupror.experiments.files.places.WriteError
        As for `stupror.experiments.files.places.new_folder`.
    """
    check = partial(_refuse_existing, wanted, overwrite=overwrite)
    with places.new_folder(wanted, check, replace=overwrite) as draft:
        yield draft


def _refuse_existing(wanted: Path, target: Path, *, overwrite: bool) -> None:
    """Refuse a folder that exists, unless it holds results and may be replaced."""
    if not os.path.lexists(target):
        return
    if not target.is_dir():
        raise InputError([f"{wanted}: is not a folder. Name a new folder with --out."])
    if not overwrite:
        raise InputError(
            [f"{wanted}: exists. A run never writes over another: name a new folder, or replace it with --overwrite."]
        )
    manifest = records.told(target)
    if manifest.get("software") != "stupror" or "kind" in manifest:
        raise InputError([f"{wanted}: --overwrite replaces results of stupror only, and this folder holds none."])
    files = manifest.get("files")
    ours = {MANIFEST, PACKAGE, CRATE, REPORT, EXCEL, CSV_FOLDER, TIPS, PAGES, SUMS}
    ours |= set(map(str, files)) if isinstance(files, dict) else set()
    if strangers := _strangers(target, ours):
        raise InputError(
            [f"{wanted}: holds {', '.join(strangers)}, which stupror did not write. Move it away or name a new folder."]
        )


def _strangers(folder: Path, ours: set[str]) -> list[str]:
    """Name what somebody else has put beside our results; hidden files are the file manager's."""
    return sorted(path.name for path in folder.iterdir() if path.name not in ours and not path.name.startswith("."))


def kind_of(folder: Path) -> str:
    """Say what a folder of results is of, as its manifest has it: "batch", or nothing for runs and whatever else."""
    return str(records.told(folder).get("kind", ""))


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Write what was run, with what, and where; and what the tables hold, for programs."""
    text = json.dumps(manifest, indent=2, ensure_ascii=False) + "\n"
    (folder / MANIFEST).write_text(text, encoding="utf-8", newline="\n")
    title = f"stupror: {manifest['scenario']['title'] if 'scenario' in manifest else manifest['kind']}"
    package = data_package(folder, title, of_runs(), manifest["files"])
    (folder / PACKAGE).write_text(package, encoding="utf-8", newline="\n")


def write_report(folder: Path, tables: Tables, manifest: Manifest, language: str, *, name: str = REPORT) -> Page | None:
    """Write the report, from nothing that depends on the time or the machine; give what it shows, unless of a place."""
    from ...analysis.report import page
    from ...analysis.report.place.every import write_every
    from ...analysis.report.place.place import write_place

    if not manifest.get("place"):
        shown = page_of(folder, tables, manifest, language)
        page.write_report(shown, folder / name)
        return shown

    write = write_every if manifest["place"].get("every") else write_place
    write(tables, folder / name, manifest=_lasting(folder, manifest), language=language)
    return None


def page_of(folder: Path, tables: Tables, manifest: Manifest, language: str) -> Page:
    """Give what a report shows; a process beside (`aside`) may still draw its figures."""
    from ...analysis.report.page import content

    title = manifest["scenario"]["title"]
    return content(tables, title=title, manifest=_lasting(folder, manifest), language=language, **_rates(manifest))


def _rates(manifest: Manifest) -> dict[str, float]:
    """Discount rates of public budgets and of society in the world that was run."""
    scenario = manifest["scenario"]
    return {"rate": float(scenario["discount_rate"]), "societal_rate": float(scenario["societal_rate"])}


def write_sheets(
    folder: Path,
    tables: Tables,
    manifest: Manifest,
    language: str,
    *,
    excel: bool = False,
    swedish_csv: bool = False,
    page: Page | None = None,
) -> list[Path]:
    """Write tables and figures as Excel, as Swedish CSV, or both; give their paths. `page` is what the report shows."""
    if not (excel or swedish_csv):
        return []
    from ...analysis.report.sheets.collect import headings, names_of_files, sheets
    from ...analysis.report.sheets.write import write_csv, write_excel

    lasting = _lasting(folder, manifest)
    made = sheets(tables, manifest=lasting, language=language, page=page, **_rates(manifest))
    name, written = headings(language), []
    if excel:
        write_excel(made, folder / EXCEL, (name["contents"], name["sheet"], name["shows"]))
        written.append(folder / EXCEL)
    if swedish_csv:
        of_now = write_csv(made, folder / CSV_FOLDER)
        for path in set(map((folder / CSV_FOLDER).joinpath, names_of_files())) - set(of_now):
            path.unlink(missing_ok=True)
        written.append(folder / CSV_FOLDER)
    return written


def _lasting(folder: Path, manifest: Manifest) -> Manifest:
    """What the report reads of a manifest, with the tips in the folder if somebody has looked for them."""
    lasting = {key: value for key, value in manifest.items() if key != "this_run"}
    found = read_tips(folder)
    return lasting if found is None else lasting | {"tips": found}


def rewrite_report(folder: Path, language: str, *, excel: bool = False, swedish_csv: bool = False) -> list[Path]:
    """Write the report of a folder again from its tables, and give the paths of all that was written.

    With its sheets, if asked for or there already: none is left behind in another language.

    Raises
    ------
    InputError
        If the folder holds no whole results, or another has taken its place or written its report meanwhile.
    stupror.experiments.files.places.WriteError
        If the report cannot be written; the old one is still there then.
    """
    before = _inode(folder)
    place = records.told(folder).get("place")
    tables, manifest = read_folder(folder) if place else read_folder(folder, heads=UNREAD, coded=LONG)
    report = folder / REPORT
    with places.new_file(report, replace=True) as draft:
        page = write_report(draft.parent, tables, manifest, language, name=draft.name)
        if _inode(folder) != before:
            raise InputError([f"{folder}: was replaced by another command meanwhile. Give this one again."])
    excel, swedish_csv = excel or (folder / EXCEL).is_file(), swedish_csv or (folder / CSV_FOLDER).is_dir()
    return [report, *write_sheets(folder, tables, manifest, language, excel=excel, swedish_csv=swedish_csv, page=page)]


def _inode(folder: Path) -> tuple[int, int] | None:
    return (folder.stat().st_dev, folder.stat().st_ino) if folder.is_dir() else None


def read_folder(folder: Path, *, heads: Container[str] = (), coded: Container[str] = ()) -> tuple[Tables, Manifest]:
    """Read a written folder again: its tables, which are what was written, and its manifest.

    `heads` are tables of which the first row is enough, `coded` those whose text is wanted as categories.

    Raises
    ------
    InputError
        If it holds no results of stupror, is of another version, or a table is missing or not what was written.
    """
    found = records.told(folder)
    if found.get("software") == "stupror search":
        raise InputError([f"{folder}: holds a search. Look at front.svg and front.csv in it."])
    if found.get("kind") == "batch":
        raise InputError([f"{folder}: holds a batch. Look at it with `stupror batch status` or `stupror psa`."])
    if found.get("software") != "stupror":
        raise InputError([f"{folder}: holds no results of stupror. Give a folder that `run` or `compare` has written."])
    manifest = records.record(folder / MANIFEST, records.RunManifest, AGAIN)
    names = [name for name in sorted(manifest["files"]) if name.endswith(".parquet")]
    if missing := [name for name in schema.TABLES if f"{name}.parquet" not in names and name not in schema.OPTIONAL]:
        raise InputError([f"{folder}: has no table {missing[0]}: it was written by another version. {AGAIN}"])
    tables = records.read_tables(folder, names, manifest["files"], AGAIN, heads=heads, coded=coded)
    if differences := schema.check(tables):
        written = manifest["versions"].get("stupror", "unknown")
        raise InputError(
            [f"{folder}: was written by another version ({written}; {shortened(differences[0], 200)}). {AGAIN}"]
        )
    return tables, manifest


def shortened(text: str, most: int) -> str:
    """Cut a text that is too long to print."""
    return text if len(text) <= most else f"{text[:most]}..."


def manifest(
    spec: Scenario,
    designs: Sequence[Design],
    seeds: Sequence[int],
    start_year: int,
    years: int,
    *,
    worlds: str,
    files: Mapping[str, str],
) -> Manifest:
    """Say what was run, so that it can be run again and checked: all but what holds for this run alone."""
    from ..plans.likely import LIKELY, shipped_worlds  # here: a report needs no compiled code
    from .around import elsewhere

    return {
        "software": "stupror",
        "scenario": scenario_manifest(spec),
        "designs": [design_record(each) for each in designs],
        "seeds": list(seeds),
        "start_year": start_year,
        "years": years,
        "assumed": assumed_that_matter(spec),
        "places": place_names(spec, load_scenario()),
        "cut_counties": cut_counties(spec, load_scenario()),
        "elsewhere": elsewhere(designs, spec, load_scenario()),  # designs that hang on results of places left out
        "worlds": worlds,  # how they were drawn: likely, priors or point, see `plans.likely`
        "drawn": {str(seed): shipped_worlds().pick(seed) for seed in seeds} if worlds == LIKELY else {},
        "versions": versions(),
        "files": dict(files),
    }


def scenario_manifest(spec: Scenario) -> dict[str, Any]:
    """Say what world was run: all in which it differs from the built-in one."""
    built_in = load_scenario()
    whole_country = spec.places.codes == built_in.places.codes
    return {
        "title": spec.title,
        "hash": spec.hash(),
        "discount_rate": spec.discount.rate,
        "societal_rate": spec.discount.societal_rate,
        "changes": {
            path: quantity.model_dump(mode="json")
            for path, quantity in spec.quantities.items()
            if quantity != built_in.quantities.get(path)
        },
        "interventions": {
            words["name"]: words
            for path, words in spec.texts.items()
            if path.startswith("interventions.") and words != built_in.texts.get(path)
        },
        **({"dated": [each.record() for each in spec.dated]} if spec.dated else {}),
        "municipalities": "all" if whole_country else list(spec.places.codes),
    }


def design_record(design: Design) -> dict[str, Any]:
    """Tell a design in a manifest: name, digest, and what it says."""
    return {"name": design.name, "title": design.title, "hash": design_hash(design)} | terms_of(design)


def scenario_of(manifest: Manifest, folder: Path) -> Scenario:
    """Build the scenario of a written folder again.

    Raises
    ------
    InputError
        If the manifest does not say all of it, as with a table of municipalities of one's own.
    """
    told, built_in = manifest["scenario"], load_scenario()
    try:
        changes = {path: Quantity.model_validate(each) for path, each in told["changes"].items()}
        added = {f"interventions.{name}": words for name, words in told.get("interventions", {}).items()}
        spec = replace(built_in.with_quantities(changes, added), title=told["title"])
        problems: list[str] = []
        spec = replace(spec, dated=read_dated(told.get("dated", []), MANIFEST, spec.quantities, problems)[0])
        if problems:
            raise TypeError(problems)
    except (ValidationError, KeyError, TypeError, AttributeError) as error:
        raise InputError([f"{folder / MANIFEST}: 'scenario.changes' is damaged. {AGAIN}"]) from error
    if told["municipalities"] != "all":
        spec = select(spec, told["municipalities"])
    if spec.hash() != told["hash"]:
        raise InputError(
            [
                f"{folder / MANIFEST}: the scenario cannot be built again from it: it is of another version, or has "
                "municipalities of its own. Run the comparison again with this version."
            ]
        )
    return spec


def designs_of(manifest: Manifest, folder: Path) -> list[Design]:
    """Read the designs of a written folder again.

    Raises
    ------
    InputError
        If one is not found by its name, or is another today.
    """
    designs = [load_design(each["name"]) for each in manifest["designs"]]
    problems = [
        f"{folder / MANIFEST}: design '{design.name}' is another today than when this was written. Run it again."
        for design, each in zip(designs, manifest["designs"], strict=True)
        if design_hash(design) != each["hash"]
    ]
    if problems:
        raise InputError(problems)
    return designs


def design_hash(design: Design) -> str:
    """Digest of a contract: equal content, equal hash, whatever the file was called."""
    return hashlib.blake2b(repr(design).encode(), digest_size=8).hexdigest()


def versions() -> dict[str, str]:
    """Give the versions of all that the numbers depend on."""
    return {"python": platform.python_version()} | {name: _version(name) for name in PACKAGES}


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"


def this_run(arguments: Sequence[str], seconds: float, workers: int) -> dict[str, Any]:
    """Say what holds for this run alone: command, time, machine and the state of the code."""
    return {
        "command": shlex.join(["stupror", *arguments]),
        "wall_time_seconds": round(seconds, 2),
        "workers": workers,
        "cores": os.cpu_count(),
        "platform": platform.platform(),
        "interpreter": sys.executable,
        "git": git_state(Path(__file__).resolve().parents[2]),
    }


def git_state(checkout: Path) -> dict[str, Any] | None:
    """Give the commit of a checkout and whether it has changes that are not committed; nothing if it is none."""
    if not (checkout / ".git").exists():
        return None
    try:
        commit = _git(checkout, "rev-parse", "HEAD")
        changed = bool(_git(checkout, "status", "--porcelain", "--", "model", "experiments", "analysis"))
    except (OSError, subprocess.SubprocessError):
        return None
    return {"commit": commit, "changed": changed}


def _git(checkout: Path, *words: str) -> str:
    answer = subprocess.run(["git", *words], cwd=checkout, check=True, capture_output=True, text=True, timeout=10)
    return answer.stdout.strip()
