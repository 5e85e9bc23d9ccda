"""`stupror rerun`: make the runs of a manifest again, and say whether every table is what it was."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path
from typing import Annotated

import typer

from ...runs import limits
from ...runs.limits import MOST_AT_ONCE
from .. import common
from ..common import FailedError, Posteriors, StoppedError
from ..language import note, tell

__all__ = ["rerun"]


def rerun(
    manifest: Annotated[Path, typer.Argument(metavar="MANIFEST", help="manifest.json of a run, or its folder.")],
    designs: Annotated[
        str | None, typer.Option(help="Designs of the run, if files of your own were among them: all, in order.")
    ] = None,
    posterior: Posteriors = None,
    workers: Annotated[int, common.WholeOption(help="Processes to run in; the results do not depend on it.")] = 1,
) -> None:
    """Run again what a manifest says, and compare every table with its SHA-256."""
    common.check(limits.within("--workers", workers, 1, MOST_AT_ONCE))
    from ...runs.again import again

    wanted = [each.strip() for each in designs.split(",")] if designs is not None else None
    started = time.perf_counter()
    try:
        with tempfile.TemporaryDirectory() as there:
            found = again(manifest, Path(there), wanted, posterior or (), workers)
    except KeyboardInterrupt:
        raise StoppedError("Stopped.") from None
    for difference in found.versions:
        note(f"Note: {difference}")
    if found.different:
        names = ", ".join(found.different)
        raise FailedError(f"{manifest}: {len(found.different)} of {found.files} files differ: {names}.")
    tell(f"All {found.files} files are the same, byte for byte ({time.perf_counter() - started:.0f} seconds).")
