"""`stupror validate`: what fits, what does not, as a page."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

import typer

from ...files.places import new_file
from ...runs import limits
from .. import common, language

__all__ = ["validate"]

MOST_DRAWS, MOST_WORLDS = 10_000, 1_000
PAGE = Path("docs/validation.md")


def validate(
    out: Annotated[Path, typer.Option(help="Page to write (Markdown); an earlier one is replaced.")] = Path(
        "docs/validation.md"
    ),
    diffusion: Annotated[
        Path | None, typer.Option(help="Posterior of diffusion of your own, to be laid over likely worlds.")
    ] = None,
    life_course: Annotated[
        Path | None, typer.Option(help="Posterior of the life course of your own, likewise.")
    ] = None,
    draws: Annotated[int, common.WholeOption(help="Histories and life courses.")] = 200,
    worlds: Annotated[
        int, common.WholeOption(help="Whole worlds for the mechanism and for what funds are used for.")
    ] = 24,
    years: Annotated[int, common.WholeOption(help="Budget years of such a world.")] = 8,
    place: Annotated[str, typer.Option(help="Part of the country that such a world is of.")] = "18",
    seed: Annotated[int, common.WholeOption(help="The first seed.")] = limits.FIRST_SEED,
) -> None:
    """Simulate every published pattern and write what is in, what is out, and why."""
    common.check(
        limits.within("--draws", draws, 2, MOST_DRAWS),
        limits.within("--worlds", worlds, 1, MOST_WORLDS),
        limits.within("--years", years, 2, limits.MOST_YEARS),
        limits.within("--seed", seed, 0, limits.LAST_SEED),
    )
    from ....model.inputs.scenario import load_scenario
    from ...calibration import validation, validation_page
    from ...plans import posterior

    scenario = load_scenario()
    small = common.read_scenario(None, place, quick=False)
    given = {"diffusion": diffusion, "life-course": life_course}
    files = {name: path for name, path in given.items() if path is not None}
    own = {name: posterior.read_posterior(path, scenario) for name, path in files.items()}
    common.check(*(_stranger(name, files[name], each.table.columns) for name, each in own.items()))
    words = f"Rows of {', '.join(map(str, files.values()))} are laid over them." if files else ""
    names = small.places.names
    where = f"{names[0]} alone" if len(names) == 1 else f"{len(names)} municipalities ({place})"
    with new_file(out, replace=True) as draft, common.progress(draws + worlds) as tell:
        done = 0

        def say(_what: str, _done: int, _all: int) -> None:
            nonlocal done
            done += 1
            tell(done, draws + worlds)

        found = validation.validate(
            scenario, list(own.values()), small, draws=draws, worlds=worlds, years=years, seed=seed, tell=say
        )
        page = validation_page.render(found, words, "stupror validate", place=where, years=years)
        draft.write_text(page, encoding="utf-8", newline="\n")
    inside, everything = validation_page.counts(found)
    language.tell(f"{inside} of {everything} patterns are in, {everything - inside} are out. Written to {out}")


def _stranger(name: str, file: Path, columns: Iterable[str]) -> str | None:
    """Say which column of a posterior is no parameter that such a calibration fits."""
    groups = ("times:ladder.", "times:costs.", "ladder.", "costs.") if name == "life-course" else ("diffusion.",)
    odd = [column for column in columns if not column.startswith(groups)]
    if not odd:
        return None
    return f"{file}: {odd[0]} is no parameter of {name}. Give a posterior of `calibrate --what {name}`."
