"""stupror's model: children, budgets, contracts and the year that binds them. No files, plots or commands in here."""

from __future__ import annotations

import hashlib
import os
import sys
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .inputs.version import __version__

if TYPE_CHECKING:
    from .bodies.rules import by_body
    from .contracts import load_design
    from .inputs.scenario import load_scenario, select
    from .model import simulate

__all__ = ["__version__", "by_body", "load_design", "load_scenario", "select", "simulate"]


def _keep_kernels_apart() -> None:
    """Give compiled kernels a cache of their own for each version of the source.

    Numba notices a change in a kernel's own file, not in a kernel that it calls from another file: after an update it
    could go on with half of the old rules. So the version is that of all files that hold a kernel; kernels read no
    constant from any other.
    """
    here = Path(__file__).parent
    digest = hashlib.blake2b(digest_size=8)
    for file in sorted(here.rglob("*.py")):
        source = file.read_bytes()
        if b"njit" in source or b"@kernel" in source:
            digest.update(source)
    folder = str(here / "__pycache__" / f"kernels-{digest.hexdigest()}")
    if "numba" in sys.modules:
        sys.modules["numba"].config.CACHE_DIR = folder
    os.environ["NUMBA_CACHE_DIR"] = folder


_keep_kernels_apart()


_HOME = {
    "by_body": "bodies.rules",
    "load_design": "contracts",
    "load_scenario": "inputs.scenario",
    "select": "inputs.scenario",
    "simulate": "model",
}


def __getattr__(name: str) -> Any:
    """Import what is asked for: the public face of the model, so that nobody needs a deeper path."""
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f".{_HOME[name]}", __name__), name)
