"""Generated pages are up to date, and the files that pages show as examples can be read and run."""

import re
import tomllib
from pathlib import Path

import pandas as pd
import pytest

from stupror.experiments.calibration.screening import assumed
from stupror.experiments.docs.pages import PAGES, RENEW, SCREENING, pages
from stupror.model.contracts import load_design
from stupror.model.inputs.scenario import load_scenario, select
from stupror.model.model import simulate

ROOT = Path(__file__).resolve().parents[1]
EXAMPLES = [ROOT / "docs" / name for name in ("scenarios.md", "own-designs.md", "commands.md")]
DEMO = [ROOT / "README.md", ROOT / "docs" / "demo.md"]
GENERATED = pages()


@pytest.mark.parametrize("name", GENERATED)
def test_a_generated_page_is_up_to_date(name: str) -> None:
    page = PAGES / name
    there = page.read_text(encoding="utf-8") if page.exists() else ""
    assert there == GENERATED[name], f"docs/{name} is not what the code says. Renew it with: {RENEW}"


def examples() -> dict[str, str]:
    """TOML blocks of the pages by the file name in their first line."""
    text = "\n".join(page.read_text(encoding="utf-8") for page in EXAMPLES)
    blocks = re.findall(r"^```toml\n(# (\S+\.toml).*?)^```", text, re.S | re.M)
    return {name: text for text, name in blocks}


def kind(text: str) -> str:
    """What a file is, by the table that only it has; plans are run by `test_docs`."""
    tables = tomllib.loads(text)
    return "design" if "decision" in tables else "plan" if "levers" in tables else "scenario"


def test_the_pages_show_a_scenario_a_design_and_a_plan() -> None:
    assert sorted(map(kind, examples().values())) == ["design", "design", "plan", "scenario", "scenario"]


@pytest.mark.parametrize("name", [name for name, text in examples().items() if kind(text) != "plan"])
def test_examples_of_the_pages_can_be_run(name: str, tmp_path: Path) -> None:
    file = tmp_path / name
    file.write_text(examples()[name], encoding="utf-8")
    is_design = kind(examples()[name]) == "design"
    scenario = load_scenario(None if is_design else file)
    assert is_design or scenario.hash() != load_scenario().hash(), f"{name} changes nothing"
    design = load_design(str(file) if is_design else "status-quo")
    simulate(select(scenario, ["1080"]), design, seed=1, years=2, detail=False)


def test_every_assumed_parameter_is_in_the_ranking_that_is_shipped() -> None:
    ranked = pd.read_csv(SCREENING)["parameter"].tolist()
    assert sorted(ranked) == sorted(assumed(load_scenario())), "make the ranking anew: docs/assumed.md says how"


def test_the_count_of_assumed_parameters_in_the_limits_is_the_count_in_the_data() -> None:
    rows = load_scenario().table()
    count = sum("assumed" in row["source"].lower() for row in rows)
    text = " ".join((ROOT / "docs" / "limits.md").read_text(encoding="utf-8").split())
    assert f"{count} of the {len(rows)} parameters" in text


def demo(page: Path) -> tuple[str, list[str]]:
    """Scenario hash and rows of the demo's table on a page."""
    marked = r"<!-- table:demo (\w+) -->\n(.*?)<!-- /table:demo -->"
    ((digest, rows),) = re.findall(marked, page.read_text(encoding="utf-8"), re.S)
    return digest, rows.splitlines()


@pytest.mark.parametrize("page", DEMO, ids=lambda page: page.name)
def test_the_demo_that_is_shown_is_of_the_scenario_that_is_shipped(page: Path) -> None:
    assert demo(page)[0] == load_scenario().hash(), "the table is of another scenario: run `make demo` and renew it"


def test_the_rows_in_the_readme_are_rows_of_the_whole_table() -> None:
    readme, whole = (demo(page)[1] for page in DEMO)
    assert readme == [row for row in whole if row in readme]
    assert len(readme) == 10
