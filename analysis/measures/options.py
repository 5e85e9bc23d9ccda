"""Measures of options: what an intervention at one age and level is worth to whom, and how many of those seen got it.

Read by `tables`, `figures` and `page`.
"""

from collections.abc import Mapping

import pandas as pd

from .lifetime import BASE, RATIO, RUN

Tables = Mapping[str, pd.DataFrame]
Frame = pd.DataFrame


def owner_share(tables: Tables) -> Frame:
    """Share of what those enrolled save all public budgets over life that their programme's owner can count as its own.

    ``sum of enrolled x own value / sum of enrolled x fiscal value`` over options; the own value is what the owner
    saves, can cash and keeps within its horizon (M7, M8). Columns design, seed, part, whole, share; runs without any
    are left out.
    """
    options = tables["options"]
    weighted = options[["own_value_sek", "fiscal_value_sek"]].mul(options["enrolled"], axis=0)
    frame = pd.concat([options[RUN], weighted], axis=1).groupby(RUN, as_index=False).sum()
    frame = frame[frame["fiscal_value_sek"] > 0]
    frame = frame.set_axis([*RUN, *RATIO], axis=1)
    return frame.assign(share=frame["part"] / frame["whole"])


def option_values(tables: Tables, by: list[str]) -> Frame:
    """What options cost and are worth per child, averaged within `by` (such as intervention and level).

    Weights are the children seen under status quo (or the first design), at least one per option. Columns: those of
    `by`, first_age, last_age, cost_sek and the values of the table `options`.
    """
    options = tables["options"]
    designs = list(options["design"].unique())
    options = options[options["design"] == (BASE if BASE in designs else designs[0])]
    values = [column for column in options.columns if column == "cost_sek" or column.endswith("_value_sek")]
    weight = options["seen"].clip(lower=1)
    weighted = options[by].assign(weight=weight, **{column: options[column] * weight for column in values})
    total = weighted.groupby(by, sort=False).sum()
    ages = options.groupby(by, sort=False)["age"].agg(first_age="min", last_age="max")
    values_per_child: Frame = total[values].div(total["weight"], axis=0)
    joined: Frame = ages.join(values_per_child).reset_index()
    return joined


def share_funded(tables: Tables, by: list[str]) -> Frame:
    """Children enrolled as a share of those seen, by design and `by`, over all seeds. Columns design, `by`, share."""
    counted = tables["options"].groupby(["design", *by], as_index=False, sort=False)[["seen", "enrolled"]].sum()
    return counted.assign(share=counted["enrolled"] / counted["seen"].where(counted["seen"] > 0))[
        ["design", *by, "share"]
    ]
