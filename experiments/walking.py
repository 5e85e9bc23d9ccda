"""Calibration where a world's statistics have no luck in them, so that the likelihood is known.

Adaptive Metropolis (Haario, Saksman & Tamminen 2001): from the world nearest to the targets, step by step, to worlds
that are as likely as the targets and the prior say; steps are as wide as worlds differ (Roberts & Rosenthal 2001). With
two dozen parameters this takes minutes, where ABC-SMC would need millions of worlds. Used by `calibrating`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

__all__ = ["walk"]

Floats = NDArray[np.float64]
Misses = Callable[[Floats], Floats]

STEPS = 50  # in each generation, for each world that is kept
_WIDTH = 2.38  # of a step, over the square root of the number of parameters
_SLOPE = 1e-4  # change by which slopes are found


def walk(
    misses: Misses,
    bounds: Sequence[tuple[float, float]],
    notes: Path,
    *,
    particles: int,
    generations: int,
    seed: int,
    tell: Callable[[int, float], None] | None = None,
) -> Floats:
    """Draw likely worlds from a uniform prior and a normal likelihood.

    Parameters
    ----------
    misses
        Gives for parameters, shape (n_parameters,), how far each target is missed, in tolerances, shape (n_targets,).
    bounds
        Lowest and highest value of each parameter: the prior is uniform between them.
    notes
        File (JSON) of the finished generations; if it is there, the calibration goes on from it.
    particles
        Worlds to give back, taken at even distances from all generations but the first, which finds the step.
    generations
        Of `STEPS` times `particles` steps each; those in `notes` are included.
    seed
        Names the luck, together with the number of the generation.
    tell
        Called with the number of each finished generation and the mean distance of its worlds from the targets (root of
        the sum of squared misses).

    Returns
    -------
    numpy.ndarray
        Worlds of equal weight, shape (particles, n_parameters).
    """
    low, high = np.array(bounds, dtype=np.float64).T
    if notes.exists():
        kept = json.loads(notes.read_text(encoding="utf-8"))
    else:
        world, spread = _nearest(misses, low, high)
        kept = {"done": 0, "world": world.tolist(), "spread": spread.tolist(), "worlds": []}
    while kept["done"] < generations:
        rng = np.random.default_rng([seed, kept["done"]])
        worlds, distance = _steps(misses, low, high, kept, particles * STEPS, rng)
        if kept["done"] == 0:
            kept["spread"] = np.cov(worlds.T).reshape(low.size, low.size).tolist()
        kept["worlds"] += worlds[STEPS - 1 :: STEPS].tolist()
        kept |= {"done": kept["done"] + 1, "world": worlds[-1].tolist()}
        notes.write_text(json.dumps(kept), encoding="utf-8")
        if tell is not None:
            tell(kept["done"], distance)
    every = np.array(kept["worlds"])[particles if kept["done"] > 1 else 0 :]
    spaced: Floats = every[np.arange(particles) * len(every) // particles]
    return spaced


def _nearest(misses: Misses, low: Floats, high: Floats) -> tuple[Floats, Floats]:
    """Find the world nearest to the targets and how far others may lie; the prior counts as a bell of its spread."""
    from scipy.optimize import least_squares

    middle, prior = (low + high) / 2.0, (high - low) / np.sqrt(12.0)

    def all_misses(world: Floats) -> Floats:
        return np.concatenate([misses(world), (world - middle) / prior])

    found = least_squares(all_misses, middle, bounds=(low, high), diff_step=np.full(low.size, _SLOPE))
    slopes = np.asarray(found.jac, dtype=np.float64)
    spread = np.linalg.inv(slopes.T @ slopes).astype(np.float64)
    return np.asarray(found.x, dtype=np.float64), spread


def _steps(
    misses: Misses, low: Floats, high: Floats, kept: dict[str, list[float]], many: int, rng: np.random.Generator
) -> tuple[Floats, float]:
    """Walk `many` steps on from the last world; give the worlds (many, n_parameters) and their mean distance."""
    root = np.linalg.cholesky(np.array(kept["spread"])) * _WIDTH / np.sqrt(low.size)
    world = np.array(kept["world"])
    away = float(np.square(misses(world)).sum())
    worlds, distances = np.empty((many, low.size)), np.empty(many)
    for n in range(many):
        other = world + root @ rng.standard_normal(low.size)
        luck = rng.random()
        if ((other >= low) & (other <= high)).all():
            farther = float(np.square(misses(other)).sum())
            if luck < np.exp(min(0.0, (away - farther) / 2.0)):
                world, away = other, farther
        worlds[n], distances[n] = world, away
    return worlds, float(np.sqrt(distances).mean())
