"""Which assumed parameters matter: Morris's elementary effects (Morris 1991; Campolongo et al. 2007) with SALib.

Each parameter that says "assumed" and has a distribution is moved through its quantiles, a list of numbers as one. What
is watched is what one small world puts into programmes and what they save over all lives. Used by `stupror screen`.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Mapping, Sequence

import numpy as np
import pandas as pd

from model.errors import InputError
from model.funding import Design
from model.model import simulate
from model.reading import Value
from model.scenario import Scenario

__all__ = ["OUTCOMES", "assumed", "outcomes", "screen"]

OUTCOMES = ("invested", "saved")
LEVELS = 4
_EDGE = 0.05  # quantiles from here to 1 less this: what is hardly possible is left out

Tell = Callable[[int, int], None]


def assumed(scenario: Scenario) -> list[str]:
    """Paths of the parameters that are assumed and uncertain."""
    return [
        path
        for path, q in scenario.quantities.items()
        if "assumed" in q.source.lower() and q.distribution.kind != "fixed"
    ]


def at_quantiles(scenario: Scenario, quantiles: Mapping[str, float]) -> Scenario:
    """Return the scenario with parameters at these quantiles (0 to 1) of their distributions; lists move together."""
    values: dict[str, Value] = {path: scenario.quantities[path].quantile(u) for path, u in quantiles.items()}
    return scenario.with_values(values)


def outcomes(scenario: Scenario, design: Design, seed: int, years: int) -> dict[str, float]:
    """Live one world: SEK put into programmes, and SEK that they save all public payers over all lives."""
    tables = simulate(scenario, design, seed=seed, years=years, detail=False)
    flows, costs = tables["flows"], tables["costs"]
    public = costs[costs["payer"] != "households"]
    return {
        "invested": float(flows[flows["purpose"] == "programme"]["amount_sek"].sum()),
        "saved": float((public["untreated_sek"] - public["actual_sek"]).sum()),
    }


def screen(
    scenario: Scenario,
    names: Sequence[str],
    result: Callable[[Scenario], Mapping[str, float]],
    *,
    trajectories: int,
    seed: int,
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
        What a world gives, by outcome. A world that breaks a rule of the scenario counts as the scenario itself.
    trajectories
        Number of Morris trajectories; ``trajectories * (len(names) + 1)`` worlds are lived.
    seed
        Names the trajectories.
    tell
        Called with the number of worlds lived and of all.

    Returns
    -------
    pandas.DataFrame
        One row per parameter, most important first: for each outcome `mu_star` (mean size of the elementary effect),
        its share of the mean outcome, `sigma` (how much the effect depends on the rest); `rank` by the larger share.
    """
    try:
        from SALib.analyze import morris as analyse
        from SALib.sample import morris as sample
    except ImportError:
        raise InputError(["Screening needs SALib, which is not installed: pip install 'stupror[science]'"]) from None
    problem = {"num_vars": len(names), "names": list(names), "bounds": [[_EDGE, 1.0 - _EDGE]] * len(names)}
    points = sample.sample(problem, trajectories, num_levels=LEVELS, seed=seed)
    found: list[Mapping[str, float]] = []
    for point in points:
        try:
            world = at_quantiles(scenario, dict(zip(names, point.tolist(), strict=True)))
        except InputError:
            world = scenario
        found.append(result(world))
        gc.collect()  # a world is a ring of model and agents that holds large arrays
        if tell is not None:
            tell(len(found), len(points))
    table = pd.DataFrame({"parameter": list(names)})
    for outcome in found[0]:
        values = np.array([each[outcome] for each in found], dtype=np.float64)
        effects = analyse.analyze(problem, points, values, num_levels=LEVELS, seed=seed)
        table[f"{outcome}_mu_star"] = np.asarray(effects["mu_star"], dtype=np.float64)
        table[f"{outcome}_sigma"] = np.asarray(effects["sigma"], dtype=np.float64)
        table[f"{outcome}_share"] = table[f"{outcome}_mu_star"] / max(abs(float(values.mean())), 1e-9)
    shares = table[[name for name in table.columns if name.endswith("_share")]].max(axis=1)
    table = table.loc[shares.sort_values(ascending=False, kind="stable").index].reset_index(drop=True)
    table.insert(0, "rank", np.arange(1, len(table) + 1))
    return table
