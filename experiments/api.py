"""For notebooks and scripts: `from stupror.experiments import run, compare, batch`.

The same runs as the commands make, with the same numbers, as objects that show a table. Names, paths and plain numbers
go in; everything is checked before anything runs.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from ..model.bodies.rules import Rule
from ..model.contracts import Design, load_design
from ..model.inputs.errors import InputError
from ..model.inputs.scenario import Scenario, load_scenario, select
from ..model.model import check_design
from .batches import session
from .plans.likely import drawing
from .plans.own_rules import checked
from .plans.plan import plan_of, read_plan
from .results import Batch, Comparison, Run, open_batch
from .runs import runner
from .runs.extras import need
from .runs.progress import progress

__all__ = ["batch", "compare", "run"]

World = Scenario | Path | str | None
Rules = Mapping[str, Rule] | None


def run(
    design: Design | str = "status-quo",
    *,
    scenario: World = None,
    municipalities: Sequence[str] = (),
    years: int = 30,
    seed: int = 1,
    threads: int = 1,
    point: bool = False,
    priors: bool = False,
    rules: Rules = None,
) -> Run:
    """Run one design once.

    Parameters
    ----------
    design
        A design, its name, or the path of its file.
    scenario
        A scenario, or the path of a TOML file of changes to the built-in Sweden.
    municipalities
        Part of the country: codes or names of municipalities or counties. All of it if empty.
    years
        Budget years to live, 1 to 45.
    seed
        Which luck everybody has.
    threads
        Threads to run in; the result does not depend on it.
    point, priors
        Where the world is from: with neither, a likely world is drawn by the seed (`docs/likely-worlds.md`); with
        `point` every parameter has its central value, with `priors` it is drawn from its distribution alone.
    rules
        Rules of your own by kind of body, such as {"social": my_rule} (`docs/rules.md`).

    Raises
    ------
    InputError
        If a name, path or value is wrong.
    stupror.experiments.runs.runner.RunError
        If the run fails.
    """
    base = _world(scenario, municipalities)
    contract = _design(design, base)
    world = drawing(point=point, priors=priors)(base, seed)
    found = runner.run(world, contract, seed, years, threads=threads, rules=rules)
    return Run(contract.name, seed, years, found, world.discount.rate, world.discount.societal_rate)


def compare(
    designs: Sequence[Design | str] = ("status-quo", "municipal-fund", "state-outcomes-fund", "planner"),
    *,
    scenario: World = None,
    municipalities: Sequence[str] = (),
    years: int = 30,
    seeds: int | Sequence[int] = 6,
    workers: int = 1,
    point: bool = False,
    priors: bool = False,
    rules: Rules = None,
) -> Comparison:
    """Run several designs with the same seeds; `seeds` is how many, from 1 on, or a list of them. Else as `run`."""
    chosen = range(1, seeds + 1) if isinstance(seeds, int) else seeds
    world = _world(scenario, municipalities)
    contracts = [_design(design, world) for design in designs]
    draw = drawing(point=point, priors=priors)
    found = runner.compare(world, contracts, chosen, years, workers=workers, worlds=draw, rules=rules)
    return Comparison(found, world.discount.rate)


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
    if workers < 1:
        raise InputError([f"workers is {workers}. Give a whole number from 1 on."])
    if workers > 1 or scheduler is not None:
        need("distributed", "distributed", *([] if scheduler else ["cryptography"]))
    made = plan_of(plan) if isinstance(plan, Mapping) else read_plan(Path(plan))
    made = replace(made, rules=checked(rules, elsewhere=workers > 1 or scheduler is not None))
    folder = Path(out)
    prepared = session.prepare(made, folder, extend=extend)
    with progress(prepared.total, before=prepared.found) as tell:
        session.run_batch(prepared, folder, workers=workers, scheduler=scheduler, tell=tell)
    return open_batch(folder)


def _design(design: Design | str, world: Scenario) -> Design:
    """Read a design, and see that a run in this world can settle it."""
    contract = load_design(design) if isinstance(design, str) else design
    check_design(contract, world)
    return contract


def _world(scenario: World, municipalities: Sequence[str]) -> Scenario:
    """Read a scenario and keep the part of the country that is asked for."""
    world = scenario if isinstance(scenario, Scenario) else load_scenario(scenario)
    return select(world, municipalities) if municipalities else world
