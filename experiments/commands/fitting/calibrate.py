"""`stupror calibrate`: find what parameters are likely, and write them as a file that runs can be drawn from."""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ....model.inputs.errors import InputError
from ...files.locks import alone
from ...files.places import make_folder, new_file
from ...files.spreadsheets import csv_bytes
from ...runs import limits
from .. import common, language

if TYPE_CHECKING:
    import pandas as pd

    from ...calibration.problems import Problem

__all__ = ["calibrate"]

MOST_PARTICLES, MOST_GENERATIONS = 10_000, 100_000
FEWEST_DRAWS, MOST_DRAWS = 100, 1_000_000
EXTREME = 0.01  # a target that fewer worlds than this come to, on either side, is not met
_SHOWN = 12  # parameters that the targets move most


def calibrate(
    out: Annotated[Path, typer.Option(help="New file for the posterior (CSV).")],
    what: Annotated[
        str, typer.Option(help="What to calibrate: diffusion, contracts, life-course or behaviour.")
    ] = "diffusion",
    targets: Annotated[
        Path | None,
        typer.Option(
            help="In place of --what: parameters, bounds and targets of your own (TOML), see docs/calibrating.md."
        ),
    ] = None,
    particles: Annotated[
        int,
        common.WholeOption(help="Worlds of the posterior, and of each generation; for behaviour, worlds to weight."),
    ] = 200,
    generations: Annotated[
        int,
        common.WholeOption(
            help="Generations in all: each nearer to the targets; for life-course, steps of every world."
        ),
    ] = 10,
    seed: Annotated[int, common.WholeOption(help="Names the luck of the calibration.")] = limits.FIRST_SEED,
    work: Annotated[
        Path | None,
        typer.Option(
            help="File of finished generations, to go on from if interrupted. "
            "[default: OUT.db; for life-course OUT.json; for behaviour OUT.worlds]"
        ),
    ] = None,
    workers: Annotated[int, common.WholeOption(help="Processes to run in; for behaviour alone.")] = 1,
    importance: Annotated[
        int,
        common.WholeOption(
            help="Where there is no luck: worlds drawn for a second route, importance sampling. 0: none."
        ),
    ] = 0,
) -> None:
    """Find likely worlds: of diffusion (fitted to D1-D5), contracts (to D7), lives (to prevalence and cost), behaviour.

    Or anything else, with --targets. Diffusion and contracts by approximate Bayesian computation (pyABC), lives by
    their known likelihood (emcee), behaviour (what is published of municipal funds, F3 and B24) by weights of worlds in
    which everything is drawn.
    """
    from ...calibration import problems as problems
    from ...calibration.abc import calibrate as fit

    known = (*problems.PROBLEMS, problems.BEHAVIOUR)

    common.check(
        "Give --what or --targets, not both." if targets is not None and what != "diffusion" else None,
        None if what in known else f"--what is '{what}'. Give one of {', '.join(known)}.",
        limits.within("--particles", particles, 10, MOST_PARTICLES),
        limits.within("--generations", generations, 1, MOST_GENERATIONS),
        limits.within("--seed", seed, 0, limits.LAST_SEED),
        limits.within("--workers", workers, 1, limits.MOST_AT_ONCE),
        limits.within("--importance", importance, FEWEST_DRAWS, MOST_DRAWS) if importance else None,
    )
    if what == problems.BEHAVIOUR:
        _weigh(out, work or out.with_suffix(".worlds"), particles, workers)
        return
    problem = _problem(what, targets)
    common.check("--importance is for what has no luck, as life-course." if importance and not problem.exact else None)
    database = work or out.with_suffix(".json" if problem.exact else ".db")
    common.check(f"--out and --work are both {out}. Name two files." if database.resolve() == out.resolve() else None)
    tell = _say_mean if problem.exact else _say
    with new_file(out) as draft:
        try:
            table = fit(problem, database, particles=particles, generations=generations, seed=seed, tell=tell)
        except KeyboardInterrupt:
            raise common.StoppedError(
                f"Stopped. Finished generations, if any, are in {database}: the same command goes on."
            ) from None
        if not len(table):
            raise InputError([f"{database}: no generation is finished."])
        told = [_told(table, problem)]
        if problem.exact:
            told += _settled(problem, database, generations, out)
        if importance:
            told.append(_second_route(problem, table, importance, seed, out))
        remarks = "".join(f"# {each}\n" for each in told)
        draft.write_bytes(remarks.encode() + csv_bytes(table, float_format="%.6g"))
    for each in told:
        language.tell(each)
    _check(problem, table, seed, out)
    language.tell(f"Written to {out}. Use it with --posterior {out}")


def _problem(what: str, targets: Path | None) -> Problem:
    """Make the calibration that is asked for."""
    from ....model.inputs.scenario import load_scenario
    from ...calibration import problems
    from ...calibration.own import own_problem

    if targets is not None:
        return own_problem(targets)
    make = {
        "diffusion": problems.diffusion_problem,
        "contracts": problems.contracts_problem,
        "life-course": problems.life_course_problem,
    }[what]
    return make(load_scenario())


def _told(table: pd.DataFrame, problem: Problem) -> str:
    """Say how much the weights leave; without commas, as it stands in the head of a table."""
    from ...plans.posterior import effective

    number = effective(table["weight"].to_numpy(float))
    return f"{problem.name}: {len(table)} likely worlds: as good as {number:.0f} of equal weight."


