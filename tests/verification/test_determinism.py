"""A run is a function of scenario, design, seed and years: not of threads, repetition, or who else is simulated."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from pandas.testing import assert_frame_equal
from worlds import county, eager, world

from stupror.model.children import lives
from stupror.model.contracts import load_design
from stupror.model.inputs.scenario import load_scenario, select
from stupror.model.model import PreventionModel, simulate
from stupror.model.projects import enrolment

DESIGNS = ("status-quo", "state-outcomes-fund", "planner")


def run(spec, design, **how):
    return simulate(spec, load_design(design), **({"seed": 5, "years": 5} | how))


@pytest.fixture(scope="module")
def once():
    """One run of each design."""
    return {design: run(eager(), design) for design in DESIGNS}


@pytest.mark.parametrize("design", DESIGNS)
@pytest.mark.parametrize("threads", [1, 2, 3])
def test_threads_and_repetition_change_nothing(once, design, threads):
    again = run(eager(), design, threads=threads)
    assert again.keys() == once[design].keys()
    for name, table in once[design].items():
        assert_frame_equal(again[name], table, obj=name, check_exact=True)
    assert once[design]["projects"]["children"].sum() > 500


def test_another_seed_is_another_world(once):
    other = run(eager(), "planner", seed=6)
    for name in ("children", "enrolment", "bodies", "flows"):
        here, there = (each[name].drop(columns="seed") for each in (once["planner"], other))
        assert not here.equals(there), name


def test_designs_share_luck_and_births(once):
    """Common random numbers: lives without programmes cost the same in every world of one seed."""
    columns = ["year", "age", "payer", "kind", "untreated_sek"]
    tables = {}
    for design, run_ in once.items():
        simulated = run_["costs"][run_["costs"]["phase"] == "simulated"]
        tables[design] = simulated[simulated["untreated_sek"] != 0][columns].reset_index(drop=True)
    for design in DESIGNS[1:]:
        assert_frame_equal(tables[design], tables[DESIGNS[0]], obj=design)


def test_a_municipality_alone_has_the_children_that_it_has_in_its_county():
    whole = world(county(), "planner", years=3)
    code = whole.world.spec.places.codes[3]
    alone = world(select(load_scenario(), [code]), "planner", years=3)
    m = int(np.flatnonzero(whole.state.children.population.codes == int(code))[0])
    start, stop = whole.state.children.population.offsets[m, 0], whole.state.children.population.offsets[m, -1]
    assert (alone.state.children.population.state == whole.state.children.population.state[start:stop]).all()
    both = zip(whole.state.children.history, alone.state.children.history, strict=True)
    for (never, shadow, _), (never_alone, shadow_alone, _) in both:
        assert (never[m] + shadow[m] == never_alone[0] + shadow_alone[0]).all()
    assert alone.state.children.population.n_children > 1_000


def test_a_longer_run_begins_as_a_shorter_one(once):
    """What will be decided later, and when the run stops, is no part of the years before."""
    longer = run(eager(), "state-outcomes-fund", years=7)["flows"]
    first = longer[longer["year"] < 2025].reset_index(drop=True)
    assert_frame_equal(first, once["state-outcomes-fund"]["flows"])


MEASURING = ("tax-revenue", "sib-peterborough", "sib-norrkoping[condition.delivered.chance=0.5]")


@pytest.mark.parametrize("name", MEASURING, ids=["lots", "groups", "chance"])
def test_measuring_and_paying_are_the_same_for_any_threads_and_part_of_the_country(name):
    """Lots, groups of participants, and conditions left to chance belong to the place; a planner starts projects."""
    design = replace(load_design(name), decision="planner")
    alone, threaded = (simulate(county(), design, seed=3, years=5, threads=threads) for threads in (1, 2))
    wider = simulate(select(load_scenario(), ["08", "10"]), design, seed=3, years=5)
    codes = alone["projects"]["municipality"].unique()
    here = wider["projects"][wider["projects"]["municipality"].isin(codes)]
    assert_frame_equal(here.drop(columns="project").reset_index(drop=True), alone["projects"].drop(columns="project"))
    order = ["metric", "people", "measured", "true"]
    measures = wider["measures"][wider["measures"]["project"].isin(here["project"])]
    found = [
        each.drop(columns="project").sort_values(order, ignore_index=True) for each in (measures, alone["measures"])
    ]
    assert_frame_equal(*found)
    for table, frame in alone.items():
        assert_frame_equal(threaded[table], frame, obj=table, check_exact=True)
    assert alone["projects"]["payable_sek"].gt(0).any() or name != MEASURING[2]


@pytest.mark.parametrize("threads", [2, 3])
def test_threads_enrol_and_compare_the_same_children_in_several_counties(threads):
    spec = select(load_scenario(), ["08", "10"])
    one, more = (world(spec, "state-outcomes-fund", years=6, threads=each).state.children for each in (1, threads))
    n = one.participants.n
    assert n == more.participants.n > 200
    for column in ("child", "municipality", "project", "before", "peer", "treated", "needed", "apart"):
        assert np.array_equal(getattr(one.participants, column)[:n], getattr(more.participants, column)[:n]), column
    assert np.array_equal(one.population.participant, more.population.participant)
    assert np.array_equal(one.population.free_from, more.population.free_from)
    assert (np.array(one.history) == np.array(more.history)).all()
    assert (one.participants.peer[:n] >= 0).mean() > 0.9


def test_a_follow_up_may_be_as_long_as_a_life():
    assert world(eager(), "state-outcomes-fund[follow_up_years=65]", years=2).state.projects.n > 0


def arrays(model):
    """Everything that the passes over children change, by name."""
    children, projects = model.state.children, model.state.projects
    parts = (children, children.population, children.participants)
    found = {name: each for part in parts for name, each in vars(part).items() if isinstance(each, np.ndarray)}
    return found | {"sums": projects.sums}


def test_no_two_threads_write_to_the_same_place(monkeypatch):
    """Parts one after the other, each looked at for what it changes: what two write to could get lost side by side."""
    model = PreventionModel(select(load_scenario(), ["09", "10"]), load_design("planner"), 5, 6, threads=5)
    written = set()

    def in_turn(cuts, run):
        answers, changed = [], {}
        for part in pairwise(cuts):
            before = {name: each.copy() for name, each in arrays(model).items()}
            answers.append(run(*part))
            for name, each in arrays(model).items():
                at = np.flatnonzero(each != before[name]).tolist()
                assert changed.setdefault(name, set()).isdisjoint(at), name
                changed[name].update(at)
                written.update([name] if at else [])
        return answers

    for room in (lives, enrolment):
        monkeypatch.setattr(room, "side_by_side", in_turn)
    for _ in range(6):
        model.step()
    assert written >= {
        "state",
        "participant",
        "treated",
        "found",
        "counts",
        "needed",
        "again",
        "sums",
        "peer",
        "apart",
        "free_from",
    }
