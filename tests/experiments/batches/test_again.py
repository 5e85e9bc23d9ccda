"""A draw of a batch made anew: its world as a file, its runs as commands, and what an evaluation would report there."""

import shlex
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from stupror.experiments import batch, open_batch
from stupror.experiments.batches.again import command_of, draw_of, plan_again, scenario_text
from stupror.experiments.batches.jobs import context_of, resolve
from stupror.experiments.batches.studies import METHODS, Study, left_after, reports_of
from stupror.experiments.plans.plan import plan_of
from stupror.experiments.runs.run_folder import design_hash
from stupror.model.contracts import load_design
from stupror.model.inputs.errors import InputError
from stupror.model.inputs.scenario import load_scenario, select

pytestmark = pytest.mark.usefixtures("undrawn")

PLAN: dict[str, Any] = {
    "title": 'Many kinds of numbers, "quoted"',
    "model": {"municipalities": ["1060"], "years": 2},
    "uncertainties": {"parameters": ["committee.*", "ladder.*", "costs.*", "interventions.parenting.*"]},
    "sampling": {"method": "halton", "draws": 4, "seed": 7},
    "levers": {
        "designs": ["status-quo", "state-outcomes-fund"],
        "terms": {"state-outcomes-fund": {"cap": {"range": [1.0, 1.5]}}},
    },
}


def test_the_file_of_a_draw_is_its_world(tmp_path: Path) -> None:
    plan = plan_of(PLAN)
    draw = draw_of(plan, 3)
    file = tmp_path / "draw-3.toml"
    file.write_text(scenario_text(draw.world, plan.title, "draw 3"), encoding="utf-8")
    read = load_scenario(file)
    assert read.title == plan.title
    assert select(read, ["1060"]).hash() == draw.world.hash() != plan.scenario.hash()
    assert any(isinstance(read.quantities[name].value, tuple) for name, _ in draw.jobs[0].values)
    with pytest.raises(InputError, match="draws 0 to 3"):
        draw_of(plan, 4)


def test_the_command_of_a_run_names_its_contract_and_its_luck() -> None:
    plan = plan_of(PLAN)
    draw = draw_of(plan, 2)
    words = shlex.split(command_of(draw, draw.jobs[1], Path("draw-2.toml")))
    given = dict(zip(words[3::2], words[4::2], strict=False))
    assert words[:3] == ["stupror", "run", "draw-2.toml"]
    assert given["--seed"] == str(draw.jobs[1].seed)
    _, contract = resolve(context_of(plan), draw.jobs[1])
    same = replace(load_design(given["--design"]), name=contract.name)
    assert design_hash(same) == design_hash(contract) != design_hash(plan.designs[1])


def test_a_draw_is_shown_and_its_runs_are_the_same_again(stupror: Any, tmp_path: Path) -> None:
    out = tmp_path / "out"
    batch({**PLAN, "sampling": {"method": "halton", "draws": 1}}, out)
    answer = stupror("batch", "show", out, "--draw", 0, "--again")
    assert answer.code == 0, answer.err
    assert "Made again: 2 runs, every outcome the same to the last digit." in answer.out
    command = next(line.strip() for line in answer.out.splitlines() if "--design status-quo" in line)
    words = shlex.split(command)[1:]
    words[words.index("--out") + 1] = str(tmp_path / "run")
    assert stupror(*words).code == 0
    run = pd.read_parquet(tmp_path / "run" / "runs.parquet")
    mine = open_batch(out).runs.query("design == 'status-quo'")
    assert run["scenario_hash"].tolist() == mine["scenario_hash"].tolist()
    assert "draws 0 to 0" in stupror("batch", "show", out, "--draw", 1).err
    with pytest.raises(InputError, match="comes to something else now"):
        plan_again(out, {**open_batch(out).manifest, "plan_digest": "0"})
    other = tmp_path / "other.toml"
    other.write_text('title = "Another"\n[levers]\ndesigns = ["planner"]\n')
    for words in (("study", out, "--intervention", "parenting"), ("batch", "show", out, "--draw", 0)):
        refused = stupror(*words, "--plan", other)
        assert refused.code == 2
        assert f"--plan {other}: is not the plan of {out} (differs in: levers.designs, " in refused.err
    unknown = stupror("study", out, "--intervention", "parentin")
    assert unknown.code == 2
    assert "'parentin' is no intervention of this batch. Did you mean 'parenting'?" in unknown.err
    assert "--methods: 'lots' is not known" in stupror("study", out, "--intervention", "x", "--methods", "lots").err
    assert "--follow-up: '0'" in stupror("study", out, "--intervention", "x", "--follow-up", "0,2").err


def test_what_an_evaluation_reports_is_the_effect_and_what_its_method_gets_wrong() -> None:
    usual = load_scenario()
    worlds = [usual.replace("project.effect_kept", kept) for kept in (0.0, 0.5, 1.0)]
    studies = [Study("parenting", method, years) for method in METHODS for years in (2, 5)]
    found = reports_of(usual, iter(worlds), studies)
    by_lot = found[Study("parenting", "randomised-waiting-list", 5)]
    assert by_lot.mean[0] == pytest.approx(0.0, abs=1e-6), "no effect, no difference"
    assert by_lot.mean[0] < by_lot.mean[1] < by_lot.mean[2]
    assert by_lot.mean[2] > found[Study("parenting", "randomised-waiting-list", 2)].mean[2] > 0
    assert by_lot.off[2] < found[Study("parenting", "before-after", 5)].off[2]
    assert abs(found[Study("parenting", "before-after", 5)].mean[0]) > 100, "it is off where there is no effect"
    assert (np.concatenate([each.variance for each in found.values()]) > 0).all()
    plan = plan_of({**PLAN, "model": {**PLAN["model"], "years": 10}})
    assert left_after(plan, pd.Series([0, 5, 12])).tolist() == pytest.approx([1.0, 0.5 / 1.03**5, 0.0])
