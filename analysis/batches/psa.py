"""Probabilistic sensitivity analysis: which design is worth choosing, how sure that is, and what it is worth to know.

Net benefit of a design in one draw is ``wtp * years of need avoided - cost``, where cost is the lifetime cost of the
perspective (municipality, region, state, all public budgets, society) and `wtp` what a year of need avoided is worth to
it (SEK/year). At `wtp` 0 money alone counts. Amounts are SEK per child of the run. Definitions follow Briggs, Claxton &
Sculpher 2006, *Decision Modelling for Health Economic Evaluation*, ch. 5-6. Read by the commands and notebooks.
"""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ..measures.outcomes import PERSPECTIVES
from . import paired

Frame = pd.DataFrame
Floats = NDArray[np.float64]

EFFECT = "years_in_need"
WORTH = (0.0, 25_000.0, 50_000.0, 100_000.0, 200_000.0, 400_000.0, 800_000.0)
FEW_DRAWS = 50
SHUFFLES, SEED = 20, 1
KNOTS = 5


def net_benefit(runs: Frame, perspective: str, wtp: float = 0.0, designs: Sequence[str] | None = None) -> Frame:
    """Net benefit by draw and design, SEK/child: ``-wtp * years in need - cost``.

    It is known up to a constant that all designs share, which no result here depends on. Index draw, columns designs
    (all but the planner unless given).

    Raises
    ------
    ValueError
        If the perspective, a design or an outcome is not in the batch.
    """
    column = _cost(perspective)
    names = paired.choices(runs) if designs is None else list(designs)
    cost = paired.by_design(runs, column, names)
    return -cost if wtp == 0 else -cost - wtp * paired.by_design(runs, EFFECT, names).reindex(cost.index)


def _cost(perspective: str) -> str:
    """Name the outcome that a perspective counts."""
    if perspective not in PERSPECTIVES:
        raise ValueError(f"perspective '{perspective}' is not known; there are {', '.join(PERSPECTIVES)}")
    return f"cost_{perspective}"


def plane(runs: Frame, perspective: str, base: str | None = None) -> Frame:
    """The cost-effectiveness plane: what each design costs more, and which years of need it avoids, draw by draw.

    Columns design, draw, years_avoided (year/child), cost (SEK/child), both against the base.
    """
    cost = paired.differences(runs, _cost(perspective), base)
    effect = -paired.differences(runs, EFFECT, base).reindex(cost.index)
    frames = [
        pd.DataFrame({"design": name, "draw": cost.index, "years_avoided": effect[name], "cost": cost[name]})
        for name in cost.columns
    ]
    return pd.concat(frames, ignore_index=True)


def acceptability(runs: Frame, perspective: str, worth: Sequence[float] = WORTH) -> Frame:
    """Acceptability curves and their frontier.

    Per `wtp`, the share of draws in which each design has the highest net benefit; on the frontier is the design with
    the highest mean (Fenwick, Claxton & Sculpher 2001, 10.1002/hec.635). Columns wtp, design, probability,
    mean_net_benefit, on_frontier.
    """
    frames = []
    for wtp in worth:
        benefit = net_benefit(runs, perspective, wtp)
        wins = _wins(benefit)
        mean = benefit.mean()
        frames.append(
            pd.DataFrame(
                {
                    "wtp": float(wtp),
                    "design": list(benefit.columns),
                    "probability": wins.mean(axis=0),
                    "mean_net_benefit": mean.to_numpy(),
                    "on_frontier": (mean.index == mean.idxmax()),
                }
            )
        )
    return pd.concat(frames, ignore_index=True)


def _wins(benefit: Frame) -> Floats:
    """Who is best in each draw; equals share the win. Shape (draws, designs)."""
    values = benefit.to_numpy()
    best = values == values.max(axis=1, keepdims=True)
    return np.asarray(best / best.sum(axis=1, keepdims=True))


def perfect_information(runs: Frame, worth: Sequence[float] = WORTH) -> Frame:
    """Expected value of perfect information per perspective and worth, SEK/child.

    ``EVPI = E[max over designs of NB] - max over designs of E[NB]``, with its standard error over draws. Luck that is
    left in single runs counts as uncertainty here: with several replications per draw there is less of it. Columns
    perspective, wtp, best, evpi, standard_error, draws.
    """
    rows = []
    for perspective in PERSPECTIVES:
        for wtp in worth:
            benefit = net_benefit(runs, perspective, wtp)
            best = benefit.mean().idxmax()
            regret = benefit.max(axis=1) - benefit[best]
            error = float(regret.std(ddof=1) / np.sqrt(len(regret))) if len(regret) > 1 else np.nan
            rows.append((perspective, float(wtp), best, float(regret.mean()), error, len(regret)))
    return pd.DataFrame(rows, columns=["perspective", "wtp", "best", "evpi", "standard_error", "draws"])


