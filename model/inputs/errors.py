"""What a user can put right: one error that tells every problem of an input at once.

Each problem is a sentence with file, key, value, what is allowed and, for an unknown name, the nearest valid one. The
commands print them and end with exit code 2; nothing has run or been written by then. Read by everybody.
"""

import difflib
from collections.abc import Iterable


class InputError(Exception):
    """Bad input, with every problem found in it."""

    def __init__(self, problems: Iterable[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(self.problems))

    def __reduce__(self) -> tuple[type["InputError"], tuple[tuple[str, ...]]]:
        """Survive the way back from a worker process."""
        return (InputError, (self.problems,))


def nearest(name: str, valid: Iterable[str]) -> str | None:
    """Return the valid name most like `name`, or None if none is like it."""
    names = {each.lower(): each for each in valid}
    found = difflib.get_close_matches(str(name).lower(), list(names), 1, 0.5)
    return names[found[0]] if found else None


def hint(name: str, valid: Iterable[str]) -> str:
    """Return the end of a sentence: the nearest valid name, or all of them if there are few."""
    names = list(valid)
    like = nearest(name, names)
    if like is not None:
        return f" Did you mean '{like}'?"
    return f" Allowed: {', '.join(names)}." if len(names) <= 12 else ""


def reason(error: Exception) -> str:
    """Return why a file could not be read, in one line and without the number of the system's error."""
    words = error.strerror if isinstance(error, OSError) else None
    return words or " ".join(str(error).split())
