"""The report: one page of HTML that a policy analyst can put before a board.

Every sentence is filled with numbers computed from the tables of the run; none is a conclusion written beforehand. The
page holds everything it needs (figures as SVG inside) and depends on the tables and the lasting manifest only.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from ..measures import contracts, lifetime, options, steps
from ..measures.once import each_once
from .cohort_section import cohort_sections
from .committees import committee_sections
from .contract_sections import contract_sections, step_sections
from .decision.front import front, sayings
from .decision.paired import pair_up
from .elsewhere import Drawing
from .figure_sections import at_scale, figure_sections
from .pages import fill_in, texts_in
from .parts.consists import consists, linked
from .tables import COLUMNS, DETAILS, Columns, details, format_summary, lay_out, number, summary
from .worlds_table import how_sure, over_worlds

Tables = Mapping[str, pd.DataFrame]
HERE = Path(__file__).parent
LANGUAGES = ("en", "sv")
USUAL_START = 2020  # what the command takes if it is given no year
OPTION = ["intervention", "level"]  # what is one row of the table of options


def texts(language: str) -> dict[str, Any]:
    """Words, sentences and headings of a language."""
    return texts_in(HERE, language)


def write_report(shown: Mapping[str, Any], path: Path) -> None:
    """Write the page that shows a `content`, when the last of its figures is drawn."""
    fill_in("report.html.j2", shown, path)


def content(
    tables: Tables, *, title: str, manifest: Mapping[str, Any], rate: float, societal_rate: float, language: str = "en"
) -> dict[str, Any]:
    """Put together everything that the page of a run or a comparison shows.

    Figures that a process beside draws (`elsewhere`) need not be drawn yet.

    Parameters
    ----------
    tables
        Result tables (`docs/outputs.md`), of one or more designs and seeds.
    title, manifest
        Name of the scenario, and what the run was made from.
    rate, societal_rate
        Yearly discount rates of present values, of public budgets and of society.
    language
        ``"en"`` or ``"sv"``.
    """
    with each_once():
        return _content(tables, title, manifest, rate, societal_rate, language)


def _content(
    tables: Tables, title: str, manifest: Mapping[str, Any], rate: float, societal_rate: float, language: str
) -> dict[str, Any]:
    every, whole = lifetime.without_ages(tables), steps.without_steps(tables)
    tables = lifetime.without_ages(whole)
    by_age = {**tables, "costs": whole["costs"]}
    runs = tables["runs"]
    words = with_designs(texts(language)["words"], runs["design"].unique(), manifest, language)
    words = with_interventions(words, manifest, language)
    say = texts(language)["sentences"]
    seeds = sorted(runs["seed"].unique())
    designs = list(dict.fromkeys(runs["design"]))
    start = int(runs["start_year"].iloc[0])
    captions = _captions(say, rate=rate, start=start, n=len(seeds))
    local = localiser(language)
    cohort = spoken(cohort_sections(by_age, words, say), local)  # what is drawn comes first: see `elsewhere`
    sections = [
        spoken(section, local)
        for of, make in ((by_age, figure_sections), (every, step_sections), (tables, contract_sections))
        for section in make(of, words, say, rate, captions)
    ]
    sections += [spoken(section, local) for section in committee_sections(tables, words, say)]
    summarised = summary(tables, rate)
    further = format_summary(details(tables, rate, societal_rate), designs, DETAILS)
    hashes = set(runs["scenario_hash"])
    laid_over, drawn = bool(manifest.get("posteriors")), manifest.get("worlds", "point")
    found = pair_up(tables, rate, worlds=drawn != "point" or laid_over)
    sure = how_sure(tables, manifest, words, say, rate)
    return {
        "language": language,
        "page_title": words["title"],
        "scenario": " \u00b7 ".join([words.get(title, title), *_part_of_country(tables, manifest)]),
        "front": spoken(linked(front(tables, manifest, words, rate, language), found), local),
        "parts": spoken(consists(found, by_age, words, rate, language), local),
        "background_title": say["h_background"],
        "background": [local(line) for line in headline(tables, summarised, words, say)],
        "glossary_title": say["h_glossary"],
        "glossary": texts(language)["glossary"],
        "made_by": say["made_by"].format(version=", ".join(sorted(set(runs["version"])))),
        "data_title": say["data"],
        "names": [words.get(design, design) for design in designs],
        "measured": _cells(format_summary(summarised, designs), COLUMNS, language, local),
        "summary_title": say["h_summary"],
        "sections": sections,
        "cohort": cohort,
        "options": option_table(tables, words, say, local),
        "details_title": say["h_details"],
        "details": _cells(further, DETAILS, language, local),
        "details_note": local(f"{captions['interval']} {say['details note']}"),
        "caption": local(captions["interval"]),
        "sure_title": say["h_sure"],
        "sure": sure,
        "source_title": say["h_source"],
        "source": {
            say["scenario"]: words.get(title, title),
            say["changed"]: "; ".join(_changes(manifest)) or say["nothing changed"],
            **({say["posteriors"]: "; ".join(manifest["posteriors"])} if laid_over else {}),
            **({say["own table"]: manifest["municipalities_file"]} if manifest.get("municipalities_file") else {}),
            say["hash"]: ", ".join(sorted(hashes)) if len(hashes) < 4 else say["hash each"],
            say["designs"]: ", ".join(designs),
            say["seeds"]: _spell_seeds(seeds),
            say["years"]: f"{start}-{start + int(runs['years'].iloc[0]) - 1}",
            say["version"]: ", ".join(sorted(set(runs["version"]))),
            say["again"]: command(tables, manifest),
            **({} if manifest.get("tips") else {say["tip"]: say["tip how"]}),
        },
    }


def with_designs(
    words: Mapping[str, str], designs: Iterable[str], manifest: Mapping[str, Any], language: str = "en"
) -> dict[str, str]:
    """Add names of designs that are joined from ours or have other terms, and the titles of those that are not ours.

    Terms in brackets are written `(share 0.8; cap 1.2)`: a comma between them would look like one of a number.
    """
    title = "title_sv" if language == "sv" else "title"
    titles = {each["name"]: each.get(title) or each["title"] for each in manifest.get("designs", ())}
    named = {}
    for design in designs:
        parts = re.fullmatch(r"([\w-]+)((?:\+[\w-]+)*)(.*)", design)
        if parts and parts[1] in words:
            joined = "".join(f" + {words.get(each, each)}" for each in parts[2].split("+")[1:])
            named[design] = f"{words[parts[1]]}{joined} {_terms(parts[3], language)}".rstrip()
    return titles | named | dict(words)


def _terms(brackets: str, language: str) -> str:
    """Write `[share=0.8,cap=1.2]` as `(share 0.8; cap 1.2)`, terms by their name in the language."""
    say = sayings(language)
    told = [term.partition("=") for term in brackets.strip("[]").split(",") if term]
    return "(" + "; ".join(f"{say.get('term ' + key, key)} {value}" for key, _, value in told) + ")" if told else ""


def spoken_summary(summarised: pd.DataFrame, language: str, manifest: Mapping[str, Any]) -> str:
    """Write a `tables.summary` for a terminal; English keeps the names of designs that a command takes."""
    formatted = format_summary(summarised)
    if language != "en":
        local, spoken_as = localiser(language), texts(language)["columns"]
        words = with_designs(texts(language)["words"], formatted["Design"], manifest, language)
        headings = {f"{heading} ({unit})": spoken_as[key] for key, heading, unit in COLUMNS}
        formatted = formatted.rename(columns=headings).map(local)
        formatted["Design"] = [words.get(design, design) for design in format_summary(summarised)["Design"]]
    return lay_out(formatted, texts(language)["sentences"]["w_design"])


def spoken_worlds(tables: Tables, language: str, manifest: Mapping[str, Any], rate: float) -> str:
    """Write `worlds_table.over_worlds` for a terminal, as `spoken_summary` does; nothing without status quo."""
    said = texts(language)
    plain = {} if language == "en" else said["words"]
    named = with_designs(plain, tables["runs"]["design"].unique(), manifest, language) if plain else {}
    found = over_worlds(tables, said["sentences"], rate, named)
    if found.empty:
        return ""
    return lay_out(found.map(localiser(language)), said["sentences"]["w_design"])


def with_interventions(words: Mapping[str, str], manifest: Mapping[str, Any], language: str) -> dict[str, str]:
    """Add the titles of interventions that are not ours; those of the same title are told apart by their names."""
    added = manifest.get("scenario", {}).get("interventions", {})
    titles = {name: each["title_sv" if language == "sv" else "title"] for name, each in added.items()}
    known = [*words.values(), *titles.values()]
    return {
        name: title if known.count(title) == 1 or title == name else f"{title} ({name})"
        for name, title in titles.items()
    } | dict(words)


def _captions(say: Mapping[str, str], *, rate: float, start: int, n: int) -> dict[str, str]:
    """Captions by kind: with present values and intervals, with present values, or with neither."""
    luck = say["interval"].format(n=n) if n > 1 else say["one seed"]
    price = say["price"].format(rate=f"{100 * rate:g}", start=start)
    return {
        "interval": f"{price} {luck}",
        "present": price,
        "dots": say["price_plain"],
        "luck": f"{say['price_plain']} {luck}",
        "plain": say["price_plain"] + (" " + say["mean"].format(n=n) if n > 1 else ""),
    }


def localiser(language: str) -> Callable[[str], str]:
    """Return what turns numbers as `tables` writes them into those of the language."""
    if language != "sv":
        return lambda text: text
    return lambda text: re.sub(r"(?<=\d) to (?=[\d\u2212])", " till ", re.sub(r"(?<=\d)\.(?=\d)", ",", text))


def spoken(value: Any, local: Callable[[str], str]) -> Any:
    """Put every text of a nest of lists and tuples into the language."""
    if isinstance(value, str):
        return local(value)
    if isinstance(value, Drawing):
        return value.spoken(local)
    if isinstance(value, Mapping):
        return {key: spoken(each, local) for key, each in value.items()}
    if isinstance(value, Iterable):
        return [spoken(each, local) for each in value]
    return value


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


def _part_of_country(tables: Tables, manifest: Mapping[str, Any]) -> list[str]:
    """Name the municipalities of a run that does not have all; nothing if it has."""
    if manifest.get("scenario", {}).get("municipalities", "all") == "all":
        return []
    names = manifest.get("places") or list(tables["municipalities"]["name"].unique())
    return [", ".join(names[:12]) + (", ..." if len(names) > 12 else "")]


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
    values, funded = options.option_values(tables, OPTION), options.share_funded(tables, OPTION)
    designs = list(tables["options"]["design"].unique())
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
                "money": [local(at_scale(row[f"{key}_sek"] / 1000)) for key in money],
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
    """Say what the comparison stands on: what status quo does, what is left undone, and what a planner would do."""
    runs = tables["runs"]
    found = summarised.set_index(["design", "measure"])
    designs = list(dict.fromkeys(runs["design"]))

    def mean(design: str, measure: str) -> float:
        return float(found["mean"].get((design, measure), float("nan")))

    if lifetime.BASE not in designs:
        return [say["s_no_base"]]
    children = runs[runs["design"] == lifetime.BASE]["children"].mean()
    lead = [
        say["s_lead"].format(
            years=int(runs["years"].iloc[0]),
            start=int(runs["start_year"].iloc[0]),
            children=number(children, children),
            base=at_scale(mean(lifetime.BASE, "invested")),
            interventions=tables["options"]["intervention"].nunique(),
        )
    ]
    values = options.option_values(tables, OPTION).set_index(OPTION)
    funded = options.share_funded(tables, OPTION)
    taken = funded[funded["design"] == lifetime.BASE].set_index(OPTION)["share"]
    worth = values.index[values["fiscal_value_sek"] > values["cost_sek"]]
    unfunded = [each for each in worth if not taken.get(each, 0.0) >= 0.5]
    lead.append(say["s_unfunded"].format(worth=len(worth), unfunded=len(unfunded)))
    unsigned = [design for design in contracts.unsigned_designs(tables) if design != lifetime.BASE]
    if unsigned := [words.get(design, design) for design in unsigned]:
        lead.append(say["s_unsigned"].format(designs=", ".join(unsigned)))
    if lifetime.BENCHMARK not in designs:
        lead.append(say["s_no_planner"])
        return lead
    change = mean(lifetime.BENCHMARK, "change")
    planner = at_scale(mean(lifetime.BENCHMARK, "invested"))
    lead.append(
        say["s_planner" if change < 0 else "s_planner_dearer"].format(planner=planner, gain=at_scale(abs(change)))
    )
    if found["low"].get((lifetime.BENCHMARK, "change"), 1.0) <= 0 <= found["high"][lifetime.BENCHMARK, "change"]:
        lead[-1] += " " + say["s_planner_luck"]
    return lead


def command(tables: Tables, manifest: Mapping[str, Any]) -> str:
    """Write the command that makes the same runs again."""
    runs, scenario = tables["runs"], manifest.get("scenario", {})
    seeds, designs = sorted(runs["seed"].unique()), ",".join(dict.fromkeys(runs["design"]))
    alone = len(runs) == 1 and "municipality" in tables.get("flows", ())  # `run` keeps single municipalities
    words = ["stupror run" if alone else "stupror compare"]
    if scenario.get("changes") or scenario.get("interventions"):
        words.append("SCENARIO.toml")
    words.append(f'--design "{designs}"' if alone else f'--designs "{designs}" --seeds {len(seeds)}')
    words.append(f"--seed {seeds[0]} --years {int(runs['years'].iloc[0])}")
    start = int(runs["start_year"].iloc[0])
    words += [f"--start-year {start}"] if start != USUAL_START else []
    if scenario.get("municipalities", "all") != "all":
        words.append(f"--municipalities {','.join(scenario['municipalities'])}")
    drawn = manifest.get("worlds", "point")
    words += [f"--{drawn}"] if drawn in ("point", "priors") and not alone else []
    words += [f"--posterior {each.partition(' (')[0]}" for each in manifest.get("posteriors", ())]
    if manifest.get("municipalities_file"):
        words.append(f"--municipalities-file {manifest['municipalities_file']}")
    return " ".join([*words, "--out NEW"])


def _spell_seeds(seeds: list[int]) -> str:
    """Write seeds as a range where they are one."""
    if len(seeds) > 2 and seeds[-1] - seeds[0] == len(seeds) - 1:
        return f"{seeds[0]}-{seeds[-1]}"
    return ", ".join(map(str, seeds))
