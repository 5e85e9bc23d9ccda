"""`--help` in Swedish: every text of every command from `swedish/help.toml`, and Typer's own words. Read by `cli`."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from .language import explained

__all__ = ["in_swedish"]

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
}


def in_swedish(command: Any) -> Any:
    """Let a command of Typer, and all that are in it, explain themselves in Swedish; gives the same command."""
    command.help = explained(command.help or "")
    for each in command.params:
        if getattr(each, "help", None):
            each.help = explained(each.help)
    command.get_help = _translated(command.get_help)
    for each in getattr(command, "commands", {}).values():
        in_swedish(each)
    return command


def _translated(get_help: Callable[[Any], str]) -> Callable[[Any], str]:
    """Put into Swedish what Typer writes around the texts."""

    def said(context: Any) -> str:
        text = get_help(context)
        for english, swedish in _TYPER.items():
            text = re.sub(english, swedish, text, flags=re.MULTILINE)
        return text

    return said
