"""Sections of the report on contracts: who carries the risk, what was paid beyond the truth, what it takes to run them.

Each is a table with a row per design, and its reading, filled with numbers computed from the run. Read by `page`.
"""

from collections.abc import Hashable, Mapping, Sequence
from typing import Any

import pandas as pd

from ..measures import contracts, lifetime, steps
from .intervals import intervals
from .tables import by_step, number, spell, within

Tables = Mapping[str, pd.DataFrame]
Texts = Mapping[str, str]
Section = dict[str, Any]
Cell = tuple[str, str]  # what stands in a cell of a table, and in small letters below it

SOCIETY = "society"
PAYMENT_COLUMNS = ("payable", "fair", "over", "under")
COST_COLUMNS = ("programme", "application", "evaluation", "administration")


def contract_sections(
    tables: Tables, words: Texts, say: Texts, rate: float, captions: Mapping[str, str]
) -> list[Section]:
    """Lay out the sections that have something to show."""
    yearly = lifetime.without_ages(tables)
    made = [_risk(yearly, words, say, rate), _payment(tables, words, say), _transaction(tables, words, say)]
    return [section | {"caption": f"{captions[section['caption']]} {section['note']}"} for section in made if section]


def step_sections(tables: Tables, words: Texts, say: Texts, rate: float, captions: Mapping[str, str]) -> list[Section]:
    """Say what each design's money does, what its terms add, and what its own evaluation adds to that."""
    found = by_step(tables, rate)
    if found.empty:
        return []
    cells = {(row["design"], row["measure"], row["step"]): row for row in found.to_dict("records")}
    rows = []
    for design, measure in dict.fromkeys((row["design"], row["measure"]) for row in found.to_dict("records")):
        told = [cells[design, measure, step] for step in steps.STEPS]
        spelled = [spell(row["mean"], row["low"], row["high"]).partition("[") for row in told]
        name = f"{_name(design, words)}, {say['step ' + measure]}"
        rows.append((name, [(value, gap + rest) for value, gap, rest in spelled]))
    headings = [say["step " + step] for step in steps.STEPS]
    section = _table("steps", headings, rows, say["r_steps"], "interval", words, say)
    return [section | {"caption": f"{captions['interval']} {section['note']}"}]


def _risk(tables: Tables, words: Texts, say: Texts, rate: float) -> Section:
    """Net position of every party: mean over seeds, worst and best seed."""
    position = contracts.net_position(tables, rate)
    position = position[position["group"].isin(contracts.PARTIES)].assign(x=lambda f: f["net_sek"] / 1e6)
    whole = position.groupby(lifetime.RUN, as_index=False, sort=False)[["x"]].sum().assign(group=SOCIETY)
    by = pd.concat([position, whole]).groupby(["design", "group"], as_index=False, sort=False)[["x"]]
    spread = by.mean().assign(worst=by.min()["x"], best=by.max()["x"]).rename(columns={"x": "mean"})
    cells = {(row["design"], row["group"]): row for row in spread.to_dict("records")}
    groups = [*dict.fromkeys(position["group"]), SOCIETY]
    designs = list(dict.fromkeys(tables["runs"]["design"]))
    seeds = int(tables["runs"]["seed"].nunique())
    rows = [(design, [_span(cells[design, group], seeds > 1) for group in groups]) for design in designs]
    reading = _read_risk(cells, designs, groups, seeds, words, say) if seeds > 1 else say["r_risk"]
    return _table("risk", [words[group] for group in groups], rows, reading, "present", words, say)


def _span(row: Mapping[Hashable, Any], several: bool) -> Cell:
    """Write a mean and, with several seeds, the worst and the best."""
    mean, worst, best = row["mean"], row["worst"], row["best"]
    if row["group"] in lifetime.OUTSIDE and worst == best == 0:  # no party to this contract
        return "-", ""
    return number(mean, mean), f"[{number(worst, mean)} to {number(best, mean)}]" if several else ""


