"""The report: one page of HTML that a policy analyst can put before a board.

Every sentence is filled with numbers computed from the tables of the run; none is a conclusion written beforehand. The
page holds everything it needs (figures as SVG inside) and depends on the tables and the lasting manifest only.
"""

import re
import tomllib
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import jinja2
import pandas as pd

from analysis import figures, measures
from analysis.intervals import intervals
from analysis.tables import COLUMNS, DETAILS, Columns, details, format_summary, number, spell, summary

Tables = Mapping[str, pd.DataFrame]
HERE = Path(__file__).parent
LANGUAGES = ("en", "sv")


@cache
def texts(language: str) -> dict[str, Any]:
    """Words, sentences and headings of a language."""
    result: dict[str, Any] = tomllib.loads((HERE / "texts.toml").read_text(encoding="utf-8"))[language]
    return result


def write_report(
    tables: Tables, path: Path, *, title: str, manifest: Mapping[str, Any], language: str = "en", rate: float = 0.03
) -> None:
    """Write the report of a run or a comparison.

    Parameters
    ----------
    tables
        Result tables (`docs/outputs.md`), of one or more designs and seeds.
    path
        File to write.
    title, manifest
        Name of the scenario, and what the run was made from.
    language
        ``"en"`` or ``"sv"``.
    rate
        Discount rate of present values, per year.
    """
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(HERE / "templates"), autoescape=True, trim_blocks=True, lstrip_blocks=True
    )
    page = environment.get_template("report.html.j2").render(
        **content(tables, title=title, manifest=manifest, language=language, rate=rate)
    )
    path.write_text(page, encoding="utf-8", newline="\n")


def content(tables: Tables, *, title: str, manifest: Mapping[str, Any], language: str, rate: float) -> dict[str, Any]:
    """Put together everything that the page shows."""
    words, say = texts(language)["words"], texts(language)["sentences"]
    runs = tables["runs"]
    seeds = sorted(runs["seed"].unique())
    designs = list(dict.fromkeys(runs["design"]))
    summarised = summary(tables, rate)
    start = int(runs["start_year"].iloc[0])
    captions = _captions(say, rate=rate, start=start, n=len(seeds))
    local = _localiser(language)
    further = format_summary(details(tables, rate), designs, DETAILS)
    sure = [say["sure"], say["sure_uncertain" if manifest.get("uncertain") else "sure_fixed"], say["sure_model"]]
    return {
        "language": language,
        "page_title": words["title"],
        "scenario": " \u00b7 ".join([title, *_part_of_country(tables, manifest, say)]),
        "lead": [local(line) for line in headline(tables, summarised, words, say)],
        "names": [words.get(design, design) for design in designs],
        "measured": _cells(format_summary(summarised, designs), COLUMNS, language, local),
        "summary_title": say["h_summary"],
        "sections": [
            {
                key: value if key == "svg" else local(value) if isinstance(value, str) else value
                for key, value in s.items()
            }
            for s in sections(tables, words, say, rate, captions)
        ],
        "options": option_table(tables, words, say, local),
        "details_title": say["h_details"],
        "details": _cells(further, DETAILS, language, local),
        "details_note": local(f"{captions['interval']} {say['details note']}"),
        "caption": local(captions["interval"]),
        "sure_title": say["h_sure"],
        "sure": sure if len(seeds) > 1 else [say["one seed"], *sure[1:]],
        "source_title": say["h_source"],
        "source": {
            say["scenario"]: title,
            say["changed"]: "; ".join(_changes(manifest)) or say["nothing changed"],
            say["hash"]: ", ".join(sorted(set(runs["scenario_hash"]))) if runs["scenario_hash"].nunique() < 4 else "-",
            say["designs"]: ", ".join(designs),
            say["seeds"]: _spell_seeds(seeds),
            say["years"]: f"{start}-{start + int(runs['years'].iloc[0]) - 1}",
            say["version"]: ", ".join(sorted(set(runs["version"]))),
        },
    }


def _captions(say: Mapping[str, str], *, rate: float, start: int, n: int) -> dict[str, str]:
    """Captions by kind: with present values and intervals, with present values, or with neither."""
    luck = say["interval"].format(n=n) if n > 1 else say["one seed"]
    price = say["price"].format(rate=f"{100 * rate:g}", start=start)
    return {
        "interval": f"{price} {luck}",
        "present": price,
        "dots": say["price_plain"],
        "plain": say["price_plain"] + (" " + say["mean"].format(n=n) if n > 1 else ""),
    }


