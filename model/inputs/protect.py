"""Write protection: what many hold and nobody may change. Read by whoever keeps a frozen part."""

import re
from dataclasses import fields, is_dataclass
from functools import cache
from typing import Any, TypeVar
from weakref import WeakValueDictionary

import numpy as np

Array = TypeVar("Array", bound=np.ndarray[Any, Any])
_PLAIN = frozenset((bool, int, float, str, type(None)))  # most of what is held, and nothing to protect
_PLAIN_WORDS = {"class", "tuple", "None", "bool", "int", "float", "str"}
_protected: WeakValueDictionary[int, Any] = WeakValueDictionary()  # by identity: many hold the same, run after run


def kept(array: Array) -> Array:
    """An array that is worked out once and read by many: nobody may write into it."""
    array.setflags(write=False)
    return array


def protect(part: Any) -> None:
    """Make every array of a dataclass read-only, also those of what it holds: `frozen` then means frozen."""
    for value in vars(part).values():
        _protect(value)
    if _may_hold_arrays(part.__class__):
        _protected[id(part)] = part


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
    elif _may_hold_arrays(value.__class__) and _protected.get(id(value)) is not value:
        protect(value)


@cache
def _may_hold_arrays(kind: type) -> bool:
    """Whether it is a frozen dataclass, of which fields say that it may hold more than numbers and words."""
    if not is_dataclass(kind):
        return False
    frozen: bool = kind.__dataclass_params__.frozen  # type: ignore[attr-defined]
    return frozen and any(not set(re.findall(r"\w+", str(each.type))) <= _PLAIN_WORDS for each in fields(kind))
