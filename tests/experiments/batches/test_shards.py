"""Shards of a batch: made apart, taken up into one folder, the same bytes as in one. The model is a stand-in."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from stupror.analysis.measures.outcomes import OUTCOMES
from stupror.experiments.batches import engine, packs, store

Stupror = Callable[..., Any]
PLAN = """
title = "Cut"
[model]
municipalities = ["1060"]
years = 1
[uncertainties]
parameters = ["committee.ratchet"]
[sampling]
method = "halton"
draws = 5
[levers]
designs = ["status-quo", "planner"]
"""


@pytest.fixture
def plan(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    def run_one(_context: Any, job: Any) -> Any:
        row = dict.fromkeys(OUTCOMES, float(job.seed % 97) + len(job.design))
        return {"key": job.key, "scenario_hash": "x", **row}, {}

    monkeypatch.setattr(engine, "run_one", run_one)
    file = tmp_path / "plan.toml"
    file.write_text(PLAN, encoding="utf-8")
    return file


def test_shards_taken_up_are_the_batch_made_in_one_byte_for_byte(stupror: Stupror, plan: Path, tmp_path: Path) -> None:
    assert stupror("batch", plan, "--out", tmp_path / "one").code == 0
    sources: list[Any] = []
    for number in (1, 2, 3):
        answer = stupror("batch", plan, "--shard", f"{number}/3", "--out", tmp_path / f"part-{number}")
        assert answer.code == 0, answer.err
        assert f"shard {number}/3 alone" in answer.out
        sources += ["--from", tmp_path / f"part-{number}"]
    made = [len(store.finished(tmp_path / f"part-{number}")) for number in (1, 2, 3)]
    assert made == [4, 4, 2]  # draws 0 and 3, 1 and 4, 2; two designs each
    answer = stupror("batch", plan, "--out", tmp_path / "all", *sources)
    assert (answer.code, "10 runs taken up from 3 folders." in answer.out) == (0, True), answer.err
    assert "0 runs made" in answer.out
    assert (tmp_path / "all/runs.parquet").read_bytes() == (tmp_path / "one/runs.parquet").read_bytes()


def test_a_damaged_part_is_left_and_its_run_made_again(stupror: Stupror, plan: Path, tmp_path: Path) -> None:
    assert stupror("batch", plan, "--shard", "1/2", "--out", tmp_path / "part").code == 0
    broken, *_ = store.loose(tmp_path / "part").values()
    broken.write_bytes(b"not what was written")
    answer = stupror("batch", plan, "--out", tmp_path / "all", "--from", tmp_path / "part")
    assert answer.code == 0, answer.err
    assert "5 runs taken up" in answer.out  # of three draws and two designs, one is damaged
    assert "5 runs made" in answer.out
    assert f"left there and made again here: {tmp_path / 'part'}" in answer.err.replace("\n", " ")


def test_packs_are_taken_up_as_single_parts_are(stupror: Stupror, plan: Path, tmp_path: Path) -> None:
    assert stupror("batch", plan, "--shard", "1/2", "--out", tmp_path / "part").code == 0
    assert len(packs.pack_all(tmp_path / "part", few=0)) == 1
    answer = stupror("batch", plan, "--out", tmp_path / "all", "--from", tmp_path / "part")
    assert (answer.code, "6 runs taken up" in answer.out, "4 runs made" in answer.out) == (0, True, True), answer.err


def test_a_folder_of_another_plan_or_of_itself_is_refused(stupror: Stupror, plan: Path, tmp_path: Path) -> None:
    assert stupror("batch", plan, "--shard", "1/5", "--out", tmp_path / "part").code == 0
    other = tmp_path / "other.toml"
    other.write_text(PLAN.replace("years = 1", "years = 2"), encoding="utf-8")
    answer = stupror("batch", other, "--out", tmp_path / "all", "--from", tmp_path / "part")
    assert (answer.code, "has no run of this plan" in answer.err) == (2, True), answer.err
    answer = stupror("batch", plan, "--out", tmp_path / "part", "--from", tmp_path / "part")
    assert (answer.code, "is the folder of --out itself" in answer.err) == (2, True), answer.err
    answer = stupror("batch", plan, "--out", tmp_path / "all", *["--from", tmp_path / "part"] * 2)
    assert f"2 runs taken up from {tmp_path / 'part'}." in answer.out
    answer = stupror("batch", plan, "--out", tmp_path / "all", "--shard", "2/5")  # the folder has all of them by now
    assert (answer.code, "alone" in answer.out) == (0, False)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--shard", ""), "--shard is ''. Write which and of how many, such as 3/100."),
        (("--shard", "3"), "--shard is '3'. Write which and of how many, such as 3/100."),
        (("--shard", "0/3"), "counted from 1"),
        (("--shard", "4/3"), "counted from 1"),
        (("--shard", "1/6"), "the plan has 5 draws"),
        (("--from", "nowhere"), "--from nowhere: is no folder that `stupror batch` has written."),
        (("--from", "x", "--dry-run"), "leave out --from"),
    ],
)
def test_what_is_no_shard_is_refused_before_anything_runs(
    stupror: Stupror, plan: Path, tmp_path: Path, words: tuple[str, ...], said: str
) -> None:
    answer = stupror("batch", plan, "--out", tmp_path / "out", *words)
    assert (answer.code, said in answer.err) == (2, True), answer.err
    assert not (tmp_path / "out/manifest.json").exists()


def test_a_plan_that_draws_until_it_is_sure_has_no_shards(stupror: Stupror, plan: Path, tmp_path: Path) -> None:
    plan.write_text(PLAN + '[until]\noutcome = "cost_fiscal"\nhalf_width = 10\n', encoding="utf-8")
    answer = stupror("batch", plan, "--out", tmp_path / "out", "--shard", "1/2")
    assert (answer.code, "[until]" in answer.err) == (2, True), answer.err
