"""`stupror designs signed`: whether contracts were signed in a run, who said no, and what was missing."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from ....model.inputs.errors import InputError, meant
from ..common import Language, check, known_language

__all__ = ["signed"]

APART = ("intervention", "seed", "municipality")


def signed(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A folder that `run` or `compare` has written.")],
    by: Annotated[str | None, typer.Option(help=f"Also tell apart by: {', '.join(APART)}.")] = None,
    design: Annotated[str | None, typer.Option(help="This design alone.")] = None,
    language: Language = "en",
    table: Annotated[bool, typer.Option("--table", help="One line a design, as a table in Markdown.")] = False,
) -> None:
    """Say of every design of a run how many ideas it could pay for, how many were begun, and who said no and why."""
    unknown = f"--by is '{by}'. Give one of {', '.join(APART)}.{meant(str(by), APART)}"
    apart = "--table has one line a design: leave --by out." if table and by else None
    check(known_language(language), unknown if by not in (None, *APART) else None, apart)
    from ....analysis.measures.answers import refusals
    from ....analysis.report.page import localiser, texts, with_designs
    from ...runs.run_folder import read_folder

    tables, manifest = read_folder(folder)
    names = list(dict.fromkeys(tables["runs"]["design"]))
    if design is not None and design not in names:
        raise InputError([f"--design: '{design}' is not in {folder}. It has {', '.join(names)}.{meant(design, names)}"])
    if by == "municipality" and (tables["answers"]["municipality"] == "").all():
        raise InputError(
            [f"--by municipality: {folder} has national sums. Give a folder that `stupror run` has written."]
        )
    found = refusals(tables, [by] if by else [])
    say, words = texts(language)["sentences"], texts(language)["words"]
    local = localiser(language)
    titles = {} if language == "en" else with_designs(words, names, manifest, language)
    begun = tables["projects"].query("not own_room").groupby("design").size()
    if table:
        typer.echo(say["s_head"])
    for name in names if design is None else [design]:
        mine: list[Any] = found[found["design"] == name].to_dict("records")
        if table:
            row = _row(titles.get(name, name), mine, int(begun.get(name, 0)), (say, words))
            typer.echo(local(re.sub(r"(?<=\d),(?=\d)", "\u202f", row) if language == "sv" else row))
            continue
        lines = _lines(titles.get(name, name), mine, (by, int(begun.get(name, 0))), (say, words))
        typer.echo(local("\n".join(lines)))


def _lines(
    name: str,
    rows: list[dict[str, Any]],
    told: tuple[str | None, int],
    spoken: tuple[Mapping[str, str], Mapping[str, str]],
) -> Iterator[str]:
    """Say what became of the ideas of one design, each answer with what was weighed."""
    (by, begun), (say, words) = told, spoken
    offered = sum(row["ideas"] for row in rows)
    yes = sum(row["ideas"] for row in rows if row["answer"] == "yes")
    if not rows:
        yield say["s_none"].format(design=name)
        return
    yield say["s_design"].format(design=name, offered=offered, yes=yes, projects=begun)
    before = None
    for row in rows:
        if by and row[by] != before:
            before = row[by]
            share = sum(each["ideas"] for each in rows if each[by] == before and each["answer"] == "yes")
            yield say["s_part"].format(what=words.get(str(before), before), offered=row["offered"], yes=share)
        if row["answer"] == "yes":
            continue
        said = say[f"s {row['answer']}"].format(who=_who(row["party"], spoken))
        yield f"  {row['ideas']:>7}  {said}{_weighed(row, say)}"


def _row(name: str, rows: list[dict[str, Any]], begun: int, spoken: tuple[Mapping[str, str], Mapping[str, str]]) -> str:
    """One line of a table: projects, ideas, and the two answers that were given most often to those not begun."""
    say, _ = spoken
    offered = sum(row["ideas"] for row in rows)
    noes = [row for row in rows if row["answer"] != "yes"][:2]
    cells = []
    for row in noes:
        who = _who(row["party"], spoken)
        cells.append(f"{say['s ' + row['answer']].format(who=who)}: {row['ideas']:,}{_short(row)}")
    return f"| {name} | {begun:,} | {offered:,} | {' | '.join([*cells, *['-'] * (2 - len(cells))])} |"


def _who(party: str, spoken: tuple[Mapping[str, str], Mapping[str, str]]) -> str:
    """Name a body as it stands within a sentence."""
    from ....analysis.report.tables import within

    say, words = spoken
    return say.get(f"who {party}") or (within(words.get(party, party)) if party else "")


def _short(row: Mapping[str, Any]) -> str:
    """What whoever refused was short of, SEK for a krona of the programme."""
    if row["answer"] == "investor":
        return f" ({row['gain']:+.2f})"
    return f" ({-row['short']:+.2f})" if row["answer"] in ("unpaid", "partner", "grantor", "state") else ""


def _weighed(row: Mapping[str, Any], say: Mapping[str, str]) -> str:
    """Say what whoever refused weighed, in SEK per SEK of the programme."""
    if row["answer"] == "investor":
        return say["s_investor"].format(gain=f"{row['gain']:+.2f}", loss=f"{100 * row['loss']:.0f}")
    if row["answer"] in ("unpaid", "partner", "grantor", "state"):
        terms = {name: f"{row[name]:+.2f}" for name in ("gain", "trying", "against", "taste")}
        return say["s_body"].format(short=f"{row['short']:.2f}", **terms)
    return ""
