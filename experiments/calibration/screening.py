"""Which parameters matter: Morris's elementary effects (Morris 1991; Campolongo et al. 2007) with SALib.

Each parameter that has a distribution, or of them those that say "assumed", is moved through its quantiles, a list of
numbers as one. Worlds of a trajectory share their luck, so what does nothing has no effect at all. What is watched is
what one small world puts into programmes, what they save over all lives, and what public budgets gain by the design
over the ordinary budget. Used by `stupror screen`; `pages` makes a page of the ranking that is shipped.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial

import numpy as np
import pandas as pd

from ...analysis.measures.outcomes import outcomes as outcomes_of
from ...model.contracts import Design, load_design
from ...model.inputs.errors import InputError
from ...model.inputs.quantity import Value
from ...model.inputs.scenario import Scenario
from ...model.model import simulate
from ..runs.workers import let_go

__all__ = ["OUTCOMES", "assumed", "is_assumed", "outcomes", "screen", "uncertain"]

OUTCOMES = ("invested", "saved", "gain")
LEVELS = 4
CONFIDENCE, RESAMPLES = 0.9, 1000  # of half-widths
_EDGE = 0.05  # quantiles from here to 1 less this: what is hardly possible is left out

Result = Callable[[Scenario, int], Mapping[str, float]]  # of a world and its seed
Point = tuple[Sequence[float], int]  # quantiles of the parameters, and the seed
Each = Callable[[Callable[[Point], Mapping[str, float]], Iterable[Point]], Iterable[Mapping[str, float]]]
Tell = Callable[[int, int], None]


def uncertain(scenario: Scenario) -> list[str]:
    """Paths of the parameters that have a distribution."""
    return scenario.uncertain


def assumed(scenario: Scenario) -> list[str]:
    """Paths of the parameters that are assumed and uncertain."""
    return [path for path in uncertain(scenario) if is_assumed(scenario.quantities[path].source)]


def is_assumed(source: str) -> bool:
    """Whether a parameter with this source is assumed, in whole or in part."""
    return "assumed" in source.lower()


def at_quantiles(scenario: Scenario, quantiles: Mapping[str, float]) -> Scenario:
    """Return the scenario with parameters at these quantiles (0 to 1) of their distributions; lists move together."""
    values: dict[str, Value] = {path: scenario.quantities[path].quantile(u) for path, u in quantiles.items()}
    return scenario.with_values(values)


def outcomes(scenario: Scenario, seed: int, design: Design, years: int) -> dict[str, float]:
    """Live one world under a design and under the ordinary budget.

    Returns
    -------
    dict
        `invested`, SEK put into programmes; `saved`, SEK that they save all public payers over all lives; `gain`, by
        how much public budgets are better off over all lives than under the ordinary budget, SEK per child, present
        value at `discount.rate`.
    """
    tables = simulate(scenario, design, seed=seed, years=years, detail=False)
    usual = simulate(scenario, load_design("status-quo"), seed=seed, years=years, detail=False)
    flows, costs = tables["flows"], tables["costs"]
    public = costs[costs["payer"] != "households"]
    now, before = (
        outcomes_of(each, scenario.discount.rate, scenario.discount.societal_rate)["cost_fiscal"]
        for each in (tables, usual)
    )
    return {
        "invested": float(flows[flows["purpose"] == "programme"]["amount_sek"].sum()),
        "saved": float((public["untreated_sek"] - public["actual_sek"]).sum()),
        "gain": before - now,
    }


def screen(
    scenario: Scenario,
    names: Sequence[str],
    result: Result,
    *,
    trajectories: int,
    seed: int,
    lucks: int = 1,
    each: Each = map,
    tell: Tell | None = None,
) -> pd.DataFrame:
    """Rank parameters by how much they move each outcome.

    Parameters
    ----------
    scenario
        The scenario around which parameters move.
    names
        Paths of the parameters.
    result
        What a world gives with a seed, by outcome. A world that breaks a rule of the scenario counts as the scenario
        itself.
    trajectories
        Number of Morris trajectories; ``trajectories * (len(names) + 1)`` worlds are lived.
    seed
        Names the trajectories, and is the first luck that is lived with.
    lucks
        How many lucks there are: trajectories take turns at them. With one, the ranking holds for that luck.
    each
        Lives the worlds: `map`, or that of open worker processes, to which `result` must then be able to travel.
    tell
        Called with the number of worlds lived and of all.

    Returns
    -------
    pandas.DataFrame
        One row per parameter, most important first: for each outcome `mu_star` (mean size of the elementary effect, in
        the unit of the outcome, over the whole range of quantiles), `half_width` (of the 90 % interval of that mean,
        resampled over trajectories), `sigma` (how much it depends on the rest), and `strength`, `mu_star` over the
        standard deviation of the outcome over all worlds; `rank` by the largest strength.
    """
    try:
        from SALib.analyze import morris as analyse
        from SALib.sample import morris as sample
    except ImportError:
        raise InputError(["Screening needs SALib, which is not installed: pip install -e '.[science]'"]) from None
    problem = {"num_vars": len(names), "names": list(names), "bounds": [[_EDGE, 1.0 - _EDGE]] * len(names)}
    points = sample.sample(problem, trajectories, num_levels=LEVELS, seed=seed)
    found = []
    lived = [(point, seed + number // (len(names) + 1) % lucks) for number, point in enumerate(points.tolist())]
    for one in each(partial(_lived, scenario, tuple(names), result), lived):
        found.append(one)
        if tell is not None:
            tell(len(found), len(points))
    table = pd.DataFrame({"parameter": list(names)})
    for outcome in found[0]:
        values = np.array([one[outcome] for one in found], dtype=np.float64)
        effects = analyse.analyze(
            problem, points, values, num_levels=LEVELS, conf_level=CONFIDENCE, num_resamples=RESAMPLES, seed=seed
        )
        table[f"{outcome}_mu_star"] = np.asarray(effects["mu_star"], dtype=np.float64)
        table[f"{outcome}_half_width"] = np.asarray(effects["mu_star_conf"], dtype=np.float64)
        table[f"{outcome}_sigma"] = np.asarray(effects["sigma"], dtype=np.float64)
        table[f"{outcome}_strength"] = table[f"{outcome}_mu_star"] / max(float(values.std()), 1e-9)
    strengths = table[[name for name in table.columns if name.endswith("_strength")]].max(axis=1)
    table = table.loc[strengths.sort_values(ascending=False, kind="stable").index].reset_index(drop=True)
    table.insert(0, "rank", np.arange(1, len(table) + 1))
    return table


def _lived(scenario: Scenario, names: Sequence[str], result: Result, point: Point) -> Mapping[str, float]:
    """Live the world at these quantiles of the parameters `names`, with that luck."""
    quantiles, seed = point
    try:
        world = at_quantiles(scenario, dict(zip(names, quantiles, strict=True)))
    except InputError:
        world = scenario
    found = result(world, seed)
    let_go()
    return found
