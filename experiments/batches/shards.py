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

__all__ = ["WHOLE", "Shard", "parts_of", "shard_of", "take_up"]


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


def parts_of(folders: Sequence[Path]) -> None:
    """See that folders hold parts of batches.

    Raises
    ------
    InputError
        With those that do not.
    """
    odd = [folder for folder in folders if not (folder / store.PARTS).is_dir()]
    if odd:
        raise InputError([f"--from {folder}: is no folder that `stupror batch` has written." for folder in odd])


def take_up(folder: Path, sources: Sequence[Path], wanted: Set[str]) -> int:
    """Copy what other folders have of the runs wanted, whole packs and single parts, and say how many runs that is.

    Damaged ones are left where they are. Whole result tables of the runs come along.

    Raises
    ------
    OSError
        If the folder cannot be written.
    """
    before = store.finished(folder).keys()
    for source in sources:
        for pack in store.packs(source):
            if wanted & set(store.keys_of(pack)):
                _copy(pack, folder / store.PARTS / store.PACKED)
        for key, path in store.loose(source).items():
            if key in wanted and store.whole(path) is not None:
                _copy(path, folder / store.PARTS / path.parent.name)
        for table in (source / store.TABLES).glob("*/*/*.parquet"):
            if table.name.partition(".")[0] in wanted:
                _copy(table, folder / table.relative_to(source).parent)
    return len((store.finished(folder).keys() - before) & wanted)


def _copy(path: Path, shelf: Path) -> None:
    """Copy a part, whole or not at all."""
    target = shelf / path.name
    if target.exists():
        return
    shelf.mkdir(parents=True, exist_ok=True)
    draft = shelf / f"{store.DRAFT}{path.name}"
    shutil.copyfile(path, draft)
    draft.replace(target)
