"""The budget year as a whole: what is wired to what. Lives, money and mechanisms are in `tests/verification`."""

import ast
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from stupror.model.bodies.agents import Committee, ExecutiveBoard, PrivateParty, Region
from stupror.model.bodies.asking import signatures
from stupror.model.bodies.choice import ANSWERS, YES
from stupror.model.bodies.decisions import heard
from stupror.model.bodies.rules import by_body
from stupror.model.children.ladder import N_LEVELS
from stupror.model.children.practice import cost_left
from stupror.model.contracts import load_design
from stupror.model.contracts.ways import IN_FORCE, OWN_ROOM
from stupror.model.inputs.errors import InputError
from stupror.model.inputs.scenario import load_scenario, select
from stupror.model.model import PreventionModel, simulate
from tests.verification.worlds import answers

ROOT = Path(__file__).resolve().parents[2]
COUNTY = (
    select(load_scenario(), ["10"])
    .replace("interventions.parenting.owner", "region")
    .replace("interventions.home-visits.partner", "")
    .replace("interventions.school-absence.partner", "")
)
STEPS = ("budget", "identify", "decide", "deliver", "live", "evaluate", "settle", "learn", "close")


@pytest.fixture(scope="module")
def planned():
    """Five years of Blekinge under the planner."""
    model = PreventionModel(COUNTY, load_design("planner"), 4, 5)
    for _ in range(5):
        model.step()
    return model


def test_a_year_is_nine_steps_in_their_order():
    model = PreventionModel(COUNTY, load_design("status-quo"), 4, 2)
    called = []
    for name in STEPS:
        whole = getattr(model, name)
        setattr(model, name, lambda name=name, whole=whole: (called.append(name), whole()))
    model.step()
    assert called == list(STEPS)
    assert model.year == model.world.start_year + 1


def test_programmes_come_one_after_another_and_everybody_fits(planned):
    helped = planned.state.children.participants
    child, before, again = (each[: helped.n] for each in (helped.child, helped.before, helped.again))
    assert helped.n > 1_000
    last = planned.state.children.population.participant[child]
    assert (last[~again] == np.flatnonzero(~again)).all()
    second = np.flatnonzero(before >= 0)
    assert second.size > 100
    assert (child[before[second]] == child[second]).all()
    assert sorted(before[second]) == np.flatnonzero(again).tolist()
    assert np.bincount(child).max() == planned.world.spec.project.programmes == 2
    over = helped.start_year[before[second]] + planned.world.menu.duration[helped.intervention[before[second]]]
    assert (helped.start_year[second] >= over).all()
    age = helped.start_year[: helped.n] - 1 - helped.born[: helped.n]
    for k, item in enumerate(planned.world.menu.items):
        mine = helped.intervention[: helped.n] == k
        assert ((age[mine] >= item.age_from) & (age[mine] <= item.age_to)).all()
        perceived = helped.perceived[: helped.n][mine]
        assert ((perceived >= item.levels[0]) & (perceived <= item.levels[1])).all()


def test_projects_are_their_participants(planned):
    helped, projects = planned.state.children.participants, planned.state.projects
    of = helped.project[: helped.n]
    assert (np.bincount(of, minlength=projects.n) == projects.children).all()
    assert (projects.municipality[of] == helped.municipality[: helped.n]).all()
    assert (projects.intervention[of] == helped.intervention[: helped.n]).all()
    assert (projects.start_year[of] == helped.start_year[: helped.n]).all()
    assert (np.bincount(of, helped.peer[: helped.n] >= 0, minlength=projects.n) == projects.matched).all()
    assert (np.bincount(of, helped.leaves[: helped.n], minlength=projects.n) == projects.left).all()
    price = np.array([item.cost for item in planned.world.menu.items])[projects.intervention]
    spared = 1.0 - cost_left(planned.world.spec.project)
    assert np.abs(projects.yearly_cost - (projects.children - spared * projects.left) * price).max() <= 0.5
    assert 0 < projects.left.sum() < projects.children.sum() / 3


@pytest.mark.parametrize("design", ["municipal-fund", "state-outcomes-fund"])
def test_projects_are_their_participants_under_two_contracts_too(design):
    model = PreventionModel(COUNTY, load_design(design), 4, 4)
    for _ in range(4):
        model.step()
    helped, projects = model.state.children.participants, model.state.projects
    of = helped.project[: helped.n]
    assert set(projects.contract.tolist()) <= {IN_FORCE, OWN_ROOM}
    assert (np.bincount(of, minlength=projects.n) == projects.children).all()
    assert (np.bincount(of, helped.peer[: helped.n] >= 0, minlength=projects.n) == projects.matched).all()
    assert projects.n > 5


def test_no_more_are_taken_than_are_seen_and_fit_in(planned):
    model = PreventionModel(COUNTY, load_design("planner"), 4, 1)
    model.budget()
    model.identify()
    model.decide()
    wanted = sum(each.taken for each in model.state.bodies.decided)
    age, level = model.world.cells.age, model.world.cells.level
    assert (wanted <= np.ceil(model.state.children.seen[:, age, level] * COUNTY.committee.capacity)).all()
    taken = np.zeros_like(model.state.children.seen)
    np.add.at(taken, (slice(None), age, level), wanted)
    assert (taken <= model.state.children.seen).all()
    assert wanted.sum() > 500


