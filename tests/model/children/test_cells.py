"""Local need: a place solved by itself, with its own shares of frailty, says what the mixture over classes says."""

from dataclasses import replace

import numpy as np
import pytest

from stupror.model.bodies.asking import offers_to
from stupror.model.bodies.beliefs import news
from stupror.model.bodies.reasoning import perceived_saving
from stupror.model.bodies.rules import HAVE_RULES
from stupror.model.children.cells import build_cells, detection_edges, mixed
from stupror.model.children.forecast import BELIEF_GRID
from stupror.model.children.ladder import N_AGES, build_ladder
from stupror.model.children.need import frailty_mix, level_of_need
from stupror.model.children.practice import practice_of
from stupror.model.contracts import load_design
from stupror.model.contracts.ways import IN_FORCE, OWN_ROOM
from stupror.model.evaluation.evaluators import COMPARED, OTHER, OWN, PEOPLE
from stupror.model.evaluation.expected import expect
from stupror.model.inputs.places import sweden
from stupror.model.inputs.scenario import load_scenario, select
from stupror.model.model import PreventionModel

ONE = BELIEF_GRID.index(1.0)
NEED = level_of_need(sweden())
NEEDIEST, SAFEST = (sweden().codes[int(row)] for row in (NEED.argmax(), NEED.argmin()))
SPEC = select(load_scenario(), [NEEDIEST, SAFEST]).replace("project.follow_up_years", 2)
AT = SPEC.places.codes.index(NEEDIEST)


def solved_alone(world):
    """The options of a world where the whole country is as the place that needs most, and its ladder."""
    share = tuple(frailty_mix(world.spec.places, world.spec.ladder)[AT].tolist())
    ladder, seen = build_ladder(replace(world.spec.ladder, frailty_share=share)), world.spec.detection
    edges = detection_edges(seen.sensitivity, seen.false_alarm, seen.take_up)
    practice = practice_of(world.spec.project)
    return build_cells(world.spec.interventions, ladder, world.costs, edges, practice=practice), ladder


def gain_alone(world, cells, ladder):
    """What the own follow-up should find of a child of each option there at the effect in studies, (n_cells,)."""
    metric = world.yardsticks.metrics[IN_FORCE][world.yardsticks.own[IN_FORCE]]
    honest = expect((metric,), world.menu.items, cells, ladder, practice=practice_of(world.spec.project))[0]
    return honest.own[ONE] - honest.other


def willing():
    """A year in which everybody says yes."""
    always = dict.fromkeys(HAVE_RULES, lambda offers: np.full(offers.value.shape, 1e6))
    model = PreventionModel(SPEC, load_design("municipal-fund"), 4, 2, rules=always)
    model.step()
    return model


@pytest.fixture(scope="module")
def model():
    return PreventionModel(SPEC, load_design("municipal-fund"), 4, 2)


@pytest.fixture(scope="module")
def alone(model):
    return solved_alone(model.world)


def test_classes_in_the_mix_of_a_place_save_what_the_place_saves_solved_by_itself(model, alone):
    world, (cells, _) = model.world, alone
    of_place = sum(world.mix[f, AT][:, None, None] * world.saved[f] for f in range(len(world.mix)))
    np.testing.assert_allclose(of_place, cells.saved, atol=1e-6)
    assert np.abs(cells.saved - world.cells.saved).max() > 100.0  # SEK: or the test could not fail
    np.testing.assert_allclose(world.mix.sum(axis=0), 1.0)


def test_where_need_is_the_same_everywhere_forecasts_are_those_of_the_country():
    world = PreventionModel(SPEC.replace("ladder.need_gradient", 0.0), load_design("status-quo"), 4, 1).world
    of_place = sum(world.mix[f, AT][:, None, None] * world.saved[f] for f in range(len(world.mix)))
    np.testing.assert_allclose(of_place, world.cells.saved, atol=1e-6)


@pytest.mark.parametrize("who", ["social", "education", "board", "region"])
def test_public_bodies_weigh_what_a_child_of_their_own_place_saves(model, alone, who):
    mandate = model.state.bodies.mandates[who]
    view = model.state.bodies.views[OWN_ROOM]
    expected = perceived_saving(mandate, alone[0].saved)[:, AT]
    np.testing.assert_allclose(view.worth[who][:, AT], expected, atol=1e-6)  # own room: no contract pays


def test_a_rule_of_ones_own_is_told_what_a_child_of_the_place_saves(model, alone):
    mine = model.world.cells_of("social")
    offers = offers_to(model.asking(IN_FORCE), "social", mine, np.zeros((model.world.n, mine.size)))
    beliefs = offers.belief[AT]
    total = alone[0].saved[:, mine].sum(axis=3)
    expected = [[np.interp(beliefs[c], BELIEF_GRID, total[:, c, t]) for t in range(N_AGES)] for c in range(mine.size)]
    np.testing.assert_allclose((offers.saving_own + offers.saving_others)[AT], expected, atol=1e-6)


def test_what_a_project_promises_is_what_its_own_children_should_gain(alone):
    world = (told := willing()).world
    projects, helped, (cells, ladder) = told.state.projects, told.state.children.participants, alone
    of = {key: c for c, key in enumerate(zip(cells.intervention, cells.age, cells.level, strict=True))}
    gain, weight = gain_alone(world, cells, ladder), 1.0 / (1.0 + world.spec.board.discount_rate)
    within = np.clip(world.spec.board.regard_horizon - np.arange(N_AGES), 0.0, 1.0) * weight ** np.arange(N_AGES)
    everybody = (cells.saved[ONE].sum(axis=2) * within).sum(axis=1)
    mine = np.flatnonzero((projects.municipality == AT) & (projects.contract == IN_FORCE))
    assert mine.size
    for project in mine:
        rows = np.flatnonzero(helped.project[: helped.n] == project)
        ages = helped.start_year[rows].astype(int) - 1 - helped.born[rows]
        keys = zip(helped.intervention[rows], ages, helped.perceived[rows], strict=True)
        options = [of[int(k), int(age), int(level)] for k, age, level in keys]
        assert projects.expected_sums[project, world.yardsticks.own[IN_FORCE], 5] == pytest.approx(gain[options].sum())
        assert projects.lasting[project] == pytest.approx(everybody[options].sum())


def test_who_measures_what_the_place_should_gain_finds_the_effect_of_studies():
    told = willing()
    world, projects = told.world, told.state.projects
    j = world.yardsticks.own[IN_FORCE]
    projects.sums[:, j, PEOPLE] = projects.sums[:, j, COMPARED] = projects.children
    projects.sums[:, j, OTHER] = 0
    projects.sums[:, j, OWN] = np.rint(projects.expected_sums[:, j, 5])
    told = news(world, projects, world.start_year + SPEC.project.follow_up_years - 1)
    mine = told.own & (projects.contract[told.project] == IN_FORCE)
    assert (told.municipality[mine] == AT).any()
    np.testing.assert_allclose(told.found[mine], 1.0, atol=1e-3)


def test_an_evaluation_is_read_against_what_the_place_should_gain(model, alone):
    """Else who has frailer children would take for a stronger effect what is only more need, and count it twice."""
    world, (cells, ladder) = model.world, alone
    own, gain = world.yardsticks.own[IN_FORCE], gain_alone(world, cells, ladder)
    view = model.state.bodies.views[IN_FORCE].expected[own]
    np.testing.assert_allclose(mixed(view.gain[:, None], world.mix)[AT], gain, atol=1e-6)
