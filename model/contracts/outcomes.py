"""The outcomes that contracts can pay for: read once from `model/data/outcomes.toml`.

Each is counted on a child's life alone, so that any evaluator can count it: in which years the child is at one of some
levels of need, or has something on its record. Read by the checks, `describe` and the evaluation.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from ..data import DATA
from ..inputs.errors import InputError, hint
from ..inputs.quantity import Quantity, read_toml

__all__ = ["COUNTED", "Agreed", "OwnOutcome", "agreed_outcomes", "counted"]

OUTCOMES = DATA / "outcomes.toml"
COUNTED = "counted on a child's life"


class Agreed(BaseModel):
    """One outcome that parties can agree on.

    It is counted in each year in which the child's age is within `ages` (first and last), its level of need is among
    `levels` (if given), and its record holds `record` (if given; with `record_absent` it must lack it); with `at_age`
    only in the year of that age. `good` says whether more of it is better, `measured_before` whether a child can be
    compared with itself before.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    title: str = Field(min_length=1)
    title_sv: str = Field(min_length=1)
    good: bool
    ages: tuple[int, int]
    levels: tuple[int, ...] = ()
    record: Literal["placed", "not_eligible", "sentenced"] | None = None
    record_absent: bool = False
    at_age: int | None = None
    measured_before: bool
    source: str = Field(min_length=1)

    @model_validator(mode="after")
    def _fits(self) -> Agreed:
        low, high = self.ages
        if not 0 <= low <= high <= 64:
            raise ValueError(f"ages = [{low}, {high}]: write first and last age, 0 to 64")
        if any(not 0 <= level <= 4 for level in self.levels):
            raise ValueError(f"levels = {list(self.levels)}: allowed are 0 to 4")
        if not self.levels and self.record is None:
            raise ValueError("counts nothing: give levels, record or both")
        if self.at_age is not None and not low <= self.at_age <= high:
            raise ValueError(f"at_age = {self.at_age} is outside ages = [{low}, {high}]")
        return self

    @property
    def unit(self) -> str:
        """What one of it is: a year of a child's life, or a child."""
        return "year" if self.at_age is None else "person"


@dataclass(frozen=True, kw_only=True)
class OwnOutcome:
    """An outcome that a contract names itself: what it is called, counted in, and what of the model stands for it.

    `in_run` is one of the outcomes above, or `words.NOT_IN_MODEL`, or `COUNTED`: then `counted` says what is counted on
    a child's life. `times` says how many of it one of those is.
    """

    title: str
    good: bool
    unit: str
    in_run: str
    times: Quantity | None = None
    counted: Agreed | None = None

    @property
    def stands_for_it(self) -> Agreed | None:
        """What of the model stands for it; nothing if it can be settled on paper only."""
        return self.counted or agreed_outcomes().get(self.in_run)

    @property
    def measured_before(self) -> bool:
        """Whether a child can be compared with itself before: as what stands for it."""
        known = self.stands_for_it
        return known is None or known.measured_before


@cache
def agreed_outcomes() -> Mapping[str, Agreed]:
    """All outcomes by name.

    Raises
    ------
    InputError
        If the file is damaged.
    """
    read = {}
    problems = []
    for name, record in read_toml(OUTCOMES).items():
        try:
            read[name] = Agreed.model_validate(record)
        except ValidationError as error:
            problems += [
                f"{OUTCOMES.name}: {name}: {'.'.join(map(str, e['loc']))}: {e['msg']}." for e in error.errors()
            ]
    if problems:
        raise InputError(problems)
    return read


def counted(table: Mapping[str, Any], *, title: str, good: bool, source: str) -> Agreed:
    """Make an outcome of one's own from what it counts: the keys of `outcomes.toml` but for words, and `good`.

    Raises
    ------
    InputError
        With everything that it cannot count.
    """
    words = {"title": title, "title_sv": title, "good": good, "source": source}
    try:
        return Agreed.model_validate({"measured_before": False, **table, **words})
    except ValidationError as error:
        raise InputError([_sentence(each) for each in error.errors()]) from None


def _sentence(error: Any) -> str:
    """Say a validation error in words."""
    key = ".".join(str(part) for part in error["loc"])
    match error["type"]:
        case "extra_forbidden":
            return f"unknown key '{key}'.{hint(key, COUNTS)}"
        case "missing":
            return f"'{key}' is missing."
        case "value_error":
            return f"{error['ctx']['error']}."
        case "literal_error":
            return f"{key} = {error['input']!r} is not known. Allowed: {error['ctx']['expected']}."
    return f"{key} = {error['input']!r} is not what it should be: see outcomes.toml for examples."


COUNTS = tuple(name for name in Agreed.model_fields if name not in ("title", "title_sv", "good", "source"))
