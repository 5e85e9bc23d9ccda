"""The tables of the report of one place: facts, children, practice, committees, years, neighbours.

Each is a dict of key, heading, headings, rows and caption, as the templates read it. Read by `place`.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from ...measures import lifetime, payers
from ..decision.verdict import cell, signed, verdict
from ..intervals import interval
from ..tables import number, spell, within

Tables = Mapping[str, pd.DataFrame]
Texts = Mapping[str, str]
Cell = tuple[str, str]
Table = dict[str, Any]

M_SEK = 1e6
FACTS = ("population", "young_share", "low_schooling_share", "tax_base", "spending")
NEED = ("none", "risk", "support", "care", "placed")
BESIDE = ("prevention", "own_saving", "others_saving")
MONEY = ("frame", "mandatory", "room", "prevention", "result")
YOUNGEST_GROWN_UP = 20


def _table(
    key: str, headings: Sequence[str], rows: Sequence[tuple[str, list[Cell]]], say: Texts, **filled: Any
) -> Table:
    note = say[f"n {key}"].format(**filled) if filled else say[f"n {key}"]
    return {"key": key, "heading": say[f"h {key}"], "headings": list(headings), "rows": list(rows), "caption": note}


def _at_scale(value: float) -> Cell:
    return number(value, value), ""


def facts_table(place: Mapping[str, Any], say: Texts) -> Table:
    """Facts of the place beside those of municipalities like it and of the country."""
    rows = []
    for fact in FACTS:
        values = [float(place["facts"][whose][fact]) for whose in ("here", "like", "country")]
        scale = 100 if fact.endswith("share") else 1
        rows.append((say[f"fact {fact}"], [_at_scale(scale * value) for value in values]))
    headings = [say["facts here"], say["facts like"], say["facts country"]]
    return _table("facts", headings, rows, say, n=len(place["like"]), names=", ".join(place["like"]))


def children_table(tables: Tables, here: Tables, words: Texts, say: Texts) -> Table:
    """Children by level of need in the first and the last year under the first design (status quo if it was run)."""
    design = _base(tables)
    years = sorted(tables["children"]["year"].unique())
    mine, whole = (_by_need(each, design) for each in (here, tables))
    per, per_whole = (1000 * each[years[0]] / max(float(each[years[0]].sum()), 1.0) for each in (mine, whole))
    rows = [
        (words[f"level {level}"], [_at_scale(float(row)) for row in (first, last, one, other)])
        for level, first, last, one, other in zip(NEED, mine[years[0]], mine[years[-1]], per, per_whole, strict=True)
    ]
    headings = [
        say["children first"].format(year=years[0]),
        say["children last"].format(year=years[-1]),
        say["children per"].format(year=years[0]),
        say["children whole"],
    ]
    return _table("children", headings, rows, say)


def _base(tables: Tables) -> str:
    designs = list(dict.fromkeys(tables["runs"]["design"]))
    return lifetime.BASE if lifetime.BASE in designs else str(designs[0])


def _by_need(tables: Tables, design: str) -> pd.DataFrame:
    """Children by level (rows) and year (columns), mean over seeds."""
    rows = tables["children"]
    rows = rows[(rows["design"] == design) & (rows["age"] < YOUNGEST_GROWN_UP)]
    seeds = tables["runs"]["seed"].nunique()
    wide = rows.pivot_table(index="level", columns="year", values="children", aggfunc="sum", fill_value=0) / seeds
    return wide.reindex(list(NEED), fill_value=0)


def practice_table(here: Tables, place: Mapping[str, Any], say: Texts) -> Table:
    """Where the place is with the practice under status quo, counted over seeds and municipalities; what was stated."""
    rows = here["municipalities"]
    rows = rows[rows["design"] == _base(here)]
    n = len(rows)
    stated = place.get("stated")
    told = [(say["practice stated"], [(say[f"state {stated}"], "")])] if stated else []
    told += [
        (say[label], [(_counted(rows[column], say), "")])
        for label, column in (
            ("practice idea", "practice"),
            ("practice region", "region_practice"),
            ("practice contract", "outcome_contract"),
        )
    ]
    has = int((rows["fund_since"] > 0).sum())
    told.append((say["practice fund"], [(say["practice has"].format(n=has, of=n), "")]))
    reserve = float(rows.groupby("seed")["reserve_sek"].sum().mean()) / M_SEK
    told.append((say["practice reserve"], [_at_scale(reserve)]))
    return _table("practice", [say["practice found"]], told, say)


def _counted(states: pd.Series, say: Texts) -> str:
    counts = states[states != ""].value_counts()
    of = int(counts.sum())
    told = [
        say["practice count"].format(state=say.get(f"state {state}", state), n=n, of=of) for state, n in counts.items()
    ]
    return ", ".join(told) or "-"


def bodies_table(here: Tables, words: Texts, say: Texts) -> Table:
    """Budgets of committees, board and region: their level under status quo, and what each design changes in all."""
    columns = [f"{name}_sek" for name in MONEY]
    bodies = here["bodies"]
    first = int(bodies["year"].min())
    base = _base(here)
    level = bodies[(bodies["design"] == base) & (bodies["year"] == first)]
    mean: Any = level.groupby(["seed", "body"])[columns].sum().groupby("body").mean() / M_SEK
    sums = bodies.groupby([*lifetime.RUN, "body"], sort=False)[columns].sum().reset_index()
    change = payers.against_base(sums, columns, ["body"])
    rows: list[tuple[str, list[Cell]]] = []
    for body in lifetime.BODIES:
        name = say["bodies level"].format(name=words.get(base, base), year=first)
        rows.append((f"{words[body]}: {within(name)}", [_at_scale(float(mean.loc[body, each])) for each in columns]))
        for design in dict.fromkeys(change["design"]):
            part = change[(change["design"] == design) & (change["body"] == body)]
            judged = [verdict(part[column], M_SEK) for column in columns]
            name = say["bodies all"].format(name=words.get(design, design))
            cells = [cell(found) for found in judged]
            rows.append((f"{words[body]}: {within(name)}", cells))
    return _table("bodies", [say[name] for name in MONEY], rows, say)


def years_table(here: Tables, words: Texts, say: Texts) -> Table:
    """What each design would mean year by year: programme money, and the municipality's own net, against status quo."""
    work = lifetime.all_payments(here)
    spent = work[work["work"].notna()].groupby([*lifetime.RUN, "year"])["amount_sek"].sum()
    start, years = int(here["runs"]["start_year"].iloc[0]), int(here["runs"]["years"].iloc[0])
    runs = here["runs"][lifetime.RUN].itertuples(index=False, name=None)
    index = pd.MultiIndex.from_tuples(
        [(*run, year) for run in runs for year in range(start, start + years)], names=[*lifetime.RUN, "year"]
    )
    money = payers.against_base(spent.reindex(index, fill_value=0).rename("sek").reset_index(), ["sek"], ["year"])
    running = payers.running_net(here)
    running = running[running["group"] == "municipality"].copy()
    running["sek"] = running.groupby(lifetime.RUN)["net_sek"].diff().fillna(running["net_sek"])
    means = [each.groupby(["design", "year"])["sek"].mean() / M_SEK for each in (money, running)]
    designs = list(dict.fromkeys(money["design"]))
    rows = [
        (str(year), [(signed(float(mean.get((design, year), 0.0))), "") for design in designs for mean in means])
        for year in range(start, start + years)
    ]
    headings = [
        say[key].format(name=words.get(design, design)) for design in designs for key in ("years money", "years net")
    ]
    return _table("years", headings, rows if designs else [], say)


