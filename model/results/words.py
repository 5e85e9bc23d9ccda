"""Words that several result tables use."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ..children.ladder import ADULT_LEVELS, CHILD_LEVELS

Table = dict[str, Any]
"""A result table before it is a frame: each column by its name, all of one length."""

PHASES = SIMULATED, EXPECTED = "simulated", "expected"


LEVEL_NAMES = np.array(CHILD_LEVELS + ADULT_LEVELS)


def text(names: Iterable[str], codes: NDArray[np.integer[Any]]) -> Any:
    """A column of text from the number of each row's name: many times faster than from as many names."""
    return _listed(tuple(names)).take(codes)


@lru_cache(maxsize=64)
def _listed(names: tuple[str, ...]) -> Any:
    """Names as text; tables and runs use the same ones over and over."""
    return pd.array(list(names), dtype="str")


def numbered(column: Sequence[Any]) -> tuple[list[Any], NDArray[np.int64]]:
    """What stands in a column, each once and sorted, and the number of each row's."""
    names = sorted(set(column))
    number = {name: at for at, name in enumerate(names)}
    return names, np.array([number[each] for each in column], np.int64)


def stacked(parts: Sequence[Table]) -> Table:
    """Tables of the same columns, numbers and arrays of text, one below the other."""
    return {name: np.concatenate([each[name] for each in parts]) for name in parts[0]}
