"""The documentation keeps its word: every command shown runs as it stands there, and every link leads somewhere.

One test of commands for each section, in a folder of its own: what a section needs, it shows.
"""

import re
import shlex
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

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


def run(words: list[str], folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(words, cwd=folder, capture_output=True, text=True, timeout=300, check=False)


@pytest.mark.parametrize("section", WITH_COMMANDS, ids=lambda section: f"{section.page}:{section.title}")
def test_the_commands_of_a_section_run_in_their_order(section: Section, tmp_path: Path) -> None:
    for name, text in section.files.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    for command in section.commands:
        words = [sys.executable, "-m", "stupror", *shlex.split(command, comments=True)[1:]]
        done = run(words, tmp_path)
        assert done.returncode == 0, f"{section.page}, {section.title}: {command}\n{done.stderr}"


def test_no_command_of_a_page_is_left_out() -> None:
    shown = [command for page in PAGES for command in commands(page.read_text(encoding="utf-8"))]
    assert shown == [command for section in WITH_COMMANDS for command in section.commands]
    assert len({section.page for section in WITH_COMMANDS}) > 5


def test_no_two_sections_of_a_page_have_the_same_heading() -> None:
    names = [(section.page, section.title) for section in SECTIONS]
    assert len(names) == len(set(names))


BLOCKS = [block for section in SECTIONS if section.page == "docs/python.md" for block in section.python]


@pytest.mark.parametrize("number", range(len(BLOCKS)))
def test_a_block_of_the_page_about_python_runs(number: int, tmp_path: Path) -> None:
    (tmp_path / "block.py").write_text(BLOCKS[number], encoding="utf-8")
    done = run([sys.executable, "block.py"], tmp_path)
    assert done.returncode == 0, done.stderr


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
