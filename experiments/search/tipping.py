"""What would turn a headline: the least move of one, two or three parameters after which its sign is another.

A move is counted in standard deviations of the parameters' own uncertainty (`Quantity.shifted`), the length of moves
of several as the root of the sum of squares, so that less likely worlds are farther away. Every uncertain parameter is
moved by itself, both ways; what turns the sign by itself is found by bisection. For two and three, the ray along which
a linear model says that the sign turns first is followed, and the place on it found by bisection: the model itself
says where it turns, the linear one only where to look. Every tip is then lived with luck that the search has not seen.
Read by the command `tip`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, partial

import numpy as np

from ...analysis.measures.outcomes import NEEDED, outcomes
from ...model.contracts import Design
from ...model.inputs.scenario import Scenario
from ...model.model import simulate
from ..runs.workers import let_go

__all__ = ["FAR", "Headline", "Tip", "cost_of", "headlines", "movable", "moved", "tips"]

FAR = 2.5  # standard deviations beyond which nothing is looked for
_STEP = 1.645  # the move at which each parameter is looked at first: its 5th and 95th percentile
_HALVINGS = 4  # of the way to the tip: it is known to a sixteenth of the move
_SOME = 4  # parameters with the steepest effect, each of which is followed by itself
_BEYOND = 1.1  # how much further than the tip fresh seeds look

Move = Mapping[str, float]
"""Standard deviations by parameter."""
Costs = Mapping[str, float]
"""Cost by design."""
Live = Callable[[Sequence[tuple[Move, int]]], Iterable[Costs]]
"""What a list of (move, seed) gives: the cost of every design."""


@dataclass(frozen=True)
class Headline:
    """A sentence such as "cost is lower under `design` than under `against`"."""

    design: str
    against: str

    def gain(self, costs: Costs) -> float:
        """By how much the design is better; its sign is what the headline says."""
        return costs[self.against] - costs[self.design]


@dataclass(frozen=True)
class Tip:
    """A move that turns a headline."""

    headline: Headline
    move: dict[str, float]
    before: float  # mean gain of the design in the central world
    after: float  # mean gain beyond the tip, with luck not seen before
    turned: float  # share of those seeds in which the sign is turned

    @property
    def length(self) -> float:
        """Length of the move, standard deviations."""
        return _length(self.move)


def headlines(names: Sequence[str], base: str = "status-quo") -> list[Headline]:
    """Every design against the base, and proposals against each other as they stand; a planner is no proposal."""
    proposals = [name for name in names if name not in (base, "planner")]
    against = [Headline(name, base) for name in proposals] if base in names else []
    return against + [Headline(a, b) for i, a in enumerate(proposals) for b in proposals[i + 1 :]]


def movable(scenario: Scenario) -> list[str]:
    """Paths of all parameters that are uncertain, whatever their source."""
    return scenario.uncertain


def moved(scenario: Scenario, move: Move) -> Scenario:
    """Return the scenario with parameters moved by so many standard deviations."""
    return scenario.with_values({path: scenario.quantities[path].shifted(z) for path, z in move.items()})


def cost_of(scenario: Scenario, designs: Sequence[Design], years: range, job: tuple[Move, int]) -> dict[str, float]:
    """Lifetime public cost under each design in a moved world that lives these years, SEK per child."""
    move, seed = job
    spec = moved(scenario, move)
    rates = spec.discount.rate, spec.discount.societal_rate
    live = partial(simulate, spec, seed=seed, years=len(years), start_year=years.start, detail=False, only=NEEDED)
    try:
        return {design.name: outcomes(live(design), *rates)["cost_fiscal"] for design in designs}
    finally:
        let_go()


def tips(
    asked: Sequence[Headline], paths: Sequence[str], live: Live, seeds: Sequence[int], fresh: Sequence[int]
) -> list[Tip]:
    """Find what would turn each headline.

    Parameters
    ----------
    asked
        The headlines.
    paths
        Parameters that may be moved.
    live
        Lives worlds: gives the cost by design for each (move, seed).
    seeds, fresh
        Luck to search with, and luck to confirm with.

    Returns
    -------
    list of Tip
        For each headline the least move of one, of two and of three parameters that was found, if it is within `FAR`
        and holds with fresh luck (the mean gain has the other sign). None where nothing turns it.
    """
    search = partial(_means, live, seeds)
    edges: list[Move] = [{path: z} for path in paths for z in (-_STEP, _STEP)]
    base, *lived = search([{}, *edges])
    found, central = [], cache(lambda: list(live([({}, seed) for seed in fresh])))
    for headline in asked:
        start = headline.gain(base)
        if start == 0.0:
            continue  # the same in both: there is no sign to turn
        slopes = _slopes(paths, start, [headline.gain(costs) for costs in lived])
        for rays in _rays(slopes):
            ends = [end for end in (_tip(headline, start, ray, search) for ray in rays) if end is not None]
            if ends:
                confirmed = _confirm(headline, start, min(ends, key=_length), (live, fresh, central))
                found += [confirmed] if confirmed is not None else []
    return found


def _means(live: Live, seeds: Sequence[int], moves: Sequence[Move]) -> list[Costs]:
    """Mean cost by design of each move over the seeds."""
    lived = list(live([(move, seed) for move in moves for seed in seeds]))
    rows = [lived[i : i + len(seeds)] for i in range(0, len(lived), len(seeds))]
    return [{name: float(np.mean([each[name] for each in row])) for name in row[0]} for row in rows]


def _slopes(paths: Sequence[str], start: float, gains: Sequence[float]) -> dict[str, float]:
    """By how much a step of each parameter brings the gain nearer to the other sign, the steepest first; signed."""
    slopes = {}
    for i, path in enumerate(paths):
        down, up = gains[2 * i], gains[2 * i + 1]
        best = min((down, -1.0), (up, 1.0), key=lambda each: each[0] * np.sign(start))
        fall = (start - best[0]) * np.sign(start) / _STEP
        if fall > 0.0:
            slopes[path] = best[1] * fall
    return dict(sorted(slopes.items(), key=lambda each: -abs(each[1])))


def _rays(slopes: Mapping[str, float]) -> list[list[Move]]:
    """Directions of length 1 in which to look: some parameters each by itself, then the steepest two, and three."""
    steepest = list(slopes)
    rays: list[list[Move]] = [[{path: float(np.sign(slopes[path]))} for path in steepest[:_SOME]]]
    for size in (2, 3):
        if len(steepest) >= size:
            chosen = {path: slopes[path] for path in steepest[:size]}
            rays.append([_times(chosen, 1.0 / _length(chosen))])
    return rays


def _length(move: Move) -> float:
    return float(np.sqrt(np.sum(np.square(list(move.values())))))


def _tip(headline: Headline, start: float, ray: Move, search: Callable[[Sequence[Move]], list[Costs]]) -> Move | None:
    """Find where on a ray the sign turns, if it does within `FAR`."""

    def turned(far: float) -> bool:
        (costs,) = search([_times(ray, far)])
        return bool(headline.gain(costs) * np.sign(start) < 0.0)

    if not turned(FAR):
        return None
    near, far = 0.0, FAR
    for _ in range(_HALVINGS):
        middle = (near + far) / 2.0
        near, far = (near, middle) if turned(middle) else (middle, far)
    return _times(ray, far)


def _times(ray: Move, length: float) -> dict[str, float]:
    return {path: z * length for path, z in ray.items()}


def _confirm(
    headline: Headline, start: float, move: Move, anew: tuple[Live, Sequence[int], Callable[[], list[Costs]]]
) -> Tip | None:
    """Live the world just beyond the tip, and the central one, with luck that the search has not seen."""
    live, fresh, central = anew
    beyond = [headline.gain(costs) for costs in live([(_times(move, _BEYOND), seed) for seed in fresh])]
    after = float(np.mean(beyond))
    if after * np.sign(start) >= 0.0:
        return None
    before = float(np.mean([headline.gain(costs) for costs in central()]))
    share = float(np.mean([gain * np.sign(start) < 0.0 for gain in beyond]))
    return Tip(headline, dict(move), before, after, share)