def test_a_peer_is_like_the_child_and_is_in_no_programme(planned):
    fresh = PreventionModel(COUNTY, load_design("planner"), 4, 1)
    fresh.budget()
    fresh.identify()
    fresh.decide()
    fresh.deliver()
    helped, people = fresh.state.children.participants, fresh.state.children.population
    child, peer = helped.child[: helped.n], helped.peer[: helped.n]
    found = peer >= 0
    assert found.mean() > 0.8
    assert (people.participant[peer[found]] == -1).all()
    assert (people.state[peer[found]] % N_LEVELS == people.state[child[found]] % N_LEVELS).all()
    assert np.unique(peer[found]).size == found.sum()
    cohort = [np.searchsorted(people.offsets.ravel(), each[found], side="right") for each in (child, peer)]
    cohort = [each % people.offsets.shape[1] for each in cohort]
    assert (cohort[0] == cohort[1]).all()  # of the same age


def test_results_move_beliefs_and_some_of_what_was_tried_goes_on():
    spec = COUNTY.replace("project.follow_up_years", 2).replace("choice.reluctance", 0.0).replace("service.ended", 0.0)
    spec = spec.replace("service.adopted", 0.9).replace("service.adopted_by_result", 0.0)
    model = PreventionModel(spec, load_design("municipal-fund"), 2, 6)
    first, precision = model.state.bodies.beliefs.own.copy(), model.state.bodies.beliefs.precision.copy()
    tried = set()
    for year in range(2020, 2026):
        model.step()
        projects = model.state.projects
        over = projects.judged & (projects.start_year == year - 1)
        tried |= set(zip(projects.municipality[over].tolist(), projects.intervention[over].tolist(), strict=True))
    beliefs = model.state.bodies.beliefs
    moved = np.abs(beliefs.own - first) > 1e-9  # no news may round a belief by its last bit
    assert moved.any()
    assert (beliefs.precision[moved] > precision[moved]).all()
    assert (beliefs.precision >= precision).all()
    goes_on = set(zip(*(each.tolist() for each in model.state.services.intake.nonzero()), strict=True))
    assert goes_on
    assert goes_on <= tried  # nothing but what was tried and followed up
    assert (~model.state.projects.judged).any()  # and it has taken children since


def test_a_design_that_a_run_cannot_settle_is_refused():
    design = load_design("sib-norrkoping")
    delivered = replace(design.conditions["delivered"], chance=None)
    design = replace(design, conditions={**design.conditions, "delivered": delivered})
    with pytest.raises(InputError, match="a run cannot find out whether 'delivered' holds"):
        simulate(COUNTY, design, seed=1, years=1)
    bond = load_design("social-bond")
    bond = replace(bond, finance=(replace(bond.finance[0], party="municipality", size=None),))
    with pytest.raises(InputError, match=r"finance.municipality has no `size`"):
        simulate(COUNTY, bond, seed=1, years=1)
    with pytest.raises(InputError, match=r"finance.municipal_fund has only so much money, but a planner"):
        simulate(COUNTY, replace(load_design("municipal-fund"), decision="planner"), seed=1, years=1)
    with pytest.raises(InputError, match=r"competence-centre.* is an add-on"):
        simulate(COUNTY, load_design("competence-centre"), seed=1, years=1)


@pytest.mark.parametrize("design", ["status-quo", "planner"])
def test_a_rule_in_plain_python_is_asked_about_its_options_and_its_answer_is_taken(design):
    """One committee's rule; a planner decides alone, and asks no committee."""
    asked = []

    def think(offer):
        if offer.municipality != 1082:
            return offer.value
        asked.append(offer)
        return 10.0 * offer.age

    model = PreventionModel(COUNTY, load_design(design), 4, 1, rules={"social": by_body(think)})
    plain = PreventionModel(COUNTY, load_design(design), 4, 1)
    for each in (model, plain):
        each.budget()
        each.identify()
    value, usual = (answers(each.asking(IN_FORCE)).wanted for each in (model, plain))
    if design == "planner":
        assert not asked
        assert (value == usual).all()
        return
    cells, mine, row = model.world.cells, model.world.cells_of("social"), COUNTY.places.codes.index("1082")
    assert (value[row, mine] == 10.0 * cells.age[mine]).all()
    value[row, mine] = usual[row, mine]
    assert (value == usual).all()  # everybody else thinks as always
    assert [(each.age, each.level) for each in asked] == [(cells.age[c], cells.level[c]) for c in mine]
    theirs = {"skolfam", "placed-youth", "edge-of-care", "care-leavers"}
    assert {each.intervention for each in asked} == theirs
    assert all(each.saving_own.shape == each.saving_others.shape == each.payments.shape for each in asked)


