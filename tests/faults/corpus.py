"""What can be wrong with a file or a string: ways to damage one, each a function of random numbers alone."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from copy import deepcopy
from random import Random
from typing import Any

ODD_NUMBERS = (
    "nan", "inf", "-inf", "-0.0", "0", "-1", "1e400", "1e-400", "9" * 400, "9" * 5001, "0x1F", "1_000", "1__0", "0,8",
    "1 000", "1\u00a0000", "\uff11", "\u0661", "70", "3 %", "", "true", '"7"', "[]", "[[]]", "{}", "[1, 2]",
    "1979-05-27", "07:32:00", "1.", ".5", "+3", "1e5", "2**3", "None",
)  # fmt: skip
ODD_WORDS = (
    "", " ", ".", "..", "../../etc/passwd", "/dev/null", "con", "=cmd|' /C calc'!A0", "+1", "@x", "-x", "<script>",
    "\u202eabc", "A\u030a", "\u00e5", "\ufeff", "x" * 300, "x" * 5000, "\x00", "\x1b[31m", "%s%n", "{0.__class__}",
    "${HOME}", "`id`", "nul", "status-quo", "planner", "*", "a.b.c", "[", "]", "[=]", "[share=1", "+", "++", "a+b[c=d]",
    "\ud800".encode("utf-8", "surrogatepass").decode("utf-8", "replace"), "NaN", "null", "\t", "\n", "\\", "'", '"',
)  # fmt: skip
ODD_VALUES: tuple[Any, ...] = (
    None, True, False, 0, -1, 1, 2**63, 10**400, 0.5, -0.0, 1e308, "", "x", "x" * 300, "../x", [], [[]], [1, 2], {},
    {"x": 1}, [{}], "all", "\u202ex",
)  # fmt: skip
DEEP = 3000


def _cut(random: Random, data: bytes) -> tuple[int, int]:
    """Choose a piece of some bytes."""
    first = random.randrange(len(data) + 1)
    return first, min(len(data), first + random.choice((1, 2, 8, 64, 1024)))


def _flip(random: Random, data: bytes) -> bytes:
    changed = bytearray(data)
    for _ in range(random.choice((1, 1, 1, 4, 16)) if data else 0):
        changed[random.randrange(len(changed))] = random.randrange(256)
    return bytes(changed)


def _drop(random: Random, data: bytes) -> bytes:
    first, last = _cut(random, data)
    return data[:first] + data[last:]


def _double(random: Random, data: bytes) -> bytes:
    first, last = _cut(random, data)
    return data[:last] + data[first:last] * random.choice((1, 2, 50)) + data[last:]


def _insert(random: Random, data: bytes) -> bytes:
    first, _ = _cut(random, data)
    return data[:first] + random.choice((b"\x00", b"\xff", b"\xef\xbb\xbf", random.randbytes(8))) + data[first:]


def _truncate(random: Random, data: bytes) -> bytes:
    return data[: random.randrange(len(data) + 1)]


def _encode(random: Random, data: bytes) -> bytes:
    text = data.decode("utf-8", "replace")
    return text.encode(random.choice(("utf-16", "utf-16-le", "latin-1", "cp1252", "utf-8-sig", "utf-32")), "replace")


BYTES: tuple[Callable[[Random, bytes], bytes], ...] = (_flip, _drop, _double, _insert, _truncate, _encode)


def damaged(random: Random, data: bytes) -> bytes:
    """Damage bytes, as disks, editors and mail do."""
    return random.choice(BYTES)(random, data)


def _number(random: Random, text: str) -> str:
    places = list(re.finditer(r"(?<![\w.])-?\d[\d_]*(\.\d+)?", text))
    return _swap(text, random.choice(places).span(), random.choice(ODD_NUMBERS)) if places else text


def _word(random: Random, text: str) -> str:
    places = list(re.finditer(r"[A-Za-zÅÄÖåäö][\w-]*", text))
    if not places:
        return text
    one, other = random.choice(places), random.choice(places)
    new = random.choice((random.choice(ODD_WORDS), other[0], one[0][:-1], one[0] + one[0][-1], one[0].upper()))
    return _swap(text, one.span(), new)


def _swap(text: str, span: tuple[int, int], new: str) -> str:
    return text[: span[0]] + new + text[span[1] :]


def _lines(random: Random, text: str) -> str:
    lines = text.split("\n")
    one, other = random.randrange(len(lines)), random.randrange(len(lines))
    how = random.choice(("drop", "double", "swap", "move"))
    if how == "drop":
        del lines[one]
    elif how == "double":
        lines.insert(other, lines[one])
    elif how == "swap":
        lines[one], lines[other] = lines[other], lines[one]
    else:
        lines.insert(other, lines.pop(one))
    return "\n".join(lines)


def _deep(random: Random, text: str) -> str:
    n = random.choice((50, DEEP))
    deep = random.choice(("[" * n, "[" * n + "]" * n, "{a=" * n + "1" + "}" * n, "a." * n + "b"))
    places = list(re.finditer(r"=\s*\S+", text))
    return _swap(text, random.choice(places).span(), f"= {deep}") if places else deep


def _separators(random: Random, text: str) -> str:
    return text.replace(",", random.choice((";", "\t", ",,", ", ", "|"))).replace(".", random.choice((".", ",")))


TEXTS: tuple[Callable[[Random, str], str], ...] = (_number, _number, _word, _word, _lines, _lines, _deep, _separators)


def odd_text(random: Random, text: str) -> bytes:
    """Write a text as somebody might who was wrong, in one to three places."""
    for _ in range(random.choice((1, 1, 1, 2, 3))):
        text = random.choice(TEXTS)(random, text)
    data = text.encode("utf-8", "replace")
    return damaged(random, data) if random.random() < 0.2 else data


def odd_string(random: Random, text: str) -> str:
    """Change a short string: an option, a name."""
    return random.choice((_word, _number, lambda chance, _: chance.choice(ODD_WORDS)))(random, text)


def odd_json(random: Random, text: str) -> bytes:
    """Change a record in one to three places: another value, a key less, a key that was not there; or its bytes."""
    if random.random() < 0.3:
        return damaged(random, text.encode())
    content = json.loads(text)
    for _ in range(random.choice((1, 1, 2, 3))):
        _change(random, content)
    return json.dumps(content, ensure_ascii=False).encode("utf-8", "replace")


def _change(random: Random, content: Any) -> None:
    """Change something in lists and objects that stand in one another."""
    here = content
    while True:
        keys = list(here) if isinstance(here, dict) else list(range(len(here)))
        if not keys:
            return
        key = random.choice(keys)
        below = here[key]
        if isinstance(below, dict | list) and below and random.random() < 0.7:
            here = below
            continue
        if random.random() < 0.3:
            del here[key]
        elif isinstance(here, dict) and random.random() < 0.1:
            here[random.choice(ODD_WORDS)] = deepcopy(random.choice(ODD_VALUES))
        else:
            here[key] = deepcopy(random.choice(ODD_VALUES))
        return
