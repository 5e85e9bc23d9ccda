"""What goes wrong in a batch: what was done stays done, and the user reads why. The model is a stand-in here."""

import errno
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from stupror.experiments.batches import batch_folder, engine, store
from stupror.experiments.batches.session import prepare, run_batch
from stupror.experiments.plans.plan import plan_of
from tests.experiments.batches.stand_in import stand_in

Stupror = Callable[..., Any]

PLAN = """\
title = "A test"
[model]
municipalities = ["1060"]
years = 2
[uncertainties]
parameters = ["committee.*"]
[sampling]
method = "halton"
draws = 6
[levers]
designs = ["status-quo", "planner"]
"""


@pytest.fixture
def plan_file(tmp_path: Path) -> Path:
    file = tmp_path / "plan.toml"
    file.write_text(PLAN)
    return file


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Stand in for the model: a row that depends on the key alone; lists the keys that were run."""
    return stand_in(monkeypatch)


def fail_at(monkeypatch: pytest.MonkeyPatch, number: int, error: BaseException, what: str = "run_one") -> None:
    """Let the stand-in (or the store) fail at its `number`th call, counted from 0."""
    target: Any = engine if what == "run_one" else store
    usual, calls = getattr(target, what), iter(range(1000))

    def failing(*terms: Any, **more: Any) -> Any:
        if next(calls) == number:
            raise error
        return usual(*terms, **more)

    monkeypatch.setattr(target, what, failing)


def undisturbed(folder: Path) -> bytes:
    """The table of the same plan, made without any fault."""
    import tomllib

    run_batch(prepare(plan_of(tomllib.loads(PLAN)), folder), folder)
    return (folder / batch_folder.RUNS).read_bytes()


def test_a_finished_batch_is_not_made_again(stupror: Stupror, plan_file: Path, made: list[str], tmp_path: Path) -> None:
    words = ("batch", plan_file, "--out", tmp_path / "out")
    answer = stupror(*words)
    assert answer.code == 0, answer.err
    assert "6 draws of 11 uncertain numbers (halton) x 2 designs x 1 replication = 12 runs" in answer.out
    assert len(made) == 12
    before = (tmp_path / "out" / batch_folder.RUNS).read_bytes()
    again = stupror(*words)
    assert again.code == 0
    assert "12 are finished already, 0 are left" in again.out
    assert len(made) == 12
    assert (tmp_path / "out" / batch_folder.RUNS).read_bytes() == before
    sessions = batch_folder.read_manifest(tmp_path / "out")["sessions"]
    assert [(session["how"], session["made"]) for session in sessions] == [("finished", 12), ("finished", 0)]


def test_a_run_that_raises_is_recorded_and_the_batch_goes_on(
    stupror: Stupror, plan_file: Path, made: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "out"
    with monkeypatch.context() as patch:
        fail_at(patch, 4, ZeroDivisionError("2031\nnobody lives here"))
        answer = stupror("batch", plan_file, "--out", out)
    assert answer.code == 1
    assert answer.err.count("1 of 12 runs failed, the first with design 'status-quo' and seed 3") == 1
    assert "ZeroDivisionError: 2031 nobody lives here" in answer.err
    assert "Traceback" not in answer.err
    assert len(made) == 11
    (record,) = (out / "failures").iterdir()
    assert '"seed": 3' in record.read_text()
    assert "committee.horizon" in record.read_text()
    assert "Traceback" in record.read_text(), "whoever looks for the cause needs it"
    assert len(pd.read_parquet(out / batch_folder.RUNS)) == 11
    assert "11 of 12 runs finished, 1 failed" in stupror("batch", "status", out).out
    assert stupror("batch", plan_file, "--out", out).code == 0, "the next time it is tried again"
    assert len(made) == 12
    assert list((out / "failures").iterdir()) == []
    assert (out / batch_folder.RUNS).read_bytes() == undisturbed(tmp_path / "other")


def test_a_full_disk_stops_the_batch_and_loses_nothing(
    stupror: Stupror, plan_file: Path, made: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "out"
    with monkeypatch.context() as patch:
        fail_at(patch, 7, OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)), what="put")
        answer = stupror("batch", plan_file, "--out", out)
    assert answer.code == 1
    (said,) = [line for line in answer.err.splitlines() if "cannot be written" in line]
    assert "No space left on device" in said
    assert "7 of 12 runs are finished and stay in" in said
    assert len(store.finished(out)) == 7
    assert not list(out.rglob(".draft-*"))
    assert stupror("batch", plan_file, "--out", out).code == 0
    assert len(made) == 8 + 5, "only the run whose part could not be written is made twice"
    assert (out / batch_folder.RUNS).read_bytes() == undisturbed(tmp_path / "other")


def test_ctrl_c_keeps_what_is_done(
    stupror: Stupror, plan_file: Path, made: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "out"
    with monkeypatch.context() as patch:
        fail_at(patch, 5, KeyboardInterrupt())
        answer = stupror("batch", plan_file, "--out", out)
    assert answer.code == 130
    assert "Stopped. 5 of 12 runs are finished and stay in" in answer.err
    assert batch_folder.read_manifest(out)["sessions"][-1]["how"] == "stopped"
    assert stupror("batch", plan_file, "--out", out).code == 0
    assert len(made) == 12
    assert (out / batch_folder.RUNS).read_bytes() == undisturbed(tmp_path / "other")


@pytest.mark.parametrize("damage", ["a bit", "half a file", "nothing left"])
def test_a_damaged_part_is_set_aside_and_made_again(
    stupror: Stupror, plan_file: Path, made: list[str], tmp_path: Path, damage: str
) -> None:
    out = tmp_path / "out"
    assert stupror("batch", plan_file, "--out", out).code == 0
    before = (out / batch_folder.RUNS).read_bytes()
    key, part = sorted(store.finished(out).items())[3]
    data = bytearray(part.read_bytes())
    data[len(data) // 2] ^= 1
    part.write_bytes({"a bit": bytes(data), "half a file": bytes(data[: len(data) // 2]), "nothing left": b""}[damage])
    answer = stupror("batch", plan_file, "--out", out)
    assert answer.code == 0
    assert "1 damaged" in answer.out
    assert made[12:] == [key]
    assert [path.name for path in (out / "damaged").iterdir()] == [part.name]
    assert (out / batch_folder.RUNS).read_bytes() == before


def test_drafts_of_killed_workers_are_swept_and_never_read(
    stupror: Stupror, plan_file: Path, made: list[str], tmp_path: Path
) -> None:
    out = tmp_path / "out"
    assert stupror("batch", plan_file, "--out", out).code == 0
    draft = next((out / "parts").iterdir()) / f"{store.DRAFT}123-{made[0]}"
    draft.write_bytes(b"half a run")
    assert len(store.finished(out)) == 12
    assert stupror("batch", plan_file, "--out", out).code == 0
    assert not draft.exists()


def test_an_extended_plan_keeps_the_runs_that_both_have(
    stupror: Stupror, plan_file: Path, made: list[str], tmp_path: Path
) -> None:
    out = tmp_path / "out"
    assert stupror("batch", plan_file, "--out", out).code == 0
    plan_file.write_text(PLAN.replace("draws = 6", "draws = 9"))
    refused = stupror("batch", plan_file, "--out", out)
    assert refused.code == 2
    assert "differs in: sampling.draws" in refused.err
    assert len(made) == 12
    assert stupror("batch", plan_file, "--out", out, "--extend").code == 0
    assert len(made) == 18
    assert len(pd.read_parquet(out / batch_folder.RUNS)) == 18


def test_another_version_of_the_model_starts_anew(
    stupror: Stupror, plan_file: Path, made: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "out"
    assert stupror("batch", plan_file, "--out", out).code == 0
    monkeypatch.setattr("stupror.experiments.batches.jobs.code_digest", lambda: "another")
    answer = stupror("batch", plan_file, "--out", out)
    assert "12 runs of another plan or version are in the folder too" in answer.out
    assert len(made) == 24


def test_a_dry_run_says_size_and_time_and_writes_nothing(
    stupror: Stupror, plan_file: Path, made: list[str], tmp_path: Path
) -> None:
    answer = stupror("batch", plan_file, "--out", tmp_path / "out", "--dry-run")
    assert answer.code == 0
    assert "= 12 runs" in answer.out
    assert "About 0 seconds, at 0.00 seconds a run" in answer.out
    assert list(tmp_path.iterdir()) == [plan_file]
    assert len(made) == 2, "two runs are timed and thrown away"


def test_a_folder_of_something_else_is_refused(stupror: Stupror, plan_file: Path, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "mine.txt").write_text("keep me")
    for words in (("batch", plan_file, "--out", tmp_path / "out"), ("batch", "status", tmp_path / "out")):
        answer = stupror(*words)
        assert answer.code == 2
        assert "holds no batch" in answer.err
    assert stupror("batch", plan_file, "--out", plan_file).code == 2
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["mine.txt"]


@pytest.mark.skipif(os.name != "posix", reason="Windows has no such lock")
def test_two_batches_do_not_work_in_one_folder(
    stupror: Stupror, plan_file: Path, made: list[str], tmp_path: Path
) -> None:
    out = tmp_path / "out"
    assert stupror("batch", plan_file, "--out", out).code == 0
    with batch_folder.open_folder(out):
        answer = stupror("batch", plan_file, "--out", out)
        assert answer.code == 2
        assert "another batch is at work" in answer.err
        assert "at work since" in stupror("batch", "status", out).out
    assert "not at work; finished" in stupror("batch", "status", out).out


def test_bad_options_are_refused(stupror: Stupror, plan_file: Path, tmp_path: Path) -> None:
    words = ("batch", plan_file, "--out", tmp_path / "out")
    assert "--workers is 0" in stupror(*words, "--workers", 0).err
    assert "tcp://10.0.0.1:8786" in stupror(*words, "--scheduler", "10.0.0.1:8786").err
    assert "there is no such file" in stupror("batch", tmp_path / "plann.toml", "--out", tmp_path / "out").err
    assert "plan.toml" in stupror("batch", tmp_path / "plann.toml", "--out", tmp_path / "out").err


def test_a_missing_library_says_what_to_install(
    stupror: Stupror, plan_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("stupror.experiments.runs.extras.find_spec", lambda _name: None)
    answer = stupror("batch", plan_file, "--out", tmp_path / "out", "--workers", 2)
    assert answer.code == 2
    assert "pip install -e '.[distributed]'" in answer.err
    assert not (tmp_path / "out").exists()


def test_a_worker_that_does_not_see_the_folder_sends_its_parts_back(tmp_path: Path, made: list[str]) -> None:
    import pickle
    import tomllib

    from stupror.experiments.batches.jobs import context_of

    prepared = prepare(plan_of(tomllib.loads(PLAN)), tmp_path / "out")
    packed = pickle.dumps(context_of(prepared.plan))
    done = engine.run_chunk(packed, prepared.left[:2], str(tmp_path / "elsewhere"), "no token")
    assert [each.key for each in done] == [job.key for job in prepared.left[:2]]
    for each in done:
        engine.write(tmp_path / "out", each)
    assert store.finished(tmp_path / "out").keys() == {each.key for each in done}
    assert not (tmp_path / "elsewhere").exists()


def test_a_worker_with_another_version_is_told_apart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import pickle
    import tomllib

    from stupror.experiments.batches.jobs import context_of

    prepared = prepare(plan_of(tomllib.loads(PLAN)), tmp_path / "out")
    packed = pickle.dumps(context_of(prepared.plan))
    monkeypatch.setattr(engine, "code_digest", lambda: "older")
    with pytest.raises(engine.ClusterError, match="Install the same on every worker"):
        engine.run_chunk(packed, prepared.left[:1], str(tmp_path), "token")


def test_the_rate_of_a_batch_at_work_is_that_of_its_last_parts(
    stupror: Stupror, plan_file: Path, made: list[str], tmp_path: Path
) -> None:
    out = tmp_path / "out"
    assert stupror("batch", plan_file, "--out", out).code == 0
    now = time.time()
    for i, path in enumerate(store.finished(out).values()):
        os.utime(path, (now, now + 30 * i))
    with batch_folder.open_folder(out):
        assert "2.0 runs a minute" in stupror("batch", "status", out).out
