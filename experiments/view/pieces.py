"""What tabs are put together from: figures with ways to take them along, maps, choices. Read by `tabs`."""

import html
from collections.abc import Callable, Collection, Sequence
from typing import Any

import pandas as pd
import solara
from matplotlib.figure import Figure

from ..files.spreadsheets import csv_bytes
from .drawings import sheets
from .words import Words
from .worlds.numbers import Year
from .worlds.pair import Pair

Past = Sequence[tuple[Year, Year]]
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
    paragraph(text)
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


def stamp(pair: Pair, past: Past) -> tuple[Any, ...]:
    """Name what is shown: it changes with every year, and with every new pair."""
    return (id(pair), len(past))


def paragraph(text: str) -> None:
    """Write a paragraph."""
    solara.HTML(tag="p", unsafe_innerHTML=html.escape(text))


def looked_at(looking: Looking, name: str, choices: Collection[Any]) -> tuple[Any, Callable[[Any], None]]:
    """What is looked at, the first of the choices if that is none of them, and what changes it."""
    before = looking.value.get(name)
    chosen = before if before in choices else next(iter(choices))
    return chosen, lambda value: looking.set({**looking.value, name: value})


def choice(label: str, names: dict[Any, str], chosen: Any, choose: Callable[[Any], None]) -> None:
    """Let one of several be chosen by its name."""
    back = {name: key for key, name in names.items()}
    solara.Select(
        label,
        value=names.get(chosen, next(iter(names.values()))),
        values=list(names.values()),
        on_value=lambda name: choose(back[name]),
        dense=True,
    )
