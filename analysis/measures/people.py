"""Measures of what happens to people in the simulated years: placements, school, need. Read by the report."""

from collections.abc import Mapping

import pandas as pd

from . import payers
from .lifetime import RUN

Tables = Mapping[str, pd.DataFrame]
Frame = pd.DataFrame

LEVELS = {
    "placement_years": ("placed",),
    "exclusion_years": ("exclusion",),
    "need_years": ("risk", "support", "care", "placed"),
}
MEASURES = ("placement_years", "not_eligible", "exclusion_years", "need_years")


def people(tables: Tables) -> Frame:
    """Count years lived at a level of need, and pupils who leave school without eligibility, in the simulated years.

    Columns design, seed; placement_years (children placed out of home), exclusion_years (adults), need_years (children
    at risk, with support, in care or placed): person-years; not_eligible: pupils not eligible for upper secondary
    school at 16 (missing where the tables do not have it).
    """
    children = tables["children"]
    result = tables["runs"][RUN].reset_index(drop=True)
    for name, levels in LEVELS.items():
        some = children[children["level"].isin(levels)].groupby(RUN)["children"].sum()
        result[name] = some.reindex(pd.MultiIndex.from_frame(result[RUN]), fill_value=0).to_numpy(float)
    school = tables.get("school")
    if school is not None:
        failed = school.groupby(RUN)["not_eligible"].sum()
        result["not_eligible"] = failed.reindex(pd.MultiIndex.from_frame(result[RUN]), fill_value=0).to_numpy(float)
    return result[[*RUN, *(name for name in MEASURES if name in result)]]


def against_base(counted: Frame) -> Frame:
    """What `people` counted less status quo with the same seed: below 0, fewer than there. The same columns."""
    return payers.against_base(counted, [name for name in MEASURES if name in counted], [])