def _localiser(language: str) -> Callable[[str], str]:
    """Return what turns numbers as `tables` writes them into those of the language."""
    if language != "sv":
        return lambda text: text
    return lambda text: re.sub(r"(?<=\d)\.(?=\d)", ",", text).replace(" to ", " till ")


def _cells(
    rows: pd.DataFrame, wanted: Columns, language: str, local: Callable[[str], str]
) -> list[tuple[str, list[tuple[str, str]]]]:
    """Lay out a formatted summary: per measure its heading, and per design the mean and the interval as two texts."""
    headings = texts(language).get("columns", {})
    names = {f"{heading} ({unit})": headings.get(key, f"{heading} ({unit})") for key, heading, unit in wanted}
    return [
        (
            names[column],
            [(mean, gap + rest) for mean, gap, rest in (local(cell).partition("[") for cell in rows[column])],
        )
        for column in rows.columns[1:]
    ]


def _part_of_country(tables: Tables, manifest: Mapping[str, Any], say: Mapping[str, str]) -> list[str]:
    """Name the municipalities of a run that does not have all; nothing if it has."""
    if manifest.get("scenario", {}).get("municipalities", "all") == "all":
        return []
    names = list(dict.fromkeys(tables["municipalities"]["name"]))
    shown = ", ".join(names[:12]) + (", ..." if len(names) > 12 else "")
    return [say["part"].format(n=len(names), names=shown)]


def _changes(manifest: Mapping[str, Any]) -> list[str]:
    """Say which parameters the scenario changes, to what, and on whose word."""
    changes = manifest.get("scenario", {}).get("changes", {})
    return [f"{path} = {q.get('value')} {q.get('unit', '')} ({q.get('source', '-')})" for path, q in changes.items()]


def option_table(
    tables: Tables, words: Mapping[str, str], say: Mapping[str, str], local: Callable[[str], str]
) -> dict[str, Any]:
    """Lay out what each intervention costs and is worth to whom, by level, and how many of those seen were taken in.

    kSEK per child, averaged as in the figure of the wrong pocket.
    """
    by = ["intervention", "level"]
    values, funded = measures.option_values(tables, by), measures.share_funded(tables, by)
    designs = list(dict.fromkeys(tables["options"]["design"]))
    share = {(row["design"], row["intervention"], row["level"]): row["share"] for row in funded.to_dict("records")}
    money = ("cost", "own_value", "municipality_value", "region_value", "state_value", "fiscal_value", "societal_value")
    rows = []
    for row in values.to_dict("records"):
        name, level = str(row["intervention"]), str(row["level"])
        ages = (
            f"{row['first_age']}\u2011{row['last_age']}"
            if row["first_age"] < row["last_age"]
            else str(row["first_age"])
        )
        rows.append(
            {
                "name": f"{words.get(name, name)}, {words.get('level ' + level, level)}, {ages}",
                "money": [local(_n(row[f"{key}_sek"] / 1000)) for key in money],
                "funded": [_percent(share[design, name, level]) for design in designs],
                "worth": row["fiscal_value_sek"] > row["cost_sek"],
            }
        )
    return {
        "title": say["h_options"],
        "note": say["options note"],
        "money": [say[f"o_{key}"] for key in money],
        "designs": [words.get(design, design) for design in designs],
        "over_money": say["o_money"],
        "over_funded": say["o_funded"],
        "rows": rows,
    }


def _percent(share: float) -> str:
    return "-" if pd.isna(share) else f"{100 * share:.0f}"


