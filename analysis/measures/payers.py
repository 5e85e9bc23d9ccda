"""Measures by payer against the ordinary budget: who pays, who receives, who saves, and when money comes back.

Every difference is against status quo with the same seed. A gain is ``saves - pays + receives``. Read by the report.
"""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from .lifetime import BASE, GROUP_OF, GROUPS, RUN, discounted, start_year
from .once import once

Tables = Mapping[str, pd.DataFrame]
Frame = pd.DataFrame

FLOWS = ("pays", "receives", "saves")
_KEEPING = {"municipality": "municipal", "region": "regional"}  # who keeps tax, in the words of the table `runs`
PUBLIC = "public"  # all payer groups together


@once
def flows_by_group(tables: Tables, rate: float) -> Frame:
    """What each payer group pays to others, receives from others and saves in what lives cost it, present values.

    What moves within a group, as when a committee repays its own municipality's fund, is neither paid nor received.
    Saving is against lives without any programme. Columns design, seed, group, pays_sek, receives_sek, saves_sek and
    net_sek (saves - pays + receives); a row for each group of `lifetime.GROUPS`.
    """
    moved = _moved(tables)
    moved["sek"] = discounted(moved, "sek", start_year(tables, moved), rate)
    return _wide(tables, moved.groupby([*RUN, "group", "flow"])["sek"].sum(), [])


def against_base(frame: Frame, columns: Sequence[str], keys: Sequence[str]) -> Frame:
    """Each row less that of status quo with the same seed and the same `keys`; rows of status quo are left out.

    Columns design, seed, those of `keys` and of `columns`. Empty if status quo was not run.
    """
    on = ["seed", *keys]
    base = frame[frame["design"] == BASE].set_index(on)[list(columns)]
    rest = frame[frame["design"] != BASE]
    if base.empty:
        return rest.iloc[:0][[*RUN, *keys, *columns]]
    at = rest.set_index(on).index
    less = base.reindex(at).fillna(0.0).to_numpy()
    return rest[[*RUN, *keys, *columns]].assign(
        **{column: rest[column].to_numpy() - less[:, k] for k, column in enumerate(columns)}
    )


@once
def running_net(tables: Tables) -> Frame:
    """What each payer group has gained so far against status quo, undiscounted, at the end of every year.

    ``sum over years so far of (saves - pays + receives)``, less the same under status quo with the same seed, simulated
    and expected years. Columns design, seed, group, year, net_sek. Empty if status quo was not run.
    """
    by_year = _wide(tables, _moved(tables).groupby([*RUN, "group", "year", "flow"])["sek"].sum(), ["year"])
    gain = against_base(by_year, ["net_sek"], ["group", "year"])
    gain = gain.sort_values("year", kind="stable")
    gain["net_sek"] = gain.groupby([*RUN, "group"], sort=False)["net_sek"].cumsum()
    order = {name: place for place, name in enumerate(dict.fromkeys(tables["runs"]["design"]))}
    places = {group: place for place, group in enumerate(GROUPS)}
    keys = pd.DataFrame({"d": gain["design"].map(order), "s": gain["seed"], "g": gain["group"].map(places)})
    return gain.loc[keys.sort_values(["d", "s", "g"], kind="stable").index].reset_index(drop=True)


def turning(running: Frame) -> Frame:
    """When money comes back and how far out of pocket a payer has been: from `running_net`, a row per run and group.

    Columns design, seed, group; peak_sek, the lowest running net (0 or less), and peak_year, the year of it;
    years, since the first one, until the running net is no longer negative for good (0 if it never is, NaN if it ends
    negative); moved, whether anything differs from status quo at all.
    """
    rows = []
    for key, part in running.groupby([*RUN, "group"], sort=False):
        net, year = part["net_sek"].to_numpy(float), part["year"].to_numpy(np.int64)
        behind = np.flatnonzero(net < 0)
        lowest = int(net.argmin())
        ahead = float(year[behind[-1] + 1] - year[0]) if behind.size and net[-1] >= 0 else 0.0
        years = np.nan if net[-1] < 0 else ahead
        rows.append((*key, min(float(net[lowest]), 0.0), int(year[lowest]), years, bool(net.any())))
    return pd.DataFrame(rows, columns=[*RUN, "group", "peak_sek", "peak_year", "years", "moved"])


