"""A contract as the page has it: what was asked for, its numbers by name, and as a file to take along.

The numbers are the model's own (`terms`), and so is the contract that is run (`with_terms`). For the file
the document of the design is changed in the same places. Read by `settings`.
"""

import copy
import json
import re
import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import cache
from os.path import isfile
from pathlib import Path
from typing import Any

from ....model.contracts import Design, load_design, with_terms
from ....model.contracts.loader import DESIGNS
from ....model.contracts.terms import find_term
from ....model.inputs.errors import InputError
from ....model.inputs.quantity import read_toml
from ....model.inputs.reading.numbers import plain_number

Document = dict[str, Any]
Record = dict[str, Any]  # value, unit, range, source
_PART = re.compile(r"([^\[\]]+)(?:\[([^\[\]]*)\])?")


def split(text: str) -> tuple[str, dict[str, float]]:
    """Split what a command line asks for, such as `fund[share=0.8]+add-on`, into `fund+add-on` and values by full name.

    Raises
    ------
    InputError
        If it is no design, or a name in brackets means none or several of its numbers.
    """
    load_design(text)  # says what is wrong in the model's own words
    if isfile(text):
        return text, {}
    found = [_PART.fullmatch(part.strip()) for part in re.split(r"\+(?![^\[\]]*\])", text)]
    parts = [(part[1].strip(), part[2] or "") for part in found if part is not None]
    name = "+".join(part for part, _ in parts)
    entries = [entry.partition("=") for _, given in parts for entry in given.split(",") if entry]
    return name, {find_term(load(name), term.strip())[0]: plain_number(value) for term, _, value in entries}


def load(name: str, values: Mapping[str, float] | None = None) -> Design:
    """Give a design by name or path, with other values for some of its numbers.

    Raises
    ------
    InputError
        With everything that is wrong with the contract.
    """
    design = load_design(name) if name.endswith(".toml") else _built_in(name)
    return with_terms(design, values) if values else design


@cache
def _built_in(name: str) -> Design:
    return load_design(name)


def document(name: str) -> Document:
    """Give the document of a design that `load` can give; what add-ons change stands in it as its own."""
    parts = [name] if isfile(name) else name.split("+")
    read = [read_toml(Path(part) if part.endswith(".toml") else DESIGNS / f"{part}.toml") for part in parts]
    result = next(each for each in read if each.get("kind") != "add-on")
    for each in read:
        if each is not result:
            result["change"] = {**result.get("change", {}), **each["change"]}
    return result


def numbers(contract: Mapping[str, Any]) -> dict[str, Record]:
    """Every single number of a document, by the name that it has in `model.contracts.terms`."""
    return {name: record for name, record in _records(contract, "") if isinstance(record["value"], int | float)}


def changed(contract: Mapping[str, Any], values: Mapping[str, float], source: str) -> Document:
    """Give the same document with other numbers, named as in `numbers`; `source` says where they are from."""
    result = copy.deepcopy(dict(contract))
    found = numbers(result)
    for name, value in values.items():
        record = found[name]
        low, high = record["range"]
        record |= {"value": value, "range": [min(low, value), max(high, value)], "source": _from(source, record)}
    return result


def _from(source: str, record: Record) -> str:
    return f"{source}; before: {record['source']}"


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
        elif isinstance(each, Mapping) and here not in ("currency", "programme"):  # what `settle` asks for alone
            yield from _records(each, "condition" if here == "conditions" else here)


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
