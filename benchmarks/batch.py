"""Batches: runs per second, overhead per run, what a second worker brings, memory, and what pairing saves.

    python benchmarks/batch.py [--draws N] [--rounds N]

One small county (Blekinge), ten years, five designs, every parameter uncertain. Overhead is the processor time of a run
outside `simulate`: its world, its outcomes, its part, letting go of it. Trust ratios, not seconds.
"""

from __future__ import annotations

import argparse
import resource
import shutil
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

from stupror.analysis.batches import paired
from stupror.experiments import batch
from stupror.experiments.batches import engine
from stupror.experiments.batches.jobs import context_of
from stupror.experiments.batches.session import prepare, run_batch
from stupror.experiments.plans.plan import plan_of

DESIGNS = ["status-quo", "municipal-fund", "municipal-fund-repayment", "state-outcomes-fund", "planner"]


def plan(draws: int, **sections: Any) -> dict[str, Any]:
    """The plan of these measurements."""
    return {
        "title": "Benchmark",
        "model": {"municipalities": ["10"], "years": 10},
        "uncertainties": {"parameters": ["*"]},
        "sampling": {"method": "halton", "draws": draws},
        "levers": {"designs": DESIGNS},
    } | sections


def memory() -> int:
    """Resident memory now, MB."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() // 2**20


def overhead(draws: int) -> None:
    """Processor time of runs, in all and within `simulate`; memory after each quarter."""
    spent = 0.0
    usual = engine.simulate

    def timed(*terms: Any, **more: Any) -> Any:
        nonlocal spent
        started = time.process_time()
        tables = usual(*terms, **more)
        spent += time.process_time() - started
        return tables

    prepared = prepare(plan_of(plan(draws)), Path("/nowhere/at/all"))
    context, jobs = context_of(prepared.plan), prepared.left
    with tempfile.TemporaryDirectory() as folder:
        list(engine.in_turn(context, jobs[:5], Path(folder)))
        engine.simulate = timed
        started, sizes = time.process_time(), []
        for number, _ in enumerate(engine.in_turn(context, jobs[5:], Path(folder)), start=1):
            if number % ((len(jobs) - 5) // 4) == 0:
                sizes.append(memory())
        total = time.process_time() - started
        engine.simulate = usual
    runs = len(jobs) - 5
    print(f"{runs} runs: {1000 * total / runs:.1f} ms a run, of which {1000 * (total - spent) / runs:.1f} ms overhead")
    print(f"  overhead {100 * (total - spent) / total:.1f} %; memory after each quarter {sizes} MB")


def speed(draws: int, rounds: int) -> None:
    """Runs per second with one process and with two workers, in turn, once all have started."""
    rates: dict[int, list[float]] = {1: [], 2: []}
    runs = draws * len(DESIGNS)
    for _ in range(rounds):
        for workers in rates:
            folder, told = Path(tempfile.mkdtemp()), dict[int, float]()
            run_batch(
                prepare(plan_of(plan(draws)), folder), folder, workers=workers,
                tell=lambda done, _all, told=told: told.setdefault(done, time.perf_counter()),
            )  # fmt: skip
            settled = runs // 5
            rates[workers].append((runs - settled) / (told[runs] - told[settled]))
            shutil.rmtree(folder)
    one, two = statistics.median(rates[1]), statistics.median(rates[2])
    print(f"{runs} runs: {one:.1f} runs/s with one process, {two:.1f} with two workers: x {two / one:.2f}")


def pairing(seeds: int) -> None:
    """Variance of the difference from status quo with common seeds, against independent ones; parameters fixed."""
    spread: dict[str, Any] = {}
    for way in ("fresh", "independent"):
        fixed = {name: each for name, each in plan(1).items() if name not in ("uncertainties", "sampling")}
        with tempfile.TemporaryDirectory() as folder:
            runs = batch({**fixed, "replications": {"number": seeds, "seeds": way}}, folder).runs
        spread[way] = paired.differences(runs.assign(draw=runs["replication"]), "cost_fiscal").var()
    for design, ratio in (spread["independent"] / spread["fresh"]).items():
        print(f"  {design}: independent seeds need {ratio:.1f} times as many runs for the same precision")


def main() -> None:
    """Print the report."""
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--draws", type=int, default=40)
    words.add_argument("--rounds", type=int, default=3)
    asked = words.parse_args()
    overhead(asked.draws)
    speed(asked.draws, asked.rounds)
    print("common random numbers, lifetime public cost against status quo:")
    pairing(asked.draws)


if __name__ == "__main__":
    main()
