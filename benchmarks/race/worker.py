"""One way in one process: reads ``n seed years`` line by line, answers each with a line of JSON.

`race` starts it as ``python -m benchmarks.race.worker NAME`` with the Python of that way's environment. Exit code 3: a
package of that way is not installed.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import platform
import sys
import time
from importlib.metadata import PackageNotFoundError, version
from itertools import pairwise
from pathlib import Path
from typing import Any, TextIO

NOT_INSTALLED = 3


def peak(forget: bool = False) -> int | None:
    """Bytes of memory at most since the last time that the peak was forgotten; None where only Linux would know."""
    try:
        if forget:
            Path("/proc/self/clear_refs").write_text("5")
        lines = Path("/proc/self/status").read_text().splitlines()
    except OSError:
        return None
    return next(1024 * int(line.split()[1]) for line in lines if line.startswith("VmHWM"))


def one_run(way: Any, n: int, seed: int, years: int) -> dict[str, Any]:
    """Build and live one world; seconds of both by the wall and the processor, and what came of it."""
    gc.collect()
    before = peak(forget=True)
    clocks = [(time.perf_counter(), time.process_time())]
    world = way.build(n, seed)
    clocks.append((time.perf_counter(), time.process_time()))
    way.live(world, years)
    clocks.append((time.perf_counter(), time.process_time()))
    most = peak()
    built, lived = ([b - a for a, b in zip(*pair, strict=True)] for pair in pairwise(clocks))
    return {
        "build_wall": built[0], "build": built[1], "wall": lived[0], "processor": lived[1],
        "growth": most - before if most is not None and before is not None else None,
        "child_years": way.lived(world) if hasattr(way, "lived") else n * years,
        "outputs": way.outputs(world).row().tolist() if hasattr(way, "outputs") else None,
    }  # fmt: skip


def versions(packages: tuple[str, ...]) -> str:
    """Python and packages with their versions."""
    named = [f"Python {platform.python_version()}"]
    for package in packages:
        try:
            named.append(f"{package} {version(package)}")
        except PackageNotFoundError:
            named.append(package)
    return ", ".join(named)


def main() -> None:
    """Answer until nothing more is asked."""
    answers: TextIO = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)  # what a library prints is not an answer
    try:
        way = importlib.import_module(f"{__package__}.peers.{sys.argv[1]}")
    except ModuleNotFoundError as missing:
        print(missing, file=sys.stderr)
        sys.exit(NOT_INSTALLED)
    print(json.dumps({"versions": versions(way.PACKAGES)}), file=answers)
    for line in sys.stdin:
        n, seed, years = map(int, line.split())
        print(json.dumps(one_run(way, n, seed, years)), file=answers)


if __name__ == "__main__":
    main()
