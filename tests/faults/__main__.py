"""Make faults for some minutes and count: `python -m tests.faults --minutes 1 --seed 1`.

Every trial is named by its kind, the seed and a number: `--again "kill run" 17` makes that one again.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
import warnings
from collections import Counter
from collections.abc import Callable
from functools import cache
from pathlib import Path

from . import commands, compiling, reading
from .reading import in_a_row

Trials = dict[str, Callable[[int, int], str | None]]  # kind -> trial by seed and number: how it failed, if it did
SHARE_OF_READING = 0.4
SHOWN = 5  # failures of a kind that are printed in full


def trials(place: Path) -> tuple[Trials, Trials]:
    """List every kind of trial: of input that is read, and of commands that are disturbed."""
    ground, yard = cache(lambda: reading.Ground(place / "ground")), commands.Yard(place / "yard")
    reads: Trials = {
        kind: lambda seed, number, kind=kind: reading.attempt(kind, seed, number, ground())  # type: ignore[misc]
        for kind in reading.KINDS
    }
    disturbs: Trials = {
        f"{fault} {name}": lambda seed, number, fault=fault, name=name: commands.attempt(
            fault, name, seed, number, yard
        )  # type: ignore[misc]
        for name in commands.COMMANDS
        for fault in commands.FAULTS
    }
    kitchen = compiling.Kitchen(place / "kitchen")
    disturbs |= {
        fault: lambda seed, number, fault=fault: compiling.attempt(fault, seed, number, kitchen)  # type: ignore[misc]
        for fault in compiling.FAULTS
    }
    return reads, disturbs


def count(kinds: Trials, seed: int, seconds: float, rounds: int) -> tuple[Counter[str], Counter[str]]:
    """Make trials of every kind in turn until time or rounds are over; give how many were made and how many failed."""
    made, failed, end = Counter[str](), Counter[str](), time.monotonic() + seconds
    for _ in range(rounds):
        if time.monotonic() > end:
            break
        for kind, trial in kinds.items():
            for _ in range(in_a_row(kind)):
                if time.monotonic() > end:
                    break
                number = made[kind]
                wrong = trial(seed, number)
                made[kind] += 1
                if wrong is not None:
                    failed[kind] += 1
                    if failed[kind] <= SHOWN:
                        print(f'--again "{kind}" {number}: {wrong}', flush=True)
    return made, failed


def main() -> int:
    """Make faults, and print a table."""
    options = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__.split("\n")[0])
    options.add_argument("--minutes", type=float, default=1.0, help="how long")
    options.add_argument("--rounds", type=int, default=10**9, help="how often every kind has its turn, at most")
    options.add_argument("--seed", type=int, default=1, help="names the luck of all trials")
    options.add_argument(
        "--only",
        default="",
        help="kinds that begin so, such as 'kill' or 'scenario'; 'reading' for all files and strings",
    )
    options.add_argument("--again", nargs=2, metavar=("KIND", "NUMBER"), help="make one trial again")
    given = options.parse_args()
    warnings.simplefilter("error", RuntimeWarning)
    with tempfile.TemporaryDirectory(prefix="stupror-faults-") as folder:
        reads, disturbs = trials(Path(folder))
        if given.again:
            kind, number = given.again
            print((reads | disturbs)[kind](given.seed, int(number)) or "as it should be")
            return 0
        kinds = [
            {kind: trial for kind, trial in group.items() if kind.startswith(given.only)} for group in (reads, disturbs)
        ]
        if given.only == "reading":
            kinds = [reads, {}]
        shares = (SHARE_OF_READING, 1 - SHARE_OF_READING) if all(kinds) else (1.0, 1.0)
        made, failed = Counter[str](), Counter[str]()
        for group, share in zip(kinds, shares, strict=True):
            if group:
                some, wrong = count(group, given.seed, 60 * given.minutes * share, given.rounds)
                made, failed = made + some, failed + wrong
    print("| kind | trials | failed |\n|---|---:|---:|")
    for kind, number in made.items():
        print(f"| {kind} | {number} | {failed[kind]} |")
    print(f"| all | {made.total()} | {failed.total()} |")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
