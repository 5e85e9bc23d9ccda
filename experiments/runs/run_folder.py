"""Writing a run to a folder: whole or not at all, and never over somebody else's work.

`new_folder` refuses a place that cannot be written before anything runs, hands out a hidden sibling of the
wanted folder, and renames it at the end. All that depends on the time or the machine stands in the manifest
under `this_run`; every other file is the same, byte for byte, whenever the same runs are written. Read by the commands.
"""

from __future__ import annotations

import hashlib
import json
import os
import platform
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import pandas as pd

from ...model.contracts import Design, load_design
from ...model.inputs.errors import InputError
from ...model.inputs.quantity import Quantity
from ...model.inputs.scenario import Scenario, load_scenario, select
from ..plans.likely import LIKELY, shipped_worlds

__all__ = [
    "MANIFEST",
    "REPORT",
    "manifest",
    "new_folder",
    "read_folder",
    "this_run",
    "write_manifest",
    "write_report",
    "write_tables",
]

MANIFEST = "manifest.json"
REPORT = "report.html"
ALSO_CSV = ("summary", "payments", "options", "runs", "municipalities")
PACKAGES = ("stupror", "numpy", "numba", "mesa", "pandas", "pyarrow", "scipy")

Manifest = dict[str, Any]
Tables = dict[str, pd.DataFrame]


@contextmanager
def new_folder(wanted: Path, *, overwrite: bool = False) -> Iterator[Path]:
    """Hand out an empty folder that becomes `wanted` when all has gone well, and vanishes otherwise.

    Parameters
    ----------
    wanted
        The folder to make. One that exists is refused.
    overwrite
        Replace `wanted` if it holds results of stupror; anything else is refused all the same.

    Raises
    ------
    InputError
        If the folder exists and may not be replaced, or cannot be written; before anything is written.
    """
    target = wanted.resolve()
    _refuse_existing(wanted, target, overwrite)
    made = _missing(target.parent)
    draft = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        draft.mkdir()
    except OSError as error:
        _remove_empty(made)
        raise InputError([f"{wanted}: cannot be written ({error.strerror}). Name another with --out."]) from error
    try:
        yield draft
        _replace(target, draft)
    except BaseException:
        shutil.rmtree(draft, ignore_errors=True)
        _remove_empty(made)
        raise


def _refuse_existing(wanted: Path, target: Path, overwrite: bool) -> None:
    """Refuse a folder that exists, unless it holds results and may be replaced."""
    if not os.path.lexists(target):
        return
    if not target.is_dir():
        raise InputError([f"{wanted}: is not a folder. Name a new folder with --out."])
    if not overwrite:
        raise InputError(
            [f"{wanted}: exists. A run never writes over another: name a new folder, or replace it with --overwrite."]
        )
    if not _is_ours(target):
        raise InputError([f"{wanted}: --overwrite replaces results of stupror only, and this folder holds none."])
    if strangers := _not_ours(target):
        raise InputError(
            [f"{wanted}: holds {', '.join(strangers)}, which stupror did not write. Move it away or name a new folder."]
        )


def _is_ours(folder: Path) -> bool:
    """Whether a folder holds results of stupror."""
    return _read_manifest(folder).get("software") == "stupror"


def _not_ours(folder: Path) -> list[str]:
    """Name what somebody else has put beside our results; hidden files are the file manager's."""
    ours = {MANIFEST, REPORT, *_read_manifest(folder).get("files", ())}
    return sorted(path.name for path in folder.iterdir() if path.name not in ours and not path.name.startswith("."))


def _read_manifest(folder: Path) -> Manifest:
    """Read the manifest of a folder; an empty one if there is none."""
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return manifest if isinstance(manifest, dict) else {}


def _missing(folder: Path) -> list[Path]:
    """List a folder and those above it that are not there yet, innermost first."""
    return [path for path in (folder, *folder.parents) if not os.path.lexists(path)]


def _remove_empty(folders: Sequence[Path]) -> None:
    """Take away folders that were made for nothing."""
    for folder in folders:
        try:
            folder.rmdir()
        except OSError:
            return


