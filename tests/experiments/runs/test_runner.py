"""Pairing, order and failure of runs, with a stand-in for the model: what is tested here is who runs with what."""

import os
from concurrent.futures import Future, ThreadPoolExecutor
from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest

from stupror.experiments.plans.likely import drawing
from stupror.experiments.runs import runner, workers
from stupror.experiments.runs.runner import RunError, compare, run
from stupror.experiments.runs.workers import open_pool
from stupror.model.contracts import load_design
from stupror.model.inputs.errors import InputError
from stupror.model.inputs.scenario import load_scenario, select

BLEKINGE = select(load_scenario(), ["10"])
DESIGNS = [load_design("status-quo"), load_design("planner")]


def fake(
    spec: Any, design: Any, *, seed: int, years: int, start_year: int, threads: int, detail: bool, rules: Any
) -> dict[str, pd.DataFrame]:
    assert threads == 1
    assert rules == {}
    assert start_year == 2020
    row = {"design": design.name, "seed": seed, "world": spec.hash(), "years": years, "detail": detail}
    empty = pd.DataFrame({"design": pd.Series(dtype="str"), "seed": pd.Series(dtype="int64")})
    return {"runs": pd.DataFrame([row]), "projects": empty}


@pytest.fixture(autouse=True)
def stand_in(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runner, "simulate", fake)


def test_every_design_gets_the_same_seeds_in_the_order_given() -> None:
    runs = compare(BLEKINGE, DESIGNS, [3, 4], years=5)["runs"]
    assert list(zip(runs["design"], runs["seed"], strict=True)) == [
        ("status-quo", 3), ("status-quo", 4), ("planner", 3), ("planner", 4)
    ]  # fmt: skip
    assert not runs["detail"].any()


def test_an_uncertain_world_is_drawn_once_per_seed_and_shared_by_the_designs() -> None:
    runs = compare(BLEKINGE, DESIGNS, [3, 4], years=5, worlds=drawing())["runs"]
    by_seed = runs.groupby("seed")["world"].unique().map(list)
    assert by_seed.map(len).tolist() == [1, 1]
    assert by_seed[3] != by_seed[4]
    assert by_seed[3] != [BLEKINGE.hash()]


def test_tables_without_rows_keep_their_columns() -> None:
    projects = compare(BLEKINGE, DESIGNS, [1], years=5)["projects"]
    assert projects.empty
    assert list(projects.columns) == ["design", "seed"]


def test_an_open_pool_is_used_and_changes_nothing() -> None:
    """A pool of threads, to which the stand-in is known; the same tables in the same order."""
    with ThreadPoolExecutor(2) as pool:
        pooled = compare(BLEKINGE, DESIGNS, [3, 4], years=5, pool=pool)  # type: ignore[arg-type]
    pd.testing.assert_frame_equal(pooled["runs"], compare(BLEKINGE, DESIGNS, [3, 4], years=5)["runs"])
    with open_pool(1) as none:
        assert none is None


def test_progress_is_told_after_every_run() -> None:
    told: list[tuple[int, int]] = []
    compare(BLEKINGE, DESIGNS, [1, 2], years=5, progress=lambda done, of: told.append((done, of)))
    assert told == [(1, 4), (2, 4), (3, 4), (4, 4)]


@pytest.mark.parametrize(
    ("designs", "seeds", "problem"),
    [
        ([DESIGNS[0], DESIGNS[0]], [1], "'status-quo' is named twice"),
        (DESIGNS, [1, 1], "seed 1 comes twice"),
        ([], [1], "no design"),
        (DESIGNS, [], "no seed"),
    ],
)
def test_runs_that_no_table_could_tell_apart_are_refused(designs: list[Any], seeds: list[int], problem: str) -> None:
    with pytest.raises(InputError, match=problem):
        compare(BLEKINGE, designs, seeds, years=5)


def test_a_failure_names_its_design_and_seed(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_spec: object, **_terms: object) -> None:
        raise ZeroDivisionError("2031: nobody lives here")

    monkeypatch.setattr(runner, "simulate", fails)
    with pytest.raises(RunError, match=r"design 'planner' with seed 7 failed: ZeroDivisionError: 2031: nobody"):
        run(BLEKINGE, DESIGNS[1], 7, 5)


def test_bad_input_found_by_the_model_stays_bad_input(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuses(*_spec: object, **_terms: object) -> None:
        raise InputError(["clause 3: cannot be lived"])

    monkeypatch.setattr(runner, "simulate", refuses)
    with pytest.raises(InputError, match="clause 3"):
        run(BLEKINGE, DESIGNS[0], 1, 5)


def test_a_failure_in_a_worker_comes_back_with_its_design_and_seed() -> None:
    broken = select(load_scenario(), ["10"])
    object.__setattr__(broken, "ladder", None)  # the workers do not know the stand-in: this makes the model itself fail
    with pytest.raises(RunError, match=r"design '(status-quo|planner)' with seed 1 failed: \w+Error"):
        compare(broken, DESIGNS, [1], years=1, workers=2)


def test_worker_processes_do_what_map_does_and_say_when_one_is_gone():
    with workers.open_pool(2) as pool:
        assert list(workers.in_order(pool, abs, range(-100, 0))) == list(range(100, 0, -1))
    with pytest.raises(workers.WorkerError), workers.open_pool(2) as pool:
        list(workers.in_order(pool, os._exit, range(3)))


def test_runs_that_one_process_makes_together_come_back_in_their_places(monkeypatch: pytest.MonkeyPatch) -> None:
    class Here:
        def submit(self, function: Any, jobs: Any) -> Any:
            done: Future[Any] = Future()
            done.set_result(function(jobs))
            return done

    told: list[tuple[int, int]] = []
    monkeypatch.setattr(runner, "_live_all", lambda jobs: [{"run": job} for job in jobs])
    jobs, here = list("abcdef"), Here()
    made: Any = runner._in_pool(
        jobs,  # type: ignore[arg-type]
        [range(1, 6, 2), range(0, 6, 2)],
        here,  # type: ignore[arg-type]
        lambda done, of: told.append((done, of)),
    )
    assert "".join(each["run"] for each in made) == "abcdef"
    assert told == [(3, 6), (6, 6)]


def test_many_small_runs_are_let_go_of_once_a_second(monkeypatch: pytest.MonkeyPatch) -> None:
    clock, gone, asked = iter([0.0, 0.4, 1.3, 1.3, 1.9, 2.4, 2.4]), list[int](), list[int]()
    monkeypatch.setattr(workers, "time", SimpleNamespace(monotonic=lambda: next(clock)))
    monkeypatch.setattr(workers, "let_go", lambda: gone.append(len(asked)))
    finished = workers.let_go_each_second()
    for number in range(4):
        asked.append(number)
        finished()
    assert gone == [2, 4]
