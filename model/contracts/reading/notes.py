"""Reading one table of a contract file strictly: every problem is noted, with file, key, value and remedy.

Nothing here raises. The functions note what is wrong and give back the best value they can, so that one
reading of a file tells all that is wrong with it. Read by `design`, `clause_tables` and the checks.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from ...inputs.errors import nearest, shown
from ...inputs.quantity import Quantity, Value, decimal, read_quantity, with_unit
from ...inputs.reading.limits import per_cent
from ..vocabulary import Term

__all__ = ["Notes"]

Table = Mapping[str, Any]


@dataclass
class Notes:
    """The problems found so far in one file."""

    file: str
    problems: list[str] = field(default_factory=list)

    def add(self, key: str, message: str) -> None:
        """Note a problem at a key."""
        self.problems.append(f"{self.file}: {key}: {message}")

    def table(self, parent: Table, key: str, where: str = "") -> Table:
        """Give the table at a key; an empty one, with a note, if there is something else."""
        value = parent.get(key, {})
        if isinstance(value, Mapping):
            return value
        self.add(where or key, f"is {shown(value)}. Write a table: [{where or key}].")
        return {}

    def named(self, parent: Table, key: str, like: str) -> Iterator[tuple[str, str, Table]]:
        """Give each table under a key, with its name and where it stands; `like` says what one has, in a note."""
        for name, given in self.table(parent, key).items():
            where = f"{key}.{name}"
            if isinstance(given, Mapping):
                yield name, where, given
            else:
                self.add(key, f"{name} = {shown(given)}. Write a table [{where}] with {like}.")

    def keys(self, table: Table, where: str, allowed: Iterable[str], required: Iterable[str] = ()) -> None:
        """Note keys that nobody would read, and keys that are missing."""
        names = list(allowed)
        for key in table:
            if key not in names:
                self.add(where, f"unknown key {shown(key)}.{self.hint(key, names) if len(self.problems) < 40 else ''}")
        for key in required:
            if key not in table:
                self.add(where, f"'{key}' is missing.")

    def names(self, table: Table, key: str, where: str) -> tuple[str, ...]:
        """Give one name or a list of names, as a tuple; an empty one if there is none."""
        value = table.get(key, [])
        listed = [value] if isinstance(value, str) else value
        if isinstance(listed, list) and all(isinstance(each, str) and each.strip() for each in listed):
            if key in table and not listed:
                self.add(where, f"{key} is empty. Leave it out, or name at least one.")
            if len(set(listed)) < len(listed):
                self.add(where, f"{key} = {shown(value)} names one of them twice.")
            return tuple(listed)
        self.add(where, f"{key} = {shown(value)}. Write a name in quotes, or a list of names.")
        return ()

    def text(self, table: Table, key: str, where: str) -> str:
        """Give a text that must be there; its absence is noted by `keys`."""
        value = table.get(key, "")
        if key in table and not (isinstance(value, str) and value.strip()):
            self.add(where, f"{key} = {shown(value)}. Write a text in quotes that is not empty.")
        return value if isinstance(value, str) else ""

    def choice(self, table: Table, key: str, where: str, allowed: Iterable[str]) -> str:
        """Give a name that must be one of those allowed; its absence is noted by `keys`."""
        value = table.get(key, "")
        if key in table and key != "" and not (isinstance(value, str) and value in set(allowed)):
            self.add(where, f"{key} = {shown(value)} is not known.{self.hint(value, allowed)}")
        return value if isinstance(value, str) else ""

    def quantity(self, table: Table, key: str, where: str, term: Term, unit: str) -> Quantity | None:
        """Give a quantity in the declared unit and within the declared bounds, or nothing and a note.

        An empty `unit` is one that nobody knows here: that of a scenario's parameter, or of a measure misspelt.
        """
        if key not in table:
            return None
        place = f"{where}.{key}"
        read = read_quantity(table[key], f"{self.file}: {place}", self.problems)
        if read is None:
            return None
        if term.many is not None and isinstance(read.value, tuple) != term.many:
            what = "a list of numbers" if term.many else "one number"
            self.add(place, f"value = {_shown(read.value)}. Write {what}: {term.meaning}.")
            return None
        if unit and read.unit != unit:
            self.add(place, f"is given in '{read.unit}', but a contract reads it in '{unit}'. Convert the value.")
            return None
        self.bounds(read, place, term)
        return read if term.whole or not read.unit.startswith("1") else decimal(read)

    def bounds(self, read: Quantity, place: str, term: Term) -> None:
        """Note a value or a range outside the declared bounds, and a broken number where a whole one is needed."""
        meant = per_cent(read.entries[0], term.high, read.unit)
        allowed = f"allowed are {term.low:g} to {term.high:g}{with_unit(read.unit)} ({term.meaning})"
        if any(not term.low <= each <= term.high for each in read.entries):
            self.add(
                place,
                f"value = {_shown(read.value)} is out of bounds: {allowed}{meant}.",
            )
        if any(not term.low <= end <= term.high for end in read.range):
            self.add(place, f"range = {shown(list(read.range))} is out of bounds: {allowed}.")
        if term.whole and any(each != int(each) for each in read.entries):
            self.add(place, f"value = {_shown(read.value)}. Write a whole number: {term.meaning}.")

    @staticmethod
    def hint(name: object, valid: Iterable[str]) -> str:
        """Say which name was probably meant, and which there are."""
        names = list(valid)
        guess = nearest(str(name), names)
        if not names:
            return " There is none to name."
        return (f" Did you mean '{guess}'?" if guess else "") + f" Allowed: {', '.join(names)}."


def _shown(value: Value) -> str:
    """Write a value as the file has it."""
    return shown(list(value) if isinstance(value, tuple) else value)
