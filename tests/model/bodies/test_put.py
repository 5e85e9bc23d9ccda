"""What is put before bodies: options of which somebody has an idea; what is said of them is what it always would be."""

import numpy as np
import pytest

from stupror.model.bodies.asking import put_to_all
from stupror.model.bodies.decisions import answers_to
from stupror.model.bodies.views import GRANTS, LEADS
from stupror.model.contracts import load_design
from stupror.model.contracts.ways import IN_FORCE
from stupror.model.inputs.scenario import load_scenario, select
from stupror.model.model import PreventionModel
from tests.verification.worlds import answers

COUNTY = select(load_scenario(), ["10"])


def opened(design, seed=4):
    """A model in its first year, where children have been seen and nothing has been decided."""
    model = PreventionModel(COUNTY, load_design(design), seed, 2)
    model.budget()
    model.identify()
    return model


@pytest.mark.parametrize("design", ["status-quo", "regional-fund", "sib-norrkoping", "national-outcomes-funding"])
def test_what_is_said_of_an_idea_is_what_would_be_said_if_all_were_weighed(design):
    model = opened(design)
    every = [answers(model.asking(contract)) for contract in range(len(model.world.contracts))]
    with_idea = np.zeros(every[0].value.shape, np.bool_)
    put = model.asking(IN_FORCE).put
    with_idea[put.place, put.cell] = True
    assert with_idea.any()
    assert not with_idea.all()
    model.decide()
    for said, decided in zip(every, model.state.bodies.decided, strict=True):
        assert (decided.value[with_idea] == said.value[with_idea]).all()
        assert (decided.value[~with_idea] == 0.0).all()
        assert (decided.taken[~with_idea] == 0).all()


def test_an_idea_is_put_with_all_its_ages_and_no_other_options_are():
    model = opened("status-quo")
    asking, groups = model.asking(IN_FORCE), model.world.groups
    put, about = asking.put, np.flatnonzero((groups.total(asking.places) > 0).ravel())
    assert set((put.place * groups.level.size + groups.of_cell[put.cell]).tolist()) == set(about.tolist())
    assert np.bincount(put.idea).tolist() == [
        int((groups.of_cell == each % groups.level.size).sum()) for each in about.tolist()
    ]


def test_whoever_grants_weighs_what_the_owner_wants_and_nothing_else():
    model = opened("state-outcomes-fund")
    asking = put_to_all(model.state.bodies, model.state.books.budgets.room, model.world, model.season)[IN_FORCE]
    wanted = answers_to(asking, asking.put).wanted
    everything, of_grantor = asking.weighed[LEADS][0], asking.weighed[GRANTS][0]
    assert everything.all()
    assert of_grantor.any()
    assert (wanted[of_grantor] > 0.0).all()


def test_designs_of_a_world_share_what_depends_on_the_world_alone():
    one, other, elsewhere = opened("status-quo"), opened("pooled-budget"), opened("status-quo", seed=5)
    assert one.world.ahead is other.world.ahead
    mandates = [model.state.bodies.mandates for model in (one, other, elsewhere)]
    assert mandates[0]["social"] is mandates[1]["social"]
    assert (mandates[0]["social"].horizon != mandates[2]["social"].horizon).any()  # luck is the seed's
    assert (mandates[0]["pool"].payers != mandates[1]["pool"].payers).any()  # whom it answers for is the design's
