"""Whether walkers have come to rest, and how sure what they found is: read off the way they went.

Three signs. *Autocorrelation time*: how many steps it takes to forget where one was; an ensemble that has walked fewer
than fifty of them can be far too narrow, and is called not settled (Sokal 1997; Foreman-Mackey et al. 2013,
10.1086/670067). *R-hat* over the second half of the way: spread of all walkers over that within one, 1 if each has
been everywhere (Vehtari et al. 2021, 10.1214/20-BA1221, without ranks). *Effective number*: of how many independent
worlds the second half tells as much. Read by `mcmc`, `abc` and the command `calibrate`.
"""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ..files.records import note, read_note

__all__ = ["MOST_RHAT", "NOT_SETTLED", "TIMES", "Way", "read_way", "settled", "way_of", "write_way"]

Floats = NDArray[np.float64]

TIMES = 50  # autocorrelation times that a settled ensemble has walked
MOST_RHAT = 1.05
NOT_SETTLED = "NOT SETTLED"
WINDOW = 5.0  # Sokal's: autocorrelations are summed up to so many times their sum


@dataclass(frozen=True)
class Way:
    """Where walkers were: `places` has shape (kept, walkers, parameters), one for each `every` steps."""

    places: Floats
    every: int
    accepted: float


def way_of(notes: Path) -> Path:
    """Name the file of the way that belongs to notes of a calibration."""
    return notes.with_name(f"{notes.name}.way")


def write_way(file: Path, done: int, places: Floats, accepted: float) -> None:
    """Add the way of one generation: shape (kept, walkers, parameters), and the share of moves that were accepted."""
    packed = base64.b64encode(np.asarray(places, "<f4").tobytes()).decode()
    with file.open("a", encoding="utf-8", newline="\n") as lines:
        lines.write(note({"done": done, "shape": list(places.shape), "places": packed, "accepted": accepted}) + "\n")


def read_way(file: Path, done: int, steps: int) -> Way | None:
    """Read the way of the last generations up to `done`, as far back as it is whole; None if there is none.

    `steps` are those of a generation. One that was written twice (the calibration was stopped in between) counts once.
    """
    if not file.exists():
        return None
    found: dict[int, tuple[Floats, float]] = {}
    for line in file.read_bytes().split(b"\n"):
        kept = read_note(line.decode("utf-8", "replace")) if line else None
        if kept is not None:
            places = np.frombuffer(base64.b64decode(kept["places"]), "<f4").astype(np.float64)
            found[int(kept["done"])] = places.reshape(kept["shape"]), float(kept["accepted"])
    numbers: list[int] = []
    while done - 1 - len(numbers) in found:
        numbers.append(done - 1 - len(numbers))
    if not numbers:
        return None
    parts = [found[number] for number in reversed(numbers)]
    places = np.concatenate([each for each, _ in parts])
    return Way(places, steps * len(parts) // len(places), float(np.mean([accepted for _, accepted in parts])))


def settled(way: Way, names: Sequence[str]) -> pd.DataFrame:
    """Say of each parameter whether the walkers have settled.

    Returns
    -------
    pandas.DataFrame
        Columns parameter, mean, sd (over the second half of the way), time (autocorrelation time, steps), times (steps
        walked over it), rhat, effective (number of independent worlds in the second half), settled.
    """
    late = way.places[len(way.places) // 2 :]
    rows = []
    for number, name in enumerate(names):
        time = max(autocorrelation_time(way.places[:, :, number]), 1.0) * way.every
        walked, half = len(way.places) * way.every, len(late) * way.every
        rhat = split_rhat(late[:, :, number])
        effective = late.shape[1] * half / time
        rows.append(
            {
                "parameter": name,
                "mean": float(late[:, :, number].mean()),
                "sd": float(late[:, :, number].std()),
                "time": time,
                "times": walked / time,
                "rhat": rhat,
                "effective": min(effective, float(late.shape[0] * late.shape[1])),
                "settled": bool(walked >= TIMES * time and rhat <= MOST_RHAT),
            }
        )
    return pd.DataFrame(rows)


def autocorrelation_time(walked: Floats) -> float:
    """Integrated autocorrelation time, in kept steps: ``1 + 2 sum of rho(lag)``, up to Sokal's window.

    The autocorrelation of an ensemble is about the mean of all walkers (not of each), so that walkers who have hardly
    moved count as a long memory and not as a short one. Shape (kept, walkers).
    """
    n = walked.shape[0]
    off = walked - walked.mean()
    variance = float((off**2).mean())
    if n < 2 or variance == 0.0:
        return float(n)
    size = 1 << (2 * n - 1).bit_length()
    power = np.abs(np.fft.rfft(off, size, axis=0)) ** 2
    products = np.fft.irfft(power, size, axis=0)[:n].mean(axis=1) / np.arange(n, 0, -1)
    time = 2.0 * np.cumsum(products / variance) - 1.0
    enough = np.arange(n) >= WINDOW * time
    return float(time[enough.argmax()] if enough.any() else time[-1])


def split_rhat(walked: Floats) -> float:
    """R-hat of walkers, each cut in two: spread of all over the spread within one. Shape (kept, walkers)."""
    half = walked.shape[0] // 2
    if half < 2:
        return np.nan
    chains = np.concatenate([walked[:half], walked[-half:]], axis=1)
    within = float(chains.var(axis=0, ddof=1).mean())
    between = float(chains.mean(axis=0).var(ddof=1))
    return float(np.sqrt((half - 1) / half + between / within)) if within > 0.0 else np.inf
