"""Random numbers by name: the draw for (seed, child, age, purpose) is a pure function of those four.

A child is (municipality code, birth year, index in that cohort), so it keeps its luck whichever part of the country is
simulated and whatever anybody else does. A 64-bit key per (seed, purpose, municipality, birth year, age) is hashed once
for the whole cohort; child number i then reads splitmix64 (Steele, Lea & Flood 2014) at place i of the key's sequence.

Every purpose has its own number here: a new one leaves the others' luck as it was. Read by `ladder`, `lifecourse`,
`budgets`, `practice`, `asking` and `model`.
"""

import hashlib

import numpy as np
from numba import uint32, uint64
from numpy.typing import ArrayLike, NDArray

from ..inputs.compiled import as_read, kernel

BIRTH, MOVE, ELIGIBILITY, DETECT, AGENT, CYCLE, LOCAL, WINDFALL = range(1, 9)
SPREAD, SURVEY, PURSE, LOT, IDEA, TASTE, SERVICE, RECRUIT, LEAVE = range(21, 30)
CHANCE = 20  # whether a condition of a contract holds
DRAW_BITS = 31  # so that a probability of exactly 1 still fits an unsigned 32-bit threshold
ONE = 1 << DRAW_BITS

_GOLD = np.uint64(0x9E3779B97F4A7C15)
_MIX_1 = np.uint64(0xBF58476D1CE4E5B9)
_MIX_2 = np.uint64(0x94D049BB133111EB)
_S30, _S27, _S31 = np.uint64(30), np.uint64(27), np.uint64(31)
_SHIFT = np.uint64(64 - DRAW_BITS)


@kernel
def mix(word: np.uint64) -> np.uint64:
    """Scramble 64 bits (the splitmix64 finaliser)."""
    word = (word ^ (word >> _S30)) * _MIX_1
    word = (word ^ (word >> _S27)) * _MIX_2
    return word ^ (word >> _S31)


@kernel
def stream_key(seed: int, purpose: int, municipality: int, birth_year: int, age: int) -> np.uint64:
    """Return the 64-bit key of one cohort's draws for one purpose at one age (all arguments are integers)."""
    return cohort_key(place_key(seed, purpose, municipality), birth_year, age)


@kernel
def place_key(seed: int, purpose: int, municipality: int) -> np.uint64:
    """Return what the keys of all cohorts of a municipality have in common."""
    return mix(mix(uint64(seed) * _GOLD + uint64(purpose)) + uint64(municipality) * _MIX_1 + uint64(1))


@kernel
def cohort_key(place: np.uint64, birth_year: int, age: int) -> np.uint64:
    """Return the key of one cohort at one age, from that of its municipality."""
    return mix(place + uint64(birth_year) * uint64(65536) + uint64(age) + uint64(1))


@kernel
def draw(key: np.uint64, child: int) -> np.uint32:
    """Return the draw of child number `child` (0, 1, ...) under `key`: an integer in [0, 2**31)."""
    return uint32(mix(key + (uint64(child) + uint64(1)) * _GOLD) >> _SHIFT)


@kernel
def draws(seed: int, purpose: int, municipality: int, birth_year: int, age: int, n: int) -> NDArray[np.uint32]:
    """Return the draws of the first `n` children of a cohort, shape (n,), uint32 in [0, 2**31)."""
    key = stream_key(seed, purpose, municipality, birth_year, age)
    out = np.empty(n, np.uint32)
    for child in range(n):
        out[child] = draw(key, child)
    return out


def threshold(probability: ArrayLike) -> NDArray[np.uint32]:
    """Turn probabilities (array-like in [0, 1]) into thresholds: a draw below happens with that probability."""
    return np.rint(np.clip(np.asarray(probability, dtype=np.float64), 0.0, 1.0) * ONE).astype(np.uint32)


def uniforms(seed: int, purpose: int, n: int, *, key: tuple[int, int, int] = (0, 0, 0)) -> NDArray[np.float64]:
    """Return `n` numbers in (0, 1), shape (n,), for draws that belong to no child (agents, the business cycle)."""
    municipality, birth_year, age = key
    bits = draws(seed, purpose, municipality, birth_year, age, n)
    return (bits.astype(np.float64) + 0.5) / ONE


def by_place(
    seed: int, purpose: int, codes: NDArray[np.int64], numbers: NDArray[np.int64], year: int = 0
) -> NDArray[np.float64]:
    """Return draws in (0, 1) with these `numbers` for each municipality or county code. Shape (codes, numbers).

    The key is (code, year, 0), and a number names what the luck is about: the same whoever and whatever else is there.
    """
    return _by_place(seed, purpose, as_read(codes), as_read(numbers), year)


@kernel
def _by_place(
    seed: int, purpose: int, codes: NDArray[np.int64], numbers: NDArray[np.int64], year: int
) -> NDArray[np.float64]:
    out = np.empty((codes.size, numbers.size))
    for i in range(codes.size):
        key = stream_key(seed, purpose, codes[i], year, 0)
        for t in range(numbers.size):
            out[i, t] = (draw(key, numbers[t]) + 0.5) / ONE
    return out


def number_of(name: str) -> int:
    """Return the number, 0 to 2**32 - 1, by which luck knows what has a name: the same whatever else is there."""
    return int.from_bytes(hashlib.blake2b(name.encode(), digest_size=4).digest())


@kernel
def chances(
    seed: int, number: int, municipality: NDArray[np.int64], year: NDArray[np.int64], intervention: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Return one number in (0, 1) for each project, for its condition `number` (0, 1, ...). Shape (n,).

    A project is named by municipality code, first year and number of the intervention (`number_of`): it keeps its luck
    whatever else is decided.
    """
    out = np.empty(municipality.size)
    for i in range(municipality.size):
        key = stream_key(seed, CHANCE, municipality[i], year[i], intervention[i])
        out[i] = (draw(key, number) + 0.5) / ONE
    return out
