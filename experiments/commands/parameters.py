"""`stupror parameters`: every number from outside, found by its name or by what it rests on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated

import typer

from ...model.inputs import schema
from ...model.inputs.errors import InputError, hint
from .common import Interventions

__all__ = ["parameters"]


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
    from ...model.inputs.scenario import load_scenario

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
