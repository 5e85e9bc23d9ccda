"""Words and numbers of the page in the reader's language. Read by everything that draws or writes."""

from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

import numpy as np

from ...analysis.report import page
from ...analysis.report.pages import texts_in
from ...analysis.report.tables import number
from ...model.inputs.life_course import InterventionParameters

Words = Mapping[str, str]
LANGUAGES = ("en", "sv")
HERE = Path(__file__).parent


@cache
def words(language: str) -> Words:
    """All texts of a language: those of the report, and over them the page's own."""
    own = texts_in(HERE, language)
    report = page.texts(language)
    return {**report["words"], "cut": report["sentences"]["t_cut"], **own, "language": language}


def with_interventions(say: Words, items: Sequence[InterventionParameters]) -> Words:
    """Add the titles of interventions that do not come with the model."""
    sv = say["language"] == "sv"
    return {item.name: item.title_sv if sv else item.title for item in items} | dict(say)


def spell(value: float, say: Words, *, signed: bool = False) -> str:
    """Write a number with thin spaces between thousands, and the decimals that its size bears; - for none."""
    if np.isnan(value):
        return "-"
    if not value:
        return "0"
    text = number(float(value), float(value))
    text = text.replace(".", ",") if say["language"] == "sv" else text
    return f"+{text}" if signed and value > 0 and any(each in "123456789" for each in text) else text


def count(value: float, say: Words) -> str:
    """Write a whole number: children, per cent."""
    return "-" if np.isnan(value) else spell(round(value), say) if abs(value) >= 100 or not value else f"{value:.0f}"


def millions(sek: float, say: Words, *, signed: bool = False) -> str:
    """Write an amount in M SEK."""
    return spell(sek / 1e6, say, signed=signed)


def nice(value: float) -> float:
    """Round up to 1, 2 or 5 times a power of ten; 0 stays 0."""
    if value <= 0 or not np.isfinite(value):
        return 0.0
    power = 10.0 ** np.floor(np.log10(value))
    return float(next(step * power for step in (1.0, 2.0, 5.0, 10.0) if value <= step * power * (1 + 1e-9)))
