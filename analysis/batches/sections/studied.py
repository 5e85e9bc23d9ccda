"""What evaluations would be worth to whom, and who has a reason to pay: what `stupror study` has found, for people.

A study is worth to a payer what it gains by choosing better afterwards, for the children who come after the study, and
no more than chance would show is nothing. Who has a reason to pay for a study is who gains more than it costs; if
nobody does alone but all together do, it is worth making only if the cost is shared. Read by `paper`.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from ...report.decision.verdict import signed
from ...report.tables import number, within
from .returns import OWN

Frame = pd.DataFrame
Row = Mapping[Any, Any]
Texts = Mapping[str, str]

ALL = "fiscal"
KEY = ["method", "follow_up", "children", "projects"]


def best_for(found: Frame, payer: str) -> dict[Any, Any] | None:
    """Give the study that is worth most to a payer after its cost, of those worth more than chance; None if none is."""
    mine = found[(found["perspective"] == payer) & (found["evsi"] > found["chance"])]
    if mine.empty:
        return None
    return dict(mine.iloc[int(mine["net"].to_numpy().argmax())])


def shares(found: Frame, study: Row) -> dict[str, float]:
    """What each payer gains by a study if all choose by their common cost afterwards, SEK."""
    same = (found[KEY] == pd.Series({key: study[key] for key in KEY})).all(axis=1)
    mine = found[same].set_index("perspective")["population_if_all"]
    return {payer: float(mine[payer]) for payer in OWN}


def who_pays(gains: Mapping[str, float], cost: float) -> tuple[str, list[str]]:
    """Say who has a reason to pay for a study: a key of the texts, and the payers that it names.

    "alone": these gain more than it costs, each of them; "together": these gain, and only together more than it costs;
    "nobody": not even together.
    """
    alone = [payer for payer, gain in gains.items() if gain > cost]
    winners = [payer for payer, gain in gains.items() if gain > 0]
    if alone:
        return "alone", alone
    return ("together", winners) if sum(gains[each] for each in winners) > cost else ("nobody", [])


def studied(found: Frame | None, words: Texts, say: Texts) -> dict[str, Any]:
    """Lay out for each programme whose evaluation was asked about: who would gain by which study, and what sizes do.

    Parameters
    ----------
    found
        The tables that `stupror study` wrote, one below the other; None if it was not run.
    """
    if found is None or found.empty:
        return {"reading": say["st how"], "programmes": []}
    programmes = []
    for name, part in found.groupby("intervention", sort=False):
        title = words.get(str(name), str(name))
        programmes.append(
            {
                "name": title,
                "sentences": sentences(part, title, words, say),
                "payers": _payers(part, words, say),
                "sizes": _sizes(part, words, say),
            }
        )
    return {"reading": say["st reading"], "programmes": programmes}


def sentences(part: Frame, title: str, words: Texts, say: Texts) -> list[str]:
    """Say for one programme which study all public budgets should want, and who has a reason to pay for it."""
    facts = {"name": title, "n": len(part[KEY].drop_duplicates()), "worlds": int(part["draws"].iloc[0])}
    best = best_for(part, ALL)
    if best is None:
        return [say["st chance"].format(**facts)]
    told = {**facts, "study": _study(best, say), "worth": _money(best["population"]), "cost": _money(best["cost"])}
    if best["net"] <= 0:
        return [say["st dear"].format(**told)]
    gains = shares(part, best)
    how, payers = who_pays(gains, float(best["cost"]))
    lines = [say["st best"].format(**told), say[f"st {how}"].format(payers=_listed(payers, words, say))]
    losers = [payer for payer, gain in gains.items() if gain < 0]
    return [*lines, *([say["st loses"].format(payers=_listed(losers, words, say))] if losers else [])]


def _payers(part: Frame, words: Texts, say: Texts) -> dict[str, Any]:
    """By payer: its own best study, and what it gains by the best common one; nothing if there is no such study."""
    common = best_for(part, ALL)
    gains = {} if common is None else shares(part, common) | {ALL: float(common["population_if_all"])}
    rows = []
    for payer in (*OWN, ALL):
        mine = best_for(part, payer)
        own = (
            [(say["st no study"], ""), ("-", ""), ("-", "")]
            if mine is None
            else [(_study(mine, say), ""), (_money(mine["population"]), ""), (_money(mine["cost"]), "")]
        )
        rows.append((_name(payer, words, say), [*own, (_money(gains[payer]) if payer in gains else "-", "")]))
    headings = [say["st own"], say["st worth"], say["st cost"], say["st common"]]
    if all(best_for(part, payer) is None for payer in (*OWN, ALL)):
        return {}
    return {"headings": headings, "rows": rows, "caption": say["n payers"]}


def _sizes(part: Frame, words: Texts, say: Texts) -> dict[str, Any]:
    """By method, years and size: what is left for all public budgets after the cost, and what each payer gains."""
    sizes = list(part[["projects", "children"]].drop_duplicates().itertuples(index=False, name=None))
    rows = []
    for (method, years), some in part.groupby(["method", "follow_up"], sort=False):
        cells = []
        for projects, children in sizes:
            this = some[(some["projects"] == projects) & (some["children"] == children)].set_index("perspective")
            every = this.loc[ALL]
            each = " / ".join(_money(this.loc[payer, "population"]) for payer in OWN)
            unsure = "" if every["evsi"] > every["chance"] else f" {say['st unsure']}"
            cells.append((signed(round(float(every["net"]) / 1e6, 3)), f"{each}{unsure}"))
        rows.append((say["st row"].format(method=say[f"evaluation {method}"], years=years), cells))
    headings = [say["st size"].format(projects=projects, children=children) for projects, children in sizes]
    return {"headings": headings, "rows": rows, "caption": say["n sizes"]}


def _study(row: Row, say: Texts) -> str:
    return say["st study"].format(
        method=say[f"evaluation {row['method']}"], years=row["follow_up"], projects=row["projects"],
        children=row["children"],
    )  # fmt: skip


def _name(payer: str, words: Texts, say: Texts) -> str:
    return say["all"] if payer == ALL else words[payer]


def _listed(payers: list[str], words: Texts, say: Texts) -> str:
    return f" {say['st and']} ".join(within(words[payer]) for payer in payers)


def _money(sek: float) -> str:
    """Write an amount in M SEK."""
    millions = float(np.round(sek / 1e6, 3))
    return number(millions, millions)
