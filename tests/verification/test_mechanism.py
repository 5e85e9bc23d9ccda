"""What must emerge: nobody tells committees to wait, hand over or under-invest; their budgets do (M1-M3)."""

from dataclasses import replace

import numpy as np
import pytest
from worlds import Cohort, alone, answers, change, county, eager, working, world

from stupror.model.bodies.asking import perceived
from stupror.model.bodies.reasoning import Mandate, perceived_payments, perceived_saving
from stupror.model.bodies.rules import by_body
from stupror.model.bodies.views import reckon
from stupror.model.children.cells import build_cells, detection_edges
from stupror.model.children.ladder import N_AGES, N_LEVELS, WORST, build_ladder
from stupror.model.children.prices import PAYER, build_costs
from stupror.model.contracts import load_design
from stupror.model.contracts.ways import IN_FORCE
from stupror.model.inputs.parameters import PAYERS
from stupror.model.model import PreventionModel
from stupror.model.money.budgets import COMMITTEES

OWNERS = (*COMMITTEES, "region")


@pytest.fixture(scope="module")
def cells():
    """Every option of the built-in scenario."""
    spec = county()
    detection = detection_edges(spec.detection.sensitivity, spec.detection.false_alarm, spec.detection.take_up)
    return build_cells(spec.interventions, build_ladder(spec.ladder), build_costs(spec), detection)


def mandate(payers, horizon, *, regard=0.0, cashable=1.0, ratchet=0.0, regard_horizon=15.0, discount=0.03):
    """A mandate of one body."""
    mine = np.zeros(len(PAYERS), np.bool_)
    mine[payers] = True
    each = [np.full(1, float(x)) for x in (horizon, discount, regard, regard_horizon)]
    return Mandate(mine, *each, cashable_first=cashable, cashable_growth=0.0, cashable_max=cashable, ratchet=ratchet)


@pytest.mark.parametrize("spec", [county(), working()], ids=["built-in", "several programmes work"])
def test_committees_leave_undone_most_of_what_the_planner_funds(spec):
    """Same children, same effects, same beliefs on average: only budgets differ."""
    ordinary = world(spec, "status-quo").tables(detail=True)["options"]
    planned = world(spec, "planner").tables(detail=True)["options"]
    municipal = (planned["owner"] != "region") & (planned["enrolled"] > 0)
    many = spec is working()
    assert planned[municipal]["intervention"].nunique() >= (2 if many else 1)
    # Worth its cost here: need in Blekinge is somewhat above the country's, for which values stand in the table.
    assert (planned[municipal]["fiscal_value_sek"] > 0.8 * planned[municipal]["cost_sek"]).all()
    assert planned[municipal]["enrolled"].sum() > 300
    assert ordinary[municipal]["enrolled"].sum() < (0.1 if many else 0.25) * planned[municipal]["enrolled"].sum()
    # Alone with its own budget no committee gets back what any of these costs, and its horizon is why.
    assert (ordinary[municipal]["own_value_sek"] < 0.5 * ordinary[municipal]["cost_sek"]).all()
    assert (ordinary[municipal]["own_value_sek"] < ordinary[municipal]["municipality_value_sek"]).all()


def test_each_body_weighs_as_it_would_alone(cells):
    """Three in a row of which two look equally far, and each cares otherwise: what one sees is not another's."""
    far, regard = np.array([2.5, 2.5, 4.0]), np.array([0.2, 0.6, 0.6])
    alike = mandate([0], 1.0)
    together = replace(
        alike, horizon=far, regard=regard, discount=np.full(3, 0.03), regard_horizon=np.array([15.0, 15.0, 9.0])
    )
    values = perceived_saving(together, cells.saved)
    for row, (years, care, others) in enumerate(zip(far, regard, together.regard_horizon, strict=True)):
        alone = perceived_saving(mandate([0], years, regard=care, regard_horizon=others), cells.saved)
        assert (values[:, row] == alone[:, 0]).all()


def test_what_comes_after_the_horizon_is_worth_nothing(cells):
    """Hand-over: a saving may come or not once the body has stopped looking, and its choice is the same."""
    social = PAYER["social"]
    for horizon in (1, 3, 7):
        saved = cells.saved.copy()
        saved[:, :, horizon:] = 1e9
        later = replace(cells, saved=saved)
        before = perceived_saving(mandate([social], horizon), cells.saved)
        assert (perceived_saving(mandate([social], horizon), later.saved) == before).all()
        assert (perceived_saving(mandate([social], horizon + 1), later.saved) > before + 1e8).all()


