"""stupror: who pays and who gains when public bodies do, or do not, fund early interventions for children.

    from stupror import run, compare, batch                       # for a notebook
    from stupror.model import load_design, load_scenario, select, simulate

The folders `model`, `experiments` and `analysis` of the project are installed here. What is named above, and in
`stupror.model` and `stupror.experiments`, is the public face; deeper paths may change. Names are imported when they are
asked for, so that commands start at once.
"""

from __future__ import annotations

TYPE_CHECKING = False  # as of `typing`, which is not imported: what comes before the command shall take no time
if TYPE_CHECKING:
    from typing import Any

    from .experiments import batch, compare, open_batch, run
    from .model import __version__, by_body, load_design, load_scenario, select, simulate

__all__ = [
    "__version__",
    "batch",
    "by_body",
    "compare",
    "load_design",
    "load_scenario",
    "open_batch",
    "run",
    "select",
    "simulate",
]


def __getattr__(name: str) -> Any:
    """Import what is asked for."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from . import experiments, model

    return getattr(experiments if name in experiments.__all__ else model, name)
