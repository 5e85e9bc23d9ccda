"""Who signs a contract: investors by their kind, the state by its own view; and that contracts are priced anew."""

from dataclasses import replace

import numpy as np
import pytest

from stupror.model.bodies.asking import everything, signatures
from stupror.model.bodies.choice import SMALL, STATE, YES
from stupror.model.bodies.decisions import state_says
from stupror.model.bodies.signing import too_small
from stupror.model.children.forecast import at_belief
from stupror.model.contracts import load_design
from stupror.model.contracts.terms import with_terms
from stupror.model.contracts.ways import IN_FORCE
from stupror.model.inputs.scenario import load_scenario, select
from stupror.model.model import PreventionModel, simulate
from tests.verification.worlds import answers

PLACE = select(load_scenario(), ["0581"])
SMALL_PLACE = select(load_scenario(), ["1438"])  # Dals-Ed, some 5,000 inhabitants


def opened(design, spec=PLACE):
    model = PreventionModel(spec, load_design(design) if isinstance(design, str) else design, 1, 1)
    model.budget()
    model.identify()
    return model


def of_kind(design, kind):
    return replace(design, finance=tuple(replace(share, kind=kind) for share in design.finance))


def test_who_puts_the_good_first_signs_what_a_commercial_investor_refuses():
    """Norrköping with a cap of once the cost: no return is to be had, and money back is likely."""
    design = with_terms(load_design("sib-norrkoping"), {"clause.cap.share": 1.0})
    first, commercial = (
        signatures(opened(of_kind(design, kind)).asking(IN_FORCE))["investor"].accepts for kind in ("impact-first", "")
    )
    placed = opened(design).world.menu.names[opened(design).world.cells.intervention] == "placed-youth"
    assert first[placed].all()
    assert not commercial[placed].any()


def test_an_investor_looks_at_all_ages_of_a_group_unless_it_may_choose_the_children():
    model = opened("sib-norrkoping")
    net, groups = signatures(model.asking(IN_FORCE))["investor"].net, model.world.groups.of_cell
    assert all(np.ptp(net[groups == group]) == 0.0 for group in np.unique(groups))
    chooses = opened(replace(load_design("sib-norrkoping"), target="investor"))
    net = signatures(chooses.asking(IN_FORCE))["investor"].net
    assert any(np.ptp(net[groups == group]) > 0.0 for group in np.unique(groups))


def test_a_project_can_be_too_small_for_an_investor_and_the_smallest_is_a_parameter():
    model = opened("harnosand-utfallsfonden", SMALL_PLACE)
    assert too_small(model.world, model.world.design).all()
    said = answers(model.asking(IN_FORCE)).answer
    assert (said == SMALL).any()
    assert not (said == YES).any()
    easy = opened("harnosand-utfallsfonden", SMALL_PLACE.replace("impact_investor.smallest", 0))
    assert not too_small(easy.world, easy.world.design).any()
    assert not (answers(easy.asking(IN_FORCE)).answer == SMALL).any()


def test_the_state_signs_what_it_gains_from_and_nothing_else():
    """Its view: what it saves and others gain, less what its fund would pay. Looking nowhere it only pays."""
    model = opened("national-outcomes-funding")
    asking = model.asking(IN_FORCE)
    said = answers(asking)
    worth = state_says(asking, everything(asking)).reshape(said.answer.shape)
    assert (worth[said.answer == STATE] <= 0.0).all()
    assert (worth[said.answer == YES] > 0.0).all()
    blind = PLACE.replace("state.horizon", 1).replace("state.other_regarding", 0.0)
    asking = opened("national-outcomes-funding", blind).asking(IN_FORCE)
    assert not (answers(asking).answer == YES).any()
    bound = replace(load_design("national-outcomes-funding"), signs=())
    assert (answers(opened(bound, blind).asking(IN_FORCE)).answer != STATE).all()


def test_a_contract_is_priced_so_that_what_is_expected_is_what_it_expected():
    """266 care years less for 380 children in Essex are 0.7 a child: so much should be expected of any here."""
    model = opened("essex-edge-of-care")
    world, view = model.world, model.state.bodies.views[IN_FORCE]
    assert set(world.pricing) == {"care_years"}
    for k, name in enumerate(world.menu.names):
        mine = world.cells.intervention == k
        if name not in world.design.interventions:
            assert world.pricing["care_years"][k] == 0.0
            continue
        reported = at_belief(view.reported[0].own, np.full(1, world.spec.belief.initial_mean)) - view.reported[0].other
        assert world.pricing["care_years"][k] * reported[mine].mean() == pytest.approx(266 / 380)


def test_twice_the_expectation_at_half_the_price_is_the_same_contract():
    one = load_design("essex-edge-of-care")
    price = one.clauses[0].values["price"]
    other = with_terms(one, {"measure.care_years.expected": 532, "clause.price_per_outcome.price": price / 2})
    flows = [opened(each).state.bodies.views[IN_FORCE].private["investor"].flows for each in (one, other)]
    assert np.allclose(flows[0], flows[1], atol=1.0)


def test_every_idea_has_an_answer_and_who_refused_was_short_of_something():
    """Counted with places and in sum alike; a body that said no weighed less than nothing."""
    spec = select(load_scenario(), ["0581", "1438"])
    tables = [
        simulate(spec, load_design("life-chances-fund"), seed=1, years=3, detail=detail)["answers"]
        for detail in (True, False)
    ]
    ideas = [each.groupby(["intervention", "answer", "party"])["ideas"].sum() for each in tables]
    assert ideas[0].equals(ideas[1])
    assert set(tables[0]["municipality"]) == {"0581", "1438"}
    bodies = tables[1][tables[1]["answer"].isin(["unpaid", "partner", "grantor", "state"])]
    assert len(bodies) > 5
    assert (bodies[["gain", "trying", "against", "taste"]].sum(axis=1) <= 1e-9).all()
    assert (bodies["party"] != "").all()
    assert (tables[1].loc[tables[1]["answer"] == "investor", "loss"].between(0, 1 + 1e-9)).all()


def test_a_planner_waits_for_no_idea():
    assert not len(simulate(SMALL_PLACE, load_design("planner"), seed=1, years=1)["answers"])
