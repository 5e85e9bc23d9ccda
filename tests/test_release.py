"""One version everywhere, and a changelog that says where the next line goes."""

import re
import tomllib
from importlib.metadata import version
from pathlib import Path

from packaging.requirements import Requirement

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


def test_the_citation_has_what_the_format_requires_and_says_nothing_else_of_the_software_than_its_package() -> None:
    """Citation File Format 1.2.0: cff-version, message, title and authors must be there."""
    said = dict(re.findall(r"^([a-z-]+):(?: \"?(.*?)\"?)?$", read("CITATION.cff"), re.M))
    project = tomllib.loads(read("pyproject.toml"))["project"]
    assert said["cff-version"] == "1.2.0"
    assert said["message"]
    assert said["title"].startswith("stupror")
    assert said["license"] == project["license"]
    names = re.findall(r'^  - name: "(.*)"$', read("CITATION.cff"), re.M)
    assert names == [each["name"] for each in project["authors"]]


def test_the_changelog_has_a_place_for_the_next_line_and_a_date_for_each_release() -> None:
    first, *released = headings()
    assert first == "Unreleased"
    unreleased = read("CHANGELOG.md").split("\n## ")[1]
    assert "### Results that moved" in unreleased
    assert all(re.fullmatch(r"\d+\.\d+\.\d+ - \d{4}-\d\d-\d\d", each) for each in released), released


def test_the_lock_has_a_version_of_everything_that_is_asked_for():
    """For Python 3.11 and 3.13: what pyproject.toml names is in requirements.lock, with a version that it allows."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    asked = [Requirement(each) for each in sum(project["optional-dependencies"].values(), project["dependencies"])]
    lines = [line for line in (ROOT / "requirements.lock").read_text().splitlines() if not line.startswith("#")]
    for python in ("3.11", "3.13"):
        here = {"python_version": python, "python_full_version": f"{python}.0", "sys_platform": "linux"}
        there = [Requirement(line) for line in lines]
        locked = {each.name.lower(): each.specifier for each in there if not each.marker or each.marker.evaluate(here)}
        for each in asked:
            if each.name != "stupror":
                version = str(locked[each.name.lower()]).removeprefix("==")
                assert version in each.specifier, f"{each} and {version}: make requirements.lock anew"
