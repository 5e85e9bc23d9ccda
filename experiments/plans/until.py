"""The section `[until]` of a plan: draws are added until the difference that is asked about is sure enough.

Read by `plan`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from ...model.contracts.reading.notes import Notes
from ...model.inputs.errors import shown
from .entries import Table, whole
from .sampling import METHODS, Sampling, Until, fits

__all__ = ["read_until"]

NEAREST = 4096  # usual end, where the method takes that many


def read_until(
    table: Table, how: Sampling, outcomes: Sequence[str], most: int, notes: Notes, *, one_luck: bool
) -> Until | None:
    """Read when there are draws enough; None if the plan does not say.

    Parameters
    ----------
    table, how, outcomes
        The section, how the plan draws, and the outcomes that it keeps.
    most
        As many draws as a plan can have.
    one_luck
        Whether all draws share their luck: then more draws do not make a mean surer of it.
    """
    if not table:
        return None
    before = len(notes.problems)
    outcome = notes.choice(table, "outcome", "until", outcomes) or outcomes[0]
    width = table.get("half_width")
    if not isinstance(width, int | float) or isinstance(width, bool) or not 0 < width < math.inf:
        notes.add("until", f"half_width = {shown(width)}. Write a number above 0, in the unit of the outcome.")
        width = 1.0
    last = whole(table, "most", "until", min(NEAREST * how.scrambles, most), (how.draws, most), notes)
    if not METHODS[how.method].extendable:
        able = ", ".join(name for name, each in METHODS.items() if each.extendable)
        notes.add("until", f"method '{how.method}' cannot be extended: more draws would be others. These can: {able}.")
    elif not fits(how, last):
        near = how.draws
        while 2 * near <= last:
            near *= 2
        notes.add(
            "until", f"most = {last}; method '{how.method}' cannot take so many draws. Take {near} or {2 * near}."
        )
    if one_luck:
        notes.add("until", "seeds = 'shared': more draws would not tell how sure a mean is of luck. Take 'fresh'.")
    return Until(outcome, float(width), last) if len(notes.problems) == before else None