@once
def nationwide(tables: Tables, rate: float) -> Frame:
    """Gain of each payer group against status quo if the whole country gains at once, present values.

    A run books income equalisation as a single place meets it: it takes nearly all of the local tax back that people
    who come to work pay. It goes by the country's mean tax base, and the sum of the state's grants does not follow it
    (docs/evidence.md, section 13), so of a gain that comes everywhere municipalities and regions keep the tax, and the
    state does not get it. Public payers together gain the same. Columns design, seed, group, net_sek.
    """
    costs = tables["costs"]
    forgone = costs[(costs["payer"] == "central_tax") & (costs["kind"] == "tax_forgone")]
    forgone = forgone.assign(sek=(forgone["untreated_sek"] - forgone["actual_sek"]).astype(float))
    forgone["sek"] = discounted(forgone, "sek", start_year(tables, forgone), rate)
    saved = forgone.groupby(RUN, as_index=False)["sek"].sum().merge(tables["runs"], on=RUN)
    back = {group: saved["sek"] * saved[f"equalised_{kind}"] for group, kind in _KEEPING.items()}
    back["state"] = -sum(back.values())
    rows = [saved[RUN].assign(group=group, sek=back[group]) for group in GROUPS]
    shift = pd.concat(rows, ignore_index=True).set_index([*RUN, "group"])["sek"]
    flows = flows_by_group(tables, rate)
    at = flows.set_index([*RUN, "group"]).index
    flows = flows.assign(net_sek=flows["net_sek"].to_numpy() + shift.reindex(at).fillna(0.0).to_numpy())
    return against_base(flows, ["net_sek"], ["group"])


def _moved(tables: Tables) -> Frame:
    """Rows of money by run, year, group and flow (pays, receives, saves), SEK."""
    payments, costs = tables["payments"], tables["costs"]
    payer, receiver = (payments[side].map(GROUP_OF) for side in ("payer", "receiver"))
    between = payer.fillna("") != receiver.fillna("")
    keys = [*RUN, "year"]
    lives = costs[costs["payer"].isin(GROUP_OF)]
    parts = [
        payments.loc[between, keys].assign(group=payer, sek=payments["amount_sek"], flow="pays"),
        payments.loc[between, keys].assign(group=receiver, sek=payments["amount_sek"], flow="receives"),
        lives[keys].assign(
            group=lives["payer"].map(GROUP_OF), sek=lives["untreated_sek"] - lives["actual_sek"], flow="saves"
        ),
    ]
    return pd.concat([part for part in parts if len(part)], ignore_index=True).dropna(subset=["group"])


def _wide(tables: Tables, sums: pd.Series, more: Sequence[str]) -> Frame:
    """Lay flows out as columns, with a row for every run and group (and value of `more`), and add what is left."""
    wide = sums.astype(float).unstack("flow").reindex(columns=list(FLOWS), fill_value=0.0).fillna(0.0)
    runs = tables["runs"][RUN].itertuples(index=False, name=None)
    keys: list[tuple[object, ...]] = [(*run, group) for run in runs for group in GROUPS]
    if more:
        years = range(
            int(wide.index.get_level_values("year").min()), int(wide.index.get_level_values("year").max()) + 1
        )
        keys = [(*key, year) for key in keys for year in years]
    index = pd.MultiIndex.from_tuples(keys, names=[*RUN, "group", *more])
    wide = wide.reindex(index, fill_value=0.0).astype(float).add_suffix("_sek")
    wide["net_sek"] = wide["saves_sek"] - wide["pays_sek"] + wide["receives_sek"]
    return wide.rename_axis(columns=None).reset_index()
