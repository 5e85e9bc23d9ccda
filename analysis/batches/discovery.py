"""Scenario discovery: the combinations of factors under which a design fails.

A draw is of interest if the design does worse than the base, by more than a threshold. PRIM (`prim`; Bryant & Lempert
2010, 10.1016/j.techfore.2009.08.002) peels away slices until what is left is a box of few factors in which nearly all
draws fail. A search over many factors finds dense boxes in noise as well, so a box counts only if it is still dense
once limits that may be luck are gone, and if the same search in shuffled draws seldom finds one as telling. A
classification tree (CART, by scikit-learn) says the same in another way, with its densities as they hold in draws that
it has not seen: a rule that only one of them finds is weak. Read by the commands and notebooks.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ..measures.outcomes import OUTCOMES
from . import paired, prim

Frame = pd.DataFrame
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

DENSITY, LEAST_MASS, MOST_BOXES, CHANCE = 0.8, 0.05, 3, 0.05
FEW = 10
SHUFFLES, ENOUGH, HALVES, SEED = 59, 4, 20, 1
FOLDS, REPEATS = 5, 5
LIMITS = ["box", "factor", "low", "high", "chance", "again", "coverage", "density", "mass", "draws", "p"]
WAY = ["box", "step", "chosen", "coverage", "density", "mass", "draws", "failures", "dimensions", "limits"]


def failures(
    runs: Frame, design: str, outcome: str, threshold: float | None = None, base: str | None = None, side: str = ""
) -> pd.Series:
    """Say by draw whether the design fails.

    Parameters
    ----------
    runs, design, outcome
        The table of a batch, the design in question, and what it is judged by.
    threshold
        By how much it must be worse than the base (unit of the outcome); 0 if not given. With the base itself as
        `design`, its own value is held against the threshold, which must then be given.
    base
        The design to compare with; status quo if not given.
    side
        "above": it fails where the outcome is higher by more than `threshold`; "below": where it is less than
        `threshold` above. By default the side that is worse for this outcome.

    Raises
    ------
    ValueError
        If the outcome is good neither way and no side is given, or a base is to fail against itself.
    """
    less = paired.less_is_better(outcome)
    if not side and less is None:
        title = OUTCOMES[outcome].title if outcome in OUTCOMES else outcome
        raise ValueError(
            f"more of '{outcome}' ({title}) is neither good nor bad. Say with --above or --below what fails"
        )
    if design == paired.base_of(runs, base):
        if threshold is None:
            raise ValueError(
                f"{design} cannot fail against itself. Give --above or --below, its own value is held against"
            )
        gap = paired.by_design(runs, outcome, [design])[design]
    else:
        paired.by_design(runs, outcome, [design])  # says so if there is no such design
        gap = paired.differences(runs, outcome, base)[design]
    limit = threshold or 0.0
    if side == "below":
        return gap < limit
    return gap > limit if side == "above" or less else gap < -limit


@dataclass(frozen=True)
class Box:
    """Limits that are not luck: by factor its low and high (NaN if free) and the chance of each; and who is inside."""

    limits: tuple[tuple[str, float, float, float], ...]
    inside: Flags
    step: int  # of the way it was peeled


def prim_boxes(values: Frame, failed: Flags, density: float = DENSITY) -> Frame:
    """Boxes of factors in which the design fails, the first the most telling.

    Parameters
    ----------
    values
        Value of each factor, a row per draw.
    failed
        Whether the design fails in that draw.
    density
        Share of failures in a box from which on it counts, 0 to 1.

    Returns
    -------
    pandas.DataFrame
        A row per limit of a box: box (from 1), factor, low, high (NaN where not limited), chance (probability that this
        limit looks as good by luck: quasi-p-value, binomial, times the number of limits that were tried; Bryant &
        Lempert 2010), again (share of searches in random halves of the draws that limit the factor too), coverage
        (share of all failures in the box), density (share of failures among its draws), mass (share of all draws),
        draws, p (share of searches in shuffled draws that find a box as telling). Limits that may be luck (above 5 %)
        are left out of the box; a box that is less dense than `density` without them, or whose p is above 5 %, is none.

    Raises
    ------
    ValueError
        If fewer than ten draws fail, or fewer than ten do not.
    """
    return search(values, failed, density)[0]


def search(values: Frame, failed: Flags, density: float = DENSITY, at: int | None = None) -> tuple[Frame, Frame]:
    """Find boxes as `prim_boxes`, and keep the way.

    Parameters
    ----------
    values, failed, density
        As for `prim_boxes`.
    at
        Step of the first way whose box is to be shown, instead of the chosen one, however dense it is.

    Returns
    -------
    tuple of pandas.DataFrame
        The boxes; and a row per step of each way: box, step, chosen, coverage, density, mass, draws, failures,
        dimensions (factors limited), limits (in words).

    Raises
    ------
    ValueError
        As `prim_boxes`; or if there is no such step.
    """
    _check(failed)
    usable = values.loc[:, values.nunique() > 1].reset_index(drop=True)
    names, x = [str(name) for name in usable.columns], usable.to_numpy(np.float64)
    left = np.ones(len(failed), dtype=bool)
    rows: list[dict[str, Any]] = []
    way: list[dict[str, Any]] = []
    for number in range(1, (MOST_BOXES if at is None else 1) + 1):
        steps, box = _best_way(prim.ways(x, failed, LEAST_MASS, left), names, x, failed, density)
        if at is not None:
            if not 0 <= at < len(steps):
                raise ValueError(f"there is no step {at}; the way has the steps 0 to {len(steps) - 1}")
            box = _stripped(steps[at], at, steps[0], names, x, failed, most=np.inf)
        p = np.nan if box is None else _luck(x, failed, left, density, _telling(box.inside, failed, left))
        counts = box is not None and (at is not None or p <= CHANCE)
        way += [
            {"box": number, "step": step, "chosen": counts and box is not None and step == box.step,
             **_facts(each.inside, failed), "failures": each.failures, **_words(each, steps[0], names)}
            for step, each in enumerate(steps)
        ]  # fmt: skip
        if box is None or not counts:
            break
        again = _again(x, failed, names, left, density)
        rows += [
            {"box": number, "factor": factor, "low": low, "high": high, "chance": chance,
             "again": again.get(factor, 0.0), **_facts(box.inside, failed), "p": p}
            for factor, low, high, chance in box.limits
        ]  # fmt: skip
        left = left & ~box.inside
        if (failed & left).sum() < FEW:
            break
    return pd.DataFrame(rows, columns=LIMITS), pd.DataFrame(way, columns=WAY)


def _check(failed: Flags) -> None:
    if min(failed.sum(), (~failed).sum()) < FEW:
        raise ValueError(
            f"{int(failed.sum())} of {failed.size} draws fail: with fewer than {FEW} on one side there is no pattern"
        )


def _facts(inside: Flags, failed: Flags) -> dict[str, float]:
    """Coverage, density and mass of a set of draws."""
    both = float((inside & failed).sum())
    return {
        "coverage": both / float(failed.sum()),
        "density": both / max(float(inside.sum()), 1.0),
        "mass": float(inside.mean()),
        "draws": int(inside.sum()),
    }


def _words(step: prim.Step, start: prim.Step, names: Sequence[str]) -> dict[str, Any]:
    """Count and write the limits of a step."""
    parts = []
    for place, name in enumerate(names):
        low = f"{step.low[place]:.4g} <= " if step.low[place] > start.low[place] else ""
        high = f" <= {step.high[place]:.4g}" if step.high[place] < start.high[place] else ""
        parts += [f"{low}{name}{high}"] if low or high else []
    return {"dimensions": len(parts), "limits": " and ".join(parts)}


# ---------------------------------------------------------------------- which box, and whether it is luck


def _best_way(
    ways: Sequence[list[prim.Step]], names: Sequence[str], x: Floats, failed: Flags, density: float
) -> tuple[list[prim.Step], Box | None]:
    """The way that leads to the best box, and that box; the first way and nothing if none leads to one."""
    best: tuple[float, list[prim.Step], Box] | None = None
    for steps in ways:
        box = _chosen(steps, names, x, failed, density)
        if box is not None and (best is None or _balance(box, failed) > best[0]):
            best = (_balance(box, failed), steps, box)
    return (ways[0], None) if best is None else best[1:]


def _balance(box: Box, failed: Flags) -> float:
    """Harmonic mean of coverage and density, halved."""
    facts = _facts(box.inside, failed)
    return facts["coverage"] * facts["density"] / max(facts["coverage"] + facts["density"], 1e-300)


def _chosen(steps: Sequence[prim.Step], names: Sequence[str], x: Floats, failed: Flags, density: float) -> Box | None:
    """Of the steps, stripped of limits that may be luck, the dense one that balances coverage with density best."""
    best: Box | None = None
    for number, step in enumerate(steps):
        if step.density < density or step.draws == steps[0].draws:
            continue
        box = _stripped(step, number, steps[0], names, x, failed)
        if box.limits and _facts(box.inside, failed)["density"] >= density:
            best = box if best is None or _balance(box, failed) > _balance(best, failed) else best
    return best


def _stripped(
    step: prim.Step, number: int, start: prim.Step, names: Sequence[str], x: Floats, failed: Flags, most: float = CHANCE
) -> Box:
    """Take limits off one by one, the one that is likeliest to be luck first, until none is likelier than `most`."""
    low, high = step.low.copy(), step.high.copy()
    while True:
        limited = np.flatnonzero((low > start.low) | (high < start.high))
        inside = start.inside & prim.within(x[:, limited], low[limited], high[limited])
        chances: dict[tuple[int, int], float] = {}
        for place in limited:
            rest = limited[limited != place]
            others = start.inside & prim.within(x[:, rest], low[rest], high[rest])
            for side in (0, 1):
                if (low[place] > start.low[place]) if side == 0 else (high[place] < start.high[place]):
                    kept = x[:, place] <= high[place] if side == 0 else x[:, place] >= low[place]
                    chances[int(place), side] = _quasi_p(inside, others & kept, failed) * 2 * len(names)
        worst = max(chances, key=lambda key: chances[key], default=None)
        if worst is None or chances[worst] <= most:
            break
        freed, side = worst
        (low if side == 0 else high)[freed] = (start.low if side == 0 else start.high)[freed]
    found = [
        (
            names[place],
            float(low[place]) if (place, 0) in chances else np.nan,
            float(high[place]) if (place, 1) in chances else np.nan,
            min(1.0, max(chances[key] for key in ((place, 0), (place, 1)) if key in chances)),
        )
        for place in map(int, limited)
    ]
    return Box(tuple(sorted(found, key=lambda limit: limit[3])), inside, number)


def _quasi_p(inside: Flags, without: Flags, failed: Flags) -> float:
    """Chance of as many failures inside, if this limit told nothing: binomial, at the density without the limit."""
    from scipy.special import bdtrc

    hits, draws = int((inside & failed).sum()), int(inside.sum())
    if hits == 0:
        return 1.0
    return float(bdtrc(hits - 1, draws, (without & failed).sum() / without.sum()))


def _telling(inside: Flags, failed: Flags, left: Flags) -> float:
    """How telling a box is: less the logarithm of the chance of as many failures in as many draws picked at random."""
    from scipy.stats import hypergeom

    n, hits = int(inside.sum()), int((inside & failed).sum())
    return float(-hypergeom.logsf(hits - 1, int(left.sum()), int((failed & left).sum()), n))


def _luck(x: Floats, failed: Flags, left: Flags, density: float, telling: float) -> float:
    """Share of searches in shuffled draws that find a box as telling; stopped when plain (Besag & Clifford 1991)."""
    from scipy.stats import hypergeom

    rng = np.random.default_rng(SEED)
    here = np.flatnonzero(left)
    total = int((failed & left).sum())
    all_fail: Floats = np.asarray(-hypergeom.logsf(np.arange(total + 1) - 1, here.size, total, np.arange(total + 1)))
    fewest = int(np.argmax(all_fail >= telling)) if np.any(all_fail >= telling) else total + 1
    as_good = 0
    for tried in range(1, SHUFFLES + 1):
        shuffled = failed.copy()
        shuffled[here] = rng.permutation(failed[here])
        steps = [s for way in prim.ways(x, shuffled, LEAST_MASS, left, fewest) for s in way if s.density >= density]
        if steps:
            n, hits = (np.array([getattr(s, key) for s in steps]) for key in ("draws", "failures"))
            as_good += bool(np.max(-hypergeom.logsf(hits - 1, here.size, total, n)) >= telling)
        if as_good >= ENOUGH:
            return (as_good + 1) / (tried + 1)
    return (as_good + 1) / (SHUFFLES + 1)


def _again(x: Floats, failed: Flags, names: Sequence[str], left: Flags, density: float) -> dict[str, float]:
    """Share of searches in random halves of the draws whose box limits each factor (Bryant & Lempert 2010)."""
    rng = np.random.default_rng(SEED)
    here = np.flatnonzero(left)
    times: dict[str, float] = dict.fromkeys(names, 0.0)
    for _ in range(HALVES):
        half = rng.permutation(here)[: max(here.size // 2, 1)]
        if not 0 < failed[half].sum() < half.size:
            continue
        _, box = _best_way(prim.ways(x[half], failed[half], LEAST_MASS), names, x[half], failed[half], density)
        for factor, *_ in box.limits if box else ():
            times[factor] += 1 / HALVES
    return times


# ---------------------------------------------------------------------- a tree


def tree_rules(values: Frame, failed: Flags, depth: int = 3) -> Frame:
    """Rules of a classification tree (CART; Breiman et al. 1984), those with most failures first.

    Returns
    -------
    pandas.DataFrame
        Columns rule (in words), coverage, density (in the draws that the tree was grown on), unseen (the density to
        expect in draws that it has not seen: five-fold cross-validation, five times over, of the whole growing), mass,
        draws. Leaves have at least a twentieth of the draws.
    """
    _check(failed)
    x = values.to_numpy(np.float64)
    tree = _grown(x, failed, depth)
    leaves = tree.apply(x)
    words = _paths(tree.tree_, [str(name) for name in values.columns])
    level, slope = _calibration(x, failed, depth)
    rows = []
    for leaf in np.unique(leaves):
        facts = _facts(leaves == leaf, failed)
        unseen = float(np.clip(level + slope * (facts["density"] - failed.mean()), 0.0, 1.0))
        rows.append({"rule": words[leaf], **facts, "unseen": unseen})
    frame = pd.DataFrame(rows)[["rule", "coverage", "density", "unseen", "mass", "draws"]]
    return frame.sort_values("density", ascending=False, kind="stable", ignore_index=True)


def _grown(x: Floats, failed: Flags, depth: int) -> Any:
    """Grow a tree whose leaves have at least a twentieth of the draws."""
    from sklearn.tree import DecisionTreeClassifier

    least = max(1, round(LEAST_MASS * failed.size))
    tree = DecisionTreeClassifier(max_depth=depth, min_samples_leaf=least, class_weight="balanced", random_state=1)
    return tree.fit(x, failed)


def _calibration(x: Floats, failed: Flags, depth: int) -> tuple[float, float]:
    """How densities of leaves carry over to draws that a tree has not seen: the level, and the slope above the mean.

    Straight line of "fails" on the density of the leaf that the draw falls in, through all held-out draws.
    """
    rng = np.random.default_rng(SEED)
    said, came = [], []
    for _ in range(REPEATS):
        fold = rng.permutation(np.arange(failed.size) % FOLDS)
        for each in range(FOLDS):
            seen, held = fold != each, fold == each
            tree = _grown(x[seen], failed[seen], depth)
            at = tree.apply(x[seen])
            density = {leaf: failed[seen][at == leaf].mean() for leaf in np.unique(at)}
            said += [density[leaf] for leaf in tree.apply(x[held])]
            came += list(failed[held])
    forecast, fact = np.asarray(said), np.asarray(came, np.float64)
    spread = forecast.var()
    slope = ((forecast - forecast.mean()) * (fact - fact.mean())).mean() / spread if spread > 0 else 0.0
    return float(fact.mean()), float(np.clip(slope, 0.0, 1.0))


def _paths(tree: Any, names: Sequence[str], node: int = 0, so_far: tuple[str, ...] = ()) -> dict[int, str]:
    """Write the way from the root to every leaf in words."""
    if tree.children_left[node] == -1:
        return {node: " and ".join(so_far) or "always"}
    name, limit = names[tree.feature[node]], f"{tree.threshold[node]:.4g}"
    left = _paths(tree, names, tree.children_left[node], (*so_far, f"{name} <= {limit}"))
    return left | _paths(tree, names, tree.children_right[node], (*so_far, f"{name} > {limit}"))
