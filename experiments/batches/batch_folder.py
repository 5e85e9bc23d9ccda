"""The folder of a batch: whose it is, who works in it, and the manifest that says what was run, with what and when.

    DIR/manifest.json     what, with what, when          DIR/parts/        finished runs (`store`, `packs`)
    DIR/jobs.parquet      every run of the plan          DIR/failures/     runs that failed: specification and error
    DIR/draws.parquet     every draw, by factor          DIR/damaged/      parts that were set aside
    DIR/points.parquet    the same in the unit cube      DIR/runs.parquet  the table of all finished runs
    DIR/datapackage.json  what stands in each column, for programs

Read by `session` and `results`.
"""

from __future__ import annotations

import json
import os
import re
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pandas as pd

from ...analysis.schema import Column
from ...model.inputs.errors import InputError
from ..files import locks, places, records
from ..files.records import MANIFEST
from ..files.tables import PACKAGE, Table, data_package, write_parquet
from ..plans.own_rules import named
from ..plans.plan import Plan
from ..plans.posterior import TIMES, parameter_of
from ..runs.run_folder import design_hash, scenario_manifest, this_run, versions
from .jobs import code_digest
from .store import PARTS

__all__ = [
    "DRAWS",
    "JOBS",
    "POINTS",
    "RUNS",
    "at_work",
    "differences",
    "end_session",
    "manifest_of",
    "open_folder",
    "read_frame",
    "read_manifest",
    "refuse",
    "write_frame",
    "write_manifest",
    "write_package",
]

JOBS, DRAWS, POINTS, RUNS = "jobs.parquet", "draws.parquet", "points.parquet", "runs.parquet"
_LOCK = ".lock"
_OURS = re.compile(
    r"\.lock|\.draft-.*|\.seen-.*|(jobs|draws|points|runs)\.parquet|(datapackage|ro-crate-metadata)\.json|parts|tables|failures|damaged"
)
REMEDY = f"The finished runs in {PARTS}/ are not lost: move {MANIFEST} away and give the batch's command again."
Manifest = dict[str, Any]


def read_manifest(folder: Path) -> Manifest:
    """Read the manifest of a batch.

    Raises
    ------
    InputError
        If the folder holds no batch, or its manifest is damaged.
    """
    try:
        ours = records.told(folder).get("kind") == "batch"
    except InputError as error:
        if (folder / PARTS).is_dir():
            raise InputError([problem.replace(records.LOST, REMEDY) for problem in error.problems]) from None
        raise
    if not ours:
        raise InputError([f"{folder}: holds no batch. Give a folder that `stupror batch` has written."])
    return records.record(folder / MANIFEST, records.BatchManifest, REMEDY)


def read_frame(folder: Path, name: str, manifest: Manifest) -> pd.DataFrame:
    """Read a table of a batch, if it is what was written.

    Raises
    ------
    InputError
        If it is missing, another, or cannot be read.
    """
    tables = records.read_tables(folder, [name], manifest.get("files", {}), "Give the batch's command again.")
    return tables[Path(name).stem]


def refuse(folder: Path, plan: Plan, *, extend: bool) -> Manifest | None:
    """Refuse a folder that holds something else, or another plan; give the manifest of the same one, if there is any.

    Raises
    ------
    InputError
        If the folder may not be used for this plan.
    """
    if not os.path.lexists(folder):
        return None
    if not folder.is_dir():
        raise InputError([f"{folder}: is not a folder. Name another with --out."])
    if not os.path.lexists(folder / MANIFEST) and all(_OURS.fullmatch(path.name) for path in folder.iterdir()):
        return None  # empty, or of a batch that was killed before it had a manifest, or has none any more
    manifest = read_manifest(folder)
    if manifest["plan_digest"] != plan.digest and not extend:
        changed = ", ".join(differences(manifest["plan"], plan.document)) or "a file that the plan names, or own rules"
        raise InputError(
            [f"{folder}: holds another plan (differs in: {changed}). Name a new folder, or take the new plan into this "
             "one with --extend: runs that both have are kept and not made again."]
        )  # fmt: skip
    return manifest


def differences(old: Mapping[str, Any], new: Mapping[str, Any], path: str = "") -> list[str]:
    """Name the keys in which two documents differ."""
    found = []
    for key in sorted({*old, *new}):
        here, a, b = f"{path}{key}", old.get(key), new.get(key)
        if isinstance(a, Mapping) and isinstance(b, Mapping):
            found += differences(a, b, f"{here}.")
        elif a != b:
            found.append(here)
    return found


