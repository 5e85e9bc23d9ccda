"""The page: Mesa's controls and inputs at the side, what happens in the two worlds in the middle.

Mesa's page (`SolaraViz`) steps, plays and starts again. Its own list of model parameters stays empty, because what can
be chosen depends on what is chosen: its inputs stand in a card of ours instead. Everything in the middle is drawn from
the numbers that the worlds have given for each year, and only the figure that is looked at. Read by `serving`.
"""

import html
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import reacton.ipyvuetify as v
import solara
import solara.lab
from mesa.visualization import SolaraViz
from mesa.visualization.solara_viz import UserInputs
from mesa.visualization.utils import update_counter

from ...analysis.measures.lifetime import GROUPS
from ...model.inputs.errors import InputError
from . import opening, tabs
from .pieces import Past, paragraph
from .words import Words, count, millions, spell, with_interventions, words
from .worlds import numbers, settings
from .worlds.pair import Pair
from .worlds.settings import Settings

HERE = Path(__file__).parent
CSS = (HERE / "page.css").read_text(encoding="utf-8")
ROWS = ("invested", "helped", *GROUPS)
MESA = "mesa "


@solara.component_vue("mesa.vue")
def MesaInWords(words: dict[str, str], names: dict[str, str], hint: str) -> None:
    """Say Mesa's own words in the reader's language."""


@solara.component
def Page() -> None:
    """Show the page."""
    language = solara.use_reactive(opening.read().language)
    wanted = solara.use_reactive(solara.use_memo(lambda: opening.read().settings, []))
    pair = solara.use_reactive(solara.use_memo(lambda: Pair(wanted.get), []))
    pause = solara.use_reactive(500)
    say = words(language.value)

    with solara.Column(classes=["page"], gap="0px"):
        solara.Title(say["name"])
        solara.Style(CSS)
        with solara.AppBar():
            other = "sv" if language.value == "en" else "en"
            solara.Button(say["other language"], on_click=lambda: language.set(other), text=True)
        # Whenever Mesa's page starts again it builds a pair of what is wanted then.
        SolaraViz(pair, components=[], model_params={"chosen": wanted.peek}, name=say["name"], play_interval=pause)
        Side(wanted, pair.value.settings, say)
        Worlds(pair.value, with_interventions(say, pair.value.world.menu.items))


@solara.component
def Side(wanted: solara.Reactive[Settings], running: Settings, say: Words) -> None:
    """Put the settings at the side, below Mesa's controls: the deeper a component, the lower its place there."""
    BelowControls(wanted, running, say)


@solara.component
def BelowControls(wanted: solara.Reactive[Settings], running: Settings, say: Words) -> None:
    """Show the settings, and put Mesa's words into the reader's language."""
    with solara.Sidebar(), solara.Column(gap="4px"):
        own = {key.removeprefix(MESA): text for key, text in say.items() if key.startswith(MESA)}
        names = {each: say[f"button {each}"] for each in ("drawer", "theme", "play", "pause")}
        MesaInWords(words=own, names=names, hint=say["keys"])
        Choices(wanted, running, say).key(f"choices {say['language']}")


@solara.component
def Choices(wanted: solara.Reactive[Settings], running: Settings, say: Words) -> None:
    """Let settings be chosen, with Mesa's inputs; what cannot be run is said at once, and not taken over."""
    pending = solara.use_reactive({})  # what inputs hold and cannot be taken over yet
    problems = solara.use_reactive(())

    def choose(name: str, value: Any) -> None:
        given = {**pending.value, name: value}
        try:
            after = settings.changed(wanted.value, given)
            after.read()
        except InputError as error:
            pending.set(given)
            problems.set(error.problems)
        else:
            pending.set({})
            problems.set(())
            wanted.set(after)

    what, terms, rest = settings.inputs(wanted.value, say["language"], say)
    with solara.Card(say["settings"], margin=0):
        if problems.value:
            _alert(say["refused"], problems.value)
        elif wanted.value != running:
            solara.HTML(tag="p", unsafe_innerHTML=html.escape(say["start again"]), classes=["pending"])
        Places(wanted.value, choose, say)
        UserInputs(what, on_change=choose)
        UserInputs(terms, on_change=choose).key(f"terms {wanted.value.design}")
        UserInputs(rest, on_change=choose)
        if not wanted.value.point:
            solara.HTML(tag="p", unsafe_innerHTML=html.escape(say["world note"]), classes=["keys"])


