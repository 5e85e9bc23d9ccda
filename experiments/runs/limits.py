"""What may be asked for: years, seeds and parts of the country, and what is usual."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .progress import Tell as Tell
from .progress import progress as progress

if TYPE_CHECKING:
    pass


MOST_YEARS = 45


FIRST_SEED, LAST_SEED = 1, 2**31 - 1


MOST_SEEDS, MOST_AT_ONCE = 10_000, 256


USUAL_YEARS, USUAL_SEEDS = 30, 6


EARLIEST_START, LATEST_START, USUAL_START = 2005, 2030, 2020  # of the first budget year


QUICK_YEARS, QUICK_SEEDS, QUICK_PLACE = 10, 2, "10"  # Blekinge: one small county with five municipalities


def within(option: str, number: int, least: int, most: int) -> str | None:
    """Say what is wrong with a number, if anything is."""
    return None if least <= number <= most else f"{option} is {number}. Give a whole number from {least} to {most}."
