"""In which language a command speaks to people, and what it says in Swedish (the tables in `swedish/`).

The code says every sentence in English. Where a sentence leaves the program it is looked up here: what is found is said
in the language of the user, what is not in English. Read by the commands and by `cli`.
"""

from __future__ import annotations

import os
import re
import sys
import tomllib
from collections.abc import Callable, Sequence
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import typer

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "VARIABLE",
    "chosen",
    "explained",
    "figures",
    "headed",
    "in_words",
    "note",
    "said",
    "speaker",
    "table",
    "tell",
]

VARIABLE = "STUPROR_LANGUAGE"
"""Environment variable with the language of every command that is not told another by --language."""

_KINDS = ("sentence", "part", "system")
_NUMBER = re.compile(r"[-+]?\d[\d,]*(\.\d+)?%?")
_LONG = 10_000  # from here on the figures of a whole number stand in groups of three, as in all other numbers
_FIGURES = r"[-+]?\d[\d.,_]*(?:e[-+]?\d+)?"
_FOLDER = Path(__file__).with_name("swedish")


class Saying(NamedTuple):
    """A sentence with {names}: in English, the longest text that it always has there, and in Swedish."""

    english: str
    always: str
    swedish: str


def chosen(words: Sequence[str]) -> str:
    """Say in which language a command with these words speaks: its --language, else that of the environment."""
    told = [after for word, after in pairwise(words) if word == "--language"]
    told += [word.partition("=")[2] for word in words if word.startswith("--language=")]
    return (told or [os.environ.get(VARIABLE, "en")])[-1]


def said(sentence: str, language: str, room: str = "") -> str:
    """Say a sentence of the program in a language, as far as it is known in it.

    What has another meaning in one place alone, such as the heading of a table, has a room of that name in the files.

    >>> said("mine.toml: there is no such file. Did you mean 'mina.toml'?", "sv")
    "mine.toml: filen finns inte. Menade du 'mina.toml'?"
    """
    if language != "sv":
        return sentence
    return _read(sentence, (*([room] if room else []), *_KINDS)) or sentence


def speaker(language: str, room: str = "") -> Callable[[str], str]:
    """Return what puts texts and figures into a language: in Swedish decimal commas and thin spaces too.

    >>> speaker("sv", "worth")("M SEK"), speaker("sv")("12,345.6"), speaker("en")("12,345.6")
    ('mnkr', '12\u202f345,6', '12,345.6')
    """
    if language != "sv":
        return str
    return lambda text: figures(said(text, language, room))


def figures(text: str) -> str:
    """Write the figures of an English text as Swedish has them.

    >>> figures("1,234.5 (35%), 0.1 to 2")
    '1\u202f234,5 (35 %), 0,1 till 2'
    """
    text = re.sub(r"(?<=\d),(?=\d{3}(?!\d))", "\u202f", text)
    text = re.sub(r"(?<=\d) to (?=[-\d])", " till ", re.sub(r"(?<=\d)\.(?=\d)", ",", text))
    return re.sub(r"(?<=\d)%", " %", text)


def in_words(text: str, room: str) -> str:
    """Say a text of a room (see `said`) in the language of the command."""
    return said(text, chosen(sys.argv[1:]), room)


def tell(*sentences: str) -> None:
    """Say on standard output what came out, a line for each sentence, in the language of the command."""
    for sentence in sentences:
        typer.echo(_told(sentence))


def table(frame: pd.DataFrame, show: Callable[[float], str]) -> str:
    """Lay a table out for a terminal, with headings and figures in the language of the command."""
    whole = [str(name) for name, kind in frame.dtypes.items() if kind.kind == "i" and name != "seed"]
    frame = frame.assign(**{name: [f"{n:,}" if abs(n) >= _LONG else str(n) for n in frame[name]] for name in whole})
    if chosen(sys.argv[1:]) != "sv":
        return str(frame.to_string(index=False, float_format=show, na_rep="-"))
    words = frame.map(lambda cell: _read(str(cell), ["cell"]) or cell if isinstance(cell, str | bool) else cell)
    named = words.rename(columns={name: _heading(name) for name in frame.columns})
    return figures(str(named.to_string(index=False, float_format=show, na_rep="-")))


def headed(frame: pd.DataFrame) -> pd.DataFrame:
    """Put the headings of a table of texts, and what stands in it, into the language of the command."""
    if chosen(sys.argv[1:]) != "sv":
        return frame
    told = frame.map(lambda cell: _read(cell, ["cell"]) or figures(cell))
    return told.rename(index=_heading, columns=_heading)


def _heading(name: object) -> str:
    return _read(str(name), ["column"]) or str(name)


def note(sentence: str) -> None:
    """Say on standard error what a user should know, in the language of the command."""
    typer.echo(_told(sentence), err=True)


def _told(sentence: str) -> str:
    """Put a sentence, and the figures that are put into it, into the language of the command that was given."""
    from ...analysis.report.ones import one

    return one(_read(sentence, _KINDS, figures) or sentence if chosen(sys.argv[1:]) == "sv" else sentence)


