"""Drawing worlds: from uncertain numbers and a method to one set of values per draw.

Every method fills a unit cube, one column per factor; a factor's own distribution (`Quantity.quantile`)
turns the column into values. So a method never knows what it samples, and a distribution is written once. The rows
of a posterior belong together and are taken as they are. Read by `plan` and `jobs`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from ...model.inputs.quantity import Quantity, Value

__all__ = [
    "METHODS",
    "Factor",
    "Method",
    "Sampling",
    "Until",
    "block_size",
    "cube",
    "draw_values",
    "fits",
    "posterior_rows",
    "rounded",
    "size",
]

Floats = NDArray[np.float64]
DIGITS = 12  # significant digits of a drawn value: the last bits differ between machines and would make another run


@dataclass(frozen=True)
class Factor:
    """Something uncertain: a parameter of the scenario, or (if `designs` is not empty) a term of those designs."""

    name: str
    quantity: Quantity = field(repr=False)  # with the distribution that it is drawn from
    designs: tuple[str, ...] = ()
    term: str = ""

    @property
    def scalar(self) -> bool:
        """Whether it is one number. A list moves as a whole and is shown by its probability, 0 to 1."""
        return not isinstance(self.quantity.value, tuple)


@dataclass(frozen=True)
class Sampling:
    """How worlds are drawn. `draws` is what the method counts: points, base points, trajectories or levels."""

    method: str = "latin-hypercube"
    draws: int = 1
    seed: int = 1
    second_order: bool = False  # saltelli: pairs of factors as well, at nearly double the price
    levels: int = 4  # morris: points of the grid along each factor
    scrambles: int = 1  # evenly spread draws: among how many spreads, each with luck of its own, they are shared
    groups: tuple[str, ...] = ()  # saltelli, morris: which group each factor moves with, by factor; none if empty


@dataclass(frozen=True)
class Until:
    """When there are draws enough: when the mean difference of an outcome from the base is sure enough."""

    outcome: str
    half_width: float  # of the 90 % interval of the mean, unit of the outcome, for every design that could be chosen
    most: int  # draws at which to end in any case, counted as `Sampling.draws`


@dataclass(frozen=True)
class Method:
    """A way to fill the unit cube: how many points it gives, and what it is for."""

    size: Callable[[Sampling, int], int]
    sample: Callable[[Sampling, int], Floats]
    independent: bool  # needs factors that do not hang together
    power_of_two: bool
    extendable: bool  # more draws keep the points there are
    meaning: str
    even: bool = False  # spread evenly, so that several scrambles tell how sure a mean is
    blocks: bool = False  # its draws come in blocks (base points, trajectories) that are compared within


def _scipy(name: str) -> Callable[[Sampling, int], Floats]:
    """Draws of SciPy; of several scrambles they come in turn, so that a longer sample begins with the shorter one."""

    def sample(how: Sampling, factors: int) -> Floats:
        from scipy.stats import qmc  # here because it is slow to import

        lucks = [[how.seed, number] for number in range(how.scrambles)] if how.scrambles > 1 else [how.seed]
        engines = [getattr(qmc, name)(d=factors, rng=np.random.default_rng(luck)) for luck in lucks]
        spread = np.stack([engine.random(how.draws // how.scrambles) for engine in engines], axis=1)
        return np.asarray(spread.reshape(how.draws, factors))

    return sample


def _random(how: Sampling, factors: int) -> Floats:
    return np.random.default_rng(how.seed).random((how.draws, factors))


def _factorial(how: Sampling, factors: int) -> Floats:
    """Every combination of `draws` levels, each in the middle of its equal part of the distribution."""
    level = (np.arange(how.draws) + 0.5) / how.draws
    return np.stack(np.meshgrid(*[level] * factors, indexing="ij"), axis=-1).reshape(-1, factors)


def _problem(how: Sampling, factors: int) -> dict[str, object]:
    """The unit cube in SALib's words."""
    cube: dict[str, object] = {"num_vars": factors, "names": [str(i) for i in range(factors)]}
    cube["bounds"] = [[0.0, 1.0]] * factors
    return cube | ({"groups": list(how.groups)} if how.groups else {})


def _saltelli(how: Sampling, factors: int) -> Floats:
    from SALib.sample import sobol

    return np.asarray(
        sobol.sample(_problem(how, factors), how.draws, calc_second_order=how.second_order, seed=how.seed), np.float64
    )


