"""`stupror designs new`: what is written loads, settles as the preset does, keeps its comments, replaces nothing."""

import dataclasses
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from stupror.experiments.designs.draft import draft
from stupror.model.contracts import add_on_names, design_names, load_add_on, load_design
from stupror.model.contracts.loader import DESIGNS

Stupror = Callable[..., Any]


@pytest.mark.parametrize("preset", [*design_names(), *add_on_names()])
def test_a_draft_is_the_preset_under_a_new_name(preset: str, tmp_path: Path) -> None:
    text = draft("mine", preset)
    (tmp_path / "mine.toml").write_text(text, encoding="utf-8")
    load = load_add_on if preset in add_on_names() else load_design
    mine, original = load(str(tmp_path / "mine.toml")), load(preset)
    assert mine.name == "mine"
    assert mine.title != original.title
    assert mine.source == f"changed from {preset}: {original.source}"
    same = {name: getattr(original, name) for name in ("name", "title", "title_sv", "source")}
    assert dataclasses.replace(mine, **same) == original

    lines = text.splitlines()
    for line in (DESIGNS / f"{preset}.toml").read_text(encoding="utf-8").splitlines():
        if line.startswith("#"):
            assert line in lines
    for number, line in enumerate(lines):
        if line.startswith("[[clause]]") or line in ("[decision]", "[programme]"):
            assert lines[number - 1].startswith("# ")


def test_a_design_is_begun_checked_settled_and_never_written_over(
    stupror: Stupror, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    answer = stupror("designs", "new", "our-sib", "--from", "sib-norrkoping", "--out", "designs")
    assert answer.code == 0, answer.err
    file = tmp_path / "designs" / "our-sib.toml"
    assert "designs/our-sib.toml" in answer.out.replace("\\", "/")
    text = file.read_text(encoding="utf-8")
    for word in (
        "stupror designs show our-sib.toml",
        "stupror settle our-sib.toml",
        "--designs status-quo,sib-norrkoping",
    ):
        assert word in text
    shown = stupror("designs", "show", file).out
    assert "cost_reduction [SEK]" in shown
    assert f"stupror settle {file} --set" in shown
    settings = ("--set", "delivered=true", "--set", "cost_reduction=8e6", "--set", "school_results=3")
    assert "8 000 000" in stupror("settle", file, *settings).out

    answer = stupror("designs", "new", "our-sib", "--from", "status-quo", "--out", "designs")
    assert answer.code == 2
    assert "exists, and is not written over" in answer.err
    assert file.read_text(encoding="utf-8") == text


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["planner", "--from", "planner"], "comes with the model"),
        (["planner.toml", "--from", "planner"], "comes with the model"),
        (["mine.toml", "--from", "planner"], "without .toml"),
        (["../mine", "--from", "planner"], "cannot be the name"),
        (["Min fond", "--from", "planner"], "cannot be the name"),
        (["mine", "--from", "planer"], "Did you mean 'planner'?"),
        (["mine", "--from", "planner+competence-centre"], "not a design that comes with the model"),
        (["mine", "--from", "planner", "--out", "file"], "file is a file"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_what_cannot_be_begun_is_refused(
    stupror: Stupror, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: list[str], said: str
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "file").write_text("")
    answer = stupror("designs", "new", *words)
    assert answer.code == 2, answer
    assert said in answer.err
    assert [path.name for path in tmp_path.rglob("*")] == ["file"]