def partial_information(benefit: Frame, known: Frame, groups: Mapping[str, Sequence[str]] | None = None) -> Frame:
    """Expected value of knowing one factor (or a group of them) for certain, SEK/child.

    ``EVPPI = E[max over designs of g_d(x)] - max over designs of E[NB_d]`` with ``g_d(x) = E[NB_d | x]`` fitted by an
    additive regression on cubic splines of each factor (Strong, Oakley & Brennan 2014, 10.1177/0272989X13505910), by
    scikit-learn. A regression finds something even where there is nothing: `chance` is the 95 % quantile of the same
    number with the factor's values shuffled over draws.

    Parameters
    ----------
    benefit
        Net benefit, index draw, columns designs, SEK/child.
    known
        Value of each factor, index draw.
    groups
        Factors that would be known together, by the name of the group; each factor alone if not given.

    Returns
    -------
    pandas.DataFrame
        Columns factor, evppi, chance, share_of_evpi (0 to 1), highest first.

    Raises
    ------
    ValueError
        If there are too few draws for a regression.
    """
    if len(benefit) < FEW_DRAWS:
        raise ValueError(f"{len(benefit)} draws are too few to fit a regression to; {FEW_DRAWS} are the least")
    together = groups or {str(name): [str(name)] for name in known.columns}
    best = benefit.mean().idxmax()
    gain = benefit.sub(benefit[best], axis=0).to_numpy()  # against the design one would choose now
    whole = float(gain.max(axis=1).mean() - gain.mean(axis=0).max())
    values = known.loc[benefit.index]
    rng = np.random.default_rng(SEED)
    orders = [rng.permutation(len(gain)) for _ in range(SHUFFLES)]
    rows = []
    for name, members in together.items():
        x = values[list(members)].to_numpy(np.float64)
        found = _worth_of_knowing(gain, x)
        by_chance = [_worth_of_knowing(gain, x[order]) for order in orders]
        chance = float(np.quantile(by_chance, 0.95))
        rows.append((name, found, chance, found / whole if whole > 0 else 0.0))
    frame = pd.DataFrame(rows, columns=["factor", "evppi", "chance", "share_of_evpi"])
    return frame.sort_values("evppi", ascending=False, kind="stable", ignore_index=True)


def _worth_of_knowing(gain: Floats, x: Floats) -> float:
    """Gain of choosing by what `x` says: mean of the highest fitted gain less the highest mean."""
    from sklearn.linear_model import LinearRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import SplineTransformer

    varied = x[:, np.ptp(x, axis=0) > 0]
    if varied.shape[1] == 0:
        return 0.0
    knots = np.quantile(varied, np.linspace(0, 1, KNOTS), axis=0)
    if all(np.unique(column).size == KNOTS for column in knots.T):
        shape = SplineTransformer(n_knots=KNOTS, degree=3, knots=knots, extrapolation="linear")
    else:  # few different values, such as whole years: even steps
        shape = SplineTransformer(n_knots=KNOTS, degree=3, knots="uniform", extrapolation="linear")
    fitted = make_pipeline(shape, LinearRegression()).fit(varied, gain).predict(varied)
    return float(max(fitted.max(axis=1).mean() - fitted.mean(axis=0).max(), 0.0))


def convergence(runs: Frame, perspective: str, wtp: float = 0.0, steps: int = 8) -> Frame:
    """Perfect information with growing numbers of draws. Columns draws, evpi, best, probability (of `best`)."""
    benefit = net_benefit(runs, perspective, wtp)
    rows = []
    for size in np.unique(np.geomspace(min(20, len(benefit)), len(benefit), steps).round().astype(int)):
        part = benefit.iloc[:size]
        best = str(part.mean().idxmax())
        wins = _wins(part).mean(axis=0)[list(part.columns).index(best)]
        rows.append((int(size), float((part.max(axis=1) - part[best]).mean()), best, float(wins)))
    return pd.DataFrame(rows, columns=["draws", "evpi", "best", "probability"])
