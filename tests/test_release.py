"""One version everywhere, and a changelog that says where the next line goes."""

import re
import tomllib
from importlib.metadata import version
from pathlib import Path

import stupror

ROOT = Path(__file__).resolve().parents[1]


def read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def headings() -> list[str]:
    return re.findall(r"^## (.*)", read("CHANGELOG.md"), re.M)


def test_the_version_is_the_same_wherever_it_stands() -> None:
    found = {
        "pyproject.toml": tomllib.loads(read("pyproject.toml"))["project"]["version"],
        "CITATION.cff": re.search(r"^version: (\S+)", read("CITATION.cff"), re.M)[1],
        "CHANGELOG.md": headings()[1].partition(" - ")[0],
        "installed (run `make .venv/.ready` again)": version("stupror"),
    }
    images = re.findall(r"stupror:([\d.]+)", read("docs/cluster.md"))
    found |= {f"docs/cluster.md, image {number}": image for number, image in enumerate(images)}
    assert set(found.values()) == {stupror.__version__}, found


def test_the_date_of_the_release_is_that_of_the_changelog() -> None:
    assert re.search(r"^date-released: (\S+)", read("CITATION.cff"), re.M)[1] == headings()[1].partition(" - ")[2]


def test_the_changelog_has_a_place_for_the_next_line_and_a_date_for_each_release() -> None:
    first, *released = headings()
    assert first == "Unreleased"
    unreleased = read("CHANGELOG.md").split("\n## ")[1]
    assert "### Results that moved" in unreleased
    assert all(re.fullmatch(r"\d+\.\d+\.\d+ - \d{4}-\d\d-\d\d", each) for each in released), released
