"""How long the page of `stupror view` takes from the click on a year to the redrawn figure, and what is sent for it.

    .venv/bin/python benchmarks/view.py

Needs the extra `browser-test` and a Chromium. Time is the browser's own: from the click until heading and figure have
changed and the next frame has been drawn. Bytes are those of the line between server and browser.
"""

import re
import shutil
import statistics
import subprocess
import sys
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

ROOT = Path(__file__).resolve().parents[1]
YEARS = 7
CLICK = """async () => {
  const find = (what) => document.querySelector(what);
  const now = () => [find(".stupror h1").textContent, find(".figure").outerHTML];
  const before = now(), start = performance.now();
  const buttons = [...document.querySelectorAll(".v-navigation-drawer button")];
  buttons.find((each) => each.textContent.trim() === "One year").click();
  const frame = () => new Promise(requestAnimationFrame);
  while (now().some((each, at) => each === before[at])) await frame();
  await frame();
  return performance.now() - start;
}"""


def main() -> None:
    """Print one row per place and tab: median and slowest time in ms, median bytes in kB."""
    print("| place | tab | ms, median | ms, slowest | kB, median |\n|---|---|---:|---:|---:|")
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        for place, code in (("Blekinge", "10"), ("Sweden", "")):
            server, url = serve(code)
            try:
                page = browser.new_page(viewport={"width": 1366, "height": 768})
                page.set_default_timeout(300_000)  # the first page of a fresh clone compiles the kernels
                measure(page, url, place)
                page.close()
            finally:
                server.terminate()
                server.wait()
        browser.close()


def serve(place: str) -> tuple[subprocess.Popen[str], str]:
    """Start the server; give it and its address."""
    words = ("view", "--no-open", "--port", "0", "--years", "45", "--municipalities", place)
    server = subprocess.Popen(
        [sys.executable, "-c", "from stupror.experiments.cli import main; main()", *words],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert server.stdout is not None
    found = re.search(r"http://\S+", server.stdout.readline())
    assert found is not None
    return server, found.group(0)


def measure(page: Page, url: str, place: str) -> None:
    """Click through some years on every tab with a figure."""
    received: list[int] = []
    page.on("websocket", lambda line: line.on("framereceived", lambda data: received.append(len(data))))
    page.goto(url)
    page.wait_for_selector(".figure")
    page.evaluate(CLICK)  # the first year compiles
    for tab in ("Where", "Pyramid", "Who paid whom", "Over time", "One child", "One decision"):
        page.get_by_role("tab", name=tab, exact=True).click()
        page.wait_for_timeout(2000)
        times, sizes = [], []
        for _ in range(YEARS):
            received.clear()
            times.append(page.evaluate(CLICK))
            page.wait_for_timeout(300)
            sizes.append(sum(received) / 1000)
        middle, size = statistics.median(times), statistics.median(sizes)
        print(f"| {place} | {tab} | {middle:.0f} | {max(times):.0f} | {size:.0f} |")


if __name__ == "__main__":
    main()
