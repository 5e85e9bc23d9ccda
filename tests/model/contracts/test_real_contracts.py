"""Contracts that were signed, as they can be said here, each settled by hand: who pays whom, in which year.

Sizes, parties and highest payments are from what was published; prices and steps are partly assumed. What is tested is
that each kind of term can be said and is worked out right. What still cannot be said: grants that are recycled into the
next project (Massachusetts).
"""

import numpy as np
import pytest

from stupror.model.contracts import Outcome, settle
from stupror.model.contracts.timing import calendar_of, metric_at
from tests.model.contracts.written import M, clause, contract, measure, term


def programme(cost, children, years, unit):
    sizes = {"cost": (cost, unit), "children": (children, "child"), "years": (years, "year")}
    return {
        "programme": {key: term(*size) for key, size in sizes.items()},
        "currency": {"code": unit, "sek": sek(unit)},
    }


def sek(unit):
    return term(10.0, f"SEK/{unit}")


def counted(outcome, years=None, months=None, how="none", **rest):
    found = measure("outcomes", years or 1, outcome=outcome, evaluation=how, **rest)
    if months:
        del found["follow_up_years"]
        found["follow_up_months"] = term(months, "month")
    return found


def own(**units):
    return {
        "outcomes": {name: {"title": name, "unit": unit, "in_run": "not in the model"} for name, unit in units.items()}
    }


def foundation():
    return {"parties": {"foundation": {"title": "the foundation", "says": "pays", "in_run": "not in the model"}}}


def price(metric, amount, unit, payer="state", receiver="investor", **rest):
    return clause("price_per_outcome", payer, receiver, metric=metric, part=metric, price=term(amount, unit), **rest)


def educate_girls():
    """A foundation pays for learning and enrolment, at most 15 % a year; 32 % of the return go to those who worked."""
    pair = ("foundation", "investor")
    return contract(
        price("learning", 43.16, "CHF/level", *pair),
        price("enrolled", 910.14, "CHF/%", *pair),
        clause("cap", *pair, parts=["learning", "enrolled"], yearly_return=term(0.15, "1/year")),
        clause("pass_on", "investor", "provider", part="bonus", share=0.32, times_stake=1),
        measures={
            "learning": counted("levels", 3, how="matched-comparison"),
            "enrolled": measure("share", 3, outcome="levels"),
        },
        **own(levels="level"),
        **foundation(),
        **programme(267_731, 7300, 1, "CHF"),
    )


def denver():
    """The city pays for days housed every year, and for fewer days in jail from 20 % on; at most 11.42 M."""
    return contract(
        price("housed", 15.12, "USD/day", "municipality", every="year"),
        price("jail", 160_000, "USD/%", "municipality"),
        clause("threshold", "municipality", "investor", part="jail", metric="jail", amount=term(20, "%")),
        clause("cap", "municipality", "investor", parts=["housed", "jail"], amount=term(11_420_000, "USD")),
        measures={
            "housed": counted("days", 4),
            "jail": measure("fall", 5, payers=["justice"], evaluation="randomised-waiting-list"),
        },
        **own(days="day"),
        **programme(8_600_000, 250, 5, "USD"),
    )


def chicago():
    """A senior lender of 13 and a junior one of 3.9 M; a year of special education avoided is worth 1 % more a year."""
    pair, parts = ("municipality", "junior_investor"), ("special", "ready", "third")
    first = [
        clause("waterfall", "municipality", "investor", instead_of="junior_investor", part=part, times_stake=1.063)
        for part in parts
    ]
    return contract(
        price("special", 9100, "USD/year", *pair, every="year", indexation=term(0.01, "1/year")),
        price("ready", 2900, "USD/outcome", *pair),
        price("third", 750, "USD/outcome", *pair),
        clause("cap", *pair, parts=list(parts), amount=term(34 * M, "USD")),
        *first,
        measures={
            "special": counted("special", 3, how="matched-comparison"),
            "ready": counted("ready", 2),
            "third": counted("third", 6),
        },
        finance={"investor": 13 / 16.9, "junior_investor": 3.9 / 16.9},
        **own(special="year", ready="outcome", third="outcome"),
        **programme(16_900_000, 2618, 4, "USD"),
    )


