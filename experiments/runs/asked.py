"""Arguments that people write in Python, looked at before anything runs: each wrong one is said in a sentence.

A bare string where names are asked for is one name. Read by `experiments.api`.
"""

from __future__ import annotations

import operator
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from ...model.inputs.errors import InputError, shown
from . import limits

__all__ = ["check", "names", "paths", "seeds_of", "truth", "whole"]


def check(*problems: str | None) -> None:
    """Refuse everything that is wrong, at once."""
    if found := [problem for problem in problems if problem is not None]:
        raise InputError(found)


def whole(argument: str, value: Any, least: int, most: int) -> str | None:
    """Say what is wrong with a whole number, if anything is."""
    number = _whole(value)
    if number is None:
        kind = "" if value is None else f" ({type(value).__name__})"
        return f"{argument} is {shown(value)}{kind}. Give a whole number from {least} to {most}."
    return limits.within(argument, number, least, most)


def truth(argument: str, value: Any) -> str | None:
    """Say what is wrong with a yes or no, if anything is."""
    return None if isinstance(value, bool) else f"{argument} is {shown(value)}. Give True or False."


def names(argument: str, value: Any, kinds: tuple[type, ...] = (str,)) -> list[Any]:
    """Give several names; one alone is a list of one.

    Raises
    ------
    InputError
        If it is neither, or one of them is no name.
    """
    if isinstance(value, kinds):
        return [value]
    if value is None or not isinstance(value, Iterable) or isinstance(value, bytes | dict):
        raise InputError([f"{argument} is {shown(value)}. Give a name, or a list of names."])
    several = list(value)
    check(*(f"{argument} has {shown(each)} in it. Give names." for each in several if not isinstance(each, kinds)))
    return several


def paths(argument: str, value: Any) -> list[Path]:
    """Give several files; one alone is a list of one, None is none."""
    return [Path(each) for each in names(argument, () if value is None else value, (str, Path))]


def seeds_of(seeds: Any, first: Any) -> Sequence[int]:
    """Give the seeds: as many as `seeds` says from `first` on, or those of a list.

    Raises
    ------
    InputError
        If there is none, or one is no whole number within bounds.
    """
    check(whole("seed", first, limits.FIRST_SEED - 1, limits.LAST_SEED))
    if isinstance(seeds, str | bytes | dict) or not isinstance(seeds, Iterable):
        check(whole("seeds", seeds, 1, limits.MOST_SEEDS))
        return range(int(first), int(first) + operator.index(seeds))  # type: ignore[arg-type]  # checked above
    listed = list(seeds)
    check(*(whole("seeds", each, limits.FIRST_SEED - 1, limits.LAST_SEED) for each in listed))
    check(None if listed else "seeds is []. Give how many, or a list of at least one.")
    return [int(each) for each in listed]


def _whole(value: Any) -> int | None:
    if isinstance(value, bool):
        return None
    try:
        return operator.index(value)
    except TypeError:
        return None
