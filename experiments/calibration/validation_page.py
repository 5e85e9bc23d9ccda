"""The page `docs/validation.md`, from a `Validation`: what fits, what does not, and why. Used by `stupror validate`."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence

from .problems import DATA
from .validation import Row, Validation

__all__ = ["counts", "render"]

_HEAD = "| evidence | pattern | unit | observed | simulated | 90 % interval | |\n|---|---|---|---|---|---|---|"
_NEW = {2005: "first funds, four early ones named", 2013: "21 (peak)", 2016: "10 with 2017", 2017: "10 with 2016"}
_RULES = """\
A published number is *in* if it lies within the simulated 90 % interval; a published bound is *in* if the simulated
mean lies within it. The surveys are asked of the simulated history as they were asked in Sweden: 252 of 290 answer for
2014 and 263 for 2018, and 13 and 17 of 20 regions (D9), by lot. Figures that the report itself contradicts (X1-X4) are
not used. Regions move by the rules and rates of municipalities, so that all that is said of them (D6, F4) is a test.

The count is no mark. Some tests are weak: an interval may be wide (a county of six, twenty regions, three contracts),
and of D3 two rows follow from one other figure and two targets. Q6, Q7 and L2 were in view when the ladder was first
set by hand; since then nothing has been fitted to them. The effect of size behind D8 is that of two other practices
(H29); whoever settled for these had seen what the model gives. What is out says more than what is in.
"""
_COUNTS = """\
Written by `{command}`; do not edit. {draws} likely worlds, as `run` and `compare` live them, each with its own seed,
were asked for their histories and life courses, and {worlds} of them were lived whole: for the mechanism {place},
{years} years each, so that their money is that of this part of the country in all those years; for what funds are used
for Östergötland and the counties south of it, ten years.{posteriors}

**{inside} of {everything} patterns that nothing was fitted to are in**, {out} are out. Of the {targets} targets of the
calibration {fitted} are met; they are no test and are listed last.
"""

_BEHAVIOUR = """\
The first two rows are of the weighted worlds that come with the model, which were weighed by the share used, the number
of Norrköping's projects and the placebo (see the targets) and by nothing else. Counties in the last part are those of
one year, chance and all.
"""


def counts(validation: Validation) -> tuple[int, int]:
    """How many patterns that nothing was fitted to are in, and how many there are."""
    rows = _unfitted(validation)
    return sum(row.inside for row in rows), len(rows)


def _unfitted(validation: Validation) -> tuple[Row, ...]:
    return (*validation.history, *validation.behaviour, *validation.mechanism, *validation.lives)


def render(validation: Validation, posteriors: str, command: str, *, place: str, years: int) -> str:
    """Write the page.

    Parameters
    ----------
    validation
        What was simulated.
    posteriors
        In words, what was laid over the likely worlds.
    command
        The command that wrote the page.
    place, years
        Of the whole worlds.
    """
    inside, everything = counts(validation)
    notes = _notes()
    head = _COUNTS.format(
        command=command,
        posteriors=f" {posteriors}" if posteriors else "",
        draws=validation.draws,
        worlds=validation.worlds,
        place=place,
        years=years,
        inside=inside,
        everything=everything,
        out=everything - inside,
        targets=len(validation.calibrated),
        fitted=sum(row.inside for row in validation.calibrated),
    )
    parts = [
        "# Validation\n",
        head,
        _RULES,
        "## The history 2005-2018\n",
        _table(validation.history),
        "## What funds are used for\n",
        _BEHAVIOUR,
        _table(validation.behaviour),
        "## The mechanism\n",
        _table(validation.mechanism),
        "## Lives and their cost\n",
        _table(validation.lives),
        "## Why the patterns that are out are out\n",
        "\n".join(_reasons(_unfitted(validation), notes)) + "\n",
        "## New funds by year\n",
        "Decided in the year and still there in 2018. Published figures: D1.\n",
        "| year | simulated | 90 % interval | published |\n|---|---|---|---|",
        *(f"| {year} | {mean:.1f} | {low:.0f} to {high:.0f} | {_NEW.get(year, '')} |"
          for year, mean, low, high in validation.new_funds),
        "",
        "## Why they stopped (F6)\n",
        "The report names the reasons and gives no numbers, so these are the model's counts, 2006-2018.\n",
        "| reason | municipalities | 90 % interval |\n|---|---|---|",
        *(f"| {name} | {mean:.1f} | {low:.0f} to {high:.0f} |" for name, mean, low, high in validation.reasons),
        "",
        "## Predictions, and the test of good and bad years\n",
        "Nothing was fitted to these. A good year is 1.5 standard deviations of the cycle above the usual.\n",
        "| prediction | simulated | 90 % interval |\n|---|---|---|",
        *(f"| {name} | {_number(mean)} | {_number(low)} to {_number(high)} |"
          for name, (mean, low, high) in validation.predictions.items()),
        "",
        "## Targets of the calibration\n",
        _table(validation.calibrated),
        "\n".join(_reasons(validation.calibrated, notes)) + "\n",
    ]  # fmt: skip
    return "\n".join(parts).rstrip() + "\n"


def _table(rows: Sequence[Row]) -> str:
    return "\n".join([_HEAD, *(_line(row) for row in rows)]) + "\n"


def _line(row: Row) -> str:
    p = row.pattern
    spell = (lambda value: f"{value:.0f}") if p.unit == "year" else _number
    observed = spell(p.least) if p.least == p.most else f"{spell(p.least)} to {spell(p.most)}"
    return (
        f"| {p.evidence} | {p.what} | {p.unit} | {observed} | {spell(row.mean)} "
        f"| {spell(row.low)} to {spell(row.high)} | {'in' if row.inside else '**out**'} |"
    )


def _reasons(rows: Sequence[Row], notes: dict[str, str]) -> Iterator[str]:
    """Say why for each one that is out; say so if nobody has found out."""
    out = [row for row in rows if not row.inside]
    for row in out:
        why = notes.get(row.pattern.statistic, "Nobody has found out why yet.")
        yield f"- {row.pattern.evidence}, {row.pattern.what}: {why}"
    if not out:
        yield "None is out."


def _notes() -> dict[str, str]:
    """Read why a statistic may be out, as far as somebody has found out."""
    with (DATA / "validation-notes.csv").open(encoding="utf-8", newline="") as file:
        return {row["statistic"]: row["why"] for row in csv.DictReader(file)}


def _number(value: float) -> str:
    """Write a number with as many figures as people need."""
    if abs(value) >= 100:
        return f"{value:,.0f}".replace(",", " ")
    if abs(value) >= 10:
        return f"{value:.1f}"
    return f"{value:.4f}" if abs(value) < 0.1 and value else f"{value:.2f}"
