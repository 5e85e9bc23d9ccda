"""Ending a contract ahead of time, by hand: what is paid then, what stays paid, and who may at all."""

import numpy as np
import pytest

from stupror.model.contracts import Outcome, settle
from stupror.model.contracts.settling.ended import as_ended, ended, spent
from stupror.model.contracts.timing import calendar_of, metric_at
from stupror.model.inputs.errors import InputError
from tests.model.contracts.written import M, clause, contract, measure, term

FOUR_YEARS = {"n": measure("outcomes", 4)}
PROGRAMME = {"cost": term(1 * M, "SEK"), "children": term(100, "child"), "years": term(4, "year")}
LEAVES = {"leaves": {"by": "investor", "says": "it may leave", "at": term([12, 24], "month")}}


def price(**rest):
    return clause("price_per_outcome", metric="n", price=term(1000, "SEK/outcome"), **rest)


def written(*clauses, exits=LEAVES, **rest):
    return contract(*clauses, measures=FOUR_YEARS, programme=PROGRAMME, exits=exits, **rest)


def paid(design, values, at=None):
    """Settle one project; `values` are what had been reached at each date that the contract then reads."""
    names = [*(metric_at("n", date) for date in calendar_of(as_ended(design)).reads.get("n", ())), "n"]
    metric = {name: np.array([float(value)]) for name, value in zip(names, values, strict=True)}
    found = {}
    for each in settle(design, Outcome(np.array([1 * M]), metric, {}), at):
        found[each.year] = found.get(each.year, 0) + int(each.amount[0])
    return found


def test_what_has_been_reached_by_then_is_paid_then():
    design = written(price())
    assert paid(design, [300]) == {3: 300_000}
    assert paid(ended(design, "leaves", 12), [80]) == {0: 80_000}
    assert spent(ended(design, "leaves", 12), np.array([1 * M])).tolist() == [250_000]


def test_what_was_paid_before_stays_paid_and_a_share_of_the_cost_is_of_what_was_put_in():
    """At 24 months half of 1 M has been put in, so no more than 500,000 is owed; 700,000 have been paid."""
    design = ended(written(price(every="year"), clause("cap", share=1)), "leaves", 24)
    assert paid(design, [700, 900]) == {0: 700_000, 1: 0}
    assert paid(design, [100, 900]) == {0: 100_000, 1: 400_000}
    assert [paid(design, [100, 900], at) for at in (0, 1)] == [{0: 100_000}, {1: 400_000}]


def test_a_clause_says_what_is_owed_in_place_of_the_rest_and_only_if_it_was_ended():
    design = written(price(), clause("early_termination", share=0.4, when=["leaves"]))
    assert paid(design, [300]) == {3: 300_000}
    assert paid(ended(design, "leaves", 24), [300]) == {1: 200_000}  # 0.4 of the half that was put in


def test_dates_and_milestones_that_do_not_come_are_not_paid():
    milestone = clause("milestone", amount=term(50_000, "SEK"), after_months=term(36, "month"))
    design = written(price(dates=term([12, 36], "month")), milestone)
    assert paid(ended(design, "leaves", 24), [50, 90]) == {0: 50_000, 1: 40_000}


@pytest.mark.parametrize(
    ("exits", "said"),
    [
        ({"x": {**LEAVES["leaves"], "by": "investr"}}, "by = 'investr' is not known. Did you mean 'investor'?"),
        ({"x": {**LEAVES["leaves"], "by": "region"}}, "neither pays nor is paid"),
        ({"x": {**LEAVES["leaves"], "at": term(48, "month")}}, "nothing is left to be ended"),
        ({"x": {**LEAVES["leaves"], "at": term(2, "year")}}, "reads it in 'month'"),
        ({"x": {**LEAVES["leaves"], "measure": "n"}}, "gives measure without below"),
        ({"x": {**LEAVES["leaves"], "measur": "n"}}, "unknown key 'measur'. Did you mean 'measure'?"),
        ({"x": {"by": "investor", "says": "it may leave"}}, "'at' is missing"),
        ({"x": "after a year"}, "Write a table [exits.x]"),
    ],
)
def test_an_exit_that_cannot_be_is_refused(exits, said):
    with pytest.raises(InputError) as refused:
        written(price(), exits=exits)
    assert said in str(refused.value)


