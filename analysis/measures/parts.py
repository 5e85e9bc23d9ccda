"""Result tables of a part of the places of a run, in the form that the other measures read; simulated years only.

What lives would have cost without any programme is not known by place, so the part has 0 there: differences between
designs are right, and savings against no programmes have no meaning. Read by `report.place`.
"""

from collections.abc import Mapping, Sequence

import pandas as pd

from .lifetime import RUN

Tables = Mapping[str, pd.DataFrame]

EQUALISATION = "income equalisation"  # of lost tax: the state gives it back, as in the table `costs`


def part_of(tables: Tables, codes: Sequence[str]) -> dict[str, pd.DataFrame]:
    """Keep some municipalities of runs that were made with every municipality in their tables.

    Tables runs (children: those of the part), payments, costs, children, school, enrolment (design, seed, year,
    intervention, children, cost_sek), projects, municipalities and bodies; `options` and what is by county are left
    out.

    Raises
    ------
    ValueError
        If the tables have national sums only.
    """
    if "municipality" not in tables["flows"]:
        raise ValueError("these tables have national sums only")
    here = {
        name: tables[name][tables[name]["municipality"].isin(codes)].reset_index(drop=True)
        for name in ("flows", "children", "school", "projects", "municipalities", "bodies")
    }
    flows, projects = here.pop("flows"), here["projects"]
    living = here["municipalities"].groupby(RUN)["children"].sum()
    runs = tables["runs"].copy()
    runs["children"] = living.reindex(pd.MultiIndex.from_frame(runs[RUN])).to_numpy()
    return {
        **here,
        "runs": runs,
        "payments": _payments(flows, projects, set(tables["payments"]["purpose"])),
        "costs": _costs(flows),
        "enrolment": projects[[*RUN, "year", "intervention", "children", "cost_sek"]],
    }


def _payments(flows: pd.DataFrame, projects: pd.DataFrame, purposes: set[str]) -> pd.DataFrame:
    """What programmes and contracts moved, as in the table `payments`."""
    moved = flows[flows["purpose"].isin(purposes) & (flows["kind"] == "")]
    names = projects[[*RUN, "project", "intervention"]].drop_duplicates([*RUN, "project"])
    moved = moved.merge(names, on=[*RUN, "project"], how="left").fillna({"intervention": ""})
    keys = [*RUN, "year", "payer", "receiver", "purpose", "intervention"]
    summed = moved.groupby(keys, as_index=False, sort=False)[["amount_sek"]].sum()
    return summed.assign(phase="simulated")[[*keys, "phase", "amount_sek"]]


def _costs(flows: pd.DataFrame) -> pd.DataFrame:
    """What lives cost whom, as in the table `costs`: lost tax after equalisation."""
    lives = flows[flows["kind"] != ""][[*RUN, "year", "payer", "kind", "amount_sek"]]
    even = flows[flows["purpose"] == EQUALISATION].assign(kind="tax_forgone")
    back = even.assign(payer=even["receiver"], amount_sek=-even["amount_sek"])
    columns = [*RUN, "year", "payer", "kind"]
    rows = pd.concat([lives, even[lives.columns], back[lives.columns]], ignore_index=True)
    summed = rows.groupby(columns, as_index=False, sort=False)[["amount_sek"]].sum()
    return summed.rename(columns={"amount_sek": "actual_sek"}).assign(untreated_sek=0, age=0, phase="simulated")
