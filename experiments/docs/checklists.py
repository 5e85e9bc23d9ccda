"""What referees ask for, item by item, and where it is met: in a folder of results, in the documentation, or nowhere.

Lists: CHEERS 2022 (Husereau et al. 2022, 10.1007/s10198-021-01426-6), what CHEERS-VOI asks beyond it (2023, Value in
Health 26(10), 1461: of CHEERS it elaborates seven items and adds six; in our words and our numbering), ODD (Grimm et
al. 2020, 10.18564/jasss.4259), TRACE (Grimm et al. 2014, 10.1016/j.ecolmodel.2014.01.018). An item of a folder is met
by a file, or by a key of its manifest; what only whoever writes can say counts as missing, whatever there is to begin
with. Read by the command `audit`.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ...model.inputs.errors import InputError
from ..data import DATA
from ..files import records
from ..files.records import MANIFEST

__all__ = ["MISSING", "Item", "Met", "audit", "items"]

FOLDER, PAGE, YOURS = "folder", "page", "yours"
MISSING = "missing"


@dataclass(frozen=True)
class Item:
    """One item of a list, and by what it is met."""

    list: str
    number: int
    item: str
    kind: str  # folder: by the results; page: by the documentation; yours: by whoever writes
    files: tuple[str, ...]
    page: str
    remedy: str


@dataclass(frozen=True)
class Met:
    """An item, and where it is met: places in the folder or the documentation, or `MISSING` and what to do."""

    item: Item
    where: str

    @property
    def met(self) -> bool:
        """Whether it is."""
        return not self.where.startswith(MISSING)


def items() -> tuple[Item, ...]:
    """Read the lists."""
    with (DATA / "checklists.csv").open(encoding="utf-8", newline="") as file:
        return tuple(
            Item(
                row["list"],
                int(row["number"]),
                row["item"],
                row["kind"],
                tuple(filter(None, row["files"].split(";"))),
                row["page"],
                row["remedy"],
            )
            for row in csv.DictReader(file)
        )


def audit(folder: Path) -> list[Met]:
    """Say of each item where it is met by these results, or what is missing.

    Raises
    ------
    InputError
        If the folder is none of `run`, `compare` or `batch`.
    """
    manifest = _manifest(folder)
    return [Met(item, _where(item, folder, manifest)) for item in items()]


def _where(item: Item, folder: Path, manifest: Mapping[str, Any]) -> str:
    found = [place for wanted in item.files for place in _found(wanted, folder, manifest)]
    if item.kind == PAGE:
        return item.page
    if item.kind == FOLDER and found:
        return ", ".join([*found, *([item.page] if item.page else [])])
    begin = [each for each in (*found, item.page) if each]
    more = f" (there is {', '.join(begin)})" if item.kind == YOURS and begin else ""
    return f"{MISSING}: {item.remedy}{more}"


def _found(wanted: str, folder: Path, manifest: Mapping[str, Any]) -> list[str]:
    """Places that meet a wanted file (a pattern), or a key of the manifest that holds something."""
    name, _, key = wanted.partition(":")
    if not key:
        return [path.relative_to(folder).as_posix() for path in sorted(folder.glob(name)) if path.is_file()]
    here: Any = manifest
    for part in key.split("."):
        here = here.get(part) if isinstance(here, Mapping) else None
    return [] if here in (None, "", [], {}) else [f"{name} ({key})"]


def _manifest(folder: Path) -> dict[str, Any]:
    file, read = folder / MANIFEST, records.told(folder)
    if not read:
        raise InputError([f"{folder}: holds no results. Give a folder that run, compare or batch has written."])
    if read.get("software") != "stupror":
        raise InputError([f"{file}: is no manifest of stupror."])
    return read
