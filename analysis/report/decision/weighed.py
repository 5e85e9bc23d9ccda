"""What speaks for and what speaks against the leading proposal, from the same tables and as loudly.

Read by `front`.
"""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from ...measures import contracts, lifetime
from ..tables import number, within
from .answer import listed
from .paired import M_SEK, Paired
from .turns import effect_needed
from .verdict import LESS, MORE, UNSURE, Verdict, signed, verdict

Tables = Mapping[str, pd.DataFrame]
Texts = Mapping[str, str]
ORDINARY = ("education", "social", "labour_market", "board", "region")  # who pays out of its own room
LARGEST = 2  # falls of ordinary money that are told
MOST_TIED = 3  # other proposals that are compared one by one


def weighed(
    found: Paired, tables: Tables, words: Texts, say: Texts, *, part: bool = False
) -> tuple[list[str], list[str]]:
    """Write what speaks for the leading proposal, and what against; each list says so if it found nothing.

    What is clearly good is told in a line, as the tables beside it have the figures; `part`: of a part of the places,
    where what a krona gives back is not known.
    """
    lead = found.ranked[0]
    good = [
        *_payers_gaining(found, lead, words, say),
        *_people_spared(found, lead, say),
        *_than_tied(found, lead, MORE, words, say),
        *([] if part else _per_krona(found, MORE, say)),
    ]
    bad = [
        *_tied(found, lead, words, say),
        *_than_tied(found, lead, LESS, words, say),
        *_payers(found, lead, LESS, words, say),
        *_payers(found, lead, UNSURE, words, say),
        *_people_more(found, lead, say),
        *_overpaid(tables, lead, say),
        *_crowded_out(tables, lead, words, say),
        *_not_worth(tables, lead, words, say),
        *([] if part else _per_krona(found, LESS, say)),
        *_reach(tables, lead, say),
    ]
    if found.seeds == 1:
        bad.insert(0, say["w single"])
        return good or [say["nothing for"]], bad
    return good or [say["nothing for"]], bad or [say["nothing against"]]


def _close(found: Paired, lead: str) -> list[str]:
    """Other proposals that luck does not tell from the leading one in public cost; none with one seed."""
    return [other for other in found.ranked if other != lead and found.change(lead, other).kind == UNSURE]


def _tied(found: Paired, lead: str, words: Texts, say: Texts) -> list[str]:
    """Say which proposals are as good as the leading one, for all that is known."""
    names = [within(words.get(other, other)) for other in _close(found, lead)]
    return [say["w tied"].format(names=listed(names, say))] if names else []


def _than_tied(found: Paired, lead: str, kind: str, words: Texts, say: Texts) -> list[str]:
    """Payers that gain more (or less) under the leading proposal than under one that is as good in public cost."""
    told = []
    for other in _close(found, lead)[:MOST_TIED]:
        by = {group: found.gains(lead, group, other) for group in lifetime.GROUPS}
        names = [
            say["w than group"].format(
                group=within(words[group]), mean=signed(each.mean), n=each.n, agreed=max(each.below, each.above)
            )
            for group, each in by.items()
            if each.kind == kind
        ]
        if names:
            told.append(say[f"w than {kind}"].format(other=within(words.get(other, other)), groups=listed(names, say)))
    return told


def _people(found: Paired, lead: str, kind: str) -> dict[str, Verdict]:
    """Outcomes in people that are clearly fewer, or more."""
    by = {name: found.counted(lead, name) for name in found.people.columns if name not in lifetime.RUN}
    return {name: each for name, each in by.items() if each.kind == kind}


def _people_spared(found: Paired, lead: str, say: Texts) -> list[str]:
    fewer = [say[f"people {name}"] for name in _people(found, lead, LESS)]
    return [say["w people less"].format(names=listed(fewer, say))] if fewer else []


def _people_more(found: Paired, lead: str, say: Texts) -> list[str]:
    more = {say[f"people {name}"]: each for name, each in _people(found, lead, MORE).items()}
    return [say["w more"].format(what=what[0].upper() + what[1:], figure=each.figure) for what, each in more.items()]


def _payers_gaining(found: Paired, lead: str, words: Texts, say: Texts) -> list[str]:
    by = {group: found.gains(lead, group) for group in lifetime.GROUPS}
    gain = [f"{within(words[group])} {signed(each.mean)}" for group, each in by.items() if each.kind == MORE]
    return [say["w payer more"].format(names=listed(gain, say))] if gain else []


def _payers(found: Paired, lead: str, kind: str, words: Texts, say: Texts) -> list[str]:
    """Payers that lose beyond luck, or lose in some seeds."""
    told = []
    for group in lifetime.GROUPS:
        each = found.gains(lead, group)
        if each.kind == kind and each.below:
            counts = {"n": each.n, "below": each.below}
            told.append(say[f"w payer {kind}"].format(group=words[group], figure=each.figure, **counts))
    return told


def _by_seed(tables: Tables, frame: pd.DataFrame, column: str, design: str) -> pd.Series:
    """Sum of a column by seed for one design, 0 where there is no row."""
    seeds = sorted(tables["runs"]["seed"].unique())
    return frame[frame["design"] == design].groupby("seed")[column].sum().reindex(seeds, fill_value=0).astype(float)


