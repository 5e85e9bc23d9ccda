"""Twin worlds: help that does nothing leaves every life as it was, and help changes nobody but those helped."""

from dataclasses import replace

import numpy as np
import pytest
from pandas.testing import assert_frame_equal
from worlds import FIVE, county, eager, world

from stupror.model.children.ladder import LAST_AGE, N_LEVELS
from stupror.model.contracts import load_design
from stupror.model.evaluation.evaluators import TRUE_OTHER, TRUE_OWN
from stupror.model.model import PreventionModel
from stupror.model.money.budgets import COMMITTEES


def without_effects(spec):
    """The scenario with every effect of every intervention at 1."""
    for item in spec.interventions:
        for effect in ("escalation", "recovery", "forks"):
            spec = spec.replace(f"interventions.{item.name}.{effect}", 1.0)
    return spec


def force_enrolment(model):
    """Make everybody think that everything is worth a lot, and give every purse money: somebody is always enrolled."""
    bodies = model.state.bodies
    bodies.views = tuple(
        replace(view, worth={body: np.full_like(worth, 1e9) for body, worth in view.worth.items()})
        for view in bodies.views
    )
    bodies.rules = dict.fromkeys(COMMITTEES, lambda offers: np.full(offers.value.shape, 1e6))
    for fund in model.state.books.funds.values():
        fund.money = fund.money + 200_000_000
    model.state.books.budgets.discretionary_share = model.state.books.budgets.discretionary_share + 0.01


def lives(model):
    """Children by year, municipality, age and level, helped or not."""
    table = model.tables(detail=True)["children"]
    return table.groupby(["year", "municipality", "age", "level"], as_index=False)["children"].sum()


def true_effects(model):
    """True less shadow, by project and metric, in the metrics' smallest units."""
    return model.state.projects.sums[..., TRUE_OWN] - model.state.projects.sums[..., TRUE_OTHER]


@pytest.mark.parametrize("design", FIVE)
def test_help_without_effect_leaves_every_life_as_under_status_quo(design):
    spec = without_effects(county())
    nobody = world(spec, "status-quo")
    assert nobody.state.children.participants.n == 0
    model = world(spec, design, before=force_enrolment)
    helped, projects = model.state.children.participants, model.state.projects
    assert helped.n > 200
    # Two programmes may want the same few children, so that one of them finds none.
    assert np.unique(helped.intervention[: helped.n]).size >= len(spec.interventions) - 1
    shadow = model.state.children.population.state[helped.child[: helped.n]]
    assert (helped.treated[: helped.n] == shadow).all()
    assert projects.n > 0
    assert not true_effects(model).any()
    assert all((shadows == treated).all() for _, shadows, treated in model.state.children.history)
    assert_frame_equal(lives(model), lives(nobody))
    costs = model.tables(detail=True)["costs"]
    # Afterwards the expectation is a sum of floats in another order: whole SEK may round the other way.
    assert (costs["actual_sek"] - costs["untreated_sek"]).abs().max() <= 1
    simulated = costs[costs["phase"] == "simulated"]
    assert (simulated["actual_sek"] == simulated["untreated_sek"]).all()


def test_help_with_effect_changes_the_helped_and_nobody_else():
    """The same luck in every world: what is left of the others is byte for byte what it was."""
    nobody = world(county(), "status-quo")
    model = world(county(), "planner", before=force_enrolment)
    assert (
        model.state.children.population.state == nobody.state.children.population.state
    ).all()  # untreated lives are nobody's to change
    changed = model.state.children.participants.treated[: model.state.children.participants.n]
    assert (
        changed
        != model.state.children.population.state[
            model.state.children.participants.child[: model.state.children.participants.n]
        ]
    ).sum() > 20
    assert true_effects(model).any()


def test_savings_of_projects_are_the_shadow_life_less_the_treated_one():
    """What projects are truly said to save in their follow-up is what the books of both lives differ by."""
    model = world(eager(), "planner", years=4)
    saved = sum(
        int(((shadow.astype(np.int64) - treated)[..., None] * model.world.costs.by_payer).sum())
        for _, shadow, treated in model.state.children.history
    )
    assert model.world.yardsticks.follow_up == 4
    assert int(true_effects(model).sum()) == saved != 0


def test_who_was_helped_in_vain_is_found_by_looking_at_every_shadow_each_year():
    """Whether need would have shown in the third to the tenth year, over a run long enough for all of them."""
    model = PreventionModel(county(), load_design("planner"), 1, 11, 2020, 1)
    helped, people = model.state.children.participants, model.state.children.population
    needed, last = np.zeros(0, bool), 0
    for year in range(2020, 2031):
        model.step()
        n, row = helped.n, helped.before[: helped.n]
        shadow = np.where(row >= 0, helped.treated[row], people.state[helped.child[:n]])
        since, age = year - helped.start_year[:n], year - helped.born[:n]
        now = (since >= 2) & (since < 10) & (age <= LAST_AGE) & (shadow % N_LEVELS > 0)
        needed = np.append(needed, np.zeros(n - needed.size, bool))
        last += (now & ~needed & (since == 9)).sum()
        needed |= now
    assert (helped.needed[: helped.n] == needed).all()
    assert last > 0
    assert (needed & (helped.before[: helped.n] >= 0)).any()
