"""A change that a contract makes to a parameter while it is in force."""

from __future__ import annotations

from dataclasses import dataclass

from .quantity import Quantity


@dataclass(frozen=True, kw_only=True)
class Change:
    """A parameter of the scenario that the design changes: `how` is times, add or set."""

    path: str
    how: str
    value: Quantity