def test_what_falls_on_another_row_is_worth_what_one_cares_for_others(cells):
    social = PAYER["social"]
    saved = cells.saved.copy()
    saved[..., np.arange(len(PAYERS)) != social] += 1_000.0
    others = replace(cells, saved=saved)
    alone = mandate([social], 5)
    assert (perceived_saving(alone, others.saved) == perceived_saving(alone, cells.saved)).all()
    caring = mandate([social], 5, regard=0.5, regard_horizon=2)
    gain = perceived_saving(caring, others.saved) - perceived_saving(caring, cells.saved)
    # Nine other payers, 1,000 SEK each in two years, at half weight; the second year discounted.
    assert np.allclose(gain, 9 * 1_000 * 0.5 * (1 + 1 / 1.03))


def test_saving_that_cannot_be_cashed_or_is_clawed_back_is_lost(cells):
    """The cashable share and the ratchet by hand: 0.4, then 0.55 of which half is left."""
    body = replace(mandate([PAYER["education"]], 2, ratchet=0.5), cashable_first=0.4, cashable_growth=0.15)
    body = replace(body, cashable_max=0.85)
    own = cells.saved[..., PAYER["education"]]
    expected = 0.4 * own[:, :, 0] + 0.55 * 0.5 / 1.03 * own[:, :, 1]
    assert np.allclose(perceived_saving(body, cells.saved)[:, 0], expected)


def test_a_payment_after_the_horizon_is_worth_nothing(cells):
    paid = np.zeros((cells.saved.shape[0], cells.age.size, N_AGES))
    paid[:, :, 5] = 100.0
    assert (perceived_payments(mandate([0], 5), paid) == 0).all()
    assert np.allclose(perceived_payments(mandate([0], 6), paid), 100 / 1.03**5)


def knowing(model):
    """Let everybody know the true effects."""
    bodies = model.state.bodies
    bodies.beliefs = replace(bodies.beliefs, own=np.ones_like(bodies.beliefs.own))


def scores(model):
    """What every option is worth to whoever decides, under the design in force."""
    return answers(model.asking(IN_FORCE)).value


FEW = ("early-preschool", "el-sistema", "parenting", "placed-youth", "servicetrainee", "skolfam")


def plain():
    """Effects that stand still, few programmes, all as planned, and nothing that weighs but what is to be saved."""
    spec = change(
        working(),
        choice__reluctance=0.0,
        choice__taste=0.0,
        choice__trials_ahead=0.0,
        project__idea_rate=100.0,
        project__group_cost=20_000_000,
        project__group_growth=0.0,
        project__application_cost=0.0,
        project__evaluation_cost=0.0,
        project__effect_kept=1.0,
        project__recruited=1.0,
        project__drop_out=0.0,
    )
    # Ideas are shared among programmes: with few of these there are ideas for everybody.
    spec = alone(spec)
    return replace(spec, interventions=tuple(item for item in spec.interventions if item.name in FEW))


def alike(model):
    """Let children be born alike everywhere: bodies go by the country's need, the planner by the place's."""
    born = np.broadcast_to(model.world.ladder.birth, model.world.births.shape).copy()
    model.world = replace(model.world, births=born)
    model.state.bodies.views = reckon(model.world, model.state.bodies.mandates)


def all_rows_and_all_years(model, kinds):
    """Give these bodies the planner's mandate and its knowledge of effects, and plenty of money."""
    n, bodies, budgets = model.world.n, model.state.bodies, model.state.books.budgets
    everything = Mandate(
        payers=np.ones(len(PAYERS), np.bool_),
        horizon=np.full(n, float(N_AGES)),
        discount=np.full(n, model.world.spec.discount.rate),
        regard=np.zeros(n),
        regard_horizon=np.full(n, float(N_AGES)),
        cashable_first=1.0,
        cashable_growth=0.0,
        cashable_max=1.0,
        ratchet=0.0,
    )
    knowing(model)
    bodies.mandates = {**bodies.mandates, **dict.fromkeys(kinds, everything)}
    bodies.views = reckon(model.world, bodies.mandates)
    for line in budgets.revenue:
        budgets.revenue[line] = budgets.revenue[line] + 1e14
    budgets.discretionary_share = budgets.discretionary_share + 1.0


