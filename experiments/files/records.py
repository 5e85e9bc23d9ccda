"""The one gate through which all goes that stupror wrote itself: manifests, notes and tables.

A record is read as a kind that says what must stand in it, and a table only if it is, byte for byte, what the manifest
says was written. What is damaged, foreign or of another version is refused in words before anything else is looked at.
Read by all that open a folder.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import stat
from collections.abc import Container, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Annotated, Any, Literal

import pandas as pd
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from ...model.inputs.errors import InputError, reason

__all__ = [
    "MANIFEST",
    "BatchManifest",
    "BeganWith",
    "FailureRecord",
    "References",
    "RunManifest",
    "SearchManifest",
    "digest_of",
    "note",
    "parsed",
    "read_note",
    "read_tables",
    "record",
    "whole",
]

MANIFEST = "manifest.json"
LOST = "Without it nobody knows what the folder holds: put a copy of it back, or make the runs again in a new folder."
MOST_BYTES = 256 * 2**20
SHOWN = 40  # characters of a value that is quoted

Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
FileName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_][A-Za-z0-9_.-]*$", max_length=100)]
Files = dict[FileName, Sha256]
Text = Annotated[str, StringConstraints(max_length=10_000)]
Count = Annotated[int, Field(ge=0)]


class _Record(BaseModel):
    """What must stand in a record; more may."""

    model_config = ConfigDict(strict=True, extra="allow")


class World(_Record):
    """The world that was run."""

    title: Text
    hash: Text
    changes: dict[Text, dict[Text, Any]]
    municipalities: Literal["all"] | list[Text]


class RatedWorld(World):
    """The scenario of runs whose present values are worked out anew: its yearly discount rates."""

    discount_rate: float
    societal_rate: float


class Contract(_Record):
    """A design that was run."""

    name: Text
    title: Text
    hash: Text


class RunManifest(_Record):
    """The manifest of a folder of `run` or `compare`."""

    software: Literal["stupror"]
    scenario: RatedWorld
    designs: list[Contract]
    seeds: list[Count]
    start_year: int
    years: Count
    worlds: Text
    versions: dict[Text, Text]
    files: Files


class Sampling(_Record):
    """How a batch draws."""

    method: Text


class Session(_Record):
    """One time that a batch was at work; one that was killed has no end."""

    began: Text
    ended: Text = ""
    how: Text = ""


class BatchManifest(_Record):
    """The manifest of a folder of `batch`. `files`: digests of its tables, which earlier versions did not write."""

    software: Literal["stupror"]
    kind: Literal["batch"]
    title: Text
    plan: dict[Text, Any]
    plan_digest: Text
    scenario: World
    designs: list[Contract]
    years: int
    start_year: int
    sampling: Sampling
    outcomes: list[Text]
    tables: list[Text]
    draws: Count
    runs: Count
    code: Text
    versions: dict[Text, Text]
    sessions: Annotated[list[Session], Field(min_length=1)]
    files: Files = {}


class FailureRecord(_Record):
    """A run of a batch that failed."""

    key: Text
    design: Text
    seed: int
    error: str


class BeganWith(_Record):
    """What a search was begun with."""

    design: Text
    contract: Text
    terms: list[dict[Text, Any]]
    objectives: list[Text]
    seeds: list[int]
    held_out: list[int]
    years: int
    worlds: Text
    scenario: Text
    version: Text


class References(_Record):
    """Runs of status quo and planner that a search holds its candidates against."""

    software: Literal["stupror search"]
    files: Files


class SearchManifest(References):
    """The manifest of a search that has come to its end."""

    trials: Count


def parsed(path: Path) -> dict[str, Any]:
    """Read a file as one JSON object.

    Raises
    ------
    InputError
        If it is not there, is no regular file, is too large, or is not such an object.
    """
    try:
        status = os.stat(path)
        if not stat.S_ISREG(status.st_mode):
            raise InputError([f"{path}: is no file of text."])
        if status.st_size > MOST_BYTES:
            raise InputError([f"{path}: is larger than {MOST_BYTES // 2**20} MB, and not what stupror writes."])
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        if isinstance(error, FileNotFoundError):
            raise InputError([f"{path}: is not there."]) from None
        words = reason(error) if isinstance(error, OSError) else "it is cut short, damaged or no JSON"
        raise InputError([f"{path}: cannot be read ({words})."]) from None
    if not isinstance(content, dict):
        raise InputError([f"{path}: is not what stupror writes there."])
    return content


def told(folder: Path) -> dict[str, Any]:
    """Read the manifest of a folder, whatever wrote it; an empty one if there is none.

    Raises
    ------
    InputError
        If there is one that cannot be read: then nobody knows what the folder holds.
    """
    if not os.path.lexists(folder / MANIFEST):
        return {}
    try:
        return parsed(folder / MANIFEST)
    except InputError as error:
        raise InputError([f"{problem} {LOST}" for problem in error.problems]) from None


def record(path: Path, kind: type[_Record], remedy: str) -> dict[str, Any]:
    """Read a record of ours, and see that what must stand in it does.

    Parameters
    ----------
    path
        The file.
    kind
        What must stand in it.
    remedy
        A sentence that says what to do if it does not.

    Raises
    ------
    InputError
        If it is missing, damaged, foreign or of a version that wrote something else.
    """
    try:
        content = parsed(path)
    except InputError as error:
        raise InputError([f"{problem} {remedy}" for problem in error.problems]) from None
    try:
        kind.model_validate(content)
    except (ValidationError, RecursionError) as error:
        first = error.errors()[0] if isinstance(error, ValidationError) else {"loc": (), "type": ""}
        raise InputError([f"{path}: {_wrong(first)}. {remedy}"]) from None
    return content


def _wrong(first: Mapping[str, Any]) -> str:
    """Say what is wrong with a record, by the first thing that is."""
    where = ".".join(str(part) for part in first["loc"] if part != "[key]")[:SHOWN]
    if first["type"] == "missing":
        return f"'{where}' is missing: it was written by another version, or is damaged"
    if not where:
        return "it is not what stupror writes there"
    value = " ".join(repr(first["input"])[: SHOWN + 1].split())
    return f"'{where}' is {value[:SHOWN]}{'...' if len(value) > SHOWN else ''}, which is not what stupror writes there"


def digest_of(path: Path) -> str:
    """SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def whole(folder: Path, names: Iterable[str], files: Mapping[str, str], remedy: str) -> None:
    """See that files are, byte for byte, those that the manifest says were written.

    Raises
    ------
    InputError
        For every file that is missing or another, with what to do.
    """
    problems = []
    for name in names:
        path = folder / name
        if name not in files:
            problems.append(f"{path}: {MANIFEST} does not say what was written there. {remedy}")
        elif not path.is_file():
            problems.append(f"{path}: is missing. {remedy}")
        elif _digest(path) != files[name]:
            problems.append(f"{path}: is not what was written (its digest is not the one in {MANIFEST}). {remedy}")
    if problems:
        raise InputError(problems)


