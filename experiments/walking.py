"""Calibration where a world's statistics have no luck in them, so that the likelihood is known: emcee.

Many walkers (affine-invariant ensemble; Goodman & Weare 2010; Foreman-Mackey et al. 2013), begun around the world
nearest to the targets, move to worlds that are as likely as the targets and the prior say. With two dozen parameters
this takes minutes, where ABC-SMC would need millions of worlds. Used by `calibrating`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from model.errors import InputError

__all__ = ["walk"]

Floats = NDArray[np.float64]
Misses = Callable[[Floats], Floats]

STEPS = 50  # of every walker in each generation
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
        File (JSON) of the last finished generation; if it is there, the calibration goes on from it.
    particles
        Walkers, and so worlds to give back: where they stand in the end. At least twice as many as parameters.
    generations
        Of `STEPS` steps of every walker each; those in `notes` are included.
    seed
        Names the luck, together with the number of the generation.
    tell
        Called with the number of each finished generation and the mean distance of its worlds from the targets (root of
        the sum of squared misses).

    Returns
    -------
    numpy.ndarray
        Worlds of equal weight, shape (particles, n_parameters).

    Raises
    ------
    InputError
        If emcee is not installed, or there are too few particles for it.
    """
    try:
        import emcee
    except ImportError:
        raise InputError(
            ["Calibration needs emcee, which is not installed: pip install 'stupror[calibration]'"]
        ) from None
    low, high = np.array(bounds, dtype=np.float64).T
    if particles < 2 * low.size:
        raise InputError([f"--particles is {particles}. Give at least {2 * low.size}: two for each parameter."])

    def log_probability(world: Floats) -> float:
        inside = ((world >= low) & (world <= high)).all()
        return -0.5 * float(np.square(misses(world)).sum()) if inside else -np.inf

    if notes.exists():
        kept = json.loads(notes.read_text(encoding="utf-8"))
    else:
        kept = {"done": 0, "worlds": _beginning(misses, low, high, particles, seed).tolist()}
    while kept["done"] < generations:
        sampler = emcee.EnsembleSampler(particles, low.size, log_probability)
        luck = np.random.RandomState([seed, kept["done"]]).get_state()
        last = sampler.run_mcmc(emcee.State(np.array(kept["worlds"]), random_state=luck), STEPS, store=False)
        kept = {"done": kept["done"] + 1, "worlds": last.coords.tolist()}
        notes.write_text(json.dumps(kept), encoding="utf-8")
        if tell is not None:
            tell(kept["done"], float(np.sqrt(-2.0 * last.log_prob).mean()))
    return np.array(kept["worlds"], dtype=np.float64)


def _beginning(misses: Misses, low: Floats, high: Floats, particles: int, seed: int) -> Floats:
    """Place walkers around the world nearest to the targets, as far as slopes there say that others may lie.

    The prior counts as a bell of its spread; who would stand outside is put just inside.
    """
    from scipy.optimize import least_squares

    middle, prior = (low + high) / 2.0, (high - low) / np.sqrt(12.0)

    def all_misses(world: Floats) -> Floats:
        return np.concatenate([misses(world), (world - middle) / prior])

    found = least_squares(all_misses, middle, bounds=(low, high), diff_step=np.full(low.size, _SLOPE))
    slopes = np.asarray(found.jac, dtype=np.float64)
    spread = np.linalg.inv(slopes.T @ slopes)
    worlds = np.random.default_rng(seed).multivariate_normal(found.x, spread, particles)
    margin = 1e-3 * (high - low)
    placed: Floats = np.clip(worlds, low + margin * (1 + np.arange(particles)[:, None] / particles), high - margin)
    return placed
