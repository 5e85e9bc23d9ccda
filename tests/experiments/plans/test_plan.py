"""Plans: what is refused, what is drawn, and which runs come of it."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from stupror.experiments.batches.jobs import (
    code_digest,
    context_of,
    draw_table,
    factor_frame,
    jobs_of,
    point_frame,
    resolve,
)
from stupror.experiments.plans.likely import drawing
from stupror.experiments.plans.plan import plan_of, read_plan
from stupror.experiments.plans.sampling import METHODS, Sampling, cube, size
from stupror.model.contracts import terms
from stupror.model.inputs.errors import InputError

TINY = {"municipalities": ["1060"], "years": 2}


def plan(**sections: Any) -> Any:
    return plan_of({"title": "A test", "model": TINY, "levers": {"designs": ["status-quo", "planner"]}} | sections)


@pytest.mark.parametrize(
    ("sections", "words"),
    [
        ({"sampling": {}, "samling": {}}, ["unknown key 'samling'", "'sampling'"]),
        ({"model": {"year": 3}}, ["model: unknown key 'year'", "'years'"]),
        ({"model": {"years": 0}}, ["years = 0", "1 to 45"]),
        ({"model": {"municipalities": ["Karlskorna"]}}, ["plan: model:", "'Karlskorna'", "Karlskrona"]),
        ({"levers": {"designs": ["status-qou"]}}, ["'status-qou'", "'status-quo'"]),
        ({"levers": {"designs": ["planner", "planner"]}}, ["'planner' is named twice"]),
        ({"levers": {}}, ["levers: 'designs' is missing"]),
        ({"uncertainties": {"parameters": ["committee.horizn"]}}, ["'committee.horizn'", "'committee.horizon'"]),
        ({"uncertainties": {"parameters": ["committee.*"]}, "sampling": {"method": "sobl"}}, ["'sobl'", "'sobol'"]),
        ({"uncertainties": {"parameters": ["discount.rate"]}}, ["'discount.rate' has no distribution"]),
        (
            {"uncertainties": {"change": {"committee": {"horizon": {"range": [1, 900], "source": "assumed"}}}}},
            ["range = [1, 900]", "in 1 to 65"],
        ),
        (
            {"uncertainties": {"change": {"committee": {"horizon": {"range": [2, 4]}}}}},
            ["'source' is missing"],
        ),
        ({"sampling": {"draws": 10}, "model": {"worlds": "point"}}, ["nothing is uncertain"]),
        (
            {"uncertainties": {"parameters": ["committee.*"]}, "sampling": {"method": "saltelli", "draws": 100}},
            ["draws = 100", "64 or 128"],
        ),
        ({"outcomes": {"names": ["cost_fiskal"]}}, ["'cost_fiskal'", "'cost_fiscal'"]),
        ({"outcomes": {"tables": ["project"]}}, ["'project'", "'projects'"]),
        ({"replications": {"seeds": "freshly"}}, ["'freshly'", "'fresh'"]),
        ({"levers": {"designs": ["planner"], "terms": {"planer": {}}}}, ["'planer' is none of the designs", "planner"]),
        (
            {"levers": {"designs": ["state-outcomes-fund"], "terms": {"state-outcomes-fund": {"share": 1}}}},
            ["share", "is 1", "range or distribution"],
        ),
        (
            {"levers": {"designs": ["state-outcomes-fund"], "terms": {"state-outcomes-fund": {"shre": [1]}}}},
            ["shre", "share"],
        ),
        ({"uncertainties": {"posteriors": ["none.csv"]}}, ["none.csv: there is no such file"]),
    ],
)
def test_a_bad_plan_is_refused(sections: dict[str, Any], words: list[str]) -> None:
    with pytest.raises(InputError) as refused:
        plan(**sections)
    for word in words:
        assert word in str(refused.value)


def test_all_problems_are_told_at_once_with_the_file(tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text('title = ""\n[model]\nyears = 99\n[levers]\ndesigns = ["plannr"]\n')
    with pytest.raises(InputError) as refused:
        read_plan(file)
    assert len(refused.value.problems) == 3, refused.value
    assert sum("mine.toml" in problem for problem in refused.value.problems) == 2


def test_a_scenario_can_stand_in_the_plan_itself(tmp_path: Path) -> None:
    (tmp_path / "dear.toml").write_text('[parameters.discount.rate]\nvalue = 0.05\nsource = "assumed"\n')
    inside = {"parameters": {"discount": {"rate": {"value": 0.05, "source": "assumed"}}}}
    mine = plan(model=TINY | {"scenario": inside})
    assert mine.scenario.discount.rate == 0.05
    assert mine.scenario.hash() == plan(model=TINY | {"scenario": str(tmp_path / "dear.toml")}).scenario.hash()
    (tmp_path / "plan.toml").write_text(
        'title = "x"\nlevers.designs = ["planner"]\n[model]\nmunicipalities = ["1060"]\n'
        '[model.scenario.parameters.discount.rate]\nvalue = 0.05\nsource = "assumed"\n'
    )
    assert read_plan(tmp_path / "plan.toml").scenario.hash() == mine.scenario.hash()
    with pytest.raises(InputError, match=r"parameters\.discount\.rate: 'source' is missing"):
        plan(model=TINY | {"scenario": {"parameters": {"discount": {"rate": {"value": 0.05}}}}})
    with pytest.raises(InputError, match="scenario = 3"):
        plan(model=TINY | {"scenario": 3})


def test_designs_share_draws_and_seeds() -> None:
    made = plan(uncertainties={"parameters": ["committee.*"]}, sampling={"draws": 3}, replications={"number": 2})
    jobs = jobs_of(made, draw_table(made))
    assert len(jobs) == made.runs == 3 * 2 * 2
    assert [(job.draw, job.replication, job.design, job.seed) for job in jobs[:5]] == [
        (0, 0, "status-quo", 1), (0, 0, "planner", 1), (0, 1, "status-quo", 2), (0, 1, "planner", 2),
        (1, 0, "status-quo", 3),
    ]  # fmt: skip
    assert jobs[0].values == jobs[1].values == jobs[3].values != jobs[4].values
    assert len({job.key for job in jobs}) == len(jobs)


def test_seeds_can_be_shared_by_all_draws_or_by_none() -> None:
    uncertain = {"parameters": ["committee.*"]}
    shared = plan(uncertainties=uncertain, sampling={"draws": 2}, replications={"seeds": "shared", "first_seed": 7})
    assert [job.seed for job in jobs_of(shared, draw_table(shared))] == [7, 7, 7, 7]
    alone = plan(uncertainties=uncertain, sampling={"draws": 2}, replications={"seeds": "independent"})
    assert [job.seed for job in jobs_of(alone, draw_table(alone))] == [1, 2, 3, 4]


def test_a_key_stands_for_all_that_a_result_depends_on(monkeypatch: pytest.MonkeyPatch) -> None:
    def key(**sections: Any) -> str:
        made = plan(**sections)
        return jobs_of(made, draw_table(made))[0].key

    usual = key()
    assert usual == key(title="Another title"), "a title changes no result"
    uncertain = {"change": {"committee.horizon": {"range": [5, 5], "source": "a test"}}}
    others = [
        key(model={**TINY, "years": 3}),
        key(model={**TINY, "start_year": 2019}),
        key(model={**TINY, "municipalities": ["1080"]}),
        key(replications={"first_seed": 2}),
        key(levers={"designs": ["planner"]}),
        key(outcomes={"tables": ["projects"]}),
        key(uncertainties=uncertain, sampling={"draws": 1}),
    ]
    monkeypatch.setattr("stupror.experiments.batches.jobs.code_digest", lambda: "another version")
    others.append(key())
    assert len({usual, *others}) == len(others) + 1


@pytest.mark.parametrize("method", METHODS)
def test_every_method_fills_the_cube_the_same_way_each_time(method: str) -> None:
    how = Sampling(method, 4)
    points = cube(how, 3)
    assert points.shape == (size(how, 3), 3)
    assert points.min() >= 0
    assert points.max() <= 1
    assert (points == cube(how, 3)).all()
    assert method == "factorial" or (points != cube(Sampling(method, 4, seed=2), 3)).any()
    if METHODS[method].extendable and method != "saltelli":
        assert (cube(Sampling(method, 8), 3)[:4] == points).all()
    if method == "saltelli":
        assert (cube(Sampling(method, 8), 3)[: len(points)] == points).all()


def test_a_full_factorial_has_every_combination() -> None:
    made = plan(uncertainties={"parameters": ["committee.other_regarding", "committee.ratchet"]},
                sampling={"method": "factorial", "draws": 3})  # fmt: skip
    frame = factor_frame(made, draw_table(made))
    assert len(frame) == 9
    assert frame.drop(columns="draw").nunique().tolist() == [3, 3]
    assert not frame.drop(columns="draw").duplicated().any()


def test_draws_follow_the_distribution_and_the_changed_range() -> None:
    change = {"committee.ratchet": {"range": [0.2, 0.4], "distribution": {"kind": "uniform"}, "source": "a test"}}
    made = plan(uncertainties={"change": change}, sampling={"method": "sobol", "draws": 64})
    values = factor_frame(made, draw_table(made))["committee.ratchet"]
    assert 0.2 <= values.min() < 0.21
    assert 0.39 < values.max() <= 0.4
    assert values.mean() == pytest.approx(0.3, abs=0.002)


def test_a_list_moves_as_a_whole_and_is_shown_by_its_probability() -> None:
    made = plan(uncertainties={"parameters": ["costs.school-support.amount"]}, sampling={"draws": 5})
    draws = draw_table(made)
    usual = np.array(made.scenario.quantities["costs.school-support.amount"].value)
    for draw in draws:
        ratio = np.array(draw["costs.school-support.amount"])[usual > 0] / usual[usual > 0]
        assert ratio == pytest.approx(ratio[0], rel=1e-3)
    shown = factor_frame(made, draws)["costs.school-support.amount"]
    assert shown.between(0, 1).all()
    assert (shown == point_frame(made, draws)["costs.school-support.amount"]).all()


def test_rows_of_a_posterior_stay_together(tmp_path: Path) -> None:
    (tmp_path / "mine.csv").write_text(
        "weight,committee.ratchet,times:costs.school-support.amount\n1,0.1,2\n0,0.2,3\n3,0.3,0.5\n"
    )
    (tmp_path / "plan.toml").write_text(
        'title = "Posterior"\n[uncertainties]\nposteriors = ["mine.csv", "diffusion"]\nparameters = ["committee.*"]\n'
        '[sampling]\ndraws = 40\n[levers]\ndesigns = ["planner"]\n[model]\nmunicipalities = ["1060"]\n'
    )
    made = read_plan(tmp_path / "plan.toml")
    draws = draw_table(made)
    frame = factor_frame(made, draws)
    pairs = frame.groupby(["committee.ratchet", "times:costs.school-support.amount"]).size()
    assert pairs.to_dict() == {(0.1, 2.0): 10, (0.3, 0.5): 30}
    assert frame["committee.capacity"].nunique() == 40, "what the posterior has not is drawn on its own"
    assert frame["diffusion.innovation"].nunique() > 5, "a posterior that comes with the model, by its name"
    job = jobs_of(made, draws)[0]
    usual = np.array(made.scenario.quantities["costs.school-support.amount"].value)
    world, _ = resolve(context_of(made), job)
    factor = frame["times:costs.school-support.amount"].iloc[0]
    assert world.quantities["costs.school-support.amount"].value == pytest.approx(usual * factor)
    with pytest.raises(InputError, match="a posterior ties them"):
        plan_of({**made.document, "sampling": {"method": "morris", "draws": 4}}, beside=tmp_path)


def test_listed_terms_make_designs() -> None:
    terms = {"state-outcomes-fund": {"share": [0.6, 0.8], "follow_up_years": [5, 8]}}
    made = plan(levers={"designs": ["planner", "state-outcomes-fund"], "terms": terms})
    assert [design.name for design in made.designs] == ["planner"] + [
        f"state-outcomes-fund[share={share},follow_up_years={years}]" for share in (0.6, 0.8) for years in (5, 8)
    ]


def test_drawn_terms_are_factors_of_their_design_alone() -> None:
    levers = {
        "designs": ["planner", "state-outcomes-fund"],
        "terms": {"state-outcomes-fund": {"share_of_saving.share": {"range": [0.2, 0.8]}, "follow_up_years": [5, 8]}},
    }
    made = plan(levers=levers, sampling={"draws": 4})
    assert [factor.name for factor in made.factors] == ["state-outcomes-fund[share_of_saving.share]"]
    draws = draw_table(made)
    values = factor_frame(made, draws)["state-outcomes-fund[share_of_saving.share]"]
    assert values.between(0.2, 0.8).all()
    assert values.nunique() == 4
    jobs = jobs_of(made, draws)
    assert [len(job.terms) for job in jobs[:3]] == [0, 1, 1], "both variants of the design, not the planner"
    assert len({job.key for job in jobs}) == len(jobs)
    context = context_of(made)
    share = terms(resolve(context, jobs[1])[1])["clause.share_of_saving.share"].value
    assert share == values[0]
    with pytest.raises(InputError, match=r"range = \[0.2, 8\].*in 0 to 1"):
        plan(levers={**levers, "terms": {"state-outcomes-fund": {"share_of_saving.share": {"range": [0.2, 8]}}}})


def test_a_source_that_is_not_there_is_refused_and_not_skipped(monkeypatch):
    monkeypatch.setattr("stupror.experiments.batches.jobs.SOURCES", ("model", "analysis/renamed.py"))
    with pytest.raises(RuntimeError, match="is missing, and results come from it"):
        code_digest.__wrapped__()  # not what was found out before


@pytest.mark.parametrize(("method", "size"), [("saltelli", 4), ("morris", 3)])
def test_draws_that_are_compared_within_a_block_share_their_luck(method: str, size: int) -> None:
    uncertain = {"parameters": ["committee.horizon", "investor.required_return"]}
    made = plan(uncertainties=uncertain, sampling={"method": method, "draws": 2})
    seeds = [job.seed for job in jobs_of(made, draw_table(made)) if job.design == "planner"]
    assert seeds == [1] * size + [2] * size
    with pytest.raises(InputError, match="they differ by luck"):
        plan(uncertainties=uncertain, sampling={"method": method, "draws": 2}, replications={"seeds": "fresh"})


def test_what_a_plan_does_not_draw_is_from_the_likely_world_of_the_seed_and_the_rest_is_the_plan_s() -> None:
    sections = {
        "title": "t",
        "levers": {"designs": ["status-quo", "planner"]},
        "uncertainties": {"parameters": ["choice.taste"]},
        "sampling": {"draws": 3},
        "replications": {"seeds": "independent"},
    }
    made = plan_of(sections)
    jobs = jobs_of(made, draw_table(made))
    for job in jobs[2:4]:  # two designs of one draw, with seeds of their own
        lived = resolve(context_of(made), job)[0]
        assert lived.hash() == drawing()(made.scenario, jobs[2].seed).with_values(dict(job.values)).hash()
        assert lived.choice.taste == dict(job.values)["choice.taste"]
    assert jobs[2].seed != jobs[3].seed
    held = plan_of(sections | {"model": {"worlds": "point"}})
    job = jobs_of(held, draw_table(held))[0]
    assert resolve(context_of(held), job)[0].hash() == held.scenario.with_values(dict(job.values)).hash()
    assert plan_of(sections | {"sampling": {"method": "morris", "draws": 2}, "replications": {}}).worlds == "point"
    assert plan_of({"title": "t", "levers": {"designs": ["planner"]}}).worlds == "likely"
    with pytest.raises(InputError, match="Did you mean 'likely'"):
        plan_of(sections | {"model": {"worlds": "likly"}})
