"""The first pages put together: question, options, answer, what would turn it, and the tables that carry it.

Read by `page`; the tables are read by `sheets` as well.
"""

from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd

from ...measures import lifetime, payers
from ...measures.worlds import MANY
from ..elsewhere import drawing
from ..intervals import FEW_SEEDS
from ..pages import texts_in
from ..tables import number, within
from . import drawings
from .answer import answer, gist_rows, in_short, lowest_by_payer, pair_rows
from .options import described
from .paired import M_SEK, Paired, pair_up
from .tipped import tipped
from .turns import by_equalisation, turns
from .verdict import cell, signed, verdict
from .weighed import in_force, weighed

Tables = Mapping[str, pd.DataFrame]
Texts = Mapping[str, str]
Cell = tuple[str, str]
FEW_PLACES = 3  # so many are named in the question
MOST_CHOICES = 6  # options that are told of in the question, the yardstick among them
MOST_GIST = 5  # proposals that have a row on the first page


@cache
def sayings(language: str, part: bool = False) -> dict[str, str]:
    """Texts of these pages in a language; for a part of the places, with those that speak of simulated years only."""
    found = texts_in(Path(__file__).parent, language)
    return {name: text for name, text in found.items() if name != "part"} | (found["part"] if part else {})


def front(
    tables: Tables, manifest: Mapping[str, Any], words: Texts, rate: float, language: str, *, part: bool = False
) -> dict[str, Any]:
    """Put the first pages together; numbers and texts as the report writes them, to be put into the language.

    `part` says that the tables are those of a part (`measures.parts`), which know the simulated years only.

    `short` is the answer in plain words, `gist` the table of who gains, `answer` holds the three lines and `beside`
    what is said of their sureness.
    """
    say = sayings(language, part)
    found = pair_up(tables, rate, worlds=drawn(manifest))
    content: dict[str, Any] = {
        "heading": {key.removeprefix("h "): text for key, text in say.items() if key.startswith("h ")},
        "question": question(tables, manifest, words, say),
        "options": (told := options(tables, manifest, words, language)),
        "choices": [each for each in told if not each["yardstick"]] if len(told) <= MOST_CHOICES else [],
        "short": "",
        "answer": [say["no base"]],
        "beside": beside(tables, manifest, say),
        "turns": [],
        "tables": [],
        "figures": [],
    }
    if found is None:
        return content
    content |= {
        "answer": answer(found, int(tables["runs"]["years"].iloc[0]), words, say),
        "turns": [
            *turns(found, tables, manifest, say, rate),
            *(by_equalisation(found, tables, say, rate) if found.proposals and not part else []),
            *([] if part else tipped(manifest.get("tips"), words, say)),
        ],
        "tables": [payer_table(found, words, say, saving_known=not part), people_table(found, tables, words, say)],
    }
    if found.proposals:
        content |= {
            "figures": figures(found, words, say),
            "short": in_short(found, words, say),
            "gist": gist_table(found, words, say, rate),
            "bought": bought_table(found, tables, words, say),
        }
        lead = words.get(found.ranked[0], found.ranked[0])
        good, bad = weighed(found, tables, words, say, part=part)
        content["weighed"] = [(say["h for"].format(lead=lead), good), (say["h against"].format(lead=lead), bad)]
    if len(found.proposals) > 1:
        content["tables"].append(pairs_table(found, words, say))
    return content


def drawn(manifest: Mapping[str, Any]) -> bool:
    """Whether each run is a likely world of its own."""
    return manifest.get("worlds", "point") != "point" or bool(manifest.get("posteriors"))


def question(tables: Tables, manifest: Mapping[str, Any], words: Texts, say: Texts) -> str:
    """Ask what the comparison is to answer."""
    names = manifest.get("places") or list(tables["municipalities"]["name"].unique())
    if manifest.get("scenario", {}).get("municipalities", "all") == "all":
        place = words.get(str(manifest.get("scenario", {}).get("title", "Sweden")), say["place country"])
    elif len(names) == 1:
        alone = tables["municipalities"]["municipality"].nunique() == 1
        place = say["place one"].format(name=names[0]) if alone else names[0]
    else:
        place = named(names)
    designs = dict.fromkeys(tables["runs"]["design"])
    proposals = [within(words.get(each, each)) for each in designs if each not in (lifetime.BASE, lifetime.BENCHMARK)]
    if not proposals:
        return say["question none"].format(place=place)
    *first, last = proposals
    choice = f"{', '.join(first)} {say['or']} {last}" if first else last
    return say["question"].format(place=place, options=choice)


