"""In which language a command speaks to people, and what it says most in Swedish (`swedish.toml`).

The code says every sentence in English. Where a sentence leaves the program it is looked up here: what is found is said
in the language of the user, what is not in English. Read by the commands and by `cli`.
"""

from __future__ import annotations

import os
import re
import sys
import tomllib
from collections.abc import Sequence
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import typer

__all__ = ["VARIABLE", "chosen", "note", "said"]

VARIABLE = "STUPROR_LANGUAGE"
"""Environment variable with the language of every command that is not told another by --language."""

_FILE = Path(__file__).with_name("swedish.toml")


class Saying(NamedTuple):
    """A sentence with {names}: how it is recognised in English, and how it reads in Swedish."""

    english: re.Pattern[str]
    swedish: str


def chosen(words: Sequence[str]) -> str:
    """Say in which language a command with these words speaks: its --language, else that of the environment."""
    told = [after for word, after in pairwise(words) if word == "--language"]
    told += [word.partition("=")[2] for word in words if word.startswith("--language=")]
    return (told or [os.environ.get(VARIABLE, "en")])[-1]


def said(sentence: str, language: str) -> str:
    """Say a sentence of the program in a language, as far as it is known in it.

    >>> said("mine.toml: there is no such file. Did you mean 'mina.toml'?", "sv")
    "mine.toml: filen finns inte. Menade du 'mina.toml'?"
    """
    if language != "sv":
        return sentence
    return _read(sentence) or sentence


def note(sentence: str) -> None:
    """Say on standard error what a user should know, in the language of the command that was given."""
    typer.echo(said(sentence, chosen(sys.argv[1:])), err=True)


def _read(text: str) -> str:
    """Put a sentence, or what is put into one, into Swedish; nothing if it is not known."""
    for each in (*_sayings("sentence"), *_sayings("part")):
        if found := each.english.fullmatch(text):
            return _filled(each, found)
    for each in _sayings("ending"):
        found = re.search(each.english.pattern + "$", text, re.DOTALL)
        if found and (begun := _read(text[: found.start()])):
            return begun + _filled(each, found)
    return ""


def _filled(saying: Saying, found: re.Match[str]) -> str:
    """Say a sentence in Swedish, and what is put into it too: that may be a sentence itself."""
    return saying.swedish.format(**{name: _read(text) or text for name, text in found.groupdict().items()})


@cache
def _sayings(kind: str) -> list[Saying]:
    rows = tomllib.loads(_FILE.read_text(encoding="utf-8"))[kind]
    return [Saying(re.compile(_pattern(row["en"]), re.DOTALL), row["sv"]) for row in rows]


def _pattern(template: str) -> str:
    """Write a sentence with {names} as a regular expression; the shortest text that fits stands for a name."""
    parts = re.split(r"\{(\w+)\}", template)
    return "".join(re.escape(part) if at % 2 == 0 else f"(?P<{part}>.+?)" for at, part in enumerate(parts))
