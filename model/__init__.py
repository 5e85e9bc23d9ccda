"""stupror's model: children, budgets, contracts and the year that binds them. No files, plots or commands in here."""

from __future__ import annotations

import atexit
import hashlib
import os
import shutil
import sys
import tempfile
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .inputs.version import __version__

if TYPE_CHECKING:
    from .bodies.rules import by_body
    from .contracts import load_design
    from .inputs.scenario import load_scenario, select
    from .model import PreventionModel, simulate
    from .plain import SwedenModel

__all__ = [
    "PreventionModel",
    "SwedenModel",
    "__version__",
    "by_body",
    "load_design",
    "load_scenario",
    "select",
    "simulate",
]


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
        if any(mark in source for mark in (b"njit", b"@kernel", b"@in_kernels")):
            digest.update(source)
    folder = str(_first_writable(f"{_KERNELS}{digest.hexdigest()}", here))
    if "numba" in sys.modules:
        sys.modules["numba"].config.CACHE_DIR = folder
    os.environ["NUMBA_CACHE_DIR"] = folder


def _first_writable(name: str, here: Path) -> Path:
    """Give the first place that can be written: where NUMBA_CACHE_DIR says, beside the source, in the user's cache.

    If none can, a new folder that goes when Python ends: one that others can guess could hold code of theirs.
    """
    given = Path(os.environ.get("NUMBA_CACHE_DIR") or here / "__pycache__")
    given = given.parent if given.name.startswith(_KERNELS) else given  # set by a process that started this one
    own = Path(os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")) / "stupror"
    for place in (given, here / "__pycache__", own):
        try:
            (place / name).mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryFile(dir=place / name):
                return place / name
        except OSError:
            continue
    fleeting = tempfile.mkdtemp(prefix="stupror-")
    atexit.register(shutil.rmtree, fleeting, ignore_errors=True)
    return Path(fleeting)


_KERNELS = "kernels-"
_keep_kernels_apart()


_HOME = {
    "PreventionModel": "model",
    "SwedenModel": "plain",
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
