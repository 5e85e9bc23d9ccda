"""Figures of a page that may be drawn in another process, while the page is put together.

To load Matplotlib and draw takes as long as all the rest of a report. Whoever has a process to spare lends it; where a
figure was drawn cannot be seen in it. `drawn_aside` is such a process. Read by the sections of the report.
"""

from __future__ import annotations

import pickle
import re
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from typing import Any

from .style import labelled

Send = Callable[..., "Future[str]"]

_lent: ContextVar[Send | None] = ContextVar("lent", default=None)


@contextmanager
def lent(send: Send) -> Iterator[None]:
    """While this lasts, figures are drawn where `send` sends them; else here, when they are needed."""
    token = _lent.set(send)
    try:
        yield
    finally:
        _lent.reset(token)


@dataclass(frozen=True, eq=False)
class Drawing:
    """A figure of a page: `str` and templates take it as its SVG, and wait for it if it is not drawn yet."""

    key: str
    alternative: str  # what it shows, for those who cannot see it
    draw: Callable[..., str]
    data: tuple[Any, ...]
    sent: Future[str] | None
    local: Callable[[str], str] = str  # puts its texts into the language

    def __str__(self) -> str:
        """Give it as SVG, with its texts in the language."""
        text = labelled(self.key, self._drawn(), self.alternative)
        return re.sub(r'(<text[^>]*>|aria-label=")([^<"]*)', lambda found: found[1] + self.local(found[2]), text)

    __html__ = __str__

    def spoken(self, local: Callable[[str], str]) -> Drawing:
        """Give the same with its texts in a language."""
        return replace(self, local=local)

    def _drawn(self) -> str:
        try:
            return self.sent.result() if self.sent else self.draw(*self.data)
        except (OSError, EOFError, pickle.UnpicklingError):  # that process is gone
            return self.draw(*self.data)


def drawing(key: str, alternative: str, draw: Callable[..., str], *data: Any) -> Drawing:
    """Begin a figure: ``draw(*data)`` gives its SVG."""
    send = _lent.get()
    return Drawing(key, alternative, draw, data, send(draw, *data) if send else None)