def headline(tables: Tables, summarised: pd.DataFrame, words: Mapping[str, str], say: Mapping[str, str]) -> list[str]:
    """Say what the comparison found, in sentences filled from its numbers."""
    runs = tables["runs"]
    found = summarised.set_index(["design", "measure"])
    designs = list(dict.fromkeys(runs["design"]))

    def mean(design: str, measure: str) -> float:
        return float(found["mean"].get((design, measure), float("nan")))

    if measures.BASE not in designs:
        return [say["s_no_base"]]
    children = runs[runs["design"] == measures.BASE]["children"].mean()
    lead = [
        say["s_lead"].format(
            years=int(runs["years"].iloc[0]),
            start=int(runs["start_year"].iloc[0]),
            children=number(children, children),
            base=_n(mean(measures.BASE, "invested")),
            interventions=tables["options"]["intervention"].nunique(),
        )
    ]
    table = tables["options"]
    columns = ["cost_sek", "fiscal_value_sek", "seen", "enrolled"]
    options = table[table["design"] == measures.BASE].groupby(["intervention", "age", "level"])[columns].mean()
    worth = options[options["fiscal_value_sek"] > options["cost_sek"]]
    unfunded = worth[worth["enrolled"] < 0.5 * worth["seen"]]
    lead.append(say["s_unfunded"].format(worth=len(worth), unfunded=len(unfunded)))
    if measures.BENCHMARK not in designs:
        lead.append(say["s_no_planner"])
        return lead
    change = mean(measures.BENCHMARK, "change")
    planner = _n(mean(measures.BENCHMARK, "invested"))
    lead.append(say["s_planner" if change < 0 else "s_planner_dearer"].format(planner=planner, gain=_n(abs(change))))
    others = [d for d in designs if d not in (measures.BASE, measures.BENCHMARK)]
    if runs["seed"].nunique() == 1:  # no interval, so nothing can be said about luck
        lead.extend(_change_in_words(d, mean(d, "change"), words, say) for d in others)
        return lead
    better = [d for d in others if found["high"].get((d, "change"), float("nan")) < 0]
    if better and change < 0:
        best = max(better, key=lambda d: mean(d, "planner_share"))
        lead.append(
            say["s_best"].format(
                best=words.get(best, best), share=spell(*found.loc[(best, "planner_share"), ["mean", "low", "high"]])
            )
        )
    elif others and not better:
        lead.append(say["s_none"])
    dearer = [words.get(d, d) for d in others if found["low"].get((d, "change"), float("nan")) > 0]
    if dearer:
        lead.append(say["s_dearer"].format(designs=", ".join(dearer)))
    return lead


def _change_in_words(design: str, change: float, words: Mapping[str, str], say: Mapping[str, str]) -> str:
    """Say how a design changes lifetime public cost: its sign chooses the sentence."""
    key = "r_cheaper" if change < 0 else "r_dearer" if change > 0 else "r_same"
    return say[key].format(design=words.get(design, design), amount=_n(abs(change)))


def sections(
    tables: Tables, words: Mapping[str, str], say: Mapping[str, str], rate: float, captions: Mapping[str, str]
) -> list[dict[str, str]]:
    """Draw each figure and write its reading; a figure that has nothing to show is left out."""

    def section(key: str, svg: str, reading: str, caption: str) -> dict[str, str]:
        return _section(key, svg, reading, say) | {"caption": captions[caption]}

    result = [section("pyramid", figures.pyramid(tables, words), _read_pyramid(tables, say), "plain")]
    yearly = measures.without_ages(tables)
    gain = measures.gain_by_group(yearly, rate)
    if not gain.empty:
        drawn = figures.who_gains(yearly, words, rate)
        result.append(section("gain", drawn, _read_gain(gain, words, say), "interval"))
        change = intervals(measures.change_per_child(yearly, rate), "change_sek", ["design"])
        lines = [_change_in_words(row["design"], row["mean"], words, say) for row in change.to_dict("records")]
        reading = " ".join([*lines, say["r_change"]])
        result.append(section("change", figures.lifetime_change(yearly, words, rate), reading, "interval"))
    if not tables["enrolment"].empty:
        reading = _read_whom(tables, words, say)
        result.append(section("whom", figures.invested_in_whom(tables, words), reading, "plain"))
    result.append(section("pocket", figures.wrong_pocket(tables, words), _read_pocket(tables, words, say), "present"))
    result.append(section("years", figures.over_years(tables, words), say["r_years"], "plain"))
    dots = figures.settled_dots(tables)
    measured = figures.measured_against_true(dots, words)
    if measured is not None:
        result.append(section("error", measured, _read_error(tables, dots, words, say), "dots"))
    return result


def _section(key: str, svg: str, reading: str, say: Mapping[str, str]) -> dict[str, str]:
    """Give a figure its heading, which is also what a screen reader says of it."""
    heading = say[f"h_{key}"]
    labelled = re.sub(r"<svg ", f'<svg role="img" aria-label="{heading}" ', svg, count=1)
    # Matplotlib numbers its clip paths and glyphs per figure; on one page they must not meet.
    labelled = re.sub(r'(id="|url\(#|href="#)', rf"\g<1>{key}-", labelled)
    return {"key": key, "heading": heading, "svg": labelled, "reading": reading}


