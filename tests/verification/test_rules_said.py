"""One test for each sentence of docs/odd.md, section 7, that says who is asked, who comes first or which sign it has.

Worlds are small and values are set by hand, so that only the rule decides; each test goes red when its rule is broken.
"""

from dataclasses import replace

import numpy as np
import pytest
from worlds import alone, answers, change, county, eager, world

from stupror.model.bodies.asking import put_to_all, signatures
from stupror.model.bodies.beliefs import Beliefs, News, credited, is_told, learn
from stupror.model.bodies.choice import ANSWERS, YES, Asked, Left, Needs, choose
from stupror.model.bodies.decisions import decide, ranks, season_of
from stupror.model.bodies.reasoning import Mandate, perceived_payments, perceived_saving, value_of_trying
from stupror.model.bodies.views import SHARES
from stupror.model.children.ladder import N_AGES
from stupror.model.children.lifecourse import Options
from stupror.model.children.prices import PAYER
from stupror.model.contracts import design_names, load_design
from stupror.model.contracts.ways import GRANTOR, IN_FORCE, OWN_ROOM
from stupror.model.evaluation.metrics import metrics_of
from stupror.model.inputs.scenario import load_scenario
from stupror.model.model import PreventionModel
from stupror.model.money.funds import Owners, worth_left
from stupror.model.projects.payments import overhead_account
from stupror.model.projects.services import Services, adopt, chance_of_adoption, end, none_yet, open_to, serve

SPEC = load_scenario()


def calm():
    """Blekinge where nothing weighs but what is gained, nobody shares, and parenting programmes are the region's."""
    spec = change(county(), choice__reluctance=0.0, choice__taste=0.0, choice__effort=0.0, choice__trials_ahead=0.0)
    return alone(spec.replace("interventions.parenting.owner", "region"))


def opened(design, spec=None, **terms):
    """A model in its first year, where children have been seen and nothing has been decided."""
    model = PreventionModel(spec or calm(), replace(load_design(design), **terms), 1, 3)
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
    views[contract] = replace(view, worth=worth, price=free, granted={body: {} for body in worth})
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
        value, answer, _ = answers(valued(model, {body: -1.0}))
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
    value, _, _ = answers(valued(model, {first: 5.0, last: 7.0}))
    assert np.allclose(value[:, mine], 7.0)
    _, answer, _ = answers(valued(model, {first: -1.0, last: -1.0}))
    assert {ANSWERS[each] for each in np.unique(answer[:, mine])} == {"unpaid"}
    _, answer, _ = answers(valued(model, {first: 5.0, last: -1.0}))
    assert {ANSWERS[each] for each in np.unique(answer[:, mine])} == {"grantor"}


def test_a_value_of_nothing_is_a_no():
    value, answer, _ = answers(valued(opened("status-quo"), {"social": 0.0}))
    assert (value[answer != YES] == 0.0).all()
    assert (answer != YES).any()


def test_every_private_party_must_accept_and_other_payers_are_not_asked():
    model = opened("sib-norrkoping")
    asking = valued(model, {})
    parties = signatures(asking)
    assert set(parties) == {"investor"}
    refused = ~parties["investor"].accepts
    _, answer, _ = answers(asking)
    open_to = ~np.isin([ANSWERS[each] for each in answer[0]], ["closed"])
    assert {ANSWERS[each] for each in answer[0, refused & open_to]} <= {"investor"}
    sure = replace(asking.bodies, rules={"investor": lambda offers: np.ones(offers.value.shape)})
    _, answer, _ = answers(replace(asking, bodies=sure))
    assert (answer[0, open_to] == YES).all()


def test_a_contract_is_open_to_the_interventions_that_it_names():
    model = opened("municipal-fund", interventions=("early-preschool",))
    named = model.world.menu.names[model.world.cells.intervention] == "early-preschool"
    _, answer, _ = answers(valued(model, {}))
    assert (answer[:, named] == YES).all()
    assert {ANSWERS[each] for each in np.unique(answer[:, ~named])} == {"closed"}


@pytest.mark.parametrize(("design", "open_to_region"), [("municipal-fund", False), ("state-outcomes-fund", True)])
def test_a_region_takes_part_where_money_would_move_between_it_and_somebody_else(design, open_to_region):
    model = opened(design)
    _, answer, _ = answers(valued(model, {}))
    assert (answer[:, model.world.cells_of("region")] == YES).all() == open_to_region


