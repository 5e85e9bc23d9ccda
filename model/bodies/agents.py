"""The bodies that decide and pay, as thin Mesa agents.

An agent's state is a row of the model's arrays, and bodies of one kind decide together in one vectorised rule, so that
1,300 agents cost little. A researcher may give any single committee a `rule` of its own in plain Python: it is then
asked about every option, one by one, instead. Reads `reasoning`; read by `model`.
"""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

import mesa

from .reasoning import Mandate, Rule

if TYPE_CHECKING:
    from ..model import PreventionModel


class _Numbers(WeakKeyDictionary[Any, Any]):
    """Mesa 3.3 numbers agents from a table that keeps every model alive for ever; this one lets go of them."""

    def __getitem__(self, model: Any) -> Any:
        if model not in self:
            self[model] = count(1)
        return super().__getitem__(model)


class Body(mesa.Agent):
    """Anything with a budget: `kind` names it in the ledger, `row` is its municipality (or county)."""

    _ids: Any = _Numbers()  # read by Mesa before 3.5

    def __init__(self, model: PreventionModel, kind: str, row: int) -> None:
        super().__init__(model)
        self.kind = kind
        self.row = row
        self.rule: Rule | None = None

    @property
    def world(self) -> PreventionModel:
        """The model, by its own type."""
        model: PreventionModel = self.model
        return model


class Committee(Body):
    """A committee of a municipality: education, social services or labour market."""

    @property
    def mandate(self) -> Mandate:
        """What committees of this kind answer for."""
        mandate: Mandate = self.world.mandates[self.kind]
        return mandate

    @property
    def horizon(self) -> float:
        """Years that this committee looks ahead."""
        return float(self.mandate.horizon[self.row])

    @property
    def room(self) -> int:
        """SEK left for prevention this year after mandatory cost."""
        return int(self.world.budgets.room[self.kind][self.row])


class ExecutiveBoard(Body):
    """The executive board: sets frames, keeps equity and the municipality's social investment fund (A3, A4)."""

    @property
    def equity(self) -> int:
        """Accumulated result of the municipality since the start, SEK."""
        return int(self.world.budgets.equity["board"][self.row])


class Region(Body):
    """A region: health care, and its own interventions. `row` is its county."""

    @property
    def municipalities(self) -> list[int]:
        """Rows of the municipalities in its county."""
        return [int(m) for m in self.world.county_rows[self.row]]


class StateAgency(Body):
    """Justice, state institutions, social insurance, employment service or tax: pays what lives cost it."""


class OutcomesFund(Body):
    """The state outcomes fund: pays by the terms of the contract in force, with money from the treasury."""
