"""The budget year as a whole: what is wired to what. Lives, money and mechanisms are in `tests/verification`."""

from dataclasses import replace

import numpy as np
import pytest

from stupror.model.bodies import decisions, views
from stupror.model.bodies.agents import Committee
from stupror.model.children.ladder import N_LEVELS
from stupror.model.contracts import load_design
from stupror.model.inputs.errors import InputError
from stupror.model.inputs.scenario import load_scenario, select
from stupror.model.model import PreventionModel, simulate
from stupror.model.results import tables

COUNTY = select(load_scenario(), ["10"])
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
    assert model.year == model.start_year + 1


def test_nobody_is_helped_twice_and_everybody_fits(planned):
    helped = planned.participants
    child = helped.child[: helped.n]
    assert np.unique(child).size == helped.n > 1_000
    assert (planned.population.participant[child] == np.arange(helped.n)).all()
    age = helped.start_year[: helped.n] - 1 - helped.born[: helped.n]
    for k, item in enumerate(planned.interventions):
        mine = helped.intervention[: helped.n] == k
        assert ((age[mine] >= item.age_from) & (age[mine] <= item.age_to)).all()
        perceived = helped.perceived[: helped.n][mine]
        assert ((perceived >= item.levels[0]) & (perceived <= item.levels[1])).all()


def test_projects_are_their_participants(planned):
    helped, projects = planned.participants, planned.projects
    of = helped.project[: helped.n]
    assert (np.bincount(of, minlength=projects.n) == projects.children).all()
    assert (projects.municipality[of] == helped.municipality[: helped.n]).all()
    assert (projects.intervention[of] == helped.intervention[: helped.n]).all()
    assert (projects.start_year[of] == helped.start_year[: helped.n]).all()
    assert (np.bincount(of, helped.peer[: helped.n] >= 0, minlength=projects.n) == projects.matched).all()
    price = np.array([item.cost for item in planned.interventions])[projects.intervention]
    assert (projects.yearly_cost == projects.children * price).all()


@pytest.mark.parametrize("design", ["municipal-fund", "state-outcomes-fund"])
def test_projects_are_their_participants_under_two_contracts_too(design):
    model = PreventionModel(COUNTY, load_design(design), 4, 4)
    for _ in range(4):
        model.step()
    helped, projects = model.participants, model.projects
    of = helped.project[: helped.n]
    assert set(projects.contract.tolist()) <= {0, 1}
    assert (np.bincount(of, minlength=projects.n) == projects.children).all()
    assert (np.bincount(of, helped.peer[: helped.n] >= 0, minlength=projects.n) == projects.matched).all()
    assert projects.n > 5


def test_no_more_are_taken_than_are_seen_and_fit_in(planned):
    model = PreventionModel(COUNTY, load_design("planner"), 4, 1)
    model.budget()
    model.identify()
    model.decide()
    wanted, (age, level) = model.wanted.sum(axis=0), (model.cells.age, model.cells.level)
    assert (wanted <= np.ceil(model.seen[:, age, level] * COUNTY.committee.capacity)).all()
    taken = np.zeros_like(model.seen)
    np.add.at(taken, (slice(None), age, level), wanted)
    assert (taken <= model.seen).all()
    assert wanted.sum() > 500


def test_a_peer_is_like_the_child_and_is_in_no_programme(planned):
    fresh = PreventionModel(COUNTY, load_design("planner"), 4, 1)
    fresh.budget()
    fresh.identify()
    fresh.decide()
    fresh.deliver()
    helped, people = fresh.participants, fresh.population
    child, peer = helped.child[: helped.n], helped.peer[: helped.n]
    found = peer >= 0
    assert found.mean() > 0.8
    assert (people.participant[peer[found]] == -1).all()
    assert (people.state[peer[found]] % N_LEVELS == people.state[child[found]] % N_LEVELS).all()
    assert np.unique(peer[found]).size == found.sum()
    cohort = [np.searchsorted(people.offsets.ravel(), each[found], side="right") for each in (child, peer)]
    cohort = [each % people.offsets.shape[1] for each in cohort]
    assert (cohort[0] == cohort[1]).all()  # of the same age


def test_results_move_beliefs_and_good_ones_become_ordinary_operations():
    spec = COUNTY.replace("project.follow_up_years", 2)
    model = PreventionModel(spec, load_design("status-quo"), 2, 6)
    first = model.belief.copy()
    precision = model.belief_precision.copy()
    for _ in range(6):
        model.step()
    moved = np.abs(model.belief - first) > 1e-9  # no news may round a belief by its last bit
    assert moved.any()
    assert (model.belief_precision[moved] > precision[moved]).all()
    assert (model.belief_precision >= precision).all()
    found = tables(model, detail=True)["projects"]
    judged = found["settled"].to_numpy() & (found["measured_saving_sek"] >= found["cost_sek"]).to_numpy()
    where = (model.projects.municipality[judged], model.projects.intervention[judged])
    assert judged.any()
    worth = set(zip(*(each.tolist() for each in where), strict=True))
    ordinary = set(zip(*(each.tolist() for each in model.ordinary.nonzero()), strict=True))
    assert ordinary  # most plan to, and have room for it (F8) ...
    assert ordinary <= worth  # ... but nothing else becomes ordinary


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


@pytest.mark.parametrize("design", ["status-quo", "municipal-fund", "planner"])
def test_a_committee_with_a_rule_is_asked_about_its_options_and_its_answer_is_taken(design):
    model = PreventionModel(COUNTY, load_design(design), 4, 1)
    agent = next(each for each in model.agents_by_type[Committee] if each.kind == "social" and each.row == 3)
    asked = []
    agent.rule = lambda offer: asked.append(offer) or 10.0 * offer.age
    score = decisions.scores(model)[3]
    mine = views.cells_of(model, "social")
    assert (score[mine] == 10.0 * model.cells.age[mine]).all()
    assert [(each.age, each.level) for each in asked] == [(model.cells.age[c], model.cells.level[c]) for c in mine]
    assert {each.intervention for each in asked} == {"skolfam", "placed-youth"}
    assert all(each.saving_own.shape == each.saving_others.shape == each.payments.shape for each in asked)
