"""The bodies of a run: what they answer for, what options are worth to them, what they believe and decided."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..inputs.protect import protect
from ..world import World
from .beliefs import Beliefs
from .choice import ANSWERS
from .mandates import first_beliefs, mandates_of
from .reasoning import Mandate
from .rules import Rule, check_rules
from .views import View, reckon

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Decision:
    """What every body said to every option under one contract, by (municipality, cell)."""

    value: Floats  # to whoever decides, SEK per child; nothing is weighed of which nobody has an idea, and stays 0
    answer: NDArray[np.int8]  # see `choice.ANSWERS`
    signed: Mapping[str, NDArray[np.bool_]]  # by private party, (n_cells,): for which options it would sign
    seen: Whole  # children identified at the age and level of each option, whoever took them
    applied: Whole  # of whom the owner wanted, and had an idea for
    taken: Whole  # of whom were taken: what money, staff and children allowed

    def __post_init__(self) -> None:
        protect(self)


@dataclass
class Bodies:
    """Everybody who decides.

    Mandates, views, beliefs and decisions are frozen and replaced, so that whoever keeps last year's still has them.
    """

    mandates: Mapping[str, Mandate]
    views: tuple[View, ...]  # by contract
    beliefs: Beliefs
    rules: Mapping[str, Rule] = field(default_factory=dict)  # a researcher's own, by kind
    memory: dict[str, dict[str, Any]] = field(default_factory=dict)  # of these rules, by kind
    decided: tuple[Decision, ...] = ()  # this year, by contract
    before: Beliefs | None = None  # what they believed when they decided
    answered: Whole = field(default_factory=lambda: np.zeros((0, len(ANSWERS)), np.int64))
    # children seen so far by (cell, answer of the design in force)
    noted: Floats = field(default_factory=lambda: np.zeros((0, 0, 0, 0)))  # ideas so far, see `results.answers`


def appoint(world: World, rules: Mapping[str, Rule] | None = None) -> Bodies:
    """Give each kind of body its mandate, its first beliefs and its view of every contract.

    Raises
    ------
    InputError
        If a rule is for nobody.
    """
    mandates = mandates_of(world)
    return Bodies(
        mandates=mandates,
        views=reckon(world, mandates),
        beliefs=first_beliefs(world),
        rules=check_rules(rules),
        answered=np.zeros((world.cells.age.size, len(ANSWERS)), np.int64),
    )


def think_anew(bodies: Bodies, world: World) -> None:
    """Let everybody reckon with numbers that have changed, by mandate and by what options are worth; not by belief."""
    bodies.mandates = mandates_of(world)
    bodies.views = reckon(world, bodies.mandates)
