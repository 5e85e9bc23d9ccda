"""Design search: move the terms of a contract, and find those that no others beat in every objective.

The optimiser is Optuna's multi-objective tree-structured Parzen estimator (Ozaki et al. 2022, *Multiobjective
Tree-Structured Parzen Estimator*, JAIR 73, doi:10.1613/jair.1.13188). NSGA-II was tried first and needs more runs than
anybody has: on a stand-in for the state outcomes fund (three terms, two objectives), the share of the true front's
hypervolume reached after 40, 100 and 200 trials (mean of six starts) was 0.87, 0.97, 0.99 with the best of its settings
(generations of 12, BLX crossover), 0.89, 0.95, 0.97 with quasi-random points, and 0.97, 0.99, 1.00 with TPE.

All candidates get the same seeds, and so the same luck, as status quo and planner, which are run once. What a search
has found is only as good as its luck: the chosen points are run again with seeds that nobody has searched with.

A search is a pure function of its plan: the optimiser lives in memory, begins anew with the same seed whenever the
search is resumed, and is told again what it has asked before, from the file of finished candidates. (A study kept in
Optuna's own storage would not do: it keeps the trials, not the state of the random numbers, so that a resumed search
goes elsewhere.) The number of workers changes nothing. Read by the command.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from ...analysis.batches import pareto, regret
from ...analysis.measures.objectives import OBJECTIVES
from ...model.contracts import Design, with_terms
from ...model.inputs.errors import InputError
from ..plans.likely import POINT
from .memory import MEMORY, MEMORY_AGAIN, Judge, remembering

if TYPE_CHECKING:
    import optuna

__all__ = ["Found", "Plan", "Range", "search"]

Frame = pd.DataFrame
Progress = Callable[[int, int], None]

STARTUP, BATCH = 10, 4  # random candidates to begin with; then so many are asked for at a time
MOST_POINTS = 12  # of a front, so many are run again with seeds held out


@dataclass(frozen=True)
class Range:
    """A term that may be moved: its name, the ends of its range (both allowed), whether it is a whole number.

    `declared` is its value in the file, which may lie outside the range.
    """

    name: str
    low: float
    high: float
    whole: bool
    declared: float

    def tidy(self, value: float) -> float:
        """Round to three digits that count, or to a whole number: what a contract would say."""
        rounded = round(value) if self.whole else float(f"{value:.3g}")
        return min(max(rounded, self.low), self.high)


@dataclass(frozen=True, kw_only=True)
class Plan:
    """All that the result of a search depends on, but what `Judge` stands for.

    `head` and `tail` are the design as one writes it for `--designs`; terms are written between them (an add-on follows
    them). `luck` is the seed of the optimiser. `seeds` and `held_out` have none in common; `worlds` says what the world
    of one is (`plans.likely`).
    """

    head: str
    tail: str
    design: Design
    vary: tuple[Range, ...]
    objectives: tuple[str, ...]
    trials: int
    seeds: tuple[int, ...]
    held_out: tuple[int, ...]
    luck: int
    worlds: str = POINT

    @property
    def text(self) -> str:
        """The design as one writes it for `--designs`."""
        return self.head + self.tail

    @property
    def better(self) -> dict[str, str]:
        """Directions of the objectives by name."""
        return {name: OBJECTIVES[name].better for name in self.objectives}


@dataclass(frozen=True)
class Found:
    """What a search has found.

    `trials`: a row per trial with its terms, the mean of every objective over the seeds of the search, and `front`.
    `front`: the design with its terms as declared (`kind` "declared"), then the trials that no other beats ("chosen" if
    run again with the seeds held out, else "front"), with the columns of `pareto.held_out`.
    `curse`: how much worse than promised, see `pareto.curse`.
    `regret`: a row for each design that was tried, that as declared first, with its terms and the columns of
    `regret.regrets` over the worlds of the search.
    """

    trials: Frame
    front: Frame
    curse: Frame
    regret: Frame


def search(plan: Plan, judge: Judge, folder: Path, *, at_once: int = 1, tell: Progress | None = None) -> Found:
    """Search, and run the chosen points again with the seeds held out.

    Parameters
    ----------
    plan
        What to search for, among what, with which seeds.
    judge
        Runs designs with seeds, see `remembering.Judge`. Called with at most `at_once` designs.
    folder
        Where finished candidates are kept (`search.jsonl`, `held_out.jsonl`). Those found there are not run again.
    tell
        Called with the number of judged candidates and of all (an upper limit: of those that come twice one is run).

    Raises
    ------
    InputError
        If no trial has a value in every objective.
    """
    done, most, told = 0, plan.trials + MOST_POINTS + 2, tell or (lambda _done, _all: None)

    def count(candidates: int) -> None:
        nonlocal done
        done += candidates
        told(min(done, most), most)

    searched = remembering(judge, plan.seeds, folder / MEMORY, at_once, count)
    again = remembering(judge, plan.held_out, folder / MEMORY_AGAIN, at_once, count)
    declared = replace(plan.design, name=plan.text)
    trials = _trials(plan, searched, declared)
    front = trials[trials["front"]].drop_duplicates("design")
    if front.empty:
        wanted = ", ".join(plan.objectives)
        raise InputError(
            [f"{plan.text}: no trial has a value in every objective ({wanted}). Give more years or trials."]
        )
    names = list(plan.objectives)
    chosen = front.iloc[pareto.spread_out(front[names], MOST_POINTS)].sort_values([*names, "trial"])
    designs = [_candidate(plan, row) for row in chosen[_terms(plan)].to_dict("records")]
    beside = again([declared])
    points = pareto.held_out(chosen[["design", *_terms(plan)]], searched(designs), again(designs), beside, plan.better)
    itself = pd.DataFrame([{"design": plan.text, **_declared(plan)}])
    preset = pareto.held_out(itself, searched([declared]), beside, beside, plan.better)
    others = front.loc[~front["design"].isin(points["design"]), ["design", *_terms(plan), *names]]
    kinds = {"declared": preset, "chosen": points, "front": others}
    rows = [frame.assign(kind=kind) for kind, frame in kinds.items() if len(frame)]
    tried = trials[trials[names].notna().all(axis=1)].drop_duplicates("design")
    everything = [declared, *(_candidate(plan, row) for row in tried[_terms(plan)].to_dict("records"))]
    by_design = {each.name: each for each in everything}  # the terms as declared may have been tried, too
    terms = pd.concat([itself, tried[["design", *_terms(plan)]]]).drop_duplicates("design")
    sorry = terms.merge(regret.regrets(searched(list(by_design.values())), plan.better), on="design")
    return Found(trials, pd.concat(rows, ignore_index=True), pareto.curse(points, preset, plan.better), sorry)


def _terms(plan: Plan) -> list[str]:
    return [each.name for each in plan.vary]


def _declared(plan: Plan) -> dict[str, float]:
    return {each.name: each.declared for each in plan.vary}


def _written(plan: Plan, terms: Mapping[Any, float]) -> str:
    """Write the design with these terms as `--designs` reads it: name[term=value,...]."""
    inside = ",".join(f"{name}={value:.12g}" for name, value in terms.items())
    head = f"{plan.head[:-1]}," if plan.head.endswith("]") else f"{plan.head}["
    return f"{head}{inside}]{plan.tail}"


def _candidate(plan: Plan, terms: Mapping[Any, float]) -> Design:
    """Make the contract with these terms; its name is how one writes it.

    Raises
    ------
    InputError
        If the terms do not fit one another (a cap below a guarantee).
    """
    return replace(with_terms(plan.design, dict(terms)), name=_written(plan, terms))


def _trials(plan: Plan, searched: Callable[[Sequence[Design]], Frame], declared: Design) -> Frame:
    """Ask the optimiser, judge, and tell it, trial by trial; a row for each."""
    names = list(plan.objectives)
    study = _study(plan, searched([declared])[names].mean(skipna=False).tolist())
    rows: list[dict[str, Any]] = []
    while len(rows) < plan.trials:
        many = min(BATCH if rows else STARTUP, plan.trials - len(rows))
        asked = [study.ask() for _ in range(many)]
        moved = [{each.name: _suggest(trial, each) for each in plan.vary} for trial in asked]
        designs = {_written(plan, terms): _or_none(plan, terms) for terms in moved}
        values = _means(searched([design for design in designs.values() if design is not None]))
        for trial, terms in zip(asked, moved, strict=True):
            name = _written(plan, terms)
            value = values.get(name, dict.fromkeys(OBJECTIVES, np.nan))
            wanted = [value[each] for each in names]
            # A contract that cannot be, or an objective without a value, teaches the optimiser nothing.
            study.tell(trial, wanted) if np.isfinite(wanted).all() else study.tell(trial, state=_failed())
            rows.append({"trial": len(rows), "design": name, **terms, **value})
    trials = pd.DataFrame(rows)
    return trials.assign(front=pareto.on_front(trials[names], list(plan.better.values())))


def _or_none(plan: Plan, terms: Mapping[str, float]) -> Design | None:
    """Make the contract, or nothing if its terms do not fit one another."""
    try:
        return _candidate(plan, terms)
    except InputError:
        return None


def _means(values: Frame) -> dict[str, dict[str, float]]:
    """Mean of every objective over seeds by design; NaN if one seed has none, since the others would flatter it."""
    if values.empty:
        return {}
    return {
        str(name): {key: float(part[key].mean(skipna=False)) for key in OBJECTIVES}
        for name, part in values.groupby("design", sort=False)
    }


def _suggest(trial: optuna.Trial, moved: Range) -> float:
    """Ask the optimiser for a value of one term."""
    if moved.whole:
        return moved.tidy(trial.suggest_int(moved.name, int(moved.low), int(moved.high)))
    return moved.tidy(trial.suggest_float(moved.name, moved.low, moved.high))


def _failed() -> optuna.trial.TrialState:
    from optuna.trial import TrialState

    return TrialState.FAIL


def _study(plan: Plan, declared: Sequence[float]) -> optuna.Study:
    """Begin a study that knows what the terms as declared are worth, if they lie within the ranges."""
    import optuna

    optuna.logging.set_verbosity(optuna.logging.WARNING)
    study = optuna.create_study(
        directions=["maximize" if way == "max" else "minimize" for way in plan.better.values()],
        sampler=optuna.samplers.TPESampler(seed=plan.luck, multivariate=True, n_startup_trials=STARTUP),
    )
    terms = _declared(plan)
    if np.isfinite(declared).all() and all(each.low <= terms[each.name] <= each.high for each in plan.vary):
        kinds = {each.name: _distribution(each) for each in plan.vary}
        study.add_trial(optuna.trial.create_trial(params=terms, distributions=kinds, values=list(declared)))
    return study


def _distribution(moved: Range) -> optuna.distributions.BaseDistribution:
    from optuna.distributions import FloatDistribution, IntDistribution

    if moved.whole:
        return IntDistribution(int(moved.low), int(moved.high))
    return FloatDistribution(moved.low, moved.high)
