"""Every table and figure of a report as a sheet: a frame of numbers with headings in the report's language.

Read by the commands.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from ...measures import cohort, contracts, lifetime, options, payers, steps
from ...measures.worlds import MANY
from .. import ones
from ..decision.front import drawn
from ..decision.paired import Paired, pair_up
from ..decision.verdict import Verdict
from ..page import content, texts, with_designs
from ..pages import texts_in
from ..parts.consists import parts_table
from ..tables import COLUMNS, DETAILS, details, summary

Tables = Mapping[str, pd.DataFrame]
Texts = Mapping[str, str]
Frame = pd.DataFrame
M_SEK = 1e6


@dataclass(frozen=True)
class Sheet:
    """A named table: `frame` has a heading for each column; text stays text, also where it looks like a number."""

    name: str
    heading: str
    note: str
    frame: Frame


def headings(language: str) -> dict[str, str]:
    """Names of sheets and headings of columns in a language."""
    return texts_in(Path(__file__).parent, language)


def names_of_files() -> list[str]:
    """Name every CSV file that a report may have in any language."""
    said = [headings(language) for language in ("en", "sv")]
    return [f"{name[key]}.csv" for name in said for key in name if f"n {key}" in name]


def sheets(
    tables: Tables,
    *,
    manifest: Mapping[str, Any],
    rate: float,
    societal_rate: float,
    language: str = "en",
    page: Mapping[str, Any] | None = None,
) -> list[Sheet]:
    """Collect the sheets of a run or a comparison; one that would have no rows is left out.

    Parameters
    ----------
    tables, manifest, rate, societal_rate, language
        As for `page.write_report`.
    page
        What that gave, if the report has been written.
    """
    name = headings(language)
    if page is None:
        title = str(manifest.get("scenario", {}).get("title", ""))
        page = content(
            tables, title=title, manifest=manifest, rate=rate, societal_rate=societal_rate, language=language
        )
    tables = steps.without_steps(tables)
    words = with_designs(texts(language)["words"], tables["runs"]["design"].unique(), manifest, language)
    made = {"answer": (_answer(page, name), page["front"]["question"])}
    found = pair_up(tables, rate, worlds=drawn(manifest))
    if found is not None:
        say = {each["key"]: each["heading"] for each in page["front"]["tables"]}
        few = found.worlds and found.seeds < MANY
        paired = {**name, "low": name["lowest run"], "high": name["highest run"]} if few else name
        made |= {
            "payers": (_payers(found, words, paired), say["payers"]),
            "people": (_people(found, page, words, paired), say["people"]),
            "pairs": (_pairs(found, page, words, paired), say.get("pairs", "")),
            "cash": (_cash(found, words, name), page["front"]["heading"]["cash"]),
            "parts": (
                _parts(parts_table(found, tables, words, rate, language), name),
                page["parts"].get("heading", ""),
            ),
        }
    sections = {each["key"]: each["heading"] for each in page["sections"]}
    summarised = pd.concat([summary(tables, rate), details(tables, rate, societal_rate)], ignore_index=True)
    made |= {
        "measures": (_measures(summarised, words, name, language), page["summary_title"]),
        "change": (_change(tables, words, name, rate), sections.get("change", "")),
        "cohort": (_cohort(tables, words, name), "".join(each["heading"] for each in page["cohort"][:1])),
        "pyramid": (_pyramid(tables, words, name), sections.get("pyramid", "")),
        "whom": (_whom(tables, words, name), sections.get("whom", "")),
        "years": (_years(tables, words, name), sections.get("years", "")),
        "options": (_options(tables, words, name), page["options"]["title"]),
        "contracts": (_contracts(tables, words, name), sections.get("transaction", "")),
        "bodies": (_bodies(tables, words, name), name["bodies"]),
        "municipalities": (_municipalities(tables, words, name), name["municipalities"]),
        "source": (
            Frame({name["key"]: list(page["source"]), name["value"]: [str(each) for each in page["source"].values()]}),
            page["source_title"],
        ),
    }
    return [
        Sheet(name[key], ones.one(heading or name[key]), name[f"n {key}"], frame.map(_singular))
        for key, (frame, heading) in made.items()
        if len(frame)
    ]


def _answer(page: Mapping[str, Any], name: Texts) -> Frame:
    front = page["front"]
    said = [front["short"]] if front["short"] else []
    parts = [(front["heading"]["answer"], [*said, *front["answer"], *front["beside"]])]
    parts += [(front["heading"]["turns"], front["turns"]), *front.get("weighed", [])]
    rows = [(heading, line) for heading, lines in parts for line in lines]
    return Frame(rows, columns=[name["key"], name["line"]])


def _singular(cell: Any) -> Any:
    return ones.one(cell) if isinstance(cell, str) else cell


def _spread(each: Verdict) -> tuple[float, float, float, int]:
    return each.mean, each.low, each.high, each.n


def _payers(found: Paired, words: Texts, name: Texts) -> Frame:
    columns = [f"{flow}_sek" for flow in payers.FLOWS]
    mean = found.flows.groupby(["design", "group"])[columns].mean() / M_SEK
    turned = payers.turning(found.running)
    rows = []
    for design in found.designs:
        for group in lifetime.GROUPS:
            level: Any = mean.loc[(design, group)]
            base: Any = mean.loc[(lifetime.BASE, group)]
            row = [words.get(design, design), words[group], *level]
            if design == lifetime.BASE:
                rows.append([*row, *[None] * 11])
                continue
            part = turned[(turned["design"] == design) & (turned["group"] == group)]
            row += [*(level - base), *_spread(found.gains(design, group))]
            row += [part["peak_sek"].mean() / M_SEK, int(part["years"].isna().sum())]
            rows.append([*row, part["years"].min(), part["years"].max()])
    keys = ["design", "payer", *(f"level {flow}" for flow in payers.FLOWS), *payers.FLOWS]
    keys += ["net", "low", "high", "seeds", "lowest", "never", "soonest", "latest"]
    return Frame(rows, columns=[name[key] for key in keys])


def _people(found: Paired, page: Mapping[str, Any], words: Texts, name: Texts) -> Frame:
    table = next(each for each in page["front"]["tables"] if each["key"] == "people")
    measures = [column for column in found.people.columns if column not in lifetime.RUN]
    rows = [
        (words.get(design, design), heading, *_spread(found.counted(design, measure)))
        for design in found.designs
        if design != lifetime.BASE
        for measure, heading in zip(measures, table["headings"], strict=False)
    ]
    return Frame(rows, columns=[name[key] for key in ("design", "counted", "mean", "low", "high", "seeds")])


def _pairs(found: Paired, page: Mapping[str, Any], words: Texts, name: Texts) -> Frame:
    rows = []
    said = {each["key"]: [cells[-1][0] for _, cells in each["rows"]] for each in page["front"]["tables"]}
    for number, (one, other) in enumerate(found.pairs()):
        title = f"{words.get(one, one)} {name['less than']} {words.get(other, other)}"
        what = [(name["cost"], found.change(one, other))]
        what += [(f"{name['net']}: {words[group]}", found.gains(one, group, other)) for group in lifetime.GROUPS]
        rows += [
            (title, heading, *_spread(each), said["pairs"][number] if not at else "")
            for at, (heading, each) in enumerate(what)
        ]
    keys = ("design", "counted", "mean", "low", "high", "seeds", "said")
    return Frame(rows, columns=[name[key] for key in keys])


def _cash(found: Paired, words: Texts, name: Texts) -> Frame:
    running = found.running
    if running.empty:
        return Frame()
    by = running.groupby(["design", "group", "year"], sort=False)["net_sek"]
    frame = (by.agg(["mean", "min", "max"]) / M_SEK).reset_index()
    frame["design"], frame["group"] = _named(frame["design"], words), _named(frame["group"], words)
    keys = ("design", "payer", "year", "mean so far", "lowest seed", "highest seed")
    return frame.set_axis([name[key] for key in keys], axis=1)


def _parts(frame: Frame, name: Texts) -> Frame:
    keys = ("design", "payer", "account", "what for", "intervention", "year", "kronor")
    return frame.set_axis([name[key] for key in keys], axis=1) if len(frame) else frame


def _measures(frame: Frame, words: Texts, name: Texts, language: str) -> Frame:
    spoken = texts(language).get("columns", {})
    plain = {key: heading for key, heading, _ in COLUMNS + DETAILS}
    frame["measure"] = [spoken.get(key, plain[key]) for key in frame["measure"]]
    frame["design"] = _named(frame["design"], words)
    frame = frame[["design", "measure", "unit", "mean", "low", "high", "n"]]
    if language != "en":
        frame = frame.drop(columns="unit")  # the headings have it
    keys = ["design", "measure", *(["unit"] if language == "en" else []), "mean", "low", "high", "seeds"]
    return frame.set_axis([name[key] for key in keys], axis=1)


def _change(tables: Tables, words: Texts, name: Texts, rate: float) -> Frame:
    yearly = lifetime.without_ages(tables)
    cost = lifetime.public_cost(yearly, rate).merge(
        lifetime.change_per_child(yearly, rate), on=lifetime.RUN, how="left"
    )
    cost["design"] = _named(cost["design"], words)
    keys = ("design", "seed", "public cost", "change in cost")
    columns = ["design", "seed", "per_child_sek", "change_sek"]
    return cost[columns].set_axis([name[key] for key in keys], axis=1)


def _pyramid(tables: Tables, words: Texts, name: Texts) -> Frame:
    frame = lifetime.pyramid(tables)
    mean = frame.groupby(["design", "age", "payer"], sort=False)[["actual_sek", "untreated_sek"]].mean() / 1000
    mean = mean.reset_index()
    mean["design"], mean["payer"] = _named(mean["design"], words), _named(mean["payer"], words)
    keys = ("design", "age", "payer", "kSEK", "kSEK without")
    return mean.set_axis([name[key] for key in keys], axis=1)


def _cohort(tables: Tables, words: Texts, name: Texts) -> Frame:
    by = ["design", "age", "group"]
    mean = cohort.by_age(tables).groupby(by, sort=False)[["actual_sek", "untreated_sek"]].mean().reset_index()
    mean["design"], mean["group"] = _named(mean["design"], words), _named(mean["group"], words)
    keys = ("design", "age", "payer", "SEK per child", "SEK per child without")
    return mean.set_axis([name[key] for key in keys], axis=1)


def _whom(tables: Tables, words: Texts, name: Texts) -> Frame:
    years = tables["runs"].groupby("design")["years"].sum()
    taken = tables["enrolment"].groupby(["design", "intervention", "age"], sort=False)[["children", "cost_sek"]].sum()
    taken = taken.reset_index()
    per = taken["design"].map(years).astype(float)
    frame = taken.assign(cost_sek=taken["cost_sek"] / per / M_SEK, children=taken["children"] / per)
    frame["design"], frame["intervention"] = _named(frame["design"], words), _named(frame["intervention"], words)
    keys = ("design", "intervention", "age", "children", "spent")
    return frame.set_axis([name[key] for key in keys], axis=1)


def _years(tables: Tables, words: Texts, name: Texts) -> Frame:
    rows = lifetime.all_payments(tables)
    rows = rows[rows["work"].notna() & (rows["phase"] == "simulated")]
    seeds = tables["runs"].groupby("design")["seed"].nunique()
    frame = rows.groupby(["design", "year"], sort=False)["amount_sek"].sum().reset_index()
    frame["amount_sek"] = frame["amount_sek"] / frame["design"].map(seeds).astype(float) / M_SEK
    frame = frame.sort_values(["design", "year"], kind="stable")
    frame["design"] = _named(frame["design"], words)
    return frame.set_axis([name[key] for key in ("design", "year", "invested")], axis=1)


def _options(tables: Tables, words: Texts, name: Texts) -> Frame:
    by = ["intervention", "level"]
    values = options.option_values(tables, by)
    share = options.share_funded(tables, by)
    money = ["cost_sek", *(f"{key}_value_sek" for key in ("own", "municipality", "region", "state", "fiscal"))]
    frame = values[[*by, "first_age", "last_age", *money, "societal_value_sek"]].copy()
    frame["first_age"] = [
        f"{low}\u2013{high}" for low, high in zip(values["first_age"], values["last_age"], strict=True)
    ]
    frame = frame.drop(columns="last_age")
    keys = ["intervention", "level", "ages", "option cost", "own", "municipality", "region", "state", "fiscal"]
    heads = [name[key] for key in (*keys, "societal")]
    for design in dict.fromkeys(tables["options"]["design"]):
        part = share[share["design"] == design].set_index(by)["share"]
        frame[design] = 100 * part.reindex(pd.MultiIndex.from_frame(values[by])).to_numpy()
        heads.append(name["reached"].format(design=words.get(design, design)))
    frame["intervention"] = _named(frame["intervention"], words)
    frame["level"] = [words.get(f"level {level}", level) for level in frame["level"]]
    return frame.set_axis(heads, axis=1)


def _contracts(tables: Tables, words: Texts, name: Texts) -> Frame:
    cost, paid = contracts.transaction_cost(tables), lifetime.overpayment(tables)
    both = cost.merge(paid, on=lifetime.RUN, how="left")
    keys = ["programme", "application", "evaluation", "administration", "payable", "fair", "over", "under"]
    mean = both.groupby("design", sort=False)[[f"{key}_sek" for key in keys]].mean().div(M_SEK).reset_index()
    mean["design"] = _named(mean["design"], words)
    return mean.set_axis([name["design"], *(name[key] for key in keys)], axis=1)


def _bodies(tables: Tables, words: Texts, name: Texts) -> Frame:
    bodies = tables.get("bodies")
    if bodies is None or bodies.empty:
        return Frame()
    money = ["frame", "mandatory", "room", "prevention", "result", "equity"]
    columns = [f"{key}_sek" for key in money]
    by = bodies.groupby(["design", "seed", "year", "body"], sort=False)[columns].sum()
    mean = by.groupby(["design", "year", "body"], sort=False).mean().div(M_SEK).reset_index()
    mean["design"], mean["body"] = _named(mean["design"], words), _named(mean["body"], words)
    keys = ["design", "year", "body", "frame", "mandatory", "room", "spent of it", "result", "equity"]
    return mean.set_axis([name[key] for key in keys], axis=1)


def _municipalities(tables: Tables, words: Texts, name: Texts) -> Frame:
    money = ["prevention", "received", "repaid", "own_saving", "others_saving"]
    columns = ["population", "children", *(f"{key}_sek" for key in money)]
    keys = ["design", "municipality", "name", "county"]
    mean = tables["municipalities"].groupby(keys, sort=False)[columns].mean().reset_index()
    mean[columns[2:]] = mean[columns[2:]] / M_SEK
    mean["design"] = _named(mean["design"], words)
    heads = ["design", "code", "name", "county", "population", "children"]
    heads += ["prevention", "received", "repaid", "own saving", "others saving"]
    return mean.set_axis([name[key] for key in heads], axis=1)


def _named(column: pd.Series, words: Texts) -> list[str]:
    return [words.get(str(each), str(each)) for each in column]
