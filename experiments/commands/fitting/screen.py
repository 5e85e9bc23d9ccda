"""`stupror screen`: which parameters move the results most."""

from __future__ import annotations

from collections.abc import Hashable
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import typer

from ...files.places import new_file
from ...files.spreadsheets import csv_bytes
from ...runs import limits
from ...runs.workers import WorkerError, in_order, open_pool
from .. import common, language

__all__ = ["screen"]

SHOWN = 10
SAID = {"invested": "money put in", "saved": "saved", "gain": "gain of public budgets"}


def screen(
    out: Annotated[Path, typer.Option(help="New file for the ranking (CSV).")],
    design: Annotated[str, typer.Option(help="Name of a design, or path of a design file.")] = "state-outcomes-fund",
    place: Annotated[str, typer.Option(help="Part of the country that is lived in.")] = limits.QUICK_PLACE,
    municipalities_file: common.MunicipalitiesFile = None,
    years: Annotated[int, common.WholeOption(help="Budget years.")] = 10,
    trajectories: Annotated[int, common.WholeOption(help="Morris trajectories.")] = 10,
    seed: Annotated[int, common.WholeOption(help="The first luck.")] = limits.FIRST_SEED,
    lucks: Annotated[
        int | None,
        common.WholeOption(help="How many lucks the trajectories take turns at. [default: one each]"),
    ] = None,
    assumed: Annotated[
        bool, typer.Option("--assumed", help="Move those alone whose source says that they are assumed.")
    ] = False,
    workers: Annotated[int, common.WholeOption(help="Processes to run in; the results do not depend on it.")] = 1,
) -> None:
    """Move every uncertain parameter through its range (Morris) and rank what that does to the results."""
    n_lucks = common.given(lucks, trajectories)
    common.check(
        limits.within("--years", years, 1, limits.MOST_YEARS),
        limits.within("--trajectories", trajectories, 2, 1_000),
        limits.within("--seed", seed, 0, limits.LAST_SEED - 1_000),
        limits.within("--lucks", n_lucks, 1, 1_000),
        limits.within("--workers", workers, 1, limits.MOST_AT_ONCE),
    )
    scenario = common.read_scenario(None, place, quick=False, table=municipalities_file)
    contract = common.read_designs([design], scenario)[0]

    from ...calibration import screening

    names = screening.assumed(scenario) if assumed else screening.uncertain(scenario)
    many = trajectories * (len(names) + 1)
    try:
        with new_file(out) as draft, open_pool(workers) as pool, common.progress(many, "worlds") as tell:
            table = screening.screen(
                scenario,
                names,
                partial(screening.outcomes, design=contract, years=years),
                trajectories=trajectories,
                seed=seed,
                lucks=n_lucks,
                each=map if pool is None else partial(in_order, pool),
                tell=tell,
            )
            draft.write_bytes(csv_bytes(table, float_format="%.6g"))
    except WorkerError as error:
        raise common.FailedError(f"{error} Nothing was written.") from None
    except KeyboardInterrupt:
        raise common.StoppedError("Stopped. Nothing was written.") from None
    language.tell("Moved by, in standard deviations over all worlds, with the half-width of the 90 % interval:")
    for row in table.head(SHOWN).to_dict("records"):
        words = "   ".join(f"{name} {_told(row, outcome)}" for outcome, name in SAID.items())
        language.tell(f"{row['rank']:3} {row['parameter']:45} {words}")
    language.tell(f"Written to {out}: {len(table)}{' assumed' if assumed else ''} parameters.")


def _told(row: dict[Hashable, Any], outcome: str) -> str:
    """Write a strength, and how far more trajectories could move it."""
    effect, strength = float(row[f"{outcome}_mu_star"]), float(row[f"{outcome}_strength"])
    wide = float(row[f"{outcome}_half_width"]) * strength / effect if effect > 0 else 0.0
    return f"{strength:5.2f} +- {wide:4.2f}"
