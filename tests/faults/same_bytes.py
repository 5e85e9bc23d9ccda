"""One small comparison under many settings of machine and Python: `python -m tests.faults.same_bytes`.

Each setting runs `stupror compare` in a process of its own, and prints the digest of all tables that it wrote. They
must be equal: results depend on the scenario, the designs and the seeds, and on nothing else. Another Python:
`--python /path/to/python3.13`, in whose environment stupror is installed; several may be given.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pandas as pd

WORDS = ("compare", "--municipalities", "1060,1080", "--years", "4", "--seeds", "2", "--designs",
         "status-quo,state-outcomes-fund,planner")  # fmt: skip
SETTINGS: dict[str, tuple[dict[str, str], tuple[str, ...]]] = {
    "as it is": ({}, ()),
    **{f"OPENBLAS_CORETYPE={core}": ({"OPENBLAS_CORETYPE": core}, ()) for core in
       ("Haswell", "Zen", "SkylakeX", "Prescott", "Sandybridge")},
    "NUMBA_CPU_NAME=generic": ({"NUMBA_CPU_NAME": "generic"}, ()),
    "NPY_DISABLE_CPU_FEATURES": ({"NPY_DISABLE_CPU_FEATURES": "AVX2 FMA3"}, ()),
    "OMP_NUM_THREADS=1": ({"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}, ()),
    "NUMBA_NUM_THREADS=1": ({"NUMBA_NUM_THREADS": "1"}, ()),
    "--workers 2": ({}, ("--workers", "2")),
    "PYTHONHASHSEED=7, TZ, LANG": ({"PYTHONHASHSEED": "7", "TZ": "Asia/Tokyo", "LANG": "C", "LC_ALL": "C"}, ()),
}  # fmt: skip


def digest(python: str, environment: dict[str, str], more: tuple[str, ...] = ()) -> str:
    """Run the comparison, and give the digest of its tables."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "out"
        command = [python, "-c", "from stupror.experiments.cli import main; main()", *WORDS, *more, "--out", str(out)]
        done = subprocess.run(command, env={**os.environ, **environment}, capture_output=True, text=True)
        if done.returncode:
            return f"ended with {done.returncode}: {done.stderr[-200:]}"
        whole = hashlib.sha256()
        for path in sorted(out.glob("*.parquet")):  # every digit; the file itself says which versions wrote it
            whole.update(path.name.encode() + pd.read_parquet(path).to_csv(index=False).encode())
        return whole.hexdigest()[:16]


def main() -> int:
    """Print a digest for each setting."""
    options = argparse.ArgumentParser(prog="python -m tests.faults.same_bytes", description=__doc__.split("\n")[0])
    options.add_argument("--python", action="append", default=[], help="another Python that has stupror")
    options.add_argument("--only", default="", help="settings with this in their name")
    given = options.parse_args()
    chosen = {name: setting for name, setting in SETTINGS.items() if given.only in name or name == "as it is"}
    found: dict[str, str] = {}
    for name, (environment, more) in chosen.items():
        found[name] = digest(sys.executable, environment, more)
        print(f"{found[name]}  {name}", flush=True)
    for python in given.python:
        found[python] = digest(python, {})
        print(f"{found[python]}  {python}", flush=True)
    print(f"{len(found)} settings, {len(set(found.values()))} different results")
    return 0 if len(set(found.values())) == 1 else 1


if __name__ == "__main__":
    sys.exit(main())
