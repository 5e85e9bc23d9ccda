"""The numbers of a contract: which there are, the same contract with others, and the contract as a file.

A design is read, changed and written as the document that its file holds, and checked by the model's own loader, so
that what is run and what is exported are one contract. Read by `settings`.
"""

import copy
import json
import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from model.errors import InputError
from model.funding import Design, load_design, read_design
from model.funding.loader import DESIGNS
from model.reading import read_toml

Document = dict[str, Any]
Record = dict[str, Any]  # value, unit, range, source


def document(name: str) -> Document:
    """Give the document of a design: one that comes with the model, by name, or a file whose path ends in `.toml`.

    Raises
    ------
    InputError
        If there is none of that name, or it is not TOML.
    """
    load_design(name)  # says what is wrong in the model's own words
    return read_toml(Path(name) if name.endswith(".toml") else DESIGNS / f"{name}.toml")


def numbers(contract: Mapping[str, Any]) -> dict[str, Record]:
    """Every single number of a contract by name: `finance.PARTY.share`, `measure.follow_up_years`, `clause.KIND.TERM`.

    The second clause of a kind is `clause.KIND-2`. Lists are left out.
    """
    return {name: record for name, record in _records(contract, "") if isinstance(record["value"], int | float)}


def changed(contract: Mapping[str, Any], values: Mapping[str, float], source: str) -> Document:
    """Give the same contract with other numbers, named as in `numbers`; `source` says where they are from."""
    result = copy.deepcopy(dict(contract))
    found = numbers(result)
    for name, value in values.items():
        found[name]["value"] = value
        found[name]["source"] = f"{source}; before: {found[name]['source']}"
    return result


def read(contract: Mapping[str, Any], file: str) -> Design:
    """Check a document and turn it into a design; `file` names it in messages.

    Raises
    ------
    InputError
        With everything that is wrong with the contract.
    """
    return read_design(contract, file)


def as_toml(contract: Mapping[str, Any]) -> str:
    """Write a document as TOML that reads back as the same document."""
    text = "\n".join(_lines(contract, "")).strip() + "\n"
    if tomllib.loads(text) != contract:
        raise InputError([f"{contract.get('name', 'the design')}: holds something that cannot be written as TOML."])
    return text


def _records(tree: Any, path: str) -> Iterator[tuple[str, Record]]:
    """Find records: tables with a value and a range."""
    for key, each in tree.items():
        here = f"{path}.{key}" if path else key
        if key == "clause" and isinstance(each, list):
            count: Counter[str] = Counter()
            for clause in each:
                count[clause["kind"]] += 1
                number = count[clause["kind"]]
                yield from _records(clause, f"clause.{clause['kind']}" + (f"-{number}" if number > 1 else ""))
        elif isinstance(each, Mapping) and "value" in each and "range" in each:
            yield here, each  # type: ignore[misc]
        elif isinstance(each, Mapping):
            yield from _records(each, here)


def _lines(table: Mapping[str, Any], path: str) -> Iterator[str]:
    """Write a table: first its plain keys, then the tables in it, then lists of tables."""
    tables = {key: each for key, each in table.items() if isinstance(each, Mapping) and "value" not in each}
    lists = {key: each for key, each in table.items() if _is_tables(each)}
    for key, each in table.items():
        if key not in tables and key not in lists:
            yield f"{_key(key)} = {_plain(each)}"
    for key, each in tables.items():
        here = f"{path}.{_key(key)}" if path else _key(key)
        yield from ("", f"[{here}]", *_lines(each, here))
    for key, entries in lists.items():
        here = f"{path}.{_key(key)}" if path else _key(key)
        for each in entries:
            yield from ("", f"[[{here}]]", *_lines(each, here))


def _is_tables(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(each, Mapping) for each in value)


def _key(key: str) -> str:
    return key if key.replace("_", "").replace("-", "").isalnum() and key.isascii() else json.dumps(key)


def _plain(value: Any) -> str:
    """Write a value on one line."""
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{_key(key)} = {_plain(each)}" for key, each in value.items()) + " }"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(_plain(each) for each in value) + "]"
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    return {True: "true", False: "false"}.get(value, repr(value)) if isinstance(value, bool) else repr(value)
