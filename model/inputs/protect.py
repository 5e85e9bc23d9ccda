"""Write protection: what many hold and nobody may change. Read by whoever keeps a frozen part."""

from dataclasses import is_dataclass
from typing import Any

import numpy as np

_PLAIN = frozenset((bool, int, float, str, type(None)))  # most of what is held, and nothing to protect


def protect(part: Any) -> None:
    """Make every array of a dataclass read-only, also those of what it holds: `frozen` then means frozen."""
    for value in vars(part).values():
        _protect(value)


def _protect(value: Any) -> None:
    if type(value) in _PLAIN:
        return
    if isinstance(value, np.ndarray):
        value.setflags(write=False)
    elif isinstance(value, tuple):
        for each in value:
            _protect(each)
    elif isinstance(value, dict):
        for each in value.values():
            _protect(each)
    elif is_dataclass(value) and not isinstance(value, type) and value.__dataclass_params__.frozen:  # type: ignore[attr-defined]
        protect(value)
