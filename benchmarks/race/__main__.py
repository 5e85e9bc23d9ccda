"""Race the ways of writing one small model of children: agreement first, then speed in interleaved rounds.

    python -m benchmarks.race [--sizes 10000,100000] [--rounds 5] [--only NAME,NAME] [--out build/race]
    python -m benchmarks.race --install NAME

`README.md` beside this file has the workload and how to read what is printed.
"""

from __future__ import annotations

import argparse
import datetime
import json
import os
import platform
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from .agreement import agrees, reference
from .report import Runs, figure, table
from .ways import REFERENCE, WAYS, NotInstalledError, Running, install


def main() -> None:
    """Run the race, or install what it needs."""
    words = argparse.ArgumentParser(prog="python -m benchmarks.race", description=__doc__.split("\n")[0])
    words.add_argument("--sizes", type=sizes, default="10000,100000,1000000", help="numbers of children")
    words.add_argument("--rounds", type=above_zero, default=5, help="rounds of all ways at each size")
    words.add_argument("--only", type=names, default=",".join(WAYS), help=f"of {', '.join(WAYS)}")
    words.add_argument("--environments", type=Path, default=Path("build/race/environments"), help="one for each way")
    words.add_argument("--out", type=Path, default=Path("build/race"), help="where race.md, .json and .svg are written")
    words.add_argument("--install", type=names, metavar="NAME,NAME", help="make these ways' environments, and stop")
    asked = words.parse_args()
    if asked.install:
        for name in asked.install:
            install(asked.environments, name)
        return
    asked.out.mkdir(parents=True, exist_ok=True)
    head = (
        f"{datetime.date.today()}, {platform.machine()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} "
        "at the start. Ratios from one run only; no seconds of a machine that has other work."
    )
    print(head)
    missing, versions, timed = admitted(asked.environments, asked.only)
    runs: Runs = {}
    for n in asked.sizes:
        runs |= rounds(asked.environments, [name for name in timed if n <= WAYS[name].largest], n, asked.rounds)
    if "stupror_model" in timed:
        runs |= rounds(asked.environments, ["stupror_model"], max(asked.sizes), asked.rounds)
    text = table(runs)
    print(text)
    said = [head, "", *versions, *missing, text, ""]
    (asked.out / "race.md").write_text("\n".join(said), encoding="utf-8")
    kept = [{"way": name, "children": n, "runs": each} for (name, n), each in runs.items()]
    (asked.out / "race.json").write_text(json.dumps(kept), encoding="utf-8")
    figure(runs, asked.out / "race.svg")


def admitted(environments: Path, asked: list[str]) -> tuple[list[str], list[str], list[str]]:
    """Which ways are not installed, with what versions the others run, and who may be timed: who agrees."""
    missing, versions, timed = [], [], []
    with started(environments, REFERENCE) as way:
        usual = reference(way)
    for name in asked:
        try:
            with started(environments, name) as way:
                same, sentence = agrees(way, usual) if WAYS[name].equal else (True, "does other work")
                versions.append(f"- {name}: {sentence} ({way.versions})")
                timed += [name] if same else []
                print(versions[-1], flush=True)
        except NotInstalledError as command:
            missing.append(f"- {name}: not installed; {command}")
            print(missing[-1], flush=True)
    return missing, versions, timed


def rounds(environments: Path, ways: list[str], n: int, number: int) -> Runs:
    """Time the ways in turn, A B C A B C, each in its own process; the first, small run of each compiles."""
    with ExitStack() as stack:
        running = {name: stack.enter_context(started(environments, name)) for name in ways}
        for way in running.values():
            way.run(2_000, 0)
        found: Runs = {(name, n): [] for name in running}
        for seed in range(1, number + 1):
            for name, way in running.items():
                found[name, n].append({**way.run(n, seed), "outputs": None})
    return found


@contextmanager
def started(environments: Path, name: str) -> Iterator[Running]:
    """A way's process, ended afterwards."""
    way = Running(environments, name)
    try:
        yield way
    finally:
        way.close()


def names(text: str) -> list[str]:
    """Read names of ways."""
    found = [each.strip() for each in text.split(",") if each.strip()]
    for each in found:
        if each not in WAYS:
            raise argparse.ArgumentTypeError(f"there is no way '{each}'; there are {', '.join(WAYS)}")
    return found


def sizes(text: str) -> list[int]:
    """Read numbers of children."""
    return [above_zero(each.replace("_", "")) for each in text.split(",")]


def above_zero(text: str) -> int:
    """Read a whole number above 0."""
    if not text.strip().isdecimal() or not int(text):
        raise argparse.ArgumentTypeError(f"'{text}' is no whole number above 0")
    return int(text)


if __name__ == "__main__":
    sys.exit(main())
