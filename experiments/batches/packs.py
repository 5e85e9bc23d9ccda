"""Packing: a hundred thousand runs are not a hundred thousand files.

When a thousand runs lie loose, and when a session ends, the session puts them into one file, waits until the disk has
it, and only then takes the loose ones away. A kill between the two leaves runs twice, which are the same; the next
packing takes the loose ones away. Packs that are less than half full are opened again, so that a batch that was stopped
many times has no more packs than one that was left in peace. Whole tables of runs (`tables/`) stay as they are.

Only the session that holds the folder's lock packs. Read by `session`.
"""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path

import pyarrow as pa

from . import store

__all__ = ["FULL", "Packer", "clear", "pack_all"]

FULL = 1000  # runs in a pack
FEW = 100  # so few loose runs are left as they are at the end


class Packer:
    """Counts the runs that a session finishes, and packs whenever enough lie loose."""

    def __init__(self, folder: Path, loose: int) -> None:
        self.folder = folder
        self.loose = loose

    def one_more(self) -> None:
        """Note that a run was finished."""
        self.loose += 1
        if self.loose >= FULL:
            pack_all(self.folder)
            self.loose = 0

    def last(self) -> None:
        """Pack what is left, when no run is under way any more."""
        if pack_all(self.folder):
            clear(self.folder)


def pack_all(folder: Path, few: int = FEW) -> list[Path]:
    """Pack the runs that lie loose, if they are more than a few; give the packs that were written.

    Raises
    ------
    OSError
        If a pack cannot be written; every run is still there then.
    """
    known = {path: store.keys_of(path) for path in store.packs(folder)}
    packed = {key for keys in known.values() for key in keys}
    there = store.loose(folder)
    for key in there.keys() & packed:  # a kill came between packing and taking away
        there.pop(key).unlink(missing_ok=True)
    if len(there) <= few:
        return []
    opened = [path for path, keys in known.items() if 0 < len(keys) < FULL // 2]
    read = {path: data for path in [*there.values(), *opened] if (data := store.whole(path)) is not None}
    content = pa.concat_tables(map(store.read, read.values()), promote_options="default").sort_by("key")
    written = [_write(folder, content.slice(start, FULL)) for start in range(0, content.num_rows, FULL)]
    for path in read.keys() - set(written):
        path.unlink(missing_ok=True)
    return written


def _write(folder: Path, table: pa.Table) -> Path:
    """Write a pack; it is on the disk when this returns."""
    shelf = folder / store.PARTS / store.PACKED
    shelf.mkdir(parents=True, exist_ok=True)
    data = store.packed(table)
    whose = hashlib.blake2b(json.dumps(table["key"].to_pylist()).encode(), digest_size=8).hexdigest()
    target = shelf / f"{table.num_rows}-{whose}.{store.digest(data)}.parquet"
    draft = shelf / f"{store.DRAFT}{os.getpid()}"
    try:
        with draft.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(target)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise
    return target


def clear(folder: Path) -> None:
    """Take away shelves with nothing on them, when nobody is at work."""
    for shelf in (folder / store.PARTS).iterdir():
        try:
            shelf.rmdir()
        except OSError:
            continue
