"""Batches with the real model: killed, resumed, on a cluster. Whatever happens, the table ends with the same bytes."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pyarrow.parquet as pq
import pytest

from stupror.analysis.measures import contracts, lifetime, options, savings
from stupror.analysis.measures.outcomes import OUTCOMES, outcomes
from stupror.experiments import batch
from stupror.experiments.batches import batch_folder, cluster, store
from stupror.experiments.batches.session import prepare, run_batch
from stupror.experiments.plans.plan import plan_of
from stupror.experiments.runs import runner
from stupror.model.contracts import load_design
from stupror.model.inputs.scenario import load_scenario, select

DRAWS, RUNS = 9, 18
PLAN: dict[str, Any] = {
    "title": "A test",
    "model": {"municipalities": ["1060"], "years": 2},
    "uncertainties": {"parameters": ["committee.*"]},
    "sampling": {"method": "halton", "draws": DRAWS},
    "levers": {"designs": ["status-quo", "state-outcomes-fund"]},
}
IN_TOML = f"""
title = "A test"
model = {{ municipalities = ["1060"], years = 2 }}
uncertainties = {{ parameters = ["committee.*"] }}
sampling = {{ method = "halton", draws = {DRAWS} }}
levers = {{ designs = ["status-quo", "state-outcomes-fund"] }}
"""


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The batch, made here and in peace."""
    folder = tmp_path_factory.mktemp("whole") / "out"
    batch(PLAN, folder)
    return folder


def test_the_table_can_be_read_without_us(whole: Path) -> None:
    runs = pd.read_parquet(whole / batch_folder.RUNS)
    assert list(runs.columns[:6]) == ["draw", "replication", "design", "seed", "key", "scenario_hash"]
    assert list(runs.columns[-len(OUTCOMES) :]) == list(OUTCOMES)
    assert "committee.horizon" in runs
    query = (
        f"select design, count(*), avg(cost_fiscal) from '{whole / batch_folder.RUNS}' group by design order by design"
    )
    by_design = duckdb.sql(query).fetchall()
    assert [row[:2] for row in by_design] == [("state-outcomes-fund", DRAWS), ("status-quo", DRAWS)]
    parts = duckdb.sql(f"select count(*), count(distinct key) from '{whole / 'parts'}/*/*.parquet'").fetchall()
    assert parts == [(RUNS, RUNS)]
    plain = {"int64", "double", "string", "large_string"}
    assert {str(column.type) for column in pq.read_schema(whole / batch_folder.RUNS)} <= plain


@pytest.mark.parametrize("name", ["state-outcomes-fund", "sib-norrkoping", "internal-outcome-contract", "status-quo"])
def test_outcomes_are_the_measures_of_a_single_run(name: str) -> None:
    spec = select(load_scenario(), ["1060"])
    design = load_design(name)
    tables = runner.run(spec, design, 3, 6, detail=False)
    found = outcomes(tables, rate=0.03, societal_rate=0.035)
    cost = lifetime.lifetime_cost(tables, 0.03).set_index("group")["per_child_sek"]
    for group in ("municipality", "region", "state"):
        assert found[f"cost_{group}"] == pytest.approx(cost[group], rel=1e-12)
    assert found["cost_fiscal"] == pytest.approx(lifetime.public_cost(tables, 0.03)["per_child_sek"].iloc[0], rel=1e-12)
    ratio = savings.benefit_cost(tables, 0.03, 0.035).set_index("perspective")["ratio"]
    assert found["ratio_fiscal"] == pytest.approx(ratio["fiscal"], rel=1e-9, nan_ok=True)
    assert found["ratio_societal"] == pytest.approx(ratio["societal"], rel=1e-9, nan_ok=True)
    same = {
        "wrong_pocket": savings.wrong_pocket_share(tables, 0.03)["share"],
        "owner_share": options.owner_share(tables)["share"],
        "deadweight": lifetime.deadweight(tables)["share"],
        "payment_error": lifetime.overpayment(tables)["error"],
        "invested": lifetime.investment(tables)["invested_per_year_sek"],
        "reached": lifetime.investment(tables)["children_per_year"],
    }
    for name, measured in same.items():
        wanted = measured.iloc[0] if len(measured) else float("nan")
        assert found[name] == pytest.approx(wanted, rel=1e-9, nan_ok=True), name
    position = contracts.net_position(tables, 0.03).set_index("group")["money_sek"]
    alive = tables["runs"]["children"].iloc[0]
    assert found["investor_gain"] == pytest.approx(position.get("investor", 0.0) / alive, abs=1e-9)
    children = tables["children"]
    in_need = children[children["level"].isin(["support", "care", "placed", "assistance", "ill_health", "exclusion"])]
    levels = tables["levels"]
    lived = levels[levels["level"].isin(in_need["level"].unique())]
    now = lived[lived["phase"] == "simulated"]
    assert now["actual"].sum() == in_need["children"].sum(), "the simulated years are those of the table `children`"
    assert found["years_in_need"] == pytest.approx(lived["actual"].sum() / alive)
    since = lived["year"] - tables["runs"]["start_year"].iloc[0]
    for name, rate in (("need_fiscal", 0.03), ("need_societal", 0.035)):
        assert found[name] == pytest.approx((lived["actual"] / (1 + rate) ** since).sum() / alive)
    assert found["need_societal"] < found["need_fiscal"] < found["years_in_need"]
    at_no_rate = outcomes(tables, rate=0.0, societal_rate=0.0)
    assert at_no_rate["need_fiscal"] == at_no_rate["years_in_need"] == found["years_in_need"]


