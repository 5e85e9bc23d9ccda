"""What paired differences over runs allow to be said: less, more, nothing clear, exactly the same, or one run only.

Read by the other files of this folder.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from ...measures.worlds import decided, ends
from ..intervals import interval
from ..tables import number

_ALIKE = 4  # runs that must agree if all give the same number: fewer of one sign luck gives in a quarter of cases
LESS, MORE, UNSURE, SAME, SINGLE = "less", "more", "unsure", "same", "single"


@dataclass(frozen=True)
class Verdict:
    """A mean difference over `n` runs with its brackets, what may be said of it, and in how many it is below, above 0.

    `kind`: "same" if it is exactly 0 in every run, "single" with one run; "less" or "more" if it is clear, which takes
    both that luck does not explain the mean (the whole 90 % interval of the mean lies below or above 0) and that nine
    runs of ten have its sign (`measures.worlds.decided`); else "unsure". Where all runs give the same number the
    interval has no width and says nothing: then four runs must agree (a sign test: one case of eight).
    """

    mean: float
    low: float
    high: float
    n: int
    below: int
    above: int
    kind: str

    @property
    def figure(self) -> str:
        """The difference with sign, and its brackets, as the report writes numbers."""
        return f"{signed(self.mean)}{self.gap}"

    @property
    def mirrored(self) -> "Verdict":
        """The same difference counted the other way: a fall of 5 in place of a change of -5."""
        kind = {LESS: MORE, MORE: LESS}.get(self.kind, self.kind)
        return Verdict(-self.mean, -self.high, -self.low, self.n, self.above, self.below, kind)

    @property
    def gap(self) -> str:
        """The brackets alone, with a space before them; nothing with one run or none."""
        if self.kind in (SAME, SINGLE) or np.isnan(self.low):
            return ""
        return f" [{number(self.low, self.mean)} to {number(self.high, self.mean)}]"


def verdict(differences: Sequence[float] | pd.Series, scale: float = 1.0, *, worlds: bool = False) -> Verdict:
    """Judge differences, one for each run, divided by `scale`.

    Brackets are the 90 % interval of the mean; if every run is a likely world of its own (`worlds`), they show
    where nine of ten lie, or the lowest and the highest of few (`measures.worlds.ends`).
    """
    values = np.asarray(differences, dtype=float) / scale
    values = values[~np.isnan(values)]
    mean, low, high, n = interval(pd.Series(values))
    below, above = int((values < 0).sum()), int((values > 0).sum())
    if n and not values.any():
        kind = SAME
    elif n <= 1:
        kind = SINGLE
    else:
        agreed = decided(above / n, below / n) and (n >= _ALIKE or bool(np.ptp(values)))
        kind = LESS if high < 0 and agreed else MORE if low > 0 and agreed else UNSURE
    if worlds and n > 1:
        low, high = ends(values)
    return Verdict(mean, low, high, n, below, above, kind)


def cell(found: Verdict) -> tuple[str, str]:
    """A difference as it stands in a table: with its sign, and below it its interval; plain 0 if it is the same."""
    return ("0", "") if found.kind == SAME else (signed(found.mean), found.gap.strip())


def signed(value: float) -> str:
    """Write a number with its sign, at its own scale; plain 0 if it rounds to that."""
    text = number(value, value)
    return text if value <= 0 or not any(digit in "123456789" for digit in text) else f"+{text}"
