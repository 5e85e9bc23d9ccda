"""The incremental table of an economic evaluation: who is dominated, and what a further year of need avoided costs.

Designs in order of effect. A design that costs no less and achieves no more than another is dominated; one that a mix
of two others beats, because the next step costs less per year than the step to it, is extendedly dominated. The rest
are the frontier, and the incremental cost-effectiveness ratio of each is against the one before it (Drummond et al.
2015, ch. 9; Weinstein 1990). Read by the commands and notebooks.
"""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import pandas as pd

from . import paired, psa

Frame = pd.DataFrame
FRONTIER, DOMINATED, EXTENDED, EQUAL = "frontier", "dominated", "extendedly dominated", "equal"


def incremental(runs: Frame, perspective: str, base: str | None = None) -> Frame:
    """The incremental table of the mean cost and effect over draws.

    Parameters
    ----------
    runs, perspective
        The table of a batch, and whose costs count.
    base
        Design that costs and effects are given against; status quo if not given. It is one of the choices.

    Returns
    -------
    pandas.DataFrame
        As `ratios`; and frontier_share, the share of draws in which the design is on the frontier of that draw.
    """
    against = paired.base_of(runs, base)
    names = list(dict.fromkeys([against, *paired.choices(runs)]))
    if len(names) < 2:
        raise ValueError(f"there is one design only, {against}, and nothing to compare it with")
    cost = paired.by_design(runs, psa.cost_of(perspective), names)
    need = paired.by_design(runs, psa.effect_of(perspective), names)
    both = cost.index.intersection(need.index)
    more, avoided = (each.loc[both].sub(each.loc[both, against], axis=0) for each in (cost, -need))
    found = ratios(names, more.mean().tolist(), avoided.mean().tolist())
    shares = np.zeros(len(names))
    for costs, effects in zip(more.to_numpy(), avoided.to_numpy(), strict=True):
        shares += _standing(costs, effects)[0] == FRONTIER
    share = dict(zip(names, shares / len(both), strict=True))
    return found.assign(frontier_share=[share[name] for name in found["design"]])


def ratios(designs: Sequence[str], cost: Sequence[float], effect: Sequence[float]) -> Frame:
    """Sort designs into the frontier and those that are dominated.

    Parameters
    ----------
    designs, cost, effect
        Name, cost (SEK) and effect (years of need avoided; more is better) of each, over the same years.

    Returns
    -------
    pandas.DataFrame
        In order of effect: design, cost, effect, standing (frontier, dominated, extendedly dominated, equal), by (the
        design or designs that dominate it), icer (SEK per year more, against the one before on the frontier; NaN for
        the first, and for those that are dominated, but the ratio that rules a design out where extended dominance
        does).
    """
    costs, effects = np.asarray(cost, np.float64), np.asarray(effect, np.float64)
    standing, by, icer = _standing(costs, effects, list(designs))
    frame = pd.DataFrame(
        {"design": list(designs), "cost": costs, "effect": effects, "standing": standing, "by": by, "icer": icer}
    )
    return frame.sort_values(["effect", "cost"], kind="stable", ignore_index=True)


def _standing(
    cost: np.ndarray, effect: np.ndarray, names: Sequence[str] | None = None
) -> tuple[np.ndarray, list[str], np.ndarray]:
    """Standing, by whom, and ratio of each design."""
    labels = names or [str(i) for i in range(cost.size)]
    standing = np.full(cost.size, FRONTIER, dtype=object)
    by, icer = [""] * cost.size, np.full(cost.size, np.nan)
    for i in range(cost.size):
        as_good = (cost <= cost[i]) & (effect >= effect[i])
        better = as_good & ((cost < cost[i]) | (effect > effect[i]))
        same = np.flatnonzero(as_good & ~better)
        if better.any():
            best = np.flatnonzero(better)[np.argmax(effect[better])]
            standing[i], by[i] = DOMINATED, labels[best]
        elif same[0] < i:
            standing[i], by[i] = EQUAL, labels[same[0]]
    path = [int(i) for i in np.argsort(effect, kind="stable") if standing[i] == FRONTIER]
    while True:
        steps = [(cost[b] - cost[a]) / (effect[b] - effect[a]) for a, b in pairwise(path)]
        worse = [place for place in range(len(steps) - 1) if steps[place] > steps[place + 1]]
        if not worse:
            break
        out = worse[0] + 1
        standing[path[out]], icer[path[out]] = EXTENDED, steps[out - 1]
        by[path[out]] = f"{labels[path[out - 1]]} and {labels[path[out + 1]]}"
        path.pop(out)
    for at, step in zip(path[1:], steps, strict=True):
        icer[at] = step
    return standing, by, icer