def options(tables: Tables, manifest: Mapping[str, Any], words: Texts, language: str) -> list[dict[str, Any]]:
    """Describe every option: name, what it is compared as, summary, facts, and where it is in force."""
    say = sayings(language)
    records = {each["name"]: each for each in manifest.get("designs", ())}
    told = []
    for design in dict.fromkeys(tables["runs"]["design"]):
        note = {lifetime.BASE: say["baseline"], lifetime.BENCHMARK: say["yardstick"]}.get(design, "")
        each = described(records.get(design, {}), language, words, say)
        if not note:
            first, last, of = in_force(tables, design)
            spelled = [number(value, 100 if value == int(value) else value) for value in (first, last)]
            each["force"] = say["in force"].format(first=spelled[0], last=spelled[1], of=of)
        yardstick = design == lifetime.BENCHMARK
        told.append({"name": words.get(design, design), "note": note, "yardstick": yardstick} | each)
    return told


def beside(tables: Tables, manifest: Mapping[str, Any], say: Texts) -> list[str]:
    """Say what intervals cover, and what is special about this run."""
    seeds, places = int(tables["runs"]["seed"].nunique()), int(tables["municipalities"]["municipality"].nunique())
    spread = "luck and few worlds" if seeds < MANY else "luck and worlds"
    lines = [] if seeds == 1 else [say[spread if drawn(manifest) else "luck only"].format(n=seeds, many=MANY)]
    if 1 < seeds < FEW_SEEDS:
        lines.append(say["few"].format(n=seeds))
    if places == 1:
        lines.append(say["one place"])
    for county, names in manifest.get("cut_counties", {}).items():
        lines.append(say["cut"].format(names=named(names), county=county))
    return lines


def named(names: Sequence[str]) -> str:
    """Name the first few places."""
    return ", ".join(names[:FEW_PLACES]) + (", ..." if len(names) > FEW_PLACES else "")


def gist_table(found: Paired, words: Texts, say: Texts, rate: float) -> dict[str, Any]:
    """Who gains: a row for each proposal, the cheapest first, M SEK; public payers together and each group."""
    headings = [say["gist all"], *(words[group] for group in lifetime.GROUPS)]
    note = say["gist note"].format(rate=f"{100 * rate:g}")
    if len(found.proposals) > MOST_GIST:
        note += " " + say["gist first"].format(n=MOST_GIST)
    return _table("gist", say["h gist"], headings, gist_rows(found, found.ranked[:MOST_GIST], words, say), note)


def payer_table(found: Paired, words: Texts, say: Texts, *, saving_known: bool = True) -> dict[str, Any]:
    """Who pays, receives and saves: a row for each option and payer group, with lowest point and when money is back."""
    turned = payers.turning(found.running)
    rows: list[tuple[str, list[Cell]]] = []
    columns = ["pays_sek", "receives_sek", "saves_sek"]
    mean = found.flows.groupby(["design", "group"])[columns].mean() / M_SEK
    for design in found.designs:
        for group in lifetime.GROUPS:
            level: Any = mean.loc[(design, group)]
            base: Any = mean.loc[(lifetime.BASE, group)]
            if design == lifetime.BASE:
                name = say["level"].format(name=words.get(design, design))
                known = (
                    level if saving_known else level.drop("saves_sek")
                )  # by place there is no world without programmes
                cells: list[Cell] = [(number(float(each), float(each)), "") for each in known]
                cells += [("", "")] * (len(columns) - len(known))
                cells += [("", ""), ("", ""), ("", "")]
            else:
                name = words.get(design, design)
                net = found.gains(design, group)
                cells = [(signed(float(each)), "") for each in level - base]
                part = turned[(turned["design"] == design) & (turned["group"] == group)]
                cells += [(signed(net.mean), net.gap.strip()), _lowest(part), (_back(part, say), "")]
            rows.append((f"{name}: {within(words[group])}", cells))
    headings = [say[key] for key in ("pays", "receives", "saves", "net", "lowest", "back")]
    return _table("payers", say["h payers"], headings, rows, say["payers note"])


def _lowest(part: pd.DataFrame) -> Cell:
    """Mean over seeds of the most that a payer is behind, and the years of it."""
    behind = part[part["peak_sek"] < 0]
    if behind.empty:
        return "0", ""
    mean = float(part["peak_sek"].mean()) / M_SEK
    return signed(mean), _span(behind["peak_year"])


def _span(values: pd.Series) -> str:
    low, high = int(values.min()), int(values.max())
    return f"{low}" if low == high else f"{low}-{high}"