def massachusetts():
    """Steps on the fall of days in prison; first the senior lender, 1.4 times its stake, then the fee put off."""
    pair = ("state", "junior_investor")
    then = {"instead_of": "junior_investor", "part": "jail"}
    return contract(
        clause(
            "step_table",
            *pair,
            part="jail",
            metric="jail",
            levels=term([5.2, 10, 25, 40, 55, 70], "%"),
            pays=term([0.05, 0.1, 0.5, 1.01, 1.15, 1.24]),
        ),
        clause("cap", *pair, part="jail", amount=term(27 * M, "USD")),
        clause("waterfall", "state", "investor", **then, times_stake=1.4),
        clause("waterfall", "state", "provider", **then, times_stake=1),
        measures={"jail": measure("fall", 7, payers=["justice"], evaluation="randomised-waiting-list")},
        finance={"investor": 9 / 21.76, "junior_investor": 3 / 21.76, "guarantor": 6 / 21.76, "provider": 3.76 / 21.76},
        **programme(21_760_000, 929, 7, "USD"),
    )


def santa_clara():
    """Four milestones of a tenancy in its first year, then each month, paid every quarter; at most 12 M."""
    prices = {"m3": 1242, "m6": 1863, "m9": 2484, "m12": 6831}
    return contract(
        *(price(name, amount, "USD/month", "region") for name, amount in prices.items()),
        price("later", 1242, "USD/month", "region", every="quarter"),
        clause("cap", "region", "investor", parts=[*prices, "later"], amount=term(12 * M, "USD")),
        measures={
            **{name: counted("tenancy", months=int(name[1:])) for name in prices},
            "later": counted("tenancy", months=18),
        },
        finance={"investor": 0.75, "provider": 0.25},
        **own(tenancy="month"),
        **programme(6_900_000, 175, 6, "USD"),
    )


def cameroon():
    """The hospital repays; a return slides over operations, paid after three years and five; a bonus for good sight."""
    return contract(
        clause("repay", "provider", "investor", part="principal", share=1),
        clause(
            "slide",
            "foundation",
            "investor",
            part="return",
            metric="operations",
            dates=term([36, 60], "month"),
            from_=term(9000, "place"),
            to=term(18_000, "place"),
            from_pays=0.217,
            to_pays=0.469,
        ),
        clause("bonus", "foundation", "provider", part="quality", amount=term(200_000, "USD"), when=["good"]),
        measures={"operations": measure("activity", 5), "sight": measure("share", 5, outcome="sight")},
        conditions={"good": {"says": "half see well", "measure": "sight", "at_least": term(50, "%")}},
        **own(sight="person"),
        **foundation(),
        **programme(2 * M, 18_000, 5, "USD"),
    )


def ashaninka():
    """Four goals in per cent of their targets, each up to a quarter; more than 100 % pays no more."""
    goals = {f"g{number}": measure("of_target", 1, outcome="goal", evaluation="none") for number in range(1, 5)}
    steps = {"levels": term([50, 75, 100], "%"), "pays": term([0.1, 0.2, 0.25])}
    return contract(
        *(clause("step_table", "foundation", "investor", part=goal, metric=goal, **steps) for goal in goals),
        measures={name: each | {"target": term(80, "person")} for name, each in goals.items()},
        **own(goal="person"),
        **foundation(),
        **programme(110_000, 99, 1, "USD"),
    )


def duo():
    steps = {"levels": term([10, 20, 35], "%"), "pays": term([1.0, 1.125, 1.19])}
    return contract(
        clause("step_table", "employment_service", "investor", metric="gain", **steps),
        measures={"gain": measure("share", 4, outcome="years_self_supporting", evaluation="matched-comparison")},
        **programme(347_000, 322, 3, "EUR"),
    )


