"""What stands under the tabs of the page: each a figure, a sentence to read it by, and ways to take it along.

Only the tab that is open is drawn. Read by `page`.
"""

import html
from collections.abc import Callable, Sequence
from typing import Any

import pandas as pd
import solara
import solara.lab

from ...analysis.measures.lifetime import GROUPS
from ...model.children.ladder import N_LEVELS, level_name
from ...model.contracts.ways import IN_FORCE
from ..files.spreadsheets import csv_bytes
from . import tables
from .drawings import figures, maps, portraits
from .pieces import Looking, Maps, Past, Shown, TakeAlong, choice, looked_at, paragraph, stamp
from .words import Words, count, spell
from .worlds import lives, luck, numbers, reasoning, settings
from .worlds.pair import Pair

Titles = tuple[str, str]
ALL = -1  # all municipalities of the map
MOST_CHILDREN = 1000  # so many can be leafed through


@solara.component
def ShowMap(pair: Pair, past: Past, titles: Titles, looking: Looking, say: Words) -> None:
    """Show a measure of every municipality."""
    measure, set_measure = looked_at(looking, "measure", maps.MEASURES)
    around, (codes, names) = list(pair.around), pair.neighbours
    with solara.Row(classes=["choices"]):
        choice(say["measure"], {name: say[f"measure {name}"] for name in maps.MEASURES}, measure, set_measure)
    values = maps.MEASURES[measure]([pair[0] for pair in around])
    top = int(values.argmax())
    text = say["read map 0"] if len(around) == 1 else say["read map"].format(
        design=titles[0], top=names[top], value=spell(values[top], say), unit=say[f"unit {measure}"]
    )  # fmt: skip
    paragraph(text)
    all_titles = (*titles, say["difference"])
    ground = maps.ground(codes)
    Maps(
        box=ground.box,
        outlines=ground.outlines,
        spots=ground.spots,
        names=names if ground.spots else (),
        chosen=codes.index(pair.settings.alone) if pair.settings.alone else -1,
        maps=maps.coloured(around, measure, names, all_titles, say),
        label=text,
    )
    TakeAlong(
        lambda: maps.draw(around, measure, codes, names, all_titles, say),
        f"map-{measure.replace(' ', '-')}", lambda: maps.table(around, codes, names), say,
    )  # fmt: skip


@solara.component
def ShowPyramid(pair: Pair, past: Past, titles: Titles, looking: Looking, say: Words) -> None:
    """Show cost by payer and age."""
    chosen = past[-1][0]
    young, old = (chosen.cost[age].sum() / max(chosen.people[age], 1) / 1000 for age in (5, 17))
    text = say["read pyramid"].format(young=spell(young, say), old=spell(old, say))
    Shown(
        lambda: figures.pyramid(past, titles, say), text, "pyramid", lambda: tables.ages(past), stamp(pair, past), say
    )


@solara.component
def ShowFlows(pair: Pair, past: Past, titles: Titles, looking: Looking, say: Words) -> None:
    """Show who paid whom."""
    text = say["read flows" if len(past) > 1 else "read flows 0"]
    Shown(lambda: figures.flows(past, titles, say), text, "flows", lambda: tables.flows(past), stamp(pair, past), say)


@solara.component
def ShowTime(pair: Pair, past: Past, titles: Titles, looking: Looking, say: Words) -> None:
    """Show how things went so far."""
    names = [item.name for item in pair.world.menu.items]
    text = say["read time"].format(design=titles[0], born=pair.state.children.population.births_from)
    Shown(
        lambda: figures.over_time(past, titles, names, say),
        text,
        "over-time",
        lambda: tables.years(past),
        stamp(pair, past),
        say,
    )
    ShowLuck(pair, past, titles, say).key(f"luck {id(pair)}")


@solara.component
def ShowLuck(pair: Pair, past: Past, titles: Titles, say: Words) -> None:
    """Live other seeds of the same settings when asked to, and show between which ends they lie."""
    done, set_done = solara.use_state(0.0)

    def live() -> None:
        pair.luck = luck.live(pair.settings, luck.RUNS, set_done)

    living = solara.lab.use_task(live, dependencies=None)
    found = pair.luck
    if found is None:
        with solara.Row(classes=["choices"]):
            button = say["other seeds"].format(runs=luck.RUNS)
            solara.Button(button, on_click=living, disabled=living.pending, outlined=True)
            if living.pending:
                share = f"{100 * done:.0f}"
                paragraph(say["living seeds"].format(runs=luck.RUNS, years=pair.world.years, share=share))
        if living.pending:
            solara.ProgressLinear(value=100 * done)
        return
    gain = found.difference[:, len(past) - 1]
    counted = {group: int((gain[:, number] > 0).sum()) for number, group in enumerate(GROUPS)}
    text = say["read luck"].format(
        runs=len(found.seeds), first=found.seeds[0], last=found.seeds[-1], year=past[-1][0].year,
        everybody=int((gain.sum(axis=1) > 0).sum()), **counted,
        kind=say["luck point" if pair.settings.point else "luck likely"],
    )  # fmt: skip
    Shown(
        lambda: figures.luck(found, past, titles, say),
        text,
        "seeds",
        lambda: tables.gains(found, past),
        (*stamp(pair, past), id(found)),
        say,
    )


@solara.component
def ShowChild(pair: Pair, past: Past, titles: Titles, looking: Looking, say: Words) -> None:
    """Show one child's life beside its shadow."""
    place, set_place = looked_at(looking, "municipality", _places(pair))
    wanted, set_wanted = looked_at(looking, "kind of child", lives.WANTED)
    number, set_number = looked_at(looking, "child", range(MOST_CHILDREN))
    with pair.lock:
        told = solara.use_memo(lambda: lives.tell(pair.world, pair.state.children, place), [*stamp(pair, past), place])
        rows = solara.use_memo(lambda: lives.order(pair.world.costs, told, wanted), [*stamp(pair, past), place, wanted])
    name = pair.world.spec.places.names[place]
    with solara.Row(classes=["choices"]):
        choice(say["municipality label"], _places(pair), place, set_place)
        choice(say["which child"], {each: say[f"child {each}"] for each in lives.WANTED}, wanted, set_wanted)
        solara.Button(say["another"], on_click=lambda: set_number((number + 1) % MOST_CHILDREN), disabled=rows.size < 2)
    helped, changed = told.born.size, int((told.helped != told.alone).any(axis=1).sum())
    counted = say["count children"].format(helped=count(helped, say), municipality=name, changed=count(changed, say))
    if not rows.size:
        paragraph(f"{say['no child'].format(municipality=name)} {counted}")
        return
    row = int(rows[number % rows.size])
    text = f"{_life_in_words(pair, told, row, name, say)} {counted}"
    Shown(
        lambda: portraits.life(pair.world, pair.year - 1, told, row, say),
        text,
        "child",
        lambda: tables.ladder(told, row),
        (*stamp(pair, past), place, row),
        say,
    )