def _replace(target: Path, draft: Path) -> None:
    """Put the draft in place; what it replaces goes last, and comes back if anything fails."""
    if not target.exists():
        draft.rename(target)
        return
    old = draft.with_name(draft.name + ".old")
    target.rename(old)
    try:
        draft.rename(target)
    except OSError:
        old.rename(target)
        raise
    shutil.rmtree(old)


def write_tables(folder: Path, tables: Mapping[str, pd.DataFrame]) -> dict[str, str]:
    """Write one Parquet file per table, and CSV for small ones; give the SHA-256 of each file by name."""
    for name, table in tables.items():
        table.to_parquet(folder / f"{name}.parquet", engine="pyarrow", compression="zstd", index=False)
        if name in ALSO_CSV:
            table.to_csv(folder / f"{name}.csv", index=False, lineterminator="\n")
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(folder.iterdir())}


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Write what was run, with what, and where."""
    text = json.dumps(manifest, indent=2, ensure_ascii=False) + "\n"
    (folder / MANIFEST).write_text(text, encoding="utf-8", newline="\n")


BEFORE_RATES = 0.03  # per year: of folders from before the rate stood in their manifest; those were all made with it


def write_report(folder: Path, tables: Tables, manifest: Manifest, language: str) -> None:
    """Write the report, from nothing that depends on the time or the machine."""
    from ...analysis.report.page import write_report as render

    lasting = {key: value for key, value in manifest.items() if key != "this_run"}
    scenario = manifest["scenario"]
    rate = float(scenario.get("discount_rate", BEFORE_RATES))
    render(tables, folder / REPORT, title=scenario["title"], manifest=lasting, language=language, rate=rate)


def read_folder(folder: Path) -> tuple[Tables, Manifest]:
    """Read a written folder again.

    Raises
    ------
    InputError
        If it holds no results of stupror, or a table cannot be read.
    """
    if not _is_ours(folder):
        raise InputError([f"{folder}: holds no results of stupror. Give a folder that `run` or `compare` has written."])
    manifest = _read_manifest(folder)
    if manifest.get("kind") == "batch":
        raise InputError([f"{folder}: holds a batch. Look at it with `stupror batch status` or `stupror psa`."])
    if missing := [key for key in ("scenario", "files") if key not in manifest]:
        raise InputError([f"{folder / MANIFEST}: '{missing[0]}' is missing. Run it again."])
    paths = [folder / name for name in sorted(manifest["files"]) if name.endswith(".parquet")]
    try:
        tables = {path.stem: pd.read_parquet(path) for path in paths}
    except (OSError, ValueError) as error:
        raise InputError([f"{folder}: a table cannot be read ({error}). Run it again."]) from error
    return tables, manifest


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
    return {
        "software": "stupror",
        "scenario": scenario_manifest(spec),
        "designs": [{"name": each.name, "title": each.title, "hash": design_hash(each)} for each in designs],
        "seeds": list(seeds),
        "start_year": start_year,
        "years": years,
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
        "changes": {
            path: quantity.model_dump(mode="json")
            for path, quantity in spec.quantities.items()
            if quantity != built_in.quantities[path]
        },
        "municipalities": "all" if whole_country else list(spec.places.codes),
    }


def scenario_of(manifest: Manifest, folder: Path) -> Scenario:
    """Build the scenario of a written folder again.

    Raises
    ------
    InputError
        If the manifest does not say all of it, as with a table of municipalities of one's own.
    """
    told, built_in = manifest["scenario"], load_scenario()
    spec = built_in.with_quantities({path: Quantity.model_validate(each) for path, each in told["changes"].items()})
    spec = replace(spec, title=told["title"])
    if told["municipalities"] != "all":
        spec = select(spec, told["municipalities"])
    if spec.hash() != told["hash"]:
        raise InputError(
            [
                f"{folder / MANIFEST}: the scenario cannot be built again from it: it is of another version, or has "
                "municipalities or owners of its own. Run the comparison again with this version."
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


def write_text(path: Path, text: str) -> None:
    """Write a small file, whole or not at all."""
    draft = path.with_name(f".draft-{path.name}")
    try:
        draft.write_text(text, encoding="utf-8", newline="\n")
        draft.replace(path)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise
