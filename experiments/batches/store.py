"""The store of a batch: each finished run is one file, written whole or not at all, until many are packed into one.

    DIR/parts/3f/3f…e1.5c…07.parquet          one run: key, then a digest of the file's own bytes
    DIR/parts/packed/1000-9a…44.d2…b0.parquet a thousand of them (`packs`): how many, whose, and the same digest

A file's name is the key of its run and the digest of its content. So a listing says what is done, a file that was
damaged says so by itself, and two writers of one run write the same name. A part is written under another name and
renamed; `os.replace` is atomic, so that no kill leaves half a part. There is no `fsync`: a part that a power cut tears
is found by its digest, set aside and made again. Parts are plain Parquet, readable by pandas, DuckDB and R while the
batch goes on. Read by `engine` (in the workers), `packs` and `session`.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from ...model.inputs.errors import InputError
from ..files import records

__all__ = [
    "FAILURES",
    "PACKED",
    "PARTS",
    "TABLES",
    "damaged_packs",
    "digest",
    "find",
    "finished",
    "keys_in",
    "keys_of",
    "loose",
    "pack",
    "packed",
    "packs",
    "put",
    "read",
    "rows",
    "set_aside",
    "sweep",
    "whole",
    "write",
    "written_at",
]

PARTS, TABLES, DAMAGED, FAILURES = "parts", "tables", "damaged", "failures"
PACKED = "packed"  # the shelf of packs
DRAFT = ".draft-"
_FACTS = "stupror"
_PLAIN: Any = {"compression": "none", "use_dictionary": False, "write_statistics": False, "store_schema": False}


def pack(row: Mapping[str, Any], facts: Mapping[str, Any]) -> bytes:
    """Turn one run into the bytes of a Parquet file of one row; `facts` (seconds, machine) go into its metadata."""
    return _bytes(pa.table({name: [value] for name, value in row.items()}), facts)


def packed(table: pa.Table) -> bytes:
    """Turn many runs into the bytes of one Parquet file."""
    return _bytes(table, {})


def _bytes(table: pa.Table, facts: Mapping[str, Any]) -> bytes:
    sink = pa.BufferOutputStream()
    with pq.ParquetWriter(sink, table.schema, **_PLAIN) as writer:
        writer.write_table(table)
        writer.add_key_value_metadata({_FACTS: json.dumps(facts)})
    return bytes(sink.getvalue())


def digest(data: bytes) -> str:
    """Digest of a part's bytes, 16 hexadecimal digits."""
    return hashlib.blake2b(data, digest_size=8).hexdigest()


def put(folder: Path, key: str, data: bytes, *, under: str = PARTS) -> Path:
    """Write a part; whoever looks sees all of it or nothing.

    Raises
    ------
    OSError
        If it cannot be written (no space, no right); nothing is left behind then.
    """
    target = folder / under / key[:2] / f"{key}.{digest(data)}.parquet"
    write(target, data)
    return target


def write(target: Path, data: bytes) -> None:
    """Write a file under another name and rename it.

    Raises
    ------
    OSError
        If it cannot be written (no space, no right); nothing is left behind then.
    """
    draft = target.parent / f"{DRAFT}{os.getpid()}-{target.name}"
    try:
        try:
            draft.write_bytes(data)
        except FileNotFoundError:  # the first in its folder
            target.parent.mkdir(parents=True, exist_ok=True)
            draft.write_bytes(data)
        draft.replace(target)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise


def put_table(folder: Path, name: str, key: str, table: Any) -> None:
    """Write a whole result table of a run, before the run's own part: the part is the sign that all is there."""
    put(folder, key, _bytes(pa.Table.from_pandas(table, preserve_index=False), {}), under=f"{TABLES}/{name}")


def find(folder: Path, key: str) -> Path | None:
    """Find the part of a run, if it is there."""
    shelf = folder / PARTS / key[:2]
    with suppress(FileNotFoundError):
        for name in os.listdir(shelf):
            if name.startswith(f"{key}.") and name.endswith(".parquet"):
                return shelf / name
    return None


def finished(folder: Path) -> dict[str, Path]:
    """List the runs that are there, by key, with the file that holds each; what is in a part is not looked at."""
    found = loose(folder)  # before the packs: a run that is packed meanwhile is found in one of them
    for path in packs(folder):
        found |= dict.fromkeys(keys_of(path), path)
    return found


