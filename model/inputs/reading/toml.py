"""TOML from outside: through the gate, parsed, held to a depth, and what is wrong said as a person would say it.

Word makes quotes curly, a Swedish hand writes a decimal comma and a space between thousands. Each has its own sentence.
Read by `scenario`, the contracts, the plans and the page.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ..errors import InputError
from .gate import read_text
from .numbers import UnreadableError, read_number

__all__ = ["parse_toml", "read_toml"]

MOST_BYTES = 1_000_000
MOST_DEPTH = 12  # tables and lists in each other; a contract needs five
_LINES = "a line is key = value, or the head of a table, [name]; texts stand in quotes."
_SAID = (  # words of the parser, and ours
    ("at the end of a table declaration", "the head of a table is [name], with both brackets and nothing else."),
    ("at the end of an array declaration", "the head of one of many tables is [[name]], with four brackets."),
    ("Cannot overwrite a value", "this key, or table, stands there already. Write each once."),
    ("Duplicate inline table key", "a key stands twice between the braces. Write each once."),
    ("Cannot mutate immutable namespace", "this adds to a table that was written whole, in braces. Write it there."),
    ("Unclosed array", "a list is not closed: ] is missing."),
    ("Unclosed inline table", "a table in braces is not closed: } is missing, or stands in another line."),
    ("Unterminated string", "a quote is missing: a text has one before it and one after it."),
    ("Unescaped '\\'", "\\ has a meaning of its own in TOML. Write / between folders."),
    ("Illegal character", "has a character that cannot stand there: a text is in quotes, on one line."),
)
_CURLY = "\u201c\u201d\u201e\u2018\u2019\u201a\u00ab\u00bb"
_SPACE = "[ \u00a0\u2007\u2009\u202f]"


def read_toml(path: Path) -> dict[str, Any]:
    """Read a TOML file.

    Raises
    ------
    InputError
        If it is missing, cannot be read, or is not TOML; the message names file and line.
    """
    return parse_toml(read_text(path, MOST_BYTES), str(path))


def parse_toml(text: str, file: str) -> dict[str, Any]:
    """Parse TOML; `file` names it in messages.

    Raises
    ------
    InputError
        If it is not TOML, nested deeper than any input is, or has a number of absurd length.
    """
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise InputError([f"{file}: is not TOML: {_explained(str(error), text)}"]) from None
    except RecursionError:
        raise InputError([f"{file}: is nested deeper than any input is ({MOST_DEPTH} levels)."]) from None
    except ValueError:  # a whole number of thousands of figures
        raise InputError([f"{file}: has a number of absurd length{_where_long(text)}."]) from None
    if _deep(document):
        raise InputError([f"{file}: is nested deeper than any input is ({MOST_DEPTH} levels)."])
    return document


def _deep(document: Mapping[str, Any]) -> bool:
    """Whether anything in a document lies deeper than it may; without recursion, as that is what is looked for."""
    level: list[Any] = [document]
    for _ in range(MOST_DEPTH):
        inside = [each.values() if isinstance(each, Mapping) else each for each in level]
        level = [each for values in inside for each in values if isinstance(each, Mapping | list)]
    return bool(level)


def _where_long(text: str) -> str:
    """Name the line in which some hundred figures stand together."""
    for number, line in enumerate(text.split("\n"), start=1):
        if re.search(r"[0-9_]{400}", line):
            return f" in line {number}"
    return ""


def _explained(error: str, text: str) -> str:
    """Say what the parser found, with the cause that people mean."""
    twice = re.search(r"Cannot declare \(([^)]*)\) twice", error)
    if twice:
        return f"[{'.'.join(re.findall(r'[^, ]+', twice[1].replace(chr(39), '')))}] stands there twice{_place(error)}."
    found = re.search(r"\(at line (\d+), column \d+\)", error)
    lines = text.split("\n")
    at = int(found[1]) if found else len([line for line in lines if line.strip()])
    line = lines[at - 1] if 0 < at <= len(lines) else ""
    cause = _cause(line)
    if not cause and at >= 2:  # some mistakes are noticed on the next line
        cause = _cause(lines[at - 2]) if not line.strip() else ""
    cause = cause or next((said for words, said in _SAID if words in error), "")
    shown = line.strip() if len(line.strip()) <= 60 else f"{line.strip()[:50]}..."
    return f"line {at}: {cause or f'{_LINES} What stands there: {shown}'}"


def _place(error: str) -> str:
    found = re.search(r"\(at (line \d+), column \d+\)", error)
    return f" ({found[1]})" if found else ""


def _cause(line: str) -> str:
    """Name what a person probably did in a line, with the remedy; nothing if it is not clear."""
    bare = re.sub(r"\"[^\"]*\"", '""', line)  # what stands in quotes is nobody's mistake
    key, equals, value = line.partition("=")
    value = value.strip()
    if any(sign in bare for sign in _CURLY):
        return 'has curly quotes, as Word writes them. Write straight ones: ".'
    if re.match(r"\s*[\w.-]+\s*:(\s|$)", line):
        return "this looks like YAML. Write key = value, and tables as [name]."
    if line.lstrip().startswith(("{", "<")):
        kind = "JSON" if line.lstrip()[0] == "{" else "a page or XML"
        return f"this looks like {kind}. Write key = value, and tables as [name]."
    if (head := re.match(r"\s*\[+([^\]\"]*)", line)) and not head[1].isascii():
        parts = [part if part.isascii() else f'"{part.strip()}"' for part in head[1].split(".")]
        return f"a name with å, ä or ö needs quotes: [{'.'.join(parts)}]. Is it a name of the model?"
    if found := re.match(rf"(-?\d{{1,3}}(?:{_SPACE}\d{{3}})+)(?![\d])", value):
        return f"{found[1]} has spaces between its figures. Write {re.sub(_SPACE, '_', found[1])}."
    if found := re.search(r"=\s*(-?[\d.,]+)\s*%", bare):
        return f"a share is written without %. Write {float_of(found[1])}, not {found[1]} %."
    if found := re.search(r"=\s*(-?\d+),(\d+)", bare):
        return f"a number has a decimal point. Write {found[1]}.{found[2]}, not {found[1]},{found[2]}."
    if value.lower() in ("true", "false", "sant", "falskt", "ja", "nej", "yes", "no"):
        return "write true or false, in small letters."
    if value.startswith('"') and "\\" in value:
        return "\\ has a meaning of its own in TOML. Write / between folders."
    if equals and re.match(r"[^\W\d]", value) and '"' not in value:
        return f'a text needs quotes: {key.strip()} = "{value}".'
    if equals and value.count('"') % 2:
        return "a quote is missing: a text has one before it and one after it."
    if equals and not key.strip().isascii() and '"' not in key:
        return f'a name with å, ä or ö needs quotes: "{key.strip()}" = ...'
    if unit := re.match(r"(-?[\d._]+)\s+[^\W\d][\w/]*\s*(#.*)?$", value):
        return f"a number stands without its unit: {key.strip()} = {unit[1]}."
    if re.match(r"-?0\d", value):
        return f"a number begins with 0. Write {value.lstrip('0') or '0'}, or put a code in quotes."
    return ""


def float_of(text: str) -> str:
    """Write a percentage as a share, as far as it can be read."""
    try:
        return f"{read_number(f'{text}%'):.15g}"
    except UnreadableError:
        return "a share such as 0.8"
