"""What the head of a column means: our own names in any case, Swedish ones, and years as statistics have them.

Read by `table`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from ..facts import FACTS, IDENTITY, TERMS
from ..reading.gate import tidy

__all__ = ["ASIDE", "PLACE", "YEAR", "Head", "head_of"]

PLACE, YEAR, ASIDE = "place", "year", "aside"  # code and name in one; the year of a row; what must be alike in all rows
_POPULATIONS = {2005: "population_2005", 2013: "population_2013", 2017: "population_2017"}
_SWEDISH = {
    "code": "kommunkod kommunnummer kommunnr kommunid kod knkod lkf kommun_id regionkod municipality_code",
    "name": "kommun kommunnamn namn municipality ort",
    PLACE: "region kommun_och_kod område kommun/region kommuner regioner",
    "county": "län länskod länkod länsnamn lan county_code",
    "population": "folkmängd folkmangd befolkning invånare invanare antal_invånare befolkningsmängd folkmängden "
    "antal_personer värde varde value antal personer antal_inv invånarantal",
    "young_share": "andel_unga andel_barn_och_unga andel_barn andel_0_19 andel_0_19_år unga andel_yngre young",
    "old_share": "andel_äldre andel_gamla andel_75+ andel_75_år_och_äldre äldre old",
    "low_schooling_share": "andel_lågutbildade andel_med_låg_utbildning låg_utbildning andel_förgymnasial "
    "förgymnasial_utbildning low_schooling",
    "tax_base": "skatteunderlag skattekraft skatteunderlag_per_invånare taxbase",
    "spending": "nettokostnad kostnad_per_invånare kostnader_per_invånare nettokostnader",
    YEAR: "år ar tid period årtal",
    ASIDE: "kön kon ålder alder åldersgrupp nyckeltal variabel tabellinnehåll enhet civilstånd gender sex age kpi "
    "nyckeltalsid title kön_2 population_year source källa",
}
_MEANT = {word: name for name, words in _SWEDISH.items() for word in words.split()}
_RULE = re.compile(r"(?:rule|styre|politiskt_styre|majoritet)_?(20\d\d)")


@dataclass(frozen=True)
class Head:
    """What a column has: `name` of ours ("" if nobody knows), the year that it says, what to multiply with."""

    name: str
    year: int | None = None
    factor: float = 1.0


def head_of(text: str) -> Head:
    """Say what the head of a column means."""
    plain = tidy(text).casefold().strip()
    factor = 0.01 if re.search(r"%|procent", plain) else 1000.0 if re.search(r"\btkr\b|tusen", plain) else 1.0
    word = re.sub(r"\([^)]*\)|,.*$|\bprocent\b|\btkr\b|%", "", plain)
    word = re.sub(r"[\s\u00a0_-]+", "_", word).strip("_ ")
    if word in (*IDENTITY, *FACTS, YEAR):
        return Head(word, factor=factor)
    if found := _RULE.fullmatch(word):
        name = f"rule_{found[1]}"
        return Head(name if int(found[1]) in TERMS else "")
    if found := re.search(r"(?<!\d)((?:19|20)\d\d)(?!\d)", word):
        rest = (word[: found.start()] + word[found.end() :]).strip("_ ")
        what = "population" if not rest else _MEANT.get(rest, rest)
        return Head(what if what in (*IDENTITY, *FACTS) else "", int(found[1]), factor)
    return Head(_MEANT.get(word, ""), factor=factor)


def by_year(year: int, latest: int) -> str:
    """The column that the population of a year is for: that of the latest year is the population of today."""
    return "population" if year == latest else _POPULATIONS.get(year, "")