def _back(part: pd.DataFrame, say: Texts) -> str:
    """Say in how many seeds a payer never gets its money back, and after how many years otherwise."""
    n = len(part)
    if not part["moved"].any():
        return say["back unmoved"]
    never = int(part["years"].isna().sum())
    known = part["years"].dropna()
    if not never and known.max() == 0:
        return say["back at once"]
    after = _span(known) if len(known) else ""
    if not never:
        return say["back all"].format(years=after)
    told = say["back never"].format(never=never, n=n)
    return told if never == n else f"{told}, {say['back else'].format(years=after)}"


def bought_table(found: Paired, tables: Tables, words: Texts, say: Texts) -> dict[str, Any]:
    """What the money bought: all there are in status quo, and the change under each proposal, the cheapest first."""
    note = say["bought note"].format(years=int(tables["runs"]["years"].iloc[0]))
    return _counted("bought", found, found.ranked[:MOST_GIST], (tables, words, say), note)


def people_table(found: Paired, tables: Tables, words: Texts, say: Texts) -> dict[str, Any]:
    """What happened to people: all there are in status quo, and the change under every option."""
    options = [design for design in found.designs if design != lifetime.BASE]
    return _counted("people", found, options, (tables, words, say), say["people note"])


def _counted(
    key: str, found: Paired, options: Sequence[str], told: tuple[Tables, Texts, Texts], note: str
) -> dict[str, Any]:
    """Lay out what is counted in people: a row for status quo, as a level, and one for each option."""
    tables, words, say = told
    measures = [name for name in found.people.columns if name not in lifetime.RUN]
    invested = lifetime.investment(tables)
    reached = payers.against_base(invested, ["children_per_year"], [])
    helped = float(invested[invested["design"] == lifetime.BASE]["children_per_year"].mean())
    base = [(number(each, each), "") for each in (*(found.level[name] for name in measures), helped)]
    rows = [(say["people status"].format(name=words.get(lifetime.BASE, lifetime.BASE)), base)]
    for design in options:
        each = [found.counted(design, measure) for measure in measures]
        each.append(verdict(reached[reached["design"] == design]["children_per_year"], worlds=found.worlds))
        rows.append((words.get(design, design), [cell(found) for found in each]))
    headings = [*(say[f"people {name}"] for name in measures), say["reached"]]
    return _table(key, say["h people"], headings, rows, note)


def pairs_table(found: Paired, words: Texts, say: Texts) -> dict[str, Any]:
    """Every two proposals against each other, and in how many seeds each option is the best for whom."""
    headings = [say["pair cost"], *(words[group] for group in lifetime.GROUPS), say["pair said"]]
    best = []
    for group, counted in lowest_by_payer(found).items():
        names = [
            say["best name"].format(name=words.get(name, name), n=n)
            for name, n in sorted(counted.items(), key=lambda item: -item[1])
            if n
        ]
        label = words[group] if group in words else say[group]
        best.append(say["best of"].format(group=within(label), names=", ".join(names) or say["nobody best"]))
    note = say["pairs note"] + " " + say["best table"].format(n=found.seeds, told="; ".join(best))
    return _table("pairs", say["h pairs"], headings, pair_rows(found, words, say), note)


def figures(found: Paired, words: Texts, say: Texts) -> list[dict[str, Any]]:
    """The two pictures, each with what it shows in words for those who cannot see it."""
    named = {**words, **{key: say[key] for key in ("pays", "receives", "saves", "net", "so far")}}
    nets = [
        f"{words.get(name, name)}, {within(words[group])} {found.gains(name, group).figure}"
        for name in found.proposals
        for group in lifetime.GROUPS
    ]
    drawn = found.ranked[: drawings.MOST_ROWS]
    points = [
        say["cash told"].format(
            name=words.get(row["design"], row["design"]),
            group=within(words[row["group"]]),
            peak=number(row["peak"], row["peak"]),
            year=row["year"],
            end=signed(row["end"]),
        )
        for row in drawings.lowest_points(found, drawn).to_dict("records")
    ]
    caption = say["cash caption"].format(last=found.last)
    if len(found.proposals) > len(drawn):
        caption += " " + say["cash first"].format(n=len(drawn))
    return [
        {
            "key": "who",
            "heading": say["h who"],
            "svg": drawing("who", say["who alt"].format(told="; ".join(nets)), drawings.who_pays, found, named),
            "caption": say["who caption"],
        },
        {
            "key": "cash",
            "heading": say["h cash"],
            "svg": drawing("cash", say["cash alt"].format(told="; ".join(points)), drawings.cash, found, named),
            "caption": caption,
        },
    ]


def _table(
    key: str, heading: str, headings: list[str], rows: list[tuple[str, list[Cell]]], note: str
) -> dict[str, Any]:
    return {"key": key, "heading": heading, "headings": headings, "rows": rows, "caption": note}
