"""A body's reasoning opened up: what it was offered, what it counted of that, and why it said yes or no.

The offer is the model's own, and so is the answer: it was recorded by the rule that gave it, when it was given. Here an
offer is weighed as the body weighs it, term by term, so that the terms can be shown. Read by `figures` and `page`.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ....model.bodies.asking import Asking, Season, offer_of
from ....model.bodies.bodies import Decision
from ....model.bodies.choice import ANSWERS, UNSEEN
from ....model.bodies.decisions import heard
from ....model.bodies.reasoning import perceived_payments
from ....model.bodies.rules import Offer
from ....model.children.ladder import level_name
from ....model.contracts.ways import IN_FORCE
from ....model.inputs.parameters import ProjectParameters
from ....model.world import World


@dataclass(frozen=True, eq=False)
class Reasoning:
    """One option before one body. SEK per child."""

    offer: Offer
    horizon: int  # years that the body looks ahead
    regard: float  # weight on a krona that others save
    own: float  # own saving as counted: within the horizon, as far as it can be cashed and kept, discounted
    others: float  # others' saving as counted: within their horizon, by the weight on others
    payments: (
        float  # what the contract would pay it within the horizon, less what it would pay, whenever that falls due
    )
    besides: float  # what else counts: trying, reluctance and effort, taste, and the children of other ages in the idea

    @property
    def net(self) -> float:
        """What the option is worth to the body; above zero it wants it."""
        return self.own + self.others + self.payments - self.offer.cost + self.besides

    @property
    def own_life(self) -> float:
        """Own saving over the whole life, nothing taken off."""
        return float(self.offer.saving_own.sum())

    @property
    def others_life(self) -> float:
        """Others' saving over the whole life, nothing taken off."""
        return float(self.offer.saving_others.sum())


def options(world: World, season: Season, decided: Sequence[Decision], owner: str, municipality: int) -> list[int]:
    """Options of an owner (rows of `world.cells`), those first that most was lost by refusing.

    Lost is what everybody would save over the whole life at the true effect, less the cost, times the children seen
    and not taken.
    """
    mine = world.cells_of(owner)
    worth = world.cells.true_saving[mine].sum(axis=(1, 2)) - world.whole_cost[mine]
    seen, taken = children(world, season, decided, municipality)
    return [int(cell) for cell in mine[np.argsort(-worth * (seen - taken)[mine], kind="stable")]]


def weigh(asking: Asking, who: str, municipality: int, cell: int) -> Reasoning:
    """Open up what a body made of an option in the last lived year (before the first: what it would make of it)."""
    mandate = asking.bodies.mandates[who]
    offer, _ = offer_of(asking, who, municipality, cell)
    row = slice(municipality, municipality + 1)
    one = replace(
        mandate,
        **{name: getattr(mandate, name)[row] for name in ("payers", "horizon", "discount", "regard", "regard_horizon")},
    )
    own = float((offer.saving_own * mandate.discounting()[municipality] * mandate.keeping()).sum())
    others = float((offer.saving_others * mandate.caring()[municipality]).sum())
    payments = float(perceived_payments(one, offer.payments[None, None])[0, 0, 0])
    return Reasoning(
        offer=offer,
        horizon=round(float(mandate.horizon[municipality])),
        regard=float(mandate.regard[municipality]),
        own=own,
        others=others,
        payments=payments,
        besides=offer.value - (own + others + payments - offer.cost),
    )


def answer(decided: Sequence[Decision], municipality: int, cell: int) -> tuple[str, int]:
    """What became of an option in the last lived year, and which contract that was said of.

    "yes", or what stood in its way (`choice.ANSWERS`); of the design in force, or of own room where that decided.
    """
    said = heard(decided)[municipality, cell]
    if said == UNSEEN:  # nothing was decided under any
        return ANSWERS[said], IN_FORCE
    contract = next(number for number, each in enumerate(decided) if each.answer[municipality, cell] == said)
    return ANSWERS[said], contract


def before(decided: Sequence[Decision], municipality: int, cell: int, contract: int) -> str:
    """Why own room had the word on an option: "closed" or "refused"; "" where the design in force had."""
    if contract == IN_FORCE:
        return ""
    said = ANSWERS[decided[IN_FORCE].answer[municipality, cell]]
    return said if said == "closed" else "refused"


def paper(project: ProjectParameters) -> float:
    """Cost of applying for and evaluating a project, however small it is, SEK."""
    return float(project.application_cost + project.evaluation_cost)


def name_of(world: World, cell: int) -> tuple[str, int, str]:
    """Intervention, age and name of the level of an option."""
    age, level = int(world.cells.age[cell]), int(world.cells.level[cell])
    return world.menu.items[int(world.cells.intervention[cell])].name, age, level_name(age, level)


def children(
    world: World, season: Season, decided: Sequence[Decision], municipality: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Children seen at the age and level of each option in the last lived year, and how many of them were taken."""
    seen = season.seen[municipality, world.cells.age, world.cells.level]
    return seen, np.sum([each.taken[municipality] for each in decided], axis=0) if decided else np.zeros_like(seen)
