"""One test for each sentence of docs/odd.md, section 7, that says who is asked, who comes first or which sign it has.

Worlds are small and values are set by hand, so that only the rule decides; each test goes red when its rule is broken.
"""

from dataclasses import replace

import numpy as np
import pytest
from worlds import county, eager, world

from stupror.model.bodies.beliefs import Beliefs, News, is_told, learn
from stupror.model.bodies.choice import ANSWERS, YES, Asked, Left, Needs, choose
from stupror.model.bodies.decisions import answers, decide, ranks, signatures
from stupror.model.bodies.reasoning import Mandate, perceived_saving
from stupror.model.children.forecast import Cells
from stupror.model.children.ladder import N_AGES
from stupror.model.children.lifecourse import Options
from stupror.model.children.prices import PAYER
from stupror.model.contracts import load_design
from stupror.model.contracts.ways import GRANTOR, IN_FORCE, OWN_ROOM
from stupror.model.evaluation.metrics import metrics_of
from stupror.model.inputs.scenario import load_scenario
from stupror.model.model import PreventionModel
from stupror.model.projects.payments import overhead_account

SPEC = load_scenario()


def opened(design, spec=None, **terms):
    """A model in its first year, where children have been seen and nothing has been decided."""
    model = PreventionModel(spec or county(), replace(load_design(design), **terms), 1, 3)
    model.budget()
    model.identify()
    return model


def valued(model, values, contract=IN_FORCE, usual=1.0):
    """The contract before everybody, each of whom values every option at what is said, SEK per child, free of cost."""
    asking = model.asking(contract)
    view = asking.view
    worth = {body: np.full(each.shape, float(values.get(body, usual))) for body, each in view.worth.items()}
    free = {body: np.zeros(each.shape) for body, each in view.price.items()}
    views = list(asking.bodies.views)
    views[contract] = replace(view, worth=worth, price=free)
    return replace(asking, bodies=replace(asking.bodies, views=tuple(views)))


# ---------------------------------------------------------------------- 7.12: who must say yes

ASKED = {  # design, then owner: whose no stops a project, in order
    ("status-quo", "social"): ["social"],
    ("status-quo", "region"): ["region"],
    ("state-outcomes-fund", "social"): ["social", "board"],
    ("state-outcomes-fund", "region"): ["region"],
    ("regional-fund", "social"): ["social", GRANTOR],
    ("regional-fund", "region"): ["region", GRANTOR],
    ("pooled-budget", "social"): ["pool"],
    ("planner", "social"): ["planner"],
    ("planner", "region"): ["planner"],
}


@pytest.mark.parametrize(("design", "owner"), ASKED)
def test_those_who_are_asked_can_say_no_and_nobody_else(design, owner):
    model = opened(design)
    mine = model.world.cells_of(owner)
    everybody = model.state.bodies.views[IN_FORCE].worth
    stops = []
    for body in everybody:
        value, answer = answers(valued(model, {body: -1.0}))
        if (answer[:, mine] != YES).all():
            stops.append(body)
            assert (value[:, mine] <= 0.0).all()
        else:
            assert (answer[:, mine] == YES).all(), f"{body} is heard by some"
    assert sorted(stops) == sorted(ASKED[design, owner])


@pytest.mark.parametrize(("design", "owner"), [each for each, asked in ASKED.items() if len(asked) == 2])
def test_the_owner_is_asked_first_and_whoever_grants_decides_by_its_own_value(design, owner):
    model, (first, last) = opened(design), ASKED[design, owner]
    mine = model.world.cells_of(owner)
    value, _ = answers(valued(model, {first: 5.0, last: 7.0}))
    assert (value[:, mine] == 7.0).all()
    _, answer = answers(valued(model, {first: -1.0, last: -1.0}))
    assert {ANSWERS[each] for each in np.unique(answer[:, mine])} == {"unpaid"}
    _, answer = answers(valued(model, {first: 5.0, last: -1.0}))
    assert {ANSWERS[each] for each in np.unique(answer[:, mine])} == {"grantor"}


def test_a_value_of_nothing_is_a_no():
    value, answer = answers(valued(opened("status-quo"), {"social": 0.0}))
    assert (value[answer != YES] == 0.0).all()
    assert (answer != YES).any()


