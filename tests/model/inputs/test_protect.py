"""Frozen means frozen, also of what a part holds that another part held before."""

import pickle
from dataclasses import dataclass

import numpy as np
import pytest
from numpy.typing import NDArray

from stupror.model.inputs.protect import protect


@dataclass(frozen=True, eq=False)
class Inner:
    numbers: NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Outer:
    inner: Inner
    several: tuple[dict[str, Inner], ...] = ()


def writes(inner):
    inner.numbers[0] = 7


def test_all_that_a_part_holds_is_protected_and_so_is_a_copy_of_it():
    inner, deep = Inner(np.zeros(3, np.int64)), Inner(np.zeros(3, np.int64))
    outer = Outer(inner, ({"deep": deep},))
    writes(inner)
    protect(outer)
    protect(Outer(inner))  # held by another, too
    for each in (inner, deep):
        with pytest.raises(ValueError, match="read-only"):
            writes(each)
    copy = pickle.loads(pickle.dumps(outer))  # as a worker gets it: its arrays can be written into until it is held
    writes(copy.inner)
    protect(Outer(copy.inner, copy.several))
    for each in (copy.inner, copy.several[0]["deep"]):
        with pytest.raises(ValueError, match="read-only"):
            writes(each)
