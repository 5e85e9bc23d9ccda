"""What is to be expected of net benefits once some factors are known: ``g_d(x) = E[NB_d | x]``, fitted by regression.

A factor alone: cubic splines (Strong, Oakley & Brennan 2014, 10.1177/0272989X13505910). Several together: splines of
each and, for every pair, products of the first three Legendre polynomials of both, with a ridge penalty
chosen by generalised cross-validation (Golub, Heath & Wahba 1979, 10.1080/00401706.1979.10489751), so that what factors
do only together is found. A fit is prepared once (`Fit`) and then applied to many outcomes, such as shuffled ones.
Read by `psa` and `sampling_information`.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

KNOTS = 5
ORDER = 3  # of the polynomials whose products stand for what two factors do together
MOST_PAIRED = 12  # of a larger group those factors that tell most alone are paired
PENALTIES = np.logspace(-4, 4, 33)


@dataclass(frozen=True)
class Fit:
    """A prepared regression: orthonormal directions of the basis, shape (draws, k), and their sizes, shape (k,)."""

    directions: Floats
    sizes: Floats
    penalised: bool

    def fitted(self, outcome: Floats) -> Floats:
        """Give what is to be expected of each outcome in each draw: shape (draws, outcomes), as `outcome`."""
        mean = outcome.mean(axis=0)
        if self.sizes.size == 0:
            return np.broadcast_to(mean, outcome.shape).copy()
        seen = self.directions.T @ (outcome - mean)
        if self.penalised:
            seen = self._kept(outcome - mean, seen) * seen
        expected: Floats = mean + self.directions @ seen
        return expected

    def _kept(self, centred: Floats, seen: Floats) -> Floats:
        """Share of each direction that is kept, per outcome: the penalty with the least generalised error."""
        n = len(centred)
        squares = self.sizes**2
        share = squares / (squares + PENALTIES[:, None] * squares.mean())  # (penalties, k)
        freedom = share.sum(axis=1) + 1.0
        left = (centred**2).sum(axis=0) - (seen**2).sum(axis=0)  # what no penalty explains
        error = left + ((1.0 - share)[:, :, None] ** 2 * seen**2).sum(axis=1)
        score = np.where(
            (freedom < n / 2)[:, None], error / (1.0 - np.minimum(freedom, n / 2) / n)[:, None] ** 2, np.inf
        )
        kept: Floats = share[score.argmin(axis=0)].T
        return kept


def fit_of(values: Floats) -> Fit:
    """Prepare a regression on some factors.

    Parameters
    ----------
    values
        Value of each factor, shape (draws, factors). Factors that do not vary tell nothing.
    """
    varied = values[:, np.ptp(values, axis=0) > 0]
    if varied.shape[1] == 0:
        return Fit(np.empty((len(values), 0)), np.empty(0), False)
    columns = [splines(column) for column in varied.T]
    if len(columns) == 1:
        return _prepared(columns[0], penalised=False)
    waves = [_polynomials(column) for column in varied.T]
    pairs = [
        waves[i][:, a] * waves[j][:, b]
        for i in range(min(len(waves), MOST_PAIRED))
        for j in range(i)
        for a in range(ORDER)
        for b in range(ORDER)
    ]
    return _prepared(np.column_stack([*columns, *pairs]), penalised=True)


def _prepared(basis: Floats, *, penalised: bool) -> Fit:
    centred = basis - basis.mean(axis=0)
    scale = centred.std(axis=0)
    centred = centred[:, scale > 0] / scale[scale > 0]
    left, sizes, _ = np.linalg.svd(centred, full_matrices=False)
    real = sizes > 1e-9 * sizes.max(initial=0.0)
    return Fit(left[:, real], sizes[real], penalised)


def splines(column: Floats) -> Floats:
    """Cubic splines of a factor, with knots at its quantiles, or at even steps if it has few different values."""
    from sklearn.preprocessing import SplineTransformer

    knots = np.quantile(column, np.linspace(0, 1, KNOTS))
    where = knots[:, None] if np.unique(knots).size == KNOTS else "uniform"
    shape = SplineTransformer(n_knots=KNOTS, degree=3, knots=where, extrapolation="linear")
    return np.asarray(shape.fit_transform(column[:, None]), np.float64)


def _polynomials(column: Floats) -> Floats:
    """The first Legendre polynomials of a factor over its range, shape (draws, ORDER)."""
    low, high = column.min(), column.max()
    return np.polynomial.legendre.legvander(2 * (column - low) / (high - low) - 1, ORDER)[:, 1:]


def strongest_first(names: Sequence[str], worth: Sequence[float]) -> list[str]:
    """Order the members of a group so that those which tell most alone come first, and are paired."""
    order = np.argsort(-np.asarray(worth, np.float64), kind="stable")
    return [names[place] for place in order]
