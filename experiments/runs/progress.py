"""Telling people how far runs have come: how many, how fast, how long still. Read by the commands and notebooks."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

__all__ = ["ENGLISH", "SWEDISH", "Tell", "Words", "duration", "progress"]

Tell = Callable[[int, int], None]


class Words(NamedTuple):
    """What is said of progress in a language: what goes on, what is counted, why a first run takes longer, decimals."""

    running: str
    counted: dict[str, str]  # what is counted
    compiling: str
    decimal: str  # what stands before the decimals of a number


ENGLISH = Words(
    "running",
    {},
    "The model is compiled for this computer, once: that takes some twenty seconds.",
    ".",
)
SWEDISH = Words(
    "kör",
    {"runs": "körningar", "worlds": "världar", "designs": "modeller"},
    "Modellen översätts för den här datorn, en gång: det tar ungefär tjugo sekunder.",
    ",",
)


@contextmanager
def progress(runs: int, what: str = "runs", before: int = 0, words: Words = ENGLISH) -> Iterator[Tell]:
    """Show how many runs (or what) are done, how fast, and how long it will take; on stderr, and only to people.

    Gives a function that is called with the number done and the number of all. What was done `before` does not count
    for the rate.
    """
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (
        TextColumn(words.running),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]}"),
        TimeRemainingColumn(),
    )
    _say_if_first(words)
    console = Console(stderr=True)
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as shown:
        task = shown.add_task("", total=runs, rate="", completed=before)
        started = time.perf_counter()

        def tell(done: int, of_all: int) -> None:
            rate = f"{60.0 * (done - before) / (time.perf_counter() - started):.1f}".replace(".", words.decimal)
            shown.update(task, completed=done, total=of_all, rate=f"{rate} {words.counted.get(what, what)}/min")

        yield tell


def _say_if_first(words: Words) -> None:
    """Say why the first run after an installation takes longer; on stderr, and only to people."""
    from rich.console import Console

    console, kept = Console(stderr=True), os.environ.get("NUMBA_CACHE_DIR")  # set by `model`
    if kept and console.is_terminal and not any(Path(kept).rglob("*.nbi")):
        console.print(words.compiling)


def duration(seconds: float) -> str:
    """Write a time as people say it."""
    if seconds < 90:
        return f"{seconds:.0f} seconds"
    return f"{seconds / 60:.0f} minutes" if seconds < 5400 else f"{seconds / 3600:.1f} hours"
