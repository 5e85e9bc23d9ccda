"""What comes back: to people for a krona of public money, and to each payer within ten, twenty and thirty years.

Read by `paper`.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from ...measures.outcomes import WITHIN
from ...measures.worlds import ends_said
from ...report.decision.verdict import signed
from ...report.intervals import spread
from ...report.tables import number, within
from .. import paired
from ..public_value import COST, GAIN, NO_GAIN, NOTHING, PAYS, public_value

Frame = pd.DataFrame
Texts = Mapping[str, str]
Table = dict[str, Any]

OWN = ("municipality", "region", "state")


def value_table(runs: Frame, words: Texts, say: Texts) -> Table | None:
    """Marginal value of public funds of each design; None if the batch keeps no income of households."""
    if not {COST, GAIN} <= set(runs):
        return None
    said = {PAYS: say["mv pays"], NO_GAIN: say["mv none"], NOTHING: say["same"]}
    rows = []
    for row in public_value(runs).to_dict("records"):
        around = say["mv around"].format(low=_ratio(row["low"]), high=_ratio(row["high"]))
        value = said.get(str(row["standing"])) or _ratio(row["mvpf"])
        sure = bool(np.isnan(row["low"]) or row["low"] == row["high"])  # one draw, or it pays for itself in all
        rows.append(
            (
                words.get(str(row["design"]), str(row["design"])),
                [
                    (signed(float(row["gain"])), ""),
                    (signed(float(row["net_cost"])), ""),
                    (value, "" if sure else around),
                    (f"{100 * float(row['pays']):.0f} %", ""),
                ],
            )
        )
    headings = [say["mv gain"], say["mv cost"], say["mv value"], say["mv free"]]
    return {"headings": headings, "rows": rows, "caption": say["n value"].format(base=say["base"])}


def _ratio(value: float) -> str:
    return number(value, value) if np.isfinite(value) else "\N{INFINITY}" if value > 0 else "\N{MINUS SIGN}\N{INFINITY}"


def back(runs: Frame, base: str | None = None) -> Frame:
    """How far each public payer is behind the base, or ahead, after some years: not discounted, by design.

    Returns
    -------
    pandas.DataFrame
        Columns design, payer, years, median, low_end, high_end (`measures.worlds.ends` over draws, SEK/child, above 0:
        ahead), not_behind (share of draws at or above 0), n (draws). Empty if the batch does not keep what payers pay
        in the first years.
    """
    rows = []
    for payer in OWN:
        for years in WITHIN:
            name = f"cost_{payer}_{years}"
            gain = -paired.differences(runs, name, base) if name in runs else pd.DataFrame()
            for design in gain:
                values = gain[design].to_numpy(np.float64)
                rows.append((design, payer, years, *spread(values).values(), float((values >= 0).mean()), values.size))
    columns = ["design", "payer", "years", "median", "low_end", "high_end", "not_behind", "n"]
    found = pd.DataFrame(rows, columns=columns)
    order = {name: place for place, name in enumerate(dict.fromkeys(runs["design"]))}
    return found.sort_values("design", key=lambda each: each.map(order), kind="stable", ignore_index=True)


def back_table(runs: Frame, words: Texts, say: Texts) -> Table | None:
    """In how many worlds each payer has its money back after so many years; None if the batch does not keep it."""
    found = back(runs)
    if found.empty:
        return None
    rows = []
    for (design, payer), part in found.groupby(["design", "payer"], sort=False):
        name = say["bk row"].format(design=words.get(str(design), str(design)), payer=within(words[str(payer)]))
        rows.append((name, [_cell(row, say) for row in part.to_dict("records")]))
    headings = [say["bk years"].format(years=years) for years in dict.fromkeys(found["years"])]
    return {
        "headings": headings,
        "rows": rows,
        "caption": say["n back"].format(base=say["base"], ends=ends_said(int(found["n"].min()), say)),
    }


def _cell(row: Mapping[Any, Any], say: Texts) -> tuple[str, str]:
    median, low, high = (float(row[key]) for key in ("median", "low_end", "high_end"))
    around = say["mv around"].format(low=number(low, median), high=number(high, median))
    if not any((median, low, high)):
        return say["same"], ""
    return f"{100 * float(row['not_behind']):.0f} %", f"{signed(median)} {around}"


def tables(runs: Frame, words: Texts, say: Texts) -> Sequence[tuple[str, Table]]:
    """Give the tables that this batch can show, each with its heading; `say` has the name of the base, too."""
    made = ((say["h value"], value_table(runs, words, say)), (say["h back"], back_table(runs, words, say)))
    return [(heading, table) for heading, table in made if table is not None]
