"""Life courses that agree with what is published, where everything else is drawn.

The posterior of the life course was found with all other parameters at their central values. Where those are drawn, its
rows no longer give what was published: how common placements are hangs on parameters that nobody fits, too. So in each
world the fitted factors are moved until lives give what the world's row of the posterior gives with all else central.
Used by `weighing`, which keeps the factors in its file.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

import numpy as np
from numpy.typing import NDArray

from ...model.inputs.scenario import Scenario, load_scenario
from ..patterns.prevalence import lives
from ..plans.posterior import Posterior, changed, read_posterior, shipped
from .problems import targets

__all__ = ["LIFE", "life_course", "refit"]

LIFE = "life-course"
Floats = NDArray[np.float64]
_MOVES = 8  # most moves of the factors
_NEAR = 0.1  # tolerances from every aim: near enough
_FAR = 0.4  # most that a factor moves at once, on the log scale
_WIDE = 4.0  # standard deviations of the posterior that a factor moves as readily as the aim is missed by a tolerance
_STEP = 0.02  # change by which slopes are found, on the log scale


def refit(base: Scenario, row: Mapping[str, float]) -> dict[str, float]:
    """Move the factors of a row until lives in a drawn world give what the row gives in the built-in one.

    A chord method: slopes are those of the built-in scenario (Kelley 1995, *Iterative Methods for Linear and Nonlinear
    Equations*, ch. 5), damped as Levenberg (1944) has it, since there are more targets than factors act on alone.

    Parameters
    ----------
    base
        The world with all but the fitted parameters drawn.
    row
        Factors of the posterior by the name of their column.

    Returns
    -------
    dict of str to float
        The factors of the nearest move found, to six digits.
    """
    at, inverse = np.log(np.array(list(row.values()))), _inverse(tuple(row))
    aim = _statistics(changed(load_scenario(), row))
    best, nearest = dict(row), np.inf
    for _ in range(_MOVES):
        factors = {name: float(f"{factor:.6g}") for name, factor in zip(row, np.exp(at), strict=True)}
        miss = _statistics(changed(base, factors)) - aim
        if np.abs(miss).max() < nearest:
            best, nearest = factors, float(np.abs(miss).max())
        if nearest < _NEAR:
            break
        at = at - np.clip(inverse @ miss, -_FAR, _FAR)
    return best


def _statistics(world: Scenario) -> Floats:
    """Log of each statistic that the life course was fitted to, in tolerances."""
    found = lives(world)
    return np.array(
        [np.log(max(found[each.statistic], 1e-9)) * each.observed / each.tolerance for each in targets(LIFE)]
    )


@cache
def life_course() -> Posterior:
    """Return the posterior of the life course that comes with the model."""
    return read_posterior(shipped(LIFE), load_scenario())


@cache
def _inverse(names: tuple[str, ...]) -> Floats:
    """How far to move each factor for a miss of each statistic, both on log scales: (n_factors, n_targets)."""
    scenario, fitted = load_scenario(), np.log(life_course().table[list(names)])
    spread, middle = fitted.std().to_numpy() * _WIDE, fitted.mean().to_numpy()

    def there(at: Floats) -> Floats:
        return _statistics(changed(scenario, dict(zip(names, np.exp(at).tolist(), strict=True))))

    start = there(middle)
    slopes = np.stack([(there(middle + step) - start) / _STEP for step in _STEP * np.eye(len(names))], axis=1)
    scaled = slopes * spread
    damped = scaled.T @ scaled + 0.5 * np.eye(len(names))
    return np.asarray(spread[:, None] * np.linalg.solve(damped, scaled.T))
