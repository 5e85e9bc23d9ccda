"""The folder of a search: begun once, gone on with as often as one likes, and what is written when it is done.

`search.json` says what the search was begun with; going on with something else is refused, because its points could not
be compared. Runs of status quo and planner are kept as tables, judged candidates by `search`. All that depends on the
time or the machine stands in `manifest.json` under `this_run`. Read by the command.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pandas as pd

from ...analysis.batches import pareto_figure
from ...analysis.measures.objectives import OBJECTIVES, REFERENCES, judge
from ...model.contracts import Design, load_design
from ...model.inputs.errors import InputError
from ...model.inputs.scenario import Scenario
from ..files import locks, places, records
from ..files.spreadsheets import csv_bytes
from ..files.tables import write_tables
from ..plans.likely import POINT, drawing
from ..runs import run_folder, runner
from .memory import MEMORY, MEMORY_AGAIN, Judge
from .search import Found, Plan

__all__ = ["begin", "judging", "record", "write"]

BEGUN = "search.json"
SOFTWARE = "stupror search"
_LOCK, _DRAFT = ".lock", ".draft"
TABLES = ("trials", "front", "curse", "regret")
WRITTEN = (*(f"{name}.{kind}" for name in TABLES for kind in ("csv", "parquet")), "front.svg", "front.png")
_SAID = {  # key of the record -> how a user says it
    "design": "--design",
    "terms": "--vary",
    "objectives": "--objectives",
    "seeds": "--seeds and --seed",
    "held_out": "--holdout",
    "years": "--years",
    "worlds": "--likely",
    "scenario": "SCENARIO, --municipalities, --municipalities-file and --quick",
    "contract": "the content of the design file",
    "version": "the version of stupror",
}


def record(plan: Plan, spec: Scenario, years: int) -> dict[str, Any]:
    """Say all that the points of a search depend on; how many trials there are is none of it."""
    return {
        "design": plan.text,
        "contract": run_folder.design_hash(plan.design),
        "terms": [asdict(each) for each in plan.vary],
        "objectives": list(plan.objectives),
        "seeds": list(plan.seeds),
        "held_out": list(plan.held_out),
        "years": years,
        "worlds": plan.worlds,
        "scenario": spec.hash(),
        "version": run_folder.versions()["stupror"],
    }


@contextmanager
def begin(folder: Path, wanted: Mapping[str, Any], *, resume: bool) -> Iterator[int]:
    """Make the folder, or see that it was begun with the same; keep every other search out of it until this is over.

    Yields
    ------
    int
        How many trials an earlier end has written, 0 if there was none.

    Raises
    ------
    InputError
        If it exists and is not to be gone on with, was begun with something else, is damaged, cannot be written, or
        another search is at work in it.
    stupror.experiments.files.places.WriteError
        If there is no space, or the place has become unwritable, on the way.
    """
    if os.path.lexists(folder) and not resume:
        raise InputError([f"{folder}: exists. Go on with the search in it with --resume, or name a new folder."])
    if not resume:
        try:
            folder.parent.mkdir(parents=True, exist_ok=True)
            folder.mkdir()  # of two that begin at once, one makes it
        except OSError as error:
            raise InputError([f"{places.cannot(folder, error)}. Name another with --out."]) from error
    elif not folder.is_dir() or not {BEGUN, _LOCK} & {path.name for path in folder.iterdir()}:
        raise InputError([f"{folder}: no search was begun there. Leave out --resume to begin one."])
    busy = f"{folder}: another search is at work in it. Wait for it, or stop it."
    try:
        with locks.alone(folder / _LOCK, busy, keep=True):
            if resume and (folder / BEGUN).exists():
                _same(folder, wanted)
            else:
                _put(folder / BEGUN, _json(wanted))
            _sweep(folder)
            yield _trials_there(folder)
    except OSError as error:
        words = f"{places.cannot(folder, error)}. What was tried stays there: go on with --resume."
        raise places.WriteError(words) from error


def _same(folder: Path, wanted: Mapping[str, Any]) -> None:
    """See that a search was begun with the same."""
    begun = records.record(folder / BEGUN, records.BeganWith, "Begin anew in a new folder.")
    if changed := [_SAID.get(key, key) for key in wanted if begun.get(key) != json.loads(_json(wanted[key]))]:
        raise InputError(
            [
                f"{folder}: was begun with another value of {each}. Go on with the same (see {folder / BEGUN}), or "
                "begin anew in a new folder: points that were judged differently cannot be compared."
                for each in changed
            ]
        )


def _trials_there(folder: Path) -> int:
    """Number of trials that an earlier end has written."""
    if not (folder / records.MANIFEST).exists():
        return 0
    remedy = f"Move it away and give the command again: what was tried is in {MEMORY} and {MEMORY_AGAIN}."
    return int(records.record(folder / records.MANIFEST, records.SearchManifest, remedy)["trials"])


def _sweep(folder: Path) -> None:
    """Take away what killed searches left; nobody else is at work here now."""
    for path in folder.glob(".*.*"):
        if path.name.endswith(_DRAFT) and path.is_file():
            path.unlink(missing_ok=True)


def judging(
    spec: Scenario, years: int, folder: Path, pool: ProcessPoolExecutor | None = None, worlds: str = POINT
) -> Judge:
    """Make the function that runs designs and judges them against status quo and planner with the same seeds.

    The two are run when first needed and kept in `folder`. All runs are done in `pool`, or here.
    Each seed is a world as `worlds` says. Present values are at the `discount.rate` of `spec`.
    """
    references: dict[tuple[int, ...], dict[str, pd.DataFrame]] = {}

    def judged(designs: Sequence[Design], seeds: Sequence[int]) -> pd.DataFrame:
        key = tuple(seeds)
        if key not in references:
            references[key] = _references(spec, key, years, folder, pool, worlds)
        tables = runner.compare(spec, designs, key, years, pool=pool, worlds=drawing(point=worlds == POINT))
        both = {name: pd.concat([table, tables[name]]) for name, table in references[key].items()}
        return judge(both, spec.discount.rate)

    return judged


def _references(
    spec: Scenario, seeds: tuple[int, ...], years: int, folder: Path, pool: ProcessPoolExecutor | None, worlds: str
) -> dict[str, pd.DataFrame]:
    """Read the runs of status quo and planner with these seeds, or run them."""
    place = _reference_folder(folder, seeds)
    if not place.exists():
        with run_folder.new_folder(place) as draft:
            designs = [load_design(name) for name in REFERENCES]
            draw = drawing(point=worlds == POINT)
            tables = runner.compare(spec, designs, seeds, years, pool=pool, worlds=draw)
            files = write_tables(draft, tables)
            run_folder.write_manifest(draft, {"software": SOFTWARE, "kind": "references", "files": files})
    remedy = f"Delete {place}, and go on with --resume: it is made again."
    files = records.record(place / records.MANIFEST, records.References, remedy)["files"]
    names = [name for name in sorted(files) if name.endswith(".parquet")]
    return records.read_tables(place, names, files, remedy)


def _reference_folder(folder: Path, seeds: Sequence[int]) -> Path:
    return folder / f"references-{seeds[0]}-{seeds[-1]}"


def write(folder: Path, found: Found, plan: Plan, spec: Scenario, years: int, this_run: Mapping[str, Any]) -> None:
    """Write tables, figures and manifest; each file whole, in place of that of an earlier end."""
    for name, table in zip(TABLES, (found.trials, found.front, found.curse, found.regret), strict=True):
        _put(folder / f"{name}.parquet", table.to_parquet(None, engine="pyarrow", compression="zstd", index=False))
        _put(folder / f"{name}.csv", csv_bytes(table))
    kinds = {kind: found.front[found.front["kind"] == kind] for kind in ("declared", "chosen")}
    objectives = {name: OBJECTIVES[name] for name in plan.objectives}
    terms = [each.name for each in plan.vary]
    figure = pareto_figure.draw(found.trials, kinds["chosen"], kinds["declared"], objectives, terms)
    _put(folder / "front.svg", pareto_figure.as_svg(figure).encode())
    _put(folder / "front.png", pareto_figure.as_png(figure))
    runs = _references(spec, plan.seeds, years, folder, None, plan.worlds)["runs"]
    files = {name: records.digest_of(folder / name) for name in WRITTEN}
    lasting = run_folder.manifest(
        spec,
        [plan.design],
        [*plan.seeds, *plan.held_out],
        int(runs["start_year"].iloc[0]),
        years,
        worlds=plan.worlds,
        files=files,
    )
    versions = {"versions": {**lasting["versions"], "optuna": version("optuna")}}
    search = {"begun_with": record(plan, spec, years), "trials": plan.trials}
    _put(
        folder / run_folder.MANIFEST,
        _json({**lasting, "software": SOFTWARE, **versions, **search, "this_run": this_run}),
    )


def _json(content: Any) -> bytes:
    return (json.dumps(content, indent=2, ensure_ascii=False) + "\n").encode()


def _put(path: Path, content: bytes) -> None:
    """Write a file whole or not at all."""
    draft = path.with_name(f".{path.name}{_DRAFT}")
    draft.write_bytes(content)
    os.replace(draft, path)
