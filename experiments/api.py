"""For notebooks and scripts: `from stupror.experiments import run, compare, batch`.

The same runs as the commands make, with the same numbers, as objects that show a table. Names, paths and plain numbers
go in; everything is checked before anything runs.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from ..model.bodies.rules import Rule
from ..model.contracts import Design, load_design, with_steps
from ..model.inputs.errors import InputError, shown
from ..model.inputs.places import own_places
from ..model.inputs.scenario import Scenario, load_scenario, select
from ..model.model import check_design
from .batches import session
from .batches.rounds import in_rounds
from .plans.likely import drawing, which
from .plans.own_rules import checked
from .plans.own_rules import named as named_rules
from .plans.plan import plan_of, read_plan
from .plans.posterior import named, read_posteriors
from .results import Batch, Comparison, Run, open_batch
from .runs import asked, runner
from .runs.extras import need
from .runs.limits import (
    EARLIEST_START,
    FIRST_SEED,
    LAST_SEED,
    LATEST_START,
    MOST_AT_ONCE,
    MOST_YEARS,
    QUICK_PLACE,
    QUICK_SEEDS,
    QUICK_YEARS,
    USUAL_SEEDS,
    USUAL_START,
    USUAL_YEARS,
)
from .runs.luck import second
from .runs.progress import progress
from .runs.written import Told

__all__ = ["batch", "compare", "run"]

World = Scenario | Path | str | Mapping[str, Any] | None
Rules = Mapping[str, Rule] | None
Names = str | Sequence[str]
Paths = str | Path | Sequence[str | Path] | None
Contract = Design | str | Path


def run(
    design: Contract = "status-quo",
    *,
    scenario: World = None,
    interventions: Paths = None,
    municipalities: Names = (),
    municipalities_file: Path | str | None = None,
    years: int | None = None,
    start_year: int = USUAL_START,
    seed: int = FIRST_SEED,
    threads: int = 1,
    quick: bool = False,
    point: bool = False,
    priors: bool = False,
    posterior: Paths = None,
    rules: Rules = None,
) -> Run:
    """Run one design once.

    Parameters
    ----------
    design
        A design, its name, or the path of its file.
    scenario
        A scenario, the path of a TOML file of changes to the built-in Sweden, or a dict of the same form as the file
        (`docs/scenarios.md`).
    interventions
        Files of one more intervention each, or folders of such files.
    municipalities
        Part of the country: codes or names of municipalities or counties. All of it if empty.
    municipalities_file
        Your own table of municipalities (CSV) in place of the built-in one.
    years
        Budget years to live, 1 to 45; 30 if not given.
    start_year
        The first of them, 2005 to 2030.
    seed
        Which luck everybody has, 0 or more.
    threads
        Threads to run in; the result does not depend on it.
    quick
        One small county, 10 years, unless given.
    point, priors
        Where the world is from: with neither, a likely world is drawn by the seed (`docs/likely-worlds.md`); with
        `point` every parameter has its central value, with `priors` it is drawn from its distribution alone.
    posterior
        Files of `stupror calibrate` whose rows are laid over what is drawn.
    rules
        Rules of your own by kind of body, such as {"social": my_rule} (`docs/rules.md`).

    Raises
    ------
    InputError
        If a name, path or value is wrong.
    stupror.experiments.runs.runner.RunError
        If the run fails.
    """
    lived = (QUICK_YEARS if quick else USUAL_YEARS) if years is None else years
    asked.check(
        asked.whole("years", lived, 1, MOST_YEARS),
        asked.whole("start_year", start_year, EARLIEST_START, LATEST_START),
        asked.whole("seed", seed, FIRST_SEED - 1, LAST_SEED),
        asked.whole("threads", threads, 1, MOST_AT_ONCE),
        *_truths(quick=quick, point=point, priors=priors),
    )
    base = _world(scenario, municipalities, municipalities_file, interventions, quick)
    contract = _design(design, base)
    files = asked.paths("posterior", posterior)
    read = read_posteriors(files, base, "posterior")
    world = drawing(point=point, priors=priors, posteriors=read)(base, seed)
    own = checked(rules, elsewhere=False)
    started = time.perf_counter()
    found = runner.run(world, contract, seed, lived, start_year=start_year, threads=threads, rules=own)
    told = Told(base, (contract,), (seed,), lived, worlds=which(point=point, priors=priors), detail=True)
    told = replace(told, posteriors=named(files, read), table=_name(municipalities_file), rules=named_rules(own))
    return Run(found, told, {seed: _rates(world)}, time.perf_counter() - started)


def compare(
    designs: Contract | Sequence[Contract] = ("status-quo", "municipal-fund", "state-outcomes-fund", "planner"),
    *,
    scenario: World = None,
    interventions: Paths = None,
    municipalities: Names = (),
    municipalities_file: Path | str | None = None,
    years: int | None = None,
    start_year: int = USUAL_START,
    seeds: int | Sequence[int] | None = None,
    seed: int = FIRST_SEED,
    workers: int = 1,
    quick: bool = False,
    point: bool = False,
    priors: bool = False,
    posterior: Paths = None,
    decompose: bool = False,
    luck: int = 0,
    rules: Rules = None,
) -> Comparison:
    """Run several designs with the same seeds and compare them pair by pair.

    Parameters
    ----------
    designs
        Designs, names or paths of files. `NAME+ADD-ON` and `NAME[term=value]` are names, too (`docs/commands.md`).
    seeds
        How many, from `seed` on, or a list of them; 6 if not given, and 2 with `quick`.
    seed
        The first seed.
    workers
        Processes to run in; the results do not depend on it. A script that asks for more than one must do so under
        `if __name__ == "__main__":`.
    decompose
        Also run each design with its money alone, and with its terms.
    luck
        Live so many of the worlds again with other luck, to tell luck from parameters (table `luck`).
    scenario, interventions, municipalities, municipalities_file, years, start_year
        As for `run`.
    quick, point, priors, posterior, rules
        As for `run`.

    Raises
    ------
    InputError
        If a name, path or value is wrong.
    stupror.experiments.runs.runner.RunError
        If a run fails.
    """
    lived = (QUICK_YEARS if quick else USUAL_YEARS) if years is None else years
    asked.check(
        asked.whole("years", lived, 1, MOST_YEARS),
        asked.whole("start_year", start_year, EARLIEST_START, LATEST_START),
        asked.whole("workers", workers, 1, MOST_AT_ONCE),
        *_truths(quick=quick, point=point, priors=priors, decompose=decompose),
    )
    usual = QUICK_SEEDS if quick else USUAL_SEEDS
    chosen = tuple(asked.seeds_of(usual if seeds is None else seeds, seed))
    asked.check(asked.whole("luck", luck, 0, len(chosen)))
    world = _world(scenario, municipalities, municipalities_file, interventions, quick)
    contracts = [_design(each, world) for each in asked.names("designs", designs, (str, Path, Design))]
    contracts = with_steps(contracts) if decompose else contracts
    files = asked.paths("posterior", posterior)
    read = read_posteriors(files, world, "posterior")
    draw = drawing(point=point, priors=priors, posteriors=read)
    own = checked(rules, elsewhere=workers > 1)
    started = time.perf_counter()
    first, both = len(contracts) * len(chosen), len(contracts) * (len(chosen) + luck)
    with progress(both) as tell:
        live = partial(runner.compare, world, contracts, years=lived, start_year=start_year, workers=workers, rules=own)
        found = live(chosen, worlds=draw, progress=lambda done, _: tell(done, both))
        if luck:
            live = partial(live, progress=lambda done, _: tell(first + done, both))
            found["luck"] = second(live, chosen[:luck], draw, world.discount.rate)
    told = Told(world, tuple(contracts), chosen, lived, worlds=which(point=point, priors=priors), detail=False)
    told = replace(told, luck=luck)
    told = replace(told, posteriors=named(files, read), table=_name(municipalities_file), rules=named_rules(own))
    rates = {each: _rates(draw(world, each)) for each in chosen}
    return Comparison(found, told, rates, time.perf_counter() - started, workers)


def batch(
    plan: Path | str | Mapping[str, Any],
    out: Path | str,
    *,
    workers: int = 1,
    scheduler: str | None = None,
    extend: bool = False,
    rules: Rules = None,
) -> Batch:
    """Make the runs of a plan that are not in `out` yet, and open the folder.

    Parameters
    ----------
    plan
        Path of a plan file, or a dict of the same form (`docs/batches.md`).
    out
        Folder for the results. One that has some of these runs already is gone on with.
    workers
        Processes of a Dask cluster that is started here; 1 runs here.
    scheduler
        Address of a Dask cluster to use instead, such as tcp://10.0.0.1:8786.
    extend
        Take a changed plan into a folder that holds another one; runs that both have are kept.
    rules
        Rules of your own by kind of body, the same in every run. They are a part of each run's key, and named in the
        manifest with a digest of their source.

    Raises
    ------
    InputError
        If the plan, the folder or a rule is wrong.
    stupror.experiments.batches.engine.StoreError, ClusterError
        If results can no longer be written, or the cluster is gone; what is done stays done.
    """
    asked.check(asked.whole("workers", workers, 1, MOST_AT_ONCE), asked.truth("extend", extend))
    for name, value in (("plan", plan), ("out", out)):
        if not isinstance(value, str | Path | (Mapping if name == "plan" else Path)):
            allowed = "a path or a dict" if name == "plan" else "the path of a folder"
            raise InputError([f"{name} is {shown(value)}. Give {allowed}."])
    if workers > 1 or scheduler is not None:
        need("distributed", "distributed", *([] if scheduler else ["cryptography"]))
    made = plan_of(plan) if isinstance(plan, Mapping) else read_plan(Path(plan))
    made = replace(made, rules=checked(rules, elsewhere=workers > 1 or scheduler is not None))
    folder = Path(out)

    def live(prepared: session.Prepared) -> session.Result:
        with progress(prepared.total, before=prepared.found) as tell:
            return session.run_batch(prepared, folder, workers=workers, scheduler=scheduler, tell=tell)

    in_rounds(session.prepare(made, folder, extend=extend), folder, live)
    return open_batch(folder)


def _design(design: Contract, world: Scenario) -> Design:
    """Read a design, and see that a run in this world can settle it."""
    if not isinstance(design, Design | str | Path):
        raise InputError([f"design is {shown(design)}. Give a name, the path of a file, or a design."])
    contract = design if isinstance(design, Design) else load_design(str(design))
    check_design(contract, world)
    return contract


def _world(scenario: World, part: Names, table: Path | str | None, interventions: Paths, quick: bool) -> Scenario:
    """Read a scenario with what is added to it, and keep the part of the country that is asked for."""
    added = asked.paths("interventions", interventions)
    if not isinstance(scenario, Scenario | Path | str | Mapping | None):
        raise InputError([f"scenario is {shown(scenario)}. Give a path, a dict of changes, or a scenario."])
    if isinstance(scenario, Scenario) and added:
        raise InputError(["interventions cannot be added to a scenario that is built: give them to load_scenario."])
    world = scenario if isinstance(scenario, Scenario) else load_scenario(scenario, added)
    if table is not None:
        world = replace(world, places=own_places(Path(table)))
    wanted = asked.names("municipalities", part) or ([QUICK_PLACE] if quick else [])
    return select(world, wanted) if wanted else world


def _truths(**given: bool) -> list[str | None]:
    return [asked.truth(name, value) for name, value in given.items()]


def _rates(world: Scenario) -> tuple[float, float]:
    return world.discount.rate, world.discount.societal_rate


def _name(file: Path | str | None) -> str | None:
    return Path(file).name if file is not None else None
