"""Every number from outside, and what programmes cost and are worth by these numbers.

`stupror parameters` finds a number by its name or by what it rests on; `stupror interventions` lists the programmes.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from ....model.inputs import schema
from ....model.inputs.errors import InputError, hint
from ...files.places import new_file
from ...files.spreadsheets import csv_bytes
from ...runs import limits
from .. import common
from ..common import Interventions

__all__ = ["interventions", "parameters"]

MOST_DRAWS = 10_000


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
) -> None:
    """List every parameter with value, unit, range, distribution and source."""
    from ....model.inputs.scenario import load_scenario

    if json_schema:
        import json

        typer.echo(json.dumps(schema.json_schema(), indent=2, ensure_ascii=False))
        return
    rows = load_scenario(scenario, interventions or ()).table()
    found = [row for row in rows if name.lower() in row["parameter"].lower() and _cites(row["source"], source)]
    if not found:
        raise InputError(_nothing_found(name, source, [row["parameter"] for row in rows]))
    for row in found:
        typer.echo("\n".join(_parameter_lines(row)))


def interventions(
    scenario: Annotated[Path | None, typer.Option(help="A scenario file that changes numbers.")] = None,
    added: Interventions = None,
    draws: Annotated[int, common.WholeOption(help="Draws of what studies say about effects and fading.")] = 200,
    seed: Annotated[int, common.WholeOption(help="Names the luck of the draws.")] = limits.FIRST_SEED,
    table: Annotated[Path | None, typer.Option(help="New file (CSV) for the first table, unrounded.")] = None,
) -> None:
    """List every programme: cost, who pays, worth over a life, how surely it pays; and what a planner would buy."""
    common.check(
        limits.within("--draws", draws, 2, MOST_DRAWS),
        limits.within("--seed", seed, 0, limits.LAST_SEED),
        f"--table {table} exists. Name a new file." if table is not None and table.exists() else None,
    )
    from ....model.inputs.scenario import load_scenario
    from ...patterns import worth

    spec = load_scenario(scenario, added or ())
    found = worth.worth(spec, draws=draws, seed=seed)
    if table is not None:
        with new_file(table) as draft:
            draft.write_bytes(csv_bytes(found))
    typer.echo("\n".join(_worth_lines(found.to_dict("records"), draws)))
    typer.echo("\n".join(_basket_lines(*worth.basket(spec))))


def _worth_lines(rows: Sequence[dict[Hashable, Any]], draws: int) -> Iterator[str]:
    """Write the first table: 1,000 SEK a child, present value over the life."""
    yield "1,000 SEK a child, present value over the whole life: cost, and what public payers save (mean of "
    yield f"{draws} draws of the evidence; 90 % interval for all). 'Pays': share of draws in which that is at least"
    yield "the cost, for all payers, for its owners over the life, and within the years that these look ahead."
    heads = "".join(f"{name:>8}" for name in ("owners", "munic.", "region", "state", "all"))
    yield f"{'':17}{'owners':20}{'cost':>6}{heads}{'90 %':>13}   pays: all  owner   soon"
    for row in rows:
        worth = "".join(f"{row[name] / 1e3:8,.0f}" for name in ("owner", "municipality", "region", "state", "all"))
        interval = f"{row['low'] / 1e3:,.0f} to {row['high'] / 1e3:,.0f}"
        pays = "".join(f"{row[name]:7.0%}" for name in ("pays_publicly", "pays_owner", "pays_owner_soon"))
        yield f"{row['intervention']:17}{row['owners']:20}{row['cost_sek'] / 1e3:6,.0f}{worth}{interval:>13}     {pays}"


def _basket_lines(bought: Any, reach: dict[str, float]) -> Iterator[str]:
    """Write what the planner buys, and how much of need that reaches."""
    yield ""
    yield "What a planner would buy for those seen in a year, of the programmes open to each the one that gains most:"
    yield f"{'':17}{'ages':>6}  {'levels':24}{'children':>9}{'of seen':>9}{'M SEK':>7}{'gain':>7}"
    for row in bought.to_dict("records"):
        yield (
            f"{row['intervention']:17}{row['ages']:>6}  {row['levels']:24}{row['children']:9,.0f}"
            f"{row['share_of_seen']:9.0%}{row['cost_m_sek']:7,.0f}{row['gain_m_sek']:7,.0f}"
        )
    need, seen, taken = reach.values()
    yield f"Of {need:,.0f} under 30 in need {seen:,.0f} ({seen / need:.0%}) are seen in a year where a programme is"
    yield f"open to them. It buys for {taken:,.0f} of these ({taken / seen:.0%}), {taken / need:.0%} of all in need."


def _cites(source: str, wanted: str) -> bool:
    """Whether a source names an id as a whole word: M1 is not M12."""
    import re

    return re.search(rf"(?<!\w){re.escape(wanted)}(?!\w)", source, re.IGNORECASE) is not None if wanted else True


def _nothing_found(name: str, source: str, names: Sequence[str]) -> list[str]:
    looked_for = [f"'{name}' in its name"] * bool(name) + [f"'{source}' in its source"] * bool(source)
    return [f"No parameter has {' and '.join(looked_for)}.{'' if source else hint(name, names)}"]


def _parameter_lines(row: dict[str, str]) -> Iterator[str]:
    """Write one parameter as people read it."""
    prices = f", prices of {row['price year']}" if row["price year"] else ""
    unit = "" if row["unit"] == "1" else f" {row['unit']}"  # shares and ratios have no unit
    yield f"{row['parameter']} = {row['value']}{unit}{prices}"
    yield f"    {row['meaning']}"
    yield f"    {row['range']}, {row['distribution']}; {row['source']}"
    if row["changes"]:
        yield f"    {row['changes']}"
