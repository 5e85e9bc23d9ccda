"""Measures of ideas: how many a design could pay for, how many were begun, and who said no for want of what.

Read by `report` and the command `stupror designs signed`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

Frame = pd.DataFrame
Tables = Mapping[str, Frame]
TERMS = ("gain", "trying", "against", "taste", "loss")
_NOT_OFFERED = "closed"


def refusals(tables: Tables, by: Sequence[str] = ()) -> Frame:
    """Who said no to how many ideas, and what each weighed.

    Parameters
    ----------
    tables
        Result tables of a run or a comparison.
    by
        Columns of the table `answers` to keep apart beside the design, such as seed or intervention.

    Returns
    -------
    pandas.DataFrame
        Columns design, those of `by`, answer, party, ideas, offered (ideas that the contract covers, all answers), the
        terms (SEK per SEK of programme cost; `loss` is a chance), and `short`: by how much the terms together lie below
        nothing. The answer "yes" is that of ideas that were begun. Designs keep their order, and what was said most
        often comes first.
    """
    keys = ["design", *by]
    said = tables["answers"]
    said = said[said["answer"] != _NOT_OFFERED]
    weighted = said[[*keys, "answer", "party", "ideas", "cost_sek"]].assign(
        **{name: said[name] * said["cost_sek"] for name in TERMS}
    )
    total = weighted.groupby([*keys, "answer", "party"], as_index=False, sort=False).sum()
    for name in TERMS:
        total[name] = (total[name] / total["cost_sek"].where(total["cost_sek"] > 0)).fillna(0.0)
    total["offered"] = total.groupby(keys)["ideas"].transform("sum")
    total["short"] = -total[["gain", "trying", "against", "taste"]].sum(axis=1)
    order = {name: number for number, name in enumerate(dict.fromkeys(tables["runs"]["design"]))}
    total["_order"] = total["design"].map(order)
    ordered = total.sort_values(["_order", *by, "ideas"], ascending=[True] * len(keys) + [False], kind="stable")
    return ordered[[*keys, "answer", "party", "ideas", "offered", "short", *TERMS]].reset_index(drop=True)
