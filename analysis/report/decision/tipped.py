"""What would turn it, as `stupror tip` has found: the least move of parameters, in a sentence for each pair of designs.

Read by `front`.
"""

from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any

from ..tables import number

Texts = Mapping[str, str]
Row = Mapping[str, Any]


def tipped(rows: Sequence[Row] | None, words: Texts, say: Texts) -> list[str]:
    """Write the least move that turns each headline.

    Parameters
    ----------
    rows
        The table that `stupror tip` wrote, a row for each parameter of each tip, or one without a parameter where
        nothing was found, `length` then how far was looked; none if it was not run.
    """
    lines = []
    for (design, against), of_pair in groupby(rows or (), key=lambda row: (str(row["design"]), str(row["against"]))):
        names = {"design": words.get(design, design), "against": words.get(against, against)}
        every = list(of_pair)
        least = min(float(row["length"]) for row in every)
        moves = [row for row in every if float(row["length"]) == least]
        one = moves[0]
        if not one["parameter"]:
            lines.append(say["tip none"].format(**names, far=f"{least:g}"))
            continue
        lines.append(
            say["tip better" if float(one["gain"]) > 0.0 else "tip worse"].format(
                **names,
                gain=number(abs(float(one["gain"])), float(one["gain"])),
                moves="; ".join(_move(each, say) for each in moves),
                length=number(least, 1.0),
                turned=f"{100 * float(one['turned']):.0f}",
            )
        )
    return lines


def _move(row: Row, say: Texts) -> str:
    """Say what is moved from where to where, and on whose word it stands there."""
    path = str(row["parameter"])
    many = ", " in str(row["value"])
    key = "tip many" if many else "tip one"
    source = str(row["source"])
    return say[key].format(
        name=say.get(f"assumed {path}", path),
        value=row["value"],
        tip=row["tip"],
        moved=f"{float(row['moved']):+.1f}",
        source=say["tip assumed"] if "assumed" in source.lower() else source.split(":")[0].split(",")[0],
    )
