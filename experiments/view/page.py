"""The page: Mesa's controls and inputs at the side, what happens in the two worlds in the middle.

Mesa's page (`SolaraViz`) steps, plays and rebuilds the model; everything in the middle is drawn from the numbers that
the worlds have given for each year. Only the figure that is looked at is drawn. Read by `serving`.
"""

import html
from pathlib import Path
from typing import Any

import solara
import solara.lab
from mesa.visualization import SolaraViz
from mesa.visualization.utils import update_counter

from analysis.measures import GROUPS
from experiments.view import numbers, opening, settings, tabs
from experiments.view.words import Words, count, millions, spell, words
from experiments.view.world import World

HERE = Path(__file__).parent
CSS = (HERE / "page.css").read_text(encoding="utf-8")
ROWS = ("invested", "helped", *GROUPS)
MESA = "mesa "


@solara.component_vue("mesa.vue")
def MesaInWords(words: dict[str, str], hint: str) -> None:
    """Say Mesa's own words in the reader's language."""


@solara.component
def Page() -> None:
    """Show the page."""
    language = solara.use_reactive(opening.read().language)
    world = solara.use_reactive(solara.use_memo(lambda: World(opening.read().settings), []))
    pause = solara.use_reactive(500)
    say, chosen = words(language.value), world.value.settings

    with solara.Column(classes=["page"], gap="0px"):
        solara.Title(say["name"])
        solara.Style(CSS)
        with solara.AppBar():
            other = "sv" if language.value == "en" else "en"
            solara.Button(say["other language"], on_click=lambda: language.set(other), text=True)
        # A page of its own for every world: its inputs then show what that world was built from.
        SolaraViz(
            world,
            components=[],
            model_params={"before": chosen, **settings.inputs(chosen, language.value, say)},
            name=say["name"],
            play_interval=pause,
        ).key(f"{language.value} {id(world.value)}")
        with solara.Sidebar():
            own = {key.removeprefix(MESA): text for key, text in say.items() if key.startswith(MESA)}
            MesaInWords(words=own, hint=say["keys"])
        Worlds(world.value, say)


@solara.component
def Worlds(world: World, say: Words) -> None:
    """Show what has happened so far in both worlds, and one figure."""
    update_counter.get()
    tab, set_tab = solara.use_state(0)
    titles = (_title(world, say), say["status quo"])
    past = list(world.past)
    with solara.Column(classes=["stupror"], gap="4px"):
        if world.problems:
            lines = "".join(f"<br>{html.escape(problem)}" for problem in world.problems)
            solara.HTML(
                tag="p",
                unsafe_innerHTML=html.escape(say["refused"]) + lines,
                classes=["refused"],
                attributes={"role": "alert"},
            )
        solara.HTML(tag="div", unsafe_innerHTML=_headline(world, past, titles, say))
        with solara.lab.Tabs(value=tab, on_value=set_tab):
            for name in tabs.TABS:
                solara.lab.Tab(say[f"tab {name}"])
        list(tabs.TABS.values())[tab](world, past, titles, say)


def _title(world: World, say: Words) -> str:
    return str(world.design.title_sv if say["language"] == "sv" else world.design.title)


def _headline(world: World, past: list[Any], titles: tuple[str, str], say: Words) -> str:
    """Say where we are and what has come of it, as HTML: a heading, a sentence, and a table of both worlds."""
    place = settings.places(world.settings)[world.settings.place][say["language"]]
    lived = len(past) - 1
    when = (
        say["year now"].format(year=past[-1][0].year, lived=lived, years=world.years)
        if lived
        else say["at the start"].format(year=world.start_year)
    )
    note = html.escape(say["net gain note"]) if lived else ""
    heading = say["headline"].format(place=place, design=titles[0])
    chosen, base = (numbers.summary([pair[side] for pair in past]) for side in (0, 1))
    key = "lead 0" if not lived else "lead" if chosen["saved"] > 0 else "lead no saving"
    lead = say[key].format(
        helped=count(chosen["helped"], say),
        invested=millions(chosen["invested"], say),
        helped_base=count(base["helped"], say),
        invested_base=millions(base["invested"], say),
        saved=millions(chosen["saved"], say),
        outside=count(100 * chosen["outside"], say),
    )
    table = _table(chosen, base, titles, say) if lived else ""
    return (
        f"<h1>{html.escape(heading)}: <small>{html.escape(when)}</small></h1>"
        f'<div class="lead"><div><p>{html.escape(lead)}</p><p class="note">{note}</p></div>{table}</div>'
    )


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
