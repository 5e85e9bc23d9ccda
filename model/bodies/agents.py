"""The bodies as Mesa agents: each can be asked what it saw, what it was offered, what it said and why.

Bodies of one kind decide together, in one vectorised rule (`decisions`), so that 1,300 agents cost little: an agent is
a row of the model's arrays. Its answers are those of this year's decisions.
"""

from __future__ import annotations

from itertools import count
from typing import Any
from weakref import WeakKeyDictionary

import mesa
import numpy as np

from ..children.ladder import level_name
from ..contracts.ways import GRANTOR, IN_FORCE
from ..money.budgets import COMMITTEES
from ..world import World
from .asking import Asking, offer_of, offers_to_private
from .choice import ANSWERS, INVESTOR, YES
from .decisions import heard
from .private import PRIVATE, Verdict
from .reasoning import Mandate
from .rules import Offer, one
from .signing import verdicts


class _Numbers(WeakKeyDictionary[Any, Any]):
    """Mesa 3.3 numbers agents from a table that keeps every model alive for ever; this one lets go of them."""

    def __getitem__(self, model: Any) -> Any:
        if model not in self:
            self[model] = count(1)
        return super().__getitem__(model)


class Body(mesa.Agent):
    """Anybody who decides: `kind` names it in the ledger, `row` is its municipality (of a region the first)."""

    _ids: Any = _Numbers()  # read by Mesa before 3.5

    def __init__(self, model: Any, kind: str, row: int) -> None:
        super().__init__(model)
        self.kind = kind
        self.row = row

    @property
    def asking(self) -> Asking:
        """The design in force, as it is put before everybody this year."""
        asking: Asking = self.model.asking(IN_FORCE)
        return asking


class PublicBody(Body):
    """A body with a budget, asked about projects that it owns or grants."""

    @property
    def mandate(self) -> Mandate:
        """What bodies of this kind answer for."""
        return self.asking.bodies.mandates[self.kind]

    @property
    def options(self) -> list[int]:
        """Options that it is asked about: cells of `World.cells`, for all that take one."""
        asking = self.asking
        asked = [owner for owner in asking.world.menu.owners if self._name(asking) in asking.design.way.asked(owner)]
        return [int(cell) for owner in asked for cell in asking.world.cells_of(owner)]

    def saw(self, option: int) -> int:
        """Children identified this year at the age and level of an option."""
        asking = self.asking
        cells = asking.world.cells
        return int(asking.season.seen[self.row, cells.age[option], cells.level[option]])

    def was_offered(self, option: int) -> Offer:
        """The option as it believes it to be."""
        asking = self.asking
        return offer_of(asking, self._name(asking), self.row, option)[0]

    def said(self, option: int) -> str:
        """What became of the option this year: "yes", or what stood in its way (`choice.ANSWERS`)."""
        return ANSWERS[int(heard(self.asking.bodies.decided)[self.row, option])]

    def why(self, option: int) -> str:
        """The same as a sentence."""
        world: World = self.asking.world
        cells, offer = world.cells, self.was_offered(option)
        age, level = int(cells.age[option]), int(cells.level[option])
        return (
            f"{self.kind} in {world.spec.places.names[self.row]}, {offer.intervention} for children aged {age} "
            f"at level {level_name(age, level)}: {self.said(option)}. It saw {self.saw(option)}, would pay "
            f"{offer.cost:,.0f} SEK for each and thought of it as worth {offer.value:,.0f} SEK net."
        )

    def _name(self, asking: Asking) -> str:
        """Under which name it is asked: a region may grant money to others' projects."""
        return GRANTOR if self.kind == "region" and asking.design.way.grantor == GRANTOR else self.kind


class Committee(PublicBody):
    """A committee of a municipality, education, social services or labour market: wants projects of its own."""

    def wants(self, option: int) -> bool:
        """Whether it wants the option, if somebody has the idea."""
        return self.was_offered(option).value > 0.0


class ExecutiveBoard(PublicBody):
    """The executive board: grants money to projects, keeps equity and the municipality's fund (A3, A4)."""

    def grants(self, option: int) -> bool:
        """Whether it would grant money to the option."""
        return self.was_offered(option).value > 0.0


class Region(PublicBody):
    """A region: wants projects of its own, and grants money where the contract says so. One for each county."""

    def wants(self, option: int) -> bool:
        """Whether it wants the option, or would grant it money, if somebody has the idea."""
        return self.was_offered(option).value > 0.0


class PrivateParty(Body):
    """Investors, lenders and the provider: sign a contract for an option, or do not (C1-C3, K2, K9). `row` is 0."""

    @property
    def signs(self) -> list[int]:
        """Options for which it signed this year, cells of `World.cells`; before the first, those that it would."""
        asking = self.asking
        decided = asking.bodies.decided
        accepts = decided[IN_FORCE].signed[self.kind] if decided else self._verdict(asking).accepts
        return [int(cell) for cell in np.flatnonzero(accepts)]

    def saw(self, option: int) -> int:
        """Children identified this year at the age and level of an option, in all municipalities of the run."""
        cells = self.asking.world.cells
        return int(self.asking.season.seen[:, cells.age[option], cells.level[option]].sum())

    def was_offered(self, option: int) -> Offer:
        """What the contract may bring it for the option, as the market believes, and what it would put in."""
        asking = self.asking
        return one(offers_to_private(asking, self.kind, self._verdict(asking)), 0, option)

    def said(self, option: int) -> str:
        """Whether it signed for the option: "yes", or "investor", as in `choice.ANSWERS`."""
        return ANSWERS[YES if option in self.signs else INVESTOR]

    def why(self, option: int) -> str:
        """The same as a sentence."""
        offer, cells = self.was_offered(option), self.asking.world.cells
        age, level = int(cells.age[option]), int(cells.level[option])
        return (
            f"{self.kind}, {offer.intervention} for children aged {age} at level {level_name(age, level)}: "
            f"{self.said(option)}. It would put in {offer.cost:,.0f} SEK for each and thought of it as worth "
            f"{offer.value:,.0f} SEK net."
        )

    def _verdict(self, asking: Asking) -> Verdict:
        """What it thinks of every option by its own reasoning."""
        return verdicts(asking.world, asking.design, asking.view, asking.bodies.beliefs)[self.kind]


def create_agents(model: Any, world: World) -> None:
    """Create everybody who decides, as agents of the model."""
    for kind in COMMITTEES:
        for row in range(world.n):
            Committee(model, kind, row)
    for row in range(world.n):
        ExecutiveBoard(model, "board", row)
    for row in np.unique(world.geography.county_range[:, 0]):
        Region(model, "region", int(row))
    for kind in PRIVATE:
        if kind in world.design.parties:
            PrivateParty(model, kind, 0)
