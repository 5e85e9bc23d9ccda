"""stupror's model: children, budgets, contracts and the year that binds them. No files, plots or commands in here."""

import hashlib
import os
import sys
from pathlib import Path

__version__ = "0.1.0"


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
        if b"njit" in source:
            digest.update(source)
    folder = str(here / "__pycache__" / f"kernels-{digest.hexdigest()}")
    if "numba" in sys.modules:
        sys.modules["numba"].config.CACHE_DIR = folder
    os.environ["NUMBA_CACHE_DIR"] = folder


_keep_kernels_apart()
