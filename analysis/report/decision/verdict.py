"""What paired differences over seeds allow to be said: less, more, not told apart, exactly the same, or one seed only.

Read by the other files of this folder.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from ..intervals import interval
from ..tables import number

LESS, MORE, UNSURE, SAME, SINGLE = "less", "more", "unsure", "same", "single"


@dataclass(frozen=True)
class Verdict:
    """A mean difference with its 90 % interval over `n` seeds, what may be said of it, and in how many it is below 0.

    `kind`: "same" if it is exactly 0 in every seed, "single" with one seed, "less" or "more" if the whole interval lies
    below or above 0, else "unsure".
    """

    mean: float
    low: float
    high: float
    n: int
    below: int
    kind: str

    @property
    def figure(self) -> str:
        """The difference with sign, and its interval, as the report writes numbers."""
        return f"{signed(self.mean)}{self.gap}"

    @property
    def gap(self) -> str:
        """The interval alone, with a space before it; nothing with one seed or none."""
        if self.kind in (SAME, SINGLE) or np.isnan(self.low):
            return ""
        return f" [{number(self.low, self.mean)} to {number(self.high, self.mean)}]"


def verdict(differences: Sequence[float] | pd.Series, scale: float = 1.0) -> Verdict:
    """Judge differences, one for each seed, divided by `scale`."""
    values = np.asarray(differences, dtype=float) / scale
    values = values[~np.isnan(values)]
    mean, low, high, n = interval(pd.Series(values))
    below = int((values < 0).sum())
    if n and not values.any():
        kind = SAME
    elif n <= 1:
        kind = SINGLE
    else:
        kind = LESS if high < 0 else MORE if low > 0 else UNSURE
    return Verdict(mean, low, high, n, below, kind)


def cell(found: Verdict) -> tuple[str, str]:
    """A difference as it stands in a table: with its sign, and below it its interval; plain 0 if it is the same."""
    return ("0", "") if found.kind == SAME else (signed(found.mean), found.gap.strip())


def signed(value: float) -> str:
    """Write a number with its sign, at its own scale; plain 0 if it rounds to that."""
    text = number(value, value)
    return text if value <= 0 or not any(digit in "123456789" for digit in text) else f"+{text}"
