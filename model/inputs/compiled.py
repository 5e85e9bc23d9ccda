"""Compiled functions: what `kernel` marks is compiled by Numba, and its calls are checked as those of any function.

A kernel takes arrays, numbers and named tuples of them, and reads no constant of another file that holds no kernel.
Numbers are copied one by one: to set a slice from another brings all that Numba needs to say that they do not fit, two
seconds of compiling. What `in_kernels` marks is a plain function of Python, and a part of any kernel that calls it: one
formula for both.
"""

from collections.abc import Callable
from contextlib import suppress
from typing import Any, ParamSpec, TypeVar

import numpy as np
from numba import njit
from numba.core.types import unliteral
from numba.extending import register_jitable
from numpy.typing import NDArray

Arguments = ParamSpec("Arguments")
Answer = TypeVar("Answer")


def kernel(function: Callable[Arguments, Answer]) -> Callable[Arguments, Answer]:
    """Compile a function once, keep the result on disk, and let threads run it side by side."""
    options: Any = {"no_cfunc_wrapper": True}  # for callers in C: there are none, and it takes a tenth of the compiling
    dispatcher: Any = njit(cache=True, nogil=True, **options)(function)
    dispatcher._cache = _Cache(dispatcher._cache)
    usual = dispatcher.get_call_template
    # Another kernel may call it with constants: as with any number, and not compiled anew for each of them.
    dispatcher.get_call_template = lambda args, named: usual(tuple(map(unliteral, args)), named)
    compiled: Callable[Arguments, Answer] = dispatcher
    return compiled


def in_kernels(function: Callable[Arguments, Answer]) -> Callable[Arguments, Answer]:
    """Let kernels call a function that Python calls as it is, on arrays of any shape."""
    marked: Callable[Arguments, Answer] = register_jitable(function)
    return marked


def as_read(array: NDArray[Any]) -> NDArray[Any]:
    """Give an array in one form to a kernel that only reads it: kernels are compiled for each form that they see."""
    view = np.ascontiguousarray(array).view()
    view.flags.writeable = False
    return view


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
