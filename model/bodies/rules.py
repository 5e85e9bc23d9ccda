"""Rules of your own: what a researcher plugs in instead of how a kind of body thinks.

    simulate(spec, design, seed=1, years=10, rules={"social": my_rule})

A rule is asked about all options of all bodies of its kind at once (`Offers`), and answers what each is worth to them:
perceived net value per child, SEK; above 0 means yes. It replaces what its own bodies would say and nothing else: a
committee's rule does not overrule the board. `by_body` makes a rule of a plain function for one option before one body.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..contracts.ways import GRANTOR
from ..inputs.errors import InputError, hint
from ..inputs.protect import protect
from ..money.budgets import COMMITTEES
from .private import PRIVATE

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]
Text = NDArray[np.str_]

HAVE_RULES = (*COMMITTEES, "board", "region", *PRIVATE)
DECIDE_ALONE = ("planner", "pool")


@dataclass(frozen=True, eq=False)
class Offers:
    """What all bodies of one kind see when they are asked; n bodies (one row per municipality), c options.

    A private party is one body. SEK per child, by year since the start: year 0 is the first of the programme. Read-only
    but for `memory`, which is the rule's own: one dict for the whole run.
    """

    kind: str
    year: int
    in_force: bool  # a project under the design in force; else out of the body's own room
    municipality: Whole  # (n,), codes
    intervention: Text  # (c,)
    age: Whole  # (c,)
    level: Whole  # (c,), as perceived, 0 to 4
    belief: Floats  # (n, c), multiple of the true effect
    room: Floats  # (n,), SEK that the body's own budget leaves it this year; 0 for a private party
    neighbours: Floats  # (n,), share of neighbouring municipalities that are active in social investment
    saving_own: Floats  # (n, c, years), on the rows it answers for
    saving_others: Floats  # (n, c, years)
    payments: Floats  # (n, c, years), what the contract would pay it, less what it would pay
    cost: Floats  # (n, c), what it would pay itself, present value
    value: Floats  # (n, c), what it would say without this rule
    memory: dict[str, Any]

    def __post_init__(self) -> None:
        protect(self)


@dataclass(frozen=True, eq=False)
class Offer:
    """One option before one body; as `Offers`, one row and one column of it."""

    kind: str
    year: int
    in_force: bool
    municipality: int
    intervention: str
    age: int
    level: int
    belief: float
    room: float
    neighbours: float
    saving_own: Floats  # (years,)
    saving_others: Floats
    payments: Floats
    cost: float
    value: float
    memory: dict[str, Any]


Rule = Callable[[Offers], Floats]


@dataclass(frozen=True)
class by_body:  # noqa: N801  (used as a function is)
    """Make a rule of a plain function that looks at one option before one body at a time."""

    think: Callable[[Offer], float]

    def __call__(self, offers: Offers) -> Floats:
        """Ask about every option of every body, municipality by municipality."""
        shape = offers.value.shape
        return np.array([[self.think(one(offers, row, c)) for c in range(shape[1])] for row in range(shape[0])])


def one(offers: Offers, row: int, option: int) -> Offer:
    """One option before one body."""
    return Offer(
        kind=offers.kind,
        year=offers.year,
        in_force=offers.in_force,
        municipality=int(offers.municipality[row]),
        intervention=str(offers.intervention[option]),
        age=int(offers.age[option]),
        level=int(offers.level[option]),
        belief=float(offers.belief[row, option]),
        room=float(offers.room[row]),
        neighbours=float(offers.neighbours[row]),
        saving_own=offers.saving_own[row, option],
        saving_others=offers.saving_others[row, option],
        payments=offers.payments[row, option],
        cost=float(offers.cost[row, option]),
        value=float(offers.value[row, option]),
        memory=offers.memory,
    )


def check_rules(rules: Mapping[str, Rule] | None) -> dict[str, Rule]:
    """Give the rules back if each is for a kind of body that can have one.

    Raises
    ------
    InputError
        With everything that is wrong with them.
    """
    problems = []
    for kind, rule in (rules or {}).items():
        if kind in DECIDE_ALONE:
            problems.append(f"rules: '{kind}' is a benchmark and takes no rule. Give one to {', '.join(HAVE_RULES)}.")
        elif kind not in HAVE_RULES:
            problems.append(f"rules: '{kind}' is no kind of body.{hint(str(kind), HAVE_RULES)}")
        elif not callable(rule):
            problems.append(
                f"rules: '{kind}' is {rule!r}. Give a function of the offers (see by_body for single ones)."
            )
    if problems:
        raise InputError(problems)
    return dict(rules or {})


def kind_of(judge: str) -> str:
    """The kind of body that a judge is: a region that grants is a region."""
    return "region" if judge == GRANTOR else judge


def said(rule: Rule, offers: Offers) -> Floats:
    """Ask a rule, and hold it to the form of its answer.

    Raises
    ------
    InputError
        If it answers in another shape, or with something that is no number.
    """
    answer = np.asarray(rule(offers))
    if answer.shape != offers.value.shape or answer.dtype.kind not in "fiub" or not np.isfinite(answer).all():
        raise InputError(
            [
                f"rules: the rule for '{offers.kind}' gave {answer.dtype} of shape {answer.shape}. "
                f"Give one number per body and option, shape {offers.value.shape}, and no NaN or infinity."
            ]
        )
    return answer.astype(np.float64)
