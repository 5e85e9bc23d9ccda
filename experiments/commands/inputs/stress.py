"""`stupror stress`: try to break a contract before it is signed."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ....model.inputs.errors import InputError
from ...files.places import new_folder
from ...runs import limits
from .. import common
from ..language import speaker, tell
from .designs import title_of

if TYPE_CHECKING:
    from ....model.contracts import Design
    from ...stress.page import Examined

__all__ = ["stress"]


def stress(
    contract: Annotated[
        str,
        typer.Argument(metavar="CONTRACT", help="A design by name or file, with +ADD-ON and [term=value] if you like."),
    ],
    cost: Annotated[
        str | None, typer.Option(help="What the programme costs, in the contract's currency. [default: as written]")
    ] = None,
    children: Annotated[int | None, common.WholeOption(help="Children who take part. [default: as written]")] = None,
    scenario: Annotated[Path | None, typer.Option(help="TOML file of changes to the built-in Sweden.")] = None,
    seed: Annotated[int, common.WholeOption(help="Which children are drawn.")] = 1,
    out: Annotated[Path | None, typer.Option(help="New folder for the page (stress.txt) and stress.json.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print a record for programs.")] = False,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace what an earlier test wrote there.")] = False,
    language: common.Language = "en",
) -> None:
    """Try to break a contract: who is paid for nothing, by which clause, by whose move, and what mends it."""
    from ....model.contracts import add_on_names, load_add_on, load_design
    from ....model.inputs.scenario import load_scenario
    from ...stress.examine import examined, sized
    from ...stress.page import record, written

    def read() -> object:
        return load_add_on(contract) if contract in add_on_names() else load_design(contract)

    def free(place: Path) -> None:
        if not os.path.lexists(place):
            return
        if not overwrite:
            raise InputError([f"--out {out}: exists. Name a new folder, or say --overwrite."])
        if not place.is_dir():
            raise InputError([f"--out {out}: is a file. Name a folder."])
        if others := sorted({path.name for path in place.iterdir()} - {"stress.txt", "stress.json"}):
            raise InputError([f"--out {out}: holds {others[0]}, which is of no test. Name another folder."])

    common.check(limits.within("--seed", seed, 0, limits.LAST_SEED), common.known_language(language))
    design, spec, _ = common.all_of(
        read, lambda: load_scenario(scenario), lambda: free(out) if out is not None else None
    )
    ground, size = sized(design, spec, cost, children, seed)
    found = examined(design, ground, *size)
    page = written(_titled(found, language), contract, speaker(language, "contract"), _clauses(design, language))
    told = json.dumps(record(found), ensure_ascii=False, indent=2)
    if out is not None:
        with new_folder(out, free, replace=overwrite) as draft:
            (draft / "stress.txt").write_text(page, encoding="utf-8", newline="\n")
            (draft / "stress.json").write_text(told + "\n", encoding="utf-8", newline="\n")
    typer.echo(told if as_json else page, nl=as_json)
    if out is not None and not as_json:
        tell(f"Written: {out / 'stress.txt'} and {out / 'stress.json'}.")


def _titled(found: Examined, language: str) -> Examined:
    """Name the contract in a language."""
    design = found.stress.design
    return replace(found, stress=replace(found.stress, design=replace(design, title=title_of(design, language))))


def _clauses(design: Design, language: str) -> list[str]:
    """Say each clause as the report does; none in English, which has sentences of its own."""
    if language == "en":
        return []
    from ....analysis.report.decision.front import sayings
    from ....analysis.report.decision.options import clause
    from ....analysis.report.page import localiser, texts
    from ...runs.told import terms_of

    words, say, local = texts(language)["words"], sayings(language), localiser(language)
    return [f"{local(clause(each, words, say))}. [{each['kind']}]" for each in terms_of(design)["clauses"]]
