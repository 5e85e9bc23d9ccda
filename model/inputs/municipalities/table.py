"""Reading a user's table of municipalities: as our own CSV, or as Kolada, Statistics Sweden and Excel write theirs.

What can be understood is read, and what was understood is said; what cannot be is refused, one line for each cause.
Read by `places`.
"""

from __future__ import annotations

import difflib
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ..errors import InputError, hint
from ..facts import FACTS, IDENTITY, Row, built_in_facts
from ..reading.cells import Line, is_missing, read_cells
from .heads import ASIDE, PLACE, YEAR, Head, by_year, head_of
from .names import MOVED, RENAMED, Gazetteer, bare
from .sanity import Read, check_sanity
from .told import Told
from .values import value_of

__all__ = ["read_own_table"]

_HINTS = 20  # causes after which no more likely names are looked for
_WITHIN = 25  # rows in which the row of heads is looked for
_TOTAL = {
    "totalt",
    "total",
    "totalt ålder",
    "män och kvinnor",
    "kvinnor och män",
    "båda könen",
    "samtliga",
    "t",
    "alla",
}
_NAME = re.compile(r"[^\W\d_][\w .'()/&-]{0,59}")


@dataclass(frozen=True)
class _Entry:
    """A row of the table, its place found: cells by name of column, population by year."""

    line: int
    code: str
    cells: Mapping[str, str]
    year: int


def read_own_table(path: Path, known: Gazetteer) -> tuple[list[Row], tuple[str, ...]]:
    """Read a user's table of municipalities, and say what was understood.

    It names each place by code, by name or both, and has its population; of the columns in FACTS it may have any or
    none. What it leaves out is taken from the built-in table, by code; a municipality that is not there needs all.

    Raises
    ------
    InputError
        With every problem, one line for each cause: columns missing or unknown (and the nearest valid), codes and names
        that contradict each other or come twice, numbers that are none or out of range, sums that cannot be.
    """
    lines = read_cells(path)
    told = Told(str(path))
    at, heads = _heads(lines, told)
    if told.wrong:
        raise InputError(told.problems)
    body = _one_of_each(lines[at + 1 :], heads, told)
    if told.wrong:
        raise InputError(told.problems)
    totals: dict[str, tuple[int, str]] = {}
    entries = [each for line in body if (each := _entry(line, heads, known, totals, told)) is not None]
    if not entries and not told.wrong:
        told.problem(0, "there is no municipality in it. Give at least one row below the heads.")
    rows = _rows(entries, heads, known, told)
    if not told.wrong:
        check_sanity(rows, {code: (line, _whole(text)) for code, (line, text) in totals.items()}, told)
    if told.wrong:
        raise InputError(told.problems)
    return [row.facts for row in sorted(rows, key=lambda row: row.code)], told.notes


# ---------------------------------------------------------------------- heads


def _heads(lines: Sequence[Line], told: Told) -> tuple[int, list[Head]]:
    """Find the row of heads, below what titles there are, and say what each of its columns has."""
    best = max(range(min(len(lines), _WITHIN)), key=lambda i: (_likeness(lines[i]), -i))
    row = lines[best]
    if _likeness(row) == 0 or len(row.filled) == 1 < max(len(line.filled) for line in lines[:_WITHIN]):
        told.problem(
            0, "has no row of heads. Begin with one, such as: code,name,population (or kommunkod;kommun;folkmängd)."
        )
        return 0, []
    if best:
        told.notice(0, f"{best} row{'s' if best > 1 else ''} above the heads left out, as titles.")
    width = max((i for line in lines[best:] for i, cell in enumerate(line.cells) if cell), default=0) + 1
    texts = [*row.cells, *[""] * (width - len(row.cells))][:width]
    heads = [head_of(text) for text in texts]
    if any(head.name == PLACE for head in heads) and any(head.name in ("code", "name") for head in heads):
        heads = [Head("county") if head.name == PLACE else head for head in heads]  # the region beside the municipality
    valid = (*IDENTITY, *FACTS)
    unknown = [text for text, head in zip(texts, heads, strict=True) if not head.name]
    if "" in unknown:
        told.problem(row.number, "a column with something in it has no head.")
    for text in filter(None, unknown):
        told.problem(row.number, "unknown column '{}'." + (hint(text, valid) if len(unknown) < 20 else ""), text)
    names = [(head.name, head.year) for head in heads if head.name not in ("", ASIDE)]
    for name, year in sorted({each for each in names if names.count(each) > 1}, key=str):
        told.problem(row.number, f"column '{name}'{f' of {year}' if year else ''} comes twice.")
    if not {"code", "name", PLACE} & {name for name, _ in names}:
        told.problem(row.number, "column 'code' (kommunkod) is missing, and 'name' (kommun) as well: give one of them.")
    if "population" not in {name for name, _ in names}:
        told.problem(row.number, "column 'population' (folkmängd) is missing.")
    return best, heads


def _likeness(line: Line) -> int:
    """How many cells of a row are heads that are known."""
    return sum(bool(cell) and bool(head_of(cell).name) for cell in line.cells)


