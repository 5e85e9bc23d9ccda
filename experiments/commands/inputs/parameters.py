"""Every number from outside, and what programmes cost and are worth by these numbers.

`stupror parameters` finds a number by its name or by what it rests on; `stupror interventions` lists the programmes.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Sequence
from pathlib import Path
from textwrap import fill
from typing import Annotated, Any

import typer

from ....model.inputs.errors import InputError, hint
from ...files.places import new_file
from ...files.spreadsheets import csv_bytes
from ...runs import limits
from .. import common
from ..common import Interventions
from ..language import said, speaker

__all__ = ["interventions", "parameters"]

Say = Callable[[str], str]

MOST_DRAWS = 10_000
_WIDTH = 100


def parameters(
    name: Annotated[str, typer.Argument(metavar="NAME", help="Only parameters with this in their name.")] = "",
    source: Annotated[str, typer.Option(help="Only parameters with this in their source, such as M8.")] = "",
    scenario: Annotated[
        Path | None, typer.Option(help="TOML file of changes to the built-in Sweden; show what it comes to.")
    ] = None,
    interventions: Interventions = None,
    json_schema: Annotated[
        bool, typer.Option("--json-schema", help="Print the JSON Schema of scenario files, for editors.")
    ] = False,
    language: common.Language = "en",
) -> None:
    """List every parameter with value, unit, range, distribution and source."""
    common.check(common.known_language(language))
    from ....model.inputs.scenario import load_scenario

    if json_schema:
        import json

        from ....model.inputs import schema

        typer.echo(json.dumps(schema.json_schema(), indent=2, ensure_ascii=False))
        return
    rows = load_scenario(scenario, interventions or ()).table()
    found = [row for row in rows if name.lower() in row["parameter"].lower() and _cites(row["source"], source)]
    if not found:
        raise InputError(_nothing_found(name, source, [row["parameter"] for row in rows]))
    for row in found:
        typer.echo("\n".join(_parameter_lines(row, language)))


def interventions(
    scenario: Annotated[Path | None, typer.Option(help="A scenario file that changes numbers.")] = None,
    added: Interventions = None,
    draws: Annotated[int, common.WholeOption(help="Draws of what studies say about effects and fading.")] = 200,
    seed: Annotated[int, common.WholeOption(help="Names the luck of the draws.")] = limits.FIRST_SEED,
    table: Annotated[Path | None, typer.Option(help="New file (CSV) for the first table, unrounded.")] = None,
    language: common.Language = "en",
) -> None:
    """List every programme: cost, who pays, worth over a life, how surely it pays; and what a planner would buy."""
    common.check(
        limits.within("--draws", draws, 2, MOST_DRAWS),
        limits.within("--seed", seed, 0, limits.LAST_SEED),
        f"--table {table} exists. Name a new file." if table is not None and table.exists() else None,
        common.known_language(language),
    )
    from ....model.inputs.scenario import load_scenario
    from ...patterns import worth

    spec = load_scenario(scenario, added or ())
    found = worth.worth(spec, draws=draws, seed=seed)
    if table is not None:
        with new_file(table) as draft:
            draft.write_bytes(csv_bytes(found))
    say = speaker(language, "worth")
    typer.echo("\n".join(_worth_lines(found.to_dict("records"), draws, say)))
    typer.echo("\n".join(_basket_lines(*worth.basket(spec), say)))


def _worth_lines(rows: Sequence[dict[Hashable, Any]], draws: int, say: Say) -> Iterator[str]:
    """Write the first table: 1,000 SEK a child, present value over the life."""
    yield fill(
        say(
            "1,000 SEK a child, present value over the whole life: cost, and what public payers save (mean of "
            f"{draws} draws of the evidence; 90 % interval for all). 'Pays': share of draws in which that is at least "
            "the cost, for all payers, for its owners over the life, and within the years that these look ahead."
        ),
        _WIDTH,
    )
    heads = "".join(f"{say(name):>8}" for name in ("owners", "munic.", "region", "state", "all"))
    pays = f"{say('pays: all'):>17}{say('owner'):>7}{say('soon'):>7}"
    yield f"{'':17}{say('owners'):24}{say('cost'):>7}{heads}{say('90 %'):>14}{pays}"
    for row in rows:
        worth = "".join(
            f"{say(f'{row[name] / 1e3:,.0f}'):>8}" for name in ("owner", "municipality", "region", "state", "all")
        )
        interval = say(f"{row['low'] / 1e3:,.0f} to {row['high'] / 1e3:,.0f}")
        shares = [say(f"{row[name]:.0%}") for name in ("pays_publicly", "pays_owner", "pays_owner_soon")]
        surely = f"{shares[0]:>17}{shares[1]:>7}{shares[2]:>7}"
        cost = say(f"{row['cost_sek'] / 1e3:,.0f}")
        yield f"{row['intervention']:17}{say(row['owners']):24}{cost:>7}{worth}{interval:>14}{surely}"


def _basket_lines(bought: Any, reach: dict[str, float], say: Say) -> Iterator[str]:
    """Write what the planner buys, and how much of need that reaches."""
    yield ""
    yield say(
        "What a planner would buy for those seen in a year, of the programmes open to each the one that gains most:"
    )
    heads = f"{say('children'):>9}{say('of seen'):>9}{say('M SEK'):>7}{say('gain'):>7}"
    yield f"{'':17}{say('ages'):>8}  {say('levels'):24}{heads}"
    for row in bought.to_dict("records"):
        children, share = say(f"{row['children']:,.0f}"), say(f"{row['share_of_seen']:.0%}")
        cost, gain = say(f"{row['cost_m_sek']:,.0f}"), say(f"{row['gain_m_sek']:,.0f}")
        figures = f"{children:>9}{share:>9}{cost:>7}{gain:>7}"
        yield f"{row['intervention']:17}{row['ages']:>8}  {say(row['levels']):24}{figures}"
    need, seen, taken = reach.values()
    yield fill(
        say(
            f"Of {need:,.0f} under 30 in need {seen:,.0f} ({seen / need:.0%}) are seen in a year where a programme is "
            f"open to them. It buys for {taken:,.0f} of these ({taken / seen:.0%}), {taken / need:.0%} of all in need."
        ),
        _WIDTH,
    )


def _cites(source: str, wanted: str) -> bool:
    """Whether a source names an id as a whole word: M1 is not M12."""
    import re

    return re.search(rf"(?<!\w){re.escape(wanted)}(?!\w)", source, re.IGNORECASE) is not None if wanted else True


def _nothing_found(name: str, source: str, names: Sequence[str]) -> list[str]:
    looked_for = [f"'{name}' in its name"] * bool(name) + [f"'{source}' in its source"] * bool(source)
    return [f"No parameter has {' and '.join(looked_for)}.{'' if source else hint(name, names)}"]


def _parameter_lines(row: dict[str, str], language: str) -> Iterator[str]:
    """Write one parameter as people read it; its source stays as it was written."""
    say, meaning = speaker(language, "parameter"), said(row["meaning"], language, "meaning")
    prices = say(f", prices of {row['price year']}") if row["price year"] else ""
    unit = "" if row["unit"] == "1" else f" {say(row['unit'])}"  # shares and ratios have no unit
    yield f"{row['parameter']} = {say(row['value'])}{unit}{prices}"
    yield f"    {meaning}"
    yield f"    {say(row['range'])}, {say(row['distribution'])}; {row['source']}"
    if row["changes"]:
        yield f"    {say(row['changes'])}"
