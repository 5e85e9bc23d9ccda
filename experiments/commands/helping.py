"""`--help` in a language: texts of commands from `swedish/help.toml`, and Typer's own words. Read by `cli`."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from .language import explained

__all__ = ["helping"]

_TYPER = {  # what Typer writes itself; what stands before a column keeps its width
    r"^Usage:": "Användning:",
    r"^Options:$": "Val:",
    r"^Arguments:$": "Argument:",
    r"^Commands:$": "Kommandon:",
    r"\[OPTIONS\]": "[VAL]",
    r"COMMAND \[ARGS\]\.\.\.": "KOMMANDO [ORD]...",
    r"Show this message and\s+exit\.": "Visa den här texten och avsluta.",
    r"\[default:": "[förval:",
    r"\[required\]": "[måste anges]",
    r"<list\[Path\]>": "<filer>     ",
    r"<list\[str\]>": "<ord>      ",
    r"<path>": "<fil> ",
    r"<str>": "<ord>",
    r"<int>": "<tal>",
    r"<float>": "<tal>  ",
    r"--open / --no-open(\s.*)\[förval: open\]": r"--open / --no-open\1[förval: --open]",
}
_STANDS_FOR = {  # what is typed in the place of a word in capitals
    "DIR": "MAPP",
    "FILE": "FIL",
    "NAME": "NAMN",
    "DESIGN": "MODELL",
    "PRESET": "MODELL",
    "CONTRACT": "AVTAL",
    "PLACE": "PLATS",
    "GAIN": "VINST",
    "KEY=VALUE": "NYCKEL=VÄRDE",
}


def helping(command: Any, language: str) -> Any:
    """Let a command of Typer, and all that are in it, explain themselves in a language; gives the same command."""
    if language == "sv":
        command.help = explained(command.help or "")
        for each in command.params:
            each.metavar = _STANDS_FOR.get(each.metavar, each.metavar)
            if getattr(each, "help", None):
                each.help = explained(each.help)
            if each.name == "language":
                each.default = language
    command.get_help = _translated(command.get_help, language)
    command.get_usage = _translated(command.get_usage, "en")  # in Swedish it is a sentence, see refusals.toml
    for each in getattr(command, "commands", {}).values():
        helping(each, language)
    return command


def _translated(get_help: Callable[[Any], str], language: str) -> Callable[[Any], str]:
    """Put what Typer writes around the texts into a language; it puts braces around what must be given."""

    def said(context: Any) -> str:
        text = re.sub(r"\{(\w+)\}", r"\1", get_help(context))
        for english, swedish in _TYPER.items() if language == "sv" else ():
            text = re.sub(english, swedish, text, flags=re.MULTILINE)
        return text

    return said
