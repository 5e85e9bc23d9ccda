"""A number from outside: value, unit, range, distribution and source, read strictly.

Every parameter, cost, effect and contract term is such a record in a TOML file. Read by `scenario` and `contracts`.
"""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, StrictFloat, StrictInt, ValidationError, model_validator

from .errors import hint, nearest, shown
from .reading.limits import listed, per_cent
from .reading.numbers import UnreadableError, read_number
from .reading.toml import read_toml as read_toml

Number = StrictInt | StrictFloat
Value = Number | tuple[Number, ...]
_Entries = Annotated[tuple[Number, ...], Field(min_length=1)]


_EDGE = 0.01  # a value at the end of its range counts as one with this much beyond it


class _Record(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Fixed(_Record):
    """Known, or not to be varied."""

    kind: Literal["fixed"]


class Uniform(_Record):
    """Anywhere in the range with equal chance."""

    kind: Literal["uniform"]


class Triangular(_Record):
    """Over the range, with the value as mode."""

    kind: Literal["triangular"]


class Normal(_Record):
    """Around the value, in its own unit, clipped to the range."""

    kind: Literal["normal"]
    sd: float = Field(gt=0, strict=True)


class Lognormal(_Record):
    """The value times exp(normal): `sd` is that of the logarithm. Clipped to the range."""

    kind: Literal["lognormal"]
    sd: float = Field(gt=0, strict=True)


class Beta(_Record):
    """A share: mean as the value, as sure as after `n` observations. Clipped to the range."""

    kind: Literal["beta"]
    n: float = Field(gt=0, strict=True)


KINDS = ("fixed", "uniform", "triangular", "normal", "lognormal", "beta")
Distribution = Annotated[Fixed | Uniform | Triangular | Normal | Lognormal | Beta, Field(discriminator="kind")]


LARGEST = 1e15  # more than all money there is; beyond it floats do not tell whole numbers apart


class Quantity(_Record):
    """One number, or one list of numbers that belong together, with what must be known about it."""

    value: Number | _Entries
    unit: str = Field(min_length=1)
    range: tuple[Number, Number]
    distribution: Distribution = Fixed(kind="fixed")
    source: str = Field(min_length=1)
    price_year: StrictInt | None = None
    note: str | None = None

    @model_validator(mode="after")
    def _inside(self) -> "Quantity":
        beyond = [each for each in (*self.entries, *self.range) if not abs(each) <= LARGEST]
        if beyond:
            raise ValueError(f"{shown(beyond[0])} is too large; nothing here is counted beyond {LARGEST:g}")
        low, high = self.range
        if low > high:
            raise ValueError(f"range = [{low}, {high}] is upside down; write the lower end first")
        outside = [each for each in self.entries if not low <= each <= high]
        if outside:
            raise ValueError(
                f"value {listed(outside)} is outside the range {shown(low)} to {shown(high)}{with_unit(self.unit)}"
                + per_cent(outside[0], high, self.unit)
            )
        return self

    @property
    def entries(self) -> tuple[float, ...]:
        """The value as a tuple, also when it is one number."""
        return self.value if isinstance(self.value, tuple) else (self.value,)

    def quantile(self, u: float) -> Value:
        """Return the value at probability `u` of its distribution, 0 < u < 1; all entries of a list move together."""
        moved = tuple(self._quantile(each, u) for each in self.entries)
        return moved if isinstance(self.value, tuple) else moved[0]

    def shifted(self, z: float) -> Value:
        """Return the value moved by `z` standard deviations of its own uncertainty, all entries of a list together.

        A distribution of another form is moved as the normal variable that it is a function of: from the place of the
        value in it to the place `z` further on. 0 gives the value itself.
        """
        from scipy import special

        if z == 0.0 or isinstance(self.distribution, Fixed):
            return self.value
        further = max if z > 0.0 else min  # a value at the end of its range goes no way back
        moved = tuple(
            further(each, self._quantile(each, float(special.ndtr(special.ndtri(self._place(each)) + z))))
            for each in self.entries
        )
        return moved if isinstance(self.value, tuple) else moved[0]

    def _place(self, value: float) -> float:
        """Return the probability below a value in the distribution about it, within (0, 1)."""
        from scipy import special

        low, high = map(float, self.range)
        match self.distribution:
            case Uniform() | Triangular():
                place = (value - low) / (high - low) if high > low else 0.5
            case Beta(n=n) if 0 < value < 1:
                place = float(special.betainc(value * n, (1 - value) * n, value))
            case _:
                place = 0.5
        return min(max(place, _EDGE), 1.0 - _EDGE)

    def _quantile(self, value: float, u: float) -> float:
        from scipy import special  # here because plain runs do not draw parameters

        low, high = map(float, self.range)
        match self.distribution:
            case Fixed():
                return value
            case Uniform():
                drawn = low + u * (high - low)
            case Triangular():
                drawn = _triangular(u, low, value, high)
            case Normal(sd=sd):
                drawn = value + sd * float(special.ndtri(u))
            case Lognormal(sd=sd):
                drawn = value * float(np.exp(sd * special.ndtri(u)))
            case Beta(n=n):
                drawn = float(special.betaincinv(value * n, (1 - value) * n, u)) if 0 < value < 1 else value
        clipped = min(max(float(drawn), low), high)
        return round(clipped) if isinstance(value, int) and isinstance(self.range[0], int) and value > 1 else clipped


def _triangular(u: float, low: float, mode: float, high: float) -> float:
    """Quantile of the triangular distribution."""
    width = high - low
    if u * width < mode - low:
        return float(low + np.sqrt(u * width * (mode - low)))
    return float(high - np.sqrt((1 - u) * width * (high - mode)))


def with_unit(unit: str) -> str:
    """Return the unit as it follows a number: with a space before it; nothing for a pure number."""
    return "" if unit == "1" else f" {unit}"


def read_quantity(table: Any, where: str, problems: list[str]) -> Quantity | None:
    """Turn one record into a Quantity, or note in `problems` everything that is wrong with it."""
    if not isinstance(table, Mapping):
        problems.append(f"{where}: is {shown(table)}. Write a table with value, unit, range and source.")
        return None
    try:
        return Quantity.model_validate({k: tuple(v) if isinstance(v, list) else v for k, v in table.items()})
    except ValidationError as error:
        found: dict[str, str] = {}  # one sentence for each key: what else is said follows from it
        for each in error.errors():
            found.setdefault(
                str(each["loc"][:1] if each["type"] != "extra_forbidden" else each["loc"]), _sentence(each)
            )
        problems.extend(f"{where}: {text}" for text in found.values())
        return None


def _sentence(error: Any) -> str:
    """Say a validation error in words."""
    place = [str(part) for part in error["loc"] if isinstance(part, str)]
    key, given = (place[0] if place else ""), error["input"]
    match error["type"]:
        case "extra_forbidden":
            near = nearest(place[-1], Quantity.model_fields)
            return f"unknown key '{place[-1]}'." + (f" Did you mean '{near}'?" if near else "")
        case "missing" if key != "range" or len(error["loc"]) == 1:
            return f"'{place[-1]}' is missing."
        case "value_error":
            return str(error["ctx"]["error"]) + "."
        case "union_tag_invalid":
            kind = str(error["ctx"]["tag"])
            return f"distribution kind '{kind}' is not known.{hint(kind, KINDS)}"
        case "union_tag_not_found":
            return f"distribution: 'kind' is missing. Allowed: {', '.join(KINDS)}."
    if key == "value":
        if given == ():
            return f"{key} = [] is empty. Write a number, or a list of numbers."
        return f"{key} = {shown(given)} is not a number (or list of numbers){_meant(given)}."
    if key == "range":
        if isinstance(given, str):
            return f"{key} = {shown(given)} is not a number{_meant(given)}."
        return f"{key} = {shown(given)}. Write two numbers, the lower first: [low, high]."
    wanted = {
        "distribution": f'a table such as {{ kind = "normal", sd = 0.1 }}; kinds are {", ".join(KINDS)}',
        "price_year": "a year without quotes, such as 2020",
    }.get(place[-1], "a number above 0" if place[-1] in ("sd", "n") else "a text in quotes")
    return f"{'.'.join(dict.fromkeys((key, place[-1])))} = {shown(given)}. Write {wanted}."


def _meant(given: Any) -> str:
    """Say how a number that stands in quotes is written without, if it is one."""
    try:
        return f"; write {read_number(given):.15g}, without quotes" if isinstance(given, str) else ""
    except UnreadableError:
        return ""


def text_of(value: Value) -> str:
    """Write a value as people read it."""
    if isinstance(value, tuple):
        return ", ".join(f"{each:g}" for each in value)
    whole = value == int(value) and abs(value) < 1e15
    return f"{int(value):,}".replace(",", " ") if whole else f"{value:g}"


def decimal(q: Quantity) -> Quantity:
    """Give a quantity that is not counted its decimal form: 3 and 3.0 are one number, and the same run."""
    if all(isinstance(each, float) for each in (*q.entries, *q.range)):
        return q
    value = tuple(map(float, q.value)) if isinstance(q.value, tuple) else float(q.value)
    return q.model_copy(update={"value": value, "range": tuple(map(float, q.range))})


def spell(q: Quantity) -> str:
    """Write a distribution in words."""
    terms = ", ".join(f"{k} {v:g}" for k, v in q.distribution.model_dump().items() if k != "kind")
    return q.distribution.kind + (f" ({terms})" if terms else "")
