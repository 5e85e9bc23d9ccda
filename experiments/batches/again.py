"""The plan of a batch that stands in a folder, made anew: what a draw was, and what else could be asked of its worlds.

A manifest holds the plan as it was read. What the plan names by file (a scenario, posteriors, designs) is looked for
beside the plan's own file, which has to be named then. Read by `studies` and the commands.
"""

from __future__ import annotations

import json
import shlex
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ...model.inputs.errors import InputError
from ...model.inputs.quantity import Value
from ...model.inputs.reading.toml import read_toml
from ...model.inputs.scenario import Scenario, load_scenario
from ..plans.plan import Plan, plan_of
from ..runs.limits import USUAL_START
from .batch_folder import differences
from .jobs import Job, context_of, draw_table, jobs_of, resolve

__all__ = ["Draw", "command_of", "draw_of", "plan_again", "scenario_text", "worlds_of"]


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
        If it cannot be made, or is another: files have changed, it had rules in Python, or is of another version; or if
        `file` is another plan.
    """
    if file is not None and (other := differences(manifest["plan"], read_toml(file))):
        raise InputError(
            [
                f"--plan {file}: is not the plan of {folder} (differs in: {', '.join(other)}). Name the file of that "
                "plan, or leave --plan out."
            ]
        )
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
    draws = int(manifest["sampling"]["draws"])  # where the plan says until when, more than it begins with
    return replace(plan, sampling=replace(plan.sampling, draws=draws))


def worlds_of(plan: Plan, draws: Iterable[int], tell: Callable[[int, int], None] | None = None) -> Iterator[Scenario]:
    """Make the worlds of some draws anew, in their order; `tell` is called with how many are done, and of how many."""
    table, wanted, context = draw_table(plan), [int(each) for each in draws], context_of(plan)
    for number, draw in enumerate(wanted, start=1):
        yield resolve(context, jobs_of(plan, table, only=draw)[0])[0]
        if tell is not None:
            tell(number, len(wanted))


@dataclass(frozen=True)
class Draw:
    """One draw of a batch: its runs, the world that they share, and the batch's plan."""

    plan: Plan
    jobs: tuple[Job, ...]
    world: Scenario


def draw_of(plan: Plan, number: int) -> Draw:
    """Make one draw of a batch anew.

    Raises
    ------
    InputError
        If there is no such draw.
    """
    if not 0 <= number < plan.draws:
        raise InputError([f"--draw is {number}. This batch has the draws 0 to {plan.draws - 1}."])
    jobs = jobs_of(plan, draw_table(plan), only=number)
    return Draw(plan, tuple(jobs), resolve(context_of(plan), jobs[0])[0])


def scenario_text(world: Scenario, title: str, source: str) -> str:
    """Write a world as a scenario file: every number in which it differs from the built-in one.

    Read again it is the same world: values to the last digit, and price years.
    """
    usual = load_scenario().quantities
    lines = [f"title = {json.dumps(title, ensure_ascii=False)}"]
    for path, quantity in world.quantities.items():
        if path in usual and (quantity.value, quantity.price_year) != (usual[path].value, usual[path].price_year):
            head = path if path.startswith(("interventions.", "costs.")) else f"parameters.{path}"
            lines += ["", f"[{head}]", f"value = {_literal(quantity.value)}"]
            lines += [f"price_year = {quantity.price_year}"] if quantity.price_year is not None else []
            lines += [f"source = {json.dumps(source, ensure_ascii=False)}"]
    for each in world.dated:
        lines += ["", "[[changes]]", *(f"{key} = {_written(value)}" for key, value in each.record().items())]
    return "\n".join(lines) + "\n"


def _written(value: Any) -> str:
    """Write a number, a list of them or a text as TOML."""
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    return _literal(tuple(value) if isinstance(value, list) else value)


def _literal(value: Value) -> str:
    return f"[{', '.join(map(repr, value))}]" if isinstance(value, tuple) else repr(value)


def command_of(draw: Draw, job: Job, scenario: Path) -> str:
    """Write the command that makes one run of a draw."""
    plan, usual = draw.plan, load_scenario().places.codes
    terms = ",".join(f"{name}={value!r}" for name, value in job.terms)
    design = job.design
    if terms:
        design = f"{design[:-1]},{terms}]" if design.endswith("]") else f"{design}[{terms}]"
    words = ["stupror", "run", str(scenario), "--design", design, "--years", str(plan.years)]
    words += ["--start-year", str(plan.start_year)] if plan.start_year != USUAL_START else []
    words += ["--seed", str(job.seed), "--point"]
    if plan.scenario.places.codes != usual:
        words += ["--municipalities", ",".join(plan.scenario.places.codes)]
    return shlex.join([*words, "--out", f"{scenario.stem}-{job.design.partition('[')[0]}-{job.seed}"])
