"""A body's reasoning opened up: what it was offered, what it counted of that, and why it said yes or no.

The offer is the model's own (`decisions.offer`): what a body believes that a programme saves it and others, by
year, and what the contract would pay it. Here it is weighed as the body weighs it, term by term, so that the terms can
be shown. Read by `figures` and `page`.
"""

from dataclasses import dataclass

import numpy as np

from ....model.bodies import decisions, views
from ....model.bodies.reasoning import Offer
from ....model.children.ladder import level_name
from ....model.projects.payments import evaluating
from .pair import World

# What became of an option.
YES, UNSEEN, UNPAID, GRANTOR, INVESTOR = "yes", "unseen", "unpaid", "grantor", "investor"
CLOSED, FUNDLESS, PAPER, MONEY, RANK = "closed", "fundless", "paper", "money", "rank"


@dataclass(frozen=True, eq=False)
class Reasoning:
    """One option before one body. SEK per child."""

    offer: Offer
    horizon: int  # years that the body looks ahead
    regard: float  # weight on a krona that others save
    belief: float  # multiple of the true effect
    own: float  # own saving as counted: within the horizon, as far as it can be cashed and kept, discounted
    others: float  # others' saving as counted: within their horizon, by the weight on others
    payments: float  # what the contract would pay it less what it would pay, within the horizon

    @property
    def net(self) -> float:
        """What the option is worth to the body; above zero it wants it."""
        return self.own + self.others + self.payments - self.offer.cost

    @property
    def own_life(self) -> float:
        """Own saving over the whole life, nothing taken off."""
        return float(self.offer.saving_own.sum())

    @property
    def others_life(self) -> float:
        """Others' saving over the whole life, nothing taken off."""
        return float(self.offer.saving_others.sum())


def options(world: World, owner: str, municipality: int) -> list[int]:
    """Options of an owner (rows of `world.cells`), those first that most was lost by refusing.

    Lost is what everybody would save over the whole life at the true effect, less the cost, times the children seen
    and not taken.
    """
    mine = views.cells_of(world, owner)
    worth = world.cells.true_saving[mine].sum(axis=(1, 2)) - world.whole_cost[mine]
    left = np.array([np.subtract(*children(world, int(cell), municipality)) for cell in mine])
    return [int(cell) for cell in mine[np.argsort(-worth * left, kind="stable")]]


def askers(world: World, owner: str) -> tuple[str, ...]:
    """Who is asked about a project of an owner: itself, then whoever grants; or the planner or the pool alone."""
    decision = world.design.decision
    if decision in ("planner", "pool"):
        return (decision,)
    if decision == "board" and owner != "region":
        return (owner, "board")
    return (owner, "grantor") if decision == "region" else (owner,)


def weigh(world: World, kind: str, municipality: int, cell: int) -> Reasoning:
    """Open up what a body made of an option in the last lived year (before the first: what it would make of it)."""
    then, row = world.as_decided(), municipality
    offer = decisions.offer(then, _Asked(kind, row), cell)  # type: ignore[arg-type]
    mandate = then.mandates[kind]
    return Reasoning(
        offer=offer,
        horizon=int(mandate.horizon[row]),
        regard=float(mandate.regard[row]),
        belief=float(then.belief[row, world.cells.intervention[cell]]),
        own=float(offer.saving_own @ (mandate.discounting()[row] * mandate.keeping())),
        others=float(offer.saving_others @ mandate.caring()[row]),
        payments=float(offer.payments @ mandate.discounting()[row]),
    )


def verdict(world: World, owner: str, municipality: int, cell: int) -> str:
    """Say what became of an option in the last lived year: YES, or what stood in its way."""
    seen, taken = children(world, cell, municipality)
    if taken:
        return YES
    if not seen:
        return UNSEEN
    asked, then = askers(world, owner), world.as_decided()
    for who in asked:
        if weigh(world, who, municipality, cell).net <= 0:
            return UNPAID if who == asked[0] else GRANTOR
    if not all(each.accepts[cell] for each in decisions.verdicts(then).values()):
        return INVESTOR
    scores = decisions.scores(then)[municipality]
    if scores[cell] <= 0:
        return CLOSED
    if "municipal_fund" in world.design.shares and not world.has_fund(municipality):
        return FUNDLESS
    of_kind = np.flatnonzero(world.cells.intervention == world.cells.intervention[cell])
    found = world.seen[municipality, world.cells.age[of_kind], world.cells.level[of_kind]]
    each = evaluating(world)[municipality, world.cells.intervention[cell]]
    gain = (np.clip(scores[of_kind] - each, 0, None) * np.ceil(found * world.spec.committee.capacity)).sum()
    if scores[cell] <= each or gain <= paper(world):
        return PAPER
    return RANK if world.helped_last_year(municipality, int(world.cells.intervention[cell])) else MONEY


def paper(world: World) -> float:
    """Cost of applying for and evaluating a project, however small it is, SEK."""
    return float(world.spec.project.application_cost + world.spec.project.evaluation_cost)


def name_of(world: World, cell: int) -> tuple[str, int, str]:
    """Intervention, age and name of the level of an option."""
    age, level = int(world.cells.age[cell]), int(world.cells.level[cell])
    return world.interventions[int(world.cells.intervention[cell])].name, age, level_name(age, level)


@dataclass(frozen=True)
class _Asked:
    """Who is asked: kind and municipality, which is all that an offer needs to know of a body."""

    kind: str
    row: int


def children(world: World, cell: int, municipality: int) -> tuple[int, int]:
    """Children seen at the age and level of an option in the last lived year, and how many of them it took."""
    cells, joined = world.cells, world.participants
    kind, age, level = int(cells.intervention[cell]), int(cells.age[cell]), int(cells.level[cell])
    last = slice(int(np.searchsorted(joined.start_year[: joined.n], world.year - 1)), joined.n)
    mine = (
        (joined.municipality[last] == municipality)
        & (joined.intervention[last] == kind)
        & (joined.perceived[last] == level)
        & (world.year - 2 - joined.born[last] == age)
    )
    return int(world.seen[municipality, age, level]), int(mine.sum())
