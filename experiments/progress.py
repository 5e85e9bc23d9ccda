"""Telling people how far runs have come: how many, how fast, how long still. Read by the commands and notebooks."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

__all__ = ["Tell", "bar", "duration"]

Tell = Callable[[int, int], None]


@contextmanager
def bar(runs: int, done_before: int = 0) -> Iterator[Tell]:
    """Show a bar on stderr, to people only: runs done, rate, remaining time.

    Gives a function that is called with the number of runs done and of all runs. Runs that were done before it began do
    not count for the rate.
    """
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (
        TextColumn("running"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]}"),
        TimeRemainingColumn(),
    )
    console = Console(stderr=True)
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as shown:
        task = shown.add_task("", total=runs, rate="", completed=done_before)
        started = time.perf_counter()

        def tell(done: int, _all: int) -> None:
            rate = 60.0 * (done - done_before) / (time.perf_counter() - started)
            shown.update(task, completed=done, rate=f"{rate:.1f} runs/min")

        yield tell


def duration(seconds: float) -> str:
    """Write a time as people say it."""
    if seconds < 90:
        return f"{seconds:.0f} seconds"
    return f"{seconds / 60:.0f} minutes" if seconds < 5400 else f"{seconds / 3600:.1f} hours"
