"""`stupror explain`: what a number of the report consists of, down to payer, purpose, programme and year."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ....model.inputs.errors import InputError, meant
from ...files.places import new_file
from ...files.spreadsheets import csv_bytes
from .. import common
from ..common import Language
from ..language import note, said

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    import pandas as pd

    Tables = Mapping[str, pd.DataFrame]

__all__ = ["explain"]

_GAINS = {"change": "", "municipality": "municipality", "region": "region", "state": "state"}  # measure -> payer group
_SHORT = "payer,account,heading"
_BY_PROGRAMME = ("programme", "heading")
_RULES = {
    "programme": "interventions.{programme}.cost",
    "application": "project.application_cost",
    "evaluation": "project.evaluation_cost, project.evaluation_share",
}


def explain(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Folder of `stupror compare`.")],
    number: Annotated[
        str,
        typer.Argument(
            metavar="GAIN", help="A design, or a gain against status quo as the comparison prints it: 652, 31.8"
        ),
    ],
    by: Annotated[
        str, typer.Option(help="What to add up by, in order: payer, account, heading, programme, ages, year.")
    ] = _SHORT,
    payer: Annotated[str | None, typer.Option(help="Only municipality, region or state.")] = None,
    out: Annotated[Path | None, typer.Option(help="New file for all parts (CSV).")] = None,
    language: Language = "en",
) -> None:
    """Say what a gain consists of: who gains it, on what, by which programme. Every sum is that of the lines below it.

    Present values over whole lives against status quo, mean over seeds, in whole kronor.
    """
    from ....analysis.measures import krona, lifetime
    from ...runs import run_folder

    levels = [each.strip() for each in by.split(",")]
    common.check(
        *(
            f"--by has '{each}'. Give some of {', '.join(krona.LEVELS)}.{meant(each, krona.LEVELS)}"
            for each in levels
            if each not in krona.LEVELS
        ),
        f"--by names one level twice: {by}." if len(set(levels)) < len(levels) else None,
        None
        if payer is None or payer in lifetime.GROUPS
        else f"--payer is '{payer}'. Give one of {', '.join(lifetime.GROUPS)}.{meant(payer, lifetime.GROUPS)}",
        f"{out} exists. Name a new file." if out is not None and out.exists() else None,
        common.known_language(language),
    )
    tables, manifest = run_folder.read_folder(folder)
    design, group = _asked(tables, number, folder)
    group = payer or group
    rate = float(manifest["scenario"]["discount_rate"])
    parts, programmes = krona.entries(tables, design, rate), krona.by_programme(tables, design, rate)
    if group:
        parts, programmes = parts[parts["payer"] == group], programmes[programmes["payer"] == group]
    if manifest.get("place"):
        note(
            "Note: this is of all that was lived, over whole lives. The page of a place counts its own people, in the "
            "simulated years."
        )
    told = _Told(language, design, manifest)
    sums = krona.tree(parts, levels)
    children = tables["runs"]["children"][tables["runs"]["design"] == design].mean()
    lines = [
        told.heading(group, sums[0].sek / children),
        _written(sums, levels, told),
        "\n" + told.say["parts by programme"],
        _written(krona.tree(programmes, _BY_PROGRAMME), _BY_PROGRAMME, told),
        "\n" + told.say["parts stands on"],
        *(f"  {line}" for line in _stands_on(parts, told)),
    ]
    if out is not None:
        with new_file(out) as draft:  # first: a place that cannot be written is told at once
            draft.write_bytes(csv_bytes(parts))
        lines.append(said(f"Written to {out}: {len(parts)} parts.", language))
    typer.echo("\n".join(lines))


def _asked(tables: Tables, number: str, folder: Path) -> tuple[str, str]:
    """Find the design and the payer group that a number is of.

    Raises
    ------
    InputError
        If status quo was not run, or it is neither a design of the folder nor a gain that was printed, or several are.
    """
    from ....analysis.measures.lifetime import BASE
    from ....analysis.report.tables import format_summary

    designs = list(dict.fromkeys(tables["runs"]["design"]))
    if BASE not in designs:
        raise InputError([f"{folder}: has no {BASE}. A gain is against that: compare with it."])
    if number in designs and number != BASE:
        return number, ""
    wanted = _bare(number)
    rows = tables["summary"][tables["summary"]["measure"].isin([*_GAINS])]
    printed = [(row, _cell(format_summary(row.to_frame().T))) for _, row in rows.iterrows() if row["design"] != BASE]
    alike = [(row, cell) for row, cell in printed if _bare(cell) == wanted]
    exact = [(row, cell) for row, cell in alike if _below_zero(cell) == _below_zero(number)]
    found = [(str(row["design"]), _GAINS[str(row["measure"])]) for row, _ in exact or alike]
    others = [each for each in designs if each != BASE]
    if len(found) > 1:
        several = "; ".join(f"{design}, {group or 'all public payers'}" for design, group in found)
        raise InputError([f"{number} stands for several gains: {several}. Give the design, and --payer."])
    if not found:
        raise InputError(
            [
                f"{folder}: '{number}' is neither a design of it ({', '.join(others)}) nor a gain against status quo "
                f"that it prints as a mean over seeds.{meant(number, others)}"
            ]
        )
    return found[0]


def _cell(formatted: pd.DataFrame) -> str:
    return str(formatted.iloc[0, 1]).partition("[")[0]


def _bare(number: str) -> str:
    """Write a number without sign, spaces and decimal comma, as one would type it."""
    return "".join(each for each in number.replace(",", ".") if each.isdigit() or each == ".")


def _below_zero(number: str) -> bool:
    return number.strip()[:1] in ("-", "\u2212")


class _Told:
    """Names of parts in a language: those of the report."""

    def __init__(self, language: str, design: str, manifest: Mapping[str, Any]) -> None:
        from ....analysis.report.page import texts, with_designs, with_interventions
        from ....analysis.report.parts.consists import sayings

        self.language, self.design, self.say = language, design, sayings(language)
        self.sentences = texts(language)["sentences"]
        words = with_designs(texts(language)["words"], [design], manifest, language)
        self.words = with_interventions(words, manifest, language)

    def heading(self, group: str, per_child: float) -> str:
        """Say whose gain is taken apart, under what, and how much it is for each child."""
        who = self.sentences[f"w_{group or 'all'}"]
        amount = f"{per_child:+,.1f}".replace(",", " ")
        if self.language == "sv":
            amount = amount.replace(".", ",")
        return self.say["parts gain"].format(who=who, design=self.words.get(self.design, self.design), amount=amount)

    def name(self, level: str, name: str) -> str:
        """Name a part of a level of `krona.LEVELS`, or the whole ("all")."""
        from ....analysis.report.parts.consists import part_name

        if level == "all":
            return self.say["parts whole"]
        return part_name(level, name, self.words, self.say)


def _written(lines: Iterable[tuple[int, str, int]], levels: Sequence[str], told: _Told) -> str:
    of = ("all", *levels)
    rows = [("  " * depth + told.name(of[depth], name), f"{sek:+,}".replace(",", " ")) for depth, name, sek in lines]
    name, sek = (max(len(row[k]) for row in rows) for k in (0, 1))
    return "\n".join(f"  {row[0]:<{name}}  {row[1]:>{sek}}" for row in rows)


def _stands_on(parts: pd.DataFrame, told: _Told) -> list[str]:
    """Name the parameters, or the clauses, that each heading comes from."""
    from ....model.inputs.scenario import load_scenario

    rows, lines = load_scenario().costs, []
    for heading, part in parts.groupby("heading"):
        kind = str(heading).partition(" ")[2]
        accounts, programmes = set(part["account"]), sorted({each for each in part["programme"] if each})
        if str(heading).startswith("lives: "):
            names = [f"costs.{row.name}.amount" for row in rows if row.payer in accounts and row.kind == kind]
            names += [f"ladder.* ({told.say['parts need']})"]
            names += [f"interventions.*.escalation, .recovery, .forks ({told.say['parts effects']})"]
            names = ["tax.*", *names[-2:]] if kind == "tax_forgone" else names
        elif kind == "programme":
            names = [_RULES[kind].format(programme=each) for each in programmes]
        elif kind in _RULES:
            names = [_RULES[kind]]
        else:
            names = [told.say["parts clauses"].format(design=told.design)]
        lines.append(f"{told.name('heading', str(heading))}: {', '.join(names)}")
    return lines
