"""Compiled functions: what `kernel` marks is compiled by Numba, and its calls are checked as those of any function.

A kernel takes arrays, numbers and named tuples of them, and reads no constant of another file that holds no kernel.
What `in_kernels` marks is a plain function of Python, and a part of any kernel that calls it: one formula for both.
"""

from collections.abc import Callable
from contextlib import suppress
from typing import Any, ParamSpec, TypeVar

from numba import njit
from numba.extending import register_jitable

Arguments = ParamSpec("Arguments")
Answer = TypeVar("Answer")


def kernel(function: Callable[Arguments, Answer]) -> Callable[Arguments, Answer]:
    """Compile a function once, keep the result on disk, and let threads run it side by side."""
    dispatcher: Any = njit(cache=True, nogil=True)(function)
    dispatcher._cache = _Cache(dispatcher._cache)
    compiled: Callable[Arguments, Answer] = dispatcher
    return compiled


def in_kernels(function: Callable[Arguments, Answer]) -> Callable[Arguments, Answer]:
    """Let kernels call a function that Python calls as it is, on arrays of any shape."""
    marked: Callable[Arguments, Answer] = register_jitable(function)
    return marked


class _Cache:
    """Numba's cache of one kernel, which a full disk or a torn file does not stop: what it lacks is compiled anew."""

    def __init__(self, cache: Any) -> None:
        self._cache = cache

    def __getattr__(self, name: str) -> Any:
        return getattr(self._cache, name)

    def load_overload(self, *wanted: Any) -> Any:
        """Give a compiled kernel; nothing if there is none, or its file is damaged: then the files are forgotten."""
        try:
            return self._cache.load_overload(*wanted)
        except Exception:
            with suppress(OSError):
                self._cache.flush()
            return None

    def save_overload(self, *made: Any) -> None:
        """Keep a compiled kernel, if there is room."""
        with suppress(OSError):
            self._cache.save_overload(*made)