@solara.component
def ShowDecision(pair: Pair, past: Past, titles: Titles, looking: Looking, say: Words) -> None:
    """Show what a committee or region made of an option, and why it said yes or no."""
    place, set_place = looked_at(looking, "municipality", _places(pair))
    owner, set_owner = looked_at(looking, "owner", pair.world.menu.owners)
    with pair.lock:
        decided = pair.state.bodies.decided
        ranked = reasoning.options(pair.world, pair.season, decided, owner, place)
        cell, set_option = looked_at(looking, "option", ranked)
        answer, contract = reasoning.answer(decided, place, cell) if decided else ("0", IN_FORCE)
        before, asking = reasoning.before(decided, place, cell, contract), pair.asking(contract)
        asked = [
            (say[f"body {who}"], reasoning.weigh(asking, who, place, cell)) for who in asking.design.way.asked(owner)
        ]
        seen, taken = reasoning.children(pair.world, pair.season, decided, place)
        counted = {each: (int(seen[each]), int(taken[each])) for each in ranked}
    with solara.Row(classes=["choices"]):
        choice(say["municipality label"], _places(pair), place, set_place)
        choice(say["body"], {each: say[f"body {each}"] for each in pair.world.menu.owners}, owner, set_owner)
        choice(say["option"], {each: _option(pair, each, counted[each], say) for each in ranked}, cell, set_option)
    text = _decision_in_words(pair, asked, (cell, *counted[cell]), answer, say)
    if before:
        text = f"{say[f'before {before}']} {text}"
    Shown(
        lambda: portraits.decision(asked, say),
        text,
        "decision",
        lambda: tables.offers(asked),
        (*stamp(pair, past), place, cell),
        say,
    )


@solara.component
def ShowBooks(pair: Pair, past: Past, titles: Titles, looking: Looking, say: Words) -> None:
    """Show what each committee had, needed and put into early help this year, and what was left."""
    around, (codes, names) = list(pair.around), pair.neighbours
    first = codes.index(pair.settings.alone) if pair.settings.alone else ALL
    choices = {
        at: names[at] if at != ALL else say["all of them"] for at in dict.fromkeys((first, ALL, *range(len(names))))
    }
    chosen, choose = looked_at(looking, "books", choices)
    with solara.Row(classes=["choices"]):
        choice(say["municipality label"], choices, chosen, choose)
    table = tables.books(around, slice(None) if chosen == ALL else [chosen])
    if table.empty:
        paragraph(say["no books"])
        return
    paragraph(say["read books"].format(year=past[-1][0].year))
    solara.HTML(tag="div", unsafe_innerHTML=_books(table[table["year"] == past[-1][0].year], titles, say))
    with solara.FileDownload(lambda: csv_bytes(table), filename="committees.csv"):
        solara.Button(say["csv"], text=True, small=True, icon_name="mdi-download")


@solara.component
def ShowExport(pair: Pair, past: Past, titles: Titles, looking: Looking, say: Words) -> None:
    """Hand out what runs this pair again, and all numbers that the page has shown."""
    chosen, (codes, names) = pair.settings, pair.neighbours
    around = list(pair.around)
    scenario = settings.scenario_toml(chosen)
    paragraph(say["read export"])
    words_of = (f"<span>{html.escape(word)}</span>" for word in settings.command(chosen).split(" "))  # none is broken
    solara.HTML(tag="pre", unsafe_innerHTML=" ".join(words_of))
    if not scenario:
        paragraph(say["nothing changed here"])
    files: list[tuple[str, str, Callable[[], bytes]]] = [
        ("design file", settings.design_file(chosen), lambda: settings.design_toml(chosen).encode()),
        ("all flows", "flows.csv", lambda: csv_bytes(tables.flows(past))),
        (
            "all places",
            "municipalities.csv",
            lambda: csv_bytes(maps.table(around, codes, names)),
        ),
    ]
    if scenario:
        files.insert(0, ("scenario file", "scenario.toml", scenario.encode))
    with solara.Row(gap="8px"):
        for label, name, data in files:
            with solara.FileDownload(data, filename=name):
                solara.Button(say[label], icon_name="mdi-download", outlined=True)


# What the page can show: tab -> what stands under it.
TABS: dict[str, Callable[[Pair, Past, Titles, Looking, Words], Any]] = {
    "map": ShowMap,
    "pyramid": ShowPyramid,
    "flows": ShowFlows,
    "time": ShowTime,
    "child": ShowChild,
    "decision": ShowDecision,
    "books": ShowBooks,
    "export": ShowExport,
}
SINGLE = ("child", "decision", "books", "export")  # about one case: what holds for all is left out above them

# ---------------------------------------------------------------------- sentences


