"""The report: one page of HTML that a policy analyst can put before a board.

Every sentence is filled with numbers computed from the tables of the run; none is a conclusion written beforehand. The
page holds everything it needs (figures as SVG inside) and depends on the tables and the lasting manifest only.
"""

import re
import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import jinja2
import pandas as pd

from analysis import figures, measures
from analysis.intervals import intervals
from analysis.tables import COLUMNS, format_summary, number, summary

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
    rows = format_summary(summarised)
    rows["Design"] = [words.get(design, design) for design in rows["Design"]]
    headings = texts(language).get("columns", {})
    rename = {f"{heading} ({unit})": headings[key] for key, heading, unit in COLUMNS if key in headings}
    rows = rows.rename(columns=rename | {"Design": say["design"]})
    start = int(runs["start_year"].iloc[0])
    caption = [say["price"].format(rate=f"{100 * rate:g}", start=start)]
    caption.append(say["interval"].format(n=len(seeds)) if len(seeds) > 1 else say["one seed"])
    source = {
        say["scenario"]: title,
        say["hash"]: ", ".join(sorted(set(runs["scenario_hash"]))) if runs["scenario_hash"].nunique() < 4 else "-",
        say["designs"]: ", ".join(designs),
        say["seeds"]: _spell_seeds(seeds),
        say["years"]: f"{start}-{start + int(runs['years'].iloc[0]) - 1}",
        say["version"]: ", ".join(sorted(set(runs["version"]))),
    }
    sure = [say["sure"], say["sure_uncertain" if manifest.get("uncertain") else "sure_fixed"], say["sure_model"]]
    return {
        "language": language,
        "page_title": words["title"],
        "scenario": title,
        "lead": headline(tables, summarised, words, say),
        "names": list(rows.iloc[:, 0]),
        "measured": [(column, list(rows[column])) for column in rows.columns[1:]],
        "summary_title": say["h_summary"],
        "sections": sections(tables, words, say, rate),
        "caption": " ".join(caption),
        "sure_title": say["h_sure"],
        "sure": sure,
        "source_title": say["h_source"],
        "source": source,
    }


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
    gain = -mean(measures.BENCHMARK, "change")
    lead.append(say["s_planner"].format(planner=_n(mean(measures.BENCHMARK, "invested")), gain=_n(gain)))
    others = [d for d in designs if d not in (measures.BASE, measures.BENCHMARK)]
    better = [d for d in others if (found["high"].get((d, "change")) or 0) < 0]
    if better:
        best = max(better, key=lambda d: mean(d, "planner_share"))
        lead.append(say["s_best"].format(best=words.get(best, best), share=_n(mean(best, "planner_share"))))
    elif others:
        lead.append(say["s_none"])
    return lead


def sections(tables: Tables, words: Mapping[str, str], say: Mapping[str, str], rate: float) -> list[dict[str, str]]:
    """Draw each figure and write its reading; a figure that has nothing to show is left out."""
    result = [_section("pyramid", figures.pyramid(tables, words), _read_pyramid(tables, say), say)]
    gain = measures.gain_by_group(tables, rate)
    if not gain.empty:
        result.append(_section("gain", figures.who_gains(tables, words, rate), _read_gain(gain, words, say), say))
        change = intervals(measures.change_per_child(tables, rate), "change_sek", ["design"])
        lines = [
            say["r_change"].format(design=words.get(row["design"], row["design"]), amount=_n(row["mean"]))
            for row in change.to_dict("records")
        ]
        result.append(_section("change", figures.lifetime_change(tables, words, rate), " ".join(lines), say))
    if not tables["enrolment"].empty:
        reading = _read_whom(tables, words, say)
        result.append(_section("whom", figures.invested_in_whom(tables, words), reading, say))
    result.append(_section("pocket", figures.wrong_pocket(tables, words), _read_pocket(tables, words, say), say))
    result.append(_section("years", figures.over_years(tables, words), say["r_years"], say))
    drawn = figures.measured_against_true(tables, words)
    if drawn is not None:
        result.append(_section("error", drawn, _read_error(tables, words, say), say))
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
    share = 100 * young.loc[municipal, "actual_sek"].sum() / young["actual_sek"].sum()
    return say["r_pyramid"].format(young=_n(cost.get(5, 0.0)), old=_n(cost.get(17, 0.0)), muni=_n(share))


def _read_gain(gain: pd.DataFrame, words: Mapping[str, str], say: Mapping[str, str]) -> str:
    lines = []
    for design, part in gain.groupby("design", sort=False):
        mean = part.groupby("group", sort=False)["gain_sek"].mean() / 1e6
        losers = [say["r_loses"].format(group=words[str(g)].lower(), amount=_n(-v)) for g, v in mean.items() if v < 0]
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
    options = tables["options"]
    options = options[options["design"] == options["design"].iloc[0]]
    worth = options[options["fiscal_value_sek"] > options["cost_sek"]]
    if worth.empty:
        worth = options
    row = worth.loc[(worth["own_value_sek"] / worth["fiscal_value_sek"]).idxmin()]
    mean = options[options["intervention"] == row["intervention"]]
    columns = ["own_value_sek", "cost_sek", "fiscal_value_sek"]
    own, cost, everybody = ((mean[c] * mean["seen"]).sum() / max(mean["seen"].sum(), 1) / 1000 for c in columns)
    name = str(row["intervention"])
    return say["r_pocket"].format(name=words.get(name, name), own=_n(own), cost=_n(cost), all=_n(everybody))


def _read_error(tables: Tables, words: Mapping[str, str], say: Mapping[str, str]) -> str:
    error = measures.overpayment(tables)
    projects = tables["projects"]
    paying = set(projects[projects["paid_sek"] + projects["repaid_sek"] > 0]["design"])
    lines = []
    for design, part in error[error["design"].isin(paying)].groupby("design", sort=False):
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