def test_a_second_owner_can_say_no_and_does_not_set_the_order():
    model = opened("status-quo", calm().replace("interventions.skolfam.partner", "education"))
    shared = model.asking(IN_FORCE).view.parts[SHARES].cells_of("education")
    assert {model.world.menu.names[k] for k in model.world.cells.intervention[shared]} == {"skolfam"}
    value, answer, _ = answers(valued(model, {"social": 5.0, "education": 7.0}))
    assert (answer[:, shared] == YES).all()
    assert np.allclose(value[:, shared], 5.0)
    value, answer, _ = answers(valued(model, {"social": 5.0, "education": -1.0}))
    assert {ANSWERS[each] for each in np.unique(answer[:, shared])} == {"partner"}
    assert (value[:, shared] <= 0.0).all()


# ---------------------------------------------------------------------- 7.12: what else counts than what is gained


def said_of(spec, design="municipal-fund", contract=IN_FORCE, values=None, usual=1_000.0):
    """What was said under a contract where everybody thinks of every option as worth so much."""
    return answers(valued(opened(design, spec), values or {}, contract, usual))


def test_no_is_the_default_a_project_must_promise_its_owner_more_than_it_costs():
    model = opened("status-quo")
    cost = model.world.whole_cost
    reluctant = said_of(change(calm(), choice__reluctance=0.25), "status-quo")
    assert np.allclose(reluctant.value, 1_000.0 - 0.25 * cost)
    grantor = said_of(change(calm(), choice__reluctance=0.25), values={"board": 7.0}, usual=1e6)
    others = model.world.menu.owner[model.world.cells.intervention] != "region"
    assert np.allclose(grantor.value[:, others], 7.0)  # whoever grants has no project to run


def test_applying_costs_its_owner_effort_and_own_room_does_not():
    spec = change(calm(), choice__effort=60_000)
    model = opened("municipal-fund", spec)
    size = np.maximum(model.world.project_cost[:, None] / model.world.whole_cost, 1.0)
    mine = model.world.cells_of("social")
    assert np.allclose(said_of(spec).wanted[:, mine], (1_000.0 - 60_000 / size)[:, mine])
    assert np.allclose(said_of(spec, contract=OWN_ROOM).wanted, 1_000.0)


def test_taste_is_the_same_under_every_design_and_nothing_at_scale_nought():
    spec = change(calm(), choice__taste=0.2)
    (one, two), model = (said_of(spec, name) for name in ("municipal-fund", "status-quo")), opened("status-quo")
    mine = model.world.cells_of("social")
    assert (one.wanted[:, mine] == two.wanted[:, mine]).all()
    per_krona = (one.wanted - 1_000.0) / model.world.whole_cost
    assert per_krona[:, mine].std() > 0.05
    kinds = model.world.cells.intervention
    for k in np.unique(kinds[mine]):  # one taste for a programme, whatever the age and level
        assert np.allclose(per_krona[:, kinds == k], per_krona[:, kinds == k][:, :1])
    assert np.allclose(said_of(calm()).wanted[:, mine], 1_000.0)


def test_a_trial_is_worth_more_to_whoever_is_unsure_and_nothing_to_whoever_knows():
    net, slope = np.array([[100.0, -100.0, 100.0]]), np.array([[500.0, 500.0, 0.0]])
    sure, unsure = (np.vectorize(value_of_trying)(net, slope, p, 2.0) for p in (1e9, 1.0))
    assert (unsure[0, :2] > 1.0).all()
    assert unsure[0, 0] == pytest.approx(unsure[0, 1])  # yes or no, it may turn out otherwise
    assert unsure[0, 2] == 0.0
    assert np.allclose(sure, 0.0)
    # By hand: sd = 500 sqrt(1 - 1 / 3) = 408.2; s (phi(z) - z Phi(-z)) at z = 100 / 408.2
    assert unsure[0, 0] == pytest.approx(117.73, abs=0.01)


def test_an_idea_goes_ahead_for_all_its_ages_or_not_at_all():
    model = opened("municipal-fund")
    said = answers(model.asking(IN_FORCE))
    groups = model.world.groups.of_cell
    for group in np.unique(groups):
        mine = np.flatnonzero(groups == group)
        assert np.allclose(said.value[:, mine], said.value[:, mine[:1]])