def test_targets_that_are_lowered_because_too_few_came_are_a_term_of_the_contract():
    """100 were to come and 80 are enough: 40 outcomes pay 0.5 then, and 1.0 where too few came."""
    enough = {"enough": {"says": "80 came", "measure": "came", "at_least": term(80, "place")}}
    steps = lambda level: {"metric": "n", "levels": term([20, level], "outcome"), "pays": term([0.5, 1.0])}  # noqa: E731
    design = contract(
        clause("step_table", **steps(60), when=["enough"]),
        clause("step_table", **steps(40), unless=["enough"]),
        measures={**FOUR_YEARS, "came": measure("activity", 4)},
        conditions=enough,
        programme=PROGRAMME,
    )
    for came, owed in ((85, 500_000), (60, 1_000_000)):
        metric = {"n": np.array([40.0]), "came": np.array([float(came)])}
        (transfer,) = settle(design, Outcome(np.array([1 * M]), metric, {}))
        assert transfer.amount.tolist() == [owed]


def test_on_paper_it_is_ended_by_its_name_and_only_where_it_may_be(stupror, tmp_path):
    text = BUZINEZZ
    file = tmp_path / "club.toml"
    file.write_text(text)
    going_on = stupror("settle", file, "--set", "benefit=1_000_000")
    assert "municipality  investor  840 000" in going_on.out
    left = stupror("settle", file, "--set", "benefit=100_000", "--set", "stops=12")
    assert "ended by the investor after 12 months (stops): 340 000 EUR had been put in" in left.out
    assert "investor      -240 000" in left.out
    for given, said in (
        (["benefit=300_000", "stops=12"], "only if benefit is below 200000 EUR by then, and it is 300000"),
        (["benefit=1", "stops=18"], "Give after how many months it was ended (12)"),
    ):
        answer = stupror("settle", file, *(word for each in given for word in ("--set", each)))
        assert (answer.code, said in answer.err) == (2, True), answer.err
    assert "stops: if it was ended, after how many months (12)" in stupror("designs", "show", file).out


BUZINEZZ = """
name = "club"
title = "Club"
title_sv = "Klubb"
summary = "All of the saved benefit up to the cost, half beyond; the investor may stop after a year."
summary_sv = "Hela det sparade bidraget upp till kostnaden, hälften därutöver; investeraren får sluta efter ett år."
source = "made up, after a Dutch contract"

[currency]
code = "EUR"
sek = { value = 10.5, unit = "SEK/EUR", range = [8, 13], source = "assumed" }

[programme]
cost = { value = 680_000, unit = "EUR", range = [68_000, 6_800_000], source = "public" }
children = { value = 160, unit = "child", range = [1, 1600], source = "public" }
years = { value = 2, unit = "year", range = [1, 20], source = "public" }

[decision]
body = "board"

[finance.investor]
form = "investment"
share = { value = 1.0, unit = "1", range = [0, 1], source = "public" }

[measure.benefit]
kind = "cost_reduction"
payers = ["municipality"]
cost_kinds = ["transfer"]
evaluation = "historical-norm"
follow_up_years = { value = 3, unit = "year", range = [1, 40], source = "public" }

[exits.stops]
by = "investor"
says = "the investor stops after the first year"
at = { value = 12, unit = "month", range = [12, 12], source = "assumed" }
measure = "benefit"
below = { value = 200_000, unit = "EUR", range = [0, 680_000], source = "assumed" }

[[clause]]
kind = "share_of_saving"
payer = "municipality"
receiver = "investor"
share = { value = 1, unit = "1", range = [0, 1], source = "public" }
up_to = { value = 1, unit = "1", range = [0, 10], source = "public" }

[[clause]]
kind = "share_of_saving"
payer = "municipality"
receiver = "investor"
share = { value = 0.5, unit = "1", range = [0, 1], source = "assumed" }
above = { value = 1, unit = "1", range = [0, 10], source = "public" }
"""