def _digest(path: Path) -> str:
    try:
        return digest_of(path)
    except OSError as error:
        raise InputError([f"{path}: cannot be read ({reason(error)})."]) from None


def read_tables(
    folder: Path,
    names: Iterable[str],
    files: Mapping[str, str],
    remedy: str,
    *,
    heads: Container[str] = (),
    coded: Container[str] = (),
) -> dict[str, pd.DataFrame]:
    """Read Parquet tables that are what was written, by name without ending.

    Parameters
    ----------
    folder, names, files, remedy
        Where they are, their files, the digest of each file, and what to do if one is not what was written.
    heads
        Tables (without ending) of which the first row is enough.
    coded
        Tables of millions of rows: their text is given as categories, in order of their letters as text is, and whole
        numbers may be of two bytes.

    Raises
    ------
    InputError
        If one is missing, another, or cannot be read.
    """
    chosen = list(names)
    whole(folder, chosen, files, remedy)
    tables, stems = {}, [Path(name).stem for name in chosen]
    with ThreadPoolExecutor(2) as readers:  # most of it is done outside Python
        read = [
            readers.submit(_table, folder / name, head=stem in heads, coded=stem in coded)
            for name, stem in zip(chosen, stems, strict=True)
        ]
        for name, stem, found in zip(chosen, stems, read, strict=True):
            try:
                tables[stem] = found.result()
            except (OSError, ValueError, KeyError, TypeError) as error:
                raise InputError([f"{folder / name}: cannot be read as a table. {remedy}"]) from error
    return tables


def _table(path: Path, *, head: bool, coded: bool) -> pd.DataFrame:
    import pyarrow.parquet as pq

    if head:
        first = next(pq.ParquetFile(path).iter_batches(batch_size=1), None)
        return pd.read_parquet(path) if first is None else pd.DataFrame(first.to_pandas())
    return _coded(path) if coded else pd.read_parquet(path)


def _coded(path: Path) -> pd.DataFrame:
    """Read text as categories and whole numbers in two bytes where they fit: filling memory is what takes time."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    text = [field.name for field in pq.read_schema(path) if field.type in (pa.string(), pa.large_string())]
    file = pq.ParquetFile(path, read_dictionary=text)
    parts = [file.metadata.row_group(n) for n in range(file.metadata.num_row_groups)]
    fields = []
    for n, field in enumerate(file.schema_arrow):
        ranges = [part.column(n).statistics for part in parts]
        small = field.type == pa.int64() and all(
            each is not None and each.has_min_max and -(2**15) <= each.min <= each.max < 2**15 for each in ranges
        )
        fields.append(pa.field(field.name, pa.int16() if small else field.type))
    schema = pa.schema(fields)
    batches = [batch.cast(schema) for batch in file.iter_batches(batch_size=2**18)]
    frame: pd.DataFrame = pa.Table.from_batches(batches, schema).to_pandas(split_blocks=True)
    ordered = {name: frame[name].cat.reorder_categories(sorted(frame[name].cat.categories)) for name in text}
    return frame.assign(**ordered)


def note(content: Mapping[str, Any]) -> str:
    """Write a note as a line of JSON that bears a digest of itself, by which `read_note` knows that it is whole."""
    plain = json.dumps(content, ensure_ascii=False, allow_nan=False)
    return json.dumps({**content, "check": _check(plain)}, ensure_ascii=False, allow_nan=False)


def read_note(line: str) -> dict[str, Any] | None:
    """Read a line of `note`; None if it is not what was written."""
    try:
        content = json.loads(line)
    except (ValueError, RecursionError):
        return None
    if not isinstance(content, dict) or not re.fullmatch(r"[0-9a-f]{16}", str(content.get("check"))):
        return None
    check = content.pop("check")
    return content if _check(json.dumps(content, ensure_ascii=False)) == check else None


def _check(text: str) -> str:
    return hashlib.blake2b(text.encode(), digest_size=8).hexdigest()