def _life_in_words(pair: Pair, told: lives.Lives, row: int, name: str, say: Words) -> str:
    """Tell a life in a few sentences."""
    joined, participant = pair.state.children.participants, int(told.participant[row])
    item = pair.world.menu.items[int(told.intervention[row])]
    age = int(told.started[row] - told.born[row]) - 1  # as bodies saw it, the year before
    gain = numbers.by_group(lives.spared(pair.world.costs, told, row).sum(axis=0)) / 1000
    return say["read child"].format(
        born=told.born[row],
        municipality=name,
        age=age,
        seen=say[f"level {level_name(age, int(joined.perceived[participant]))}"],
        was=say[f"level {level_name(age, int(joined.state_before[participant]) % N_LEVELS)}"],
        intervention=say.get(item.name, item.name),
        cost=spell(item.cost * item.duration / 1000, say),
        owner=say[f"body {item.owner}"].lower(),
        **{f"{group}_gain": spell(gain[number], say, signed=True) for number, group in enumerate(GROUPS)},
    )


def _books(table: pd.DataFrame, titles: Titles, say: Words) -> str:
    """Lay out the budgets of a year, M SEK: for each body under the design, under status quo, and the difference."""
    head = "".join(f'<th scope="col">{html.escape(say[f"books {name}"])}</th>' for name in ("", *tables.BOOKS))
    sums = table.set_index(["world", "body"])[[f"{name}_sek" for name in tables.BOOKS]] / 1e6
    rows = []
    for body in dict.fromkeys(table["body"]):
        design, beside = (sums.loc[(world, body)] for world in ("design", "status_quo"))
        lines = (
            (say[f"budget {body}"], design, False),
            (titles[1], beside, False),
            (say["difference"], design - beside, True),
        )
        for at, (label, amounts, signed) in enumerate(lines):
            cells = "".join(f"<td>{spell(round(each, 6), say, signed=signed)}</td>" for each in amounts)
            first = "body" if at == 0 else "beside"
            rows.append(f'<tr class="{first}"><th scope="row">{html.escape(label)}</th>{cells}</tr>')
    return f'<table class="sofar books"><thead><tr>{head}</tr></thead><tbody>{"".join(rows)}</tbody></table>'


def _option(pair: Pair, cell: int, counted: tuple[int, int], say: Words) -> str:
    """Name an option, and what became of it."""
    (intervention, age, level), (seen, taken) = reasoning.name_of(pair.world, cell), counted
    answer = say["answer yes" if taken else "answer no" if seen else "answer unseen"].format(taken=taken, seen=seen)
    return say["option text"].format(
        intervention=say.get(intervention, intervention), age=age, level=say[f"level {level}"], answer=answer
    )


def _decision_in_words(
    pair: Pair, asked: Sequence[tuple[str, reasoning.Reasoning]], about: tuple[int, int, int], answer: str, say: Words
) -> str:
    """Tell what came of an option, and why."""
    cell, seen, taken = about
    weighed, price = asked[0][1], float(pair.world.whole_cost[cell])
    everybody = weighed.own_life + weighed.others_life
    verdict = say[f"verdict {answer}"].format(
        taken=taken,
        seen=seen,
        all=spell(everybody / 1000, say),
        price=spell(price / 1000, say),
        elsewhere=count(100 * weighed.others_life / everybody if everybody > 0 else 0.0, say),
        paper=spell(reasoning.paper(pair.world.spec.project) / 1000, say),
    )
    facts = say["read decision"].format(seen=seen, price=spell(price / 1000, say))
    return f"{verdict} {facts}"


def _places(pair: Pair) -> dict[int, str]:
    """Municipalities that can be looked at, by their row in the world: first the one that was chosen, if one was."""
    names = pair.world.spec.places.names
    return {int(row): names[row] for row in dict.fromkeys([*(pair.here if pair.settings.alone else ()), *pair.near])}
