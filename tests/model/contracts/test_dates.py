"""Payment as results come in, by hand: what has been reached so far, less what has been paid."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stupror.model.contracts import Outcome, for_run, load_design, phases, settle, with_terms
from stupror.model.contracts.timing import calendar_of, metric_at
from stupror.model.inputs.errors import InputError
from tests.model.contracts.written import M, clause, contract, measure, term

COST = 1 * M
TWO_YEARS = {"n": measure("outcomes", 2)}
PRICE = term(1000, "SEK/outcome")


def amount(value):
    return term(value, "SEK")


def price(**rest):
    """A price for each, paid every year unless told otherwise."""
    written = clause("price_per_outcome", metric="n", **{"price": PRICE, "every": "year", **rest})
    return {key: value for key, value in written.items() if value != ""}


def paid(design, given, cost=COST, receiver="investor", **conditions):
    """Settle one project; `given` are the values at each date, in order, by measure. What is paid, by year."""
    metric, reads = {}, calendar_of(design).reads
    for name, values in given.items():
        names = [*(metric_at(name, date) for date in reads.get(name, ())), name]
        metric |= {each: np.array([float(value)]) for each, value in zip(names, values, strict=True)}
    holds = {name: np.array([value]) for name, value in conditions.items()}
    found = {}
    for each in settle(design, Outcome(np.array([cost]), metric, holds)):
        if each.receiver == receiver:
            found[each.year] = found.get(each.year, 0) + int(each.amount[0])
    return found


def test_each_year_pays_what_has_come_since_the_last():
    design = contract(price(), measures=TWO_YEARS)
    assert paid(design, {"n": [120, 300]}) == {0: 120_000, 1: 180_000}
    assert phases(design) == (0, 1)


def test_a_cap_cuts_the_payment_at_which_it_is_reached_and_leaves_earlier_ones_alone():
    design = contract(price(), clause("cap", amount=amount(250_000)), measures=TWO_YEARS)
    assert paid(design, {"n": [120, 300]}) == {0: 120_000, 1: 130_000}
    assert paid(design, {"n": [260, 300]}) == {0: 250_000, 1: 0}


def test_with_one_date_it_is_what_is_settled_at_the_end():
    once = contract(price(every=""), measures=TWO_YEARS)
    at_the_end = contract(price(every="", dates=term([24], "month")), measures=TWO_YEARS)
    assert paid(once, {"n": [300]}) == paid(at_the_end, {"n": [300]}) == {1: 300_000}


@pytest.mark.parametrize(
    ("every", "months", "dates"),
    [
        ("year", 36, (12, 24, 36)),
        ("half-year", 18, (6, 12, 18)),
        ("quarter", 12, (3, 6, 9, 12)),
        ("month", 3, (1, 2, 3)),
        ("year", 30, (12, 24, 30)),  # what is left over is paid when the follow-up ends
    ],
)
def test_dates_are_counted_from_the_start_to_the_end_of_the_follow_up(every, months, dates):
    followed = measure("outcomes") | {"follow_up_months": term(months, "month")}
    del followed["follow_up_years"]
    design = contract(price(every=every), measures={"n": followed})
    assert calendar_of(design).steps == dates
    counts = [10 * (k + 1) for k in range(len(dates))]
    assert sum(paid(design, {"n": counts}).values()) == 10_000 * len(dates)


def test_payments_at_set_years():
    """As in Cameroon, after three and five years: a slide from 0.2 to 0.4 of the cost between 100 and 200."""
    slide = {"from_": term(100, "outcome"), "to": term(200, "outcome"), "from_pays": 0.2, "to_pays": 0.4}
    dates = term([36, 60], "month")
    design = contract(clause("slide", metric="n", dates=dates, **slide), measures={"n": measure("outcomes", 5)})
    # 150 of them: 0.3 x 1 M; 200: 0.4 x 1 M, of which 0.3 has been paid.
    assert paid(design, {"n": [150, 200]}) == {2: 300_000, 4: 100_000}


def test_a_threshold_holds_everything_back_until_it_is_reached():
    limit = clause("threshold", metric="n", amount=term(150, "outcome"))
    design = contract(price(), limit, measures={"n": measure("outcomes", 3)})
    assert paid(design, {"n": [100, 160, 200]}) == {0: 0, 1: 160_000, 2: 40_000}


def test_a_guarantee_tops_up_at_the_last_date():
    design = contract(
        price(), clause("guarantee", share=0.4, when="delivered"), measures=TWO_YEARS, conditions=["delivered"]
    )
    assert paid(design, {"n": [120, 300]}, delivered=True) == {0: 120_000, 1: 280_000}  # 0.4 x 1 M in all
    assert paid(design, {"n": [120, 500]}, delivered=True) == {0: 120_000, 1: 380_000}  # more was earned
    assert paid(design, {"n": [120, 300]}, delivered=False) == {0: 120_000, 1: 180_000}


def test_whoever_comes_first_in_a_waterfall_is_paid_first_at_every_date():
    design = contract(
        price(receiver="junior_investor"),
        clause("waterfall", instead_of="junior_investor", times_stake=1.0),
        measures=TWO_YEARS,
        finance={"investor": 0.2, "junior_investor": 0.8},
    )
    given_ = {"n": [120, 300]}  # the senior investor has put in 200,000: 120,000 and 80,000
    assert paid(design, given_) == {0: 120_000, 1: 80_000}
    assert paid(design, given_, receiver="junior_investor") == {0: 0, 1: 100_000}


def test_what_was_paid_too_early_stays_unless_the_contract_claws_it_back():
    saved = {"s": measure(years=3)}
    share = clause("share_of_saving", metric="s", share=0.5, every="year")
    back = clause("clawback", "investor", "state", share=1.0)
    kept, clawed = contract(share, measures=saved), contract(share, back, measures=saved)
    given_ = {"s": [400_000, 300_000, 200_000]}
    assert paid(kept, given_) == {0: 200_000, 1: 0, 2: 0}
    assert paid(clawed, given_) == {0: 200_000, 1: 0, 2: 0}
    assert paid(clawed, given_, receiver="state") == {0: 0, 1: 0, 2: 100_000}  # 200,000 less 0.5 x 200,000
    assert paid(clawed, {"s": [400_000, 100_000, 400_000]}, receiver="state") == {0: 0, 1: 0, 2: 0}


def test_a_milestone_is_paid_because_its_date_has_come():
    milestone = clause("milestone", amount=amount(50_000), after_months=term(18, "month"))
    design = contract(milestone, price(every=""), measures=TWO_YEARS)
    assert phases(design) == (1,)
    found = [
        (t.month, t.settled, int(t.amount[0])) for t in settle(design, Outcome(np.array([COST]), {"n": np.ones(1)}))
    ]
    assert found == [(18, 18, 50_000), (None, 24, 1_000)]
    # At 2 % a year: in the second year 50,000 x 1.02.
    indexed = clause(
        "milestone", amount=amount(50_000), after_months=term(24, "month"), indexation=term(0.02, "1/year")
    )
    assert paid(contract(indexed), {}) == {1: 51_000}


def test_a_price_follows_its_index_year_by_year():
    design = contract(price(indexation=term(0.01, "1/year")), measures={"n": measure("outcomes", 3)})
    # 100 x 1,000; 150 x 1,010; 50 x 1,020.10
    assert paid(design, {"n": [100, 250, 300]}) == {0: 100_000, 1: 151_500, 2: 51_005}
    once = contract(price(every="", indexation=term(0.01, "1/year")), measures={"n": measure("outcomes", 3)})
    assert paid(once, {"n": [300]}) == {2: 306_030}  # 300 x 1,020.10


def test_a_cap_as_a_yearly_return_counts_when_money_comes():
    cap = clause("cap", yearly_return=term(0.1, "1/year"))
    once = contract(price(every=""), cap, measures=TWO_YEARS)
    assert paid(once, {"n": [9999]}) == {1: 1_210_000}  # 1 M put in at the start, two years at 10 %
    yearly = contract(price(), cap, measures=TWO_YEARS)
    # After 600,000 in year 0, 1.1 M - 0.6 M = 500,000 are outstanding, and 550,000 a year later.
    assert paid(yearly, {"n": [600, 9999]}) == {0: 600_000, 1: 550_000}
    assert paid(yearly, {"n": [600, 700]}) == {0: 600_000, 1: 100_000}
    # Put in over two years: 500,000 x 1.21 + 500,000 x 1.1.
    size = {"cost": amount(COST), "children": term(10, "child"), "years": term(2, "year")}
    slow = contract(price(every=""), cap, measures=TWO_YEARS, programme=size)
    assert paid(slow, {"n": [9999]}) == {1: 1_155_000}


def test_a_cap_over_two_running_parts_never_takes_back_what_was_paid():
    two = {"n": measure("outcomes", 2), "m": measure("outcomes", 2, outcome="eligible", evaluation="none")}
    parts = (price(part="a"), clause("price_per_outcome", metric="m", price=PRICE, every="year", part="b"))
    design = contract(*parts, clause("cap", parts=["a", "b"], amount=amount(100_000)), measures=two)
    # Year 0: 60 + 30. Year 1: a has 80, and 10,000 are left under the cap: a gets them, b nothing more.
    assert paid(design, {"n": [60, 80], "m": [30, 50]}) == {0: 90_000, 1: 10_000}


def test_a_run_settles_by_whole_years():
    followed = {k: v for k, v in measure("outcomes").items() if k != "follow_up_years"}
    months = {"n": followed | {"follow_up_months": term(18, "month")}}
    milestone = clause("milestone", part="m", amount=amount(1), after_months=term(13, "month"))
    design = for_run(contract(price(every="quarter"), milestone, measures=months))
    assert calendar_of(design).steps == (12, 24)
    assert calendar_of(design).reads == {"n": (12,)}


@st.composite
def courses(draw):
    """A contract with one price, and what is reached by each of its dates."""
    every, years = draw(st.sampled_from(["year", "half-year", "quarter"])), draw(st.integers(1, 3))
    at_least = draw(st.sampled_from([None, 5, 40]))
    clauses = [price(every=every)]
    if at_least is not None:
        clauses.append(clause("threshold", metric="n", amount=term(at_least, "outcome")))
    n = len(calendar_of(contract(price(every=every), measures={"n": measure("outcomes", years)})).steps)
    return clauses, years, draw(st.lists(st.integers(-5, 60), min_size=n, max_size=n))


@settings(max_examples=60, deadline=None)
@given(course=courses())
def test_without_a_cap_payments_over_time_sum_to_the_one_date_result(course):
    clauses, years, counts = course
    rising = np.maximum.accumulate(counts).tolist()
    measures = {"n": measure("outcomes", years)}
    at_the_end = [{key: value for key, value in each.items() if key != "every"} for each in clauses]
    once = paid(contract(*at_the_end, measures=measures), {"n": rising[-1:]})
    assert sum(paid(contract(*clauses, measures=measures), {"n": rising}).values()) == sum(once.values())


@settings(max_examples=60, deadline=None)
@given(course=courses(), limit=st.integers(0, 50_000))
def test_over_time_nothing_is_paid_beyond_the_cap_and_nothing_is_negative(course, limit):
    clauses, years, counts = course
    design = contract(*clauses, clause("cap", amount=amount(limit)), measures={"n": measure("outcomes", years)})
    by_year = paid(design, {"n": counts})
    assert all(each >= 0 for each in by_year.values())
    assert sum(by_year.values()) <= limit


@settings(max_examples=40, deadline=None)
@given(course=courses(), guess=st.sampled_from([0.0, 1e6]))
def test_no_payment_depends_on_what_is_reached_later(course, guess):
    clauses, years, counts = course
    design = contract(*clauses, measures={"n": measure("outcomes", years)})
    whole = paid(design, {"n": counts})
    dates = calendar_of(design).steps
    for year in range(years - 1):
        known = [count if date <= 12 * (year + 1) else guess for date, count in zip(dates, counts, strict=True)]
        assert paid(design, {"n": known})[year] == whole[year]


@pytest.mark.parametrize(
    ("clauses", "said"),
    [
        ([price(every="week")], ["'week'", "year, half-year, quarter, month"]),
        ([price(dates=term([12], "month"))], ["both every and dates"]),
        ([price(every="", dates=term([12, 36], "month"))], ["36 months", "followed for 24"]),
        (
            [price(), clause("schedule", first_year=term(1, "year"), years=term(2, "year"), within=term(5, "year"))],
            ["dates of its own", "Remove the schedule"],
        ),
        ([price(every=""), clause("clawback", "investor", "state", share=1.0)], ["paid once"]),
        ([clause("repay", share=1.0, every="year")], ["unknown key 'every'"]),
        ([price(receiver="provider"), clause("cap", receiver="provider", yearly_return=term(0.1, "1/year"))], ["put in"]),  # noqa: E501
    ],
)  # fmt: skip
def test_dates_that_mean_nothing_are_refused(clauses, said):
    with pytest.raises(InputError) as refusal:
        contract(*clauses, measures=TWO_YEARS)
    assert all(word in str(refusal.value) for word in said), str(refusal.value)


def test_half_a_year_of_follow_up_is_written_in_months():
    with pytest.raises(InputError, match="Write follow_up_months, with value = 6"):
        contract(price(every=""), measures={"n": measure("outcomes", 1) | {"follow_up_years": term(0.5, "year")}})


def test_a_contract_that_is_changed_has_dates_of_its_own():
    """A contract keeps its calendar; one with another follow-up does not inherit it."""
    design = load_design("state-outcomes-fund")
    (name,) = design.measures
    before, ends = calendar_of(design), phases(design)
    longer = with_terms(design, {f"measure.{name}.follow_up_years": design.measures[name].years + 2})
    assert calendar_of(design) is before
    assert calendar_of(longer).steps[-1] == before.steps[-1] + 24
    assert phases(longer)[-1] == ends[-1] + 2
