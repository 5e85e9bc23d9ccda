"""Which optimiser finds the front with the fewest runs: the comparison that `search` rests on.

    python benchmarks/samplers.py

A stand-in for the state outcomes fund, whose true front can be computed: three terms (share, years of follow-up,
cap), two objectives (share of the planner's gain, net cost of the state), with and without a ripple, as luck that is
the same for all. Prints the share of the true front's hypervolume reached after 40, 60, 100 and 200 trials, mean of
six starts.
"""

from collections.abc import Callable
from math import exp, sin

import numpy as np
import optuna
from optuna import samplers
from optuna.samplers import BaseSampler, NSGAIISampler, nsgaii

Point = tuple[float, float]
Problem = Callable[[float, int, float], Point]

AFTER, STARTS = (40, 60, 100, 200), 6
WORST = (-0.1, 2.5)  # hypervolume is counted from here: less gained and more paid than any point
SAMPLERS: dict[str, Callable[[int], BaseSampler]] = {
    "random": lambda seed: samplers.RandomSampler(seed=seed),
    "quasi-random (Sobol')": lambda seed: samplers.QMCSampler(seed=seed, scramble=True),
    "NSGA-II, 50 a generation": lambda seed: NSGAIISampler(population_size=50, seed=seed),
    "NSGA-II, 20 a generation": lambda seed: NSGAIISampler(population_size=20, seed=seed),
    "NSGA-II, 12, BLX": lambda seed: NSGAIISampler(population_size=12, seed=seed, crossover=nsgaii.BLXAlphaCrossover()),
    "TPE": lambda seed: samplers.TPESampler(seed=seed),
    "TPE, multivariate": lambda seed: samplers.TPESampler(seed=seed, multivariate=True, n_startup_trials=10),
}


def smooth(share: float, years: int, cap: float) -> Point:
    """Bodies invest the more, the more they are paid and the sooner; the state pays and saves."""
    paid = min(share * 3.0 * (1 - exp(-years / 8)), cap)
    invested = 1 / (1 + exp(-6 * (paid * 0.93**years - 0.6)))
    return invested, invested * (paid - 0.4)


def rippled(share: float, years: int, cap: float) -> Point:
    """The same with luck that differs from contract to contract."""
    gain, cost = smooth(share, years, cap)
    luck = 0.03 * sin(37 * share + 11 * cap + 5 * years)
    return gain + luck, cost - 0.5 * luck


def hypervolume(points: list[Point]) -> float:
    """Area that is dominated by the points (more of the first, less of the second) and lies within `WORST`."""
    area, least = 0.0, WORST[1]
    for gain, cost in sorted(points, reverse=True):
        if gain > WORST[0] and cost < least:
            area += (gain - WORST[0]) * (least - cost)
            least = cost
    return area


def try_out(sampler: BaseSampler, problem: Problem) -> list[Point]:
    """Points that an optimiser asks for, in its order."""
    study = optuna.create_study(directions=["maximize", "minimize"], sampler=sampler)
    points = []
    for _ in range(AFTER[-1]):
        trial = study.ask()
        terms = (
            trial.suggest_float("share", 0.14, 1),
            trial.suggest_int("years", 2, 25),
            trial.suggest_float("cap", 1, 2.3),
        )
        points.append(problem(*terms))
        study.tell(trial, points[-1])
    return points


def main() -> None:
    """Print the table."""
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    grid = [(s, y, c) for s in np.linspace(0.14, 1, 60) for y in range(2, 26) for c in np.linspace(1, 2.3, 40)]
    for problem in (smooth, rippled):
        best = hypervolume([problem(*terms) for terms in grid])
        print(f"{problem.__name__:26}" + "".join(f"{n:>7}" for n in AFTER))
        for name, make in SAMPLERS.items():
            runs = [try_out(make(seed), problem) for seed in range(STARTS)]
            reached = [np.mean([hypervolume(points[:n]) for points in runs]) / best for n in AFTER]
            print(f"{name:26}" + "".join(f"{each:7.3f}" for each in reached))


if __name__ == "__main__":
    main()