def test_every_private_party_must_accept_and_other_payers_are_not_asked():
    model = opened("sib-norrkoping")
    asking = valued(model, {})
    parties = signatures(asking)
    assert set(parties) == {"investor"}
    refused = ~parties["investor"].accepts
    _, answer = answers(asking)
    open_to = ~np.isin([ANSWERS[each] for each in answer[0]], ["closed"])
    assert {ANSWERS[each] for each in answer[0, refused & open_to]} <= {"investor"}
    sure = replace(asking.bodies, rules={"investor": lambda offers: np.ones(offers.value.shape)})
    _, answer = answers(replace(asking, bodies=sure))
    assert (answer[0, open_to] == YES).all()


def test_a_contract_is_open_to_the_interventions_that_it_names():
    model = opened("municipal-fund", interventions=("early-preschool",))
    named = model.world.menu.names[model.world.cells.intervention] == "early-preschool"
    _, answer = answers(valued(model, {}))
    assert (answer[:, named] == YES).all()
    assert {ANSWERS[each] for each in np.unique(answer[:, ~named])} == {"closed"}


@pytest.mark.parametrize(("design", "open_to_region"), [("municipal-fund", False), ("state-outcomes-fund", True)])
def test_a_region_takes_part_where_money_would_move_between_it_and_somebody_else(design, open_to_region):
    model = opened(design)
    _, answer = answers(valued(model, {}))
    assert (answer[:, model.world.cells_of("region")] == YES).all() == open_to_region


def test_what_is_in_ordinary_operations_is_paid_out_of_own_room_and_not_by_the_design():
    model = opened("state-outcomes-fund")
    everything = np.ones_like(model.state.bodies.beliefs.ordinary)
    model.state.bodies.beliefs = replace(model.state.bodies.beliefs, ordinary=everything)
    for contract, said in ((IN_FORCE, "ordinary"), (OWN_ROOM, "yes")):
        _, answer = answers(valued(model, {}, contract))
        assert {ANSWERS[each] for each in np.unique(answer)} == {said}


# ---------------------------------------------------------------------- 7.12: in which order, and how many


def test_bodies_take_first_what_is_worth_most_per_krona():
    model = opened("municipal-fund")
    value = np.broadcast_to(model.world.whole_cost * 2.0, (model.world.n, model.world.whole_cost.size)).copy()
    value[:, 3] *= 1.01  # dear or cheap, it gives a little more per krona
    order = np.argsort(-ranks(model.world, model.state.bodies, value, IN_FORCE), axis=1, kind="stable")
    assert (order[:, 0] == 3).all()


def test_the_planner_takes_first_what_is_worth_most_per_child():
    model = opened("planner")
    value = np.ones((model.world.n, model.world.whole_cost.size))
    value[:, model.world.whole_cost.argmax()] = 1.01
    order = np.argsort(-ranks(model.world, model.state.bodies, value, IN_FORCE), axis=1, kind="stable")
    assert (order[:, 0] == model.world.whole_cost.argmax()).all()


def test_an_investor_who_chooses_takes_first_what_is_safest_for_it():
    model = opened("impact-linked-bond", target="investor")
    safest = np.min([each.safety for each in signatures(model.asking(IN_FORCE)).values()], axis=0)
    value = np.arange(safest.size, dtype=np.float64) + np.zeros((model.world.n, 1))
    assert (ranks(model.world, model.state.bodies, value, IN_FORCE) == safest).all()


def chosen(*, value=(2.0, 1.0), seen=10, money=1_000, places=10, cost=(100, 100), fixed=0.0, limited=True):
    """Two options for the same children, by what is said of them; children taken into each, and what was answered."""
    options = Options(*(np.array(each) for each in ([0, 1], [5, 5], [1, 1])))
    asked = Asked(np.array([value]), np.array([value]))
    needs = Needs(np.array(cost)[:, None], np.full((1, 2), fixed), *np.zeros((2, 1, 2, 1), np.int64))
    children = np.zeros((1, N_AGES, 5), np.int64)
    children[0, 5, 1] = seen
    left = Left(children, np.array([[money]]), np.full((1, 2), places))
    taken, answer = np.zeros((1, 2), np.int64), np.zeros((1, 2), np.int8)
    choose(options, asked, needs, left, limited, taken, answer)
    return taken[0].tolist(), [ANSWERS[each] for each in answer[0]]