@pytest.mark.parametrize(
    ("kind", "design", "owner"),
    [
        ("social", "status-quo", "social"),
        ("board", "municipal-fund", "social"),
        ("region", "status-quo", "region"),
        ("region", "regional-fund", "social"),
        ("investor", "sib-peterborough", "labour_market"),
    ],
)
def test_a_rule_is_heard_for_every_kind_of_body(kind, design, owner):
    """Its no stops what it is asked about; a rule that says what its bodies would say changes nothing."""
    said = {}
    for name, rule in (("no", lambda offers: -np.ones(offers.value.shape)), ("same", lambda offers: offers.value)):
        model = PreventionModel(COUNTY, load_design(design), 4, 1, rules={kind: rule})
        model.budget()
        model.identify()
        said[name] = answers(model.asking(IN_FORCE))
    plain = PreventionModel(COUNTY, load_design(design), 4, 1)
    plain.budget()
    plain.identify()
    for mine, usual in zip(said["same"], answers(plain.asking(IN_FORCE)), strict=True):
        assert (mine == usual).all()
    cells = plain.world.cells_of(owner)
    assert (said["no"][1][:, cells] != YES).all()


def test_rules_are_refused_by_name_and_answers_by_their_form():
    def refused(words, **rules):
        with pytest.raises(InputError, match=words):
            simulate(COUNTY, load_design("status-quo"), seed=1, years=1, rules=rules)

    refused("'planner' is a benchmark", planner=lambda offers: offers.value)
    refused("'pool' is a benchmark", pool=lambda offers: offers.value)
    refused("'scoial' is no kind of body. Did you mean 'social'", scoial=lambda offers: offers.value)
    refused("Give a function", social=1.0)
    refused("Give one number per body and option", social=lambda offers: 1.0)
    refused("and no NaN", social=lambda offers: np.full(offers.value.shape, np.nan))


def test_agents_can_be_asked_what_they_saw_what_they_were_offered_and_what_they_said():
    model = PreventionModel(COUNTY, load_design("state-outcomes-fund"), 4, 2)
    model.step()
    answer, cells = heard(model.state.bodies.decided), model.world.cells
    for kind, asked in ((Committee, "social"), (ExecutiveBoard, "board"), (Region, "region")):
        agent = next(each for each in model.agents_by_type[kind] if each.kind == asked)
        assert agent.options
        for option in agent.options[:5]:
            assert agent.saw(option) == model.season.seen[agent.row, cells.age[option], cells.level[option]]
            assert agent.said(option) == ANSWERS[answer[agent.row, option]]
            offer = agent.was_offered(option)
            assert (offer.age, offer.level) == (cells.age[option], cells.level[option])
            assert agent.said(option) in agent.why(option)
    assert len(model.agents_by_type[Region]) == model.world.geography.n_counties
    assert PrivateParty not in model.agents_by_type  # no private party signs this contract
    bond = PreventionModel(COUNTY, load_design("sib-peterborough"), 4, 2)
    investor = next(iter(bond.agents_by_type[PrivateParty]))
    assert investor.signs == np.flatnonzero(signatures(bond.asking(IN_FORCE))["investor"].accepts).tolist()


def test_nobody_can_write_into_what_many_share():
    """Tables of the world, and what bodies hold: a run cannot poison those after it."""
    before = simulate(COUNTY, load_design("status-quo"), seed=1, years=1)
    model = PreventionModel(COUNTY, load_design("state-outcomes-fund"), 7, 2)
    model.step()
    world, bodies = model.world, model.state.bodies
    for array in (
        world.cells.saved,
        world.ladder.move,
        world.costs.amount,
        world.births,
        world.whole_cost,
        world.menu.yearly,
        world.geography.county,
        world.yardsticks.values,
        bodies.beliefs.own,
        model.state.services.intake,
        bodies.mandates["board"].horizon,
        bodies.views[IN_FORCE].worth["board"],
        bodies.decided[IN_FORCE].answer,
        model.life.treated.effect,
    ):
        with pytest.raises(ValueError, match="read-only"):
            array[...] = 0
    after = simulate(COUNTY, load_design("status-quo"), seed=1, years=1)
    assert all(before[name].equals(after[name]) for name in before)


def test_no_function_takes_the_whole_model():
    """Parts are handed in one by one; Mesa's agents, which belong to a model, are the exception."""
    takes, read = [], 0
    for file in (ROOT / "model").rglob("*.py"):
        if file.relative_to(ROOT).as_posix() in ("model/model.py", "model/bodies/agents.py"):
            continue
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
                read += 1
                takes += [
                    f"{file.relative_to(ROOT)}: {ast.unparse(each)}" for each in _parameters(node) if _whole(each)
                ]
    assert read > 400
    assert not takes


def _parameters(function):
    every = function.args
    named = [*every.posonlyargs, *every.args, *every.kwonlyargs, every.vararg, every.kwarg]
    return [each for each in named if each is not None]


def _whole(parameter):
    """Whether a parameter is the model, by its name or by what it is said to be."""
    kind = ast.unparse(parameter.annotation) if parameter.annotation else ""
    return parameter.arg == "model" or "PreventionModel" in kind
