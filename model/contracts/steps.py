"""Steps of a design: its money alone, with its terms, and with its own evaluation.

    state-outcomes-fund:purse    who has how much money for projects, and who decides; nothing is measured or paid back
    state-outcomes-fund:terms    who pays whom for what, too, on what a matched comparison finds
    state-outcomes-fund          on what its own evaluator finds

So that a comparison can say which of the three moves what. What bodies learn from their own follow-up is alike in all.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from ..inputs.errors import InputError, hint
from .contract import Design

PURSE, TERMS = "purse", "terms"
STEPS = (PURSE, TERMS)
COMMON, UNCOMPARED = "matched-comparison", "none"  # ways of evaluating, see `evaluation.evaluators`


def step(design: Design, name: str) -> Design:
    """Give a design with its money alone (`purse`), or with its terms on a common evaluation (`terms`).

    Raises
    ------
    InputError
        If there is no such step, or the design has no terms.
    """
    if name not in STEPS:
        raise InputError([f"'{design.name}:{name}': there is no step '{name}'.{hint(name, STEPS)}"])
    if not design.clauses:
        raise InputError([f"'{design.name}:{name}': the design has no terms; its money is all of it."])
    design = replace(
        design,
        name=f"{design.name}:{name}",
        title=f"{design.title}: {name}",
        title_sv=f"{design.title_sv}: {name}",
    )
    if name == PURSE:
        return replace(design, measures={}, conditions={}, clauses=(), programme=None)
    measures = {
        key: measure if measure.evaluation == UNCOMPARED else replace(measure, evaluation=COMMON)
        for key, measure in design.measures.items()
    }
    return replace(design, measures=measures)


def with_steps(designs: Sequence[Design]) -> list[Design]:
    """Put before each design that has terms its steps."""
    return [each for design in designs for each in (*(step(design, name) for name in STEPS if design.clauses), design)]
