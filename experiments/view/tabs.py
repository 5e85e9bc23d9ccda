"""What stands under the tabs of the page: each a figure, a sentence to read it by, and ways to take it along.

Only the tab that is open is drawn. Read by `page`.
"""

import html
from collections.abc import Callable, Collection, Sequence
from typing import Any

import pandas as pd
import solara
from matplotlib.figure import Figure

from ...analysis.measures.lifetime import GROUPS
from ...model.children.ladder import N_LEVELS, level_name
from ...model.contracts.ways import IN_FORCE
from ..files.spreadsheets import csv_bytes
from . import tables
from .drawings import figures, maps, portraits, sheets
from .words import Words, count, spell
from .worlds import lives, numbers, reasoning, settings
from .worlds.numbers import Year
from .worlds.pair import Pair

Past = Sequence[tuple[Year, Year]]
Titles = tuple[str, str]
MOST_CHILDREN = 1000  # so many can be leafed through
Looking = Any  # solara.Reactive[dict[str, Any]]: what is looked at, by name; kept while tabs change


@solara.component
def Shown(
    draw: Callable[[], Figure],
    text: str,
    name: str,
    table: Callable[[], pd.DataFrame],
    key: tuple[Any, ...],
    say: Words,
) -> None:
    """Show one figure with a sentence to read it by, and hand it out as SVG, PNG and CSV."""
    drawn = solara.use_memo(lambda: sheets.on_page(draw(), text), [*key, text])
    _paragraph(text)
    solara.HTML(tag="div", unsafe_innerHTML=drawn)
    TakeAlong(draw, name, table, say)


@solara.component
def TakeAlong(draw: Callable[[], Figure], name: str, table: Callable[[], pd.DataFrame], say: Words) -> None:
    """Hand out a figure as SVG and PNG, and its numbers as CSV."""
    with solara.Row(gap="8px", classes=["along"]):
        for kind, data in (
            ("svg", lambda: sheets.svg(draw()).encode()),
            ("png", lambda: sheets.png(draw())),
            ("csv", lambda: csv_bytes(table())),
        ):
            with solara.FileDownload(data, filename=f"{name}.{kind}"):
                solara.Button(say[kind], text=True, small=True, icon_name="mdi-download")


@solara.component_vue("maps.vue")
def Maps(
    box: str,
    outlines: Sequence[str],
    spots: Sequence[tuple[float, float]],
    names: Sequence[str],
    chosen: int,
    maps: Sequence[dict[str, Any]],
    label: str,
) -> None:
    """Draw maps in the browser, which is sent only what has changed."""


def _stamp(pair: Pair, past: Past) -> tuple[Any, ...]:
    return (id(pair), len(past))


@solara.component
def ShowMap(pair: Pair, past: Past, titles: Titles, looking: Looking, say: Words) -> None:
    """Show a measure of every municipality."""
    measure, set_measure = _looked_at(looking, "measure", maps.MEASURES)
    around, (codes, names) = list(pair.around), pair.neighbours
    with solara.Row(classes=["choices"]):
        _choice(say["measure"], {name: say[f"measure {name}"] for name in maps.MEASURES}, measure, set_measure)
    values = maps.MEASURES[measure]([pair[0] for pair in around])
    top = int(values.argmax())
    text = say["read map 0"] if len(around) == 1 else say["read map"].format(
        design=titles[0], top=names[top], value=spell(values[top], say), unit=say[f"unit {measure}"]
    )  # fmt: skip
    _paragraph(text)
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
        lambda: figures.pyramid(past, titles, say), text, "pyramid", lambda: tables.ages(past), _stamp(pair, past), say
    )


@solara.component
def ShowFlows(pair: Pair, past: Past, titles: Titles, looking: Looking, say: Words) -> None:
    """Show who paid whom."""
    text = say["read flows" if len(past) > 1 else "read flows 0"]
    Shown(lambda: figures.flows(past, titles, say), text, "flows", lambda: tables.flows(past), _stamp(pair, past), say)


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
        _stamp(pair, past),
        say,
    )


