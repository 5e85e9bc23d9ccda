"""A contract that is ended ahead of time, on paper: ``--set NAME_OF_THE_EXIT=MONTHS``. Read by the command."""

from __future__ import annotations

from collections.abc import Sequence

from ...model.contracts import Design
from ...model.contracts.settling.ended import ended
from ...model.inputs.errors import InputError, shown

__all__ = ["ending"]

_NEVER = ("never", "no", "false")


def ending(design: Design, settings: Sequence[str]) -> tuple[Design, list[str]]:
    """Give the contract as ended by what the settings say, if they do, and the settings that are left to be read.

    Raises
    ------
    InputError
        If it cannot be ended at that date, or is said to be ended by several.
    """
    problems: list[str] = []
    left: list[str] = []
    said: dict[str, int] = {}
    for setting in settings:
        key, _, text = (part.strip() for part in setting.partition("="))
        if key not in design.exits:
            left.append(setting)
            continue
        dates = [str(date) for date in design.exits[key].dates]
        if text in dates and key not in said:
            said[key] = int(text)
        elif text.lower() not in _NEVER:
            problems.append(
                f"--set {key} is {shown(text)}. Give after how many months it was ended ({' or '.join(dates)}), once, "
                "or never."
            )
    if len(said) > 1:
        problems.append(f"--set {' and '.join(said)}: a contract is ended once. Give one of them.")
    if problems:
        raise InputError(problems)
    for key, month in said.items():
        return ended(design, key, month), left
    return design, left
