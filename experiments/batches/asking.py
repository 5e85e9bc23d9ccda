"""What may be asked of a batch: names and numbers are looked up here, before an analysis or a library sees them.

Read by `results`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

import pandas as pd

from ...analysis.batches import paired
from ...analysis.batches.psa import effect_of
from ...analysis.measures.outcomes import PERSPECTIVES
from ...model.inputs.errors import InputError, hint

__all__ = ["AnalysisError", "answered", "check", "design", "finite", "one_of", "others", "outcome", "perspective"]

MOST = 1e12  # SEK, or whatever an outcome is in: far above anything that can be meant
Answer = TypeVar("Answer")
Problem = str | None


class AnalysisError(Exception):
    """An analysis that could not be made of these runs, in words."""


def check(*problems: Problem) -> None:
    """Refuse everything that is wrong with a question, at once."""
    if found := [problem for problem in problems if problem is not None]:
        raise InputError(found)


def outcome(name: str, names: Sequence[str], option: str = "--outcome") -> Problem:
    """Say what is wrong with the name of an outcome, if anything is."""
    if name in names:
        return None
    return f"{option} '{name}' is no outcome of this batch.{hint(name, names) or _all(names)}"


def design(name: str | None, runs: pd.DataFrame, option: str) -> Problem:
    """Say what is wrong with the name of a design, if anything is; None is the usual one."""
    names = list(dict.fromkeys(runs["design"]))
    return None if name is None or name in names else f"{option} '{name}' is not in this batch. It has {_list(names)}."


def others(runs: pd.DataFrame, against: str | None, name: str | None = None) -> Problem:
    """Say if there is nothing to compare: one design alone, or a design with itself."""
    names = list(dict.fromkeys(runs["design"]))
    base = paired.base_of(runs) if against is None else against
    if len(names) < 2:
        return f"This batch has the design {names[0]} only, and there is nothing to compare it with."
    if name == base:
        rest = [each for each in names if each != base]
        return (
            f"--design and --against are both {base}. Give another for one of them, such as {rest[0]}, or a limit with "
            "--above or --below that its own value is held against."
        )
    return None


def perspective(name: str, names: Sequence[str], *, effect: bool = True) -> Problem:
    """Say what is wrong with a perspective, if anything is: it needs outcomes that the batch keeps."""
    if name not in PERSPECTIVES:
        return f"--perspective '{name}' is not known.{hint(name, PERSPECTIVES)}"
    missing = [each for each in (f"cost_{name}", *([effect_of(name)] if effect else [])) if each not in names]
    if not missing:
        return None
    return f"This batch keeps no {missing[0]}, which the perspective {name} needs. It has {_list(names)}."


def finite(option: str, number: float, least: float = -MOST) -> Problem:
    """Say what is wrong with a number, if anything is."""
    return None if least <= number <= MOST else f"{option} is {number:g}. Give a number from {least:g} to {MOST:g}."


def one_of(option: str, name: str | None, names: Sequence[str]) -> Problem:
    """Say what is wrong with a choice, if anything is; None is the usual one."""
    return None if name is None or name in names else f"{option} '{name}' is not known.{hint(name, names)}"


def _list(names: Iterable[str]) -> str:
    return ", ".join(names)


def _all(names: Sequence[str]) -> str:
    return f" It has {_list(names)}."


def answered(question: Callable[[], Answer]) -> Answer:
    """Ask an analysis: what it refuses is what a user can put right; what a library says is not for users.

    Raises
    ------
    InputError
        If our own analysis refuses the question.
    AnalysisError
        If a library failed on these runs.
    """
    try:
        return question()
    except (ValueError, ArithmeticError, LookupError, TypeError) as error:
        if type(error) is ValueError and _ours(error):
            raise InputError([f"{str(error).rstrip('.')}."]) from error
        raise AnalysisError(
            f"These runs could not be analysed so ({type(error).__name__} in {_where(error)}). More draws may help; if "
            "they do not, it is a fault of ours: tell us."
        ) from error


def _where(error: Exception) -> str:
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return str(trace.tb_frame.f_globals.get("__name__", "")) if trace is not None else ""


def _ours(error: Exception) -> bool:
    """Whether an error was raised by our own analysis and not inside a library."""
    return _where(error).startswith("stupror.analysis")
