"""`stupror search`: which terms of a contract no others beat, by objectives that one chooses."""

from __future__ import annotations

import math
import re
import sys
import time
from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ....model.inputs.errors import InputError, nearest
from ...runs import limits
from ...runs.limits import (
    FIRST_SEED,
    LAST_SEED,
    MOST_AT_ONCE,
    MOST_SEEDS,
    MOST_YEARS,
    QUICK_SEEDS,
    QUICK_YEARS,
    USUAL_YEARS,
)
from ...runs.workers import open_pool
from .. import common, language
from ..common import Interventions, Municipalities, MunicipalitiesFile, Quick, ScenarioFile, StoppedError, Years

if TYPE_CHECKING:
    from ....model.contracts import Design
    from ...search.search import Found, Plan, Range

__all__ = ["search"]

USUAL_SEEDS, USUAL_TRIALS, QUICK_TRIALS, MOST_TRIALS = 4, 60, 24, 10_000
SETTLED = 0.98  # of what all trials reach, after three quarters of them


def search(
    out: Annotated[Path, typer.Option(help="New folder for the results, or with --resume that of a search.")],
    vary: Annotated[
        str, typer.Option(help="Terms to move, with commas between: share,cap=0.8:2 (within their range).")
    ],
    scenario: ScenarioFile = None,
    interventions: Interventions = None,
    design: Annotated[str, typer.Option(help="The design whose terms are moved.")] = "state-outcomes-fund",
    objectives: Annotated[
        str, typer.Option(help="What to judge by, with commas between; a name that is not known lists all.")
    ] = "planner_share,state_net_cost",
    trials: Annotated[int | None, common.WholeOption(help=f"How many terms to try. [default: {USUAL_TRIALS}]")] = None,
    seeds: Annotated[
        int | None, common.WholeOption(help=f"How many seeds; all trials get the same. [default: {USUAL_SEEDS}]")
    ] = None,
    holdout: Annotated[
        int | None,
        common.WholeOption(help="How many further seeds the chosen points are run again with. [default: as --seeds]"),
    ] = None,
    years: Years = None,
    workers: Annotated[int, common.WholeOption(help="Processes to run in; the results do not depend on it.")] = 1,
    seed: Annotated[int, common.WholeOption(help="The first seed, also that of the search itself.")] = FIRST_SEED,
    quick: Quick = False,
    likely: Annotated[
        bool, typer.Option("--likely", help="Each seed is a likely world, as in compare: for terms of least regret.")
    ] = False,
    municipalities: Municipalities = None,
    municipalities_file: MunicipalitiesFile = None,
    resume: Annotated[bool, typer.Option("--resume", help="Go on with the search in that folder.")] = False,
) -> None:
    """Search the terms of a design: the Pareto front, and what its points are worth on seeds held out."""
    n_years = common.given(years, QUICK_YEARS if quick else USUAL_YEARS)
    n_trials = common.given(trials, QUICK_TRIALS if quick else USUAL_TRIALS)
    n_seeds = common.given(seeds, QUICK_SEEDS if quick else USUAL_SEEDS)
    n_held_out = common.given(holdout, n_seeds)
    common.check(
        limits.within("--years", n_years, 1, MOST_YEARS),
        limits.within("--trials", n_trials, 1, MOST_TRIALS),
        limits.within("--seeds", n_seeds, 1, MOST_SEEDS),
        limits.within("--holdout", n_held_out, 1, MOST_SEEDS),
        limits.within("--seed", seed, 0, LAST_SEED),
        limits.within("--workers", workers, 1, MOST_AT_ONCE),
        None if find_spec("optuna") else "A search needs Optuna: pip install -e '.[search]'.",
    )
    spec = common.read_scenario(scenario, municipalities, quick, municipalities_file, interventions)
    contract = common.read_designs([design], spec)[0]
    head, tail = _parts(design)
    moved, wanted = common.all_of(partial(ranges, contract, vary), partial(_objectives, objectives))

    from ...plans.likely import which
    from ...runs import run_folder
    from ...search import search_folder
    from ...search.search import Plan
    from ...search.search import search as find

    plan = Plan(
        head=head,
        tail=tail,
        design=contract,
        vary=moved,
        objectives=wanted,
        trials=n_trials,
        seeds=tuple(range(seed, seed + n_seeds)),
        held_out=tuple(range(seed + n_seeds, seed + n_seeds + n_held_out)),
        luck=seed,
        worlds=which(point=not likely, priors=False),
    )
    started = time.perf_counter()
    begun = search_folder.record(plan, spec, n_years)
    try:
        with search_folder.begin(out, begun, resume=resume) as there:
            if there > n_trials:
                language.note(f"{there} trials are in {out} already; they are kept, and {n_trials} add none.")
                plan = replace(plan, trials=there)
            with open_pool(workers) as pool, common.progress(plan.trials, "designs") as tell:
                judge = search_folder.judging(spec, n_years, out, pool, plan.worlds)
                at_once = -(-workers // n_seeds)  # all workers have something to do
                found = find(plan, judge, out, at_once=at_once, tell=tell)
            this_run = run_folder.this_run(sys.argv[1:], time.perf_counter() - started, workers)
            search_folder.write(out, found, plan, spec, n_years, this_run)
    except KeyboardInterrupt:
        raise StoppedError(f"Stopped. What was tried is kept in {out}: go on with --resume.") from None
    language.tell(*_summary(found, plan, spec.discount.rate).splitlines())
    language.tell(f"Written to {out}: see front.svg, front.csv, regret.csv and trials.csv.")


def _parts(design: str) -> tuple[str, str]:
    """Divide a joined design where its terms are written: after the contract, before an add-on that follows it."""
    from ....model.contracts import add_on_names

    parts = re.split(r"\+(?![^\[\]]*\])", design)
    last = next((number for number, part in enumerate(parts) if part.partition("[")[0] not in add_on_names()), 0)
    return "+".join(parts[: last + 1]), "".join(f"+{part}" for part in parts[last + 1 :])


def ranges(design: Design, text: str) -> tuple[Range, ...]:
    """Read which terms to move, and how far: ``share,cap=0.8:2``; their declared range unless given.

    Raises
    ------
    InputError
        If a term is not known, comes twice, or has no range to move in, for all terms at once.
    """
    if comma := re.search(r"([0-9]+),([0-9]+)(?=\s*(:|,|$))", text):  # no term is a number alone
        right, wrong = f"{comma[1]}.{comma[2]}", comma[0]
        raise InputError([f"--vary is '{text}': a number has a decimal point. Write {right}, not {wrong}."])
    entries = [entry.strip() for entry in text.split(",") if entry.strip()]
    if not entries:
        raise InputError([f"--vary is '{text}'. Name the terms to move, with commas between, such as share,cap."])
    read = dict(common.all_of(*(partial(_range, design, entry) for entry in entries)))
    if len(read) < len(entries):
        raise InputError([f"--vary is '{text}': one term is named twice. Name each once."])
    return tuple(read.values())


def _range(design: Design, entry: str) -> tuple[str, Range]:
    """Read one term: its path and its range."""
    from ....model.contracts.contract import plain
    from ....model.contracts.terms import find_term
    from ...designs.on_paper import number
    from ...search.search import Range

    name, given, span = (part.strip() for part in entry.partition("="))
    path, quantity, term = find_term(design, name)
    low, high = map(float, quantity.range)
    problems: list[str] = []
    if given:
        first, colon, last = span.partition(":")
        if not colon:
            raise InputError(
                [f"--vary {entry}: write the lowest and the highest value, such as {name}={low:g}:{high:g}."]
            )
        low, high = (number(end.strip(), f"--vary {name}", quantity.unit, problems) for end in (first, last))
    elif low == high:
        problems.append(f"--vary {name}: the file gives it no range. Give one, such as {name}=LOW:HIGH.")
    outside = [end for end in (low, high) if not term.low <= end <= term.high]
    if outside and not problems:
        problems.append(
            f"--vary {entry}: {outside[0]:g} is out of bounds: allowed are {term.low:g} to {term.high:g} "
            f"({term.meaning})."
        )
    if given and not problems and low >= high:
        problems.append(f"--vary {entry}: {low:g} is not below {high:g}. Write the lower end first.")
    if term.whole and not problems and (low != int(low) or high != int(high)):
        problems.append(f"--vary {entry}: both ends are whole numbers ({term.meaning}).")
    if path.startswith("change.") and not problems and "+" in design.name:
        problems.append(f"--vary {name}: is a term of an add-on. Move terms of the contract.")
    common.check(*problems)
    return path, Range(name, low, high, term.whole, plain(quantity))


def _objectives(text: str) -> tuple[str, ...]:
    """Read what to judge by."""
    from ....analysis.measures.objectives import OBJECTIVES

    names = [name.strip() for name in text.split(",") if name.strip()]
    known = "".join(f"\n  {name} [{each.unit}, {each.better}]: {each.meaning}" for name, each in OBJECTIVES.items())
    problems = [
        f"--objectives: '{name}' is not known.{_meant(name)} There are:{known}"
        for name in names
        if name not in OBJECTIVES
    ]
    problems += [f"--objectives: '{name}' is named twice." for name in sorted(set(names)) if names.count(name) > 1]
    if not names:
        problems.append(f"--objectives is '{text}'. Name one or more:{known}")
    common.check(*problems)
    return tuple(names)


def _meant(name: str) -> str:
    from ....analysis.measures.objectives import OBJECTIVES

    near = nearest(name, OBJECTIVES)
    return f" Did you mean '{near}'?" if near else ""


def _summary(found: Found, plan: Plan, rate: float) -> str:
    """Say what was found, and how far it can be trusted."""
    import pandas as pd

    from ....analysis.batches import pareto
    from ....analysis.measures.objectives import OBJECTIVES

    units = {name: OBJECTIVES[name].unit for name in plan.objectives}
    points = found.front[found.front["kind"] != "front"]
    table = pareto.format_points(points, [each.name for each in plan.vary], units)
    table.index = pd.Index(["as declared" if kind == "declared" else "" for kind in points["kind"]])
    n_front = int((found.front["kind"] != "declared").sum())
    lines = [
        f"{len(found.trials)} trials of {plan.text}; {n_front} on the front, {len(points) - 1} of them run again with "
        f"{len(plan.held_out)} seeds held out (mean [90 % interval]), and against the terms as declared seed by seed; "
        f"present values at {100 * rate:g} % a year:",
        "",
        language.headed(table).to_string().replace("\u202f", " ").replace("\u2212", "-"),
        "",
        *_settled(found, plan),
        *(_verdict(row, units[row["objective"]]) for row in found.curse.to_dict("records")),
        *(_sorry(found, plan, name, unit) for name, unit in units.items() if len(plan.seeds) > 1),
    ]
    return "\n".join(lines)


def _settled(found: Found, plan: Plan) -> list[str]:
    """Say how much of what all trials reach the first of them had reached; nothing if they all reach the same."""
    from ....analysis.batches import pareto

    parts = pareto.covered(found.trials[list(plan.objectives)], list(plan.better.values()))
    if any(math.isnan(part) for part in parts):
        return []
    told = ", ".join(f"{100 * part:.0f} %" for part in parts)
    more = " More trials may well find more." if parts[-1] < SETTLED else ""
    return [f"Of the room that all trials reach (hypervolume) a quarter, half and three quarters had: {told}.{more}"]


def _verdict(row: Mapping[Any, Any], unit: str) -> str:
    """Say of one objective how much less the front gave than the search promised."""
    from ....analysis.report.tables import number

    unit = {"%": "percentage points"}.get(unit, unit)
    shrunk, luck, curse = (float(row[key]) for key in ("shrunk", "luck", "curse"))
    if math.isnan(curse):
        return f"{row['objective']}: has no value for the terms as declared, so the winner's curse is not known."
    scale = max(abs(shrunk), abs(luck), abs(curse))

    def against_promise(value: float) -> str:
        return f"{'worse' if value >= 0 else 'better'} than promised by {number(abs(value), scale)} {unit}"

    return (
        f"{row['objective']}: on the seeds held out the chosen points are {against_promise(shrunk)} (mean); the terms "
        f"as declared, which nobody chose, {against_promise(luck)}; winner's curse {number(curse, scale)}."
    ).replace("\u2212", "-")


def _sorry(found: Found, plan: Plan, name: str, unit: str) -> str:
    """Say which of the terms that were tried one would be least sorry to have chosen, beside the terms as declared."""
    from ....analysis.batches.regret import least
    from ....analysis.report.tables import number

    row, unit = least(found.regret, name), {"%": "percentage points"}.get(unit, unit)
    if row is None:
        return f"{name}: no terms have a value in every world, so none has a least regret."
    best, declared = found.regret.to_dict("records")[row], found.regret.to_dict("records")[0]
    scale = max(float(best[f"{name}_largest"]), float(declared[f"{name}_largest"]), 0.0)
    terms = ", ".join(f"{each.name} = {float(best[each.name]):.4g}" for each in plan.vary)
    kinds = ((best, "largest"), (best, "p90"), (declared, "largest"))
    largest, most, as_declared = (number(float(of[f"{name}_{kind}"]), scale) for of, kind in kinds)
    said = (
        f"{name}: least regret over {len(plan.seeds)} worlds with {terms}: at most {largest} {unit} from the best that "
        f"was tried in any of them, {most} in nine of ten; as declared at most {as_declared}."
    )
    return said.replace("\u2212", "-").replace("\u202f", " ")