def loose(folder: Path) -> dict[str, Path]:
    """List the parts of single runs, by key."""
    return {path.name.partition(".")[0]: path for path in _files(folder / PARTS) if path.suffix == ".parquet"}


def packs(folder: Path) -> list[Path]:
    """List the packs."""
    return sorted((folder / PARTS / PACKED).glob("*.parquet"))


def damaged_packs(folder: Path) -> dict[Path, int]:
    """List the packs that are not what was written, and how many runs each held."""
    return {path: int(path.name.partition("-")[0]) for path in packs(folder) if whole(path) is None}


def keys_of(path: Path) -> list[str]:
    """Give the keys of a pack's runs; none if it is not what was written."""
    data = whole(path)
    return [] if data is None else keys_in(data)


def keys_in(data: bytes) -> list[str]:
    """Give the keys of the runs in a part or a pack."""
    return [str(key) for key in pq.read_table(pa.BufferReader(data), columns=["key"])["key"]]


def written_at(path: Path) -> float | None:
    """When a part was written, in seconds; nothing if it has been packed meanwhile."""
    try:
        return path.stat().st_mtime
    except OSError:
        return None


def rows(folder: Path) -> dict[str, dict[str, Any]]:
    """Read every run that is there and whole, by key."""
    paths = [*loose(folder).values(), *packs(folder)]
    tables = (read(data) for data in map(whole, paths) if data is not None)
    return {str(row["key"]): row for table in tables for row in table.to_pylist()}


def _files(folder: Path) -> Iterator[Path]:
    """Give the files of a folder of shelves, in order."""
    if folder.is_dir():
        for shelf in sorted(path for path in folder.iterdir() if path.is_dir() and path.name != PACKED):
            yield from sorted(shelf.iterdir())


def whole(path: Path) -> bytes | None:
    """Give the bytes of a part, or nothing if they are not those that its name promises."""
    try:
        data = path.read_bytes()
    except OSError:
        return None
    return data if path.name.split(".")[1:2] == [digest(data)] else None


def read(data: bytes) -> pa.Table:
    """Give the rows of a part or a pack."""
    return pq.read_table(pa.BufferReader(data))


def read_facts(path: Path) -> dict[str, Any]:
    """Give what a part says about its making: seconds, machine."""
    facts: dict[str, Any] = json.loads(pq.read_metadata(path).metadata[_FACTS.encode()])
    return facts


def set_aside(folder: Path, path: Path) -> Path:
    """Move a damaged part out of the way, so that its run is made again and the evidence kept."""
    away = folder / DAMAGED
    away.mkdir(exist_ok=True)
    target = away / path.name
    path.replace(target)
    return target


def sweep(folder: Path) -> None:
    """Take away drafts that killed workers left behind."""
    for part in folder.rglob(f"{DRAFT}*"):
        part.unlink(missing_ok=True)


def put_failure(folder: Path, key: str, record: Mapping[str, Any]) -> None:
    """Record a run that failed, with what it was and why."""
    away = folder / FAILURES
    away.mkdir(exist_ok=True)
    draft = away / f"{DRAFT}{key}"
    draft.write_text(json.dumps(record, indent=2, ensure_ascii=False, default=str) + "\n", encoding="utf-8")
    draft.replace(away / f"{key}.json")


def failures(folder: Path, keys: Sequence[str]) -> dict[str, dict[str, Any]]:
    """Give the records of failed runs among `keys`."""
    paths = ((key, folder / FAILURES / f"{key}.json") for key in keys)
    return {key: _failure(key, path) for key, path in paths if path.exists()}


def _failure(key: str, path: Path) -> dict[str, Any]:
    """Read the record of a failed run; one that is damaged says so in place of the error."""
    try:
        return records.record(path, records.FailureRecord, "Give the batch's command again.")
    except InputError as error:
        return {"key": key, "design": "unknown", "seed": -1, "error": error.problems[0]}


def forget_failures(folder: Path, keys: Sequence[str]) -> None:
    """Take away the records of failed runs that will be tried again."""
    for key in keys:
        (folder / FAILURES / f"{key}.json").unlink(missing_ok=True)
