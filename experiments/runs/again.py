"""The runs of a manifest made again: are the tables what they were, byte for byte? Read by `stupror rerun`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from ...analysis.report.tables import summary
from ...model.contracts import Design, load_design
from ...model.inputs.errors import InputError
from ...model.inputs.scenario import Scenario
from ...model.model import check_design
from ..files import records
from ..files.tables import write_tables
from ..plans.likely import POINT, PRIORS, drawing
from ..plans.posterior import Posterior, named, read_posteriors
from . import run_folder, runner
from .luck import second

__all__ = ["Again", "again"]


@dataclass(frozen=True)
class Again:
    """What came out of the runs when they were made again."""

    files: int
    different: tuple[str, ...]  # files whose bytes are others now
    versions: tuple[str, ...]  # what of the software is another now, in words


def again(manifest: Path, there: Path, designs: Sequence[str] | None, posterior: Sequence[Path], workers: int) -> Again:
    """Run what a manifest says once more, and compare.

    Parameters
    ----------
    manifest
        manifest.json of `run` or `compare`, or its folder. The tables beside it are not looked at.
    there
        Empty folder for the new tables.
    designs
        Names or files of the designs, if the manifest's names do not lead to them.
    posterior
        The files of the posteriors that were laid over.
    workers
        Processes to run in.

    Raises
    ------
    InputError
        If the manifest does not say all that is needed, or a design or posterior is another than it was.
    stupror.experiments.runs.runner.RunError
        If a run fails.
    """
    file = manifest / records.MANIFEST if manifest.is_dir() else manifest
    if records.parsed(file).get("kind") == "batch":
        raise InputError([f"{file}: is of a batch. Make it again from its plan: stupror batch PLAN --out NEW"])
    said = records.record(file, records.RunManifest, run_folder.AGAIN)
    _refuse(said, file)
    spec = run_folder.scenario_of(said, file.parent)
    contracts = _designs(said, file, designs, spec)
    likely = _likely(said, posterior, spec)
    draw = drawing(point=said["worlds"] == POINT, priors=said["worlds"] == PRIORS, posteriors=likely)
    seeds, years, first = said["seeds"], said["years"], said["start_year"]
    if said["detail"] and len(contracts) == len(seeds) == 1:
        tables = runner.run(draw(spec, seeds[0]), contracts[0], seeds[0], years, start_year=first)
    else:
        live = partial(runner.compare, spec, contracts, years=years, start_year=first, workers=workers)
        live = partial(live, detail=said["detail"])
        tables = live(seeds, worlds=draw)
        if lived_again := said.get("luck"):
            tables["luck"] = second(live, seeds[:lived_again], draw, spec.discount.rate)
    written = write_tables(there, {**tables, "summary": summary(tables, spec.discount.rate)})
    different = [name for name in sorted({*written, *said["files"]}) if written.get(name) != said["files"].get(name)]
    now = run_folder.versions()
    others = [
        f"{name} was {was}, and is {now.get(name, 'not known')} here."
        for name, was in said["versions"].items()
        if now.get(name) != was
    ]
    return Again(len({*written, *said["files"]}), tuple(different), tuple(others))


def _refuse(said: run_folder.Manifest, file: Path) -> None:
    """Refuse a manifest that does not say all of what was run."""
    if "place" in said:
        raise InputError([f"{file}: is of `stupror municipality`. Give that command again: this_run in it says how."])
    if not isinstance(said.get("detail"), bool):
        raise InputError([f"{file}: was written by another version, and cannot be made again. {run_folder.AGAIN}"])
    if said.get("rules"):
        raise InputError([f"{file}: bodies had rules of your own. Run it again from Python, with `rules=`."])
    if said.get("municipalities_file"):
        own = f"has municipalities of its own ({said['municipalities_file']})"
        raise InputError([f"{file}: {own}. Give the command of this_run in it again."])


def _designs(said: run_folder.Manifest, file: Path, names: Sequence[str] | None, spec: Scenario) -> list[Design]:
    """Read the designs again; each must be what it was."""
    was = said["designs"]
    if names is not None and len(names) != len(was):
        had = ", ".join(each["name"] for each in was)
        raise InputError([f"--designs names {len(names)}, and the run had {len(was)}: {had}."])
    read = [load_design(name) for name in names] if names is not None else run_folder.designs_of(said, file.parent)
    problems = [
        f"--designs: '{design.name}' is not the design '{old['name']}' that was run."
        for design, old in zip(read, was, strict=True)
        if run_folder.design_hash(design) != old["hash"]
    ]
    if problems:
        raise InputError(problems)
    for design in read:
        check_design(design, spec)
    return read


def _likely(said: run_folder.Manifest, files: Sequence[Path], spec: Scenario) -> list[Posterior]:
    """Read the posteriors again; each must be what it was."""
    was = [str(each) for each in said.get("posteriors", [])]
    read = read_posteriors(files, spec)
    digests = [each.rpartition("(")[2] for each in was]
    if [each.rpartition("(")[2] for each in named(files, read)] != digests:
        needs = ", ".join(was) or "none"
        raise InputError([f"--posterior: the run was drawn from {needs}. Give the same files in the same order."])
    return read
