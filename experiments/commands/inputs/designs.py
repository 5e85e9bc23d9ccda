"""`stupror designs` and `stupror settle`: the contracts, what they say, what they pay, and one of your own."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from shlex import quote
from textwrap import fill
from typing import TYPE_CHECKING, Annotated

import typer

from .. import common
from ..common import Language, check, known_language
from ..language import speaker, tell

if TYPE_CHECKING:
    from ....model.contracts import Design

__all__ = ["from_indigo", "list_designs", "new", "settle", "show", "title_of"]

_WIDTH = 100
DesignText = Annotated[
    str,
    typer.Argument(metavar="DESIGN", help="A name or the path of a file, with +ADD-ON and [term=value] if you like."),
]


def list_designs(context: typer.Context, language: Language = "en") -> None:
    """List the funding designs that come with the model; read one aloud; begin one of your own."""
    if context.invoked_subcommand is not None:
        return
    check(known_language(language))
    from ....model.contracts import add_on_names, design_names, load_add_on, load_design

    designs = [load_design(name) for name in design_names()]
    add_ons = [load_add_on(name) for name in add_on_names()]
    wide = max(len(each.name) for each in [*designs, *add_ons])
    groups: dict[str, list[Design]] = {heading: [] for heading in (*_GROUPS, _ADD_ONS)}
    for design in designs:
        groups[_group(design)].append(design)
    groups[_ADD_ONS] = add_ons
    for heading, members in groups.items():
        typer.echo(_IN_SWEDISH[heading] if language == "sv" else heading)
        for each in members:
            typer.echo(f"  {each.name:{wide}}  {title_of(each, language)}")
        typer.echo("")
    typer.echo(_IN_SWEDISH[_HOW_TO] if language == "sv" else _HOW_TO)


_GROUPS = (
    "Nothing follows but what the programme costs",
    "Something is repaid, whatever comes of it",
    "Paid or repaid on what is measured",
    "Contracts of a given size (most of them signed), settled as written by `stupror settle`",
)
_ADD_ONS = "Add-ons: join one to a design, as in state-outcomes-fund+competence-centre"
_HOW_TO = "Read one aloud: stupror designs show DESIGN. Begin your own: stupror designs new NAME --from DESIGN."
_IN_SWEDISH = {
    _GROUPS[0]: "Inget följer utöver vad insatsen kostar",
    _GROUPS[1]: "Något återförs, vad som än blir av det",
    _GROUPS[2]: "Betalning eller återföring efter vad som mäts",
    _GROUPS[3]: "Avtal av en bestämd storlek (de flesta undertecknade), som `stupror settle` räknar ut som de står",
    _ADD_ONS: "Tillägg: foga ett till en modell, som i state-outcomes-fund+competence-centre",
    _HOW_TO: "Läs en högt: stupror designs show MODELL. Börja på en egen: stupror designs new NAMN --from MODELL.",
}


def title_of(design: Design, language: str) -> str:
    """Name a design; in Swedish the one that the report has."""
    if language != "sv":
        return design.title
    from ....analysis.report.page import texts

    return str(texts("sv")["words"].get(design.name, design.title_sv))


def _group(design: Design) -> str:
    """Say under which heading a design is listed."""
    if design.programme is not None:
        return _GROUPS[3]
    return _GROUPS[0 if not design.clauses else 2 if design.metrics else 1]


def show(name: DesignText, language: Language = "en") -> None:
    """Read a design aloud: who decides, who pays, what is measured, what follows; and what `settle` asks."""
    check(known_language(language))
    from ....model.contracts import add_on_names, describe, load_add_on, load_design

    design = load_add_on(name) if name in add_on_names() else load_design(name)
    if language == "sv":
        typer.echo("\n".join(_in_swedish(design, name)))
        return
    typer.echo(describe(design), nl=False)
    if design.clauses:
        typer.echo("\n".join(_questions(design, name, "en")))


def _in_swedish(design: Design, name: str) -> Iterator[str]:
    """Read a design aloud in Swedish, in the words of the report; amounts and sources stand in the English reading."""
    from ....analysis.report.decision.front import sayings
    from ....analysis.report.decision.options import described
    from ....analysis.report.page import localiser, texts
    from ....model.contracts.aloud.sentences import headed
    from ...runs.told import terms_of

    local = localiser("sv")
    told = described(terms_of(design), "sv", texts("sv")["words"], sayings("sv"))
    yield headed(title_of(design, "sv"), design.name)
    yield ""
    yield fill(local(told["summary"]), _WIDTH)
    yield fill(f"Källa: {design.source}.", _WIDTH)
    yield ""
    yield from (fill(f"{name}: {local(text)}.", _WIDTH, subsequent_indent="  ") for name, text in told["facts"])
    yield ""
    if design.clauses:
        yield from _questions(design, name, "sv")
        yield ""
    yield f"Varje villkor med intervall och källa (på engelska): stupror designs show {quote(name)} --language en"


def _questions(design: Design, name: str, language: str) -> Iterator[str]:
    """Say what `settle` asks about a design."""
    from ...designs.on_paper import asked, derived

    say, questions = speaker(language, "contract"), asked(design)
    yield ""
    yield say("To settle it on paper, give:")
    yield from (f"  {each.key} [{say(each.unit or 'true or false')}]: {say(each.meaning)}" for each in questions)
    for end in design.exits.values():
        dates = " or ".join(str(date) for date in end.dates)
        when = f"if it was ended, after how many months ({dates})"
        yield say(f"  {end.name}: {when}; the rest is then asked as of that date")
    for each in derived(design):
        yield say(f"  (not {each.key}: it follows from {design.conditions[each.key].measure})")
    if design.programme is None:
        yield say(f"  --cost [{design.currency.code}]: what the programme costs")
    cost = [] if design.programme is not None else ["--cost 10_000_000"]
    yield " ".join([f"  stupror settle {quote(name)}", *cost, *(f"--set {each.example}" for each in questions)])


def new(
    name: Annotated[str, typer.Argument(metavar="NAME", help="Name of your design, such as my-fund.")],
    preset: Annotated[str, typer.Option("--from", metavar="PRESET", help="The design to begin from.")],
    out: Annotated[Path, typer.Option(help="Folder for the file.")] = Path(),
) -> None:
    """Begin a design of your own: a commented file to edit, with the terms of a preset."""
    from ...designs.draft import new_design

    path = new_design(name, preset, out)
    tell(f"Written: {path}. Edit it; its first lines say how to check, settle and compare it.")


def from_indigo(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="A project as INDIGO publishes it: JSON, or its form (.xlsx).")
    ],
    name: Annotated[str | None, typer.Option(help="Name of the design. [default: the project's id]")] = None,
    out: Annotated[Path, typer.Option(help="Folder for the file.")] = Path(),
) -> None:
    """Write a project of the impact-bond register INDIGO as a contract file, to be checked and completed."""
    from ...designs.indigo import write_indigo

    path, drafted = write_indigo(file, name, out)
    tell(f"Written: {path}. Check all of it, and complete:")
    tell(*(f"  - {each}" for each in drafted.open_))


def settle(
    design: DesignText,
    settings: Annotated[
        list[str] | None, typer.Option("--set", metavar="KEY=VALUE", help="What was measured, or whether it holds.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print a record for programs.")] = False,
    cost: Annotated[
        str | None, typer.Option(help="What the programme costs, in the contract's currency. [default: as written]")
    ] = None,
    children: Annotated[
        int | None, common.WholeOption(help="Children in the programme; the cost follows. [default: as written]")
    ] = None,
    language: Language = "en",
) -> None:
    """Settle a contract on paper: who pays whom, when and why, if this is what was measured."""
    from ....model.contracts import add_on_names, load_add_on, load_design
    from ...designs import on_paper
    from ...designs.leaving import ending
    from ...designs.sheet import lines

    check(known_language(language))
    contract = load_add_on(design) if design in add_on_names() else load_design(design)
    contract, answered = ending(contract, settings or [])
    questions = on_paper.asked(contract)
    given, sized = common.all_of(
        lambda: on_paper.answers([*questions, *on_paper.derived(contract)], answered, contract.name),
        lambda: on_paper.size(contract, cost, children),
    )
    sheet = on_paper.settled(contract, given, *sized)
    if as_json:
        typer.echo(json.dumps(sheet.record, ensure_ascii=False))
        return
    titled = replace(sheet, design=replace(sheet.design, title=title_of(contract, language)))
    typer.echo("\n".join(lines(titled, speaker(language, "contract"))))