def beside_table(tables: Tables, here: Tables, place: Mapping[str, Any], words: Texts, say: Texts) -> Table:
    """What comes out here, in municipalities like it and in all that was simulated, by design and per person a year.

    The like have a column if all of them were simulated.
    """
    frame = tables["municipalities"]
    years = int(tables["runs"]["years"].iloc[0])
    like = frame[frame["municipality"].isin(place["like_codes"])]
    seen = like["municipality"].nunique() == len(place["like_codes"])
    parts = [here["municipalities"], *([like] if seen else []), frame]
    rows = []
    for design in dict.fromkeys(tables["runs"]["design"]):
        for measure in BESIDE:
            cells = [_per_person(part, design, measure, years) for part in parts]
            rows.append(
                (say["beside row"].format(name=words.get(design, design), what=say[f"beside {measure}"]), cells)
            )
    headings = [say["facts here"], *([say["facts like"]] if seen else []), say["beside all"]]
    return _table("beside", headings, rows, say)


def _per_person(part: pd.DataFrame, design: str, measure: str, years: int) -> Cell:
    """SEK per person followed and year: the ratio of sums, mean over seeds, with its 90 % interval."""
    sums = part[part["design"] == design].groupby("seed")[[f"{measure}_sek", "children"]].sum()
    mean, low, high, _ = interval(sums[f"{measure}_sek"] / sums["children"] / years)
    told, gap, rest = spell(mean, max(low, 0.0) if measure == "prevention" else low, high).partition("[")
    return told.strip(), gap + rest


def neighbours_table(tables: Tables, place: Mapping[str, Any], words: Texts, say: Texts) -> Table:
    """Municipalities of its county, and those like it if they were simulated, with size, need and what is put in.

    SEK per person and year; the place itself first.
    """
    codes, frame = place["codes"], tables["municipalities"]
    near = frame["county"].isin({code[:2] for code in codes}) | frame["municipality"].isin(place["like_codes"])
    frame = frame[near]
    years = int(tables["runs"]["years"].iloc[0])
    per = frame.assign(per=frame["prevention_sek"] / frame["children"] / years)
    keys = ["municipality", "name", "population"]
    wide = per.pivot_table(index=keys, columns="design", values="per", aggfunc="mean", sort=False)
    wide = wide.assign(frail=per.groupby(keys)["frail"].mean()).reset_index()  # other in each likely world
    wide = wide.assign(away=~wide["municipality"].isin(codes)).sort_values(["away", "municipality"], kind="stable")
    designs = list(dict.fromkeys(tables["runs"]["design"]))
    rows = [
        (
            f"{row['municipality']} {row['name']}",
            [(number(row["population"], 1000), ""), _at_scale(100 * row["frail"])]
            + [_at_scale(float(row[design])) for design in designs],
        )
        for row in wide.to_dict("records")
    ]
    headings = [say["inhabitants"], say["frail"]]
    headings += [say["per child"].format(name=words.get(design, design)) for design in designs]
    return _table("neighbours", headings, rows, say)