def _read_risk(
    cells: Mapping[tuple[str, str], Mapping[Hashable, Any]],
    designs: Sequence[str],
    groups: Sequence[str],
    seeds: int,
    words: Texts,
    say: Texts,
) -> str:
    """Count the designs under which each party loses in its worst seed, and tell the widest range."""
    designs = [design for design in designs if design not in (lifetime.BASE, lifetime.BENCHMARK)] or designs
    losing = {group: sum(cells[design, group]["worst"] < 0 for design in designs) for group in groups}
    counted = ", ".join(f"{within(words[group])} {n}" for group, n in losing.items() if group != SOCIETY)
    wide = max(
        (row for (_, group), row in cells.items() if group != SOCIETY), key=lambda row: row["best"] - row["worst"]
    )
    low, high = (number(wide[end], 100) for end in ("worst", "best"))
    widest = {"group": within(words[wide["group"]]), "design": _name(wide["design"], words)}
    return " ".join(
        [
            say["r_risk_seeds"].format(n=seeds),
            say["r_risk_losing"].format(n=len(designs), counted=counted),
            say["r_risk_widest"].format(**widest, low=low, high=high),
        ]
    )


def _payment(tables: Tables, words: Texts, say: Texts) -> Section | None:
    """What contracts said on what was measured, and what on the truth."""
    paid = lifetime.overpayment(tables)
    paid = paid[paid["design"].isin(contracts.paying_designs(tables))]
    if not paid[["payable_sek", "fair_sek"]].to_numpy().any():
        return None
    rows = _rows(paid, [f"{key}_sek" for key in PAYMENT_COLUMNS])
    mean = paid.groupby("design", sort=False)[["payable_sek", "fair_sek", "over_sek", "under_sek"]].mean() / 1e6
    above, below = (mean["payable_sek"] > mean["fair_sek"]).sum(), (mean["payable_sek"] < mean["fair_sek"]).sum()
    reading = say["r_paid"].format(n=len(mean), above=above, below=below)
    if mean["over_sek"].max() > 0:
        most = str(mean["over_sek"].idxmax())
        over, payable = (number(float(mean[key][most]), mean[key][most]) for key in ("over_sek", "payable_sek"))
        reading += " " + say["r_paid_most"].format(design=_name(most, words), over=over, payable=payable)
    headings = [say[f"c_{key}"] for key in PAYMENT_COLUMNS]
    return _table("paid", headings, rows, reading, "luck", words, say)


def _transaction(tables: Tables, words: Texts, say: Texts) -> Section | None:
    """What applying, evaluating and administering cost."""
    cost = contracts.transaction_cost(tables).assign(percent=lambda f: 100 * f["share"])
    if not cost["programme_sek"].any():
        return None
    rows = _rows(cost, [f"{key}_sek" for key in COST_COLUMNS], "percent")
    share = cost.groupby("design", sort=False)["percent"].mean().dropna()
    low, high = str(share.idxmin()), str(share.idxmax())
    reading = say["r_transaction" if len(share) > 1 else "r_transaction_one"].format(
        low=number(share[low], share[low]),
        least=_name(low, words),
        high=number(share[high], share[high]),
        most=_name(high, words),
    )
    headings = [*(say[f"c_{key}"] for key in COST_COLUMNS), say["c_share"]]
    return _table("transaction", headings, rows, reading, "luck", words, say)


def _rows(frame: pd.DataFrame, money: Sequence[str], percent: str = "") -> list[tuple[str, list[Cell]]]:
    """Write means over seeds with their intervals, M SEK (one column may be per cent), a row per design."""
    found = {column: intervals(frame.assign(x=frame[column] / 1e6), "x", ["design"]) for column in money}
    if percent:
        found[percent] = intervals(frame, percent, ["design"])
    cells = {
        (row["design"], column): _cell(row["mean"], row["low"], row["high"])
        for column, part in found.items()
        for row in part.to_dict("records")
    }
    return [(design, [cells[design, column] for column in found]) for design in dict.fromkeys(frame["design"])]


def _cell(mean: float, low: float, high: float) -> Cell:
    if mean == low == high == 0:
        return "0", ""
    value, gap, rest = spell(mean, low, high).partition("[")
    return value, gap + rest


def _table(
    key: str,
    headings: Sequence[str],
    rows: Sequence[tuple[str, list[Cell]]],
    reading: str,
    caption: str,
    words: Texts,
    say: Texts,
) -> Section:
    named = [(_name(design, words), cells) for design, cells in rows]
    return {
        "key": key,
        "heading": say[f"h_{key}"],
        "headings": list(headings),
        "rows": named,
        "reading": reading,
        "caption": caption,
        "note": say[f"n_{key}"],
    }


def _name(design: str, words: Texts) -> str:
    return words.get(design, design)