def _settled(problem: Problem, database: Path, generations: int, out: Path) -> list[str]:
    """Say whether the walkers have settled, and write by parameter how far they are."""
    from ...calibration import mcmc, settling

    way = settling.read_way(settling.way_of(database), generations, mcmc.STEPS)
    if way is None:
        return ["Whether the walkers have settled is not known: the way they went is not kept."]
    found = settling.settled(way, list(problem.prior))
    _beside(out, "settling", found)
    slowest = found.iloc[int(found["time"].to_numpy().argmax())]
    steps, rhat = len(way.places) * way.every, found["rhat"].max()
    figures = (
        f"{steps} steps of each of {way.places.shape[1]} walkers ({100 * way.accepted:.0f} % accepted); longest "
        f"autocorrelation time {slowest['time']:.0f} steps ({slowest['parameter']}); highest R-hat "
        f"{'not known' if math.isnan(rhat) else f'{rhat:.2f}'}; least effective number {found['effective'].min():.0f}"
    ).replace(";", " -")
    if found["settled"].all():
        return [f"Settled: {figures}."]
    wanted = math.ceil(settling.TIMES * slowest["time"] / mcmc.STEPS)
    return [
        f"{settling.NOT_SETTLED}: {figures}. The worlds may lie too close together. Go on with "
        f"--generations {wanted} or more and look again."
    ]


def _second_route(problem: Problem, table: pd.DataFrame, draws: int, seed: int, out: Path) -> str:
    """Hold the worlds against importance sampling; without commas, as it stands in the head of a table."""
    from ...calibration.abc import misses_of
    from ...calibration.importance import reweigh

    names = list(problem.prior)
    worlds, bounds = table[names].to_numpy(float), list(problem.prior.values())
    found = reweigh(worlds, misses_of(problem), bounds, names, draws=draws, seed=seed)
    _beside(out, "importance", found.table)
    far = found.table.iloc[int(found.table["shift"].abs().argmax())]
    narrow, wide = found.table["ratio"].min(), found.table["ratio"].max()
    return (
        f"Importance sampling: {draws} worlds as good as {found.effective:.0f} of equal weight. Held against it means "
        f"are off by at most {abs(far['shift']):.2f} standard deviations ({far['parameter']}) and spreads {narrow:.2f} "
        f"to {wide:.2f} times as wide."
    )


def _check(problem: Problem, table: pd.DataFrame, seed: int, out: Path) -> None:
    """Hold worlds of the posterior against every target."""
    from ...calibration.own import checked

    found = checked(problem, table, seed)
    _beside(out, "checks", found)
    bad = found[(found["p"] < EXTREME) | (found["p"] > 1.0 - EXTREME)]
    language.tell(
        f"Check of {found['worlds'].iloc[0]} worlds lived anew: {len(found) - len(bad)} of {len(found)} targets are "
        "what such a world and a miss of one tolerance would show"
        + (f"; not {', '.join(bad['statistic'])}" if len(bad) else "")
        + f". See {_name(out, 'checks')}"
    )


def _name(out: Path, what: str) -> Path:
    return out.with_name(f"{out.stem}-{what}.csv")


def _beside(out: Path, what: str, table: pd.DataFrame) -> None:
    """Write a table beside the posterior; it is made anew each time."""
    with new_file(_name(out, what), replace=True) as draft:
        draft.write_bytes(csv_bytes(table, float_format="%.6g"))


def _weigh(out: Path, work: Path, number: int, workers: int) -> None:
    """Weight worlds by what is published of behaviour, and write them."""
    from ....model.inputs.scenario import load_scenario
    from ...batches.jobs import code_digest
    from ...calibration import problems, weighing
    from ...plans.posterior import effective
    from ...runs.workers import WorkerError, in_order, open_pool

    common.check(f"--out and --work are both {out}. Name two files." if work.resolve() == out.resolve() else None)
    make_folder(work.parent)
    busy = f"{work}: another calibration is at work in it."
    try:
        with (
            new_file(out) as draft,
            alone(work.with_name(f".{work.name}.lock"), busy),
            open_pool(workers) as pool,
            common.progress(number, "worlds") as tell,
        ):
            each = map if pool is None else partial(in_order, pool)
            of = problems.targets(problems.BEHAVIOUR)
            draws = weighing.weigh(of, work, number, code=code_digest(), each=each, tell=tell)
            draft.write_bytes(csv_bytes(draws.table, float_format="%.6g"))
    except WorkerError as error:
        raise common.FailedError(f"{error} Finished worlds are in {work}: the same command goes on.") from None
    except KeyboardInterrupt:
        raise common.StoppedError(f"Stopped. Finished worlds are in {work}: the same command goes on.") from None
    for row in weighing.by_round(draws).to_dict("records"):
        language.tell(_said_of_round(row))
    language.tell("Most moved: where in its distribution each lies on average (0.5 before), and how wide (1 before):")
    for row in weighing.moved(load_scenario(), draws).head(_SHOWN).to_dict("records"):
        language.tell(f"  {row['parameter']}: {row['quantile']:.2f}, {row['spread']:.2f}")
    language.tell(f"Written to {out}: {number} worlds, as good as {effective(draws.weight):.0f} of equal weight.")


def _say(generation: int, tolerance: float) -> None:
    language.note(f"generation {generation}: within {tolerance:.3g} tolerances")


def _say_mean(generation: int, distance: float) -> None:
    language.note(f"generation {generation}: {distance:.3g} tolerances from the targets on average")


def _said_of_round(row: Mapping[Hashable, Any]) -> str:
    return (
        f"round {row['round']:.0f}: {row['worlds']:.0f} worlds, as good as {row['effective']:.0f}; used share "
        f"{row['used_share']:.3f}, Norrköping {row['norrkoping_projects']:.2f} projects, placebo {row['placebo']:.3f}, "
        f"repayment {row['repayment']:.3f}"
    )