def juvat():
    return contract(
        clause("step_table", metric="work", levels=term([20], "person"), pays=term([1.03])),
        measures={"work": counted("work", 2)},
        **own(work="person"),
        **programme(250_000, 69, 2, "EUR"),
    )


def adie():
    """Half by places financed, half by people lastingly in work, and 200,000 more beyond 320 of them."""
    return contract(
        clause("step_table", part="a", metric="financed", levels=term([269, 500], "place"), pays=term([0.25, 0.5])),
        clause("step_table", part="b", metric="work", levels=term([172, 320], "person"), pays=term([0.25, 0.5])),
        clause("bonus", part="b", amount=term(200_000, "EUR"), when=["beyond"]),
        measures={"financed": measure("activity", 3), "work": counted("work", 6)},
        conditions={"beyond": {"says": "more than 320", "measure": "work", "above": term(320, "person")}},
        **own(work="person"),
        **programme(1_300_000, 500, 3, "EUR"),
    )


def ways_to_wellness():
    """1.65 M of investment turn over in a contract of 8.25 M, which outcome payments fund; two slides (assumed)."""
    ends = {"from_": term(0, "%"), "to": term(100, "%"), "from_pays": 0, "to_pays": 0.5}
    return contract(
        *(clause("slide", "region", "provider", part=name, metric=name, **ends) for name in ("well", "cost")),
        clause("repay", "provider", "investor", part="loan", share=0.2),
        measures={name: measure("share", 7, outcome=name) for name in ("well", "cost")},
        finance={"investor": 0.2, "provider": 0.8},
        **own(well="person", cost="person"),
        **programme(8_250_000, 8500, 7, "GBP"),
    )


def skill_mill():
    """6,000 GBP an outcome, 40 % of it by a state fund; three cohorts, each paid in its own year."""
    cohorts = ("c1", "c2", "c3")
    return contract(
        *(price(name, 6000, "GBP/outcome", "municipality") for name in cohorts),
        *(
            clause("co_pay", "outcomes_fund", "investor", instead_of="municipality", part=name, share=0.4)
            for name in cohorts
        ),
        measures={
            name: counted("years_placed", number + 2, how="matched-comparison", group=number + 1, groups=3)
            for number, name in enumerate(cohorts)
        },
        **programme(400_000, 48, 4, "GBP"),
    )


def buzinezzclub():
    """All of the benefit saved up to the cost, half beyond; at most 12 % a year for two years."""
    pair = {"payer": "municipality", "metric": "benefit"}
    return contract(
        clause("share_of_saving", **pair, share=1, up_to=1),
        clause("share_of_saving", **pair, share=0.5, above=1),
        clause("cap", "municipality", "investor", share=1.2544),
        measures={
            "benefit": measure(years=3, payers=["municipality"], cost_kinds=["transfer"], evaluation="historical-norm")
        },
        **programme(680_000, 160, 2, "EUR"),
    )


