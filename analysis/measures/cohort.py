"""One birth cohort from birth to 65: what those born in the first simulated year cost whom at each age.

They are followed as they live in the simulated years, and as the exact expectation of what follows. Per child born, not
discounted. Read by the report.
"""

from collections.abc import Mapping

import pandas as pd

from .lifetime import GROUP_OF, RUN, start_year
from .sums import summed

Tables = Mapping[str, pd.DataFrame]
Frame = pd.DataFrame

BANDS = ((0, 5), (6, 12), (13, 19), (20, 29), (30, 44), (45, 64))
"""Ages that are added up; prices and risks of the model change where a band begins."""


def by_age(tables: Tables) -> Frame:
    """Cost of the cohort by age and payer group, with the programmes that were given and without any.

    ``sum over those born in the first year / number born``. Columns design, seed, age, group, actual_sek,
    untreated_sek (SEK per child born). Empty if nobody was born.
    """
    costs, born = tables["costs"], _born(tables)
    costs = costs[(costs["year"] - costs["age"] == start_year(tables, costs)) & costs["payer"].isin(GROUP_OF)]
    costs = summed(costs, [*RUN, "age", "payer"], ["actual_sek", "untreated_sek"])
    keys = [*RUN, "age", "group"]
    found = costs.assign(group=costs["payer"].map(GROUP_OF)).groupby(keys, as_index=False, sort=False)
    result = found[["actual_sek", "untreated_sek"]].sum().merge(born, on=RUN)
    for column in ("actual_sek", "untreated_sek"):
        result[column] = result[column] / result["born"]
    return result.drop(columns="born")


def saved_by_band(found: Frame) -> Frame:
    """What programmes save on the cohort (`by_age`, without less with), by band of ages and over the whole life.

    Columns design, seed, group, then a column for each of `BANDS` (its first age) and ``life``, SEK per child born.
    """
    first = [low for low, _ in BANDS]
    band = pd.cut(found["age"], [*first, BANDS[-1][1] + 1], right=False, labels=first).astype(int)
    saved = found.assign(band=band, sek=found["untreated_sek"] - found["actual_sek"])
    wide = saved.pivot_table(index=[*RUN, "group"], columns="band", values="sek", aggfunc="sum", sort=False)
    wide = wide.reindex(columns=first, fill_value=0.0).fillna(0.0).rename_axis(columns=None)
    return wide.assign(life=wide.sum(axis=1)).reset_index()


def programmes(tables: Tables) -> Frame:
    """What programmes for the cohort cost in the simulated years. Columns design, seed, cost_sek (per child born)."""
    taken = tables["enrolment"]
    born = _born(tables)
    own = taken[taken["year"] - 1 - taken["age"] == start_year(tables, taken)]  # age: that of the year before
    spent = own.groupby(RUN, as_index=False)[["cost_sek"]].sum()
    result = born.merge(spent, on=RUN, how="left").fillna({"cost_sek": 0.0})
    return result.assign(cost_sek=result["cost_sek"] / result["born"])[[*RUN, "cost_sek"]]


def _born(tables: Tables) -> Frame:
    """How many of the run were born in its first year; runs without any are left out. Columns design, seed, born."""
    children = tables["children"]
    born = children[(children["age"] == 0) & (children["year"] == start_year(tables, children))]
    counted = born.groupby(RUN, as_index=False, sort=False)[["children"]].sum()
    return counted[counted["children"] > 0].rename(columns={"children": "born"})
