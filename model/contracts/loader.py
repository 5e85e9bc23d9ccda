"""Finding designs: by name or path, joined with add-ons, and with terms set in brackets.

    state-outcomes-fund                              a design that comes with the model
    ./mine.toml                                      a file of one's own
    state-outcomes-fund+competence-centre            joined with an add-on, which changes parameters of the scenario
    state-outcomes-fund[share=0.8,follow_up_years=8] with other values of some of its terms
    state-outcomes-fund:purse                        its money alone, see `steps`

Read by the agents' decisions, the model and the commands; nobody else opens the files in `model/data/designs`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from functools import cache, reduce
from os.path import isfile  # no name of a file is too strange for it
from pathlib import Path

from ..data import DATA
from ..inputs.assembly.declared import declaration
from ..inputs.errors import InputError, nearest, shown
from ..inputs.meaning import meanings
from ..inputs.quantity import read_toml
from ..inputs.reading.numbers import UnreadableError, plain_number
from .contract import Design
from .reading.design import read_design
from .steps import step
from .terms import with_terms

__all__ = ["DESIGNS", "NAME", "add_on_names", "design_names", "load_add_on", "load_design", "split_names"]

DESIGNS = DATA / "designs"
NAME = re.compile(r"[a-z0-9][a-z0-9_-]*")  # of a design, also as the name of a file
LONGEST_NAME = 80


def design_names() -> list[str]:
    """Names of the designs that come with the model, in alphabetical order, without the add-ons."""
    return [name for name, add_on in _kinds().items() if not add_on]


def add_on_names() -> list[str]:
    """Names of the add-ons that come with the model and can be joined to a design by '+', in alphabetical order."""
    return [name for name, add_on in _kinds().items() if add_on]


def load_design(text: str) -> Design:
    """Read a design, as written on the command line: see the top of this file.

    Raises
    ------
    InputError
        If it is not known, cannot be read or is no contract that holds together, with every problem of it at once; or
        if what is joined by '+' is not one design and otherwise add-ons.
    """
    whole, colon, name = text.rpartition(":")
    if colon and re.fullmatch(r"\s*[a-z-]+\s*", name) and not isfile(text):
        return step(load_design(whole), name.strip())
    parts = [_load_part(part) for part in ([text] if isfile(text) else _split(text, "+"))]
    designs = [part for part in parts if not part.add_on]
    if len(designs) != 1:
        raise InputError((f"'{text}' {_not_one(parts, designs)}",))
    return reduce(_join, parts[1:], parts[0]) if len(parts) > 1 else parts[0]


def load_add_on(text: str) -> Design:
    """Read an add-on by itself, to be shown; it cannot be run before it is joined to a design.

    Raises
    ------
    InputError
        If it is not known, cannot be read, or is not an add-on.
    """
    design = _load_part(text)
    if not design.add_on:
        raise InputError((f"'{text}' is a design and not an add-on.",))
    return design


def split_names(text: str) -> list[str]:
    """Split a list of designs at its commas, but not at those inside brackets; empty entries are left out.

    >>> split_names("status-quo, state-outcomes-fund[share=0.8,cap=1]")
    ['status-quo', 'state-outcomes-fund[share=0.8,cap=1]']
    """
    return [name for name in (part.strip() for part in _split(text, ",")) if name]


def _kinds() -> dict[str, bool]:
    """Name of each file that comes with the model -> whether it is an add-on."""
    return _kinds_in(DESIGNS)


@cache
def _kinds_in(folder: Path) -> dict[str, bool]:
    return {path.stem: read_toml(path).get("kind") == "add-on" for path in sorted(folder.glob("*.toml"))}


def _split(text: str, at: str) -> list[str]:
    """Split at a character that does not stand inside brackets."""
    return re.split(rf"{re.escape(at)}(?![^\[\]]*\])", text)


def _load_part(text: str) -> Design:
    """Read one file, and set the terms that follow it in brackets."""
    if not text.strip():
        raise InputError((f"'{text}' is not a design. Write a name or a path, and one on each side of +.",))
    found = re.fullmatch(r"([^\[\]]+)(?:\[([^\[\]]*)\])?", text.strip())
    if found is None:
        raise InputError(
            (f"'{text}' is not a design. Write a name or a path, with terms as name[term=value,term=value].",)
        )
    name, given = found[1].strip(), found[2]
    design = _load_file(name)
    if given is None:
        return design
    changed = with_terms(design, _values(given, text))
    if problems := _beyond(changed, f"'{_short(text)}'"):
        raise InputError(problems)
    return replace(changed, name=f"{design.name}[{given}]")


def _values(given: str, text: str) -> dict[str, float]:
    """Read ``term=value,term=value``."""
    values: dict[str, float] = {}
    problems = []
    if comma := re.search(r"=\s*(-?[0-9]+),([0-9]+)\s*(,|$)", given):
        meant = f"{comma[1]}.{comma[2]}"
        raise InputError(
            (f"'{_short(text)}': a number has a decimal point. Write {meant}, not {comma[1]},{comma[2]}.",)
        )
    for entry in given.split(","):
        term, _, value = (each.strip() for each in entry.partition("="))
        try:
            number = plain_number(value)
        except UnreadableError as error:
            wrong = f": '{_short(value)}' {error}" if value else " is not a term and a number."
            problems.append(f"'{_short(text)}': '{_short(entry.strip())}'{wrong} Write [term=value,term=value].")
            continue
        if term in values:
            problems.append(f"'{text}': {term} is set twice.")
        values[term] = number
    if problems:
        raise InputError(tuple(problems))
    return values


def _load_file(name: str) -> Design:
    """Read a design that comes with the model, by name, or any file whose path ends in `.toml`."""
    path = Path(name)
    names = sorted(each.stem for each in DESIGNS.glob("*.toml"))
    if path.suffix.lower() == ".toml":
        return _checked(read_design(read_toml(path), str(path)), str(path), names)
    if name not in names:
        if path.suffix or "/" in name or "\\" in name:
            remedy = "A design is a text file whose name ends in .toml (docs/own-designs.md)."
            raise InputError((f"'{_short(name)}' is no design. {remedy}",))
        word = name.strip().casefold()
        titles = sorted((title for title in _titles() if len(word) > 5 and word in title.casefold()), key=len)
        meant = [each for word in meanings(name) if (each := word.replace("_", "-")) in names]
        like = meant[0] if meant else _titles()[titles[0]] if titles else nearest(name, names)
        did = f" Did you mean '{like}'?" if like else " `stupror designs` lists those that there are."
        raise InputError((f"design '{_short(name)}' is not known.{did} Or give the path of a .toml file.",))
    return read_design(read_toml(DESIGNS / f"{name}.toml"), f"{name}.toml")


@cache
def _titles() -> dict[str, str]:
    """Name of each design by its title, in both languages."""
    documents = {path.stem: read_toml(path) for path in sorted(DESIGNS.glob("*.toml"))}
    return {str(document.get(key, "")): name for name, document in documents.items() for key in ("title", "title_sv")}


def _checked(design: Design, file: str, names: Sequence[str]) -> Design:
    """Hold a design from a file against those that come with the model, and its changes against what numbers can be.

    Results are told apart by names, so a file may not take that of another design; an unchanged copy is the design
    itself.
    """
    problems = _beyond(design, file)
    if not NAME.fullmatch(design.name) or len(design.name) > LONGEST_NAME:
        problems.append(
            f"{file}: name = {shown(design.name)} cannot be the name of a design. Use a-z, 0-9, - and _, with a letter "
            f"or a figure first, {LONGEST_NAME} signs at most."
        )
    elif design.name in names and design != _load_file(design.name):
        problems.append(
            f"{file}: name = '{design.name}' is that of a design that comes with the model, and this file says "
            "something else. Give it a name of its own."
        )
    if problems:
        raise InputError(problems)
    return design


def _beyond(design: Design, file: str) -> list[str]:
    """Say which parameters a design would set to what they cannot be."""
    found = []
    for change in design.changes:
        limits = declaration(change.path).get("limits")
        if limits is not None and change.how == "set":
            found += [f'{file}: change."{change.path}".set: {each}' for each in limits.problems(change.value)]
    return found


def _short(text: str) -> str:
    """Cut what a message repeats."""
    return text if len(text) <= 80 else f"{text[:70]}..."


def _join(one: Design, other: Design) -> Design:
    """Join a design and an add-on, or two add-ons: texts one after the other, changes of both in that order."""
    contract = other if one.add_on else one
    return replace(
        contract,
        name=f"{one.name}+{other.name}",
        title=f"{one.title} + {other.title}",
        title_sv=f"{one.title_sv} + {other.title_sv}",
        summary=f"{one.summary.strip()} {other.summary.strip()}",
        summary_sv=f"{one.summary_sv.strip()} {other.summary_sv.strip()}",
        source=f"{one.source}; {other.source}",
        changes=one.changes + other.changes,
    )


def _not_one(parts: Sequence[Design], designs: Sequence[Design]) -> str:
    """Say what is wrong with a join."""
    if designs:
        names = ", ".join(design.name for design in designs)
        return f"joins {len(designs)} designs ({names}). Only one can pay for a project; the others must be add-ons."
    names = "+".join(part.name for part in parts)
    return f"is an add-on: it changes parameters and pays for nothing. Join it to a design, as in status-quo+{names}."