def test_the_first_in_the_list_gets_children_and_money_first():
    assert chosen() == ([10, 0], ["yes", "rank"])
    assert chosen(value=(1.0, 2.0)) == ([0, 10], ["rank", "yes"])
    assert chosen(money=300, places=6) == ([3, 0], ["yes", "rank"])


def test_no_more_are_taken_than_staff_children_and_money_allow():
    assert chosen(places=4)[0] == [4, 4]
    assert chosen(seen=3)[0] == [3, 0]
    assert chosen(money=450) == ([4, 0], ["yes", "rank"])
    assert chosen(money=50) == ([0, 0], ["money", "money"])
    assert chosen(seen=0) == ([0, 0], ["unseen", "unseen"])


def test_the_planner_has_no_limit_of_money_but_the_same_limit_of_capacity():
    assert chosen(money=0, places=4, limited=False)[0] == [4, 4]


def test_applying_and_evaluating_must_be_worth_it_for_all_children_together():
    assert chosen(value=(2.0, -1.0), fixed=20.0) == ([0, 0], ["paper", "paper"])
    assert chosen(value=(2.0, -1.0), fixed=19.9)[0] == [10, 0]


def test_capacity_is_a_share_of_the_children_seen_and_both_rounds_share_it():
    model = opened("state-outcomes-fund", eager())
    bodies, w = model.state.bodies, model.world
    taken = sum(each.taken for each in decide(bodies, model.state.books, w, model.season))
    seen = model.season.seen[:, w.cells.age, w.cells.level]
    assert taken.sum() > 0
    assert (taken <= np.ceil(seen * w.spec.committee.capacity)).all()


def test_the_design_in_force_comes_first_and_own_room_takes_what_is_left():
    model = opened("municipal-fund", eager())
    yes = valued(model, {}, usual=1e6)
    first, second = decide(yes.bodies, model.state.books, model.world, model.season)
    both = np.zeros_like(model.season.seen)
    for each in (first, second):
        np.add.at(both, (slice(None), model.world.cells.age, model.world.cells.level), each.taken)
    assert first.taken.sum() > 0
    assert (both <= model.season.seen).all()


# ---------------------------------------------------------------------- 7.9: what a saving is worth

ONE = Cells(
    *(np.zeros(1, np.int64) for _ in range(3)), np.zeros((1, 1)), np.zeros((1, 1, N_AGES, 10)), np.zeros((1, N_AGES))
)


def worth(year, payer, **mandate):
    """What a krona saved in a year, on a row, is worth to a body that answers for row 0."""
    saved = np.zeros((1, 1, N_AGES, 10))
    saved[0, 0, year, payer] = 1.0
    usual = {
        "payers": np.eye(1, 10, dtype=np.bool_),
        "horizon": np.array([4.0]),
        "discount": np.array([0.1]),
        "regard": np.array([0.5]),
        "regard_horizon": np.array([20.0]),
        "cashable_first": 1.0,
        "cashable_growth": 0.0,
        "cashable_max": 1.0,
        "ratchet": 0.0,
    }
    return float(perceived_saving(Mandate(**(usual | mandate)), replace(ONE, saved=saved))[0, 0, 0])


def test_own_savings_count_within_the_horizon_and_not_after():
    assert worth(3, 0) > 0.0
    assert worth(4, 0) == 0.0


def test_a_later_krona_is_worth_less_by_the_discount_rate():
    assert worth(0, 0) == 1.0
    assert worth(2, 0) == pytest.approx(1.1**-2)


def test_what_the_frame_takes_back_is_not_counted():
    assert worth(2, 0, ratchet=0.4) == pytest.approx(0.6**2 * 1.1**-2)


def test_what_cannot_be_cashed_is_not_counted():
    assert worth(1, 0, cashable_first=0.2, cashable_growth=0.1) == pytest.approx(0.3 / 1.1)


def test_others_savings_count_by_regard_within_their_own_horizon():
    assert worth(10, 5) == pytest.approx(0.5 * 1.1**-10)
    assert worth(20, 5) == 0.0
    assert worth(10, 5, regard=np.zeros(1)) == 0.0


