"""A settled contract laid out so that it can be put before a board. Read by the command."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

from .contradictions import size_beside
from .on_paper import Sheet, asked

__all__ = ["lines"]


def lines(sheet: Sheet, say: Callable[[str], str] = str) -> Iterator[str]:
    """Write a settled contract so that it can be put before a board; `say` puts each text into another language."""
    design, record, unit = sheet.design, sheet.record, say(sheet.design.currency.code)
    yield f"{design.title} ({design.name})"
    many = f" for {_money(sheet.children)} participants" if sheet.children else ""
    yield say(f"The programme costs {_money(sheet.cost)} {unit}{many}.")
    if "ended" in record:
        yield say(
            f"It was ended by {design.spoken(record['ended']['by'])[0]} after {record['ended']['month']} months "
            f"({record['ended']['exit']}): {_money(record['ended']['spent'])} {unit} had been put in."
        )
    yield ""
    yield say("If")
    for each in asked(design):
        value = sheet.given[each.key]
        values = value if isinstance(value, tuple) else (value,)
        said = say(" / ".join(str(one).lower() if isinstance(one, bool) else _money(one) for one in values))
        yield f"  {each.key} = {said}{f' {say(each.unit)}' if each.unit else ''}  ({say(each.meaning)})"
    if design.programme is not None and size_beside(design, sheet.cost, sheet.children) != (1.0, 1.0):
        yield say(
            f"  (The contract is for {_money(design.programme.cost)} {unit} and {_money(design.programme.children)} "
            "participants; its amounts and numbers follow the size.)"
        )
    yield ""
    yield say("then (year 0 is the first year of the programme)")
    by_month = any("month" in t for t in record["transfers"])
    head = ("year", *(["month"] if by_month else []), "from", "to", unit, "clause")
    rows = [
        (
            str(t["year"]),
            *([str(t.get("month", ""))] if by_month else []),
            *(t["from"], t["to"], _money(t["amount"]), _spoken(t["clause"])),
        )
        for t in record["transfers"]
    ]
    yield from _table([head, *rows], say)
    yield ""
    yield say("Paid under the contract, in all")
    pairs = [(*pair.split("->"), _money(amount)) for pair, amount in record["paid"].items()]
    yield from _table([("from", "to", unit), *pairs], say)
    yield ""
    yield say("Received less paid, what is put in up front included")
    nets = [(party, _money(amount, sign=True), design.spoken(party)[1]) for party, amount in record["net"].items()]
    yield from _table([("party", unit, ""), *nets], say)
    run_by = "provider" if design.programme is None else design.programme.run_by
    if run_by != "provider":
        yield say(f"  The {run_by} runs the programme itself; the {_money(sheet.cost)} {unit} are spent on it.")
    elif run_by in design.shares:
        carried = _money(round(design.shares[run_by] * sheet.cost))
        yield say(f"  The {run_by} does the work for {_money(sheet.cost)} {unit} and carries {carried} of that itself.")


def _spoken(clause: str) -> str:
    return "put in up front" if clause == "finance" else clause


def _money(value: float, *, sign: bool = False) -> str:
    """Write a number with spaces between thousands."""
    text = f"{value:+,.0f}" if sign and value else f"{value:,.0f}" if value == int(value) else f"{value:,.10g}"
    return text.replace(",", " ")


def _table(texts: Sequence[tuple[str, ...]], say: Callable[[str], str]) -> Iterator[str]:
    """Lay out rows in columns; numbers (columns of digits below the head) to the right."""
    rows = [tuple(map(say, row)) for row in texts]
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    right = [all(re.fullmatch(r"[+-]?[\d ]+", row[column]) for row in rows[1:]) for column in range(len(rows[0]))]
    for row in rows:
        cells = [
            cell.rjust(width) if to_right else cell.ljust(width)
            for cell, width, to_right in zip(row, widths, right, strict=True)
        ]
        yield "  " + "  ".join(cells).rstrip()
