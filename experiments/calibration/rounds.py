"""Which worlds to live next: adaptive importance sampling in rounds (Cappé et al. 2004, J. Comput. Graph. Stat. 13).

The first worlds are the first numbers, drawn from the distributions alone (the prior). From all worlds lived so far a
line is fitted to each statistic, in the places that parameters have in their distributions; with what the line leaves
unexplained it guesses, for a world that nobody has lived, how well it will agree with the targets. The next round
takes numbers with a chance in proportion to that guess (rejection sampling), a part of them whatever the guess says, so
that no world is left out (a defensive mixture: Hesterberg 1995, Technometrics 37). All rounds together count as draws
from one mixture (deterministic mixture weights: Owen & Zhou 2000, J. Am. Stat. Assoc. 95). A world is thus named by its
number alone, whatever round took it. Sums are `fsum`: what is taken must not hang on a processor. Used by `weighing`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ...model.inputs.scenario import luck
from .problems import Target

__all__ = ["PRIOR", "Line", "Place", "Proposal", "fit", "sample"]

FIRST, STEP = 200, 100  # worlds of the first round and of each further one
DEFENSIVE = 0.1  # part of a round that is taken from the prior
REFERENCE = 4000  # numbers over which a guess is averaged
HIGH = 0.01  # part of them whose guess is held down to that of the next, so that a round need not look for ever
MOST, LEAST_T = 16, 3.6  # slopes of a line, and what one must be worth (t): of 225 noises none in most fits

Floats = NDArray[np.float64]
Place = Callable[[int, str], float]
"""Where a parameter lies in the world of a number, as a standard normal score: (number, parameter) -> score."""
Live = Callable[[list[int]], Sequence[Mapping[str, float]]]
"""Lives worlds and returns the statistics of each."""


@dataclass(frozen=True)
class Line:
    """A statistic as a line in the places of some parameters; `sd` is what the line leaves unexplained."""

    constant: float
    slopes: Mapping[str, float]
    sd: float

    def at(self, number: int, place: Place) -> float:
        """Give the statistic that a world is expected to have."""
        return math.fsum([self.constant, *(slope * place(number, name) for name, slope in self.slopes.items())])


@dataclass(frozen=True)
class Proposal:
    """How a round takes worlds: a line for each target, the most that a guess counts, and its mean over the prior.

    Without lines it is the prior.
    """

    lines: tuple[tuple[Target, Line], ...]
    most: float = 1.0
    mean: float = 1.0

    def guess(self, number: int, place: Place) -> float:
        """Give the likelihood that is to be expected of a world, up to a constant, and no more than `most`.

        For a statistic that is normal about the line with `sd` s and a target with tolerance t that is exp(-d²/2v),
        v = t² + s², with d the distance of the line from what was observed.
        """
        parts = [
            (line.at(number, place) - target.observed) ** 2 / (target.tolerance**2 + line.sd**2)
            for target, line in self.lines
        ]
        return min(math.exp(-0.5 * math.fsum(parts)), self.most)

    def density(self, number: int, place: Place) -> float:
        """Give the density of this round over that of the prior, at a world."""
        return DEFENSIVE + (1.0 - DEFENSIVE) * self.guess(number, place) / self.mean if self.lines else 1.0

    @property
    def bound(self) -> float:
        """No density is above this."""
        return DEFENSIVE + (1.0 - DEFENSIVE) * self.most / self.mean if self.lines else 1.0


PRIOR = Proposal(())


def sample(number: int, targets: Sequence[Target], names: Sequence[str], place: Place, live: Live) -> pd.DataFrame:
    """Live `number` worlds, round by round, and weight them.

    Parameters
    ----------
    number
        How many worlds in all.
    targets
        What they are held against.
    names
        Parameters that a line may be in.
    place
        Where they lie in the world of any number.
    live
        Lives the worlds of a list of numbers.

    Returns
    -------
    pandas.DataFrame
        One row per world: `world`, `round` (1 is the prior), `weight` (sums to 1) and the statistics.
    """
    rows: list[dict[str, float]] = []
    proposals: list[Proposal] = []
    while len(rows) < number:
        proposals.append(_propose(rows, targets, names, place) if rows else PRIOR)
        after = int(rows[-1]["world"]) if rows else 0
        taken = _take(proposals[-1], after, STEP if rows else FIRST, place)[: number - len(rows)]
        found = zip(taken, live(taken), strict=True)
        rows += [{"world": which, "round": len(proposals), **gave} for which, gave in found]
    table = pd.DataFrame(rows).astype({"world": int, "round": int})
    table.insert(2, "weight", _weights(table, targets, proposals, place))
    return table


def _weights(
    table: pd.DataFrame, targets: Sequence[Target], proposals: Sequence[Proposal], place: Place
) -> NDArray[np.float64]:
    """Weight each world by likelihood over the density of the mixture of all rounds; weights sum to 1."""
    many = table["round"].value_counts()
    logs = []
    for world, likely in zip(table["world"].tolist(), log_likelihood(table, targets), strict=True):
        mixed = math.fsum(int(many[at]) * each.density(world, place) for at, each in enumerate(proposals, 1))
        logs.append(likely - math.log(mixed))
    weight = np.array([math.exp(each - max(logs)) for each in logs])
    return np.asarray(weight / math.fsum(weight))


def log_likelihood(table: pd.DataFrame, targets: Sequence[Target]) -> list[float]:
    """Say how well each world agrees with the targets: log of the likelihood, up to a constant."""
    misses = [(table[each.statistic].to_numpy(np.float64) - each.observed) / each.tolerance for each in targets]
    return [
        -0.5 * math.fsum(miss * miss for miss in world) for world in zip(*(m.tolist() for m in misses), strict=True)
    ]


def _propose(
    rows: Sequence[Mapping[str, float]], targets: Sequence[Target], names: Sequence[str], place: Place
) -> Proposal:
    """Fit a line to each statistic of the worlds lived so far; that is how the next round takes worlds."""
    places = {name: np.array([place(int(row["world"]), name) for row in rows]) for name in names}
    lines = tuple((each, fit(np.array([row[each.statistic] for row in rows]), places)) for each in targets)
    guesses = sorted(Proposal(lines).guess(at, place) for at in range(1, REFERENCE + 1))
    most = guesses[-1 - int(HIGH * REFERENCE)]
    if most <= 0.0:  # no world comes near: nothing is guessed
        return PRIOR
    return Proposal(lines, most, math.fsum(min(each, most) for each in guesses) / REFERENCE)


def _take(proposal: Proposal, after: int, many: int, place: Place) -> list[int]:
    """Take the next `many` numbers above `after` by rejection: each with the chance density over bound."""
    taken: list[int] = []
    number = after
    while len(taken) < many:
        number += 1
        if not proposal.lines or luck(number, "taken by a round") * proposal.bound < proposal.density(number, place):
            taken.append(number)
    return taken


def fit(values: Floats, places: Mapping[str, Floats]) -> Line:
    """Fit a line by least squares; parameters enter one by one, the one that explains most first.

    Each is made orthogonal to those before it (Gram-Schmidt), so that no system need be solved. It ends with `MOST`
    parameters, or when the next has a t value below `LEAST_T`.
    """
    n = values.size
    mean = math.fsum(values) / n
    names = list(places)
    means = {name: math.fsum(places[name]) / n for name in names}
    left = {name: places[name] - means[name] for name in names}
    chosen: list[tuple[Floats, dict[str, float]]] = []  # orthogonal directions, and what they are made of
    slopes: dict[str, float] = {}
    rest = values - mean
    while len(chosen) < min(MOST, n // 10):
        unexplained = _dot(rest, rest)
        gain = {
            name: _dot(rest, each) ** 2 / size for name, each in left.items() if (size := _dot(each, each)) > 1e-9 * n
        }
        if not gain or unexplained <= 1e-12 * n:
            break
        best = max(gain, key=lambda name: gain[name])
        noise = max(unexplained - gain[best], 0.0) / (n - len(chosen) - 2)
        if gain[best] < LEAST_T**2 * noise:
            break
        direction, made = left.pop(best), {best: 1.0}
        for earlier, parts in chosen:
            share = _dot(places[best] - means[best], earlier) / _dot(earlier, earlier)
            for name, part in parts.items():
                made[name] = made.get(name, 0.0) - share * part
        step = _dot(rest, direction) / _dot(direction, direction)
        rest = rest - step * direction
        for name, part in made.items():
            slopes[name] = slopes.get(name, 0.0) + step * part
        chosen.append((direction, made))
        left = {
            name: each - _dot(each, direction) / _dot(direction, direction) * direction for name, each in left.items()
        }
    constant = mean - math.fsum(slope * means[name] for name, slope in slopes.items())
    return Line(constant, slopes, math.sqrt(_dot(rest, rest) / max(n - len(chosen) - 1, 1)))


def _dot(one: Floats, other: Floats) -> float:
    return math.fsum((one * other).tolist())
