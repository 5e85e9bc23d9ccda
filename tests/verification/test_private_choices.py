"""What the report holds against outcome contracts (table 3.1) must come out of the terms, not be put in."""

from dataclasses import replace

import numpy as np
import pytest
from worlds import answers, change, eager, working

from stupror.model.bodies.asking import signatures
from stupror.model.bodies.decisions import ranks
from stupror.model.bodies.views import usual_size
from stupror.model.contracts import load_design, with_terms
from stupror.model.contracts.ways import IN_FORCE, OWN_ROOM
from stupror.model.evaluation.prospects import Usual, prospects
from stupror.model.model import PreventionModel


def opened(design, spec=None, years=1):
    return PreventionModel(spec or eager(), design, 1, years)


def keen():
    """Effects that stand still, and owners who are not reluctant and have many ideas."""
    return change(working(), choice__reluctance=0.0, choice__effort=0.0, project__idea_rate=100.0)


def scores(model):
    """What every option is worth to whoever decides."""
    return answers(model.asking(IN_FORCE))[0]


def signs(model):
    """Which options the investor would sign for."""
    return signatures(model.asking(IN_FORCE))["investor"].accepts


@pytest.fixture(scope="module")
def aarhus():
    """A contract that an investor takes at the built-in parameters."""
    return opened(load_design("aarhus-schooling"), keen())


def test_an_investor_who_may_choose_takes_the_safest_groups_first():
    """Low-hanging fruit: by value to the municipality if it chooses, by safety of the return if the investor may."""
    bond = opened(load_design("impact-linked-bond"), keen())
    free = opened(replace(bond.world.design, target="investor"), keen())
    score, usual = scores(free), scores(bond)  # who may choose looks at each age by itself
    wanted = np.flatnonzero((score > 0).any(axis=0) & (usual > 0).any(axis=0))
    assert wanted.size > 5
    safety = np.min([each.safety for each in signatures(free.asking(IN_FORCE)).values()], axis=0)
    order = np.argsort(-safety[wanted]).tolist()
    assert np.argsort(-ranks(free.world, free.state.bodies, score, IN_FORCE)[0, wanted]).tolist() == order
    assert np.argsort(-ranks(bond.world, bond.state.bodies, usual, IN_FORCE)[0, wanted]).tolist() != order


def test_an_investor_wants_fewer_options_the_more_it_must_earn_and_the_less_it_may_lose(aarhus):
    def accepted(**changes):
        return int(
            signatures(opened(aarhus.world.design, change(working(), **changes)).asking(IN_FORCE))[
                "investor"
            ].accepts.sum()
        )

    assert (
        accepted(guaranteed_investor__required_return=0.0)
        >= accepted()
        > accepted(guaranteed_investor__required_return=0.1)
    )
    assert accepted(investor__loss_limit=1.0) >= accepted() >= accepted(investor__loss_limit=0.0)


def test_an_investor_takes_less_of_a_contract_that_pays_less():
    """The cap of Norrköping lowered from 1.2 times to the money back: nothing for whoever wants a return."""
    design = load_design("sib-norrkoping")
    design = replace(design, finance=tuple(replace(share, kind="commercial") for share in design.finance))
    generous, stingy = (opened(with_terms(design, {"clause.cap.share": cap})) for cap in (2.0, 1.0))
    assert signs(generous).sum() > signs(stingy).sum()
    assert not signs(stingy).any()


def test_who_knows_the_method_expects_more_from_it_than_who_trusts_it():
    """Placed young people come home anyway: before-after counts that as a saving, and the investor knows it."""
    model = opened(load_design("sib-norrkoping"))
    view, item = (
        model.state.bodies.views[IN_FORCE],
        [item.name for item in model.world.menu.items].index("placed-youth"),
    )
    placed = (model.world.cells.intervention == item) & (model.world.cells.level == 4)
    truth, duration = 2, model.world.menu.duration[model.world.cells.intervention]  # belief 1.0
    usual = Usual(model.world.whole_cost, usual_size(model.world), duration)
    honest = prospects(model.world.design, view.expected, usual)
    told, trusted = (each["investor"].flows[truth, placed].sum(axis=1) for each in (view.private, honest))
    assert (told > 1.25 * trusted).all()


def test_without_a_private_yes_nothing_is_bought_and_the_ordinary_budget_goes_on():
    model = opened(load_design("sib-peterborough"), working(), years=3)
    assert not signs(model).any()
    same = opened(load_design("status-quo"), working(), years=3)
    for _ in range(3):
        model.step()
        same.step()
    assert (model.state.projects.contract == OWN_ROOM).all()
    assert (model.state.children.population.participant == same.state.children.population.participant).all()
    assert model.tables(detail=False)["payments"]["amount_sek"].sum() == (
        same.tables(detail=False)["payments"]["amount_sek"].sum()
    )


def test_running_a_contract_costs_named_parties():
    cheap = change(keen(), project__application_cost=1_000, project__evaluation_cost=1_000)
    model = opened(load_design("impact-linked-bond"), cheap, years=3)
    for _ in range(3):
        model.step()
    assert (model.state.projects.contract == IN_FORCE).any()
    paid = model.tables(detail=False)["payments"]
    running = paid[paid["purpose"] == "administration"]
    assert set(running["receiver"]) == {"intermediary"}
    assert running["amount_sek"].sum() > 0