def _one_of_each(body: Sequence[Line], heads: Sequence[Head], told: Told) -> list[Line]:
    """Keep the totals of what statistics divide by (sex, age); refuse what is divided and has no total."""
    kept = list(body)
    for at, head in enumerate(heads):
        if head.name != ASIDE:
            continue
        values = list(dict.fromkeys(line.cells[at] for line in kept if len(line.cells) > at and line.cells[at]))
        whole = [value for value in values if bare(value) in _TOTAL]
        if len(values) > 1 and whole:
            kept = [line for line in kept if len(line.cells) > at and line.cells[at] == whole[0]]
            told.notice(0, f"of {', '.join(values[:4])} only '{whole[0]}' is read.")
        elif len(values) > 1 and len(values) < len(body) / 2:
            told.problem(
                0, "has several rows for each municipality ({}). Keep those of one, such as the total.", values[0]
            )
    return kept


# ---------------------------------------------------------------------- places


def _entry(
    line: Line, heads: Sequence[Head], known: Gazetteer, totals: dict[str, tuple[int, str]], told: Told
) -> _Entry | None:
    """Find the place of a row; nothing for totals and footnotes, which are left out, and for what is wrong."""
    cells: dict[str, str] = {}
    for at, cell in enumerate(line.cells):
        head = heads[at] if at < len(heads) else Head("")
        if head.name not in (ASIDE, ""):
            cells[f"{head.name} {head.year}" if head.year else head.name] = cell
        elif cell and head.name == "":
            told.problem(line.number, "has more cells than the row of heads.")
            return None
    code, name = _said(cells)
    place = code or name
    found = known.find(place)
    if found and len(found[0]) == 2:
        told.notice(line.number, "{}: a total and no municipality, left out.", place)
        totals[found[0]] = (line.number, next((cells[key] for key in cells if key.startswith("population")), ""))
        return None
    if not found and len(line.filled) == 1:
        told.notice(line.number, "left out, as a note below the table.")
        return None
    year = _year(cells.get(YEAR, ""), line.number, told)
    if not place or year is None:
        if not place:
            told.problem(line.number, "names no municipality.")
        return None
    settled = _settled(line.number, code, name, known, told)
    return _Entry(line.number, settled, cells, year) if settled else None


def _said(cells: Mapping[str, str]) -> tuple[str, str]:
    """Give code and name as a row says them; "1080 Karlskrona" in one cell is both."""
    code, name = cells.get("code", ""), cells.get("name", "")
    together = cells.get(PLACE, "") or code or name
    pair = re.fullmatch(r"([0-9]{2,4})\s+(\D.*)", together)
    if pair:
        return pair[1], (name if name and name != together else pair[2])
    if cells.get(PLACE):
        return (together, "") if together.isdigit() else ("", together)
    plain = re.sub(r"[\s\u00a0]|\.0$", "", code)
    return (plain if plain.isdigit() else code), name


def _year(text: str, line: int, told: Told) -> int | None:
    """Give the year of a row, 0 if the table has none."""
    found = re.match(r"((?:19|20)[0-9]{2})(?![0-9])", text)
    if text and not found:
        told.problem(line, "year '{}' is none.", text)
        return None
    return int(found[1]) if found else 0


def _settled(line: int, code: str, name: str, known: Gazetteer, told: Told) -> str:
    """Hold code and name of a row against each other and give the code; empty if they cannot be one place."""
    if not code:
        found = known.find(name)
        if not found:
            like = hint(name, known.municipalities.values()) if len(told.wrong) < _HINTS else ""
            told.problem(line, f"'{{}}' is no municipality.{like}", name)
        return found[0] if found else ""
    if any(sign.isdigit() and not sign.isascii() for sign in code):
        told.problem(line, "code '{}' is written with other figures than 0-9.", code)
        return ""
    meant = known.find(name) if name else ()
    ours = known.code(code)
    if not ours and meant and len(meant[0]) == 4 and re.fullmatch(r"[0-9]{4}", code):
        ours = (
            meant[0] if code[:2] in ("11", "15", "16", "19") else ""
        )  # counties whose municipalities moved in 1997-2007
    if not re.fullmatch(r"[0-9]{3,4}", code):
        told.problem(line, "code '{}'. Write four figures, such as 0180 (a spreadsheet may drop the zero).", code)
        return ""
    if ours and ours != code.zfill(4):
        told.notice(line, f"{code} is now {ours} ({known.municipalities[ours]}).")
    elif len(code) == 3:
        told.notice(line, "codes that had lost their first zero: {}.", code)
    code = ours or code.zfill(4)
    official = known.municipalities.get(code, "")
    if not official:
        return code if _new(line, code, name, meant, known, told) else ""
    if not name or code in meant:
        if name and bare(name) in RENAMED:
            told.notice(line, f"'{name}' is {official} now.")
        return code
    if not meant and _alike(name, official):
        told.notice(line, f"'{name}' is taken as {official}, which {code} is.")
        return code
    also = f" ('{name}' is {meant[0]})" if meant else ""
    told.problem(line, f"{code} is {official}, not '{name}'{also}. Codes and names must be of one place.")
    return ""


