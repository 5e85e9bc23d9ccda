"""Contracts in a run: paid as results come in, in the size of each project, by what stands for their own words."""

import numpy as np
from worlds import eager

from stupror.model.contracts import Outcome, read_design
from stupror.model.contracts.ways import IN_FORCE
from stupror.model.model import PreventionModel
from stupror.model.projects.dues import found, unfit
from stupror.model.projects.leaving import leaves

PRICE, CAP, FEE, COST = 3000, 6_000_000, 500_000, 10_000_000
YEARS = 4


def number(value, unit="1"):
    return {"value": value, "unit": unit, "range": [value, value], "source": "assumed: a test"}


def paid_quarterly(**more):
    """A donor pays a municipal fund each quarter for months without need, at most 6 M, and a fee of 0.5 M of 10 M."""
    to_fund = {"payer": "donor", "receiver": "municipal_fund"}
    return read_design(
        {
            **{key: "a test" for key in ("name", "title", "title_sv", "summary", "summary_sv", "source")},
            "programme": {"cost": number(COST, "SEK"), "children": number(100, "child")},
            "parties": {"donor": {"title": "the donor", "says": "gives", "in_run": "outcomes_fund"}},
            "outcomes": {
                "calm": {
                    "title": "months without need",
                    "unit": "month",
                    "in_run": "years_without_need",
                    "times": number(12, "month/year"),
                }
            },
            "decision": {"body": "board"},
            "finance": {"municipal_fund": {"form": "advance", "share": number(1.0)}},
            "measure": {
                "calm": {
                    "kind": "outcomes",
                    "outcome": "calm",
                    "evaluation": "matched-comparison",
                    "follow_up_months": number(30, "month"),
                }
            },
            "clause": [
                {"kind": "price_per_outcome", **to_fund, "every": "quarter", "price": number(PRICE, "SEK/month")},
                {"kind": "cap", **to_fund, "amount": number(CAP, "SEK")},
                {
                    "kind": "admin_cost",
                    "payer": "donor",
                    "receiver": "intermediary",
                    "part": "fee",
                    "amount": number(FEE, "SEK"),
                },
            ],
            **more,
        },
        "test.toml",
    )


def test_a_run_pays_each_year_what_has_come_since_in_the_size_of_each_project():
    model = PreventionModel(eager(), paid_quarterly(), 1, YEARS)
    for _ in range(YEARS):
        model.step()
    projects, world = model.state.projects, model.world
    which = np.flatnonzero(projects.contract == IN_FORCE)
    measured = found(world, projects, which, "measured")
    reached = np.stack([measured["calm@12"], measured["calm@24"], measured["calm"]])  # months, so far
    most = CAP * (projects.cost[which] / COST)
    owed = np.minimum(np.maximum(reached, 0) * PRICE, most)
    before, expected = np.zeros(which.size), np.zeros(YEARS)
    for years_in in range(3):
        due = np.rint(np.maximum(owed[years_in] - before, 0)).astype(np.int64)
        year = projects.start_year[which] - world.start_year + years_in
        expected += np.bincount(year[year < YEARS], due[year < YEARS], minlength=YEARS)
        before = before + due
    flows = model.tables()["payments"].query("phase == 'simulated'")
    by_year = flows[flows["purpose"] == "outcome payment"].groupby("year")["amount_sek"].sum()
    assert by_year.tolist() == expected.tolist()
    assert set(flows[flows["purpose"] == "outcome payment"]["payer"]) == {"outcomes_fund"}
    assert (np.diff(expected) != 0).all()
    # The fee is settled when the follow-up is over: 5 % of what those projects cost, to within half a krona each.
    over = which[projects.start_year[which] + 2 < world.start_year + YEARS]
    fees = flows[flows["purpose"] == "administration"]["amount_sek"].sum()
    assert abs(fees - FEE / COST * projects.cost[over].sum()) <= 0.5 * over.size


def test_bodies_count_the_dates_at_which_they_will_be_paid():
    model = PreventionModel(eager(), paid_quarterly(), 1, 1)
    for_board = model.state.bodies.views[IN_FORCE].flows["board"][2]  # at the effect of studies, (cell, year)
    assert (for_board[:, :3].sum(axis=0) > 0).all()
    assert not for_board[:, 3:].any()


def exit_of(party, **more):
    return {"exits": {"goes": {"by": party, "says": "it may go", "at": number(12, "month"), **more}}}


def test_a_contract_that_is_ended_is_settled_then_and_its_owner_pays_the_rest_of_the_programme():
    """Whoever has a level to reach ends it where that is not reached: here nobody can reach it."""
    low = exit_of("donor", measure="calm", below=number(1e9, "month"))
    model = PreventionModel(eager(), paid_quarterly(**low), 1, 3)
    for _ in range(3):
        model.step()
    projects, world = model.state.projects, model.world
    which = np.flatnonzero(projects.contract == IN_FORCE)
    assert (projects.ended_by[which] == 1).all()
    assert (projects.ended_after[which] == 1).all()
    assert projects.settled[which].all()
    spent = np.rint(projects.cost[which] / projects.duration[which])
    reached = np.maximum(found(world, projects, which, "measured")["calm@12"], 0)
    owed = np.rint(np.minimum(reached * PRICE, CAP * spent / COST)).astype(int)
    assert projects.paid[which].tolist() == owed.tolist()
    flows = model.tables()["payments"]
    assert not ((flows["purpose"] == "outcome payment") & (flows["phase"] == "expected")).any()
    long = which[projects.duration[which] > 1]
    assert long.size
    rest = sum(
        int(entry.amount[np.isin(entry.project, long)].sum())
        for entry in model.state.books.ledger.entries
        if entry.purpose == "programme" and entry.payer == "municipal_fund"
    )
    assert rest == projects.yearly_cost[long].sum(), "the fund has paid the first year and no more"
    assert (model.state.books.funds["municipal_fund"].promised >= 0).all()


def test_an_investor_leaves_where_it_has_more_to_gain_by_that():
    """1 M over 4 years, 3,000 a month for four years: at 20 months a year it gets 240,000 of 1 M, and 60,000 of 0.25 M.

    At 90 months a year 1,080,000 of 1 M.
    """
    investor = {
        "finance": {"investor": {"form": "investment", "share": number(1.0)}},
        "programme": {"cost": number(1_000_000, "SEK"), "children": number(100, "child"), "years": number(4, "year")},
    }
    clause = {
        "kind": "price_per_outcome",
        "payer": "donor",
        "receiver": "investor",
        "price": number(PRICE, "SEK/month"),
    }
    measure = {"kind": "outcomes", "outcome": "calm", "evaluation": "matched-comparison"}
    design = paid_quarterly(
        **investor,
        **exit_of("investor"),
        clause=[clause],
        measure={"calm": measure | {"follow_up_years": number(4, "year")}},
    )
    metric = {"calm@12": np.array([20.0, 90.0]), "calm": np.zeros(2)}
    ones = np.ones(2, np.int64)
    outcome = Outcome(1_000_000 * ones, metric, {}, 100.0 * ones, 4 * ones)
    assert leaves(design, design.exits["goes"], 12, outcome).tolist() == [True, False]


def test_a_run_does_not_weigh_for_a_public_party_whether_to_go_on():
    assert "exits.goes: donor counts more than the contract pays" in str(unfit(paid_quarterly(**exit_of("donor"))))
