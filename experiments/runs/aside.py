"""A process beside this one that draws the figures of a report: it loads Matplotlib while something else is done here.

A process of `workers` would take twice as long to start, as it imports the command first.
"""

from __future__ import annotations

import pickle
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from typing import Any

from ...analysis import report
from ...analysis.report.elsewhere import lent
from .workers import deaf_to_interrupts, processors

__all__ = ["drawing_aside"]


@contextmanager
def drawing_aside() -> Iterator[None]:
    """Let figures be drawn by a process of their own meanwhile; here, where there is one processor only."""
    if processors() == 1 or not sys.executable:
        yield
        return
    program = f"{report.__name__}.drawn_aside"
    command = [sys.executable, "-P", "-m", program]  # -P: whatever lies in this folder is not imported
    with deaf_to_interrupts():  # which it inherits: Ctrl-C is ours, and we end it
        child = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    try:
        with ThreadPoolExecutor(1) as waiting:
            try:
                with lent(lambda draw, *data: waiting.submit(_ask, child, draw, *data)):
                    yield
            finally:
                child.kill()  # nothing is left to draw, or nobody waits for it any more
                child.wait()
    finally:
        for pipe in (child.stdin, child.stdout):  # now that nobody is at them
            with suppress(OSError):  # of what it did not read
                if pipe is not None:
                    pipe.close()


def _ask(child: subprocess.Popen[bytes], draw: Callable[..., str], *data: Any) -> str:
    """Hand over what to draw and wait for its SVG."""
    if child.stdin is None or child.stdout is None:
        raise OSError
    pickle.dump((draw, data), child.stdin)
    child.stdin.flush()
    svg: str = pickle.load(child.stdout)
    return svg
