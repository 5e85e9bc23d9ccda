"""Probabilistic sensitivity analysis: which design is worth choosing, how sure that is, and what it is worth to know.

Net benefit of a design in one draw is ``wtp * years of need avoided - cost``, where cost is the lifetime cost of the
perspective (municipality, region, state, all public budgets, society) and `wtp` what a year of need avoided is worth to
it (SEK/year). Both are of whole lives and discounted at the same rate, so that their ratio does not hang on how many
years are simulated. At `wtp` 0 money alone counts. Amounts are SEK per child of the run. Definitions follow Briggs,
Claxton & Sculpher 2006, *Decision Modelling for Health Economic Evaluation*, ch. 5-6. Read by the commands and
notebooks.
"""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ..measures.outcomes import PERSPECTIVES
from . import paired
from .conditional import Fit, fit_of, strongest_first
from .precision import Sampling, standard_error

Frame = pd.DataFrame
Floats = NDArray[np.float64]

WORTH = (0.0, 25_000.0, 50_000.0, 100_000.0, 200_000.0, 400_000.0, 800_000.0)
FEW_DRAWS = 50
SHUFFLES, AT_ONCE, SEED = 100, 20, 1


def net_benefit(runs: Frame, perspective: str, wtp: float = 0.0, designs: Sequence[str] | None = None) -> Frame:
    """Net benefit by draw and design, SEK/child: ``-wtp * years in need - cost``.

    It is known up to a constant that all designs share, which no result here depends on. Index draw, columns designs
    (all but the planner unless given).

    Raises
    ------
    ValueError
        If the perspective, a design or an outcome is not in the batch.
    """
    column = cost_of(perspective)
    names = paired.choices(runs) if designs is None else list(designs)
    cost = paired.by_design(runs, column, names)
    if wtp == 0:
        return -cost
    return -cost - wtp * paired.by_design(runs, effect_of(perspective), names).reindex(cost.index)


def cost_of(perspective: str) -> str:
    """Name the outcome that a perspective counts."""
    if perspective not in PERSPECTIVES:
        raise ValueError(f"perspective '{perspective}' is not known; there are {', '.join(PERSPECTIVES)}")
    return f"cost_{perspective}"


def effect_of(perspective: str) -> str:
    """Name the outcome that is the effect: years in need over whole lives, discounted as the perspective's cost is."""
    cost_of(perspective)
    return "need_societal" if perspective == "societal" else "need_fiscal"


def plane(runs: Frame, perspective: str, base: str | None = None) -> Frame:
    """The cost-effectiveness plane: what each design costs more, and which years of need it avoids, draw by draw.

    Columns design, draw, years_avoided (year/child), cost (SEK/child), both against the base, over whole lives and
    discounted alike.
    """
    cost = paired.differences(runs, cost_of(perspective), base)
    effect = -paired.differences(runs, effect_of(perspective), base).reindex(cost.index)
    frames = [
        pd.DataFrame({"design": name, "draw": cost.index, "years_avoided": effect[name], "cost": cost[name]})
        for name in cost.columns
    ]
    return pd.concat(frames, ignore_index=True)


def acceptability(runs: Frame, perspective: str, worth: Sequence[float] = WORTH, base: str | None = None) -> Frame:
    """Acceptability curves among all designs and against one, and their frontier.

    Parameters
    ----------
    runs, perspective
        The table of a batch, and whose costs count.
    worth
        What a year of need avoided is worth, SEK: a row per worth and design.
    base
        Design to compare with; status quo if not given.

    Returns
    -------
    pandas.DataFrame
        Columns wtp, design, probability (share of draws in which it has the highest net benefit of all, ties shared),
        probability_against (share in which it has a higher one than the base, plus half of those in which it is equal),
        better, equal, worse (those shares), mean_net_benefit, on_frontier (the highest mean; Fenwick, Claxton &
        Sculpher 2001, 10.1002/hec.635). The base is compared with nothing: NaN.
    """
    against = paired.base_of(runs, base)
    frames = []
    for wtp in worth:
        benefit = net_benefit(runs, perspective, wtp)
        every = net_benefit(runs, perspective, wtp, list(dict.fromkeys([*benefit.columns, against])))
        mean = benefit.mean()
        standing = [
            paired.standing(every[name] - every[against] if name != against else pd.Series(dtype=float), False)
            for name in benefit.columns
        ]
        frame = pd.DataFrame(
            {
                "wtp": float(wtp),
                "design": list(benefit.columns),
                "probability": paired.wins(benefit, less=False).mean(axis=0),
                "probability_against": [each["better"] + each["equal"] / 2 for each in standing],
            }
        )
        frame = frame.assign(**{key: [each[key] for each in standing] for key in ("better", "equal", "worse")})
        frames.append(frame.assign(mean_net_benefit=mean.to_numpy(), on_frontier=(mean == mean.max()).to_numpy()))
    return pd.concat(frames, ignore_index=True)


def perfect_information(
    runs: Frame, worth: Sequence[float] = WORTH, children: float = np.nan, sampling: Sampling | None = None
) -> Frame:
    """Expected value of perfect information per perspective and worth, SEK/child and for all children.

    ``EVPI = E[max over designs of NB] - max over designs of E[NB]``, with its standard error as fits
    how the draws were made (`precision`). Luck that is
    left in single runs counts as uncertainty here: with several replications per draw there is less of it. `population`
    is the same for all `children` of the run, who are counted one by one, each whole life with its own discounting to
    the first year. Columns perspective, wtp, best (all of them if several have the same mean), evpi, standard_error,
    population (SEK), draws.
    """
    rows = []
    for perspective in PERSPECTIVES:
        for wtp in worth:
            benefit = net_benefit(runs, perspective, wtp)
            mean = benefit.mean()
            regret = benefit.max(axis=1) - benefit[mean.idxmax()]
            error = standard_error(regret, sampling)
            evpi = float(regret.mean())
            best = " = ".join(map(str, mean.index[mean == mean.max()]))
            rows.append((perspective, float(wtp), best, evpi, error, evpi * children, len(regret)))
    columns = ["perspective", "wtp", "best", "evpi", "standard_error", "population", "draws"]
    return pd.DataFrame(rows, columns=columns)