# ---------------------------------------------------------------------- 7.11 and 7.17: who pays


@pytest.mark.parametrize(
    ("design", "owner", "payer"),
    [
        ("status-quo", "social", "social"),
        ("municipal-fund", "social", "municipal_fund"),
        ("municipal-fund", "region", "region"),
        ("regional-fund", "social", "regional_fund"),
        ("planner", "social", "state"),
    ],
)
def test_a_fund_pays_for_applying_if_one_finances_else_the_owner_and_under_the_planner_the_state(design, owner, payer):
    assert overhead_account(opened(design).world, owner, IN_FORCE) == payer


def test_the_owner_repays_and_the_fund_receives():
    model = world(eager(), "municipal-fund-repayment", years=8)
    entries = [entry for entry in model.state.books.ledger.entries if entry.purpose == "repayment"]
    assert entries
    owners = [owner for owner in model.world.menu.owners if owner != "region"]
    assert {entry.payer for entry in entries} <= set(owners)
    assert {entry.receiver for entry in entries} == {"municipal_fund"}


def test_an_outcome_counts_the_costs_of_the_payers_that_the_contract_names():
    costs = opened("state-outcomes-fund").world.costs
    design = load_design("state-outcomes-fund")
    measure = next(iter(design.measures.values()))
    named = np.arange(10) >= PAYER["region"]  # the region, and all of the state's
    metric = metrics_of(design, SPEC.interventions, costs, 4)[0]
    assert set(measure.payers) == {"region", "state"}
    assert (metric.value[0, :, :5] == -costs.by_payer[..., named].sum(axis=2)).all()


# ---------------------------------------------------------------------- 7.18: learning


def told(place, found=2.0, *, heard=True):
    """News of one project of the first of two interventions, in a municipality."""
    one = np.array([0])
    return News(one, np.array([place]), one, np.array([found]), np.array([4.0]), np.array([True]), np.array([heard]))


COUNTY = np.array([0, 0, 1])
BEFORE = Beliefs(*np.ones((2, 3, 2)), *np.ones((2, 2)), np.zeros((3, 2), np.bool_))
P = replace(SPEC.belief, neighbour_weight=0.25, national_weight=0.0)


def after(news, *, regional=False, p=P):
    return learn(BEFORE, news, COUNTY, np.array([regional, False]), p)


def test_a_body_learns_fully_from_its_own_project_and_by_weight_from_a_neighbours():
    own = after(told(0)).own[:, 0]
    assert own[0] == pytest.approx((1.0 + 4.0 * 2.0) / 5.0)
    assert own[1] == pytest.approx((1.0 + 0.25 * 4.0 * 2.0) / 2.0)
    assert own[2] == 1.0


def test_other_counties_are_heard_only_by_the_national_weight():
    assert after(told(0), p=replace(P, national_weight=0.1)).own[2, 0] == pytest.approx((1.0 + 0.1 * 4.0 * 2.0) / 1.4)


def test_what_is_not_told_is_learned_at_home_alone_and_by_the_market():
    beliefs = after(told(0, heard=False))
    assert beliefs.own[0, 0] > 1.0
    assert (beliefs.own[1:, 0] == 1.0).all()
    assert beliefs.market[0] == pytest.approx((1.0 + 8.0) / 5.0)


def test_a_region_learns_fully_from_its_whole_county():
    own = after(told(0), regional=True).own[:, 0]
    assert own[0] == own[1] == pytest.approx((1.0 + 8.0) / 5.0)


def test_failures_are_told_less_often_than_successes_unless_a_centre_gathers_them():
    luck = np.array([0.1, 0.9, 0.1, 0.9])
    worth_it = np.array([True, True, False, False])
    p = replace(SPEC.diffusion, publication_bias=0.5, centre=0.0)
    assert is_told(worth_it, luck, p).tolist() == [True, True, False, True]
    assert is_told(worth_it, luck, replace(p, centre=1.0)).all()


def test_the_planner_knows_and_does_not_learn():
    model = world(eager().replace("project.follow_up_years", 2), "planner", years=5)
    assert (model.state.bodies.beliefs.own == 1.0).all()
    assert model.state.projects.n > 0
