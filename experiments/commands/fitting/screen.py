"""`stupror screen`: which assumed parameters move the results most."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from ...files.places import new_file
from ...files.spreadsheets import csv_bytes
from ...runs import limits
from ...runs.workers import WorkerError, in_order, open_pool
from .. import common

__all__ = ["screen"]

SHOWN = 10


def screen(
    out: Annotated[Path, typer.Option(help="New file for the ranking (CSV).")],
    design: Annotated[str, typer.Option(help="Name of a design, or path of a design file.")] = "state-outcomes-fund",
    place: Annotated[str, typer.Option(help="Part of the country that is lived in.")] = limits.QUICK_PLACE,
    municipalities_file: common.MunicipalitiesFile = None,
    years: Annotated[int, common.WholeOption(help="Budget years.")] = 10,
    trajectories: Annotated[int, common.WholeOption(help="Morris trajectories.")] = 10,
    seed: Annotated[int, common.WholeOption(help="Which luck everybody has.")] = limits.FIRST_SEED,
    workers: Annotated[int, common.WholeOption(help="Processes to run in; the results do not depend on it.")] = 1,
) -> None:
    """Move every assumed parameter through its range (Morris) and rank what that does to the results."""
    common.check(
        limits.within("--years", years, 1, limits.MOST_YEARS),
        limits.within("--trajectories", trajectories, 2, 1_000),
        limits.within("--seed", seed, 0, limits.LAST_SEED),
        limits.within("--workers", workers, 1, limits.MOST_AT_ONCE),
    )
    scenario = common.read_scenario(None, place, quick=False, table=municipalities_file)
    contract = common.read_designs([design], scenario)[0]

    from ...calibration import screening

    names = screening.assumed(scenario)
    many = trajectories * (len(names) + 1)
    try:
        with new_file(out) as draft, open_pool(workers) as pool, common.progress(many, "worlds") as tell:
            table = screening.screen(
                scenario,
                names,
                partial(screening.outcomes, design=contract, seed=seed, years=years),
                trajectories=trajectories,
                seed=seed,
                each=map if pool is None else partial(in_order, pool),
                tell=tell,
            )
            draft.write_bytes(csv_bytes(table, float_format="%.6g"))
    except WorkerError as error:
        raise common.FailedError(f"{error} Nothing was written.") from None
    except KeyboardInterrupt:
        raise common.StoppedError("Stopped. Nothing was written.") from None
    typer.echo("Moved by, in standard deviations over all worlds:")
    for row in table.head(SHOWN).itertuples():
        words = f"money put in {row.invested_strength:5.2f}   saved {row.saved_strength:5.2f}"
        typer.echo(f"{row.rank:3} {row.parameter:45} {words}   gain of public budgets {row.gain_strength:5.2f}")
    typer.echo(f"Written to {out}: {len(table)} assumed parameters.")
