"""Result tables as files that say themselves what is in them: unit and meaning of each column, in two ways.

In the Parquet schema each field has `unit` and `description` as metadata; `datapackage.json` beside the tables says the
same for all of them as JSON, with the digest of each file (Data Package 2.0, datapackage.org). Both are made from
columns as `analysis.schema` has them. Read by `run_folder` and `batch_folder`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from ...analysis import schema
from ...analysis.schema import Column
from .records import digest_of
from .spreadsheets import csv_bytes

__all__ = ["CRATE", "PACKAGE", "Table", "data_package", "of_runs", "write_parquet", "write_tables"]

PACKAGE, CRATE = "datapackage.json", "ro-crate-metadata.json"
PROFILE = "https://datapackage.org/profiles/2.0/datapackage.json"
TYPES = {"int": "integer", "float": "number", "bool": "boolean", "text": "string"}
MEDIA = {"parquet": "application/vnd.apache.parquet", "csv": "text/csv"}

ALSO_CSV = ("summary", "payments", "options", "runs", "municipalities")

Table = tuple[str, Sequence[Column]]  # what a row is, and the columns


def write_tables(folder: Path, tables: Mapping[str, pd.DataFrame]) -> dict[str, str]:
    """Write result tables: one Parquet file each, and CSV for small ones; give the SHA-256 of each file by name."""
    for name, table in tables.items():
        write_parquet(folder / f"{name}.parquet", table, schema.columns(name))
        if name in ALSO_CSV:
            (folder / f"{name}.csv").write_bytes(csv_bytes(table))
    return {path.name: digest_of(path) for path in sorted(folder.iterdir())}


def of_runs() -> dict[str, Table]:
    """Describe the tables that runs and comparisons write."""
    return {name: (meaning, schema.columns(name)) for name, (meaning, _) in schema.TABLES.items()}


def write_parquet(path: Path, frame: pd.DataFrame, columns: Sequence[Column]) -> None:
    """Write a table with the unit and meaning of its columns in the schema; equal tables, equal bytes.

    Raises
    ------
    KeyError
        If a column is not described.
    OSError
        If it cannot be written.
    """
    known = {name: {"unit": unit, "description": meaning} for name, _, unit, meaning in columns}
    table = pa.Table.from_pandas(frame, preserve_index=False)
    fields = [field.with_metadata(known[field.name]) for field in table.schema]
    pq.write_table(table.cast(pa.schema(fields, table.schema.metadata)), path, compression="zstd")


def data_package(folder: Path, title: str, tables: Mapping[str, Table], files: Mapping[str, str]) -> str:
    """Describe the tables of a folder, as the text of `datapackage.json`.

    Parameters
    ----------
    folder
        Where the tables lie.
    title
        What the folder holds.
    tables
        By name of the table: what a row is, and its columns.
    files
        SHA-256 of each file by its name, such as `flows.parquet`; those of no table are left out.
    """
    resources = [_resource(folder / name, *tables[Path(name).stem], digest) for name, digest in sorted(files.items())
                 if Path(name).stem in tables]  # fmt: skip
    package = {"$schema": PROFILE, "name": _name(title), "title": title, "resources": resources}
    return json.dumps(package, indent=2, ensure_ascii=False) + "\n"


def _resource(path: Path, meaning: str, columns: Sequence[Column], digest: str) -> dict[str, Any]:
    """Describe one file."""
    ending = path.suffix[1:]
    there = pq.read_schema(path).names if ending == "parquet" else list(pd.read_csv(path, nrows=0).columns)
    fields = [_field(*column) for column in columns if column[0] in there]
    return {
        "name": f"{_name(path.stem)}-{ending}",
        "path": path.name,
        "description": meaning,
        "format": ending,
        "mediatype": MEDIA[ending],
        "hash": f"sha256:{digest}",
        "schema": {"fields": fields},
    }


def _field(name: str, kind: str, unit: str, meaning: str) -> dict[str, str]:
    return {"name": name, "type": TYPES[kind], "description": meaning} | ({"unit": unit} if unit else {})


def _name(title: str) -> str:
    """Give a name of small letters, digits and hyphens."""
    return re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-") or "stupror"
