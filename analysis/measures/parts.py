"""Result tables of a part of the places of a run, in the form that the other measures read; simulated years only.

What lives would have cost without any programme is not known by place, so the part has 0 there: differences between
designs are right, and savings against no programmes have no meaning. Read by `report.place`.
"""

from collections.abc import Iterator, Mapping, Sequence

import pandas as pd

from .lifetime import RUN
from .payers import FLOWS, flows_by_group

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
    here = {name: frame[frame["municipality"].isin(codes)].reset_index(drop=True) for name, frame in _cut(tables)}
    return _put_together(tables, here)


def each_part(tables: Tables) -> Iterator[tuple[str, dict[str, pd.DataFrame]]]:
    """Give every municipality of such runs with its tables (`part_of`), in order of code.

    Raises
    ------
    ValueError
        If the tables have national sums only.
    """
    cut = {name: dict(list(frame.groupby("municipality", sort=True))) for name, frame in _cut(tables)}
    for code in cut["municipalities"]:
        here = {name: by.get(code, tables[name].iloc[:0]).reset_index(drop=True) for name, by in cut.items()}
        yield str(code), _put_together(tables, here)


def _cut(tables: Tables) -> list[tuple[str, pd.DataFrame]]:
    """Tables that have rows of single municipalities."""
    if "municipality" not in tables["flows"]:
        raise ValueError("these tables have national sums only")
    return [(name, tables[name]) for name in ("flows", "children", "school", "projects", "municipalities", "bodies")]


def _put_together(tables: Tables, here: dict[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
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


def money_of(tables: Tables) -> pd.DataFrame:
    """What each payer group pays, receives and saves in the simulated years, SEK, of a part or of the whole country.

    Undiscounted; saving is less what lives cost, as by place there is no world without programmes. Columns design,
    seed, group, pays_sek, receives_sek, saves_sek: whole kronor.
    """
    lived = {name: tables[name][tables[name]["phase"] == "simulated"] for name in ("costs", "payments")}
    lived["costs"] = lived["costs"].assign(untreated_sek=0)
    found = flows_by_group({**tables, **lived}, 0.0)
    columns = [f"{flow}_sek" for flow in FLOWS]
    return found[[*RUN, "group", *columns]].astype(dict.fromkeys(columns, "int64"))


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
