"""A whole stress test, from a contract to what would mend it. Read by the command."""

from __future__ import annotations

from ...model.contracts import Design
from ...model.contracts.in_run import not_in_model
from ...model.inputs.errors import InputError
from ...model.inputs.scenario import Scenario
from ..designs.on_paper import asked, number
from .holes import examine
from .moves import moves, opened_by
from .page import Examined
from .repairs import repairs
from .trial import LIVES, Ground, ground_of, usual_size

__all__ = ["examined", "sized"]

MOST_CHILDREN = 100_000  # in one group; more would only take time, as luck is nothing by then
_QUESTIONS = 10  # conditions that nobody measures; each doubles the work


def sized(
    design: Design, spec: Scenario, cost: str | None, children: int | None, seed: int, lives: int = LIVES
) -> tuple[Ground | None, tuple[int, int]]:
    """Say what the programme costs and for how many children, and draw the children.

    Nobody is drawn for a contract that measures what is not in the model.

    As the contract was written, unless told otherwise; where it is silent, a project of usual size.

    Raises
    ------
    InputError
        If there is nothing to settle, a number makes no sense, or a programme is not in the scenario.
    """
    asked(design)
    problems: list[str] = []
    amount = 0.0
    if cost is not None:
        amount = number(cost, "--cost", design.currency.code, problems)
        if amount < 1 or amount != int(amount):
            problems.append(f"--cost is {cost}. Give whole {design.currency.code}, 1 or more.")
    if children is not None and not 1 <= children <= MOST_CHILDREN:
        problems.append(f"--children is {children}. Give a whole number from 1 to {MOST_CHILDREN}.")
    if len(design.asked_conditions) > _QUESTIONS:
        problems.append(
            f"{design.name}: asks {len(design.asked_conditions)} things that nobody measures. At most {_QUESTIONS}."
        )
    if problems:
        raise InputError(problems)
    programme = design.programme
    if not_in_model(design):
        if programme is None:
            raise InputError(
                [*not_in_model(design), f"{design.name}: nor has it a [programme], so its size is unknown."]
            )
        whole = programme.cost if cost is None else int(amount)
        return None, (whole, programme.children if children is None else children)
    ground = ground_of(design, spec, seed, lives)
    if cost is not None:
        whole = int(amount)
    elif programme is not None:
        whole = programme.cost if children is None else round(programme.cost * children / programme.children)
    else:
        whole = round((ground.per_child * children if children else spec.project.group_cost) / design.currency.sek)
    if children is None:
        as_written = programme is not None and cost is None
        children = programme.children if programme is not None and as_written else usual_size(design, ground, whole)
    return ground, (max(whole, 1), min(children, MOST_CHILDREN))


def examined(design: Design, ground: Ground | None, cost: int, children: int) -> Examined:
    """Look for holes, try every move, and try what would mend what was found."""
    stress = examine(design, ground, cost, children)
    if ground is None or stress.paid is None:
        return Examined(stress, stress.holes, (), ())
    tried = moves(stress, ground)
    holes = (*stress.holes, *opened_by(stress, tried))
    return Examined(stress, holes, tried, repairs(stress, ground, holes))
