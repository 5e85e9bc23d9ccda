"""Calibration where a world's statistics have no luck in them, so that the likelihood is known: emcee.

Many walkers (an ensemble; Foreman-Mackey et al. 2013), begun around the world nearest to the targets, move to worlds
that are as likely as the targets and the prior say. Each is moved along the difference of two others (differential
evolution; ter Braak 2006, Nelson et al. 2014): with two dozen parameters they forget where they stood in a quarter of
the steps that the stretch move (Goodman & Weare 2010) takes. (The snooker moves of emcee 3.1.6 crowd: their step is not
that of ter Braak & Vrugt 2008.) ABC-SMC would need millions of worlds. Whether walkers have come there is not seen from
where they stand: the way they went is kept beside the notes, and `settled` looks at it; `importance` is a second route.
Used by `abc`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ...model.inputs.errors import InputError, reason
from ..files.places import write_text
from ..files.records import note, read_note
from .settling import way_of, write_way

__all__ = ["check_generations", "check_walk", "walk"]

Floats = NDArray[np.float64]
Misses = Callable[[Floats], Floats]

_FEWEST = 4  # walkers: of those that stand still at the time, two are needed for a move
STEPS, EVERY = 50, 10  # steps of every walker in each generation; of the way every so many steps are kept
_SLOPE = 1e-4  # change by which slopes are found, of the width between the bounds
_MARGIN = 1e-3  # how far inside those begin who would stand outside, of the width; up to twice that


def check_walk(particles: int, n_parameters: int) -> None:
    """Refuse what `walk` could not begin.

    Raises
    ------
    InputError
        If emcee is not installed, or there are too few particles for it.
    """
    try:
        import emcee  # noqa: F401
    except ImportError:
        raise InputError(["Calibration needs emcee, which is not installed: pip install -e '.[calibration]'"]) from None
    if particles < (fewest := max(2 * n_parameters, _FEWEST)):
        needed = f"two for each parameter, and never fewer than {_FEWEST}"
        raise InputError([f"--particles is {particles}. Give {fewest} or more: {needed}."])


def check_generations(file: Path, done: int, wanted: int) -> None:
    """Refuse to give fewer generations than a file holds: they would not be those that were asked for.

    Raises
    ------
    InputError
        If more are finished than are wanted.
    """
    if done > wanted:
        raise InputError(
            [f"--generations is {wanted}, and {done} are finished in {file}. Give {done} or more, or another --work."]
        )


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
        File (JSON) of the last finished generation; if it is there, the calibration goes on from it. The way of the
        walkers is kept beside it (`settling.way_of`).
    particles
        Walkers, and so worlds to give back: where they stand in the end. At least twice as many as parameters,
        and four.
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
        If emcee is not installed, there are too few particles for it, or `notes` are no notes of such a calibration.
    """
    check_walk(particles, len(bounds))
    import emcee

    low, high = np.array(bounds, dtype=np.float64).T

    def log_probability(world: Floats) -> float:
        inside = ((world >= low) & (world <= high)).all()
        return -0.5 * float(np.square(misses(world)).sum()) if inside else -np.inf

    if notes.exists():
        done, worlds = _read(notes, (particles, low.size))
        check_generations(notes, done, generations)
    else:
        done, worlds = 0, _beginning(misses, low, high, particles, seed)
    every = min(EVERY, STEPS)
    while done < generations:
        sampler = emcee.EnsembleSampler(particles, low.size, log_probability, moves=emcee.moves.DEMove())
        sampler.log_prob_fn = log_probability  # without emcee's wrapping, which prints a traceback at Ctrl-C
        luck = np.random.RandomState([seed, done]).get_state()
        begun = emcee.State(worlds, random_state=luck)
        last = sampler.run_mcmc(begun, STEPS // every, thin_by=every)
        write_way(way_of(notes), done, sampler.get_chain(), float(sampler.acceptance_fraction.mean()))
        done, worlds = done + 1, last.coords
        write_text(notes, note({"done": done, "worlds": worlds.tolist()}))
        if tell is not None:
            tell(done, float(np.sqrt(-2.0 * last.log_prob).mean()))
    return worlds


def _read(notes: Path, shape: tuple[int, int]) -> tuple[int, Floats]:
    """Read how many generations are finished, and where the walkers stand."""
    try:
        kept = read_note(notes.read_text(encoding="utf-8"))
        if kept is None:
            raise ValueError("it is not what was written")
        done, worlds = int(kept["done"]), np.array(kept["worlds"], dtype=np.float64)
        if done < 0 or worlds.shape != shape or not np.isfinite(worlds).all():
            raise ValueError(f"it must have {shape[0]} worlds of {shape[1]} numbers")
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InputError(
            [f"{notes}: holds no generation of a calibration ({reason(error)}). Name another file, or delete it."]
        ) from None
    return done, worlds


def _beginning(misses: Misses, low: Floats, high: Floats, particles: int, seed: int) -> Floats:
    """Place walkers around the world nearest to the targets, as far as slopes there say that others may lie.

    The prior counts as a bell of its spread; who would stand outside is put just inside. Each parameter is counted from
    0 to 1 between its bounds.
    """
    from scipy.optimize import least_squares

    def all_misses(share: Floats) -> Floats:
        return np.concatenate([misses(low + share * (high - low)), (share - 0.5) * np.sqrt(12.0)])

    def slopes(share: Floats) -> Floats:
        here, steps = all_misses(share), np.where(share < 0.5, _SLOPE, -_SLOPE)
        return np.stack([(all_misses(share + step) - here) / step.sum() for step in np.diag(steps)], axis=1)

    nearest = least_squares(all_misses, np.full(low.size, 0.5), jac=slopes, bounds=(0.0, 1.0)).x
    slope = slopes(nearest)
    spread = np.linalg.inv(slope.T @ slope)
    shares = np.random.default_rng(seed).multivariate_normal(nearest, spread, particles)
    margin = _MARGIN * (1 + np.arange(particles)[:, None] / particles)  # of each its own: walkers on a plane stay there
    placed: Floats = low + np.clip(shares, margin, 1.0 - margin) * (high - low)
    return placed