def explained(text: str) -> str:
    """Put a text of --help into Swedish; as it is if it is not known."""
    return _read(text, ["help"]) or text


def _read(text: str, kinds: Sequence[str], local: Callable[[str], str] = str) -> str:
    """Put a sentence, or what is put into one, into Swedish; nothing if it is not known. Spaces before it stay.

    What is no sentence of the tables may be several, or one with the place that it is said of before it
    (`mine.toml: title: ...`). Numbers that are put in go through `local`.
    """
    for each in _sayings("ending"):
        if each.always in text and (found := _ending(each.english).search(text)):
            one = all(_one_thing(put_in, kinds) for put_in in found.groups())
            begun = _read(text[: found.start()], kinds, local) if one else ""
            if begun:
                return begun + _filled(each, found, kinds, local)
    bare = text.lstrip(" ")
    if not bare:
        return ""
    fit = [
        (each, found)
        for each in _sayings(*kinds)
        if each.always in bare and (found := _whole(each.english).fullmatch(bare))
    ]
    sure = next((one for one in fit if all(_one_thing(put_in, kinds) for put_in in one[1].groups())), None)
    known = _filled(*sure, kinds, local) if sure else _in_parts(bare, kinds, local) if "sentence" in kinds else ""
    if not known and fit:
        known = _filled(*fit[0], kinds, local)
    if not known and bare.endswith(".") and (open_ended := _read(bare[:-1], kinds, local)):
        known = f"{open_ended}."
    return text[: -len(bare)] + known if known else ""


def _one_thing(text: str, kinds: Sequence[str]) -> bool:
    """Whether what would be put into a sentence is a name or a value, or known: else a sentence may begin in it."""
    return not re.search(r"[.?!] |:( |$)|,$", text) or bool(_read(text, kinds))


def _in_parts(text: str, kinds: Sequence[str], local: Callable[[str], str]) -> str:
    """Put two or more sentences into Swedish, or one with a place before it; nothing unless all of it is known."""
    for end in re.finditer(r"(?<=[.?!]) (?=\S)", text):
        if (first := _read(text[: end.start()], kinds, local)) and (rest := _read(text[end.end() :], kinds, local)):
            return f"{first} {rest}"
    for end in re.finditer(r": (?=\S)", text):
        place = text[: end.start()]
        if rest := _read(text[end.end() :], kinds, local):
            return f"{_read(place, ['place']) or place}: {rest}"
    return ""


def _filled(saying: Saying, found: re.Match[str], kinds: Sequence[str], local: Callable[[str], str]) -> str:
    """Say a sentence in Swedish, and what is put into it too: that may be a sentence itself, or a number."""
    words = {
        name: text
        if name.startswith("key")
        else _put_in(text, (*(["contract"] if name.startswith("contract") else []), *kinds, "place"), local)
        for name, text in found.groupdict().items()
    }
    return re.sub(r"\{(\w+)\}", lambda name: words[name[1]], saying.swedish)


def _put_in(text: str, kinds: Sequence[str], local: Callable[[str], str]) -> str:
    """Say what is put into a sentence: a number, something that is known, several such with commas, or as it is."""
    if _NUMBER.fullmatch(text):
        return local(text)
    if "\n" in text:
        return "\n".join(_put_in(each, kinds, local) for each in text.split("\n"))
    whole = next((each.swedish for each in _sayings(*kinds) if each.english == text), "")
    several = [_read(each, kinds, local) for each in text.split(", ")] if ", " in text and not whole else [""]
    return whole or (", ".join(several) if all(several) else _read(text, kinds, local) or text)


@cache
def _sayings(*kinds: str) -> list[Saying]:
    """Read what is known of some kinds, of all files: what says most by itself first, as it is the surest."""
    tables = [tomllib.loads(file.read_text(encoding="utf-8")) for file in sorted(_FOLDER.glob("*.toml"))]
    rows = [row for table in tables for kind in kinds for row in table.get(kind, {}).items()]
    rows.sort(key=lambda row: -len(re.sub(r"\{\w+\}", "", row[0])))
    return [Saying(english, max(re.split(r"\{\w+\}", english), key=len), swedish) for english, swedish in rows]


@cache
def _whole(template: str) -> re.Pattern[str]:
    return re.compile(_pattern(template), re.DOTALL)


@cache
def _ending(template: str) -> re.Pattern[str]:
    return re.compile(_pattern(template) + "$", re.DOTALL)


def _pattern(template: str) -> str:
    """Write a sentence with {names} as a regular expression; the shortest text that fits stands for a name.

    {num}, {num2} and so on stand for a number alone, {contract} and the like for words of a contract,
    {key} for what is typed and stays as it is.
    """
    parts = re.split(r"\{(\w+)\}", template)
    text = ""
    for at, part in enumerate(parts):
        some = ".*?" if at and parts[at - 1].endswith("'") else ".+?"  # between quotes there may be nothing
        some = _FIGURES if re.fullmatch(r"num\d*", part) else some
        text += re.escape(part) if at % 2 == 0 else f"(?P<{part}>{some})"
    return text
