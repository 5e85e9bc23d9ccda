"""A finished run as a folder: the same files whether a command or a notebook writes them.

All but `this_run` in the manifest hangs on the runs alone. Read by the commands, and by what runs give back in Python.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from ...analysis.measures.once import each_once
from ...analysis.report.page import write_report
from ...analysis.report.tables import summary
from ...model.contracts import Design
from ...model.inputs.scenario import Scenario
from ..files.tables import write_tables
from . import run_folder

__all__ = ["Form", "Told", "fill"]

Tables = Mapping[str, pd.DataFrame]


@dataclass(frozen=True, eq=False)
class Told:
    """What was run: all that a manifest says of it and its tables do not."""

    spec: Scenario
    designs: tuple[Design, ...]
    seeds: tuple[int, ...]
    years: int
    worlds: str  # how they are drawn: likely, priors, point
    detail: bool  # rows of single municipalities and projects, or national sums only
    posteriors: tuple[str, ...] = ()  # name of the file and digest
    table: str | None = None  # file of the user's own municipalities
    rules: Mapping[str, Any] = field(default_factory=dict)  # by kind of body: name and digest
    luck: int = 0  # worlds that were lived a second time


@dataclass(frozen=True)
class Form:
    """How the report is written, and in what else."""

    language: str = "en"
    excel: bool = False
    swedish_csv: bool = False


def fill(folder: Path, tables: Tables, told: Told, form: Form, this_run: Mapping[str, Any]) -> dict[str, pd.DataFrame]:
    """Write tables, report and manifest into an empty folder, and give the tables with their summary."""
    with each_once():
        manifest = manifest_of(tables, told)
        page = run_folder.page_of(folder, tables, manifest, form.language)  # first: its figures are drawn meanwhile
        full = {**tables, "summary": summary(tables, told.spec.discount.rate)}
        manifest["files"] = write_tables(folder, full)
        write_report(page, folder / run_folder.REPORT)
        run_folder.write_sheets(
            folder, full, manifest, form.language, excel=form.excel, swedish_csv=form.swedish_csv, page=page
        )
    run_folder.write_manifest(folder, {**manifest, "this_run": dict(this_run)})
    return full


def manifest_of(tables: Tables, told: Told) -> run_folder.Manifest:
    """Say what was run, but not yet which files there are."""
    start = int(tables["runs"]["start_year"].iloc[0])
    said = run_folder.manifest(told.spec, told.designs, told.seeds, start, told.years, worlds=told.worlds, files={})
    beside = {"detail": told.detail, "posteriors": list(told.posteriors), "municipalities_file": told.table}
    some = {"rules": dict(told.rules), "luck": told.luck}
    return said | beside | {name: each for name, each in some.items() if each}
