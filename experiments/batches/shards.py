"""A batch in shards: machines that know nothing of each other make a part of the runs each, and one folder takes them.

A shard is every n-th draw of the plan, with all designs and replications, so that runs of a world stay together.
What a folder takes up from another are its parts, which name their run and their own bytes: what is foreign or damaged
is left, and the table of all is the same, byte for byte, as that of a batch that was made in one. Read by `session`
and the command.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Sequence, Set
from dataclasses import dataclass
from pathlib import Path

from ...model.inputs.errors import InputError
from . import store
from .jobs import Job

__all__ = ["WHOLE", "Shard", "Taken", "shard_of", "sources_of", "take_up"]


@dataclass(frozen=True)
class Shard:
    """The draws of one machine: `number` of `of`, counted from 1."""

    number: int = 1
    of: int = 1

    def has(self, job: Job) -> bool:
        """Whether a run belongs to it."""
        return job.draw % self.of == self.number - 1


WHOLE = Shard()


def shard_of(text: str, draws: int) -> Shard:
    """Read a shard such as 3/100.

    Raises
    ------
    InputError
        If it is none, or there are fewer draws than shards.
    """
    found = re.fullmatch(r"([0-9]{1,9})/([0-9]{1,9})", text.strip())
    if found is None:
        raise InputError([f"--shard is '{text}'. Write which and of how many, such as 3/100."])
    number, of = int(found[1]), int(found[2])
    if not 1 <= number <= of:
        raise InputError([f"--shard is '{text}'. Shards are counted from 1 to their number: of ten, 1/10 to 10/10."])
    if of > draws:
        raise InputError([f"--shard is '{text}', and the plan has {draws} draws. Use at most {draws} shards."])
    return Shard(number, of)


@dataclass(frozen=True)
class Taken:
    """What was taken up: runs, and parts or packs that were damaged and left."""

    runs: int
    damaged: tuple[Path, ...]


def sources_of(given: Sequence[Path], folder: Path, plan: Set[str]) -> list[Path]:
    """Give each folder to take up from once.

    Raises
    ------
    InputError
        If one holds no parts of a batch, or none that the plan has, or is the folder that takes up.
    """
    found = list({path.resolve(): path for path in given}.values())
    problems = []
    for path in found:
        if path.resolve() == folder.resolve():
            problems.append(f"--from {path}: is the folder of --out itself; what it has is kept anyway. Leave it out.")
        elif not (path / store.PARTS).is_dir():
            problems.append(
                f"--from {path}: is no folder that `stupror batch` has written. Name those that are there, each with "
                "a --from of its own; runs that nobody made are made here."
            )
        elif (keys := store.finished(path).keys()) and not keys & plan:
            problems.append(f"--from {path}: has no run of this plan. Its plan is another, or the model has changed.")
    if problems:
        raise InputError(problems)
    return found


def take_up(folder: Path, sources: Sequence[Path], wanted: Set[str]) -> Taken:
    """Copy what other folders have of the runs wanted, whole packs and single parts.

    Damaged ones are left where they are, and named. Whole result tables of the runs come along.

    Raises
    ------
    OSError
        If the folder cannot be written.
    """
    before = store.finished(folder).keys()
    damaged: list[Path] = []
    for source in sources:
        damaged += store.damaged_packs(source)
        for pack in store.packs(source):
            if wanted & set(store.keys_of(pack)):
                _copy(pack, folder / store.PARTS / store.PACKED)
        for key, path in store.loose(source).items():
            if store.whole(path) is None:
                damaged.append(path)
            elif key in wanted:
                _copy(path, folder / store.PARTS / path.parent.name)
        for table in (source / store.TABLES).glob("*/*/*.parquet"):
            if table.name.partition(".")[0] in wanted:
                _copy(table, folder / table.relative_to(source).parent)
    return Taken(len((store.finished(folder).keys() - before) & wanted), tuple(damaged))


def _copy(path: Path, shelf: Path) -> None:
    """Copy a part, whole or not at all."""
    target = shelf / path.name
    if target.exists():
        return
    shelf.mkdir(parents=True, exist_ok=True)
    draft = shelf / f"{store.DRAFT}{path.name}"
    shutil.copyfile(path, draft)
    draft.replace(target)
