"""Words that several result tables use."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
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
    return pd.array(list(names), dtype="str").take(codes)


def stacked(parts: Sequence[Table]) -> Table:
    """Tables of the same columns, numbers and arrays of text, one below the other."""
    return {name: np.concatenate([each[name] for each in parts]) for name in parts[0]}