def _read_pyramid(tables: Tables, say: Mapping[str, str]) -> str:
    frame = measures.pyramid(tables)
    designs = list(dict.fromkeys(frame["design"]))
    frame = frame[frame["design"] == (measures.BASE if measures.BASE in designs else designs[0])]
    cost = frame.groupby(["seed", "age"])["actual_sek"].sum().groupby("age").mean() / 1000
    young = frame[frame["age"] < 18]
    municipal = young["payer"].map(measures.GROUP_OF) == "municipality"
    share = 100 * young.loc[municipal, "actual_sek"].sum() / max(young["actual_sek"].sum(), 1.0)
    at_5, at_17 = float(cost.get(5, float("nan"))), float(cost.get(17, float("nan")))
    lines = [say["r_muni"].format(muni=_n(share))]
    if at_5 == at_5 and at_17 == at_17:  # both ages occur
        lines.insert(0, say["r_rises" if at_17 > at_5 else "r_falls"].format(young=_n(at_5), old=_n(at_17)))
    return " ".join(lines)


def _read_gain(gain: pd.DataFrame, words: Mapping[str, str], say: Mapping[str, str]) -> str:
    lines = []
    for design, part in gain.groupby("design", sort=False):
        mean = part.groupby("group", sort=False)["gain_sek"].mean() / 1e6
        losers = [say["r_loses"].format(group=words[str(g)].lower(), amount=_n(-v)) for g, v in mean.items() if v < 0]
        if mean.max() <= 0:
            lines.append(" ".join([say["r_no_gain"].format(design=words.get(str(design), str(design))), *losers]))
            continue
        lines.append(
            say["r_gain"].format(
                winner=words[str(mean.idxmax())].lower(),
                design=words.get(str(design), str(design)),
                amount=_n(float(mean.max())),
                loser=" ".join(losers) or say["r_nobody"],
            )
        )
    return " ".join(lines)


def _read_whom(tables: Tables, words: Mapping[str, str], say: Mapping[str, str]) -> str:
    years = tables["runs"].groupby("design", sort=False)["years"].sum()
    spent = tables["enrolment"].groupby(["design", "intervention"])["cost_sek"].sum()
    lines = []
    for design in dict.fromkeys(tables["enrolment"]["design"]):
        part = spent.loc[design] / years[design] / 1e6
        name = str(part.idxmax())
        lines.append((words.get(name, name), words.get(design, design), _n(float(part.max()))))
    name, design, amount = lines[0]
    return say["r_whom"].format(name=name, design=design, amount=amount)


def _read_pocket(tables: Tables, words: Mapping[str, str], say: Mapping[str, str]) -> str:
    """Count what is worth its cost to all and to its owner, and tell the widest gap between the two."""
    values = measures.option_values(tables, ["intervention"])
    worth = values[values["fiscal_value_sek"] > values["cost_sek"]]
    to_owner = values[values["own_value_sek"] > values["cost_sek"]]
    lines = [say["r_worth"].format(n=len(values), worth=len(worth), own=len(to_owner))]
    shown = worth if len(worth) else values
    gap = shown["fiscal_value_sek"] - shown["own_value_sek"]
    row = shown.assign(gap=gap).sort_values("gap").to_dict("records")[-1]
    own, cost, everybody = (_n(row[f"{key}_sek"] / 1000) for key in ("own_value", "cost", "fiscal_value"))
    name = str(row["intervention"])
    lines.append(say["r_pocket"].format(name=words.get(name, name), own=own, cost=cost, all=everybody))
    return " ".join(lines)


def _read_error(tables: Tables, dots: pd.DataFrame, words: Mapping[str, str], say: Mapping[str, str]) -> str:
    error = measures.overpayment(tables)
    settled = dots.groupby("design")["settled"].first()
    counted = {"drawn": int(dots["shown"].sum()), "all": int(settled.sum()), "outside": int((~dots["shown"]).sum())}
    lines = [say["r_dot"].format(**{key: number(value, 1000) for key, value in counted.items()})]
    for design, part in error[error["design"].isin(settled.index)].groupby("design", sort=False):
        mean = part[["measured_sek", "true_sek"]].mean() / 1e6
        name = words.get(str(design), str(design))
        lines.append(
            say["r_error"].format(
                design=name, measured=_n(float(mean["measured_sek"])), true=_n(float(mean["true_sek"]))
            )
        )
    return " ".join(lines)


def _n(value: float) -> str:
    """Write a number at its own scale."""
    return number(float(value), float(value))


def _spell_seeds(seeds: list[int]) -> str:
    """Write seeds as a range where they are one."""
    if len(seeds) > 2 and seeds[-1] - seeds[0] == len(seeds) - 1:
        return f"{seeds[0]}-{seeds[-1]}"
    return ", ".join(map(str, seeds))