def _morris(how: Sampling, factors: int) -> Floats:
    from SALib.sample import morris

    points = morris.sample(_problem(how, factors), how.draws, num_levels=how.levels, seed=how.seed)
    return np.asarray(points, np.float64)


def _points(how: Sampling, _factors: int) -> int:
    return how.draws


METHODS: dict[str, Method] = {
    "sobol": Method(_points, _scipy("Sobol"), False, True, True, "scrambled Sobol' sequence (SciPy)", True),
    "halton": Method(_points, _scipy("Halton"), False, False, True, "scrambled Halton sequence (SciPy)", True),
    "latin-hypercube": Method(
        _points, _scipy("LatinHypercube"), False, False, False, "Latin hypercube, each factor evenly covered (SciPy)",
        True,
    ),
    "random": Method(_points, _random, False, False, True, "independent draws"),
    "factorial": Method(
        lambda how, factors: how.draws**factors, _factorial, False, False, False, "every combination of levels"
    ),
    "saltelli": Method(
        lambda how, factors: how.draws * (factors * (2 if how.second_order else 1) + 2),
        _saltelli, True, True, True, "for Sobol' indices (SALib; Saltelli et al. 2010, 10.1016/j.cpc.2009.09.018)",
        blocks=True,
    ),
    "morris": Method(
        lambda how, factors: how.draws * (factors + 1),
        _morris, True, False, False, "for elementary effects (SALib; Morris 1991, 10.1080/00401706.1991.10484804)",
        blocks=True,
    ),
}  # fmt: skip


def size(how: Sampling, factors: int) -> int:
    """How many draws a method gives for a number of factors; one if nothing is uncertain."""
    moved = len(set(how.groups)) or factors
    return METHODS[how.method].size(how, moved) if factors else how.draws


def block_size(how: Sampling, factors: int) -> int:
    """How many draws, one after another, belong to one base point or trajectory; 1 for methods without blocks."""
    return size(how, factors) // how.draws if factors and METHODS[how.method].blocks else 1


def fits(how: Sampling, draws: int) -> bool:
    """Whether a method can give so many draws: scrambles share them, and some need a power of two."""
    each = draws // how.scrambles
    return draws % how.scrambles == 0 and not (METHODS[how.method].power_of_two and each & (each - 1))


def cube(how: Sampling, factors: int) -> Floats:
    """Fill the unit cube.

    Returns
    -------
    numpy.ndarray
        One row per draw, one column per factor, each between 0 and 1; shape (draws, 0) if nothing is uncertain.
    """
    if factors == 0:
        return np.empty((how.draws, 0))
    return METHODS[how.method].sample(how, factors)


def draw_values(points: Floats, factors: tuple[Factor, ...]) -> list[dict[str, Value]]:
    """Turn points of the unit cube, shape (draws, factors), into one value per factor for each draw, by name."""
    columns = {factor.name: _quantiles(factor.quantity, points[:, i]) for i, factor in enumerate(factors)}
    return [{name: values[i] for name, values in columns.items()} for i in range(len(points))]


def _quantiles(quantity: Quantity, probabilities: Floats) -> list[Value]:
    return [rounded(quantity.quantile(float(each))) for each in probabilities]


def rounded(value: Value) -> Value:
    """Cut a number, or each of a list, to the digits that count."""
    if isinstance(value, tuple):
        return tuple(float(f"{each:.{DIGITS}g}") if isinstance(each, float) else each for each in value)
    return float(f"{value:.{DIGITS}g}") if isinstance(value, float) else value


def posterior_rows(weight: Floats, draws: int, seed: Sequence[int]) -> NDArray[np.int64]:
    """Choose rows of a posterior by their weights, which sum to 1: systematic resampling.

    Takes rows at equal steps through the cumulated weights from one random start, so that each comes about ``draws *
    weight`` times (Kitagawa 1996, 10.1080/10618600.1996.10474692), in random order.
    """
    rng = np.random.default_rng(list(seed))
    steps = (rng.random() + np.arange(draws)) / draws
    chosen = np.minimum(np.searchsorted(np.cumsum(weight), steps, side="right"), weight.size - 1)
    return rng.permutation(chosen)
