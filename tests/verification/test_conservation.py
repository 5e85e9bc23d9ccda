"""Money and children are conserved: every krona comes from somebody, and every child is somewhere."""

import numpy as np
import pytest
from worlds import FIVE, eager, world

from stupror.model.children.ladder import ADULT_LEVELS, CHILD_LEVELS
from stupror.model.children.prices import KIND
from stupror.model.contracts import load_design
from stupror.model.inputs.parameters import KINDS, PAYERS
from stupror.model.model import PreventionModel
from stupror.model.money.ledger import Flow, LedgerError

YEARS = 6


@pytest.fixture(scope="module", params=FIVE)
def finished(request):
    """A run of each design, with its tables; long enough for contracts to be settled where they can be."""
    spec = eager().replace("project.follow_up_years", 2)
    years = 11 if request.param == "state-outcomes-fund" else YEARS
    model = world(spec, request.param, years=years)
    assert model.state.projects.n > 50
    return model, model.tables(detail=True)


def test_every_krona_of_care_is_a_child_times_a_price(finished):
    """From the table of children and the price list alone, by payer, kind and year."""
    model, result = finished
    children, flows = result["children"], result["flows"]
    names = [{name: level for level, name in enumerate(stage)} for stage in (CHILD_LEVELS, ADULT_LEVELS)]
    adult = (children["age"] >= 20).astype(int)
    level = [names[stage][name] for stage, name in zip(adult, children["level"], strict=True)]
    price = model.world.costs.amount[children["age"], level] * children["children"].to_numpy()[:, None, None]
    returned = model.world.costs.equalisation[children["age"], level] * children["children"].to_numpy()[:, None]
    compared = 0
    for year in range(model.world.start_year, model.world.start_year + model.world.years):
        now = (children["year"] == year).to_numpy()
        due, back = price[now].sum(axis=0), returned[now].sum(axis=0)
        for p, payer in enumerate(PAYERS):
            for kind in KINDS:
                rows = flows[(flows["year"] == year) & (flows["payer"] == payer) & (flows["kind"] == kind)]
                gross = int(due[p, KIND[kind]])
                if kind == "tax_forgone" and payer in ("board", "region"):
                    gross += int(back[0 if payer == "board" else 1])  # booked before income equalisation
                if kind == "tax_forgone" and payer == "central_tax":
                    gross -= int(back.sum())
                assert rows["amount_sek"].sum() == gross, (year, payer, kind)
                compared += gross != 0
    assert compared > 10 * model.world.years


def test_costs_and_flows_tell_one_story(finished):
    """The table of costs is the ledger, net of income equalisation, by payer and year."""
    model, result = finished
    costs, flows = result["costs"], result["flows"]
    costs = costs[(costs["phase"] == "simulated") & (costs["payer"] != "households")]
    told = costs.groupby(["year", "payer"])["actual_sek"].sum()
    booked = flows[flows["kind"] != ""].groupby(["year", "payer"])["amount_sek"].sum()
    equalised = flows[flows["purpose"] == "income equalisation"]
    booked = booked.add(equalised.groupby(["year", "payer"])["amount_sek"].sum(), fill_value=0)
    received = equalised.groupby(["year", "receiver"])["amount_sek"].sum().rename_axis(["year", "payer"])
    booked = booked.sub(received, fill_value=0)
    assert (told == booked.reindex(told.index)).all()
    assert len(told) == len(PAYERS) * model.world.years
    assert len(equalised) > 0


def test_the_total_is_the_sum_of_its_parts_without_detail(finished):
    """A national table is the detailed one summed up."""
    model, result = finished
    national = model.tables(detail=False)
    keys = ["year", "payer", "receiver", "purpose", "kind"]
    parts = result["flows"].groupby(keys)["amount_sek"].sum()
    assert (national["flows"].groupby(keys)["amount_sek"].sum() == parts).all()
    keys = ["year", "age", "level", "treated"]
    assert (
        national["children"].groupby(keys)["children"].sum() == result["children"].groupby(keys)["children"].sum()
    ).all()


def test_accounts_balance_and_pass_on_what_they_receive(finished):
    """Nothing stays with a committee, an agency, the state or the outcomes fund at the end of a year."""
    _, result = finished
    flows = result["flows"]
    paid = flows.groupby(["year", "payer"])["amount_sek"].sum().rename_axis(["year", "body"])
    received = flows.groupby(["year", "receiver"])["amount_sek"].sum().rename_axis(["year", "body"])
    balance = received.sub(paid, fill_value=0).astype(np.int64)
    assert balance.sum() == 0
    through = {"education", "social", "labour_market", "state", "outcomes_fund", *PAYERS[5:]}
    passing = balance[balance.index.get_level_values("body").isin(through)]
    assert (passing == 0).all(), passing[passing != 0]
    assert set(balance.index.get_level_values("body")) - through <= {
        "board", "region", "municipal_fund", "provider", "evaluator", "households",
    }  # fmt: skip
    for body in ("board", "region"):
        gained = balance.xs(body, level="body").cumsum()
        books = result["bodies"][result["bodies"]["body"] == body].groupby("year")["equity_sek"].sum()
        assert (gained == books).all(), body


