"""The ways that race: what each is, what it needs, up to how many children it is asked; and their processes."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from . import worker
from .workload import YEARS

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Way:
    """One way of writing the workload: a file in `peers/`."""

    title: str
    needs: str  # what pip installs into its environment; empty: it runs in stupror's own
    largest: int  # children, where nobody says otherwise
    equal: bool = True  # it does the workload, no more and no less


WAYS = {
    "stupror_kernel": Way("stupror's kernel, decisions beside it", "", 10_000_000),
    "numba_loop": Way("Numba, this ladder alone", "", 10_000_000),
    "numpy_arrays": Way("NumPy", "", 10_000_000),
    "ambr_columns": Way("AMBER (ambr)", "ambr==0.5.2", 1_000_000),
    "starsim_states": Way("Starsim", "starsim==3.7.2", 1_000_000),
    "mesa_frames_columns": Way("mesa-frames (Polars)", "mesa-frames==0.1.0a0", 1_000_000),
    "mesa_agents": Way("Mesa agents", "", 100_000),
    "stupror_model": Way("stupror, the whole model", "", 0, equal=False),
}
REFERENCE = "numpy_arrays"


class NotInstalledError(Exception):
    """A way's packages are not there; the message says how to get them."""


class DiedError(Exception):
    """A way's process ended in the middle."""


def environment(folder: Path, name: str) -> Path:
    """The folder of a way's own environment."""
    return folder / name


def install(folder: Path, name: str) -> None:
    """Make the environment of a way, from the package index that pip knows."""
    if not WAYS[name].needs:
        return
    there = environment(folder, name)
    subprocess.run([sys.executable, "-m", "venv", str(there)], check=True)
    pip = [str(there / "bin" / "python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*pip, WAYS[name].needs], check=True)


class Running:
    """The process of one way, idle unless asked."""

    def __init__(self, folder: Path, name: str) -> None:
        own = environment(folder, name) / "bin" / "python"
        python = str(own) if own.exists() else sys.executable
        self.said = tempfile.TemporaryFile("w+")  # noqa: SIM115 - open as long as the process
        self.name, self.process = name, subprocess.Popen(
            [python, "-m", f"{__package__}.worker", name],
            cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self.said, text=True,
        )  # fmt: skip
        try:
            self.versions: str = self._answer()["versions"]
        except DiedError:
            if self.process.returncode == worker.NOT_INSTALLED:
                raise NotInstalledError(f"python -m benchmarks.race --install {name}") from None
            raise

    def run(self, n: int, seed: int, years: int = YEARS) -> dict[str, Any]:
        """Run a world of `n` children; what `worker.one_run` says."""
        assert self.process.stdin is not None
        self.process.stdin.write(f"{n} {seed} {years}\n")
        self.process.stdin.flush()
        return self._answer()

    def close(self) -> None:
        """Let the process end."""
        self.process.communicate(timeout=60)

    def _answer(self) -> dict[str, Any]:
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        if line:
            answer: dict[str, Any] = json.loads(line)
            return answer
        self.process.communicate()
        self.said.seek(0)
        raise DiedError(f"{self.name} ended with exit code {self.process.returncode}:\n{self.said.read()[-2000:]}")
