"""Running the model: one run, paired comparison, batches, the commands. Uses `model` and `analysis`; neither knows it.

    from stupror.experiments import run, compare, batch

gives what a notebook needs (`experiments.api`); it is imported when it is asked for, so that commands start at once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .api import batch, compare, run
    from .results import open_batch

__all__ = ["batch", "compare", "open_batch", "run"]


def __getattr__(name: str) -> Any:
    """Import what is asked for."""
    if name in ("batch", "compare", "run"):
        from . import api

        return getattr(api, name)
    if name == "open_batch":
        from .results import open_batch

        return open_batch
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