@solara.component
def Places(chosen: Settings, choose: Callable[[str, Any], None], say: Words) -> None:
    """Let a place be chosen by typing part of its name or its code."""
    items = solara.use_memo(
        lambda: [
            {"value": code, "text": f"{names[say['language']]} ({code})" if code else names[say["language"]]}
            for code, names in settings.places(chosen).items()
        ],
        [chosen.scenario, say["language"]],
    )
    v.Autocomplete(
        label=say["place"],
        hint=say["search place"],
        no_data_text=say["no such place"],
        items=items,
        v_model=chosen.place,
        on_v_model=lambda code: None if code is None else choose("place", code),
        dense=True,
    )


@solara.component
def Worlds(pair: Pair, say: Words) -> None:
    """Show what has happened so far in both worlds, and one figure."""
    update_counter.get()
    tab, set_tab = solara.use_state(0)
    looking = solara.use_reactive({})
    titles = (_title(pair, say), say["status quo"])
    past = list(pair.past)
    with solara.Column(classes=["stupror"], gap="4px"):
        if pair.problems:
            _alert(say["stopped"], pair.problems)
        for county, names in pair.cut.items():
            paragraph(say["cut"].format(names=", ".join(names), county=county))
        brief = list(tabs.TABS)[tab] in tabs.SINGLE
        solara.HTML(tag="div", unsafe_innerHTML=_headline(pair, past, titles, say, brief=brief))
        with solara.lab.Tabs(value=tab, on_value=set_tab):
            for name in tabs.TABS:
                solara.lab.Tab(say[f"tab {name}"])
        list(tabs.TABS.values())[tab](pair, past, titles, looking, say)


def _alert(first: str, sentences: Sequence[str]) -> None:
    """Say what is wrong, to those who see and those who listen."""
    lines = "<br>".join(html.escape(sentence) for sentence in (first, *sentences))
    solara.HTML(tag="p", unsafe_innerHTML=lines, classes=["refused"], attributes={"role": "alert"})


def _title(pair: Pair, say: Words) -> str:
    """Call the design as the report does; one of somebody's own by its title."""
    title = pair.world.design.title_sv if say["language"] == "sv" else pair.world.design.title
    parts = pair.settings.design.split("+")
    return " + ".join(say[part] for part in parts) if all(part in say for part in parts) else str(title)


def _headline(pair: Pair, past: Past, titles: tabs.Titles, say: Words, *, brief: bool) -> str:
    """Say where we are and, unless `brief`, what has come of it: a sentence, and a table of both worlds. HTML."""
    place = settings.places(pair.settings)[pair.settings.place][say["language"]]
    lived = len(past) - 1
    when = (
        say["year now"].format(year=past[-1][0].year, lived=lived, years=pair.world.years)
        if lived
        else say["at the start"].format(year=pair.world.start_year)
    )
    heading = say["headline"].format(place=place, design=titles[0])
    first = f"<h1>{html.escape(heading)}: <small>{html.escape(when)}</small></h1>"
    if not lived:
        return f"{first}<p>{html.escape(say['lead 0'])}</p>"
    if brief:
        return first
    chosen, base = (numbers.summary([pair[side] for pair in past]) for side in (0, 1))
    lead = say["lead" if chosen["saved"] > 0 else "lead no saving"].format(
        helped=count(chosen["helped"], say),
        invested=millions(chosen["invested"], say),
        helped_base=count(base["helped"], say),
        invested_base=millions(base["invested"], say),
        saved=millions(chosen["saved"], say),
        outside=count(100 * chosen["outside"], say),
    )
    sentences = f'<div><p>{html.escape(lead)}</p><p class="note">{html.escape(say["net gain note"])}</p></div>'
    return f'{first}<div class="lead">{sentences}{_table(chosen, base, titles, say)}</div>'


def _table(chosen: dict[str, float], base: dict[str, float], titles: tuple[str, str], say: Words) -> str:
    """Lay out the sums of both worlds and their difference, as an HTML table."""
    head = "".join(f'<th scope="col">{html.escape(text)}</th>' for text in (say["so far"], *titles, say["difference"]))
    rows = []
    for row in ROWS:
        scale = 1.0 if row == "helped" else 1e6
        cells = (
            spell(chosen[row] / scale, say),
            spell(base[row] / scale, say),
            spell((chosen[row] - base[row]) / scale, say, signed=True),
        )
        rows.append(
            f'<tr><th scope="row">{html.escape(say["row " + row])}</th>'
            + "".join(f"<td>{cell}</td>" for cell in cells)
            + "</tr>"
        )
    return f'<table class="sofar"><thead><tr>{head}</tr></thead><tbody>{"".join(rows)}</tbody></table>'