def partial_information(benefit: Frame, known: Frame, groups: Mapping[str, Sequence[str]] | None = None) -> Frame:
    """Expected value of knowing one factor (or a group of them) for certain, SEK/child.

    ``EVPPI = E[max over designs of g_d(x)] - max over designs of E[NB_d]`` with ``g_d(x) = E[NB_d | x]`` as fitted by
    `conditional`. A regression finds something even where there is nothing, and the more factors one looks at, the
    more. So `chance` is the 95 % quantile of the *highest* of the numbers in the table when net benefits are shuffled
    over draws: in nineteen of twenty batches in which nothing matters, none lies above it.

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
        Columns factor, evppi, chance, share_of_evpi (0 to 1), above_chance, highest first. A group is worth no less
        than any of its members, or smaller groups in the table, and nothing more than perfect information, as must be.

    Raises
    ------
    ValueError
        If there are too few draws for a regression, or a group names what is no factor.
    """
    if len(benefit) < FEW_DRAWS:
        raise ValueError(f"{len(benefit)} draws are too few to fit a regression to; {FEW_DRAWS} are the least")
    together = {name: list(members) for name, members in (groups or {str(n): [str(n)] for n in known.columns}).items()}
    for name, members in together.items():
        if unknown := [each for each in members if each not in known]:
            raise ValueError(f"group '{name}': '{unknown[0]}' is no uncertain number of this batch")
    best = benefit.mean().idxmax()
    gain = benefit.sub(benefit[best], axis=0).to_numpy()  # against the design one would choose now
    whole = float(gain.max(axis=1).mean() - gain.mean(axis=0).max())
    values = known.loc[benefit.index]
    singles = dict.fromkeys(each for some in together.values() for each in some)
    alone = {each: fit_of(values[[each]].to_numpy(np.float64)) for each in singles}
    single = {each: float(worth_of_knowing(fit, gain[:, None, :])[0]) for each, fit in alone.items()}
    fits = {
        name: alone[members[0]]
        if len(members) == 1
        else fit_of(values[strongest_first(members, [single[m] for m in members])].to_numpy(np.float64))
        for name, members in together.items()
    }
    # A group is worth no less than a smaller one that lies within it, and than each of its members, shown or not.
    sets = {name: frozenset(members) for name, members in together.items()}
    names = sorted(sets, key=lambda name: len(sets[name]))
    within = {name: [less for less in names if sets[less] < sets[name]] for name in names}
    inside = {name: sorted(sets[name]) if len(sets[name]) > 1 else [] for name in names}

    def highest(of: Floats) -> dict[str, Floats]:
        """Worth of every set by outcome, shape (outcomes,); `of` has shape (draws, outcomes, designs)."""
        each = {one: worth_of_knowing(alone[one], of) for one in {one for some in inside.values() for one in some}}
        own: dict[str, Floats] = {}
        for name in names:
            least = [*(own[less] for less in within[name]), *(each[one] for one in inside[name])]
            own[name] = np.max([worth_of_knowing(fits[name], of), *least], axis=0)
        return own

    rng = np.random.default_rng(SEED)
    found = {name: min(float(each[0]), whole) for name, each in highest(gain[:, None, :]).items()}
    shuffled = [
        np.max(
            list(highest(np.stack([gain[rng.permutation(len(gain))] for _ in range(AT_ONCE)], axis=1)).values()), axis=0
        )
        for _ in range(SHUFFLES // AT_ONCE)
    ]
    chance = float(np.quantile(np.minimum(shuffled, whole), 0.95))
    rows = [
        (name, each, chance, each / whole if whole > 0 else 0.0, bool(each > chance)) for name, each in found.items()
    ]
    frame = pd.DataFrame(rows, columns=["factor", "evppi", "chance", "share_of_evpi", "above_chance"])
    return frame.sort_values("evppi", ascending=False, kind="stable", ignore_index=True)


def worth_of_knowing(fit: Fit, gain: Floats) -> Floats:
    """Gain of choosing by what a fit expects: mean of the highest fitted gain less the highest mean.

    `gain` has shape (draws, outcomes, designs); the answer has shape (outcomes,).
    """
    fitted = fit.fitted(gain.reshape(len(gain), -1)).reshape(gain.shape)
    worth: Floats = np.maximum(fitted.max(axis=2).mean(axis=0) - fitted.mean(axis=0).max(axis=1), 0.0)
    return worth


def convergence(runs: Frame, perspective: str, wtp: float = 0.0, steps: int = 8) -> Frame:
    """Perfect information with growing numbers of draws. Columns draws, evpi, best, probability (of `best`)."""
    benefit = net_benefit(runs, perspective, wtp)
    rows = []
    for size in np.unique(np.geomspace(min(20, len(benefit)), len(benefit), steps).round().astype(int)):
        part = benefit.iloc[:size]
        best = str(part.mean().idxmax())
        wins = paired.wins(part, less=False).mean(axis=0)[list(part.columns).index(best)]
        rows.append((int(size), float((part.max(axis=1) - part[best]).mean()), best, float(wins)))
    return pd.DataFrame(rows, columns=["draws", "evpi", "best", "probability"])