@contextmanager
def open_folder(folder: Path) -> Iterator[None]:
    """Make the folder, and keep every other batch out of it until this one is over.

    Raises
    ------
    InputError
        If it cannot be written, or a batch is at work in it.
    """
    places.make_folder(folder)
    lock = locks.alone(folder / _LOCK, f"{folder}: another batch is at work in it. Wait for it, or stop it.", keep=True)
    with ExitStack() as stack:
        try:
            stack.enter_context(lock)
        except OSError as error:
            raise InputError([f"{places.cannot(folder, error)}. Name another with --out."]) from error
        yield


def see_that_nothing_changed(folder: Path, before: Manifest | None) -> None:
    """See that no other batch has worked in the folder between a look at it and now.

    Raises
    ------
    InputError
        If one has.
    """
    now = records.parsed(folder / MANIFEST) if os.path.lexists(folder / MANIFEST) else None
    if now != before:
        raise InputError([f"{folder}: another batch has worked in it meanwhile. Give the command again."])


def at_work(folder: Path) -> bool:
    """Whether a batch is at work in the folder."""
    return locks.at_work(folder / _LOCK)


def manifest_of(plan: Plan, before: Manifest | None, workers: int, scheduler: str | None) -> Manifest:
    """Say what the plan is and what it is run with; sessions before this one are kept."""
    session = {"began": _now(), **this_run(sys.argv[1:], 0.0, workers), "scheduler": scheduler}
    del session["wall_time_seconds"]
    return {
        "software": "stupror",
        "kind": "batch",
        "title": plan.title,
        "plan": plan.document,
        "plan_digest": plan.digest,
        "scenario": scenario_manifest(plan.scenario),
        "designs": [{"name": each.name, "title": each.title, "hash": design_hash(each)} for each in plan.designs],
        "years": plan.years,
        "start_year": plan.start_year,
        "factors": [_factor(factor) for factor in plan.factors] + _tied(plan),
        "sampling": asdict(plan.sampling),
        "replications": asdict(plan.replications),
        "outcomes": list(plan.outcomes),
        "tables": list(plan.tables),
        **({"rules": named(plan.rules)} if plan.rules else {}),
        "worlds": plan.worlds,
        "draws": plan.draws,
        "runs": plan.runs,
        "code": code_digest(),
        "versions": versions(),
        "files": dict((before or {}).get("files", {})),
        "sessions": [*(before or {}).get("sessions", []), session],
    }


def _factor(factor: Any) -> dict[str, Any]:
    q = factor.quantity
    unit = q.unit if factor.scalar else "probability at which the list is drawn"
    return {
        "name": factor.name, "unit": unit, "range": list(q.range) if factor.scalar else [0, 1],
        "distribution": q.distribution.model_dump(), "source": q.source, "drawn": "on its own",
    }  # fmt: skip


def _tied(plan: Plan) -> list[dict[str, Any]]:
    """Describe the factors of the posteriors; one whose name begins with `times:` is a factor on (some of) a list."""
    found = []
    for name in plan.tied:
        quantity = plan.scenario.quantities[parameter_of(name)]
        found.append({"name": name, "unit": "1" if name.startswith(TIMES) else quantity.unit, "drawn": "posterior"})
    return found


def _now() -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%S%z")


def end_session(manifest: Manifest, folder: Path, facts: Mapping[str, Any]) -> None:
    """Write down how this session ended."""
    manifest["sessions"][-1] |= {"ended": _now(), **facts}
    write_manifest(folder, manifest)


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Write the manifest, whole or not at all."""
    places.write_text(folder / MANIFEST, json.dumps(manifest, indent=2, ensure_ascii=False, default=str) + "\n")


def write_frame(path: Path, frame: pd.DataFrame, manifest: Manifest, columns: Sequence[Column]) -> None:
    """Write a table as Parquet, whole or not at all, and its digest into the manifest; equal tables, equal bytes."""
    draft = path.with_name(f".draft-{path.name}")
    try:
        write_parquet(draft, frame, columns)
        digest = records.digest_of(draft)
        draft.replace(path)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise
    manifest["files"][path.name] = digest


def write_package(folder: Path, manifest: Manifest, tables: Mapping[str, Table]) -> None:
    """Write what the tables hold, for programs, whole or not at all."""
    places.write_text(folder / PACKAGE, data_package(folder, manifest["title"], tables, manifest["files"]))
