"""The plan of a batch that stands in a folder, made anew: what a draw was, and what else could be asked of its worlds.

A manifest holds the plan as it was read. What the plan names by file (a scenario, posteriors, designs) is looked for
beside the plan's own file, which has to be named then. Read by `studies` and the commands.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from ...model.inputs.errors import InputError
from ...model.inputs.scenario import Scenario
from ..plans.plan import Plan, plan_of
from .jobs import context_of, draw_table, jobs_of, resolve

__all__ = ["plan_again", "worlds_of"]


def plan_again(folder: Path, manifest: dict[str, Any], file: Path | None = None) -> Plan:
    """Make the plan of a batch anew, and see that it is the same.

    Parameters
    ----------
    folder, manifest
        The batch.
    file
        The plan's own file, beside which lies what it names.

    Raises
    ------
    InputError
        If it cannot be made, or is another: files have changed, it had rules in Python, or is of another version.
    """
    beside = folder if file is None else file.parent
    try:
        plan = plan_of(manifest["plan"], str(folder), beside)
    except InputError as error:
        more = [] if file is not None else ["If the plan names files, say where it lies: --plan FILE."]
        raise InputError([*error.problems, *more]) from None
    if plan.digest != manifest["plan_digest"]:
        raise InputError(
            [
                f"{folder}: its plan comes to something else now: a file that it names or the model has changed, or it "
                "had rules in Python."
            ]
        )
    return plan


def worlds_of(plan: Plan, draws: Iterable[int], tell: Callable[[int, int], None] | None = None) -> Iterator[Scenario]:
    """Make the worlds of some draws anew, in their order; `tell` is called with how many are done, and of how many."""
    table, wanted, context = draw_table(plan), [int(each) for each in draws], context_of(plan)
    for number, draw in enumerate(wanted, start=1):
        yield resolve(context, jobs_of(plan, table, only=draw)[0])[0]
        if tell is not None:
            tell(number, len(wanted))
