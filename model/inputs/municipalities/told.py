"""What is said of a table: one line for one cause, however many rows have it. Read by `table` and `sanity`."""

from __future__ import annotations

from dataclasses import dataclass, field

from ..errors import shown

__all__ = ["Told"]

_FIRST = 3  # how many lines, and how many values, are named


@dataclass(frozen=True)
class Told:
    """Problems and notices by cause: each cause with the lines and the values that it was found at."""

    file: str
    wrong: dict[str, list[tuple[int, str]]] = field(default_factory=dict)
    noticed: dict[str, list[tuple[int, str]]] = field(default_factory=dict)

    def problem(self, line: int, cause: str, value: str = "") -> None:
        """Note a problem; `{}` in the cause is where the value goes, line 0 is the whole table."""
        self.wrong.setdefault(cause, []).append((line, value))

    def notice(self, line: int, cause: str, value: str = "") -> None:
        """Note something that was understood, and that the user should know of."""
        self.noticed.setdefault(cause, []).append((line, value))

    @property
    def problems(self) -> tuple[str, ...]:
        """One sentence for each kind of problem."""
        return tuple(self._sentence(cause, found) for cause, found in self.wrong.items())

    @property
    def notes(self) -> tuple[str, ...]:
        """One sentence for each kind of notice."""
        return tuple(self._sentence(cause, found) for cause, found in self.noticed.items())

    def _sentence(self, cause: str, found: list[tuple[int, str]]) -> str:
        lines = list(dict.fromkeys(line for line, _ in found if line))
        values = list(dict.fromkeys(value for _, value in found))
        more = f" and {len(lines) - _FIRST} more" if len(lines) > _FIRST else ""
        where = f", line{'s' if len(lines) > 1 else ''} {', '.join(map(str, lines[:_FIRST]))}{more}" if lines else ""
        what = ", ".join(shown(value)[1:-1] for value in values[:_FIRST]) + (" ..." if len(values) > _FIRST else "")
        return f"{self.file}{where}: {cause.replace('{}', what)}"
