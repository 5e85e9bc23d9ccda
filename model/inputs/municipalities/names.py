"""Places by what people call them: codes with or without their zero, names with kommun, stad, region or län.

Read by `table` and by `places`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from ..reading.gate import tidy

__all__ = ["MOVED", "RENAMED", "Gazetteer", "bare"]

MOVED = {"1917": "0331"}  # Heby, from Västmanland to Uppsala county in 2007
RENAMED = {"malung": "2023"}  # Malung-Sälen since 2008
_CALLED = {"region gotland": "0980"}  # a municipality that has the tasks of a region, too
_COUNTRY = {"sverige", "riket", "hela riket", "hela landet", "landet", "sweden", "00", "0000", "se", "totalt", "total",
            "summa", "samtliga", "samtliga kommuner", "alla kommuner", "hela sverige", "alla",
            "hela", "all", "*"}  # fmt: skip
_OF_MUNICIPALITY = re.compile(r"\s+(kommun|stad|kn|municipality|city)$")
_OF_COUNTY = re.compile(r"^(region|landstinget|regionen)\s+|\s+(län|county|region|landsting)$|regionen$")


def bare(name: str) -> str:
    """A name without what is written in different ways: capitals, hyphens, doubled spaces."""
    return re.sub(r"[\s\u00a0_-]+", " ", tidy(name).strip().casefold())


@dataclass(frozen=True)
class Gazetteer:
    """The places that are known: name of each municipality and each county by code."""

    municipalities: Mapping[str, str]
    counties: Mapping[str, str]

    def find(self, text: str) -> tuple[str, ...]:
        """Codes of the municipalities, or the code of the county (two figures), that a text means; empty if none.

        A name that both a municipality and a county have is that of the municipality; the whole country is "00".
        """
        word = bare(text)
        if word in _COUNTRY:
            return ("00",)
        if code := self.code(word):
            return (code,)
        if _CALLED.get(word) in self.municipalities:
            return (_CALLED[word],)
        if pair := re.fullmatch(r"(\d{3,4}|\d{2})\s+(.+)", word):
            code, named = self.code(pair[1]), self.find(pair[2])
            return (code,) if code and code in named else ()
        names = () if _OF_COUNTY.search(word) else _without_s(_OF_MUNICIPALITY.sub("", word))
        for name in names:
            if name in self._by_name:
                return (self._by_name[name],)
        for name in () if _OF_MUNICIPALITY.search(word) else _without_s(_OF_COUNTY.sub("", word).strip()):
            if name in self._county_by_name:
                return (self._county_by_name[name],)
        return ()

    def code(self, text: str) -> str:
        """Code that a text of figures means, also without its first zero, or by an old number; empty if none."""
        if not re.fullmatch(r"[0-9]{1,4}", text):
            return ""
        code = text.zfill(4 if len(text) > 2 else 2)
        code = MOVED.get(code, code)
        return code if code in self.municipalities or code in self.counties else ""

    @cached_property
    def _by_name(self) -> dict[str, str]:
        renamed = {name: code for name, code in RENAMED.items() if code in self.municipalities}
        return renamed | {bare(name): code for code, name in self.municipalities.items()}

    @cached_property
    def _county_by_name(self) -> dict[str, str]:
        short = {code: _OF_COUNTY.sub("", bare(name)) for code, name in self.counties.items()}
        return {form: code for code, name in short.items() for form in _without_s(name)}


def _without_s(name: str) -> tuple[str, ...]:
    """A name, and the name of which it is the genitive: Stockholms stad is Stockholm, Borås stad is Borås."""
    return (name, name[:-1]) if name.endswith("s") and len(name) > 3 else (name,)