def _new(line: int, code: str, name: str, meant: tuple[str, ...], known: Gazetteer, told: Told) -> bool:
    """Whether a municipality of the user's own may be called so, and lies in a county."""
    if code[:2] not in known.counties:
        told.problem(line, f"code '{{}}' begins with no county.{hint(code[:2], known.counties)}", code)
    elif not name:
        told.problem(line, "the name of {} is empty.", code)
    elif meant:
        told.problem(line, f"'{name}' is {meant[0]}, not {code}. Codes and names must be of one place.")
    elif not _NAME.fullmatch(name):
        told.problem(line, "'{}' cannot be the name of a municipality.", name)
    else:
        return True
    return False


def _alike(name: str, official: str) -> bool:
    """Whether a name is another way to write an official one."""
    one, other = bare(name), bare(official)
    near = difflib.SequenceMatcher(None, one, other).ratio() >= 0.8
    return near or (min(len(one), len(other)) >= 5 and (one.startswith(other) or other.startswith(one)))


# ---------------------------------------------------------------------- rows


def _rows(entries: Sequence[_Entry], heads: Sequence[Head], known: Gazetteer, told: Told) -> list[Read]:
    """Put what the table says of each municipality together: rows of several years, columns of several years."""
    years = sorted({entry.year for entry in entries})
    times = Counter((entry.code, entry.year) for entry in entries)
    for entry in entries:
        if times[entry.code, entry.year] > 1:
            told.problem(
                entry.line,
                "municipality {} comes twice. Keep one row of each, such as that of both sexes and all ages.",
                entry.code,
            )
    _say_years({*years, *(head.year or 0 for head in heads if head.name == "population")}, told)
    latest = max((head.year or 0 for head in heads if head.name == "population"), default=0)
    by_code: dict[str, list[_Entry]] = {}
    for entry in entries:
        by_code.setdefault(entry.code, []).append(entry)
    found = []
    for code, mine in by_code.items():
        last = max(mine, key=lambda entry: entry.year)
        texts = {name: text for name, text in last.cells.items() if name in (*FACTS, "population")}
        for entry in mine:
            for name, text in entry.cells.items():
                year = (
                    int(name[-4:]) if name.startswith("population 2") or name.startswith("population 1") else entry.year
                )
                column = by_year(year, latest or years[-1]) if name.startswith("population") and year else ""
                if column and (name != "population" or entry.year):
                    texts[column] = text
        whole = _whole_row(last, texts, heads, known, told)
        if whole is not None:
            found.append(Read(last.line, code, whole))
    return found


def _say_years(years: Iterable[int], told: Told) -> None:
    """Say of which years the population is read."""
    named = sorted(year for year in years if year)
    used = [year for year in named if by_year(year, named[-1])]
    if len(named) > 1:
        left = [str(year) for year in named if year not in used]
        told.notice(
            0,
            f"population: {named[-1]} is that of today"
            + (f", {', '.join(map(str, used[:-1]))} those of before" if used[:-1] else "")
            + (f"; {', '.join(left)} not read" if left else "")
            + ".",
        )


def _whole_row(
    entry: _Entry, texts: Mapping[str, str], heads: Sequence[Head], known: Gazetteer, told: Told
) -> Row | None:
    """Read the numbers of a municipality, and fill in what the table leaves out."""
    line, code = entry.line, entry.code
    _check_county(entry, known, told)
    given = {name: text for name, text in texts.items() if not is_missing(text)}
    for name in texts.keys() - given.keys() - {"population"}:
        told.notice(line, f"no {name} (missing in the table): that of the built-in table stands.")
    if "population" not in given:
        told.problem(line, "population is missing: '{}'.", texts.get("population", ""))
        return None
    lacking = [name for name in FACTS if name not in given]
    usual = built_in_facts().get(code)
    if lacking and usual is None:
        told.problem(line, f"{{}} is not in the built-in table: give {', '.join(lacking)} as well.", code)
        return None
    factors = {head.name: head.factor for head in heads}
    read = {name: value_of(name, text, factors.get(name, 1.0), line, told) for name, text in sorted(given.items())}
    if any(value is None for value in read.values()):
        return None
    name = known.municipalities.get(code) or _said(entry.cells)[1]
    filled = {fact: usual[fact] for fact in lacking} if usual else {}
    return {"code": code, "name": name, "county": code[:2]} | filled | read


def _check_county(entry: _Entry, known: Gazetteer, told: Told) -> None:
    """Hold the county that a row says against its code; an old code has an old county."""
    said = entry.cells.get("county", "")
    if not said or entry.cells.get("code", "") in MOVED:
        return
    found = known.find(said)
    county = found[0][:2] if found else ""
    if not county or county == "00":
        told.problem(entry.line, f"county '{{}}' is not known.{hint(said, known.counties.values())}", said)
    elif county != entry.code[:2] and entry.code == entry.cells.get("code", entry.code).zfill(4):
        told.problem(entry.line, f"code {{}} does not begin with its county {county}.", entry.code)


def _whole(text: str) -> float | None:
    """The number of a total, if it is one."""
    read = value_of("population", text, 1.0, 0, Told(""))
    return float(read) if isinstance(read, int) else None