@solara.component
def ShowChild(pair: Pair, past: Past, titles: Titles, looking: Looking, say: Words) -> None:
    """Show one child's life beside its shadow."""
    place, set_place = _looked_at(looking, "municipality", _places(pair))
    wanted, set_wanted = _looked_at(looking, "kind of child", lives.WANTED)
    number, set_number = _looked_at(looking, "child", range(MOST_CHILDREN))
    with pair.lock:
        told = solara.use_memo(lambda: lives.tell(pair.world, pair.state.children, place), [*_stamp(pair, past), place])
        rows = solara.use_memo(
            lambda: lives.order(pair.world.costs, told, wanted), [*_stamp(pair, past), place, wanted]
        )
    name = pair.world.spec.places.names[place]
    with solara.Row(classes=["choices"]):
        _choice(say["municipality label"], _places(pair), place, set_place)
        _choice(say["which child"], {each: say[f"child {each}"] for each in lives.WANTED}, wanted, set_wanted)
        solara.Button(say["another"], on_click=lambda: set_number((number + 1) % MOST_CHILDREN), disabled=rows.size < 2)
    helped, changed = told.born.size, int((told.helped != told.alone).any(axis=1).sum())
    counted = say["count children"].format(helped=count(helped, say), municipality=name, changed=count(changed, say))
    if not rows.size:
        _paragraph(f"{say['no child'].format(municipality=name)} {counted}")
        return
    row = int(rows[number % rows.size])
    text = f"{_life_in_words(pair, told, row, name, say)} {counted}"
    Shown(
        lambda: portraits.life(pair.world, pair.year - 1, told, row, say),
        text,
        "child",
        lambda: tables.ladder(told, row),
        (*_stamp(pair, past), place, row),
        say,
    )


@solara.component
def ShowDecision(pair: Pair, past: Past, titles: Titles, looking: Looking, say: Words) -> None:
    """Show what a committee or region made of an option, and why it said yes or no."""
    place, set_place = _looked_at(looking, "municipality", _places(pair))
    owner, set_owner = _looked_at(looking, "owner", pair.world.menu.owners)
    with pair.lock:
        decided = pair.state.bodies.decided
        ranked = reasoning.options(pair.world, pair.season, decided, owner, place)
        cell, set_option = _looked_at(looking, "option", ranked)
        answer, contract = reasoning.answer(decided, place, cell) if decided else ("0", IN_FORCE)
        before, asking = reasoning.before(decided, place, cell, contract), pair.asking(contract)
        asked = [
            (say[f"body {who}"], reasoning.weigh(asking, who, place, cell)) for who in asking.design.way.asked(owner)
        ]
        seen, taken = reasoning.children(pair.world, pair.season, decided, place)
        counted = {each: (int(seen[each]), int(taken[each])) for each in ranked}
    with solara.Row(classes=["choices"]):
        _choice(say["municipality label"], _places(pair), place, set_place)
        _choice(say["body"], {each: say[f"body {each}"] for each in pair.world.menu.owners}, owner, set_owner)
        _choice(say["option"], {each: _option(pair, each, counted[each], say) for each in ranked}, cell, set_option)
    text = _decision_in_words(pair, asked, (cell, *counted[cell]), answer, say)
    if before:
        text = f"{say[f'before {before}']} {text}"
    Shown(
        lambda: portraits.decision(asked, say),
        text,
        "decision",
        lambda: tables.offers(asked),
        (*_stamp(pair, past), place, cell),
        say,
    )


@solara.component
def ShowExport(pair: Pair, past: Past, titles: Titles, looking: Looking, say: Words) -> None:
    """Hand out what runs this pair again, and all numbers that the page has shown."""
    chosen, (codes, names) = pair.settings, pair.neighbours
    around = list(pair.around)
    scenario = settings.scenario_toml(chosen)
    _paragraph(say["read export"])
    solara.HTML(tag="pre", unsafe_innerHTML=html.escape(settings.command(chosen)))
    if not scenario:
        _paragraph(say["nothing changed here"])
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
    "export": ShowExport,
}
SINGLE = ("child", "decision", "export")  # about one case: what holds for all is left out above them

# ---------------------------------------------------------------------- sentences


def _paragraph(text: str) -> None:
    solara.HTML(tag="p", unsafe_innerHTML=html.escape(text))


def _life_in_words(pair: Pair, told: lives.Lives, row: int, name: str, say: Words) -> str:
    """Tell a life in a few sentences."""
    joined, participant = pair.state.children.participants, int(told.participant[row])
    item = pair.world.menu.items[int(told.intervention[row])]
    age = int(told.started[row] - told.born[row]) - 1  # as bodies saw it, the year before
    gain = numbers.by_group(lives.spared(pair.world.costs, told)[row].sum(axis=0)) / 1000
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


def _looked_at(looking: Looking, name: str, choices: Collection[Any]) -> tuple[Any, Callable[[Any], None]]:
    """What is looked at, the first of the choices if that is none of them, and what changes it."""
    before = looking.value.get(name)
    chosen = before if before in choices else next(iter(choices))
    return chosen, lambda value: looking.set({**looking.value, name: value})


def _choice(label: str, names: dict[Any, str], chosen: Any, choose: Callable[[Any], None]) -> None:
    """Let one of several be chosen by its name."""
    back = {name: key for key, name in names.items()}
    solara.Select(
        label,
        value=names.get(chosen, next(iter(names.values()))),
        values=list(names.values()),
        on_value=lambda name: choose(back[name]),
        dense=True,
    )
