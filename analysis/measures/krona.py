"""Where a krona of the headline comes from: who gains it, on what, by which programme, in which year.

The gain of public payers by a design against status quo, as a present value, is a sum over rows of the tables `costs`
and `payments`. `entries` gives its smallest parts as whole kronor, so that whatever they are added up by, every sum is
the sum of those below it, to the krona. Read by the command `explain`.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd

from .lifetime import BASE, GROUP_OF, GROUPS, RUN, discounted, discounting, start_year
from .once import once
from .sums import summed

Tables = Mapping[str, pd.DataFrame]
Frame = pd.DataFrame

LEVELS = ("payer", "account", "heading", "programme", "ages", "year")
"""What entries can be added up by: payer group, account, what for, programme or ages, and calendar year."""
_AGES = ((0, 5), (6, 15), (16, 19), (20, 29), (30, 64))
_VALUES = {group: f"{group}_value_sek" for group in GROUPS}
_WHEN = ["design", "start", "year"]  # start: first year of the run
OTHERWISE = "lives otherwise than expected"


class Line(NamedTuple):
    """One line of a tree: how deep it stands, what it is, and how much, SEK."""

    depth: int
    name: str
    sek: int


@once
def entries(tables: Tables, design: str, rate: float) -> Frame:
    """Give the parts of what public payers gain by a design against status quo, mean over seeds, whole kronor.

    Columns as `LEVELS`, and sek (present value at the first year; a loss is negative). Cost of lives has the heading
    "lives: " and its kind, and the ages at which it falls; money of programmes and contracts "pays " or "gets " and its
    purpose, and the programme. A part is the mean over seeds, rounded to the krona; parts of 0 are left out.
    """
    lives, payments = _lives(tables), tables["payments"]
    payments = payments.assign(start=start_year(tables, payments))
    lives, payments = (each[each["design"].isin([design, BASE])] for each in (lives, payments))
    parts = [
        lives[_WHEN].assign(
            account=lives["payer"],
            heading="lives: " + lives["kind"],
            programme="",
            ages=_ages(lives["age"]),
            cost=lives["actual_sek"],
        ),
        *(
            payments[_WHEN].assign(
                account=payments[side],
                heading=f"{verb} " + payments["purpose"].astype(str),  # without rows it may have no type
                programme=payments["intervention"],
                ages="",
                cost=sign * payments["amount_sek"],
            )
            for side, verb, sign in (("payer", "pays", 1), ("receiver", "gets", -1))
        ),
    ]
    every = pd.concat([part for part in parts if len(part)], ignore_index=True)
    every = every[every["account"].isin(GROUP_OF)]
    worth = discounted(every, "cost", every["start"], rate)
    every = every.assign(payer=every["account"].map(GROUP_OF), sek=np.where(every["design"] == BASE, 1.0, -1.0) * worth)
    found = every.groupby([*LEVELS], as_index=False, sort=True)["sek"].sum()
    found["sek"] = np.rint(found["sek"] / tables["runs"]["seed"].nunique()).astype(np.int64)
    some: Frame = found[found["sek"] != 0].reset_index(drop=True)
    return some


@once
def _lives(tables: Tables) -> Frame:
    """What lives cost public payers, summed over seeds: columns design, start, year, payer, kind, age, actual_sek."""
    costs = tables["costs"]
    costs = costs.assign(start=start_year(tables, costs))
    found = summed(costs, [*_WHEN, "payer", "kind", "age"], ["actual_sek"])
    return found[found["payer"].isin(GROUP_OF)]


def by_programme(tables: Tables, design: str, rate: float) -> Frame:
    """Give the same gain by programme: its money, and what the lives of those who came were expected to save.

    What lives saved beyond or short of that (their luck, several programmes at once, and that values are by level as it
    was seen) is a row of its own, `OTHERWISE`; so the rows add up to the gain. Columns payer, programme, heading
    ("money", "lives, expected" or `OTHERWISE`) and sek, whole kronor.
    """
    parts = entries(tables, design, rate)
    lives = parts["heading"].str.startswith("lives: ")
    money = parts[~lives].groupby(["payer", "programme"], as_index=False)["sek"].sum().assign(heading="money")
    expected = _expected(tables, design, rate)
    saved = parts[lives].groupby("payer")["sek"].sum()
    rest = saved.sub(expected.groupby("payer")["sek"].sum(), fill_value=0)
    beyond = pd.DataFrame({"payer": rest.index, "programme": "", "heading": OTHERWISE, "sek": rest.to_numpy()})
    columns = ["payer", "programme", "heading", "sek"]
    found = pd.concat([each[columns] for each in (money, expected, beyond)], ignore_index=True)
    whole: Frame = found.astype({"sek": np.int64})
    return whole


def tree(parts: Frame, by: Sequence[str]) -> list[Line]:
    """Add parts up level by level: each line is the sum of the lines one deeper below it, the largest first."""
    lines = [Line(0, "all", int(parts["sek"].sum()))]
    _branch(parts, by, 1, lines)
    return lines


def _branch(parts: Frame, by: Sequence[str], depth: int, lines: list[Line]) -> None:
    if not by:
        return
    sums = parts.groupby(by[0])["sek"].sum()
    order = sums.index if by[0] == "year" else sums.index[np.argsort(-sums.abs().to_numpy(), kind="stable")]
    for name in order:
        lines.append(Line(depth, str(name), int(sums[name])))
        _branch(parts[parts[by[0]] == name], by[1:], depth + 1, lines)


def _expected(tables: Tables, design: str, rate: float) -> Frame:
    """What the lives of those who came beyond status quo were expected to save, by payer and programme."""
    keys = [*RUN, "intervention", "age", "level"]
    came = tables["enrolment"][tables["enrolment"]["design"].isin([design, BASE])]
    came = came.groupby([*keys, "year"], as_index=False)[["children"]].sum()
    came = came.merge(tables["options"][[*keys, *_VALUES.values()]], on=keys, how="left")
    factor = discounting(rate, (came["year"] - start_year(tables, came)).to_numpy(np.int64))
    many = np.where(came["design"] == BASE, -1.0, 1.0) * factor * came["children"]
    n = tables["runs"]["seed"].nunique()
    parts = [
        pd.DataFrame({"payer": payer, "programme": came["intervention"], "sek": came[column].fillna(0.0) * many / n})
        for payer, column in _VALUES.items()
    ]
    found = pd.concat(parts, ignore_index=True).groupby(["payer", "programme"], as_index=False)[["sek"]].sum()
    found["sek"] = np.rint(found["sek"]).astype(np.int64)
    some: Frame = found[found["sek"] != 0].assign(heading="lives, expected")
    return some


def _ages(age: pd.Series) -> pd.Series:
    """Name the band of each age."""
    first = np.array([low for low, _ in _AGES])
    names = np.array([f"{low}-{high}" for low, high in _AGES])
    return pd.Series(names[np.searchsorted(first, age.to_numpy(), side="right") - 1], index=age.index)
