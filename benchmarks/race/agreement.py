"""Whether a way does the workload: its outputs against those of the reference, before anything is timed."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import ArrayLike

from .ways import REFERENCE, Running
from .workload import Floats

CHILDREN, REFERENCE_SEEDS, SEEDS = 10_000, 60, 20
FARTHEST = 4.5  # standard errors: the farthest of 205 outputs goes beyond by chance in one check of seven hundred


def standard_errors(reference: ArrayLike, found: ArrayLike) -> Floats:
    """How far means are from the reference's, in standard errors of their difference.

    Parameters
    ----------
    reference, found
        Outputs by (seed, output). The spread is the reference's. Where it has none, any difference is infinitely far.
    """
    usual, asked = np.asarray(reference, np.float64), np.asarray(found, np.float64)
    apart = asked.mean(axis=0) - usual.mean(axis=0)
    error = usual.std(axis=0, ddof=1) * np.sqrt(1 / len(usual) + 1 / len(asked))
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(apart == 0, 0.0, apart / error)


def reference(way: Running) -> list[list[float]]:
    """Outputs of the reference, a row for each of its seeds."""
    return _outputs(way, range(10_000, 10_000 + REFERENCE_SEEDS))


def agrees(way: Running, usual: list[list[float]]) -> tuple[bool, str]:
    """Whether a way does the workload, and the sentence that says how far it is from the reference."""
    found = _outputs(way, range(1, SEEDS + 1))
    far = float(np.abs(standard_errors(usual, found)).max())
    same = far < FARTHEST
    verdict = "agrees" if same else "DOES SOMETHING ELSE, and is not timed"
    return same, f"{verdict}: the farthest of {len(found[0])} outputs is {far:.2f} standard errors from {REFERENCE}"


def _outputs(way: Running, seeds: Iterable[int]) -> list[list[float]]:
    return [way.run(CHILDREN, seed)["outputs"] for seed in seeds]
