"""Measures that are worked out once while a report is written: it asks for the same of the same tables many times."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import wraps
from typing import Any, ParamSpec, TypeVar, cast

import pandas as pd

Terms = ParamSpec("Terms")
Found = TypeVar("Found")

_known: ContextVar[dict[Any, Any] | None] = ContextVar("known", default=None)


@contextmanager
def each_once() -> Iterator[None]:
    """While this lasts, measures marked with `once` are remembered; tables must not be changed in place meanwhile."""
    token = _known.set({}) if _known.get() is None else None
    try:
        yield
    finally:
        if token is not None:
            _known.reset(token)


def once(measure: Callable[Terms, Found]) -> Callable[Terms, Found]:
    """Mark a measure: a function of result tables, and of terms that can be keys."""

    @wraps(measure)
    def asked(*terms: Terms.args, **named: Terms.kwargs) -> Found:
        known = _known.get()
        if known is None:
            return measure(*terms, **named)
        tables = cast("Mapping[str, pd.DataFrame]", terms[0])
        frames = ((name, id(frame)) for name, frame in tables.items() if name != "summary")  # no measure reads it
        key = measure, terms[1:], *named.items(), *frames
        if key not in known:
            known[key] = measure(*terms, **named), list(tables.values())  # kept, so that nothing takes their place
        found = known[key][0]
        return cast("Found", found.copy(deep=False) if isinstance(found, pd.DataFrame) else found)

    return asked
