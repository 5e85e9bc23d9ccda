"""A design of one's own, begun from a preset: the same file with a new name and comments that say what each part is.

Nothing of the preset is lost, its comments included; what is written loads as it stands. Read by the command.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from textwrap import wrap

from ...model.contracts import add_on_names, design_names, read_design
from ...model.contracts.loader import DESIGNS, NAME
from ...model.contracts.vocabulary import KINDS
from ...model.contracts.words import BODIES, EVALUATIONS, FORMS
from ...model.inputs.errors import InputError, hint
from ..files.places import new_file

__all__ = ["draft", "new_design"]

_HEADER = """\
# {name}: a funding design of your own, begun from {preset}. Edit it with any text editor.
#   1. Change what you like. Each number has a value, a unit, a range that a search may move it in, and a source:
#      say where yours is from, or write "assumed".
#   2. Read it aloud, and see what is wrong with it if anything is:  stupror designs show {name}.toml
{use}
# The words that a contract may use are explained in docs/designs.md. What is wrong is refused with a reason.
"""
_USE = """\
#   3. What would it pay, if it has clauses? Step 2 says what to give:  stupror settle {name}.toml --set KEY=VALUE
#   4. What would it change?    stupror compare --quick --designs {beside},{name}.toml --out out/{name}"""
_USE_ADD_ON = """\
#   3. Join it to a design:     stupror compare --quick --designs {beside},{beside}+{name}.toml --out out/{name}"""
_SECTIONS = {  # first word of a heading -> what the section is
    "currency": "The money that the contract is written in, and what it is worth; SEK if left out.",
    "programme": "The size it was written for, which `stupror settle` settles; a run takes the size of each project.",
    "decision": f"Who says yes or no to a project: {', '.join(BODIES)}.",
    "parties": "A party of the contract's own, and who is it in a run.",
    "outcomes": "An outcome of the contract's own, what it is counted in, and what stands for it in a run.",
    "finance": f"Who pays the programme up front; all shares sum to 1. Forms: {', '.join(FORMS)}.",
    "measure": f"What is measured, and how: {', '.join(EVALUATIONS)}.",
    "conditions": "Something that is true or false, which clauses may name in `when` and `unless`.",
    "change": "A parameter of the model that changes under it (docs/parameters.md): times, add or set.",
}


def new_design(name: str, preset: str, folder: Path) -> Path:
    """Write NAME.toml into a folder, and give its path.

    Raises
    ------
    InputError
        If the name cannot be that of a design or is taken, the preset is not known, or the file exists or cannot be
        written.
    """
    presets = [*design_names(), *add_on_names()]
    problems = []
    if name.removesuffix(".toml") in presets:
        problems.append(f"'{name}' is a design that comes with the model. Choose another name.")
    elif NAME.fullmatch(name) is None:
        problems.append(f"'{name}' cannot be the name of a design. Use a-z, 0-9, - and _, without .toml.")
    if preset not in presets:
        problems.append(f"--from '{preset}' is not a design that comes with the model.{hint(preset, presets)}")
    path = folder / f"{name}.toml"
    if not problems and path.exists():
        problems.append(f"{path}: exists, and is not written over. Choose another name, or another folder with --out.")
    if problems:
        raise InputError(problems)
    text = draft(name, preset)
    with new_file(path) as file:
        file.write_text(text, encoding="utf-8", newline="\n")
    return path


def draft(name: str, preset: str) -> str:
    """Write the text of a design that begins from a preset; it is a design that loads, under the new name."""
    original = (DESIGNS / f"{preset}.toml").read_text(encoding="utf-8")
    add_on = tomllib.loads(original).get("kind") == "add-on"
    beside = "state-outcomes-fund" if add_on else ",".join(dict.fromkeys(["status-quo", preset]))
    use = (_USE_ADD_ON if add_on else _USE).format(name=name, beside=beside)
    header = _HEADER.format(name=name, preset=preset, use=use)
    text = f"{header}\n# {preset} says of itself:\n" if original.startswith("#") else f"{header}\n"
    text += "\n".join(_commented(_renamed(original, name, preset))) + "\n"
    read_design(tomllib.loads(text), f"{name}.toml")  # a preset that this cannot begin from is a fault of ours
    return text


def _renamed(text: str, name: str, preset: str) -> str:
    """Give the design its name, titles that tell it apart, and a source that says what it is changed from."""
    top, heading, rest = text.partition("\n[")
    top = re.sub(r'^(name\s*= ")[^"]*', rf"\g<1>{name}", top, flags=re.M)
    top = re.sub(r'^(title(?:_sv)?\s*= "[^"]*)', rf"\g<1> ({name})", top, flags=re.M)
    top = re.sub(r'^(source\s*= ")', rf"\g<1>changed from {preset}: ", top, flags=re.M)
    return top + heading + rest


def _commented(text: str) -> Iterator[str]:
    """Put a comment before each section; of sections of one sort, only before the first."""
    said = set()
    lines = text.rstrip("\n").split("\n")
    for at, line in enumerate(lines):
        if line.startswith("[[clause]]"):
            if "clause" not in said:
                said.add("clause")
                yield "# What follows, clause by clause: each changes what its payer owes its receiver so far."
            yield from wrap(_clause(lines[at + 1 :]), 118, initial_indent="# ", subsequent_indent="# ")
        elif (found := re.match(r"\[(\w+)", line)) is not None and found[1] not in said:
            said.add(found[1])
            yield from wrap(_SECTIONS[found[1]], 118, initial_indent="# ", subsequent_indent="# ")
        yield line


def _clause(lines: list[str]) -> str:
    """Say what kind of clause begins in these lines, in the words of the vocabulary, with terms by name."""
    kind = next(found[1] for line in lines if (found := re.match(r'kind\s*=\s*"(\w+)"', line)))
    words = re.sub(r"\{one_of\}", " or ".join(KINDS[kind].one_of), KINDS[kind].sentence)
    words = re.sub(r"\{(parts|steps)\}:? ?", "", words)
    return f"{kind}: " + re.sub(r"\{(\w+)\}", r"\1", words)