def decided(model, bodies):
    """What becomes of every option if these bodies decide now."""
    room = model.state.books.budgets.room
    return decide(put_to_all(bodies, room, model.world, model.season), model.state.books, model.needs)


def test_without_an_idea_nothing_is_taken_and_that_is_what_is_said():
    model = opened("municipal-fund", change(eager(), project__idea_rate=0.0))
    yes = valued(model, {}, usual=1e6)
    for each in decided(model, yes.bodies):
        assert not each.taken.any()
        assert {ANSWERS[answer] for answer in np.unique(each.answer[each.seen > 0])} == {"idea"}


def test_what_owners_rather_pay_themselves_is_not_applied_for():
    model = opened("municipal-fund", change(eager(), choice__taste=0.0, choice__trials_ahead=0.0))
    asking = valued(model, {"social": -1.0})  # nobody applies, for whatever reason ...
    views = list(asking.bodies.views)
    views[OWN_ROOM] = valued(model, {"social": 1e6}, OWN_ROOM).bodies.views[OWN_ROOM]  # ... but wants it for itself
    first, second = decided(model, replace(asking.bodies, views=tuple(views)))
    mine = model.world.cells_of("social")
    assert not first.taken[:, mine].any()
    assert second.taken[:, mine].any()


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
    asked = Asked(np.zeros(2, np.int64), np.arange(2), np.array(value), np.array(value))
    needs = Needs(np.array(cost)[:, None], fixed, *np.zeros((2, 2, 1), np.int64))
    children = np.zeros((1, N_AGES, 5), np.int64)
    children[0, 5, 1] = seen
    left = Left(children, np.array([[money]]), np.full(2, places))
    taken, answer = np.zeros(2, np.int64), np.zeros(2, np.int8)
    choose(options, asked, needs, left, limited, taken, answer)
    return taken.tolist(), [ANSWERS[each] for each in answer]


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
    taken = sum(each.taken for each in decided(model, bodies))
    seen = model.season.seen[:, w.cells.age, w.cells.level]
    assert taken.sum() > 0
    assert (taken <= np.ceil(seen * w.spec.committee.capacity)).all()


def test_the_design_in_force_comes_first_and_own_room_takes_what_is_left():
    model = opened("municipal-fund", eager())
    yes = valued(model, {}, usual=1e6)
    first, second = decided(model, yes.bodies)
    both = np.zeros_like(model.season.seen)
    for each in (first, second):
        np.add.at(both, (slice(None), model.world.cells.age, model.world.cells.level), each.taken)
    assert first.taken.sum() > 0
    assert (both <= model.season.seen).all()


# ---------------------------------------------------------------------- 7.9: what a saving is worth


def worth(year, payer, **mandate):
    """What a krona saved in a year, on a row, is worth to a body that answers for row 0."""
    saved = np.zeros((1, 1, N_AGES, 10))
    saved[0, 0, year, payer] = 1.0
    usual = {
        "payers": np.arange(10) == 0,
        "horizon": np.array([4.0]),
        "discount": np.array([0.1]),
        "regard": np.array([0.5]),
        "regard_horizon": np.array([20.0]),
        "cashable_first": 1.0,
        "cashable_growth": 0.0,
        "cashable_max": 1.0,
        "ratchet": 0.0,
    }
    return float(perceived_saving(Mandate(**(usual | mandate)), saved)[0, 0, 0])


def test_own_savings_count_within_the_horizon_and_not_after():
    assert worth(3, 0) > 0.0
    assert worth(4, 0) == 0.0


def test_of_the_last_year_a_body_counts_the_part_that_it_looks_at():
    assert worth(4, 0, horizon=np.array([4.25])) == pytest.approx(0.25 * 1.1**-4)


def owed(year, amount):
    """What a krona that a contract pays in a year is worth to a body that looks four years ahead."""
    flows = np.zeros((1, 1, N_AGES))
    flows[0, 0, year] = amount
    body = Mandate(np.arange(10) == 0, *(np.array([x]) for x in (4.0, 0.1, 0.5, 20.0)), 1.0, 0.0, 1.0, 0.0)
    return float(perceived_payments(body, flows)[0, 0, 0])


def test_a_debt_counts_in_full_whenever_it_falls_due_and_a_receipt_within_the_horizon():
    assert owed(3, 1.0) == pytest.approx(1.1**-3)
    assert owed(4, 1.0) == 0.0
    assert owed(3, -1.0) == pytest.approx(-(1.1**-3))
    assert owed(9, -1.0) == pytest.approx(-(1.1**-9))


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
    ],
)
def test_a_fund_pays_for_applying_if_one_finances_else_the_owner(design, owner, payer):
    assert overhead_account(opened(design).world, Owners(owner, "", 0.0), IN_FORCE) == payer