def crowded_out(tables: Tables, lead: str) -> pd.DataFrame:
    """What ordinary budgets pay for each programme, M SEK a year in the simulated years, less that under status quo.

    Columns payer, intervention, before (mean under status quo), after (mean under the design), kind (see `verdict`);
    the largest fall first.
    """
    rows = lifetime.all_payments(tables)
    rows = rows[rows["work"].notna() & (rows["phase"] == "simulated") & rows["payer"].isin(ORDINARY)]
    years = int(tables["runs"]["years"].max())
    told = []
    for (payer, name), part in rows.groupby(["payer", "intervention"], sort=True):
        before, after = (
            _by_seed(tables, part, "amount_sek", design) / years / M_SEK for design in (lifetime.BASE, lead)
        )
        told.append((payer, name, float(before.mean()), float(after.mean()), verdict(after - before).kind))
    frame = pd.DataFrame(told, columns=["payer", "intervention", "before", "after", "kind"])
    return frame.assign(fall=frame["before"] - frame["after"]).sort_values("fall", ascending=False, kind="stable")


def _crowded_out(tables: Tables, lead: str, words: Texts, say: Texts) -> list[str]:
    """Programmes that ordinary budgets paid for before and no longer do."""
    falls = crowded_out(tables, lead)
    falls = falls[(falls["kind"] == LESS) & (falls["fall"] >= 0.01)]
    return [
        say["w crowding"].format(
            name=words.get(row["intervention"], row["intervention"]),
            payer=within(words.get(row["payer"], row["payer"])),
            before=number(row["before"], row["before"]),
            after=number(row["after"], row["before"]),
        )
        for row in falls.head(LARGEST).to_dict("records")
    ]


def not_worth(tables: Tables, design: str) -> pd.DataFrame:
    """Share of the programme money of a design in options that save public budgets less over a life than they cost.

    One row per intervention with such money: intervention, spent (share of all programme cost, 0 to 1, mean over
    seeds' sums), saves and costs (kSEK per child, by children taken in); the largest first.
    """
    options = tables["options"]
    options = options[(options["design"] == design) & (options["enrolled"] > 0)]
    spent = options["enrolled"] * options["cost_sek"]
    options = options.assign(spent=spent, saved=options["enrolled"] * options["fiscal_value_sek"])
    losing = options[options["fiscal_value_sek"] < options["cost_sek"]]
    sums = losing.groupby("intervention")[["spent", "saved", "enrolled"]].sum()
    frame = sums.assign(
        costs=sums["spent"] / sums["enrolled"] / 1000,
        saves=sums["saved"] / sums["enrolled"] / 1000,
        spent=sums["spent"] / max(float(spent.sum()), 1.0),
    )
    return frame[["spent", "saves", "costs"]].sort_values("spent", ascending=False, kind="stable").reset_index()


def _not_worth(tables: Tables, lead: str, words: Texts, say: Texts) -> list[str]:
    if "options" not in tables:  # a part of the places
        return []
    frame = not_worth(tables, lead)
    share, before = 100 * float(frame["spent"].sum()), 100 * float(not_worth(tables, lifetime.BASE)["spent"].sum())
    if share < 0.5:
        return []
    top = frame.to_dict("records")[0]
    name = words.get(top["intervention"], top["intervention"])
    figures = {key: number(top[key], top[key]) for key in ("saves", "costs")}
    percent = {"share": number(share, share), "before": number(before, before)}
    return [say["w not worth"].format(name=name, **percent, **figures)]


def _overpaid(tables: Tables, lead: str, say: Texts) -> list[str]:
    """What is due beyond what the true effect would give, and what is not due although it would be."""
    paid = lifetime.overpayment(tables)
    paid = paid[paid["design"] == lead]
    if lead not in contracts.paying_designs(tables) or paid.empty:
        return []
    payable, over, under = (float(paid[f"{key}_sek"].mean()) / M_SEK for key in ("payable", "over", "under"))
    if payable <= 0 or (over <= 0 and under <= 0):
        return []
    share = 100 * over / payable
    figures = {"over": number(over, over), "payable": number(payable, payable), "under": number(under, under)}
    return [say["w overpaid"].format(share=number(share, share), **figures)]


def _per_krona(found: Paired, kind: str, say: Texts) -> list[str]:
    """What the last kronor give back that the leading proposal makes public budgets spend: more than they are, or less.

    Extra saving over extra net payment, each less status quo and summed over payers and runs (a ratio of sums).
    """
    needed = effect_needed(found)
    if np.isnan(needed) or (needed < 1) != (kind == MORE):
        return []
    return [say[f"w per krona {kind}"].format(mine=number(1 / needed, 1 / needed))]


def _reach(tables: Tables, lead: str, say: Texts) -> list[str]:
    """In how many municipalities projects start under the contract, where that is not all of them."""
    first, last, of = in_force(tables, lead)
    return [] if first >= of and last >= of else [say["w reach"].format(first=_whole(first), last=_whole(last), of=of)]


def in_force(tables: Tables, design: str) -> tuple[float, float, int]:
    """Municipalities where its projects start in the first and in the last year (means over seeds), and all."""
    of = int(tables["municipalities"]["municipality"].nunique())
    runs = tables["runs"][tables["runs"]["design"] == design]
    start, years = int(runs["start_year"].iloc[0]), int(runs["years"].iloc[0])
    projects = tables["projects"]
    own = projects[(projects["design"] == design) & ~projects["own_room"] & (projects["children"] > 0)]
    by = own.groupby("year")[["seed", "municipality"]].apply(lambda part: len(part.drop_duplicates()))
    first, last = (float(by.get(year, 0)) / len(runs) for year in (start, start + years - 1))
    return first, last, of


def _whole(value: float) -> str:
    return number(value, 100 if value >= 10 or value == int(value) else value)
