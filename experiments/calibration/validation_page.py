"""The page `docs/validation.md`, from a `Validation`: what fits, what does not, and why. Used by `stupror validate`."""

from __future__ import annotations

import csv
import math
from collections.abc import Sequence

from .problems import DATA
from .validation import Row, Validation

__all__ = ["counts", "render"]

_HEAD = "| evidence | pattern | unit | observed | simulated | 90 % interval | |\n|---|---|---|---|---|---|---|"
_NEW = {2005: "first funds, four early ones named", 2013: "21 (peak)", 2016: "10 with 2017", 2017: "10 with 2016"}
_RULES = """\
What was seen once, in one history, year or survey, is *in* if the simulated 90 % interval reaches it, be it published
as a number or only as bounds ("most of nine"). What is said of the mechanism is *in* if the simulated mean lies within
the bounds. Until 30 November 2026 all bounds were judged by the mean, as if Södermanland's one history had to be like
the average of all; the rule was changed when its results had been seen, so that both counts stand above.

The surveys are asked of the simulated history as they were asked in Sweden: 252 of 290 answer for 2014 and 263 for
2018, and 13 and 17 of 20 regions (D9), by lot. Figures that the report itself contradicts (X1-X4) are not used. Regions
move by the rules and rates of municipalities, so that all that is said of them (D6, F4) is a test.

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

**{inside} of {everything} patterns that nothing was fitted to are in**, {out} are out. If the mean had to lie within
all bounds, {by_mean} would be in. A model without fault would score {flawless} by the first rule and
{flawless_by_mean} by the second: so many are in, on average, when each simulated world is taken for the truth in
turn. Of the {targets} targets of the calibration {fitted} are met; they are no test and are listed last.
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


def _flawless(rows: Sequence[Row], of: str) -> str:
    """How many a model without fault would be expected to meet; a pattern without worlds is taken as met."""
    chances = [getattr(row, of) for row in rows]
    return f"{sum(1.0 if math.isnan(each) else each for each in chances):.1f}"


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
    notes, unfitted = _notes(), _unfitted(validation)
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
        by_mean=sum(row.by_mean for row in unfitted),
        flawless=_flawless(unfitted, "flawless"),
        flawless_by_mean=_flawless(unfitted, "flawless_by_mean"),
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
        _reasons([row for row in unfitted if not row.inside], notes),
        "## Why the mean lies outside the bounds where the interval reaches them\n",
        _reasons([row for row in unfitted if row.inside and not row.by_mean], notes),
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
        _reasons([row for row in validation.calibrated if not row.inside], notes),
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
        f"| {spell(row.low)} to {spell(row.high)} | {_verdict(row)} |"
    )


def _verdict(row: Row) -> str:
    if not row.inside:
        return "**out**"
    return "in" if row.by_mean else "in, not its mean"


def _reasons(rows: Sequence[Row], notes: dict[str, str]) -> str:
    """Say why for each of these; say so if nobody has found out."""
    lines = []
    for row in rows:
        why = notes.get(row.pattern.statistic, "Nobody has found out why yet.")
        lines.append(f"- {row.pattern.evidence}, {row.pattern.what}: {why}")
    return "\n".join(lines or ["There is none."]) + "\n"


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
