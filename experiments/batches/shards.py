"""A batch in shards: machines that know nothing of each other make a part of the runs each, and one folder takes them.

A shard is every n-th draw of the plan, with all designs and replications, so that runs of a world stay together.
What a folder takes up from another are its parts, which name their run and their own bytes: what is foreign or damaged
is left, and the table of all is the same, byte for byte, as that of a batch that was made in one. Read by `session`
and the command.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence, Set
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
    """What was taken up: how many runs, from which folders, and which of their files were damaged and left."""

    runs: int
    sources: tuple[Path, ...]
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
    """Copy what other folders have of the runs wanted: packs, single parts, and whole result tables of the runs.

    Damaged ones are left where they are, and named.

    Raises
    ------
    OSError
        If the folder cannot be written.
    """
    before = store.finished(folder).keys()
    damaged: list[Path] = []
    for source in sources:
        for path, keys in _files(source):
            data = store.whole(path)
            if data is None:
                damaged.append(path)
            elif wanted & (keys or set(store.keys_in(data))):
                store.write(folder / path.relative_to(source), data)
    return Taken(len((store.finished(folder).keys() - before) & wanted), tuple(sources), tuple(damaged))


def _files(source: Path) -> Iterator[tuple[Path, Set[str]]]:
    """List what a folder keeps, each file with the run that its name tells; a pack has many, and tells none.

    Whole tables of a run come before its part, which is the sign that all is there.
    """
    for path in sorted((source / store.TABLES).glob("*/*/*.parquet")):
        yield path, {path.name.partition(".")[0]}
    for key, path in store.loose(source).items():
        yield path, {key}
    for path in store.packs(source):
        yield path, set()