def test_the_planner_neither_applies_nor_evaluates():
    model = world(calm(), "planner", years=5)
    assert model.state.projects.n > 5
    assert not {"application", "evaluation"} & {entry.purpose for entry in model.state.books.ledger.entries}


def test_two_owners_share_what_they_pay_and_are_paid():
    both = Owners("social", "education", 0.25)
    assert [(body, part.tolist()) for body, part in both.divide("owner", np.array([101, 8]))] == [
        ("social", [76, 6]),
        ("education", [25, 2]),
    ]
    assert both.accounts("municipal_fund") == [("municipal_fund", 1.0)]


# ---------------------------------------------------------------------- 7.5: what a krona left in a fund is worth


def test_what_lapses_is_worth_what_equity_is_and_what_stays_more_where_more_is_wanted():
    wanted, free = np.array([0, 300, 300]), np.array([100, 100, 100])
    assert worth_left(np.array([0.0, 0.0, 0.0]), 0.25, wanted, free).tolist() == [0.25, 0.25, 0.25]
    assert worth_left(np.array([1.0, 1.0, 0.5]), 0.25, wanted, free).tolist() == [0.25, 0.8125, 0.53125]


def test_a_board_counts_what_its_fund_pays_at_that_worth():
    model = opened("municipal-fund")
    asking, mine = model.asking(IN_FORCE), model.world.cells_of("social")
    board, social = (asking.view.looks_to(who) for who in ("board", "social"))
    dear, cheap = ({"municipal_fund": np.full(model.world.n, worth)} for worth in (1.0, 0.25))
    everywhere = np.arange(model.world.n)[:, None]
    assert (board.cost(everywhere, mine, dear) > 0.0).all()
    assert np.allclose(board.cost(everywhere, mine, cheap), 0.25 * board.cost(everywhere, mine, dear))
    assert (social.cost(everywhere, mine, dear) == 0.0).all()


# ---------------------------------------------------------------------- 7.18: what goes on


def test_a_trial_is_taken_on_rather_if_it_saved_everybody_more_and_never_without_room():
    p = replace(SPEC.service, adopted=0.25, adopted_by_result=1.0)
    assert chance_of_adoption(np.array([1.0]), p)[0] == pytest.approx(0.25)
    assert (np.diff(chance_of_adoption(np.array([-2.0, 0.0, 1.0, 3.0]), p)) > 0.0).all()
    model = world(change(eager(), project__follow_up_years=2, service__adopted=1.0), "municipal-fund", years=2)
    projects, w, nobody = model.state.projects, model.world, none_yet(model.world)
    which = np.flatnonzero(projects.judged)
    tried = (which, np.full(which.size, 5.0))
    rich, poor = ({owner: np.full(w.n, money) for owner in w.menu.owners} for money in (10**12, 0))
    assert adopt(nobody, w, projects, tried, rich).intake.sum() == projects.children[which].sum()
    assert not adopt(nobody, w, projects, tried, poor).intake.any()


def test_services_end_in_bad_years_alone():
    model = opened("status-quo")
    w = replace(model.world, spec=model.world.spec.replace("service.ended", 0.5))
    many = Services(np.full((w.n, len(w.menu.items)), 10))
    bad = np.arange(w.n) % 2 == 0
    left = end(many, w, bad, 2020).intake
    assert (left[bad] == 0).all()  # twice a half
    assert (left[~bad] == 10).all()


def test_services_take_children_before_anybody_decides_and_nobody_else_can_have_them():
    model = opened("planner")
    w, seen = model.world, model.season.seen
    services = Services(np.full((w.n, len(w.menu.items)), 5))
    served = serve(services, w, seen)
    assert served.sum() > 0
    assert (served @ (w.cells.intervention[:, None] == np.arange(len(w.menu.items))) <= 5).all()
    season = season_of(w, model.year, seen, served, (model.season.neighbours, model.season.left))
    assert (season.free <= open_to(w, seen[:, w.cells.age, w.cells.level]) - served).all()


