"""The documentation keeps its word: every command shown runs as it stands there, and every link leads somewhere.

One test of commands for each section, in a folder of its own: what a section needs, it shows. The commands of README.md
are started as a user starts them. Those of the other pages go through the same entry point in the process of the tests,
which spares the start of Python, and their figures are made but not drawn.
"""

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import matplotlib as mpl
import pytest

from stupror.model.contracts import design_names

ROOT = Path(__file__).resolve().parents[1]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
TOP = "top"  # what stands above the first heading of a section


@dataclass(frozen=True)
class Section:
    """A part of a page under one heading."""

    page: str
    title: str
    text: str

    @property
    def commands(self) -> list[str]:
        return commands(self.text)

    @property
    def files(self) -> dict[str, str]:
        """Files that it shows: TOML blocks whose first line is a comment with the file's name, JSON below its name."""
        toml = re.findall(r"```toml\n# (\S+\.toml)\n(.*?)```", self.text, flags=re.S)
        return dict(toml + re.findall(r"`(\S+\.json)`:\n\n```json\n(.*?)```", self.text, flags=re.S))

    @property
    def python(self) -> list[str]:
        return re.findall(r"```python\n(.*?)```", self.text, flags=re.S)


def commands(text: str) -> list[str]:
    """Lines that start with `$ stupror`, with the lines that a backslash continues."""
    lines = text.replace("\\\n", " ").splitlines()
    return [line.strip()[2:] for line in lines if line.strip().startswith("$ stupror")]


def sections(page: Path) -> list[Section]:
    """Parts of a page by its headings, in order."""
    found, inside = [(TOP, "")], False
    for line in page.read_text(encoding="utf-8").splitlines(keepends=True):
        inside ^= line.startswith("```")
        if not inside and re.match("#{2,} ", line):
            found.append((line.strip("# \n"), ""))
        title, text = found[-1]
        found[-1] = (title, text + line)
    return [Section(page.relative_to(ROOT).as_posix(), *each) for each in found]


SECTIONS = [section for page in PAGES for section in sections(page)]
WITH_COMMANDS = [section for section in SECTIONS if section.commands]
STARTED = [section for section in WITH_COMMANDS if section.page == "README.md"]
CALLED = [section for section in WITH_COMMANDS if section.page != "README.md"]


def named(section: Section) -> str:
    return f"{section.page}:{section.title}"


def run(words: list[str], folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(words, cwd=folder, capture_output=True, text=True, timeout=300, check=False)


def surroundings() -> tuple[Any, ...]:
    """What a command could leave behind for the next one in the same process."""
    words = {name: value for name, value in os.environ.items() if not name.startswith("KMP_")}  # scikit-learn's own
    return Path.cwd(), words, list(sys.path), dict(mpl.rcParams)


@pytest.mark.parametrize("section", STARTED, ids=named)
def test_the_commands_of_the_readme_run_as_a_user_starts_them(section: Section, tmp_path: Path) -> None:
    for command in section.commands:
        done = run([sys.executable, "-m", "stupror", *shlex.split(command, comments=True)[1:]], tmp_path)
        assert done.returncode == 0, f"{section.page}, {section.title}: {command}\n{done.stderr}"


@pytest.mark.usefixtures("undrawn")
@pytest.mark.parametrize("section", CALLED, ids=named)
def test_the_commands_of_a_section_run_in_their_order(
    section: Section, tmp_path: Path, stupror: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    before = surroundings()
    for name, text in section.files.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    for command in section.commands:
        answer = stupror(*shlex.split(command, comments=True)[1:])
        assert answer.code == 0, f"{section.page}, {section.title}: {command}\n{answer.err}"
        assert surroundings() == before


def test_no_command_of_a_page_is_left_out() -> None:
    shown = [command for page in PAGES for command in commands(page.read_text(encoding="utf-8"))]
    assert shown == [command for section in WITH_COMMANDS for command in section.commands]
    assert STARTED
    assert len({section.page for section in WITH_COMMANDS}) > 5


def test_no_two_sections_of_a_page_have_the_same_heading() -> None:
    names = [(section.page, section.title) for section in SECTIONS]
    assert len(names) == len(set(names))


BLOCKS = [block for section in SECTIONS if section.page == "docs/python.md" for block in section.python]


@pytest.mark.usefixtures("undrawn")
@pytest.mark.parametrize("number", range(len(BLOCKS)))
def test_a_block_of_the_page_about_python_runs(number: int, script: Callable[[str], Any]) -> None:
    script(BLOCKS[number])


LINKING = [*PAGES, ROOT / "CHANGELOG.md"]


def anchor(heading: str) -> str:
    """The name by which a link reaches a heading, as GitHub makes it."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


@pytest.mark.parametrize("page", LINKING, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_links_lead_somewhere(page: Path) -> None:
    missing = []
    for target in re.findall(r"\]\(([^)\s]+)\)", page.read_text(encoding="utf-8")):
        name, _, heading = target.partition("#")
        file = page.parent / name if name else page
        if "://" in target:
            continue
        if not file.exists() or (heading and heading not in [anchor(each.title) for each in sections(file)]):
            missing.append(target)
    assert not missing, f"{page.name} links to {missing}"


def test_every_page_stands_on_a_shelf_of_the_index() -> None:
    index = ROOT / "docs" / "README.md"
    shelved = set(re.findall(r"\]\(([^)#\s]+)\)", index.read_text(encoding="utf-8")))
    pages = {page.name for kind in ("*.md", "*.ipynb") for page in (ROOT / "docs").glob(kind)} - {index.name}
    assert pages <= shelved, f"not in docs/README.md: {sorted(pages - shelved)}"


def test_the_count_of_designs_is_that_of_the_designs_that_come_with_the_model() -> None:
    page = (ROOT / "docs" / "commands.md").read_text(encoding="utf-8")
    assert f"{len(design_names())} come with the model" in page


def test_the_readme_is_short() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert len(re.sub(r"```.*?```|^\|.*?$", "", text, flags=re.S | re.M).split()) <= 900
