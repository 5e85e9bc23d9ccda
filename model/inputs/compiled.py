"""Compiled functions: what `kernel` marks is compiled by Numba, and its calls are checked as those of any function.

A kernel takes arrays, numbers and named tuples of them, and reads no constant of another file.
"""

from collections.abc import Callable
from typing import ParamSpec, TypeVar

from numba import njit

Arguments = ParamSpec("Arguments")
Answer = TypeVar("Answer")


def kernel(function: Callable[Arguments, Answer]) -> Callable[Arguments, Answer]:
    """Compile a function once, keep the result on disk, and let threads run it side by side."""
    compiled: Callable[Arguments, Answer] = njit(cache=True, nogil=True)(function)
    return compiled