def test_whom_municipalities_reach_already_nobody_else_can_take():
    model = opened("planner", calm().replace("interventions.parenting.covered", 1.0))
    parenting = model.world.menu.names[model.world.cells.intervention] == "parenting"
    assert not model.season.free[:, parenting].any()
    assert model.season.free[:, ~parenting].any()


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


def told(place, found=2.0, *, heard=True, doubt=0.0):
    """News of one project of the first of two interventions, in a municipality."""
    one = np.array([0])
    yes, numbers = np.array([True]), [np.array([each]) for each in (found, 4.0, doubt)]
    return News(one, np.array([place]), one, *numbers, yes, np.array([1.0]), np.array([heard]))


COUNTY = np.array([0, 0, 1])
BEFORE = Beliefs(*np.ones((2, 3, 2)), *np.ones((2, 2)), np.zeros((2, 3, 2)), np.zeros((2, 2)))
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


def test_own_follow_up_is_the_same_under_every_design():
    """Everybody's cost, for the same years, by the same method: what a body learns of its own hangs on no contract."""
    costs = opened("status-quo").world.costs
    every = [load_design(name) for name in design_names()]
    own = [metrics_of(design, SPEC.interventions, costs, 4)[-1] for design in every if not design.add_on]
    assert len(own) > 30
    assert {(each.kind, each.evaluation, each.years, each.group, each.groups) for each in own} == {
        ("cost_reduction", "matched-comparison", 4, 0, 1)
    }
    assert all((each.value == own[0].value).all() for each in own)
    assert (own[0].value[0, :, :5] == -costs.by_payer.sum(axis=2)).all()


def test_however_much_a_doubtful_method_tells_no_more_than_it_can_is_learned():
    """With an error of variance 4 in all projects alike: 1 / 4, of which the first, of precision 4, gives 4 / 17."""
    assert float(credited(np.array(0.0), np.array(4.0), 4.0)) == pytest.approx(4.0 / 17.0)
    assert float(credited(np.array(0.0), np.array(1e9), 4.0)) == pytest.approx(0.25)
    assert float(credited(np.array(1e9), np.array(4.0), 4.0)) == pytest.approx(0.0, abs=1e-9)
    assert float(credited(np.array(3.0), np.array(4.0), 0.0)) == 4.0
    sure, unsure = (after(told(0, doubt=doubt)).own[0, 0] for doubt in (0.0, 4.0))
    assert sure == pytest.approx((1.0 + 4.0 * 2.0) / 5.0)
    assert unsure == pytest.approx((1.0 + 4.0 / 17.0 * 2.0) / (1.0 + 4.0 / 17.0))


def test_own_follow_ups_and_evaluations_for_contracts_are_counted_apart():
    one = after(told(0, doubt=4.0))
    ordered = replace(told(0, doubt=4.0), own=np.array([False]))
    both = learn(one, ordered, COUNTY, np.array([False, False]), P)
    assert both.precision[0, 0] == pytest.approx(1.0 + 2.0 * 4.0 / 17.0)
    again = learn(one, told(0, doubt=4.0), COUNTY, np.array([False, False]), P)
    assert again.precision[0, 0] == pytest.approx(1.0 + 8.0 / 33.0)


def test_the_planner_knows_and_does_not_learn():
    spec = change(eager(), project__follow_up_years=2, project__effect_kept=0.8, project__drop_out=0.25)
    model = world(spec.replace("project.attended", 0.4), "planner", years=5)
    assert np.allclose(model.state.bodies.beliefs.own, 0.8 * (0.75 + 0.25 * 0.4))
    assert model.state.projects.n > 0


def test_a_programme_that_comes_leaves_the_luck_of_the_others_as_it_was():
    """Ideas, tastes and first beliefs go by the name of a programme, not by its place in a list."""
    from stupror.model.bodies.mandates import first_beliefs
    from stupror.model.children.draws import IDEA, by_place

    menu = PreventionModel(SPEC, load_design("status-quo"), 1, 1).world
    fewer = PreventionModel(replace(SPEC, interventions=SPEC.interventions[1:]), load_design("status-quo"), 1, 1).world
    assert (first_beliefs(menu).own[:, 1:] == first_beliefs(fewer).own).all()
    codes = menu.geography.codes
    assert (
        by_place(1, IDEA, codes, menu.menu.number, 2020)[:, 1:] == by_place(1, IDEA, codes, fewer.menu.number, 2020)
    ).all()
    assert np.unique(menu.menu.number).size == len(SPEC.interventions)
