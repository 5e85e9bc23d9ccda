"""`stupror predict`: what the model says of years that nobody has counted yet, put down with date, version and hash."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated

import typer

from ...files.places import new_file
from ...runs import limits
from .. import common

__all__ = ["predict"]

_DAY = re.compile(r"\d{4}-[01]\d-[0-3]\d$")


def predict(
    dated: Annotated[str, typer.Option(help="The day on which they are put down, such as 2026-11-29.")],
    out: Annotated[Path, typer.Option(help="New page (Markdown).")],
    worlds: Annotated[int, common.WholeOption(help="Likely worlds.")] = 200,
    seed: Annotated[int, common.WholeOption(help="The first seed.")] = limits.FIRST_SEED,
) -> None:
    """Put predictions down: how many funds and outcome contracts there will be, and what would count as wrong."""
    common.check(
        limits.within("--worlds", worlds, 2, limits.MOST_SEEDS),
        limits.within("--seed", seed, 0, limits.LAST_SEED),
        None if _DAY.match(dated) else f"--dated is '{dated}'. Write year, month and day: 2026-11-29.",
        f"{out} exists. Predictions are a record: name a new file." if out.exists() else None,
    )
    from ....model.inputs.scenario import load_scenario
    from ....model.inputs.version import __version__
    from ...calibration import predictions

    scenario = load_scenario()
    with common.progress(worlds, "worlds") as tell:
        found = predictions.predict(scenario, range(seed, seed + worlds), lambda done: tell(done, worlds))
    told = predictions.page(found, dated=dated, version=__version__, scenario=scenario.hash(), worlds=worlds)
    with new_file(out) as draft:
        draft.write_text(told, encoding="utf-8", newline="\n")
    typer.echo(told)
