"""Bodies as agents: who there is, and what each says after a year: what it saw, what it was offered, what it said."""

from dataclasses import fields

import numpy as np
import pytest

from stupror.model.bodies.agents import Body, Committee, ExecutiveBoard, PrivateParty, Region
from stupror.model.bodies.asking import signatures
from stupror.model.bodies.choice import ANSWERS
from stupror.model.bodies.decisions import heard
from stupror.model.bodies.private import PRIVATE
from stupror.model.bodies.rules import one
from stupror.model.contracts import load_design
from stupror.model.contracts.ways import IN_FORCE
from stupror.model.inputs.scenario import load_scenario, select
from stupror.model.model import PreventionModel
from stupror.model.money.budgets import COMMITTEES

SPEC = select(load_scenario(), ["09", "10"]).replace("project.follow_up_years", 2)  # two regions, and news soon
YEARS = 4  # in the last of them some project is learned from under each of the designs below


def lived(design, rules=None):
    """A model that has lived some years."""
    model = PreventionModel(SPEC, load_design(design), 4, YEARS, rules=rules)
    for _ in range(YEARS):
        model.step()
    return model


def agents(model, kind):
    return [each for each in model.agents if isinstance(each, Body) and each.kind == kind]


def test_there_is_one_of_each_kind_in_each_place_and_one_region_for_each_county():
    model = PreventionModel(SPEC, load_design("status-quo"), 4, 1)
    codes, n = model.world.geography.codes, model.world.n
    for kind in COMMITTEES:
        assert [each.row for each in agents(model, kind)] == list(range(n))
        assert all(isinstance(each, Committee) for each in agents(model, kind))
    assert [each.row for each in model.agents_by_type[ExecutiveBoard]] == list(range(n))
    counties = codes // 100
    first = [int(np.flatnonzero(counties == county)[0]) for county in np.unique(counties)]
    assert sorted(each.row for each in model.agents_by_type[Region]) == sorted(first)
    assert len(first) == 2


@pytest.mark.parametrize("design", ["status-quo", "planner", "sib-norrkoping", "utah-preschool", "impact-linked-bond"])
def test_private_parties_are_those_of_the_contract(design):
    model = PreventionModel(SPEC, load_design(design), 4, 1)
    there = [each.kind for each in model.agents if isinstance(each, PrivateParty)]
    assert there == [party for party in PRIVATE if party in model.world.design.parties]


ASKED = [  # kind, design, owners of the options that it is asked about
    ("social", "status-quo", ["social"]),
    ("education", "municipal-fund", ["education"]),
    ("board", "state-outcomes-fund", ["education", "social", "labour_market"]),
    ("region", "status-quo", ["region"]),
    ("region", "regional-fund", ["education", "social", "labour_market", "region"]),
    ("social", "planner", []),
    ("board", "status-quo", []),
]


@pytest.mark.parametrize(("kind", "design", "owners"), ASKED)
def test_an_agent_knows_about_what_it_is_asked(kind, design, owners):
    model = PreventionModel(SPEC, load_design(design), 4, 1)
    owner = model.world.menu.owner[model.world.cells.intervention]
    for agent in agents(model, kind):
        assert sorted(agent.options) == np.flatnonzero(np.isin(owner, owners)).tolist()


@pytest.mark.parametrize(("kind", "design"), [(kind, design) for kind, design, owners in ASKED if owners])
def test_an_agent_was_offered_what_a_rule_of_its_kind_was_told_when_it_was_decided(kind, design):
    """Beliefs have moved since and are not held against it; `one` finds its row and the option's column."""
    told = {}

    def think(offers):
        if offers.in_force:
            told.update({(str(name), int(age), int(level)): (offers, c) for c, (name, age, level) in
                         enumerate(zip(offers.intervention, offers.age, offers.level, strict=True))})  # fmt: skip
        return offers.value

    model = lived(design, {kind: think})
    assert (model.state.bodies.beliefs.own != model.state.bodies.before.own).any()
    cells, names = model.world.cells, model.world.menu.names
    for agent in agents(model, kind):
        for option in agent.options:
            key = (str(names[cells.intervention[option]]), int(cells.age[option]), int(cells.level[option]))
            offer, before = agent.was_offered(option), one(told[key][0], agent.row, told[key][1])
            assert offer.year == model.year - 1
            for field in fields(offer):
                ours, theirs = getattr(offer, field.name), getattr(before, field.name)
                assert np.array_equal(ours, theirs), field.name


@pytest.mark.parametrize(("kind", "design"), [(kind, design) for kind, design, owners in ASKED if owners])
def test_an_agent_says_what_it_saw_what_became_of_it_and_why(kind, design):
    model = lived(design)
    answer, seen = heard(model.state.bodies.decided), model.state.bodies.decided[IN_FORCE].seen
    for agent in agents(model, kind):
        for option in agent.options:
            offer, said = agent.was_offered(option), agent.said(option)
            assert agent.saw(option) == seen[agent.row, option]
            assert said == ANSWERS[answer[agent.row, option]]
            assert agent.why(option).startswith(f"{kind} in {SPEC.places.names[agent.row]}, {offer.intervention} ")
            assert f": {said}. It saw {agent.saw(option)}, would pay {offer.cost:,.0f} SEK" in agent.why(option)
            assert f"worth {offer.value:,.0f} SEK net" in agent.why(option)


def test_an_agent_holds_the_mandate_of_its_kind_and_asking_changes_nothing():
    model, untouched = lived("state-outcomes-fund"), lived("state-outcomes-fund")
    for agent in model.agents_by_type[ExecutiveBoard]:
        assert agent.mandate is model.state.bodies.mandates["board"]
        for option in agent.options:
            agent.why(option)
    ours, theirs = model.tables(), untouched.tables()
    assert all(ours[name].equals(theirs[name]) for name in theirs)


def test_a_private_party_tells_for_which_options_it_would_sign():
    model = PreventionModel(SPEC, load_design("utah-preschool"), 4, 1)
    model.step()
    verdicts = signatures(model.asking(IN_FORCE))
    assert set(verdicts) == {"investor", "junior_investor", "provider"}
    for party, verdict in verdicts.items():
        (agent,) = agents(model, party)
        assert agent.signs == np.flatnonzero(verdict.accepts).tolist()


@pytest.mark.parametrize("ask", ["was_offered", "why"])
def test_a_private_party_can_be_asked_like_anybody_else(ask):
    model = PreventionModel(SPEC, load_design("sib-norrkoping"), 4, 1)
    model.step()
    (investor,) = agents(model, "investor")
    assert getattr(investor, ask)(0)


def test_looking_at_a_private_party_asks_its_rule_no_second_time():
    asked = []

    def rule(offers):
        asked.append(offers.year)
        return offers.value

    model = PreventionModel(SPEC, load_design("sib-norrkoping"), 4, 1, rules={"investor": rule})
    model.step()
    (investor,), before = agents(model, "investor"), len(asked)
    assert investor.signs == np.flatnonzero(model.state.bodies.decided[0].signed["investor"]).tolist()
    assert all(investor.said(option) == ("yes" if option in investor.signs else "investor") for option in range(5))
    assert len(asked) == before == 1
