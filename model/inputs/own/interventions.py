"""Interventions of one's own: found in a scenario's file, or in files and folders of their own.

An intervention is whole (the same keys as a file in `model/data/interventions`) or is `like` another, with some of its
numbers changed. Here they are found, named and put in order; `scenario` reads their numbers as it reads the built-in
ones. Read by `scenario` alone.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..errors import InputError, hint, shown
from ..parameters import INTERVENTION_TEXTS, LIKE, OWNER_KEYS
from ..quantity import read_toml

FILES = "intervention_files"  # key of a scenario's file
_TEXT_KEYS = (LIKE, *INTERVENTION_TEXTS)
_NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
_LONGEST = 40


@dataclass(frozen=True)
class Own:
    """One intervention that a user adds: what its file says, `like` "" if it is whole."""

    name: str
    where: str  # file and place, as messages about its numbers begin
    like: str
    texts: Mapping[str, str]
    records: Mapping[str, Any]


def own_interventions(
    tables: Any, file: str, paths: Iterable[Path], built_in: Sequence[str], problems: list[str]
) -> list[Own]:
    """Find all that is added: what others are like comes first, otherwise in the order of their names.

    Parameters
    ----------
    tables
        What stands under `interventions` in the scenario's `file`. Those of a built-in name are changes and left alone.
    paths
        Files of one intervention each, or folders of such files. One is called what its `name` says; without, or with
        that of a built-in one, as its file.
    built_in
        Names of those that come with the model.
    problems
        Filled with what is wrong.
    """
    found: list[Own] = []
    for name, table in tables.items() if isinstance(tables, Mapping) else ():
        if _is_new(name, table, built_in):
            found += _read(str(name), table, f"{file}: interventions.{name}.", problems)
    for path in _files(paths, problems):
        try:
            document = read_toml(path)
        except InputError as error:
            problems += error.problems
            continue
        if document.get("name") in built_in:  # a copy whose name was left as it was
            document["name"] = path.stem
        found += _read(str(document.get("name", path.stem)), document, f"{path}: ", problems)
    return _in_order(found, built_in, problems)


def changes_only(tables: Any, built_in: Sequence[str]) -> Any:
    """Give what stands under `interventions` without those that are added."""
    if not isinstance(tables, Mapping):
        return tables
    return {name: table for name, table in tables.items() if not _is_new(name, table, built_in)}


def _is_new(name: str, table: Any, built_in: Sequence[str]) -> bool:
    """Whether a table is meant as an intervention of its own: it says what it is like, or what it is called."""
    return name not in built_in and isinstance(table, Mapping) and any(key in table for key in _TEXT_KEYS)


def _files(paths: Iterable[Path], problems: list[str]) -> list[Path]:
    """List the files, those of a folder in the order of their names."""
    listed: list[Path] = []
    for path in paths:
        inside = sorted(path.glob("*.toml")) if path.is_dir() else [path]
        if not inside:
            problems.append(f"{path}: holds no .toml file. Put a file for each intervention there.")
        listed += inside
    return list(dict.fromkeys(listed))


def _read(name: str, table: Mapping[str, Any], where: str, problems: list[str]) -> list[Own]:
    """Take the texts of one intervention apart from its numbers."""
    before, numbers = len(problems), where
    where = where.rstrip(".: ")
    if len(name) > _LONGEST or not _NAME.fullmatch(name):
        problems.append(
            f"{where}: '{name}' cannot be the name of an intervention. Write up to {_LONGEST} small letters a to z, "
            "digits and hyphens, such as our-course."
        )
    if table.get("name", name) != name:
        problems.append(f"{where}: name = {shown(table['name'])}, but the table is called '{name}'. Leave `name` out.")
    texts = {}
    for key in _TEXT_KEYS:
        text = table.get(key)
        if text is not None and not (isinstance(text, str) and text.strip()):
            problems.append(f"{where}: {key} = {shown(text)}. Write a text in quotes.")
        elif text is not None:
            texts[key] = " ".join(text.split())
    like = texts.pop(LIKE, "")
    if not like:
        for key in ("title", "source"):
            if key not in table:
                problems.append(f"{where}: '{key}' is missing. Write it, or {LIKE} = the name of another one.")
        problems += [f"{where}: '{key}' is missing." for key in OWNER_KEYS[:1] if key not in table]
    if len(problems) > before:
        return []
    title = texts.get("title", name)
    words = {
        "name": name,
        "title": title,
        "title_sv": texts.get("title_sv", title),
        "source": texts.get("source", f"as {like}, changed"),
    }
    return [Own(name, numbers, like, words, {key: each for key, each in table.items() if key not in _TEXT_KEYS})]


def _place(own: Own) -> str:
    return own.where.rstrip(".: ")


def _in_order(found: Sequence[Own], built_in: Sequence[str], problems: list[str]) -> list[Own]:
    """Put those first that others are like; refuse names given twice, and likenesses that lead nowhere."""
    by_name: dict[str, Own] = {}
    for each in found:
        if each.name in built_in:
            problems.append(
                f"{_place(each)}: '{each.name}' comes with the model. Give yours another name (name = \"...\"), or "
                f"change that one in a scenario under [interventions.{each.name}]."
            )
        elif each.name in by_name:
            problems.append(f"{_place(each)}: '{each.name}' is given twice, also in {_place(by_name[each.name])}.")
        else:
            by_name[each.name] = each
    known = (*built_in, *sorted(by_name))
    ordered: dict[str, Own] = {}
    waiting = [by_name[name] for name in sorted(by_name)]
    for each in waiting:
        if each.like and each.like not in known:
            problems.append(f"{_place(each)}: {LIKE} = '{each.like}' is not known.{hint(each.like, known)}")
    while waiting:
        ready = [each for each in waiting if each.like not in by_name or each.like in ordered]
        if not ready:
            names = ", ".join(each.name for each in waiting)
            circle = "is like itself" if len(waiting) == 1 else "are like each other in a circle"
            problems.append(f"{_place(waiting[0])}: {names} {circle}. Let one of them be whole.")
            break
        ordered |= {each.name: each for each in ready}
        waiting = [each for each in waiting if each.name not in ordered]
    return list(ordered.values())
