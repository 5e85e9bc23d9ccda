"""What a number can be at all, by what it is: a share, years, a chance, an amount.

A range in a file says what is plausible, and who writes the file may widen it; these limits stay. Read by `parameters`,
which says which of them each parameter has, and wherever a number comes in.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from ..errors import shown


class Numbers(Protocol):
    """A value as its entries, its range and its unit."""

    @property
    def entries(self) -> tuple[float, ...]:
        """The value, also a single one, as a tuple."""
        ...

    @property
    def range(self) -> tuple[float, float]:
        """What is plausible."""
        ...

    @property
    def unit(self) -> str:
        """Unit of all."""
        ...


@dataclass(frozen=True)
class Limits:
    """What a number can be at all, whatever range somebody finds plausible; `says` is said to who goes beyond."""

    low: float
    high: float
    says: str

    def problems(self, q: Numbers) -> list[str]:
        """Say what of a value and its range cannot be, each as the end of a sentence."""
        found = []
        beyond = [each for each in q.entries if not self.low <= each <= self.high]
        if beyond:
            found.append(f"value {listed(beyond)} cannot be: {self.says}{per_cent(beyond[0], self.high, q.unit)}.")
        elif not self.low <= q.range[0] <= q.range[1] <= self.high:
            found.append(f"range = {shown(list(q.range))} goes beyond what can be: {self.says}.")
        return found


def listed(numbers: Sequence[float]) -> str:
    """Write the first eight of some numbers."""
    return ", ".join(map(shown, numbers[:8])) + (", ..." if len(numbers) > 8 else "")


def per_cent(value: float, high: float, unit: str) -> str:
    """Say how a percentage is written as a share, if that is what a number seems to be."""
    if unit in ("1", "1/year") and high <= 1 < value <= 100:
        return f". If {value:g} % is meant, write {value / 100:g}"
    return ""


SHARE = Limits(0, 1, "a share is 0 to 1")
PART = Limits(-1, 1, "a share of what may also be gained is -1 to 1")
YEARLY = Limits(0, 1, "a yearly chance, or a yearly return, is 0 to 1")
RATE = Limits(0, 1000, "a yearly rate is 0 or more, up to 1000")
FACTOR = Limits(0, 1000, "a factor is 0 or more, up to 1000")
SPREAD = Limits(0.001, 1000, "a standard deviation is above 0 (0.001 to 1000)")
EFFECT = Limits(-20, 20, "what is added to a logarithm is -20 to 20")
YEARS = Limits(0, 100, "years are 0 to 100")
COUNTED = Limits(1, 65, "years that are counted are 1 to 65")
MANY = Limits(1, 100, "a number of things is 1 to 100")
HALF_LIFE = Limits(0.001, 100, "a half-life is above 0 (0.001 to 100 years)")
AGE = Limits(0, 64, "an age is 0 to 64")
LEVEL = Limits(0, 4, "a level of need is 0 to 4")
MONEY = Limits(0, 10**12, "an amount is 0 or more, up to 10^12")


def quantity(unit: str, meaning: str, *, size: int = 1, whole: bool = False, can_be: Limits | None = None) -> Any:
    """Declare a parameter: its unit, what it means, how many numbers it has, whether they are whole, and its limits.

    Limits are what a number can be at all; the range in the data file is what is plausible. Unless said otherwise, a
    number of unit 1 is a share, one per year a yearly chance or return, and years and amounts are 0 or more.
    """
    usual = {"1": SHARE, "1/year": YEARLY, "year": YEARS}
    limits = can_be or (MONEY if unit.startswith("SEK") else usual[unit])
    return field(metadata={"unit": unit, "meaning": meaning, "size": size, "whole": whole, "limits": limits})
