"""`stupror tip`: the least move of parameters that would turn what a comparison says."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import nullcontext
from functools import partial
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ....model.inputs.errors import InputError
from ...files.places import new_file
from ...files.spreadsheets import csv_bytes
from ...files.tips import TIPS
from ...runs import limits
from ...runs.progress import duration
from ...runs.workers import WorkerError, in_order, open_pool
from .. import common
from ..common import Language
from ..language import note, said

if TYPE_CHECKING:
    import pandas as pd

    from ....model.contracts import Design
    from ....model.inputs.scenario import Scenario
    from ...search.tipping import Costs, Headline, Move, Tip

    Jobs = Sequence[tuple[Move, int]]

__all__ = ["tip"]

FRESH = 10_001  # first seed of the luck that confirms: far from those that anybody searches with


def tip(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Folder of `stupror compare`.")],
    out: Annotated[
        Path | None,
        typer.Option(help="New file for the tips (CSV). [default: tips.csv in DIR, where the report finds it]"),
    ] = None,
    place: Annotated[
        str | None, typer.Option(help="Part of the country to search in. [default: that of the comparison]")
    ] = None,
    years: Annotated[int | None, common.WholeOption(help="Budget years. [default: those of the comparison]")] = None,
    seeds: Annotated[int, common.WholeOption(help="Seeds to search with.")] = 2,
    fresh: Annotated[int, common.WholeOption(help="Seeds to confirm with, none of them used before.")] = 10,
    workers: Annotated[int, common.WholeOption(help="Processes to run in; the results do not depend on it.")] = 1,
    language: Language = "en",
) -> None:
    """Say by how little parameters must be off for a design to be worse than it looks, or better.

    Every uncertain parameter is moved, sourced or assumed, in units of its own uncertainty: alone, and the steepest two
    and three together. Each tip is lived again with luck that the search has not seen.
    """
    from ....analysis import schema
    from ...runs import run_folder
    from ...search import tipping

    _, manifest = run_folder.read_folder(folder, heads=schema.TABLES)
    if out is None and place is None and years is None:
        out = folder / TIPS
    common.check(
        limits.within("--years", years if years is not None else 1, 1, limits.MOST_YEARS),
        limits.within("--seeds", seeds, 1, limits.MOST_SEEDS),
        limits.within("--fresh", fresh, 1, limits.MOST_SEEDS),
        limits.within("--workers", workers, 1, limits.MOST_AT_ONCE),
        common.known_language(language),
        f"{out} exists. Remove it, or name a new file with --out." if out is not None and out.exists() else None,
    )
    scenario, designs = run_folder.scenario_of(manifest, folder), run_folder.designs_of(manifest, folder)
    if place is not None:
        from ....model.inputs.scenario import select

        scenario = select(scenario, [each.strip() for each in place.split(",")])
    asked = tipping.headlines([design.name for design in designs])
    if not asked:
        raise InputError(
            [
                f"{folder}: has no two designs to hold against each other (a planner is a yardstick, not searched). "
                "Compare some with status-quo."
            ]
        )
    paths = tipping.movable(scenario)
    span = range(first := int(manifest["start_year"]), first + (int(manifest["years"]) if years is None else years))
    with new_file(out) if out is not None else nullcontext() as draft:  # begun first: the search takes minutes
        found = _search(scenario, designs, span, asked, paths, (seeds, fresh, workers))
        if draft is not None:
            draft.write_bytes(csv_bytes(_table(asked, found, scenario), float_format="%.6g"))
    for headline in asked if language == "en" else ():  # now that they are kept: who reads along may stop
        typer.echo(_sentence(headline, [each for each in found if each.headline == headline], len(paths), scenario))
    if language != "en":
        typer.echo("\n".join(_in_words(asked, found, scenario, manifest, language)))
    if out is not None:
        beside = f" `stupror report {folder}` tells them in its report." if out == folder / TIPS else ""
        typer.echo(said(f"Written to {out}: {len(found)} tips.{beside}", language))


def _search(
    scenario: Scenario,
    designs: list[Design],
    years: range,
    asked: list[Headline],
    paths: list[str],
    how: tuple[int, int, int],
) -> list[Tip]:
    """Search, in worker processes if asked for."""
    from ...search import tipping

    seeds, fresh, workers = how
    number = (2 * len(paths) + 1) * seeds
    one = partial(tipping.cost_of, scenario, designs, years)
    try:
        seconds = _timed(one)
        note(
            f"At least {number:,} worlds of {len(designs)} designs, about {duration(number * seconds / workers)}, "
            f"at {seconds:.2f} seconds a world, timed here."
        )
        with open_pool(workers) as pool, common.progress(number, "worlds") as tell:
            live = partial(_lived, partial(map if pool is None else partial(in_order, pool), one), [0, number], tell)
            return tipping.tips(asked, paths, live, range(1, seeds + 1), range(FRESH, FRESH + fresh))
    except WorkerError as error:
        raise common.FailedError(f"{error} Nothing was written.") from None
    except KeyboardInterrupt:
        raise common.StoppedError("Stopped. Nothing was written.") from None


def _timed(one: Callable[[tuple[Move, int]], Costs]) -> float:
    """Seconds that a world takes: of a second one, as the first may have to be compiled."""
    one(({}, FRESH))
    began = perf_counter()
    one(({}, FRESH))
    return perf_counter() - began


def _lived(live: Callable[..., Iterable[Costs]], count: list[int], tell: common.Tell, jobs: Jobs) -> Iterator[Costs]:
    """Live worlds and tell how many are done; what follows after the first sweep makes more of them."""
    for costs in live(jobs):
        count[0] += 1
        count[1] = max(count)
        tell(*count)
        yield costs


def _sentence(headline: Headline, found: list[Tip], number: int, scenario: Scenario) -> str:
    """Say what turns a headline, a line for each size of move."""
    from ....model.inputs.quantity import text_of
    from ...search.tipping import FAR

    lines = [f"{headline.design} against {headline.against}:"]
    if not found:
        lines.append(f"  nothing within {FAR:g} standard deviations turns it ({number} parameters moved).")
    for each in found:
        lines.append(
            f"  {each.length:.2f} standard deviations: gain {each.before:+,.0f} -> {each.after:+,.0f} SEK/child, "
            f"turned in {each.turned:.0%} of fresh seeds"
        )
        for path, z in each.move.items():
            quantity = scenario.quantities[path]
            value = f"{text_of(quantity.value)} -> {text_of(quantity.shifted(z))}"
            lines.append(f"    {path} {z:+.2f}: {value}   [{_origin(quantity.source)}]")
    return "\n".join(lines)


def _in_words(
    asked: list[Headline], found: list[Tip], scenario: Scenario, manifest: Mapping[str, Any], language: str
) -> list[str]:
    """Say the least move that turns each headline as the report does, in its language."""
    from ....analysis.report.decision.front import sayings
    from ....analysis.report.decision.tipped import tipped
    from ....analysis.report.page import localiser, texts, with_designs

    names = {name for each in asked for name in (each.design, each.against)}
    words = with_designs(texts(language)["words"], names, manifest, language)
    local = localiser(language)
    rows: list[Any] = _table(asked, found, scenario).fillna({"parameter": ""}).to_dict("records")
    return [local(line) for line in tipped(rows, words, sayings(language))]


def _origin(source: str) -> str:
    return "assumed" if "assumed" in source.lower() else source.split(":")[0].split(",")[0]


def _table(asked: list[Headline], found: list[Tip], scenario: Scenario) -> pd.DataFrame:
    """Lay out a row for each parameter of each tip, and one without a parameter where none was found."""
    import pandas as pd

    from ....model.inputs.quantity import text_of
    from ...files.tips import COLUMNS
    from ...search.tipping import FAR

    rows = [
        {
            "design": each.headline.design,
            "against": each.headline.against,
            "length": each.length,
            "parameter": path,
            "moved": z,
            "value": text_of(scenario.quantities[path].value),
            "tip": text_of(scenario.quantities[path].shifted(z)),
            "source": scenario.quantities[path].source,
            "gain": each.before,
            "gain_beyond": each.after,
            "turned": each.turned,
        }
        for each in found
        for path, z in each.move.items()
    ]
    without = [each for each in asked if all(tip.headline != each for tip in found)]
    rows += [{"design": each.design, "against": each.against, "length": FAR} for each in without]
    return pd.DataFrame(rows, columns=[*COLUMNS])