def test_bodies_with_all_rows_and_all_years_want_what_the_planner_wants():
    """The same code with one budget, whole lives and no shortage of money funds what is worth its cost."""
    planner = world(plain(), "planner", years=1, before=alike)
    free = PreventionModel(plain(), load_design("status-quo"), 1, 1)
    alike(free)
    narrow = scores(free) > 0
    all_rows_and_all_years(free, OWNERS)
    asking, each = free.asking(IN_FORCE), np.zeros((free.world.n, free.world.cells.age.size))
    for owner in free.world.menu.owners:
        mine = free.world.cells_of(owner)
        each[:, mine] = perceived(asking, owner, mine, owner=True).value
    assert np.allclose(each, scores(planner))
    # They decide on ideas, and so on all ages together: what is worth it at every age is what both want.
    both = (scores(free) > 0) & (each > 0)
    assert both.sum() > 1.5 * narrow.sum()
    free.step()
    helped = planner.state.children.population.participant >= 0
    assert helped.sum() > 500
    alike_helped = helped & (free.state.children.population.participant >= 0)
    assert alike_helped.sum() > 0.95 * helped.sum()
    # Where two programmes want the same children they may part them otherwise: bodies rank by gain per krona, the
    # planner by gain. Where one programme is alone the numbers are the same.
    options = planner.tables(detail=True)["options"]
    alone = ~options.duplicated(["age", "level"], keep=False)
    assert options[alone]["enrolled"].sum() > 300
    assert (options["enrolled"] == free.tables(detail=True)["options"]["enrolled"])[alone].all()


def test_one_committee_that_answers_for_everybody_chooses_as_the_planner_does():
    """A rule in plain Python for one committee, from its offers alone; its neighbours go on as before."""
    planner = world(plain(), "planner", years=1, before=alike)
    code = int(plain().places.codes[2])

    def think(offer):
        saving = offer.saving_own + offer.saving_others
        whole = float((saving * 1.03 ** -np.arange(saving.size)).sum() - offer.cost)
        return whole if offer.municipality == code else offer.value

    usual, model = (
        PreventionModel(plain(), load_design("status-quo"), 1, 1, rules=rules)
        for rules in (None, {"labour_market": by_body(think)})
    )
    for each in (usual, model):
        each.budget()
        knowing(each)
    before, after = scores(usual), scores(model)
    mine = model.world.cells_of("labour_market")
    assert np.allclose(after[2, mine], scores(planner)[2, mine])
    trainees = model.world.menu.names[model.world.cells.intervention] == "servicetrainee"
    assert (after[2, trainees] > 0).all()
    assert (before[2, trainees] <= 0).all()
    after[2, mine] = before[2, mine]
    assert (after == before).all()


@pytest.mark.parametrize("design", ["municipal-fund", "state-outcomes-fund"])
def test_a_board_sees_the_rows_of_its_municipality_and_not_the_region_or_the_state(design):
    model = PreventionModel(eager(), load_design(design), 1, 1)
    assert model.state.bodies.mandates["board"].payers.tolist() == [True] * 4 + [False] * 6
    for row, kind in enumerate(COMMITTEES):
        assert model.state.bodies.mandates[kind].payers.sum() == 1
        assert model.state.bodies.mandates[kind].payers[row]


def test_severe_trajectories_cost_more_with_age_and_the_municipality_bears_most_before_18():
    """M3, from kernel lives of children placed before they are ten."""
    cohort = Cohort(county(), seed=5, n=100_000)
    price = build_costs(cohort.spec).by_payer.astype(float)
    level = np.array([(cohort.grow(age), cohort.state % N_LEVELS)[1] for age in range(N_AGES)])
    early = (level[:10] == WORST).any(axis=0)
    assert early.sum() > 500
    cost = np.array([price[age, level[age, early]].mean(axis=0) for age in range(N_AGES)])
    preschool, school, teens = (cost[a:b].sum(axis=1).mean() for a, b in ((0, 6), (6, 13), (13, 18)))
    assert preschool < school < teens
    municipal = cost[:, :4].sum(axis=1) / cost.sum(axis=1)
    assert cost[:18, :4].sum() > 0.75 * cost[:18].sum()
    assert cost[20:, :4].sum() < 0.25 * cost[20:].sum()  # and then it is somebody else's
    assert municipal[10:18].min() > 2 * municipal[20:].max()
    # A child who stays at the worst level costs more in each stage of childhood than in the one before.
    worst = price[:, WORST].sum(axis=1)
    assert worst[3] < worst[8] < worst[14]
