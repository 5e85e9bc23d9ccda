"""Compiled code that cannot be kept, or was damaged: a kernel gives the same number, and nothing is said.

Each trial compiles one small kernel in processes of its own, with a cache of its own.
"""

from __future__ import annotations

import os
import shutil
import time
from pathlib import Path
from random import Random

from .commands import read_only
from .corpus import damaged
from .yard import Process, start

SOURCE = """\
import os, sys
import numba, numpy as np
numba.config.CACHE_DIR = os.environ["CACHE"]
from stupror.model.inputs.compiled import kernel
@kernel
def summed(values):
    total = 0.0
    for each in values:
        total += each
    return total
print(summed(np.arange(5.0)))
"""


class Kitchen:
    """Where kernels are compiled."""

    def __init__(self, place: Path) -> None:
        self.place = place
        place.mkdir(parents=True, exist_ok=True)
        (place / "small.py").write_text(SOURCE, encoding="utf-8")

    def compiled(self, cache: Path, said: str) -> Process:
        """Compile in a process of its own."""

        def elsewhere() -> None:
            os.environ["CACHE"] = str(cache)
            path = self.place / "small.py"
            exec(
                compile(path.read_text(encoding="utf-8"), str(path), "exec"),
                {"__name__": "small", "__file__": str(path)},
            )
            raise SystemExit(0)

        return start([], self.place / said, elsewhere)

    def gives(self, cache: Path) -> None:
        """Compile, and see that the number is right."""
        process = self.compiled(cache, "said")
        code = process.wait()
        assert code == 0, f"ends with {code}: {process.text[-300:]}"
        assert process.text.strip() == "10.0", f"says {process.text[-300:]}"


def spoiled(random: Random, kitchen: Kitchen, cache: Path) -> None:
    """Damage a file of the cache."""
    kitchen.gives(cache)
    files = sorted(path for path in cache.rglob("*") if path.suffix in (".nbi", ".nbc"))
    assert files, "nothing is kept"
    path = random.choice(files)
    path.write_bytes(damaged(random, path.read_bytes()) if random.random() < 0.7 else b"")
    if path.suffix == ".nbc" and path.stat().st_size:
        path.write_bytes(
            path.read_bytes()[: random.randrange(path.stat().st_size)]
        )  # flipped bits of code are not seen
    kitchen.gives(cache)


def closed(_random: Random, kitchen: Kitchen, cache: Path) -> None:
    """Let nobody write into the cache."""
    cache.mkdir()
    with read_only(cache) as possible:
        if possible:
            kitchen.gives(cache)


def at_once(random: Random, kitchen: Kitchen, cache: Path) -> None:
    """Compile in three processes at once, and kill one of them."""
    several = [kitchen.compiled(cache, f"said-{number}") for number in range(3)]
    time.sleep(random.random() * 0.5)
    several[0].kill()
    for process in several[1:]:
        code = process.wait()
        assert code == 0, f"ends with {code}: {process.text[-300:]}"
        assert process.text.strip() == "10.0", process.text[-300:]
    kitchen.gives(cache)


FAULTS = {"cache damaged": spoiled, "cache closed": closed, "compiling at once": at_once}


def attempt(fault: str, seed: int, number: int, kitchen: Kitchen) -> str | None:
    """Make one trial; say how it failed, if it did."""
    cache = kitchen.place / "cache"
    shutil.rmtree(cache, ignore_errors=True)
    try:
        FAULTS[fault](Random(f"{fault}/{seed}/{number}"), kitchen, cache)
    except (AssertionError, OSError) as wrong:
        return " ".join(str(wrong).split())[:400] or type(wrong).__name__
    return None
