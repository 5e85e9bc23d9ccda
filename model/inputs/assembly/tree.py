"""Nested tables of a file, found as records under paths, read, and laid over what is there already."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ..errors import hint, shown
from ..parameters import LIKE, OWNER_KEYS, OWNERS
from ..quantity import Quantity, read_quantity
from .records import laid_over

__all__ = ["Reading", "keep", "lay_over", "read_owner", "read_whole", "records_in"]

_CHANGEABLE = ("value", "unit", "range", "distribution", "source", "price_year", "note")


@dataclass(frozen=True)
class Reading:
    """What has been read so far, by path, and what was wrong with it."""

    quantities: dict[str, Quantity]
    texts: dict[str, Any]
    problems: list[str]


def read_whole(read: Reading, name: str, words: Mapping[str, Any], records: Mapping[str, Any], where: str) -> None:
    """Read an intervention with all its numbers and owners; `where` is what messages begin with."""
    rest, own = dict(records), dict(words)
    for key in OWNER_KEYS:
        read_owner(own, key, rest.pop(key, {}), f"{where}{key}", read.problems)
    read.texts[f"interventions.{name}"] = own
    at = where.removesuffix(": ").removesuffix(".")
    for path, record in records_in(rest, "", at, read.problems):
        quantity = read_quantity(record, f"{where}{path}", read.problems)
        if quantity is not None:
            read.quantities[f"interventions.{name}.{path}"] = quantity


def lay_over(read: Reading, prefix: str, name: str, record: Mapping[str, Any], where: str) -> None:
    """Lay one record of a user over that of the path `prefix` and `name`; `where` is what messages begin with."""
    path = prefix + name
    item, _, key = path.rpartition(".")
    if key in OWNER_KEYS and item in read.texts:
        read.texts[item] = words = dict(read.texts[item])
        read_owner(words, key, record, where + name, read.problems)
    elif path in read.quantities:
        new = laid_over(read.quantities[path], record, where + name, read.problems)
        if new is not None:
            read.quantities[path] = new
    else:
        valid = [p.removeprefix(prefix) for p in (*read.quantities, *_owner_paths(read.texts)) if p.startswith(prefix)]
        new_one = prefix == "interventions." and prefix + name.partition(".")[0] not in read.texts
        add = f' To add an intervention, write {LIKE} = "..." in its table.' if new_one else ""
        read.problems.append(f"{where.rstrip('.: ')}: unknown key '{name}'.{hint(name, valid)}{add}")


def _owner_paths(texts: Mapping[str, Any]) -> list[str]:
    """Paths of the texts that a scenario may change."""
    return [f"{path}.{key}" for path in texts if path.startswith("interventions.") for key in OWNER_KEYS]


def read_owner(words: dict[str, Any], key: str, record: Any, where: str, problems: list[str]) -> None:
    """Read who owns an intervention, or shares it ("" for nobody), and where that is from."""
    nobody = ("",) if key == "partner" else ()
    if key == "partner" and record == {}:
        record = {"value": "", "source": "one body runs it"}
    value, source = (record.get(each) if isinstance(record, Mapping) else None for each in ("value", "source"))
    if value not in (*OWNERS, *nobody):
        problems.append(f"{where}: value = {shown(value)} is no body that can own it.{hint(str(value), OWNERS)}")
    if not isinstance(source, str) or not source.strip():
        problems.append(f"{where}: 'source' is missing. Say where the value is from.")
    for other in sorted(set(record) - {"value", "source"} if isinstance(record, Mapping) else ()):
        problems.append(f"{where}: unknown key '{other}'.{hint(str(other), ('value', 'source'))}")
    words |= {key: value, f"{key}_source": source}


def keep(quantities: dict[str, Quantity], path: str, record: Mapping[str, Any], file: str, problems: list[str]) -> None:
    """Read a record of a built-in file and keep it under its path."""
    quantity = read_quantity(record, f"{file}: {path}", problems)
    if quantity is not None:
        quantities[path] = quantity


def records_in(
    tree: Any, where: str, file: str, problems: list[str], path: str = ""
) -> list[tuple[str, Mapping[str, Any]]]:
    """Find the records in nested tables: a table with none but plain values in it is one."""
    if not isinstance(tree, Mapping):
        problems.append(f"{file}: {where or path}: is {shown(tree)}. Write a table such as [{where}.group.name].")
        return []
    found = []
    for key, each in tree.items():
        here = f"{path}.{key}" if path else key
        if isinstance(each, Mapping) and each and not any(name in each for name in _CHANGEABLE):
            found += records_in(each, where, file, problems, here)
        elif isinstance(each, Mapping):
            found.append((here, each))
        else:
            problems.append(
                f"{file}: {where + '.' if where else ''}{here}: is {shown(each)}. Write a table with value and source."
            )
    return found
