"""Packing finished runs into few files: nothing is lost, made twice or made otherwise. The model is a stand-in here."""

import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from stupror.experiments.batches import batch_folder, engine, packs, store
from stupror.experiments.batches.session import prepare, run_batch
from stupror.experiments.plans.plan import plan_of
from stupror.experiments.results import open_batch
from tests.experiments.batches.stand_in import stand_in

PLAN = """\
title = "A test"
[model]
municipalities = ["1060"]
years = 2
[uncertainties]
parameters = ["committee.horizon"]
[sampling]
method = "halton"
draws = 10
[levers]
designs = ["status-quo", "planner"]
"""


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Stand in for the model, and let a pack be full with six runs; lists the keys that were run."""
    keys = stand_in(monkeypatch)
    monkeypatch.setattr(packs, "FULL", 6)
    monkeypatch.setattr(packs.pack_all, "__defaults__", (0,))
    return keys


def run(folder: Path) -> bytes:
    run_batch(prepare(plan_of(tomllib.loads(PLAN)), folder), folder)
    return (folder / batch_folder.RUNS).read_bytes()


@pytest.fixture
def in_peace(made: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> bytes:
    """The table of the same plan with a file for each run."""
    with monkeypatch.context() as patch:
        patch.setattr(packs, "FULL", 10**9)
        patch.setattr(packs.pack_all, "__defaults__", (10**9,))
        table = run(tmp_path / "in peace")
    assert len(store.loose(tmp_path / "in peace")) == 20
    made.clear()
    return table


def test_runs_are_packed_and_the_table_is_the_same(in_peace: bytes, made: list[str], tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert run(out) == in_peace
    assert [path.name.partition("-")[0] for path in store.packs(out)] == ["2", "6", "6", "6"]
    assert not store.loose(out)
    assert [path.name for path in (out / "parts").iterdir()] == ["packed"]
    assert run(out) == in_peace
    assert len(made) == 20, "nothing is made twice"
    assert open_batch(out).status() == {"runs": 20, "finished": 20, "failed": 0, "left": 0}


@pytest.mark.parametrize("at", ["replace", "unlink"])
def test_a_kill_while_packing_loses_nothing(
    in_peace: bytes, made: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, at: str
) -> None:
    out = tmp_path / "out"
    usual: Callable[..., Any] = getattr(Path, at)

    def killed(path: Path, *terms: Any, **more: Any) -> Any:
        ours = path.parent.name == store.PACKED if at == "replace" else path.suffix == ".parquet"
        if ours and "parts" in path.parts:
            raise KeyboardInterrupt
        return usual(path, *terms, **more)

    with monkeypatch.context() as patch:
        patch.setattr(Path, at, killed)
        with pytest.raises(KeyboardInterrupt):
            run(out)
    assert len(store.finished(out)) == 6
    assert open_batch(out).status()["finished"] == 6
    assert run(out) == in_peace
    assert len(made) == 20
    assert not store.loose(out)
    assert not list(out.rglob(".draft-*"))


def test_a_damaged_pack_is_set_aside_and_its_runs_made_again(in_peace: bytes, made: list[str], tmp_path: Path) -> None:
    out = tmp_path / "out"
    run(out)
    pack = store.packs(out)[-1]
    lost = set(store.keys_of(pack))
    data = bytearray(pack.read_bytes())
    data[len(data) // 2] ^= 1
    pack.write_bytes(data)
    assert open_batch(out).status() == {"runs": 20, "finished": 14, "failed": 0, "left": 6, "damaged": 6}
    made.clear()
    assert run(out) == in_peace
    assert set(made) == lost
    assert [path.name for path in (out / "damaged").iterdir()] == [pack.name]


def test_packs_of_many_short_sessions_are_put_together(
    in_peace: bytes, made: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "out"
    monkeypatch.setattr(packs, "FULL", 100)
    for stop in (2, 4, 6):
        prepared = prepare(plan_of(tomllib.loads(PLAN)), out)
        with monkeypatch.context() as patch:
            patch.setattr("stupror.experiments.batches.session._all", _some(stop))
            run_batch(prepared, out)
    assert run(out) == in_peace
    assert [path.name.partition("-")[0] for path in store.packs(out)] == ["20"]


def _some(stop: int) -> Any:
    from stupror.experiments.batches.jobs import context_of

    def few(prepared: Any, folder: Path, *_rest: Any) -> Any:
        return engine.in_turn(context_of(prepared.plan), prepared.left[:stop], folder)

    return few