def test_every_child_is_counted_once_a_year(finished):
    model, result = finished
    counted = result["children"].groupby(["year", "age"])["children"].sum()
    sizes = model.state.children.population.cohort_sizes().sum(axis=0)
    for year in range(model.world.start_year, model.world.start_year + model.world.years):
        for cohort, size in enumerate(sizes):
            age = year - model.state.children.population.births_from - cohort
            assert counted.get((year, age), 0) == (size if age >= 0 else 0), (year, age)
    births = result["runs"]["births"].iloc[0]
    assert result["children"][result["children"]["age"] == 0]["children"].sum() == births
    helped = result["children"][result["children"]["treated"]].groupby("year")["children"].sum()
    started = result["projects"].groupby("year")["children"].sum().cumsum().reindex(helped.index)
    rows = model.state.children.participants
    second = rows.start_year[: rows.n][rows.before[: rows.n] >= 0]  # these have been counted already
    again = np.array([(second <= year).sum() for year in helped.index])
    assert (helped == started - again).all()  # nobody is old enough to leave


def test_everybody_is_at_a_level_for_as_long_as_they_live_with_help_and_without(finished):
    _, result = finished
    levels = result["levels"]
    now = levels[levels["phase"] == "simulated"].groupby(["year", "level"])["actual"].sum()
    counted = result["children"].groupby(["year", "level"])["children"].sum()
    assert (now[now > 0] == counted.reindex(now[now > 0].index)).all()
    assert now.sum() == counted.sum()
    alive = levels.groupby("year")[["actual", "untreated"]].sum()
    assert alive["actual"].to_numpy() == pytest.approx(alive["untreated"].to_numpy(), abs=1e-3)  # help moves, no more
    later = levels[levels["phase"] == "expected"]
    left = later.groupby("year")["actual"].sum().to_numpy()
    assert (np.diff(left) < 1e-3).all(), "nobody is born after the last year"
    assert later["year"].min() == levels[levels["phase"] == "simulated"]["year"].max() + 1


def test_payments_are_what_the_ledger_has_for_projects(finished):
    _, result = finished
    flows, payments = result["flows"], result["payments"]
    keys = ["year", "payer", "receiver", "purpose"]
    of_projects = flows[flows["project"] >= 0].groupby(keys)["amount_sek"].sum()
    simulated = payments[payments["phase"] == "simulated"].groupby(keys)["amount_sek"].sum()
    assert (of_projects == simulated).all()
    assert len(simulated) > 0
    projects = result["projects"]
    for purpose, column in (("outcome payment", "paid_sek"), ("repayment", "repaid_sek")):
        by_project = flows[flows["purpose"] == purpose].groupby("project")["amount_sek"].sum()
        assert (projects.set_index("project")[column] == by_project.reindex(projects["project"], fill_value=0)).all()


def test_every_project_is_paid_for_in_full_once(finished):
    """Simulated and still owed programme cost together are what projects cost, whoever finances them."""
    _, result = finished
    payments = result["payments"]
    programme = payments[payments["purpose"] == "programme"].groupby("intervention")["amount_sek"].sum()
    cost = result["projects"].groupby("intervention")["cost_sek"].sum()
    assert (programme == cost).all()


@pytest.mark.parametrize("design", ["municipal-fund", "municipal-fund-repayment", "state-outcomes-fund"])
def test_a_fund_never_promises_more_than_it_has(design):
    model = PreventionModel(eager(), load_design(design), 2, 9)
    used = 0
    for _ in range(9):
        model.step()
        budgets, fund = model.state.books.budgets, model.state.books.funds["municipal_fund"]
        assert (fund.promised >= 0).all()
        assert (fund.free >= 0).all()
        used += int(fund.promised.sum())
        for line, promised in budgets.promised.items():
            assert (promised >= 0).all(), line
        assert all((room >= 0).all() for room in budgets.room.values())
    assert used > 0


@pytest.mark.parametrize(
    ("payer", "receiver", "body"),
    [("education", "provider", "education"), ("households", "justice", "justice"), ("state", "social", "social")],
)
def test_an_entry_that_no_budget_knows_stops_the_run(payer, receiver, body):
    model = PreventionModel(eager(), load_design("status-quo"), 1, 3, 2030)
    close = model.close

    def slip():
        extra = np.array([0, 0, 4_321, 0, 0], np.int64)
        model.state.books.ledger.post(model.year, Flow(payer, receiver, "care"), extra)
        close()

    model.close = slip
    sign = -1 if body == payer else 1
    words = f"^2030: {body} of municipality {model.world.spec.places.codes[2]} is {sign * 4321} SEK off"
    with pytest.raises(LedgerError, match=words):
        model.step()


def test_a_lost_child_or_a_lost_cost_stops_the_run():
    """The check compares lives with births and with what is booked, not the ledger with itself."""
    for break_it, words in ((lose_a_child, "children"), (book_care_twice, "booked")):
        model = PreventionModel(eager(), load_design("planner"), 1, 3)
        evaluate = model.evaluate
        model.evaluate = lambda m=model, b=break_it, e=evaluate: (b(m), e())
        with pytest.raises(LedgerError, match=f"^2020.*{words}"):
            model.step()


def lose_a_child(model):
    """Forget a child without cost: no amount is off, the number of children is."""
    m, age = 0, int(np.flatnonzero(model.state.children.counts[0, 0, :, 0])[0])
    model.state.children.counts[0, m, age, 0] -= 1


def book_care_twice(model):
    amount = np.full(model.world.n, 10, np.int64)
    model.state.books.ledger.post(model.year, Flow("social", "provider", "care", "resource"), amount)
    model.state.books.budgets.spent["social"] = model.state.books.budgets.spent["social"] + amount