def test_a_batch_that_is_killed_goes_on_where_it_was(whole: Path, tmp_path: Path) -> None:
    (tmp_path / "plan.toml").write_text(IN_TOML)
    command = [
        sys.executable,
        "-c",
        "from stupror.experiments.cli import main; main()",
        "batch",
        "plan.toml",
        "--out",
        "out",
    ]
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parents[3])}
    out = tmp_path / "out"
    with subprocess.Popen(command, cwd=tmp_path, env=environment, stdout=subprocess.DEVNULL) as running_batch:
        while len(store.finished(out)) < 4 and running_batch.poll() is None:
            time.sleep(0.02)
        running_batch.send_signal(signal.SIGKILL)
    there = store.finished(out)
    assert 4 <= len(there) < RUNS
    assert "ended" not in batch_folder.read_manifest(out)["sessions"][-1]
    times = {path: path.stat().st_mtime_ns for path in there.values()}
    batch(PLAN, out, extend=True)
    assert {path: path.stat().st_mtime_ns for path in times} == times, "a finished run was made again"
    assert batch_folder.read_manifest(out)["sessions"][-1]["made"] == RUNS - len(there)
    assert (out / batch_folder.RUNS).read_bytes() == (whole / batch_folder.RUNS).read_bytes()


@pytest.mark.filterwarnings("ignore")  # what Dask says when its workers die is not ours
def test_a_cluster_whose_worker_is_killed_makes_the_same_bytes(
    whole: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("distributed")
    monkeypatch.setattr(cluster, "CHUNK_SECONDS", 0.2)
    out, killed = tmp_path / "out", []

    def kill_one(done: int, _all: int) -> None:
        if done >= 5 and not killed:
            makers = {store.read_facts(path)["process"] for path in store.finished(out).values()} - {os.getpid()}
            killed.append(min(makers))
            os.kill(killed[0], signal.SIGKILL)

    result = run_batch(prepare(plan_of(PLAN), out), out, workers=2, tell=kill_one)
    assert killed
    assert (result.made, result.failed) == (RUNS, 0)
    makers = {store.read_facts(path)["process"] for path in store.finished(out).values()}
    assert len(makers) >= 3, "this process, two workers, and one that took the place of the dead"
    assert (out / batch_folder.RUNS).read_bytes() == (whole / batch_folder.RUNS).read_bytes()


def test_a_model_that_nobody_holds_goes() -> None:
    import gc
    import weakref

    from stupror.model.model import PreventionModel

    model = PreventionModel(select(load_scenario(), ["1060"]), load_design("planner"), 1, 1)
    model.step()
    numbers = [agent.unique_id for agent in model.agents]
    assert len(set(numbers)) == len(numbers)
    seen = weakref.ref(model)
    del model
    gc.collect()
    assert seen() is None


def test_runs_share_the_tables_of_their_world_and_leave_them_as_they_were() -> None:
    from stupror.model.children.ladder import build_ladder
    from stupror.model.children.prices import build_costs
    from stupror.model.model import PreventionModel

    spec = select(load_scenario(), ["1060"])
    ladder, costs = build_ladder(spec.ladder), build_costs(spec)
    before = [array.tobytes() for table in (ladder, costs) for array in vars(table).values()]
    model = PreventionModel(spec, load_design("state-outcomes-fund"), 1, 3)
    cells = [array.tobytes() for array in vars(model.world.cells).values()]
    for _ in range(3):
        model.step()
    assert model.world.ladder is ladder
    assert model.world.costs is costs
    assert [array.tobytes() for table in (ladder, costs) for array in vars(table).values()] == before
    assert [array.tobytes() for array in vars(model.world.cells).values()] == cells
    assert PreventionModel(spec, load_design("planner"), 2, 3).world.cells is model.world.cells
    assert build_ladder(spec.replace("ladder.frailty_up", (0.6, 1.7, 2.8)).ladder) is not ladder
