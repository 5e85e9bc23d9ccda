"""What a user can put right: one error that tells every problem of an input at once.

Each problem is a sentence with file, key, value, what is allowed and, for an unknown name, the nearest valid one. The
commands print them and end with exit code 2; nothing has run or been written by then. Read by everybody.
"""

import difflib
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, time

from .meaning import meanings

_FLOOD, _MOST = 10, 200  # problems of one kind, and of all, before they are counted instead of listed
_LONGEST = 1500  # signs of a problem before it is cut
_ALIKE = 0.6


class InputError(Exception):
    """Bad input, with every problem found in it; many of one kind are told by the first of them and their number."""

    def __init__(self, problems: Iterable[str]) -> None:
        self.problems = gathered(tuple(problems))
        super().__init__("\n".join(self.problems))

    def __reduce__(self) -> tuple[type["InputError"], tuple[tuple[str, ...]]]:
        """Survive the way back from a worker process."""
        return (InputError, (self.problems,))


def gathered(problems: Sequence[str]) -> tuple[str, ...]:
    """Cut floods: of more than ten problems that are alike but for names and numbers, keep three and the count."""
    problems = [each if len(each) <= _LONGEST else f"{each[: _LONGEST - 300]} ... {each[-200:]}" for each in problems]
    kinds: dict[str, list[str]] = {}
    for problem in problems if len(problems) > _FLOOD else ():
        kinds.setdefault(re.sub(r"'[^']*'|[0-9]+", "", problem), []).append(problem)
    if not any(len(alike) > _FLOOD for alike in kinds.values()):
        return tuple(problems) if len(problems) <= _MOST else (*problems[:_MOST], _more(len(problems) - _MOST))
    kept: list[str] = []
    for alike in kinds.values():
        kept += [*alike[:3], f"and {len(alike) - 3} more like the last one."] if len(alike) > _FLOOD else alike
    return tuple(kept) if len(kept) <= _MOST else (*kept[:_MOST], _more(len(kept) - _MOST))


def _more(number: int) -> str:
    return f"and {number} more."


def nearest(name: str, valid: Iterable[str]) -> str | None:
    """Return the valid name that `name` means: the same in other letters, its Swedish word, or one spelt much alike.

    None is better than a wrong one: a code of figures is never like another.
    """
    names = {_bare(each): each for each in valid}
    bare = _bare(str(name)[:200])
    if bare in names:
        return names[bare]
    for meant in meanings(str(name)):
        if _bare(meant) in names:
            return names[_bare(meant)]
    found = difflib.get_close_matches(bare, list(names), 1, _ALIKE) if re.search(r"[^\W\d]", bare) else []
    return names[found[0]] if found else None


def _bare(name: str) -> str:
    """A name without what hands write in different ways: capitals, and spaces, hyphens or underscores inside."""
    return re.sub(r"[\s_-]+", "-", name.strip().casefold())


def meant(name: str, valid: Iterable[str]) -> str:
    """Return the end of a sentence that has said what is allowed: the nearest valid name, if there is one."""
    like = nearest(name, valid)
    return "" if like is None else f" Did you mean '{like}'?"


def hint(name: str, valid: Iterable[str]) -> str:
    """Return the end of a sentence: the nearest valid name, or all of them if there are few."""
    names = list(valid)
    if like := meant(name, names):
        return like
    return f" Allowed: {', '.join(names)}." if len(names) <= 12 else ""


def reason(error: Exception) -> str:
    """Return why a file could not be read, in one line and without the number of the system's error."""
    words = error.strerror if isinstance(error, OSError) else None
    return words or " ".join(str(error).split())


def shown(value: object, most: int = 60) -> str:
    """Write a value as the file has it, cut to what one line holds; whole numbers of absurd length are counted."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float) and abs(value) < 1e15 and value == int(value):
        return str(int(value))
    if isinstance(value, int) and value.bit_length() > 200:
        return f"a number of some {int(value.bit_length() * 0.30103)} figures"
    if isinstance(value, date | time):
        return f"the {'time' if isinstance(value, time) else 'date'} {value.isoformat()}"
    if isinstance(value, list | tuple):
        inside = ", ".join(shown(each, most) for each in value[:8])
        text = f"[{inside}{', ...' if len(value) > 8 else ''}]"
    elif isinstance(value, Mapping):
        text = "{" + ", ".join(f"{key} = {shown(each, 20)}" for key, each in list(value.items())[:4]) + "}"
    else:
        text = repr(value)
    return text if len(text) <= most else f"{text[: most - 10]}...{text[-7:]}"
