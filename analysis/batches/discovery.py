"""Scenario discovery: the combinations of factors under which a design fails.

A draw is of interest if the design does worse than the base, by more than a threshold. PRIM (Friedman & Fisher 1999;
Bryant & Lempert 2010, 10.1016/j.techfore.2009.08.002) then peels away slices until what is left is a box of few factors
in which nearly all draws fail; here by the EMA workbench. A classification tree (CART, by scikit-learn) says the same
in another way: a rule that only one of them finds is weak. Read by the commands and notebooks.
"""

import warnings
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from . import paired

Frame = pd.DataFrame
Flags = NDArray[np.bool_]

DENSITY, LEAST_MASS, MOST_BOXES, CHANCE = 0.8, 0.05, 3, 0.05
FEW = 10


def failures(runs: Frame, design: str, outcome: str, threshold: float = 0.0, base: str | None = None) -> pd.Series:
    """Say by draw whether the design is worse than the base by more than `threshold` (unit of the outcome).

    A higher value is taken to be worse. With the base itself as `design`, its own value is held against the threshold.
    """
    if design == paired.base_of(runs, base):
        return paired.by_design(runs, outcome, [design])[design] > threshold
    return paired.differences(runs, outcome, base)[design] > threshold


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
        A row per limit of a box: box (from 1), factor, low, high (NaN where not limited), chance (probability that
        this limit looks as good by luck: quasi-p-value, binomial; Bryant & Lempert 2010), coverage (share of all
        failures in the box), density (share of failures among its draws), mass (share of all draws), draws.
        Limits that may be luck (above 5 %) are left out of the box. Empty if there is no such box.

    Raises
    ------
    ValueError
        If fewer than ten draws fail, or fewer than ten do not.
    """
    _check(failed)
    rows: list[dict[str, Any]] = []
    usable = values.loc[:, values.nunique() > 1].reset_index(drop=True)
    for number, limits in enumerate(_peel(usable, failed, density), start=1):
        inside = np.ones(len(failed), dtype=bool)
        for factor, low, high, _ in limits:
            column = usable[factor].to_numpy()
            inside &= (column >= (-np.inf if np.isnan(low) else low)) & (column <= (np.inf if np.isnan(high) else high))
        facts = _facts(inside, failed)
        rows += [
            {"box": number, "factor": factor, "low": low, "high": high, "chance": chance, **facts}
            for factor, low, high, chance in limits
        ]
    return pd.DataFrame(
        rows, columns=["box", "factor", "low", "high", "chance", "coverage", "density", "mass", "draws"]
    )


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


def _peel(values: Frame, failed: Flags, density: float) -> list[list[tuple[str, float, float, float]]]:
    """Let PRIM find boxes: for each, its limits as (factor, low, high, chance)."""
    found = []
    with (
        warnings.catch_warnings()
    ):  # the workbench uses what pandas 3 calls deprecated, and warns of parts we do not use
        warnings.simplefilter("ignore")
        from ema_workbench.analysis import prim

        search = prim.Prim(values, failed, threshold=density, mass_min=LEAST_MASS)
        for _ in range(MOST_BOXES):
            box = search.find_box()
            if box is None:
                break
            at = _chosen(box.peeling_trajectory, density)
            if at is None:
                break
            box.select(at)
            limits = _limits(box, at)
            if limits:
                found.append(limits)
    return found


def _chosen(trajectory: Frame, density: float) -> int | None:
    """The box on the way that is dense enough and balances coverage with density best (their harmonic mean)."""
    dense = trajectory[(trajectory["density"] >= density) & (trajectory["res_dim"] > 0)]
    if dense.empty:
        return None
    coverage, at = dense["coverage"].to_numpy(np.float64), dense["density"].to_numpy(np.float64)
    return int(dense["id"].iloc[int((coverage * at / (coverage + at)).argmax())])


def _limits(box: Any, at: int) -> list[tuple[str, float, float, float]]:
    """Read the limits of a box that are not luck."""
    start, here = box.box_lims[0], box.box_lims[at]
    limits = []
    for factor, chances in box.qp[at].items():
        low = float(here[factor][0]) if here[factor][0] > start[factor][0] else np.nan
        high = float(here[factor][1]) if here[factor][1] < start[factor][1] else np.nan
        sure = [chance for chance in chances if chance >= 0]
        if sure and min(sure) <= CHANCE:
            limits.append((str(factor), low, high, min(sure)))
    return sorted(limits, key=lambda limit: limit[3])


def tree_rules(values: Frame, failed: Flags, depth: int = 3) -> Frame:
    """Rules of a classification tree (CART; Breiman et al. 1984), those with most failures first.

    Columns rule (in words), coverage, density, mass, draws. Leaves have at least a twentieth of the draws.
    """
    _check(failed)
    from sklearn.tree import DecisionTreeClassifier

    least = max(1, round(LEAST_MASS * failed.size))
    tree = DecisionTreeClassifier(max_depth=depth, min_samples_leaf=least, class_weight="balanced", random_state=1)
    tree.fit(values.to_numpy(np.float64), failed)
    leaves = tree.apply(values.to_numpy(np.float64))
    words = _paths(tree.tree_, [str(name) for name in values.columns])
    rows = [{"rule": words[leaf], **_facts(leaves == leaf, failed)} for leaf in np.unique(leaves)]
    return pd.DataFrame(rows).sort_values("density", ascending=False, kind="stable", ignore_index=True)


def _paths(tree: Any, names: Sequence[str], node: int = 0, so_far: tuple[str, ...] = ()) -> dict[int, str]:
    """Write the way from the root to every leaf in words."""
    if tree.children_left[node] == -1:
        return {node: " and ".join(so_far) or "always"}
    name, limit = names[tree.feature[node]], f"{tree.threshold[node]:.4g}"
    left = _paths(tree, names, tree.children_left[node], (*so_far, f"{name} <= {limit}"))
    return left | _paths(tree, names, tree.children_right[node], (*so_far, f"{name} > {limit}"))
