"""Draws in rounds until a difference is sure enough. The model is a stand-in with a known spread."""

import copy
import math
import re
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from stupror.analysis.measures.outcomes import OUTCOMES
from stupror.experiments import batch, open_batch
from stupror.experiments.batches import batch_folder, engine, rounds
from stupror.experiments.batches.again import plan_again
from stupror.experiments.plans.plan import plan_of
from stupror.experiments.plans.sampling import Sampling
from stupror.model.inputs.errors import InputError

Stupror = Callable[..., Any]

SD, HALF_WIDTH = 100.0, 30.0
PLAN = f"""\
title = "Until it is sure"
[model]
municipalities = ["1060"]
years = 2
worlds = "point"
[uncertainties]
parameters = ["committee.ratchet"]
[sampling]
method = "random"
draws = 10
[levers]
designs = ["status-quo", "municipal-fund", "planner"]
[until]
outcome = "cost_fiscal"
half_width = {HALF_WIDTH}
most = 200
"""


@pytest.fixture(autouse=True)
def stand_in(monkeypatch: pytest.MonkeyPatch) -> None:
    """The fund's difference has a standard deviation of 100, the planner's one of 10,000."""

    def run_one(_context: Any, job: Any) -> Any:
        luck = np.random.default_rng(job.seed).normal()
        more = {"status-quo": 0.0, "municipal-fund": SD * luck, "planner": 100 * SD * luck}[job.design]
        return {"key": job.key, "scenario_hash": "x", **dict.fromkeys(OUTCOMES, 1000.0 + more)}, {}

    monkeypatch.setattr(engine, "run_one", run_one)


def document() -> dict[str, Any]:
    return tomllib.loads(PLAN)


def test_it_ends_where_the_interval_is_narrow_enough(stupror: Stupror, tmp_path: Path) -> None:
    file, out = tmp_path / "plan.toml", tmp_path / "out"
    file.write_text(PLAN)
    answer = stupror("batch", file, "--out", out)
    assert answer.code == 0, answer.err
    told = re.findall(r"After (\d+) draws the half-width of cost_fiscal is ([\d.]+), wanted 30", answer.out)
    assert told[0][0] == "10"
    assert "enough." in answer.out
    row = open_batch(out).summary().query("outcome == 'cost_fiscal' and design == 'municipal-fund'").iloc[0]
    assert 0.85 * HALF_WIDTH < (row["high"] - row["low"]) / 2 <= HALF_WIDTH
    should = (1.645 * SD / HALF_WIDTH) ** 2
    assert 0.8 * should < row["n"] < 1.4 * should, "the planner is a yardstick: nobody waits for it"
    plain = document() | {"sampling": {"method": "random", "draws": int(row["n"])}}
    del plain["until"]
    batch(plain, tmp_path / "plain")
    tables = [(folder / batch_folder.RUNS).read_bytes() for folder in (out, tmp_path / "plain")]
    assert tables[0] == tables[1], "the same runs as a plan of so many draws"
    assert plan_again(out, dict(open_batch(out).manifest)).draws == row["n"]


def test_interrupted_it_ends_at_the_same_draws(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    batch(document(), tmp_path / "in peace")
    usual, calls = engine.run_one, iter(range(10_000))

    def stopped(*terms: Any) -> Any:
        if next(calls) == 60:
            raise KeyboardInterrupt
        return usual(*terms)

    with monkeypatch.context() as patch:
        patch.setattr(engine, "run_one", stopped)
        with pytest.raises(KeyboardInterrupt):
            batch(document(), tmp_path / "out")
    batch(document(), tmp_path / "out")
    assert (tmp_path / "out/runs.parquet").read_bytes() == (tmp_path / "in peace/runs.parquet").read_bytes()


@pytest.mark.parametrize(
    ("how", "times", "most", "draws"),
    [
        (Sampling("random", 100), 1.0, 1000, 100),  # sure enough
        (Sampling("random", 100), 1.5, 1000, 237),  # 100 * 1.5**2 * 1.05, rounded up
        (Sampling("random", 100), 1.01, 1000, 111),  # by a tenth at least
        (Sampling("random", 100), 9.0, 1000, 400),  # four times as many at most: the first guess may be poor
        (Sampling("random", 100), 9.0, 250, 250),
        (Sampling("random", 250), 9.0, 250, 250),
        (Sampling("random", 1), math.nan, 250, 4),
        (Sampling("halton", 80, scrambles=8), 1.5, 1000, 192),  # 190, shared among eight
        (Sampling("sobol", 64), 1.1, 1024, 128),
        (Sampling("sobol", 64), 9.0, 1024, 256),
        (Sampling("saltelli", 64), 9.0, 128, 128),
    ],
)
def test_how_many_draws_there_should_be(how: Sampling, times: float, most: int, draws: int) -> None:
    assert rounds.wanted(how, times, most) == draws


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"until": {"outcome": "cost_fiscal"}}, "half_width"),
        ({"until": {"outcome": "cost_fiscl", "half_width": 5}}, "Did you mean 'cost_fiscal'"),
        ({"until": {"outcome": "cost_fiscal", "half_width": -5}}, "a number above 0, in the unit of the outcome"),
        ({"until": {"outcome": "cost_fiscal", "half_width": "5"}}, "a number above 0"),
        ({"until": {"outcome": "cost_fiscal", "half_width": 5, "most": 9}}, "from 10 to 1000000"),
        ({"sampling": {"method": "latin-hypercube"}}, "These can: sobol, halton, random, saltelli"),
        ({"replications": {"seeds": "shared"}}, "Take 'fresh'"),
        (
            {"uncertainties": {}, "model": {}, "sampling": {"method": "sobol", "draws": 16}},
            "this plan names none. Take 'random'",
        ),
        ({"uncertainties": {}}, "nothing is uncertain"),
    ],
)
def test_what_cannot_be_waited_for_is_refused(change: dict[str, Any], words: str) -> None:
    with pytest.raises(InputError, match=re.escape(words)):
        plan_of(copy.deepcopy(document()) | change)
