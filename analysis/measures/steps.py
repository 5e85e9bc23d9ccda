"""What each step of a design does: its money alone, its terms, its own evaluation.

Steps are designs of their own, named `DESIGN:purse` and `DESIGN:terms` (see `model.contracts.steps`). Seeds are paired:
a step is what it adds to the one before it with the same luck.
"""

from collections.abc import Mapping

import pandas as pd

from . import lifetime
from .once import once

Frame = pd.DataFrame
PURSE, TERMS = ":purse", ":terms"
STEPS = ("purse", "terms", "evaluation")


def decomposed(tables: Mapping[str, Frame]) -> list[str]:
    """Designs of which all steps are there."""
    names = set(tables["runs"]["design"])
    return [name for name in dict.fromkeys(tables["runs"]["design"]) if {name + PURSE, name + TERMS} <= names]


@once
def without_steps(tables: Mapping[str, Frame]) -> dict[str, Frame]:
    """The same tables without the steps of designs that are there as a whole."""
    steps = [name + each for name in decomposed(tables) for each in (PURSE, TERMS)]
    if not steps:
        return dict(tables)
    return {key: table[~table["design"].isin(steps)] if "design" in table else table for key, table in tables.items()}


def effect_of_steps(tables: Mapping[str, Frame], rate: float) -> Frame:
    """What each step adds, by design and seed.

    Columns design, seed, step, invested_sek (per year, more than before the step), change_sek (lifetime public cost per
    child, present value, more than before). Before the first step stands status quo. Empty if status quo was not run.
    """
    cost = lifetime.public_cost(tables, rate)[[*lifetime.RUN, "per_child_sek"]]
    spent = lifetime.investment(tables)[[*lifetime.RUN, "invested_per_year_sek"]]
    both = cost.merge(spent, on=lifetime.RUN).set_index(lifetime.RUN).sort_index()
    both.columns = pd.Index(["change_sek", "invested_sek"])
    frames = []
    names = set(tables["runs"]["design"])
    for name in decomposed(tables) if lifetime.BASE in names else []:
        chain = (lifetime.BASE, name + PURSE, name + TERMS, name)
        for step, before, after in zip(STEPS, chain[:-1], chain[1:], strict=True):
            more = (both.loc[after] - both.loc[before]).reset_index()
            frames.append(more.assign(design=name, step=step))
    columns = ["design", "seed", "step", "invested_sek", "change_sek"]
    return pd.concat(frames, ignore_index=True)[columns] if frames else pd.DataFrame(columns=columns)