FUND, CITY, LENT = ("foundation", "investor"), ("municipality", "investor"), ("provider", "investor")
CASES = [
    # min(8,940 x 43.16 + 92 x 910.14, 1.15^3 x 267,731) = 407,185 after three years; 32 % of its return of 139,454
    (educate_girls, {"learning": [8940], "enrolled": [92]}, {(*FUND, 2): 407_185, ("investor", "provider", 2): 44_625}),
    (
        denver,  # 15.12 x 50,000, 80,000, 90,000 and 79,928 days; 31.9 x 160,000: 9,638,911 in all, as published
        {"housed": [50_000, 130_000, 220_000, 299_928], "jail": [31.9]},
        {
            (*CITY, 0): 756_000,
            (*CITY, 1): 1_209_600,
            (*CITY, 2): 1_360_800,
            (*CITY, 3): 1_208_511,
            (*CITY, 4): 5_104_000,
        },
    ),
    (denver, {"housed": [0, 0, 0, 0], "jail": [19.9]}, {}),
    (
        chicago,  # 100 x 9,100, 9,191 and 9,282.91; 1,500 x 2,900 in year 1; 600 x 750 in year 5; all to the senior
        {"special": [100, 200, 300], "ready": [1500], "third": [600]},
        {(*CITY, 0): 910_000, (*CITY, 1): 919_100 + 4_350_000, (*CITY, 2): 928_291, (*CITY, 5): 450_000},
    ),
    (
        massachusetts,  # 1.01 x 21.76 M: 1.4 x 9 M, then 3.76 M, then the rest
        {"jail": [40]},
        {
            ("state", "investor", 6): 12_600_000,
            ("state", "provider", 6): 3_760_000,
            ("state", "junior_investor", 6): 5_617_600,
        },
    ),
    (
        santa_clara,  # 124,200 + 167,670 + 198,720 + 478,170 in year 0, 1,000 x 1,242 in year 1: 2,210,760 in all
        {"m3": [100], "m6": [90], "m9": [80], "m12": [70], "later": [0, 0, 0, 0, 500, 1000]},
        {("region", "investor", 0): 968_760, ("region", "investor", 1): 1_242_000},
    ),
    (
        cameroon,  # 0.217 x 2 M after three years, 0.343 x 2 M after five
        {"operations": [9000, 13_500], "sight": [50]},
        {(*FUND, 2): 434_000, (*FUND, 4): 252_000, (*LENT, 4): 2 * M, ("foundation", "provider", 4): 200_000},
    ),
    (cameroon, {"operations": [0, 8999], "sight": [49]}, {(*LENT, 4): 2 * M}),
    (ashaninka, {"g1": [20], "g2": [75], "g3": [140], "g4": [100]}, {(*FUND, 0): 77_000}),
    (duo, {"gain": [27]}, {("employment_service", "investor", 3): 390_375}),
    (juvat, {"work": [20]}, {("state", "investor", 1): 257_500}),
    (juvat, {"work": [19]}, {}),
    (adie, {"financed": [500], "work": [320]}, {("state", "investor", 2): 650_000, ("state", "investor", 5): 650_000}),
    (adie, {"financed": [500], "work": [321]}, {("state", "investor", 2): 650_000, ("state", "investor", 5): 850_000}),
    (ways_to_wellness, {"well": [50], "cost": [50]}, {("region", "provider", 6): 4_125_000, (*LENT, 6): 1_650_000}),
    (
        skill_mill,
        {"c1": [10], "c2": [20], "c3": [5]},
        {
            **{(*CITY, 1): 36_000, (*CITY, 2): 72_000, (*CITY, 3): 18_000},
            **{("outcomes_fund", "investor", year): paid for year, paid in ((1, 24_000), (2, 48_000), (3, 12_000))},
        },
    ),
    (buzinezzclub, {"benefit": [1_000_000]}, {(*CITY, 2): 840_000}),  # 680,000 + 160,000, below 852,992
]


@pytest.mark.parametrize(("written", "given", "by_hand"), CASES, ids=lambda value: getattr(value, "__name__", ""))
def test_a_contract_that_was_signed_pays_what_its_terms_say_year_by_year(written, given, by_hand):
    design, metric = written(), {}
    reads = calendar_of(design).reads
    for name, values in given.items():
        names = [*(metric_at(name, date) for date in reads.get(name, ())), name]
        metric |= {each: np.array([float(value)]) for each, value in zip(names, values, strict=True)}
    paid = {}
    for each in settle(design, Outcome(np.array([design.programme.cost]), metric)):
        key = (each.payer, each.receiver, each.year)
        paid[key] = paid.get(key, 0) + int(each.amount[0])
    assert {key: amount for key, amount in paid.items() if amount} == by_hand
